//! What the miner hands out: templates, their ids, and the news about them.

use super::pattern::{Lexicon, PatternToken, VARIABLE, WordKind};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A template's id: the XXH3 hash of its text, so that everyone who sees the text can compute it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct TemplateId(pub u64);

impl TemplateId {
    /// Lines that were not mined because a bound bit.
    pub const OVERFLOW: Self = Self(0);

    /// The id of the template with this text.
    pub fn of(text: &str) -> Self {
        Self(xxhash_rust::xxh3::xxh3_64(text.as_bytes()).max(1))
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

/// Sixteen hexadecimal digits, as in `anomaly.template.id`.
impl fmt::Display for TemplateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A log message with its variables cut out.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    /// With `<*>` for each variable.
    pub text: Arc<str>,
    /// Which of its tokens are variables, in order.
    variables: Box<[u8]>,
    /// For the variables that are a part of a word: the token, and how many bytes of the word stand before and after it.
    pub(super) frames: Box<[(u8, usize, usize)]>,
    /// The token from which on the rest of the line is one variable.
    pub(super) tail: Option<u8>,
}

impl Template {
    pub(super) fn new(lexicon: &Lexicon, tokens: &[PatternToken], folded: bool) -> Self {
        let text: Arc<str> = lexicon.render(tokens).into();
        let is_variable = |t: &PatternToken| matches!(lexicon.kind(t.word), WordKind::Variable | WordKind::Framed);
        let places = || tokens.iter().enumerate().map(|(i, t)| (i as u8, t));
        Self {
            id: TemplateId::of(&text),
            text,
            variables: places().filter(|(_, t)| is_variable(t)).map(|(i, _)| i).collect(),
            frames: places()
                .filter(|(_, t)| t.word != VARIABLE)
                .filter_map(|(i, t)| lexicon.frame_parts(t.word).map(|(open, close)| (i, open.len(), close.len())))
                .collect(),
            // The last token is the end of the line.
            tail: if folded { tokens.len().checked_sub(2).map(|i| i as u8) } else { None },
        }
    }

    /// How many variables the template has.
    pub fn parameter_count(&self) -> usize {
        self.variables.len()
    }

    /// Where this template's parameters are among those of `heir`, which it became a part of.
    pub(super) fn parameters_in(&self, heir: &Self) -> Vec<u8> {
        let place = |variable: &u8| heir.variables.iter().position(|v| v == variable).map(|i| i as u8);
        self.variables.iter().filter_map(place).collect()
    }
}

/// News about templates, for whoever keeps something by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateEvent {
    /// A template that was not there before.
    New { id: TemplateId },
    /// `old` became part of the more general `new`; what holds for `old` (a verdict) is `new`'s to inherit. `old` stays
    /// resolvable. `parameters[i]` is the place of `old`'s parameter `i` among those of `new`.
    Alias { old: TemplateId, new: TemplateId, parameters: Vec<u8> },
    /// A template that no line has matched for long was given up for want of space. It comes back under the same id.
    Forgotten { id: TemplateId },
}

/// A template as another process (or this one after a restart) can take it over with [`super::Miner::import`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRecord {
    pub id: TemplateId,
    pub text: String,
    pub patterns: Vec<PatternRecord>,
    /// Ids that this template has taken the place of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<TemplateId>,
}

/// One of the patterns that make up a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternRecord {
    /// The delimiters before each word, and the word.
    pub tokens: Vec<(String, String)>,
    /// The words that were found to be variables.
    pub holes: Vec<u8>,
    /// Whether the last variable stands for the rest of the line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
    /// The slot of the skeleton that this is, when it moves within one miner.
    #[serde(skip)]
    pub(super) slot: Option<u32>,
}
