//! `String.format`: `java.util.Formatter`'s conversions of numbers, strings, characters and booleans.

use super::ClassId;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

/// Widths and precisions beyond this are refused.
const WIDTH_MAX_CHARS: usize = 1 << 16;

/// One `%…` of a format.
#[derive(Default)]
struct Spec<'f> {
    text: &'f str,
    index: Option<usize>,
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    comma: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// `String.format(format, args)`, `String.format(locale, format, args)`.
pub fn format<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [.., format, values] = args else { return Ok(Val::Null) };
    let format = run.text(*format)?;
    let values = if values.is_null() { vec![Val::Null] } else { run.items_of(*values)? };
    let mut out = String::new();
    let mut rest = format;
    let (mut next, mut last) = (0, None);
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let (spec, after) = parse(rest.get(at..).unwrap_or_default())?;
        rest = after;
        match spec.conversion {
            'n' => out.push('\n'),
            '%' => out.push_str(&padded("%".to_owned(), &spec)),
            _ => {
                let index = match spec.index {
                    // `%<s` takes the last one again.
                    Some(0) => last.unwrap_or(usize::MAX),
                    Some(index) => index - 1,
                    None => {
                        next += 1;
                        next - 1
                    }
                };
                last = Some(index);
                let Some(val) = values.get(index).copied() else {
                    let message = format!("Format specifier '{}'", spec.text);
                    return Err(Thrown::new(ClassId::MissingFormatArgumentException, message));
                };
                let text = convert(run, &spec, val)?;
                out.push_str(&text);
            }
        }
        run.charge(spec.width)?;
    }
    out.push_str(rest);
    run.string(&out)
}

fn unknown(conversion: char) -> Thrown {
    Thrown::new(ClassId::UnknownFormatConversionException, format!("Conversion = '{conversion}'"))
}

fn number(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.parse().ok(), rest)
}

fn parse(text: &str) -> Result<(Spec<'_>, &str), Thrown> {
    let mut spec = Spec::default();
    let mut rest = text.get(1..).unwrap_or_default();
    if let (Some(index), after) = number(rest)
        && let Some(after) = after.strip_prefix('$')
    {
        spec.index = Some(index);
        rest = after;
    } else if let Some(after) = rest.strip_prefix('<') {
        spec.index = Some(0);
        rest = after;
    }
    while let Some(c) = rest.chars().next() {
        match c {
            '-' => spec.minus = true,
            '+' => spec.plus = true,
            ' ' => spec.space = true,
            '0' => spec.zero = true,
            ',' => spec.comma = true,
            '#' => spec.alternate = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    let (width, after) = number(rest);
    spec.width = width.unwrap_or(0);
    rest = after;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after);
        if precision.is_none() {
            return Err(unknown('.'));
        }
        spec.precision = precision;
        rest = after;
    }
    if spec.width > WIDTH_MAX_CHARS || spec.precision.is_some_and(|p| p > WIDTH_MAX_CHARS) {
        return Err(Thrown::illegal_argument("the width of a format is too large"));
    }
    let Some(conversion) = rest.chars().next() else { return Err(unknown('%')) };
    rest = rest.get(conversion.len_utf8()..).unwrap_or_default();
    spec.conversion = conversion;
    spec.text = text.get(..text.len() - rest.len()).unwrap_or_default();
    if !matches!(
        conversion,
        'b' | 'B' | 'h' | 'H' | 's' | 'S' | 'c' | 'C' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'n' | '%'
    ) {
        return Err(unknown(conversion));
    }
    Ok((spec, rest))
}

fn padded(text: String, spec: &Spec<'_>) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    if missing == 0 {
        text
    } else if spec.minus {
        text + &" ".repeat(missing)
    } else {
        " ".repeat(missing) + &text
    }
}

/// A text, cut to the precision.
fn plain(text: &str, spec: &Spec<'_>) -> String {
    padded(text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect(), spec)
}

fn convert<'a>(run: &mut Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Result<String, Thrown> {
    let made = match spec.conversion.to_ascii_lowercase() {
        'b' => plain(if matches!(val, Val::Null | Val::Bool(false)) { "false" } else { "true" }, spec),
        's' => plain(run.print(val)?, spec),
        _ if val.is_null() => plain("null", spec),
        'h' => plain(&format!("{:x}", crate::ingest::painless::equality::hash_code(run, val)?), spec),
        'c' => plain(&character(run, spec, val)?, spec),
        'd' => with_sign(decimal(run, spec, val)?, spec),
        'x' | 'o' => {
            let text = unsigned(run, spec, val)?;
            let missing = spec.width.saturating_sub(text.len());
            if spec.zero { "0".repeat(missing) + &text } else { padded(text, spec) }
        }
        _ => with_sign(fraction(run, spec, val)?, spec),
    };
    Ok(if spec.conversion.is_ascii_uppercase() { made.to_uppercase() } else { made })
}

