//! Dates as Elasticsearch reads and writes them.
//!
//! Elasticsearch's formats are Java's: a pattern of [`java.time.format.DateTimeFormatter`][1], one of Elasticsearch's
//! [named formats][2], or several of both (`a||b`). Everything here follows them to the letter of their error messages,
//! because pipelines read those.
//!
//! - [`Formatter`] is Java's `DateTimeFormatter`: a pattern compiled to a list of [`op::Op`]s that parse and print.
//! - [`DateFormat`] is Elasticsearch's `DateFormatter`: alternatives, named formats, and the rules that fill in what a text leaves out.
//! - [`IngestFormat`] is a format of the `date` processor: the above and `ISO8601`, `UNIX`, `UNIX_MS`, `TAI64N`.
//!
//! Nothing here reads a clock: where "now" matters (a date without a year), the year comes in from outside.
//! Years reach as far as Java's (±999,999,999), so these are not jiff's types; jiff knows the time zones.
//!
//! [1]: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/format/DateTimeFormatter.html
//! [2]: https://www.elastic.co/guide/en/elasticsearch/reference/8.19/mapping-date-format.html

mod builder;
mod calendar;
mod date_format;
mod error;
mod field;
mod formatter;
mod ingest_format;
mod instant;
mod iso8601;
mod locale;
mod named;
mod names;
mod offset;
mod op;
mod parse;
mod parsed;
mod pattern;
mod print;
mod resolve;
mod week;
mod zone;
mod zone_names;
mod zoned;

#[cfg(test)]
mod tests;

pub use calendar::{LocalDate, LocalDateTime, LocalTime, MONTH_NAMES};
pub use date_format::DateFormat;
pub use error::{DateError, DateErrorKind};
pub use field::Field;
pub use formatter::{Formatter, ResolverStyle};
pub use ingest_format::{IngestFormat, IngestFormats, to_zoned, unable_to_parse};
pub use instant::Instant;
pub use locale::Locale;
pub use parsed::ParsedFields;
pub use print::{Output, Temporal};
pub use week::{DAY_NAMES, WeekFields};
pub use zone::{Offset, Zone};
pub use zoned::ZonedDateTime;
