//! Any date pattern compiles or is refused, and then parses or refuses any text; what it parses it prints or refuses to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::ingest::dates::{DateFormat, IngestFormat, Locale, Zone};

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    let locale = Locale::english();
    let Ok(format) = IngestFormat::compile(pattern, &locale) else { return };
    let Ok(time) = format.parse(text, Zone::UTC, jiff::Timestamp::UNIX_EPOCH) else { return };
    if let Ok(printer) = DateFormat::compile(pattern, &locale) {
        drop(printer.format(time, &mut String::new()));
    }
});
