//! A line's bytes as bit planes: for each class of byte one bit a byte, 64 bytes a word.
//!
//! Words end and are made of letters or digits at the price of a few instructions, without a branch that depends on the bytes: in
//! a mixed stream such branches are hard to predict and cost more than everything else. Plain integer arithmetic, eight bytes at a
//! time, so that it needs no particular processor.

use super::lexer::LINE_BYTES_MAX;

/// Bits of [`CLASSES`].
pub(super) const WORD: u8 = 1;
pub(super) const SPACE: u8 = 2;
pub(super) const WIDE: u8 = 4;
const LETTER: u8 = 8;
const DIGIT: u8 = 16;
const DOT: u8 = 32;
const SLASH: u8 = 64;

/// Signs that stay inside a word.
const INNER_SIGNS: &[u8] = b"_-./\\@$%&*+~#^";

/// What each byte is: part of a word, white space, (the first byte of) a character beyond ASCII; else a delimiter.
pub(super) const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = match b {
            0..=b' ' | 0x7f => SPACE,
            0x80.. => WIDE,
            b'0'..=b'9' => WORD | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => WORD | LETTER,
            b'.' => WORD | DOT,
            b'/' | b'\\' => WORD | SLASH,
            _ if is_inner_sign(b) => WORD,
            _ => 0,
        };
        byte += 1;
    }
    table
};

const fn is_inner_sign(byte: u8) -> bool {
    let mut i = 0;
    while i < INNER_SIGNS.len() {
        if INNER_SIGNS[i] == byte {
            return true;
        }
        i += 1;
    }
    false
}

/// One word more than a line has, so that a window may reach beyond its end.
const PLANE_WORDS: usize = LINE_BYTES_MAX / 64 + 2;

pub(super) struct Plane([u64; PLANE_WORDS]);

impl Plane {
    /// The bits of the 64 bytes from `position` on.
    #[inline(always)]
    pub(super) fn window(&self, position: usize) -> u64 {
        let (word, shift) = (position / 64, position as u32 % 64);
        let low = self.0.get(word).copied().unwrap_or(0) >> shift;
        let high = self.0.get(word + 1).copied().unwrap_or(0) << 1 << (63 - shift);
        low | high
    }
}

pub(super) struct Planes {
    /// Bytes of words; of two dots in a row the first is none.
    pub word: Plane,
    pub letter: Plane,
    pub digit: Plane,
    pub dot: Plane,
    pub slash: Plane,
}

impl Default for Planes {
    fn default() -> Self {
        let plane = || Plane([0; PLANE_WORDS]);
        Self { word: plane(), letter: plane(), digit: plane(), dot: plane(), slash: plane() }
    }
}

impl Planes {
    /// Reads a line of at most [`LINE_BYTES_MAX`] bytes; nothing is told of bytes before `from`.
    pub(super) fn read(&mut self, text: &[u8], from: usize) {
        let first = (from / 64).min(PLANE_WORDS - 1);
        let blocks = text.chunks(64).take(PLANE_WORDS - 1);
        let used = blocks.len();
        for (i, block) in blocks.enumerate().skip(first) {
            let bits = Block::of(block);
            self.set(i, &bits);
        }
        self.set(used, &Block::default());
        let mut next = 0;
        for i in (first..used).rev() {
            let (Some(dot), Some(word)) = (self.dot.0.get(i).copied(), self.word.0.get_mut(i)) else { continue };
            *word &= !(dot & (dot >> 1 | next << 63));
            next = dot;
        }
    }

    #[inline(always)]
    fn set(&mut self, i: usize, bits: &Block) {
        let planes = [&mut self.word, &mut self.letter, &mut self.digit, &mut self.dot, &mut self.slash];
        let values = [bits.word, bits.letter, bits.digit, bits.dot, bits.slash];
        for (plane, value) in planes.into_iter().zip(values) {
            if let Some(word) = plane.0.get_mut(i) {
                *word = value;
            }
        }
    }
}

#[derive(Default)]
struct Block {
    word: u64,
    letter: u64,
    digit: u64,
    dot: u64,
    slash: u64,
}

impl Block {
    #[inline(always)]
    fn of(bytes: &[u8]) -> Self {
        let mut block = Self::default();
        let (groups, tail) = bytes.as_chunks::<8>();
        for (i, group) in groups.iter().enumerate() {
            block.add(group, 8 * i as u32);
        }
        if !tail.is_empty() {
            match bytes.last_chunk::<8>() {
                // Some of these bytes are there already, which does no harm.
                Some(last) => block.add(last, bytes.len() as u32 - 8),
                None => {
                    // White space is in no plane.
                    let mut group = [b' '; 8];
                    group.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
                    block.add(&group, 0);
                }
            }
        }
        block
    }

    #[inline(always)]
    fn add(&mut self, group: &[u8; 8], shift: u32) {
        let classes = u64::from_le_bytes(group.map(|byte| CLASSES[byte as usize]));
        self.word |= plane_of(classes, WORD) << shift;
        self.letter |= plane_of(classes, LETTER) << shift;
        self.digit |= plane_of(classes, DIGIT) << shift;
        self.dot |= plane_of(classes, DOT) << shift;
        self.slash |= plane_of(classes, SLASH) << shift;
    }
}

/// Gathers one bit of each of eight bytes.
#[inline(always)]
fn plane_of(classes: u64, class: u8) -> u64 {
    let bits = (classes >> class.trailing_zeros()) & 0x0101_0101_0101_0101;
    bits.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn planes_are_the_classes_of_the_bytes(text in proptest::collection::vec(any::<u8>(), 0..300), before in proptest::collection::vec(any::<u8>(), 0..300), from in 0usize..320) {
            let mut planes = Planes::default();
            // What an earlier line left must not show.
            planes.read(&before, 0);
            planes.read(&text, from);
            for at in from..text.len() + 10 {
                let class = |i: usize| text.get(i).map_or(0, |b| CLASSES[*b as usize]);
                let bit = |plane: &Plane| plane.window(at) & 1 == 1;
                let doubled = class(at) & DOT != 0 && class(at + 1) & DOT != 0;
                prop_assert_eq!(bit(&planes.word), class(at) & WORD != 0 && !doubled);
                prop_assert_eq!(bit(&planes.letter), class(at) & LETTER != 0);
                prop_assert_eq!(bit(&planes.digit), class(at) & DIGIT != 0);
                prop_assert_eq!(bit(&planes.dot), class(at) & DOT != 0);
                prop_assert_eq!(bit(&planes.slash), class(at) & SLASH != 0);
            }
        }
    }
}
