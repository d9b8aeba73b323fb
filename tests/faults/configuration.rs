//! `check`: all problems of a configuration and its pipelines at once, each with its place and a way to mend it; exit status 2.

use std::fs;
use std::process::Command;

fn check(config: &str, pipelines: &[(&str, &str)]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pipelines")).unwrap();
    for (name, text) in pipelines {
        fs::write(folder.path().join("pipelines").join(name), text).unwrap();
    }
    fs::write(folder.path().join("c.yml"), config).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_logboom"))
        .args(["check", "-c", "c.yml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

const REST: &str = "outputs: { stdout: {} }\nsources: { stdin: {} }\n";

#[test]
fn all_problems_of_the_settings_at_once() {
    let config = "sources:\n  kafka: { broker: [\"k:9092\"], topics: [a] }\nroutes:\n  - name: r\n    to: { data_steam: x }\noutputs: { elasticsearch: { urls: [ftp://x] } }\nscorring: {}\n";
    let (code, text) = check(config, &[]);
    assert_eq!(code, 2);
    for expected in [
        "c.yml:2:",
        "unknown setting `broker` (did you mean `brokers`?)",
        "the setting `brokers` is missing",
        "c.yml:5:",
        "`ftp://x` is not an http(s) URL",
        "c.yml:7:1: unknown setting `scorring` (did you mean `scoring`?)",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn all_problems_of_the_pipelines_at_once() {
    let config = format!("{REST}pipelines: pipelines\nroutes: [ {{ name: default, to: {{ index: x }} }} ]\n");
    let (code, text) = check(
        &config,
        &[
            ("a.yml", "processors:\n  - set: { feild: x, value: 1 }\n  - sett: { field: x, value: 1 }\n"),
            ("b.yml", "processors:\n  - pipeline: { name: aa }\n"),
            ("c.yml", "processors:\n  - grok: { field: message, patterns: [ '%{NOSUCH:x}' ] }\n"),
            ("d.yml", "processors:\n  - script: { source: 'ctx.a = ;' }\n"),
            ("e.yml", "processors: [\n"),
        ],
    );
    assert_eq!(code, 2);
    for expected in [
        "a.yml:2:",
        "did you mean `field`?",
        "a.yml:3:",
        "did you mean `set`?",
        "NOSUCH",
        "c.yml:2:",
        "d.yml:2:",
        "e.yml:",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn a_missing_pipeline_is_named_with_the_nearest() {
    let config =
        format!("{REST}pipelines: pipelines\nroutes: [ {{ name: default, pipeline: mian, to: {{ index: x }} }} ]\n");
    let (code, text) = check(&config, &[("main.yml", "processors: []\n")]);
    assert_eq!(code, 2);
    assert!(text.contains("there is no pipeline `mian`") && text.contains("did you mean `main`?"), "{text}");
}

#[test]
fn secrets_are_never_printed() {
    let config = format!(
        "{REST}routes: [ {{ name: default, to: {{ index: x }} }} ]\nlimits: {{ workers: \"${{env:PATH}}\" }}\n"
    );
    let (code, text) = check(&config, &[]);
    assert_eq!(code, 2);
    assert!(!text.contains("/usr/bin"), "{text}");
}
