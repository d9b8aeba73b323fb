//! Replacement texts: `$1`, `${name}`, `\$`.

use super::{Groups, JavaRegex, MatchError};
use crate::ingest::{ErrorKind, Failure};

/// A replacement text, taken apart. Java finds its mistakes only when a match is replaced: so an error waits until then.
#[derive(Clone, Debug)]
pub struct Replacement {
    parts: Vec<Part>,
    /// The mistake after the parts that are sound.
    mistake: Option<Failure>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Box<str>),
    Group(usize),
}

impl Replacement {
    pub fn new(text: &str, regex: &JavaRegex) -> Self {
        let mut reader = Reader { rest: text, regex, parts: Vec::new(), literal: String::new() };
        let mistake = reader.read().err();
        reader.flush();
        Self { parts: reader.parts, mistake }
    }

    /// `Matcher.quoteReplacement`: a text that stands for itself.
    pub fn literal(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.into())], mistake: None }
    }

    fn has_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(_)))
    }

    /// Appends the replacement for one match.
    pub fn append(&self, groups: &Groups, text: &str, out: &mut String) -> Result<(), Failure> {
        for part in &self.parts {
            match part {
                Part::Text(literal) => out.push_str(literal),
                Part::Group(group) => out.push_str(groups.text(*group, text).unwrap_or_default()),
            }
        }
        self.mistake.clone().map_or(Ok(()), Err)
    }
}

struct Reader<'r, 't> {
    rest: &'t str,
    regex: &'r JavaRegex,
    parts: Vec<Part>,
    literal: String,
}

impl Reader<'_, '_> {
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.literal).into()));
        }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn read(&mut self) -> Result<(), Failure> {
        while let Some(c) = self.take() {
            match c {
                '\\' => match self.take() {
                    Some(c) => self.literal.push(c),
                    None => return Err(Failure::illegal_argument("character to be escaped is missing")),
                },
                '$' => {
                    let group = self.group()?;
                    self.flush();
                    self.parts.push(Part::Group(group));
                }
                c => self.literal.push(c),
            }
        }
        Ok(())
    }

    /// The group after a `$`.
    fn group(&mut self) -> Result<usize, Failure> {
        match self.rest.chars().next() {
            None => Err(Failure::illegal_argument("Illegal group reference: group index is missing")),
            Some('{') => self.named_group(),
            Some(c) => match c.to_digit(10) {
                Some(_) => self.numbered_group(),
                None => Err(Failure::illegal_argument("Illegal group reference")),
            },
        }
    }

    /// Takes digits as long as they name a group; the first always counts.
    fn numbered_group(&mut self) -> Result<usize, Failure> {
        let mut group = 0;
        let mut is_first = true;
        while let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(10)) {
            let next = group * 10 + digit as usize;
            if is_first && next > self.regex.group_count() {
                return Err(Failure::new(ErrorKind::IndexOutOfBounds, format!("No group {next}")));
            }
            if !is_first && next > self.regex.group_count() {
                break;
            }
            (group, is_first) = (next, false);
            self.take();
        }
        Ok(group)
    }

    fn named_group(&mut self) -> Result<usize, Failure> {
        self.take();
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            let reason = "named capturing group is missing trailing '}'";
            return Err(Failure::illegal_argument(reason));
        }
        let Some(rest) = rest.strip_prefix('}') else {
            return Err(Failure::illegal_argument("named capturing group is missing trailing '}'"));
        };
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            let reason = format!("capturing group name {{{name}}} starts with digit character");
            return Err(Failure::illegal_argument(reason));
        }
        self.rest = rest;
        let missing = || Failure::illegal_argument(format!("No group with name {{{name}}}"));
        self.regex.group_by_name(name).ok_or_else(missing)
    }
}

impl From<MatchError> for Failure {
    fn from(error: MatchError) -> Self {
        Self::illegal_argument(error.to_string())
    }
}

impl JavaRegex {
    /// `Matcher.replaceAll`; None where nothing matches.
    pub fn replace_all(&self, text: &str, replacement: &Replacement) -> Result<Option<String>, Failure> {
        self.replace(text, replacement, usize::MAX)
    }

    /// `Matcher.replaceFirst`; None where nothing matches.
    pub fn replace_first(&self, text: &str, replacement: &Replacement) -> Result<Option<String>, Failure> {
        self.replace(text, replacement, 1)
    }

    fn replace(&self, text: &str, replacement: &Replacement, count: usize) -> Result<Option<String>, Failure> {
        let with_groups = replacement.has_groups();
        let mut out: Option<String> = None;
        let mut copied_to = 0;
        let mut from = Some(0);
        let mut left = count;
        while let (Some(at), true) = (from, left > 0) {
            let groups = if with_groups {
                self.groups_at(text, at)?
            } else {
                self.find_at(text, at)?.map(|span| Groups { spans: vec![Some(span)] })
            };
            let Some(groups) = groups else { break };
            let span = groups.whole();
            let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(text.get(copied_to..span.0).unwrap_or_default());
            replacement.append(&groups, text, out)?;
            copied_to = span.1;
            from = super::next_search(text, span);
            left -= 1;
        }
        if let Some(out) = &mut out {
            out.push_str(text.get(copied_to..).unwrap_or_default());
        }
        Ok(out)
    }
}
