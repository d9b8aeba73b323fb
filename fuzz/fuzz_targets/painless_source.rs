//! Any text compiles as a script or is refused with a place in it; what compiles runs over a small document and ends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::document::{Arena, Document, parse};
use logboom::ingest::painless::{Script, ScriptContext};

const DOCUMENT: &str = r#"{"a":{"b":[1,2.5,"x",null,true]},"s":"text","n":7,"l":["p","q"]}"#;

fuzz_target!(|source: &str| {
    for context in [ScriptContext::Ingest, ScriptContext::Condition] {
        let script = match Script::compile(source, context, None) {
            Ok(script) => script,
            Err(error) => {
                assert!(error.offset <= source.len());
                continue;
            }
        };
        let arena = Arena::new();
        let Some(root) = parse(DOCUMENT, &arena).ok().and_then(|value| value.as_object()) else { return };
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        match context {
            ScriptContext::Condition => drop(script.test(&doc)),
            _ => drop(script.run(&doc)),
        }
    }
});
