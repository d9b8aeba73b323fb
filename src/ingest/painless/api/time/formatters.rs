//! `DateTimeFormatter` and `Locale`.

use super::super::{Class, ClassId, take};
use super::{time_at, zone_at};
use crate::ingest::dates::{DateError, DateErrorKind, Formatter, Locale, ParsedFields, ResolverStyle};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::Time;
use crate::ingest::painless::value::Val;
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Patterns that one script keeps compiled; a script that makes up more of them compiles anew.
const PATTERNS_MAX: usize = 256;

/// The formatters that a script has made of patterns, from run to run.
#[derive(Default)]
pub struct FormatterCache(Mutex<FxHashMap<(String, String), Arc<Formatter>>>);

impl FormatterCache {
    fn get(&self, pattern: &str, locale: &str) -> Result<Arc<Formatter>, DateError> {
        let key = (pattern.to_owned(), locale.to_owned());
        // A thread that panicked with the lock left a sound map: entries are only ever added whole.
        let mut formatters = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = formatters.get(&key) {
            return Ok(found.clone());
        }
        let made = Arc::new(Formatter::compile(pattern, &locale_of(locale))?);
        if formatters.len() >= PATTERNS_MAX {
            formatters.clear();
        }
        formatters.insert(key, made.clone());
        Ok(made)
    }
}

fn locale_of(tag: &str) -> Locale {
    Locale::of_language_tag(tag).unwrap_or_else(Locale::root)
}

macro_rules! formatter_constants {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("DateTimeFormatter ", $name), |run, _| Ok(run.constant_formatter($name)))),*]
    };
}

pub const DATE_TIME_FORMATTER: Class = Class {
    name: "java.time.format.DateTimeFormatter",
    constants: formatter_constants![
        "BASIC_ISO_DATE",
        "ISO_DATE",
        "ISO_DATE_TIME",
        "ISO_INSTANT",
        "ISO_LOCAL_DATE",
        "ISO_LOCAL_DATE_TIME",
        "ISO_LOCAL_TIME",
        "ISO_OFFSET_DATE",
        "ISO_OFFSET_DATE_TIME",
        "ISO_OFFSET_TIME",
        "ISO_ORDINAL_DATE",
        "ISO_TIME",
        "ISO_WEEK_DATE",
        "ISO_ZONED_DATE_TIME",
        "RFC_1123_DATE_TIME",
    ],
    statics: &[
        ("DateTimeFormatter ofPattern(String)", of_pattern),
        ("DateTimeFormatter ofPattern(String, Locale)", of_pattern),
    ],
    methods: &[
        ("String format(TemporalAccessor)", |run, args| {
            let [this, temporal] = take(args)?;
            format(run, &[temporal, this])
        }),
        ("TemporalAccessor parse(CharSequence)", |run, args| {
            let fields = parsed(run, args[0], args.get(1).copied().unwrap_or(Val::Null))?;
            let fields = run.arena.alloc(fields);
            Ok(run.time(Time::Parsed(fields)))
        }),
        ("def parse(CharSequence, TemporalQuery)", |run, args| {
            let [this, text, query] = take(args)?;
            let fields = parsed(run, this, text)?;
            let fields = run.arena.alloc(fields);
            let fields = run.time(Time::Parsed(fields));
            run.call(query, &[fields])
        }),
        ("DateTimeFormatter withZone(ZoneId)", |run, args| {
            let zone = zone_at(args, 1)?;
            let changed = run.formatter(args[0])?.as_ref().clone().with_zone(zone);
            Ok(run.keep_formatter(Arc::new(changed)))
        }),
        ("DateTimeFormatter withResolverStyle(ResolverStyle)", |run, args| {
            let Time::Style(style) = time_at(args, 1)? else { return Err(Thrown::null_pointer("style")) };
            let changed = run.formatter(args[0])?.as_ref().clone().with_style(style);
            Ok(run.keep_formatter(Arc::new(changed)))
        }),
        ("Locale getLocale()", |run, args| {
            let locale = run.formatter(args[0])?.locale().clone();
            let tag = run.arena.alloc_str(&language_tag(&locale));
            Ok(run.time(Time::Locale(tag)))
        }),
    ],
    ..Class::EMPTY
};

pub const PARSED: Class =
    Class { name: "java.time.format.Parsed", extends: &[ClassId::TemporalAccessor], hidden: true, ..Class::EMPTY };

macro_rules! locales {
    ($($name:literal => $tag:literal),* $(,)?) => {
        &[$((concat!("Locale ", $name), |run, _| Ok(run.time(Time::Locale($tag))))),*]
    };
}

pub const LOCALE: Class = Class {
    name: "java.util.Locale",
    constants: locales![
        "CANADA" => "en-CA", "CANADA_FRENCH" => "fr-CA", "CHINA" => "zh-CN", "CHINESE" => "zh", "ENGLISH" => "en",
        "FRANCE" => "fr-FR", "FRENCH" => "fr", "GERMAN" => "de", "GERMANY" => "de-DE", "ITALIAN" => "it",
        "ITALY" => "it-IT", "JAPAN" => "ja-JP", "JAPANESE" => "ja", "KOREA" => "ko-KR", "KOREAN" => "ko", "PRC" => "zh-CN",
        "ROOT" => "", "SIMPLIFIED_CHINESE" => "zh-CN", "TAIWAN" => "zh-TW", "TRADITIONAL_CHINESE" => "zh-TW",
        "UK" => "en-GB", "US" => "en-US",
    ],
    statics: &[
        ("Locale forLanguageTag(String)", |run, args| {
            let tag = run.text(args.first().copied().unwrap_or(Val::Null))?;
            Ok(run.time(Time::Locale(tag)))
        }),
        ("Locale getDefault()", |run, _| Ok(run.time(Time::Locale("en")))),
    ],
    constructors: &[
        ("(String)", |run, args| {
            let tag = run.text(args.first().copied().unwrap_or(Val::Null))?;
            Ok(run.time(Time::Locale(tag)))
        }),
        ("(String, String)", |run, args| {
            let [language, country] = take(args)?;
            let tag = format!("{}-{}", run.text(language)?, run.text(country)?);
            let tag = run.arena.alloc_str(&tag);
            Ok(run.time(Time::Locale(tag)))
        }),
    ],
    methods: &[
        ("String getLanguage()", |run, args| {
            let locale = locale_of(locale_tag(args, 0)?);
            run.string(locale.language())
        }),
        ("String getCountry()", |run, args| {
            let locale = locale_of(locale_tag(args, 0)?);
            run.string(locale.country())
        }),
        ("String toLanguageTag()", |run, args| {
            let tag = locale_tag(args, 0)?;
            run.string(if tag.is_empty() { "und" } else { tag })
        }),
    ],
    ..Class::EMPTY
};

