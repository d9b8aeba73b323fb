//! `cef`: takes an event in ArcSight's Common Event Format apart (Elasticsearch 9).
//!
//! `CEF:version|vendor|product|version|class|name|severity|key=value key=value …`. What ECS has a field for goes there, the rest
//! under the target field.

mod extensions;
mod parse;

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, java_bucket, java_buckets, parse_address};
use crate::ingest::dates::{DateError, DateFormat, Formatter, Instant, Locale, Zone, ZonedDateTime, to_zoned};
use crate::ingest::java_numbers::{parse_double, parse_int, parse_long};
use crate::ingest::{Build, Context, Failure, MediaType, Processor, Settings, Template};
use extensions::DataType;

/// The spec's formats of times: milliseconds since 1970 are allowed besides.
const TIME_PATTERN: &str = "MMM dd[ yyyy] HH:mm:ss[.SSS][ zzz]";

struct Cef {
    field: FieldPath,
    target: String,
    timezone: Option<Template>,
    ignore_missing: bool,
    ignore_empty_values: bool,
    times: Formatter,
    printed_times: DateFormat,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let timezone = match settings.opt_string("timezone")? {
        Some(text) => {
            Some(Template::compile(text, MediaType::Json).map_err(|e| settings.invalid_option("timezone", e))?)
        }
        None => None,
    };
    let target = settings.opt_string("target_field")?.unwrap_or("cef");
    FieldPath::parse(target).map_err(|e| settings.invalid_option("target_field", e))?;
    let wrong = |e: DateError| settings.invalid_option("field", e.message);
    let times = Formatter::compile(TIME_PATTERN, &Locale::root()).map_err(wrong)?;
    let printed_times = DateFormat::compile("strict_date_optional_time_nanos", &Locale::root()).map_err(wrong)?;
    Ok(Box::new(Cef {
        field: settings.path("field")?,
        target: target.to_owned(),
        timezone,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
        ignore_empty_values: settings.bool_or("ignore_empty_values", true)?,
        times,
        printed_times,
    }))
}

impl Processor for Cef {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let Some(line) = doc.get_str(&self.field, self.ignore_missing)? else {
            if self.ignore_missing {
                return Ok(());
            }
            let field = self.field.text();
            return Err(Failure::illegal_argument(format!("field [{field}] is null, cannot process it.")));
        };
        let zone = match &self.timezone {
            Some(template) => Zone::of(&template.render(doc)?).map_err(Failure::from)?,
            None => Zone::UTC,
        };
        let (headers, extensions) = parse::headers(line)?;
        let mut root = Members::default();
        let mut own = Members::default();
        for (header, (name, ecs_field)) in headers.iter().zip(parse::HEADERS) {
            own.put(name.to_owned(), doc.string(header));
            if let Some(field) = ecs_field {
                root.put(field.to_owned(), doc.string(header));
            }
        }
        let current_year = i64::from(cx.now.to_zoned(jiff::tz::TimeZone::UTC).year());
        for (key, text) in parse::extensions(extensions, self.ignore_empty_values)? {
            match extensions::find(&key) {
                Some(extension) => {
                    let value = self.convert(doc, &text, extension.data_type, zone, current_year)?;
                    match extension.ecs_field {
                        Some(field) => root.put(field.to_owned(), value),
                        None => own.put(format!("extensions.{}", extension.name), value),
                    }
                }
                None => own.put(format!("extensions.{key}"), doc.string(&text)),
            }
        }
        for (path, value) in root.in_java_order() {
            doc.set(&FieldPath::parse(&path)?, value)?;
        }
        for (path, value) in own.in_java_order() {
            doc.set(&FieldPath::parse(&format!("{}.{path}", self.target))?, value)?;
        }
        Ok(())
    }
}

impl Cef {
    fn convert<'a>(
        &self,
        doc: &Document<'a>,
        text: &str,
        data_type: DataType,
        zone: Zone,
        current_year: i64,
    ) -> Result<Value<'a>, Failure> {
        Ok(match data_type {
            DataType::Text => doc.string(text),
            DataType::Int => Value::Int(parse_int(text, 10)?),
            DataType::Long => Value::Long(parse_long(text, 10)?),
            DataType::Double => Value::Double(parse_double(text)?),
            DataType::Ip => match parse_address(text) {
                Some(address) => doc.string(&address.to_string()),
                None => {
                    let cause = Failure::illegal_argument(format!("'{text}' is not an IP string literal."));
                    return Err(Failure::illegal_argument("Invalid IP address format").caused_by(cause));
                }
            },
            DataType::Mac => match parse::mac_address(text) {
                Some(address) => doc.string(&address),
                None => return Err(Failure::illegal_argument("Invalid MAC address format")),
            },
            DataType::Time => {
                let at = self
                    .time(text, zone, current_year)
                    .ok_or_else(|| Failure::illegal_argument(format!("Value is not a valid timestamp: {text}")))?;
                let mut printed = String::new();
                self.printed_times.format(at, &mut printed).map_err(Failure::from)?;
                doc.string(&printed)
            }
        })
    }

    fn time(&self, text: &str, zone: Zone, current_year: i64) -> Option<ZonedDateTime> {
        if let Ok(millis) = parse_long(text, 10) {
            return Instant::of_epoch_milli(millis).at_zone(zone).ok();
        }
        let fields = self.times.parse(text).ok()?;
        to_zoned(&fields, &Locale::root(), zone, current_year).and_then(|at| at.with_zone(zone)).ok()
    }
}

