//! `logboom simulate`: documents on stdin, one JSON a line; what the pipeline makes of each on stdout, as
//! `_ingest/pipeline/_simulate` would answer.

use super::Failed;
use crate::document::{Arena, Document, Object, Value, is_metadata, parse_bytes, write_json, write_string};
use crate::enrich::EnrichOptions;
use crate::ingest::{Context, Failure, Outcome, PipelineOptions, Pipelines};
use std::io::{BufRead, Write};
use std::path::PathBuf;

/// A line longer than this is refused; Elasticsearch's own limit for a request (`http.max_content_length`) is 100 MiB.
const LINE_BYTES_MAX: usize = 100 * 1024 * 1024;

/// Run documents (JSON lines on stdin) through a pipeline
#[derive(clap::Args)]
pub struct Args {
    /// Folder of pipeline files (*.yml, *.json)
    #[arg(long, value_name = "DIR")]
    pipelines: PathBuf,
    /// The pipeline to run: a file's stem
    #[arg(long, value_name = "NAME")]
    pipeline: String,
    /// Folder of GeoIP databases (*.mmdb)
    #[arg(long, value_name = "DIR")]
    geoip: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let folders = EnrichOptions { geoip_dir: args.geoip.clone(), data_dir: Some(args.pipelines.clone()) };
    let options = PipelineOptions::with_data(folders);
    let pipelines = Pipelines::load(&args.pipelines, &options)
        .map_err(|errors| Failed::Input(errors.iter().map(ToString::to_string).collect()))?;
    if pipelines.get(&args.pipeline).is_none() {
        let names: Vec<&str> = pipelines.names().collect();
        return Err(Failed::Input(vec![format!(
            "there is no pipeline [{}] in {}; it has: {}",
            args.pipeline,
            args.pipelines.display(),
            names.join(", ")
        )]));
    }
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut arena = Arena::new();
    let mut line = Vec::new();
    let mut answer = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        answer.clear();
        simulate_line(&line, &pipelines, &args.pipeline, &arena, &mut answer);
        answer.push(b'\n');
        output.write_all(&answer)?;
        arena.reset();
    }
    Ok(output.flush()?)
}

/// Appends the answer for one input line.
fn simulate_line(line: &[u8], pipelines: &Pipelines, name: &str, arena: &Arena, out: &mut Vec<u8>) {
    let now = jiff::Timestamp::now();
    let doc = match read_document(line, arena, now) {
        Ok(doc) => doc,
        Err(reason) => return write_failure(&Failure::illegal_argument(reason), out),
    };
    let mut cx = Context::new(pipelines, now);
    match pipelines.run(name, &doc, &mut cx) {
        Ok(Outcome::Dropped) => out.extend_from_slice(b"null"),
        Ok(Outcome::Done) => write_document(&doc, out),
        Err(failure) => write_failure(&failure, out),
    }
}

/// `{"_index","_id",…,"_source"}`, or the members of `_source` themselves.
fn read_document<'a>(line: &'a [u8], arena: &'a Arena, now: jiff::Timestamp) -> Result<Document<'a>, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err(format!("the document has more than {LINE_BYTES_MAX} bytes"));
    }
    let value = parse_bytes(line, arena).map_err(|e| e.to_string())?;
    let outer = value.as_object().ok_or("the document is not a JSON object")?;
    let (root, envelope) = match outer.get("_source") {
        Some(Value::Object(source)) => (source, Some(outer)),
        _ => (outer, None),
    };
    let doc = Document::new(arena, root, now);
    doc.set_metadata("_index", "_index");
    doc.set_metadata("_id", "_id");
    root.insert("_version", Value::Long(-3));
    for (key, value) in envelope.into_iter().flat_map(Object::iter).filter(|(k, _)| is_metadata(k)) {
        root.insert(key, value);
    }
    Ok(doc)
}

fn write_document(doc: &Document<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"doc\":{");
    for (key, value) in doc.root.iter().filter(|(k, v)| is_metadata(k) && !v.is_null()) {
        write_string(key, out);
        out.push(b':');
        // The node prints every metadata value as a string.
        match value {
            Value::Str(s) => write_string(s, out),
            other => write_string(&other.to_java_string(), out),
        }
        out.push(b',');
    }
    out.extend_from_slice(b"\"_source\":");
    doc.write_source(out);
    out.extend_from_slice(b",\"_ingest\":");
    write_json(Value::Object(doc.ingest), out);
    out.extend_from_slice(b"}}");
}

fn write_failure(failure: &Failure, out: &mut Vec<u8>) {
    let mut error = Vec::new();
    write_failure_members(failure, &mut error);
    out.extend_from_slice(b"{\"error\":{\"root_cause\":[{");
    out.extend_from_slice(&error);
    out.extend_from_slice(b"}],");
    out.extend_from_slice(&error);
    let mut cause = failure.cause.as_deref();
    let mut depth = 0;
    while let Some(failure) = cause {
        out.extend_from_slice(b",\"caused_by\":{");
        write_failure_members(failure, out);
        cause = failure.cause.as_deref();
        depth += 1;
    }
    out.extend(std::iter::repeat_n(b'}', depth));
    if let Some(origin) = &failure.origin {
        for (key, text) in [
            ("processor_type", Some(origin.processor_type.as_str())),
            ("processor_tag", origin.processor_tag.as_deref()),
            ("pipeline", origin.pipeline.as_deref()),
        ] {
            if let Some(text) = text {
                out.push(b',');
                write_string(key, out);
                out.push(b':');
                write_string(text, out);
            }
        }
    }
    out.extend_from_slice(b"}}");
}

fn write_failure_members(failure: &Failure, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"type\":");
    write_string(failure.kind.name(), out);
    out.extend_from_slice(b",\"reason\":");
    match failure.reason() {
        Some(reason) => write_string(reason, out),
        None => out.extend_from_slice(b"null"),
    }
}
