//! Elasticsearch's `DateFormatter`: named formats and patterns, alternatives (`a||b`), and how a text that leaves parts out is completed.

use super::field::Range;
use super::formatter::{Formatter, ResolverStyle};
use super::iso8601::Iso8601;
use super::parsed::ParsedFields;
use super::print::{Output, Temporal};
use super::{
    DateError, DateErrorKind, Field, Instant, LocalDate, LocalDateTime, Locale, Offset, WeekFields, Zone,
    ZonedDateTime, named,
};

/// A compiled format.
#[derive(Clone, Debug)]
pub struct DateFormat {
    format: Box<str>,
    parsers: Vec<Parser>,
    printer: Formatter,
}

#[derive(Clone, Debug)]
enum Parser {
    Iso(Iso8601),
    Pattern(Formatter),
}

impl DateFormat {
    /// Compiles a format: `strict_date_optional_time||epoch_millis`, `dd/MMM/yyyy`.
    pub fn compile(format: &str, locale: &Locale) -> Result<Self, DateError> {
        if format.trim().is_empty() {
            return Err(DateError::illegal_argument("No date pattern provided"));
        }
        // Version 6 marked patterns of Java's with an 8.
        let patterns = format.strip_prefix('8').unwrap_or(format);
        let alternatives = patterns.contains("||");
        let mut parsers = Vec::new();
        let mut printer = None;
        for pattern in patterns.split("||") {
            if pattern.is_empty() {
                let message = format!("Cannot have empty element in multi date format pattern: {patterns}");
                return Err(DateError::illegal_argument(message));
            }
            let prints = compile_one(pattern, locale, &mut parsers)?;
            printer.get_or_insert(prints);
        }
        let printer = printer.ok_or_else(|| DateError::illegal_argument("No date pattern provided"))?;
        let name = if alternatives { patterns } else { patterns.trim() };
        Ok(Self { format: name.into(), parsers, printer })
    }

    /// The fields that `text` has by the first alternative that matches.
    pub fn parse(&self, text: &str) -> Result<ParsedFields, DateError> {
        let mut fields = ParsedFields::default();
        if self.parse_into(text, &mut fields) { Ok(fields) } else { Err(self.parse_error(text)) }
    }

    /// [`Self::parse`] into fields of the caller's, which may hold anything; whether an alternative matches.
    pub(super) fn parse_into(&self, text: &str, fields: &mut ParsedFields) -> bool {
        let mut parsers = self.parsers.iter().filter(|_| !text.is_empty());
        parsers.any(|parser| {
            fields.clear();
            match parser {
                Parser::Iso(iso) => iso.parse(text, fields).is_some(),
                Parser::Pattern(formatter) => formatter.try_parse(text, fields).is_ok(),
            }
        })
    }

    /// Why `text`, which no alternative matches, is no date.
    pub(super) fn parse_error(&self, text: &str) -> DateError {
        if text.is_empty() {
            return empty_error();
        }
        let cause = match self.parsers.as_slice() {
            [Parser::Pattern(only)] => only.parse(text).err(),
            _ => None,
        };
        let cause =
            cause.unwrap_or_else(|| DateError::new(DateErrorKind::Parse, "Failed to parse with all enclosed parsers"));
        DateError::illegal_argument(format!("failed to parse date field [{text}] with format [{}]", self.format))
            .caused_by(cause)
    }

    /// Prints at the end of `out` by the first alternative.
    pub fn format(&self, temporal: impl Into<Temporal>, out: &mut impl Output) -> Result<(), DateError> {
        self.printer.format(temporal, out)
    }
}

pub(super) fn empty_error() -> DateError {
    DateError::illegal_argument("cannot parse empty datetime")
}

fn compile_one(pattern: &str, locale: &Locale, parsers: &mut Vec<Parser>) -> Result<Formatter, DateError> {
    let Some(named) = named::find(pattern.trim()) else {
        let pattern = pattern.trim();
        let formatter = Formatter::compile(pattern, locale).map_err(|e| {
            DateError::illegal_argument(format!("Invalid format: [{pattern}]: {}", e.message)).caused_by(e)
        })?;
        let formatter = formatter.with_style(ResolverStyle::Strict);
        parsers.push(Parser::Pattern(formatter.clone()));
        return Ok(formatter);
    };
    let compile = |notation| {
        let formatter = Formatter::compile_notation(notation, locale)?.with_style(named.style);
        Ok(if named.utc { formatter.with_zone(Zone::UTC) } else { formatter })
    };
    parsers.extend(named.iso.map(Parser::Iso));
    for notation in named.parsers {
        parsers.push(Parser::Pattern(compile(notation)?));
    }
    compile(named.printer)
}

