//! Runs a pattern's ops over a text.
//!
//! The text is looked at as bytes: digits and signs are ASCII, names and literals are compared whole. Only where a message tells a position
//! is it counted as Java counts, in UTF-16 units.

use super::op::{Number, NumberForm, Op, SignStyle};
use super::parsed::ParsedFields;
use super::zone::Prefix;
use super::zone_names::{NameKind, NameTable};
use super::{DateError, DateErrorKind, Field, LocalDate, LocalTime, Offset, Zone, offset};

/// Why a text does not match.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It does not match from this byte on. An optional section may be left out then.
    At(usize),
    /// It matches, but goes on at this byte.
    Unparsed(usize),
    /// An exception that ends it all.
    Error(Box<DateError>),
}

impl Fault {
    pub fn error(error: DateError) -> Self {
        Self::Error(Box::new(error))
    }
}

/// A value and the byte that it ends at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<T> {
    pub value: T,
    pub end: usize,
}

pub(super) fn index_out_of_bounds(index: usize, length: usize) -> DateError {
    let message = format!("Index {index} out of bounds for length {length}");
    DateError::new(DateErrorKind::StringIndexOutOfBounds, message)
}

struct Run<'r> {
    parsed: &'r mut ParsedFields,
    ignore_case: bool,
}

/// The seconds and nanoseconds that year, month, …, offset make.
fn instant_of(parts: &ParsedFields) -> Option<(i64, i64)> {
    let nanos = parts.field(Field::NanoOfSecond).unwrap_or(0);
    let clock = [Field::HourOfDay, Field::MinuteOfHour, Field::SecondOfMinute].map(|field| parts.field(field));
    let ([hour, minute, second], days) = match (clock, nanos) {
        ([Some(24), Some(0), Some(0)], 0) => ([0, 0, 0], 1),
        ([Some(23), Some(59), Some(60)], _) => ([23, 59, 59], 0),
        ([hour, minute, second], _) => ([hour?, minute?, second?], 0),
    };
    let time = LocalTime::of(hour, minute, second, nanos).ok()?;
    let (year, month, day) =
        (parts.field(Field::Year)?, parts.field(Field::MonthOfYear)?, parts.field(Field::DayOfMonth)?);
    let date = LocalDate::of(year, month, day).ok()?;
    let offset = parts.field(Field::OffsetSeconds)?;
    const SECONDS_PER_DAY: i64 = 86_400;
    let seconds = (date.epoch_day() + days) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
    Some((seconds, i64::from(time.nano())))
}

/// Parses all of `text` into `parsed`, which is empty.
pub(super) fn parse(ops: &[Op], text: &str, parsed: &mut ParsedFields) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let end = Run { parsed, ignore_case: false }.ops(ops, bytes, 0)?;
    if end < bytes.len() { Err(Fault::Unparsed(end)) } else { Ok(()) }
}

