//! What works on strings: `StringBuilder`, `StringTokenizer`, `Pattern`, `Matcher`.

use super::{Class, ClassId, take};
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::jstring;
use crate::ingest::painless::object::{Builder, Kind, Obj, Tokenizer};
use crate::ingest::painless::regex::{Anchor, Matcher, Regex, quote};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::text::push_unit;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use std::cell::{Cell, RefCell};

macro_rules! builder_methods {
    ($($rest:tt)*) => {
        &[
            ("StringBuilder append(def)", append),
            ("StringBuilder append(CharSequence, int, int)", append_part),
            ("StringBuilder appendCodePoint(int)", append_code_point),
            ("int codePointAt(int)", super::string::code_point_at),
            ("int codePointBefore(int)", super::string::code_point_before),
            ("int codePointCount(int, int)", super::string::code_point_count),
            ("StringBuilder delete(int, int)", delete),
            ("StringBuilder deleteCharAt(int)", delete_char_at),
            ("int indexOf(String)", index_of),
            ("int indexOf(String, int)", index_of),
            ("StringBuilder insert(int, def)", insert),
            ("int lastIndexOf(String)", last_index_of),
            ("int lastIndexOf(String, int)", last_index_of),
            ("StringBuilder replace(int, int, String)", replace),
            ("StringBuilder reverse()", reverse),
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
    methods: builder_methods!(("int capacity()", capacity),),
    ..Class::EMPTY
};

pub const STRING_TOKENIZER: Class = Class {
    name: "java.util.StringTokenizer",
    constructors: &[
        ("(String)", new_tokenizer),
        ("(String, String)", new_tokenizer),
        ("(String, String, boolean)", new_tokenizer),
    ],
    methods: &[
        ("int countTokens()", |_, args| tokenizer(args).map(|t| Val::Int((t.tokens.len() - t.next.get()) as i32))),
        ("boolean hasMoreTokens()", |_, args| tokenizer(args).map(|t| Val::Bool(t.next.get() < t.tokens.len()))),
        ("String nextToken()", next_token),
    ],
    ..Class::EMPTY
};

pub const PATTERN: Class = Class {
    name: "java.util.regex.Pattern",
    constants: &[
        ("int CANON_EQ", |_, _| Ok(Val::Int(0x80))),
        ("int CASE_INSENSITIVE", |_, _| Ok(Val::Int(0x02))),
        ("int COMMENTS", |_, _| Ok(Val::Int(0x04))),
        ("int DOTALL", |_, _| Ok(Val::Int(0x20))),
        ("int LITERAL", |_, _| Ok(Val::Int(0x10))),
        ("int MULTILINE", |_, _| Ok(Val::Int(0x08))),
        ("int UNICODE_CASE", |_, _| Ok(Val::Int(0x40))),
        ("int UNICODE_CHARACTER_CLASS", |_, _| Ok(Val::Int(0x100))),
        ("int UNIX_LINES", |_, _| Ok(Val::Int(0x01))),
    ],
    statics: &[("String quote(String)", |run, args| {
        let [text] = take(args)?;
        let text = run.text(text)?;
        run.string(&quote(text))
    })],
    methods: &[
        ("Predicate asPredicate()", as_predicate),
        ("int flags()", |run, args| Ok(Val::Int(regex(run, args)?.flags))),
        ("Matcher matcher(CharSequence)", matcher),
        ("String pattern()", |run, args| {
            let source = regex(run, args)?.source();
            run.string(source)
        }),
        ("String[] split(CharSequence)", split),
        ("String[] split(CharSequence, int)", split),
    ],
    ..Class::EMPTY
};

pub const MATCHER: Class = Class {
    name: "java.util.regex.Matcher",
    statics: &[("String quoteReplacement(String)", quote_replacement)],
    methods: &[
        ("int end()", |run, args| bound(run, args, true)),
        ("int end(int)", |run, args| bound(run, args, true)),
        ("boolean find()", find),
        ("boolean find(int)", find_from),
        ("String group()", group),
        ("String group(int)", group),
        ("int groupCount()", group_count),
        ("boolean lookingAt()", |run, args| match_region(run, args, Anchor::Start)),
        ("boolean matches()", |run, args| match_region(run, args, Anchor::Both)),
        ("String namedGroup(String)", named_group),
        ("Pattern pattern()", |run, args| {
            let pattern = state(args)?.borrow().pattern;
            Ok(run.object(Kind::Pattern(pattern)))
        }),
        ("Matcher region(int, int)", region),
        ("int regionEnd()", |_, args| {
            let m = state(args)?.borrow();
            Ok(Val::Int(jstring::unit_offset(m.text, m.region.1) as i32))
        }),
        ("int regionStart()", |_, args| {
            let m = state(args)?.borrow();
            Ok(Val::Int(jstring::unit_offset(m.text, m.region.0) as i32))
        }),
        ("String replaceAll(String)", |run, args| replace_matches(run, args, usize::MAX)),
        ("String replaceFirst(String)", |run, args| replace_matches(run, args, 1)),
        ("Matcher reset()", reset),
        ("int start()", |run, args| bound(run, args, false)),
        ("int start(int)", |run, args| bound(run, args, false)),
    ],
    ..Class::EMPTY
};

fn int(args: &[Val<'_>], index: usize) -> i32 {
    args.get(index).and_then(|v| v.to_i32()).unwrap_or(0)
}

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
    let part = run.text_of(val)?;
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
    let part: Vec<u16> = run.text_of(val)?.encode_utf16().collect();
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

// StringTokenizer.

fn new_tokenizer<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = match args.first().copied().unwrap_or(Val::Null) {
        Val::Null => return Err(Thrown::null_pointer("Cannot invoke \"String.length()\" because \"str\" is null")),
        other => run.text(other)?,
    };
    let delimiters = match args.get(1) {
        Some(delimiters) => run.text(*delimiters)?,
        None => " \t\n\r\u{c}",
    };
    let keep = matches!(args.get(2), Some(Val::Bool(true)));
    let mut tokens = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| delimiters.contains(*c)) {
        if at > start {
            tokens.push(&text[start..at]);
        }
        start = at + c.len_utf8();
        if keep {
            tokens.push(&text[at..start]);
        }
    }
    if start < text.len() {
        tokens.push(&text[start..]);
    }
    run.charge(tokens.len() * std::mem::size_of::<&str>())?;
    let tokens = run.arena.alloc_slice_copy(&tokens);
    Ok(run.object(Kind::Tokenizer(Tokenizer { tokens, next: Cell::new(0) })))
}

fn tokenizer<'a>(args: &[Val<'a>]) -> Result<&'a Tokenizer<'a>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Tokenizer(tokenizer), .. })) => Ok(tokenizer),
        _ => Err(no_element()),
    }
}

