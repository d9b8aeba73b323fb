//! Times as log lines write them: one or several words that together tell a moment.

use super::words;

/// A time is looked for in so many bytes.
const WORD_BYTES_MAX: usize = 48;

/// Runs of digits in a word of a time (`2015-10-18T18:01:47.978123+02:00` has nine).
const GROUPS_MAX: usize = 10;

/// What a word tells of a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Clock {
    /// A moment by itself: a date, a time of day, seconds since 1970.
    Moment,
    /// `03-17`, `10.30`: a date if a time follows.
    ShortDate,
    /// `081109`: half of a moment.
    SixDigits,
    Other,
}

/// The length of the time that `text` begins with, brackets included; `None` if it begins with none.
pub(super) fn moment(text: &[u8]) -> Option<usize> {
    // Most of what is asked about is no time, and its first byte tells.
    let bracket = match text.first()? {
        b'0'..=b'9' | b'A' | b'D' | b'E' | b'F' | b'I' | b'J' | b'M' | b'N' | b'O' | b'S' | b'T' | b'W' => false,
        b'[' => true,
        _ => return None,
    };
    if bracket && let Some(length) = uptime(text) {
        return Some(length);
    }
    let mut at = usize::from(bracket);
    let mut told = false;
    loop {
        let rest = text.get(at..)?;
        let (clock, length) = read(rest);
        let next = || read(rest.get(length..).unwrap_or_default().trim_ascii_start());
        let part = match clock {
            Clock::Moment => true,
            Clock::ShortDate => next().0 == Clock::Moment,
            Clock::SixDigits if !told => {
                let (clock, next_length) = next();
                return (clock == Clock::SixDigits).then_some(at + length + 1 + next_length);
            }
            Clock::SixDigits => false,
            Clock::Other => {
                let after = rest.get(length..).unwrap_or_default().trim_ascii_start();
                is_date_part(rest.get(..length).unwrap_or_default(), after, told)
            }
        };
        if !part {
            break;
        }
        told |= clock == Clock::Moment;
        at += length;
        let gap = text.get(at..)?.iter().take_while(|b| matches!(b, b' ' | b',')).count();
        if gap == 0 {
            let closed = usize::from(bracket && text.get(at) == Some(&b']'));
            return (told && (!bracket || closed == 1)).then_some(at + closed);
        }
        at += gap;
    }
    (told && !bracket).then(|| text.get(..at).unwrap_or_default().trim_ascii_end().len())
}

/// A day's or month's name, a day of the month, a year, a zone: parts that tell nothing alone.
fn is_date_part(word: &[u8], after: &[u8], told: bool) -> bool {
    let is_number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let moment_follows = || read(after).0 == Clock::Moment;
    match word.len() {
        3 if words::is_date_word(word) => true,
        // `Jun 14 15:16:01`, `01 Jan 2023`
        1 | 2 if !told => is_number(word) && (moment_follows() || after.get(..3).is_some_and(words::is_date_word)),
        2 => matches!(word, b"AM" | b"PM"),
        // `2023 Jan 4`, `Sun Dec 04 04:47:44 2005`
        4 if is_number(word) => (told || moment_follows()) && matches!(word, [b'1', b'9', ..] | [b'2', b'0', ..]),
        5 if told => matches!(word, [b'+' | b'-', offset @ ..] if is_number(offset)),
        // glog: I0102 15:04:05.678901
        5 => matches!(word, [b'I' | b'W' | b'E' | b'F', date @ ..] if is_number(date)) && moment_follows(),
        3 | 4 if told => words::is_time_zone(word),
        _ => false,
    }
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

/// A run of digits and the sign before it.
type Group = (u8, u8);

/// Reads the word that `text` begins with: what it tells and how long it is.
fn read(text: &[u8]) -> (Clock, usize) {
    let mut groups: [Group; GROUPS_MAX] = [(0, 0); GROUPS_MAX];
    let (mut count, mut digits, mut sign, mut at) = (0, 0u8, 0u8, 0);
    let mut numeric = true;
    while let Some(&byte) = text.get(at).filter(|_| at < WORD_BYTES_MAX) {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'\t' | b']' | b'|' | b'[' | b'(' | b')' => break,
            b',' if !text.get(at + 1).is_some_and(u8::is_ascii_digit) => break,
            b'-' | b'/' | b'.' | b':' | b',' | b'+' | b'_' | b';' | b'T' | b'Z' => {
                if let Some(group) = groups.get_mut(count).filter(|_| digits > 0) {
                    *group = (digits, sign);
                    count += 1;
                }
                (digits, sign) = (0, byte);
            }
            // 10/Oct/2000
            _ if sign == b'/' && digits == 0 && text.get(at..at + 3).is_some_and(words::is_date_word) => {
                digits = 2;
                at += 2;
            }
            _ => numeric = false,
        }
        at += 1;
    }
    if let Some(group) = groups.get_mut(count).filter(|_| digits > 0) {
        *group = (digits, sign);
        count += 1;
    }
    let begins_with_digit = text.first().is_some_and(u8::is_ascii_digit);
    match groups.get(..count) {
        Some(groups) if numeric && begins_with_digit => (classify(text, groups), at),
        _ => (Clock::Other, at),
    }
}

