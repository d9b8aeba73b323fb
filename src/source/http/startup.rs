//! What Beats and other clients ask an Elasticsearch before they send anything, and what we answer.
//!
//! Templates, policies, data streams and pipelines are not ours to keep: `logboom setup` makes what documents need, and pipelines lie in
//! the pipelines folder. So we say that they are there, and senders with default settings leave it at that. Who puts one all the same
//! (`setup.template.overwrite`, modules) is told it is acknowledged, since a refusal would keep it from sending; the log says what it was.

use super::answer::Answer;
use crate::rest::Identity;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

/// Answers a call that is not `_bulk`. `path` is without its query.
pub fn answer(node: &Identity, method: &Method, path: &str) -> Answer {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_read = method == Method::GET || method == Method::HEAD;
    let is_write = method == Method::PUT || method == Method::POST;
    match parts.as_slice() {
        [] if is_read => Answer::ok(node.about()),
        ["_license"] | ["_xpack", "license"] if is_read => Answer::ok(license(node)),
        ["_xpack"] if is_read => Answer::ok(xpack(node)),
        ["_cluster", "health", ..] if is_read => Answer::ok(health(node)),
        ["_nodes", ..] if is_read => Answer::ok(nodes(node)),
        ["_cat", ..] if is_read => Answer::ok(json!([])),
        ["_ilm", "policy", name] if is_read => Answer::ok(json!({*name: {"version": 1, "policy": {"phases": {}}}})),
        ["_index_template", name] if is_read => Answer::ok(
            json!({"index_templates": [{"name": name, "index_template": {"index_patterns": [], "composed_of": []}}]}),
        ),
        ["_component_template", name] if is_read => {
            Answer::ok(json!({"component_templates": [{"name": name, "component_template": {"template": {}}}]}))
        }
        ["_template", name] if is_read => Answer::ok(json!({*name: {"index_patterns": []}})),
        ["_data_stream", name] if is_read => Answer::ok(
            json!({"data_streams": [{"name": name, "timestamp_field": {"name": "@timestamp"}, "indices": [], "generation": 1, "status": "GREEN"}]}),
        ),
        ["_data_stream", name, "_lifecycle"] if is_read => Answer::ok(json!({"data_streams": [{"name": name}]})),
        ["_ingest", "pipeline", name] if is_read => Answer::ok(json!({*name: {"processors": []}})),
        ["_alias", name] if is_read => Answer::ok(json!({*name: {"aliases": {}}})),
        ["_ilm", "policy", name]
        | ["_index_template", name]
        | ["_component_template", name]
        | ["_template", name]
        | ["_data_stream", name]
        | ["_data_stream", name, "_lifecycle"]
        | ["_ingest", "pipeline", name]
            if is_write =>
        {
            let kind = parts.first().copied().unwrap_or_default();
            metrics::counter!("logboom_http_setup_ignored_total", "kind" => kind.to_owned()).increment(1);
            tracing::warn!(
                kind,
                name,
                "A sender wants to set this up in Elasticsearch; it is not kept. Templates are made by `logboom setup`, pipelines lie in the folder `pipelines`."
            );
            Answer::ok(json!({"acknowledged": true}))
        }
        ["_bulk"] | [_, "_bulk"] => wrong_method(method, path),
        [name] if method == Method::HEAD && !name.starts_with('_') => Answer::ok(Value::Null),
        _ => Answer::new(
            StatusCode::BAD_REQUEST,
            json!({"error": format!("no handler found for uri [{path}] and method [{method}]")}),
        ),
    }
}

fn wrong_method(method: &Method, path: &str) -> Answer {
    let error = format!("Incorrect HTTP method for uri [{path}] and method [{method}], allowed: [POST, PUT]");
    Answer::new(StatusCode::METHOD_NOT_ALLOWED, json!({"error": error, "status": 405}))
}

fn license(node: &Identity) -> Value {
    json!({"license": {
        "status": "active",
        "uid": node.cluster_uuid,
        "type": "basic",
        "issue_date": "1970-01-01T00:00:00.000Z",
        "issue_date_in_millis": 0,
        "max_nodes": 1_000,
        "max_resource_units": null,
        "issued_to": node.cluster_name,
        "issuer": "logboom",
        "start_date_in_millis": -1
    }})
}

fn xpack(node: &Identity) -> Value {
    let feature = json!({"available": true, "enabled": true});
    json!({
        "build": {"hash": env!("CARGO_PKG_VERSION"), "date": "1970-01-01T00:00:00.000Z"},
        "license": {"uid": node.cluster_uuid, "type": "basic", "mode": "basic", "status": "active"},
        "features": {"ilm": feature, "data_streams": feature, "security": {"available": true, "enabled": false}},
        "tagline": "You know, for X"
    })
}

fn health(node: &Identity) -> Value {
    json!({
        "cluster_name": node.cluster_name,
        "status": "green",
        "timed_out": false,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "active_primary_shards": 1,
        "active_shards": 1,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "unassigned_primary_shards": 0,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": 100.0
    })
}

/// Modules ask which processors the nodes have before they load pipelines.
fn nodes(node: &Identity) -> Value {
    let processors = ["geoip", "user_agent", "date", "grok", "rename", "set", "script", "pipeline", "dissect", "json"];
    let processors: Vec<Value> = processors.iter().map(|name| json!({"type": name})).collect();
    json!({
        "_nodes": {"total": 1, "successful": 1, "failed": 0},
        "cluster_name": node.cluster_name,
        "nodes": {node.cluster_uuid.clone(): {
            "name": "logboom",
            "version": node.version,
            "roles": ["data", "ingest", "master"],
            "ingest": {"processors": processors}
        }}
    })
}
