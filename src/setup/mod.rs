//! What `logboom setup` installs: component and index templates in Elasticsearch or OpenSearch, and a data view with saved
//! searches for Kibana.
//!
//! Everything is put by name, so doing it again changes nothing. Users' own mappings and settings belong into the `*@custom`
//! component templates, which are referred to and never written.

mod kibana;

use crate::route::{Destination, RouteSettings};
use anyhow::Context as _;
use elasticsearch::http::Method;
use elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::transport::Transport;
use serde_json::{Value, json};

pub use kibana::saved_objects;

/// One thing to install.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// The path that it is put to.
    pub path: String,
    pub body: Value,
}

/// Field types that not every distribution has, and what stands in for them.
const FIELD_TYPE_FALLBACKS: &[(&str, &str)] = &[("match_only_text", "text")];

/// The assets for these routes, in the order in which they must be put.
pub fn assets<'r>(routes: impl Iterator<Item = &'r RouteSettings>, alert_index: &str) -> anyhow::Result<Vec<Asset>> {
    let component = |name: &str, text: &str| -> anyhow::Result<Asset> {
        let body = serde_json::from_str(text).with_context(|| format!("built-in template {name}"))?;
        Ok(Asset { path: format!("/_component_template/{name}"), body })
    };
    let mut assets = vec![
        component("logboom-logs@settings", include_str!("../../deploy/elasticsearch/logs-settings.json"))?,
        component("logboom-ecs@mappings", include_str!("../../deploy/elasticsearch/ecs-mappings.json"))?,
        component("logboom-anomaly@mappings", include_str!("../../deploy/elasticsearch/anomaly-mappings.json"))?,
    ];
    let mut alerts: Value = serde_json::from_str(include_str!("../../deploy/elasticsearch/alerts-template.json"))?;
    if let Some(patterns) = alerts.get_mut("index_patterns") {
        *patterns = json!([format!("{alert_index}*")]);
    }
    assets.push(Asset { path: "/_index_template/logboom-alerts".into(), body: alerts });
    let (data_streams, indices) = patterns(routes);
    for (name, patterns, is_stream) in [("logboom-logs", data_streams, true), ("logboom-indices", indices, false)] {
        if !patterns.is_empty() {
            assets.push(Asset { path: format!("/_index_template/{name}"), body: index_template(&patterns, is_stream) });
        }
    }
    Ok(assets)
}

fn index_template(patterns: &[String], is_stream: bool) -> Value {
    let custom = ["logboom-logs@custom"];
    let mut body = json!({
        "index_patterns": patterns,
        // Above the stack's own `logs` template (100), below what users write for one data set (200 and more).
        "priority": 150,
        "composed_of": ["logboom-logs@settings", "logboom-ecs@mappings", "logboom-anomaly@mappings", custom[0]],
        "ignore_missing_component_templates": custom,
        "_meta": {"managed_by": "logboom"}
    });
    if let (true, Some(object)) = (is_stream, body.as_object_mut()) {
        object.insert("data_stream".into(), json!({}));
    }
    body
}

/// Index patterns of the routes' destinations: data streams and plain indices. What a template puts in becomes `*`.
fn patterns<'r>(routes: impl Iterator<Item = &'r RouteSettings>) -> (Vec<String>, Vec<String>) {
    let (mut streams, mut indices) = (Vec::new(), Vec::new());
    for route in routes {
        let Destination::Index { index, is_data_stream, .. } = &route.destination else { continue };
        let Some(is_data_stream) = *is_data_stream else { continue };
        let pattern = wildcarded(index.text());
        let list = if is_data_stream { &mut streams } else { &mut indices };
        if !list.contains(&pattern) {
            list.push(pattern);
        }
    }
    (streams, indices)
}

/// `logs-{{service.name}}-prod` → `logs-*-prod`.
fn wildcarded(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        out.push_str(rest.get(..open).unwrap_or_default());
        out.push('*');
        let close = rest.rfind("}}").map_or(rest.len(), |_| {
            let inner = rest.get(open..).unwrap_or_default();
            let end = inner.find("}}").map_or(inner.len(), |e| e + 2);
            let extra = inner.get(end..).unwrap_or_default().starts_with('}');
            open + end + usize::from(extra)
        });
        rest = rest.get(close..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Puts the assets. A field type that the server lacks is replaced by the one that stands in for it.
pub async fn install(transport: &Transport, assets: &[Asset], mut told: impl FnMut(&str)) -> anyhow::Result<()> {
    for asset in assets {
        let mut body = with_earlier_patterns(transport, asset).await?.to_string();
        let mut answer = put(transport, &asset.path, body.clone()).await?;
        for (missing, instead) in FIELD_TYPE_FALLBACKS {
            if let Err(reason) = &answer
                && reason.contains(missing)
            {
                told(&format!("{}: the server has no field type {missing}; using {instead}", asset.path));
                body = body.replace(missing, instead);
                answer = put(transport, &asset.path, body.clone()).await?;
            }
        }
        answer.map_err(|reason| anyhow::anyhow!("{} was refused: {reason}", asset.path))?;
        told(&format!("{}: installed", asset.path));
    }
    Ok(())
}

/// Several jobs may share a cluster, each set up by itself: the index patterns that are there already stay, or the data streams of
/// another job would lose their template (Elasticsearch refuses that).
async fn with_earlier_patterns(transport: &Transport, asset: &Asset) -> anyhow::Result<Value> {
    let mut body = asset.body.clone();
    if !asset.path.starts_with("/_index_template/") {
        return Ok(body);
    }
    let response = transport.send(Method::Get, &asset.path, HeaderMap::new(), None::<&()>, None::<String>, None).await;
    let response = response.context(UNREACHABLE)?;
    if !response.status_code().is_success() {
        return Ok(body);
    }
    let there: Value = response.json().await.context("the installed index template is not JSON")?;
    let there = there.pointer("/index_templates/0/index_template/index_patterns").and_then(Value::as_array);
    if let Some(patterns) = body.get_mut("index_patterns").and_then(Value::as_array_mut) {
        let earlier = there.into_iter().flatten().filter(|p| !patterns.contains(p)).cloned();
        patterns.extend(earlier.collect::<Vec<_>>());
    }
    Ok(body)
}

const UNREACHABLE: &str = "cannot reach Elasticsearch: check the output's `urls`";

/// `Err` inside: the server's reason for refusing.
async fn put(transport: &Transport, path: &str, body: String) -> anyhow::Result<Result<(), String>> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let response = transport.send(Method::Put, path, headers, None::<&()>, Some(body), None).await;
    let response = response.context(UNREACHABLE)?;
    let status = response.status_code();
    let text = response.text().await?;
    Ok(if status.is_success() { Ok(()) } else { Err(format!("HTTP {status}: {text}")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_become_wildcards() {
        for (template, pattern) in [
            ("logs-x-prod", "logs-x-prod"),
            ("logs-{{service.name}}-prod", "logs-*-prod"),
            ("logs-{{{a}}}-{{b}}", "logs-*-*"),
        ] {
            assert_eq!(wildcarded(template), pattern);
        }
    }
}
