//! Numbers' boxes, `Boolean`, `Character`.

use super::{Class, ClassId, take};
use crate::ingest::painless::equality::{hash_code, java_total_order};
use crate::ingest::painless::jstring;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;

/// A constant.
macro_rules! constant {
    ($variant:ident, $value:expr) => {
        |_, _| Ok(Val::$variant($value))
    };
}

/// A function of one `int` or `long`.
macro_rules! unary {
    ($from:ident => $to:ident, $function:expr) => {
        |_, args| match take(args)? {
            [Val::$from(n)] => Ok(Val::$to($function(n))),
            _ => Err(mismatch()),
        }
    };
}

/// A function of two numbers of one type.
macro_rules! binary {
    ($from:ident => $to:ident, $function:expr) => {
        |_, args| match take(args)? {
            [Val::$from(a), Val::$from(b)] => Ok(Val::$to($function(a, b))),
            _ => Err(mismatch()),
        }
    };
}

pub const NUMBER: Class = Class {
    name: "java.lang.Number",
    methods: &[
        ("byte byteValue()", |_, args| number(args).map(|n| Val::Byte(n.to_i32() as i8))),
        ("double doubleValue()", |_, args| number(args).map(|n| Val::Double(n.to_f64()))),
        ("float floatValue()", |_, args| number(args).map(|n| Val::Float(n.to_f32()))),
        ("int intValue()", |_, args| number(args).map(|n| Val::Int(n.to_i32()))),
        ("long longValue()", |_, args| number(args).map(|n| Val::Long(n.to_i64()))),
        ("short shortValue()", |_, args| number(args).map(|n| Val::Short(n.to_i32() as i16))),
    ],
    ..Class::EMPTY
};

pub const BIG_INTEGER: Class =
    Class { name: "java.math.BigInteger", extends: &[ClassId::Number, ClassId::Comparable], ..Class::EMPTY };

pub const BOOLEAN: Class = Class {
    name: "java.lang.Boolean",
    extends: &[ClassId::Comparable],
    constants: &[("Boolean FALSE", constant!(Bool, false)), ("Boolean TRUE", constant!(Bool, true))],
    statics: &[
        ("int compare(boolean, boolean)", binary!(Bool => Int, |a: bool, b: bool| a.cmp(&b) as i32)),
        ("int hashCode(boolean)", hash),
        ("boolean logicalAnd(boolean, boolean)", binary!(Bool => Bool, |a: bool, b: bool| a & b)),
        ("boolean logicalOr(boolean, boolean)", binary!(Bool => Bool, |a: bool, b: bool| a | b)),
        ("boolean logicalXor(boolean, boolean)", binary!(Bool => Bool, |a: bool, b: bool| a ^ b)),
        ("boolean parseBoolean(String)", parse_boolean),
        ("String toString(boolean)", print),
        ("Boolean valueOf(boolean)", same),
    ],
    methods: &[("boolean booleanValue()", same)],
    ..Class::EMPTY
};

pub const BYTE: Class = Class {
    name: "java.lang.Byte",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 1)),
        ("byte MAX_VALUE", constant!(Byte, i8::MAX)),
        ("byte MIN_VALUE", constant!(Byte, i8::MIN)),
        ("int SIZE", constant!(Int, 8)),
    ],
    statics: &[
        ("int compare(byte, byte)", binary!(Byte => Int, |a: i8, b: i8| i32::from(a) - i32::from(b))),
        ("int hashCode(byte)", hash),
        ("byte parseByte(String)", |run, args| parse_small(run, args, "Byte")),
        ("byte parseByte(String, int)", |run, args| parse_small(run, args, "Byte")),
        ("String toString(byte)", print),
        ("int toUnsignedInt(byte)", unary!(Byte => Int, |n: i8| i32::from(n as u8))),
        ("long toUnsignedLong(byte)", unary!(Byte => Long, |n: i8| i64::from(n as u8))),
        ("Byte valueOf(byte)", same),
        ("Byte valueOf(String, int)", |run, args| parse_small(run, args, "Byte")),
    ],
    ..Class::EMPTY
};

