//! Evidence from neighbours: entries of the same shape (delimiters and number of words) that differ in several words, or within a
//! run of ideographs.
//!
//! Where a user *and* a host vary, hardly two skeletons are equal but for one word, so [`super::evidence`] never sees enough. Here a
//! new skeleton is compared with the latest ones of its shape: if many differ from it only in the same two or three places, and
//! each of these places has many different words, these are variables. Chinese is written without spaces, so a name stands inside
//! a word (用户张三登录失败); runs that share their beginning and end are such words with a hole.

use super::evidence::{PLAIN_WORD, evidence_needed};
use super::forest::{EntryIndex, Forest};
use super::pattern::{PatternToken, Symbol, VARIABLE, WordKind};
use std::collections::HashSet;

/// A new skeleton is compared with so many of its shape.
const NEIGHBOURS_MAX: usize = 256;
/// So many patterns of a shape are tried on a new skeleton.
const GENERALS_MAX: usize = 64;
/// Words that may vary at once.
const HOLES_MAX: usize = 3;
/// Sets of holes that are weighed for one skeleton.
const HOLE_SETS_MAX: usize = 16;

/// The places in which two patterns differ.
type Difference = [u8; HOLES_MAX];
const NO_PLACE: u8 = u8::MAX;

impl Forest {
    /// Takes a new entry into its shape: under a pattern that covers it, or into a new one that it is the last evidence for.
    pub(super) fn meet_neighbours(&mut self, index: EntryIndex, tokens: &[PatternToken], holes: &[u8]) {
        let shape = shape_of(tokens);
        if holes.len() > 1 || holes.iter().any(|i| tokens.get(usize::from(*i)).is_some_and(|t| t.word != VARIABLE)) {
            self.shapes.entry(shape).or_default().generals.push(index);
        }
        if !holes.is_empty() {
            return;
        }
        let (neighbours, generals) = match self.shapes.get(&shape) {
            Some(known) => (latest(&known.skeletons, NEIGHBOURS_MAX), latest(&known.generals, GENERALS_MAX)),
            None => (Vec::new(), Vec::new()),
        };
        self.shapes.entry(shape).or_default().skeletons.push(index);
        let covering: Vec<EntryIndex> = generals.into_iter().filter(|g| self.covers(*g, tokens)).collect();
        for general in &covering {
            self.unite(index, *general);
        }
        if covering.is_empty() {
            let neighbours = self.differences(&neighbours, tokens);
            self.find_holes(index, tokens, &neighbours);
            self.find_frame(index, tokens, &neighbours);
        }
    }

    /// Whether a pattern with several holes, or a hole inside a word, covers a skeleton.
    pub(super) fn is_covered(&self, tokens: &[PatternToken]) -> bool {
        let generals = self.shapes.get(&shape_of(tokens)).map(|shape| latest(&shape.generals, GENERALS_MAX));
        generals.is_some_and(|generals| generals.iter().any(|general| self.covers(*general, tokens)))
    }

    /// Whether a pattern with holes covers a skeleton.
    fn covers(&self, general: EntryIndex, tokens: &[PatternToken]) -> bool {
        let Some(entry) = self.entries.get(general as usize) else { return false };
        entry.tokens.len() == tokens.len()
            && entry.tokens.iter().zip(tokens).enumerate().all(|(i, (general, own))| {
                general == own
                    || (entry.holes.contains(&(i as u8))
                        && general.lead == own.lead
                        && self.fills(general.word, own.word))
            })
    }

    /// Whether `word` can stand in the hole `hole`.
    fn fills(&self, hole: Symbol, word: Symbol) -> bool {
        match self.lexicon.kind(hole) {
            WordKind::Framed => self.lexicon.fits_frame(hole, word),
            _ => varies_freely(self.lexicon.kind(word)),
        }
    }

    /// The neighbours that differ from `tokens` in few places.
    fn differences(&self, neighbours: &[EntryIndex], tokens: &[PatternToken]) -> Vec<(EntryIndex, Difference)> {
        let close = neighbours.iter().filter_map(|index| {
            let entry = self.entries.get(*index as usize)?;
            let mut places = entry.tokens.iter().zip(tokens).enumerate().filter(|(_, (a, b))| a != b);
            let mut difference = [NO_PLACE; HOLES_MAX];
            for place in &mut difference {
                *place = places.next().map_or(NO_PLACE, |(i, _)| i as u8);
            }
            (entry.tokens.len() == tokens.len() && places.next().is_none()).then_some((*index, difference))
        });
        close.collect()
    }

