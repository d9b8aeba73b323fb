//! `Iterable` and `Collection`: what lists, sets and maps' views have in common.

use super::{Change, Class, ClassId, take};
use crate::ingest::painless::access::unsupported;
use crate::ingest::painless::equality;
use crate::ingest::painless::object::{Kind, ListKind, Obj, View};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use std::cell::{Cell, RefCell};

pub const ITERABLE: Class = Class {
    name: "java.lang.Iterable",
    methods: &[
        ("Iterator iterator()", iterator),
        ("void forEach(Consumer)", for_each),
        ("boolean any(Predicate)", any),
        ("Collection asCollection()", as_collection),
        ("List asList()", as_list),
        ("def each(Consumer)", each),
        ("def eachWithIndex(ObjIntConsumer)", each_with_index),
        ("boolean every(Predicate)", every),
        ("List findResults(Function)", find_results),
        ("Map groupBy(Function)", group_by),
        ("String join(String)", join),
        ("double sum()", sum),
        ("double sum(ToDoubleFunction)", sum_by),
    ],
    ..Class::EMPTY
};

pub const COLLECTION: Class = Class {
    name: "java.util.Collection",
    extends: &[ClassId::Iterable],
    methods: &[
        ("boolean add(def)", add),
        ("boolean addAll(Collection)", add_all),
        ("void clear()", clear),
        ("List collect(Function)", collect),
        ("def collect(Collection, Function)", collect_into),
        ("boolean contains(def)", contains),
        ("boolean containsAll(Collection)", contains_all),
        ("def find(Predicate)", find),
        ("List findAll(Predicate)", find_all),
        ("def findResult(Function)", find_result),
        ("def findResult(def, Function)", find_result_or),
        ("boolean isEmpty()", is_empty),
        ("boolean removeAll(Collection)", remove_all),
        ("boolean removeIf(Predicate)", remove_if),
        ("boolean retainAll(Collection)", retain_all),
        ("int size()", size),
        ("List split(Predicate)", split),
        ("Stream stream()", super::streams::stream),
        ("def[] toArray()", to_array),
        ("def[] toArray(def[])", to_array),
    ],
    ..Class::EMPTY
};

