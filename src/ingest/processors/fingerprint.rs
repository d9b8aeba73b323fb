//! `fingerprint`: a hash over the values of fields.

mod murmur3;

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use base64::Engine;
use md5::Md5;
use murmur3::Murmur3;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

/// Values inside each other: deeper ones cannot come out of JSON.
const DEPTH_MAX: usize = 1_100;

struct Fingerprint {
    /// Sorted by name.
    fields: Vec<FieldPath>,
    target: FieldPath,
    salt: Vec<u8>,
    method: Method,
    ignore_missing: bool,
}

#[derive(Clone, Copy)]
enum Method {
    Md5,
    Sha1,
    Sha256,
    Sha512,
    Murmur3,
}

const METHODS: [(&str, Method); 5] = [
    ("MD5", Method::Md5),
    ("SHA-1", Method::Sha1),
    ("SHA-256", Method::Sha256),
    ("SHA-512", Method::Sha512),
    ("MurmurHash3", Method::Murmur3),
];

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let mut names = settings.opt_string_list("fields")?.ok_or_else(|| settings.missing("fields"))?;
    if names.is_empty() {
        return Err(settings.invalid_option("fields", "must specify at least one field"));
    }
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    let fields = names.iter().map(|name| FieldPath::parse(name).map_err(|e| settings.invalid_option("fields", e)));
    let fields = fields.collect::<Result<_, _>>()?;
    let salt = settings.opt_string("salt")?.filter(|s| !s.trim().is_empty()).unwrap_or_default();
    let name = settings.opt_string("method")?.unwrap_or("SHA-1");
    let method = METHODS.iter().find(|(known, _)| *known == name).map(|(_, method)| *method).ok_or_else(|| {
        let known = METHODS.map(|(known, _)| known).join(",");
        settings.invalid_option("method", format!("[{name}] must be one of the supported hash methods [{known}]"))
    })?;
    Ok(Box::new(Fingerprint {
        fields,
        target: settings.path_or("target_field", "fingerprint")?,
        salt: salt.as_bytes().to_vec(),
        method,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for Fingerprint {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let mut values = Vec::with_capacity(self.fields.len());
        // The node looks from the last to the first: which missing field it names depends on that.
        for field in self.fields.iter().rev() {
            match doc.get_or_null(field, true)? {
                Value::Null if self.ignore_missing => {}
                Value::Null => {
                    let reason = format!("missing field [{}] when calculating fingerprint", field.text());
                    return Err(Failure::illegal_argument(reason));
                }
                value => values.push(value),
            }
        }
        if values.is_empty() {
            return Ok(());
        }
        values.reverse();
        let hash = match self.method {
            Method::Md5 => self.digest::<Md5>(&values),
            Method::Sha1 => self.digest::<Sha1>(&values),
            Method::Sha256 => self.digest::<Sha256>(&values),
            Method::Sha512 => self.digest::<Sha512>(&values),
            Method::Murmur3 => {
                let mut hash = Murmur3::default();
                self.feed(&values, &mut |bytes| hash.update(bytes)).map(|()| encode(&hash.finish()))
            }
        }?;
        Ok(doc.set(&self.target, doc.string(&hash))?)
    }
}

impl Fingerprint {
    fn digest<D: Digest>(&self, values: &[Value<'_>]) -> Result<String, Failure> {
        let mut hash = D::new();
        self.feed(values, &mut |bytes| hash.update(bytes))?;
        Ok(encode(&hash.finalize()))
    }

    fn feed(&self, values: &[Value<'_>], update: &mut impl FnMut(&[u8])) -> Result<(), Failure> {
        update(&self.salt);
        values.iter().try_for_each(|value| feed_value(*value, 0, update))
    }
}

fn encode(hash: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(hash)
}

/// Feeds a value: before each key and each scalar a zero byte; the members of maps in the order of their keys.
pub(in crate::ingest) fn feed_value(
    value: Value<'_>,
    depth: usize,
    update: &mut impl FnMut(&[u8]),
) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return Err(Failure::illegal_argument(format!("values nested deeper than {DEPTH_MAX}")));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| feed_value(item, depth + 1, update)),
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            members.into_iter().try_for_each(|(key, member)| {
                update(&[0]);
                update(key.as_bytes());
                feed_value(member, depth + 1, update)
            })
        }
        scalar => {
            update(&[0]);
            feed_scalar(scalar, update)
        }
    }
}

