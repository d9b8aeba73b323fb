//! Numbers' boxes and `Boolean`.

use super::number_macros::{binary, constant, unary};
use super::numerals::*;
use super::{Class, ClassId, mismatch, take};
use crate::ingest::painless::equality::{hash_code, java_total_order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

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

pub(super) fn number(args: &[Val<'_>]) -> Result<crate::ingest::painless::value::Number, Thrown> {
    args.first().and_then(|v| v.number()).ok_or_else(mismatch)
}

pub(super) fn same<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    Ok(val)
}

pub(super) fn print<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    run.print_val(val)
}

pub(super) fn hash<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    hash_code(run, val).map(Val::Int)
}
