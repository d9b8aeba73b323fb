//! What the student sees of a template: its words, pairs of neighbouring words, and pieces of words (so that a word that it never saw
//! still resembles others), hashed into a fixed number of places.

use crate::score::rules::Level;
use crate::score::templates::WILDCARD;
use crate::score::verdict::Floor;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Places that features are hashed to.
pub const PLACES: usize = 1 << 16;

/// Words of a template that are looked at.
const WORDS_MAX: usize = 64;

/// Characters in a piece of a word.
const PIECE_CHARS: [usize; 2] = [3, 4];

/// What pairs and pieces count beside whole words.
const PAIR_VALUE: f32 = 0.7;
const PIECE_VALUE: f32 = 0.3;

/// A template as the student sees it: places and their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    pub places: Vec<(u32, f32)>,
    /// The places of whole words: those that the student never met make it unsure.
    pub words: Vec<u32>,
}

impl Features {
    pub fn of(text: &str, level: Option<Level>, floor: &Floor) -> Self {
        let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
        let mut add = |kind: &str, what: &str, value: f32| {
            let place = place_of(kind, what);
            *sums.entry(place).or_default() += value;
            place
        };
        let mut words = Vec::new();
        let mut before = String::from("^");
        for word in words_of(text) {
            words.push(add("word", &word, 1.0));
            add("pair", &format!("{before} {word}"), PAIR_VALUE);
            for piece in pieces_of(&word) {
                add("piece", &piece, PIECE_VALUE);
            }
            before = word;
        }
        add("level", level.map_or("none", Level::name), 1.0);
        add("floor", floor.severity.name(), 1.0);
        words.sort_unstable();
        words.dedup();
        let norm = sums.values().map(|value| value * value).sum::<f32>().sqrt().max(1.0);
        Self { places: sums.into_iter().map(|(place, value)| (place, value / norm)).collect(), words }
    }
}

/// The words of a text that weigh most, at most three of them, each with a weight above nothing.
pub fn telling_words(text: &str, weight: impl Fn(u32) -> f32) -> Vec<String> {
    let mut words: Vec<(f32, String)> = Vec::new();
    for word in words_of(text) {
        let weight = weight(place_of("word", &word));
        if weight > 0.0 && !words.iter().any(|(_, known)| *known == word) {
            words.push((weight, word));
        }
    }
    words.sort_by(|a, b| b.0.total_cmp(&a.0));
    words.truncate(3);
    words.into_iter().map(|(_, word)| word).collect()
}

fn place_of(kind: &str, what: &str) -> u32 {
    (xxh3_64(format!("{kind}\0{what}").as_bytes()) % PLACES as u64) as u32
}

/// Lower-case words; Chinese, which has no spaces, in pairs of characters.
fn words_of(text: &str) -> Vec<String> {
    let text = text.replace(WILDCARD, " ").to_lowercase();
    let mut words = Vec::new();
    for run in text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
        let chars: Vec<char> = run.chars().collect();
        for part in chars.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
            if part.first().is_some_and(char::is_ascii) || part.len() <= 2 {
                words.push(part.iter().collect());
            } else {
                words.extend(part.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
        }
        if words.len() >= WORDS_MAX {
            break;
        }
    }
    words.truncate(WORDS_MAX);
    words
}

fn pieces_of(word: &str) -> Vec<String> {
    let framed: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    let pieces = |size: usize| framed.windows(size).map(|piece| piece.iter().collect());
    PIECE_CHARS.into_iter().flat_map(pieces).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_scripts() {
        for (text, expected) in [
            ("Disk <*> is full", &["disk", "is", "full"][..]),
            ("磁盘<*>已损坏", &["磁盘", "已损", "损坏"]),
            ("用户bob登录", &["用户", "bob", "登录"]),
            ("<*>", &[]),
        ] {
            assert_eq!(words_of(text), expected, "{text}");
        }
    }

    #[test]
    fn likeness_of_templates() {
        let features = |text: &str| Features::of(text, None, &Floor::default());
        let likeness = |a: &str, b: &str| {
            let (a, b) = (features(a), features(b));
            a.places.iter().filter_map(|(p, v)| b.places.iter().find(|(q, _)| p == q).map(|(_, w)| v * w)).sum::<f32>()
        };
        let near = likeness("disk <*> is broken", "disk <*> has broken");
        assert!(near > 0.5 && near > 2.0 * likeness("disk <*> is broken", "user <*> logged in"), "{near}");
        assert!((likeness("a b", "a b") - 1.0).abs() < 1e-5);
    }
}
