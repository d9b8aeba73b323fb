//! `date_index_name`: the index that a document's time belongs to, as a date math expression that Elasticsearch resolves.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::dates::{DateFormat, IngestFormats, Locale, Offset, Zone, ZonedDateTime, unable_to_parse};
use crate::ingest::{Build, Context, Failure, MediaType, Processor, Settings, Template};
use bumpalo::collections::String as ArenaString;
use std::borrow::Cow;
use std::fmt::Write;

const DEFAULT_DATE_FORMAT: &str = "yyyy-MM-dd'T'HH:mm:ss.SSSXX";
const DEFAULT_INDEX_NAME_FORMAT: &str = "yyyy-MM-dd";

struct DateIndexName {
    field: FieldPath,
    formats: IngestFormats,
    zone: Zone,
    prefix: Template,
    rounding: Template,
    name_format: NameFormat,
}

enum NameFormat {
    Static { text: Box<str>, format: DateFormat },
    Template(Template),
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let locale = match settings.opt_string("locale")? {
        None => Locale::english(),
        Some(tag) => Locale::of_language_tag(tag)
            .ok_or_else(|| settings.invalid_option("locale", format!("Invalid language tag specified: {tag}")))?,
    };
    let zone = match settings.opt_string("timezone")? {
        None => Zone::UTC,
        Some(id) => Zone::of(id).map_err(|e| settings.invalid_option("timezone", e))?,
    };
    let texts = settings.opt_string_list("date_formats")?.unwrap_or_else(|| vec![DEFAULT_DATE_FORMAT.to_owned()]);
    let formats = IngestFormats::compile(&texts, &locale);
    if let Some(error) = formats.errors().next() {
        return Err(settings.invalid_option("date_formats", error));
    }
    let field = settings.path("field")?;
    let prefix = template(settings, "index_name_prefix", Some(""))?;
    let rounding = template(settings, "date_rounding", None)?;
    let name_format = template(settings, "index_name_format", Some(DEFAULT_INDEX_NAME_FORMAT))?;
    let name_format = if name_format.is_static() {
        let text = name_format.text();
        let format = DateFormat::compile(text, &Locale::root());
        let format = format.map_err(|e| settings.invalid_option("index_name_format", e))?;
        NameFormat::Static { text: text.into(), format }
    } else {
        NameFormat::Template(name_format)
    };
    Ok(Box::new(DateIndexName { field, formats, zone, prefix, rounding, name_format }))
}

fn template<'n>(
    settings: &mut Settings<'n>,
    option: &'n str,
    default: Option<&'n str>,
) -> Result<Template, ConfigError> {
    let text = settings.opt_string(option)?.or(default).ok_or_else(|| settings.missing(option))?;
    Template::compile(text, MediaType::Json).map_err(|e| settings.invalid_option(option, e))
}

impl DateIndexName {
    /// `<prefix{2021-03-04||/M{yyyy-MM-dd|UTC}}>`
    fn expression(&self, time: ZonedDateTime, doc: &Document<'_>, out: &mut ArenaString<'_>) -> Result<(), Failure> {
        let rendered = |template: &Template, out: &mut ArenaString<'_>| -> Result<(), Failure> {
            out.push_str(&if template.is_static() {
                Cow::Borrowed(template.text())
            } else {
                template.render(doc)?.into()
            });
            Ok(())
        };
        out.push('<');
        rendered(&self.prefix, out)?;
        out.push('{');
        let format_text = match &self.name_format {
            NameFormat::Static { text, format } => {
                format.format(time, out)?;
                Cow::Borrowed(&**text)
            }
            NameFormat::Template(template) => {
                let text = template.render(doc)?;
                DateFormat::compile(&text, &Locale::root())?.format(time, out)?;
                Cow::Owned(text)
            }
        };
        out.push_str("||/");
        rendered(&self.rounding, out)?;
        let _ = write!(out, "{{{format_text}|");
        let _ = match self.zone.offset() {
            Some(Offset::UTC) => write!(out, "UTC"),
            _ => write!(out, "{}", self.zone),
        };
        out.push_str("}}>");
        Ok(())
    }
}

impl Processor for DateIndexName {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let text = match doc.get(&self.field)? {
            Value::Null => None,
            Value::Str(text) => Some(Cow::Borrowed(text)),
            other => Some(Cow::Owned(other.to_java_string())),
        };
        let text = text.as_deref();
        // Of several formats that match, the last one counts here.
        let time = self.formats.parse_last(text, self.zone, cx.now);
        let time = time.map_err(|cause| unable_to_parse(text, cause))?;
        let mut expression = ArenaString::new_in(doc.arena);
        self.expression(time, doc, &mut expression)?;
        doc.set_metadata("_index", &expression);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::run;

