//! Names of months, days, eras and the like in many languages: `data/text.tsv`, read on first use.

use super::{Field, Locale};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

const TEXT: &str = include_str!("data/text.tsv");

/// How a name is written. The standalone ones are for a name on its own (`LLLL`), the others for one within a date (`MMMM`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TextStyle {
    Full,
    FullStandalone,
    Short,
    ShortStandalone,
    Narrow,
    NarrowStandalone,
}

struct Tables {
    languages: &'static str,
    countries: &'static str,
    /// By country: the first day of the week and the days that make a first week.
    weeks: HashMap<&'static str, (u8, u8)>,
    /// By locale and key.
    texts: HashMap<(&'static str, &'static str), &'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables { languages: "", countries: "", weeks: HashMap::new(), texts: HashMap::new() };
    for line in TEXT.lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["languages", all] => tables.languages = all,
            ["countries", all] => tables.countries = all,
            ["week", key, countries] => {
                let week = key.split_once('|').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                tables.weeks.extend(countries.split(' ').filter_map(|c| Some((c, week?))));
            }
            [locale, key, names] => drop(tables.texts.insert((locale, key), names)),
            _ => {}
        }
    }
    tables
});

pub(super) fn is_language(code: &str) -> bool {
    TABLES.languages.split(' ').any(|known| known == code)
}

pub(super) fn is_country(code: &str) -> bool {
    TABLES.countries.split(' ').any(|known| known == code)
}

/// First day of the week (Monday is 1) and least days of a first week, where the country has its own.
pub(super) fn week_of_country(country: &str) -> Option<(u8, u8)> {
    TABLES.weeks.get(country).copied()
}

/// The line of the locale itself, its language, or the root.
fn text(locale: &Locale, key: &str) -> Option<&'static str> {
    let full = format!("{}_{}", locale.language(), locale.country());
    [full.as_str(), locale.language(), "root"].into_iter().find_map(|name| TABLES.texts.get(&(name, key)).copied())
}

/// The names of one field in one style.
#[derive(Debug)]
pub(super) struct Names {
    /// By value, from `first` on.
    names: Vec<&'static str>,
    first: i64,
    /// Longest first, as Java tries them. A name of several values means the last one.
    parse: Vec<(&'static str, i64)>,
}

impl Names {
    /// The names of `field`: of months, days of the week, quarters, halves of the day, eras.
    pub fn of(field: Field, style: TextStyle, locale: &Locale) -> Arc<Self> {
        use TextStyle::*;
        let (letters, first) = match field {
            Field::MonthOfYear => (["MMMM", "LLLL", "MMM", "LLL", "MMMMM", "LLLLL"], 1),
            Field::DayOfWeek => (["EEEE", "cccc", "EEE", "ccc", "EEEEE", "ccccc"], 1),
            Field::QuarterOfYear => (["QQQQ", "qqqq", "QQQ", "qqq", "QQQQQ", "qqqqq"], 1),
            Field::AmPmOfDay => (["a"; 6], 0),
            _ => (["GGGG", "GGGG", "G", "G", "GGGGG", "GGGGG"], 0),
        };
        let [full, full_standalone, short, short_standalone, narrow, narrow_standalone] = letters;
        let key = match style {
            Full => full,
            FullStandalone => full_standalone,
            Short => short,
            ShortStandalone => short_standalone,
            Narrow => narrow,
            NarrowStandalone => narrow_standalone,
        };
        let names = text(locale, key).map(|names| names.split('|').collect()).unwrap_or_default();
        Arc::new(Self::new(names, first))
    }

    /// Elasticsearch's sign of an epoch: nothing or `-`.
    pub fn epoch_sign() -> Arc<Self> {
        Arc::new(Self { names: vec!["", "-"], first: 0, parse: vec![("-", 1), ("", 0)] })
    }

    fn new(names: Vec<&'static str>, first: i64) -> Self {
        let mut parse: Vec<(&'static str, i64)> = names.iter().copied().zip(first..).collect();
        parse.reverse();
        parse.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        Self { names, first, parse }
    }

    pub fn name(&self, value: i64) -> Option<&'static str> {
        self.names.get(usize::try_from(value.checked_sub(self.first)?).ok()?).copied()
    }

    /// The value whose name `text` begins with, and the name's length in bytes.
    pub fn parse(&self, text: &[u8]) -> Option<(i64, usize)> {
        let first = text.first();
        // Most names differ in their first byte.
        let mut names = self.parse.iter().filter(|(name, _)| name.is_empty() || name.as_bytes().first() == first);
        names.find(|(name, _)| text.starts_with(name.as_bytes())).map(|(name, value)| (*value, name.len()))
    }