    /// Two or three words that vary at once.
    fn find_holes(&mut self, index: EntryIndex, tokens: &[PatternToken], neighbours: &[(EntryIndex, Difference)]) {
        let mut sets: Vec<Difference> = Vec::new();
        for (_, difference) in neighbours.iter().filter(|(_, difference)| difference[1] != NO_PLACE) {
            if !sets.contains(difference) && sets.len() < HOLE_SETS_MAX {
                sets.push(*difference);
            }
        }
        for set in sets {
            let within = |difference: &Difference| difference.iter().all(|i| *i == NO_PLACE || set.contains(i));
            let group: Vec<EntryIndex> = neighbours.iter().filter(|(_, d)| within(d)).map(|(i, _)| *i).collect();
            let places: Vec<usize> = set.iter().filter(|i| **i != NO_PLACE).map(|i| usize::from(*i)).collect();
            if self.proves_holes(tokens, &group, &places) {
                let holes: Vec<(usize, Symbol)> = places.iter().map(|i| (*i, VARIABLE)).collect();
                let general = self.generalise(tokens, &holes);
                self.unite(index, general);
                for neighbour in group {
                    let covered = self.entries.get(neighbour as usize).map(|e| e.tokens.clone());
                    if covered.is_some_and(|tokens| self.covers(general, &tokens)) {
                        self.unite(neighbour, general);
                    }
                }
            }
        }
    }

    /// Whether a skeleton and its group show variables in all of `places`.
    fn proves_holes(&self, tokens: &[PatternToken], group: &[EntryIndex], places: &[usize]) -> bool {
        let holes: Vec<PatternToken> = places.iter().filter_map(|i| tokens.get(*i).copied()).collect();
        let kept = self.anchors(tokens) - self.anchors(&holes);
        // Every further hole asks for as much around it as one does.
        if kept < 3 * PLAIN_WORD * (places.len() as u32 - 1) || group.len() + 1 < 4 * places.len() {
            return false;
        }
        places.iter().all(|place| {
            let own = tokens.get(*place);
            let others = group.iter().filter_map(|i| self.entries.get(*i as usize)?.tokens.get(*place));
            let distinct: HashSet<Symbol> = own.into_iter().chain(others).map(|t| t.word).collect();
            let kinds = || distinct.iter().map(|word| self.lexicon.kind(*word));
            own.is_some_and(|own| varies_freely(self.lexicon.kind(own.word)))
                && self.evidence(tokens, *place) > 0
                && kinds().filter(|kind| varies_freely(*kind)).map(WordKind::evidence).sum::<u32>() >= 4 * PLAIN_WORD
        })
    }

    /// A run of ideographs whose middle, beginning or end varies.
    fn find_frame(&mut self, index: EntryIndex, tokens: &[PatternToken], neighbours: &[(EntryIndex, Difference)]) {
        let single = neighbours.iter().filter(|(_, difference)| difference[1] == NO_PLACE && difference[0] != NO_PLACE);
        let mut frames: Vec<(usize, Symbol, Vec<EntryIndex>)> = Vec::new();
        for (neighbour, difference) in single {
            let place = usize::from(difference[0]);
            let other = self.entries.get(*neighbour as usize).and_then(|e| e.tokens.get(place)).copied();
            let (Some(own), Some(other)) = (tokens.get(place).copied(), other) else { continue };
            if own.lead != other.lead {
                continue;
            }
            let Some(frame) = self.lexicon.frame(own.word, other.word) else { continue };
            if !self.lexicon.fits_frame(frame, own.word) || !self.lexicon.fits_frame(frame, other.word) {
                continue;
            }
            match frames.iter().position(|(i, known, _)| *i == place && *known == frame) {
                Some(known) => frames.get_mut(known).into_iter().for_each(|(.., group)| group.push(*neighbour)),
                None if frames.len() < HOLE_SETS_MAX => frames.push((place, frame, vec![*neighbour])),
                None => {}
            }
        }
        for (place, frame, group) in frames {
            let own = tokens.get(place).map_or(0, |t| self.lexicon.kind(t.word).anchor());
            let frame_chars = self.lexicon.text(frame).chars().count() as u32 - 1;
            // Two ideographs make about a word.
            let kept = self.anchors(tokens) - own + frame_chars / 2 * PLAIN_WORD;
            if evidence_needed(kept).is_some_and(|needed| (group.len() as u32 + 1) * PLAIN_WORD >= needed) {
                let general = self.generalise(tokens, &[(place, frame)]);
                self.unite(index, general);
                group.into_iter().for_each(|neighbour| self.unite(neighbour, general));
            }
        }
    }
}

/// Whether words of this kind vary together with others.
fn varies_freely(kind: WordKind) -> bool {
    matches!(kind, WordKind::Variable | WordKind::Name | WordKind::Plain | WordKind::Ideographs)
}

fn latest(entries: &[EntryIndex], count: usize) -> Vec<EntryIndex> {
    entries.iter().rev().take(count).copied().collect()
}

/// What entries have in common whose words line up.
fn shape_of(tokens: &[PatternToken]) -> u64 {
    tokens.iter().fold(tokens.len() as u64, |hash, token| super::hash::mix(hash, u64::from(token.lead)))
}
