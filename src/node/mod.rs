//! A live Elasticsearch node, asked for its pipelines and what it makes of documents. Nothing is ever written to it.

use anyhow::{Context as _, anyhow, bail};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Certificate, Client, Method, StatusCode, Url};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// A node has so long for an answer.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);
/// An answer is read up to here.
const ANSWER_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Documents of one page of an index.
const PAGE_DOCUMENTS: usize = 1_000;
/// Documents that an index may have to be read as a whole.
const INDEX_DOCUMENTS_MAX: usize = 5_000_000;

/// Index expressions keep their commas and stars.
const INDICES: &AsciiSet = &CONTROLS.add(b' ').add(b'/').add(b'?').add(b'#').add(b'%').add(b'\\');

/// How to reach the node and who we are to it.
#[derive(Clone, Debug, Default)]
pub struct NodeSettings {
    pub url: String,
    /// `NAME:PASSWORD`.
    pub user: Option<String>,
    /// As Kibana shows it, encoded.
    pub api_key: Option<String>,
    pub ca: Option<PathBuf>,
    pub insecure: bool,
}

/// A node.
pub struct Node {
    client: Client,
    url: Url,
    settings: NodeSettings,
}

impl Node {
    pub fn new(mut settings: NodeSettings) -> anyhow::Result<Self> {
        let mut url: Url = settings.url.parse().map_err(|_| anyhow!("this is no URL such as http://host:9200"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("the URL must begin with http:// or https://");
        }
        // Credentials in the URL must not come out again in messages.
        if !url.username().is_empty() {
            let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            let user = format!("{}:{}", decode(url.username()), decode(url.password().unwrap_or_default()));
            settings.user.get_or_insert(user);
            let _ = (url.set_username(""), url.set_password(None));
        }
        let mut builder = Client::builder().timeout(ANSWER_WAIT_MAX).danger_accept_invalid_certs(settings.insecure);
        if let Some(ca) = &settings.ca {
            let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
            builder = builder.add_root_certificate(Certificate::from_pem(&pem)?);
        }
        Ok(Self { client: builder.build()?, url, settings })
    }

    /// The URL without credentials.
    pub fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The answer's JSON and status. What is no JSON is an error.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<(StatusCode, Value)> {
        let url = format!("{}{path}", self.url());
        let mut request = self.client.request(method, &url);
        if let Some(key) = &self.settings.api_key {
            request = request.header("authorization", format!("ApiKey {key}"));
        } else if let Some(user) = &self.settings.user {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            request = request.basic_auth(name, Some(password));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.with_context(|| format!("{} does not answer", self.url()))?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await? {
            if bytes.len() + part.len() > ANSWER_BYTES_MAX {
                bail!("the answer to {path} has more than {ANSWER_BYTES_MAX} bytes");
            }
            bytes.extend_from_slice(&part);
        }
        let answer = serde_json::from_slice(&bytes).with_context(|| {
            format!("{} answered {status} to {path}, and no JSON: is it an Elasticsearch?", self.url())
        })?;
        Ok((status, answer))
    }

    /// The answer's JSON; None for 404.
    async fn get(&self, path: &str) -> anyhow::Result<Option<Value>> {
        match self.ask(Method::GET, path, None).await? {
            (StatusCode::NOT_FOUND, _) => Ok(None),
            (status, answer) if status.is_success() => Ok(Some(answer)),
            (status, answer) => Err(refused(status, &answer, path)),
        }
    }

    /// Every pipeline, by name.
    pub async fn pipelines(&self) -> anyhow::Result<serde_json::Map<String, Value>> {
        match self.get("/_ingest/pipeline").await? {
            Some(Value::Object(all)) => Ok(all),
            _ => Ok(serde_json::Map::new()),
        }
    }

    /// A stored script: `{"lang", "source"}`.
    pub async fn script(&self, id: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.get(&format!("/_scripts/{}", utf8_percent_encode(id, NON_ALPHANUMERIC))).await?;
        Ok(answer.and_then(|mut answer| answer.get_mut("script").map(Value::take)))
    }

    /// An enrich policy: `{"match": {…}}`.
    pub async fn enrich_policy(&self, name: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.get(&format!("/_enrich/policy/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))).await?;
        Ok(answer.and_then(|mut answer| answer.pointer_mut("/policies/0/config").map(Value::take)))
    }

    /// The `_source`s of all documents of `indices` that `query` finds, with these fields.
    pub async fn documents(
        &self,
        indices: &str,
        query: Option<&Value>,
        fields: &[String],
    ) -> anyhow::Result<Vec<Value>> {
        let path = format!("/{}/_search?scroll=1m", utf8_percent_encode(indices, INDICES));
        let query = query.cloned().unwrap_or_else(|| json!({"match_all": {}}));
        let body = json!({"size": PAGE_DOCUMENTS, "query": query, "_source": fields, "sort": ["_doc"]});
        let (mut status, mut answer) = self.ask(Method::POST, &path, Some(&body)).await?;
        let mut found = Vec::new();
        loop {
            if !status.is_success() {
                return Err(refused(status, &answer, &path));
            }
            let scroll = answer.get("_scroll_id").cloned().unwrap_or_default();
            let hits = answer.pointer_mut("/hits/hits").and_then(Value::as_array_mut).map(std::mem::take);
            let hits = hits.unwrap_or_default();
            if hits.is_empty() {
                // The node would forget it in a minute.
                let _ = self.ask(Method::DELETE, "/_search/scroll", Some(&json!({"scroll_id": scroll}))).await;
                return Ok(found);
            }
            found.extend(hits.into_iter().filter_map(|mut hit| hit.get_mut("_source").map(Value::take)));
            if found.len() > INDEX_DOCUMENTS_MAX {
                bail!("{indices} has more than {INDEX_DOCUMENTS_MAX} documents");
            }
            let next = json!({"scroll": "1m", "scroll_id": scroll});
            (status, answer) = self.ask(Method::POST, "/_search/scroll", Some(&next)).await?;
        }
    }

    /// What the node makes of documents: one answer each, as `_simulate` gives it.
    pub async fn simulate(&self, pipeline: &Simulated<'_>, docs: &[Value]) -> anyhow::Result<Vec<Value>> {
        let (path, body) = match pipeline {
            Simulated::Held(name) => (
                format!("/_ingest/pipeline/{}/_simulate", utf8_percent_encode(name, NON_ALPHANUMERIC)),
                json!({"docs": docs}),
            ),
            Simulated::Brought(pipeline) => {
                ("/_ingest/pipeline/_simulate".to_owned(), json!({"pipeline": pipeline, "docs": docs}))
            }
        };
        let (status, mut answer) = self.ask(Method::POST, &path, Some(&body)).await?;
        if !status.is_success() {
            return Err(refused(status, &answer, &path));
        }
        match answer.get_mut("docs").map(Value::take) {
            Some(Value::Array(answers)) if answers.len() == docs.len() => Ok(answers),
            _ => bail!("{} did not answer for every document", self.url()),
        }
    }
}

/// The pipeline of a simulation.
pub enum Simulated<'p> {
    /// The node's own of this name.
    Held(&'p str),
    Brought(&'p Value),
}

fn refused(status: StatusCode, answer: &Value, path: &str) -> anyhow::Error {
    let reason = answer.pointer("/error/reason").and_then(Value::as_str);
    let reason = reason.or_else(|| answer.get("error").and_then(Value::as_str)).unwrap_or_default();
    anyhow!("{path}: {status}: {reason}")
}
