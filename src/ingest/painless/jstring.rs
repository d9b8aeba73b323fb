//! Java's view of text: positions count UTF-16 units. ASCII text, where they are bytes, takes the fast way.

use super::text::push_unit;
use crate::document::Arena;

/// `text.length()`.
pub fn len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// Byte offset of UTF-16 position `units`, and whether it lies inside a surrogate pair. `None` beyond the end.
fn byte_offset(text: &str, units: usize) -> Option<(usize, bool)> {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen == units {
            return Some((at, false));
        }
        seen += c.len_utf16();
        if seen > units {
            return Some((at, true));
        }
    }
    (seen == units).then_some((text.len(), false))
}

/// UTF-16 position of a byte offset.
pub fn unit_offset(text: &str, bytes: usize) -> usize {
    len(text.get(..bytes).unwrap_or(text))
}

/// `text.substring(from, to)` for positions within the text.
pub fn substring<'a>(text: &'a str, from: usize, to: usize, arena: &'a Arena) -> &'a str {
    if text.is_ascii() {
        return text.get(from..to).unwrap_or("");
    }
    match (byte_offset(text, from), byte_offset(text, to)) {
        (Some((start, false)), Some((end, false))) => text.get(start..end).unwrap_or(""),
        _ => {
            let mut out = String::new();
            let mut pending = None;
            text.encode_utf16()
                .skip(from)
                .take(to.saturating_sub(from))
                .for_each(|u| push_unit(&mut out, &mut pending, u));
            if pending.is_some() {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            arena.alloc_str(&out)
        }
    }
}

/// `text.charAt(index)`.
pub fn char_at(text: &str, index: usize) -> Option<u16> {
    if text.is_ascii() {
        return text.as_bytes().get(index).map(|b| u16::from(*b));
    }
    text.encode_utf16().nth(index)
}

/// `text.indexOf(needle, from)`; positions before 0 and beyond the end are clamped, as in Java.
pub fn index_of(text: &str, needle: &str, from: i32) -> i32 {
    let from = usize::try_from(from).unwrap_or(0);
    let Some((start, inside)) = byte_offset_clamped(text, from) else { return -1 };
    let start = if inside { start + text[start..].chars().next().map_or(0, char::len_utf8) } else { start };
    text.get(start..).and_then(|rest| rest.find(needle)).map_or(-1, |at| unit_offset(text, start + at) as i32)
}

/// `text.lastIndexOf(needle, from)`: the last match that begins at `from` or before.
pub fn last_index_of(text: &str, needle: &str, from: i32) -> i32 {
    let Ok(from) = usize::try_from(from) else { return -1 };
    let Some((start, _)) = byte_offset_clamped(text, from) else { return -1 };
    let end = (start + needle.len()).min(text.len());
    let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let mut window = &text[..end];
    while let Some(at) = window.rfind(needle) {
        if at <= start {
            return unit_offset(text, at) as i32;
        }
        // A match that begins too late: look before it.
        let cut = (at + needle.len()).saturating_sub(1);
        window = &text[..(0..=cut).rev().find(|c| text.is_char_boundary(*c)).unwrap_or(0)];
    }
    -1
}

fn byte_offset_clamped(text: &str, units: usize) -> Option<(usize, bool)> {
    if text.is_ascii() {
        return Some((units.min(text.len()), false));
    }
    Some(byte_offset(text, units).unwrap_or((text.len(), false)))
}

/// What Java's `String.trim` cuts: everything up to the space.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// `Character.isWhitespace`.
pub fn is_java_whitespace(c: char) -> bool {
    match c {
        '\t'..='\r' | '\u{1c}'..='\u{1f}' | ' ' => true,
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        _ => c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let arena = Arena::new();
        let text = "aé😀宕b";
        assert_eq!(len(text), 6);
        assert_eq!(substring(text, 1, 4, &arena), "é😀");
        assert_eq!(substring(text, 0, 3, &arena), "aé\u{fffd}");
        assert_eq!(char_at(text, 2), Some(0xd83d));
        assert_eq!(index_of(text, "宕", 0), 4);
        assert_eq!(index_of(text, "b", 9), -1);
        assert_eq!(last_index_of("abcabc", "bc", 6), 4);
        assert_eq!(last_index_of("abcabc", "bc", 3), 1);
        assert_eq!(last_index_of("aaaa", "aa", 1), 1);
        assert_eq!(last_index_of("abc", "", 9), 3);
        assert_eq!(index_of("abc", "", 9), 3);
        assert_eq!(last_index_of(text, "é", 5), 1);
    }
}
