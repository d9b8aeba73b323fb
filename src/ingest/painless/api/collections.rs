//! `Collections` and `Arrays`.

use super::functions::{reverse_order, reversed};
use super::lists::{at, list, sort, unmodifiable};
use super::{Change, Class, ClassId, take};
use crate::ingest::painless::equality;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::object::{Kind, ListKind, MapRef, Obj, Order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::Cell;
use std::cmp::Ordering;

pub const COLLECTIONS: Class = Class {
    name: "java.util.Collections",
    constants: &[
        ("List EMPTY_LIST", |run, _| unmodifiable(run, Vec::new())),
        ("Map EMPTY_MAP", empty_map),
        ("Set EMPTY_SET", |run, _| super::sets::unmodifiable(run, Vec::new())),
    ],
    statics: &[
        ("boolean addAll(Collection, def[])", add_all_of),
        ("int binarySearch(List, def)", binary_search),
        ("int binarySearch(List, def, Comparator)", binary_search),
        ("boolean disjoint(Collection, Collection)", disjoint),
        ("List emptyList()", |run, _| unmodifiable(run, Vec::new())),
        ("Map emptyMap()", empty_map),
        ("Set emptySet()", |run, _| super::sets::unmodifiable(run, Vec::new())),
        ("void fill(List, def)", fill),
        ("int frequency(Collection, def)", frequency),
        ("def max(Collection)", |run, args| extreme(run, args, Ordering::Greater)),
        ("def max(Collection, Comparator)", |run, args| extreme(run, args, Ordering::Greater)),
        ("def min(Collection)", |run, args| extreme(run, args, Ordering::Less)),
        ("def min(Collection, Comparator)", |run, args| extreme(run, args, Ordering::Less)),
        ("List nCopies(int, def)", n_copies),
        ("void reverse(List)", reverse),
        ("Comparator reverseOrder()", reverse_order),
        ("Comparator reverseOrder(Comparator)", reversed),
        ("void rotate(List, int)", rotate),
        ("Set singleton(def)", |run, args| super::sets::unmodifiable(run, args.to_vec())),
        ("List singletonList(def)", |run, args| unmodifiable(run, args.to_vec())),
        ("Map singletonMap(def, def)", singleton_map),
        ("void sort(List)", sort_natural),
        ("void sort(List, Comparator)", sort),
        ("void swap(List, int, int)", swap),
        ("Collection unmodifiableCollection(Collection)", unmodifiable_view),
        ("List unmodifiableList(List)", unmodifiable_view),
        ("Map unmodifiableMap(Map)", unmodifiable_map),
        ("Set unmodifiableSet(Set)", unmodifiable_view),
    ],
    ..Class::EMPTY
};

pub const ARRAYS: Class = Class {
    name: "java.util.Arrays",
    statics: &[("List asList(Object[])", as_list), ("String deepToString(Object[])", deep_to_string)],
    ..Class::EMPTY
};

fn sort_natural<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    sort(run, &[this, Val::Null])
}

// `Collections` and `Arrays`.

fn add_all_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [target, items] = take(args)?;
    let mut changed = false;
    for item in run.items_of(items)? {
        changed |= run.add_to(target, item)?;
    }
    Ok(Val::Bool(changed))
}

fn binary_search<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let list = list(args)?;
    let (key, comparator) = (args.get(1).copied().unwrap_or(Val::Null), args.get(2).copied().unwrap_or(Val::Null));
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = (low + high - 1) / 2;
        let val = list.get(middle).map_or(Val::Null, |v| run.val(v));
        match run.call_compare(comparator, val, key)? {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Ok(Val::Int(middle as i32)),
        }
    }
    Ok(Val::Int(-(low as i32) - 1))
}

