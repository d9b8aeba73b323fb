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

/// Mixes two values into `state`.
#[inline(always)]
pub(super) fn mix_pair(state: u64, a: u64, b: u64) -> u64 {
    fold(state ^ b, a.rotate_left(32) ^ FOLD)
}

/// Appends a byte to a short text: exact for eight bytes, a hash beyond.
#[inline(always)]
pub(super) fn append(text: u64, byte: u8) -> u64 {
    if text >> 56 == 0 { text << 8 | u64::from(byte) } else { mix(text, u64::from(byte)) }
}

/// Hashes the `length` bytes of `text` from `start` on, eight at a time. It reads beyond the end and masks what is not the word's:
/// a loop over the last bytes would be mispredicted once a word.
#[inline(always)]
pub(super) fn hash_word(text: &[u8], start: usize, length: usize, seed: u64) -> u64 {
    let mut state = seed ^ (length as u64).wrapping_mul(LENGTH);
    let (mut at, mut left) = (start, length);
    while left > 8 {
        state = mix(state, load(text, at));
        at += 8;
        left -= 8;
    }
    let mask = u64::MAX >> (64 - 8 * left.max(1));
    mix(state, load(text, at) & mask)
}

/// Eight bytes as a number; zeros beyond the end.
#[inline(always)]
fn load(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => load_end(text, at),
    }
}

/// The same within the last eight bytes.
#[inline(always)]
fn load_end(text: &[u8], at: usize) -> u64 {
    let missing = (at + 8).saturating_sub(text.len());
    match text.last_chunk::<8>() {
        Some(bytes) if missing < 8 => u64::from_le_bytes(*bytes) >> (8 * missing),
        _ => text.get(at..).unwrap_or_default().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The hash of a symbol in its place, for sums that change by one term when one symbol does.
pub(super) fn place(position: usize, lead: u32, word: u32) -> u64 {
    let symbols = (u64::from(lead) << 32) | u64::from(word);
    fold(symbols ^ LENGTH, (position as u64 + 1).wrapping_mul(FOLD) | 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A word's hash depends on its bytes alone, not on what stands around it.
        #[test]
        fn words_hash_alike_wherever_they_stand(word in proptest::collection::vec(any::<u8>(), 1..40), before in "[a-z]{0,12}", after in "[a-z]{0,12}") {
            let text = [before.as_bytes(), &word, after.as_bytes()].concat();
            prop_assert_eq!(hash_word(&text, before.len(), word.len(), 7), hash_word(&word, 0, word.len(), 7));
            let mut other = word.clone();
            other[0] ^= 1;
            prop_assert_ne!(hash_word(&other, 0, other.len(), 7), hash_word(&word, 0, word.len(), 7));
            other.push(0);
            prop_assert_ne!(hash_word(&other, 0, other.len(), 7), hash_word(&word, 0, word.len(), 7));
        }
    }
}
