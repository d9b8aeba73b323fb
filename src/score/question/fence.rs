//! Makes log text safe to show to a model as data: no control or invisible characters, no tokens of chat formats, bounded length.

/// Removes what a person would not see and what a chat template could take for its own, and joins the text into one line.
///
/// - terminal escapes, control characters, bidirectional and zero-width marks, variation selectors, tag characters, private use;
/// - full-width forms become plain ones, so that later steps see what a model would read;
/// - `<` and `>` become `‹` and `›` and `[INST]` is taken apart: chat formats mark roles with them.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\n' | '\r' | '\t' | ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{3000}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '<' | '\u{ff1c}' => out.push('‹'),
            '>' | '\u{ff1e}' => out.push('›'),
            '\u{ff01}'..='\u{ff5e}' => out.extend(char::from_u32(u32::from(c) - 0xfee0)),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
    }
    let out = out.replace("[INST]", "[ INST ]").replace("[/INST]", "[ /INST ]");
    out.trim().to_owned()
}

/// `ESC [ … letter`, `ESC ] … BEL`, `ESC` and one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    /// A sequence ends after so many characters, closed or not.
    const SEQUENCE_CHARS_MAX: usize = 64;
    match chars.next() {
        Some('[') => {
            for _ in 0..SEQUENCE_CHARS_MAX {
                match chars.next_if(|c| !c.is_ascii_control()) {
                    Some('\u{40}'..='\u{7e}') | None => break,
                    Some(_) => {}
                }
            }
        }
        Some(']') => {
            for _ in 0..SEQUENCE_CHARS_MAX {
                match chars.next() {
                    Some('\u{7}') | None => break,
                    Some(_) => {}
                }
            }
        }
        _ => {}
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xad | 0x34f
                | 0x61c
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x202a..=0x202e
                | 0x2060..=0x206f
                | 0x3164
                | 0xe000..=0xf8ff
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfffb
                | 0x1bca0..=0x1bca3
                | 0x1d173..=0x1d17a
                | 0xe0000..=0x10ffff
        )
}

/// What a text costs, roughly, in a model's tokens: three bytes of ASCII, or less than one other character.
pub fn estimate_tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let others = text.chars().filter(|c| !c.is_ascii()).count();
    ascii.div_ceil(3) + others + others / 2
}

/// Cuts `text` to about `tokens_max`, at a word's end if there is one near.
pub fn cut(text: &str, tokens_max: usize) -> String {
    if estimate_tokens(text) <= tokens_max {
        return text.to_owned();
    }
    let mut kept = 0;
    let mut spent = 0.0;
    for (at, c) in text.char_indices() {
        spent += if c.is_ascii() { 1.0 / 3.0 } else { 1.5 };
        if spent > tokens_max as f64 {
            break;
        }
        kept = at + c.len_utf8();
    }
    let head = text.get(..kept).unwrap_or_default();
    let word_end = head.rfind(' ').filter(|at| at * 2 > kept).unwrap_or(kept);
    format!("{} …", head.get(..word_end).unwrap_or(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_seen_is_kept() {
        for (text, expected) in [
            ("plain text", "plain text"),
            ("two\nlines\r\n\tof text  ", "two lines of text"),
            ("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}x", "red x"),
            ("ig\u{200b}no\u{2060}re\u{e0041}", "ignore"),
            ("\u{202e}desrever", "desrever"),
            ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
            ("<|im_start|>system", "‹|im_start|›system"),
            ("</s>[INST] x [/INST]", "‹/s›[ INST ] x [ /INST ]"),
            ("user <*> 宕机", "user ‹*› 宕机"),
            ("\u{0}\u{1}\u{7f}\u{85}ok", "ok"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_by_their_cost() {
        assert_eq!(cut("short", 10), "short");
        assert!(estimate_tokens(&cut(&"word ".repeat(1_000), 50)) <= 52);
        assert!(estimate_tokens(&cut(&"错误".repeat(1_000), 50)) <= 52);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cleaned(text in "\\PC{0,100}|[\u{1b}\\[\\]m;0-9\u{7}a-z]{0,60}") {
            let once = clean(&text);
            let is_clean = !once.contains(['<', '>', '\n', '\u{1b}']);
            proptest::prop_assert!(is_clean);
        }
    }
}
