//! Offsets in texts: `+02:00`, `+0200`, `GMT+2`.

use super::DateError;
use super::op::{OffsetForm, Presence};
use super::parse::{Fault, Found};
use std::fmt::Write;

/// `Z` or `+hh:mm[:ss]`: offsets in zone ids.
pub(super) const ZONE_ID: OffsetForm =
    OffsetForm { colon: true, minutes: Presence::Always, seconds: Presence::Optional, zero: "Z", lenient: false };
/// What follows `UTC`, `GMT` or `UT` in zone ids.
pub(super) const AFTER_PREFIX: OffsetForm = OffsetForm { zero: "0", ..ZONE_ID };

/// Two digits at `at`, no more than 59, after a colon where one is wanted; and where they end.
fn two_digits(text: &[u8], at: usize, colon: bool) -> Option<(i64, usize)> {
    let at = if colon { (text.get(at) == Some(&b':')).then_some(at + 1)? } else { at };
    match text.get(at..at + 2)? {
        [a @ b'0'..=b'5', b @ b'0'..=b'9'] => Some((i64::from((a - b'0') * 10 + (b - b'0')), at + 2)),
        _ => None,
    }
}

impl OffsetForm {
    /// Parses an offset at `at`: its seconds and where it ends.
    pub fn parse(&self, text: &[u8], at: usize, ignore_case: bool) -> Result<Found<i64>, Fault> {
        let here = text.get(at..).unwrap_or_default();
        let zero = self.zero.as_bytes();
        let is_zero = here
            .get(..zero.len())
            .is_some_and(|start| start == zero || ignore_case && start.eq_ignore_ascii_case(zero));
        if is_zero {
            return Ok(Found { value: 0, end: at + zero.len() });
        }
        let sign = match here.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(Fault::At(at)),
        };
        let (hours, mut end) = two_digits(text, at + 1, false).ok_or(Fault::At(at))?;
        let (mut minutes, mut seconds) = (0, 0);
        if self.minutes != Presence::Never {
            match two_digits(text, end, self.colon) {
                Some(found) => (minutes, end) = found,
                None if self.minutes == Presence::Always && !self.lenient => return Err(Fault::At(at)),
                None => {}
            }
        }
        if self.seconds != Presence::Never
            && let Some(found) = two_digits(text, end, self.colon)
        {
            (seconds, end) = found;
        }
        if hours > 23 {
            let message = "Value out of range: Hour[0-23], Minute[0-59], Second[0-59]";
            return Err(Fault::error(DateError::date_time(message)));
        }
        Ok(Found { value: sign * (hours * 3_600 + minutes * 60 + seconds), end })
    }

    pub fn print(&self, offset_seconds: i64, out: &mut impl Write) {
        let total = offset_seconds.abs();
        let (hours, minutes, seconds) = (total / 3_600 % 100, total / 60 % 60, total % 60);
        let with = |presence, value| presence == Presence::Always || presence == Presence::Optional && value > 0;
        let with_minutes = with(self.minutes, minutes);
        let with_seconds = with_minutes && with(self.seconds, seconds);
        let printed = hours + if with_minutes { minutes } else { 0 } + if with_seconds { seconds } else { 0 };
        if printed == 0 {
            let _ = out.write_str(self.zero);
            return;
        }
        let colon = if self.colon { ":" } else { "" };
        let _ = write!(out, "{}{hours:02}", if offset_seconds < 0 { '-' } else { '+' });
        if with_minutes {
            let _ = write!(out, "{colon}{minutes:02}");
        }
        if with_seconds {
            let _ = write!(out, "{colon}{seconds:02}");
        }
    }
}

/// `GMT+2`, `GMT+02:00`: seconds and end. A long one has two digits for the hours and always minutes.
pub(super) fn parse_localized(text: &[u8], at: usize, prefix: &str, long: bool) -> Result<Found<i64>, Fault> {
    let here = text.get(at..).unwrap_or_default();
    if !here.starts_with(prefix.as_bytes()) {
        return Err(Fault::At(at));
    }
    let mut end = at + prefix.len();
    let sign = match text.get(end) {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Ok(Found { value: 0, end }),
    };
    end += 1;
    let digit = |at: usize| text.get(at).filter(|b| b.is_ascii_digit()).map(|b| i64::from(b - b'0'));
    // Java reads the mandatory characters without a look at the text's end.
    let mandatory = |at: usize| if at < text.len() { Ok(digit(at)) } else { Err(out_of_bounds(text)) };
    let pair = |at: usize| {
        let first = (text.get(at) == Some(&b':')).then(|| digit(at + 1)).flatten()?;
        Some((first * 10 + digit(at + 2)?, at + 3))
    };
    let (mut hours, mut minutes, mut seconds) = (mandatory(end)?, None, None);
    end += 1;
    if long {
        hours = hours.zip(mandatory(end)?).map(|(first, second)| first * 10 + second);
        end += 1;
        if hours.is_none() {
            return Err(Fault::At(at));
        }
        match text.get(end) {
            None => return Err(out_of_bounds(text)),
            Some(b':') => {}
            Some(_) => return Err(Fault::At(at)),
        }
        let (first, second) = (mandatory(end + 1)?, mandatory(end + 2)?);
        minutes = Some(first.zip(second).map(|(first, second)| first * 10 + second).ok_or(Fault::At(at))?);
        end += 3;
    } else if let Some((first, second)) = hours.zip(digit(end)) {
        hours = Some(first * 10 + second);
        end += 1;
    }
    let hours = hours.ok_or(Fault::At(at))?;
    for part in [&mut minutes, &mut seconds] {
        if part.is_none() {
            let Some((value, after)) = pair(end) else { break };
            (*part, end) = (Some(value), after);
        }
    }
    let value = sign * (hours * 3_600 + minutes.unwrap_or(0) * 60 + seconds.unwrap_or(0));
    Ok(Found { value, end })
}

fn out_of_bounds(text: &[u8]) -> Fault {
    Fault::error(super::parse::index_out_of_bounds(text.len(), text.len()))
}

pub(super) fn print_localized(offset_seconds: i64, prefix: &str, long: bool, out: &mut impl Write) {
    let _ = out.write_str(prefix);
    if offset_seconds == 0 {
        return;
    }
    let total = offset_seconds.abs();
    let (hours, minutes, seconds) = (total / 3_600 % 100, total / 60 % 60, total % 60);
    let _ = out.write_char(if offset_seconds < 0 { '-' } else { '+' });
    let _ = if long { write!(out, "{hours:02}:{minutes:02}") } else { write!(out, "{hours}") };
    if !long && (minutes != 0 || seconds != 0) {
        let _ = write!(out, ":{minutes:02}");
    }
    if seconds != 0 {
        let _ = write!(out, ":{seconds:02}");
    }
}
