//! Any bytes are either refused or read; what was read is written as JSON that reads back to the same text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::document::{Arena, parse, parse_bytes, write_json};

fuzz_target!(|bytes: &[u8]| {
    let arena = Arena::new();
    let Ok(value) = parse_bytes(bytes, &arena) else { return };
    let mut once = Vec::new();
    write_json(value, &mut once);
    let text = std::str::from_utf8(&once).expect("we write UTF-8");
    let again = parse(text, &arena).expect("we read what we write");
    let mut twice = Vec::new();
    write_json(again, &mut twice);
    assert_eq!(once, twice);
});
