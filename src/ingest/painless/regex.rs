//! Java's regular expressions, on PCRE2.
//!
//! Both are backtracking engines of Perl's family; what Java writes differently (`\uXXXX`, classes in classes and their
//! intersection, POSIX and `java` properties, some flags) is translated. Every match has a step limit.

use super::api::ClassId;
use super::thrown::Thrown;
use pcre2::bytes::{CaptureLocations, Regex as Engine, RegexBuilder};
use std::cell::Cell;

/// Backtracking steps of one match.
const MATCH_STEPS_MAX: u32 = 2_000_000;

/// Classes in classes.
const CLASS_DEPTH_MAX: usize = 16;

/// A compiled pattern.
pub struct Regex {
    source: Box<str>,
    /// Java's flag bits, as `Pattern.flags()` gives them.
    pub flags: i32,
    search: Engine,
    whole: Engine,
    prefix: Engine,
}

/// A `java.util.regex.Matcher`.
pub struct Matcher<'a> {
    pub pattern: u32,
    pub text: &'a str,
    /// In bytes.
    pub region: (usize, usize),
    /// The groups of the last match, group 0 first; none when it failed or there was none.
    pub groups: Option<&'a [Option<(usize, usize)>]>,
    /// Where the next `find()` begins, in bytes.
    pub next: Cell<usize>,
}

/// What a match must cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Nowhere,
    Start,
    Both,
}

impl Regex {
    /// Compiles a literal with its flag letters.
    pub fn new(pattern: &str, letters: &str) -> Result<Self, String> {
        let mut flags = Flags::default();
        letters.chars().for_each(|c| flags.set(c));
        let translated = if flags.literal { quote(pattern) } else { Translator::new(pattern, flags.comments).run()? };
        // A comment at the end of an extended pattern must not swallow what is put behind it.
        let tail = if flags.comments { "\n" } else { "" };
        let build = |before: &str, after: &str| {
            let text = format!("(*LIMIT_MATCH={MATCH_STEPS_MAX})(*ANYCRLF){before}{translated}{tail}{after}");
            RegexBuilder::new()
                .utf(true)
                .ucp(flags.unicode_classes)
                .caseless(flags.caseless)
                .multi_line(flags.multi_line)
                .dotall(flags.dot_all)
                .extended(flags.comments)
                .jit_if_available(true)
                .build(&text)
                .map_err(|e| e.to_string())
        };
        Ok(Self {
            source: pattern.into(),
            flags: flags.bits(),
            search: build("", "")?,
            whole: build("\\A(?:", ")\\z")?,
            prefix: build("\\G(?:", ")")?,
        })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn is_found(&self, text: &str) -> Result<bool, Thrown> {
        self.search.is_match(text.as_bytes()).map_err(|e| self.too_hard(&e))
    }

    pub fn matches(&self, text: &str) -> Result<bool, Thrown> {
        self.whole.is_match(text.as_bytes()).map_err(|e| self.too_hard(&e))
    }

    pub fn locations(&self) -> CaptureLocations {
        self.search.capture_locations()
    }

    /// Matches `text` from byte `from` on; what matched is in `found`.
    pub fn captures_at(
        &self,
        text: &str,
        from: usize,
        anchor: Anchor,
        found: &mut CaptureLocations,
    ) -> Result<bool, Thrown> {
        let engine = match anchor {
            Anchor::Nowhere => &self.search,
            Anchor::Start => &self.prefix,
            Anchor::Both => &self.whole,
        };
        if from > text.len() {
            return Ok(false);
        }
        match engine.captures_read_at(found, text.as_bytes(), from) {
            Ok(found) => Ok(found.is_some()),
            Err(e) => Err(self.too_hard(&e)),
        }
    }

    pub fn group_count(&self) -> usize {
        self.search.captures_len() - 1
    }

    pub fn group_named(&self, name: &str) -> Option<usize> {
        self.search.capture_names().iter().position(|n| n.as_deref() == Some(name))
    }

    #[cold]
    fn too_hard(&self, error: &pcre2::Error) -> Thrown {
        Thrown::new(
            ClassId::CircuitBreakingException,
            format!(
                "[scripting] Regular expression considered too many characters, pattern: [{}] ({error})",
                self.source
            ),
        )
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    canonical: bool,
    caseless: bool,
    literal: bool,
    multi_line: bool,
    dot_all: bool,
    unicode_classes: bool,
    unicode_case: bool,
    comments: bool,
}

impl Flags {
    fn set(&mut self, letter: char) {
        match letter {
            'c' => self.canonical = true,
            'i' => self.caseless = true,
            'l' => self.literal = true,
            'm' => self.multi_line = true,
            's' => self.dot_all = true,
            'U' => self.unicode_classes = true,
            'u' => self.unicode_case = true,
            'x' => self.comments = true,
            _ => {}
        }
    }

    fn bits(self) -> i32 {
        let bit = |on: bool, value: i32| if on { value } else { 0 };
        bit(self.caseless, 0x02)
            | bit(self.comments, 0x04)
            | bit(self.multi_line, 0x08)
            | bit(self.literal, 0x10)
            | bit(self.dot_all, 0x20)
            | bit(self.unicode_case, 0x40)
            | bit(self.canonical, 0x80)
            | bit(self.unicode_classes, 0x100)
    }
}

/// The pattern that matches `text` itself, as `Pattern.quote` writes it.
pub fn quote(text: &str) -> String {
    format!("\\Q{}\\E", text.replace("\\E", "\\E\\\\E\\Q"))
}

struct Translator<'p> {
    chars: Vec<char>,
    at: usize,
    out: String,
    comments: bool,
    pattern: &'p str,
}

impl<'p> Translator<'p> {
    fn new(pattern: &'p str, comments: bool) -> Self {
        Self {
            chars: pattern.chars().collect(),
            at: 0,
            out: String::with_capacity(pattern.len() + 16),
            comments,
            pattern,
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn fail(&self, reason: &str) -> String {
        format!("{reason} near index {}\n{}", self.at, self.pattern)
    }

    fn run(mut self) -> Result<String, String> {
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    let escape = self.escape(false)?;
                    self.out.push_str(&escape);
                }
                '[' => {
                    let class = self.class(0)?;
                    self.out.push_str(&class.into_pattern());
                }
                '(' if self.starts_with("(?") => self.group_flags(),
                '#' if self.comments => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => {
                    self.out.push(c);
                    self.at += 1;
                }
            }
        }
        Ok(self.out)
    }

