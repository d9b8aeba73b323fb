//! Ranges that may overlap: of addresses (`ip_range`), numbers, or dates.

use crate::document::parse_address;
use core::net::IpAddr;
use jiff::Timestamp;
use serde_json::Value;

/// A place on one of the scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A finite double by its bits, so turned that they compare like the numbers.
    Number(u64),
    Address(u128),
    Nanos(i128),
}

/// Ranges by their lower ends.
pub struct Ranges {
    ranges: Vec<Range>,
    /// Of the ranges up to here, the highest upper end: where to stop looking.
    highest: Vec<Place>,
}

struct Range {
    low: Place,
    high: Place,
    document: u32,
}

impl Ranges {
    /// The ranges of each document: `{"gte": …, "lt": …}`, a network, or a single value.
    pub fn build(keys: &[Vec<Value>]) -> Result<Self, String> {
        let mut ranges = Vec::new();
        for (at, keys) in keys.iter().enumerate() {
            for key in keys {
                let (low, high) = read(key).map_err(|reason| format!("document {}: {reason}", at + 1))?;
                if low <= high {
                    ranges.push(Range { low, high, document: at as u32 });
                }
            }
        }
        ranges.sort_by_key(|range| range.low);
        let mut highest: Vec<Place> = Vec::with_capacity(ranges.len());
        for range in &ranges {
            highest.push(highest.last().map_or(range.high, |before| range.high.max(*before)));
        }
        Ok(Self { ranges, highest })
    }

    /// The documents whose range holds `value`.
    pub fn around(&self, value: &str) -> Vec<u32> {
        let Some(place) = place(&Value::from(value)) else { return Vec::new() };
        let end = self.ranges.partition_point(|range| range.low <= place);
        let candidates = self.ranges.iter().zip(&self.highest).take(end).rev();
        candidates
            .take_while(|(_, highest)| **highest >= place)
            .filter(|(range, _)| range.high >= place)
            .map(|(range, _)| range.document)
            .collect()
    }
}

fn read(key: &Value) -> Result<(Place, Place), String> {
    match key {
        Value::Object(ends) => {
            let end = |names: [&str; 2], step: fn(Place) -> Place| -> Result<Option<Place>, String> {
                let wrong = |value: &Value| format!("[{value}] is neither a number nor an address nor a date");
                if let Some(value) = ends.get(names[0]).filter(|v| !v.is_null()) {
                    return place(value).map(Some).ok_or_else(|| wrong(value));
                }
                let Some(value) = ends.get(names[1]).filter(|v| !v.is_null()) else { return Ok(None) };
                place(value).map(|place| Some(step(place))).ok_or_else(|| wrong(value))
            };
            let low = end(["gte", "gt"], Place::next)?;
            let high = end(["lte", "lt"], Place::previous)?;
            match (low, high) {
                (Some(low), Some(high)) => Ok((low, high)),
                (Some(low), None) => Ok((low, low.last())),
                (None, Some(high)) => Ok((high.first(), high)),
                (None, None) => Err(format!("[{key}] is no range")),
            }
        }
        Value::String(text) if text.contains('/') => network(text).ok_or_else(|| format!("[{text}] is no network")),
        value => {
            let place = place(value).ok_or_else(|| format!("[{value}] is no range"))?;
            Ok((place, place))
        }
    }
}

fn network(text: &str) -> Option<(Place, Place)> {
    let (address, prefix) = text.split_once('/')?;
    let address = parse_address(address)?;
    let free = (if address.is_ipv4() { 32 } else { 128_u32 }).checked_sub(prefix.parse().ok()?)?;
    let host = u128::MAX.checked_shr(128 - free).unwrap_or(0);
    let bits = bits(address);
    Some((Place::Address(bits & !host), Place::Address(bits | host)))
}

fn place(value: &Value) -> Option<Place> {
    match value {
        Value::Number(number) => number.as_f64().map(number_place),
        Value::String(text) => {
            if let Some(address) = parse_address(text) {
                return Some(Place::Address(bits(address)));
            }
            if let Some(number) = text.parse().ok().filter(|n: &f64| n.is_finite()) {
                return Some(number_place(number));
            }
            let date: Result<Timestamp, _> = text.parse();
            let date = date.or_else(|_| {
                let day: jiff::civil::DateTime = text.parse()?;
                Ok::<_, jiff::Error>(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
            });
            date.ok().map(|at| Place::Nanos(at.as_nanosecond()))
        }
        _ => None,
    }
}

fn number_place(number: f64) -> Place {
    let bits = (number + 0.0).to_bits();
    Place::Number(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
}

/// IPv4 addresses as the IPv6 ones that they map to.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

impl Place {
    fn next(self) -> Self {
        match self {
            Self::Number(bits) => Self::Number(bits.saturating_add(1)),
            Self::Address(bits) => Self::Address(bits.saturating_add(1)),
            Self::Nanos(nanos) => Self::Nanos(nanos + 1),
        }
    }

    fn previous(self) -> Self {
        match self {
            Self::Number(bits) => Self::Number(bits.saturating_sub(1)),
            Self::Address(bits) => Self::Address(bits.saturating_sub(1)),
            Self::Nanos(nanos) => Self::Nanos(nanos - 1),
        }
    }

    /// The ends of the scale.
    fn first(self) -> Self {
        match self {
            Self::Number(_) => Self::Number(0),
            Self::Address(_) => Self::Address(0),
            Self::Nanos(_) => Self::Nanos(i128::MIN),
        }
    }

    fn last(self) -> Self {
        match self {
            Self::Number(_) => Self::Number(u64::MAX),
            Self::Address(_) => Self::Address(u128::MAX),
            Self::Nanos(_) => Self::Nanos(i128::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn ends_belong_or_not_and_open_ends_have_no_end() {
        let keys = [
            json!({"gte": 1, "lte": 5}),
            json!({"gt": 5, "lt": 7.5}),
            json!({"gte": -3.5}),
            json!({"gte": "10.0.0.1", "lt": "10.0.0.3"}),
            json!("fd00::/8"),
            json!({"gte": "2026-01-01", "lt": "2026-02-01T00:00:00Z"}),
            json!({"gte": 9, "lte": 8}),
            json!(42),
        ];
        let ranges = Ranges::build(&keys.map(|key| vec![key])).unwrap();
        for (value, expected) in [
            ("1", vec![0, 2]),
            ("5", vec![0, 2]),
            ("5.0000001", vec![1, 2]),
            ("7.5", vec![2]),
            ("-4", vec![]),
            ("42", vec![2, 7]),
            ("10.0.0.2", vec![3]),
            ("10.0.0.3", vec![]),
            ("fd12::1", vec![4]),
            ("2026-01-31T23:59:59.999Z", vec![5]),
            ("2026-02-01T00:00:00Z", vec![]),
            ("x", vec![]),
        ] {
            let mut found = ranges.around(value);
            found.sort_unstable();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_range() {
        for (key, expected) in [
            (json!({}), "document 1: [{}] is no range"),
            (json!({"gte": "x"}), "document 1: [\"x\"] is neither a number nor an address nor a date"),
            (json!("10.0.0.0/99"), "document 1: [10.0.0.0/99] is no network"),
            (json!(true), "document 1: [true] is no range"),
        ] {
            assert_eq!(Ranges::build(&[vec![key]]).err().unwrap(), expected);
        }
    }
}