pub const SHORT: Class = Class {
    name: "java.lang.Short",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 2)),
        ("short MAX_VALUE", constant!(Short, i16::MAX)),
        ("short MIN_VALUE", constant!(Short, i16::MIN)),
        ("int SIZE", constant!(Int, 16)),
    ],
    statics: &[
        ("int compare(short, short)", binary!(Short => Int, |a: i16, b: i16| i32::from(a) - i32::from(b))),
        ("int hashCode(short)", hash),
        ("short parseShort(String)", |run, args| parse_small(run, args, "Short")),
        ("short parseShort(String, int)", |run, args| parse_small(run, args, "Short")),
        ("short reverseBytes(short)", unary!(Short => Short, i16::swap_bytes)),
        ("String toString(short)", print),
        ("int toUnsignedInt(short)", unary!(Short => Int, |n: i16| i32::from(n as u16))),
        ("long toUnsignedLong(short)", unary!(Short => Long, |n: i16| i64::from(n as u16))),
        ("Short valueOf(short)", same),
        ("Short valueOf(String, int)", |run, args| parse_small(run, args, "Short")),
    ],
    ..Class::EMPTY
};

pub const INTEGER: Class = Class {
    name: "java.lang.Integer",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 4)),
        ("int MAX_VALUE", constant!(Int, i32::MAX)),
        ("int MIN_VALUE", constant!(Int, i32::MIN)),
        ("int SIZE", constant!(Int, 32)),
    ],
    statics: &[
        ("int bitCount(int)", unary!(Int => Int, |n: i32| n.count_ones() as i32)),
        ("int compare(int, int)", binary!(Int => Int, |a: i32, b: i32| a.cmp(&b) as i32)),
        ("int compareUnsigned(int, int)", binary!(Int => Int, |a: i32, b: i32| (a as u32).cmp(&(b as u32)) as i32)),
        ("Integer decode(String)", |run, args| decode(run, args, true)),
        ("int divideUnsigned(int, int)", |_, args| unsigned_int(args, |a, b| a / b)),
        ("int hashCode(int)", hash),
        (
            "int highestOneBit(int)",
            unary!(Int => Int, |n: i32| if n == 0 { 0 } else { (1_u32 << (31 - n.leading_zeros())) as i32 }),
        ),
        ("int lowestOneBit(int)", unary!(Int => Int, |n: i32| n & n.wrapping_neg())),
        ("int max(int, int)", binary!(Int => Int, Ord::max)),
        ("int min(int, int)", binary!(Int => Int, Ord::min)),
        ("int numberOfLeadingZeros(int)", unary!(Int => Int, |n: i32| n.leading_zeros() as i32)),
        ("int numberOfTrailingZeros(int)", unary!(Int => Int, |n: i32| n.trailing_zeros() as i32)),
        ("int parseInt(String)", parse_int),
        ("int parseInt(String, int)", parse_int),
        ("int parseUnsignedInt(String)", parse_unsigned_int),
        ("int parseUnsignedInt(String, int)", parse_unsigned_int),
        ("int remainderUnsigned(int, int)", |_, args| unsigned_int(args, |a, b| a % b)),
        ("int reverse(int)", unary!(Int => Int, i32::reverse_bits)),
        ("int reverseBytes(int)", unary!(Int => Int, i32::swap_bytes)),
        ("int rotateLeft(int, int)", binary!(Int => Int, |a: i32, b: i32| a.rotate_left(b as u32 & 31))),
        ("int rotateRight(int, int)", binary!(Int => Int, |a: i32, b: i32| a.rotate_right(b as u32 & 31))),
        ("int signum(int)", unary!(Int => Int, i32::signum)),
        ("String toBinaryString(int)", |run, args| print_bits(run, args, 2)),
        ("String toHexString(int)", |run, args| print_bits(run, args, 16)),
        ("String toOctalString(int)", |run, args| print_bits(run, args, 8)),
        ("String toString(int)", print),
        ("String toString(int, int)", print_radix),
        ("long toUnsignedLong(int)", unary!(Int => Long, |n: i32| i64::from(n as u32))),
        ("String toUnsignedString(int)", |run, args| print_bits(run, args, 10)),
        ("String toUnsignedString(int, int)", |run, args| print_bits(run, args, radix(args))),
        ("Integer valueOf(int)", same),
        ("Integer valueOf(String, int)", parse_int),
    ],
    ..Class::EMPTY
};

