//! One list of uap-core regexes: the first that matches names the browser, system or device.
//!
//! The list is tried in order, and order decides, so a plain implementation runs hundreds of regexes per agent. Nearly every
//! regex needs some literal text, though: one pass of an Aho-Corasick automaton over all those texts leaves a handful of
//! candidates. Regexes are compiled when first needed (PCRE2, whose backtracking agrees with `java.util.regex`).

use aho_corasick::AhoCorasick;
use pcre2::bytes::{Captures, Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Literals shorter than this say too little to rule a regex out.
const LITERAL_BYTES_MIN: usize = 3;
/// A regex that needs one of more literals than this is always tried.
const LITERALS_PER_REGEX_MAX: usize = 64;
/// Steps of one match; a regex that needs more counts as not matching.
const MATCH_STEPS_MAX: u32 = 1_000_000;
const JIT_STACK_BYTES_MAX: usize = 512 * 1024;

/// A name with up to four parts of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionedName {
    pub name: Box<str>,
    /// `major.minor.patch.build`, as far as known.
    pub version: Option<Box<str>>,
}

/// A regex and what it says of an agent that it matches.
pub struct Pattern {
    pub source: String,
    pub ignore_case: bool,
    /// Instead of the first group; `$1` in it stands for that group.
    pub name: Option<String>,
    /// Instead of the second to fifth group.
    pub version: [Option<String>; 4],
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub fn new(source: String, ignore_case: bool, name: Option<String>, version: [Option<String>; 4]) -> Self {
        Self { source, ignore_case, name, version, compiled: OnceLock::new() }
    }

    /// Why the regex does not compile, if so.
    pub fn check(&self) -> Result<(), String> {
        self.builder().build(&self.source).map(drop).map_err(|e| e.to_string())
    }

    fn builder(&self) -> RegexBuilder {
        let mut builder = RegexBuilder::new();
        // `.` stops at a carriage return too, as in Java.
        builder.utf(true).crlf(true).caseless(self.ignore_case);
        builder
    }

    fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let bounded = format!("(*LIMIT_MATCH={MATCH_STEPS_MAX}){}", self.source);
            self.builder().jit_if_available(true).max_jit_stack_size(Some(JIT_STACK_BYTES_MAX)).build(&bounded).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    fn apply(&self, agent: &str) -> Option<VersionedName> {
        let captures = self.regex()?.captures(agent.as_bytes()).ok()??;
        let group = |i| group(&captures, i);
        let name = match (&self.name, group(1)) {
            (Some(name), Some(first)) if name.contains("$1") => Cow::Owned(name.replacen("$1", first, 1)),
            (Some(name), _) => Cow::Borrowed(name.as_str()),
            (None, first) => Cow::Borrowed(first?),
        };
        let parts = self.version.iter().enumerate().map(|(i, fixed)| fixed.as_deref().or_else(|| group(i + 2)));
        Some(VersionedName { name: name.into(), version: join_version(parts) })
    }
}

fn group<'a>(captures: &Captures<'a>, at: usize) -> Option<&'a str> {
    std::str::from_utf8(captures.get(at)?.as_bytes()).ok()
}

/// The parts up to the first that is unknown or empty, joined with dots.
fn join_version<'a>(parts: impl Iterator<Item = Option<&'a str>>) -> Option<Box<str>> {
    let mut version: Option<String> = None;
    for part in parts.map_while(|part| part.filter(|text| !text.is_empty())) {
        match &mut version {
            None => version = Some(part.to_owned()),
            Some(version) => {
                version.push('.');
                version.push_str(part);
            }
        }
    }
    version.map(String::into_boxed_str)
}

/// A list of patterns behind their literal filter.
pub struct Patterns {
    patterns: Vec<Pattern>,
    literals: Option<AhoCorasick>,
    /// The pattern of each literal of the automaton.
    owners: Vec<u32>,
    /// Which patterns have no literal to go by, as a bit set.
    always: Vec<u64>,
}

impl Patterns {
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut owners = Vec::new();
        let mut always = vec![0_u64; patterns.len().div_ceil(64)];
        for (i, pattern) in patterns.iter().enumerate() {
            match needed_literals(pattern) {
                Some(literals) => {
                    owners.extend(std::iter::repeat_n(i as u32, literals.len()));
                    texts.extend(literals);
                }
                None => mark(&mut always, i),
            }
        }
        let literals = AhoCorasick::builder().ascii_case_insensitive(true).build(&texts).ok();
        if literals.is_none() {
            always.fill(u64::MAX);
        }
        Self { patterns, literals, owners, always }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter()
    }

    /// What the first matching pattern makes of `agent`.
    pub fn first_match(&self, agent: &str) -> Option<VersionedName> {
        let mut candidates = self.always.clone();
        if let Some(literals) = &self.literals {
            for found in literals.find_overlapping_iter(agent) {
                if let Some(owner) = self.owners.get(found.pattern().as_usize()) {
                    mark(&mut candidates, *owner as usize);
                }
            }
        }
        for (word, bits) in candidates.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let at = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if let Some(found) = self.patterns.get(at).and_then(|p| p.apply(agent)) {
                    return Some(found);
                }
            }
        }
        None
    }
}

