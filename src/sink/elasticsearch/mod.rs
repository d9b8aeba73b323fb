//! Elasticsearch (and OpenSearch): `_bulk` with an answer for every item.
//!
//! Every document carries an `_id` made of its record's coordinates and is sent with `create`, so that sending it again is harmless:
//! a 409 on our own id means that it is there already. What each answer leads to is in [`response`].

mod bulk;
mod limit;
mod look_up;
mod response;

use super::Chunk;
use crate::delivery::{DeadLetter, DeadLetters, End, Stage};
use crate::telemetry::Health;
use ::elasticsearch::auth::Credentials;
use ::elasticsearch::cert::{Certificate, CertificateValidation};
use ::elasticsearch::http::Method;
use ::elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use ::elasticsearch::http::transport::{MultiNodeConnectionPool, Transport, TransportBuilder};
use anyhow::Context as _;
use bulk::{Bulk, Subject};
use limit::AdaptiveLimit;
use response::{Answer, Treatment};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How an output reaches Elasticsearch.
#[derive(Clone, Debug)]
pub struct ElasticsearchSettings {
    pub urls: Vec<String>,
    pub auth: Auth,
    pub tls: Tls,
    pub bulk: BulkSettings,
    pub overflow: crate::sink::Overflow,
}

#[derive(Clone, Default)]
pub enum Auth {
    #[default]
    None,
    Basic {
        user: String,
        password: String,
    },
    /// As Elasticsearch prints it: `encoded`, or `id:key`.
    ApiKey(String),
    Bearer(String),
}

/// Never prints a secret.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Auth::None => "none",
            Auth::Basic { .. } => "basic",
            Auth::ApiKey(_) => "api_key",
            Auth::Bearer(_) => "bearer",
        })
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// A PEM file of authorities to trust instead of the built-in ones.
    pub ca: Option<PathBuf>,
    pub insecure: bool,
}

#[derive(Clone, Debug)]
pub struct BulkSettings {
    pub bytes_max: usize,
    /// How long a small chunk may wait for company.
    pub linger: Duration,
    pub concurrency_max: usize,
    pub timeout: Duration,
    pub gzip: bool,
    /// How long items refused with 403 or 404 (a blocked or missing index) are tried again before they go to the dead letters.
    pub blocked_patience: Duration,
    /// Whether documents of records that are read again are searched for before they are sent.
    pub look_up: bool,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self {
            bytes_max: 5 * 1024 * 1024,
            linger: Duration::from_millis(100),
            concurrency_max: 8,
            timeout: Duration::from_secs(60),
            gzip: true,
            blocked_patience: Duration::from_secs(300),
            look_up: true,
        }
    }
}

/// First and longest wait before a retry; half of each is random.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// The parts of `_bulk`'s answer that are read: asking for no more spares Elasticsearch and us the rest.
const FILTER_PATH: &[(&str, &str)] =
    &[("filter_path", "errors,items.*._id,items.*.status,items.*.error,items.*.failure_store")];

/// Makes a client for the settings.
pub fn transport(settings: &ElasticsearchSettings) -> anyhow::Result<Transport> {
    let urls = settings.urls.iter().map(|u| u.parse().with_context(|| format!("`{u}` is not a URL")));
    let pool = MultiNodeConnectionPool::round_robin(urls.collect::<Result<Vec<_>, _>>()?, None);
    let mut builder =
        TransportBuilder::new(pool).timeout(settings.bulk.timeout).request_body_compression(settings.bulk.gzip);
    builder = match &settings.auth {
        Auth::None => builder,
        Auth::Basic { user, password } => builder.auth(Credentials::Basic(user.clone(), password.clone())),
        Auth::Bearer(token) => builder.auth(Credentials::Bearer(token.clone())),
        Auth::ApiKey(key) => builder.auth(match key.split_once(':') {
            Some((id, key)) => Credentials::ApiKey(id.to_owned(), key.to_owned()),
            None => Credentials::EncodedApiKey(key.clone()),
        }),
    };
    if settings.tls.insecure {
        builder = builder.cert_validation(CertificateValidation::None);
    } else if let Some(ca) = &settings.tls.ca {
        let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
        builder = builder.cert_validation(CertificateValidation::Full(Certificate::from_pem(&pem)?));
    }
    Ok(builder.build()?)
}

