//! Look-ups over HTTP (a CMDB's `/api/assets?ip=…`): cached, timed out, and given up on while the server fails.
//!
//! Pipelines run on threads that do nothing else, so a miss of the cache makes its worker wait, for the time-out at most. The
//! requests themselves run on one thread of their own.

mod breaker;

use super::Cache;
use breaker::Breaker;
use reqwest::{Client, StatusCode, header::HeaderMap};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A longer answer is refused.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// A failing server is left alone for this long.
const BREAKER_PAUSE: Duration = Duration::from_secs(30);
/// A worker waits this much longer than the request's own time-out, for the answer to get back to it.
const ANSWER_MARGIN: Duration = Duration::from_millis(250);

/// How a server is asked. Two processors with the same description share one cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSpec {
    /// Scheme, host and port: what the breaker watches.
    pub origin: String,
    pub headers: Vec<(String, String)>,
    pub timeout: Duration,
    pub cache_ttl: Duration,
    /// How long "there is no such thing" is remembered.
    pub missing_ttl: Duration,
    pub cache_entries: usize,
}

type Answer = Result<Option<Arc<Value>>, String>;

/// Asks one server.
pub struct HttpLookup {
    spec: HttpSpec,
    headers: HeaderMap,
    cache: Cache<(Instant, Option<Arc<Value>>)>,
    breaker: Breaker,
    flights: Mutex<HashMap<String, Arc<Flight>>>,
    requests: UnboundedSender<Request>,
}

/// A question under way: all who ask it wait for the one answer.
#[derive(Default)]
struct Flight {
    answer: Mutex<Option<Answer>>,
    landed: Condvar,
}

struct Request {
    url: String,
    headers: HeaderMap,
    timeout: Duration,
    flight: Arc<Flight>,
}

impl HttpLookup {
    pub fn new(spec: HttpSpec, thread: &RequestThread) -> Result<Self, String> {
        let headers: HashMap<String, String> = spec.headers.iter().cloned().collect();
        Ok(Self {
            headers: HeaderMap::try_from(&headers).map_err(|e| format!("[headers] {e}"))?,
            cache: Cache::new(spec.cache_entries),
            breaker: Breaker::new(BREAKER_PAUSE),
            flights: Mutex::default(),
            requests: thread.requests.clone(),
            spec,
        })
    }

    pub fn spec(&self) -> &HttpSpec {
        &self.spec
    }

    /// What the server says of `url`; None for "not found". Waits for the answer.
    pub fn get(&self, url: &str) -> Answer {
        let now = Instant::now();
        if let Some((expires, value)) = self.cache.get(url)
            && now < expires
        {
            return Ok(value);
        }
        match self.board(url, now)? {
            Boarding::With(flight) => flight.wait(self.wait_max()),
            Boarding::First(flight) => {
                self.send(url, &flight);
                let answer = flight.wait(self.wait_max());
                self.land(url, &answer);
                answer
            }
        }
    }

    fn wait_max(&self) -> Duration {
        self.spec.timeout + ANSWER_MARGIN
    }

    /// Joins those who ask the same already, or begins to ask.
    fn board(&self, url: &str, now: Instant) -> Result<Boarding, String> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(url) {
            return Ok(Boarding::With(flight.clone()));
        }
        if !self.breaker.admits(now) {
            return Err(format!("{} failed too often and is left alone for a while", self.spec.origin));
        }
        let flight = Arc::new(Flight::default());
        flights.insert(url.to_owned(), flight.clone());
        Ok(Boarding::First(flight))
    }

    fn send(&self, url: &str, flight: &Arc<Flight>) {
        let request = Request {
            url: url.to_owned(),
            headers: self.headers.clone(),
            timeout: self.spec.timeout,
            flight: flight.clone(),
        };
        if self.requests.send(request).is_err() {
            flight.land(Err("look-ups over HTTP have ended".into()));
        }
    }

    fn land(&self, url: &str, answer: &Answer) {
        let now = Instant::now();
        self.breaker.report(answer.is_ok(), now);
        if let Ok(value) = answer {
            let ttl = if value.is_some() { self.spec.cache_ttl } else { self.spec.missing_ttl };
            self.cache.insert(url, (now + ttl, value.clone()));
        }
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(url);
    }
}

enum Boarding {
    First(Arc<Flight>),
    With(Arc<Flight>),
}

impl Flight {
    fn land(&self, answer: Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        self.landed.notify_all();
    }

    fn wait(&self, timeout: Duration) -> Answer {
        let waiting = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, _) = self
            .landed
            .wait_timeout_while(waiting, timeout, |answer| answer.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        answer.clone().unwrap_or_else(|| Err(format!("no answer within {} ms", timeout.as_millis())))
    }
}

