//! `/api/verdicts`: what `logboom verdict` does, by HTTP.

use crate::job::verdicts::Verdicts;
use crate::score::Statement;
use crate::score::feedback::Feedback;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

/// A longer statement is refused: replicas could not share it.
const BODY_BYTES_MAX: usize = 12 * 1024;

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 10_000;

pub(super) fn routes(verdicts: Verdicts) -> Router {
    let methods = get(list).put(set).delete(unset);
    let limit = DefaultBodyLimit::max(BODY_BYTES_MAX);
    Router::new().route("/api/verdicts", methods).layer(limit).with_state(verdicts)
}

/// Which verdicts to list; what is not given does not matter.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Filter {
    template: Option<String>,
    class: Option<String>,
    verdict: Option<String>,
    severity: Option<String>,
    author: Option<String>,
    /// Part of the template's text or of the reason.
    text: Option<String>,
    limit: Option<usize>,
}

impl Filter {
    fn takes(&self, said: &Feedback) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
        };
        let within = |text: &str| said.text.to_lowercase().contains(text) || said.reason.to_lowercase().contains(text);
        same(&self.template, Some(&said.template))
            && self.class.as_ref().is_none_or(|class| said.class.as_ref() == Some(class))
            && same(&self.verdict, said.verdict.as_deref())
            && same(&self.severity, said.severity.as_deref())
            && self.author.as_ref().is_none_or(|author| said.author == *author)
            && self.text.as_ref().is_none_or(|text| within(&text.to_lowercase()))
    }
}

fn wrong(reason: impl ToString) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason.to_string() }))).into_response()
}

/// Runs what reads and writes files where nobody waits for it.
async fn beside<T: Send + 'static>(
    verdicts: Verdicts,
    work: impl FnOnce(&Verdicts) -> std::io::Result<T> + Send + 'static,
) -> Result<T, Response> {
    let done = tokio::task::spawn_blocking(move || work(&verdicts)).await;
    done.map_err(std::io::Error::other).flatten().map_err(|error| {
        tracing::warn!(%error, "the operators' verdicts cannot be used");
        let answer = json!({ "error": format!("the file of the verdicts cannot be used: {error}") });
        (StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response()
    })
}

async fn list(
    State(verdicts): State<Verdicts>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Response, Response> {
    let Query(filter) = filter.map_err(|error| wrong(error.body_text()))?;
    let limit = filter.limit.unwrap_or(LIMIT_DEFAULT);
    if limit > LIMIT_MAX {
        return Err(wrong(format!("`limit` is {LIMIT_MAX} at most")));
    }
    let mut found = beside(verdicts, Verdicts::in_force).await?;
    found.retain(|said| filter.takes(said));
    let total = found.len();
    found.truncate(limit);
    Ok(Json(json!({ "total": total, "verdicts": found })).into_response())
}

async fn set(
    State(verdicts): State<Verdicts>,
    statement: Result<Json<Statement>, JsonRejection>,
) -> Result<Response, Response> {
    let Json(statement) = statement.map_err(IntoResponse::into_response)?;
    if statement.verdict.is_none() {
        return Err(wrong("`verdict` is missing: `normal` or `anomaly`; DELETE takes back what was said"));
    }
    say(verdicts, statement).await
}

/// What is taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    template: Option<String>,
    line: Option<String>,
    class: Option<String>,
    #[serde(default)]
    author: String,
    #[serde(default)]
    reason: String,
}

async fn unset(
    State(verdicts): State<Verdicts>,
    taken: Result<Query<Taken>, QueryRejection>,
) -> Result<Response, Response> {
    let Query(Taken { template, line, class, author, reason }) = taken.map_err(|error| wrong(error.body_text()))?;
    say(verdicts, Statement { template, line, class, author, reason, ..Statement::default() }).await
}

async fn say(verdicts: Verdicts, statement: Statement) -> Result<Response, Response> {
    let feedback = statement.into_feedback(jiff::Timestamp::now()).map_err(wrong)?;
    let said = feedback.clone();
    beside(verdicts, move |verdicts| verdicts.say(feedback)).await?;
    tracing::info!(template = said.template, verdict = said.verdict, author = said.author, "An operator has spoken.");
    Ok(Json(said).into_response())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use serde_json::Value;

    /// The routes on a port of their own.
    async fn serve(verdicts: Verdicts) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/verdicts", listener.local_addr().unwrap());
        let router = routes(verdicts);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    async fn ask(method: &str, url: &str, body: &str) -> (u16, Value) {
        let request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body.to_owned());
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    #[tokio::test]
    async fn operators_speak_by_http() {
        let folder = tempfile::tempdir().unwrap();
        let url = serve(Verdicts::in_file(folder.path().join("data/feedback.ndjson"))).await;
        let all = |filter: &str| format!("{url}?{filter}");
        assert_eq!(ask("GET", &url, "").await, (200, json!({ "total": 0, "verdicts": [] })));
        let said =
            json!({ "line": "disk 7 is slow", "verdict": "anomaly", "reason": "Known", "author": "li", "class": "db" });
        let (status, answer) = ask("PUT", &url, &said.to_string()).await;
        assert_eq!((status, &answer["text"], &answer["verdict"]), (200, &json!("disk <*> is slow"), &json!("anomaly")));
        let id = answer["template"].as_str().unwrap().to_owned();
        let other = r#"{"template":"00000000000000aa","verdict":"normal","author":"wu"}"#;
        assert_eq!(ask("PUT", &url, other).await.0, 200);
        for (filter, total, shown) in [
            ("", 2, 2),
            ("limit=1", 2, 1),
            ("limit=0", 2, 0),
            ("author=wu", 1, 1),
            ("verdict=anomaly&text=DISK", 1, 1),
            ("text=known", 1, 1),
            ("class=db", 1, 1),
            ("class=web", 0, 0),
            ("template=00000000000000AA", 1, 1),
        ] {
            let (status, answer) = ask("GET", &all(filter), "").await;
            let found = answer["verdicts"].as_array().unwrap().len();
            assert_eq!((status, answer["total"].as_u64(), found), (200, Some(total), shown), "{filter}");
        }
        let (status, _) = ask("DELETE", &all(&format!("template={id}&class=db&author=li")), "").await;
        assert_eq!((status, ask("GET", &all("class=db"), "").await.1["total"].as_u64()), (200, Some(0)));
    }

    #[tokio::test]
    async fn wrong_requests_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let url = serve(Verdicts::in_file(folder.path().join("feedback.ndjson"))).await;
        let long =
            format!(r#"{{"line":"x","verdict":"normal","author":"li","reason":"{}"}}"#, "x".repeat(BODY_BYTES_MAX));
        for (method, query, body, expected) in [
            ("PUT", "", r#"{"line":"x","author":"li"}"#, 400),
            ("PUT", "", r#"{"line":"x","verdict":"normal"}"#, 400),
            ("PUT", "", r#"{"verdict":"normal","author":"li"}"#, 400),
            ("PUT", "", r#"{"line":"x","verdict":"normal","autor":"li"}"#, 422),
            ("PUT", "", "{", 400),
            ("PUT", "", long.as_str(), 413),
            ("DELETE", "?template=aa&author=li", "", 400),
            ("DELETE", "?author=li", "", 400),
            ("GET", "?limit=10001", "", 400),
            ("GET", "?limit=x", "", 400),
            ("GET", "?colour=red", "", 400),
            ("POST", "", "", 405),
        ] {
            assert_eq!(ask(method, &format!("{url}{query}"), body).await.0, expected, "{method} {query} {body:.60}");
        }
        assert!(!folder.path().join("feedback.ndjson").exists());
    }
}
