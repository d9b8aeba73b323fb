//! Late verdicts reach written documents through the outputs that hold them.

use crate::score::{Documents, MendError, UpdateByQuery};
use crate::sink::OutputSettings;
use crate::sink::elasticsearch::transport;
use elasticsearch::http::Method;
use elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::transport::Transport;
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// One request may take so long: it is throttled, and touches at most some thousand documents.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What of an error's body goes into a message.
const ERROR_CHARS_MAX: usize = 300;

/// The outputs whose documents can be changed, by name.
pub(super) struct ElasticsearchDocuments(HashMap<String, Transport>);

impl ElasticsearchDocuments {
    pub fn new(outputs: &[(String, OutputSettings)]) -> anyhow::Result<Self> {
        let mut transports = HashMap::new();
        for (name, output) in outputs {
            if let OutputSettings::Elasticsearch(settings) = output {
                transports.insert(name.clone(), transport(settings)?);
            }
        }
        Ok(Self(transports))
    }
}

impl Documents for ElasticsearchDocuments {
    fn update_by_query<'a>(&'a self, request: &'a UpdateByQuery) -> BoxFuture<'a, Result<u64, MendError>> {
        Box::pin(async move {
            let transport = self.0.get(&*request.output).ok_or(MendError::Impossible)?;
            let failed = |error: &dyn std::fmt::Display| MendError::Failed(error.to_string());
            let index = percent_encoding::utf8_percent_encode(&request.index, percent_encoding::NON_ALPHANUMERIC);
            let path = format!("/{index}/_update_by_query");
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let body = serde_json::to_vec(&request.body).map_err(|error| failed(&error))?;
            let parameters = Some(&request.parameters);
            let response = transport
                .send(Method::Post, &path, headers, parameters, Some(body), Some(TIMEOUT))
                .await
                .map_err(|error| failed(&error))?;
            let status = response.status_code();
            if !status.is_success() {
                let text: String = response.text().await.unwrap_or_default().chars().take(ERROR_CHARS_MAX).collect();
                return Err(MendError::Failed(format!("HTTP {status}: {text}")));
            }
            let answer: Value = response.json().await.map_err(|error| failed(&error))?;
            match answer.get("failures").and_then(Value::as_array).and_then(|failures| failures.first()) {
                Some(failure) => {
                    Err(MendError::Failed(failure.to_string().chars().take(ERROR_CHARS_MAX).collect::<String>()))
                }
                None => Ok(answer.get("updated").and_then(Value::as_u64).unwrap_or_default()),
            }
        })
    }
}
