//! A pattern ready to run: PCRE2's machine code for ASCII texts and for others, and the search that spares both.

use super::ruby::{Alphabet, Pattern, required_literal, write, write_regular};
use super::{GrokError, MatchError};
use memchr::memmem;
use pcre2::bytes::{CaptureLocations, Regex, RegexBuilder};
use regex_automata::util::pool::{Pool, PoolGuard};
use std::sync::OnceLock;

/// Steps that a match may take from one starting place, about 2 ms: enough for all but patterns that are about to blow up.
const STEPS_MAX: u32 = 1_000_000;
/// The same for a second try, and how long the text may be that gets one: each of its bytes may be such a starting place, and the
/// node gives up after a second.
pub const PATIENT_STEPS_MAX: u32 = 10_000_000;
const PATIENT_TEXT_BYTES_MAX: usize = 1000;
/// The stack of a second try. The first has the 32 KiB of the machine code's own, which long repetitions of groups exceed.
const PATIENT_STACK_BYTES_MAX: usize = 8 * 1024 * 1024;
const AUTOMATON_BYTES_MAX: usize = 16 * 1024 * 1024;

/// PCRE2's `PCRE2_ERROR_MATCHLIMIT`.
const ERROR_STEPS: i32 = -47;
/// PCRE2's `PCRE2_ERROR_JIT_STACKLIMIT`.
const ERROR_STACK: i32 = -46;

/// A compiled pattern.
pub struct Program {
    /// What no matching text lacks.
    literal: Option<memmem::Finder<'static>>,
    ascii: Engine,
    unicode: Engine,
    /// For what takes PCRE2 too many steps, if the pattern is regular: slower mostly, but never long.
    automaton: Option<Automaton>,
}

type MakeLocations = Box<dyn Fn() -> CaptureLocations + Send + Sync>;

/// Where a match and its groups lie.
pub enum Locations<'p> {
    /// Goes back to its pool when dropped.
    Machine(PoolGuard<'p, CaptureLocations, MakeLocations>),
    Automaton(regex::CaptureLocations),
}

impl Locations<'_> {
    /// The bytes of group `number`; 0 is the match.
    pub fn span(&self, number: usize) -> Option<(usize, usize)> {
        match self {
            Self::Machine(locations) => locations.get(number),
            Self::Automaton(locations) => locations.get(number),
        }
    }
}

impl Program {
    pub fn new(pattern: &Pattern) -> Result<Self, GrokError> {
        let literal = required_literal(&pattern.root);
        let literal = (!literal.is_empty()).then(|| memmem::Finder::new(&literal).into_owned());
        let ascii = Engine::new(write(pattern, Alphabet::Ascii), false)?;
        let unicode = Engine::new(write(pattern, Alphabet::Unicode), true)?;
        let automaton = write_regular(pattern).map(|source| Automaton { source, regex: OnceLock::new() });
        Ok(Self { literal, ascii, unicode, automaton })
    }

    /// The first match at or after byte `start`.
    pub fn find(&self, text: &Subject<'_>, start: usize) -> Result<Option<Locations<'_>>, MatchError> {
        let bytes = text.text.as_bytes();
        if let Some(literal) = &self.literal
            && literal.find(bytes.get(start..).unwrap_or_default()).is_none()
        {
            return Ok(None);
        }
        let engine = if text.is_ascii { &self.ascii } else { &self.unicode };
        match engine.find(bytes, start) {
            Err(ERROR_STEPS) => {
                let again = self.automaton.as_ref().and_then(|automaton| automaton.find(text.text, start));
                match again {
                    Some(found) => Ok(found),
                    None if bytes.len() <= PATIENT_TEXT_BYTES_MAX => engine.find_patiently(bytes, start),
                    None => Err(MatchError),
                }
            }
            Err(ERROR_STACK) => engine.find_patiently(bytes, start),
            result => result.map_err(|_| MatchError),
        }
    }
}

/// A text with what is found out about it once.
pub struct Subject<'t> {
    pub text: &'t str,
    is_ascii: bool,
}

impl<'t> Subject<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, is_ascii: text.is_ascii() }
    }
}

/// One form of a pattern, compiled to machine code when it is first needed: most pipelines see ASCII only.
struct Engine {
    source: String,
    utf: bool,
    machine: OnceLock<Option<Machine>>,
    /// With more steps and a larger stack, for the few texts that need them.
    patient: OnceLock<Option<Machine>>,
}

struct Machine {
    regex: Regex,
    locations: Pool<CaptureLocations, MakeLocations>,
}

impl Engine {
    /// Makes sure that `source` compiles; machine code comes later.
    fn new(source: String, utf: bool) -> Result<Self, GrokError> {
        let mut builder = RegexBuilder::new();
        builder.multi_line(true).utf(utf);
        builder.build(&source).map_err(|e| GrokError::Engine(e.to_string()))?;
        Ok(Self { source, utf, machine: OnceLock::new(), patient: OnceLock::new() })
    }

    fn build(&self, steps: u32, stack: Option<usize>) -> Option<Machine> {
        let mut builder = RegexBuilder::new();
        builder.multi_line(true).utf(self.utf).jit_if_available(true).max_jit_stack_size(stack);
        let regex = builder.build(&format!("(*LIMIT_MATCH={steps}){}", self.source)).ok()?;
        let for_pool = regex.clone();
        let make: MakeLocations = Box::new(move || for_pool.capture_locations());
        Some(Machine { regex, locations: Pool::new(make) })
    }

    /// The error is PCRE2's number of it.
    fn find(&self, bytes: &[u8], start: usize) -> Result<Option<Locations<'_>>, i32> {
        let machine = self.machine.get_or_init(|| self.build(STEPS_MAX, None));
        machine.as_ref().ok_or(0)?.find(bytes, start)
    }

    fn find_patiently(&self, bytes: &[u8], start: usize) -> Result<Option<Locations<'_>>, MatchError> {
        let machine = self.patient.get_or_init(|| self.build(PATIENT_STEPS_MAX, Some(PATIENT_STACK_BYTES_MAX)));
        machine.as_ref().ok_or(MatchError)?.find(bytes, start).map_err(|_| MatchError)
    }
}

impl Machine {
    fn find(&self, bytes: &[u8], start: usize) -> Result<Option<Locations<'_>>, i32> {
        let mut locations = self.locations.get();
        match self.regex.captures_read_at(&mut locations, bytes, start) {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Ok(Some(Locations::Machine(locations))),
            Err(error) => Err(error.code()),
        }
    }
}

/// The pattern as an automaton, made when it is first needed.
struct Automaton {
    source: String,
    regex: OnceLock<Option<regex::Regex>>,
}

impl Automaton {
    /// None: the automaton would be too large.
    fn find(&self, text: &str, start: usize) -> Option<Option<Locations<'_>>> {
        let build = || regex::RegexBuilder::new(&self.source).size_limit(AUTOMATON_BYTES_MAX).build().ok();
        let regex = self.regex.get_or_init(build).as_ref()?;
        let mut locations = regex.capture_locations();
        let found = regex.captures_read_at(&mut locations, text, start);
        Some(found.map(|_| Locations::Automaton(locations)))
    }
}
