//! Text to numbers and back, for the boxes.

use super::boxed::number;
use super::mismatch;
use super::{ClassId, take};
use crate::ingest::java_numbers;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

pub(super) fn parse_boolean<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [text] = take(args)?;
    Ok(Val::Bool(text.as_str().is_some_and(|s| s.eq_ignore_ascii_case("true"))))
}

/// `For input string: "x"`, with the radix where it is not ten.
pub(super) fn bad_number(text: &str, radix: u32) -> Thrown {
    let under = if radix == 10 { String::new() } else { format!(" under radix {radix}") };
    Thrown::new(ClassId::NumberFormatException, format!("For input string: \"{text}\"{under}"))
}

pub(super) fn radix(args: &[Val<'_>]) -> u32 {
    args.get(1)
        .and_then(|v| v.to_i32())
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (2..=36).contains(n))
        .unwrap_or(10)
}

pub(super) fn number_text<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<&'a str, Thrown> {
    match args.first().copied().unwrap_or(Val::Null) {
        Val::Null => Err(Thrown::new(ClassId::NumberFormatException, "Cannot parse null string")),
        other => run.text(other),
    }
}

pub(super) fn parse_int<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = number_text(run, args)?;
    java_numbers::parse_int(text, radix(args)).map(Val::Int).map_err(Thrown::from_failure)
}

pub(super) fn parse_long<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = number_text(run, args)?;
    java_numbers::parse_long(text, radix(args)).map(Val::Long).map_err(Thrown::from_failure)
}

pub(super) fn parse_unsigned_int<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    u32::from_str_radix(text, radix).map(|n| Val::Int(n as i32)).map_err(|_| bad_number(text, radix))
}

pub(super) fn parse_unsigned_long<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    u64::from_str_radix(text, radix).map(|n| Val::Long(n as i64)).map_err(|_| bad_number(text, radix))
}

pub(super) fn parse_small<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], class: &str) -> Eval<'a> {
    let (text, radix) = (number_text(run, args)?, radix(args));
    let number = java_numbers::parse_int(text, radix).map_err(Thrown::from_failure)?;
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
pub(super) fn decode<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], is_int: bool) -> Eval<'a> {
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
    if digits.starts_with(['+', '-']) {
        return Err(Thrown::new(ClassId::NumberFormatException, "Sign character in wrong position"));
    }
    let signed = format!("{sign}{digits}");
    if is_int {
        java_numbers::parse_int(&signed, radix).map(Val::Int).map_err(Thrown::from_failure)
    } else {
        java_numbers::parse_long(&signed, radix).map(Val::Long).map_err(Thrown::from_failure)
    }
}

pub(super) fn parse_fraction<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], is_double: bool) -> Eval<'a> {
    let text = match args.first().copied().unwrap_or(Val::Null) {
        Val::Null => return Err(Thrown::null_pointer("Cannot invoke \"String.trim()\" because \"in\" is null")),
        other => run.text(other)?,
    };
    if is_double {
        java_numbers::parse_double(text).map(Val::Double).map_err(Thrown::from_failure)
    } else {
        java_numbers::parse_float(text).map(Val::Float).map_err(Thrown::from_failure)
    }
}

pub(super) fn print_radix<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let radix = radix(args);
    let number = number(args)?.to_i64();
    let digits = digits_of(number.unsigned_abs(), radix);
    run.string(&if number < 0 { format!("-{digits}") } else { digits })
}

/// The bits as an unsigned number.
pub(super) fn print_bits<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], radix: u32) -> Eval<'a> {
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

pub(super) fn unsigned_int<'a>(args: &[Val<'a>], function: fn(u32, u32) -> u32) -> Eval<'a> {
    match take(args)? {
        [Val::Int(_), Val::Int(0)] => Err(Thrown::new(ClassId::ArithmeticException, "/ by zero")),
        [Val::Int(a), Val::Int(b)] => Ok(Val::Int(function(a as u32, b as u32) as i32)),
        _ => Err(mismatch()),
    }
}

pub(super) fn unsigned_long<'a>(args: &[Val<'a>], function: fn(u64, u64) -> u64) -> Eval<'a> {
    match take(args)? {
        [Val::Long(_), Val::Long(0)] => Err(Thrown::new(ClassId::ArithmeticException, "/ by zero")),
        [Val::Long(a), Val::Long(b)] => Ok(Val::Long(function(a as u64, b as u64) as i64)),
        _ => Err(mismatch()),
    }
}

pub(super) fn rotate<'a>(args: &[Val<'a>], function: fn(i64, u32) -> i64) -> Eval<'a> {
    match take(args)? {
        [Val::Long(a), Val::Int(b)] => Ok(Val::Long(function(a, b as u32 & 63))),
        _ => Err(mismatch()),
    }
}
