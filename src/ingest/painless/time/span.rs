//! `java.time.Duration`.

use super::NANOS_PER_SECOND;
use crate::ingest::dates::{DateError, DateErrorKind};
use std::fmt;

/// A length of time: seconds, and nanoseconds from 0 to 999,999,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub seconds: i64,
    pub nanos: u32,
}

impl Span {
    pub fn of_nanos(nanos: i128) -> Result<Self, DateError> {
        let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).map_err(|_| DateError::overflow("long"))?;
        Ok(Self { seconds, nanos: nanos.rem_euclid(NANOS_PER_SECOND) as u32 })
    }

    pub fn total_nanos(self) -> i128 {
        i128::from(self.seconds) * NANOS_PER_SECOND + i128::from(self.nanos)
    }

    /// In units of so many nanoseconds, cut off towards zero as `toMillis` and `toNanos` do.
    pub fn to_units(self, nanos: i128) -> Result<i64, DateError> {
        i64::try_from(self.total_nanos() / nanos).map_err(|_| DateError::overflow("long"))
    }

    /// `PT1H2M3.5S`, `P2DT3H`, case and signs as Java takes them.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        Self::read(text)
            .ok_or_else(|| DateError::new(DateErrorKind::Parse, "Text cannot be parsed to a Duration".to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let (negated, rest) = signed(&upper);
        let rest = rest.strip_prefix('P')?;
        let (days, time) = match rest.split_once('T') {
            Some((days, time)) if !time.is_empty() => (days, time),
            Some(_) => return None,
            None => (rest, ""),
        };
        if days.is_empty() && time.is_empty() {
            return None;
        }
        let mut total = 0_i128;
        if !days.is_empty() {
            total += read_number(days.strip_suffix('D')?)?.checked_mul(86_400)?;
        }
        let mut left = time;
        for (unit, nanos) in [('H', 3_600), ('M', 60), ('S', 1)] {
            let Some(at) = left.find(unit) else { continue };
            let number = left.get(..at)?;
            let scaled = if unit == 'S' { read_number(number)? } else { whole(number)? };
            total = total.checked_add(scaled.checked_mul(nanos)?)?;
            left = left.get(at + 1..)?;
        }
        if !left.is_empty() {
            return None;
        }
        Self::of_nanos(if negated { -total } else { total }).ok()
    }
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A number without a fraction, in billionths.
fn whole(text: &str) -> Option<i128> {
    if text.contains(['.', ',']) { None } else { read_number(text) }
}

/// `-12.5` in billionths.
fn read_number(text: &str) -> Option<i128> {
    let (negated, digits) = signed(text);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || fraction.len() > 9 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let nanos: i128 = format!("{fraction:0<9}").parse().ok()?;
    let value = whole.parse::<i128>().ok()?.checked_mul(NANOS_PER_SECOND)?.checked_add(nanos)?;
    Some(if negated { -value } else { value })
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 && self.nanos == 0 {
            return f.write_str("PT0S");
        }
        // Parts are of one sign; a negative fraction borrows a second.
        let mut total = self.seconds;
        if total < 0 && self.nanos > 0 {
            total += 1;
        }
        let (hours, minutes, seconds) = (total / 3_600, total % 3_600 / 60, total % 60);
        f.write_str("PT")?;
        if hours != 0 {
            write!(f, "{hours}H")?;
        }
        if minutes != 0 {
            write!(f, "{minutes}M")?;
        }
        if seconds == 0 && self.nanos == 0 {
            return Ok(());
        }
        let fraction = if self.seconds < 0 && self.nanos > 0 { 1_000_000_000 - self.nanos } else { self.nanos };
        if self.seconds < 0 && self.nanos > 0 && seconds == 0 {
            f.write_str("-0")?;
        } else {
            write!(f, "{seconds}")?;
        }
        if fraction > 0 {
            let digits = format!("{fraction:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("S")
    }
}
