//! Documents that are there already, found before they are sent again.
//!
//! `create` answers 409 only in the index that it writes to. Behind a data stream or an alias that has rolled over since, an older index has the document,
//! and a record that is read again would be there twice. So the ids of records that may have been delivered before
//! ([`Rereads`](crate::delivery::Rereads)) are searched for first, in all that the name stands for.

use super::bulk::{Bulk, Suspect};
use super::{Elasticsearch, RETRY_WAIT, chain, jittered};
use crate::delivery::End;
use ::elasticsearch::http::Method;
use ::elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::Ordering;

/// Ids of one search.
const SEARCH_IDS_MAX: usize = 1_000;
/// Documents that a search may give (`index.max_result_window`): more than ids, for where a document is twice already.
const SEARCH_HITS_MAX: usize = 10_000;
/// Names in the path of one refresh; Elasticsearch takes 4 KiB.
const REFRESH_PATH_BYTES_MAX: usize = 2_000;
/// Then documents are sent without: 409 still answers for the index that is written to.
const ATTEMPTS_MAX: u32 = 6;

/// What of an answer goes into the log.
const ANSWER_CHARS_MAX: usize = 300;

const FILTER_PATH: &[(&str, &str)] =
    &[("filter_path", "responses.status,responses._shards.failed,responses.hits.hits._id")];

/// Why nothing is known.
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    /// The server is away, or lacks parts of what it has: to be tried again.
    Away(String),
    /// It will not answer this.
    Refused(String),
}

/// The answer to `_msearch`.
#[derive(Deserialize)]
struct Answer {
    responses: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default, rename = "_shards")]
    shards: Shards,
    #[serde(default)]
    hits: Hits,
}

#[derive(Default, Deserialize)]
struct Shards {
    #[serde(default)]
    failed: u64,
}

#[derive(Default, Deserialize)]
struct Hits {
    #[serde(default)]
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_id")]
    id: String,
}

/// Ids by the index that their documents are for.
type Ids<'a> = BTreeMap<&'a str, Vec<&'a str>>;
/// Documents that are there, by index and id.
type Found = HashSet<(String, String)>;

impl Elasticsearch {
    /// Settles those items that are there already. Comes back with the others.
    pub(super) async fn leave_out_what_is_there(&self, mut bulk: Bulk) -> Option<Bulk> {
        if bulk.is_looked_up || !self.shared.settings.look_up || self.shared.look_up_refused.load(Ordering::Relaxed) {
            return Some(bulk);
        }
        bulk.is_looked_up = true;
        let suspects = bulk.suspects();
        if suspects.is_empty() {
            return Some(bulk);
        }
        let mut ids = Ids::new();
        for suspect in &suspects {
            ids.entry(&suspect.index).or_default().push(&suspect.id);
        }
        let Some(found) = self.find_patiently(&ids).await else { return Some(bulk) };
        let is_found = |s: &&Suspect| found.contains(&(s.index.clone(), s.id.clone()));
        let places: HashSet<usize> = suspects.iter().filter(is_found).map(|s| s.at).collect();
        for (is_found, count) in [("true", places.len()), ("false", suspects.len() - places.len())] {
            let output = self.shared.name.to_string();
            metrics::counter!("logboom_look_up_documents_total", "output" => output, "found" => is_found)
                .increment(count as u64);
        }
        Bulk::note_found(&suspects, &places);
        if places.is_empty() {
            return Some(bulk);
        }
        bulk.settle_where(End::AlreadyDelivered, |at| places.contains(&at));
        bulk.keep(|at| !places.contains(&at))
    }

    /// Nothing when it cannot be told.
    async fn find_patiently(&self, ids: &Ids<'_>) -> Option<Found> {
        let mut wait = RETRY_WAIT.0;
        for _ in 0..ATTEMPTS_MAX {
            match self.find(ids).await {
                Ok(found) => return Some(found),
                Err(Trouble::Refused(reason)) => {
                    self.shared.look_up_refused.store(true, Ordering::Relaxed);
                    tracing::warn!(
                        output = %self.shared.name,
                        reason,
                        "Cannot look up what may be there already: a record that is read again after a rollover is there twice. Give the role `read`, or set `bulk.look_up: false`."
                    );
                    return None;
                }
                Err(Trouble::Away(reason)) => {
                    tracing::warn!(output = %self.shared.name, reason, "Cannot look up what may be there already; trying again.");
                    tokio::time::sleep(jittered(wait)).await;
                    wait = (wait * 2).min(RETRY_WAIT.1);
                }
            }
        }
        None
    }

