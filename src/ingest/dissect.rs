//! Dissect: a text cut at literal delimiters into named parts, without regular expressions.
//!
//! A pattern is keys (`%{name}`) with delimiters between them; modifiers of a key say what becomes of its part: `->` swallows repeated
//! delimiters, `+name` appends to the part of that name (`+name/2` in a given order), `?name` and the empty name throw away, and
//! `*name` / `&name` are the name and the value of a field. The reading of a text follows Elasticsearch's, down to which delimiter
//! counts after empty parts.

use crate::document::java_bucket;
use thiserror::Error;

/// Why a pattern is none, in Elasticsearch's words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DissectError {
    #[error("Unable to parse pattern: {pattern} Reason: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("Unable to parse key: {key} Reason: {reason}")]
    Key { key: String, reason: &'static str },
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Dissect {
    pattern: Box<str>,
    leading: Box<str>,
    pairs: Vec<Pair>,
    separator: Box<str>,
    /// How many fields a match makes.
    results: usize,
}

#[derive(Clone, Debug)]
struct Pair {
    key: Key,
    delimiter: Box<str>,
}

#[derive(Clone, Debug)]
struct Key {
    name: Box<str>,
    kind: KeyKind,
    /// `->`.
    skip_right_padding: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyKind {
    Simple,
    Skipped,
    Append,
    AppendAt(i16),
    FieldName,
    FieldValue,
}

/// A field that a match makes. Text is borrowed where it is one piece of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'n, 't> {
    pub name: &'n str,
    pub value: PartValue<'t>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartValue<'t> {
    Piece(&'t str),
    Joined(String),
    /// Two `*name` and no `&name`.
    Null,
}

/// Positions for appended parts that give none: before all that do.
const IMPLICIT_ORDER_START: i32 = -1_000;

impl Dissect {
    pub fn new(pattern: &str, separator: &str) -> Result<Self, DissectError> {
        let refused = |reason: &str| DissectError::Pattern { pattern: pattern.into(), reason: reason.into() };
        // What stands before the first key must stand before the first part; a pattern that begins with a line end has none.
        let leading = match pattern.find("%{") {
            Some(at) if !pattern[..at].contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) => &pattern[..at],
            _ => "",
        };
        let mut pairs = split_pairs(&pattern[leading.len()..])?;
        let mut names: Vec<&str> =
            pairs.iter().filter(|p| p.key.kind != KeyKind::Skipped).map(|p| &*p.key.name).collect();
        names.sort_unstable();
        names.dedup();
        let results = names.len();
        if results == 0 {
            return Err(refused("Unable to find any keys or delimiters."));
        }
        check_references(&pairs).map_err(|names| {
            refused(&format!(
                "Found invalid key/reference associations: '{names}' Please ensure each '*<key>' is matched with a matching '&<key>"
            ))
        })?;
        // A plain key whose name is appended to elsewhere is the first of the appended ones.
        let is_append = |kind| matches!(kind, KeyKind::Append | KeyKind::AppendAt(_));
        let appended: Vec<Box<str>> =
            pairs.iter().filter(|p| is_append(p.key.kind)).map(|p| p.key.name.clone()).collect();
        for pair in pairs.iter_mut().filter(|p| p.key.kind == KeyKind::Simple && appended.contains(&p.key.name)) {
            pair.key.kind = KeyKind::Append;
        }
        Ok(Self { pattern: pattern.into(), leading: leading.into(), pairs, separator: separator.into(), results })
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The names of the fields that stand in the pattern.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let is_field = |kind| matches!(kind, KeyKind::Simple | KeyKind::Append | KeyKind::AppendAt(_));
        self.pairs.iter().filter(move |pair| is_field(pair.key.kind)).map(|pair| &*pair.key.name)
    }

    /// The fields that `text` makes, in the order in which Elasticsearch sets them; None where it does not match.
    pub fn matches<'n, 't: 'n>(&'n self, text: &'t str) -> Option<Vec<Part<'n, 't>>> {
        let rest = text.strip_prefix(&*self.leading)?;
        // Nothing but the leading text is no match.
        if rest.is_empty() {
            return None;
        }
        let found = self.cut(rest);
        if found.len() != self.pairs.len() {
            return None;
        }
        let parts = self.gather(&found);
        (parts.len() == self.results).then_some(parts)
    }

    /// The pieces of the text, one for each key as far as they go.
    fn cut<'n, 't>(&'n self, text: &'t str) -> Vec<(&'n Key, &'t str)> {
        let mut found: Vec<(&Key, &str)> = Vec::with_capacity(self.pairs.len());
        let mut pairs = self.pairs.iter();
        let Some(mut pair) = pairs.next() else { return found };
        let (mut start, mut from) = (0, 0);
        loop {
            let delimiter = &*pair.delimiter;
            let next = if delimiter.is_empty() { None } else { text.get(from..).and_then(|rest| rest.find(delimiter)) };
            let Some(offset) = next else { break };
            let at = from + offset;
            let mut key = &pair.key;
            found.push((key, text.get(start..at).unwrap_or_default()));
            let mut end = at + delimiter.len();
            // Further delimiters of the same kind are padding, or empty parts for the keys that follow.
            let mut is_last = false;
            while text.get(end..).is_some_and(|rest| rest.starts_with(delimiter)) {
                end += delimiter.len();
                if !key.skip_right_padding {
                    match pairs.next() {
                        Some(next) => pair = next,
                        None => {
                            is_last = true;
                            break;
                        }
                    }
                    key = &pair.key;
                    found.push((key, ""));
                }
            }
            match pairs.next() {
                Some(next) if !is_last => pair = next,
                // The last key has its part; what follows its delimiter does not matter.
                _ => return found,
            }
            (start, from) = (end, end);
            if from >= text.len() {
                break;
            }
        }
        if found.len() < self.pairs.len() && pair.delimiter.is_empty() {
            found.push((&pair.key, text.get(start..).unwrap_or_default()));
        }
        found
    }

    /// The fields that the pieces make. Elasticsearch keeps them in a `HashMap` made for as many.
    fn gather<'n, 't: 'n>(&self, found: &[(&'n Key, &'t str)]) -> Vec<Part<'n, 't>> {
        let mut parts: Vec<Part<'n, 't>> = Vec::with_capacity(self.results);
        let mut put = |name: &'n str, value: PartValue<'t>| match parts.iter_mut().find(|p| p.name == name) {
            Some(part) => part.value = value,
            None => parts.push(Part { name, value }),
        };
        for (key, piece) in found.iter().filter(|(key, _)| key.kind == KeyKind::Simple) {
            put(&key.name, PartValue::Piece(piece));
        }
        for (key, _) in found.iter().filter(|(key, _)| matches!(key.kind, KeyKind::FieldName | KeyKind::FieldValue)) {
            // The check of the pattern only counts: two names or two values are a pair too. The last of them counts.
            let last =
                |kind| found.iter().rfind(|(k, _)| k.kind == kind && k.name == key.name).map(|(_, piece)| *piece);
            let value = last(KeyKind::FieldValue).map_or(PartValue::Null, PartValue::Piece);
            put(last(KeyKind::FieldName).unwrap_or_default(), value);
        }
        let mut appended: Vec<(&'n str, i32, &'t str)> = Vec::new();
        for (i, (key, piece)) in found.iter().enumerate() {
            match key.kind {
                KeyKind::Append => appended.push((&key.name, IMPLICIT_ORDER_START + i as i32, piece)),
                KeyKind::AppendAt(order) => appended.push((&key.name, i32::from(order), piece)),
                _ => {}
            }
        }
        appended.sort_by_key(|(_, order, _)| *order);
        let mut done: Vec<&str> = Vec::new();
        for (name, ..) in &appended {
            if done.contains(name) {
                continue;
            }
            done.push(name);
            let pieces: Vec<&str> = appended.iter().filter(|(n, ..)| n == name).map(|(.., piece)| *piece).collect();
            put(name, PartValue::Joined(pieces.join(&self.separator)));
        }
        if parts.len() > 1 {
            let buckets = map_buckets(self.results);
            parts.sort_by_key(|part| java_bucket(part.name, buckets));
        }
        parts
    }
}

