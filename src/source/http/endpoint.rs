//! One request: who sends it, what it asks, what it is told.

use super::answer::{Answer, Content};
use super::auth::Gate;
use super::body::{BodyError, Receiving, Reserved, discard, gunzip, receive};
use super::bulk::{self, Defaults};
use super::filter_path::FilterPath;
use super::outcome::{Outcome, bulk_answer};
use super::record::Recorder;
use super::server::Service;
use super::settings::{Ids, IndexFrom};
use super::startup;
use crate::document::Arena;
use crate::rest::Identity;
use crate::source::Stop;
use crate::source::spool::{Appended, Appender, Bundle, Refused};
use crate::telemetry::Health;
use axum::body::{Body, HttpBody};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use std::sync::Arc;
use std::time::Instant;

/// When a sender that was refused may try again: how soon the spool may have room.
const RETRY_AFTER_FULL_S: u32 = 10;
/// How soon a request that was refused because too many came at once may come again.
const RETRY_AFTER_BUSY_S: u32 = 1;

/// Everything that answering needs.
pub struct Endpoint {
    pub source: String,
    pub node: Identity,
    pub gate: Gate,
    pub index: IndexFrom,
    pub ids: Ids,
    pub body_bytes_max: usize,
    pub receiving: Arc<Receiving>,
    pub appender: Appender,
    /// Begins the `_id` of what has none of its own.
    pub id_prefix: Box<dyn Fn(u32) -> String + Send + Sync>,
    pub health: Health,
    pub stop: Stop,
}

impl Service for Endpoint {
    async fn call(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        let is_head = request.method() == Method::HEAD;
        let (head, mut body) = request.into_parts();
        let answer = self.answer(&head, &mut body).await;
        if !body.is_end_stream() && answer.status != StatusCode::UNAUTHORIZED {
            discard(body).await;
        }
        let labels = [("source", self.source.clone()), ("status", answer.status.as_str().to_owned())];
        metrics::counter!("logboom_http_requests_total", &labels).increment(1);
        response(answer, is_head)
    }
}

