//! What the documents show must work: every configuration in them, and those in `deploy/`, is read and checked as `logboom check` does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use logboom::config::Settings;
use logboom::job::Plan;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fenced YAML blocks of a Markdown file, each with its line.
fn yaml_blocks(file: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.trim_start()) {
            (None, "```yaml") => open = Some((number + 2, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), _) => {
                block.push_str(line);
                block.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

/// Whether a block is a whole `logboom.yml`.
fn is_configuration(block: &str) -> bool {
    ["sources:", "outputs:"].iter().all(|key| block.lines().any(|line| line.starts_with(key)))
}

/// Whether a block is a pipeline.
fn is_pipeline(block: &str) -> bool {
    block.lines().any(|line| line.starts_with("processors:")) && !block.contains("filebeat.inputs")
}

/// All problems of a configuration text with the pipelines in `folder`.
fn problems(place: &str, text: &str, folder: &Path) -> Vec<String> {
    let file = folder.join("logboom.yml");
    // Secrets come from the user's environment, which a test has not.
    fs::write(&file, text.replace("${env:", "${example:")).unwrap();
    let found = Settings::load(&file).and_then(|mut settings| Plan::compile(&mut settings).map(drop));
    found.err().into_iter().flatten().map(|e| format!("{place}: {e}")).collect()
}

#[test]
fn configurations_in_the_documents_are_sound() {
    let mut found = Vec::new();
    let mut count = 0;
    for file in markdown_files() {
        for (line, block) in yaml_blocks(&file).into_iter().filter(|(_, block)| is_configuration(block)) {
            count += 1;
            let folder = tempfile::tempdir().unwrap();
            let pipelines = folder.path().join("pipelines");
            fs::create_dir(&pipelines).unwrap();
            // The names that the example's routes call, each as the project ships it, else as the same page shows it.
            let shown = yaml_blocks(&file).into_iter().find(|(_, block)| is_pipeline(block)).map(|(_, block)| block);
            for name in block.lines().filter_map(|line| line.trim().strip_prefix("pipeline: ")) {
                let shipped = fs::read_to_string(root().join(format!("pipelines/{name}.yml"))).ok();
                let text = shown.clone().or(shipped).unwrap_or_else(|| "processors: []\n".to_owned());
                fs::write(pipelines.join(format!("{name}.yml")), text).unwrap();
            }
            found.extend(problems(&format!("{file}:{line}"), &block, folder.path()));
        }
    }
    assert!(count >= 2, "README.md and docs/configuration.md show configurations");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn configurations_in_deploy_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    let mut found = Vec::new();
    for (place, text) in deployed() {
        // They name the pipelines folder of the image.
        let text = text.replace("pipelines: pipelines", &format!("pipelines: {}", root().join("pipelines").display()));
        found.extend(problems(&place, &text, folder.path()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// `deploy/logboom.yml`, and the `config` of the chart's values.
fn deployed() -> Vec<(String, String)> {
    let compose = fs::read_to_string(root().join("deploy/logboom.yml")).unwrap();
    let values = root().join("deploy/helm/logboom/values.yaml");
    let values = logboom::config::read_file(&values).unwrap();
    let chart = values.get("config").and_then(|node| node.as_str()).expect("the chart has a config").to_owned();
    vec![("deploy/logboom.yml".to_owned(), compose), ("deploy/helm/logboom/values.yaml".to_owned(), chart)]
}

fn markdown_files() -> Vec<String> {
    let mut files = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(root().join(&folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let relative = path.strip_prefix(root()).unwrap().to_path_buf();
            if path.is_dir() {
                folders.push(relative);
            } else if path.extension().is_some_and(|e| e == "md") {
                files.push(relative.display().to_string());
            }
        }
    }
    files.sort();
    files
}
