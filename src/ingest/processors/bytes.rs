//! `bytes`: a size for humans (`1.5kb`) as a number of bytes (`1536`), read as Elasticsearch's `ByteSizeValue` reads settings.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::java_numbers::{parse_double, parse_long};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct Bytes(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Bytes(TextField::compile(settings)?)))
}

impl Processor for Bytes {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| parse_size(text).map(Value::Long))
    }
}

/// Suffixes in the order in which they are tried: `kb` ends in `b` too.
const UNITS: [(&str, i64); 11] = [
    ("kb", 1 << 10),
    ("mb", 1 << 20),
    ("gb", 1 << 30),
    ("tb", 1 << 40),
    ("pb", 1 << 50),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("p", 1 << 50),
    ("b", 1),
];

fn refused(text: &str, tail: &str) -> Failure {
    let reason = format!("failed to parse setting [Ingest Field] with value [{text}]{tail}");
    Failure::new(ErrorKind::Other("parse_exception"), reason)
}

pub fn parse_size(text: &str) -> Result<i64, Failure> {
    let lower = text.to_lowercase();
    let lower = lower.trim_matches(|c| c <= ' ');
    let Some((number, unit)) = UNITS.iter().find_map(|(suffix, unit)| Some((lower.strip_suffix(suffix)?, *unit)))
    else {
        return match lower {
            "-1" => Ok(-1),
            "0" => Ok(0),
            _ => Err(refused(text, " as a size in bytes: unit is missing or unrecognized")),
        };
    };
    let number = number.trim_matches(|c| c <= ' ');
    scaled(number, unit, text)
}

fn scaled(number: &str, unit: i64, text: &str) -> Result<i64, Failure> {
    match parse_long(number, 10) {
        Ok(count) if count < -1 || count == -1 && unit != 1 => {
            Err(out_of_range(text, format!("Values less than -1 bytes are not supported: {text}")))
        }
        Ok(count) => count.checked_mul(unit).ok_or_else(|| {
            out_of_range(text, format!("Values greater than {} bytes are not supported: {text}", i64::MAX))
        }),
        Err(failure) if unit == 1 => Err(refused(text, "").caused_by(failure)),
        Err(failure) => match parse_double(number) {
            // `as` saturates, as Java's cast does.
            Ok(count) => Ok((count * unit as f64) as i64),
            Err(_) => Err(refused(text, "").caused_by(failure)),
        },
    }
}

fn out_of_range(text: &str, reason: String) -> Failure {
    refused(text, " as a size in bytes").caused_by(Failure::illegal_argument(reason))
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn reads_sizes() {
        check(&[
            ("bytes: {field: a}", r#"{"a":"1kb"}"#, r#"{"a":1024}"#),
            ("bytes: {field: a}", r#"{"a":"1.5 KB"}"#, r#"{"a":1536}"#),
            ("bytes: {field: a}", r#"{"a":["0","-1","2m"]}"#, r#"{"a":[0,-1,2097152]}"#),
            (
                "bytes: {field: a}",
                r#"{"a":"10"}"#,
                "failed to parse setting [Ingest Field] with value [10] as a size in bytes: unit is missing or unrecognized",
            ),
        ]);
    }
}
