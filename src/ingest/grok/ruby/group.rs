//! What stands behind an opening parenthesis, and names of groups.

use super::parser::{Call, Parser, option_group};
use super::{GroupKind, Options, Range, SyntaxError};

/// Once there is a named group, those without a name have no number.
pub const NUMBER_BESIDE_NAMES: &str = "numbered backref/call is not allowed. (use name)";

pub enum Opening {
    Group(GroupKind, Options),
    Capture(Option<Box<str>>),
    /// `(?i)`
    Options(Options),
    Condition(usize),
    Comment,
}

impl Parser<'_> {
    /// Reads what follows a `(` up to where the group's content begins.
    pub fn opening(&mut self, options: Options) -> Result<Opening, SyntaxError> {
        if !self.eat("?") {
            return Ok(Opening::Capture(None));
        }
        let group = |kind| Ok(Opening::Group(kind, options));
        match self.next() {
            None => Err("end pattern in group".into()),
            Some(':') => group(GroupKind::Plain),
            Some('>') => group(GroupKind::Atomic),
            Some('=') => group(GroupKind::Ahead),
            Some('!') => group(GroupKind::NotAhead),
            Some('<') if self.eat("=") => group(GroupKind::Behind),
            Some('<') if self.eat("!") => group(GroupKind::NotBehind),
            Some('<') => self.group_name('>').map(|name| Opening::Capture(Some(name))),
            Some('\'') => self.group_name('\'').map(|name| Opening::Capture(Some(name))),
            Some('#') => self.comment(),
            Some('(') => self.condition_group(),
            Some('~') => Err("the absent operator (?~…) is not supported".into()),
            Some(c) => self.options(c, options),
        }
    }

    /// Reads the rest of a comment.
    pub fn comment(&mut self) -> Result<Opening, SyntaxError> {
        loop {
            match self.next() {
                None => return Err("end pattern in group".into()),
                Some('\\') => drop(self.next()),
                Some(')') => return Ok(Opening::Comment),
                Some(_) => {}
            }
        }
    }

    fn options(&mut self, first: char, outer: Options) -> Result<Opening, SyntaxError> {
        let mut inner = outer;
        let mut on = true;
        let mut c = Some(first);
        loop {
            match c {
                Some('-') => on = false,
                Some('i') => inner.caseless = on,
                Some('m') => inner.dot_matches_newline = on,
                Some('x') => inner.extended = on,
                Some('a') if on => inner.range = Range::Ascii,
                Some('d') if on => inner.range = Range::Default,
                Some('u') if on => inner.range = Range::Unicode,
                Some(')') => return Ok(Opening::Options(inner)),
                Some(':') => return Ok(Opening::Group(option_group(outer, inner), inner)),
                None => return Err("end pattern in group".into()),
                Some(_) => return Err("undefined group option".into()),
            }
            c = self.next();
        }
    }

    /// The name of a new group, up to `end`.
    fn group_name(&mut self, end: char) -> Result<Box<str>, SyntaxError> {
        let rest = self.rest();
        let Some(length) = rest.find([end, ')']) else { return Err(invalid_name(rest)) };
        let name = rest.get(..length).unwrap_or_default();
        if !rest.get(length..).is_some_and(|r| r.starts_with(end)) {
            return Err(invalid_name(rest));
        }
        if name.is_empty() {
            return Err("group name is empty".into());
        }
        if name.starts_with(|c: char| c == '-' || c.is_numeric()) {
            return Err(invalid_name(name));
        }
        self.eat(name);
        self.next();
        Ok(name.into())
    }

    /// The name or number in `\k<…>`, `\g<…>`, `(?(<…>)`.
    pub fn reference_name(&mut self, end: char) -> Result<&str, SyntaxError> {
        let rest = self.rest();
        let Some(length) = rest.find([end, ')']).filter(|at| rest.get(*at..).is_some_and(|r| r.starts_with(end)))
        else {
            return Err(invalid_name(rest));
        };
        let name = rest.get(..length).unwrap_or_default();
        if name.is_empty() {
            return Err("group name is empty".into());
        }
        self.eat(name);
        self.next();
        Ok(name)
    }

    /// The groups that a back reference means: by name, number, or number counted back from here.
    pub fn referenced_groups(&mut self, name: &str) -> Result<Vec<usize>, SyntaxError> {
        let name = without_level(name)?;
        if let Ok(number) = name.parse::<i64>() {
            self.refers_by_number = true;
            return Ok(vec![self.numbered_group(number)?]);
        }
        let numbered = self.groups.iter().enumerate();
        let groups: Vec<usize> = numbered.filter(|(_, n)| n.as_deref() == Some(name)).map(|(i, _)| i + 1).collect();
        if groups.is_empty() { Err(undefined_name(name)) } else { Ok(groups) }
    }

    /// Group `number`, or the one so many back where negative; it must be open already.
    pub fn numbered_group(&self, number: i64) -> Result<usize, SyntaxError> {
        if self.groups.iter().any(Option::is_some) {
            return Err(SyntaxError::from(NUMBER_BESIDE_NAMES));
        }
        let count = i64::try_from(self.groups.len()).unwrap_or(i64::MAX);
        let absolute = if number < 0 { count + 1 + number } else { number };
        match usize::try_from(absolute) {
            Ok(group) if absolute >= 1 && absolute <= count => Ok(group),
            _ => Err("invalid backref number/name".into()),
        }
    }

    fn condition_group(&mut self) -> Result<Opening, SyntaxError> {
        let name = match self.next() {
            Some('<') => self.reference_name('>')?.to_owned(),
            Some('\'') => self.reference_name('\'')?.to_owned(),
            Some(digit @ '0'..='9') => {
                let more: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
                self.eat(&more);
                format!("{digit}{more}")
            }
            _ => return Err("invalid conditional pattern".into()),
        };
        let groups = self.referenced_groups(&name)?;
        match *groups.as_slice() {
            [group] if self.eat(")") => Ok(Opening::Condition(group)),
            [_] => Err("invalid conditional pattern".into()),
            _ => Err("a condition on a name of several groups is not supported".into()),
        }
    }

    /// The groups that the calls mean, now that all are known.
    pub fn resolve_calls(&self) -> Result<Vec<usize>, SyntaxError> {
        let resolve = |call: &Call| match call {
            Call::Number(number) if *number <= self.groups.len() => Ok(*number),
            Call::Number(_) => Err(SyntaxError::from("undefined group reference")),
            Call::Name(name) => {
                let numbered = self.groups.iter().enumerate();
                let groups: Vec<usize> =
                    numbered.filter(|(_, n)| n.as_deref() == Some(name)).map(|(i, _)| i + 1).collect();
                match *groups.as_slice() {
                    [] => Err(undefined_name(name)),
                    [group] => Ok(group),
                    _ => Err(SyntaxError(format!("multiplex definition name <{name}> call"))),
                }
            }
        };
        self.calls.iter().map(resolve).collect()
    }
}

/// A back reference may name a level of recursion: `\k<n+0>`, where 0 is this one.
fn without_level(name: &str) -> Result<&str, SyntaxError> {
    let Some((base, level)) = name.rsplit_once(['+', '-']).filter(|(base, _)| !base.is_empty()) else {
        return Ok(name);
    };
    match level.parse::<u32>() {
        Ok(0) => Ok(base),
        Ok(_) => Err("back references to another level of recursion are not supported".into()),
        Err(_) => Ok(name),
    }
}

fn invalid_name(name: &str) -> SyntaxError {
    SyntaxError(format!("invalid group name <{name}>"))
}

fn undefined_name(name: &str) -> SyntaxError {
    SyntaxError(format!("undefined name <{name}> reference"))
}
