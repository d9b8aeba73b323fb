//! `String` and `CharSequence`.

use super::{Class, ClassId, int, take};
use crate::ingest::painless::jstring;
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::ItemType;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;

pub const CHAR_SEQUENCE: Class = Class {
    name: "java.lang.CharSequence",
    methods: &[
        ("char charAt(int)", char_at),
        ("int length()", length),
        ("IntStream chars()", chars),
        ("IntStream codePoints()", code_points),
        ("CharSequence subSequence(int, int)", substring),
        ("String replaceAll(Pattern, Function)", super::patterns::replace_all_with),
        ("String replaceFirst(Pattern, Function)", super::patterns::replace_first_with),
    ],
    ..Class::EMPTY
};

pub const STRING: Class = Class {
    name: "java.lang.String",
    extends: &[ClassId::CharSequence, ClassId::Comparable],
    constructors: &[("()", |_, _| Ok(Val::Str("")))],
    statics: &[
        ("String format(String, def[])", super::formatting::format),
        ("String format(Locale, String, def[])", super::formatting::format),
        ("String copyValueOf(char[])", copy_value_of),
        ("String copyValueOf(char[], int, int)", copy_value_of),
        ("String join(CharSequence, Iterable)", join),
        ("String valueOf(def)", value_of),
    ],
    methods: &[
        ("int codePointAt(int)", code_point_at),
        ("int codePointBefore(int)", code_point_before),
        ("int codePointCount(int, int)", code_point_count),
        ("int compareTo(String)", compare_to),
        ("int compareToIgnoreCase(String)", compare_to_ignore_case),
        ("String concat(String)", concat),
        ("boolean contains(CharSequence)", contains),
        ("boolean contentEquals(CharSequence)", content_equals),
        ("String decodeBase64()", decode_base64),
        ("String encodeBase64()", encode_base64),
        ("boolean endsWith(String)", ends_with),
        ("boolean equalsIgnoreCase(String)", equals_ignore_case),
        ("int indexOf(String)", index_of),
        ("int indexOf(String, int)", index_of),
        ("boolean isEmpty()", |run, args| Ok(Val::Bool(this(run, args)?.is_empty()))),
        ("int lastIndexOf(String)", last_index_of),
        ("int lastIndexOf(String, int)", last_index_of),
        ("boolean regionMatches(int, String, int, int)", region_matches),
        ("boolean regionMatches(boolean, int, String, int, int)", region_matches_case),
        ("String replace(CharSequence, CharSequence)", replace),
        ("String sha1()", sha1),
        ("String sha256()", sha256),
        ("String sha512()", sha512),
        ("String[] splitOnToken(String)", split_on_token),
        ("String[] splitOnToken(String, int)", split_on_token),
        ("boolean startsWith(String)", starts_with),
        ("boolean startsWith(String, int)", starts_with),
        ("String substring(int)", substring),
        ("String substring(int, int)", substring),
        ("char[] toCharArray()", to_char_array),
        ("String toLowerCase()", to_lower_case),
        ("String toLowerCase(Locale)", to_lower_case),
        ("String toUpperCase(Locale)", to_upper_case),
        ("String toUpperCase()", to_upper_case),
        ("String trim()", |run, args| Ok(Val::Str(jstring::trim(this(run, args)?)))),
    ],
    ..Class::EMPTY
};

fn this<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<&'a str, Thrown> {
    run.text(args.first().copied().unwrap_or(Val::Null))
}

/// An argument that must not be null; `call` and `name` are for the message.
fn text_or<'a>(run: &mut Run<'_, 'a>, val: Option<&Val<'a>>, call: &str, name: &str) -> Result<&'a str, Thrown> {
    match val.copied().unwrap_or(Val::Null) {
        Val::Null => Err(Thrown::null_pointer(format!("Cannot invoke \"{call}\" because \"{name}\" is null"))),
        other => run.text(other),
    }
}

fn chars<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    let units = run.text(this)?.encode_utf16().map(|u| Val::Int(u.into())).collect();
    super::streams::new_stream(run, units, ItemType::Int)
}

fn code_points<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    let points = run.text(this)?.chars().map(|c| Val::Int(c as i32)).collect();
    super::streams::new_stream(run, points, ItemType::Int)
}

fn out_of_bounds(message: String) -> Thrown {
    Thrown::new(ClassId::StringIndexOutOfBoundsException, message)
}

fn length<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Int(jstring::len(this(run, args)?) as i32))
}

