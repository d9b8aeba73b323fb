//! The slow path: what a skeleton that was never seen means for the templates.
//!
//! *Split first, merge on evidence.* Every new skeleton is a template of its own, because one word can turn a message's meaning
//! round and a verdict must not spread to lines that it was not given for. Skeletons become one template when the words in which
//! they differ prove to be values:
//!
//! - **one hole** ([`super::evidence`]): skeletons that are equal but for one word are witnesses that this word varies;
//! - **more holes, or a hole within ideographs** ([`super::neighbours`]): where two or three words vary at once no two skeletons
//!   are equal but for one.
//!
//! What decides are sets of distinct words, never counts or order of lines, so the templates do not depend on the order of the
//! input beyond the bounds. Merged skeletons form a union, here a *tree*; its pattern is the join of its members, its id the hash
//! of the pattern's text, the same in every process that has seen the same words.

use super::evidence::Hole;
use super::hash::place;
use super::lexer::{LINE_TOKENS_MAX, Scan};
use super::pattern::{Lexicon, PatternToken, Symbol, WordKind};
use super::template::{PatternRecord, Template, TemplateId, TemplateRecord};
use super::worker::PARTIAL;
use std::collections::HashMap;

/// About what an entry costs beside its tokens: itself, its tree, and their places in maps and lists.
const ENTRY_BYTES: usize = 320;
/// About what a place for evidence costs with its first witness.
const HOLE_BYTES: usize = 96;

pub(super) type EntryIndex = u32;
type TreeIndex = u32;

/// A skeleton, or a pattern with holes that evidence has made.
pub(super) struct Entry {
    pub tokens: Box<[PatternToken]>,
    tree: TreeIndex,
    /// The slot of a skeleton; none for a pattern that evidence made.
    slot: Option<u32>,
    /// The holes that evidence made.
    pub holes: Box<[u8]>,
    /// Whether the last variable stands for the rest of the line, however long ([`super::families`]).
    folded: bool,
}

/// A union of entries: a template.
struct Tree {
    tokens: Vec<PatternToken>,
    members: Vec<EntryIndex>,
    /// As last published; `None` before that and when the pattern has changed since.
    current: Option<TemplateId>,
    /// How many of the members know the current id.
    informed: usize,
    /// Whether a member is folded.
    folded: bool,
}

/// Entries with the same delimiters and the same number of words.
#[derive(Default)]
pub(super) struct Shape {
    pub skeletons: Vec<EntryIndex>,
    /// Patterns with several holes, or a hole inside a word.
    pub generals: Vec<EntryIndex>,
}

#[derive(Default)]
pub(super) struct Forest {
    pub lexicon: Lexicon,
    pub entries: Vec<Entry>,
    pub shapes: HashMap<u64, Shape>,
    pub holes: HashMap<u64, Hole>,
    /// How many templates each family has.
    pub families: HashMap<u64, u32>,
    trees: Vec<Option<Tree>>,
    known: HashMap<u64, EntryIndex>,
    published: HashMap<TemplateId, EntryIndex>,
    /// The memory that entries and trees take, about.
    entry_bytes: usize,
    /// Trees that gained members or holes since the last publication.
    changed: Vec<TreeIndex>,
    /// Published ids that gave way, each with an entry of the tree that took its place.
    superseded: Vec<(TemplateId, EntryIndex)>,
}

/// What the slots must be told.
#[derive(Default)]
pub(super) struct Publication {
    pub templates: Vec<Template>,
    /// Slot, its template, and which of its skeleton's words are variables in the template.
    pub slots: Vec<(u32, TemplateId, u128)>,
    /// Old id, new id.
    pub superseded: Vec<(TemplateId, TemplateId)>,
}

/// A hash of a pattern that changes by one term when one token does.
pub(super) fn sum_of(tokens: &[PatternToken]) -> u64 {
    tokens.iter().enumerate().map(|(i, t)| place(i, t.lead, t.word)).fold(0, u64::wrapping_add)
}

