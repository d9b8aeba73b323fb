//! Any grok pattern compiles or is refused, and then matches any text, does not, or gives up in an error; captures lie within the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::document::Arena;
use logboom::ingest::grok::{EcsCompatibility, Grok, PatternBank};
use std::sync::LazyLock;

static BANK: LazyLock<PatternBank> = LazyLock::new(|| PatternBank::built_in(EcsCompatibility::V1));

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    let Ok(grok) = Grok::compile(&[pattern], &BANK, false) else { return };
    drop(grok.captures(text, &Arena::new()));
    if let Ok(Some((from, to))) = grok.find_at(text, 0) {
        assert!(text.get(from..to).is_some());
    }
});