impl<'a> Run<'_, 'a> {
    /// How many items a list, set or view has.
    pub fn size_of(&self, val: Val<'a>) -> usize {
        if let Some(list) = val.as_list() {
            return list.len();
        }
        match val {
            Val::Obj(Obj { kind: Kind::Set(map) | Kind::MapView { map, .. }, .. }) => map.object.len(),
            Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) => items.len(),
            _ => 0,
        }
    }

    /// To ask before changing a list.
    pub fn check_list(&self, owner: Val<'a>, change: Change) -> Result<(), Thrown> {
        match owner {
            Val::List(list) => self.check_mutable(list),
            Val::Obj(Obj { kind: Kind::List { kind, .. }, .. }) => match (kind, change) {
                (ListKind::Unmodifiable, _) | (ListKind::Fixed, Change::Length) => Err(unsupported()),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Adds to a list or set; whether it was new.
    pub fn add_to(&mut self, target: Val<'a>, item: Val<'a>) -> Result<bool, Thrown> {
        if let Some(list) = target.as_list() {
            self.check_list(target, Change::Length)?;
            self.charge(std::mem::size_of::<Val<'_>>())?;
            list.push(self.value(item));
            return Ok(true);
        }
        match target {
            Val::Obj(Obj { kind: Kind::Set(set), .. }) if !set.unmodifiable => {
                if self.map_contains(set.object, item)? {
                    return Ok(false);
                }
                self.map_put(set.object, item, Val::Null)?;
                Ok(true)
            }
            Val::Null => Err(crate::ingest::painless::access::null_access("add")),
            _ => Err(unsupported()),
        }
    }

    pub fn contains(&mut self, collection: Val<'a>, item: Val<'a>) -> Result<bool, Thrown> {
        if let Val::Obj(Obj { kind: Kind::Set(map) | Kind::MapView { map, view: View::Keys }, .. }) = collection {
            return self.map_contains(map.object, item);
        }
        if let Some(list) = collection.as_list() {
            for value in list.iter() {
                let val = self.val(value);
                if equality::equals(self, item, val)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        for val in self.items_of(collection)? {
            if equality::equals(self, item, val)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps the items for which `keep` holds; whether any went.
    fn retain(
        &mut self,
        collection: Val<'a>,
        mut keep: impl FnMut(&mut Self, Val<'a>) -> Result<bool, Thrown>,
    ) -> Result<bool, Thrown> {
        if let Some(list) = collection.as_list() {
            self.check_list(collection, Change::Length)?;
            let items: Vec<_> = list.iter().collect();
            let mut kept = Vec::with_capacity(items.len());
            for value in &items {
                let val = self.val(*value);
                if keep(self, val)? {
                    kept.push(*value);
                }
            }
            if list.len() != items.len() {
                return Err(crate::ingest::painless::iterate::changed());
            }
            let removed = kept.len() != items.len();
            if removed {
                list.clear();
                kept.into_iter().for_each(|v| list.push(v));
            }
            return Ok(removed);
        }
        let mut iter = self.iterator(collection)?;
        let mut removed = false;
        while iter.has_next() {
            let val = iter.next(self)?;
            if !keep(self, val)? {
                iter.remove(self)?;
                removed = true;
            }
        }
        Ok(removed)
    }

    pub fn new_iterator(&mut self, val: Val<'a>) -> Eval<'a> {
        let iter = self.iterator(val)?;
        Ok(self.object(Kind::Iterator(RefCell::new(iter))))
    }
}

fn iterator<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    run.new_iterator(this)
}

pub fn for_each<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, consumer] = take(args)?;
    let mut iter = run.iterator(this)?;
    while iter.has_next() {
        let item = iter.next(run)?;
        run.call(consumer, &[item])?;
    }
    Ok(Val::Null)
}

fn each<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    for_each(run, args)?;
    Ok(args.first().copied().unwrap_or(Val::Null))
}

fn each_with_index<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, consumer] = take(args)?;
    let mut iter = run.iterator(this)?;
    let mut index = 0;
    while iter.has_next() {
        let item = iter.next(run)?;
        run.call(consumer, &[item, Val::Int(index)])?;
        index += 1;
    }
    Ok(this)
}

fn any<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    for item in run.items_of(this)? {
        if run.call_test(predicate, &[item])? {
            return Ok(Val::Bool(true));
        }
    }
    Ok(Val::Bool(false))
}

fn every<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    for item in run.items_of(this)? {
        if !run.call_test(predicate, &[item])? {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn as_collection<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    Ok(this)
}

fn as_list<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    if this.as_list().is_some() {
        return Ok(this);
    }
    let items = run.items_of(this)?;
    Ok(run.list_of(items))
}

fn find_results<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let list = run.new_list();
    for item in run.items_of(this)? {
        let result = run.call(function, &[item])?;
        if !result.is_null() {
            run.add_to(Val::List(list), result)?;
        }
    }
    Ok(Val::List(list))
}

fn group_by<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let groups = run.new_map();
    for item in run.items_of(this)? {
        let key = run.call(function, &[item])?;
        let group = match run.map_get(groups, key)? {
            Some(group) => group,
            None => {
                let group = Val::List(run.new_list());
                run.map_put(groups, key, group)?;
                group
            }
        };
        run.add_to(group, item)?;
    }
    // Groovy's way: in the order in which groups appeared.
    let map = crate::ingest::painless::object::MapRef {
        object: groups,
        order: crate::ingest::painless::object::Order::Linked,
        unmodifiable: false,
    };
    Ok(run.object(Kind::Map(map)))
}

fn join<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, separator] = take(args)?;
    let separator = run.text(separator)?;
    let mut out = String::new();
    for (i, item) in run.items_of(this)?.into_iter().enumerate() {
        if i > 0 {
            out.push_str(separator);
        }
        run.write_text(item, &mut out)?;
    }
    run.string(&out)
}

fn sum<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    let mut total = 0.0;
    for item in run.items_of(this)? {
        match item.to_f64() {
            Some(n) => total += n,
            None => return Err(run.cannot_cast(item, ClassId::Number)),
        }
    }
    Ok(Val::Double(total))
}

