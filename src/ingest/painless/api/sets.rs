//! `Set` and its kinds, and the views of a map.

use super::{Class, ClassId, take};
use crate::ingest::painless::access::unsupported;
use crate::ingest::painless::equality;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::keys;
use crate::ingest::painless::object::{Kind, MapRef, Obj, Order, View};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

pub const SET: Class = Class {
    name: "java.util.Set",
    extends: &[ClassId::Collection],
    methods: &[("boolean remove(def)", remove)],
    ..Class::EMPTY
};

pub const SORTED_SET: Class = Class {
    name: "java.util.SortedSet",
    extends: &[ClassId::Set],
    methods: &[("def first()", |run, args| edge(run, args, false)), ("def last()", |run, args| edge(run, args, true))],
    ..Class::EMPTY
};

pub const NAVIGABLE_SET: Class = Class {
    name: "java.util.NavigableSet",
    extends: &[ClassId::SortedSet],
    methods: &[
        ("def ceiling(def)", |run, args| near(run, args, |o| o.is_ge(), false)),
        ("def higher(def)", |run, args| near(run, args, |o| o.is_gt(), false)),
        ("def floor(def)", |run, args| near(run, args, |o| o.is_le(), true)),
        ("def lower(def)", |run, args| near(run, args, |o| o.is_lt(), true)),
        ("def pollFirst()", |run, args| poll(run, args, false)),
        ("def pollLast()", |run, args| poll(run, args, true)),
    ],
    ..Class::EMPTY
};

macro_rules! sets {
    ($($constant:ident = $name:literal, $parent:ident, $order:ident;)*) => {
        $(pub const $constant: Class = Class {
            name: $name,
            extends: &[ClassId::$parent],
            constructors: &[
                ("()", |run, args| new_set(run, args, Order::$order)),
                ("(Collection)", |run, args| new_set(run, args, Order::$order)),
            ],
            methods: &[("def clone()", |run, args| new_set(run, args, Order::$order))],
            ..Class::EMPTY
        };)*
    };
}

sets! {
    HASH_SET = "java.util.HashSet", Set, Hash;
    LINKED_HASH_SET = "java.util.LinkedHashSet", HashSet, Linked;
    TREE_SET = "java.util.TreeSet", NavigableSet, Sorted;
}

macro_rules! hidden_sets {
    ($($constant:ident = $name:literal extends $parent:ident;)*) => {
        $(pub const $constant: Class =
            Class { name: $name, extends: &[ClassId::$parent], hidden: true, ..Class::EMPTY };)*
    };
}

hidden_sets! {
    UNMODIFIABLE_SET = "java.util.Collections.UnmodifiableSet" extends Set;
    HASH_MAP_KEY_SET = "java.util.HashMap.KeySet" extends Set;
    HASH_MAP_VALUES = "java.util.HashMap.Values" extends Collection;
    HASH_MAP_ENTRY_SET = "java.util.HashMap.EntrySet" extends Set;
}

pub fn new_set<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], order: Order) -> Eval<'a> {
    let items = match args.first() {
        None => Vec::new(),
        Some(Val::Null) => {
            return Err(Thrown::null_pointer("Cannot invoke \"java.util.Collection.size()\" because \"c\" is null"));
        }
        Some(from) => run.items_of(*from)?,
    };
    let (val, set) = run.new_set(order);
    for item in items {
        run.map_put(set.object, item, Val::Null)?;
    }
    Ok(val)
}

/// An immutable set of the items.
pub fn unmodifiable<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>) -> Eval<'a> {
    let object = run.new_map();
    for item in items {
        run.map_put(object, item, Val::Null)?;
    }
    Ok(run.object(Kind::Set(MapRef { object, order: Order::Hash, unmodifiable: true })))
}

fn keys_of<'a>(args: &[Val<'a>]) -> Result<MapRef<'a>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Set(map) | Kind::MapView { view: View::Keys, map }, .. })) => Ok(*map),
        _ => Err(unsupported()),
    }
}

fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, item] = take(args)?;
    if let Val::Obj(Obj { kind: Kind::MapView { view: View::Entries, map }, .. }) = this {
        let Val::Obj(Obj { kind: Kind::Entry(entry), .. }) = item else { return Ok(Val::Bool(false)) };
        let value = run.map_get(map.object, entry.key)?;
        return match value {
            Some(value) if equality::equals(run, value, entry.value.get())? => {
                run.map_remove(map.object, entry.key).map(|_| Val::Bool(true))
            }
            _ => Ok(Val::Bool(false)),
        };
    }
    let map = keys_of(args)?;
    if map.unmodifiable {
        return Err(unsupported());
    }
    Ok(Val::Bool(run.map_remove(map.object, item)?.is_some()))
}

fn edge<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], last: bool) -> Eval<'a> {
    let keys = run.map_keys(keys_of(args)?)?;
    let key = if last { keys.last() } else { keys.first() };
    key.map(|k| keys::decode(run, k)).ok_or_else(no_element)
}

fn poll<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], last: bool) -> Eval<'a> {
    let set = keys_of(args)?;
    if set.object.is_empty() {
        return Ok(Val::Null);
    }
    let key = edge(run, args, last)?;
    run.map_remove(set.object, key)?;
    Ok(key)
}

fn near<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], fits: fn(std::cmp::Ordering) -> bool, last: bool) -> Eval<'a> {
    let [_, wanted] = take(args)?;
    let mut found = Val::Null;
    for key in run.map_keys(keys_of(args)?)? {
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
