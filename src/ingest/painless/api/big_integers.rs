//! `BigInteger`.

use super::{Class, ClassId};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use num_bigint::{BigInt, Sign};

/// Bits that a number may have. The node knows no such bound.
const BITS_MAX: u64 = 1 << 20;

macro_rules! two {
    ($function:expr) => {
        |run, args| {
            let function: fn(BigInt, BigInt) -> Result<BigInt, &'static str> = $function;
            let result = function(number(args, 0)?, number(args, 1)?);
            made(run, result.map_err(|message| Thrown::new(ClassId::ArithmeticException, message))?)
        }
    };
}

macro_rules! one {
    ($function:expr) => {
        |run, args| {
            let function: fn(BigInt) -> BigInt = $function;
            made(run, function(number(args, 0)?))
        }
    };
}

const BY_ZERO: &str = "BigInteger divide by zero";

pub const BIG_INTEGER: Class = Class {
    name: "java.math.BigInteger",
    extends: &[ClassId::Number, ClassId::Comparable],
    constants: &[
        ("BigInteger ONE", |run, _| made(run, BigInt::from(1))),
        ("BigInteger TEN", |run, _| made(run, BigInt::from(10))),
        ("BigInteger ZERO", |run, _| made(run, BigInt::from(0))),
    ],
    constructors: &[("(String)", parse), ("(String, int)", parse)],
    statics: &[("BigInteger valueOf(long)", |run, args| {
        made(run, BigInt::from(args.first().and_then(|v| v.to_i64()).unwrap_or(0)))
    })],
    methods: &[
        ("BigInteger abs()", one!(|n| if n.sign() == Sign::Minus { -n } else { n })),
        ("BigInteger add(BigInteger)", two!(|a, b| Ok(a + b))),
        ("BigInteger and(BigInteger)", two!(|a, b| Ok(a & b))),
        ("int bitLength()", |_, args| {
            let n = number(args, 0)?;
            // A negative number's bits are those of its complement.
            let n = if n.sign() == Sign::Minus { !n } else { n };
            Ok(Val::Int(n.bits() as i32))
        }),
        ("int compareTo(BigInteger)", |_, args| Ok(Val::Int(number(args, 0)?.cmp(&number(args, 1)?) as i32))),
        ("BigInteger divide(BigInteger)", two!(|a, b| a.checked_div(&b).ok_or(BY_ZERO))),
        ("double doubleValue()", |_, args| Ok(Val::Double(to_double(&number(args, 0)?)))),
        ("float floatValue()", |_, args| Ok(Val::Float(to_double(&number(args, 0)?) as f32))),
        ("int intValue()", |_, args| Ok(Val::Int(low_bits(&number(args, 0)?) as i32))),
        ("int intValueExact()", |_, args| {
            let exact = i32::try_from(number(args, 0)?);
            exact.map(Val::Int).map_err(|_| out_of_range("int"))
        }),
        ("long longValue()", |_, args| Ok(Val::Long(low_bits(&number(args, 0)?)))),
        ("long longValueExact()", |_, args| {
            let exact = i64::try_from(number(args, 0)?);
            exact.map(Val::Long).map_err(|_| out_of_range("long"))
        }),
        ("BigInteger max(BigInteger)", two!(|a, b| Ok(a.max(b)))),
        ("BigInteger min(BigInteger)", two!(|a, b| Ok(a.min(b)))),
        (
            "BigInteger mod(BigInteger)",
            two!(|a, b| {
                if b.sign() != Sign::Plus {
                    return Err("BigInteger: modulus not positive");
                }
                Ok(((a % &b) + &b) % b)
            }),
        ),
        ("BigInteger multiply(BigInteger)", two!(|a, b| Ok(a * b))),
        ("BigInteger negate()", one!(|n| -n)),
        ("BigInteger not()", one!(|n| !n)),
        ("BigInteger or(BigInteger)", two!(|a, b| Ok(a | b))),
        ("BigInteger pow(int)", pow),
        (
            "BigInteger remainder(BigInteger)",
            two!(|a, b| { if b.sign() == Sign::NoSign { Err(BY_ZERO) } else { Ok(a % b) } }),
        ),
        ("BigInteger shiftLeft(int)", |run, args| shift(run, args, 1)),
        ("BigInteger shiftRight(int)", |run, args| shift(run, args, -1)),
        ("int signum()", |_, args| {
            Ok(Val::Int(match number(args, 0)?.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            }))
        }),
        ("BigInteger subtract(BigInteger)", two!(|a, b| Ok(a - b))),
        ("boolean testBit(int)", |_, args| {
            let Ok(bit) = u64::try_from(args.get(1).and_then(|v| v.to_i32()).unwrap_or(0)) else {
                return Err(Thrown::new(ClassId::ArithmeticException, "Negative bit address"));
            };
            Ok(Val::Bool(number(args, 0)?.bit(bit)))
        }),
        ("byte[] toByteArray()", |run, args| {
            let bytes = number(args, 0)?.to_signed_bytes_be();
            super::lists::array(run, Type::BYTE, bytes.into_iter().map(|b| Val::Byte(b as i8)).collect())
        }),
        ("String toString(int)", |run, args| {
            let radix = args.get(1).and_then(|v| v.to_i32()).unwrap_or(10);
            let radix = u32::try_from(radix).ok().filter(|r| (2..=36).contains(r)).unwrap_or(10);
            let text = number(args, 0)?.to_str_radix(radix);
            run.string(&text)
        }),
        ("BigInteger xor(BigInteger)", two!(|a, b| Ok(a ^ b))),
    ],
    ..Class::EMPTY
};

