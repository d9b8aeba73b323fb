//! `Stream`.

use super::*;

pub const STREAM: Class = Class {
    name: "java.util.stream.Stream",
    extends: &[ClassId::BaseStream],
    statics: &[
        ("Stream concat(Stream, Stream)", concat),
        ("Stream empty()", |run, _| new_stream(run, Vec::new(), ItemType::Object)),
        ("Stream of(def[])", of_array),
    ],
    methods: &[
        ("boolean allMatch(Predicate)", all_match),
        ("boolean anyMatch(Predicate)", any_match),
        ("def collect(Collector)", collect::collect),
        ("def collect(Supplier, BiConsumer, BiConsumer)", collect_into),
        ("long count()", count),
        ("Stream distinct()", distinct),
        ("Stream filter(Predicate)", filter),
        ("Optional findAny()", find_first),
        ("Optional findFirst()", find_first),
        ("Stream flatMap(Function)", flat_map),
        ("DoubleStream flatMapToDouble(Function)", |run, args| flat_map_to(run, args, ItemType::Double)),
        ("IntStream flatMapToInt(Function)", |run, args| flat_map_to(run, args, ItemType::Int)),
        ("LongStream flatMapToLong(Function)", |run, args| flat_map_to(run, args, ItemType::Long)),
        ("void forEach(Consumer)", for_each),
        ("void forEachOrdered(Consumer)", for_each),
        ("Stream limit(long)", limit),
        ("Stream map(Function)", map),
        ("DoubleStream mapToDouble(ToDoubleFunction)", |run, args| map_to(run, args, ItemType::Double)),
        ("IntStream mapToInt(ToIntFunction)", |run, args| map_to(run, args, ItemType::Int)),
        ("LongStream mapToLong(ToLongFunction)", |run, args| map_to(run, args, ItemType::Long)),
        ("Optional max(Comparator)", |run, args| extreme(run, args, |o| o.is_ge())),
        ("Optional min(Comparator)", |run, args| extreme(run, args, |o| o.is_lt())),
        ("boolean noneMatch(Predicate)", none_match),
        ("Stream peek(Consumer)", peek),
        ("Optional reduce(BinaryOperator)", reduce),
        ("def reduce(def, BinaryOperator)", reduce),
        ("def reduce(def, BiFunction, BinaryOperator)", reduce),
        ("Stream skip(long)", skip),
        ("Stream sorted()", sorted),
        ("Stream sorted(Comparator)", sorted),
        ("def[] toArray()", to_array),
        ("def[] toArray(IntFunction)", to_array),
    ],
    ..Class::EMPTY
};

/// The greatest or least item; of equal ones the last for `max`, the first for `min`, as in Java.
fn extreme<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], wins: fn(std::cmp::Ordering) -> bool) -> Eval<'a> {
    let [_, comparator] = take(args)?;
    let items = items(run, args)?;
    let found = best(run, items, comparator, wins)?;
    optional(run, ItemType::Object, found)
}

pub(super) fn best<'a>(
    run: &mut Run<'_, 'a>,
    items: Vec<Val<'a>>,
    comparator: Val<'a>,
    wins: fn(std::cmp::Ordering) -> bool,
) -> Result<Option<Val<'a>>, Thrown> {
    let mut found: Option<Val<'a>> = None;
    for item in items {
        let better = match found {
            None => true,
            Some(old) => wins(run.call_compare(comparator, item, old)?),
        };
        if better {
            found = Some(item);
        }
    }
    Ok(found)
}
