//! Any pipeline runs over any document to an end: a document, a failure with a reason, or a drop. The first line is the document, the rest
//! the pipeline, so that the files of `pipelines/` make a corpus.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::config::read_text;
use logboom::document::{Arena, Document, parse};
use logboom::ingest::{Context, PipelineOptions, Pipelines};

fuzz_target!(|input: &str| {
    let Some((document, pipeline)) = input.split_once('\n') else { return };
    let Ok(node) = read_text("fuzz.yml", pipeline) else { return };
    let Ok(pipelines) = Pipelines::compile(&[("fuzz".to_owned(), node)], &PipelineOptions::default()) else { return };
    let arena = Arena::new();
    let Some(root) = parse(document, &arena).ok().and_then(|value| value.as_object()) else { return };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let doc = Document::new(&arena, root, now);
    match pipelines.run("fuzz", &doc, &mut Context::new(&pipelines, now)) {
        Ok(_) => doc.write_source(&mut Vec::new()),
        Err(failure) => drop(failure.to_string()),
    }
});
