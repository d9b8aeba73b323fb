//! Time zones (`ZoneId`, `ZoneOffset`): ids as Java reads them, rules from jiff's bundled time zone database.

use super::calendar::LocalDateTime;
use super::zone_names;
use super::{DateError, DateErrorKind};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::fmt;
use std::sync::{LazyLock, OnceLock};

const MAX_OFFSET_SECONDS: i64 = 18 * 3_600;
/// The calendar repeats itself: a year beyond jiff's range is looked up this many years (times n) nearer.
const CYCLE_YEARS: i64 = 400;
const CYCLE_SECONDS: i64 = 146_097 * 86_400;
const JIFF_YEARS: std::ops::RangeInclusive<i64> = -9_998..=9_998;
const JIFF_SECONDS: std::ops::RangeInclusive<i64> = -377_600_000_000..=253_300_000_000;

/// An offset from UTC in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(i32);

impl Offset {
    pub const UTC: Self = Self(0);

    pub fn of_seconds(seconds: i64) -> Result<Self, DateError> {
        if seconds.abs() > MAX_OFFSET_SECONDS {
            return Err(DateError::date_time("Zone offset not in valid range: -18:00 to +18:00"));
        }
        Ok(Self(seconds as i32))
    }

    pub fn seconds(self) -> i64 {
        i64::from(self.0)
    }

    fn of_hms(sign: i64, hours: i64, minutes: i64, seconds: i64) -> Result<Self, DateError> {
        let range = |what: &str, value: i64, max: i64| {
            DateError::date_time(format!(
                "Zone offset {what} not in valid range: value {value} is not in the range -{max} to {max}"
            ))
        };
        if hours > 18 {
            return Err(range("hours", sign * hours, 18));
        }
        if minutes > 59 {
            return Err(range("minutes", sign * minutes, 59));
        }
        if seconds > 59 {
            return Err(range("seconds", sign * seconds, 59));
        }
        Self::of_seconds(sign * (hours * 3_600 + minutes * 60 + seconds))
    }

    /// `Z`, `+h`, `+hh`, `+hhmm`, `+hh:mm`, `+hhmmss`, `+hh:mm:ss`.
    pub fn parse(id: &str) -> Result<Self, DateError> {
        if id == "Z" {
            return Ok(Self::UTC);
        }
        let bytes = id.as_bytes();
        let invalid = |what: &str| DateError::date_time(format!("Invalid ID for ZoneOffset, {what}: {id}"));
        if !id.is_ascii() {
            return Err(invalid("invalid format"));
        }
        let number = |at: usize, after_colon: bool| {
            if after_colon && bytes.get(at - 1) != Some(&b':') {
                return Err(invalid("colon not found when expected"));
            }
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(a @ b'0'..=b'9'), Some(b @ b'0'..=b'9')) => Ok(i64::from((a - b'0') * 10 + (b - b'0'))),
                _ => Err(invalid("non numeric characters found")),
            }
        };
        let (hours, minutes, seconds) = match bytes.len() {
            2 => match bytes.get(1) {
                Some(h @ b'0'..=b'9') => (i64::from(h - b'0'), 0, 0),
                _ => {
                    let padded = format!("{}0{}", &id[..1], &id[1..]);
                    let what = "Invalid ID for ZoneOffset, non numeric characters found";
                    return Err(DateError::date_time(format!("{what}: {padded}")));
                }
            },
            3 => (number(1, false)?, 0, 0),
            5 => (number(1, false)?, number(3, false)?, 0),
            6 => (number(1, false)?, number(4, true)?, 0),
            7 => (number(1, false)?, number(3, false)?, number(5, false)?),
            9 => (number(1, false)?, number(4, true)?, number(7, true)?),
            _ => return Err(invalid("invalid format")),
        };
        match bytes.first() {
            Some(b'+') => Self::of_hms(1, hours, minutes, seconds),
            Some(b'-') => Self::of_hms(-1, hours, minutes, seconds),
            _ => Err(invalid("plus/minus not found when expected")),
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("Z");
        }
        let seconds = self.0.abs();
        write!(f, "{}{:02}:{:02}", if self.0 < 0 { '-' } else { '+' }, seconds / 3_600, seconds / 60 % 60)?;
        if seconds % 60 == 0 { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
    }
}

/// What may stand before an offset in a zone's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Prefix {
    Utc,
    Gmt,
    Ut,
}

impl Prefix {
    pub fn text(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Gmt => "GMT",
            Self::Ut => "UT",
        }
    }
}

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Offset(Offset),
    /// `UTC`, `GMT+01:00`.
    Prefixed(Prefix, Offset),
    /// An index into [`REGIONS`].
    Region(u16),
}

struct Region {
    id: &'static str,
    rules: OnceLock<TimeZone>,
}

static REGIONS: LazyLock<Vec<Region>> =
    LazyLock::new(|| zone_names::ids().iter().map(|id| Region { id, rules: OnceLock::new() }).collect());

fn region(index: u16) -> Option<&'static Region> {
    REGIONS.get(usize::from(index))
}