fn disjoint<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b] = take(args)?;
    for item in run.items_of(a)? {
        if run.contains(b, item)? {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn empty_map<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    let map = MapRef { object: run.new_map(), order: Order::Hash, unmodifiable: true };
    Ok(run.object(Kind::Map(map)))
}

fn singleton_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [key, val] = take(args)?;
    let object = run.new_map();
    run.map_put(object, key, val)?;
    Ok(run.object(Kind::Map(MapRef { object, order: Order::Hash, unmodifiable: true })))
}

fn fill<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let value = run.value(val);
    (0..list.len()).for_each(|i| _ = list.set(i, value));
    Ok(Val::Null)
}

fn frequency<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, wanted] = take(args)?;
    let mut count = 0;
    for item in run.items_of(this)? {
        count += i32::from(equality::equals(run, wanted, item)?);
    }
    Ok(Val::Int(count))
}

fn extreme<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], wanted: Ordering) -> Eval<'a> {
    let this = args.first().copied().unwrap_or(Val::Null);
    let comparator = args.get(1).copied().unwrap_or(Val::Null);
    let mut items = run.items_of(this)?.into_iter();
    let mut best = items.next().ok_or_else(no_element)?;
    for item in items {
        if run.call_compare(comparator, item, best)? == wanted {
            best = item;
        }
    }
    Ok(best)
}

fn n_copies<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [count, item] = take(args)?;
    let count = count.to_i32().unwrap_or(0);
    let Ok(count) = usize::try_from(count) else {
        return Err(Thrown::illegal_argument(format!("List length = {count}")));
    };
    run.charge(count.saturating_mul(std::mem::size_of::<Val<'_>>()))?;
    unmodifiable(run, vec![item; count])
}

fn reverse<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let items: Vec<_> = list.iter().collect();
    for (i, item) in items.into_iter().rev().enumerate() {
        list.set(i, item);
    }
    Ok(Val::Null)
}

fn rotate<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, distance] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let mut items: Vec<_> = list.iter().collect();
    if !items.is_empty() {
        let distance = i64::from(distance.to_i32().unwrap_or(0)).rem_euclid(items.len() as i64);
        items.rotate_right(distance as usize);
    }
    for (i, item) in items.into_iter().enumerate() {
        list.set(i, item);
    }
    Ok(Val::Null)
}

fn swap<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, i, j] = take(args)?;
    let list = list(args)?;
    run.check_list(this, Change::Item)?;
    let (i, j) = (at(i, list.len())?, at(j, list.len())?);
    if let (Some(a), Some(b)) = (list.get(i), list.get(j)) {
        list.set(i, b);
        list.set(j, a);
    }
    Ok(Val::Null)
}

fn unmodifiable_view<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    if let Some(array) = this.as_list() {
        return Ok(run.object(Kind::List { kind: ListKind::Unmodifiable, array }));
    }
    match this {
        Val::Obj(Obj { kind: Kind::Set(set), .. }) => Ok(run.object(Kind::Set(MapRef { unmodifiable: true, ..*set }))),
        Val::Null => Err(Thrown::with_message(ClassId::NullPointerException, None)),
        other => Ok(other),
    }
}

fn unmodifiable_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    match this.as_map() {
        Some(map) => Ok(run.object(Kind::Map(MapRef { unmodifiable: true, ..map }))),
        None => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn as_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [array] = take(args)?;
    let items = run.items_of(array)?;
    match run.list_of(items) {
        Val::List(array) => Ok(run.object(Kind::List { kind: ListKind::Fixed, array })),
        other => Ok(other),
    }
}

fn deep_to_string<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [array] = take(args)?;
    let mut out = String::new();
    write_deep(run, array, &mut out)?;
    run.string(&out)
}

fn write_deep<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, out: &mut String) -> Result<(), Thrown> {
    run.check_stack()?;
    let Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) = val else { return run.write_text(val, out) };
    out.push('[');
    for (i, item) in items.iter().map(Cell::get).enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_deep(run, item, out)?;
    }
    out.push(']');
    Ok(())
}
