//! Folded-multiply hashing (the construction of wyhash and of the `foldhash` crate): a word at a time, keyed by a seed, so that who
//! writes log lines cannot aim at a collision when the caller gives a random seed.

const FOLD: u64 = 0x9e37_79b9_7f4a_7c15;
const LENGTH: u64 = 0xd6e8_feb8_6659_fd93;

/// Multiplies to 128 bits and folds the halves together.
#[inline(always)]
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    (product as u64) ^ ((product >> 64) as u64)
}

/// Mixes `value` into `state`.
#[inline(always)]
pub(super) fn mix(state: u64, value: u64) -> u64 {
    fold(state ^ value, FOLD)
}

/// Hashes a word.
#[inline(always)]
pub(super) fn hash_word(word: &[u8], seed: u64) -> u64 {
    let (chunks, tail) = word.as_chunks::<8>();
    let mut state = seed ^ (word.len() as u64).wrapping_mul(LENGTH);
    for chunk in chunks {
        state = mix(state, u64::from_le_bytes(*chunk));
    }
    mix(state, tail_word(tail))
}

/// Up to seven bytes as one number.
#[inline(always)]
fn tail_word(tail: &[u8]) -> u64 {
    let mut word = 0;
    for (i, byte) in tail.iter().enumerate() {
        word |= u64::from(*byte) << (8 * i);
    }
    word
}

/// The hash of a symbol in its place, for sums that change by one term when one symbol does.
pub(super) fn place(position: usize, lead: u32, word: u32) -> u64 {
    let symbols = (u64::from(lead) << 32) | u64::from(word);
    fold(symbols ^ LENGTH, (position as u64 + 1).wrapping_mul(FOLD) | 1)
}
