//! `Collectors`.

use super::super::{Class, ClassId, take};
use super::collect::Collector;
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::ItemType;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

pub const COLLECTOR: Class = Class { name: "java.util.stream.Collector", ..Class::EMPTY };

macro_rules! simple {
    ($collector:expr) => {
        |run, _| make(run, $collector)
    };
}

macro_rules! one {
    ($make:expr) => {
        |run, args| {
            let [function] = take(args)?;
            make(run, $make(function))
        }
    };
}

pub const COLLECTORS: Class = Class {
    name: "java.util.stream.Collectors",
    statics: &[
        ("Collector averagingDouble(ToDoubleFunction)", one!(|f| Collector::Averaging(f, ItemType::Double))),
        ("Collector averagingInt(ToIntFunction)", one!(|f| Collector::Averaging(f, ItemType::Int))),
        ("Collector averagingLong(ToLongFunction)", one!(|f| Collector::Averaging(f, ItemType::Long))),
        ("Collector collectingAndThen(Collector, Function)", |run, args| {
            let [inner, function] = take(args)?;
            make(run, Collector::AndThen(collector(inner)?, function))
        }),
        ("Collector counting()", simple!(Collector::Counting)),
        ("Collector groupingBy(Function)", grouping),
        ("Collector groupingBy(Function, Collector)", grouping),
        ("Collector groupingBy(Function, Supplier, Collector)", grouping),
        ("Collector joining()", joining),
        ("Collector joining(CharSequence)", joining),
        ("Collector joining(CharSequence, CharSequence, CharSequence)", joining),
        ("Collector mapping(Function, Collector)", |run, args| {
            let [function, inner] = take(args)?;
            make(run, Collector::Mapping(function, collector(inner)?))
        }),
        ("Collector maxBy(Comparator)", one!(Collector::MaxBy)),
        ("Collector minBy(Comparator)", one!(Collector::MinBy)),
        ("Collector partitioningBy(Predicate)", partitioning),
        ("Collector partitioningBy(Predicate, Collector)", partitioning),
        ("Collector reducing(BinaryOperator)", |run, args| {
            let [op] = take(args)?;
            make(run, Collector::Reducing { identity: None, mapper: Val::Null, op })
        }),
        ("Collector reducing(def, BinaryOperator)", |run, args| {
            let [identity, op] = take(args)?;
            make(run, Collector::Reducing { identity: Some(identity), mapper: Val::Null, op })
        }),
        ("Collector reducing(def, Function, BinaryOperator)", |run, args| {
            let [identity, mapper, op] = take(args)?;
            make(run, Collector::Reducing { identity: Some(identity), mapper, op })
        }),
        ("Collector summarizingDouble(ToDoubleFunction)", one!(|f| Collector::Summarizing(f, ItemType::Double))),
        ("Collector summarizingInt(ToIntFunction)", one!(|f| Collector::Summarizing(f, ItemType::Int))),
        ("Collector summarizingLong(ToLongFunction)", one!(|f| Collector::Summarizing(f, ItemType::Long))),
        ("Collector summingDouble(ToDoubleFunction)", one!(|f| Collector::Summing(f, ItemType::Double))),
        ("Collector summingInt(ToIntFunction)", one!(|f| Collector::Summing(f, ItemType::Int))),
        ("Collector summingLong(ToLongFunction)", one!(|f| Collector::Summing(f, ItemType::Long))),
        ("Collector toCollection(Supplier)", one!(Collector::ToCollection)),
        ("Collector toList()", simple!(Collector::ToList)),
        ("Collector toMap(Function, Function)", to_map),
        ("Collector toMap(Function, Function, BinaryOperator)", to_map),
        ("Collector toMap(Function, Function, BinaryOperator, Supplier)", to_map),
        ("Collector toSet()", simple!(Collector::ToSet)),
    ],
    ..Class::EMPTY
};

fn make<'a>(run: &mut Run<'_, 'a>, collector: Collector<'a>) -> Eval<'a> {
    Ok(run.object(Kind::Collector(collector)))
}

pub(super) fn collector<'a>(val: Val<'a>) -> Result<&'a Collector<'a>, Thrown> {
    match val {
        Val::Obj(Obj { kind: Kind::Collector(collector), .. }) => Ok(collector),
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn grouping<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (key, supplier, inner) = match args {
        [key] => (*key, Val::Null, &Collector::ToList),
        [key, inner] => (*key, Val::Null, collector(*inner)?),
        [key, supplier, inner] => (*key, *supplier, collector(*inner)?),
        _ => return Ok(Val::Null),
    };
    make(run, Collector::Grouping { key, supplier, inner })
}

fn partitioning<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let inner = args.get(1).map_or(Ok(&Collector::ToList), |inner| collector(*inner))?;
    make(run, Collector::Partitioning(args.first().copied().unwrap_or(Val::Null), inner))
}

fn joining<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut parts = [""; 3];
    for (part, arg) in parts.iter_mut().zip(args) {
        *part = run.text(*arg)?;
    }
    let [separator, prefix, suffix] = parts;
    make(run, Collector::Joining { separator, prefix, suffix })
}

fn to_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let at = |index: usize| args.get(index).copied().unwrap_or(Val::Null);
    make(run, Collector::ToMap { key: at(0), value: at(1), merge: at(2), supplier: at(3) })
}