    async fn find(&self, ids: &Ids<'_>) -> Result<Found, Trouble> {
        self.refresh(ids).await?;
        let searches: Vec<(&str, &[&str])> =
            ids.iter().flat_map(|(index, ids)| ids.chunks(SEARCH_IDS_MAX).map(|ids| (*index, ids))).collect();
        let mut body = Vec::new();
        for (index, ids) in &searches {
            let search = json!({
                "size": SEARCH_HITS_MAX, "_source": false, "track_total_hits": false, "sort": ["_doc"],
                "query": {"ids": {"values": ids}},
            });
            for line in [json!({"index": index, "ignore_unavailable": true}), search] {
                body.extend_from_slice(line.to_string().as_bytes());
                body.push(b'\n');
            }
        }
        let answer = self.ask("/_msearch", FILTER_PATH, Some(body)).await?;
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|error| Trouble::Refused(format!("the answer to _msearch is not understood: {error}")))?;
        if answer.responses.len() != searches.len() {
            return Err(Trouble::Refused("the answer to _msearch is about other searches than were asked".into()));
        }
        let mut found = Found::new();
        for ((index, _), response) in searches.iter().zip(answer.responses) {
            found.extend(hits(response)?.into_iter().map(|hit| ((*index).to_owned(), hit.id)));
        }
        Ok(found)
    }

    /// What was written last is not found before a refresh. Without the privilege (`maintenance`) it is left to the index's own interval.
    async fn refresh(&self, ids: &Ids<'_>) -> Result<(), Trouble> {
        for path in refresh_paths(ids.keys().copied()) {
            match self.ask(&path, &[("ignore_unavailable", "true"), ("filter_path", "_shards.failed")], None).await {
                Ok(_) => {}
                Err(Trouble::Refused(reason)) => {
                    tracing::debug!(output = %self.shared.name, reason, "No refresh before a look-up.");
                }
                Err(away) => return Err(away),
            }
        }
        Ok(())
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)], body: Option<Vec<u8>>) -> Result<Vec<u8>, Trouble> {
        let mut headers = HeaderMap::new();
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        }
        let timeout = Some(self.shared.settings.timeout);
        let away = |error: &dyn std::error::Error| Trouble::Away(chain(error));
        let sent = self.shared.transport.send(Method::Post, path, headers, Some(parameters), body, timeout).await;
        let response = sent.map_err(|error| away(&error))?;
        let status = response.status_code().as_u16();
        let bytes = response.bytes().await.map_err(|error| away(&error))?;
        match status {
            200..=299 => Ok(bytes.to_vec()),
            _ => {
                let excerpt = String::from_utf8_lossy(&bytes).chars().take(ANSWER_CHARS_MAX).collect::<String>();
                Err(trouble(status, format!("HTTP {status}: {excerpt}")))
            }
        }
    }
}

/// An overloaded or broken server may answer later, as one may whose credentials are mended; else the question is not to its liking.
fn trouble(status: u16, reason: String) -> Trouble {
    match status {
        401 | 429 | 500.. => Trouble::Away(reason),
        _ => Trouble::Refused(reason),
    }
}

fn hits(response: Response) -> Result<Vec<Hit>, Trouble> {
    match response.status {
        200..=299 if response.shards.failed == 0 => Ok(response.hits.hits),
        200..=299 => Err(Trouble::Away(format!("{} shards failed", response.shards.failed))),
        404 => Ok(Vec::new()),
        status => Err(trouble(status, format!("a search is answered with status {status}"))),
    }
}

/// As few paths as their length allows.
fn refresh_paths<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for name in names {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
        match paths.last_mut() {
            Some(path) if path.len() + name.len() < REFRESH_PATH_BYTES_MAX => {
                path.push(',');
                path.push_str(&name);
            }
            _ => paths.push(format!("/{name}")),
        }
    }
    paths.iter_mut().for_each(|path| path.push_str("/_refresh"));
    paths
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_each_answer_of_a_search_leads_to() {
        let away = |text: &str| Err(Trouble::Away(text.to_owned()));
        let cases: [(&str, Result<Vec<&str>, Trouble>); 6] = [
            (r#"{"status":200,"_shards":{"failed":0},"hits":{"hits":[{"_id":"a"},{"_id":"b"}]}}"#, Ok(vec!["a", "b"])),
            (r#"{"status":200,"_shards":{"failed":0}}"#, Ok(vec![])),
            (r#"{"status":200,"_shards":{"failed":2},"hits":{"hits":[{"_id":"a"}]}}"#, away("2 shards failed")),
            (r#"{"status":404}"#, Ok(vec![])),
            (r#"{"status":503}"#, away("a search is answered with status 503")),
            (r#"{"status":403}"#, Err(Trouble::Refused("a search is answered with status 403".into()))),
        ];
        for (answer, expected) in cases {
            let found = hits(serde_json::from_str(answer).unwrap());
            let ids = found.map(|hits| hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>());
            assert_eq!(ids, expected.map(|ids| ids.into_iter().map(str::to_owned).collect()), "{answer}");
        }
    }

    #[test]
    fn many_names_are_refreshed_by_few_requests() {
        assert_eq!(refresh_paths(["logs-a", "日志"].into_iter()), ["/logs%2Da,%E6%97%A5%E5%BF%97/_refresh"]);
        let names: Vec<String> = (0..100).map(|n| format!("logs-{n}-{}", "x".repeat(90))).collect();
        let paths = refresh_paths(names.iter().map(String::as_str));
        assert_eq!((paths.len(), paths.iter().all(|path| path.len() < 2 * REFRESH_PATH_BYTES_MAX)), (6, true));
    }
}
