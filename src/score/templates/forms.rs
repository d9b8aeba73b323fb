//! What form a value has, independent of which system wrote it.

use super::lexer::{Census, Cursor, Kind};
use super::words;

/// What is longer than this is no word.
const WORD_BYTES_MAX: usize = 64;

/// The end of a quoted word, or of a bracket that belongs to a value, is looked for within so many bytes.
const ENCLOSED_BYTES_MAX: usize = 128;

/// What a client says of itself may be longer.
const USER_AGENT_BYTES_MAX: usize = 1024;

/// Where the variable ends that the word at `start..end` begins or is; `None` when it is text.
#[inline(always)]
pub(super) fn value_end(cursor: &Cursor, word: &[u8], start: usize, end: usize, census: Census) -> Option<usize> {
    if word.len() > WORD_BYTES_MAX {
        return Some(end);
    }
    if census.plain {
        return plain_value_end(cursor, word, start, end);
    }
    if census.digits > 0 {
        return if is_word_with_digit(cursor, word, end, census) {
            None
        } else {
            Some(location_end(cursor, word, end))
        };
    }
    signed_value_end(cursor, word, end, census)
}

/// Letters only.
#[inline(always)]
fn plain_value_end(cursor: &Cursor, word: &[u8], start: usize, end: usize) -> Option<usize> {
    let next = cursor.byte(end);
    if next == b':' && matches!(cursor.byte(end + 1), b'/' | b'\\') {
        let location_end = location_end(cursor, word, end);
        if location_end != end {
            return Some(location_end);
        }
    }
    if word.len() <= 9 {
        if is_short_value(cursor, word, start, end) {
            return Some(end);
        }
    } else if word.iter().all(u8::is_ascii_hexdigit) {
        return Some(end);
    }
    if cursor.value_due.is_some() && next != b'=' && !words::is_outcome(word) {
        return Some(end);
    }
    None
}

/// Literals, units, date words and groups of hexadecimal digits.
#[inline(always)]
fn is_short_value(cursor: &Cursor, word: &[u8], start: usize, end: usize) -> bool {
    if words::is_literal(word) {
        return true;
    }
    if word.len() > 4 {
        return word.len() >= 8 && word.iter().all(u8::is_ascii_hexdigit);
    }
    if cursor.follows_variable() && (words::is_unit(word) || words::is_time_zone(word)) {
        return cursor.tokens.last().is_some_and(|t| cursor.byte(t.end as usize - 1).is_ascii_alphanumeric());
    }
    (words::is_date_word(word) && is_before_date(cursor.rest(end))) || is_hex_group(cursor, word, start, end)
}

/// Whether a number or another date word comes next.
fn is_before_date(rest: &[u8]) -> bool {
    let gap = rest.iter().take_while(|b| matches!(b, b' ' | b',')).count();
    let next = rest.get(gap..).unwrap_or_default();
    let is_number = next.first().is_some_and(u8::is_ascii_digit);
    let is_word = next.get(..3).is_some_and(words::is_date_word) && !next.get(3).is_some_and(u8::is_ascii_alphabetic);
    gap > 0 && (is_number || is_word)
}

/// A group of a MAC or IPv6 address that happens to hold no digit.
fn is_hex_group(cursor: &Cursor, word: &[u8], start: usize, end: usize) -> bool {
    if !word.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let after_group = cursor.last_delimiter == b':'
        && cursor.tokens.last().is_some_and(|t| t.kind == Kind::Variable && t.end as usize + 1 == start);
    let before_groups = matches!(
        cursor.rest(end),
        [b':', a, b, b':', ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()
    );
    after_group || before_groups
}

/// Some words hold a digit and are words all the same: `Log4jLogger`, `flush2DB`, and keys like `arg1=`.
fn is_word_with_digit(cursor: &Cursor, word: &[u8], end: usize, census: Census) -> bool {
    let starts_with_letter = word.first().is_some_and(u8::is_ascii_alphabetic);
    if census.digits > 2 || !starts_with_letter || census.slashes > 0 || census.dots > 1 {
        return false;
    }
    if cursor.byte(end) == b'=' {
        return true;
    }
    let Some(digit) = word.iter().position(u8::is_ascii_digit) else { return false };
    let (before, after) = word.split_at(digit);
    census.digits == 1
        && before.len() >= 3
        && before.iter().rev().take(3).all(u8::is_ascii_alphabetic)
        && after.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'$')
        && !word.iter().all(u8::is_ascii_hexdigit)
}