fn mark(set: &mut [u64], at: usize) {
    if let Some(word) = set.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

/// Lower-case texts of which every match of the pattern holds at least one (in whatever case).
fn needed_literals(pattern: &Pattern) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().case_insensitive(pattern.ignore_case).build().parse(&pattern.source);
    let literals = needed(&hir.ok()?)?;
    (literals.iter().all(|l| l.len() >= LITERAL_BYTES_MIN)).then_some(literals)
}

fn needed(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => exact(hir).map(|text| vec![text]),
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(needed(branch)?);
            }
            (all.len() <= LITERALS_PER_REGEX_MAX).then_some(all)
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut run = String::new();
            for part in parts {
                if let Some(text) = exact(part) {
                    run.push_str(&text);
                    continue;
                }
                let literal = std::mem::take(&mut run);
                for candidate in [Some(vec![literal]), needed(part)].into_iter().flatten() {
                    best = better(best, candidate);
                }
            }
            better(best, vec![run])
        }
        _ => None,
    }
}

/// Of two sets of literals the one that rules out more: the longer its shortest text, the better.
fn better(best: Option<Vec<String>>, candidate: Vec<String>) -> Option<Vec<String>> {
    let worth = |set: &[String]| set.iter().map(String::len).min().unwrap_or(0);
    match best {
        Some(best) if worth(&best) >= worth(&candidate) => Some(best),
        _ => (worth(&candidate) > 0).then_some(candidate),
    }
}

/// The one text that `hir` matches but for ASCII case, in lower case.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(str::to_ascii_lowercase),
        HirKind::Class(Class::Unicode(class)) => {
            let mut only = None;
            for c in class.iter().flat_map(|r| r.start()..=r.end()).take(8) {
                // Unicode folding adds letters such as the Kelvin sign to (?i)k; `java.util.regex` does not, nor do we.
                let c = match c {
                    '\u{212A}' => 'k',
                    '\u{17F}' => 's',
                    c => c.to_ascii_lowercase(),
                };
                if *only.get_or_insert(c) != c {
                    return None;
                }
            }
            only.map(String::from)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(source: &str) -> Pattern {
        Pattern::new(source.into(), false, None, [const { None }; 4])
    }

    #[test]
    fn literals_that_a_regex_needs() {
        for (source, expected) in [
            (r"(Firefox)/(\d+)\.(\d+)", Some(vec!["firefox"])),
            (r"(?i)foo-(bar)", Some(vec!["foo-"])),
            (r"(MSIE|Trident) \d", Some(vec!["msie", "trident"])),
            (r"(?:abcdef)?xyz", Some(vec!["xyz"])),
            (r"(?:longer|long)+ x", Some(vec!["longer", "long"])),
            (r"[a-z]+/\d", None),
            (r"ab|cdefg", None),
            (r"(?=not parsed)abc", None),
        ] {
            let got = needed_literals(&pattern(source));
            let expected = expected.map(|e| e.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(got, expected, "{source}");
        }
    }

    #[test]
    fn the_first_pattern_in_order_wins_and_groups_fill_what_is_not_fixed() {
        let fixed = |name: &str, major: Option<&str>| {
            let version = [major.map(str::to_owned), None, None, None];
            Pattern::new(r"(Foo)Bar/(\d+)(?:\.(\d+))?".into(), true, Some(name.into()), version)
        };
        let found = |pattern| Patterns::new(vec![pattern, self::pattern("(FooBar)")]).first_match("x FooBar/1.2");
        let named = |name: &str, version: Option<&str>| {
            Some(VersionedName { name: name.into(), version: version.map(Into::into) })
        };
        assert_eq!(found(fixed("$1 of $1", None)), named("Foo of $1", Some("1.2")));
        assert_eq!(found(fixed("N", Some("9"))), named("N", Some("9.2")));
        assert_eq!(found(pattern("absent")), named("FooBar", None));
        // A pattern that matches but gives no name is passed over.
        assert_eq!(found(pattern("Foo(absent)?")), named("FooBar", None));
    }

    #[test]
    fn a_blow_up_ends_as_no_match() {
        let patterns = Patterns::new(vec![pattern(r"^(?:(?:x+)+)+$")]);
        assert_eq!(patterns.first_match(&format!("{}y", "x".repeat(64))), None);
    }
}
