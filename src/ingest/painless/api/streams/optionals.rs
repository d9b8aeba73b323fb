//! `Optional`, `OptionalInt`, `OptionalLong`, `OptionalDouble`.

use super::super::{Class, ClassId, take};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::ItemType;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

/// An `Optional` of the kind that a stream of `of` gives.
pub fn optional<'a>(run: &mut Run<'_, 'a>, of: ItemType, value: Option<Val<'a>>) -> Eval<'a> {
    Ok(run.object(Kind::Optional { of, value }))
}

macro_rules! primitive {
    ($constant:ident, $name:literal, $full:literal, $unit:literal, $of:ident) => {
        pub const $constant: Class = Class {
            name: $full,
            statics: &[
                (concat!("Optional", $name, " empty()"), |run, _| optional(run, ItemType::$of, None)),
                (concat!("Optional", $name, " of(", $unit, ")"), |run, args| {
                    optional(run, ItemType::$of, args.first().copied())
                }),
            ],
            methods: &[
                (concat!($unit, " getAs", $name, "()"), get),
                (concat!("void ifPresent(", $name, "Consumer)"), if_present),
                ("boolean isPresent()", is_present),
                (concat!($unit, " orElse(", $unit, ")"), or_else),
                (concat!($unit, " orElseGet(", $name, "Supplier)"), or_else_get),
                (concat!($unit, " orElseThrow(Supplier)"), or_else_throw),
            ],
            ..Class::EMPTY
        };
    };
}

primitive!(OPTIONAL_INT, "Int", "java.util.OptionalInt", "int", Int);
primitive!(OPTIONAL_LONG, "Long", "java.util.OptionalLong", "long", Long);
primitive!(OPTIONAL_DOUBLE, "Double", "java.util.OptionalDouble", "double", Double);

pub const OPTIONAL: Class = Class {
    name: "java.util.Optional",
    statics: &[
        ("Optional empty()", |run, _| optional(run, ItemType::Object, None)),
        ("Optional of(def)", |run, args| match take(args)? {
            [Val::Null] => Err(Thrown::with_message(ClassId::NullPointerException, None)),
            [value] => optional(run, ItemType::Object, Some(value)),
        }),
        ("Optional ofNullable(def)", |run, args| {
            let [value] = take(args)?;
            optional(run, ItemType::Object, Some(value).filter(|v| !v.is_null()))
        }),
    ],
    methods: &[
        ("Optional filter(Predicate)", |run, args| {
            let [this, test] = take(args)?;
            match value(args)? {
                Some(found) if !run.call_test(test, &[found])? => optional(run, ItemType::Object, None),
                _ => Ok(this),
            }
        }),
        ("Optional flatMap(Function)", |run, args| {
            let [this, function] = take(args)?;
            match value(args)? {
                Some(found) => run.call(function, &[found]),
                None => Ok(this),
            }
        }),
        ("def get()", get),
        ("void ifPresent(Consumer)", if_present),
        ("boolean isPresent()", is_present),
        ("Optional map(Function)", |run, args| {
            let [this, function] = take(args)?;
            let Some(found) = value(args)? else { return Ok(this) };
            let mapped = run.call(function, &[found])?;
            optional(run, ItemType::Object, Some(mapped).filter(|v| !v.is_null()))
        }),
        ("def orElse(def)", or_else),
        ("def orElseGet(Supplier)", or_else_get),
        ("def orElseThrow(Supplier)", or_else_throw),
    ],
    ..Class::EMPTY
};

fn value<'a>(args: &[Val<'a>]) -> Result<Option<Val<'a>>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Optional { value, .. }, .. })) => Ok(*value),
        _ => Err(Thrown::null_pointer("the Optional is null")),
    }
}

fn get<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    value(args)?.ok_or_else(|| Thrown::new(ClassId::NoSuchElementException, "No value present"))
}

fn if_present<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, consumer] = take(args)?;
    if let Some(found) = value(args)? {
        run.call(consumer, &[found])?;
    }
    Ok(Val::Null)
}

fn is_present<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Bool(value(args)?.is_some()))
}

fn or_else<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, other] = take(args)?;
    Ok(value(args)?.unwrap_or(other))
}

fn or_else_get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, supplier] = take(args)?;
    match value(args)? {
        Some(found) => Ok(found),
        None => run.call(supplier, &[]),
    }
}

fn or_else_throw<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, supplier] = take(args)?;
    match value(args)? {
        Some(found) => Ok(found),
        None => match run.call(supplier, &[])? {
            Val::Obj(Obj { kind: Kind::Exception { class, message }, .. }) => {
                Err(Thrown::with_message(*class, message.map(str::to_owned)))
            }
            _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
        },
    }
}