    fn index(options: &str, document: &str) -> String {
        let copy = "{set: {field: i, copy_from: _index}}, {remove: {field: a}}";
        run(&format!("processors: [{{date_index_name: {{field: a, {options}}}}}, {copy}]"), document)
    }

    #[test]
    fn the_index_is_an_expression() {
        const TIME: &str = r#"{"a":"2016-04-25T23:02:01.789Z"}"#;
        for (options, document, expected) in [
            ("date_rounding: M", TIME, "<{2016-04-25||/M{yyyy-MM-dd|UTC}}>"),
            ("date_rounding: M, index_name_prefix: my-", TIME, "<my-{2016-04-25||/M{yyyy-MM-dd|UTC}}>"),
            ("date_rounding: d, index_name_format: yyyy.MMM", TIME, "<{2016.Apr||/d{yyyy.MMM|UTC}}>"),
            ("date_rounding: M, timezone: Europe/Berlin", TIME, "<{2016-04-26||/M{yyyy-MM-dd|Europe/Berlin}}>"),
            ("date_rounding: M, timezone: +02:00", TIME, "<{2016-04-26||/M{yyyy-MM-dd|+02:00}}>"),
            ("date_rounding: M, timezone: GMT", TIME, "<{2016-04-25||/M{yyyy-MM-dd|GMT}}>"),
            (
                "date_rounding: M, date_formats: [UNIX, UNIX_MS]",
                r#"{"a":1461585721}"#,
                "<{1970-01-17||/M{yyyy-MM-dd|UTC}}>",
            ),
            (
                "date_rounding: M, date_formats: [UNIX_MS, UNIX]",
                r#"{"a":1461585721789}"#,
                "<{+48285-10-22||/M{yyyy-MM-dd|UTC}}>",
            ),
            (
                "date_rounding: M, locale: fr, date_formats: [d MMMM yyyy]",
                r#"{"a":"5 mai 2021"}"#,
                "<{2021-05-05||/M{yyyy-MM-dd|UTC}}>",
            ),
        ] {
            assert_eq!(index(options, document), format!(r#"{{"i":"{expected}"}}"#), "{options}");
        }
        let options = "index_name_prefix: '{{b}}-', date_rounding: '{{c}}', index_name_format: '{{d}}'";
        let document = r#"{"a":"2016-04-25T23:02:01.789Z","b":"x","c":"d","d":"yyyy"}"#;
        assert_eq!(index(options, document), r#"{"b":"x","c":"d","d":"yyyy","i":"<x-{2016||/d{yyyy|UTC}}>"}"#);
    }

    #[test]
    fn failures_are_the_nodes() {
        for (options, document, expected) in [
            ("date_rounding: M", r#"{"a":"2016-04-25"}"#, "unable to parse date [2016-04-25]"),
            ("date_rounding: M", r#"{"a":null}"#, "unable to parse date [null]"),
            ("date_rounding: M", "{}", "field [a] not present as part of path [a]"),
            ("date_rounding: M, date_formats: []", r#"{"a":"2016"}"#, "unable to parse date [2016]"),
            (
                "date_rounding: M, index_name_format: '{{b}}'",
                r#"{"a":"2016-04-25T23:02:01.789Z"}"#,
                "No date pattern provided",
            ),
        ] {
            assert_eq!(index(options, document), expected, "{options}");
        }
        for (options, expected) in [
            ("index_name_prefix: x", "[date_rounding] required property is missing"),
            ("date_rounding: M, date_formats: [bogus, UNIX]", "Invalid format: [bogus]: Unknown pattern letter: b"),
            (
                "date_rounding: M, date_formats: UNIX",
                "[date_formats] property isn't a list, but of type [java.lang.String]",
            ),
            ("date_rounding: M, timezone: '{{b}}'", "Invalid ID for region-based ZoneId, invalid format: {{b}}"),
            ("date_rounding: M, locale: fr_FR", "Invalid language tag specified: fr_FR"),
            ("date_rounding: M, index_name_format: bogus", "Invalid format: [bogus]: Unknown pattern letter: b"),
        ] {
            let got = index(options, "{}");
            assert!(got.contains(expected), "{options}: {got}");
        }
    }
}