/// Buckets of a `HashMap` that was made for `expected` keys: as few as hold them three quarters full.
fn map_buckets(expected: usize) -> usize {
    (expected * 4 / 3 + 1).next_power_of_two()
}

/// Keys and the delimiters after them. The delimiter goes up to the next key, but is never empty between two: of two keys side by
/// side the second is text.
fn split_pairs(mut rest: &str) -> Result<Vec<Pair>, DissectError> {
    let mut pairs = Vec::new();
    while let Some(open) = rest.find("%{") {
        let inside = &rest[open + 2..];
        let Some(close) = inside.find('}') else { break };
        let key = Key::new(&inside[..close])?;
        let after = &inside[close + 1..];
        let skip = after.chars().next().map_or(0, char::len_utf8);
        let delimiter = match after[skip..].find("%{") {
            Some(next) => &after[..skip + next],
            None => after,
        };
        pairs.push(Pair { key, delimiter: delimiter.into() });
        rest = &after[delimiter.len()..];
    }
    Ok(pairs)
}

/// Each `*name` needs one `&name`. Else: the names of the first that has not.
fn check_references(pairs: &[Pair]) -> Result<(), String> {
    let is_reference = |pair: &&Pair| matches!(pair.key.kind, KeyKind::FieldName | KeyKind::FieldValue);
    for pair in pairs.iter().filter(is_reference) {
        let same: Vec<&str> =
            pairs.iter().filter(is_reference).map(|p| &*p.key.name).filter(|name| *name == &*pair.key.name).collect();
        if same.len() != 2 {
            return Err(same.join(","));
        }
    }
    Ok(())
}