/// Paths and values in a `HashMap` of Java's: a path that comes again replaces the value, and the order is the map's.
#[derive(Default)]
struct Members<'a>(Vec<(String, Value<'a>)>);

impl<'a> Members<'a> {
    fn put(&mut self, path: String, value: Value<'a>) {
        match self.0.iter_mut().find(|(known, _)| *known == path) {
            Some(member) => member.1 = value,
            None => self.0.push((path, value)),
        }
    }

    fn in_java_order(mut self) -> Vec<(String, Value<'a>)> {
        let buckets = java_buckets(self.0.len());
        self.0.sort_by_cached_key(|(path, _)| java_bucket(path, buckets));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    /// What the header of these tests becomes, around the extensions.
    fn event(line: &str, root: &str, own: &str) -> String {
        let line = line.replace('\\', "\\\\");
        format!(
            r#"{{"m":"CEF:0|a|b|c|d|e|f|{line}",{root}"cef":{{"version":"0","device":{{"vendor":"a","product":"b","version":"c","event_class_id":"d"}},"name":"e","severity":"f"{own}}}}}"#
        )
    }

    fn sorted(json: &str) -> serde_json::Value {
        serde_json::from_str(json).unwrap_or_else(|_| serde_json::Value::String(json.to_owned()))
    }

    fn run(options: &str, line: &str) -> serde_json::Value {
        let document = format!(r#"{{"m":"CEF:0|a|b|c|d|e|f|{}"}}"#, line.replace('\\', "\\\\"));
        sorted(&crate::ingest::testing::run(&format!("processors: [{{cef: {{field: m{options}}}}}]"), &document))
    }

    const OBSERVER: &str = r#""observer":{"vendor":"a","product":"b","version":"c"},"event":{"code":"d"},"#;

    /// Answers of Elasticsearch 9.4.
    #[test]
    fn extensions_go_to_their_fields() {
        for (options, line, root, own) in [
            ("", "", String::new(), ""),
            ("", "src=::FFFF:1.2.3.4 dpt=443", r#""source":{"ip":"1.2.3.4"},"destination":{"port":443},"#.into(), ""),
            (
                "",
                r"a=1 b=x \\ \= y c= smac=001B44113AB7",
                r#""source":{"mac":"00:1B:44:11:3A:B7"},"#.into(),
                r#","extensions":{"a":"1","b":"x \\ = y"}"#,
            ),
            (", ignore_empty_values: false", "a= b=2 ", String::new(), r#","extensions":{"a":"","b":"2"}"#),
            (
                "",
                "cs1=v cs1Label=Name x.y=1",
                String::new(),
                r#","extensions":{"deviceCustomString1":"v","deviceCustomString1Label":"Name","x":{"y":"1"}}"#,
            ),
            ("", "rt=1700000000000", r#""@timestamp":"2023-11-14T22:13:20.000Z","#.into(), ""),
            (
                ", timezone: Europe/Berlin",
                "deviceCustomDate1=Nov 14 10:00:00.5",
                String::new(),
                r#"!Value is not a valid timestamp: Nov 14 10:00:00.5"#,
            ),
            (
                ", timezone: Europe/Berlin",
                "deviceCustomDate1=Nov 14 10:00:00.500",
                String::new(),
                r#","extensions":{"deviceCustomDate1":"2026-11-14T10:00:00.500+01:00"}"#,
            ),
            (
                "",
                "deviceCustomDate1=Feb 30 2023 10:00:00 UTC",
                String::new(),
                r#","extensions":{"deviceCustomDate1":"2023-02-28T10:00:00.000Z"}"#,
            ),
        ] {
            let expected = match own.strip_prefix('!') {
                Some(reason) => serde_json::Value::String(reason.to_owned()),
                None => sorted(&event(line, &format!("{OBSERVER}{root}"), own)),
            };
            assert_eq!(run(options, line), expected, "{options} {line}");
        }
    }

    #[test]
    fn what_is_no_event() {
        for (line, expected) in [
            ("novalue", "Invalid extensions in the CEF event: novalue"),
            ("x a=1", "CEF extensions contain unescaped equals sign"),
            ("a = 1", "CEF extensions contain unescaped equals sign"),
            (r"a=\x", r"Illegal escape sequence '\x'"),
            ("src=x", "Invalid IP address format"),
            ("smac=x", "Invalid MAC address format"),
            ("cnt=2147483648", "For input string: \"2147483648\""),
            ("rt=yesterday", "Value is not a valid timestamp: yesterday"),
        ] {
            assert_eq!(run("", line), serde_json::Value::String(expected.to_owned()), "{line}");
        }
        check(&[
            ("cef: {field: m}", r#"{"m":"CEF:0|a"}"#, "Incomplete CEF header"),
            ("cef: {field: m}", r#"{"m":"cef:0|a|b|c|d|e|f|"}"#, "Invalid CEF format"),
            ("cef: {field: m}", r#"{"m":null}"#, "field [m] is null, cannot process it."),
            ("cef: {field: m}", "{}", "field [m] not present as part of path [m]"),
            ("cef: {field: m, ignore_missing: true}", "{}", "{}"),
        ]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_panics(line in "CEF:0(\\|[^|]{0,3}){7}\\|[a-z=\\\\ .\\[\\]0-9é]{0,40}|\\PC{0,40}") {
            let document = serde_json::json!({"m": line}).to_string();
            crate::ingest::testing::run("processors: [{cef: {field: m}}]", &document);
        }
    }
}