impl Forest {
    /// Takes in the skeleton of a line, to be published in `slot`.
    pub(super) fn learn(&mut self, scan: &Scan, text: &[u8], from: usize, slot: u32) {
        let tokens = self.lexicon.pattern(scan, text, from);
        let index = self.adopt(tokens);
        self.place_in(index, slot);
    }

    /// Makes `slot` the place where an entry's template is published; where it has one, for another skeleton with the same
    /// pattern, a second entry stands beside it.
    fn place_in(&mut self, index: EntryIndex, slot: u32) {
        let beside = self.entries.len() as EntryIndex;
        let Some(entry) = self.entries.get_mut(index as usize) else { return };
        let tree_index = entry.tree;
        let Some(tree) = self.trees.get_mut(tree_index as usize).and_then(Option::as_mut) else { return };
        if entry.slot.is_none() {
            entry.slot = Some(slot);
            // It may have been there before it had a slot.
            let at = tree.members.iter().rposition(|m| *m == index).unwrap_or(0);
            tree.informed = tree.informed.min(at);
        } else {
            let twin = Entry { tokens: entry.tokens.clone(), slot: Some(slot), holes: entry.holes.clone(), ..*entry };
            self.entry_bytes += ENTRY_BYTES + twin.tokens.len() * size_of::<PatternToken>();
            tree.members.push(beside);
            self.entries.push(twin);
        }
        self.changed.push(tree_index);
    }

    /// Makes the last variable of an entry stand for the rest of the line.
    pub(super) fn mark_folded(&mut self, index: EntryIndex) {
        let Some(entry) = self.entries.get_mut(index as usize) else { return };
        entry.folded = true;
        if let Some(tree) = self.trees.get_mut(entry.tree as usize).and_then(Option::as_mut).filter(|tree| !tree.folded)
        {
            tree.folded = true;
            // Its template has to be told again.
            tree.current = None;
            tree.informed = 0;
            self.changed.push(entry.tree);
        }
    }

    /// The entry of `tokens`, made if there is none.
    pub(super) fn insert(&mut self, tokens: Vec<PatternToken>, holes: &[u8]) -> EntryIndex {
        let sum = sum_of(&tokens);
        if let Some(index) = self.known.get(&sum) {
            return *index;
        }
        let index = self.entries.len() as EntryIndex;
        let tree = self.trees.len() as TreeIndex;
        self.known.insert(sum, index);
        self.trees.push(Some(Tree {
            tokens: tokens.clone(),
            members: vec![index],
            current: None,
            informed: 0,
            folded: false,
        }));
        self.entries.push(Entry {
            tokens: tokens.clone().into(),
            tree,
            slot: None,
            holes: holes.into(),
            folded: false,
        });
        self.changed.push(tree);
        self.entry_bytes += ENTRY_BYTES + tokens.len() * 2 * size_of::<PatternToken>();
        self.hear_evidence(index, &tokens, sum);
        self.meet_neighbours(index, &tokens, holes);
        index
    }

    /// The pattern of `tokens` with holes (a variable or a frame) in some places.
    pub(super) fn generalise(&mut self, tokens: &[PatternToken], holes: &[(usize, Symbol)]) -> EntryIndex {
        let mut pattern = tokens.to_vec();
        for (i, word) in holes {
            if let Some(token) = pattern.get_mut(*i) {
                token.word = *word;
            }
        }
        let holes: Vec<u8> = holes.iter().map(|(i, _)| *i as u8).collect();
        self.insert(pattern, &holes)
    }

