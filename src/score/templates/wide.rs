//! What a character beyond ASCII is to the lexer.

/// What a character beyond ASCII is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wide {
    Space,
    Letter,
    Digit,
    Delimiter,
    /// Chinese, Japanese, Korean: written without spaces between words.
    Ideograph,
}

/// Classifies the character at `rest`'s start; returns its length in bytes. Bytes that are no UTF-8 count as letters.
pub(super) fn classify_wide(rest: &[u8]) -> (Wide, usize) {
    let Some((code, length)) = decode(rest) else { return (Wide::Letter, 1) };
    let class = match code {
        0x00a0 | 0x1680 | 0x2000..=0x200b | 0x2028..=0x202f | 0x205f | 0x3000 | 0xfeff => Wide::Space,
        0xff10..=0xff19 => Wide::Digit,
        0x00ab | 0x00bb | 0x2010..=0x2027 | 0x2030..=0x205e => Wide::Delimiter,
        0x3001..=0x3004 | 0x3008..=0x3020 | 0x3030 | 0x30fb => Wide::Delimiter,
        0xfe10..=0xfe6f | 0xff00..=0xff0f | 0xff1a..=0xff20 | 0xff3b..=0xff40 | 0xff5b..=0xff65 => Wide::Delimiter,
        0x2e80..=0x2fff | 0x3005..=0x3007 | 0x3021..=0x30ff | 0x3100..=0x9fff | 0xac00..=0xd7af => Wide::Ideograph,
        0xf900..=0xfaff | 0x20000..=0x3ffff => Wide::Ideograph,
        _ => Wide::Letter,
    };
    (class, length)
}

fn decode(rest: &[u8]) -> Option<(u32, usize)> {
    let tail = |i: usize| rest.get(i).filter(|b| **b & 0xc0 == 0x80).map(|b| u32::from(b & 0x3f));
    let first = u32::from(*rest.first()?);
    Some(match first {
        0xc2..=0xdf => ((first & 0x1f) << 6 | tail(1)?, 2),
        0xe0..=0xef => ((first & 0x0f) << 12 | tail(1)? << 6 | tail(2)?, 3),
        0xf0..=0xf4 => ((first & 0x07) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?, 4),
        _ => return None,
    })
}
