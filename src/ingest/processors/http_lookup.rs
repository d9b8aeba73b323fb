//! `http_lookup`: asks a server (a CMDB, say) about a value.

use crate::config::{ConfigError, Data, resolve_secrets};
use crate::document::Document;
use crate::enrich::http::{HttpLookup, HttpSpec};
use crate::ingest::{Build, Context, ErrorKind, Failure, Field, MediaType, Processor, Settings, Template, ValueSource};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(1);
const CACHE_TTL: Duration = Duration::from_secs(600);
const MISSING_TTL: Duration = Duration::from_secs(60);
const CACHE_ENTRIES: usize = 10_000;

struct Lookup {
    url: Template,
    field: Field,
    target: Field,
    server: Arc<HttpLookup>,
    /// Keys and indexes that lead to what is wanted of the answer.
    response_path: Vec<String>,
    default: Option<ValueSource>,
    overrides: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let url = settings.string("url")?;
    let origin = origin(url).map_err(|reason| settings.invalid_option("url", reason))?;
    let spec = HttpSpec {
        origin: origin.to_owned(),
        headers: headers(settings)?,
        timeout: settings.duration_or("timeout", TIMEOUT)?,
        cache_ttl: settings.duration_or("cache_ttl", CACHE_TTL)?,
        missing_ttl: settings.duration_or("missing_ttl", MISSING_TTL)?,
        cache_entries: settings.count_or("cache_entries", CACHE_ENTRIES)?,
    };
    let server = build.enrich.http(&spec).map_err(|reason| settings.invalid_option("url", reason))?;
    let url = Template::compile(url, MediaType::FormUrlEncoded).map_err(|e| settings.invalid_option("url", e))?;
    let response_path = settings.opt_string("response_path")?.unwrap_or_default();
    let default = match settings.take("default") {
        Some(node) => Some(ValueSource::compile(node, MediaType::Json)?),
        None => None,
    };
    Ok(Box::new(Lookup {
        url,
        field: settings.field("field")?,
        target: settings.field("target_field")?,
        server,
        response_path: response_path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        default,
        overrides: settings.bool_or("override", true)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

/// Scheme, host and port. They are not a record's to choose, and what a record puts behind them must not change what is asked.
fn origin(url: &str) -> Result<&str, &'static str> {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = host.ok_or("must begin with http:// or https://")?;
    let end = host.find(['/', '?', '#']).unwrap_or(host.len());
    let origin = url.get(..url.len() - host.len() + end).unwrap_or(url);
    if end == 0 || origin.contains("{{") {
        return Err("must name its host; only what follows it may come from the document");
    }
    if url.contains("{{{") || url.contains("{{&") {
        return Err("values in a URL must be escaped: use {{field}}");
    }
    Ok(origin)
}

fn headers(settings: &mut Settings<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let mut headers = Vec::new();
    for (name, value) in settings.opt_map("headers")?.unwrap_or_default() {
        let Data::String(text) = &value.data else { return Err(settings.wrong_type("headers", value, "string")) };
        let text = resolve_secrets(text).map_err(|reason| settings.invalid("headers", value, reason))?;
        headers.push((name.text.clone(), text));
    }
    Ok(headers)
}

impl Processor for Lookup {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let value = doc.get_or_null(&*self.field.path(doc)?, self.ignore_missing)?;
        if value.is_null() && self.ignore_missing {
            return Ok(());
        }
        let target = self.target.path(doc)?;
        if !self.overrides && doc.has(&target) {
            return Ok(());
        }
        let url = self.url.render(doc)?;
        let answer = self.server.get(&url).map_err(|reason| {
            Failure::new(ErrorKind::Other("http_lookup_exception"), format!("look-up at [{url}] failed: {reason}"))
        })?;
        match (answer.as_deref().and_then(|answer| self.wanted(answer)), &self.default) {
            (Some(found), _) => Ok(doc.set(&target, doc.import(found))?),
            (None, Some(default)) => Ok(doc.set(&target, default.resolve(doc)?)?),
            (None, None) => Ok(()),
        }
    }
}

impl Lookup {
    fn wanted<'j>(&self, answer: &'j Json) -> Option<&'j Json> {
        let mut at = answer;
        for part in &self.response_path {
            at = match at {
                Json::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                other => other.get(part)?,
            };
        }
        (!at.is_null()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::origin;
    use crate::ingest::testing::{check, run};
    use std::io::{BufRead, BufReader, Write};

    #[test]
    fn only_what_follows_the_host_is_the_records() {
        for (url, expected) in [
            ("http://cmdb:8080/api?ip={{a}}", Ok("http://cmdb:8080")),
            ("https://cmdb", Ok("https://cmdb")),
            ("https://cmdb?x={{a}}", Ok("https://cmdb")),
            ("ftp://cmdb/", Err("must begin with http:// or https://")),
            ("http://{{a}}/", Err("must name its host; only what follows it may come from the document")),
            ("http:///x", Err("must name its host; only what follows it may come from the document")),
            ("http://cmdb/{{{a}}}", Err("values in a URL must be escaped: use {{field}}")),
        ] {
            assert_eq!(origin(url), expected, "{url}");
        }
    }

    #[test]
    fn what_the_server_says_goes_to_the_target() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let path = BufReader::new(&stream).lines().next().unwrap().unwrap();
                let body = match path.split(' ').nth(1).unwrap() {
                    "/api?ip=10.0.0.1+%26x" => r#"{"data":[{"team":"web"}]}"#,
                    _ => r#"{"data":[]}"#,
                };
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
            }
        });
        let options =
            format!("url: 'http://{address}/api?ip={{{{a}}}}', response_path: data.0, field: a, target_field: t");
        for (more, document, expected) in [
            ("", r#"{"a":"10.0.0.1 &x"}"#, r#"{"a":"10.0.0.1 &x","t":{"team":"web"}}"#),
            ("", r#"{"a":"10.0.0.2"}"#, r#"{"a":"10.0.0.2"}"#),
            (", default: none", r#"{"a":"10.0.0.2"}"#, r#"{"a":"10.0.0.2","t":"none"}"#),
            (", override: false", r#"{"a":"10.0.0.1 &x","t":1}"#, r#"{"a":"10.0.0.1 &x","t":1}"#),
            (", ignore_missing: true", "{}", "{}"),
            ("", "{}", "field [a] not present as part of path [a]"),
        ] {
            assert_eq!(run(&format!("processors: [{{http_lookup: {{{options}{more}}}}}]"), document), expected);
        }
    }

    #[test]
    fn failures_say_what_was_asked() {
        let got = run(
            "processors: [{http_lookup: {url: 'http://127.0.0.1:1/{{a}}', field: a, target_field: t}}]",
            r#"{"a":"x"}"#,
        );
        assert!(got.starts_with("look-up at [http://127.0.0.1:1/x] failed: "), "{got}");
        check(&[(
            "http_lookup: {url: 'http://x/', headers: {A: '${env:LOGBOOM_NO_SUCH}'}, field: a, target_field: t}",
            "{}",
            "test.yml:1:60: [headers] the environment variable LOGBOOM_NO_SUCH is not set",
        )]);
    }
}
