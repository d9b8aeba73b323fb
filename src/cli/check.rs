//! `logboom check`: reads the configuration with all its pipelines, or a folder of pipelines, and reports every problem.

use super::Failed;
use crate::config::{ConfigError, Node, Settings, read_file};
use crate::enrich::EnrichOptions;
use crate::ingest::coverage::{Count, Coverage};
use crate::ingest::{PipelineOptions, Pipelines};
use crate::job::Plan;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Check a configuration and its pipelines; all errors at once
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml")]
    config: PathBuf,
    /// Check the pipelines of this folder, without a configuration
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pipelines: Option<PathBuf>,
    /// Tell for each pipeline which processors, conditions and scripts it has, and what of them was compared with a node
    #[arg(long)]
    coverage: bool,
    /// Folder of GeoIP databases (*.mmdb), with --pipelines
    #[arg(long, value_name = "DIR", requires = "pipelines")]
    geoip: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    let (dir, geoip, sound) = match &args.pipelines {
        Some(dir) => (Some(dir.clone()), args.geoip.clone(), check_folder(dir, args.geoip.as_deref())),
        None => {
            let (dir, geoip) = folders(&args.config);
            let sound = check_configuration(&args.config, dir.as_deref(), geoip.as_deref());
            (dir, geoip, sound)
        }
    };
    if let Some(dir) = dir.filter(|_| args.coverage) {
        report(&dir, geoip, &mut out)?;
    }
    let sound = sound.map_err(|errors| Failed::Input(errors.iter().map(ToString::to_string).collect()))?;
    writeln!(out, "{sound}")?;
    Ok(())
}

fn options(dir: &Path, geoip: Option<&Path>) -> PipelineOptions {
    PipelineOptions::with_data(EnrichOptions { geoip_dir: geoip.map(Path::to_owned), data_dir: Some(dir.to_owned()) })
}

fn check_folder(dir: &Path, geoip: Option<&Path>) -> Result<String, Vec<ConfigError>> {
    let pipelines = Pipelines::load(dir, &options(dir, geoip))?;
    Ok(format!("{}: sound. {} pipelines.", dir.display(), pipelines.names().count()))
}

/// Everything at once: a wrong setting does not hide a wrong pipeline.
fn check_configuration(config: &Path, dir: Option<&Path>, geoip: Option<&Path>) -> Result<String, Vec<ConfigError>> {
    let mut settings = Settings::load(config).map_err(|mut errors| {
        if let Some(dir) = dir.filter(|dir| dir.is_dir()) {
            errors.extend(Pipelines::load(dir, &options(dir, geoip)).err().into_iter().flatten());
        }
        errors
    })?;
    let plan = Plan::compile(&mut settings)?;
    Ok(format!(
        "{}: sound. {} sources, {} routes, {} pipelines, {} outputs.",
        config.display(),
        settings.sources.len(),
        plan.routes.iter().count(),
        plan.pipelines.names().count(),
        settings.outputs.len()
    ))
}

/// The folders of pipelines and databases that a configuration names, sound or not.
fn folders(config: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    let Ok(node) = read_file(config) else { return (None, None) };
    let base = config.parent().unwrap_or(Path::new(""));
    let folder = |key: &str| {
        let text = crate::config::resolve_secrets(node.get(key).and_then(Node::as_str)?).ok()?;
        Some(base.join(text))
    };
    (folder("pipelines"), folder("geoip"))
}

/// Writes what each pipeline of the folder has.
fn report(dir: &Path, geoip: Option<PathBuf>, out: &mut impl Write) -> std::io::Result<()> {
    let options = options(dir, geoip.as_deref());
    let (nodes, _) = Pipelines::read_all(dir);
    let mut total = Total::default();
    for (name, node) in &nodes {
        let errors = Pipelines::compile_one(name, node, &options).err().unwrap_or_default();
        let coverage = Coverage::of(node, &errors);
        out.write_all(tell(&node.at.file, &coverage).as_bytes())?;
        total.add(&coverage);
    }
    let Total { processors, kinds, conditions, scripts } = total;
    let (kinds, pipelines) = (kinds.len(), nodes.len());
    writeln!(
        out,
        "all {pipelines} pipelines: {} of {kinds} types, {}, {}",
        count(processors, "processor"),
        count(conditions, "condition"),
        count(scripts, "script")
    )
}

#[derive(Default)]
struct Total {
    processors: Count,
    kinds: BTreeSet<String>,
    conditions: Count,
    scripts: Count,
}

