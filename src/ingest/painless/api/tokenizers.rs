//! `StringTokenizer`.

use super::Class;
use crate::ingest::painless::iterate::no_element;
use crate::ingest::painless::object::{Kind, Obj, Tokenizer};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::Cell;

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