pub const LONG: Class = Class {
    name: "java.lang.Long",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 8)),
        ("long MAX_VALUE", constant!(Long, i64::MAX)),
        ("long MIN_VALUE", constant!(Long, i64::MIN)),
        ("int SIZE", constant!(Int, 64)),
    ],
    statics: &[
        ("int bitCount(long)", unary!(Long => Int, |n: i64| n.count_ones() as i32)),
        ("int compare(long, long)", binary!(Long => Int, |a: i64, b: i64| a.cmp(&b) as i32)),
        ("int compareUnsigned(long, long)", binary!(Long => Int, |a: i64, b: i64| (a as u64).cmp(&(b as u64)) as i32)),
        ("Long decode(String)", |run, args| decode(run, args, false)),
        ("long divideUnsigned(long, long)", |_, args| unsigned_long(args, |a, b| a / b)),
        ("int hashCode(long)", hash),
        (
            "long highestOneBit(long)",
            unary!(Long => Long, |n: i64| if n == 0 { 0 } else { (1_u64 << (63 - n.leading_zeros())) as i64 }),
        ),
        ("long lowestOneBit(long)", unary!(Long => Long, |n: i64| n & n.wrapping_neg())),
        ("long max(long, long)", binary!(Long => Long, Ord::max)),
        ("long min(long, long)", binary!(Long => Long, Ord::min)),
        ("int numberOfLeadingZeros(long)", unary!(Long => Int, |n: i64| n.leading_zeros() as i32)),
        ("int numberOfTrailingZeros(long)", unary!(Long => Int, |n: i64| n.trailing_zeros() as i32)),
        ("long parseLong(String)", parse_long),
        ("long parseLong(String, int)", parse_long),
        ("long parseUnsignedLong(String)", parse_unsigned_long),
        ("long parseUnsignedLong(String, int)", parse_unsigned_long),
        ("long remainderUnsigned(long, long)", |_, args| unsigned_long(args, |a, b| a % b)),
        ("long reverse(long)", unary!(Long => Long, i64::reverse_bits)),
        ("long reverseBytes(long)", unary!(Long => Long, i64::swap_bytes)),
        ("long rotateLeft(long, int)", |_, args| rotate(args, i64::rotate_left)),
        ("long rotateRight(long, int)", |_, args| rotate(args, i64::rotate_right)),
        ("int signum(long)", unary!(Long => Int, |n: i64| n.signum() as i32)),
        ("long sum(long, long)", binary!(Long => Long, i64::wrapping_add)),
        ("String toBinaryString(long)", |run, args| print_bits(run, args, 2)),
        ("String toHexString(long)", |run, args| print_bits(run, args, 16)),
        ("String toOctalString(long)", |run, args| print_bits(run, args, 8)),
        ("String toString(long)", print),
        ("String toString(long, int)", print_radix),
        ("String toUnsignedString(long)", |run, args| print_bits(run, args, 10)),
        ("String toUnsignedString(long, int)", |run, args| print_bits(run, args, radix(args))),
        ("Long valueOf(long)", same),
        ("Long valueOf(String, int)", parse_long),
    ],
    ..Class::EMPTY
};

