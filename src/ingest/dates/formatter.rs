//! Java's `DateTimeFormatter`: parses and prints by a pattern.

use super::op::Op;
use super::parse::{self, Fault};
use super::parsed::ParsedFields;
use super::print::{Output, Printer, Temporal};
use super::{DateError, DateErrorKind, Locale, Zone, named, pattern, resolve};

/// How much of a text a message quotes, in UTF-16 units.
const QUOTED_UNITS_MAX: usize = 64;

/// How strictly fields make a date and a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResolverStyle {
    /// Each value must be right, and a year of an era needs its era.
    Strict,
    /// As strict makes sense: February 31st is the month's last day, 24:00 the next day's start.
    #[default]
    Smart,
    /// Any value: the 14th month is the next year's second.
    Lenient,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Formatter {
    ops: Box<[Op]>,
    locale: Locale,
    style: ResolverStyle,
    zone: Option<Zone>,
}

impl Formatter {
    /// Compiles a pattern (`DateTimeFormatter.ofPattern`). The error is what Java says of the pattern.
    pub fn compile(pattern: &str, locale: &Locale) -> Result<Self, DateError> {
        let ops = pattern::compile(pattern, locale).map_err(DateError::illegal_argument)?;
        Ok(Self { ops, locale: locale.clone(), style: ResolverStyle::Smart, zone: None })
    }

    /// Compiles the notation of our own formats.
    pub(super) fn compile_notation(notation: &str, locale: &Locale) -> Result<Self, DateError> {
        let ops = pattern::compile_notation(notation, locale).map_err(DateError::illegal_argument)?;
        Ok(Self { ops, locale: locale.clone(), style: ResolverStyle::Smart, zone: None })
    }

    /// One of the constants of Java's class: `ISO_LOCAL_DATE`, `RFC_1123_DATE_TIME`, … Their names are English.
    pub fn constant(name: &str) -> Option<Self> {
        let (style, notation) = named::constant(name)?;
        Self::compile_notation(notation, &Locale::english()).ok().map(|formatter| formatter.with_style(style))
    }

    pub fn with_style(self, style: ResolverStyle) -> Self {
        Self { style, ..self }
    }

    /// The zone to take where a text has none.
    pub fn with_zone(self, zone: Zone) -> Self {
        Self { zone: Some(zone), ..self }
    }

    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    /// Parses all of `text` and resolves what it found. Errors are Java's `DateTimeParseException`.
    pub fn parse(&self, text: &str) -> Result<ParsedFields, DateError> {
        let mut fields = ParsedFields::default();
        self.try_parse(text, &mut fields).map_err(|fault| parse_error(text, fault))?;
        Ok(fields)
    }

    /// [`Self::parse`] into fields that are empty, without words for what is wrong: another format may match.
    pub(super) fn try_parse(&self, text: &str, fields: &mut ParsedFields) -> Result<(), Fault> {
        parse::parse(&self.ops, text, fields)?;
        fields.default_zone(self.zone);
        resolve::resolve(fields, self.style).map_err(Fault::error)
    }

    /// Prints a date or time at the end of `out`.
    pub fn format(&self, temporal: impl Into<Temporal>, out: &mut impl Output) -> Result<(), DateError> {
        let mut temporal = temporal.into();
        if let Some(zone) = self.zone {
            temporal = in_zone(temporal, zone)?;
        }
        Printer { temporal: &temporal, locale: &self.locale, out }.ops(&self.ops, false).map(drop)
    }
}

/// A formatter's own zone overrides that of an instant.
fn in_zone(temporal: Temporal, zone: Zone) -> Result<Temporal, DateError> {
    match temporal.instant {
        Some(at) => Ok(at.at_zone(zone)?.into()),
        None => Ok(Temporal { zone: Some(zone), ..temporal }),
    }
}

fn parse_error(text: &str, fault: Fault) -> DateError {
    let quoted = quoted(text);
    let units = |bytes: usize| text.get(..bytes).unwrap_or(text).encode_utf16().count();
    let new = |message| DateError::new(DateErrorKind::Parse, message);
    match fault {
        Fault::At(at) => new(format!("Text '{quoted}' could not be parsed at index {}", units(at))),
        Fault::Unparsed(at) => {
            new(format!("Text '{quoted}' could not be parsed, unparsed text found at index {}", units(at)))
        }
        Fault::Error(cause) => new(format!("Text '{quoted}' could not be parsed: {}", cause.message)).caused_by(*cause),
    }
}

fn quoted(text: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    match units.get(..QUOTED_UNITS_MAX) {
        Some(start) if units.len() > QUOTED_UNITS_MAX => format!("{}...", String::from_utf16_lossy(start)),
        _ => text.to_owned(),
    }
}
