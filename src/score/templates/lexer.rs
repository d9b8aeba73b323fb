//! Cuts a line into words and variables in one pass over its bytes, and hashes the result: the line's *skeleton*.
//!
//! There is no regular expression and no configuration here. A word is masked when its *form* says that it is a value
//! ([`super::forms`]): it holds a digit, is a path, a host, an address, a quoted word, the right side of `key=`. Variables that only
//! list signs separate (`a, b, c`, `10:22:33`, `1 - 2`) count as one, and so do groups that repeat (`x 1 ok x 2 ok`), so that lists
//! of any length and every notation of a time give one skeleton.

use super::forms;
use super::hash::{append, hash_word, mix_pair};
use super::planes::{CLASSES, Planes, SPACE, WIDE, WORD};
use super::wide::{Wide, classify_wide};

/// A line is read up to here; the rest takes no part in its template.
pub const LINE_BYTES_MAX: usize = 8192;

/// A template has at most so many words and variables; the rest of the line takes no part.
pub const LINE_TOKENS_MAX: usize = 100;

/// Groups of up to so many tokens are found to repeat.
const REPEATED_GROUP_TOKENS_MAX: usize = 6;

pub(super) const VARIABLE_KEY: u64 = 0x5bd1_e995_7b1d_c0f3;
const END_KEY: u64 = 0x2127_599b_f432_5c37;
const CUT_KEY: u64 = 0x6c62_272e_07bb_0142;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Word,
    Variable,
    /// The end of the line, so that what follows the last word is part of the skeleton.
    End,
    /// The end of what was read of a longer line.
    Cut,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    /// Hash of the delimiters before the token.
    lead: u64,
    /// Hash of the word.
    key: u64,
}

impl Token {
    #[inline(always)]
    fn repeats(&self, other: &Self) -> bool {
        (self.key == other.key) & (self.lead == other.lead)
    }
}

/// The result of a scan; kept and reused from line to line.
#[derive(Default)]
pub(super) struct Scan {
    pub tokens: Vec<Token>,
    pub hash: u64,
    planes: Planes,
}

/// What a word is made of: how many letters, digits, … it has, where three stands for more.
#[derive(Clone, Copy, Default)]
pub(super) struct Census {
    /// Whether it has nothing but letters.
    pub plain: bool,
    pub letters: usize,
    pub digits: usize,
    pub dots: usize,
    pub slashes: usize,
}

impl Scan {
    /// Scans `text` from byte `from` on.
    pub(super) fn scan(&mut self, text: &[u8], from: usize, seed: u64) {
        self.tokens.clear();
        let whole = text.len() <= LINE_BYTES_MAX;
        let text = text.get(..LINE_BYTES_MAX).unwrap_or(text);
        self.planes.read(text, from);
        let mut cursor = Cursor::new(text, from, seed, &self.planes, &mut self.tokens);
        let complete = cursor.run();
        cursor.finish(whole && complete);
        self.hash = self.tokens.iter().fold(seed, |hash, token| mix_pair(hash, token.lead, token.key));
    }
}

pub(super) struct Cursor<'t, 's> {
    pub text: &'t [u8],
    pub position: usize,
    pub tokens: &'s mut Vec<Token>,
    planes: &'s Planes,
    seed: u64,
    /// Hash of the delimiters since the last token.
    pending: u64,
    /// Whether these delimiters are only such as stand between the members of a list.
    listing: bool,
    /// Whether there was white space since the last delimiter or token.
    space: bool,
    /// The last delimiter since the last token, or 0.
    pub last_delimiter: u8,
    /// Whether the next word is the value of a `key=`, and where that value begins.
    pub value_due: Option<u32>,
}

impl<'t, 's> Cursor<'t, 's> {
    fn new(text: &'t [u8], from: usize, seed: u64, planes: &'s Planes, tokens: &'s mut Vec<Token>) -> Self {
        Self {
            text,
            position: from.min(text.len()),
            tokens,
            planes,
            seed,
            pending: 0,
            listing: true,
            space: false,
            last_delimiter: 0,
            value_due: None,
        }
    }

