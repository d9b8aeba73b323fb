//! A valve for messages with free text in them: a script, a statement of SQL, somebody's words.
//!
//! No two of these line up, so there is no evidence that a word of them varies, and each is a template of its own. Messages that
//! begin with the same words are a *family*. When a family has very many templates its messages are not told apart any more by
//! what comes after these words: that becomes one variable. Templates that are there already stay.

use super::evidence::PLAIN_WORD;
use super::forest::{EntryIndex, Forest};
use super::hash::mix_pair;
use super::pattern::{PatternToken, VARIABLE};

/// A family with more templates than this takes no more.
pub(super) const FAMILY_TEMPLATES_MAX: u32 = 128;

/// The words that a family has in common, in quarters of a plain word: enough to be one statement of one program.
const HEAD: u32 = 3 * PLAIN_WORD;

/// With less than this after its head (and the end of the line) a message has no free text.
const TAIL_TOKENS_MIN: usize = 4;

impl Forest {
    /// Takes in a skeleton's pattern: as it is, or as one of its family if that is full.
    pub(super) fn adopt(&mut self, mut tokens: Vec<PatternToken>) -> EntryIndex {
        let Some((head, family)) = self.family_of(&tokens) else { return self.insert(tokens, &[]) };
        let is_full = self.families.get(&family).is_some_and(|count| *count >= FAMILY_TEMPLATES_MAX);
        if is_full && !self.is_expected(&tokens) {
            let end = tokens.last().copied();
            let (gap, nothing) = (self.lexicon.intern(" "), self.lexicon.intern(""));
            tokens.truncate(head);
            tokens.push(PatternToken { lead: gap, word: VARIABLE });
            tokens.extend(end.map(|end| PatternToken { lead: nothing, ..end }));
            let general = self.insert(tokens, &[]);
            self.mark_folded(general);
            return general;
        }
        let index = self.insert(tokens, &[]);
        self.count_in_family(index, family);
        index
    }

    /// Takes in a pattern from another forest.
    pub(super) fn readopt(&mut self, tokens: Vec<PatternToken>, holes: &[u8], folded: bool) -> EntryIndex {
        let family = if folded {
            let head = tokens.get(..tokens.len().saturating_sub(2)).unwrap_or_default();
            self.families.insert(name_of(head), FAMILY_TEMPLATES_MAX);
            None
        } else {
            self.family_of(&tokens)
        };
        let index = self.insert(tokens, holes);
        if folded {
            self.mark_folded(index);
        }
        if let Some((_, family)) = family {
            self.count_in_family(index, family);
        }
        index
    }

    fn count_in_family(&mut self, index: EntryIndex, family: u64) {
        if self.is_alone(index) {
            *self.families.entry(family).or_default() += 1;
        }
    }

    /// How many tokens begin a message that its family has in common, and the family's name; `None` if little comes after them.
    fn family_of(&self, tokens: &[PatternToken]) -> Option<(usize, u64)> {
        let mut anchors = 0;
        let last = tokens.iter().position(|token| {
            anchors += self.lexicon.kind(token.word).anchor();
            anchors >= HEAD
        })?;
        let head = tokens.get(..=last)?;
        (tokens.len() >= head.len() + TAIL_TOKENS_MIN).then(|| (head.len(), name_of(head)))
    }
}

fn name_of(head: &[PatternToken]) -> u64 {
    head.iter().fold(0, |hash, token| mix_pair(hash, u64::from(token.lead) + 1, u64::from(token.word)))
}
