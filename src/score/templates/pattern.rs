//! Patterns: a template's words, with holes for its variables, and their text.

use super::lexer::{Kind, Scan, Token, is_opener};
use super::{forms, words};
use std::collections::HashMap;

/// A word or the delimiters before one, as a number.
pub(super) type Symbol = u32;

/// A variable: masked by its form, or learned.
pub(super) const VARIABLE: Symbol = 0;
const END: Symbol = 1;
const CUT: Symbol = 2;

/// About what a symbol costs beside its text, which is held twice.
const SYMBOL_BYTES: usize = 64;

/// Stands for the hole inside a word ([`WordKind::Framed`]); no line can hold it, since control characters are white space.
const HOLE: char = '\0';

/// How a variable is written in a template's text.
pub const WILDCARD: &str = "<*>";

/// What a word can be evidence for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WordKind {
    Variable,
    /// The end of a line.
    End,
    /// Builds the sentence or says how something went: never becomes a variable.
    Fixed,
    /// Says what happened (`opened`, `starting`): rarely a variable.
    Action,
    Plain,
    /// Looks like a name: `camelCase`, `snake_case`, `file.ext`.
    Name,
    /// A run of ideographs as short as a name.
    Ideographs,
    /// A run of ideographs that is too long for a name or says how something went; a part of it may be a name.
    Phrase,
    /// A run of ideographs with a hole in it.
    Framed,
}