fn rules(index: u16) -> &'static TimeZone {
    static UTC: TimeZone = TimeZone::UTC;
    region(index).map_or(&UTC, |region| {
        region.rules.get_or_init(|| TimeZoneDatabase::bundled().get(region.id).unwrap_or(TimeZone::UTC))
    })
}

/// How a local time meets a zone's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub offset: Offset,
    /// In a gap: how far the local time moves forward.
    pub shift_seconds: i64,
    /// In an overlap: the offset of the second time round.
    pub later: Option<Offset>,
}

impl Zone {
    pub const UTC: Self = Self(Kind::Offset(Offset::UTC));

    pub fn of_offset(offset: Offset) -> Self {
        Self(Kind::Offset(offset))
    }

    pub(super) fn of_prefix(prefix: Prefix, offset: Offset) -> Self {
        Self(Kind::Prefixed(prefix, offset))
    }

    /// The zone of an id: `Europe/Berlin`, `+02:00`, `UTC+2`, `Z`.
    pub fn of(id: &str) -> Result<Self, DateError> {
        if id.chars().count() <= 1 || id.starts_with(['+', '-']) {
            return Offset::parse(id).map(Self::of_offset);
        }
        for prefix in [Prefix::Utc, Prefix::Gmt, Prefix::Ut] {
            let Some(rest) = id.strip_prefix(prefix.text()) else { continue };
            if rest.is_empty() {
                return Ok(Self::of_prefix(prefix, Offset::UTC));
            }
            if !rest.starts_with(['+', '-']) {
                break;
            }
            return Offset::parse(rest).map(|offset| Self::of_prefix(prefix, offset)).map_err(|cause| {
                DateError::date_time(format!("Invalid ID for offset-based ZoneId: {id}")).caused_by(cause)
            });
        }
        Self::region(id).ok_or_else(|| {
            let well_formed = id.char_indices().all(|(i, c)| {
                c.is_ascii_alphabetic()
                    || i > 0 && (c.is_ascii_digit() || matches!(c, '/' | '~' | '.' | '_' | '+' | '-'))
            });
            if well_formed {
                DateError::new(DateErrorKind::ZoneRules, format!("Unknown time-zone ID: {id}"))
            } else {
                DateError::date_time(format!("Invalid ID for region-based ZoneId, invalid format: {id}"))
            }
        })
    }

    /// The zone of a region's id; case matters, as in Java.
    pub(super) fn region(id: &str) -> Option<Self> {
        let index = zone_names::ids().binary_search(&id).ok()?;
        Some(Self(Kind::Region(index as u16)))
    }

    /// The offset, where the zone is nothing but one.
    pub fn offset(self) -> Option<Offset> {
        match self.0 {
            Kind::Offset(offset) => Some(offset),
            _ => None,
        }
    }

    /// The id of a zone with names: a region's, `UTC`, `GMT`.
    pub(super) fn region_id(self) -> Option<&'static str> {
        match self.0 {
            Kind::Region(index) => region(index).map(|r| r.id),
            Kind::Prefixed(prefix, Offset::UTC) => Some(prefix.text()),
            _ => None,
        }
    }

    /// The offset at an instant.
    pub fn offset_at(self, epoch_second: i64) -> Offset {
        match self.0 {
            Kind::Offset(offset) | Kind::Prefixed(_, offset) => offset,
            Kind::Region(index) => {
                let at = timestamp(epoch_second);
                Offset(rules(index).to_offset(at).seconds())
            }
        }
    }

    /// Whether daylight saving time is on at an instant.
    pub fn is_daylight_saving(self, epoch_second: i64) -> bool {
        let Kind::Region(index) = self.0 else { return false };
        rules(index).to_offset_info(timestamp(epoch_second)).dst().is_dst()
    }

    /// The offset of a local time.
    pub(super) fn local(self, local: LocalDateTime) -> Local {
        match self.0 {
            Kind::Offset(offset) | Kind::Prefixed(_, offset) => Local { offset, shift_seconds: 0, later: None },
            Kind::Region(index) => {
                let seconds = |offset: jiff::tz::Offset| Offset(offset.seconds());
                match rules(index).to_ambiguous_timestamp(civil(local)).offset() {
                    AmbiguousOffset::Unambiguous { offset } => {
                        Local { offset: seconds(offset), shift_seconds: 0, later: None }
                    }
                    AmbiguousOffset::Gap { before, after } => Local {
                        offset: seconds(after),
                        shift_seconds: i64::from(after.seconds() - before.seconds()),
                        later: None,
                    },
                    AmbiguousOffset::Fold { before, after } => {
                        Local { offset: seconds(before), shift_seconds: 0, later: Some(seconds(after)) }
                    }
                }
            }
        }
    }
}

/// Moves `value` by whole cycles into `range`.
fn into_range(value: i64, cycle: i64, range: &std::ops::RangeInclusive<i64>) -> i64 {
    if value > *range.end() {
        value - (value - range.end() + cycle - 1) / cycle * cycle
    } else if value < *range.start() {
        value + (range.start() - value + cycle - 1) / cycle * cycle
    } else {
        value
    }
}

