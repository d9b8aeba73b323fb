//! Whether the words around a keyword take its meaning back: `0 errors`, `error=none`, `without any error`, `未发现异常`,
//! `parity error corrected`.

use std::ops::Range;

/// Words before a keyword that deny it.
const DENIALS: &[&str] = &[
    "no", "not", "non", "without", "zero", "never", "0", "none", "didn't", "doesn't", "don't", "isn't", "wasn't",
    "won't", "avoid", "avoids", "prevent", "prevents", "nil", "free",
];

/// Words that may stand between a denial and its keyword.
const BETWEEN: &[&str] = &[
    "any",
    "a",
    "an",
    "the",
    "such",
    "fatal",
    "critical",
    "serious",
    "new",
    "more",
    "other",
    "further",
    "known",
    "single",
    "unexpected",
    "major",
    "connection",
    "i/o",
    "disk",
    "to",
    "been",
    "be",
    "of",
];

/// Words after a keyword, within its clause, that say it is over.
const ENDINGS: &[&str] = &["corrected", "recovered", "resolved", "cleared", "fixed", "repaired"];

/// Words that may stand between a keyword and the value it counts (`error count: 0`).
const COUNTS: &[&str] =
    &["count", "counts", "counter", "rate", "ratio", "code", "codes", "number", "num", "total", "status", "s", "(s)"];

/// Values that say there is none.
const NOTHING: &[&str] = &[
    "0",
    "none",
    "null",
    "nil",
    "false",
    "no",
    "ok",
    "success",
    "succeeded",
    "n/a",
    "na",
    "undefined",
    "-",
    "[]",
    "{}",
];

/// Characters before a Chinese keyword that deny it.
const DENIALS_ZH: &[&str] = &[
    "无",
    "没有",
    "未",
    "不",
    "非",
    "零",
    "0",
    "未发现",
    "没有发现",
    "没有任何",
    "无任何",
    "未出现",
    "未发生",
    "避免",
    "防止",
    "不会",
    "并未",
];

/// Characters after a Chinese keyword that say it is over.
const ENDINGS_ZH: &[&str] =
    &["恢复", "已恢复", "解除", "已解除", "消除", "已消除", "排除", "已排除", "已修复", "修复完成", "处理完成"];

/// Words after a Chinese keyword that may stand before a count.
const COUNTS_ZH: &[&str] = &["数量", "次数", "总数", "条数", "数", "率", "码", "个数"];

/// How many words after a keyword an ending may stand.
const ENDING_WORDS_MAX: usize = 4;

/// Whether what surrounds `found` in `text` denies it.
pub fn is_denied(text: &str, found: Range<usize>) -> bool {
    let before = text.get(..found.start).unwrap_or_default();
    let after = text.get(found.end..).unwrap_or_default();
    if text.as_bytes().get(found.start).is_some_and(|byte| *byte >= 0x80) {
        return denied_before_zh(before) || denied_after_zh(after);
    }
    denied_before(before) || is_counted_as_nothing(after, COUNTS) || is_over(after)
}

fn denied_before(before: &str) -> bool {
    let mut rest = before;
    for _ in 0..2 {
        let trimmed = rest.trim_end_matches([' ', '\t', '"', '\'', '(', '[']);
        if trimmed.len() == rest.len() && !rest.ends_with('-') {
            return false;
        }
        let trimmed = trimmed.trim_end_matches('-');
        let word = last_word(trimmed);
        if DENIALS.iter().any(|denial| denial.eq_ignore_ascii_case(word)) {
            return true;
        }
        if !BETWEEN.iter().any(|between| between.eq_ignore_ascii_case(word)) {
            return false;
        }
        rest = trimmed.get(..trimmed.len() - word.len()).unwrap_or_default();
    }
    DENIALS.iter().any(|denial| denial.eq_ignore_ascii_case(last_word(rest.trim_end())))
}

fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '/' | '.')))
        .map_or(0, |at| at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or_default()
}