    /// `(?idmsuxU-…)` and `(?…:`: the flags that PCRE2 has not are left out.
    fn group_flags(&mut self) {
        let start = self.at + 2;
        let mut end = start;
        while self.chars.get(end).is_some_and(|c| c.is_ascii_alphabetic() || *c == '-') {
            end += 1;
        }
        let closes = matches!(self.chars.get(end), Some(':' | ')'));
        self.out.push_str("(?");
        self.at = start;
        if closes {
            let letters: String =
                self.chars[start..end].iter().filter(|c| matches!(c, 'i' | 'm' | 's' | 'x' | '-')).collect();
            // `(?-)` says nothing and is no group of PCRE2.
            self.out.push_str(letters.trim_end_matches('-'));
            self.at = end;
        }
    }

    /// An escape at the backslash, as PCRE2 writes it.
    fn escape(&mut self, in_class: bool) -> Result<String, String> {
        self.at += 1;
        let Some(c) = self.peek() else { return Err(self.fail("Unexpected internal error")) };
        self.at += 1;
        Ok(match c {
            'u' => {
                let digits: String = self.chars.iter().skip(self.at).take(4).collect();
                let mut code =
                    u32::from_str_radix(&digits, 16).map_err(|_| self.fail("Illegal Unicode escape sequence"))?;
                self.at += 4;
                // A surrogate pair written as two escapes is one character.
                if (0xd800..0xdc00).contains(&code) && self.starts_with("\\u") {
                    let low: String = self.chars.iter().skip(self.at + 2).take(4).collect();
                    if let Ok(low) = u32::from_str_radix(&low, 16)
                        && (0xdc00..0xe000).contains(&low)
                    {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        self.at += 6;
                    }
                }
                format!("\\x{{{code:x}}}")
            }
            '0' => {
                let mut digits: String =
                    self.chars.iter().skip(self.at).take(3).take_while(|c| ('0'..='7').contains(*c)).collect();
                if digits.len() == 3 && digits.as_str() > "377" {
                    digits.pop();
                }
                self.at += digits.len();
                format!("\\o{{0{digits}}}")
            }
            'p' | 'P' => {
                let negated = c == 'P';
                let name = if self.peek() == Some('{') {
                    let close = self.chars.iter().skip(self.at).position(|c| *c == '}');
                    let Some(close) = close else { return Err(self.fail("Unclosed character family")) };
                    let name = self.chars[self.at + 1..self.at + close].iter().collect::<String>();
                    self.at += close + 1;
                    name
                } else {
                    let name = self.peek().map(String::from).unwrap_or_default();
                    self.at += 1;
                    name
                };
                property(&name, negated, in_class)
                    .ok_or_else(|| self.fail(&format!("Unknown character property name {{{name}}}")))?
            }
            'Q' if in_class => {
                let rest: String = self.chars.iter().skip(self.at).collect();
                let quoted = rest.split("\\E").next().unwrap_or_default().to_owned();
                self.at += quoted.chars().count() + if rest.len() > quoted.len() { 2 } else { 0 };
                quoted.chars().map(|c| format!("\\x{{{:x}}}", u32::from(c))).collect()
            }
            'Q' => {
                let rest: String = self.chars.iter().skip(self.at).collect();
                let quoted = rest.split("\\E").next().unwrap_or_default().to_owned();
                self.at += quoted.chars().count() + if rest.len() > quoted.len() { 2 } else { 0 };
                format!("\\Q{quoted}\\E")
            }
            'Z' if !in_class => "\\Z".into(),
            _ if c.is_ascii_alphanumeric() => format!("\\{c}"),
            _ if c.is_ascii() => format!("\\{c}"),
            _ => c.to_string(),
        })
    }

