//! Imports from a package, the lock, names that are no files; and from a node that only the test plays.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::node::{Node, NodeSettings};
use axum::extract::Request;
use serde_json::{Value, json};
use std::fs;

#[test]
fn only_plain_names_become_files() {
    for (name, is_plain) in [
        ("logs-nginx.access-1.2.0", true),
        (".fleet_final_pipeline-1", true),
        ("logs@custom", true),
        ("../../etc/passwd", false),
        ("/etc/passwd", false),
        ("a/b", false),
        ("..", false),
        (".", false),
        ("", false),
        ("a\\b", false),
        ("c:x", false),
        ("a\nb", false),
        ("x.test", false),
    ] {
        assert_eq!(file_stem(name).is_some(), is_plain, "{name:?}");
    }
    assert!(file_stem(&"x".repeat(300)).is_none());
}

fn imported(files: &[(&str, &str)]) -> Imported {
    let mut imported = Imported { origin: "here".into(), ..Imported::default() };
    files.iter().for_each(|(path, text)| imported.add((*path).to_owned(), text.as_bytes().to_vec()));
    imported
}

#[test]
fn drift_is_seen_on_both_sides() {
    let dir = tempfile::tempdir().unwrap();
    let first = imported(&[("a.json", "1"), ("b.json", "2"), ("scripts/s.json", "3")]);
    assert_eq!(Lock::read(dir.path()).unwrap(), None);
    Lock::write(&first, dir.path()).unwrap();
    let lock = Lock::read(dir.path()).unwrap().unwrap();
    assert_eq!((lock.drift_here(dir.path()).unwrap(), lock.drift_there(&first)), (vec![], vec![]));

    fs::write(dir.path().join("a.json"), "own").unwrap();
    fs::remove_file(dir.path().join("scripts/s.json")).unwrap();
    assert_eq!(
        lock.drift_here(dir.path()).unwrap(),
        [Drift::EditedHere("a.json".into()), Drift::GoneHere("scripts/s.json".into())]
    );
    let second = imported(&[("a.json", "1+"), ("b.json", "2+"), ("c.json", "4")]);
    assert_eq!(
        lock.drift_there(&second),
        [
            Drift::ChangedThere("a.json".into()),
            Drift::ChangedThere("b.json".into()),
            Drift::GoneThere("scripts/s.json".into()),
            Drift::NewThere("c.json".into())
        ]
    );
    // What was edited here is in the way; what an earlier import left is not.
    assert_eq!(Lock::in_the_way(Some(&lock), dir.path(), &second), ["a.json"]);
    fs::write(dir.path().join("c.json"), "mine").unwrap();
    assert_eq!(Lock::in_the_way(None, dir.path(), &second), ["a.json", "b.json", "c.json"]);
}

#[test]
fn a_lock_leads_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    for text in [r#"{"origin":"x","files":{"../x":"sha256:0"}}"#, r#"{"origin":"x","files":{"/x":"sha256:0"}}"#, "junk"]
    {
        fs::write(dir.path().join(LOCK_FILE), text).unwrap();
        assert!(Lock::read(dir.path()).is_err(), "{text}");
    }
}

/// A node with pipelines that call each other, a stored script and an enrich policy.
async fn node() -> Node {
    async fn answer(request: Request) -> axum::Json<Value> {
        axum::Json(match request.uri().path() {
            "/_ingest/pipeline" => json!({
                "main": {"created_date_millis": 1, "processors": [
                    {"foreach": {"field": "a", "processor": {"pipeline": {"name": "called"}}}},
                    {"set": {"field": "x", "value": 1, "on_failure": [{"script": {"id": "fix"}}]}},
                    {"pipeline": {"name": "{{dynamic}}"}}
                ]},
                "called": {"processors": [{"enrich": {"policy_name": "people", "field": "a", "target_field": "b"}}, {"pipeline": {"name": "missing"}}]},
                "other": {"processors": []},
                "../evil": {"processors": []}
            }),
            "/_scripts/fix" => {
                json!({"_id": "fix", "found": true, "script": {"lang": "painless", "source": "ctx.a = 1"}})
            }
            "/_enrich/policy/people" => {
                json!({"policies": [{"config": {"match": {"name": "people", "indices": ["p"], "match_field": "id", "enrich_fields": ["n"]}}}]})
            }
            "/p/_search" => {
                json!({"_scroll_id": "s", "hits": {"hits": [{"_source": {"id": 2, "n": "b"}}, {"_source": {"id": 1, "n": "a"}}]}})
            }
            _ => json!({"hits": {"hits": []}}),
        })
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    Node::new(NodeSettings { url, ..NodeSettings::default() }).unwrap()
}

#[tokio::test]
async fn a_node_gives_what_its_pipelines_name() {
    let node = node().await;
    let imported = from_node(&node, &[glob::Pattern::new("ma*").unwrap()]).await.unwrap();
    let paths: Vec<&str> = imported.assets.iter().map(|asset| asset.path.as_str()).collect();
    assert_eq!(paths, ["called.json", "main.json", "scripts/fix.json", "enrich/people.json", "enrich/people.ndjson"]);
    assert_eq!(imported.warnings, ["there is no pipeline [missing], which another calls"]);
    let text = |path: &str| {
        let asset = imported.assets.iter().find(|asset| asset.path == path).unwrap();
        String::from_utf8(asset.bytes.clone()).unwrap()
    };
    assert!(!text("main.json").contains("created_date_millis"));
    assert_eq!(text("enrich/people.ndjson"), "{\"id\":1,\"n\":\"a\"}\n{\"id\":2,\"n\":\"b\"}\n");
    let all = from_node(&node, &[]).await.unwrap();
    assert!(all.warnings.iter().any(|warning| warning.contains("[../evil]")), "{:?}", all.warnings);
    assert!(all.assets.iter().all(|asset| !asset.path.contains("..")));
    // What was imported is what logboom runs on.
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("missing.json"), r#"{"processors":[]}"#).unwrap();
    Lock::write(&imported, dir.path()).unwrap();
    let folders = crate::enrich::EnrichOptions { geoip_dir: None, data_dir: Some(dir.path().to_owned()) };
    let options = crate::ingest::PipelineOptions::with_data(folders);
    let loaded = crate::ingest::Pipelines::load(dir.path(), &options);
    assert_eq!(loaded.err().map(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>()), None);
}

#[test]
fn credentials_stay_out_of_what_is_shown() {
    let settings = NodeSettings { url: "https://elastic:s3cret@host:9200/".into(), ..NodeSettings::default() };
    assert_eq!(Node::new(settings).unwrap().url(), "https://host:9200");
    for url in ["host:9200", "ftp://x", "", "file:///etc/passwd"] {
        assert!(Node::new(NodeSettings { url: url.into(), ..NodeSettings::default() }).is_err(), "{url}");
    }
}
