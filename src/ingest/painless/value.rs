//! Values while a script runs.
//!
//! [`Val`] embeds the document's values: strings, lists and maps of a document are the script's own, by reference. What a document
//! cannot hold (an iterator, a set, a date with its zone, …) is an [`Obj`] in the arena. Inside a document's lists and maps such
//! an object stands as [`Value::Script`], an index into the run's table, until the script ends and [`super::finish`] replaces it.

use super::api::ClassId;
use super::object::{Kind, Obj};
use crate::document::{Array, Object};

/// A value of a running script. `Copy`, like the document's [`crate::document::Value`].
#[derive(Clone, Copy)]
pub enum Val<'a> {
    Null,
    Bool(bool),
    Byte(i8),
    Short(i16),
    /// A UTF-16 code unit, as Java's `char`.
    Char(u16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Str(&'a str),
    List(&'a Array<'a>),
    Map(&'a Object<'a>),
    Obj(&'a Obj<'a>),
}

impl<'a> Val<'a> {
    pub fn is_null(self) -> bool {
        matches!(self, Val::Null)
    }

    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Val::Str(s) => Some(s),
            _ => None,
        }
    }

    /// Numbers and `char`, boxed or not: how arithmetic sees them.
    pub fn number(self) -> Option<Number> {
        Some(match self {
            Val::Int(i) => Number::Int(i),
            Val::Long(l) => Number::Long(l),
            Val::Double(d) => Number::Double(d),
            Val::Float(f) => Number::Float(f),
            Val::Byte(b) => Number::Int(b.into()),
            Val::Short(s) => Number::Int(s.into()),
            Val::Char(c) => Number::Int(c.into()),
            _ => return None,
        })
    }

    /// The digits of a `java.math.BigInteger`.
    pub fn big_digits(self) -> Option<&'a str> {
        match self {
            Val::Obj(Obj { kind: Kind::BigInteger(digits), .. }) => Some(digits),
            _ => None,
        }
    }

    /// Any number as 64 bits, fractions cut off as Java's cast does.
    pub fn to_i64(self) -> Option<i64> {
        self.number().map(Number::to_i64)
    }

    /// Any number as 32 bits, wrapped or clamped as Java's cast does.
    pub fn to_i32(self) -> Option<i32> {
        self.number().map(Number::to_i32)
    }

    pub fn to_f64(self) -> Option<f64> {
        self.number().map(Number::to_f64)
    }

    /// The class of a boxed value, string, list or map; an object knows its own.
    pub fn class_id(self) -> ClassId {
        match self {
            Val::Null => ClassId::Object,
            Val::Bool(_) => ClassId::Boolean,
            Val::Byte(_) => ClassId::Byte,
            Val::Short(_) => ClassId::Short,
            Val::Char(_) => ClassId::Character,
            Val::Int(_) => ClassId::Integer,
            Val::Long(_) => ClassId::Long,
            Val::Float(_) => ClassId::Float,
            Val::Double(_) => ClassId::Double,
            Val::Str(_) => ClassId::String,
            Val::List(_) => ClassId::ArrayList,
            Val::Map(_) => ClassId::HashMap,
            Val::Obj(o) => o.class_id(),
        }
    }

    /// Whether both are the same object, as `===` asks. Java keeps one box for each small number, and one object for each
    /// literal; so equal small numbers are the same, large ones are not.
    pub fn is_same(self, other: Val<'a>) -> bool {
        let small = |n: i64| (-128..=127).contains(&n);
        match (self, other) {
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Byte(a), Val::Byte(b)) => a == b,
            (Val::Short(a), Val::Short(b)) => a == b && small(a.into()),
            (Val::Char(a), Val::Char(b)) => a == b && a < 128,
            (Val::Int(a), Val::Int(b)) => a == b && small(a.into()),
            (Val::Long(a), Val::Long(b)) => a == b && small(a),
            (Val::Str(a), Val::Str(b)) => std::ptr::eq(a, b),
            (Val::List(a), Val::List(b)) => std::ptr::eq(a, b),
            (Val::Map(a), Val::Map(b)) => std::ptr::eq(a, b),
            (Val::Obj(a), Val::Obj(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}

/// A number as arithmetic sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
}

impl Number {
    /// What the operators make of a `BigInteger` beside another number: the kind of that other one, and bits cut off to fit it. Two
    /// `BigInteger`s are `int`s to them.
    pub fn of_digits(digits: &str, beside: Option<Number>) -> Self {
        match beside {
            Some(Number::Double(_)) => Number::Double(digits.parse().unwrap_or(f64::NAN)),
            Some(Number::Float(_)) => Number::Float(digits.parse().unwrap_or(f32::NAN)),
            Some(Number::Long(_)) => Number::Long(low_bits(digits)),
            Some(Number::Int(_)) | None => Number::Int(low_bits(digits) as i32),
        }
    }

    pub fn to_i32(self) -> i32 {
        match self {
            Number::Int(i) => i,
            Number::Long(l) => l as i32,
            Number::Float(f) => f as i32,
            Number::Double(d) => d as i32,
        }
    }

    pub fn to_i64(self) -> i64 {
        match self {
            Number::Int(i) => i.into(),
            Number::Long(l) => l,
            Number::Float(f) => f as i64,
            Number::Double(d) => d as i64,
        }
    }

    pub fn to_f32(self) -> f32 {
        match self {
            Number::Int(i) => i as f32,
            Number::Long(l) => l as f32,
            Number::Float(f) => f,
            Number::Double(d) => d as f32,
        }
    }

    pub fn to_f64(self) -> f64 {
        match self {
            Number::Int(i) => i.into(),
            Number::Long(l) => l as f64,
            Number::Float(f) => f.into(),
            Number::Double(d) => d,
        }
    }
}

/// The lowest 64 bits of a number in two's complement.
fn low_bits(digits: &str) -> i64 {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let low = unsigned.bytes().fold(0_i64, |low, digit| low.wrapping_mul(10).wrapping_add((digit - b'0').into()));
    if unsigned.len() < digits.len() { low.wrapping_neg() } else { low }
}