    /// A character class at its bracket.
    fn class(&mut self, depth: usize) -> Result<Class, String> {
        if depth > CLASS_DEPTH_MAX {
            return Err(self.fail("Character class nests too deep"));
        }
        self.at += 1;
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut class = Class { negated, ..Class::default() };
        let mut first = true;
        loop {
            let Some(c) = self.peek() else { return Err(self.fail("Unclosed character class")) };
            match c {
                ']' if !first => {
                    self.at += 1;
                    return Ok(class);
                }
                '[' => {
                    let inner = self.class(depth + 1)?;
                    class.add(inner);
                }
                '&' if self.starts_with("&&") => {
                    self.at += 2;
                    let rest = self.intersected(depth)?;
                    class.and.push(rest);
                    return Ok(class);
                }
                '\\' => {
                    let escape = self.escape(true)?;
                    class.items.push_str(&escape);
                }
                ' ' | '\t' | '\n' if self.comments => self.at += 1,
                _ => {
                    if c == ']' {
                        class.items.push('\\');
                    }
                    class.items.push(c);
                    self.at += 1;
                }
            }
            first = false;
        }
    }

    /// What stands after `&&` up to the closing bracket.
    fn intersected(&mut self, depth: usize) -> Result<Class, String> {
        // Parse as the content of a class of its own that ends with ours.
        self.at -= 1;
        let saved = self.peek();
        debug_assert!(saved == Some('&'));
        let mut inner = self.class_without_negation(depth + 1)?;
        if inner.items.is_empty() && inner.and.is_empty() && inner.or.len() == 1 {
            inner = inner.or.remove(0);
        }
        Ok(inner)
    }

    fn class_without_negation(&mut self, depth: usize) -> Result<Class, String> {
        let caret = self.chars.get(self.at + 1) == Some(&'^');
        let class = self.class(depth)?;
        // `[a&&^b]` negates what follows, as in Java.
        debug_assert!(caret == class.negated);
        Ok(class)
    }
}

/// A character class in parts: single items, classes beside them, classes it is intersected with.
#[derive(Default)]
struct Class {
    negated: bool,
    items: String,
    or: Vec<Class>,
    and: Vec<Class>,
}

impl Class {
    fn is_plain(&self) -> bool {
        self.or.is_empty() && self.and.is_empty()
    }

    /// Takes in a class that stands within this one.
    fn add(&mut self, inner: Class) {
        if inner.is_plain() && !inner.negated {
            self.items.push_str(&inner.items);
        } else {
            self.or.push(inner);
        }
    }