    /// Makes the trees of two entries one.
    pub(super) fn unite(&mut self, a: EntryIndex, b: EntryIndex) {
        let (Some(a), Some(b)) = (self.tree_of(a), self.tree_of(b)) else { return };
        if a == b {
            return;
        }
        let members = |tree: TreeIndex| self.tree(tree).map_or(0, |t| t.members.len());
        let (into, from) = if members(a) < members(b) { (b, a) } else { (a, b) };
        let Some(gone) = self.trees.get_mut(from as usize).and_then(Option::take) else { return };
        for member in &gone.members {
            if let Some(entry) = self.entries.get_mut(*member as usize) {
                entry.tree = into;
            }
        }
        if let (Some(id), Some(member)) = (gone.current, gone.members.first()) {
            self.superseded.push((id, *member));
            self.published.remove(&id);
        }
        let Some(tree) = self.trees.get_mut(into as usize).and_then(Option::as_mut) else { return };
        let mut widened = false;
        for (kept, other) in tree.tokens.iter_mut().zip(&gone.tokens) {
            let word = self.lexicon.join(kept.word, other.word);
            widened |= word != kept.word;
            kept.word = word;
        }
        // A template that becomes folded has to be told again, under the same id.
        widened |= gone.folded && !tree.folded;
        tree.folded |= gone.folded;
        if widened {
            if let (Some(id), Some(member)) = (tree.current.take(), tree.members.first()) {
                self.superseded.push((id, *member));
                self.published.remove(&id);
            }
            tree.informed = 0;
        }
        tree.members.extend(gone.members);
        self.changed.push(into);
    }

    fn tree_of(&self, entry: EntryIndex) -> Option<TreeIndex> {
        self.entries.get(entry as usize).map(|e| e.tree)
    }

    /// Whether an entry is a template by itself.
    pub(super) fn is_alone(&self, entry: EntryIndex) -> bool {
        self.tree_of(entry).and_then(|tree| self.tree(tree)).is_some_and(|tree| tree.members.len() == 1)
    }

    /// Whether a skeleton is there already, or belongs to a pattern that evidence has made.
    pub(super) fn is_expected(&self, tokens: &[PatternToken]) -> bool {
        let sum = sum_of(tokens);
        self.known.contains_key(&sum) || self.fills_hole(tokens, sum) || self.is_covered(tokens)
    }

    fn tree(&self, tree: TreeIndex) -> Option<&Tree> {
        self.trees.get(tree as usize).and_then(Option::as_ref)
    }

    /// What changed since the last call.
    pub(super) fn publish(&mut self) -> Publication {
        let mut publication = Publication::default();
        while let Some(index) = self.changed.pop() {
            let Some(tree) = self.tree(index) else { continue };
            let Some(member) = tree.members.first().copied() else { continue };
            if tree.current.is_none() {
                let template = Template::new(&self.lexicon, &tree.tokens, tree.folded);
                if let Some(twin) = self.twin(&template, index) {
                    // The same text is the same template, however it came to be.
                    self.unite(twin, member);
                    continue;
                }
                self.published.insert(template.id, member);
                if let Some(tree) = self.trees.get_mut(index as usize).and_then(Option::as_mut) {
                    tree.current = Some(template.id);
                }
                self.entry_bytes += template.text.len() + size_of::<Template>();
                publication.templates.push(template);
            }
            self.publish_slots(index, &mut publication);
        }
        for (old, heir) in std::mem::take(&mut self.superseded) {
            let new = self.tree_of(heir).and_then(|tree| self.tree(tree)).and_then(|tree| tree.current);
            publication.superseded.extend(new.filter(|new| *new != old).map(|new| (old, new)));
        }
        publication
    }

    /// Another tree with the same text and as many words.
    fn twin(&self, template: &Template, index: TreeIndex) -> Option<EntryIndex> {
        let twin = *self.published.get(&template.id)?;
        let tree = self.tree_of(twin).filter(|tree| *tree != index)?;
        (self.tree(tree)?.tokens.len() == self.tree(index)?.tokens.len()).then_some(twin)
    }