/// Words with signs and without digits: paths, hosts and addresses are values; `read/write`, `non-blocking`, `file.txt` are text.
fn signed_value_end(cursor: &Cursor, word: &[u8], end: usize, census: Census) -> Option<usize> {
    let next = cursor.byte(end);
    if next == b'=' || is_failure_class(word) {
        return None;
    }
    let (dots, slashes) = (census.dots, census.slashes);
    let is_path = slashes >= 2 || (slashes == 1 && (word.first() == Some(&b'/') || dots > 0));
    let is_address = word.iter().skip(1).any(|b| *b == b'@');
    // A host and its port; in a bracket, a source file and its line.
    let is_numbered = next == b':'
        && dots == 1
        && cursor.byte(end + 1).is_ascii_digit()
        && (cursor.last_delimiter == b'(' || !word.iter().any(u8::is_ascii_uppercase));
    if is_path || is_address || is_numbered || dots >= 2 {
        return Some(location_end(cursor, word, end));
    }
    (cursor.value_due.is_some() && !words::is_outcome(word)).then_some(end)
}

/// `java.net.NoRouteToHostException`: the class of a failure is the message's core, however host-like its name.
fn is_failure_class(word: &[u8]) -> bool {
    word.ends_with(b"Exception") || word.ends_with(b"Error")
}

/// Where the URL or drive path ends that begins with the scheme or drive `word`, or the path and query that begins with the path
/// `word`; `end` when it is neither.
fn location_end(cursor: &Cursor, word: &[u8], end: usize) -> usize {
    let rest = cursor.rest(end);
    if rest.first() == Some(&b'?') && word.contains(&b'/') {
        return end + rest.iter().take_while(|b| **b > b' ' && !b"\"'<>".contains(b)).count();
    }
    let is_url = rest.starts_with(b"://") || (rest.starts_with(b":/") && (word == b"file" || word.len() == 1));
    let is_drive = word.len() == 1 && rest.starts_with(b":\\");
    if !(is_url || is_drive) {
        return end;
    }
    let length = rest.iter().take_while(|b| **b > b' ' && !b"\"'<>()[]{},;|".contains(b)).count();
    let stops = rest.iter().take(length).rev().take_while(|b| matches!(b, b'.' | b':')).count();
    end + length - stops
}

/// Whether the `=` at the cursor assigns: it follows a key directly, and the key does not announce a message (`error=…`).
pub(super) fn is_assignment(cursor: &Cursor) -> bool {
    let compares = matches!(cursor.byte(cursor.position + 1), b'=' | b'>' | b'~');
    let key = cursor.tokens.last().filter(|_| cursor.last_delimiter == 0 && !compares);
    key.is_some_and(|key| key.kind == Kind::Variable || !words::is_message_key(cursor.token_text(key)))
}

/// `<1 s`: the sign belongs to the number.
pub(super) fn is_comparison(cursor: &Cursor) -> bool {
    let rest = cursor.rest(cursor.position + 1);
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && rest.get(digits) == Some(&b' ')
}

