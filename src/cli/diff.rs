//! `logboom diff`: documents through a live node and through logboom, and where they come out differently.

use super::Failed;
use super::node_args::NodeArgs;
use super::simulate::{find, load, shown};
use crate::document::Arena;
use crate::ingest::Pipelines;
use crate::ingest::simulate::{Difference, Simulation, differences, from_line};
use crate::node::Simulated;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::path::PathBuf;

/// Documents of one request to the node, and their bytes.
const BATCH_DOCUMENTS: usize = 200;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Compare what a live Elasticsearch makes of documents (JSON lines on stdin) with what logboom does
#[derive(clap::Args)]
pub struct Args {
    /// URL of the node
    #[arg(long, value_name = "URL")]
    against: String,
    /// Folder of pipeline files (*.yml, *.json)
    #[arg(long, value_name = "DIR")]
    pipelines: PathBuf,
    /// The pipeline to run: a file's stem, and the name on the node
    #[arg(long, value_name = "NAME")]
    pipeline: String,
    /// Its name on the node, if it is another
    #[arg(long, value_name = "NAME", conflicts_with = "inline")]
    remote: Option<String>,
    /// Send the file's pipeline along instead of running the node's own; those that it calls are the node's
    #[arg(long)]
    inline: bool,
    /// Fields that are not compared; may be repeated
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    /// Folder of GeoIP databases (*.mmdb)
    #[arg(long, value_name = "DIR")]
    geoip: Option<PathBuf>,
    #[command(flatten)]
    node: NodeArgs,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let pipelines = load(&args.pipelines, args.geoip.clone())?;
    find(&pipelines, &args.pipeline, &args.pipelines)?;
    let node = args.node.connect(&args.against)?;
    let brought = if args.inline { Some(text_of(args)?) } else { None };
    let remote = match &brought {
        Some(pipeline) => Simulated::Brought(pipeline),
        None => Simulated::Held(args.remote.as_deref().unwrap_or(&args.pipeline)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut input = std::io::stdin().lock();
    let mut out = std::io::stdout().lock();
    let (mut documents, mut different) = (0, 0);
    loop {
        let lines = batch(&mut input, documents)?;
        if lines.is_empty() {
            break;
        }
        let theirs = runtime.block_on(node.simulate(&remote, &lines))?;
        for (line, theirs) in lines.iter().zip(&theirs) {
            documents += 1;
            let ours = simulate(&pipelines, &args.pipeline, line);
            let found = compare(theirs, &ours, &args.ignore);
            if !found.is_empty() {
                different += 1;
                out.write_all(tell(documents, &found).as_bytes())?;
            }
        }
    }
    writeln!(out, "{documents} documents: {} equal, {different} different", documents - different)?;
    if different > 0 { Err(Failed::Work(anyhow::anyhow!("{different} documents differ"))) } else { Ok(()) }
}

/// The pipeline of the file as JSON.
fn text_of(args: &Args) -> Result<Value, Failed> {
    let nodes = Pipelines::read(&args.pipelines)
        .map_err(|errors| Failed::Input(errors.iter().map(ToString::to_string).collect()))?;
    let found = nodes.iter().find(|(name, _)| *name == args.pipeline);
    Ok(found.map(|(_, node)| node.to_json()).unwrap_or_default())
}

/// Some lines of the input, each one document in the form of a request.
fn batch(input: &mut impl BufRead, before: usize) -> Result<Vec<Value>, Failed> {
    let (mut documents, mut bytes, mut line) = (Vec::new(), 0, String::new());
    while documents.len() < BATCH_DOCUMENTS && bytes < BATCH_BYTES {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let at = before + documents.len() + 1;
        let wrong = |reason: String| Failed::Input(vec![format!("document {at}: {reason}")]);
        let document: Value = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        documents.push(match document {
            Value::Object(members) if members.get("_source").is_some_and(Value::is_object) => Value::Object(members),
            Value::Object(members) => json!({"_source": members}),
            _ => return Err(wrong("not a JSON object".to_owned())),
        });
        bytes += line.len();
    }
    Ok(documents)
}

fn simulate(pipelines: &Pipelines, name: &str, document: &Value) -> Value {
    let arena = Arena::new();
    let simulation = Simulation { pipelines, name, now: jiff::Timestamp::now() };
    let line = document.to_string();
    let mut out = Vec::new();
    match from_line(line.as_bytes(), &arena, simulation.now) {
        Ok(doc) => simulation.plain(&doc, &mut out),
        Err(error) => return json!({"error": {"type": error.kind.name(), "reason": error.reason}}),
    }
    serde_json::from_slice(&out).unwrap_or_default()
}

/// Where the answers differ: documents field by field, failures by type and reason.
fn compare(theirs: &Value, ours: &Value, ignored: &[String]) -> Vec<Difference> {
    let (theirs_now, ours_now) = (now_of(theirs), now_of(ours));
    let mut found = Vec::new();
    for mut difference in differences(&comparable(theirs), &comparable(ours)) {
        if let Some(inside) = difference.path.strip_prefix("doc._source.") {
            difference.path = inside.to_owned();
        }
        let is_ignored = |field: &String| {
            difference.path.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // The time of the simulation, on both sides.
        let is_now = difference.before == theirs_now && difference.after == ours_now && theirs_now.is_some();
        if !is_now && !ignored.iter().any(is_ignored) {
            found.push(difference);
        }
    }
    found
}

fn now_of(answer: &Value) -> Option<Value> {
    answer.pointer("/doc/_ingest/timestamp").cloned()
}

fn comparable(answer: &Value) -> Value {
    if let Some(error) = answer.get("error") {
        return json!({"error": {"type": error.get("type"), "reason": error.get("reason")}});
    }
    let mut answer = answer.clone();
    if let Some(doc) = answer.get_mut("doc").and_then(Value::as_object_mut) {
        doc.shift_remove("_ingest");
    }
    answer
}

fn tell(number: usize, found: &[Difference]) -> String {
    let side = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null (dropped, or a null)".to_owned(),
        Some(value) => shown(value),
    };
    let mut text = format!("document {number}\n");
    for Difference { path, before, after } in found {
        let path = if path.is_empty() { "the document" } else { path };
        text += &format!("  {path}\n    node    {}\n    logboom {}\n", side(before), side(after));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn doc(source: Value, now: &str) -> Value {
        json!({"doc": {"_index": "i", "_source": source, "_ingest": {"timestamp": now}}})
    }

    #[test]
    fn differences_are_told_field_by_field() {
        let theirs = doc(json!({"a": 1, "b": {"c": "x"}, "t": "T1", "n": 1.0, "gone": true}), "T1");
        let ours = doc(json!({"n": 1, "a": 2, "b": {"c": "x"}, "t": "T2"}), "T2");
        let told = tell(7, &compare(&theirs, &ours, &["gone".to_owned()]));
        assert_eq!(told, "document 7\n  a\n    node    1\n    logboom 2\n");
        assert_eq!(compare(&theirs, &ours, &["a".into(), "gone".into()]), []);
        assert_eq!(compare(&doc(json!({"ab": 1}), "T"), &doc(json!({}), "T"), &["a".into()]).len(), 1);
    }

    #[test]
    fn failures_are_the_same_by_type_and_reason() {
        let failure = |reason: &str| json!({"error": {"root_cause": [], "type": "t", "reason": reason, "x": reason}});
        assert_eq!(compare(&failure("a"), &json!({"error": {"type": "t", "reason": "a"}}), &[]), []);
        assert_eq!(compare(&failure("a"), &failure("b"), &[])[0].path, "error.reason");
        assert_eq!(compare(&Value::Null, &Value::Null, &[]), []);
        let told = tell(1, &compare(&Value::Null, &failure("b"), &[]));
        assert!(told.contains("  the document\n    node    null"), "{told}");
    }

    #[test]
    fn lines_are_read_in_batches_of_documents() {
        let mut input = "{\"a\":1}\n\n{\"_id\":\"1\",\"_source\":{}}\n".as_bytes();
        let Ok(read) = batch(&mut input, 0) else { panic!() };
        assert_eq!(read, [json!({"_source": {"a": 1}}), json!({"_id": "1", "_source": {}})]);
        assert!(
            matches!(batch(&mut "5\n".as_bytes(), 3), Err(Failed::Input(lines)) if lines[0].contains("document 4"))
        );
    }
}