    /// As a pattern that matches one character.
    fn into_pattern(self) -> String {
        if self.is_plain() {
            return match (self.items.is_empty(), self.negated) {
                (true, true) => "(?s:.)".into(),
                (true, false) => "(?!)".into(),
                (false, negated) => format!("[{}{}]", if negated { "^" } else { "" }, self.items),
            };
        }
        let mut alternatives: Vec<String> = Vec::new();
        if !self.items.is_empty() {
            alternatives.push(format!("[{}]", self.items));
        }
        alternatives.extend(self.or.into_iter().map(Class::into_pattern));
        let mut pattern = format!("(?:{})", alternatives.join("|"));
        for other in self.and {
            pattern = format!("(?:(?={}){pattern})", other.into_pattern());
        }
        if self.negated { format!("(?:(?!{pattern})(?s:.))") } else { pattern }
    }
}

/// `\p{name}` as PCRE2 has it, outside or inside a class.
fn property(name: &str, negated: bool, in_class: bool) -> Option<String> {
    let posix = match name {
        "Lower" => "lower",
        "Upper" => "upper",
        "ASCII" => "ascii",
        "Alpha" => "alpha",
        "Digit" => "digit",
        "Alnum" => "alnum",
        "Punct" => "punct",
        "Graph" => "graph",
        "Print" => "print",
        "Blank" => "blank",
        "Cntrl" => "cntrl",
        "XDigit" => "xdigit",
        "Space" => "space",
        _ => "",
    };
    if !posix.is_empty() {
        let class = format!("[:{}{posix}:]", if negated { "^" } else { "" });
        return Some(if in_class { class } else { format!("[{class}]") });
    }
    let unicode = match name {
        "javaLowerCase" | "IsLowercase" => "Ll",
        "javaUpperCase" | "IsUppercase" => "Lu",
        "javaWhitespace" | "IsWhite_Space" | "IsWhiteSpace" => "Xsp",
        "javaLetter" | "javaAlphabetic" | "IsAlphabetic" => "L",
        "javaDigit" | "IsDigit" => "Nd",
        "javaLetterOrDigit" => "Xan",
        "IsPunctuation" => "P",
        "IsControl" => "Cc",
        "IsIdeographic" => "Han",
        other => {
            let other = other.strip_prefix("general_category=").or_else(|| other.strip_prefix("gc=")).unwrap_or(other);
            let other = other.strip_prefix("script=").or_else(|| other.strip_prefix("sc=")).unwrap_or(other);
            other.strip_prefix("Is").unwrap_or(other)
        }
    };
    let sane = !unicode.is_empty() && unicode.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'&');
    (sane && !name.starts_with("In")).then(|| format!("\\{}{{{unicode}}}", if negated { 'P' } else { 'p' }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn java_patterns_match_as_in_java() {
        for (pattern, flags, text, found, whole) in [
            ("[0-9]+", "", "a12", true, false),
            ("[0-9]+", "", "12", true, true),
            ("ab", "i", "xAB", true, false),
            ("[a-z&&[^aeiou]]+", "", "xyz", true, true),
            ("[a-z&&[^aeiou]]+", "", "xaz", true, false),
            ("[a-c[x-z]]+", "", "axb", true, true),
            ("\\u0041\\x{42}\\0103", "", "ABC", true, true),
            ("\\p{Alpha}+\\p{L}[\\p{Digit}_]", "", "abé1", true, true),
            ("(?u)a.b", "", "a\nb", false, false),
            ("a.b", "s", "a\nb", true, true),
            ("^b$", "m", "a\nb\nc", true, false),
            ("a b # c", "x", "ab", true, true),
            ("a.b", "l", "a.b", true, true),
            ("\\d+$", "", "12\n", true, false),
            ("[]a]", "", "]", true, true),
            ("(?<year>\\d{4})-\\k<year>", "", "2020-2020", true, true),
        ] {
            let regex = Regex::new(pattern, flags).unwrap_or_else(|e| panic!("{pattern}: {e}"));
            assert_eq!(regex.is_found(text).unwrap(), found, "{pattern} in {text:?}");
            assert_eq!(regex.matches(text).unwrap(), whole, "{pattern} is {text:?}");
        }
        assert!(Regex::new("(", "").is_err());
        assert!(Regex::new("[a", "").is_err());
    }

    #[test]
    fn a_blow_up_ends_in_an_error() {
        let regex = Regex::new("(a+)+$", "").unwrap();
        let text = format!("{}b", "a".repeat(60));
        assert!(regex.is_found(&text).is_err());
    }
}
