//! What collectors make of a stream's items.

use super::super::{ClassId, take};
use super::collectors::collector;
use super::numbers::{mean, total};
use super::objects::best;
use super::optionals::optional;
use super::statistics::statistics;
use super::{fold, items};
use crate::ingest::painless::casts;
use crate::ingest::painless::object::{Kind, MapRef, Order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::ItemType;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::{Base, Cast};
use crate::ingest::painless::value::Val;

/// A collector: functions are null where none was given.
pub enum Collector<'a> {
    ToList,
    ToSet,
    ToCollection(Val<'a>),
    Joining { separator: &'a str, prefix: &'a str, suffix: &'a str },
    ToMap { key: Val<'a>, value: Val<'a>, merge: Val<'a>, supplier: Val<'a> },
    Grouping { key: Val<'a>, supplier: Val<'a>, inner: &'a Collector<'a> },
    Partitioning(Val<'a>, &'a Collector<'a>),
    Counting,
    Summing(Val<'a>, ItemType),
    Averaging(Val<'a>, ItemType),
    Summarizing(Val<'a>, ItemType),
    Mapping(Val<'a>, &'a Collector<'a>),
    MinBy(Val<'a>),
    MaxBy(Val<'a>),
    Reducing { identity: Option<Val<'a>>, mapper: Val<'a>, op: Val<'a> },
    AndThen(&'a Collector<'a>, Val<'a>),
}

/// `stream.collect(collector)`.
pub(super) fn collect<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, with] = take(args)?;
    let with = collector(with)?;
    let items = items(run, args)?;
    apply(run, with, items)
}

fn apply<'a>(run: &mut Run<'_, 'a>, with: &Collector<'a>, items: Vec<Val<'a>>) -> Eval<'a> {
    run.check_stack()?;
    match with {
        Collector::ToList => Ok(run.list_of(items)),
        Collector::ToSet => {
            let (val, set) = run.new_set(Order::Hash);
            for item in items {
                run.map_put(set.object, item, Val::Null)?;
            }
            Ok(val)
        }
        Collector::ToCollection(supplier) => {
            let made = run.call(*supplier, &[])?;
            for item in items {
                run.add_to(made, item)?;
            }
            Ok(made)
        }
        Collector::Joining { separator, prefix, suffix } => join(run, &items, [separator, prefix, suffix]),
        Collector::ToMap { key, value, merge, supplier } => to_map(run, items, [*key, *value, *merge, *supplier]),
        Collector::Grouping { key, supplier, inner } => group(run, items, *key, *supplier, inner),
        Collector::Partitioning(test, inner) => partition(run, items, *test, inner),
        Collector::Counting => Ok(Val::Long(items.len() as i64)),
        Collector::Summing(function, of) => Ok(total(*of, &numbers(run, items, *function, *of)?)),
        Collector::Averaging(function, of) => {
            let numbers = numbers(run, items, *function, *of)?;
            Ok(Val::Double(mean(*of, &numbers).unwrap_or(0.0)))
        }
        Collector::Summarizing(function, of) => {
            let numbers = numbers(run, items, *function, *of)?;
            statistics(run, *of, numbers)
        }
        Collector::Mapping(function, inner) => {
            let mut mapped = Vec::with_capacity(items.len());
            for item in items {
                mapped.push(run.call(*function, &[item])?);
            }
            apply(run, inner, mapped)
        }
        Collector::MinBy(comparator) => {
            let found = best(run, items, *comparator, |o| o.is_lt())?;
            optional(run, ItemType::Object, found)
        }
        Collector::MaxBy(comparator) => {
            let found = best(run, items, *comparator, |o| o.is_ge())?;
            optional(run, ItemType::Object, found)
        }
        Collector::Reducing { identity, mapper, op } => {
            let mut mapped = Vec::with_capacity(items.len());
            for item in items {
                mapped.push(if mapper.is_null() { item } else { run.call(*mapper, &[item])? });
            }
            let folded = fold(run, mapped, *identity, *op)?;
            match identity {
                Some(_) => Ok(folded.unwrap_or(Val::Null)),
                None => optional(run, ItemType::Object, folded),
            }
        }
        Collector::AndThen(inner, function) => {
            let made = apply(run, inner, items)?;
            run.call(*function, &[made])
        }
    }
}

fn numbers<'a>(
    run: &mut Run<'_, 'a>,
    items: Vec<Val<'a>>,
    function: Val<'a>,
    of: ItemType,
) -> Result<Vec<Val<'a>>, Thrown> {
    let base = match of {
        ItemType::Int => Base::Int,
        ItemType::Long => Base::Long,
        _ => Base::Double,
    };
    let mut numbers = Vec::with_capacity(items.len());
    for item in items {
        let number = run.call(function, &[item])?;
        numbers.push(casts::cast(run, number, Cast::Number(base))?);
    }
    Ok(numbers)
}

fn join<'a>(run: &mut Run<'_, 'a>, items: &[Val<'a>], [separator, prefix, suffix]: [&str; 3]) -> Eval<'a> {
    let mut out = prefix.to_owned();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(separator);
        }
        if !item.is_null() && !item.class_id().is_subclass_of(ClassId::CharSequence) {
            return Err(run.cannot_cast(*item, ClassId::CharSequence));
        }
        run.write_text(*item, &mut out)?;
        run.charge(separator.len() + 8)?;
    }
    out.push_str(suffix);
    run.string(&out)
}

/// The map that a supplier makes, else a new `HashMap`.
fn new_map<'a>(run: &mut Run<'_, 'a>, supplier: Val<'a>) -> Result<(Val<'a>, MapRef<'a>), Thrown> {
    let made = if supplier.is_null() { Val::Map(run.new_map()) } else { run.call(supplier, &[])? };
    match made.as_map() {
        Some(map) => Ok((made, map)),
        None => Err(run.cannot_cast(made, ClassId::Map)),
    }
}

fn to_map<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>, [key, value, merge, supplier]: [Val<'a>; 4]) -> Eval<'a> {
    let (made, map) = new_map(run, supplier)?;
    for item in items {
        let name = run.call(key, &[item])?;
        let new = run.call(value, &[item])?;
        if new.is_null() {
            return Err(Thrown::with_message(ClassId::NullPointerException, None));
        }
        let put = match run.map_get(map.object, name)? {
            None => new,
            Some(old) if merge.is_null() => {
                let (name, old, new) = (run.print(name)?, run.print(old)?, run.print(new)?);
                let message = format!("Duplicate key {name} (attempted merging values {old} and {new})");
                return Err(Thrown::new(ClassId::IllegalStateException, message));
            }
            Some(old) => run.call(merge, &[old, new])?,
        };
        run.map_put(map.object, name, put)?;
    }
    Ok(made)
}

fn group<'a>(
    run: &mut Run<'_, 'a>,
    items: Vec<Val<'a>>,
    key: Val<'a>,
    supplier: Val<'a>,
    inner: &Collector<'a>,
) -> Eval<'a> {
    let (made, map) = new_map(run, supplier)?;
    // Which group a key has: numbers of groups, in a map of their own.
    let numbers = run.new_map();
    let mut groups: Vec<(Val<'a>, Vec<Val<'a>>)> = Vec::new();
    for item in items {
        let name = run.call(key, &[item])?;
        if name.is_null() {
            return Err(Thrown::null_pointer("element cannot be mapped to a null key"));
        }
        let number = match run.map_get(numbers, name)? {
            Some(number) => number.to_i32().unwrap_or(0) as usize,
            None => {
                run.map_put(numbers, name, Val::Int(groups.len() as i32))?;
                groups.push((name, Vec::new()));
                groups.len() - 1
            }
        };
        if let Some((_, group)) = groups.get_mut(number) {
            group.push(item);
        }
    }
    for (name, group) in groups {
        let collected = apply(run, inner, group)?;
        run.map_put(map.object, name, collected)?;
    }
    Ok(made)
}

fn partition<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>, test: Val<'a>, inner: &Collector<'a>) -> Eval<'a> {
    let (mut no, mut yes) = (Vec::new(), Vec::new());
    for item in items {
        if run.call_test(test, &[item])? { yes.push(item) } else { no.push(item) }
    }
    let object = run.new_map();
    for (name, part) in [(false, no), (true, yes)] {
        let collected = apply(run, inner, part)?;
        run.map_put(object, Val::Bool(name), collected)?;
    }
    Ok(run.object(Kind::Map(MapRef { object, order: Order::Linked, unmodifiable: false })))
}
