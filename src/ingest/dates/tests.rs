//! Answers of Elasticsearch and Java, and properties that hold for any pattern and any text.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;

/// What Elasticsearch 8.19's own classes answered, on OpenJDK 17 and 25 alike, in 2026: what is done, format, locale, zone, text, answer. An error
/// is `! message < message of its cause`. Fields stand in our order: Java has them in one of its own each time it starts.
const ANSWERS: &str = include_str!("data/answers.tsv");

fn now() -> jiff::Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn error_chain(error: &DateError) -> String {
    let cause = error.cause.as_deref().map(|cause| format!(" < {}", error_chain(cause))).unwrap_or_default();
    format!("{}{cause}", error.message)
}

fn answer(kind: &str, format: &str, locale: &str, zone: &str, text: &str) -> Result<String, DateError> {
    let locale = Locale::parse(locale)?;
    let zone = if zone.is_empty() { Zone::UTC } else { Zone::of(zone)? };
    if kind == "fields" {
        return Ok(Formatter::constant(format).unwrap().parse(text)?.to_string());
    }
    if kind == "parse" {
        return Ok(IngestFormat::compile(format, &locale)?.parse(text, zone, now())?.to_string());
    }
    let time = Instant::from(text.parse::<jiff::Timestamp>().unwrap()).at_zone(zone)?;
    let mut out = String::new();
    match kind {
        "constant" => Formatter::constant(format).unwrap().format(time, &mut out)?,
        "print" => Formatter::compile(format, &locale)?.format(time, &mut out)?,
        _ => DateFormat::compile(format, &locale)?.format(time, &mut out)?,
    }
    Ok(out)
}

