//! Bytes to text as Java's UTF-8 decoder has it: what is no UTF-8 becomes U+FFFD.

/// The first byte of what would encode half of a surrogate pair.
const SURROGATE_LEAD: u8 = 0xed;

/// The text of `bytes`. Java differs from Rust in one thing: a whole encoded surrogate is one replacement, not three.
pub fn decode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((at, len)) = surrogate(rest) {
        out.push_str(&String::from_utf8_lossy(rest.get(..at).unwrap_or_default()));
        out.push(char::REPLACEMENT_CHARACTER);
        rest = rest.get(at + len..).unwrap_or_default();
    }
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

/// Where the first encoded surrogate begins, and its length: two bytes at the end of the text.
fn surrogate(bytes: &[u8]) -> Option<(usize, usize)> {
    memchr::memchr_iter(SURROGATE_LEAD, bytes).find_map(|at| match bytes.get(at + 1..)? {
        [0xa0..=0xbf] => Some((at, 2)),
        [0xa0..=0xbf, 0x80..=0xbf, ..] => Some((at, 3)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    /// What Java 17 makes of them.
    #[test]
    fn surrogates_are_one_replacement() {
        for (bytes, expected) in [
            (b"a\xed\xa0\x80b".as_slice(), "a\u{fffd}b"),
            (b"\xed\xa0", "\u{fffd}"),
            (b"\xed\xa0x", "\u{fffd}\u{fffd}x"),
            (b"\xed\x9f\xbf", "\u{d7ff}"),
            (b"\xe5\xae", "\u{fffd}"),
            (b"\xf0\x9f\x98\x80\xff", "\u{1f600}\u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(decode(bytes), expected, "{bytes:?}");
        }
    }
}
