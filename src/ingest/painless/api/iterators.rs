//! `Iterator` and `ListIterator`.

use super::{Class, ClassId, take};
use crate::ingest::painless::access::unsupported;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::object::{Iter, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::RefCell;

pub const ITERATOR: Class = Class {
    name: "java.util.Iterator",
    methods: &[
        ("boolean hasNext()", has_next),
        ("def next()", next),
        ("void remove()", remove_current),
        ("void forEachRemaining(Consumer)", for_each_remaining),
    ],
    ..Class::EMPTY
};

pub const LIST_ITERATOR: Class = Class {
    name: "java.util.ListIterator",
    extends: &[ClassId::Iterator],
    methods: &[
        ("boolean hasPrevious()", has_previous),
        ("int nextIndex()", |_, args| list_position(args).map(|p| Val::Int(p as i32))),
        ("int previousIndex()", |_, args| list_position(args).map(|p| Val::Int(p as i32 - 1))),
        ("void set(def)", set_current),
        ("void add(def)", add_here),
    ],
    ..Class::EMPTY
};

pub const ARRAY_LIST_ITR: Class =
    Class { name: "java.util.ArrayList.Itr", extends: &[ClassId::ListIterator], hidden: true, ..Class::EMPTY };

pub const HASH_MAP_ITERATOR: Class =
    Class { name: "java.util.HashMap.HashIterator", extends: &[ClassId::Iterator], hidden: true, ..Class::EMPTY };

// Iterators.

fn iter_of<'a>(args: &[Val<'a>]) -> Result<&'a RefCell<Iter<'a>>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Iterator(iter), .. })) => Ok(iter),
        _ => Err(no_element()),
    }
}

fn has_next<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Bool(iter_of(args)?.borrow().has_next()))
}

fn next<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    iter_of(args)?.borrow_mut().next(run)
}

fn remove_current<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    iter_of(args)?.borrow_mut().remove(run)?;
    Ok(Val::Null)
}

fn for_each_remaining<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, consumer] = take(args)?;
    let iter = iter_of(args)?;
    while iter.borrow().has_next() {
        let item = iter.borrow_mut().next(run)?;
        run.call(consumer, &[item])?;
    }
    Ok(Val::Null)
}

fn list_position(args: &[Val<'_>]) -> Result<usize, Thrown> {
    Ok(match &*iter_of(args)?.borrow() {
        Iter::List { next, .. } | Iter::Map { next, .. } | Iter::Items { next, .. } => *next,
    })
}

fn has_previous<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Bool(list_position(args)? > 0))
}

fn set_current<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, val] = take(args)?;
    let Iter::List { array, last, .. } = &*iter_of(args)?.borrow() else { return Err(unsupported()) };
    run.check_mutable(*array)?;
    let value = run.value(val);
    match last {
        Some(at) if array.set(*at, value) => Ok(Val::Null),
        _ => Err(Thrown::with_message(ClassId::IllegalStateException, None)),
    }
}

fn add_here<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, val] = take(args)?;
    let value = run.value(val);
    let Iter::List { array, next, last, expected_len, .. } = &mut *iter_of(args)?.borrow_mut() else {
        return Err(unsupported());
    };
    run.check_mutable(*array)?;
    array.insert(*next, value);
    *next += 1;
    *last = None;
    *expected_len = array.len();
    Ok(Val::Null)
}
