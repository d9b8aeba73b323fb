//! The formats of the `date` and `date_index_name` processors.

use super::date_format::{self, DateFormat};
use super::{DateError, DateErrorKind, Field, Instant, LocalDate, LocalDateTime, LocalTime, Locale, WeekFields};
use super::{ParsedFields, Zone, ZonedDateTime};
use crate::ingest::{Failure, java_numbers};

/// TAI is ahead of UTC by this much in Elasticsearch's eyes.
const TAI64N_AHEAD_MILLIS: i64 = 10_000;

/// A compiled format.
#[derive(Clone, Debug)]
pub enum IngestFormat {
    Iso8601(DateFormat),
    Unix,
    UnixMs,
    Tai64n,
    Java { format: DateFormat, week: WeekFields },
}

/// Why a text is no date in a format.
enum Miss {
    /// It has another form: [`IngestFormat::error`] finds the words.
    Form,
    Error(DateError),
}

impl From<DateError> for Miss {
    fn from(error: DateError) -> Self {
        Self::Error(error)
    }
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
                Self::Java { format: DateFormat::compile(format, locale)?, week: WeekFields::of(locale) }
            }
        })
    }

    /// The time that `text` means, in `zone`. A text without a year is of `now`'s, in UTC.
    pub fn parse(&self, text: &str, zone: Zone, now: jiff::Timestamp) -> Result<ZonedDateTime, DateError> {
        self.attempt(text, zone, now).map_err(|miss| self.error(text, miss))
    }

    fn attempt(&self, text: &str, zone: Zone, now: jiff::Timestamp) -> Result<ZonedDateTime, Miss> {
        match self {
            Self::Iso8601(format) => {
                let mut fields = ParsedFields::default();
                matched(format, text, &mut fields)?;
                Ok(date_format::complete(&fields, WeekFields::SUNDAY_START, zone)?.with_zone(zone)?)
            }
            Self::Unix => {
                let seconds = java_numbers::parse_double(text).map_err(number_error)?;
                // As Java casts: beyond 64 bits is the nearest, not a number is zero.
                Ok(Instant::of_epoch_milli((seconds * 1_000.0) as i64).at_zone(zone)?)
            }
            Self::UnixMs => {
                let millis = java_numbers::parse_long(text, 10).map_err(number_error)?;
                Ok(Instant::of_epoch_milli(millis).at_zone(zone)?)
            }
            Self::Tai64n => Ok(Instant::of_epoch_milli(tai64n_millis(text)?).at_zone(zone)?),
            Self::Java { format, week } => {
                let mut fields = ParsedFields::default();
                matched(format, text, &mut fields)?;
                let year = || Ok(Instant::from(now).at_zone(Zone::UTC)?.date().year());
                Ok(time_of(&fields, *week, zone, year)?.with_zone(zone)?)
            }
        }
    }

    fn error(&self, text: &str, miss: Miss) -> DateError {
        match (miss, self) {
            (Miss::Error(error), _) => error,
            (Miss::Form, Self::Iso8601(format) | Self::Java { format, .. }) => format.parse_error(text),
            // The others never miss by form.
            (Miss::Form, _) => DateError::illegal_argument("cannot parse datetime"),
        }
    }

    /// What Java says when there is no text.
    fn null_error(&self) -> DateError {
        let null_pointer = |message| DateError::new(DateErrorKind::NullPointer, message);
        match self {
            Self::Unix => null_pointer("Cannot invoke \"String.trim()\" because \"in\" is null"),
            Self::UnixMs => DateError::new(DateErrorKind::NumberFormat, "Cannot parse null string"),
            Self::Tai64n => null_pointer("Cannot invoke \"String.startsWith(String)\" because \"date\" is null"),
            Self::Iso8601(_) | Self::Java { .. } => date_format::empty_error(),
        }
    }
}