fn response(answer: Answer, is_head: bool) -> Response<Body> {
    let mut response = Response::new(match answer.content {
        _ if is_head => Body::empty(),
        Content::Json(value) => Body::from(value.to_string()),
        Content::Text(text) => Body::from(text),
    });
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    // Clients that look whether this is an Elasticsearch look here.
    headers.insert("x-elastic-product", HeaderValue::from_static("Elasticsearch"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if answer.status == StatusCode::UNAUTHORIZED {
        let schemes = ["Basic realm=\"security\", charset=\"UTF-8\"", "ApiKey"];
        for scheme in schemes {
            headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

impl Endpoint {
    async fn answer(&self, head: &Parts, body: &mut Body) -> Answer {
        if let Some(refused) = self.gate.refuse(&head.headers) {
            return refused;
        }
        let path = percent_decode_str(head.uri.path()).decode_utf8_lossy().into_owned();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let index = match parts.as_slice() {
            ["_bulk"] => None,
            [index, "_bulk"] => Some((*index).to_owned()),
            _ => return startup::answer(&self.node, &head.method, &path),
        };
        if head.method != Method::POST && head.method != Method::PUT {
            return startup::answer(&self.node, &head.method, &path);
        }
        if self.stop.is_set() {
            let reason = "logboom is stopping";
            let answer = Answer::error(StatusCode::SERVICE_UNAVAILABLE, "unavailable_exception", reason);
            return Answer { retry_after: Some(RETRY_AFTER_BUSY_S), ..answer };
        }
        let query = Query::of(&head.uri);
        let defaults = Defaults { index, pipeline: query.get("pipeline"), routing: query.get("routing") };
        let filter = query.get("filter_path").map(|paths| FilterPath::new(&paths));
        self.bulk(&head.headers, body, defaults, filter).await
    }

    async fn bulk(
        &self,
        headers: &HeaderMap,
        body: &mut Body,
        defaults: Defaults,
        filter: Option<FilterPath>,
    ) -> Answer {
        let started = Instant::now();
        let is_gzip = match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
            None | Some(b"identity") => false,
            Some(b"gzip" | b"x-gzip") => true,
            Some(_) => {
                let reason = "the Content-Encoding is not supported: send gzip or nothing";
                return Answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "illegal_argument_exception", reason);
            }
        };
        let mut reserved = Reserved::none(&self.receiving);
        let received = match receive(body, self.body_bytes_max, &mut reserved).await {
            Ok(received) => received,
            Err(error) => return refusal(&error),
        };
        metrics::counter!("logboom_http_received_bytes_total", "source" => self.source.clone())
            .increment(received.len() as u64);
        metrics::gauge!("logboom_http_receiving_bytes", "source" => self.source.clone())
            .set(self.receiving.used_bytes() as f64);
        let work = Work {
            is_gzip,
            received,
            reserved,
            bytes_max: self.body_bytes_max,
            index: self.index,
            ids: self.ids,
            defaults,
        };
        // Decompressing and hashing is work for a core, which the threads that wait must not do.
        let taken = match tokio::task::spawn_blocking(|| work.run()).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(answer)) => return *answer,
            Err(_) => return Answer::error(StatusCode::INTERNAL_SERVER_ERROR, "exception", "the request was given up"),
        };
        let Taken { items, bundle, reserved } = taken;
        let appended = if bundle.ends.is_empty() {
            Appended { segment: 0, ends: Vec::new() }
        } else {
            match self.appender.append(bundle).await {
                Ok(appended) => appended,
                Err(refused) => return self.refused(&refused),
            }
        };
        self.health.source_ok(&self.source);
        self.count(&items);
        let answer = bulk_answer(&items, &appended, &(self.id_prefix)(appended.segment), filter.as_ref(), started);
        drop(reserved);
        answer
    }

    fn refused(&self, refused: &Refused) -> Answer {
        match refused {
            Refused::Disk(_) => self.health.source_down(&self.source, refused.to_string()),
            Refused::Full { .. } | Refused::Busy | Refused::Closed => {}
        }
        let reason = format!("rejected execution of a bulk request: {refused}");
        match refused {
            Refused::Busy => Answer::busy(&reason, RETRY_AFTER_BUSY_S),
            _ => Answer::busy(&reason, RETRY_AFTER_FULL_S),
        }
    }

    fn count(&self, items: &[Outcome]) {
        let refused = items.iter().filter(|item| item.error.is_some()).count();
        for (result, count) in [("taken", items.len() - refused), ("refused", refused)] {
            let labels = [("source", self.source.clone()), ("result", result.to_owned())];
            metrics::counter!("logboom_http_items_total", &labels).increment(count as u64);
        }
    }
}

fn refusal(error: &BodyError) -> Answer {
    let reason = error.to_string();
    match error {
        BodyError::TooLarge(_) => Answer::error(StatusCode::PAYLOAD_TOO_LARGE, "content_too_long_exception", &reason),
        BodyError::Busy => Answer::busy(&format!("rejected execution of a bulk request: {reason}"), RETRY_AFTER_BUSY_S),
        BodyError::Slow => Answer::error(StatusCode::REQUEST_TIMEOUT, "timeout_exception", &reason),
        BodyError::Broken(_) => Answer::error(StatusCode::BAD_REQUEST, "parse_exception", &reason),
    }
}

/// A body on its way to the spool.
struct Work {
    is_gzip: bool,
    received: Vec<u8>,
    reserved: Reserved,
    bytes_max: usize,
    index: IndexFrom,
    ids: Ids,
    defaults: Defaults,
}

struct Taken {
    items: Vec<Outcome>,
    bundle: Bundle,
    reserved: Reserved,
}

/// What an item takes beside its bytes: `@metadata`, its outcome, its part of the answer. A guess for reserving.
const ITEM_BYTES: usize = 512;

impl Work {
    fn run(mut self) -> Result<Taken, Box<Answer>> {
        let body = if self.is_gzip {
            let unpacked = gunzip(&self.received, self.bytes_max, &mut self.reserved).map_err(|e| refusal(&e))?;
            self.received = Vec::new();
            unpacked
        } else {
            std::mem::take(&mut self.received)
        };
        let parsed = bulk::parse(&body, &self.defaults);
        let parsed = parsed.map_err(|m| {
            let status = if m.is_too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
            Answer::error(status, m.kind, &m.reason)
        })?;
        // The records are a second copy. (While it writes, the spool's thread has a third, of a group of requests.)
        let needed = body.len() * 2 + parsed.len() * ITEM_BYTES;
        if !self.reserved.grow_to(needed) {
            return Err(Box::new(refusal(&self.reserved.refusal(needed))));
        }
        let written_ms = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
        let mut bundle =
            Bundle { bytes: Vec::with_capacity(body.len()), ends: Vec::with_capacity(parsed.len()), written_ms };
        let mut arena = Arena::new();
        let mut recorder = Recorder::new(self.index, self.ids, &mut arena);
        let mut items = Vec::with_capacity(parsed.len());
        for item in &parsed {
            let action = &item.action;
            let (id, error) = match recorder.write(action, item.source, &mut bundle.bytes) {
                Ok(id) => {
                    bundle.ends.push(bundle.bytes.len());
                    (id, None)
                }
                Err(error) => (action.id.clone(), Some(error)),
            };
            items.push(Outcome { action: action.clone(), id, error });
        }
        Ok(Taken { items, bundle, reserved: self.reserved })
    }
}

/// A URL's query.
struct Query<'u>(&'u str);

impl<'u> Query<'u> {
    fn of(uri: &'u Uri) -> Self {
        Self(uri.query().unwrap_or_default())
    }

    fn get(&self, key: &str) -> Option<String> {
        let value = self.0.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))?;
        let text = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
        Some(text).filter(|text| !text.is_empty())
    }
}
