//! The grammar of CEF lines.

use crate::document::java_bucket;
use crate::ingest::Failure;
use std::collections::HashMap;

/// The header's parts: the name below the target field, and the ECS field that takes it too.
pub const HEADERS: [(&str, Option<&str>); 7] = [
    ("version", None),
    ("device.vendor", Some("observer.vendor")),
    ("device.product", Some("observer.product")),
    ("device.version", Some("observer.version")),
    ("device.event_class_id", Some("event.code")),
    ("name", None),
    ("severity", None),
];

/// Splits a line into its header's parts and the extensions behind them. In the header `\\` and `\|` are escapes.
pub fn headers(line: &str) -> Result<([String; 7], &str), Failure> {
    let mut parts: [String; 7] = Default::default();
    let mut count = 0;
    let mut chars = line.char_indices().peekable();
    let mut extensions = "";
    while let Some((at, c)) = chars.next() {
        let Some(part) = parts.get_mut(count) else { break };
        match c {
            '\\' if matches!(chars.peek(), Some((_, '\\' | '|'))) => {
                part.extend(chars.next().map(|(_, escaped)| escaped))
            }
            '|' => {
                count += 1;
                if count == HEADERS.len() {
                    extensions = line.get(at + 1..).unwrap_or_default();
                    break;
                }
            }
            c => part.push(c),
        }
    }
    let Some(version) = parts[0].strip_prefix("CEF:").filter(|_| count > 0).map(str::to_owned) else {
        return Err(Failure::illegal_argument("Invalid CEF format"));
    };
    if count < HEADERS.len() {
        return Err(Failure::illegal_argument("Incomplete CEF header"));
    }
    parts[0] = version;
    Ok((parts, extensions))
}

/// The `key=value` pairs in the order of the `HashMap` that the node puts them in. A value reaches to the last space before the
/// next unescaped `=`; `\\`, `\=`, `\n`, `\r` and `\t` are escapes.
pub fn extensions(text: &str, ignore_empty_values: bool) -> Result<Vec<(String, String)>, Failure> {
    let segments = split_at_equals(text.trim_start_matches(' '))?;
    let [key, middle @ .., last] = segments.as_slice() else {
        return match segments.into_iter().next() {
            Some(only) if !only.is_empty() => {
                Err(Failure::illegal_argument(format!("Invalid extensions in the CEF event: {only}")))
            }
            _ => Ok(Vec::new()),
        };
    };
    let pairs_max = middle.len() + 1;
    let mut pairs: HashMap<&str, (usize, &str)> = HashMap::with_capacity(pairs_max);
    let mut put = |key, value| {
        let value: &str = value;
        if !(ignore_empty_values && value.is_empty()) {
            let order = pairs.len();
            pairs.entry(key).or_insert((order, "")).1 = value;
        }
    };
    let mut key = checked_key(key)?;
    for segment in middle {
        let (value, next) = segment.rsplit_once(' ').unwrap_or(("", segment));
        put(key, value);
        key = checked_key(next)?;
    }
    put(key, last.trim_end_matches(is_java_whitespace));
    // Java sizes the map for the pairs that it expects.
    let buckets = (pairs_max * 4).div_ceil(3).next_power_of_two();
    let mut pairs: Vec<(&str, (usize, &str))> = pairs.into_iter().collect();
    pairs.sort_by_key(|(key, (order, _))| (java_bucket(key, buckets), *order));
    Ok(pairs.into_iter().map(|(key, (_, value))| (key.to_owned(), value.to_owned())).collect())
}

fn split_at_equals(text: &str) -> Result<Vec<String>, Failure> {
    let mut segments = vec![];
    let mut segment = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => segment.push(match chars.next() {
                Some('\\') => '\\',
                Some('=') => '=',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                other => {
                    let escaped = other.unwrap_or('\0');
                    return Err(Failure::illegal_argument(format!("Illegal escape sequence '\\{escaped}'")));
                }
            }),
            '=' => segments.push(std::mem::take(&mut segment)),
            c => segment.push(c),
        }
    }
    segments.push(segment);
    Ok(segments)
}

fn checked_key(key: &str) -> Result<&str, Failure> {
    if key.is_empty() || key.contains(is_java_whitespace) {
        return Err(Failure::illegal_argument("CEF extensions contain unescaped equals sign"));
    }
    Ok(key)
}

/// `Character.isWhitespace`: Unicode's separators but the non-breaking ones, and some control characters.
fn is_java_whitespace(c: char) -> bool {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        '\u{1c}'..='\u{1f}' => true,
        c => c.is_whitespace(),
    }
}

/// A MAC address (EUI-48 or EUI-64); one without separators gets colons.
pub fn mac_address(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let separated = text.bytes().enumerate().any(|(i, b)| matches!((i, b), (2, b':' | b'-') | (4, b'.')));
    let address = if matches!(text.len(), 12 | 16) && !separated {
        let pairs: Vec<&str> = text.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
        pairs.join(":")
    } else {
        text.to_owned()
    };
    let is_group = |group: &str, digits: usize| group.len() == digits && group.bytes().all(|b| b.is_ascii_hexdigit());
    let of_pairs = || {
        let groups: Vec<&str> = address.split([':', '-']).collect();
        matches!(groups.len(), 6 | 8) && groups.iter().all(|group| is_group(group, 2))
    };
    let of_quads = || {
        let groups: Vec<&str> = address.split('.').collect();
        matches!(groups.len(), 3 | 4) && groups.iter().all(|group| is_group(group, 4))
    };
    (of_pairs() || of_quads()).then_some(address)
}