pub const FLOAT: Class = Class {
    name: "java.lang.Float",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 4)),
        ("int MAX_EXPONENT", constant!(Int, 127)),
        ("float MAX_VALUE", constant!(Float, f32::MAX)),
        ("int MIN_EXPONENT", constant!(Int, -126)),
        ("float MIN_NORMAL", constant!(Float, f32::MIN_POSITIVE)),
        ("float MIN_VALUE", constant!(Float, f32::from_bits(1))),
        ("float NEGATIVE_INFINITY", constant!(Float, f32::NEG_INFINITY)),
        ("float NaN", constant!(Float, f32::NAN)),
        ("float POSITIVE_INFINITY", constant!(Float, f32::INFINITY)),
        ("int SIZE", constant!(Int, 32)),
    ],
    statics: &[
        (
            "int compare(float, float)",
            binary!(Float => Int, |a: f32, b: f32| java_total_order(a.into(), b.into()) as i32),
        ),
        ("int floatToIntBits(float)", unary!(Float => Int, |n: f32| n.to_bits() as i32)),
        ("int floatToRawIntBits(float)", unary!(Float => Int, |n: f32| n.to_bits() as i32)),
        ("int hashCode(float)", hash),
        ("float intBitsToFloat(int)", unary!(Int => Float, |n: i32| f32::from_bits(n as u32))),
        ("boolean isFinite(float)", unary!(Float => Bool, f32::is_finite)),
        ("boolean isInfinite(float)", unary!(Float => Bool, f32::is_infinite)),
        ("boolean isNaN(float)", unary!(Float => Bool, f32::is_nan)),
        (
            "float max(float, float)",
            binary!(Float => Float, |a: f32, b: f32| super::math::java_max(a.into(), b.into()) as f32),
        ),
        (
            "float min(float, float)",
            binary!(Float => Float, |a: f32, b: f32| super::math::java_min(a.into(), b.into()) as f32),
        ),
        ("float parseFloat(String)", |run, args| parse_fraction(run, args, false)),
        ("float sum(float, float)", binary!(Float => Float, |a: f32, b: f32| a + b)),
        ("String toString(float)", print),
        ("Float valueOf(float)", same),
    ],
    methods: &[
        ("boolean isInfinite()", unary!(Float => Bool, f32::is_infinite)),
        ("boolean isNaN()", unary!(Float => Bool, f32::is_nan)),
    ],
    ..Class::EMPTY
};

pub const DOUBLE: Class = Class {
    name: "java.lang.Double",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("int BYTES", constant!(Int, 8)),
        ("int MAX_EXPONENT", constant!(Int, 1023)),
        ("double MAX_VALUE", constant!(Double, f64::MAX)),
        ("int MIN_EXPONENT", constant!(Int, -1022)),
        ("double MIN_NORMAL", constant!(Double, f64::MIN_POSITIVE)),
        ("double MIN_VALUE", constant!(Double, f64::from_bits(1))),
        ("double NEGATIVE_INFINITY", constant!(Double, f64::NEG_INFINITY)),
        ("double NaN", constant!(Double, f64::NAN)),
        ("double POSITIVE_INFINITY", constant!(Double, f64::INFINITY)),
        ("int SIZE", constant!(Int, 64)),
    ],
    statics: &[
        ("int compare(double, double)", binary!(Double => Int, |a: f64, b: f64| java_total_order(a, b) as i32)),
        ("long doubleToLongBits(double)", unary!(Double => Long, |n: f64| n.to_bits() as i64)),
        ("long doubleToRawLongBits(double)", unary!(Double => Long, |n: f64| n.to_bits() as i64)),
        ("int hashCode(double)", hash),
        ("boolean isFinite(double)", unary!(Double => Bool, f64::is_finite)),
        ("boolean isInfinite(double)", unary!(Double => Bool, f64::is_infinite)),
        ("boolean isNaN(double)", unary!(Double => Bool, f64::is_nan)),
        ("double longBitsToDouble(long)", unary!(Long => Double, |n: i64| f64::from_bits(n as u64))),
        ("double max(double, double)", binary!(Double => Double, super::math::java_max)),
        ("double min(double, double)", binary!(Double => Double, super::math::java_min)),
        ("double parseDouble(String)", |run, args| parse_fraction(run, args, true)),
        ("double sum(double, double)", binary!(Double => Double, |a: f64, b: f64| a + b)),
        ("String toString(double)", print),
        ("Double valueOf(double)", same),
    ],
    methods: &[
        ("boolean isInfinite()", unary!(Double => Bool, f64::is_infinite)),
        ("boolean isNaN()", unary!(Double => Bool, f64::is_nan)),
    ],
    ..Class::EMPTY
};

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
        ("boolean isDigit(int)", is!(|c| c.is_ascii_digit() || is_decimal_digit(c))),
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

#[cold]
fn mismatch() -> Thrown {
    Thrown::with_message(ClassId::NullPointerException, None)
}

fn number(args: &[Val<'_>]) -> Result<crate::ingest::painless::value::Number, Thrown> {
    args.first().and_then(|v| v.number()).ok_or_else(mismatch)
}

fn same<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    Ok(val)
}

fn print<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    run.text_val(val)
}

fn hash<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    hash_code(run, val).map(Val::Int)
}

fn parse_boolean<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [text] = take(args)?;
    Ok(Val::Bool(text.as_str().is_some_and(|s| s.eq_ignore_ascii_case("true"))))
}