/// The date and time of parsed fields: what they leave out is the start of the day, month or year; the zone is `zone`; `week` is how the
/// locale counts weeks.
pub(super) fn complete(fields: &ParsedFields, week: WeekFields, zone: Zone) -> Result<ZonedDateTime, DateError> {
    let zone = match (fields.zone_id(), fields.field(Field::OffsetSeconds)) {
        (Some(zone), _) => zone,
        (None, Some(seconds)) => Zone::of_offset(Offset::of_seconds(seconds)?),
        (None, None) => zone,
    };
    let date = date_of_fields(fields)?;
    match (date, fields.time) {
        (Some(date), Some(time)) => return ZonedDateTime::of(LocalDateTime::new(date, time), zone),
        _ if fields.has(Field::InstantSeconds) && fields.supports(Field::NanoOfSecond) => {
            let seconds = fields.get(Field::InstantSeconds)?;
            let nanos = fields.get_checked(Field::NanoOfSecond)?;
            let at = Instant::of_epoch_second(seconds, nanos as u32)
                .map_err(|cause| fields.unable("Instant").caused_by(cause))?;
            return at.at_zone(zone);
        }
        (Some(date), None) => return ZonedDateTime::start_of_day(date, zone),
        (None, Some(time)) => {
            let date = date_beside_time(fields, week)?;
            return ZonedDateTime::of(LocalDateTime::new(date, time), zone);
        }
        (None, None) => {}
    }
    let month = fields.supports(Field::MonthOfYear);
    let date = if fields.supports(Field::Year) || fields.supports(Field::YearOfEra) {
        let month = if month { fields.get_checked(Field::MonthOfYear)? } else { 1 };
        LocalDate::of(year(fields)?, month, 1)?
    } else if month {
        date_beside_time(fields, week)?
    } else if let Some(week) = week_based(fields, week) {
        date_of_week(fields, week)?
    } else {
        let message = format!("temporal accessor [{fields}] cannot be converted to zoned date time");
        return Err(DateError::illegal_argument(message));
    };
    ZonedDateTime::start_of_day(date, zone)
}

/// The date, if the fields name a day; a year of era needs no era here.
fn date_of_fields(fields: &ParsedFields) -> Result<Option<LocalDate>, DateError> {
    if let Some(date) = fields.date {
        return Ok(Some(date));
    }
    if !fields.has(Field::Year) && !fields.has(Field::YearOfEra) {
        return Ok(None);
    }
    let year = year(fields)?;
    if fields.has(Field::MonthOfYear) && fields.has(Field::DayOfMonth) {
        let (month, day) = (fields.get_checked(Field::MonthOfYear)?, fields.get_checked(Field::DayOfMonth)?);
        return LocalDate::of(year, month, day).map(Some);
    }
    if fields.has(Field::DayOfYear) {
        return LocalDate::of_year_day(year, fields.get_checked(Field::DayOfYear)?).map(Some);
    }
    Ok(None)
}

fn year(fields: &ParsedFields) -> Result<i64, DateError> {
    if fields.supports(Field::Year) {
        fields.get_checked(Field::Year)
    } else if fields.supports(Field::YearOfEra) {
        fields.get_checked(Field::YearOfEra)
    } else {
        Ok(1970)
    }
}

/// The date that goes with a time when the fields do not name a day.
fn date_beside_time(fields: &ParsedFields, week: WeekFields) -> Result<LocalDate, DateError> {
    if let Some(week) = week_based(fields, week) {
        return date_of_week(fields, week);
    }
    if !fields.supports(Field::MonthOfYear) {
        return Ok(LocalDate::EPOCH);
    }
    let day = if fields.supports(Field::DayOfMonth) { fields.get_checked(Field::DayOfMonth)? } else { 1 };
    LocalDate::of(year(fields)?, fields.get_checked(Field::MonthOfYear)?, day)
}

/// The definition of weeks by which the fields tell a week-based year.
fn week_based(fields: &ParsedFields, week: WeekFields) -> Option<WeekFields> {
    [WeekFields::ISO, week].into_iter().find(|week| fields.supports_week(Field::WeekBasedYear, *week))
}

/// The first day of a week, or of a week-based year.
fn date_of_week(fields: &ParsedFields, week: WeekFields) -> Result<LocalDate, DateError> {
    let year = week_field(fields, Field::WeekBasedYear, week)?;
    let year = Field::WeekBasedYear.check_in(year, week)?;
    // Java starts from the epoch and keeps its week and day of the week.
    let epoch = LocalDate::EPOCH;
    let number = week.week_of_week_based_year(epoch);
    let local_day = week.local_day_of_week(epoch.day_of_week());
    let mut date = if week.week_based_year(epoch) == year { epoch } else { week.date(year, number, local_day)? };
    if fields.supports_week(Field::WeekOfWeekBasedYear, week) {
        let number = week_number(fields, week)?;
        date = date.plus_days((number - week.week_of_week_based_year(date)) * 7)?;
    }
    let back = (date.day_of_week() - week.first_day()).rem_euclid(7);
    date.plus_days(-back)
}

fn week_field(fields: &ParsedFields, field: Field, week: WeekFields) -> Result<i64, DateError> {
    let parsed = fields.field(field).filter(|_| fields.week == week);
    // Java asks the fields for the date that they do not make.
    parsed.ok_or_else(|| super::parsed::unsupported(Field::DayOfYear))
}

/// A week's number: Java first holds it against the widest range that any definition of weeks has.
fn week_number(fields: &ParsedFields, week: WeekFields) -> Result<i64, DateError> {
    const WIDEST: Range = Range { min: 0, min_largest: 1, max_smallest: 52, max: 54 };
    let number = week_field(fields, Field::WeekOfWeekBasedYear, week)?;
    if !WIDEST.contains(number) {
        return Err(WIDEST.error(&Field::WeekOfWeekBasedYear.name_in(week), number));
    }
    Field::WeekOfWeekBasedYear.check_in(number, week)
}
