//! `SortedMap`, `NavigableMap`, `TreeMap`.

use super::maps::{map, mutable, new_map};
use super::{Class, ClassId, take};
use crate::ingest::painless::equality;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::keys;
use crate::ingest::painless::object::{Entry, Kind, Order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::Cell;

pub const SORTED_MAP: Class = Class {
    name: "java.util.SortedMap",
    extends: &[ClassId::Map],
    methods: &[("def firstKey()", first_key), ("def lastKey()", last_key)],
    ..Class::EMPTY
};

pub const NAVIGABLE_MAP: Class = Class {
    name: "java.util.NavigableMap",
    extends: &[ClassId::SortedMap],
    methods: &[
        ("Map.Entry firstEntry()", |run, args| edge_entry(run, args, false)),
        ("Map.Entry lastEntry()", |run, args| edge_entry(run, args, true)),
        ("Map.Entry pollFirstEntry()", |run, args| poll_entry(run, args, false)),
        ("Map.Entry pollLastEntry()", |run, args| poll_entry(run, args, true)),
        ("def ceilingKey(def)", |run, args| near_key(run, args, |o| o.is_ge(), false)),
        ("def higherKey(def)", |run, args| near_key(run, args, |o| o.is_gt(), false)),
        ("def floorKey(def)", |run, args| near_key(run, args, |o| o.is_le(), true)),
    ],
    ..Class::EMPTY
};

pub const TREE_MAP: Class = Class {
    name: "java.util.TreeMap",
    extends: &[ClassId::NavigableMap],
    constructors: &[("()", |run, args| new_map(run, args, Order::Sorted))],
    methods: &[("def clone()", |run, args| new_map(run, args, Order::Sorted))],
    ..Class::EMPTY
};

// Sorted maps.

fn first_key<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let keys = run.map_keys(map(args)?)?;
    keys.first().map(|k| keys::decode(run, k)).ok_or_else(no_element)
}

fn last_key<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let keys = run.map_keys(map(args)?)?;
    keys.last().map(|k| keys::decode(run, k)).ok_or_else(no_element)
}

fn edge<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], last: bool) -> Result<Option<&'a str>, Thrown> {
    let keys = run.map_keys(map(args)?)?;
    Ok(if last { keys.last() } else { keys.first() }.copied())
}

fn edge_entry<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], last: bool) -> Eval<'a> {
    let map = map(args)?;
    Ok(edge(run, args, last)?.map_or(Val::Null, |key| run.entry(map, key)))
}

fn poll_entry<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], last: bool) -> Eval<'a> {
    let map = mutable(run, args)?;
    let Some(key) = edge(run, args, last)? else { return Ok(Val::Null) };
    let value = map.object.remove(key).map_or(Val::Null, |v| run.val(v));
    let key = keys::decode(run, key);
    Ok(run.object(Kind::Entry(Entry { map: None, key, value: Cell::new(value) })))
}

fn near_key<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], fits: fn(std::cmp::Ordering) -> bool, last: bool) -> Eval<'a> {
    let [_, wanted] = take(args)?;
    let mut found = Val::Null;
    for key in run.map_keys(map(args)?)? {
        let key = keys::decode(run, key);
        if fits(equality::compare(run, key, wanted)?) {
            found = key;
            if !last {
                break;
            }
        }
    }
    Ok(found)
}
