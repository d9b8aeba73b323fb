//! `java.util.regex.Pattern` syntax to a tree. The grammar and the words of its errors follow the class's documentation and what a JVM
//! answers.

use super::ast::{Ast, Case, Greed};
use super::class::{CharSet, LINE_TERMINATORS, escape_class, named_class};
use super::{Flags, PatternError};
use std::collections::BTreeMap;

/// Groups and classes inside each other.
const DEPTH_MAX: u32 = 200;

/// Repetitions like `{1000000}` are refused beyond this.
const REPEAT_MAX: u32 = 65_535;

pub(super) struct Parsed {
    pub ast: Ast,
    pub groups: u32,
    pub names: BTreeMap<Box<str>, u32>,
}

pub(super) fn parse(pattern: &str, flags: Flags) -> Result<Parsed, PatternError> {
    let mut parser = Parser {
        chars: pattern.chars().collect(),
        pattern,
        at: 0,
        flags,
        groups: 0,
        names: BTreeMap::new(),
        quoted: false,
        depth: 0,
    };
    let ast = if flags.has(Flags::LITERAL) { parser.literal_text() } else { parser.alternation()? };
    if parser.at < parser.chars.len() {
        return Err(parser.error("Unmatched closing ')'"));
    }
    Ok(Parsed { ast, groups: parser.groups, names: parser.names })
}

struct Parser<'p> {
    chars: Vec<char>,
    pattern: &'p str,
    at: usize,
    flags: Flags,
    groups: u32,
    names: BTreeMap<Box<str>, u32>,
    /// Between `\Q` and `\E`.
    quoted: bool,
    depth: u32,
}

