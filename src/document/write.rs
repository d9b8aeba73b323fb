//! JSON out.

use super::scan::next_special;
use super::{Object, Value};
use base64::Engine;

/// Objects and arrays nested deeper than this are cut off with `null` when written; parsing refuses them already, only a
/// script can build them. Elasticsearch refuses self-referencing documents before it comes to writing.
const WRITE_DEPTH_MAX: u32 = 1_100;

/// Appends `value` as compact JSON.
pub fn write_json(value: Value<'_>, out: &mut Vec<u8>) {
    write_value(value, out, 0);
}

/// Appends the members of `object` that `keep` admits as a JSON object.
pub(super) fn write_members(object: &Object<'_>, out: &mut Vec<u8>, keep: impl Fn(&str) -> bool) {
    out.push(b'{');
    let mut first = true;
    for &(key, value) in object.members().iter().filter(|(k, _)| keep(k)) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(key, out);
        out.push(b':');
        write_value(value, out, 1);
    }
    out.push(b'}');
}

fn write_value(value: Value<'_>, out: &mut Vec<u8>, depth: u32) {
    if depth > WRITE_DEPTH_MAX {
        return out.extend_from_slice(b"null");
    }
    match value {
        Value::Null | Value::Script(_) => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(i) => out.extend_from_slice(itoa::Buffer::new().format(i).as_bytes()),
        Value::Long(l) => out.extend_from_slice(itoa::Buffer::new().format(l).as_bytes()),
        Value::BigInteger(digits) => out.extend_from_slice(digits.as_bytes()),
        Value::Float(f) => write_number(f.is_finite(), |text| format_float(f, text), out),
        Value::Double(d) => write_number(d.is_finite(), |text| format_double(d, text), out),
        Value::Str(s) => write_string(s, out),
        Value::Bytes(b) => {
            out.push(b'"');
            out.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(b).as_bytes());
            out.push(b'"');
        }
        Value::Timestamp(t) => {
            let mut text = String::with_capacity(32);
            super::format_instant(*t, &mut text);
            write_string(&text, out);
        }
        Value::Array(array) => {
            out.push(b'[');
            for (i, &item) in array.items().iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(item, out, depth + 1);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            out.push(b'{');
            for (i, &(key, item)) in object.members().iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write_value(item, out, depth + 1);
            }
            out.push(b'}');
        }
    }
}

/// JSON has no NaN and no infinity: Jackson writes them as strings, and so do we.
fn write_number(finite: bool, format: impl FnOnce(&mut String), out: &mut Vec<u8>) {
    let mut text = String::with_capacity(24);
    format(&mut text);
    if finite {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_string(&text, out);
    }
}

/// Appends `text` as a JSON string with its quotes.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut clean_from = 0;
    loop {
        let at = next_special(bytes, clean_from);
        out.extend_from_slice(bytes.get(clean_from..at).unwrap_or_default());
        let Some(&b) = bytes.get(at) else { break };
        clean_from = at + 1;
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
        }
    }
    out.push(b'"');
}

/// `Double.toString`: `1.0`, `1.0E10`, `1.0E-5`, `NaN`, `Infinity`.
pub fn format_double(d: f64, out: &mut String) {
    if d.is_finite() {
        java_digits(ryu::Buffer::new().format_finite(d), d.abs() >= 1e-3 && d.abs() < 1e7 || d == 0.0, out)
    } else {
        non_finite(d, out)
    }
}

/// `Float.toString`.
pub fn format_float(f: f32, out: &mut String) {
    if f.is_finite() {
        java_digits(ryu::Buffer::new().format_finite(f), f.abs() >= 1e-3 && f.abs() < 1e7 || f == 0.0, out);
    } else {
        non_finite(f64::from(f), out);
    }
}

fn non_finite(d: f64, out: &mut String) {
    out.push_str(if d.is_nan() {
        "NaN"
    } else if d > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    });
}

/// Lays the shortest digits (as `ryu` gives them, `123.0`, `1e22`, `1.5e-7`) out as Java does: plain from 10^-3 to 10^7,
/// else one digit before the point and `E`.
fn java_digits(shortest: &str, plain: bool, out: &mut String) {
    let (sign, body) = shortest.strip_prefix('-').map_or(("", shortest), |b| ("-", b));
    let (mantissa, exponent) = body.split_once('e').map_or((body, 0), |(m, e)| (m, e.parse::<i32>().unwrap_or(0)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    out.push_str(sign);
    let digits = format!("{whole}{fraction}");
    let leading_zeros = digits.len() - digits.trim_start_matches('0').len();
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return out.push_str("0.0");
    }
    // value = 0.significant × 10^point
    let point = whole.len() as i32 - leading_zeros as i32 + exponent;
    let pad = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if plain {
        let len = significant.len() as i32;
        if point <= 0 {
            out.push_str("0.");
            out.push_str(&pad(-point));
            out.push_str(significant);
        } else if point >= len {
            out.push_str(significant);
            out.push_str(&pad(point - len));
            out.push_str(".0");
        } else {
            let (w, f) = significant.split_at(point as usize);
            out.push_str(w);
            out.push('.');
            out.push_str(f);
        }
    } else {
        let (w, f) = significant.split_at(1);
        out.push_str(w);
        out.push('.');
        out.push_str(if f.is_empty() { "0" } else { f });
        out.push('E');
        out.push_str(&(point - 1).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_in_java() {
        for (d, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (123.456, "123.456"),
            (0.001, "0.001"),
            (0.00012, "1.2E-4"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (1.5e300, "1.5E300"),
            (-1e-7, "-1.0E-7"),
            (100.0, "100.0"),
            (1234567.5, "1234567.5"),
            (f64::NAN, "NaN"),
        ] {
            let mut out = String::new();
            format_double(d, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        write_string("a\"b\\c\n\u{1}é宕", &mut out);
        assert_eq!(String::from_utf8_lossy(&out), "\"a\\\"b\\\\c\\n\\u0001é宕\"");
    }
}