    /// Tells the slots of a tree that do not know it yet.
    fn publish_slots(&mut self, index: TreeIndex, publication: &mut Publication) {
        let Some(tree) = self.trees.get_mut(index as usize).and_then(Option::as_mut) else { return };
        let Some(id) = tree.current else { return };
        for member in tree.members.iter().skip(tree.informed) {
            let Some(entry) = self.entries.get(*member as usize) else { continue };
            if let Some(slot) = entry.slot {
                let is_variable =
                    |t: &PatternToken| matches!(self.lexicon.kind(t.word), WordKind::Variable | WordKind::Framed);
                let holes = entry.tokens.iter().zip(&tree.tokens).enumerate();
                let holes = holes.filter(|(_, (own, general))| own.word != general.word && is_variable(general));
                let mark = |mask, (i, (_, general)): (usize, (_, &PatternToken))| {
                    let framed = self.lexicon.kind(general.word) == WordKind::Framed;
                    mask | 1u128 << i.min(LINE_TOKENS_MAX) | if framed { PARTIAL } else { 0 }
                };
                let marks = holes.fold(if tree.folded { PARTIAL } else { 0 }, mark);
                publication.slots.push((slot, id, marks));
            }
        }
        tree.informed = tree.members.len();
    }

    /// All templates with the patterns that make them up, for [`Forest::plant`]: the patterns that evidence made, and the
    /// skeletons whose slot is `kept`; without any of these, one skeleton stands for its template. Trees of which `kept` finds
    /// no slot are left out if `all` is not set.
    pub(super) fn records(&self, kept: impl Fn(u32) -> bool, all: bool) -> Vec<TemplateRecord> {
        let mut records = Vec::new();
        for tree in self.trees.iter().flatten() {
            let entries = || tree.members.iter().filter_map(|m| self.entries.get(*m as usize));
            let is_kept = |entry: &&Entry| entry.slot.is_some_and(&kept);
            if !all && !entries().any(|e| is_kept(&e)) {
                continue;
            }
            let mut patterns: Vec<_> = entries()
                .filter(|e| !e.holes.is_empty() || e.folded || is_kept(e))
                .map(|e| self.pattern_record(e))
                .collect();
            if patterns.is_empty() {
                patterns.extend(entries().next().map(|e| self.pattern_record(e)));
            }
            let text = self.lexicon.render(&tree.tokens);
            records.push(TemplateRecord { id: TemplateId::of(&text), text, patterns, aliases: Vec::new() });
        }
        records
    }

    fn pattern_record(&self, entry: &Entry) -> PatternRecord {
        let text = |symbol| self.lexicon.text(symbol).to_owned();
        PatternRecord {
            tokens: entry.tokens.iter().map(|t| (text(t.lead), text(t.word))).collect(),
            holes: entry.holes.to_vec(),
            folded: entry.folded,
            slot: entry.slot,
        }
    }

    /// Takes a template over from another forest.
    pub(super) fn plant(&mut self, record: &TemplateRecord) {
        let mut first = None;
        for pattern in &record.patterns {
            let tokens: Vec<PatternToken> = pattern
                .tokens
                .iter()
                .map(|(lead, word)| PatternToken { lead: self.lexicon.intern(lead), word: self.lexicon.intern(word) })
                .collect();
            let index = self.readopt(tokens, &pattern.holes, pattern.folded);
            self.settle_holes(index);
            if let Some(slot) = pattern.slot {
                self.place_in(index, slot);
            }
            match first {
                None => first = Some((index, pattern.tokens.len())),
                // Only what lines up can be one template; a record from elsewhere may be broken.
                Some((first, length)) if length == pattern.tokens.len() => self.unite(first, index),
                Some(_) => {}
            }
        }
    }

    /// About the memory that patterns and evidence take.
    pub(super) fn bytes(&self) -> usize {
        self.entry_bytes + self.lexicon.bytes() + (self.holes.len() + self.families.len()) * HOLE_BYTES
    }
}