/// `: 0`, `=none`, `" : null`, ` count: 0`, ` rate 0.00%`.
fn is_counted_as_nothing(after: &str, counts: &[&str]) -> bool {
    let mut rest = after.trim_start_matches(['"', '\'', '`']);
    let mut counted = false;
    let spaced = rest.trim_start();
    if let Some(count) = counts.iter().filter(|count| starts_with_word(spaced, count)).max_by_key(|count| count.len()) {
        rest = spaced.get(count.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
        counted = true;
    }
    let spaced = rest.trim_start();
    let value = match spaced.strip_prefix([':', '=', '：']) {
        Some(value) => value,
        None if counted => spaced,
        None => return false,
    };
    let is_assignment = spaced.starts_with('=');
    let trimmed = value.trim_start();
    if is_assignment && (value.is_empty() || value.starts_with([' ', ',', ';', '&'])) {
        return true;
    }
    let quoted = trimmed.strip_prefix(['"', '\'']);
    let value = quoted.unwrap_or(trimmed);
    if quoted.is_some() && value.starts_with(['"', '\'']) {
        return true;
    }
    let end = value
        .find(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '"' | '\'' | '}' | ')' | '&' | '|' | '，' | '。' | '；' | '个' | '次')
        })
        .unwrap_or(value.len());
    let value = value.get(..end).unwrap_or_default().trim_end_matches(['.', '%']);
    NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(value)) || is_zero(value)
}

fn is_zero(value: &str) -> bool {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(start) = text.get(..word.len()) else { return false };
    let next = text.get(word.len()..).and_then(|rest| rest.chars().next());
    start.eq_ignore_ascii_case(word)
        && (!word.is_ascii() || !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// `error detected and corrected`.
fn is_over(after: &str) -> bool {
    let clause = after.split(['.', ';', ':', ',', '!', '?', '\n']).next().unwrap_or_default();
    let words = clause.split([' ', '(', ')', '[', ']', '"', '\'']).filter(|word| !word.is_empty());
    let mut before = "";
    for word in words.take(ENDING_WORDS_MAX) {
        if ENDINGS.iter().any(|ending| ending.eq_ignore_ascii_case(word)) {
            return !matches!(before, "not" | "be" | "cannot" | "never" | "un");
        }
        before = word;
    }
    false
}

fn denied_before_zh(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '个', '次', '条', '：', ':']);
    DENIALS_ZH.iter().any(|denial| {
        before.strip_suffix(denial).is_some_and(|rest| {
            // "10 个错误" is not "0 个错误", "非常" is no denial.
            *denial != "0" || !rest.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))
        })
    })
}

fn denied_after_zh(after: &str) -> bool {
    let trimmed = after.trim_start();
    ENDINGS_ZH.iter().any(|ending| trimmed.starts_with(ending)) || is_counted_as_nothing(after, COUNTS_ZH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_a_keyword_may_take_it_back() {
        for (text, keyword, expected) in [
            ("job done with 0 errors", "errors", true),
            ("job done with 10 errors", "errors", false),
            ("finished without any error", "error", true),
            ("no such error", "error", true),
            ("no fatal error", "error", true),
            ("no more fatal error", "error", true),
            ("error=none", "error", true),
            ("error: none", "error", true),
            ("{\"error\":null,\"a\":1}", "error", true),
            ("{\"error\" : \"\"}", "error", true),
            ("{\"error\":\"disk\"}", "error", false),
            ("error= next=1", "error", true),
            ("error=timeout", "error", false),
            ("error count: 0", "error", true),
            ("error count: 3", "error", false),
            ("error rate 0.00%", "error", true),
            ("error code: 0x0000", "error", true),
            ("failed: false", "failed", true),
            ("did not fail", "fail", true),
            ("non-fatal condition", "fatal", true),
            ("instruction cache parity error corrected", "error", true),
            ("3 ddr error(s) detected and corrected on rank 0", "error", true),
            ("error could not be corrected", "error", false),
            ("no answer: error", "error", false),
            ("ERROR: 0 rows", "ERROR", true),
            ("巡检完成，未发现异常", "异常", true),
            ("巡检完成，发现异常", "异常", false),
            ("错误数量：0", "错误", true),
            ("错误数量：12", "错误", false),
            ("共 0 个错误", "错误", true),
            ("共 10 个错误", "错误", false),
            ("异常已恢复", "异常", true),
        ] {
            let at = text.find(keyword).unwrap_or_default();
            assert_eq!(is_denied(text, at..at + keyword.len()), expected, "{text}");
        }
    }
}
