//! The part of Elasticsearch's HTTP interface that runs documents through pipelines without indexing them: `_ingest/pipeline` and
//! `_simulate`, for tools that are made for a node (Kibana-like editors, `elastic-package test pipeline`). `logboom serve` listens with it.
//!
//! Answers are the node's, byte for byte where we could see them (8.19.8). What comes in is not trusted: bodies, pipelines and answers have
//! bounds, and pipelines that were put over HTTP read no files and call no servers.

mod answer;
mod errors;
mod query;
mod requests;
mod store;
#[cfg(test)]
mod tests;

pub use store::{Held, Store};

use answer::Answer;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use query::Query;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// A request's body; Elasticsearch's own bound (`http.max_content_length`) is 100 MiB.
pub const BODY_BYTES_MAX_DEFAULT: usize = 10 * 1024 * 1024;
/// So long may a body take to come.
const BODY_WAIT_MAX: Duration = Duration::from_secs(60);
/// Requests that are received or wait for their turn; with their bodies they are what memory is bounded by.
const REQUESTS_MAX: usize = 64;

/// The pipelines, and how many requests may be at work.
#[derive(Clone)]
struct Api {
    store: Arc<Store>,
    body_bytes_max: usize,
    requests: Arc<Semaphore>,
    /// One for each core: simulating is nothing but CPU work.
    workers: Arc<Semaphore>,
}

/// Serves until the process ends.
pub async fn serve(listener: TcpListener, store: Arc<Store>, body_bytes_max: usize) -> std::io::Result<()> {
    axum::serve(listener, router(store, body_bytes_max)).await
}

/// Listens on `address`; what is wrong with it is told with the way to mend it.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    use anyhow::Context as _;
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}: choose another `--listen`"))
}

fn router(store: Arc<Store>, body_bytes_max: usize) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let api = Api {
        store,
        body_bytes_max,
        requests: Arc::new(Semaphore::new(REQUESTS_MAX)),
        workers: Arc::new(Semaphore::new(cores)),
    };
    Router::new().fallback(call).with_state(api)
}

async fn call(State(api): State<Api>, request: Request<Body>) -> Response<Body> {
    let Ok(_place) = api.requests.clone().try_acquire_owned() else {
        let reason = format!("more than {REQUESTS_MAX} requests are being answered");
        return Answer::error(StatusCode::TOO_MANY_REQUESTS, "es_rejected_execution_exception", &reason).respond(false);
    };
    let is_head = request.method() == Method::HEAD;
    let answer = match receive(&api, request).await {
        Err(refused) => refused,
        Ok(call) => {
            let store = api.store.clone();
            let Ok(turn) = api.workers.clone().acquire_owned().await else { return Answer::broken().respond(is_head) };
            let work = tokio::task::spawn_blocking(move || {
                let answer = call.answer(&store);
                drop(turn);
                answer
            });
            // A panic would be a bug; it must not take the server along.
            work.await.unwrap_or_else(|_| Answer::broken())
        }
    };
    answer.respond(is_head)
}

/// A request that has come in whole.
struct Call {
    method: Method,
    /// The path as it was sent, for messages.
    path: String,
    /// Its parts, decoded.
    parts: Vec<String>,
    query: Query,
    media: Media,
    body: Vec<u8>,
}

/// What a body is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Json,
    Yaml,
}

async fn receive(api: &Api, request: Request<Body>) -> Result<Call, Answer> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let parts = path.split('/').filter(|part| !part.is_empty());
    let parts = parts.map(|part| percent_decode_str(part).decode_utf8().map(|text| text.into_owned()));
    let parts = parts
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Answer::bad_request("illegal_argument_exception", "the path is not valid UTF-8"))?;
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let received = tokio::time::timeout(BODY_WAIT_MAX, axum::body::to_bytes(body, api.body_bytes_max)).await;
    let body = match received {
        Ok(Ok(bytes)) => Vec::from(bytes),
        Ok(Err(_)) => {
            let reason = format!("the body has more than {} bytes, or broke off", api.body_bytes_max);
            return Err(Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "content_too_large_exception", &reason));
        }
        Err(_) => {
            let reason = format!("the body did not come within {} s", BODY_WAIT_MAX.as_secs());
            return Err(Answer::error(StatusCode::REQUEST_TIMEOUT, "timeout_exception", &reason));
        }
    };
    let media = if body.is_empty() { Media::Json } else { media(&head.headers)? };
    Ok(Call { method: head.method, path, parts, query, media, body })
}

/// What the body is, or the node's refusal. A browser cannot send these types to us from another site unasked.
fn media(headers: &HeaderMap) -> Result<Media, Answer> {
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING) {
        let reason = format!("bodies compressed with {encoding:?} are not taken here");
        return Err(Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "illegal_argument_exception", &reason));
    }
    let Some(header) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return Err(Answer::plain(StatusCode::NOT_ACCEPTABLE, "Content-Type header is missing"));
    };
    match header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" | "application/vnd.elasticsearch+json" => Ok(Media::Json),
        "application/yaml" | "application/vnd.elasticsearch+yaml" => Ok(Media::Yaml),
        _ => {
            Err(Answer::plain(StatusCode::NOT_ACCEPTABLE, &format!("Content-Type header [{header}] is not supported")))
        }
    }
}