    /// Reads the text; `false` when it had to stop early.
    fn run(&mut self) -> bool {
        while let Some(&byte) = self.text.get(self.position) {
            let class = CLASSES[byte as usize];
            if class & WORD != 0 {
                self.word(0);
            } else if class & SPACE != 0 {
                self.space = true;
                self.position += 1;
                continue;
            } else if class & WIDE != 0 {
                self.wide();
            } else {
                self.delimiter(byte);
            }
            if self.tokens.len() >= LINE_TOKENS_MAX {
                return self.rest(self.position).trim_ascii().is_empty();
            }
        }
        true
    }

    fn finish(mut self, complete: bool) {
        let end = self.text.len() as u32;
        if complete {
            self.empty_value();
            self.space = false;
            self.push(Kind::End, self.position as u32, end, END_KEY);
        } else {
            // What the cut left of the last word, and what follows it, says nothing.
            if self.tokens.last().is_some_and(|t| t.end == end && t.kind == Kind::Word) {
                self.tokens.pop();
            }
            self.clear_pending();
            self.push(Kind::Cut, end, end, CUT_KEY);
        }
    }

    /// The text from `position` on.
    #[inline(always)]
    pub(super) fn rest(&self, position: usize) -> &'t [u8] {
        self.text.get(position..).unwrap_or_default()
    }

    /// The byte at `position`; a blank beyond the end.
    #[inline(always)]
    pub(super) fn byte(&self, position: usize) -> u8 {
        self.text.get(position).copied().unwrap_or(b' ')
    }

    pub(super) fn token_text(&self, token: &Token) -> &'t [u8] {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// Whether the last token is a variable with text, with nothing but white space after it.
    #[inline(always)]
    pub(super) fn follows_variable(&self) -> bool {
        self.last_delimiter == 0 && self.tokens.last().is_some_and(|t| t.kind == Kind::Variable && t.end > t.start)
    }

    #[inline(always)]
    fn push(&mut self, kind: Kind, start: u32, end: u32, key: u64) {
        if self.space {
            self.pending = append(self.pending, b' ');
        }
        self.tokens.push(Token { start, end, kind, lead: self.pending, key });
        self.clear_pending();
    }

    #[inline(always)]
    fn emit_word(&mut self, start: usize, end: usize) {
        let key = hash_word(self.text, start, end - start, self.seed);
        self.value_due = None;
        self.push(Kind::Word, start as u32, end as u32, key);
    }

    #[inline(always)]
    fn emit_variable(&mut self, start: usize, end: usize) {
        self.value_due = None;
        if self.listing
            && let Some(last) = self.tokens.last_mut()
            && last.kind == Kind::Variable
        {
            last.end = end as u32;
            return self.clear_pending();
        }
        if is_opener(self.last_delimiter) {
            self.space = false;
        }
        self.push(Kind::Variable, start as u32, end as u32, VARIABLE_KEY);
        self.fold_repetition();
    }

    /// Drops the last tokens when they repeat those before them; the variable before them takes over their text.
    #[inline(always)]
    fn fold_repetition(&mut self) {
        let count = self.tokens.len();
        let Some([before, own]) = self.tokens.last_chunk::<2>().copied() else { return };
        for size in 2..=REPEATED_GROUP_TOKENS_MAX {
            let Some([other_before, other, ..]) = self.tokens.get(count.wrapping_sub(size + 2)..) else { return };
            // The last two tokens decide nearly always; without short cuts, since these branches cannot be predicted.
            if own.repeats(other) & before.repeats(other_before) && self.repeats_group(size) {
                self.tokens.truncate(count - size);
                if let Some(token) = self.tokens.last_mut() {
                    token.end = own.end;
                }
                return;
            }
        }
    }

    /// Whether the last `size` tokens repeat as many before them.
    fn repeats_group(&self, size: usize) -> bool {
        let group = self.tokens.len().checked_sub(2 * size).and_then(|start| self.tokens.get(start..));
        group.is_some_and(|group| {
            let (previous, last) = group.split_at(size);
            previous.iter().zip(last).all(|(a, b)| a.repeats(b))
        })
    }

    /// `key=` without a value: the variable is there, and empty.
    pub(super) fn empty_value(&mut self) {
        if let Some(at) = self.value_due {
            let space = std::mem::take(&mut self.space);
            self.emit_variable(at as usize, at as usize);
            self.space = space;
        }
    }

    #[inline(always)]
    fn clear_pending(&mut self) {
        self.pending = 0;
        self.listing = true;
        self.space = false;
        self.last_delimiter = 0;
    }

    #[inline(always)]
    fn push_delimiter(&mut self, symbol: u8, listing: bool) {
        if self.space {
            self.pending = append(self.pending, b' ');
            self.space = false;
        }
        self.pending = append(self.pending, symbol);
        self.listing &= listing;
        self.last_delimiter = symbol;
    }

    fn delimiter(&mut self, byte: u8) {
        match byte {
            b'"' | b'\'' | b'`' => {
                if let Some(close) = forms::quoted_end(self, byte) {
                    self.push_delimiter(byte, false);
                    self.emit_variable(self.position + 1, close);
                    self.push_delimiter(byte, false);
                    self.position = close + 1;
                    return;
                }
            }
            b'=' => return self.equals(),
            b'<' if forms::is_comparison(self) => return self.word(1),
            b'(' if self.skip_restatement() => return,
            b')' | b']' if forms::is_empty_bracket(self, byte) => self.emit_variable(self.position, self.position),
            b',' | b';' | b')' | b']' | b'}' | b'|' => self.empty_value(),
            _ => {}
        }
        self.value_due = None;
        self.push_delimiter(byte, matches!(byte, b',' | b';' | b':' | b'|'));
        self.skip_run(byte);
    }

    /// `key=`: the next word is a value, unless the key announces a message.
    fn equals(&mut self) {
        self.empty_value();
        let assigns = forms::is_assignment(self);
        self.push_delimiter(b'=', false);
        self.skip_run(b'=');
        self.value_due = assigns.then_some(self.position as u32);
    }

    fn skip_restatement(&mut self) -> bool {
        let quantity = matches!(self.tokens.as_slice(), [.., number, unit] if number.kind == Kind::Variable && unit.kind == Kind::Word);
        let length =
            if quantity && self.last_delimiter == 0 { forms::restatement(self.rest(self.position)) } else { None };
        self.position += length.unwrap_or(0);
        length.is_some()
    }

    /// Steps over a sign; over all of them when there are three or more in a row: rulers and leaders (`......`) vary in length.
    #[inline(always)]
    fn skip_run(&mut self, sign: u8) {
        if self.byte(self.position + 1) != sign {
            self.position += 1;
            return;
        }
        let run = self.rest(self.position).iter().take_while(|b| **b == sign).count();
        self.position += if run >= 3 { run } else { 1 };
    }

    /// A character beyond ASCII where no word is open.
    fn wide(&mut self) {
        let rest = self.rest(self.position);
        let (class, length) = classify_wide(rest);
        match class {
            Wide::Space => self.space = true,
            Wide::Delimiter => {
                let sign = rest.get(..length).unwrap_or_default();
                let listing = self.listing && matches!(sign, [0xe3, 0x80, 0x81] | [0xef, 0xbc, 0x8c]); // 、 and ,
                self.push_delimiter(b'.', listing);
                self.pending ^= hash_word(sign, 0, sign.len(), 0);
                self.value_due = None;
            }
            Wide::Ideograph => return self.ideographs(),
            Wide::Letter | Wide::Digit => return self.word(0),
        }
        self.position += length;
    }

    /// A run of ideographs is one word: digits, Latin words and punctuation end it.
    fn ideographs(&mut self) {
        let start = self.position;
        while let (Wide::Ideograph, length) = classify_wide(self.rest(self.position)) {
            self.position += length;
        }
        if self.value_due.is_some() {
            self.emit_variable(start, self.position);
        } else {
            self.emit_word(start, self.position);
        }
    }

    /// Reads a word that begins here; `sign` bytes before its first letter or digit belong to it.
    #[inline(always)]
    fn word(&mut self, sign: usize) {
        let start = self.position;
        let (end, census) = self.span(start + sign);
        if census.letters + census.digits == 0 {
            return self.signs(start);
        }
        let assigned = self.value_due.is_some();
        let word = self.text.get(start..end).unwrap_or_default();
        match forms::value_end(self, word, start, end, census) {
            Some(value_end) => {
                self.position = if assigned { forms::structure_end(self.text, value_end) } else { value_end };
                self.emit_variable(start, self.position);
            }
            None => {
                if assigned && self.byte(end) == b'=' {
                    self.empty_value();
                    self.space = true;
                }
                self.position = end;
                self.emit_word(start, end);
            }
        }
    }

    /// How far the word reaches that begins at `start`, and what it is made of. A full stop is no part of it.
    #[inline(always)]
    fn span(&self, start: usize) -> (usize, Census) {
        let length = (!self.planes.word.window(start)).trailing_zeros() as usize;
        if length >= 64 || CLASSES[self.byte(start + length) as usize] & WIDE != 0 {
            return self.long_span(start);
        }
        let length = length - usize::from(length > 0 && self.byte(start + length - 1) == b'.');
        let end = start + length;
        let own = (1u64 << length) - 1;
        let letters = self.planes.letter.window(start) & own;
        if letters == own {
            return (end, Census { plain: true, letters: few(own), ..Census::default() });
        }
        let count = |plane: &super::planes::Plane| few(plane.window(start) & own);
        let census = Census {
            plain: false,
            letters: few(letters),
            digits: count(&self.planes.digit),
            dots: count(&self.planes.dot),
            slashes: count(&self.planes.slash),
        };
        (end, census)
    }

    /// The same for words that are long or hold characters beyond ASCII.
    #[cold]
    fn long_span(&self, start: usize) -> (usize, Census) {
        let mut end = start;
        let mut census = Census { plain: true, ..Census::default() };
        while let Some(&byte) = self.text.get(end) {
            let class = CLASSES[byte as usize];
            if class & WIDE != 0 {
                let (wide, length) = classify_wide(self.rest(end));
                match wide {
                    Wide::Letter => census.letters += 1,
                    Wide::Digit => {
                        census.digits += 1;
                        census.plain = false;
                    }
                    _ => break,
                }
                end += length;
                continue;
            }
            let stops = byte == b'.'
                && (self.byte(end + 1) == b'.' || CLASSES[self.byte(end + 1) as usize] & (WORD | WIDE) == 0);
            if class & WORD == 0 || stops {
                break;
            }
            census.plain &= byte.is_ascii_alphabetic();
            census.letters += usize::from(byte.is_ascii_alphabetic());
            census.digits += usize::from(byte.is_ascii_digit());
            census.dots += usize::from(byte == b'.');
            census.slashes += usize::from(matches!(byte, b'/' | b'\\'));
            end += 1;
        }
        (end.min(self.text.len()), census)
    }

    /// A word of signs alone (`-`, `***`, `...`) is a delimiter.
    fn signs(&mut self, start: usize) {
        let sign = self.byte(start);
        if forms::is_root_path(self) {
            self.position += 1;
            return self.emit_variable(start, start + 1);
        }
        let leads_to_column = sign == b'.' && self.byte(start + 1) == b'.';
        let lists = matches!(sign, b'-' | b'.' | b'/' | b'#' | b'@' | b'~' | b'+' | b'\\') && !leads_to_column;
        self.push_delimiter(sign, lists);
        self.skip_run(sign);
    }
}

/// How many bits are set, where three stands for more: cheaper than counting where the processor has no instruction for it.
#[inline(always)]
fn few(bits: u64) -> usize {
    let second = bits & bits.wrapping_sub(1);
    let third = second & second.wrapping_sub(1);
    usize::from(bits != 0) + usize::from(second != 0) + usize::from(third != 0)
}

/// After these, white space before a value is padding.
pub(super) fn is_opener(delimiter: u8) -> bool {
    matches!(delimiter, b'(' | b'[' | b'{' | b'<' | b'=' | b'#' | b'"' | b'\'' | b'`')
}