fn char_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let index = int(args, 1);
    match usize::try_from(index).ok().and_then(|i| jstring::char_at(text, i)) {
        Some(unit) => Ok(Val::Char(unit)),
        // Java keeps strings of Latin-1 in another way than others, and words this in another way.
        None if matches!(args.first(), Some(Val::Str(_))) && text.chars().any(|c| u32::from(c) > 0xff) => {
            Err(out_of_bounds(format!("index {index}, length {}", jstring::len(text))))
        }
        None if matches!(args.first(), Some(Val::Str(_))) => {
            Err(out_of_bounds(format!("String index out of range: {index}")))
        }
        None => Err(out_of_bounds(format!("index {index},length {}", jstring::len(text)))),
    }
}

fn substring<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let len = jstring::len(text);
    let begin = int(args, 1);
    let end = args.get(2).map_or(len as i32, |v| v.to_i32().unwrap_or(0));
    match (usize::try_from(begin), usize::try_from(end)) {
        (Ok(from), Ok(to)) if from <= to && to <= len => Ok(Val::Str(jstring::substring(text, from, to, run.arena))),
        _ => Err(out_of_bounds(format!("begin {begin}, end {end}, length {len}"))),
    }
}

/// The code point at a UTF-16 position: half a pair where it lies in the middle.
pub fn code_point(text: &str, index: usize) -> Option<u32> {
    let mut units = text.encode_utf16().skip(index);
    let first = u32::from(units.next()?);
    match units.next().map(u32::from) {
        Some(second) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) => {
            Some(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        }
        _ => Some(first),
    }
}

pub fn code_point_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let index = int(args, 1);
    match usize::try_from(index).ok().and_then(|i| code_point(text, i)) {
        Some(code) => Ok(Val::Int(code as i32)),
        None => Err(out_of_bounds(format!("index {index}, length {}", jstring::len(text)))),
    }
}

pub fn code_point_before<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let index = int(args, 1);
    let before = usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).filter(|i| *i < jstring::len(text));
    let Some(at) = before else {
        return Err(out_of_bounds(format!("String index out of range: {index}")));
    };
    let low = jstring::char_at(text, at).unwrap_or(0);
    let start = if (0xdc00..0xe000).contains(&low) { at.saturating_sub(1) } else { at };
    Ok(Val::Int(code_point(text, start).unwrap_or(0) as i32))
}

pub fn code_point_count<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let (from, to) = (int(args, 1), int(args, 2));
    let len = jstring::len(text);
    match (usize::try_from(from), usize::try_from(to)) {
        (Ok(from), Ok(to)) if from <= to && to <= len => {
            Ok(Val::Int(jstring::substring(text, from, to, run.arena).chars().count() as i32))
        }
        _ => Err(Thrown::with_message(ClassId::IndexOutOfBoundsException, None)),
    }
}

fn compare_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let other = text_or(run, args.get(1), "String.value()", "anotherString")?;
    Ok(Val::Int(super::language::string_difference(text, other)))
}

fn fold_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn compare_to_ignore_case<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let other = text_or(run, args.get(1), "String.value()", "anotherString")?;
    Ok(Val::Int(super::language::string_difference(&fold_case(text), &fold_case(other))))
}

fn equals_ignore_case<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, other] = take(args)?;
    if other.is_null() {
        return Ok(Val::Bool(false));
    }
    let (a, b) = (this(run, args)?, run.text(other)?);
    let equal = if a.is_ascii() && b.is_ascii() {
        a.eq_ignore_ascii_case(b)
    } else {
        jstring::len(a) == jstring::len(b) && fold_case(a) == fold_case(b)
    };
    Ok(Val::Bool(equal))
}

fn concat<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let other = text_or(run, args.get(1), "String.isEmpty()", "str")?;
    run.string(&[text, other].concat())
}

fn contains<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let other = text_or(run, args.get(1), "java.lang.CharSequence.toString()", "s")?;
    Ok(Val::Bool(text.contains(other)))
}

fn content_equals<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let other = text_or(run, args.get(1), "java.lang.CharSequence.length()", "cs")?;
    Ok(Val::Bool(text == other))
}

fn starts_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let prefix = text_or(run, args.get(1), "String.length()", "prefix")?;
    let Some(from) = args.get(2) else { return Ok(Val::Bool(text.starts_with(prefix))) };
    let len = jstring::len(text);
    let rest = from.to_i32().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= len);
    Ok(Val::Bool(rest.is_some_and(|n| jstring::substring(text, n, len, run.arena).starts_with(prefix))))
}

fn ends_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let suffix = text_or(run, args.get(1), "String.length()", "suffix")?;
    Ok(Val::Bool(text.ends_with(suffix)))
}

fn index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let needle = text_or(run, args.get(1), "String.coder()", "str")?;
    Ok(Val::Int(jstring::index_of(text, needle, int(args, 2))))
}

