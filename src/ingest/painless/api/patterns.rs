//! `Pattern` and `Matcher`.

use super::{Class, ClassId, int, take};
use crate::ingest::java_regex::{Groups, JavaRegex, Replacement, next_search, quote};
use crate::ingest::painless::jstring;
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::regex::{self, Anchor, Matcher};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::types::Type;
use crate::ingest::painless::value::Val;
use std::cell::{Cell, RefCell};

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
        ("int flags()", |run, args| Ok(Val::Int(regex_of(run, args)?.flags().0 as i32))),
        ("Matcher matcher(CharSequence)", matcher),
        ("String pattern()", |run, args| {
            let source = regex_of(run, args)?.pattern();
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

// Pattern.

fn pattern_index(val: Val<'_>) -> Result<u32, Thrown> {
    match val {
        Val::Obj(Obj { kind: Kind::Pattern(index), .. }) => Ok(*index),
        _ => Err(Thrown::null_pointer("the pattern is null")),
    }
}

fn regex_of<'s>(run: &Run<'s, '_>, args: &[Val<'_>]) -> Result<&'s JavaRegex, Thrown> {
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
            regex::is_found(regex_of(run, args)?, text).map(Val::Bool)
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
    regex_of(run, args)?.split(text, int(args, 2)).map_err(regex::too_hard)
}

// Matcher.

fn state<'a>(args: &[Val<'a>]) -> Result<&'a RefCell<Matcher<'a>>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Matcher(matcher), .. })) => Ok(matcher),
        _ => Err(Thrown::null_pointer("the matcher is null")),
    }
}

/// Runs the pattern from byte `from` on and keeps what it found. Anchors look at the region, not at the text around it.
fn advance<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], from: usize, anchor: Anchor) -> Result<bool, Thrown> {
    let state = state(args)?;
    let (pattern, text, (start, end)) = {
        let m = state.borrow();
        (m.pattern, m.text, m.region)
    };
    let Some(regex) = run.program.regex(pattern) else { return Ok(false) };
    let part = text.get(start..end).unwrap_or(text);
    let found = regex::search(regex, part, from.saturating_sub(start), anchor)?;
    let mut m = state.borrow_mut();
    let Some(found) = found else {
        m.groups = None;
        return Ok(false);
    };
    run.charge((regex.group_count() + 1) * std::mem::size_of::<Option<(usize, usize)>>())?;
    let spans = (0..regex.group_count() + 1).map(|i| found.span(i).map(|(a, b)| (a + start, b + start)));
    m.groups = Some(run.arena.alloc_slice_fill_iter(spans));
    m.next.set(next_search(part, found.whole()).map_or(text.len() + 1, |at| at + start));
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
    let from = state(args)?.borrow().region.0;
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

/// The text searched, and the bytes of a group in it.
type Captured<'a> = (&'a str, (usize, usize));

/// Group `index` of the last match.
fn captured<'a>(args: &[Val<'a>], index: i32) -> Result<Option<Captured<'a>>, Thrown> {
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
    Ok(Val::Int(run.program.regex(pattern).map_or(0, JavaRegex::group_count) as i32))
}

fn named_group<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, name] = take(args)?;
    let name = run.text(name)?;
    let pattern = state(args)?.borrow().pattern;
    match run.program.regex(pattern).and_then(|r| r.group_by_name(name)) {
        Some(index) => group(run, &[this, Val::Int(index as i32)]),
        None => Err(Thrown::illegal_argument(format!("No group with name <{name}>"))),
    }
}

fn quote_replacement<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [text] = take(args)?;
    let text = run.text(text)?;
    run.string(&text.replace('\\', "\\\\").replace('$', "\\$"))
}

fn replace_matches<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], limit: usize) -> Eval<'a> {
    let [_, replacement] = take(args)?;
    let replacement = match replacement {
        Val::Null => return Err(Thrown::null_pointer("replacement")),
        other => run.text(other)?,
    };
    reset(run, args)?;
    let (pattern, text) = {
        let m = state(args)?.borrow();
        (m.pattern, m.text)
    };
    let Some(regex) = run.program.regex(pattern) else { return Ok(Val::Str(text)) };
    let replacement = Replacement::new(replacement, regex);
    let state = state(args)?;
    rebuild(run, args, limit, |_, out| {
        let groups = Groups::from_spans(state.borrow().groups.unwrap_or_default());
        replacement.append(&groups, text, out).map_err(Thrown::from_failure)
    })
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