fn number(args: &[Val<'_>], index: usize) -> Result<BigInt, Thrown> {
    match args.get(index) {
        Some(Val::Obj(Obj { kind: Kind::BigInteger(digits), .. })) => Ok(digits.parse().unwrap_or_default()),
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

fn made<'a>(run: &mut Run<'_, 'a>, number: BigInt) -> Eval<'a> {
    if number.bits() > BITS_MAX {
        return Err(Thrown::new(ClassId::ArithmeticException, "BigInteger would overflow supported range"));
    }
    let digits = number.to_string();
    run.charge(digits.len())?;
    Ok(run.object(Kind::BigInteger(run.arena.alloc_str(&digits))))
}

fn out_of_range(what: &str) -> Thrown {
    Thrown::new(ClassId::ArithmeticException, format!("BigInteger out of {what} range"))
}

fn parse<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
    let radix = args.get(1).and_then(|v| v.to_i32()).unwrap_or(10);
    let fail = |message: String| Err(Thrown::new(ClassId::NumberFormatException, message));
    let Some(radix) = u32::try_from(radix).ok().filter(|r| (2..=36).contains(r)) else {
        return fail("Radix out of range".to_owned());
    };
    if text.is_empty() {
        return fail("Zero length BigInteger".to_owned());
    }
    if text.len() as u64 > BITS_MAX / 8 {
        return fail("BigInteger would overflow supported range".to_owned());
    }
    // The crate takes `_` between digits, Java does not.
    match BigInt::parse_bytes(text.as_bytes(), radix) {
        Some(number) if !text.contains('_') => made(run, number),
        _ => {
            let under = if radix == 10 { String::new() } else { format!(" under radix {radix}") };
            fail(format!("For input string: \"{text}\"{under}"))
        }
    }
}

/// The low 64 bits, as Java's narrowing takes them.
pub(super) fn low_bits(number: &BigInt) -> i64 {
    let low = number.magnitude().iter_u64_digits().next().unwrap_or(0) as i64;
    if number.sign() == Sign::Minus { low.wrapping_neg() } else { low }
}

fn to_double(number: &BigInt) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}

fn pow<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let base = number(args, 0)?;
    let Ok(exponent) = u32::try_from(args.get(1).and_then(|v| v.to_i32()).unwrap_or(0)) else {
        return Err(Thrown::new(ClassId::ArithmeticException, "Negative exponent"));
    };
    if base.bits().saturating_mul(exponent.into()) > BITS_MAX {
        return Err(Thrown::new(ClassId::ArithmeticException, "BigInteger would overflow supported range"));
    }
    made(run, base.pow(exponent))
}

fn shift<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], sign: i64) -> Eval<'a> {
    let base = number(args, 0)?;
    let by = args.get(1).and_then(|v| v.to_i64()).unwrap_or(0) * sign;
    if by > 0 && base.bits().saturating_add(by as u64) > BITS_MAX {
        return Err(Thrown::new(ClassId::ArithmeticException, "BigInteger would overflow supported range"));
    }
    let shifted = if by >= 0 { base << by as u64 } else { base >> by.unsigned_abs() };
    made(run, shifted)
}