fn sum_by<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let mut total = 0.0;
    for item in run.items_of(this)? {
        let result = run.call(function, &[item])?;
        total += run.convert(result, Type::DOUBLE)?.to_f64().unwrap_or(0.0);
    }
    Ok(Val::Double(total))
}

// Collections.

fn add<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, item] = take(args)?;
    run.add_to(this, item).map(Val::Bool)
}

fn add_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, other] = take(args)?;
    if other.is_null() {
        return Err(Thrown::null_pointer("Cannot invoke \"java.util.Collection.toArray()\" because \"c\" is null"));
    }
    run.check_list(this, Change::Length)?;
    let mut changed = false;
    for item in run.items_of(other)? {
        changed |= run.add_to(this, item)?;
    }
    Ok(Val::Bool(changed))
}

fn clear<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    if let Some(list) = this.as_list() {
        run.check_list(this, Change::Length)?;
        list.clear();
        return Ok(Val::Null);
    }
    match this {
        Val::Obj(Obj { kind: Kind::Set(map) | Kind::MapView { map, .. }, .. }) if !map.unmodifiable => {
            run.check_mutable(map.object)?;
            map.object.clear();
            Ok(Val::Null)
        }
        _ => Err(unsupported()),
    }
}

fn collect<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let list = Val::List(run.new_list());
    collect_into(run, &[this, list, function])
}

fn collect_into<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, into, function] = take(args)?;
    for item in run.items_of(this)? {
        let result = run.call(function, &[item])?;
        run.add_to(into, result)?;
    }
    Ok(into)
}

fn contains<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, item] = take(args)?;
    run.contains(this, item).map(Val::Bool)
}

fn contains_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, other] = take(args)?;
    for item in run.items_of(other)? {
        if !run.contains(this, item)? {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn find<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    for item in run.items_of(this)? {
        if run.call_test(predicate, &[item])? {
            return Ok(item);
        }
    }
    Ok(Val::Null)
}

fn find_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    let list = run.new_list();
    for item in run.items_of(this)? {
        if run.call_test(predicate, &[item])? {
            run.add_to(Val::List(list), item)?;
        }
    }
    Ok(Val::List(list))
}

fn find_result<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    find_result_or(run, &[this, Val::Null, function])
}

fn find_result_or<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, default, function] = take(args)?;
    for item in run.items_of(this)? {
        let result = run.call(function, &[item])?;
        if !result.is_null() {
            return Ok(result);
        }
    }
    Ok(default)
}

fn is_empty<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    Ok(Val::Bool(run.size_of(this) == 0))
}

fn size<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    Ok(Val::Int(run.size_of(this) as i32))
}

fn remove_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, other] = take(args)?;
    if other.is_null() {
        return Err(Thrown::with_message(ClassId::NullPointerException, None));
    }
    run.retain(this, |run, item| Ok(!run.contains(other, item)?)).map(Val::Bool)
}

fn retain_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, other] = take(args)?;
    if other.is_null() {
        return Err(Thrown::with_message(ClassId::NullPointerException, None));
    }
    run.retain(this, |run, item| run.contains(other, item)).map(Val::Bool)
}

fn remove_if<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    run.retain(this, |run, item| Ok(!run.call_test(predicate, &[item])?)).map(Val::Bool)
}

fn split<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    let (yes, no) = (Val::List(run.new_list()), Val::List(run.new_list()));
    for item in run.items_of(this)? {
        let target = if run.call_test(predicate, &[item])? { yes } else { no };
        run.add_to(target, item)?;
    }
    Ok(run.list_of([yes, no]))
}

fn to_array<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let this = args.first().copied().unwrap_or(Val::Null);
    let items = run.items_of(this)?;
    let item = match args.get(1) {
        Some(Val::Obj(Obj { kind: Kind::Array { item, .. }, .. })) => *item,
        _ => Type::DEF,
    };
    let items = run.arena.alloc_slice_fill_iter(items.into_iter().map(Cell::new));
    Ok(run.object(Kind::Array { item, items }))
}