fn language_tag(locale: &Locale) -> String {
    match locale.country() {
        "" => locale.language().to_owned(),
        country => format!("{}-{country}", locale.language()),
    }
}

pub(super) fn locale_tag<'a>(args: &[Val<'a>], index: usize) -> Result<&'a str, Thrown> {
    match time_at(args, index)? {
        Time::Locale(tag) => Ok(tag),
        _ => Err(Thrown::null_pointer("locale")),
    }
}

impl<'a> Run<'_, 'a> {
    fn keep_formatter(&mut self, formatter: Arc<Formatter>) -> Val<'a> {
        self.formatters.push(formatter);
        self.time(Time::Formatter((self.formatters.len() - 1) as u32))
    }

    fn constant_formatter(&mut self, name: &'static str) -> Val<'a> {
        static CONSTANTS: LazyLock<Mutex<FxHashMap<&'static str, Arc<Formatter>>>> = LazyLock::new(Mutex::default);
        let found = {
            let mut constants = CONSTANTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match constants.get(name) {
                Some(found) => Some(found.clone()),
                None => Formatter::constant(name).map(|made| {
                    let made = Arc::new(made);
                    constants.insert(name, made.clone());
                    made
                }),
            }
        };
        found.map_or(Val::Null, |formatter| self.keep_formatter(formatter))
    }

    fn formatter(&self, val: Val<'a>) -> Result<Arc<Formatter>, Thrown> {
        match time_at(&[val], 0) {
            Ok(Time::Formatter(index)) => self.formatters.get(index as usize).cloned(),
            _ => None,
        }
        .ok_or_else(|| Thrown::null_pointer("formatter"))
    }
}

fn of_pattern<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let pattern = args.first().copied().unwrap_or(Val::Null);
    if pattern.is_null() {
        return Err(Thrown::null_pointer("pattern"));
    }
    let pattern = run.text(pattern)?;
    // The locale that nodes run in.
    let locale = if args.len() > 1 { locale_tag(args, 1)? } else { "en" };
    let formatter = run.program.formatters.get(pattern, locale)?;
    run.charge(std::mem::size_of::<Arc<Formatter>>())?;
    Ok(run.keep_formatter(formatter))
}

fn parsed<'a>(run: &mut Run<'_, 'a>, formatter: Val<'a>, text: Val<'a>) -> Result<ParsedFields, Thrown> {
    if text.is_null() {
        return Err(Thrown::null_pointer("text"));
    }
    let formatter = run.formatter(formatter)?;
    let text = run.text(text)?;
    Ok(formatter.parse(text)?)
}

/// `Target.parse(text)`, with a formatter or the class' own.
pub(super) fn parse<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], constant: &'static str, target: ClassId) -> Eval<'a> {
    let text = args.first().copied().unwrap_or(Val::Null);
    let formatter = match args.get(1) {
        Some(formatter) => *formatter,
        None => run.constant_formatter(constant),
    };
    let fields = parsed(run, formatter, text)?;
    let text = run.text(text)?;
    // The fields of a text without a date make no date: that, too, is an error of parsing.
    let found = Time::Parsed(&fields).to(target).map_err(|cause| {
        let message = format!("Text '{text}' could not be parsed: {}", cause.message);
        DateError::new(DateErrorKind::Parse, message).caused_by(cause)
    })?;
    let time = match found {
        Time::Zoned(at) => Time::Zoned(at),
        Time::Offset(at) => Time::Offset(at),
        Time::Instant(at) => Time::Instant(at),
        Time::Date(date) => Time::Date(date),
        Time::Clock(clock) => Time::Clock(clock),
        Time::Local(local) => Time::Local(local),
        _ => return Ok(Val::Null),
    };
    Ok(run.time(time))
}

/// `date.format(formatter)`.
pub(super) fn format<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, formatter] = take(args)?;
    let formatter = run.formatter(formatter)?;
    let Some(temporal) = time_at(&[this], 0)?.temporal() else { return Err(Thrown::null_pointer("temporal")) };
    let mut out = String::new();
    formatter.format(temporal, &mut out)?;
    run.string(&out)
}

pub const RESOLVER_STYLE: Class = Class {
    name: "java.time.format.ResolverStyle",
    constants: &[
        ("ResolverStyle STRICT", |run, _| Ok(run.time(Time::Style(ResolverStyle::Strict)))),
        ("ResolverStyle SMART", |run, _| Ok(run.time(Time::Style(ResolverStyle::Smart)))),
        ("ResolverStyle LENIENT", |run, _| Ok(run.time(Time::Style(ResolverStyle::Lenient)))),
    ],
    ..Class::EMPTY
};
