//! What goes wrong with dates, in Java's classes and words.

use crate::ingest::{ErrorKind, Failure};
use std::fmt;

/// The Java exceptions that dates throw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateErrorKind {
    /// `java.time.format.DateTimeParseException`
    Parse,
    /// `java.time.DateTimeException`
    DateTime,
    /// `java.time.zone.ZoneRulesException`
    ZoneRules,
    /// `java.time.temporal.UnsupportedTemporalTypeException`
    UnsupportedTemporalType,
    IllegalArgument,
    NumberFormat,
    StringIndexOutOfBounds,
    Arithmetic,
    NullPointer,
    /// `java.util.MissingResourceException`
    MissingResource,
}

/// An exception with its message and what caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateError {
    pub kind: DateErrorKind,
    pub message: String,
    pub cause: Option<Box<DateError>>,
}

impl DateError {
    pub fn new(kind: DateErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), cause: None }
    }

    pub fn date_time(message: impl Into<String>) -> Self {
        Self::new(DateErrorKind::DateTime, message)
    }

    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new(DateErrorKind::IllegalArgument, message)
    }

    pub fn overflow(type_name: &str) -> Self {
        Self::new(DateErrorKind::Arithmetic, format!("{type_name} overflow"))
    }

    pub fn caused_by(mut self, cause: DateError) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Whether Java's `catch (DateTimeException e)` would catch it.
    pub fn is_date_time(&self) -> bool {
        use DateErrorKind::{DateTime, Parse, UnsupportedTemporalType, ZoneRules};
        matches!(self.kind, Parse | DateTime | ZoneRules | UnsupportedTemporalType)
    }
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|e| e as _)
    }
}

impl From<DateError> for Failure {
    fn from(error: DateError) -> Self {
        let kind = match error.kind {
            DateErrorKind::Parse => ErrorKind::DateTimeParse,
            DateErrorKind::DateTime => ErrorKind::Other("date_time_exception"),
            DateErrorKind::ZoneRules => ErrorKind::Other("zone_rules_exception"),
            DateErrorKind::UnsupportedTemporalType => ErrorKind::Other("unsupported_temporal_type_exception"),
            DateErrorKind::IllegalArgument => ErrorKind::IllegalArgument,
            DateErrorKind::NumberFormat => ErrorKind::NumberFormat,
            DateErrorKind::StringIndexOutOfBounds => ErrorKind::Other("string_index_out_of_bounds_exception"),
            DateErrorKind::Arithmetic => ErrorKind::Other("arithmetic_exception"),
            DateErrorKind::NullPointer => ErrorKind::NullPointer,
            DateErrorKind::MissingResource => ErrorKind::Other("missing_resource_exception"),
        };
        let failure = Failure::new(kind, error.message);
        match error.cause {
            Some(cause) => failure.caused_by((*cause).into()),
            None => failure,
        }
    }
}