/// The thread that the requests of all look-ups run on. It ends when nobody can ask any more.
pub struct RequestThread {
    requests: UnboundedSender<Request>,
}

impl RequestThread {
    pub fn start() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let client = Client::builder().build().map_err(|e| e.to_string())?;
        let (requests, queue) = unbounded_channel();
        let thread = std::thread::Builder::new().name("http-lookup".into());
        thread.spawn(move || runtime.block_on(serve(client, queue))).map_err(|e| e.to_string())?;
        Ok(Self { requests })
    }
}

async fn serve(client: Client, mut queue: UnboundedReceiver<Request>) {
    while let Some(request) = queue.recv().await {
        let client = client.clone();
        tokio::spawn(async move {
            let answer = ask(&client, &request).await;
            request.flight.land(answer);
        });
    }
}

async fn ask(client: &Client, request: &Request) -> Answer {
    let away = |error: reqwest::Error| match error.is_timeout() {
        true => format!("no answer within {} ms", request.timeout.as_millis()),
        false => causes(&error.without_url()),
    };
    let get = client.get(&request.url).headers(request.headers.clone()).timeout(request.timeout);
    let mut response = get.send().await.map_err(away)?;
    match response.status() {
        StatusCode::NOT_FOUND | StatusCode::NO_CONTENT | StatusCode::GONE => return Ok(None),
        status if !status.is_success() => return Err(format!("the server answered {status}")),
        _ => {}
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(format!("the answer has more than {BODY_BYTES_MAX} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(Arc::new(value))),
        Err(error) => Err(format!("the answer is not JSON: {error}")),
    }
}

/// An error and what is behind it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A server that gives each path its answer, and counts the questions.
    fn server(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (counter, answer) = (asked.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (counter, answer) = (counter.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                    let first = lines.next().unwrap_or_default();
                    let secret = lines.by_ref().take_while(|line| !line.is_empty()).any(|line| line == "x-token: s");
                    counter.fetch_add(1, Ordering::SeqCst);
                    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                    let body = answer(&format!("{path}{}", if secret { "#s" } else { "" }));
                    let (status, body) = body.split_once(' ').unwrap_or((&body, ""));
                    let head =
                        format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
                });
            }
        });
        (origin, asked)
    }

    fn lookup(origin: &str, cache_ttl: Duration) -> HttpLookup {
        let spec = HttpSpec {
            origin: origin.to_owned(),
            headers: vec![("X-Token".into(), "s".into())],
            timeout: Duration::from_millis(500),
            cache_ttl,
            missing_ttl: cache_ttl,
            cache_entries: 100,
        };
        HttpLookup::new(spec, &RequestThread::start().unwrap()).unwrap()
    }

    #[test]
    fn answers_are_remembered_and_so_is_what_is_missing() {
        let (origin, asked) = server(|path| match path {
            "/a?ip=1#s" => r#"200 {"team":"web"}"#.into(),
            "/null#s" => "200 null".into(),
            _ => "404 nothing".into(),
        });
        let lookup = lookup(&origin, Duration::from_secs(60));
        for _ in 0..3 {
            let found = lookup.get(&format!("{origin}/a?ip=1")).unwrap().unwrap();
            assert_eq!(*found, serde_json::json!({"team": "web"}));
            assert_eq!(lookup.get(&format!("{origin}/b")), Ok(None));
            assert_eq!(lookup.get(&format!("{origin}/null")), Ok(None));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        let forgetful = self::lookup(&origin, Duration::ZERO);
        assert!(forgetful.get(&format!("{origin}/b")).is_ok() && forgetful.get(&format!("{origin}/b")).is_ok());
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }

    #[test]
    fn many_who_ask_the_same_ask_once() {
        let (origin, asked) = server(|_| {
            std::thread::sleep(Duration::from_millis(100));
            "200 1".into()
        });
        let lookup = lookup(&origin, Duration::from_secs(60));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(lookup.get(&format!("{origin}/x")).unwrap().as_deref(), Some(&Value::from(1)))
                });
            }
        });
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_failing_server_is_left_alone() {
        let (origin, asked) = server(|path| match path {
            "/slow#s" => {
                std::thread::sleep(Duration::from_secs(2));
                "200 1".into()
            }
            "/text#s" => "200 hello".into(),
            _ => "500 no".into(),
        });
        let lookup = lookup(&origin, Duration::from_secs(60));
        let reason = |path: &str| lookup.get(&format!("{origin}{path}")).unwrap_err();
        assert_eq!(reason("/slow"), "no answer within 500 ms");
        assert!(reason("/text").starts_with("the answer is not JSON: "));
        for _ in 0..3 {
            assert_eq!(reason("/"), "the server answered 500 Internal Server Error");
        }
        assert_eq!(reason("/"), format!("{origin} failed too often and is left alone for a while"));
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }
}