fn next_token<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let tokenizer = tokenizer(args)?;
    let at = tokenizer.next.get();
    let token = tokenizer.tokens.get(at).ok_or_else(no_element)?;
    tokenizer.next.set(at + 1);
    Ok(Val::Str(token))
}

// Pattern.

fn pattern_index(val: Val<'_>) -> Result<u32, Thrown> {
    match val {
        Val::Obj(Obj { kind: Kind::Pattern(index), .. }) => Ok(*index),
        _ => Err(Thrown::null_pointer("the pattern is null")),
    }
}

fn regex<'s>(run: &Run<'s, '_>, args: &[Val<'_>]) -> Result<&'s Regex, Thrown> {
    let index = pattern_index(args.first().copied().unwrap_or(Val::Null))?;
    run.program.regex(index).ok_or_else(|| Thrown::null_pointer("the pattern is null"))
}

/// The text that a matcher works on.
fn subject<'a>(run: &mut Run<'_, 'a>, val: Val<'a>) -> Result<&'a str, Thrown> {
    match val {
        Val::Null => Err(Thrown::null_pointer(
            "Cannot invoke \"java.lang.CharSequence.length()\" because \"this.wrapped\" is null",
        )),
        other => run.text(other),
    }
}

fn matcher<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [pattern, text] = take(args)?;
    let pattern = pattern_index(pattern)?;
    let text = subject(run, text)?;
    let matcher = Matcher { pattern, text, region: (0, text.len()), groups: None, next: Cell::new(0) };
    Ok(run.object(Kind::Matcher(RefCell::new(matcher))))
}

