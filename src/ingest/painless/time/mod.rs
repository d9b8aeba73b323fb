//! Objects of `java.time` in scripts, on the dates of [`crate::ingest::dates`].

mod arithmetic;
mod period;
mod span;
mod unit;

pub use arithmetic::{plus, plus_period, truncate, until, with_field, with_temporal};
pub use period::Period;
pub use span::Span;
pub use unit::Unit;

use super::api::ClassId;
use crate::ingest::dates::{
    DAY_NAMES, DateError, Field, Instant, LocalDate, LocalDateTime, LocalTime, MONTH_NAMES, ParsedFields,
    ResolverStyle, Temporal, WeekFields, Zone, ZonedDateTime,
};
use std::cmp::Ordering;
use std::fmt;

pub const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// An object of `java.time`.
#[derive(Clone, Copy, Debug)]
pub enum Time<'a> {
    Zoned(ZonedDateTime),
    /// `OffsetDateTime`: its zone is its offset.
    Offset(ZonedDateTime),
    Instant(Instant),
    Date(LocalDate),
    /// `LocalTime`.
    Clock(LocalTime),
    /// `LocalDateTime`.
    Local(LocalDateTime),
    Duration(Span),
    Period(Period),
    Zone(Zone),
    DayOfWeek(u8),
    Month(u8),
    Unit(Unit),
    Field(Field),
    /// `DateTimeFormatter`: the run keeps it under this index.
    Formatter(u32),
    /// `ResolverStyle`.
    Style(ResolverStyle),
    /// What a formatter parsed.
    Parsed(&'a ParsedFields),
    /// `java.util.Locale`: its language tag.
    Locale(&'a str),
    /// `java.util.Date`: milliseconds since the epoch.
    Legacy(i64),
}

/// The number from 1 of a constant of `DayOfWeek` or `Month`.
pub fn day_of_week_named(name: &str) -> Option<u8> {
    DAY_NAMES.iter().position(|n| *n == name).map(|at| at as u8 + 1)
}

pub fn month_named(name: &str) -> Option<u8> {
    MONTH_NAMES.iter().position(|n| *n == name).map(|at| at as u8 + 1)
}

impl<'a> Time<'a> {
    pub fn class_id(self) -> ClassId {
        match self {
            Time::Zoned(_) => ClassId::ZonedDateTime,
            Time::Offset(_) => ClassId::OffsetDateTime,
            Time::Instant(_) => ClassId::Instant,
            Time::Date(_) => ClassId::LocalDate,
            Time::Clock(_) => ClassId::LocalTime,
            Time::Local(_) => ClassId::LocalDateTime,
            Time::Duration(_) => ClassId::Duration,
            Time::Period(_) => ClassId::Period,
            Time::Zone(zone) if zone.offset().is_some() => ClassId::ZoneOffset,
            Time::Zone(_) => ClassId::ZoneRegion,
            Time::DayOfWeek(_) => ClassId::DayOfWeek,
            Time::Month(_) => ClassId::Month,
            Time::Unit(_) => ClassId::ChronoUnit,
            Time::Field(_) => ClassId::ChronoField,
            Time::Formatter(_) => ClassId::DateTimeFormatter,
            Time::Style(_) => ClassId::ResolverStyle,
            Time::Parsed(_) => ClassId::Parsed,
            Time::Locale(_) => ClassId::Locale,
            Time::Legacy(_) => ClassId::Date,
        }
    }

    /// What a formatter prints of it, if it is a date or time at all.
    pub fn temporal(self) -> Option<Temporal> {
        Some(match self {
            Time::Zoned(at) | Time::Offset(at) => at.into(),
            Time::Instant(at) => at.into(),
            Time::Date(date) => date.into(),
            Time::Clock(time) => time.into(),
            Time::Local(local) => local.into(),
            Time::Parsed(fields) => match (fields.zoned_date_time(), fields.date(), fields.time()) {
                (Ok(at), ..) => at.into(),
                (_, Some(date), Some(time)) => LocalDateTime::new(date, time).into(),
                (_, Some(date), None) => date.into(),
                (_, None, Some(time)) => time.into(),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The value of a field, as `getLong` gives it.
    pub fn get(self, field: Field) -> Option<i64> {
        match (self, field) {
            (Time::DayOfWeek(day), Field::DayOfWeek) => Some(day.into()),
            (Time::Month(month), Field::MonthOfYear) => Some(month.into()),
            (Time::Parsed(fields), _) => fields.get(field).ok(),
            _ => self.temporal()?.get(field, WeekFields::ISO),
        }
    }

    pub fn date(self) -> Option<LocalDate> {
        match self {
            Time::Zoned(at) | Time::Offset(at) => Some(at.date()),
            Time::Date(date) => Some(date),
            Time::Local(local) => Some(local.date),
            Time::Parsed(fields) => fields.date(),
            _ => None,
        }
    }

    pub fn clock(self) -> Option<LocalTime> {
        match self {
            Time::Zoned(at) | Time::Offset(at) => Some(at.time()),
            Time::Clock(time) => Some(time),
            Time::Local(local) => Some(local.time),
            Time::Parsed(fields) => fields.time(),
            _ => None,
        }
    }

    pub fn zone(self) -> Option<Zone> {
        match self {
            Time::Zoned(at) | Time::Offset(at) => Some(at.zone()),
            Time::Zone(zone) => Some(zone),
            Time::Parsed(fields) => fields.zone(),
            _ => None,
        }
    }

    pub fn instant(self) -> Option<Instant> {
        match self {
            Time::Zoned(at) | Time::Offset(at) => Some(at.instant()),
            Time::Instant(at) => Some(at),
            Time::Parsed(fields) => fields.instant(),
            Time::Legacy(millis) => Some(Instant::of_epoch_milli(millis)),
            _ => None,
        }
    }

    /// `Target.from(this)`.
    pub fn to(self, target: ClassId) -> Result<Time<'a>, DateError> {
        let parsed = match self {
            Time::Parsed(fields) => Some(fields),
            _ => None,
        };
        match target {
            ClassId::ZonedDateTime => match (self, parsed) {
                (Time::Zoned(_), _) => Ok(self),
                (Time::Offset(at), _) => Ok(Time::Zoned(at)),
                (_, Some(fields)) => fields.zoned_date_time().map(Time::Zoned),
                _ => Err(self.unable("ZonedDateTime").caused_by(self.unable("ZoneId"))),
            },
            ClassId::OffsetDateTime => match (self, parsed) {
                (Time::Offset(_), _) => Ok(self),
                (Time::Zoned(at), _) => at.with_zone(Zone::of_offset(at.offset())).map(Time::Offset),
                (_, Some(fields)) => {
                    let at = fields.zoned_date_time()?;
                    at.with_zone(Zone::of_offset(at.offset())).map(Time::Offset)
                }
                _ => Err(self.unable("OffsetDateTime")),
            },
            ClassId::Instant => match parsed {
                Some(fields) => fields.to_instant().map(Time::Instant),
                None => self.instant().map(Time::Instant).ok_or_else(|| self.unable("Instant")),
            },
            ClassId::LocalDate => match parsed {
                Some(fields) => fields.local_date().map(Time::Date),
                None => self.date().map(Time::Date).ok_or_else(|| self.unable("LocalDate")),
            },
            ClassId::LocalTime => match parsed {
                Some(fields) => fields.local_time().map(Time::Clock),
                None => self.clock().map(Time::Clock).ok_or_else(|| self.unable("LocalTime")),
            },
            ClassId::LocalDateTime => match (parsed, self.date(), self.clock()) {
                (Some(fields), ..) => fields.local_date_time().map(Time::Local),
                (_, Some(date), Some(time)) => Ok(Time::Local(LocalDateTime::new(date, time))),
                _ => Err(self.unable("LocalDateTime")),
            },
            ClassId::ZoneId | ClassId::ZoneOffset => self.zone().map(Time::Zone).ok_or_else(|| self.unable("ZoneId")),
            ClassId::DayOfWeek => {
                let day = self.get(Field::DayOfWeek).ok_or_else(|| self.unable("DayOfWeek"))?;
                Ok(Time::DayOfWeek(day as u8))
            }
            ClassId::Month => {
                let month = self.get(Field::MonthOfYear).ok_or_else(|| self.unable("Month"))?;
                Ok(Time::Month(month as u8))
            }
            _ => Err(self.unable("the type")),
        }
    }

    fn unable(self, target: &str) -> DateError {
        let class = self.class_id().binary_name();
        DateError::date_time(format!("Unable to obtain {target} from TemporalAccessor: {self} of type {class}"))
    }

    /// How the node writes it into JSON: dates in `strict_date_optional_time_nanos`, most others as they print.
    pub fn to_json_text(self) -> Option<String> {
        let at = match self {
            Time::Zoned(at) | Time::Offset(at) => at,
            Time::Instant(at) => at.at_zone(Zone::UTC).ok()?,
            Time::Local(local) => ZonedDateTime::of(local, Zone::UTC).ok()?,
            Time::Legacy(millis) => Instant::of_epoch_milli(millis).at_zone(Zone::UTC).ok()?,
            Time::Formatter(_) | Time::Parsed(_) | Time::Style(_) => return None,
            other => return Some(other.to_string()),
        };
        let (date, time) = (at.date(), at.time());
        let nanos = format!("{:09}", time.nano());
        let fraction = nanos.trim_end_matches('0');
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        Some(format!("{date}T{hour:02}:{minute:02}:{second:02}.{fraction:0<3}{}", at.offset()))
    }

    pub fn equals(self, other: Time<'_>) -> bool {
        match (self, other) {
            (Time::Zoned(a), Time::Zoned(b)) | (Time::Offset(a), Time::Offset(b)) => a == b,
            (Time::Instant(a), Time::Instant(b)) => a == b,
            (Time::Date(a), Time::Date(b)) => a == b,
            (Time::Clock(a), Time::Clock(b)) => a == b,
            (Time::Local(a), Time::Local(b)) => a == b,
            (Time::Duration(a), Time::Duration(b)) => a == b,
            (Time::Period(a), Time::Period(b)) => a == b,
            (Time::Zone(a), Time::Zone(b)) => a == b,
            (Time::DayOfWeek(a), Time::DayOfWeek(b)) | (Time::Month(a), Time::Month(b)) => a == b,
            (Time::Unit(a), Time::Unit(b)) => a == b,
            (Time::Field(a), Time::Field(b)) => a == b,
            (Time::Formatter(a), Time::Formatter(b)) => a == b,
            (Time::Locale(a), Time::Locale(b)) => a == b,
            (Time::Legacy(a), Time::Legacy(b)) => a == b,
            _ => false,
        }
    }

    /// `compareTo`, between objects of one class.
    pub fn compare(self, other: Time<'_>) -> Option<Ordering> {
        Some(match (self, other) {
            (Time::Zoned(a), Time::Zoned(b)) | (Time::Offset(a), Time::Offset(b)) => {
                a.instant().cmp(&b.instant()).then_with(|| a.local().cmp(&b.local()))
            }
            (Time::Instant(a), Time::Instant(b)) => a.cmp(&b),
            (Time::Date(a), Time::Date(b)) => a.cmp(&b),
            (Time::Clock(a), Time::Clock(b)) => a.cmp(&b),
            (Time::Local(a), Time::Local(b)) => a.cmp(&b),
            (Time::Duration(a), Time::Duration(b)) => a.cmp(&b),
            (Time::DayOfWeek(a), Time::DayOfWeek(b)) | (Time::Month(a), Time::Month(b)) => a.cmp(&b),
            (Time::Unit(a), Time::Unit(b)) => a.cmp(&b),
            (Time::Legacy(a), Time::Legacy(b)) => a.cmp(&b),
            _ => return None,
        })
    }
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Time::Zoned(at) | Time::Offset(at) => at.fmt(f),
            Time::Instant(at) => at.fmt(f),
            Time::Date(date) => date.fmt(f),
            Time::Clock(time) => time.fmt(f),
            Time::Local(local) => local.fmt(f),
            Time::Duration(span) => span.fmt(f),
            Time::Period(period) => period.fmt(f),
            Time::Zone(zone) => zone.fmt(f),
            Time::DayOfWeek(day) => f.write_str(DAY_NAMES.get(usize::from(*day).wrapping_sub(1)).unwrap_or(&"")),
            Time::Month(month) => f.write_str(MONTH_NAMES.get(usize::from(*month).wrapping_sub(1)).unwrap_or(&"")),
            Time::Unit(unit) => f.write_str(unit.text()),
            Time::Field(field) => f.write_str(field.name()),
            Time::Formatter(_) => f.write_str("java.time.format.DateTimeFormatter"),
            Time::Style(style) => f.write_str(match style {
                ResolverStyle::Strict => "STRICT",
                ResolverStyle::Smart => "SMART",
                ResolverStyle::Lenient => "LENIENT",
            }),
            Time::Parsed(fields) => fields.fmt(f),
            Time::Locale(tag) => f.write_str(&tag.replace('-', "_")),
            Time::Legacy(millis) => write_date(*millis, f),
        }
    }
}

/// `Date.toString()`, in the zone that the node runs in: UTC.
fn write_date(millis: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Ok(at) = Instant::of_epoch_milli(millis).at_zone(Zone::UTC) else { return Ok(()) };
    let short = |names: &[&str], at: usize| {
        let name = names.get(at).copied().unwrap_or_default().to_ascii_lowercase();
        let mut chars = name.chars();
        chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    let (date, time) = (at.date(), at.time());
    let day = date.get(Field::DayOfWeek).unwrap_or(1) as usize - 1;
    write!(
        f,
        "{} {} {:02} {:02}:{:02}:{:02} UTC {}",
        short(&DAY_NAMES, day).get(..3).unwrap_or_default(),
        short(&MONTH_NAMES, usize::from(date.month()) - 1).get(..3).unwrap_or_default(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        date.year()
    )
}
