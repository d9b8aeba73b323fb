//! `StringBuilder`.

use super::{Class, ClassId, int, take};
use crate::ingest::painless::jstring;
use crate::ingest::painless::object::{Builder, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::text::push_unit;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::RefCell;

macro_rules! builder_methods {
    ($class:literal, $($rest:tt)*) => {
        &[
            (concat!($class, " append(def)"), append),
            (concat!($class, " append(CharSequence, int, int)"), append_part),
            (concat!($class, " appendCodePoint(int)"), append_code_point),
            ("int codePointAt(int)", super::string::code_point_at),
            ("int codePointBefore(int)", super::string::code_point_before),
            ("int codePointCount(int, int)", super::string::code_point_count),
            (concat!($class, " delete(int, int)"), delete),
            (concat!($class, " deleteCharAt(int)"), delete_char_at),
            ("int indexOf(String)", index_of),
            ("int indexOf(String, int)", index_of),
            (concat!($class, " insert(int, def)"), insert),
            ("int lastIndexOf(String)", last_index_of),
            ("int lastIndexOf(String, int)", last_index_of),
            (concat!($class, " replace(int, int, String)"), replace),
            (concat!($class, " reverse()"), reverse),
            ("void setCharAt(int, char)", set_char_at),
            ("void setLength(int)", set_length),
            ("String substring(int)", substring),
            ("String substring(int, int)", substring),
            $($rest)*
        ]
    };
}

pub const STRING_BUILDER: Class = Class {
    name: "java.lang.StringBuilder",
    extends: &[ClassId::CharSequence, ClassId::Comparable],
    constructors: &[("()", |run, _| Ok(run.builder(""))), ("(CharSequence)", new_builder)],
    methods: builder_methods!("StringBuilder", ("int capacity()", capacity),),
    ..Class::EMPTY
};

pub const STRING_BUFFER: Class = Class {
    name: "java.lang.StringBuffer",
    extends: &[ClassId::CharSequence, ClassId::Comparable],
    constructors: &[("()", |run, _| Ok(run.builder(""))), ("(CharSequence)", new_builder)],
    methods: builder_methods!("StringBuffer", ("int capacity()", capacity),),
    ..Class::EMPTY
};

// StringBuilder.

fn builder<'a>(args: &[Val<'a>]) -> Result<&'a RefCell<Builder<'a>>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Builder(builder), .. })) => Ok(builder),
        _ => Err(Thrown::null_pointer("the builder is null")),
    }
}

fn new_builder<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [text] = take(args)?;
    if text.is_null() {
        return Err(Thrown::null_pointer("Cannot invoke \"java.lang.CharSequence.length()\" because \"seq\" is null"));
    }
    let text = run.text(text)?;
    Ok(run.builder(text))
}

fn append<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, val] = take(args)?;
    let builder = builder(args)?;
    if let Val::Char(unit) = val {
        run.charge(3)?;
        let Builder { text, pending } = &mut *builder.borrow_mut();
        let mut part = String::new();
        push_unit(&mut part, pending, unit);
        text.push_str(&part);
        return Ok(this);
    }
    // Text from elsewhere first: appending a builder to itself must not find it borrowed.
    let part = run.print(val)?;
    run.charge(part.len())?;
    let mut builder = builder.borrow_mut();
    if builder.pending.take().is_some() {
        builder.text.push(char::REPLACEMENT_CHARACTER);
    }
    builder.text.push_str(part);
    Ok(this)
}

fn append_part<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, text, from, to] = take(args)?;
    let part = super::string::STRING.methods.iter().find(|(s, _)| *s == "String substring(int, int)");
    let text = if text.is_null() { Val::Str("null") } else { text };
    match part {
        Some((_, native)) => {
            let part = native(run, &[text, from, to])?;
            append(run, &[this, part])
        }
        None => Ok(this),
    }
}

fn append_code_point<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, code] = take(args)?;
    let code = code.to_i32().unwrap_or(0);
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => {
            let text = run.string(c.encode_utf8(&mut [0; 4]))?;
            append(run, &[this, text])
        }
        None => match u16::try_from(code) {
            Ok(unit) => append(run, &[this, Val::Char(unit)]),
            Err(_) => Err(Thrown::illegal_argument(format!("Not a valid Unicode code point: 0x{code:X}"))),
        },
    }
}

fn capacity<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Int(builder(args)?.borrow().text.len().max(16) as i32))
}