/// `For input string: "x"`, with the radix where it is not ten.
fn bad_number(text: &str, radix: u32) -> Thrown {
    let under = if radix == 10 { String::new() } else { format!(" under radix {radix}") };
    Thrown::new(ClassId::NumberFormatException, format!("For input string: \"{text}\"{under}"))
}

fn radix(args: &[Val<'_>]) -> u32 {
    args.get(1)
        .and_then(|v| v.to_i32())
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (2..=36).contains(n))
        .unwrap_or(10)
}

fn number_text<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<&'a str, Thrown> {
    match args.first().copied().unwrap_or(Val::Null) {
        Val::Null => Err(Thrown::new(ClassId::NumberFormatException, "Cannot parse null string: null")),
        other => run.text(other),
    }
}

/// An integer as Java reads it: one sign, digits of any script, nothing else.
fn parse_integer(text: &str, radix: u32) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    let mut number = 0_i128;
    for c in digits.chars() {
        number = number.checked_mul(i128::from(radix))?.checked_add(digit_value(c, radix)?.into())?;
    }
    Some(if text.starts_with('-') { -number } else { number })
}

fn parse_int<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    parse_integer(text, radix).and_then(|n| i32::try_from(n).ok()).map(Val::Int).ok_or_else(|| bad_number(text, radix))
}

fn parse_long<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    parse_integer(text, radix).and_then(|n| i64::try_from(n).ok()).map(Val::Long).ok_or_else(|| bad_number(text, radix))
}

fn parse_unsigned_int<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    parse_integer(text, radix)
        .and_then(|n| u32::try_from(n).ok())
        .map(|n| Val::Int(n as i32))
        .ok_or_else(|| bad_number(text, radix))
}

fn parse_unsigned_long<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    parse_integer(text, radix)
        .and_then(|n| u64::try_from(n).ok())
        .map(|n| Val::Long(n as i64))
        .ok_or_else(|| bad_number(text, radix))
}

fn parse_small<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], class: &str) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    let number =
        parse_integer(text, radix).and_then(|n| i32::try_from(n).ok()).ok_or_else(|| bad_number(text, radix))?;
    let small = if class == "Byte" {
        i8::try_from(number).ok().map(Val::Byte)
    } else {
        i16::try_from(number).ok().map(Val::Short)
    };
    small.ok_or_else(|| {
        Thrown::new(ClassId::NumberFormatException, format!("Value out of range. Value:\"{text}\" Radix:{radix}"))
    })
}

/// `Integer.decode`: `0x`, `#` and a leading 0 give the radix.
fn decode<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], is_int: bool) -> Eval<'a> {
    let text = number_text(run, args)?;
    if text.is_empty() {
        return Err(Thrown::new(ClassId::NumberFormatException, "Zero length string"));
    }
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    let (digits, radix) =
        if let Some(hex) = rest.strip_prefix("0x").or(rest.strip_prefix("0X")).or(rest.strip_prefix('#')) {
            (hex, 16)
        } else if rest.len() > 1 && rest.starts_with('0') {
            (&rest[1..], 8)
        } else {
            (rest, 10)
        };
    let number = if digits.starts_with(['+', '-']) { None } else { parse_integer(&format!("{sign}{digits}"), radix) };
    let val = if is_int {
        number.and_then(|n| i32::try_from(n).ok()).map(Val::Int)
    } else {
        number.and_then(|n| i64::try_from(n).ok()).map(Val::Long)
    };
    val.ok_or_else(|| bad_number(digits, radix))
}