impl Total {
    fn add(&mut self, coverage: &Coverage) {
        let add = |to: &mut Count, from: &Count| (to.all, to.wrong) = (to.all + from.all, to.wrong + from.wrong);
        coverage.processors.values().for_each(|count| add(&mut self.processors, count));
        self.kinds.extend(coverage.processors.keys().cloned());
        add(&mut self.conditions, &coverage.conditions);
        add(&mut self.scripts, &coverage.scripts);
    }
}

/// `3 scripts`, `3 scripts (1 wrong)`.
fn count(count: Count, what: &str) -> String {
    let plural = if count.all == 1 { "" } else { "s" };
    let wrong = if count.wrong == 0 { String::new() } else { format!(" ({} wrong)", count.wrong) };
    format!("{} {what}{plural}{wrong}", count.all)
}

fn tell(file: &str, coverage: &Coverage) -> String {
    let mut all = Total::default();
    all.add(coverage);
    let mut text = format!(
        "{file}: {}, {}, {}\n",
        count(all.processors, "processor"),
        count(all.conditions, "condition"),
        count(all.scripts, "script")
    );
    let kinds = coverage.processors.iter().map(|(kind, count)| {
        let wrong = if count.wrong == 0 { String::new() } else { format!(" ({} wrong)", count.wrong) };
        format!("{kind} {}{wrong}", count.all)
    });
    let kinds: Vec<String> = kinds.collect();
    if !kinds.is_empty() {
        text += &format!("    {}\n", kinds.join(", "));
    }
    for kind in &coverage.unknown {
        text += &format!("    not supported: {kind}\n");
    }
    for (option, reason) in &coverage.not_compared {
        let reason = if reason.is_empty() { "no case yet" } else { reason };
        text += &format!("    not compared with a node: {option} ({reason})\n");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::fs;

    const WRONG: &str = "processors:\n- set: {field: a, value: 1, if: ctx.b == 1}\n- set: {field: a, value: 1, if: ctx.b ==}\n- grokk: {field: a}\n- script: ctx.a = 1\n";

    /// What people see.
    #[test]
    fn a_folder_is_reported_on() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.yml"), WRONG).unwrap();
        fs::write(dir.path().join("b.yml"), "processors: []\n").unwrap();
        fs::write(dir.path().join("c.yml"), "processors:\n- truncate: {fields: [a], max_bytes: 5}\n").unwrap();
        let mut out = Vec::new();
        report(dir.path(), None, &mut out).unwrap();
        let seen = String::from_utf8(out).unwrap().replace(&format!("{}/", dir.path().display()), "");
        let own = "logboom's own: Elasticsearch has no such thing";
        let expected = [
            "a.yml: 4 processors (2 wrong), 2 conditions (1 wrong), 1 script".to_owned(),
            "    grokk 1 (1 wrong), script 1, set 2 (1 wrong)".to_owned(),
            "    not supported: grokk".to_owned(),
            "b.yml: 0 processors, 0 conditions, 0 scripts".to_owned(),
            "c.yml: 1 processor, 0 conditions, 0 scripts".to_owned(),
            "    truncate 1".to_owned(),
            format!("    not compared with a node: truncate fields ({own})"),
            format!("    not compared with a node: truncate max_bytes ({own})"),
            "all 3 pipelines: 5 processors (2 wrong) of 4 types, 2 conditions (1 wrong), 1 script\n".to_owned(),
        ];
        assert_eq!(seen, expected.join("\n"));
    }

    #[test]
    fn all_problems_come_at_once_with_their_places() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("pipelines")).unwrap();
        fs::write(dir.path().join("pipelines/a.yml"), WRONG).unwrap();
        fs::write(dir.path().join("pipelines/b.json"), "{\"processors\": [{\"set\": {\"value\": 1}}]}").unwrap();
        let config = dir.path().join("logboom.yml");
        fs::write(&config, "sourcess: {}\npipelines: pipelines\n").unwrap();
        let (pipelines, geoip) = folders(&config);
        let errors = check_configuration(&config, pipelines.as_deref(), geoip.as_deref()).unwrap_err();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        for place in [
            "logboom.yml:1:1: unknown setting",
            "a.yml:3:33: ",
            "a.yml:4:10: No processor type",
            "b.json:1:25: [field] required",
        ] {
            assert!(told.iter().any(|line| line.contains(place)), "{place}: {told:#?}");
        }
    }
}
