//! Times as log lines write them: one or several words that together tell a moment.

use super::words;

/// A time is looked for in so many bytes.
const WORD_BYTES_MAX: usize = 48;

/// What a word tells of a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Clock {
    /// A moment by itself: a date, a time of day, seconds since 1970.
    Moment,
    /// `03-17`, `10.30`: a date if a time follows.
    ShortDate,
    /// `081109`: half of a moment.
    SixDigits,
}

/// The length of the time that `text` begins with, brackets included; `None` if it begins with none.
pub(super) fn moment(text: &[u8]) -> Option<usize> {
    let bracket = text.first() == Some(&b'[');
    let mut at = usize::from(bracket);
    if bracket && let Some(length) = uptime(text) {
        return Some(length);
    }
    let mut told = false;
    loop {
        let rest = text.get(at..)?;
        let word = first_word(rest);
        let next = first_word(rest.get(word.len()..)?.trim_ascii_start());
        let part = match clock(word) {
            Some(Clock::Moment) => {
                told = true;
                true
            }
            Some(Clock::ShortDate) => clock(next) == Some(Clock::Moment),
            Some(Clock::SixDigits) if !told && clock(next) == Some(Clock::SixDigits) => {
                at += word.len() + 1;
                at += first_word(text.get(at..)?).len();
                return Some(at);
            }
            Some(Clock::SixDigits) | None => is_date_part(word, next, told),
        };
        if !part {
            break;
        }
        at += word.len();
        let gap = text.get(at..)?.iter().take_while(|b| matches!(b, b' ' | b',')).count();
        if bracket && text.get(at) == Some(&b']') {
            return told.then_some(at + 1);
        }
        if gap == 0 {
            return told.then_some(at);
        }
        at += gap;
    }
    (told && !bracket).then(|| text.get(..at).unwrap_or_default().trim_ascii_end().len())
}

/// A day's or month's name, a day of the month, a year, a zone: parts that tell nothing alone.
fn is_date_part(word: &[u8], next: &[u8], told: bool) -> bool {
    let is_number = !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let name_follows = words::is_date_word(next);
    match word.len() {
        _ if words::is_date_word(word) => true,
        // `Jun 14 15:16:01`, `01 Jan 2023`
        1 | 2 if is_number && !told => clock(next) == Some(Clock::Moment) || name_follows,
        4 if is_number && !told => clock(next) == Some(Clock::Moment),
        // `Sun Dec 04 04:47:44 2005`
        4 if is_number => matches!(word, [b'1', b'9', ..] | [b'2', b'0', ..]),
        5 if told => matches!(word, [b'+' | b'-', rest @ ..] if rest.iter().all(u8::is_ascii_digit)),
        _ if told => words::is_time_zone(word) || matches!(word, b"AM" | b"PM"),
        // glog: I0102 15:04:05.678901
        5 => {
            matches!(word, [b'I' | b'W' | b'E' | b'F', rest @ ..] if rest.iter().all(u8::is_ascii_digit))
                && clock(next) == Some(Clock::Moment)
        }
        _ => false,
    }
}

fn first_word(text: &[u8]) -> &[u8] {
    let window = text.get(..WORD_BYTES_MAX).unwrap_or(text);
    let end = window.iter().enumerate().position(|(i, b)| match b {
        b' ' | b'\t' | b']' | b'|' | b'[' | b'(' | b')' => true,
        b',' => !window.get(i + 1).is_some_and(u8::is_ascii_digit),
        _ => false,
    });
    window.get(..end.unwrap_or(window.len())).unwrap_or_default()
}

/// `[   12.345678]`: seconds since the kernel started.
fn uptime(text: &[u8]) -> Option<usize> {
    let close = text.iter().take(WORD_BYTES_MAX).position(|b| *b == b']')?;
    let number = text.get(1..close)?.trim_ascii();
    let dot = number.iter().position(|b| *b == b'.')?;
    let fraction = number.len() - dot - 1;
    let digits = number.iter().filter(|b| b.is_ascii_digit()).count();
    (dot > 0 && (3..=9).contains(&fraction) && digits == number.len() - 1).then_some(close + 1)
}

/// Reads a word as digits between signs.
fn clock(word: &[u8]) -> Option<Clock> {
    let word = word.strip_suffix(b":").unwrap_or(word);
    let mut groups = [(0usize, 0u8); 10];
    let mut count = 0;
    let mut at = 0;
    while let Some(byte) = word.get(at) {
        let digits = word.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
        let sign = at.checked_sub(1).and_then(|i| word.get(i)).copied().unwrap_or(0);
        if digits > 0 {
            *groups.get_mut(count)? = (digits, sign);
            count += 1;
            at += digits;
        } else if matches!(byte, b'-' | b'/' | b'.' | b':' | b',' | b'+' | b'_' | b'T' | b'Z' | b';') {
            at += 1;
        } else if word.get(at..at + 3).is_some_and(words::is_date_word) && sign == b'/' {
            // 10/Oct/2000
            *groups.get_mut(count)? = (2, sign);
            count += 1;
            at += 3;
        } else {
            return None;
        }
    }
    classify(word, groups.get(..count)?)
}

fn classify(word: &[u8], groups: &[(usize, u8)]) -> Option<Clock> {
    let is_time = groups.windows(2).any(|pair| matches!(pair, [(1 | 2, before), (2, b':')] if *before != b'.'));
    let date_sign = |sign| matches!(sign, b'-' | b'/' | b'.');
    let is_date = |groups: &[(usize, u8)]| match groups {
        [(4, _), (1 | 2, a), (1 | 2, b)] | [(1 | 2, _), (1 | 2, a), (2 | 4, b)] => a == b && date_sign(*a),
        _ => false,
    };
    match groups {
        _ if is_time => Some(Clock::Moment),
        [_, _, _] if is_date(groups) => Some(Clock::Moment),
        // 2005-06-03-15.42.50.363779
        [(4, _), (2, _), (2, _), (2, b'-' | b'T' | b'_'), (2, _), ..] if is_date(groups.get(..3)?) => {
            Some(Clock::Moment)
        }
        [(2, 0), (2, sign)] if date_sign(*sign) => Some(Clock::ShortDate),
        [(6, 0)] if word.len() == 6 => Some(Clock::SixDigits),
        // Seconds or milliseconds since 1970, for some decades around now.
        [(10 | 13, 0)] | [(10, 0), (_, b'.')] => (word.first() == Some(&b'1')).then_some(Clock::Moment),
        _ => None,
    }
}

/// Whether `word` is a number of seconds or milliseconds since 1970.
pub(super) fn is_epoch(word: &[u8]) -> bool {
    matches!(word.len(), 10 | 13) && word.first() == Some(&b'1') && word.iter().all(u8::is_ascii_digit)
}