/// The sink. Cheap to clone: tasks share it.
#[derive(Clone)]
pub struct Elasticsearch {
    shared: Arc<Shared>,
}

struct Shared {
    name: Arc<str>,
    transport: Transport,
    settings: BulkSettings,
    /// What the server has taught us with 413; never above the setting.
    bytes_max: AtomicUsize,
    limit: AdaptiveLimit,
    /// The server does not let us search: it is not asked again.
    look_up_refused: AtomicBool,
    /// The `_id` that the server last gave to all items of a request, whichever they were.
    constant_id: Mutex<Option<String>>,
    dead_letters: DeadLetters,
    health: Health,
}

/// What one request came to.
enum Outcome {
    /// An answer for each item.
    Items(Vec<Answer>),
    /// Nothing is known of any item: try all again after a while.
    Retry(String),
    /// The request was too large.
    TooLarge,
    /// The request as a whole was refused for its content.
    Refused(String),
    /// Credentials or privileges: nothing will succeed until somebody acts.
    Unauthorized(String),
}

impl Elasticsearch {
    pub fn new(
        name: Arc<str>,
        settings: &ElasticsearchSettings,
        dead_letters: DeadLetters,
        health: Health,
    ) -> anyhow::Result<Self> {
        let shared = Shared {
            name,
            transport: transport(settings)?,
            bytes_max: AtomicUsize::new(settings.bulk.bytes_max),
            limit: AdaptiveLimit::new(settings.bulk.concurrency_max),
            settings: settings.bulk.clone(),
            look_up_refused: AtomicBool::new(false),
            constant_id: Mutex::new(None),
            dead_letters,
            health,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Takes chunks until the queue is closed, then waits until all is settled.
    pub async fn run(self, mut chunks: mpsc::Receiver<Chunk>) {
        let mut requests = tokio::task::JoinSet::new();
        while let Some(first) = chunks.recv().await {
            let bulk = self.assemble(first, &mut chunks).await;
            // The permit is held through all retries: what is being retried counts against the limit, so it cannot pile up.
            let permit = self.shared.limit.acquire().await;
            let sink = self.clone();
            requests.spawn(async move {
                sink.deliver(bulk).await;
                drop(permit);
            });
            while requests.try_join_next().is_some() {}
        }
        while requests.join_next().await.is_some() {}
    }

    /// Joins chunks until the bulk is large enough or `linger` is over.
    async fn assemble(&self, first: Chunk, chunks: &mut mpsc::Receiver<Chunk>) -> Bulk {
        let bytes_max = self.shared.bytes_max.load(Ordering::Relaxed);
        let mut bulk = Bulk::new(first);
        let until = tokio::time::Instant::now() + self.shared.settings.linger;
        while bulk.bytes() < bytes_max / 2 {
            match tokio::time::timeout_at(until, chunks.recv()).await {
                Ok(Some(chunk)) => bulk.add(chunk),
                Ok(None) | Err(_) => break,
            }
        }
        bulk
    }

    /// Sends until every item has ended.
    async fn deliver(&self, bulk: Bulk) {
        let mut blocked_since = None;
        let mut pending = vec![bulk];
        let mut wait = RETRY_WAIT.0;
        while let Some(bulk) = pending.pop() {
            if bulk.bytes() > self.shared.bytes_max.load(Ordering::Relaxed) && bulk.len() > 1 {
                pending.extend(bulk.halves());
                continue;
            }
            let Some(bulk) = self.leave_out_what_is_there(bulk).await else { continue };
            let before = Instant::now();
            let outcome = self.send(&bulk).await;
            metrics::histogram!("logboom_bulk_seconds", "output" => self.shared.name.to_string())
                .record(before.elapsed());
            let (retry, retry_cause) = match outcome {
                Outcome::Items(answers) => {
                    let blocked = answers.iter().any(|a| a.treatment() == Treatment::RetryWhileBlocked);
                    // Counted from the first refusal of that kind: an outage before it takes nothing from the patience.
                    blocked_since = blocked.then(|| blocked_since.unwrap_or_else(Instant::now));
                    let patience = self.shared.settings.blocked_patience;
                    let patient = blocked_since.is_none_or(|since: Instant| since.elapsed() < patience);
                    let (rest, congested) = self.settle(bulk, &answers, patient).await;
                    if congested {
                        self.shared.limit.shrink()
                    } else {
                        self.shared.limit.grow()
                    }
                    self.shared.health.output_ok(&self.shared.name);
                    match rest {
                        Some((rest, cause)) => (rest, cause),
                        None => {
                            wait = RETRY_WAIT.0;
                            continue;
                        }
                    }
                }
                Outcome::TooLarge => {
                    if bulk.len() > 1 {
                        self.shared.bytes_max.fetch_min((bulk.bytes() / 2).max(1), Ordering::Relaxed);
                        pending.extend(bulk.halves());
                    } else {
                        self.bury_all(
                            bulk,
                            "413",
                            "the document is larger than the server accepts (http.max_content_length)",
                        )
                        .await;
                    }
                    continue;
                }
                Outcome::Refused(reason) => {
                    if bulk.len() > 1 {
                        pending.extend(bulk.halves());
                    } else {
                        self.bury_all(bulk, "400", &reason).await;
                    }
                    continue;
                }
                Outcome::Unauthorized(reason) => {
                    let hint = "check the output's `auth` and the role's privileges";
                    self.shared.health.output_down(&self.shared.name, format!("{reason}; {hint}"));
                    (bulk, reason)
                }
                Outcome::Retry(reason) => {
                    self.shared.limit.shrink();
                    self.shared.health.output_down(&self.shared.name, reason.clone());
                    (bulk, reason)
                }
            };
            metrics::counter!("logboom_bulk_retries_total", "output" => self.shared.name.to_string()).increment(1);
            tracing::warn!(output = %self.shared.name, items = retry.len(), cause = retry_cause, wait_ms = wait.as_millis() as u64, "Trying a bulk request again.");
            pending.push(retry);
            tokio::time::sleep(jittered(wait)).await;
            wait = (wait * 2).min(RETRY_WAIT.1);
        }
    }

    async fn send(&self, bulk: &Bulk) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        let body = bulk.body();
        metrics::counter!("logboom_bulk_bytes_total", "output" => self.shared.name.to_string())
            .increment(body.len() as u64);
        let timeout = Some(self.shared.settings.timeout);
        let sent =
            self.shared.transport.send(Method::Post, "/_bulk", headers, Some(FILTER_PATH), Some(body), timeout).await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Outcome::Retry(chain(&error)),
        };
        let status = response.status_code().as_u16();
        let body = match response.bytes().await {
            Ok(body) => body,
            Err(error) => return Outcome::Retry(format!("the answer broke off: {}", chain(&error))),
        };
        let excerpt = || String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned();
        match status {
            200..=299 => match response::answers(&body, bulk.len()) {
                Ok(answers) if !self.is_credible(bulk, &answers) => {
                    Outcome::Retry("the answer to _bulk is about other documents than were sent".into())
                }
                Ok(answers) => Outcome::Items(answers),
                Err(reason) => Outcome::Retry(format!("the answer to _bulk is not understood: {reason}")),
            },
            413 => Outcome::TooLarge,
            401 | 403 => Outcome::Unauthorized(format!("HTTP {status}: {}", excerpt())),
            400 => Outcome::Refused(excerpt()),
            // 429, 5xx and anything unexpected: the request may have been carried out, and may be sent again.
            _ => Outcome::Retry(format!("HTTP {status}: {}", excerpt())),
        }
    }

