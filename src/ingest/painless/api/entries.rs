//! `Map.Entry`.

use super::{Class, ClassId, take};
use crate::ingest::painless::access::unsupported;
use crate::ingest::painless::object::{Entry, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::Cell;

pub const ENTRY: Class = Class {
    name: "java.util.Map.Entry",
    methods: &[("def getKey()", entry_key), ("def getValue()", entry_value), ("def setValue(def)", set_entry_value)],
    statics: &[
        ("Comparator comparingByKey()", |run, _| comparing_entries(run, entry_key, Val::Null)),
        ("Comparator comparingByKey(Comparator)", |run, args| {
            comparing_entries(run, entry_key, args.first().copied().unwrap_or(Val::Null))
        }),
        ("Comparator comparingByValue()", |run, _| comparing_entries(run, entry_value, Val::Null)),
        ("Comparator comparingByValue(Comparator)", |run, args| {
            comparing_entries(run, entry_value, args.first().copied().unwrap_or(Val::Null))
        }),
    ],
    ..Class::EMPTY
};

pub const HASH_MAP_NODE: Class =
    Class { name: "java.util.HashMap.Node", extends: &[ClassId::MapEntry], hidden: true, ..Class::EMPTY };

pub const SIMPLE_ENTRY: Class = Class {
    name: "java.util.AbstractMap.SimpleEntry",
    extends: &[ClassId::MapEntry],
    constructors: &[("(def, def)", new_entry), ("(Map.Entry)", copy_entry)],
    ..Class::EMPTY
};

// Entries.

pub(super) fn entry<'a>(args: &[Val<'a>]) -> Result<&'a Entry<'a>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Entry(entry), .. })) => Ok(entry),
        _ => Err(Thrown::null_pointer("the entry is null")),
    }
}

pub(super) fn entry_key<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(entry(args)?.key)
}

pub(super) fn entry_value<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    run.entry_value(entry(args)?)
}

fn set_entry_value<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, val] = take(args)?;
    let entry = entry(args)?;
    let old = run.entry_value(entry)?;
    if let Some(map) = entry.map {
        if map.unmodifiable {
            return Err(unsupported());
        }
        run.map_put(map.object, entry.key, val)?;
    }
    entry.value.set(val);
    Ok(old)
}

fn new_entry<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [key, val] = take(args)?;
    Ok(run.object(Kind::Entry(Entry { map: None, key, value: Cell::new(val) })))
}

fn copy_entry<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let from = entry(args)?;
    let val = run.entry_value(from)?;
    new_entry(run, &[from.key, val])
}

fn comparing_entries<'a>(run: &mut Run<'_, 'a>, part: super::Native, comparator: Val<'a>) -> Eval<'a> {
    let key = run.native_lambda(ClassId::Function, part, &[]);
    super::functions::compare_by(run, key, comparator)
}
