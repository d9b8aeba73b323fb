//! `List` and its kinds.

use super::{Change, Class, ClassId, take};
use crate::document::Array;
use crate::ingest::painless::access::out_of_bounds;
use crate::ingest::painless::equality;
use crate::ingest::painless::object::{Iter, Kind, ListKind};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;

pub const LIST: Class = Class {
    name: "java.util.List",
    extends: &[ClassId::Collection],
    methods: &[
        ("void add(int, def)", add_at),
        ("boolean addAll(int, Collection)", add_all_at),
        ("def get(int)", get),
        ("Object getByPath(String)", super::maps::get_by_path),
        ("Object getByPath(String, Object)", super::maps::get_by_path),
        ("int getLength()", |_, args| Ok(Val::Int(list(args)?.len() as i32))),
        ("int indexOf(def)", index_of),
        ("int lastIndexOf(def)", last_index_of),
        ("ListIterator listIterator()", list_iterator),
        ("ListIterator listIterator(int)", list_iterator),
        ("def remove(int)", remove),
        ("void replaceAll(UnaryOperator)", replace_all),
        ("def set(int, def)", set),
        ("void sort(Comparator)", sort),
        ("List subList(int, int)", sub_list),
    ],
    ..Class::EMPTY
};

pub const ARRAY_LIST: Class = Class {
    name: "java.util.ArrayList",
    extends: &[ClassId::List],
    constructors: &[("()", new_list), ("(Collection)", new_list)],
    methods: &[("def clone()", new_list), ("void trimToSize()", |_, _| Ok(Val::Null))],
    ..Class::EMPTY
};

macro_rules! hidden_lists {
    ($($constant:ident = $name:literal;)*) => {
        $(pub const $constant: Class = Class { name: $name, extends: &[ClassId::List], hidden: true, ..Class::EMPTY };)*
    };
}

hidden_lists! {
    ARRAYS_LIST = "java.util.Arrays.ArrayList";
    UNMODIFIABLE_LIST = "java.util.Collections.UnmodifiableList";
    UNMODIFIABLE_INGEST_LIST = "org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestList";
}

pub(super) fn list<'a>(args: &[Val<'a>]) -> Result<&'a Array<'a>, Thrown> {
    args.first().and_then(|v| v.as_list()).ok_or_else(|| Thrown::null_pointer("the list is null"))
}

pub(super) fn at(index: Val<'_>, len: usize) -> Result<usize, Thrown> {
    let index = index.to_i32().unwrap_or(0);
    usize::try_from(index).ok().filter(|i| *i < len).ok_or_else(|| out_of_bounds(index.into(), len))
}

/// Positions to insert at: the end counts too, and the message is another.
pub(super) fn insert_at(index: Val<'_>, len: usize) -> Result<usize, Thrown> {
    let index = index.to_i32().unwrap_or(0);
    usize::try_from(index)
        .ok()
        .filter(|i| *i <= len)
        .ok_or_else(|| Thrown::new(ClassId::IndexOutOfBoundsException, format!("Index: {index}, Size: {len}")))
}

pub fn new_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match args.first() {
        None => Ok(Val::List(run.new_list())),
        Some(Val::Null) => {
            Err(Thrown::null_pointer("Cannot invoke \"java.util.Collection.toArray()\" because \"c\" is null"))
        }
        Some(from) => {
            let items = run.items_of(*from)?;
            Ok(run.list_of(items))
        }
    }
}

pub(super) fn new_kind<'a>(run: &mut Run<'_, 'a>, kind: ListKind, args: &[Val<'a>]) -> Eval<'a> {
    match new_list(run, args)? {
        Val::List(array) => Ok(run.object(Kind::List { kind, array })),
        other => Ok(other),
    }
}

/// An immutable list of the items.
pub fn unmodifiable<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>) -> Eval<'a> {
    match run.list_of(items) {
        Val::List(array) => Ok(run.object(Kind::List { kind: ListKind::Unmodifiable, array })),
        other => Ok(other),
    }
}

pub(super) fn add_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    run.charge(std::mem::size_of::<Val<'_>>())?;
    let index = insert_at(index, list.len())?;
    list.insert(index, run.value(val));
    Ok(Val::Null)
}

