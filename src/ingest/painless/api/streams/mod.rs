//! `java.util.stream`: `Stream`, `IntStream`, `LongStream`, `DoubleStream`.

pub mod collect;
pub mod collectors;
pub mod numbers;
pub mod objects;
pub mod optionals;
pub mod statistics;

use super::lists::array;
use super::{Class, ClassId, take};
use crate::ingest::painless::object::{Iter, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::{ItemType, Stage, Stream, stream_of};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use optionals::optional;
use std::cell::{Cell, RefCell};

pub const BASE_STREAM: Class = Class {
    name: "java.util.stream.BaseStream",
    methods: &[
        ("void close()", |_, _| Ok(Val::Null)),
        ("boolean isParallel()", |_, _| Ok(Val::Bool(false))),
        ("Iterator iterator()", iterator),
        ("BaseStream sequential()", |_, args| take::<1>(args).map(|[this]| this)),
        ("BaseStream unordered()", |_, args| take::<1>(args).map(|[this]| this)),
    ],
    ..Class::EMPTY
};

/// A new stream over items.
pub fn new_stream<'a>(run: &mut Run<'_, 'a>, items: Vec<Val<'a>>, of: ItemType) -> Eval<'a> {
    run.charge(items.len() * std::mem::size_of::<Val<'_>>())?;
    let source = run.arena.alloc_slice_copy(&items);
    Ok(run.object(Kind::Stream(Stream { source, stages: &[], items: of, used: Cell::new(false) })))
}

/// `collection.stream()`.
pub fn stream<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let items = run.items_of(args.first().copied().unwrap_or(Val::Null))?;
    new_stream(run, items, ItemType::Object)
}

/// The receiver, which from now on is used.
fn this<'a>(args: &[Val<'a>]) -> Result<&'a Stream<'a>, Thrown> {
    let stream = args.first().copied().and_then(stream_of).ok_or_else(|| Thrown::null_pointer("the stream is null"))?;
    if stream.used.replace(true) {
        let message = "stream has already been operated upon or closed";
        return Err(Thrown::new(ClassId::IllegalStateException, message));
    }
    Ok(stream)
}

/// The stream with one more step.
fn then<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], stage: Stage<'a>, items: ItemType) -> Eval<'a> {
    let stream = this(args)?;
    let stages = run.arena.alloc_slice_fill_iter(stream.stages.iter().copied().chain([stage]).collect::<Vec<_>>());
    Ok(run.object(Kind::Stream(Stream { source: stream.source, stages, items, used: Cell::new(false) })))
}

fn items_type(args: &[Val<'_>]) -> ItemType {
    args.first().copied().and_then(stream_of).map_or(ItemType::Object, |s| s.items)
}

fn filter<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, test] = take(args)?;
    then(run, args, Stage::Filter(test), items_type(args))
}

fn map_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], items: ItemType) -> Eval<'a> {
    let function = args.get(1).copied().unwrap_or(Val::Null);
    then(run, args, Stage::Map(function, items), items)
}

fn map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    map_to(run, args, items_type(args))
}

fn flat_map_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], items: ItemType) -> Eval<'a> {
    let [_, function] = take(args)?;
    then(run, args, Stage::FlatMap(function), items)
}

fn flat_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    flat_map_to(run, args, items_type(args))
}

fn peek<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, function] = take(args)?;
    then(run, args, Stage::Peek(function), items_type(args))
}

fn distinct<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    then(run, args, Stage::Distinct, items_type(args))
}

fn sorted<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let comparator = args.get(1).copied().unwrap_or(Val::Null);
    then(run, args, Stage::Sorted(comparator), items_type(args))
}

fn count_of(args: &[Val<'_>]) -> Result<i64, Thrown> {
    let count = args.get(1).and_then(|v| v.to_i64()).unwrap_or(0);
    if count < 0 { Err(Thrown::illegal_argument(count.to_string())) } else { Ok(count) }
}

fn limit<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let count = count_of(args)?;
    then(run, args, Stage::Limit(count), items_type(args))
}

