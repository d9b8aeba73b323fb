//! What Elasticsearch answers, and what follows (docs/delivery.md), on the real server: refused for good, refused for now, known already. (Its
//! failure store is not among the parts that a public registry has; tests/faults has that row.)

use super::surroundings::{Program, count, elasticsearch, eventually, free_port, http, variable};
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
const LINES: u64 = 20;

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn each_answer_has_its_treatment() {
    let run = &format!("answers{}", std::process::id());
    let put = |path: &str, body| elasticsearch("PUT", &format!("/{path}"), Some(&body)).unwrap();
    put(&format!("{run}-strict"), json!({"mappings": {"properties": {"n": {"type": "long"}}}}));
    put(&format!("{run}-blocked"), json!({"settings": {"index.blocks.write": true}}));
    put("_cluster/settings", json!({"persistent": {"action.auto_create_index": format!("-{run}-missing,+*")}}));

    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for n in 0..LINES {
        for kind in ["open", "strict", "blocked", "missing"] {
            let value = if kind == "strict" { json!("no number") } else { json!(n) };
            writeln!(lines, "{}", json!({"kind": kind, "n": value, "@timestamp": "2026-11-23T02:00:00Z"})).unwrap();
        }
    }
    fs::write(folder.path().join("lines"), lines).unwrap();
    let console = &format!("127.0.0.1:{}", free_port());
    let configuration = folder.path().join("logboom.yml");
    fs::write(&configuration, text(folder.path(), run, console)).unwrap();

    // Refused for good: a dead letter. Refused for now: tried again, and the rest does not wait.
    let job = Program::logboom(&configuration, folder.path().join("logboom.log"));
    ends(console, &[("delivered", LINES), ("dead_lettered", LINES)]);
    let letters = fs::read_to_string(folder.path().join("data/dead-letters.ndjson")).unwrap();
    assert_eq!(letters.matches("document_parsing_exception").count() as u64, LINES);
    put(&format!("{run}-blocked/_settings"), json!({"index.blocks.write": false}));
    put(&format!("{run}-missing"), json!({}));
    ends(console, &[("delivered", 3 * LINES)]);
    for index in ["open", "blocked", "missing"] {
        assert_eq!(count(&format!("{run}-{index}"), "*:*"), Ok(LINES), "{index}");
    }
    assert_eq!(job.stop().code(), Some(0));

    // Read again from the start: our own ids are known.
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    let job = Program::logboom(&configuration, folder.path().join("again.log"));
    ends(console, &[("already_delivered", 3 * LINES), ("dead_lettered", LINES)]);
    assert_eq!(job.stop().code(), Some(0));
    for index in ["open", "blocked", "missing"] {
        assert_eq!(count(&format!("{run}-{index}"), "*:*"), Ok(LINES), "{index}");
    }
    put("_cluster/settings", json!({"persistent": {"action.auto_create_index": null}}));
}

fn text(folder: &Path, run: &str, console: &str) -> String {
    format!(
        r#"data_dir: {data}
sources: {{ lines: {{ type: file, paths: ["{lines}"], codec: json }} }}
routes: [{{ name: default, to: {{ index: "{run}-{{{{kind}}}}" }} }}]
console: {{ listen: "{console}" }}
outputs: {{ elasticsearch: {{ urls: ["{es}"] }} }}
"#,
        data = folder.join("data").display(),
        lines = folder.join("lines").display(),
        es = variable("ES_URL"),
    )
}

/// Waits until so many records have ended so.
fn ends(console: &str, account: &[(&str, u64)]) {
    eventually("the account", PATIENCE, || {
        let (_, metrics) = http("GET", &format!("http://{console}/metrics"), None)?;
        let line = |(end, count): &(&str, u64)| format!("logboom_records_ended_total{{end=\"{end}\"}} {count}");
        let lacks = account.iter().map(line).find(|line| !metrics.lines().any(|l| l == line));
        let ended = metrics.lines().filter(|line| line.starts_with("logboom_records_ended_total")).collect::<Vec<_>>();
        lacks.map_or(Ok(()), |line| Err(format!("`{line}` is not among {ended:?}")))
    });
}