fn mismatch<'a>(run: &Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Thrown {
    let message = format!("{} != {}", spec.conversion, run.class_of(val).class().name);
    Thrown::new(ClassId::IllegalFormatConversionException, message)
}

fn character<'a>(run: &Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Result<String, Thrown> {
    let code = match val {
        Val::Char(unit) => Some(u32::from(unit)),
        Val::Byte(_) | Val::Short(_) | Val::Int(_) => val.to_i32().map(|n| n as u32),
        _ => None,
    };
    code.and_then(char::from_u32).map(String::from).ok_or_else(|| mismatch(run, spec, val))
}

fn decimal<'a>(run: &mut Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Result<String, Thrown> {
    match val {
        Val::Byte(_) | Val::Short(_) | Val::Int(_) | Val::Long(_) => Ok(val.to_i64().unwrap_or(0).to_string()),
        _ if run.class_of(val) == ClassId::BigInteger => run.print(val).map(str::to_owned),
        _ => Err(mismatch(run, spec, val)),
    }
}

/// Hexadecimal or octal, of as many bits as the number's class has.
fn unsigned<'a>(run: &Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Result<String, Thrown> {
    let bits = match val {
        Val::Byte(n) => u64::from(n as u8),
        Val::Short(n) => u64::from(n as u16),
        Val::Int(n) => u64::from(n as u32),
        Val::Long(n) => n as u64,
        _ => return Err(mismatch(run, spec, val)),
    };
    Ok(match (spec.conversion == 'o', spec.alternate) {
        (true, false) => format!("{bits:o}"),
        (true, true) => format!("0{bits:o}"),
        (false, false) => format!("{bits:x}"),
        (false, true) => format!("0x{bits:x}"),
    })
}

fn fraction<'a>(run: &Run<'_, 'a>, spec: &Spec<'_>, val: Val<'a>) -> Result<String, Thrown> {
    let shortest = match val {
        Val::Float(n) if n.is_finite() => format!("{n:e}"),
        Val::Double(n) if n.is_finite() => format!("{n:e}"),
        Val::Float(_) | Val::Double(_) => {
            let number = val.to_f64().unwrap_or(f64::NAN);
            return Ok(if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            }
            .to_owned());
        }
        _ => return Err(mismatch(run, spec, val)),
    };
    let precision = spec.precision.unwrap_or(6);
    Ok(if spec.conversion == 'f' { fixed(&shortest, precision) } else { scientific(&shortest, precision) })
}

/// Sign, digits and the place of the point of `-1.25e3`.
fn digits_of(shortest: &str) -> (bool, Vec<u8>, i32) {
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let negative = mantissa.starts_with('-');
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
    (negative, digits, exponent.parse().unwrap_or(0))
}

/// Rounds half up after `keep` digits; whether a digit was carried out in front.
fn round(digits: &mut Vec<u8>, keep: usize) -> bool {
    let up = digits.get(keep).is_some_and(|d| *d >= 5);
    digits.resize(keep, 0);
    if !up {
        return false;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    true
}

fn text_of(digits: &[u8]) -> String {
    digits.iter().map(|d| char::from(b'0' + d)).collect()
}

/// Java rounds the shortest decimal digits, half up.
fn fixed(shortest: &str, precision: usize) -> String {
    let (negative, mut digits, exponent) = digits_of(shortest);
    let mut before = exponent + 1;
    if before < 0 {
        let zeros = vec![0; before.unsigned_abs() as usize];
        digits.splice(0..0, zeros);
        before = 0;
    }
    let mut whole = before as usize;
    whole += usize::from(round(&mut digits, whole + precision));
    let (integer, fraction) = digits.split_at(whole.min(digits.len()));
    let integer = if integer.is_empty() { "0".to_owned() } else { text_of(integer) };
    let sign = if negative { "-" } else { "" };
    if precision == 0 { format!("{sign}{integer}") } else { format!("{sign}{integer}.{}", text_of(fraction)) }
}

fn scientific(shortest: &str, precision: usize) -> String {
    let (negative, mut digits, mut exponent) = digits_of(shortest);
    exponent += i32::from(round(&mut digits, precision + 1));
    let (first, rest) = digits.split_at(1.min(digits.len()));
    let rest = rest.get(..precision).unwrap_or(rest);
    let sign = if negative { "-" } else { "" };
    let point = if precision == 0 { "" } else { "." };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{}{point}{}e{exponent_sign}{:02}", text_of(first), text_of(rest), exponent.abs())
}

/// Groups of thousands, the sign, zeros in front.
fn with_sign(number: String, spec: &Spec<'_>) -> String {
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest.to_owned()),
        None => (false, number),
    };
    let digits = if spec.comma { grouped(&digits) } else { digits };
    let sign = match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    let missing = spec.width.saturating_sub(digits.chars().count() + sign.len());
    if spec.zero && is_number {
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    padded(format!("{sign}{digits}"), spec)
}

fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out + rest
}
