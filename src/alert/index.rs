//! Where alert documents are written.

use super::{Alert, AlertDocument};
use futures_util::future::BoxFuture;

/// Takes the state of an alert; a later state replaces an earlier one by the alert's id.
pub trait AlertIndex: Send + Sync {
    fn put<'a>(&'a self, alert: &'a Alert) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// No alert index.
pub struct NoIndex;

impl AlertIndex for NoIndex {
    fn put<'a>(&'a self, _: &'a Alert) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Alert documents in Elasticsearch, by id.
pub struct ElasticsearchIndex {
    pub transport: elasticsearch::http::transport::Transport,
    pub index: String,
}

impl AlertIndex for ElasticsearchIndex {
    fn put<'a>(&'a self, alert: &'a Alert) -> BoxFuture<'a, anyhow::Result<()>> {
        use elasticsearch::http::Method;
        use elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
        Box::pin(async move {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let path = format!("/{}/_doc/{}", self.index, alert.id);
            let body = serde_json::to_vec(&AlertDocument::of(alert))?;
            let sent = self.transport.send(Method::Put, &path, headers, None::<&()>, Some(body), None).await?;
            let status = sent.status_code();
            if !status.is_success() {
                let answer = sent.text().await.unwrap_or_default();
                anyhow::bail!("HTTP {status}: {}", answer.chars().take(300).collect::<String>());
            }
            Ok(())
        })
    }
}

/// Alert documents appended to a file, a line for every change of state.
pub struct FileIndex {
    pub path: std::path::PathBuf,
}

impl AlertIndex for FileIndex {
    fn put<'a>(&'a self, alert: &'a Alert) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            use tokio::io::AsyncWriteExt;
            let mut line = serde_json::to_vec(&AlertDocument::of(alert))?;
            line.push(b'\n');
            let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(&self.path).await?;
            file.write_all(&line).await?;
            Ok(file.flush().await?)
        })
    }
}
