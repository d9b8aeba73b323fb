//! Functional interfaces and `Comparator`.

use super::{Class, ClassId, take};
use crate::ingest::painless::equality;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::value::Val;

/// The interfaces' own method: calls what stands behind it.
pub fn apply<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match args.split_first() {
        Some((this, rest)) => run.call(*this, rest),
        None => Ok(Val::Null),
    }
}

macro_rules! interfaces {
    ($($constant:ident = $name:literal: $function:literal, [$($extends:ident),*], $methods:expr, $statics:expr;)*) => {
        $(pub const $constant: Class = Class {
            name: $name,
            extends: &[$(ClassId::$extends),*],
            function: Some($function),
            methods: $methods,
            statics: $statics,
            ..Class::EMPTY
        };)*
    };
}

interfaces! {
    FUNCTION = "java.util.function.Function": "def apply(def)", [],
        &[("def apply(def)", apply), ("Function andThen(Function)", and_then), ("Function compose(Function)", compose)],
        &[("Function identity()", identity)];
    BI_FUNCTION = "java.util.function.BiFunction": "def apply(def, def)", [],
        &[("def apply(def, def)", apply), ("BiFunction andThen(Function)", bi_and_then)], &[];
    UNARY_OPERATOR = "java.util.function.UnaryOperator": "def apply(def)", [Function], &[],
        &[("UnaryOperator identity()", identity)];
    BINARY_OPERATOR = "java.util.function.BinaryOperator": "def apply(def, def)", [BiFunction], &[],
        &[("BinaryOperator maxBy(Comparator)", max_by), ("BinaryOperator minBy(Comparator)", min_by)];
    PREDICATE = "java.util.function.Predicate": "boolean test(def)", [],
        &[
            ("boolean test(def)", test),
            ("Predicate and(Predicate)", and),
            ("Predicate or(Predicate)", or),
            ("Predicate negate()", negate),
        ],
        &[("Predicate isEqual(def)", is_equal)];
    BI_PREDICATE = "java.util.function.BiPredicate": "boolean test(def, def)", [],
        &[
            ("boolean test(def, def)", test),
            ("BiPredicate and(BiPredicate)", and),
            ("BiPredicate or(BiPredicate)", or),
            ("BiPredicate negate()", negate),
        ], &[];
    CONSUMER = "java.util.function.Consumer": "void accept(def)", [],
        &[("void accept(def)", apply), ("Consumer andThen(Consumer)", both)], &[];
    BI_CONSUMER = "java.util.function.BiConsumer": "void accept(def, def)", [],
        &[("void accept(def, def)", apply), ("BiConsumer andThen(BiConsumer)", both)], &[];
    SUPPLIER = "java.util.function.Supplier": "def get()", [], &[("def get()", apply)], &[];
    OBJ_INT_CONSUMER = "java.util.function.ObjIntConsumer": "void accept(def, int)", [],
        &[("void accept(def, int)", apply)], &[];
    TO_DOUBLE_FUNCTION = "java.util.function.ToDoubleFunction": "double applyAsDouble(def)", [],
        &[("double applyAsDouble(def)", apply)], &[];
    TO_INT_FUNCTION = "java.util.function.ToIntFunction": "int applyAsInt(def)", [],
        &[("int applyAsInt(def)", apply)], &[];
    TO_LONG_FUNCTION = "java.util.function.ToLongFunction": "long applyAsLong(def)", [],
        &[("long applyAsLong(def)", apply)], &[];
    COMPARATOR = "java.util.Comparator": "int compare(def, def)", [],
        &[
            ("int compare(def, def)", compare),
            ("Comparator reversed()", reversed),
            ("Comparator thenComparing(Comparator)", then_comparing),
            ("Comparator thenComparing(Function, Comparator)", then_comparing_key),
            ("Comparator thenComparingInt(ToIntFunction)", then_comparing_number),
            ("Comparator thenComparingLong(ToLongFunction)", then_comparing_number),
            ("Comparator thenComparingDouble(ToDoubleFunction)", then_comparing_number),
        ],
        &[
            ("Comparator comparing(Function)", comparing),
            ("Comparator comparing(Function, Comparator)", comparing_with),
            ("Comparator comparingInt(ToIntFunction)", comparing),
            ("Comparator comparingLong(ToLongFunction)", comparing),
            ("Comparator comparingDouble(ToDoubleFunction)", comparing),
            ("Comparator naturalOrder()", natural_order),
            ("Comparator reverseOrder()", reverse_order),
            ("Comparator nullsFirst(Comparator)", nulls_first),
            ("Comparator nullsLast(Comparator)", nulls_last),
        ];
}

fn test<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match args.split_first() {
        Some((this, rest)) => run.call_test(*this, rest).map(Val::Bool),
        None => Ok(Val::Bool(false)),
    }
}

fn identity<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::UnaryOperator, |_, args| take::<1>(args).map(|[v]| v), &[]))
}

fn and_then<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::Function, chain_two, args))
}

fn compose<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, before] = take(args)?;
    Ok(run.native_lambda(ClassId::Function, chain_two, &[before, this]))
}