/// `18846 bytes (18.4 KB)`: a quantity said again in another unit is no part of the template. `rest` begins at the bracket;
/// the answer is the bracket's length.
pub(super) fn restatement(rest: &[u8]) -> Option<usize> {
    let rest = rest.strip_prefix(b"(")?;
    let number = rest.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
    let gap = usize::from(rest.get(number) == Some(&b' '));
    let unit = rest.iter().skip(number + gap).take_while(|b| b.is_ascii_alphabetic()).count();
    let close = number + gap + unit;
    let is_unit = rest.get(number + gap..close).is_some_and(words::is_unit);
    (number > 0 && is_unit && rest.get(close) == Some(&b')')).then_some(close + 2)
}

/// Where the quote closes that opens at the cursor, if what it holds is a value: a single word, or anything after `key=`;
/// not a key itself (`"level":`), nor an outcome (`'failed'`), nor the value of a key that announces a message.
pub(super) fn quoted_end(cursor: &Cursor, quote: u8) -> Option<usize> {
    let open = cursor.position;
    if open > 0 && cursor.byte(open - 1).is_ascii_alphanumeric() {
        return None;
    }
    let window = cursor.rest(open + 1);
    let is_agent = is_user_agent(window);
    let assigned = cursor.value_due.is_some() || is_agent || follows_json_key(cursor);
    let window = window.get(..if is_agent { USER_AGENT_BYTES_MAX } else { ENCLOSED_BYTES_MAX }).unwrap_or(window);
    let length = window.iter().position(|b| *b == quote || (*b <= b' ' && !assigned))?;
    let (content, close) = (window.get(..length)?, open + 1 + length);
    let is_key = matches!(cursor.byte(close + 1), b':' | b'=');
    if cursor.byte(close) != quote || is_key || words::is_outcome(content) {
        return None;
    }
    let announced = matches!(cursor.last_delimiter, b':' | b'=')
        && cursor.tokens.last().is_some_and(|key| words::is_message_key(cursor.token_text(key)));
    (!announced).then_some(close)
}

/// `Mozilla/5.0 (…) …`: a product and its version begin what a client says of itself.
fn is_user_agent(text: &[u8]) -> bool {
    let name = text.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_')).count();
    name > 0 && matches!(text.get(name..), Some([b'/', b'0'..=b'9', ..]))
}

/// ` / ` after a method of HTTP is the shortest path.
pub(super) fn is_root_path(cursor: &Cursor) -> bool {
    matches!(cursor.rest(cursor.position), [b'/', b' ', ..])
        && cursor.last_delimiter == 0
        && cursor.tokens.last().is_some_and(|t| words::is_http_method(cursor.token_text(t)))
}

/// Whether the cursor stands after `"key":`.
fn follows_json_key(cursor: &Cursor) -> bool {
    let before = cursor.text.get(..cursor.position).unwrap_or_default().trim_ascii_end();
    matches!(before.strip_suffix(b":").and_then(<[u8]>::last), Some(b'"' | b'\''))
}

/// ` ()`: an empty bracket that stands by itself holds a value that was empty; `call()` does not.
pub(super) fn is_empty_bracket(cursor: &Cursor, close: u8) -> bool {
    let open = if close == b')' { b'(' } else { b'[' };
    cursor.position >= 2
        && cursor.last_delimiter == open
        && cursor.byte(cursor.position - 1) == open
        && cursor.byte(cursor.position - 2) == b' '
}

/// `key=Name{…}`: the brackets that follow a value without a gap belong to it. `end` is the end of the value's first word.
pub(super) fn structure_end(text: &[u8], end: usize) -> usize {
    let (open, close) = match text.get(end) {
        Some(b'{') => (b'{', b'}'),
        Some(b'(') => (b'(', b')'),
        Some(b'[') => (b'[', b']'),
        _ => return end,
    };
    let mut depth = 0usize;
    for (i, byte) in text.iter().enumerate().skip(end).take(ENCLOSED_BYTES_MAX) {
        depth += usize::from(*byte == open);
        depth -= usize::from(*byte == close);
        if depth == 0 {
            return i + 1;
        }
    }
    end
}