fn last_index_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let needle = text_or(run, args.get(1), "String.coder()", "tgtStr")?;
    let from = args.get(2).map_or(i32::MAX, |v| v.to_i32().unwrap_or(0));
    Ok(Val::Int(jstring::last_index_of(text, needle, from)))
}

fn region_matches<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, at, other, other_at, len] = take(args)?;
    region_matches_case(run, &[this, Val::Bool(false), at, other, other_at, len])
}

fn region_matches_case<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, ignore_case, _, other, _, _] = take(args)?;
    let text = this(run, args)?;
    let other = text_or(run, Some(&other), "String.length()", "other")?;
    let (at, other_at, len) = (int(args, 2), int(args, 4), int(args, 5));
    let part = |run: &Run<'_, 'a>, text: &'a str, at: i32| -> Option<&'a str> {
        let from = usize::try_from(at).ok()?;
        let to = usize::try_from(i64::from(at) + i64::from(len.max(0))).ok()?;
        (to <= jstring::len(text)).then(|| jstring::substring(text, from, to, run.arena))
    };
    let equal = match (part(run, text, at), part(run, other, other_at)) {
        (Some(a), Some(b)) if matches!(ignore_case, Val::Bool(true)) => fold_case(a) == fold_case(b),
        (Some(a), Some(b)) => a == b,
        _ => false,
    };
    Ok(Val::Bool(equal))
}

fn replace<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let from = text_or(run, args.get(1), "java.lang.CharSequence.toString()", "target")?;
    let to = text_or(run, args.get(2), "java.lang.CharSequence.toString()", "replacement")?;
    if !from.is_empty() && !text.contains(from) {
        return Ok(Val::Str(text));
    }
    run.string(&text.replace(from, to))
}

/// Splits at a literal text; with a limit the last part keeps the rest. Unlike Java's `split`, empty parts stay.
fn split_on_token<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let token = text_or(run, args.get(1), "String.isEmpty()", "token")?;
    let limit = usize::try_from(int(args, 2)).unwrap_or(0);
    let parts: Vec<Val<'a>> = if token.is_empty() {
        vec![Val::Str(text)]
    } else if limit > 0 {
        text.splitn(limit, token).map(Val::Str).collect()
    } else {
        text.split(token).map(Val::Str).collect()
    };
    super::lists::array(run, Type::STRING, parts)
}

fn to_char_array<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let units = this(run, args)?.encode_utf16().map(Val::Char).collect();
    super::lists::array(run, Type::CHAR, units)
}

fn to_lower_case<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(Val::Str(text));
    }
    run.string(&text.to_lowercase())
}

fn to_upper_case<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_lowercase()) {
        return Ok(Val::Str(text));
    }
    run.string(&text.to_uppercase())
}

fn value_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [val] = take(args)?;
    run.print_val(val)
}

fn copy_value_of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let Some(Val::Obj(Obj { kind: Kind::Array { items, .. }, .. })) = args.first() else {
        return Err(Thrown::null_pointer("Cannot read the array length because \"value\" is null"));
    };
    let (from, count) = match args.len() {
        3 => (int(args, 1), int(args, 2)),
        _ => (0, items.len() as i32),
    };
    let range = usize::try_from(from).ok().zip(usize::try_from(count).ok());
    let Some(part) = range.and_then(|(from, count)| items.get(from..from.checked_add(count)?)) else {
        return Err(out_of_bounds(format!("offset {from}, count {count}, length {}", items.len())));
    };
    let units: Vec<u16> = part.iter().map(|c| if let Val::Char(u) = c.get() { u } else { 0 }).collect();
    run.string(&String::from_utf16_lossy(&units))
}

fn join<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [separator, items] = take(args)?;
    let separator = run.text(separator)?;
    let mut out = String::new();
    for (i, item) in run.items_of(items)?.into_iter().enumerate() {
        if i > 0 {
            out.push_str(separator);
        }
        let item = run.convert(item, Type::class(ClassId::CharSequence))?;
        run.write_text(item, &mut out)?;
    }
    run.string(&out)
}

fn encode_base64<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    run.string(&STANDARD.encode(text))
}

fn decode_base64<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    let bytes = super::base64::decode(text, super::base64::Alphabet::Basic)?;
    run.string(&String::from_utf8_lossy(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        use std::fmt::Write;
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn sha1<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    run.string(&hex(&sha1::Sha1::digest(text)))
}

fn sha256<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    run.string(&hex(&sha2::Sha256::digest(text)))
}

fn sha512<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = this(run, args)?;
    run.string(&hex(&sha2::Sha512::digest(text)))
}