#[test]
fn answers_are_those_of_elasticsearch() {
    let mut wrong = Vec::new();
    let unescape = |text: &str| text.replace("\\t", "\t").replace("\\\\", "\\");
    for line in ANSWERS.lines() {
        let [kind, format, locale, zone, text, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not a case: {line}")
        };
        let got = answer(kind, &unescape(format), locale, zone, &unescape(text));
        let got = got.unwrap_or_else(|error| format!("! {}", error_chain(&error)));
        if got != unescape(expected) {
            wrong.push(format!("{line}\n  got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn messages_count_positions_as_java_does_and_quote_long_texts_in_part() {
    let formatter = Formatter::compile("yyyy", &Locale::root()).unwrap();
    let message = |text: &str| formatter.parse(text).unwrap_err().message;
    assert_eq!(message("2021😀"), "Text '2021😀' could not be parsed, unparsed text found at index 4");
    let formatter = Formatter::compile("'😀é'yyyy", &Locale::root()).unwrap();
    assert_eq!(formatter.parse("😀éx").unwrap_err().message, "Text '😀éx' could not be parsed at index 3");
    let long = "x".repeat(70);
    let formatter = Formatter::compile("yyyy", &Locale::root()).unwrap();
    let quoted = "x".repeat(64);
    assert_eq!(
        formatter.parse(&long).unwrap_err().message,
        format!("Text '{quoted}...' could not be parsed at index 0")
    );
}

#[test]
fn patterns_are_bounded() {
    let error = |pattern: &str| Formatter::compile(pattern, &Locale::root()).unwrap_err().message;
    assert_eq!(error(&"[".repeat(100)), "more than 64 optional sections inside one another");
    assert_eq!(error(&"-".repeat(20_000)), "the pattern is longer than 16384 bytes");
    assert!(Formatter::compile(&"[y".repeat(64), &Locale::root()).is_ok());
}

#[test]
fn the_resolver_is_as_strict_as_asked() {
    let parse = |pattern: &str, style: ResolverStyle, text: &str| {
        let formatter = Formatter::compile(pattern, &Locale::root()).unwrap().with_style(style);
        formatter.parse(text).map_or_else(|e| e.message, |fields| fields.to_string())
    };
    use ResolverStyle::{Lenient, Smart, Strict};
    for (pattern, style, text, expected) in [
        ("uuuu-MM-dd", Smart, "2021-02-31", "{},ISO resolved to 2021-02-28"),
        ("uuuu-MM-dd", Lenient, "2021-14-31", "{},ISO resolved to 2022-03-03"),
        ("uuuu-MM-dd", Strict, "2021-02-31", "Text '2021-02-31' could not be parsed: Invalid date 'FEBRUARY 31'"),
        ("uuuu-MM-dd HH:mm", Smart, "2021-02-28 24:00", "{},ISO resolved to 2021-03-01T00:00"),
        ("uuuu-MM-dd HH:mm", Lenient, "2021-02-28 49:61", "{},ISO resolved to 2021-03-02T02:01"),
        ("yyyy", Strict, "2021", "{YearOfEra=2021},ISO"),
        ("yyyy", Smart, "2021", "{Year=2021},ISO"),
        ("a", Smart, "PM", "{},ISO resolved to 18:00"),
        ("a", Strict, "PM", "{AmPmOfDay=1},ISO"),
        ("HH:mm XXX", Strict, "10:11 +02:00", "{OffsetSeconds=7200},ISO resolved to 10:11"),
        (
            "uuuu-MM-dd EEE",
            Strict,
            "2021-03-04 Fri",
            "Text '2021-03-04 Fri' could not be parsed: Conflict found: Field DayOfWeek 4 differs from DayOfWeek 5 derived from 2021-03-04",
        ),
    ] {
        assert_eq!(parse(pattern, style, text), expected, "{pattern} {style:?} {text}");
    }
}

/// Names of day periods (`B`), by Java 25.
#[test]
fn day_periods_have_names() {
    let formatter = |pattern| Formatter::compile(pattern, &Locale::english()).unwrap();
    let printed = |hour, minute| {
        let mut out = String::new();
        formatter("h:mm B").format(LocalTime::of(hour, minute, 0, 0).unwrap(), &mut out).unwrap();
        out
    };
    assert_eq!(printed(0, 0), "12:00 midnight");
    assert_eq!(printed(12, 0), "12:00 noon");
    assert_eq!(printed(14, 5), "2:05 in the afternoon");
    assert_eq!(printed(23, 5), "11:05 at night");
    let parsed = |text| formatter("h:mm B").parse(text).unwrap().time().unwrap().to_string();
    assert_eq!(parsed("2:05 in the afternoon"), "14:05");
    assert_eq!(parsed("8:05 in the morning"), "08:05");
}

/// Letters, what stands between them, and a few odd ones.
const PATTERN: &str = r"([GuyQqMLwWdDEecFahKkHmsSAnNzZXxOVvpgBY]{1,5}|[\[\]'{}#T:/. -]|é){0,12}";
const TEXT: &str = r"([0-9]{1,4}|[+-]|[ :./TZ,]|UTC|GMT|Jan|Mon|EST|PM|é|😀){0,12}";

proptest! {
    #[test]
    fn no_pattern_and_no_text_makes_it_panic(pattern in PATTERN, text in TEXT, any in any::<String>(), style in 0..3_usize) {
        for locale in [Locale::english(), Locale::parse("zh").unwrap()] {
            for text in [&text, &any] {
                drop(IngestFormat::compile(text, &locale));
                if let Ok(format) = IngestFormat::compile(&pattern, &locale) {
                    drop(format.parse(text, Zone::UTC, now()));
                }
                if let Ok(formatter) = Formatter::compile(&pattern, &locale) {
                    let styles = [ResolverStyle::Strict, ResolverStyle::Smart, ResolverStyle::Lenient];
                    drop(formatter.with_style(styles[style]).parse(text));
                }
                for named in ["ISO8601", "UNIX", "UNIX_MS", "TAI64N", "epoch_second", "epoch_millis"] {
                    drop(IngestFormat::compile(named, &locale).unwrap().parse(text, Zone::UTC, now()));
                }
                drop(Zone::of(text));
                drop(Locale::parse(text));
            }
        }
    }

    #[test]
    fn no_pattern_panics_when_it_prints(pattern in PATTERN, seconds in -62_167_219_200_i64 * 3..300_000_000_000, zone in 0..4_usize) {
        let zone = Zone::of(["UTC", "Europe/Berlin", "+05:30", "America/New_York"][zone]).unwrap();
        let time = Instant::of_epoch_second(seconds, 123_456_789).unwrap().at_zone(zone).unwrap();
        if let Ok(formatter) = Formatter::compile(&pattern, &Locale::english()) {
            drop(formatter.format(time, &mut String::new()));
            drop(formatter.format(time.date(), &mut String::new()));
            drop(formatter.format(time.time(), &mut String::new()));
            drop(formatter.format(time.instant(), &mut String::new()));
        }
    }

    #[test]
    fn what_is_printed_parses_to_the_same_instant(seconds in -60_000_000_000_i64..250_000_000_000, nanos in 0_u32..1_000_000_000) {
        let zone = Zone::of("America/New_York").unwrap();
        let time = Instant::of_epoch_second(seconds, nanos).unwrap().at_zone(zone).unwrap();
        for pattern in ["uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXXXX", "EEE d MMMM uuuu h:mm:ss.n a xxxxx", "uuuuDDD N XXXXX"] {
            let mut out = String::new();
            DateFormat::compile(pattern, &Locale::english()).unwrap().format(time, &mut out).unwrap();
            let format = IngestFormat::compile(pattern, &Locale::english()).unwrap();
            prop_assert_eq!(format.parse(&out, zone, now()).unwrap().instant(), time.instant(), "{}", out);
        }
    }

    #[test]
    fn days_and_dates_are_one_to_one(day in -365_243_219_162_i64..=365_241_780_471) {
        let date = LocalDate::of_epoch_day(day).unwrap();
        prop_assert_eq!(date.epoch_day(), day);
        prop_assert_eq!(LocalDate::of(date.year(), i64::from(date.month()), i64::from(date.day())).unwrap(), date);
        prop_assert_eq!(LocalDate::of_year_day(date.year(), date.day_of_year()).unwrap(), date);
    }

    #[test]
    fn weeks_and_dates_are_one_to_one(day in -1_000_000_i64..1_000_000) {
        let date = LocalDate::of_epoch_day(day).unwrap();
        for week in [WeekFields::ISO, WeekFields::SUNDAY_START] {
            let (year, number) = (week.week_based_year(date), week.week_of_week_based_year(date));
            prop_assert!((1..=week.weeks_of(year).unwrap()).contains(&number), "{date} {year} {number}");
            prop_assert_eq!(week.date(year, number, week.local_day_of_week(date.day_of_week())).unwrap(), date);
        }
    }
}
