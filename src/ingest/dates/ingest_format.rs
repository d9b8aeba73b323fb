//! The formats of the `date` and `date_index_name` processors.

use super::date_format::{self, DateFormat};
use super::{DateError, DateErrorKind, Field, Instant, LocalDate, LocalDateTime, LocalTime, Locale, WeekFields};
use super::{ParsedFields, Zone, ZonedDateTime};

/// TAI is ahead of UTC by this much in Elasticsearch's eyes.
const TAI64N_AHEAD_MILLIS: i64 = 10_000;

/// A compiled format.
#[derive(Clone, Debug)]
pub enum IngestFormat {
    Iso8601(DateFormat),
    Unix,
    UnixMs,
    Tai64n,
    Java { format: DateFormat, locale: Locale },
}

impl IngestFormat {
    pub fn compile(format: &str, locale: &Locale) -> Result<Self, DateError> {
        Ok(match format {
            // Whatever the locale.
            "ISO8601" => Self::Iso8601(DateFormat::compile("iso8601", &Locale::root())?),
            "UNIX" => Self::Unix,
            "UNIX_MS" => Self::UnixMs,
            "TAI64N" => Self::Tai64n,
            _ => {
                let format = format.strip_prefix('8').unwrap_or(format);
                Self::Java { format: DateFormat::compile(format, locale)?, locale: locale.clone() }
            }
        })
    }

    /// The time that `text` means, in `zone`. A text without a year is of `current_year`.
    pub fn parse(&self, text: &str, zone: Zone, current_year: i64) -> Result<ZonedDateTime, DateError> {
        match self {
            Self::Iso8601(format) => {
                date_format::complete(&format.parse(text)?, &Locale::root(), zone)?.with_zone(zone)
            }
            Self::Unix => {
                let seconds = parse_double(text)?;
                // A cast from Java's: beyond 64 bits is the nearest, not a number is zero.
                Instant::of_epoch_milli((seconds * 1_000.0) as i64).at_zone(zone)
            }
            Self::UnixMs => Instant::of_epoch_milli(parse_long(text)?).at_zone(zone),
            Self::Tai64n => Instant::of_epoch_milli(tai64n_millis(text)?).at_zone(zone),
            Self::Java { format, locale } => {
                to_zoned(&format.parse(text)?, locale, zone, current_year)?.with_zone(zone)
            }
        }
    }
}

/// The time that parsed fields mean. Without a year they are of `current_year`, without a zone of `zone`.
pub fn to_zoned(
    fields: &ParsedFields,
    locale: &Locale,
    zone: Zone,
    current_year: i64,
) -> Result<ZonedDateTime, DateError> {
    if lacks_year(fields, locale) {
        return in_year(fields, current_year)?.with_zone_same_local(zone);
    }
    date_format::complete(fields, locale, zone)
}

fn lacks_year(fields: &ParsedFields, locale: &Locale) -> bool {
    if fields.supports(Field::Year) || fields.supports(Field::YearOfEra) || fields.has(Field::InstantSeconds) {
        return false;
    }
    let weeks = [WeekFields::ISO, WeekFields::of(locale)];
    weeks.into_iter().all(|week| !fields.supports_week(Field::WeekBasedYear, week))
}

/// January 1st of a year, with the fields put in from the smallest to the largest: a day beyond its month's end is cut.
fn in_year(fields: &ParsedFields, year: i64) -> Result<ZonedDateTime, DateError> {
    let mut date = LocalDate::of(year, 1, 1)?;
    let mut time = LocalTime::MIDNIGHT;
    let value = |field| if fields.supports(field) { fields.get_checked(field).map(Some) } else { Ok(None) };
    if let Some(nano) = value(Field::NanoOfSecond)? {
        time = time.with_nano(nano as u32);
    }
    if let Some(second) = value(Field::SecondOfDay)? {
        time = LocalTime::of_second_of_day(second).with_nano(time.nano());
    }
    if let Some(minute) = value(Field::MinuteOfDay)? {
        time = LocalTime::of(minute / 60, minute % 60, i64::from(time.second()), i64::from(time.nano()))?;
    }
    if let Some(hour) = value(Field::HourOfDay)? {
        time = LocalTime::of(hour, i64::from(time.minute()), i64::from(time.second()), i64::from(time.nano()))?;
    }
    if let Some(day) = value(Field::DayOfMonth)? {
        date = LocalDate::of(year, 1, day)?;
    }
    if let Some(month) = value(Field::MonthOfYear)? {
        date = date.with_year_month(year, month)?;
    }
    ZonedDateTime::of(LocalDateTime::new(date, time), Zone::UTC)
}

fn number_error(text: &str) -> DateError {
    DateError::new(DateErrorKind::NumberFormat, format!("For input string: \"{text}\""))
}

/// `Long.parseLong`.
fn parse_long(text: &str) -> Result<i64, DateError> {
    text.parse().map_err(|_| number_error(text))
}

/// `Double.parseDouble`: white space around, a suffix `d` or `f`, and words for what is no number are allowed.
fn parse_double(text: &str) -> Result<f64, DateError> {
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    if trimmed.is_empty() {
        return Err(DateError::new(DateErrorKind::NumberFormat, "empty String"));
    }
    let (sign, unsigned) = match trimmed.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    match unsigned {
        "NaN" => return Ok(f64::NAN),
        "Infinity" => return Ok(sign * f64::INFINITY),
        _ => {}
    }
    let digits = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    let well_formed = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.ends_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !well_formed {
        return Err(number_error(text));
    }
    digits.parse::<f64>().map(|value| sign * value).map_err(|_| number_error(text))
}

/// Milliseconds of a TAI64N label: 16 hexadecimal digits of seconds (the first is left out), 8 of nanoseconds.
fn tai64n_millis(text: &str) -> Result<i64, DateError> {
    let label = text.strip_prefix('@').unwrap_or(text);
    let units: Vec<u16> = label.encode_utf16().collect();
    let hex = |from: usize, to: usize| {
        let part = units.get(from..to).ok_or_else(|| {
            let message = format!("begin {from}, end {to}, length {}", units.len());
            DateError::new(DateErrorKind::StringIndexOutOfBounds, message)
        })?;
        let part = String::from_utf16_lossy(part);
        i64::from_str_radix(&part, 16).map_err(|_| {
            let message = format!("For input string: \"{part}\" under radix 16");
            DateError::new(DateErrorKind::NumberFormat, message)
        })
    };
    let (seconds, nanos) = (hex(1, 16)?, hex(16, 24)?);
    Ok(seconds.wrapping_mul(1_000).wrapping_sub(TAI64N_AHEAD_MILLIS).wrapping_add(nanos / 1_000_000))
}
