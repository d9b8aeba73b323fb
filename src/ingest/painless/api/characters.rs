//! `Character`.

use super::boxed::{hash, print, same};
use super::number_macros::{binary, constant, unary};
use super::{Class, ClassId, take};
use crate::ingest::java_numbers;
use crate::ingest::painless::jstring;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;

/// A question about a character.
macro_rules! is {
    ($function:expr) => {
        |_, args| {
            let [code] = take(args)?;
            let function: fn(char) -> bool = $function;
            Ok(Val::Bool(character(code).is_some_and(function)))
        }
    };
}

pub const CHARACTER: Class = Class {
    name: "java.lang.Character",
    extends: &[ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 2)),
        ("int MAX_RADIX", constant!(Int, 36)),
        ("char MAX_VALUE", constant!(Char, u16::MAX)),
        ("int MAX_CODE_POINT", constant!(Int, 0x10_ffff)),
        ("int MIN_CODE_POINT", constant!(Int, 0)),
        ("int MIN_RADIX", constant!(Int, 2)),
        ("int MIN_SUPPLEMENTARY_CODE_POINT", constant!(Int, 0x1_0000)),
        ("char MIN_VALUE", constant!(Char, 0)),
        ("int SIZE", constant!(Int, 16)),
    ],
    statics: &[
        ("int charCount(int)", unary!(Int => Int, |n: i32| if n >= 0x1_0000 { 2 } else { 1 })),
        ("int codePointAt(CharSequence, int)", super::string::code_point_at),
        ("int codePointBefore(CharSequence, int)", super::string::code_point_before),
        ("int codePointCount(CharSequence, int, int)", super::string::code_point_count),
        ("int compare(char, char)", binary!(Char => Int, |a: u16, b: u16| i32::from(a) - i32::from(b))),
        ("int digit(int, int)", digit),
        ("char forDigit(int, int)", for_digit),
        ("int getNumericValue(int)", numeric_value),
        ("int hashCode(char)", hash),
        ("char highSurrogate(int)", unary!(Int => Char, |n: i32| ((n >> 10) + (0xd800 - (0x1_0000 >> 10))) as u16)),
        ("boolean isAlphabetic(int)", is!(char::is_alphabetic)),
        ("boolean isBmpCodePoint(int)", unary!(Int => Bool, |n: i32| (0..0x1_0000).contains(&n))),
        ("boolean isDefined(int)", is!(|c| !c.is_control() || c.is_ascii())),
        ("boolean isDigit(int)", is!(is_decimal_digit)),
        ("boolean isHighSurrogate(char)", unary!(Char => Bool, |u: u16| (0xd800..0xdc00).contains(&u))),
        (
            "boolean isISOControl(int)",
            unary!(Int => Bool, |n: i32| (0..0x20).contains(&n) || (0x7f..0xa0).contains(&n)),
        ),
        ("boolean isLetter(int)", is!(|c| c.is_alphabetic())),
        ("boolean isLetterOrDigit(int)", is!(|c| c.is_alphabetic() || is_decimal_digit(c))),
        ("boolean isLowerCase(int)", is!(char::is_lowercase)),
        ("boolean isSpaceChar(int)", is!(|c| c == ' ' || c == '\u{a0}' || c.is_whitespace() && !c.is_control())),
        ("boolean isSupplementaryCodePoint(int)", unary!(Int => Bool, |n: i32| (0x1_0000..=0x10_ffff).contains(&n))),
        ("boolean isSurrogate(char)", unary!(Char => Bool, |u: u16| (0xd800..0xe000).contains(&u))),
        ("boolean isUpperCase(int)", is!(char::is_uppercase)),
        ("boolean isValidCodePoint(int)", unary!(Int => Bool, |n: i32| (0..=0x10_ffff).contains(&n))),
        ("boolean isWhitespace(int)", is!(jstring::is_java_whitespace)),
        ("char lowSurrogate(int)", unary!(Int => Char, |n: i32| ((n & 0x3ff) + 0xdc00) as u16)),
        ("char reverseBytes(char)", unary!(Char => Char, u16::swap_bytes)),
        ("char[] toChars(int)", to_chars),
        (
            "int toCodePoint(char, char)",
            binary!(Char => Int, |a: u16, b: u16| {
                ((i32::from(a) << 10) + i32::from(b)) + (0x1_0000 - (0xd800 << 10) - 0xdc00)
            }),
        ),
        ("char toLowerCase(char)", unary!(Char => Char, |u: u16| map_unit(u, |c| c.to_lowercase().next()))),
        ("String toString(char)", print),
        ("char toTitleCase(char)", unary!(Char => Char, |u: u16| map_unit(u, |c| c.to_uppercase().next()))),
        ("char toUpperCase(char)", unary!(Char => Char, |u: u16| map_unit(u, |c| c.to_uppercase().next()))),
        ("Character valueOf(char)", same),
    ],
    methods: &[("char charValue()", same)],
    ..Class::EMPTY
};

// Characters.

fn character(code: Val<'_>) -> Option<char> {
    code.to_i32().and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32)
}

fn is_decimal_digit(c: char) -> bool {
    c.is_ascii_digit() || java_numbers::decimal_digit(c).is_some()
}

/// `Character.digit`.
fn digit_value(c: char, radix: u32) -> Option<u32> {
    let full_width = |first: u32, last: u32| {
        let code = u32::from(c);
        (first..=last).contains(&code).then(|| code - first + 10)
    };
    let value = c
        .to_digit(36)
        .or_else(|| java_numbers::decimal_digit(c).and_then(|d| d.to_digit(10)))
        .or_else(|| full_width(0xff21, 0xff3a))
        .or_else(|| full_width(0xff41, 0xff5a))?;
    (value < radix).then_some(value)
}

fn digit<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [code, radix] = take(args)?;
    let radix = radix.to_i32().and_then(|n| u32::try_from(n).ok()).filter(|n| (2..=36).contains(n));
    let value = character(code).zip(radix).and_then(|(c, radix)| digit_value(c, radix));
    Ok(Val::Int(value.map_or(-1, |n| n as i32)))
}

fn for_digit<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [value, radix] = take(args)?;
    let (value, radix) = (value.to_i32().unwrap_or(-1), radix.to_i32().unwrap_or(0));
    let c = match (u32::try_from(value), u32::try_from(radix)) {
        (Ok(value), Ok(radix)) if (2..=36).contains(&radix) => char::from_digit(value, radix),
        _ => None,
    };
    Ok(Val::Char(c.map_or(0, |c| c as u16)))
}

fn numeric_value<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [code] = take(args)?;
    Ok(Val::Int(character(code).and_then(|c| digit_value(c, 36)).map_or(-1, |n| n as i32)))
}

fn to_chars<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [code] = take(args)?;
    let Some(c) = character(code) else {
        let code = code.to_i32().unwrap_or(0);
        return Err(Thrown::illegal_argument(format!("Not a valid Unicode code point: 0x{code:X}")));
    };
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|u| Val::Char(*u)).collect();
    super::lists::array(run, Type::CHAR, units)
}

fn map_unit(unit: u16, map: impl Fn(char) -> Option<char>) -> u16 {
    let mapped = char::from_u32(unit.into()).and_then(map).map(u32::from);
    mapped.and_then(|code| u16::try_from(code).ok()).unwrap_or(unit)
}
