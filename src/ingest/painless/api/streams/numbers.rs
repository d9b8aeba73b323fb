//! `IntStream`, `LongStream`, `DoubleStream`.

use super::statistics::statistics;
use super::*;
use crate::ingest::painless::api::math::{java_max, java_min};

/// Items that a range may have.
const RANGE_MAX_ITEMS: i64 = 10_000_000;

macro_rules! rows {
    ($stream:literal, $name:literal, $unit:literal, [$($row:expr),* $(,)?]) => {
        &[
            (concat!("boolean allMatch(", $name, "Predicate)"), all_match),
            (concat!("boolean anyMatch(", $name, "Predicate)"), any_match),
            (concat!("boolean noneMatch(", $name, "Predicate)"), none_match),
            ("OptionalDouble average()", average),
            ("Stream boxed()", |run, args| map_to(run, args, ItemType::Object)),
            (concat!("def collect(Supplier, Obj", $name, "Consumer, BiConsumer)"), collect_into),
            ("long count()", count),
            (concat!($stream, " distinct()"), distinct),
            (concat!($stream, " filter(", $name, "Predicate)"), filter),
            (concat!("Optional", $name, " findAny()"), find_first),
            (concat!("Optional", $name, " findFirst()"), find_first),
            (concat!($stream, " flatMap(", $name, "Function)"), flat_map),
            (concat!("void forEach(", $name, "Consumer)"), for_each),
            (concat!("void forEachOrdered(", $name, "Consumer)"), for_each),
            (concat!($stream, " limit(long)"), limit),
            (concat!($stream, " map(", $name, "UnaryOperator)"), map),
            (concat!("Stream mapToObj(", $name, "Function)"), |run, args| map_to(run, args, ItemType::Object)),
            (concat!("Optional", $name, " max()"), |run, args| extreme(run, args, true)),
            (concat!("Optional", $name, " min()"), |run, args| extreme(run, args, false)),
            (concat!($stream, " peek(", $name, "Consumer)"), peek),
            (concat!("Optional", $name, " reduce(", $name, "BinaryOperator)"), reduce),
            (concat!($unit, " reduce(", $unit, ", ", $name, "BinaryOperator)"), reduce),
            (concat!($stream, " sequential()"), |_, args| take::<1>(args).map(|[this]| this)),
            (concat!($stream, " skip(long)"), skip),
            (concat!($stream, " sorted()"), sorted),
            (concat!($unit, " sum()"), sum),
            (concat!($name, "SummaryStatistics summaryStatistics()"), |run, args| {
                let of = items_type(args);
                let items = items(run, args)?;
                statistics(run, of, items)
            }),
            (concat!($unit, "[] toArray()"), to_array),
            $($row),*
        ]
    };
}

pub const INT_STREAM: Class = Class {
    name: "java.util.stream.IntStream",
    extends: &[ClassId::BaseStream],
    statics: &[
        ("IntStream concat(IntStream, IntStream)", concat),
        ("IntStream empty()", |run, _| new_stream(run, Vec::new(), ItemType::Int)),
        ("IntStream of(int[])", |run, args| stream_of_array(run, args, ItemType::Int)),
        ("IntStream range(int, int)", |run, args| range(run, args, ItemType::Int, 0)),
        ("IntStream rangeClosed(int, int)", |run, args| range(run, args, ItemType::Int, 1)),
    ],
    methods: rows!(
        "IntStream",
        "Int",
        "int",
        [
            ("DoubleStream asDoubleStream()", |run, args| map_to(run, args, ItemType::Double)),
            ("LongStream asLongStream()", |run, args| map_to(run, args, ItemType::Long)),
            ("DoubleStream mapToDouble(IntToDoubleFunction)", |run, args| map_to(run, args, ItemType::Double)),
            ("LongStream mapToLong(IntToLongFunction)", |run, args| map_to(run, args, ItemType::Long)),
        ]
    ),
    ..Class::EMPTY
};

pub const LONG_STREAM: Class = Class {
    name: "java.util.stream.LongStream",
    extends: &[ClassId::BaseStream],
    statics: &[
        ("LongStream concat(LongStream, LongStream)", concat),
        ("LongStream empty()", |run, _| new_stream(run, Vec::new(), ItemType::Long)),
        ("LongStream of(long[])", |run, args| stream_of_array(run, args, ItemType::Long)),
        ("LongStream range(long, long)", |run, args| range(run, args, ItemType::Long, 0)),
        ("LongStream rangeClosed(long, long)", |run, args| range(run, args, ItemType::Long, 1)),
    ],
    methods: rows!(
        "LongStream",
        "Long",
        "long",
        [
            ("DoubleStream asDoubleStream()", |run, args| map_to(run, args, ItemType::Double)),
            ("DoubleStream mapToDouble(LongToDoubleFunction)", |run, args| map_to(run, args, ItemType::Double)),
            ("IntStream mapToInt(LongToIntFunction)", |run, args| map_to(run, args, ItemType::Int)),
        ]
    ),
    ..Class::EMPTY
};