fn add_all_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, other] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    let start = insert_at(index, list.len())?;
    let items = run.items_of(other)?;
    let any = !items.is_empty();
    for (i, item) in items.into_iter().enumerate() {
        list.insert(start + i, run.value(item));
    }
    Ok(Val::Bool(any))
}

pub(super) fn get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, index] = take(args)?;
    let list = list(args)?;
    Ok(list.get(at(index, list.len())?).map_or(Val::Null, |v| run.val(v)))
}

pub(super) fn set<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let index = at(index, list.len())?;
    let old = list.get(index).map_or(Val::Null, |v| run.val(v));
    list.set(index, run.value(val));
    Ok(old)
}

pub(super) fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Length)?;
    let index = at(index, list.len())?;
    Ok(list.remove(index).map_or(Val::Null, |v| run.val(v)))
}

fn index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    position(run, list(args)?, item, false).map(Val::Int)
}

fn last_index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, item] = take(args)?;
    position(run, list(args)?, item, true).map(Val::Int)
}

pub(super) fn position<'a>(
    run: &mut Run<'_, 'a>,
    list: &'a Array<'a>,
    item: Val<'a>,
    last: bool,
) -> Result<i32, Thrown> {
    let mut found = -1;
    for (i, value) in list.iter().enumerate() {
        let val = run.val(value);
        if equality::equals(run, item, val)? {
            found = i as i32;
            if !last {
                break;
            }
        }
    }
    Ok(found)
}

fn list_iterator<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let array = list(args)?;
    let next = match args.get(1) {
        Some(index) => insert_at(*index, array.len())?,
        None => 0,
    };
    let iter = Iter::List { array, next, last: None, expected_len: array.len(), unmodifiable: false };
    Ok(run.object(Kind::Iterator(RefCell::new(iter))))
}

fn replace_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    for i in 0..list.len() {
        let Some(value) = list.get(i) else { break };
        let val = run.val(value);
        let new = run.call(function, &[val])?;
        list.set(i, run.value(new));
    }
    Ok(Val::Null)
}

/// Sorts `items` by `comparator`, naturally where it is null. The first error of a comparison is the result.
pub fn sort_items<'a>(run: &mut Run<'_, 'a>, items: &mut [Val<'a>], comparator: Val<'a>) -> Result<(), Thrown> {
    let mut failed = None;
    items.sort_by(|a, b| {
        if failed.is_some() {
            return Ordering::Equal;
        }
        run.call_compare(comparator, *a, *b).unwrap_or_else(|e| {
            failed = Some(e);
            Ordering::Equal
        })
    });
    failed.map_or(Ok(()), Err)
}

pub fn sort<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, comparator] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let mut items: Vec<Val<'a>> = list.iter().map(|v| run.val(v)).collect();
    sort_items(run, &mut items, comparator)?;
    for (i, item) in items.into_iter().enumerate() {
        list.set(i, run.value(item));
    }
    Ok(Val::Null)
}

/// A copy: changing it does not change the list, unlike in Java.
fn sub_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, from, to] = take(args)?;
    let list = list(args)?;
    let (from, to) = (from.to_i32().unwrap_or(0), to.to_i32().unwrap_or(0));
    let fail = |message: String| Err(Thrown::new(ClassId::IndexOutOfBoundsException, message));
    let Ok(start) = usize::try_from(from) else { return fail(format!("fromIndex = {from}")) };
    let end = match usize::try_from(to) {
        Ok(end) if end <= list.len() => end,
        _ => return fail(format!("toIndex = {to}")),
    };
    if start > end {
        return Err(Thrown::illegal_argument(format!("fromIndex({from}) > toIndex({to})")));
    }
    let items: Vec<Val<'a>> = (start..end).filter_map(|i| list.get(i)).map(|v| run.val(v)).collect();
    Ok(run.list_of(items))
}

/// An array of the items.
pub fn array<'a>(run: &mut Run<'_, 'a>, item: Type, items: Vec<Val<'a>>) -> Eval<'a> {
    run.charge(items.len() * std::mem::size_of::<Val<'_>>())?;
    let items = run.arena.alloc_slice_fill_iter(items.into_iter().map(Cell::new));
    Ok(run.object(Kind::Array { item, items }))
}