fn as_predicate<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.native_lambda(
        ClassId::Predicate,
        |run, args| {
            let [_, text] = take(args)?;
            let text = subject(run, text)?;
            regex(run, args)?.is_found(text).map(Val::Bool)
        },
        args,
    ))
}

/// `Pattern.split`: no empty part in front where the match was empty, none at the end without a limit.
fn split<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let parts = split_parts(run, args)?;
    super::lists::array(run, Type::STRING, parts.into_iter().map(Val::Str).collect())
}

pub fn split_parts<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<Vec<&'a str>, Thrown> {
    let text = subject(run, args.get(1).copied().unwrap_or(Val::Null))?;
    let limit = int(args, 2);
    let regex = regex(run, args)?;
    let mut found = regex.locations();
    let mut parts = Vec::new();
    let (mut start, mut from) = (0, 0);
    while limit <= 0 || parts.len() + 1 < limit as usize {
        if !regex.captures_at(text, from, Anchor::Nowhere, &mut found)? {
            break;
        }
        let Some((begin, end)) = found.get(0) else { break };
        from = if end > begin { end } else { next_char(text, end) };
        if begin == 0 && end == 0 {
            if from > text.len() {
                break;
            }
            continue;
        }
        if begin >= text.len() && end == begin {
            break;
        }
        parts.push(&text[start..begin]);
        start = end;
        if from > text.len() {
            break;
        }
    }
    parts.push(&text[start..]);
    if limit == 0 && parts.len() > 1 {
        while parts.last().is_some_and(|p| p.is_empty()) {
            parts.pop();
        }
    }
    Ok(parts)
}

fn next_char(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

// Matcher.

fn state<'a>(args: &[Val<'a>]) -> Result<&'a RefCell<Matcher<'a>>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Matcher(matcher), .. })) => Ok(matcher),
        _ => Err(Thrown::null_pointer("the matcher is null")),
    }
}

/// Runs the pattern from `from` on and keeps what it found.
fn advance<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], from: usize, anchor: Anchor) -> Result<bool, Thrown> {
    let state = state(args)?;
    let (pattern, text, region) = {
        let m = state.borrow();
        (m.pattern, m.text, m.region)
    };
    let Some(regex) = run.program.regex(pattern) else { return Ok(false) };
    let mut found = regex.locations();
    let within = text.get(..region.1).unwrap_or(text);
    let matched = match anchor {
        // Anchors look at the region, not at the text before it.
        Anchor::Both if region.0 > 0 => {
            let part = within.get(region.0..).unwrap_or("");
            regex.captures_at(part, 0, anchor, &mut found)?
        }
        _ => regex.captures_at(within, from, anchor, &mut found)?,
    };
    let shift = if anchor == Anchor::Both { region.0 } else { 0 };
    let mut m = state.borrow_mut();
    if !matched {
        m.groups = None;
        return Ok(false);
    }
    run.charge(found.len() * 24)?;
    let groups =
        run.arena.alloc_slice_fill_iter((0..found.len()).map(|i| found.get(i).map(|(a, b)| (a + shift, b + shift))));
    if let Some(Some((begin, end))) = groups.first() {
        m.next.set(if end > begin { *end } else { next_char(text, *end) });
    }
    m.groups = Some(groups);
    Ok(true)
}

fn find<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (from, region) = {
        let m = state(args)?.borrow();
        (m.next.get().max(m.region.0), m.region)
    };
    if from > region.1 {
        state(args)?.borrow_mut().groups = None;
        return Ok(Val::Bool(false));
    }
    let found = advance(run, args, from, Anchor::Nowhere)?;
    if !found {
        // The next call does not begin anew.
        state(args)?.borrow().next.set(region.1 + 1);
    }
    Ok(Val::Bool(found))
}