fn timestamp(epoch_second: i64) -> jiff::Timestamp {
    let second = into_range(epoch_second, CYCLE_SECONDS, &JIFF_SECONDS);
    jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn civil(local: LocalDateTime) -> jiff::civil::DateTime {
    let (date, time) = (local.date, local.time);
    let year = into_range(date.year(), CYCLE_YEARS, &JIFF_YEARS) as i16;
    let signed = |n: u8| n as i8;
    jiff::civil::DateTime::new(
        year,
        signed(date.month()),
        signed(date.day()),
        signed(time.hour()),
        signed(time.minute()),
        signed(time.second()),
        time.nano() as i32,
    )
    .unwrap_or(jiff::civil::DateTime::ZERO)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Offset(offset) => offset.fmt(f),
            Kind::Prefixed(prefix, Offset::UTC) => f.write_str(prefix.text()),
            Kind::Prefixed(prefix, offset) => write!(f, "{}{offset}", prefix.text()),
            Kind::Region(_) => f.write_str(self.region_id().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::calendar::{LocalDate, LocalTime};
    use super::*;

    /// Answers of Java's `ZoneId.of`.
    #[test]
    fn ids_are_read_as_java_reads_them() {
        for (id, expected) in [
            ("Z", "Z"),
            ("UTC", "UTC"),
            ("UT", "UT"),
            ("GMT0", "GMT0"),
            ("+1", "+01:00"),
            ("+0130", "+01:30"),
            ("+01:30:15", "+01:30:15"),
            ("+013015", "+01:30:15"),
            ("-0", "Z"),
            ("UTC+1", "UTC+01:00"),
            ("GMT-3", "GMT-03:00"),
            ("UTC-0", "UTC"),
            ("America/New_York", "America/New_York"),
            ("Etc/GMT+3", "Etc/GMT+3"),
            ("CET", "CET"),
            ("EST", "Unknown time-zone ID: EST"),
            ("utc", "Unknown time-zone ID: utc"),
            ("UTC0", "Unknown time-zone ID: UTC0"),
            ("america/new_york", "Unknown time-zone ID: america/new_york"),
            ("", "Invalid ID for ZoneOffset, invalid format: "),
            ("z", "Invalid ID for ZoneOffset, invalid format: z"),
            ("+", "Invalid ID for ZoneOffset, invalid format: +"),
            ("+1:30", "Invalid ID for ZoneOffset, non numeric characters found: +1:30"),
            ("+19", "Zone offset hours not in valid range: value 19 is not in the range -18 to 18"),
            ("+18:01", "Zone offset not in valid range: -18:00 to +18:00"),
            ("UTC+", "Invalid ID for offset-based ZoneId: UTC+"),
            ("UTC+25", "Invalid ID for offset-based ZoneId: UTC+25"),
            (" UTC", "Invalid ID for region-based ZoneId, invalid format:  UTC"),
            ("Europe/ Berlin", "Invalid ID for region-based ZoneId, invalid format: Europe/ Berlin"),
        ] {
            let got = Zone::of(id).map_or_else(|e| e.message, |zone| zone.to_string());
            assert_eq!(got, expected, "{id}");
        }
    }

    #[test]
    fn every_region_has_rules() {
        for region in REGIONS.iter() {
            assert!(TimeZoneDatabase::bundled().get(region.id).is_ok(), "{}", region.id);
        }
    }

    #[test]
    fn gaps_move_forward_and_overlaps_take_the_earlier_offset() {
        let berlin = Zone::of("Europe/Berlin").unwrap();
        let at = |month, day, hour| {
            LocalDateTime::new(LocalDate::of(2021, month, day).unwrap(), LocalTime::of(hour, 30, 0, 0).unwrap())
        };
        let hours = |n: i64| Offset::of_seconds(n * 3_600).unwrap();
        assert_eq!(berlin.local(at(3, 28, 2)), Local { offset: hours(2), shift_seconds: 3_600, later: None });
        assert_eq!(berlin.local(at(10, 31, 2)), Local { offset: hours(2), shift_seconds: 0, later: Some(hours(1)) });
    }

    #[test]
    fn far_years_follow_the_last_rules() {
        let berlin = Zone::of("Europe/Berlin").unwrap();
        let july = LocalDateTime::new(LocalDate::of(123_456, 7, 1).unwrap(), LocalTime::MIDNIGHT);
        assert_eq!(berlin.local(july).offset.to_string(), "+02:00");
        assert_eq!(berlin.offset_at(july.epoch_second()).to_string(), "+02:00");
        assert_eq!(berlin.offset_at(i64::MAX).seconds() % 3_600, 0);
        assert_eq!(berlin.offset_at(i64::MIN).to_string(), "+00:53:28");
    }

    #[test]
    fn daylight_saving_is_positive() {
        let dublin = Zone::of("Europe/Dublin").unwrap();
        assert!(dublin.is_daylight_saving(1_625_097_600));
        assert!(!dublin.is_daylight_saving(1_609_459_200));
    }
}
