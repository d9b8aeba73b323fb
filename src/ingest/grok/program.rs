//! A pattern ready to run: PCRE2's machine code for ASCII texts and for others, and the search that spares both.

use super::ruby::{Alphabet, Pattern, must_be_tried, required_literal, write, write_regular, write_shared};
use super::{GrokError, MatchError};
use memchr::memmem;
use pcre2::bytes::{CaptureLocations, Regex, RegexBuilder};
use regex_automata::util::pool::{Pool, PoolGuard};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

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
/// PCRE2's `PCRE2_ERROR_PATTERN_TOO_LARGE`: its byte code holds 64 KiB.
const ERROR_TOO_LARGE: i32 = 120;

/// A compiled pattern. Machine code is made when a text first needs it: of the patterns of all the pipelines that a team has few
/// see records, and fewer see records beyond ASCII.
pub struct Program {
    /// The pattern, all references expanded.
    text: String,
    /// What no matching text lacks.
    literal: Option<memmem::Finder<'static>>,
    ascii: Engine,
    unicode: Engine,
    /// For what takes PCRE2 too many steps, if the pattern is regular: slower mostly, but never long.
    automaton: OnceLock<Option<regex::Regex>>,
    /// Some text took too many steps and the automaton had it: it goes first from now on.
    automaton_first: AtomicBool,
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

impl Program {
    /// `pattern` is what `text` parses to.
    pub fn new(text: String, pattern: &Pattern) -> Result<Self, GrokError> {
        let literal = required_literal(&pattern.root);
        let literal = (!literal.is_empty()).then(|| memmem::Finder::new(&literal).into_owned());
        let (ascii, unicode) = (Engine::new(Alphabet::Ascii), Engine::new(Alphabet::Unicode));
        if must_be_tried(pattern) {
            ascii.compile(pattern, &RegexBuilder::new(), "")?;
            unicode.compile(pattern, &RegexBuilder::new(), "")?;
        }
        Ok(Self { text, literal, ascii, unicode, automaton: OnceLock::new(), automaton_first: AtomicBool::new(false) })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first match at or after byte `start`.
    pub fn find(&self, subject: &Subject<'_>, start: usize) -> Result<Option<Locations<'_>>, MatchError> {
        let bytes = subject.text.as_bytes();
        if let Some(literal) = &self.literal
            && literal.find(bytes.get(start..).unwrap_or_default()).is_none()
        {
            return Ok(None);
        }
        if self.automaton_first.load(Ordering::Relaxed)
            && let Some(found) = self.find_by_automaton(subject.text, start)
        {
            return Ok(found);
        }
        let engine = if subject.is_ascii { &self.ascii } else { &self.unicode };
        match engine.find(&self.text, bytes, start) {
            Err(ERROR_STEPS) => match self.find_by_automaton(subject.text, start) {
                Some(found) => {
                    self.automaton_first.store(true, Ordering::Relaxed);
                    Ok(found)
                }
                None if bytes.len() <= PATIENT_TEXT_BYTES_MAX => engine.find_patiently(&self.text, bytes, start),
                None => Err(MatchError),
            },
            Err(ERROR_STACK) => engine.find_patiently(&self.text, bytes, start),
            result => result.map_err(|_| MatchError),
        }
    }

    /// None: the pattern is not regular, or the automaton would be too large.
    fn find_by_automaton(&self, text: &str, start: usize) -> Option<Option<Locations<'_>>> {
        let build = || {
            let source = write_regular(&Pattern::parse(&self.text).ok()?)?;
            regex::RegexBuilder::new(&source).size_limit(AUTOMATON_BYTES_MAX).build().ok()
        };
        let regex = self.automaton.get_or_init(build).as_ref()?;
        let mut locations = regex.capture_locations();
        let found = regex.captures_read_at(&mut locations, text, start);
        Some(found.map(|_| Locations::Automaton(locations)))
    }
}

/// One form of a pattern.
struct Engine {
    alphabet: Alphabet,
    machine: OnceLock<Option<Machine>>,
    /// With more steps and a larger stack, for the few texts that need them.
    patient: OnceLock<Option<Machine>>,
}

struct Machine {
    regex: Regex,
    locations: Pool<CaptureLocations, MakeLocations>,
}

impl Engine {
    fn new(alphabet: Alphabet) -> Self {
        Self { alphabet, machine: OnceLock::new(), patient: OnceLock::new() }
    }

    fn compile(&self, pattern: &Pattern, builder: &RegexBuilder, prefix: &str) -> Result<Regex, GrokError> {
        let mut builder = builder.clone();
        builder.multi_line(true).utf(self.alphabet == Alphabet::Unicode);
        let build = |source: &str| builder.build(&format!("{prefix}{source}"));
        let regex = match build(&write(pattern, self.alphabet)) {
            Err(error) if error.code() == ERROR_TOO_LARGE => build(&write_shared(pattern, self.alphabet)),
            result => result,
        };
        regex.map_err(|error| GrokError::Engine(error.to_string()))
    }

    fn build(&self, text: &str, steps: u32, stack: Option<usize>) -> Option<Machine> {
        let mut builder = RegexBuilder::new();
        builder.jit_if_available(true).max_jit_stack_size(stack);
        let pattern = Pattern::parse(text).ok()?;
        let regex = self.compile(&pattern, &builder, &format!("(*LIMIT_MATCH={steps})")).ok()?;
        let for_pool = regex.clone();
        let make: MakeLocations = Box::new(move || for_pool.capture_locations());
        Some(Machine { regex, locations: Pool::new(make) })
    }

    /// The error is PCRE2's number of it.
    fn find(&self, text: &str, bytes: &[u8], start: usize) -> Result<Option<Locations<'_>>, i32> {
        let machine = self.machine.get_or_init(|| self.build(text, STEPS_MAX, None));
        machine.as_ref().ok_or(0)?.find(bytes, start)
    }

    fn find_patiently(&self, text: &str, bytes: &[u8], start: usize) -> Result<Option<Locations<'_>>, MatchError> {
        let build = || self.build(text, PATIENT_STEPS_MAX, Some(PATIENT_STACK_BYTES_MAX));
        self.patient.get_or_init(build).as_ref().ok_or(MatchError)?.find(bytes, start).map_err(|_| MatchError)
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
