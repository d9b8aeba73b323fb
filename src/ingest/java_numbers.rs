//! Numbers out of text exactly as Java's `Integer.parseInt`, `Long.parseLong`, `Float.parseFloat` and `Double.parseDouble` read them,
//! with the words of their `NumberFormatException`s.

use super::{ErrorKind, Failure};

fn not_a_number(text: &str, radix: u32) -> Failure {
    let under = if radix == 10 { String::new() } else { format!(" under radix {radix}") };
    Failure::new(ErrorKind::NumberFormat, format!("For input string: \"{text}\"{under}"))
}

/// `Integer.parseInt(text, radix)`.
pub fn parse_int(text: &str, radix: u32) -> Result<i32, Failure> {
    parse_integer(text, radix).and_then(|n| i32::try_from(n).ok()).ok_or_else(|| not_a_number(text, radix))
}

/// `Long.parseLong(text, radix)`.
pub fn parse_long(text: &str, radix: u32) -> Result<i64, Failure> {
    parse_integer(text, radix).ok_or_else(|| not_a_number(text, radix))
}

fn parse_integer(text: &str, radix: u32) -> Option<i64> {
    if text.is_ascii() {
        // Rust refuses what Java refuses: "", "+", "-", spaces, underscores.
        return i64::from_str_radix(text, radix).ok();
    }
    // Java reads the decimal digits of every script.
    let ascii: Option<String> = text.chars().map(|c| if c.is_ascii() { Some(c) } else { decimal_digit(c) }).collect();
    i64::from_str_radix(&ascii?, radix).ok()
}

/// The digit that a character of category Nd stands for: such characters come in runs of ten, zero first.
pub fn decimal_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 36] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
        0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
        0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    ];
    let code = u32::from(c);
    ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|d| *d < 10)).and_then(|d| char::from_digit(d, 10))
}

/// `Integer.decode` of a text that begins with `0x` or `-0x`.
pub fn decode_hex_int(text: &str) -> Result<i32, Failure> {
    let (digits, negative) = hex_digits(text)?;
    let value = i64::from_str_radix(digits, 16).ok().map(|v| if negative { -v } else { v });
    value.and_then(|v| i32::try_from(v).ok()).ok_or_else(|| not_a_number(&signed(digits, negative), 16))
}

/// `Long.decode` of a text that begins with `0x` or `-0x`.
pub fn decode_hex_long(text: &str) -> Result<i64, Failure> {
    let (digits, negative) = hex_digits(text)?;
    let value = i128::from_str_radix(digits, 16).ok().map(|v| if negative { -v } else { v });
    value.and_then(|v| i64::try_from(v).ok()).ok_or_else(|| not_a_number(&signed(digits, negative), 16))
}

fn hex_digits(text: &str) -> Result<(&str, bool), Failure> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let digits = rest.strip_prefix("0x").unwrap_or(rest);
    if digits.starts_with(['-', '+']) {
        return Err(Failure::new(ErrorKind::NumberFormat, "Sign character in wrong position"));
    }
    Ok((digits, negative))
}

/// Java quotes the digits with their sign only where the value without it did not fit.
fn signed(digits: &str, negative: bool) -> String {
    if negative { format!("-{digits}") } else { digits.to_owned() }
}

/// `Double.parseDouble`.
pub fn parse_double(text: &str) -> Result<f64, Failure> {
    let (body, shape) = float_shape(text)?;
    match shape {
        Shape::Decimal => body.parse().map_err(|_| not_a_float(text)),
        Shape::Hexadecimal => hexadecimal(body).ok_or_else(|| not_a_float(text)),
    }
}

/// `Float.parseFloat`.
pub fn parse_float(text: &str) -> Result<f32, Failure> {
    let (body, shape) = float_shape(text)?;
    match shape {
        Shape::Decimal => body.parse().map_err(|_| not_a_float(text)),
        Shape::Hexadecimal => hexadecimal(body).map(|d| d as f32).ok_or_else(|| not_a_float(text)),
    }
}

