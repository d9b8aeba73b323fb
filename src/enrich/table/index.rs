//! Finding a row: by its very key, by the narrowest network or the range around a value, or by the first regex that matches.

use super::read::Key;
use crate::document::parse_address;
use core::net::IpAddr;
use hashbrown::HashMap;
use regex::{RegexSet, RegexSetBuilder};

/// Memory of all the compiled regexes of a table.
const REGEX_BYTES_MAX: usize = 256 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKind {
    Exact,
    Cidr,
    Range,
    Regex,
}

impl MatchKind {
    pub const NAMES: [(&str, Self); 4] =
        [("exact", Self::Exact), ("cidr", Self::Cidr), ("range", Self::Range), ("regex", Self::Regex)];
}

type Ordinal = (bool, u128);

/// From keys to rows' numbers.
#[derive(Debug)]
pub enum Index {
    Exact {
        rows: HashMap<Box<str>, u32>,
        ignore_case: bool,
    },
    /// By the length of their prefixes, longest first; IPv4 networks as those that they map to.
    Networks(Vec<(u32, HashMap<u128, u32>)>),
    /// Sorted, without overlaps: both ends belong to a range.
    Ranges(Vec<(Ordinal, Ordinal, u32)>),
    Regexes(RegexSet),
}

impl Index {
    pub fn build(kind: MatchKind, ignore_case: bool, keys: &[Key]) -> Result<Self, String> {
        match kind {
            MatchKind::Exact => build_exact(ignore_case, keys),
            MatchKind::Cidr => build_networks(keys),
            MatchKind::Range => build_ranges(keys),
            MatchKind::Regex => {
                let mut builder = RegexSetBuilder::new(texts(keys));
                let set = builder.case_insensitive(ignore_case).size_limit(REGEX_BYTES_MAX).build();
                Ok(Self::Regexes(set.map_err(|e| e.to_string())?))
            }
        }
    }

    pub fn find(&self, key: &str) -> Option<usize> {
        match self {
            Self::Exact { rows, ignore_case: false } => rows.get(key).map(|row| *row as usize),
            Self::Exact { rows, ignore_case: true } => rows.get(key.to_lowercase().as_str()).map(|row| *row as usize),
            Self::Networks(lengths) => {
                let address = bits(parse_address(key)?);
                lengths.iter().find_map(|(length, rows)| rows.get(&masked(address, *length)).map(|row| *row as usize))
            }
            Self::Ranges(ranges) => {
                let value = ordinal(key)?;
                let after = ranges.partition_point(|(from, _, _)| *from <= value);
                let (_, to, row) = ranges.get(after.checked_sub(1)?)?;
                (value <= *to).then_some(*row as usize)
            }
            Self::Regexes(set) => set.matches(key).iter().next(),
        }
    }
}

fn texts(keys: &[Key]) -> impl Iterator<Item = &str> {
    keys.iter().map(|key| match key {
        Key::Text(text) | Key::Range(text, _) => text.as_str(),
    })
}

fn twice(key: &str, first: u32, second: usize) -> String {
    format!("[{key}] stands twice in the table, in rows {} and {}", first + 1, second + 1)
}

fn build_exact(ignore_case: bool, keys: &[Key]) -> Result<Index, String> {
    let mut rows = HashMap::with_capacity(keys.len());
    for (at, key) in texts(keys).enumerate() {
        let folded = if ignore_case { key.to_lowercase() } else { key.to_owned() };
        if let Some(first) = rows.insert(folded.into_boxed_str(), at as u32) {
            return Err(twice(key, first, at));
        }
    }
    Ok(Index::Exact { rows, ignore_case })
}

fn build_networks(keys: &[Key]) -> Result<Index, String> {
    let mut lengths: Vec<(u32, HashMap<u128, u32>)> = Vec::new();
    for (at, key) in texts(keys).enumerate() {
        let (address, prefix) = match key.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (key, None),
        };
        let no_network = || format!("row {}: [{key}] is no address or network", at + 1);
        let address = parse_address(address.trim()).ok_or_else(no_network)?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let length: u32 = prefix.map_or(Ok(bits_max), |p| p.trim().parse()).map_err(|_| no_network())?;
        if length > bits_max {
            return Err(no_network());
        }
        let length = length + (128 - bits_max);
        let of_length = match lengths.iter().position(|(known, _)| *known == length) {
            Some(found) => found,
            None => {
                lengths.push((length, HashMap::new()));
                lengths.len() - 1
            }
        };
        let Some((_, rows)) = lengths.get_mut(of_length) else { continue };
        if let Some(first) = rows.insert(masked(bits(address), length), at as u32) {
            return Err(twice(key, first, at));
        }
    }
    lengths.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    Ok(Index::Networks(lengths))
}