impl Parser<'_> {
    fn error(&self, description: impl Into<String>) -> PatternError {
        PatternError { description: description.into(), index: self.at, pattern: self.pattern.into() }
    }

    fn has(&self, flag: Flags) -> bool {
        self.flags.has(flag)
    }

    fn case(&self) -> Case {
        match (self.has(Flags::CASE_INSENSITIVE), self.has(Flags::UNICODE_CASE)) {
            (false, _) => Case::Sensitive,
            (true, false) => Case::Ascii,
            (true, true) => Case::Unicode,
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn eat_all(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(i, c)| self.peek_at(i) == Some(c));
        self.at += if found { text.chars().count() } else { 0 };
        found
    }

    /// Passes over what is no part of the pattern: `\Q` and `\E`, and with the flag `x` white space and comments.
    fn skip(&mut self) {
        loop {
            if self.quoted {
                if !self.eat_all("\\E") {
                    return;
                }
                self.quoted = false;
            } else if self.eat_all("\\Q") {
                self.quoted = true;
            } else if self.has(Flags::COMMENTS) && self.peek().is_some_and(|c| matches!(c, '\t'..='\r' | ' ')) {
                self.at += 1;
            } else if self.has(Flags::COMMENTS) && self.peek() == Some('#') {
                while self.peek().is_some_and(|c| !LINE_TERMINATORS.iter().any(|(a, b)| (*a..=*b).contains(&c))) {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    fn deeper(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error(format!("more than {DEPTH_MAX} groups inside each other")));
        }
        Ok(())
    }

    fn literal_text(&mut self) -> Ast {
        let case = self.case();
        let literals = self.chars.iter().map(|c| Ast::Literal { c: *c, case }).collect();
        self.at = self.chars.len();
        Ast::Concat(literals)
    }

    /// `a|b|c`, up to a closing parenthesis or the end.
    fn alternation(&mut self) -> Result<Ast, PatternError> {
        self.deeper()?;
        let mut branches = vec![self.sequence()?];
        while !self.quoted && self.eat('|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                Ast::Alternate(branches)
            }
            None => Ast::Empty,
        })
    }

    fn sequence(&mut self) -> Result<Ast, PatternError> {
        let mut items = Vec::new();
        loop {
            self.skip();
            let Some(c) = self.peek() else { break };
            if self.quoted {
                self.at += 1;
                let literal = Ast::Literal { c, case: self.case() };
                items.push(self.quantified(literal)?);
                continue;
            }
            let atom = match c {
                '|' | ')' => break,
                '(' => match self.group()? {
                    Some(group) => group,
                    // `(?i)` changes the flags of what follows and is nothing itself.
                    None => continue,
                },
                '[' => {
                    self.at += 1;
                    Ast::Class(self.class()?)
                }
                '*' | '+' | '?' => return Err(self.error(format!("Dangling meta character '{c}'"))),
                // A count without anything before it repeats the empty text.
                '{' => Ast::Empty,
                _ => {
                    self.at += 1;
                    self.atom(c)?
                }
            };
            items.push(self.quantified(atom)?);
        }
        Ok(match items.pop() {
            None => Ast::Empty,
            Some(only) if items.is_empty() => only,
            Some(last) => {
                items.push(last);
                Ast::Concat(items)
            }
        })
    }

    /// What one character outside of classes and groups means; it has been read.
    fn atom(&mut self, c: char) -> Result<Ast, PatternError> {
        let unix_lines = self.has(Flags::UNIX_LINES);
        let multi_line = self.has(Flags::MULTILINE);
        Ok(match c {
            '^' => Ast::LineStart { multi_line, unix_lines },
            '$' => Ast::LineEnd { multi_line, unix_lines },
            '.' if self.has(Flags::DOTALL) => Ast::Class(CharSet::range('\0', char::MAX)),
            '.' if unix_lines => Ast::Class(CharSet::range('\n', '\n').negated()),
            '.' => Ast::Class(CharSet::of(&LINE_TERMINATORS).negated()),
            '\\' => self.escape()?,
            c => Ast::Literal { c, case: self.case() },
        })
    }

    /// `atom` with the quantifier that follows it, if one does.
    fn quantified(&mut self, atom: Ast) -> Result<Ast, PatternError> {
        self.skip();
        if self.quoted {
            return Ok(atom);
        }
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.count()?,
            _ => return Ok(atom),
        };
        self.at += 1;
        self.skip();
        let greed = match self.peek() {
            Some('?') if !self.quoted => Greed::Lazy,
            Some('+') if !self.quoted => Greed::Possessive,
            _ => Greed::Greedy,
        };
        self.at += usize::from(greed != Greed::Greedy);
        Ok(match atom {
            Ast::Empty => Ast::Empty,
            inside => Ast::Repeat { inside: Box::new(inside), min, max, greed },
        })
    }

    /// `{n}`, `{n,}`, `{n,m}` up to, not including, the closing brace.
    fn count(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        self.at += 1;
        let Some(min) = self.number()? else { return Err(self.error("Illegal repetition")) };
        let max = if self.eat(',') {
            if self.peek() == Some('}') { None } else { Some(self.number()?.unwrap_or(0)) }
        } else {
            Some(min)
        };
        if self.peek() != Some('}') {
            return Err(self.error("Unclosed counted closure"));
        }
        if max.is_some_and(|max| max < min) || min.max(max.unwrap_or(0)) > REPEAT_MAX {
            return Err(self.error("Illegal repetition range"));
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<Option<u32>, PatternError> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = value.unwrap_or(0_u32).checked_mul(10).and_then(|v| v.checked_add(digit));
            value = Some(next.ok_or_else(|| self.error("Illegal repetition range"))?);
            self.at += 1;
        }
        Ok(value)
    }

    /// A group at its parenthesis; None for one that only changes flags.
    fn group(&mut self) -> Result<Option<Ast>, PatternError> {
        self.at += 1;
        let outer_flags = self.flags;
        if !self.eat('?') {
            self.groups += 1;
            let inside = self.group_inside(outer_flags)?;
            return Ok(Some(Ast::Capture(inside)));
        }
        let look = |ahead, negated, inside| Ok(Some(Ast::Look { ahead, negated, inside }));
        let c = self.peek();
        self.at += 1;
        match (c, self.peek()) {
            (Some(':'), _) => Ok(Some(*self.group_inside(outer_flags)?)),
            (Some('='), _) => look(true, false, self.group_inside(outer_flags)?),
            (Some('!'), _) => look(true, true, self.group_inside(outer_flags)?),
            (Some('>'), _) => Ok(Some(Ast::Atomic(self.group_inside(outer_flags)?))),
            (Some('<'), Some(c @ ('=' | '!'))) => {
                self.at += 1;
                look(false, c == '!', self.group_inside(outer_flags)?)
            }
            (Some('<'), _) => {
                let name = self.group_name()?;
                self.groups += 1;
                if self.names.insert(name.as_str().into(), self.groups).is_some() {
                    return Err(self.error(format!("Named capturing group <{name}> is already defined")));
                }
                let inside = self.group_inside(outer_flags)?;
                Ok(Some(Ast::Capture(inside)))
            }
            _ => {
                self.at -= 1;
                self.inline_flags()?;
                match self.peek() {
                    Some(')') => {
                        self.at += 1;
                        Ok(None)
                    }
                    Some(':') => {
                        self.at += 1;
                        Ok(Some(*self.group_inside(outer_flags)?))
                    }
                    _ => Err(self.error("Unknown inline modifier")),
                }
            }
        }
    }

    /// The inside of a group and its closing parenthesis; flags set inside end with it.
    fn group_inside(&mut self, outer_flags: Flags) -> Result<Box<Ast>, PatternError> {
        let inside = self.alternation()?;
        if self.quoted || !self.eat(')') {
            return Err(self.error("Unclosed group"));
        }
        self.flags = outer_flags;
        Ok(Box::new(inside))
    }

    fn group_name(&mut self) -> Result<String, PatternError> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_alphanumeric) {
            name.push(c);
            self.at += 1;
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(self.error("capturing group name does not start with a Latin letter"));
        }
        if !self.eat('>') {
            return Err(self.error("named capturing group is missing trailing '>'"));
        }
        Ok(name)
    }

    /// `imsx-d`.
    fn inline_flags(&mut self) -> Result<(), PatternError> {
        let mut on = true;
        while let Some(c) = self.peek() {
            let flag = match c {
                'i' => Flags::CASE_INSENSITIVE,
                'm' => Flags::MULTILINE,
                's' => Flags::DOTALL,
                'd' => Flags::UNIX_LINES,
                'u' => Flags::UNICODE_CASE,
                'x' => Flags::COMMENTS,
                'U' => Flags::UNICODE_CHARACTER_CLASS.with(Flags::UNICODE_CASE),
                '-' if on => {
                    (on, self.at) = (false, self.at + 1);
                    continue;
                }
                _ => return Ok(()),
            };
            self.flags = if on { self.flags.with(flag) } else { self.flags.without(flag) };
            self.at += 1;
        }
        Ok(())
    }

    /// An escape outside of classes, after its backslash.
    fn escape(&mut self) -> Result<Ast, PatternError> {
        let Some(c) = self.peek() else { return Err(self.error("Unexpected internal error")) };
        let unicode = self.has(Flags::UNICODE_CHARACTER_CLASS);
        let anchor = match c {
            'A' => Some(Ast::TextStart),
            'z' => Some(Ast::TextEnd),
            'Z' => Some(Ast::LineEnd { multi_line: false, unix_lines: self.has(Flags::UNIX_LINES) }),
            'G' => Some(Ast::LastMatchEnd),
            'b' if self.peek_at(1) == Some('{') && self.peek_at(2) == Some('g') => {
                return Err(self.error("\\b{g} is not supported"));
            }
            'b' | 'B' => Some(Ast::WordBoundary { negated: c == 'B', unicode }),
            'R' => Some(Ast::LineBreak),
            'X' => Some(Ast::Grapheme),
            _ => None,
        };
        if let Some(anchor) = anchor {
            self.at += 1;
            return Ok(anchor);
        }
        match c {
            '1'..='9' => Ok(self.back_reference()),
            'k' => {
                self.at += 1;
                if !self.eat('<') {
                    return Err(self.error("\\k is not followed by '<' for named capturing group"));
                }
                let name = self.group_name()?;
                match self.names.get(name.as_str()) {
                    Some(group) => Ok(Ast::BackReference { group: *group, case: self.case() }),
                    None => Err(self.error(format!("named capturing group <{name}> does not exist"))),
                }
            }
            _ => match self.escaped()? {
                Escaped::Char(c) => Ok(Ast::Literal { c, case: self.case() }),
                Escaped::Class(class) => Ok(Ast::Class(class)),
            },
        }
    }

    /// `\12` is group 12 only if there are that many groups so far, else group 1 and a `2`.
    fn back_reference(&mut self) -> Ast {
        let mut group = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = group * 10 + digit;
            if group != 0 && next > self.groups {
                break;
            }
            group = next;
            self.at += 1;
        }
        Ast::BackReference { group, case: self.case() }
    }

    /// An escape that may stand in a class too: a character or a class.
    fn escaped(&mut self) -> Result<Escaped, PatternError> {
        let Some(c) = self.peek() else { return Err(self.error("Unexpected internal error")) };
        self.at += 1;
        let unicode = self.has(Flags::UNICODE_CHARACTER_CLASS);
        Ok(Escaped::Char(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\x0c',
            'a' => '\x07',
            'e' => '\x1b',
            'c' => {
                let Some(control) = self.peek() else { return Err(self.error("Illegal control escape sequence")) };
                self.at += 1;
                char::from_u32(u32::from(control) ^ 64).ok_or_else(|| self.error("Illegal control escape sequence"))?
            }
            '0' => self.octal()?,
            'x' => self.hexadecimal()?,
            'u' => self.unicode_escape()?,
            'p' | 'P' => return self.property(c == 'P').map(Escaped::Class),
            'N' => return Err(self.error("\\N{name} is not supported")),
            c => match escape_class(c, unicode) {
                Some(class) => return Ok(Escaped::Class(class)),
                None if c.is_ascii_alphabetic() => {
                    self.at -= 1;
                    return Err(self.error("Illegal/unsupported escape sequence"));
                }
                None => c,
            },
        }))
    }

    fn octal(&mut self) -> Result<char, PatternError> {
        let mut value = 0;
        let mut digits = 0;
        while digits < 3 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            if value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            digits += 1;
            self.at += 1;
        }
        if digits == 0 {
            return Err(self.error("Illegal octal escape sequence"));
        }
        char::from_u32(value).ok_or_else(|| self.error("Illegal octal escape sequence"))
    }

    fn hex_digits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for i in 0..count {
            value = value << 4 | self.peek_at(i)?.to_digit(16)?;
        }
        self.at += count;
        Some(value)
    }

    fn hexadecimal(&mut self) -> Result<char, PatternError> {
        if !self.eat('{') {
            let code = self.hex_digits(2).and_then(char::from_u32);
            return code.ok_or_else(|| self.error("Illegal hexadecimal escape sequence"));
        }
        let mut value: u32 = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) {
            value = value.checked_mul(16).map_or(u32::MAX, |v| v | digit);
            self.at += 1;
        }
        if !self.eat('}') {
            return Err(self.error("Unclosed hexadecimal escape sequence"));
        }
        char::from_u32(value).ok_or_else(|| self.error("Hexadecimal codepoint is too big"))
    }

    /// `\uXXXX`, two of them for a character beyond the first plane.
    fn unicode_escape(&mut self) -> Result<char, PatternError> {
        let illegal = "Illegal Unicode escape sequence";
        let high = self.hex_digits(4).ok_or_else(|| self.error(illegal))?;
        if (0xd800..0xdc00).contains(&high) && self.eat_all("\\u") {
            let low = self.hex_digits(4).ok_or_else(|| self.error(illegal))?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(code).ok_or_else(|| self.error(illegal));
            }
            return Err(self.error(illegal));
        }
        // Half of a surrogate pair is in no text that is UTF-8: it matches nothing but the character that stands for it there.
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// `\p{name}`, `\pL`.
    fn property(&mut self, negated: bool) -> Result<CharSet, PatternError> {
        let name: String = if self.eat('{') {
            let mut name = String::new();
            loop {
                match self.peek() {
                    Some('}') => break,
                    Some(c) => name.push(c),
                    None => return Err(self.error("Unclosed character family")),
                }
                self.at += 1;
            }
            self.at += 1;
            name
        } else {
            let Some(c) = self.peek() else { return Err(self.error("Unknown character property name {}")) };
            self.at += 1;
            c.to_string()
        };
        let unicode = self.has(Flags::UNICODE_CHARACTER_CLASS);
        let class = named_class(&name, unicode, self.case())
            .ok_or_else(|| self.error(format!("Unknown character property name {{{name}}}")))?;
        Ok(if negated { class.negated() } else { class })
    }

    /// A class after its opening bracket.
    fn class(&mut self) -> Result<CharSet, PatternError> {
        self.deeper()?;
        let negated = !self.quoted && self.eat('^');
        let mut whole: Option<CharSet> = None;
        let mut part = CharSet::empty();
        let mut is_empty = true;
        loop {
            self.skip();
            let Some(c) = self.peek() else { return Err(self.error("Unclosed character class")) };
            match c {
                ']' if !self.quoted && (!is_empty || whole.is_some()) => {
                    self.at += 1;
                    break;
                }
                '[' if !self.quoted => {
                    self.at += 1;
                    part.union(&self.class()?);
                }
                '&' if !self.quoted && self.peek_at(1) == Some('&') => {
                    self.at += 2;
                    while self.eat('&') {}
                    whole = Some(intersection(whole, part, is_empty));
                    part = CharSet::empty();
                    is_empty = true;
                    // `[a&&]` ends here.
                    continue;
                }
                _ => {
                    let item = self.class_item()?;
                    part.union(&item);
                }
            }
            is_empty = false;
        }
        self.depth -= 1;
        let set = match whole {
            Some(_) => intersection(whole, part, is_empty),
            None => part,
        };
        Ok(if negated { set.negated() } else { set })
    }

    /// A character, a range or an escape in a class.
    fn class_item(&mut self) -> Result<CharSet, PatternError> {
        let from = match self.class_char()? {
            Escaped::Class(class) => return Ok(class.folded(self.case())),
            Escaped::Char(c) => c,
        };
        self.skip();
        let is_range = match (self.peek(), self.peek_at(1), self.peek_at(2)) {
            _ if self.quoted => false,
            (Some('-'), Some('&'), Some('&')) | (Some('-'), None | Some(']' | '['), _) => false,
            (next, ..) => next == Some('-'),
        };
        if !is_range {
            return Ok(CharSet::range(from, from).folded(self.case()));
        }
        self.at += 1;
        self.skip();
        match self.class_char()? {
            // `[a-\d]`: the hyphen is one.
            Escaped::Class(class) => {
                let mut set = CharSet::of(&[(from, from), ('-', '-')]);
                set.union(&class);
                Ok(set.folded(self.case()))
            }
            Escaped::Char(to) if to < from => Err(self.error("Illegal character range")),
            Escaped::Char(to) => Ok(CharSet::range(from, to).folded(self.case())),
        }
    }

    fn class_char(&mut self) -> Result<Escaped, PatternError> {
        match self.peek() {
            None => Err(self.error("Unclosed character class")),
            Some('\\') if !self.quoted => {
                self.at += 1;
                self.escaped()
            }
            Some(c) => {
                self.at += 1;
                Ok(Escaped::Char(c))
            }
        }
    }
}

/// The left side of `&&` joined to what was before it. An empty side does not count.
fn intersection(whole: Option<CharSet>, part: CharSet, part_is_empty: bool) -> CharSet {
    match whole {
        None => part,
        Some(whole) if part_is_empty => whole,
        Some(mut whole) => {
            whole.intersect(&part);
            whole
        }
    }
}

enum Escaped {
    Char(char),
    Class(CharSet),
}