fn byte_position(text: &str, units: i32) -> Option<usize> {
    let units = usize::try_from(units).ok()?;
    if text.is_ascii() {
        return (units <= text.len()).then_some(units);
    }
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return Some(at);
        }
        seen += c.len_utf16();
    }
    (seen >= units).then_some(text.len())
}

fn find_from<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = state(args)?.borrow().text;
    let Some(from) = byte_position(text, int(args, 1)) else {
        return Err(Thrown::new(ClassId::IndexOutOfBoundsException, "Illegal start index"));
    };
    reset(run, args)?;
    Ok(Val::Bool(advance(run, args, from, Anchor::Nowhere)?))
}

fn match_region<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], anchor: Anchor) -> Eval<'a> {
    let from = if anchor == Anchor::Both { 0 } else { state(args)?.borrow().region.0 };
    advance(run, args, from, anchor).map(Val::Bool)
}

fn reset<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let mut m = state(args)?.borrow_mut();
    m.region = (0, m.text.len());
    m.groups = None;
    m.next.set(0);
    Ok(args.first().copied().unwrap_or(Val::Null))
}

fn region<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = state(args)?.borrow().text;
    let (start, end) = (byte_position(text, int(args, 1)), byte_position(text, int(args, 2)));
    let (Some(start), Some(end)) = (start, end) else {
        let side = if start.is_none() { "start" } else { "end" };
        return Err(Thrown::new(ClassId::IndexOutOfBoundsException, side));
    };
    if start > end {
        return Err(Thrown::new(ClassId::IndexOutOfBoundsException, "start > end"));
    }
    reset(run, args)?;
    let mut m = state(args)?.borrow_mut();
    m.region = (start, end);
    m.next.set(start);
    Ok(args.first().copied().unwrap_or(Val::Null))
}

/// Group `index` of the last match.
/// A group's text and where it lies; `None` if the group took no part in the match.
type Captured<'a> = Option<(&'a str, (usize, usize))>;

fn captured<'a>(args: &[Val<'a>], index: i32) -> Result<Captured<'a>, Thrown> {
    let m = state(args)?.borrow();
    let Some(groups) = m.groups else {
        return Err(Thrown::new(ClassId::IllegalStateException, "No match found"));
    };
    match usize::try_from(index).ok().and_then(|i| groups.get(i)) {
        Some(found) => Ok(found.map(|range| (m.text, range))),
        None => Err(Thrown::new(ClassId::IndexOutOfBoundsException, format!("No group {index}"))),
    }
}

pub fn group<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let found = captured(args, int(args, 1))?;
    Ok(found.map_or(Val::Null, |(text, (begin, end))| Val::Str(&text[begin..end])))
}

fn bound<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>], is_end: bool) -> Eval<'a> {
    let found = captured(args, int(args, 1)).map_err(|e| match e.message() {
        Some("No match found") => Thrown::new(ClassId::IllegalStateException, "No match available"),
        _ => e,
    })?;
    Ok(Val::Int(
        found.map_or(-1, |(text, (begin, end))| jstring::unit_offset(text, if is_end { end } else { begin }) as i32),
    ))
}

fn group_count<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let pattern = state(args)?.borrow().pattern;
    Ok(Val::Int(run.program.regex(pattern).map_or(0, Regex::group_count) as i32))
}

fn named_group<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, name] = take(args)?;
    let name = run.text(name)?;
    let pattern = state(args)?.borrow().pattern;
    match run.program.regex(pattern).and_then(|r| r.group_named(name)) {
        Some(index) => group(run, &[this, Val::Int(index as i32)]),
        None => Err(Thrown::illegal_argument(format!("No group with name <{name}>"))),
    }
}

fn quote_replacement<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [text] = take(args)?;
    let text = run.text(text)?;
    run.string(&text.replace('\\', "\\\\").replace('$', "\\$"))
}

