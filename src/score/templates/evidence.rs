//! Evidence that one word of a message is a variable: skeletons that are equal but for it.
//!
//! Each distinct word in that place counts by its kind (a name more than a plain word, a participle less, a word that says how
//! something went not at all), and the fewer words stay the same around it, the more it takes.

use super::forest::{EntryIndex, Forest, sum_of};
use super::hash::place;
use super::pattern::{PatternToken, VARIABLE, WordKind};
use super::words;

/// Evidence is counted in quarters of a plain word.
pub(super) const PLAIN_WORD: u32 = 4;

/// Kept words (in quarters) and the evidence that they ask for.
const EVIDENCE_NEEDED: [(u32, u32); 3] =
    [(3 * PLAIN_WORD, 4 * PLAIN_WORD), (2 * PLAIN_WORD, 6 * PLAIN_WORD), (PLAIN_WORD, 12 * PLAIN_WORD)];

/// Skeletons that are equal but for the word in one place.
#[derive(Default)]
pub(super) struct Hole {
    evidence: u32,
    witnesses: Vec<EntryIndex>,
    /// The pattern with the hole, once there is evidence enough.
    general: Option<EntryIndex>,
}

impl WordKind {
    /// What a distinct word of this kind says for its place being a variable.
    pub(super) fn evidence(self) -> u32 {
        match self {
            Self::Variable => 3 * PLAIN_WORD,
            Self::Name => PLAIN_WORD + PLAIN_WORD / 2,
            Self::Plain | Self::Ideographs => PLAIN_WORD,
            Self::Action => PLAIN_WORD / 2,
            Self::End | Self::Fixed | Self::Phrase | Self::Framed => 0,
        }
    }

    /// What a word of this kind says for the rest being one message.
    pub(super) fn anchor(self) -> u32 {
        match self {
            Self::Variable | Self::End => 0,
            Self::Fixed => PLAIN_WORD / 2,
            _ => PLAIN_WORD,
        }
    }
}

/// How much evidence a hole needs with so much kept around it; `None` when nothing is enough.
pub(super) fn evidence_needed(kept: u32) -> Option<u32> {
    EVIDENCE_NEEDED.iter().find(|(least, _)| kept >= *least).map(|(_, needed)| *needed)
}

impl Forest {
    /// Enters a new entry as a witness for each of its words, and makes the patterns that this is evidence enough for.
    pub(super) fn hear_evidence(&mut self, index: EntryIndex, tokens: &[PatternToken], sum: u64) {
        let anchors = self.anchors(tokens);
        for (i, token) in tokens.iter().enumerate() {
            let evidence = self.evidence(tokens, i);
            let Some(needed) = evidence_needed(anchors - self.lexicon.kind(token.word).anchor()) else { continue };
            if evidence == 0 {
                continue;
            }
            let signature = signature(sum, i, token);
            let hole = self.holes.entry(signature).or_default();
            if let Some(general) = hole.general {
                self.unite(index, general);
                continue;
            }
            hole.evidence = hole.evidence.saturating_add(evidence);
            hole.witnesses.push(index);
            if hole.evidence >= needed && hole.witnesses.len() > 1 {
                let witnesses = std::mem::take(&mut hole.witnesses);
                // Until the pattern is there a witness stands for it: making it may come back to this hole.
                hole.general = Some(index);
                let general = self.generalise(tokens, &[(i, VARIABLE)]);
                self.holes.entry(signature).or_default().general = Some(general);
                witnesses.into_iter().for_each(|witness| self.unite(witness, general));
            }
        }
    }

    /// Whether a pattern with a hole is there that only this skeleton's word in that place is missing from.
    pub(super) fn fills_hole(&self, tokens: &[PatternToken], sum: u64) -> bool {
        tokens.iter().enumerate().any(|(i, token)| {
            let proven = |hole: &Hole| hole.general.is_some();
            self.holes.get(&signature(sum, i, token)).is_some_and(proven) && self.evidence(tokens, i) > 0
        })
    }

    /// The sum of what the words say for being one message.
    pub(super) fn anchors(&self, tokens: &[PatternToken]) -> u32 {
        tokens.iter().map(|t| self.lexicon.kind(t.word).anchor()).sum()
    }

    /// What the word at `i` says for its place being a variable.
    pub(super) fn evidence(&self, tokens: &[PatternToken], i: usize) -> u32 {
        let Some(token) = tokens.get(i) else { return 0 };
        let next_lead = tokens.get(i + 1).map_or("", |next| self.lexicon.text(next.lead));
        match self.lexicon.kind(token.word) {
            // A key is part of the message.
            _ if next_lead.trim_start().starts_with('=') => 0,
            // What a line begins with names its speaker or topic more often than a value.
            WordKind::Name if i == 0 => PLAIN_WORD,
            // What follows a role names who or what plays it.
            WordKind::Plain | WordKind::Ideographs if self.follows_role(tokens, i) => 2 * PLAIN_WORD,
            kind => kind.evidence(),
        }
    }

    fn follows_role(&self, tokens: &[PatternToken], i: usize) -> bool {
        let before = i.checked_sub(1).and_then(|before| tokens.get(before));
        before.is_some_and(|before| words::is_role(self.lexicon.text(before.word).as_bytes()))
    }

    /// Marks the holes of a pattern that evidence made elsewhere as proven.
    pub(super) fn settle_holes(&mut self, index: EntryIndex) {
        let Some(entry) = self.entries.get(index as usize) else { return };
        let (tokens, holes) = (entry.tokens.clone(), entry.holes.clone());
        let [hole] = holes[..] else { return };
        let Some(token) = tokens.get(usize::from(hole)).filter(|t| t.word == VARIABLE) else { return };
        let sum = sum_of(&tokens);
        let hole = self.holes.entry(signature(sum, usize::from(hole), token)).or_default();
        hole.general = Some(index);
        let witnesses = std::mem::take(&mut hole.witnesses);
        witnesses.into_iter().for_each(|witness| self.unite(witness, index));
    }
}

/// What all entries have in common that are equal but for the word at `i`.
fn signature(sum: u64, i: usize, token: &PatternToken) -> u64 {
    sum.wrapping_sub(place(i, token.lead, token.word)).wrapping_add(place(i, token.lead, VARIABLE)) ^ (i as u64 + 1)
}