fn build_ranges(keys: &[Key]) -> Result<Index, String> {
    let mut ranges = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        let Key::Range(from, to) = key else { continue };
        let end = |text: &str| {
            ordinal(text).ok_or_else(|| format!("row {}: [{text}] is neither a number nor an address", at + 1))
        };
        let (low, high) = (end(from)?, end(to)?);
        if low > high || low.0 != high.0 {
            return Err(format!("row {}: the range from [{from}] to [{to}] is empty", at + 1));
        }
        ranges.push((low, high, at as u32));
    }
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        if let [(_, to, first), (from, _, second)] = pair
            && from <= to
        {
            return Err(format!("the ranges of rows {} and {} overlap", first + 1, second + 1));
        }
    }
    Ok(Index::Ranges(ranges))
}

/// IPv4 addresses as the IPv6 ones that they map to.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

fn masked(address: u128, length: u32) -> u128 {
    address & u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

/// A number's or an address' place on a scale; all numbers come before all addresses.
fn ordinal(text: &str) -> Option<Ordinal> {
    let text = text.trim();
    if let Some(address) = parse_address(text) {
        return Some((true, bits(address)));
    }
    let number: f64 = text.parse().ok().filter(|n: &f64| !n.is_nan())?;
    // Doubles compare like their bits once those of negative ones are turned round.
    let bits = (number + 0.0).to_bits();
    Some((false, (if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }).into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text_keys(keys: &[&str]) -> Vec<Key> {
        keys.iter().map(|key| Key::Text((*key).to_owned())).collect()
    }

    fn find_all(kind: MatchKind, ignore_case: bool, keys: &[Key], cases: &[(&str, Option<usize>)]) {
        let index = Index::build(kind, ignore_case, keys).unwrap();
        for (key, expected) in cases {
            assert_eq!(index.find(key), *expected, "{key}");
        }
    }

    #[test]
    fn the_very_key() {
        let keys = text_keys(&["a", "É"]);
        find_all(MatchKind::Exact, false, &keys, &[("a", Some(0)), ("A", None), ("É", Some(1)), ("", None)]);
        find_all(MatchKind::Exact, true, &keys, &[("A", Some(0)), ("é", Some(1))]);
    }

    #[test]
    fn the_narrowest_network() {
        let keys = text_keys(&["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "fd00::/8", "0.0.0.0/0"]);
        find_all(
            MatchKind::Cidr,
            false,
            &keys,
            &[
                ("10.9.9.9", Some(0)),
                ("10.1.9.9", Some(1)),
                ("10.1.2.3", Some(2)),
                ("::ffff:10.1.2.3", Some(2)),
                ("fd12::1", Some(3)),
                ("8.8.8.8", Some(4)),
                ("2001::1", None),
                ("x", None),
            ],
        );
    }

    #[test]
    fn the_range_around() {
        let range = |from: &str, to: &str| Key::Range(from.to_owned(), to.to_owned());
        let keys = [range("500", "599"), range("-1.5", "0"), range("200", "299"), range("10.0.0.1", "10.0.0.9")];
        find_all(
            MatchKind::Range,
            false,
            &keys,
            &[
                ("500", Some(0)),
                ("599", Some(0)),
                ("599.5", None),
                ("-0", Some(1)),
                ("-1", Some(1)),
                ("-2", None),
                ("204", Some(2)),
                ("10.0.0.5", Some(3)),
                ("10.0.0.10", None),
                ("x", None),
            ],
        );
    }

    #[test]
    fn the_first_regex() {
        let keys = text_keys(&["^web-", "-prod$", "."]);
        find_all(
            MatchKind::Regex,
            false,
            &keys,
            &[("web-prod", Some(0)), ("db-prod", Some(1)), ("x", Some(2)), ("", None)],
        );
    }

    #[test]
    fn what_is_wrong_with_keys() {
        let range = |from: &str, to: &str| Key::Range(from.to_owned(), to.to_owned());
        for (kind, keys, expected) in [
            (MatchKind::Exact, text_keys(&["a", "b", "a"]), "[a] stands twice in the table, in rows 1 and 3"),
            (MatchKind::Cidr, text_keys(&["10.0.0.0/33"]), "row 1: [10.0.0.0/33] is no address or network"),
            (
                MatchKind::Cidr,
                text_keys(&["10.1.0.0/8", "10.0.0.0/8"]),
                "[10.0.0.0/8] stands twice in the table, in rows 1 and 2",
            ),
            (MatchKind::Range, vec![range("5", "1")], "row 1: the range from [5] to [1] is empty"),
            (MatchKind::Range, vec![range("1", "5"), range("5", "9")], "the ranges of rows 1 and 2 overlap"),
            (MatchKind::Range, vec![range("1", "x")], "row 1: [x] is neither a number nor an address"),
        ] {
            assert_eq!(Index::build(kind, false, &keys).unwrap_err(), expected);
        }
    }
}