    /// Whether the answers can be those to this request. A proxy that mixes up connections hands over answers about other documents. What always
    /// answers with one and the same `_id`, as stand-ins for Elasticsearch do, names no documents: that says nothing against it.
    fn is_credible(&self, bulk: &Bulk, answers: &[Answer]) -> bool {
        match bulk.subject_of(answers) {
            Subject::Asked => true,
            Subject::Others => false,
            Subject::OneId(id) => {
                let mut constant = self.shared.constant_id.lock().unwrap_or_else(PoisonError::into_inner);
                let known = constant.as_deref() == Some(id);
                if !known {
                    *constant = Some(id.to_owned());
                }
                known || answers.len() > 1
            }
        }
    }

    /// Settles the items that have ended. Comes back with those to try again (and why), and whether the server is congested.
    async fn settle(&self, mut bulk: Bulk, answers: &[Answer], patient: bool) -> (Option<(Bulk, String)>, bool) {
        let mut congested = false;
        let mut cause = String::new();
        let mut ends = Vec::with_capacity(answers.len());
        for answer in answers {
            let treatment = match answer.treatment() {
                Treatment::RetryWhileBlocked if !patient => Treatment::DeadLetter,
                other => other,
            };
            if matches!(treatment, Treatment::Retry | Treatment::RetryWhileBlocked) {
                congested |= matches!(treatment, Treatment::Retry);
                if cause.is_empty() {
                    cause = format!("item status {}: {}", answer.status, answer.reason());
                }
            }
            ends.push(treatment);
        }
        for at in (0..answers.len()).filter(|at| answers[*at].status == 409) {
            let id = if bulk.has_own_id(at) { "own" } else { "given" };
            metrics::counter!("logboom_bulk_conflicts_total", "output" => self.shared.name.to_string(), "id" => id)
                .increment(1);
        }
        let mut delivered = |end| {
            bulk.settle_where(end, |at| match ends.get(at) {
                Some(Treatment::End(e)) => *e == end,
                _ => false,
            })
        };
        delivered(End::Delivered);
        delivered(End::AlreadyDelivered);
        delivered(End::FailureStored);
        for at in (0..ends.len()).filter(|at| matches!(ends[*at], Treatment::DeadLetter)) {
            self.bury(&mut bulk, at, &answers[at]).await;
        }
        let rest = bulk.keep(|at| matches!(ends.get(at), Some(Treatment::Retry | Treatment::RetryWhileBlocked) | None));
        (rest.map(|bulk| (bulk, cause)), congested)
    }

    async fn bury(&self, bulk: &mut Bulk, at: usize, answer: &Answer) {
        let Some((batch, record, receipt, action)) = bulk.take(at) else { return };
        let mut letter = DeadLetter::of(&batch, record, Stage::Output, answer.error_type(), answer.reason());
        (letter.index, letter.document_id) = action;
        self.shared.dead_letters.send(letter, receipt).await;
    }

    async fn bury_all(&self, mut bulk: Bulk, kind: &str, reason: &str) {
        for at in 0..bulk.len() {
            let Some((batch, record, receipt, action)) = bulk.take(at) else { continue };
            let mut letter = DeadLetter::of(&batch, record, Stage::Output, kind, reason);
            (letter.index, letter.document_id) = action;
            self.shared.dead_letters.send(letter, receipt).await;
        }
    }
}

/// Half of `wait` plus a random part of the other half.
fn jittered(wait: Duration) -> Duration {
    wait / 2 + (wait / 2).mul_f64(rand::random::<f64>())
}

/// An error with all its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