impl Key {
    fn new(text: &str) -> Result<Self, DissectError> {
        let refused = |reason| DissectError::Key { key: text.into(), reason };
        let no_name = "The key name could not be determined";
        let modifiers: Vec<char> = text.chars().filter(|c| matches!(c, '/' | '+' | '*' | '&' | '?')).collect();
        let is_ordered = modifiers == ['+', '/'];
        if modifiers.len() > 1 && !is_ordered {
            return Err(refused("multiple modifiers are not allowed."));
        }
        let (body, skip_right_padding) = text.strip_suffix("->").map_or((text, false), |body| (body, true));
        // A modifier counts wherever it stands; what is before it is no part of the name.
        let after_modifier = body.find(['+', '*', '&', '?']).map(|at| &body[at + 1..]);
        let (name, kind) = match modifiers.first() {
            None => (body, if body.is_empty() { KeyKind::Skipped } else { KeyKind::Simple }),
            Some('/') => return Err(refused(no_name)),
            Some('+') if is_ordered => {
                let (name, order) = after_modifier.and_then(|rest| rest.split_once('/')).ok_or(refused(no_name))?;
                if order.is_empty() || !order.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(refused(no_name));
                }
                (name, KeyKind::AppendAt(order.parse().map_err(|_| refused("Value out of range."))?))
            }
            Some(modifier) => {
                let kind = match modifier {
                    '+' => KeyKind::Append,
                    '*' => KeyKind::FieldName,
                    '&' => KeyKind::FieldValue,
                    _ => KeyKind::Skipped,
                };
                (after_modifier.unwrap_or_default(), kind)
            }
        };
        if name.is_empty() && kind != KeyKind::Skipped {
            return Err(refused(no_name));
        }
        Ok(Self { name: name.into(), kind, skip_right_padding })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(pattern: &str, separator: &str, text: &str) -> String {
        let dissect = match Dissect::new(pattern, separator) {
            Ok(dissect) => dissect,
            Err(error) => return error.to_string(),
        };
        let Some(parts) = dissect.matches(text) else { return "no match".into() };
        let mut shown: Vec<String> = parts
            .iter()
            .map(|part| match &part.value {
                PartValue::Piece(piece) => format!("{}={piece}", part.name),
                PartValue::Null => format!("{}=null", part.name),
                PartValue::Joined(joined) => format!("{}={joined}", part.name),
            })
            .collect();
        shown.sort();
        shown.join(" ")
    }

    /// What a node (8.19) answered.
    #[test]
    fn texts_are_cut_as_on_the_node() {
        for (pattern, text, expected) in [
            ("%{x} %{y}", "a b c", "x=a y=b c"),
            ("%{x} %{y}", "a", "no match"),
            ("%{x} %{y", "a b", "x=a"),
            ("%{x},%{y},%{z}", "1,,3", "x=1 y= z=3"),
            ("%{x},%{y},%{z}", ",,", "x= y= z="),
            ("%{x},%{y}:%{z}", "1,,:3", "x=1 y= z=:3"),
            ("%{x},%{y}:%{z}", "1,,,3:4", "x=1 y= z="),
            ("%{x->},%{y}", "1,,,2", "x=1 y=2"),
            ("%{x->},%{y}", "1,,,", "x=1 y="),
            ("[%{x}] %{y}", "[a] b", "x=a y=b"),
            ("[%{x}] %{y}", "a] b", "no match"),
            ("é%{x} %{y}", "éa宕 b", "x=a宕 y=b"),
            ("%{x}%{y}", "a%{y}", "x=a"),
            ("%{+x/2} %{+x/1} %{+x}", "a b c", "x=c,b,a"),
            ("%{x} %{+x}", "a b", "x=a,b"),
            ("%{*a}:%{&a}", "k:v", "k=v"),
            ("%{*a}:%{&a} %{*b}:%{&b}", "k:v k:w", "no match"),
            ("%{x} %{x}", "a b", "x=b"),
            ("%{} %{?n->} %{y}", "a b   c", "y=c"),
            ("%{x} ", "a ", "x=a"),
            ("%{x} ", "a", "no match"),
            ("%{a->b}", "x y", "a->b=x y"),
            ("%{a+b}", "x", "b=x"),
            ("\n%{x} %{y}", "a b", "x=a y=b"),
        ] {
            assert_eq!(outcome(pattern, ",", text), expected, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn mistakes_have_elasticsearchs_words() {
        for (pattern, expected) in [
            ("x", "Unable to parse pattern: x Reason: Unable to find any keys or delimiters."),
            ("%{?x}", "Unable to parse pattern: %{?x} Reason: Unable to find any keys or delimiters."),
            ("%{++a}", "Unable to parse key: ++a Reason: multiple modifiers are not allowed."),
            ("%{+a/x}", "Unable to parse key: +a/x Reason: The key name could not be determined"),
            ("%{a/2}", "Unable to parse key: a/2 Reason: The key name could not be determined"),
            ("%{*}", "Unable to parse key: * Reason: The key name could not be determined"),
            (
                "%{&a}",
                "Unable to parse pattern: %{&a} Reason: Found invalid key/reference associations: 'a' Please ensure each '*<key>' is matched with a matching '&<key>",
            ),
        ] {
            assert_eq!(outcome(pattern, "", "x"), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[%{}a+/*&?>, 宕12-]{0,24}", text in "[a, 宕%{}]{0,16}") {
            outcome(&pattern, "-", &text);
        }
    }
}