fn units(args: &[Val<'_>]) -> Result<Vec<u16>, Thrown> {
    Ok(builder(args)?.borrow().text.encode_utf16().collect())
}

fn set_units<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], units: &[u16]) -> Eval<'a> {
    run.charge(units.len())?;
    let mut builder = builder(args)?.borrow_mut();
    builder.text.clear();
    builder.text.push_str(&String::from_utf16_lossy(units));
    Ok(args.first().copied().unwrap_or(Val::Null))
}

fn out_of_bounds(message: String) -> Thrown {
    Thrown::new(ClassId::StringIndexOutOfBoundsException, message)
}

/// `start..end` of a text of `len` units, the end clamped to it.
fn range(start: i32, end: i32, len: usize) -> Result<std::ops::Range<usize>, Thrown> {
    let end = usize::try_from(end).unwrap_or(0).min(len);
    match usize::try_from(start) {
        Ok(start) if start <= end => Ok(start..end),
        _ => Err(out_of_bounds(format!("start {start}, end {end}, length {len}"))),
    }
}

fn delete<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut units = units(args)?;
    let range = range(int(args, 1), int(args, 2), units.len())?;
    units.drain(range);
    set_units(run, args, &units)
}

fn delete_char_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut units = units(args)?;
    let index = int(args, 1);
    match usize::try_from(index).ok().filter(|i| *i < units.len()) {
        Some(i) => {
            units.remove(i);
            set_units(run, args, &units)
        }
        None => Err(out_of_bounds(format!("index {index},length {}", units.len()))),
    }
}

fn insert<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, index, val] = take(args)?;
    let part: Vec<u16> = run.print(val)?.encode_utf16().collect();
    let mut units = units(args)?;
    let index = index.to_i32().unwrap_or(0);
    match usize::try_from(index).ok().filter(|i| *i <= units.len()) {
        Some(i) => {
            units.splice(i..i, part);
            set_units(run, args, &units)
        }
        None => Err(out_of_bounds(format!("offset {index}, length {}", units.len()))),
    }
}

fn replace<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, _, _, text] = take(args)?;
    let part: Vec<u16> = run.text(text)?.encode_utf16().collect();
    let mut units = units(args)?;
    let range = range(int(args, 1), int(args, 2), units.len())?;
    units.splice(range, part);
    set_units(run, args, &units)
}

fn reverse<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    // Surrogate pairs stay in order: what is reversed are characters.
    let reversed: String = builder(args)?.borrow().text.chars().rev().collect();
    run.charge(reversed.len())?;
    let mut builder = builder(args)?.borrow_mut();
    builder.text.clear();
    builder.text.push_str(&reversed);
    Ok(args.first().copied().unwrap_or(Val::Null))
}

fn set_char_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, index, unit] = take(args)?;
    let mut units = units(args)?;
    let index = index.to_i32().unwrap_or(0);
    let len = units.len();
    match usize::try_from(index).ok().and_then(|i| units.get_mut(i)) {
        Some(slot) => {
            *slot = if let Val::Char(unit) = unit { unit } else { 0 };
            set_units(run, args, &units)?;
            Ok(Val::Null)
        }
        None => Err(out_of_bounds(format!("index {index},length {len}"))),
    }
}

fn set_length<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut units = units(args)?;
    let len = int(args, 1);
    let Ok(len) = usize::try_from(len) else { return Err(out_of_bounds(format!("String index out of range: {len}"))) };
    run.charge(len)?;
    units.resize(len, 0);
    set_units(run, args, &units)?;
    Ok(Val::Null)
}

fn substring<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let units = units(args)?;
    let start = int(args, 1);
    let end = args.get(2).map_or(units.len() as i32, |v| v.to_i32().unwrap_or(0));
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    match bounds.and_then(|(start, end)| units.get(start..end)) {
        Some(part) => run.string(&String::from_utf16_lossy(part)),
        None => Err(out_of_bounds(format!("start {start}, end {end}, length {}", units.len()))),
    }
}

fn index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let needle = run.text(args.get(1).copied().unwrap_or(Val::Null))?;
    Ok(Val::Int(jstring::index_of(&builder(args)?.borrow().text, needle, int(args, 2))))
}

fn last_index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let needle = run.text(args.get(1).copied().unwrap_or(Val::Null))?;
    let from = args.get(2).map_or(i32::MAX, |v| v.to_i32().unwrap_or(0));
    Ok(Val::Int(jstring::last_index_of(&builder(args)?.borrow().text, needle, from)))
}
