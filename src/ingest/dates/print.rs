//! Writes a date or time by a pattern's ops.

use super::op::{Number, NumberForm, Op, SignStyle, ZoneIdForm};
use super::zone_names::{self, NameKind};
use super::{DateError, Field, Instant, LocalDate, LocalDateTime, LocalTime, Locale, Offset, WeekFields, Zone};
use super::{ZonedDateTime, offset};
use bumpalo::collections::String as ArenaString;
use std::fmt::Write;

/// What can be printed: a date, a time, an instant, or several of them.
#[derive(Clone, Copy, Debug)]
pub struct Temporal {
    pub date: Option<LocalDate>,
    pub time: Option<LocalTime>,
    pub offset: Option<Offset>,
    pub zone: Option<Zone>,
    pub instant: Option<Instant>,
}

impl Temporal {
    const NONE: Self = Self { date: None, time: None, offset: None, zone: None, instant: None };

    /// The value of a field, if it has that field.
    pub fn get(&self, field: Field, week: WeekFields) -> Option<i64> {
        match field {
            Field::InstantSeconds => return self.instant.map(Instant::epoch_second),
            Field::OffsetSeconds => return self.offset.map(Offset::seconds),
            Field::EpochSign => return self.instant.filter(|at| at.epoch_second() < 0).map(|_| 1),
            Field::EpochSeconds => return self.epoch().map(|(seconds, _)| seconds),
            Field::EpochNanosOfSecond => return self.epoch().map(|(_, nanos)| nanos).filter(|n| *n != 0),
            Field::EpochMillis => {
                let (seconds, nanos) = self.epoch()?;
                return seconds.checked_mul(1_000)?.checked_add(nanos / 1_000_000);
            }
            Field::EpochNanosOfMilli => return self.epoch().map(|(_, nanos)| nanos % 1_000_000).filter(|n| *n != 0),
            _ => {}
        }
        let of_instant = || {
            let nanos = i64::from(self.instant?.nano());
            match field {
                Field::NanoOfSecond => Some(nanos),
                Field::MicroOfSecond => Some(nanos / 1_000),
                Field::MilliOfSecond => Some(nanos / 1_000_000),
                _ => None,
            }
        };
        self.date
            .and_then(|date| date.get(field).or_else(|| week.get(field, date)))
            .or_else(|| self.time.and_then(|time| time.get(field)))
            .or_else(of_instant)
    }

    /// The distance from the epoch, without its sign.
    fn epoch(&self) -> Option<(i64, i64)> {
        let at = self.instant?;
        let (seconds, nanos) = (at.epoch_second(), i64::from(at.nano()));
        Some(match (seconds < 0, nanos) {
            (false, _) => (seconds, nanos),
            (true, 0) => (-seconds, 0),
            (true, _) => (-(seconds + 1), 1_000_000_000 - nanos),
        })
    }
}

impl From<ZonedDateTime> for Temporal {
    fn from(at: ZonedDateTime) -> Self {
        Self {
            date: Some(at.date()),
            time: Some(at.time()),
            offset: Some(at.offset()),
            zone: Some(at.zone()),
            instant: Some(at.instant()),
        }
    }
}

impl From<LocalDate> for Temporal {
    fn from(date: LocalDate) -> Self {
        Self { date: Some(date), ..Self::NONE }
    }
}

impl From<LocalTime> for Temporal {
    fn from(time: LocalTime) -> Self {
        Self { time: Some(time), ..Self::NONE }
    }
}

impl From<LocalDateTime> for Temporal {
    fn from(local: LocalDateTime) -> Self {
        Self { date: Some(local.date), time: Some(local.time), ..Self::NONE }
    }
}

impl From<Instant> for Temporal {
    fn from(at: Instant) -> Self {
        Self { instant: Some(at), ..Self::NONE }
    }
}

/// A string to print into: on the heap or in an arena.
pub trait Output: Write {
    fn length(&self) -> usize;
    fn text_from(&self, start: usize) -> &str;
    fn cut(&mut self, length: usize);
    fn insert(&mut self, at: usize, text: &str);
}

impl Output for String {
    fn length(&self) -> usize {
        self.len()
    }

    fn text_from(&self, start: usize) -> &str {
        self.get(start..).unwrap_or_default()
    }

