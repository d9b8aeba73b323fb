//! The order in which Java's `HashMap` yields its keys.
//!
//! Elasticsearch keeps a document's objects in `HashMap`s, so what it prints (`{a=1, b=2}` in templates, `toJson`, `convert` to a
//! string) and the order in which `foreach` walks an object follow the keys' hash codes. A document here keeps insertion order,
//! which is what JSON output wants; where Elasticsearch's order shows in a value, it is made with [`java_order`].
//!
//! A `HashMap` has a power of two of buckets (16 at first, doubled when more than three quarters full); a key's bucket comes from
//! its hash code with the high half folded onto the low one; keys of one bucket keep the order in which they came.

use super::{Object, Value};

/// Buckets of a `HashMap` that was filled one by one.
const BUCKETS_MIN: usize = 16;

/// `String.hashCode()`: over UTF-16 units, as Java counts.
pub fn java_hash_code(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The bucket of `key` in a `HashMap` of `buckets` (a power of two).
pub fn java_bucket(key: &str, buckets: usize) -> usize {
    let hash = java_hash_code(key) as u32;
    (hash ^ (hash >> 16)) as usize & (buckets - 1)
}

/// How many buckets a `HashMap` has that grew to `len` keys.
pub fn java_buckets(len: usize) -> usize {
    let mut buckets = BUCKETS_MIN;
    while len > buckets / 4 * 3 {
        buckets *= 2;
    }
    buckets
}

/// The members of a map that had `buckets` buckets when it was made, as Java yields them.
pub(super) fn order_from<'a>(
    object: &Object<'a>,
    keep: impl Fn(&str) -> bool,
    mut buckets: usize,
) -> Vec<(&'a str, Value<'a>)> {
    let mut members: Vec<(&'a str, Value<'a>)> = object.iter().filter(|(key, _)| keep(key)).collect();
    while members.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    members.sort_by_cached_key(|(key, _)| java_bucket(key, buckets));
    members
}

/// The members of `object` as a `HashMap` that was filled in insertion order would yield them.
pub fn java_order<'a>(object: &Object<'a>) -> Vec<(&'a str, Value<'a>)> {
    let mut members: Vec<(&'a str, Value<'a>)> = object.iter().collect();
    let buckets = java_buckets(members.len());
    members.sort_by_cached_key(|(key, _)| java_bucket(key, buckets));
    members
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::{Arena, parse};
    use super::*;

    #[test]
    fn hash_codes_are_javas() {
        for (text, expected) in
            [("", 0), ("a", 97), ("AaAa", 2_031_744), ("BBBB", 2_031_744), ("宕机", 753_221), ("😀", 1_772_899)]
        {
            assert_eq!(java_hash_code(text), expected, "{text}");
        }
    }

    /// Orders that a node printed.
    #[test]
    fn keys_come_in_the_order_of_a_hash_map() {
        for (json, expected) in [
            (
                r#"{"zeta":1,"alpha":2,"source":3,"b":4,"a":5,"aa":7,"destination":8,"AaAa":1,"BBBB":2}"#,
                "zeta aa a b alpha destination source AaAa BBBB",
            ),
            (
                r#"{"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k9":0,"k10":0,"k11":0,"k12":0,"k13":0}"#,
                "k1 k2 k3 k4 k5 k11 k6 k10 k7 k13 k8 k12 k9",
            ),
        ] {
            let arena = Arena::new();
            let object = parse(json, &arena).unwrap().as_object().unwrap();
            let keys: Vec<&str> = java_order(object).into_iter().map(|(k, _)| k).collect();
            assert_eq!(keys.join(" "), expected);
        }
    }
}