fn skip<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let count = count_of(args)?;
    then(run, args, Stage::Skip(count), items_type(args))
}

fn items<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<Vec<Val<'a>>, Thrown> {
    run.stream_items(this(args)?)
}

/// Whether any item has `test` come out as `wanted`.
fn finds<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], wanted: bool) -> Result<bool, Thrown> {
    let [_, test] = take(args)?;
    let stream = this(args)?;
    let mut found = false;
    run.drive(stream.source, stream.stages, &mut |run, item| {
        found = run.call_test(test, &[item])? == wanted;
        Ok(!found)
    })?;
    Ok(found)
}

fn all_match<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    finds(run, args, false).map(|found| Val::Bool(!found))
}

fn any_match<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    finds(run, args, true).map(Val::Bool)
}

fn none_match<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    finds(run, args, true).map(|found| Val::Bool(!found))
}

fn count<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Long(items(run, args)?.len() as i64))
}

fn find_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let stream = this(args)?;
    let mut found = None;
    run.drive(stream.source, stream.stages, &mut |_, item| {
        found = Some(item);
        Ok(false)
    })?;
    if found.is_some_and(Val::is_null) {
        return Err(Thrown::with_message(ClassId::NullPointerException, None));
    }
    optional(run, stream.items, found)
}

fn for_each<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, consumer] = take(args)?;
    let stream = this(args)?;
    run.drive(stream.source, stream.stages, &mut |run, item| run.call(consumer, &[item]).map(|_| true))?;
    Ok(Val::Null)
}

/// `reduce(identity, op)` with its first value, `reduce(op)` without.
pub(super) fn fold<'a>(
    run: &mut Run<'_, 'a>,
    items: Vec<Val<'a>>,
    first: Option<Val<'a>>,
    op: Val<'a>,
) -> Result<Option<Val<'a>>, Thrown> {
    let mut total = first;
    for item in items {
        total = Some(match total {
            Some(total) => run.call(op, &[total, item])?,
            None => item,
        });
    }
    Ok(total)
}

fn reduce<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let of = items_type(args);
    match args {
        [_, op] => {
            let items = items(run, args)?;
            let total = fold(run, items, None, *op)?;
            optional(run, of, total)
        }
        [_, identity, op, ..] => {
            let items = items(run, args)?;
            Ok(fold(run, items, Some(*identity), *op)?.unwrap_or(Val::Null))
        }
        _ => Ok(Val::Null),
    }
}

/// `collect(supplier, accumulator, combiner)`.
fn collect_into<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, supplier, accumulator, _] = take(args)?;
    let stream = this(args)?;
    let container = run.call(supplier, &[])?;
    run.drive(stream.source, stream.stages, &mut |run, item| run.call(accumulator, &[container, item]).map(|_| true))?;
    Ok(container)
}

fn iterator<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let items = items(run, args)?;
    let items = run.arena.alloc_slice_copy(&items);
    Ok(run.object(Kind::Iterator(RefCell::new(Iter::Items { items, next: 0 }))))
}

fn to_array<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let item = match items_type(args) {
        ItemType::Object => Type::DEF,
        ItemType::Int => Type::INT,
        ItemType::Long => Type::LONG,
        ItemType::Double => Type::DOUBLE,
    };
    let mut item = item;
    let values = items(run, args)?;
    if let Some(generator) = args.get(1)
        && let Val::Obj(Obj { kind: Kind::Array { item: made, .. }, .. }) =
            run.call(*generator, &[Val::Int(values.len() as i32)])?
    {
        item = *made;
    }
    array(run, item, values)
}

/// `Stream.of(items)`, `Arrays.stream(items)`.
pub fn of_array<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    stream_of_array(run, args, ItemType::Object)
}

fn stream_of_array<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], of: ItemType) -> Eval<'a> {
    let items = run.items_of(args.first().copied().unwrap_or(Val::Null))?;
    new_stream(run, items, of)
}

fn concat<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [first, second] = take(args)?;
    let of = items_type(args);
    let mut all = items(run, &[first])?;
    all.extend(items(run, &[second])?);
    new_stream(run, all, of)
}
