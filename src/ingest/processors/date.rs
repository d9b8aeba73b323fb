//! `date`: a text or number that means a time, as a timestamp.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::dates::{DateFormat, IngestFormats, Locale, Zone, unable_to_parse};
use crate::ingest::{Build, Context, Failure, MediaType, Processor, Settings, Template};
use bumpalo::collections::String as ArenaString;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

const DEFAULT_TARGET: &str = "@timestamp";
const DEFAULT_OUTPUT_FORMAT: &str = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
/// Locales that documents name themselves (`locale: '{{lang}}'`) and whose compiled formats are kept.
const LOCALES_MAX: usize = 64;
/// Room for a timestamp in the default format.
const OUTPUT_BYTES: usize = 32;

struct Date {
    field: FieldPath,
    target: FieldPath,
    timezone: Timezone,
    formats: Formats,
    output: DateFormat,
}

enum Timezone {
    Static(Zone),
    Template(Template),
}

enum Formats {
    Static(IngestFormats),
    /// The locale is the document's.
    Template {
        texts: Vec<String>,
        locale: Template,
        compiled: RwLock<HashMap<String, IngestFormats>>,
    },
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let target = settings.path_or("target_field", DEFAULT_TARGET)?;
    let texts = settings.opt_string_list("formats")?.ok_or_else(|| settings.missing("formats"))?;
    let formats = compile_formats(settings, texts)?;
    let timezone = match opt_template(settings, "timezone")? {
        None => Timezone::Static(Zone::UTC),
        Some(template) if template.is_static() => {
            let zone = Zone::of(template.text()).map_err(|e| settings.invalid_option("timezone", e))?;
            Timezone::Static(zone)
        }
        Some(template) => Timezone::Template(template),
    };
    let output_format = settings.opt_string("output_format")?.unwrap_or(DEFAULT_OUTPUT_FORMAT);
    let output = DateFormat::compile(output_format, &Locale::root()).map_err(|e| {
        settings.invalid_option("output_format", format!("invalid output format [{output_format}]: {e}"))
    })?;
    Ok(Box::new(Date { field, target, timezone, formats, output }))
}

/// Formats that never parse anything are an error at start; beside others that do they are left alone, as on the node.
fn compile_formats(settings: &mut Settings<'_>, texts: Vec<String>) -> Result<Formats, ConfigError> {
    let template = opt_template(settings, "locale")?;
    let locale = match &template {
        Some(template) if template.is_static() => {
            Locale::parse(template.text()).map_err(|e| settings.invalid_option("locale", e))?
        }
        _ => Locale::english(),
    };
    let formats = IngestFormats::compile(&texts, &locale);
    if formats.errors().count() == formats.len()
        && let Some(error) = formats.errors().next()
    {
        return Err(settings.invalid_option("formats", error));
    }
    Ok(match template.filter(|template| !template.is_static()) {
        Some(locale) => Formats::Template { texts, locale, compiled: RwLock::default() },
        None => Formats::Static(formats),
    })
}

fn opt_template<'n>(settings: &mut Settings<'n>, option: &'n str) -> Result<Option<Template>, ConfigError> {
    let Some(text) = settings.opt_string(option)? else { return Ok(None) };
    Template::compile(text, MediaType::Json).map(Some).map_err(|e| settings.invalid_option(option, e))
}

impl Timezone {
    fn zone(&self, doc: &Document<'_>) -> Result<Zone, Failure> {
        match self {
            Self::Static(zone) => Ok(*zone),
            Self::Template(template) => Ok(Zone::of(&template.render(doc)?)?),
        }
    }
}

impl Formats {
    /// Runs `parse` with the formats in the document's language.
    fn with<R>(&self, doc: &Document<'_>, parse: impl FnOnce(&IngestFormats) -> R) -> Result<R, Failure> {
        let (texts, locale, compiled) = match self {
            Self::Static(formats) => return Ok(parse(formats)),
            Self::Template { texts, locale, compiled } => (texts, locale, compiled),
        };
        let name = locale.render(doc)?;
        if let Some(formats) = compiled.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(parse(formats));
        }
        let formats = IngestFormats::compile(texts, &Locale::parse(&name)?);
        let result = parse(&formats);
        let mut compiled = compiled.write().unwrap_or_else(PoisonError::into_inner);
        if compiled.len() < LOCALES_MAX {
            compiled.insert(name, formats);
        }
        Ok(result)
    }
}

