//! Names of time zones (`EST`, `Mitteleuropäische Zeit`): `data/zones.tsv`, read on first use.

use super::{Locale, Zone};
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

const ZONES: &str = include_str!("data/zones.tsv");

/// The languages that have names; others use the first one's.
const LANGUAGES: [&str; 10] = ["en", "de", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh"];
const NAMES_PER_GROUP: usize = 6;

/// Which of a zone's names was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameKind {
    /// A zone's id: says nothing about daylight saving time.
    Id,
    Standard,
    DaylightSaving,
    Generic,
}

const KINDS: [NameKind; 3] = [NameKind::Standard, NameKind::DaylightSaving, NameKind::Generic];

#[derive(Default)]
struct Language {
    /// By group: standard, daylight saving and generic names, each long and short.
    names: Vec<[&'static str; NAMES_PER_GROUP]>,
    /// Long names that mean another zone than their group's, then short ones.
    exceptions: [HashMap<&'static str, &'static str>; 2],
}

#[derive(Default)]
struct Tables {
    /// Sorted.
    ids: Vec<&'static str>,
    group_of: HashMap<&'static str, usize>,
    /// By group: the zone that its names mean.
    meant: Vec<&'static str>,
    languages: [Language; LANGUAGES.len()],
    older: Vec<(&'static str, &'static str)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::default();
    for line in ZONES.lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["zone", meant, ids] => {
                tables.group_of.extend(ids.split(' ').map(|id| (id, tables.meant.len())));
                tables.ids.extend(ids.split(' '));
                tables.meant.push(meant);
            }
            ["parse", language, style, zone, names] => {
                let Some(i) = LANGUAGES.iter().position(|l| l == language) else { continue };
                let [long, short] = &mut tables.languages[i].exceptions;
                let map = if *style == "L" { long } else { short };
                map.extend(names.split('|').map(|name| (name, *zone)));
            }
            ["older", zone, names] => tables.older.extend(names.split('|').map(|name| (name, *zone))),
            [language, names @ ..] => {
                let Some(i) = LANGUAGES.iter().position(|l| l == language) else { continue };
                tables.languages[i].names.extend(<[&str; NAMES_PER_GROUP]>::try_from(names).ok());
            }
            [] => {}
        }
    }
    tables.ids.sort_unstable();
    tables
});

/// All regions' ids, sorted.
pub(super) fn ids() -> &'static [&'static str] {
    &TABLES.ids
}