pub const DOUBLE_STREAM: Class = Class {
    name: "java.util.stream.DoubleStream",
    extends: &[ClassId::BaseStream],
    statics: &[
        ("DoubleStream concat(DoubleStream, DoubleStream)", concat),
        ("DoubleStream empty()", |run, _| new_stream(run, Vec::new(), ItemType::Double)),
        ("DoubleStream of(double[])", |run, args| stream_of_array(run, args, ItemType::Double)),
    ],
    methods: rows!(
        "DoubleStream",
        "Double",
        "double",
        [
            ("IntStream mapToInt(DoubleToIntFunction)", |run, args| map_to(run, args, ItemType::Int)),
            ("LongStream mapToLong(DoubleToLongFunction)", |run, args| map_to(run, args, ItemType::Long)),
        ]
    ),
    ..Class::EMPTY
};

fn range<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], of: ItemType, closed: i64) -> Eval<'a> {
    let [from, to] = take(args)?;
    let (from, to) = (from.to_i64().unwrap_or(0), to.to_i64().unwrap_or(0));
    let end = to.saturating_add(closed);
    let count = end.saturating_sub(from);
    if count > RANGE_MAX_ITEMS {
        return Err(Thrown::new(ClassId::OutOfMemoryError, "The script has made more data than it may."));
    }
    let item = |n: i64| if of == ItemType::Int { Val::Int(n as i32) } else { Val::Long(n) };
    new_stream(run, (from..end).map(item).collect(), of)
}

fn sum<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let of = items_type(args);
    let items = items(run, args)?;
    Ok(total(of, &items))
}

/// The sum, wrapped around as Java's integers are.
pub(super) fn total<'a>(of: ItemType, items: &[Val<'a>]) -> Val<'a> {
    let whole = || items.iter().fold(0_i64, |total, item| total.wrapping_add(item.to_i64().unwrap_or(0)));
    match of {
        ItemType::Int => Val::Int(whole() as i32),
        ItemType::Long => Val::Long(whole()),
        _ => Val::Double(precise_sum(items.iter().map(|item| item.to_f64().unwrap_or(f64::NAN)))),
    }
}

/// Sums with compensation (Kahan), as `DoubleStream` does.
pub(super) fn precise_sum(items: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut compensation, mut simple) = (0.0_f64, 0.0_f64, 0.0_f64);
    for item in items {
        simple += item;
        let corrected = item - compensation;
        let next = sum + corrected;
        compensation = (next - sum) - corrected;
        sum = next;
    }
    let total = sum - compensation;
    if total.is_nan() && simple.is_infinite() { simple } else { total }
}

fn average<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let of = items_type(args);
    let items = items(run, args)?;
    let found = mean(of, &items).map(Val::Double);
    optional(run, ItemType::Double, found)
}

pub(super) fn mean(of: ItemType, items: &[Val<'_>]) -> Option<f64> {
    if items.is_empty() {
        return None;
    }
    let sum = match of {
        ItemType::Double | ItemType::Object => total(ItemType::Double, items),
        _ => total(ItemType::Long, items),
    };
    Some(sum.to_f64().unwrap_or(f64::NAN) / items.len() as f64)
}

fn extreme<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], greatest: bool) -> Eval<'a> {
    let of = items_type(args);
    let items = items(run, args)?;
    let found = edge(of, &items, greatest);
    optional(run, of, found)
}

pub(super) fn edge<'a>(of: ItemType, items: &[Val<'a>], greatest: bool) -> Option<Val<'a>> {
    let whole = items.iter().map(|item| item.to_i64().unwrap_or(0));
    let whole = if greatest { whole.max() } else { whole.min() }?;
    Some(match of {
        ItemType::Int => Val::Int(whole as i32),
        ItemType::Long => Val::Long(whole),
        _ => {
            let fractions = items.iter().map(|item| item.to_f64().unwrap_or(f64::NAN));
            Val::Double(fractions.reduce(if greatest { java_max } else { java_min })?)
        }
    })
}