impl Processor for Date {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let text = match doc.get(&self.field)? {
            Value::Null => None,
            Value::Str(text) => Some(Cow::Borrowed(text)),
            other => Some(Cow::Owned(other.to_java_string())),
        };
        let text = text.as_deref();
        let unable = |cause: Failure| unable_to_parse(text, None).caused_by(cause);
        let zone = self.timezone.zone(doc).map_err(unable)?;
        let time = self.formats.with(doc, |formats| formats.parse_first(text, zone, cx.now)).map_err(unable)?;
        let time = time.map_err(|cause| unable_to_parse(text, cause))?;
        let mut printed = ArenaString::with_capacity_in(OUTPUT_BYTES, doc.arena);
        self.output.format(time, &mut printed)?;
        Ok(doc.set(&self.target, Value::Str(printed.into_bump_str()))?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run};

    #[test]
    fn times_are_found_and_printed() {
        check(&[
            (
                "date: {field: a, formats: [ISO8601]}",
                r#"{"a":"2021-03-04T05:06:07.089+02:00"}"#,
                r#"{"a":"2021-03-04T05:06:07.089+02:00","@timestamp":"2021-03-04T03:06:07.089Z"}"#,
            ),
            (
                "date: {field: a, formats: [UNIX], timezone: Europe/Berlin}",
                r#"{"a":1.5}"#,
                r#"{"a":1.5,"@timestamp":"1970-01-01T01:00:01.500+01:00"}"#,
            ),
            (
                "date: {field: a, formats: [UNIX]}",
                r#"{"a":"99999999999999"}"#,
                r#"{"a":"99999999999999","@timestamp":"+3170843-11-07T09:46:39.008Z"}"#,
            ),
            (
                "date: {field: a, formats: [UNIX], output_format: yyyy}",
                r#"{"a":"-99999999999999"}"#,
                r#"{"a":"-99999999999999","@timestamp":"+3166905"}"#,
            ),
            ("date: {field: a, formats: [UNIX_MS, yyyy]}", r#"{"a":"x2021"}"#, "unable to parse date [x2021]"),
            (
                "date: {field: a, formats: [MMM d], target_field: b.c}",
                r#"{"a":"Feb 29"}"#,
                r#"{"a":"Feb 29","b":{"c":"2026-02-28T00:00:00.000Z"}}"#,
            ),
            (
                "date: {field: a, formats: [yyyy], target_field: '{{a}}'}",
                r#"{"a":"2021"}"#,
                r#"{"a":"2021","{{a}}":"2021-01-01T00:00:00.000Z"}"#,
            ),
            (
                "date: {field: a, formats: [yyyy], output_format: epoch_millis}",
                r#"{"a":2021}"#,
                r#"{"a":2021,"@timestamp":"1609459200000"}"#,
            ),
            (
                "date: {field: a, formats: [bogus, yyyy]}",
                r#"{"a":"2021"}"#,
                r#"{"a":"2021","@timestamp":"2021-01-01T00:00:00.000Z"}"#,
            ),
            ("date: {field: a, formats: [yyyy]}", "{}", "field [a] not present as part of path [a]"),
            ("date: {field: a, formats: [yyyy]}", r#"{"a":null}"#, "unable to parse date [null]"),
            ("date: {field: a, formats: [UNIX]}", r#"{"a":{"b":[1]}}"#, "unable to parse date [{b=[1]}]"),
            ("date: {field: a, formats: []}", r#"{"a":"2021"}"#, "unable to parse date [2021]"),
            (
                "date: {field: a, formats: [yyyy], target_field: a.c}",
                r#"{"a":"2021"}"#,
                "cannot set [c] with parent object of type [java.lang.String] as part of path [a.c]",
            ),
        ]);
    }

    #[test]
    fn zone_and_locale_may_be_the_documents() {
        check(&[
            (
                "date: {field: a, formats: ['dd.MM.yyyy HH:mm'], timezone: '{{z}}'}",
                r#"{"a":"01.07.2021 12:00","z":"Asia/Shanghai"}"#,
                r#"{"a":"01.07.2021 12:00","z":"Asia/Shanghai","@timestamp":"2021-07-01T12:00:00.000+08:00"}"#,
            ),
            ("date: {field: a, formats: [yyyy], timezone: '{{z}}'}", r#"{"a":"2021"}"#, "unable to parse date [2021]"),
            (
                "date: {field: a, formats: ['d MMMM yyyy'], locale: '{{l}}'}",
                r#"{"a":"4 août 2021","l":"fr"}"#,
                r#"{"a":"4 août 2021","l":"fr","@timestamp":"2021-08-04T00:00:00.000Z"}"#,
            ),
            (
                "date: {field: a, formats: ['d MMMM yyyy'], locale: '{{l}}'}",
                r#"{"a":"4 août 2021","l":"xx"}"#,
                "unable to parse date [4 août 2021]",
            ),
            (
                "date: {field: a, formats: ['yyyy年M月d日 EEEE'], locale: zh-CN}",
                r#"{"a":"2021年3月4日 星期四"}"#,
                r#"{"a":"2021年3月4日 星期四","@timestamp":"2021-03-04T00:00:00.000Z"}"#,
            ),
        ]);
    }

    /// What handlers read is the innermost cause, and that of the first format.
    #[test]
    fn handlers_read_the_cause() {
        for (options, value, expected) in [
            ("formats: [yyyy, MM]", r#""x""#, "Text 'x' could not be parsed at index 0"),
            ("formats: ['yyyy||MM']", r#""x""#, "Failed to parse with all enclosed parsers"),
            ("formats: [uuuu-MM-dd]", r#""2021-02-30""#, "Invalid date 'FEBRUARY 30'"),
            ("formats: [UNIX, UNIX_MS]", r#""x""#, r#"For input string: \"x\""#),
            ("formats: [UNIX_MS]", "null", "Cannot parse null string"),
            ("formats: [bogus, yyyy]", r#""x""#, "Unknown pattern letter: b"),
            ("formats: [yyyy], timezone: '{{z}}'", r#""2021""#, "Invalid ID for ZoneOffset, invalid format: "),
            ("formats: [yyyy], locale: '{{z}}-x'", r#""2021""#, "Couldn't find 3-letter country code for X"),
        ] {
            let pipeline = format!(
                "processors: [{{date: {{field: a, {options}}}}}]\non_failure: [{{set: {{field: a, value: '{{{{{{_ingest.on_failure_message}}}}}}'}}}}]"
            );
            assert_eq!(run(&pipeline, &format!(r#"{{"a":{value}}}"#)), format!(r#"{{"a":"{expected}"}}"#), "{options}");
        }
    }

    #[test]
    fn what_never_works_is_an_error_at_start() {
        for (options, expected) in [
            ("formats: yyyy", "[formats] property isn't a list, but of type [java.lang.String]"),
            ("formats: [bogus]", "[formats] Invalid format: [bogus]: Unknown pattern letter: b"),
            ("formats: [yyyy], timezone: Nope", "[timezone] Unknown time-zone ID: Nope"),
            ("formats: [yyyy], locale: xx", "[locale] Unknown language: xx"),
            (
                "formats: [yyyy], output_format: bogus",
                "[output_format] invalid output format [bogus]: Invalid format: [bogus]: Unknown pattern letter: b",
            ),
            ("target_field: b", "[formats] required property is missing"),
        ] {
            let got = run(&format!("processors: [{{date: {{field: a, {options}}}}}]"), "{}");
            assert!(got.contains(expected), "{options}: {got}");
        }
    }
}