impl WordKind {
    pub(super) fn of(word: &str) -> Self {
        let bytes = word.as_bytes();
        if word.contains(HOLE) {
            return Self::Framed;
        }
        if words::is_ideographic(word) {
            let is_phrase = words::holds_ideographic_outcome(word) || word.chars().nth(NAME_IDEOGRAPHS_MAX).is_some();
            return if is_phrase { Self::Phrase } else { Self::Ideographs };
        }
        if words::is_function_word(bytes) || words::is_outcome(bytes) {
            return Self::Fixed;
        }
        let letters_only = word.chars().all(char::is_alphabetic);
        if letters_only {
            let inner_capital = bytes.windows(2).any(|pair| matches!(pair, [b'a'..=b'z', b'A'..=b'Z']));
            return match inner_capital {
                true => Self::Name,
                false if words::is_action(bytes) => Self::Action,
                false => Self::Plain,
            };
        }
        let constant_case = !bytes.iter().any(u8::is_ascii_lowercase);
        let name_sign = bytes.iter().any(|b| matches!(b, b'.' | b'_' | b'$' | b'@' | b'\\' | b'0'..=b'9'));
        if name_sign && !constant_case { Self::Name } else { Self::Plain }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PatternToken {
    /// The delimiters before the word.
    pub lead: Symbol,
    pub word: Symbol,
}

/// All words and delimiters of a forest, each once.
pub(super) struct Lexicon {
    symbols: HashMap<Box<str>, Symbol>,
    texts: Vec<Box<str>>,
    kinds: Vec<WordKind>,
    /// The memory that all this takes, about.
    bytes: usize,
}

impl Default for Lexicon {
    fn default() -> Self {
        let mut lexicon = Self { symbols: HashMap::new(), texts: Vec::new(), kinds: Vec::new(), bytes: 0 };
        // Control characters as first letters: no word of a line can be one of these.
        for (text, kind) in [("\u{1}*", WordKind::Variable), ("\u{1}end", WordKind::End), ("\u{1}cut", WordKind::End)] {
            lexicon.intern_as(text, kind);
        }
        lexicon
    }
}

impl Lexicon {
    pub(super) fn intern(&mut self, text: &str) -> Symbol {
        match self.symbols.get(text) {
            Some(symbol) => *symbol,
            None => self.intern_as(text, WordKind::of(text)),
        }
    }

    fn intern_as(&mut self, text: &str, kind: WordKind) -> Symbol {
        let symbol = self.texts.len() as Symbol;
        self.symbols.insert(text.into(), symbol);
        self.texts.push(text.into());
        self.kinds.push(kind);
        self.bytes += 2 * text.len() + SYMBOL_BYTES;
        symbol
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol as usize).map_or("", |t| t)
    }

    pub(super) fn kind(&self, symbol: Symbol) -> WordKind {
        self.kinds.get(symbol as usize).copied().unwrap_or(WordKind::Fixed)
    }

    /// The pattern of a scanned line.
    pub(super) fn pattern(&mut self, scan: &Scan, text: &[u8], from: usize) -> Vec<PatternToken> {
        let mut pattern = Vec::with_capacity(scan.tokens.len());
        let mut at = from;
        let mut before: [Option<Kind>; 2] = [None, None];
        for token in &scan.tokens {
            let gap = text.get(at..token.start as usize).unwrap_or_default();
            let lead = if token.kind == Kind::Cut { String::new() } else { lead_text(gap, token.kind, before) };
            let lead = self.intern(&lead);
            pattern.push(PatternToken { lead, word: self.word_of(token, text) });
            at = token.end as usize;
            before = [before[1], Some(token.kind)];
        }
        pattern
    }

    fn word_of(&mut self, token: &Token, text: &[u8]) -> Symbol {
        match token.kind {
            Kind::Variable => VARIABLE,
            Kind::End => END,
            Kind::Cut => CUT,
            Kind::Word => self.intern(&String::from_utf8_lossy(
                text.get(token.start as usize..token.end as usize).unwrap_or_default(),
            )),
        }
    }

    /// The template's text, `<*>` for each variable.
    pub(super) fn render(&self, pattern: &[PatternToken]) -> String {
        let mut out = String::new();
        for token in pattern {
            out.push_str(self.text(token.lead));
            match (token.word, self.kind(token.word)) {
                (VARIABLE, _) => out.push_str(WILDCARD),
                (CUT, _) => out.push_str(" …"),
                (_, WordKind::End) => {}
                (word, WordKind::Framed) => out.push_str(&self.text(word).replace(HOLE, WILDCARD)),
                (word, _) => out.push_str(self.text(word)),
            }
        }
        out
    }

    /// The narrowest word that covers both: itself, the frame that two runs of ideographs share, or a variable.
    pub(super) fn join(&mut self, a: Symbol, b: Symbol) -> Symbol {
        if a == b { a } else { self.frame(a, b).unwrap_or(VARIABLE) }
    }

    /// The frame that two runs of ideographs share, if any.
    pub(super) fn frame(&mut self, a: Symbol, b: Symbol) -> Option<Symbol> {
        let frameable = |kind| matches!(kind, WordKind::Ideographs | WordKind::Phrase | WordKind::Framed);
        if !frameable(self.kind(a)) || !frameable(self.kind(b)) {
            return None;
        }
        let frame = common_frame(self.text(a), self.text(b))?;
        Some(self.intern(&frame))
    }

    /// Whether `word` fills the hole of `frame` with something that could be a value.
    pub(super) fn fits_frame(&self, frame: Symbol, word: Symbol) -> bool {
        self.frame_parts(frame).is_some_and(|(prefix, suffix)| {
            let inner = self.text(word).strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
            inner.is_some_and(|inner| {
                let chars = inner.chars().count();
                (1..=NAME_IDEOGRAPHS_MAX).contains(&chars) && !words::holds_ideographic_outcome(inner)
            })
        })
    }

    /// What stands before and after the hole of a frame.
    pub(super) fn frame_parts(&self, frame: Symbol) -> Option<(&str, &str)> {
        self.text(frame).split_once(HOLE)
    }
}

/// Two characters in common are the least that makes a frame.
const FRAME_CHARS_MIN: usize = 2;
/// A name of more ideographs than this is a phrase.
pub(super) const NAME_IDEOGRAPHS_MAX: usize = 6;

fn common_frame(a: &str, b: &str) -> Option<String> {
    let (a_open, a_close) = a.split_once(HOLE).unwrap_or((a, a));
    let (b_open, b_close) = b.split_once(HOLE).unwrap_or((b, b));
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let prefix: String = a_open.chars().zip(b_open.chars()).take_while(same).map(|(c, _)| c).collect();
    let prefix_chars = prefix.chars().count();
    // A hole holds a character at least, so prefix and suffix together leave one of a whole word.
    let room = |word: &str| {
        if word.contains(HOLE) { usize::MAX } else { word.chars().count().saturating_sub(prefix_chars + 1) }
    };
    let limit = room(a).min(room(b));
    let suffix = a_close.chars().rev().zip(b_close.chars().rev()).take_while(same).take(limit).map(|(c, _)| c);
    let mut suffix: Vec<char> = suffix.collect();
    suffix.reverse();
    let kept = prefix_chars + suffix.len();
    (kept >= FRAME_CHARS_MIN).then(|| prefix.chars().chain([HOLE]).chain(suffix).collect())
}

/// The delimiters between two tokens as the lexer hashes them: white space counts once, runs of a sign are cut to three, what is
/// padding or restated is gone.
fn lead_text(gap: &[u8], kind: Kind, before: [Option<Kind>; 2]) -> String {
    let restated = gap.trim_ascii_start();
    let gap = match forms::restatement(restated) {
        Some(length) if before == [Some(Kind::Variable), Some(Kind::Word)] => {
            restated.get(length..).unwrap_or_default()
        }
        _ => gap,
    };
    let mut out = String::with_capacity(gap.len());
    for c in String::from_utf8_lossy(gap).chars() {
        if !is_blank(c) {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    cut_runs(&mut out);
    let end = out.trim_end().len();
    if kind == Kind::End
        || (kind == Kind::Variable && out.as_bytes().get(..end).and_then(<[u8]>::last).copied().is_some_and(is_opener))
    {
        out.truncate(end);
    }
    out
}

/// White space as the lexer sees it.
fn is_blank(c: char) -> bool {
    c <= ' '
        || c == '\u{7f}'
        || matches!(super::wide::classify_wide(c.encode_utf8(&mut [0; 4]).as_bytes()), (super::wide::Wide::Space, _))
            && !c.is_ascii()
}

/// Shortens runs of one sign to three.
fn cut_runs(text: &mut String) {
    let (mut last, mut run) = ('\0', 0usize);
    text.retain(|c| {
        run = if c == last { run + 1 } else { 1 };
        last = c;
        run <= 3 || !c.is_ascii()
    });
}