/// Expands `$1`, `${name}` and escapes of a replacement for the last match.
fn expand<'a>(run: &Run<'_, 'a>, args: &[Val<'a>], replacement: &str, out: &mut String) -> Result<(), Thrown> {
    let pattern = state(args)?.borrow().pattern;
    let count = run.program.regex(pattern).map_or(0, Regex::group_count);
    let mut chars = replacement.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, escaped)) => out.push(escaped),
                None => return Err(Thrown::illegal_argument("character to be escaped is missing")),
            },
            '$' => {
                let index = match chars.peek().copied() {
                    Some((_, '{')) => {
                        chars.next();
                        let mut name = String::new();
                        loop {
                            match chars.next() {
                                Some((_, '}')) => break,
                                Some((_, c)) if c.is_ascii_alphanumeric() => name.push(c),
                                _ => {
                                    return Err(Thrown::illegal_argument(
                                        "named capturing group is missing trailing '}'",
                                    ));
                                }
                            }
                        }
                        run.program
                            .regex(pattern)
                            .and_then(|r| r.group_named(&name))
                            .ok_or_else(|| Thrown::illegal_argument(format!("No group with name {{{name}}}")))?
                    }
                    Some((_, digit)) if digit.is_ascii_digit() => {
                        chars.next();
                        let mut index = digit as usize - '0' as usize;
                        if index > count {
                            return Err(Thrown::new(ClassId::IndexOutOfBoundsException, format!("No group {index}")));
                        }
                        // More digits belong to it as long as there is such a group.
                        while let Some((_, digit)) = chars.peek().copied()
                            && digit.is_ascii_digit()
                            && index * 10 + (digit as usize - '0' as usize) <= count
                        {
                            index = index * 10 + (digit as usize - '0' as usize);
                            chars.next();
                        }
                        index
                    }
                    Some(_) => return Err(Thrown::illegal_argument("Illegal group reference")),
                    None => return Err(Thrown::illegal_argument("Illegal group reference: group index is missing")),
                };
                if let Some((text, (begin, end))) = captured(args, index as i32)? {
                    out.push_str(&text[begin..end]);
                }
            }
            c => out.push(c),
        }
    }
    Ok(())
}

fn replace_matches<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], limit: usize) -> Eval<'a> {
    let [_, replacement] = take(args)?;
    let replacement = match replacement {
        Val::Null => return Err(Thrown::null_pointer("replacement")),
        other => run.text(other)?,
    };
    reset(run, args)?;
    rebuild(run, args, limit, |run, out| expand(run, args, replacement, out))
}

/// The text with its matches replaced by what `replace` writes.
fn rebuild<'a>(
    run: &mut Run<'_, 'a>,
    args: &[Val<'a>],
    limit: usize,
    mut replace: impl FnMut(&mut Run<'_, 'a>, &mut String) -> Result<(), Thrown>,
) -> Eval<'a> {
    let text = state(args)?.borrow().text;
    let mut out = String::new();
    let (mut copied, mut count) = (0, 0);
    while count < limit && matches!(find(run, args)?, Val::Bool(true)) {
        let Some((_, (begin, end))) = captured(args, 0)? else { break };
        out.push_str(text.get(copied..begin).unwrap_or(""));
        replace(run, &mut out)?;
        copied = end;
        count += 1;
    }
    if count == 0 {
        return Ok(Val::Str(text));
    }
    out.push_str(text.get(copied..).unwrap_or(""));
    run.string(&out)
}

pub fn replace_all_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    replace_with(run, args, usize::MAX)
}

pub fn replace_first_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    replace_with(run, args, 1)
}

/// `text.replaceAll(pattern, matcher -> …)`.
fn replace_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], limit: usize) -> Eval<'a> {
    let [text, pattern, function] = take(args)?;
    let matcher = matcher(run, &[pattern, text])?;
    rebuild(run, &[matcher], limit, |run, out| {
        let replacement = run.call(function, &[matcher])?;
        // What the function gives is taken literally.
        run.write_text(replacement, out)
    })
}