fn feed_scalar(value: Value<'_>, update: &mut impl FnMut(&[u8])) -> Result<(), Failure> {
    match value {
        Value::Null => {}
        Value::Str(text) => update(text.as_bytes()),
        Value::Bytes(bytes) => update(bytes),
        Value::Int(n) => update(&n.to_le_bytes()),
        Value::Long(n) => update(&n.to_le_bytes()),
        Value::Float(n) => update(&n.to_le_bytes()),
        Value::Double(n) => update(&n.to_le_bytes()),
        Value::Bool(flag) => update(&[if flag { 1 } else { 2 }]),
        Value::Timestamp(time) => {
            let (date, time) = {
                let utc = time.to_zoned(jiff::tz::TimeZone::UTC);
                (utc.date(), utc.time())
            };
            let parts = [
                date.year().into(),
                date.month().into(),
                date.day().into(),
                time.hour().into(),
                time.minute().into(),
                time.second().into(),
                time.subsec_nanosecond(),
                0_i32,
            ];
            parts.iter().for_each(|part| update(&part.to_le_bytes()));
            update(b"Z");
        }
        other => {
            let class = other.java_class();
            return Err(Failure::illegal_argument(format!("cannot convert object of type [{class}] to bytes")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    /// Answers of Elasticsearch 8.19.
    #[test]
    fn every_method_over_every_kind_of_value() {
        let document = r#"{"c":"é","d":1.5,"a":[1,{"b":true,"a":null},4294967296]}"#;
        for (method, hash) in [
            ("MD5", "iOhPHv8PDBI35gt/LL08bQ=="),
            ("SHA-1", "G64JouVlimZLayTKrSUtfjgdpUs="),
            ("SHA-256", "iKYO3amYVbOuYZTM0blOZ2hUQssxHeBaDxH0U6hqh5Q="),
            ("SHA-512", "5mccb/dW+X9KT2Z9oAL/9v8OEkO3NFfRUDQhLGO3vGDxyPyQ63s56MP+Z5zjIgbjiwd1sC8RWcSpa5+ppoOebQ=="),
            ("MurmurHash3", "MzFKo+ldSIGIR142bwT2vg=="),
        ] {
            let processor = format!("fingerprint: {{fields: [c, a, d], method: {method}, salt: s, target_field: f}}");
            check(&[(&processor, document, &format!(r#"{},"f":"{hash}"}}"#, &document[..document.len() - 1]))]);
        }
    }

    #[test]
    fn what_is_missing_or_wrong() {
        check(&[
            ("fingerprint: {fields: [b, a]}", "{}", "missing field [b] when calculating fingerprint"),
            ("fingerprint: {fields: [b, a]}", r#"{"b":1}"#, "missing field [a] when calculating fingerprint"),
            ("fingerprint: {fields: [a], ignore_missing: true}", r#"{"a":null}"#, r#"{"a":null}"#),
            ("fingerprint: {fields: []}", "{}", "test.yml:1:37: [fields] must specify at least one field"),
            (
                "fingerprint: {fields: a}",
                "{}",
                "test.yml:1:37: [fields] property isn't a list, but of type [java.lang.String]",
            ),
            (
                "fingerprint: {fields: [a], method: sha-1}",
                "{}",
                "test.yml:1:50: [method] [sha-1] must be one of the supported hash methods [MD5,SHA-1,SHA-256,SHA-512,MurmurHash3]",
            ),
            (
                "fingerprint: {fields: [a]}",
                r#"{"a":18446744073709551616}"#,
                "cannot convert object of type [java.math.BigInteger] to bytes",
            ),
        ]);
    }
}