/// Java quotes the text without the spaces around it.
fn not_a_float(text: &str) -> Failure {
    not_a_number(text.trim_matches(|c| c <= ' '), 10)
}

enum Shape {
    Decimal,
    Hexadecimal,
}

/// Cuts spaces and the type suffix off and makes sure that what is left is of a form that Java knows; Rust reads more
/// (`inf`, `infinity`, any case).
fn float_shape(text: &str) -> Result<(&str, Shape), Failure> {
    let trimmed = text.trim_matches(|c| c <= ' ');
    if trimmed.is_empty() {
        return Err(Failure::new(ErrorKind::NumberFormat, "empty String"));
    }
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if matches!(unsigned, "NaN" | "Infinity") {
        return Ok((trimmed, Shape::Decimal));
    }
    let body = trimmed.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(trimmed);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Ok((body, Shape::Hexadecimal));
    }
    let points = unsigned.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'.')).filter(|b| *b == b'.').count();
    if points > 1 {
        return Err(Failure::new(ErrorKind::NumberFormat, "multiple points"));
    }
    let is_decimal = body.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if is_decimal { Ok((body, Shape::Decimal)) } else { Err(not_a_float(text)) }
}

/// `-0x1.8p3`: a hexadecimal significand and a binary exponent, which must be there.
fn hexadecimal(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (significand, exponent) = unsigned.get(2..)?.split_once(['p', 'P'])?;
    let exponent = i32::try_from(exponent.parse::<i64>().ok()?.clamp(-100_000, 100_000)).ok()?;
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut value, mut scale) = (0.0_f64, 0_i32);
    for (i, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = digit.to_digit(16)?;
        // Digits beyond what a double holds only move the point.
        if value < 1e15 {
            value = value * 16.0 + f64::from(digit);
            scale -= if i >= whole.len() { 4 } else { 0 };
        } else if i < whole.len() {
            scale += 4;
        }
    }
    // In two steps, so that neither factor over- or underflows before the product does.
    let power = exponent.saturating_add(scale);
    let value = value * 2.0_f64.powi(power / 2) * 2.0_f64.powi(power - power / 2);
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
        result.map_or_else(|e| e.reason, |v| format!("{v:?}"))
    }

    #[test]
    fn integers_as_java_reads_them() {
        for (text, expected) in [
            ("17", "17"),
            ("+5", "5"),
            ("-0", "0"),
            ("017", "17"),
            ("１２", "12"),
            ("", "For input string: \"\""),
            (" 1", "For input string: \" 1\""),
            ("1_0", "For input string: \"1_0\""),
            ("2147483648", "For input string: \"2147483648\""),
        ] {
            assert_eq!(shown(parse_int(text, 10)), expected, "{text}");
        }
        for (text, expected) in [
            ("0x1F", "31"),
            ("-0x80000000", "-2147483648"),
            ("0x80000000", "For input string: \"80000000\" under radix 16"),
            ("0x", "For input string: \"\" under radix 16"),
        ] {
            assert_eq!(shown(decode_hex_int(text)), expected, "{text}");
        }
    }

    #[test]
    fn floats_as_java_reads_them() {
        for (text, expected) in [
            (" 1 ", "1.0"),
            ("1d", "1.0"),
            ("1.", "1.0"),
            (".5F", "0.5"),
            ("1e400", "inf"),
            ("-Infinity", "-inf"),
            ("NaN", "NaN"),
            ("0x1p3", "8.0"),
            ("0x1.8p1", "3.0"),
            ("", "empty String"),
            ("inf", "For input string: \"inf\""),
            ("nan", "For input string: \"nan\""),
            ("0x10", "For input string: \"0x10\""),
            ("1L", "For input string: \"1L\""),
            ("127.0.0.1", "multiple points"),
            ("1x.0.0", "For input string: \"1x.0.0\""),
        ] {
            assert_eq!(shown(parse_double(text)), expected, "{text}");
        }
        assert_eq!(shown(parse_float("16777217")), "16777216.0");
    }
}
