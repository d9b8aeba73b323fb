//! Kibana's saved objects: a data view over the scored logs, one over the alerts, and searches that a person starts from.

use serde_json::{Value, json};

/// The saved objects as NDJSON, for Stack Management › Saved Objects › Import (or `POST /api/saved_objects/_import`).
pub fn saved_objects(log_patterns: &str, alert_index: &str) -> String {
    let objects = [
        data_view("logboom-logs", "logboom: logs", log_patterns),
        data_view("logboom-alerts", "logboom: alerts", &format!("{alert_index}*")),
        search(
            "logboom-anomalies",
            "logboom: anomalies",
            "logboom-logs",
            "anomaly.verdict : \"anomaly\"",
            &["anomaly.severity", "anomaly.reason", "service.name", "host.name", "message"],
        ),
        search(
            "logboom-pending",
            "logboom: waiting for a verdict",
            "logboom-logs",
            // Elasticsearch's own `kql` query knows no lists of values, which Kibana does.
            "anomaly.status : \"pending\" or anomaly.status : \"degraded\"",
            &["anomaly.status", "anomaly.template.text", "message"],
        ),
        search(
            "logboom-firing",
            "logboom: firing alerts",
            "logboom-alerts",
            "alert.state : \"firing\"",
            &["alert.severity", "alert.reason", "alert.count", "alert.first_seen", "alert.last_seen"],
        ),
    ];
    objects.iter().map(|object| format!("{object}\n")).collect()
}

fn data_view(id: &str, name: &str, pattern: &str) -> Value {
    json!({
        "id": id, "type": "index-pattern", "managed": false, "references": [],
        "attributes": {"title": pattern, "name": name, "timeFieldName": "@timestamp"},
        "coreMigrationVersion": "8.8.0", "typeMigrationVersion": "8.0.0"
    })
}

fn search(id: &str, title: &str, view: &str, query: &str, columns: &[&str]) -> Value {
    let source = json!({
        "query": {"language": "kuery", "query": query}, "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index"
    });
    json!({
        "id": id, "type": "search", "managed": false,
        "references": [{"id": view, "name": "kibanaSavedObjectMeta.searchSourceJSON.index", "type": "index-pattern"}],
        "attributes": {
            "title": title, "description": "", "columns": columns, "sort": [["@timestamp", "desc"]], "grid": {}, "hideChart": false,
            "kibanaSavedObjectMeta": {"searchSourceJSON": source.to_string()}
        },
        "coreMigrationVersion": "8.8.0", "typeMigrationVersion": "8.0.0"
    })
}