impl Run<'_> {
    fn ops(&mut self, ops: &[Op], text: &[u8], mut at: usize) -> Result<usize, Fault> {
        for op in ops {
            at = self.op(op, text, at)?;
        }
        Ok(at)
    }

    #[inline]
    fn op(&mut self, op: &Op, text: &[u8], at: usize) -> Result<usize, Fault> {
        match op {
            Op::Byte(literal) if text.get(at) == Some(literal) => Ok(at + 1),
            Op::Byte(literal) => self.literal(&[*literal], text, at),
            Op::Literal(literal) => self.literal(literal.as_bytes(), text, at),
            Op::Number(number) => self.number(number, text, at),
            Op::Text { field, names } => {
                let rest = text.get(at..).unwrap_or_default();
                let found = if self.ignore_case { names.parse_ignoring_case(rest) } else { names.parse(rest) };
                let (value, length) = found.ok_or(Fault::At(at))?;
                self.set(*field, value, at, at + length)
            }
            Op::DayPeriod(names) => {
                let (period, length) = names.parse(text.get(at..).unwrap_or_default()).ok_or(Fault::At(at))?;
                self.parsed.day_period = Some(period);
                Ok(at + length)
            }
            Op::Offset(form) => {
                let found = form.parse(text, at, self.ignore_case)?;
                self.set(Field::OffsetSeconds, found.value, at, found.end)
            }
            Op::LocalizedOffset { long, prefix } => {
                let found = offset::parse_localized(text, at, prefix, *long)?;
                self.set(Field::OffsetSeconds, found.value, at, found.end)
            }
            Op::ZoneId(_) => self.zone(NameTable::ids(), text, at),
            Op::ZoneText { names, .. } => self.zone(names, text, at),
            Op::Pad { width, op } => self.padded(*width as usize, op, text, at),
            Op::Group { optional: false, ops } => self.ops(ops, text, at),
            Op::Group { optional: true, ops } => {
                let before = self.parsed.checkpoint();
                match self.ops(ops, text, at) {
                    Err(Fault::At(_)) => {
                        self.parsed.go_back(before);
                        Ok(at)
                    }
                    other => other,
                }
            }
            Op::IgnoreCase(ignore) => {
                self.ignore_case = *ignore;
                Ok(at)
            }
            Op::Instant(ops) => self.instant(ops, text, at),
        }
    }

    /// A point in time leaves nothing but itself. 24:00 is the next day's midnight; a leap second is the one before it.
    fn instant(&mut self, ops: &[Op], text: &[u8], at: usize) -> Result<usize, Fault> {
        let mut parts = ParsedFields::default();
        let end = Run { parsed: &mut parts, ignore_case: self.ignore_case }.ops(ops, text, at)?;
        let (seconds, nanos) = instant_of(&parts).ok_or(Fault::At(at))?;
        let end = self.set(Field::InstantSeconds, seconds, at, end)?;
        self.set(Field::NanoOfSecond, nanos, at, end)
    }

    fn literal(&self, literal: &[u8], text: &[u8], at: usize) -> Result<usize, Fault> {
        let found = text.get(at..at + literal.len()).ok_or(Fault::At(at))?;
        if found == literal || self.ignore_case && found.eq_ignore_ascii_case(literal) {
            Ok(at + literal.len())
        } else {
            Err(Fault::At(at))
        }
    }

    /// Sets a field; one that has another value already is a mismatch at `at`.
    fn set(&mut self, field: Field, value: i64, at: usize, end: usize) -> Result<usize, Fault> {
        if self.parsed.set(field, value) { Ok(end) } else { Err(Fault::At(at)) }
    }

    fn number(&mut self, number: &Number, text: &[u8], at: usize) -> Result<usize, Fault> {
        if let NumberForm::Fraction { point } = number.form {
            return self.fraction(number, point, text, at);
        }
        let (negative, plus) = match text.get(at) {
            None => return Err(Fault::At(at)),
            Some(b'+') => (false, true),
            Some(b'-') => (true, false),
            Some(_) => (false, false),
        };
        let sign_is_allowed = match number.sign {
            SignStyle::ExceedsPad => true,
            SignStyle::Normal => !plus,
            SignStyle::Never | SignStyle::NotNegative => !plus && !negative,
        };
        if !sign_is_allowed {
            return Err(Fault::At(at));
        }
        let start = at + usize::from(negative || plus);
        let min_width = number.min_width as usize;
        if start + min_width > text.len() {
            return Err(Fault::At(start));
        }
        // All digits there are, then as many less as the neighbours need.
        let following = number.following_digits as usize;
        let digits_from = text.get(start..).unwrap_or_default();
        let count = |max: usize| digits_from.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        let mut width = count(number.max_width as usize + following);
        if width < min_width {
            return Err(Fault::At(start));
        }
        if following > 0 {
            width = count(width.saturating_sub(following).max(min_width));
        }
        let mut value = decimal(digits_from, width, negative);
        if value.is_none() {
            // Beyond 64 bits: Java takes a digit less.
            width -= 1;
            value = decimal(digits_from, width, negative);
        }
        let mut value = value.ok_or(Fault::At(start))?;
        if negative {
            if value == 0 {
                return Err(Fault::At(at));
            }
        } else if number.sign == SignStyle::ExceedsPad {
            match plus {
                true if width <= min_width => return Err(Fault::At(at)),
                false if width > min_width => return Err(Fault::At(start)),
                _ => {}
            }
        }
        if number.form == NumberForm::Reduced {
            value = number.full_year(value);
        }
        if number.field as u8 >= Field::LocalDayOfWeek as u8 {
            self.parsed.week = number.week;
        }
        self.set(number.field, value, start, start + width)
    }

    fn fraction(&mut self, number: &Number, point: bool, text: &[u8], at: usize) -> Result<usize, Fault> {
        let min_width = number.min_width as usize;
        let left_out = if min_width > 0 { Err(Fault::At(at)) } else { Ok(at) };
        let start = match text.get(at) {
            None => return left_out,
            Some(b'.') if point => at + 1,
            Some(_) if point => return left_out,
            Some(_) => at,
        };
        let digits = text.get(start..).unwrap_or_default().iter().take(number.max_width as usize);
        let digits = digits.take_while(|b| b.is_ascii_digit());
        let (mut value, mut width) = (0_i64, 0);
        for digit in digits {
            value = value * 10 + i64::from(digit - b'0');
            width += 1;
        }
        if width < min_width {
            return Err(Fault::At(start));
        }
        // Nanoseconds of a second, or of a millisecond.
        let full_width = if number.field == Field::EpochNanosOfMilli { 6 } else { 9 };
        value *= 10_i64.pow(full_width - (width as u32).min(full_width));
        self.set(number.field, value, start, start + width)
    }

    fn padded(&mut self, width: usize, op: &Op, text: &[u8], at: usize) -> Result<usize, Fault> {
        let rest = text.get(at..).unwrap_or_default();
        // The width counts characters, as Java's UTF-16 units do for all but the rarest.
        let starts = (0..rest.len()).filter(|i| rest[*i] & 0xC0 != 0x80);
        let width = match starts.chain([rest.len()]).nth(width) {
            Some(bytes) if !rest.is_empty() => bytes,
            _ => return Err(Fault::At(at)),
        };
        let end = at + width;
        let spaces = rest.iter().take(width).take_while(|b| **b == b' ').count();
        let found = self.op(op, text.get(..end).unwrap_or_default(), at + spaces);
        match found {
            Ok(found) if found == end => Ok(end),
            // Java adds the start twice.
            Ok(_) | Err(Fault::At(_)) => Err(Fault::At((at + at + spaces).min(text.len()))),
            other => other,
        }
    }

    fn zone(&mut self, names: &NameTable, text: &[u8], at: usize) -> Result<usize, Fault> {
        let rest = text.get(at..).unwrap_or_default();
        let Some(first) = rest.first() else { return Err(Fault::At(at)) };
        if matches!(first, b'+' | b'-') {
            let found = offset::ZONE_ID.parse(text, at, self.ignore_case)?;
            let offset = Offset::of_seconds(found.value).map_err(|_| Fault::At(at))?;
            self.parsed.set_zone(Zone::of_offset(offset), NameKind::Id);
            return Ok(found.end);
        }
        let starts_with = |prefix: &str| {
            rest.get(..prefix.len()).is_some_and(|start| {
                start == prefix.as_bytes() || self.ignore_case && start.eq_ignore_ascii_case(prefix.as_bytes())
            })
        };
        if starts_with("GMT0") {
            self.parsed.set_zone(Zone::region("GMT0").unwrap_or(Zone::UTC), NameKind::Id);
            return Ok(at + 4);
        }
        for prefix in [Prefix::Utc, Prefix::Ut, Prefix::Gmt] {
            if starts_with(prefix.text()) {
                return self.zone_with_prefix(prefix, text, at);
            }
        }
        let found =
            if self.ignore_case { names.longest_prefix_ignoring_case(rest) } else { names.longest_prefix(rest) };
        match found {
            Some((length, zone, kind)) => {
                self.parsed.set_zone(zone, kind);
                Ok(at + length)
            }
            None if *first == b'Z' || self.ignore_case && *first == b'z' => {
                self.parsed.set_zone(Zone::UTC, NameKind::Id);
                Ok(at + 1)
            }
            None => Err(Fault::At(at)),
        }
    }

    /// `UTC`, `GMT`, `UT`, perhaps with an offset.
    fn zone_with_prefix(&mut self, prefix: Prefix, text: &[u8], at: usize) -> Result<usize, Fault> {
        let after = at + prefix.text().len();
        let mut set = |offset, end| {
            self.parsed.set_zone(Zone::of_prefix(prefix, offset), NameKind::Id);
            Ok(end)
        };
        match text.get(after) {
            None | Some(b'0' | b'Z') => return set(Offset::UTC, after),
            Some(_) => {}
        }
        match offset::AFTER_PREFIX.parse(text, after, self.ignore_case) {
            Ok(found) => {
                let offset = Offset::of_seconds(found.value).map_err(|_| Fault::At(at))?;
                set(offset, found.end)
            }
            Err(Fault::At(_)) => set(Offset::UTC, after),
            Err(other) => Err(other),
        }
    }
}

/// The number that the first digits are; `None` beyond 64 bits.
fn decimal(digits: &[u8], width: usize, negative: bool) -> Option<i64> {
    let mut digits = digits.iter().take(width).map(|digit| i64::from(digit - b'0'));
    if negative {
        digits.try_fold(0_i64, |sum, digit| sum.checked_mul(10)?.checked_sub(digit))
    } else {
        digits.try_fold(0_i64, |sum, digit| sum.checked_mul(10)?.checked_add(digit))
    }
}
