//! Any text is read as configuration or refused with a place; and a pipeline made of it compiles or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::config::read_text;
use logboom::ingest::{PipelineOptions, Pipelines};

fuzz_target!(|text: &str| {
    match read_text("fuzz.yml", text) {
        Ok(node) => drop(Pipelines::compile(&[("fuzz".to_owned(), node)], &PipelineOptions::default())),
        Err(error) => assert!(error.at.line >= 1),
    }
});