fn matched(format: &DateFormat, text: &str, fields: &mut ParsedFields) -> Result<(), Miss> {
    if format.parse_into(text, fields) { Ok(()) } else { Err(Miss::Form) }
}

fn number_error(failure: Failure) -> DateError {
    DateError::new(DateErrorKind::NumberFormat, failure.reason)
}

/// The formats of a processor, in the order in which they are tried. One that does not compile fails for every text.
#[derive(Clone, Debug)]
pub struct IngestFormats(Vec<Result<IngestFormat, DateError>>);

impl IngestFormats {
    pub fn compile(formats: &[String], locale: &Locale) -> Self {
        Self(formats.iter().map(|format| IngestFormat::compile(format, locale)).collect())
    }

    /// What is wrong with the formats that do not compile.
    pub fn errors(&self) -> impl Iterator<Item = &DateError> {
        self.0.iter().filter_map(|format| format.as_ref().err())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The time by the first format that matches.
    pub fn parse_first(
        &self,
        text: Option<&str>,
        zone: Zone,
        now: jiff::Timestamp,
    ) -> Result<ZonedDateTime, Option<DateError>> {
        let mut times = self.0.iter().filter_map(|format| format.as_ref().ok()?.attempt(text?, zone, now).ok());
        times.next().ok_or_else(|| self.first_error(text, zone, now))
    }

    /// The time by the last format that matches.
    pub fn parse_last(
        &self,
        text: Option<&str>,
        zone: Zone,
        now: jiff::Timestamp,
    ) -> Result<ZonedDateTime, Option<DateError>> {
        let mut times = self.0.iter().rev().filter_map(|format| format.as_ref().ok()?.attempt(text?, zone, now).ok());
        times.next().ok_or_else(|| self.first_error(text, zone, now))
    }

    /// The first format's error, which Elasticsearch tells; none where there is no format.
    fn first_error(&self, text: Option<&str>, zone: Zone, now: jiff::Timestamp) -> Option<DateError> {
        match (self.0.first()?, text) {
            (Err(error), _) => Some(error.clone()),
            (Ok(format), None) => Some(format.null_error()),
            (Ok(format), Some(text)) => format.parse(text, zone, now).err(),
        }
    }
}

/// `unable to parse date [x]`: what the processors say.
pub fn unable_to_parse(text: Option<&str>, cause: Option<DateError>) -> Failure {
    let failure = Failure::illegal_argument(format!("unable to parse date [{}]", text.unwrap_or("null")));
    match cause {
        Some(cause) => failure.caused_by(cause.into()),
        None => failure,
    }
}

/// The time that parsed fields mean. Without a year they are of `current_year`, without a zone of `zone`.
pub fn to_zoned(
    fields: &ParsedFields,
    locale: &Locale,
    zone: Zone,
    current_year: i64,
) -> Result<ZonedDateTime, DateError> {
    time_of(fields, WeekFields::of(locale), zone, || Ok(current_year))
}

fn time_of(
    fields: &ParsedFields,
    week: WeekFields,
    zone: Zone,
    current_year: impl FnOnce() -> Result<i64, DateError>,
) -> Result<ZonedDateTime, DateError> {
    if lacks_year(fields, week) {
        return in_year(fields, current_year()?)?.with_zone_same_local(zone);
    }
    date_format::complete(fields, week, zone)
}

fn lacks_year(fields: &ParsedFields, week: WeekFields) -> bool {
    if fields.supports(Field::Year) || fields.supports(Field::YearOfEra) || fields.has(Field::InstantSeconds) {
        return false;
    }
    [WeekFields::ISO, week].into_iter().all(|week| !fields.supports_week(Field::WeekBasedYear, week))
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
        java_numbers::parse_long(&part, 16).map_err(number_error)
    };
    let (seconds, nanos) = (hex(1, 16)?, hex(16, 24)?);
    Ok(seconds.wrapping_mul(1_000).wrapping_sub(TAI64N_AHEAD_MILLIS).wrapping_add(nanos / 1_000_000))
}
