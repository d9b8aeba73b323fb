//! The few closed word lists that the miner knows. They are English and belong to no system: what a boolean, a unit, a month looks
//! like, and which words carry a message's outcome, so that no rule of form may cut them out.

use super::wide::{Wide, classify_wide};

/// A word of up to 16 ASCII bytes in lower case, as a number; longer or other words give `None`.
pub(super) fn fold_case(word: &[u8]) -> Option<u128> {
    if word.len() > 16 || !word.is_ascii() {
        return None;
    }
    Some(word.iter().fold(0, |packed, byte| (packed << 8) | u128::from(byte.to_ascii_lowercase())))
}

const fn pack<const N: usize>(words: [&str; N]) -> [u128; N] {
    let mut packed = [0; N];
    let mut i = 0;
    while i < N {
        let bytes = words[i].as_bytes();
        let mut j = 0;
        while j < bytes.len() {
            packed[i] = (packed[i] << 8) | bytes[j] as u128;
            j += 1;
        }
        i += 1;
    }
    packed
}

fn is_one_of(word: &[u8], list: &[u128]) -> bool {
    fold_case(word).is_some_and(|packed| list.contains(&packed))
}

/// `true`, `null`, …: values wherever they stand.
pub(super) fn is_literal(word: &[u8]) -> bool {
    let literal: &[u8] = match (word.len(), word.first().map_or(0, u8::to_ascii_lowercase)) {
        (4, b't') => b"true",
        (5, b'f') => b"false",
        (4, b'n') => b"null",
        (3, b'n') => b"nil",
        (9, b'u') => b"undefined",
        _ => return false,
    };
    word.eq_ignore_ascii_case(literal)
}

/// A unit as it follows a number: `KB`, `ms`. Written-out units (`bytes`, `seconds`) are text and stay.
pub(super) fn is_unit(word: &[u8]) -> bool {
    const UNITS: [u128; 23] = pack([
        "b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "ms", "us", "ns", "s", "sec", "secs", "min",
        "mins", "hz", "mhz", "ghz", "am", "pm",
    ]);
    is_one_of(word, &UNITS)
}

/// A day's or month's abbreviation.
pub(super) fn is_date_word(word: &[u8]) -> bool {
    const DATE_WORDS: [u128; 19] = pack([
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
        "oct", "nov", "dec",
    ]);
    matches!(word, [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z']) && is_one_of(word, &DATE_WORDS)
}

/// A time zone as it follows a time of day.
pub(super) fn is_time_zone(word: &[u8]) -> bool {
    matches!(word, b"UTC" | b"GMT" | b"CET" | b"CEST" | b"BST" | b"JST" | b"IST" | b"MSK" | b"AEST")
        || matches!(word, [b'E' | b'C' | b'M' | b'P' | b'H' | b'A', b'S' | b'D', b'T'])
}

/// A word that says how something went. One such word turns a message's meaning round, so no rule of form makes it a variable.
pub(super) fn is_outcome(word: &[u8]) -> bool {
    const OUTCOMES: [u128; 73] = pack([
        "ok",
        "okay",
        "fail",
        "fails",
        "failed",
        "failure",
        "failing",
        "success",
        "successful",
        "successfully",
        "succeeded",
        "error",
        "errors",
        "fatal",
        "critical",
        "panic",
        "crash",
        "crashed",
        "abort",
        "aborted",
        "warning",
        "warn",
        "denied",
        "refused",
        "rejected",
        "reject",
        "accepted",
        "accept",
        "allowed",
        "allow",
        "deny",
        "granted",
        "blocked",
        "timeout",
        "timedout",
        "expired",
        "unreachable",
        "unavailable",
        "available",
        "up",
        "down",
        "on",
        "off",
        "online",
        "offline",
        "enabled",
        "disabled",
        "started",
        "stopped",
        "running",
        "killed",
        "dead",
        "alive",
        "lost",
        "closed",
        "opened",
        "open",
        "connected",
        "disconnected",
        "healthy",
        "unhealthy",
        "degraded",
        "invalid",
        "valid",
        "corrupt",
        "corrupted",
        "full",
        "unknown",
        "missing",
        "active",
        "inactive",
        "normal",
        "passed",
    ]);
    is_one_of(word, &OUTCOMES)
}

/// A key whose value is the message itself (`error=…`) rather than a variable of it.
pub(super) fn is_message_key(word: &[u8]) -> bool {
    const KEYS: [u128; 27] = pack([
        "type",
        "kind",
        "op",
        "operation",
        "res",
        "method",
        "stat",
        "error",
        "err",
        "errmsg",
        "msg",
        "message",
        "reason",
        "cause",
        "status",
        "state",
        "result",
        "exception",
        "level",
        "severity",
        "event",
        "desc",
        "description",
        "outcome",
        "action",
        "warning",
        "failure",
    ]);
    is_one_of(word, &KEYS)
}

/// A role that a name follows: `user eve`, `host alpha`.
pub(super) fn is_role(word: &[u8]) -> bool {
    const ROLES: [u128; 10] =
        pack(["user", "username", "account", "login", "host", "hostname", "group", "owner", "domain", "tenant"]);
    is_one_of(word, &ROLES)
}

/// A method of HTTP: a path follows.
pub(super) fn is_http_method(word: &[u8]) -> bool {
    matches!(word, b"GET" | b"POST" | b"PUT" | b"HEAD" | b"DELETE" | b"PATCH" | b"OPTIONS")
}

/// The words that build a sentence: never a variable.
pub(super) fn is_function_word(word: &[u8]) -> bool {
    const FUNCTION_WORDS: [u128; 60] = pack([
        "a", "an", "the", "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "not",
        "no", "to", "from", "for", "of", "in", "on", "at", "by", "with", "without", "and", "or", "but", "if", "as",
        "than", "that", "this", "will", "would", "can", "cannot", "could", "should", "must", "may", "it", "its",
        "into", "onto", "out", "over", "under", "after", "before", "while", "when", "because", "due", "via", "all",
        "any", "too",
    ]);
    is_one_of(word, &FUNCTION_WORDS)
}

/// A word in the form of a verb's participle: it names what happened.
pub(super) fn is_action(word: &[u8]) -> bool {
    word.len() >= 5 && (word.ends_with(b"ed") || word.ends_with(b"ing"))
}

/// Whether a word is written in ideographs.
pub(super) fn is_ideographic(word: &str) -> bool {
    matches!(classify_wide(word.as_bytes()), (Wide::Ideograph, _))
}

/// Whether a run of ideographs says how something went.
pub(super) fn holds_ideographic_outcome(word: &str) -> bool {
    const OUTCOMES: [&str; 56] = [
        "成功", "失败", "异常", "错误", "超时", "拒绝", "正常", "断开", "恢复", "启动", "停止", "关闭", "打开", "开启",
        "开始", "结束", "完成", "警告", "告警", "宕机", "崩溃", "上线", "下线", "在线", "离线", "连接", "过期", "失效",
        "丢失", "中断", "不足", "已满", "溢出", "无法", "不能", "无效", "有效", "禁用", "启用", "锁定", "解锁", "通过",
        "允许", "禁止", "取消", "终止", "重启", "退出", "登录", "注销", "可用", "缺失", "损坏", "重试", "阻塞", "未知",
    ];
    OUTCOMES.iter().any(|outcome| word.contains(outcome))
}