fn chain_two<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [first, second, val] = take(args)?;
    let val = run.call(first, &[val])?;
    run.call(second, &[val])
}

fn bi_and_then<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::BiFunction, bi_chain, args))
}

fn bi_chain<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [first, second, a, b] = take(args)?;
    let val = run.call(first, &[a, b])?;
    run.call(second, &[val])
}

fn max_by<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::BinaryOperator, pick_greater, args))
}

fn min_by<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::BinaryOperator, pick_smaller, args))
}

fn pick_greater<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [comparator, a, b] = take(args)?;
    Ok(if run.call_compare(comparator, a, b)?.is_ge() { a } else { b })
}

fn pick_smaller<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [comparator, a, b] = take(args)?;
    Ok(if run.call_compare(comparator, a, b)?.is_le() { a } else { b })
}

fn interface_of(this: Val<'_>) -> ClassId {
    if this.class_id() == ClassId::BiPredicate { ClassId::BiPredicate } else { ClassId::Predicate }
}

fn and<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, _] = take(args)?;
    Ok(run.native_lambda(interface_of(this), test_both, args))
}

fn or<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, _] = take(args)?;
    Ok(run.native_lambda(interface_of(this), test_either, args))
}

fn negate<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    Ok(run.native_lambda(interface_of(this), test_not, args))
}

fn test_both<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b, rest @ ..] = args else { return Ok(Val::Bool(false)) };
    Ok(Val::Bool(run.call_test(*a, rest)? && run.call_test(*b, rest)?))
}

fn test_either<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b, rest @ ..] = args else { return Ok(Val::Bool(false)) };
    Ok(Val::Bool(run.call_test(*a, rest)? || run.call_test(*b, rest)?))
}

fn test_not<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, rest @ ..] = args else { return Ok(Val::Bool(false)) };
    Ok(Val::Bool(!run.call_test(*a, rest)?))
}

fn is_equal<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(
        ClassId::Predicate,
        |run, args| {
            let [a, b] = take(args)?;
            equality::equals(run, a, b).map(Val::Bool)
        },
        args,
    ))
}

fn both<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, _] = take(args)?;
    Ok(run.native_lambda(this.class_id(), call_both, args))
}

fn call_both<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b, rest @ ..] = args else { return Ok(Val::Null) };
    run.call(*a, rest)?;
    run.call(*b, rest)
}

// Comparators.

fn compare<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, a, b] = take(args)?;
    run.call_compare(this, a, b).map(|o| Val::Int(o as i32))
}

fn comparator<'a>(run: &mut Run<'_, 'a>, native: super::Native, captures: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(ClassId::Comparator, native, captures))
}

pub fn natural_order<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    comparator(run, super::language::compare_to, &[])
}

pub fn reverse_order<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    comparator(
        run,
        |run, args| {
            let [a, b] = take(args)?;
            super::language::compare_to(run, &[b, a])
        },
        &[],
    )
}

pub fn reversed<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    comparator(
        run,
        |run, args| {
            let [of, a, b] = take(args)?;
            run.call_compare(of, b, a).map(|o| Val::Int(o as i32))
        },
        args,
    )
}

fn comparing<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [key] = take(args)?;
    comparator(run, compare_keys, &[key, Val::Null])
}

fn comparing_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    comparator(run, compare_keys, args)
}

/// Compares by what `key` gives, those by `comparator` or naturally.
pub fn compare_by<'a>(run: &mut Run<'_, 'a>, key: Val<'a>, comparator: Val<'a>) -> Eval<'a> {
    comparing_with(run, &[key, comparator])
}

fn compare_keys<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [key, of, a, b] = take(args)?;
    let (a, b) = (run.call(key, &[a])?, run.call(key, &[b])?);
    run.call_compare(of, a, b).map(|o| Val::Int(o as i32))
}

fn then_comparing<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    comparator(run, compare_in_turn, args)
}

fn then_comparing_key<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, key, of] = take(args)?;
    let second = comparing_with(run, &[key, of])?;
    comparator(run, compare_in_turn, &[this, second])
}

fn then_comparing_number<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, key] = take(args)?;
    let second = comparing(run, &[key])?;
    comparator(run, compare_in_turn, &[this, second])
}

fn compare_in_turn<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [first, second, a, b] = take(args)?;
    let order = run.call_compare(first, a, b)?;
    let order = if order.is_eq() { run.call_compare(second, a, b)? } else { order };
    Ok(Val::Int(order as i32))
}

fn nulls_first<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    comparator(run, |run, args| with_nulls(run, args, -1), args)
}

fn nulls_last<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    comparator(run, |run, args| with_nulls(run, args, 1), args)
}

fn with_nulls<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], null: i32) -> Eval<'a> {
    let [of, a, b] = take(args)?;
    Ok(Val::Int(match (a.is_null(), b.is_null()) {
        (true, true) => 0,
        (true, false) => null,
        (false, true) => -null,
        (false, false) if of.is_null() => 0,
        (false, false) => run.call_compare(of, a, b)? as i32,
    }))
}