/// Names to find at the start of a text, sorted.
#[derive(Debug)]
pub(super) struct NameTable(Vec<(&'static str, Zone, NameKind)>);

impl NameTable {
    fn new(mut names: Vec<(&'static str, Zone, NameKind)>) -> Self {
        // The first of equal names counts.
        names.sort_by_key(|(name, ..)| *name);
        names.dedup_by_key(|(name, ..)| *name);
        Self(names)
    }

    /// Regions' ids only (`VV`).
    pub fn ids() -> &'static Self {
        static IDS: LazyLock<NameTable> = LazyLock::new(|| NameTable::new(id_entries()));
        &IDS
    }

    /// Regions' ids and a language's names, long (`zzzz`) or short (`z`).
    pub fn of(locale: &Locale, long: bool) -> &'static Self {
        static NAMES: [[OnceLock<NameTable>; 2]; LANGUAGES.len()] =
            [const { [const { OnceLock::new() }; 2] }; LANGUAGES.len()];
        let i = language_index(locale);
        NAMES[i][usize::from(long)].get_or_init(|| Self::new(name_entries(i, long)))
    }

    /// The longest name that `text` begins with: its length, zone and kind.
    pub fn longest_prefix(&self, text: &[u8]) -> Option<(usize, Zone, NameKind)> {
        let mut text = text;
        loop {
            let after = self.0.partition_point(|(name, ..)| name.as_bytes() <= text);
            let (name, zone, kind) = *self.0.get(after.checked_sub(1)?)?;
            if text.starts_with(name.as_bytes()) {
                return Some((name.len(), zone, kind));
            }
            let common = name.bytes().zip(text).take_while(|(a, b)| a == *b).count();
            text = text.get(..common)?;
        }
    }

    /// The same, letters of either case being equal.
    pub fn longest_prefix_ignoring_case(&self, text: &[u8]) -> Option<(usize, Zone, NameKind)> {
        let matches = self.0.iter().filter(|(name, ..)| {
            text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        });
        matches.max_by_key(|(name, ..)| name.len()).map(|(name, zone, kind)| (name.len(), *zone, *kind))
    }
}

fn language_index(locale: &Locale) -> usize {
    LANGUAGES.iter().position(|l| *l == locale.language()).unwrap_or(0)
}

fn id_entries() -> Vec<(&'static str, Zone, NameKind)> {
    ids().iter().filter_map(|id| Some((*id, Zone::region(id)?, NameKind::Id))).collect()
}

fn name_entries(language: usize, long: bool) -> Vec<(&'static str, Zone, NameKind)> {
    let tables = &*TABLES;
    let language = &tables.languages[language];
    let exceptions = &language.exceptions[usize::from(!long)];
    let mut entries = Vec::new();
    for (names, meant) in language.names.iter().zip(&tables.meant) {
        for (i, name) in names.iter().enumerate().filter(|(i, name)| !name.is_empty() && (i % 2 == 0) == long) {
            let zone = exceptions.get(name).unwrap_or(meant);
            entries.extend(Zone::region(zone).map(|zone| (*name, zone, KINDS[i / 2])));
        }
    }
    // Names mean a zone before an id of the same text does (`CET`, `EST5EDT`); names of older versions come last.
    entries.extend(id_entries());
    entries.extend(tables.older.iter().filter_map(|(name, id)| Some((*name, Zone::region(id)?, NameKind::Standard))));
    entries
}

/// The name of `zone` as `z`, `zzzz`, `v`, `vvvv` print it; `None` where it has none but its offset.
pub(super) fn name(zone: Zone, kind: NameKind, long: bool, locale: &Locale) -> Option<&'static str> {
    let names = TABLES.languages[language_index(locale)].names.get(*TABLES.group_of.get(zone.region_id()?)?)?;
    let column = KINDS.iter().position(|k| *k == kind)? * 2 + usize::from(!long);
    match names[column] {
        // A zone that shares its standard name with others has no generic one of its own.
        "" if long => Some(names[0]),
        found => Some(found),
    }
    .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn parse(locale: &str, long: bool, text: &str) -> String {
        let found = NameTable::of(&Locale::parse(locale).unwrap(), long).longest_prefix(text.as_bytes());
        found.map_or("none".into(), |(length, zone, kind)| format!("{length} {zone} {kind:?}"))
    }

    /// Answers of Java's `z` and `zzzz`; the older ones of version 17.
    #[test]
    fn names_mean_the_zones_that_java_takes_them_for() {
        for (locale, long, text, expected) in [
            ("en", false, "EST", "3 America/New_York Standard"),
            ("en", false, "PDT 2021", "3 America/Los_Angeles DaylightSaving"),
            ("en", false, "CET", "3 Europe/Paris Standard"),
            ("en", false, "CEST", "4 Europe/Paris DaylightSaving"),
            ("en", false, "PT", "2 America/Los_Angeles Generic"),
            ("en", false, "EST5EDT", "7 EST5EDT Id"),
            ("en", false, "SGT", "3 Asia/Singapore Standard"),
            ("en", false, "America/New_Yorkshire", "16 America/New_York Id"),
            ("en", false, "America/New", "none"),
            ("en", false, "Eastern Standard Time", "none"),
            ("en", true, "Eastern Standard Time", "21 America/New_York Standard"),
            ("en", true, "China Standard Time", "19 Asia/Shanghai Standard"),
            ("de", true, "Mitteleuropäische Sommerzeit", "29 Europe/Paris DaylightSaving"),
            ("zh", true, "中国标准时间", "18 Asia/Shanghai Standard"),
            ("nl", false, "EST", "3 America/New_York Standard"),
            ("en", false, "", "none"),
            ("en", false, "zz", "none"),
        ] {
            assert_eq!(parse(locale, long, text), expected, "{locale} {text}");
        }
    }

    #[test]
    fn zones_have_names() {
        let name = |id: &str, kind, long| name(Zone::of(id).unwrap(), kind, long, &Locale::english());
        assert_eq!(name("Europe/Berlin", NameKind::DaylightSaving, false), Some("CEST"));
        assert_eq!(name("Asia/Shanghai", NameKind::Standard, true), Some("China Standard Time"));
        assert_eq!(name("America/Sao_Paulo", NameKind::Standard, false), None);
        assert_eq!(name("+01:00", NameKind::Standard, false), None);
    }
}