    /// The same, ASCII letters of either case being equal.
    pub fn parse_ignoring_case(&self, text: &[u8]) -> Option<(i64, usize)> {
        let begins =
            |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
        self.parse.iter().find(|(name, _)| begins(name)).map(|(name, value)| (*value, name.len()))
    }
}

/// A part of the day with a name (`B`): minutes from and to; both equal for noon and midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayPeriod {
    pub from: i64,
    pub to: i64,
}

impl DayPeriod {
    pub fn includes(self, minute: i64) -> bool {
        if self.from == self.to {
            return minute == self.from || self.from == 0 && minute == 1_440;
        }
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// The minute in its middle.
    pub fn middle(self) -> i64 {
        let minutes = if self.from > self.to { 1_440 - self.from + self.to } else { self.to - self.from };
        (self.from + minutes / 2) % 1_440
    }
}

/// The day periods of a language in one style.
#[derive(Debug)]
pub(super) struct DayPeriods {
    /// The minute that each begins at.
    begins: Vec<(i64, &'static str)>,
    /// Longest name first.
    parse: Vec<(&'static str, DayPeriod)>,
}

impl DayPeriods {
    pub fn of(key: &str, locale: &Locale) -> Option<Arc<Self>> {
        let begins: Vec<(i64, &'static str)> = text(locale, key)?
            .split('|')
            .filter_map(|item| item.split_once('=').and_then(|(minute, name)| Some((minute.parse().ok()?, name))))
            .collect();
        let mut parse: Vec<(&'static str, DayPeriod)> = Vec::new();
        for (i, (from, name)) in begins.iter().copied().enumerate() {
            let next = begins.get(i + 1).map_or(1_440, |(minute, _)| *minute);
            // One minute is an instant (noon); what follows it began with it.
            let period = if next == from + 1 {
                DayPeriod { from, to: from }
            } else {
                DayPeriod { from: from / 60 * 60, to: next }
            };
            match parse.iter_mut().find(|(other, _)| *other == name) {
                // The night goes on beyond midnight.
                Some((_, first)) if first.from == 0 && period.to == 1_440 => first.from = period.from,
                Some(_) => {}
                None => parse.push((name, period)),
            }
        }
        if let Some(half) = text(locale, "a").and_then(|names| names.split_once('|')) {
            for (name, from) in [(half.0, 0), (half.1, 720)] {
                if parse.iter().all(|(other, _)| *other != name) {
                    parse.push((name, DayPeriod { from, to: from + 720 }));
                }
            }
        }
        parse.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        Some(Arc::new(Self { begins, parse }))
    }

    pub fn name(&self, minute: i64) -> &'static str {
        self.begins.iter().rev().find(|(from, _)| *from <= minute).map_or("", |(_, name)| name)
    }

    pub fn parse(&self, text: &[u8]) -> Option<(DayPeriod, usize)> {
        self.parse.iter().find(|(name, _)| text.starts_with(name.as_bytes())).map(|(name, p)| (*p, name.len()))
    }
}

/// What stands before a localized offset: `GMT`, in French `UTC`.
pub(super) fn gmt_text(locale: &Locale) -> &'static str {
    text(locale, "gmt").unwrap_or("GMT")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn names_come_from_the_locale_its_language_or_the_root() {
        let name = |locale: &str, field, style, value| {
            let locale = Locale::parse(locale).unwrap();
            Names::of(field, style, &locale).name(value).unwrap()
        };
        assert_eq!(name("de", Field::MonthOfYear, TextStyle::Short, 3), "März");
        assert_eq!(name("de", Field::MonthOfYear, TextStyle::ShortStandalone, 3), "Mär");
        assert_eq!(name("de-AT", Field::MonthOfYear, TextStyle::Full, 1), "Jänner");
        assert_eq!(name("de-AT", Field::MonthOfYear, TextStyle::Full, 2), "Februar");
        assert_eq!(name("en-GB", Field::MonthOfYear, TextStyle::Short, 9), "Sept");
        assert_eq!(name("zh", Field::DayOfWeek, TextStyle::Short, 7), "周日");
        assert_eq!(name("ko", Field::AmPmOfDay, TextStyle::Short, 1), "오후");
        assert_eq!(name("eng", Field::MonthOfYear, TextStyle::Short, 9), "Sep");
    }

    #[test]
    fn a_name_of_several_values_means_the_last() {
        let narrow = Names::of(Field::MonthOfYear, TextStyle::Narrow, &Locale::english());
        assert_eq!(narrow.parse(b"J"), Some((7, 1)));
    }
}