fn classify(word: &[u8], groups: &[Group]) -> Clock {
    let is_time = groups.windows(2).any(|pair| matches!(pair, [(1 | 2, before), (2, b':')] if *before != b'.'));
    let is_date_sign = |sign| matches!(sign, b'-' | b'/' | b'.');
    let is_date = |groups: &[Group]| match groups {
        [(4, _), (1 | 2, a), (1 | 2, b)] | [(1 | 2, _), (1 | 2, a), (2 | 4, b)] => a == b && is_date_sign(*a),
        _ => false,
    };
    match groups {
        _ if is_time => Clock::Moment,
        [_, _, _] if is_date(groups) => Clock::Moment,
        // 2005-06-03-15.42.50.363779
        [year @ (4, _), month, day, (2, b'-' | b'T' | b'_'), (2, _), ..] if is_date(&[*year, *month, *day]) => {
            Clock::Moment
        }
        [(2, 0), (2, sign)] if is_date_sign(*sign) => Clock::ShortDate,
        [(6, 0)] => Clock::SixDigits,
        // Seconds or milliseconds since 1970, for some decades around now.
        [(10 | 13, 0)] | [(10, 0), (_, b'.')] if word.first() == Some(&b'1') => Clock::Moment,
        _ => Clock::Other,
    }
}

/// Whether `word` is a number of seconds or milliseconds since 1970.
pub(super) fn is_epoch(word: &[u8]) -> bool {
    matches!(word.len(), 10 | 13) && word.first() == Some(&b'1') && word.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// The moment that a line begins with ends where the `~` stands.
    fn check(line: &str) {
        let (before, after) = line.split_once('~').unwrap();
        assert_eq!(moment(format!("{before}{after}").as_bytes()), Some(before.len()), "{line}");
    }

    #[test]
    fn notations() {
        for line in [
            "2026-01-05 10:20:30,123~ INFO x",
            "2026-01-05T10:20:30.123456Z~ x",
            "2026-01-05T10:20:30+02:00~ x",
            "2026/01/05 10:20:30~ x",
            "05.01.2026 10:20:30~ x",
            "26/01/05 10:20:30~ x",
            "01-05 10:20:30.123~ x",
            "20260105-10:20:30:123~|x",
            "260105 102030~ 7 x",
            "2026-01-05-10.20.30.123456~ R1",
            "Jan  5 10:20:30~ host x",
            "5 Jan 2026 10:20:30~ x",
            "Mon Jan 05 10:20:30 2026~ x",
            "Mon, 05 Jan 2026 10:20:30 GMT~ x",
            "[Mon Jan 05 10:20:30.123456 2026]~ [x]",
            "[05/Jan/2026:10:20:30 +0800]~ \"GET\"",
            "[   12.345678]~ usb",
            "[01.05 10:20:30]~ x",
            "2026-01-05 10:20:30 CET~ [1] LOG",
            "1:20:30 PM~ x",
            "1767608430~ x",
            "1767608430.123~ x",
            "I0105 10:20:30.123456~ 7 x",
        ] {
            check(line);
        }
    }

    #[test]
    fn no_moments() {
        for line in [
            "",
            " ",
            "[",
            "[]",
            "12",
            "12 monkeys",
            "10.251.39.209 x",
            "10.251.39.209:50010 x",
            "1.2 x",
            "abc",
            "123456 x",
            "5 Jan",
            "2026 x",
            "[main] x",
            "0x12:34",
            "I0105 x",
            "March on",
            "ab:cd:ef:12:34:56",
            "Sat down",
            "26-01",
            "12345678901 x",
        ] {
            assert_eq!(moment(line.as_bytes()), None, "{line}");
        }
    }
}