    fn cut(&mut self, length: usize) {
        self.truncate(length);
    }

    fn insert(&mut self, at: usize, text: &str) {
        self.insert_str(at, text);
    }
}

impl Output for ArenaString<'_> {
    fn length(&self) -> usize {
        self.len()
    }

    fn text_from(&self, start: usize) -> &str {
        self.get(start..).unwrap_or_default()
    }

    fn cut(&mut self, length: usize) {
        self.truncate(length);
    }

    fn insert(&mut self, at: usize, text: &str) {
        self.insert_str(at, text);
    }
}

pub(super) struct Printer<'p, W> {
    pub temporal: &'p Temporal,
    pub locale: &'p Locale,
    pub out: &'p mut W,
}

/// Whether an op has printed. Where it has not, the optional section around it prints nothing at all.
type Printed = Result<bool, DateError>;

impl<W: Output> Printer<'_, W> {
    /// Prints all ops; a field that is missing is an error outside of optional sections.
    pub fn ops(&mut self, ops: &[Op], optional: bool) -> Printed {
        for op in ops {
            if !self.op(op, optional)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn op(&mut self, op: &Op, optional: bool) -> Printed {
        let start = self.out.length();
        match op {
            Op::Byte(byte) => push(self.out, char::from(*byte)),
            Op::Literal(text) => push_str(self.out, text),
            Op::Number(number) => {
                let Some(value) = self.value(number.field, number.week, optional)? else { return Ok(false) };
                self.number(number, value)?;
            }
            Op::Text { field, names } => {
                let Some(value) = self.value(*field, WeekFields::ISO, optional)? else { return Ok(false) };
                match names.name(value) {
                    Some(name) => push_str(self.out, name),
                    None => {
                        self.number(&Number::new(*field, 1, super::pattern::ANY_WIDTH, SignStyle::Normal), value)?
                    }
                }
            }
            Op::DayPeriod(names) => {
                let Some(hour) = self.value(Field::HourOfDay, WeekFields::ISO, optional)? else { return Ok(false) };
                let minute = self.temporal.get(Field::MinuteOfHour, WeekFields::ISO).unwrap_or(0);
                push_str(self.out, names.name(hour.rem_euclid(24) * 60 + minute.rem_euclid(60)));
            }
            Op::Offset(form) => {
                let Some(seconds) = self.value(Field::OffsetSeconds, WeekFields::ISO, optional)? else {
                    return Ok(false);
                };
                form.print(seconds, self.out);
            }
            Op::LocalizedOffset { long, prefix } => {
                let Some(seconds) = self.value(Field::OffsetSeconds, WeekFields::ISO, optional)? else {
                    return Ok(false);
                };
                offset::print_localized(seconds, prefix, *long, self.out);
            }
            Op::ZoneId(form) => match self.zone(*form, optional)? {
                Some(zone) => write_into(self.out, format_args!("{zone}")),
                None => return Ok(false),
            },
            Op::ZoneText { long, generic, .. } => match self.zone(ZoneIdForm::Zone, optional)? {
                Some(zone) => self.zone_text(zone, *long, *generic),
                None => return Ok(false),
            },
            Op::Pad { width, op } => {
                if !self.op(op, optional)? {
                    return Ok(false);
                }
                let (length, width) = (self.out.text_from(start).chars().count(), *width as usize);
                if length > width {
                    return Err(DateError::date_time(format!(
                        "Cannot print as output of {length} characters exceeds pad width of {width}"
                    )));
                }
                self.out.insert(start, &" ".repeat(width - length));
            }
            Op::Group { optional: inner, ops } => {
                if !self.ops(ops, optional || *inner)? {
                    self.out.cut(start);
                }
            }
            Op::IgnoreCase(_) => {}
            Op::Instant(_) => match self.temporal.instant {
                Some(at) => write_into(self.out, format_args!("{at}")),
                None if optional => return Ok(false),
                None => return Err(super::parsed::unsupported(Field::InstantSeconds)),
            },
        }
        Ok(true)
    }

    /// A field's value; `None` where it is missing within an optional section.
    fn value(&self, field: Field, week: WeekFields, optional: bool) -> Result<Option<i64>, DateError> {
        match self.temporal.get(field, week) {
            None if !optional => Err(super::parsed::unsupported(field)),
            value => Ok(value),
        }
    }

    fn zone(&self, form: ZoneIdForm, optional: bool) -> Result<Option<Zone>, DateError> {
        let offset = || self.temporal.offset.map(Zone::of_offset).filter(|_| form == ZoneIdForm::ZoneOrOffset);
        let zone = self.temporal.zone.filter(|zone| form != ZoneIdForm::Region || zone.offset().is_none());
        match zone.or_else(offset) {
            None if !optional => Err(DateError::date_time("Unable to extract ZoneId from temporal")),
            zone => Ok(zone),
        }
    }

    fn zone_text(&mut self, zone: Zone, long: bool, generic: bool) {
        if zone.offset().is_some() {
            return write_into(self.out, format_args!("{zone}"));
        }
        let kind = match self.temporal.instant {
            Some(at) if !generic && zone.is_daylight_saving(at.epoch_second()) => NameKind::DaylightSaving,
            Some(_) if !generic => NameKind::Standard,
            _ => NameKind::Generic,
        };
        match (zone_names::name(zone, kind, long, self.locale), self.temporal.offset) {
            (Some(name), _) => push_str(self.out, name),
            (None, Some(offset)) if zone.region_id().is_some() => {
                offset::print_localized(offset.seconds(), super::names::gmt_text(self.locale), true, self.out);
            }
            (None, _) => write_into(self.out, format_args!("{zone}")),
        }
    }

    fn number(&mut self, number: &Number, value: i64) -> Result<(), DateError> {
        let name = number.field.name();
        match number.form {
            NumberForm::Fraction { point } => {
                self.fraction(number, point, value);
                return Ok(());
            }
            NumberForm::Reduced => {
                write_into(self.out, format_args!("{:02}", value.unsigned_abs() % 100));
                return Ok(());
            }
            NumberForm::Plain => {}
        }
        let digits = decimal_digits(value.unsigned_abs());
        if digits > number.max_width {
            return Err(DateError::date_time(format!(
                "Field {name} cannot be printed as the value {value} exceeds the maximum print width of {}",
                number.max_width
            )));
        }
        match number.sign {
            SignStyle::ExceedsPad if value >= 0 && number.min_width < 19 && digits > number.min_width => {
                push(self.out, '+');
            }
            SignStyle::Normal | SignStyle::ExceedsPad if value < 0 => push(self.out, '-'),
            SignStyle::NotNegative if value < 0 => {
                return Err(DateError::date_time(format!(
                    "Field {name} cannot be printed as the value {value} cannot be negative according to the SignStyle"
                )));
            }
            _ => {}
        }
        push_padded(self.out, value.unsigned_abs(), number.min_width as usize);
        Ok(())
    }

    fn fraction(&mut self, number: &Number, point: bool, value: i64) {
        let all = if number.field == Field::EpochNanosOfMilli { 6 } else { 9 };
        let width = number.max_width.min(all);
        let mut digits = value.unsigned_abs() / 10_u64.pow(all - width);
        let mut width = width;
        while width > number.min_width && digits.is_multiple_of(10) {
            digits /= 10;
            width -= 1;
        }
        if width > 0 {
            if point {
                push(self.out, '.');
            }
            push_padded(self.out, digits, width as usize);
        }
    }
}

// Writing into a string never fails.

fn write_into(out: &mut impl Write, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn push_str(out: &mut impl Write, text: &str) {
    let _ = out.write_str(text);
}

fn push(out: &mut impl Write, c: char) {
    let _ = out.write_char(c);
}

fn decimal_digits(value: u64) -> u32 {
    value.checked_ilog10().map_or(1, |n| n + 1)
}

/// Writes digits with zeros in front. Faster than `write!`: a timestamp has seven of them.
fn push_padded(out: &mut impl Write, value: u64, width: usize) {
    const DIGITS_MAX: usize = 20;
    let mut buffer = [b'0'; DIGITS_MAX];
    let mut left = value;
    let mut start = DIGITS_MAX;
    while left > 0 || DIGITS_MAX - start < width.clamp(1, DIGITS_MAX) {
        start -= 1;
        buffer[start] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    push_str(out, std::str::from_utf8(&buffer[start..]).unwrap_or_default());
}