/// A fraction as Java reads it: blanks around, `NaN`, `Infinity`, suffixes, hexadecimal forms.
pub fn parse_java_double(text: &str) -> Option<f64> {
    let text = jstring::trim(text);
    let (sign, body) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match body {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    if body.starts_with("0x") || body.starts_with("0X") {
        return parse_hex_double(&body[2..]).map(|d| sign * d);
    }
    let body = body.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(body);
    // Rust also reads `inf`, `nan` and so on.
    let sane = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && body.bytes().any(|b| b.is_ascii_digit())
        && !body.starts_with(['+', '-']);
    if sane { body.parse::<f64>().ok().map(|d| sign * d) } else { None }
}

fn parse_hex_double(body: &str) -> Option<f64> {
    let body = body.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(body);
    let (mantissa, exponent) = body.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    for c in whole.chars() {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let mut scale = 1.0 / 16.0;
    for c in fraction.chars() {
        value += f64::from(c.to_digit(16)?) * scale;
        scale /= 16.0;
    }
    (!mantissa.is_empty()).then(|| value * 2.0_f64.powi(exponent))
}

fn parse_fraction<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], is_double: bool) -> Eval<'a> {
    let text = match args.first().copied().unwrap_or(Val::Null) {
        Val::Null if is_double => {
            return Err(Thrown::null_pointer("Cannot invoke \"String.trim()\" because \"in\" is null"));
        }
        Val::Null => return Err(Thrown::null_pointer("Cannot invoke \"String.trim()\" because \"in\" is null")),
        other => run.text(other)?,
    };
    let trimmed = jstring::trim(text);
    if trimmed.is_empty() {
        return Err(Thrown::new(ClassId::NumberFormatException, "empty String"));
    }
    match parse_java_double(text) {
        Some(d) if is_double => Ok(Val::Double(d)),
        // Straight from the text: rounding twice may differ.
        Some(d) => {
            let body = trimmed.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(trimmed);
            Ok(Val::Float(body.parse::<f32>().unwrap_or(d as f32)))
        }
        None => Err(Thrown::new(ClassId::NumberFormatException, format!("For input string: \"{trimmed}\""))),
    }
}

fn print_radix<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let radix = radix(args);
    let number = number(args)?.to_i64();
    let digits = digits_of(number.unsigned_abs(), radix);
    run.string(&if number < 0 { format!("-{digits}") } else { digits })
}

/// The bits as an unsigned number.
fn print_bits<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], radix: u32) -> Eval<'a> {
    let bits = match args.first() {
        Some(Val::Int(n)) => u64::from(*n as u32),
        _ => number(args)?.to_i64() as u64,
    };
    run.string(&digits_of(bits, radix))
}

fn digits_of(mut number: u64, radix: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((number % u64::from(radix)) as u32, radix).unwrap_or('0'));
        number /= u64::from(radix);
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

fn unsigned_int<'a>(args: &[Val<'a>], function: fn(u32, u32) -> u32) -> Eval<'a> {
    match take(args)? {
        [Val::Int(_), Val::Int(0)] => Err(Thrown::new(ClassId::ArithmeticException, "/ by zero")),
        [Val::Int(a), Val::Int(b)] => Ok(Val::Int(function(a as u32, b as u32) as i32)),
        _ => Err(mismatch()),
    }
}

fn unsigned_long<'a>(args: &[Val<'a>], function: fn(u64, u64) -> u64) -> Eval<'a> {
    match take(args)? {
        [Val::Long(_), Val::Long(0)] => Err(Thrown::new(ClassId::ArithmeticException, "/ by zero")),
        [Val::Long(a), Val::Long(b)] => Ok(Val::Long(function(a as u64, b as u64) as i64)),
        _ => Err(mismatch()),
    }
}

fn rotate<'a>(args: &[Val<'a>], function: fn(i64, u32) -> i64) -> Eval<'a> {
    match take(args)? {
        [Val::Long(a), Val::Int(b)] => Ok(Val::Long(function(a, b as u32 & 63))),
        _ => Err(mismatch()),
    }
}

// Characters.

fn character(code: Val<'_>) -> Option<char> {
    code.to_i32().and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32)
}

/// The first digits, zero, of the decimal digits outside ASCII that logs hold.
const DECIMAL_ZEROS: [u32; 12] = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xe50, 0xed0, 0xff10];

fn is_decimal_digit(c: char) -> bool {
    c.is_ascii_digit() || DECIMAL_ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&u32::from(c)))
}

/// `Character.digit`.
fn digit_value(c: char, radix: u32) -> Option<u32> {
    if let Some(value) = c.to_digit(radix) {
        return Some(value);
    }
    let code = u32::from(c);
    let value = DECIMAL_ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))
        .map(|zero| code - zero)
        .or_else(|| (0xff21..=0xff3a).contains(&code).then(|| code - 0xff21 + 10))
        .or_else(|| (0xff41..=0xff5a).contains(&code).then(|| code - 0xff41 + 10))?;
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
