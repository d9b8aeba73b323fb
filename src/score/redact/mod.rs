//! Redaction of what leaves the process for a model: people's data and secrets become typed marks. It fails closed: what cannot be
//! redacted is not sent.

mod patterns;

use patterns::{KINDS, Kind};
use regex::{Captures, Regex, RegexBuilder};
use std::borrow::Cow;
use thiserror::Error;

/// Changes whenever the kinds or their patterns do: verdicts know under which version they were asked.
pub const REDACTION_VERSION: &str = "1";

/// Longer texts are refused.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A text is looked over so often.
const PASSES_MAX: usize = 4;

/// A compiled pattern may be so large.
const PATTERN_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unredacted {
    #[error("the text has {0} bytes, more than {TEXT_BYTES_MAX}")]
    TooLong(usize),
    #[error("{0} is still in the text after redaction")]
    Residue(&'static str),
}

pub struct Redactor {
    kinds: Vec<(Regex, &'static Kind)>,
}

impl Redactor {
    pub fn new() -> Result<Self, regex::Error> {
        let compile = |kind: &'static Kind| {
            RegexBuilder::new(kind.pattern).size_limit(PATTERN_BYTES_MAX).build().map(|pattern| (pattern, kind))
        };
        Ok(Self { kinds: KINDS.iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// `text` with everything that must not leave replaced by its mark.
    pub fn redact(&self, text: &str) -> Result<String, Unredacted> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Unredacted::TooLong(text.len()));
        }
        let mut out = text.to_owned();
        // A mark may join what was apart (`/home/[USER][TOKEN].rts`): look again until nothing is found any more.
        let mut residue = None;
        for _ in 0..PASSES_MAX {
            residue = None;
            for (pattern, kind) in &self.kinds {
                let replaced = pattern.replace_all(&out, |found: &Captures<'_>| {
                    let replacement = replacement(found, kind);
                    if replacement != whole(found) {
                        residue = Some(kind.mark);
                    }
                    replacement
                });
                if let Cow::Owned(replaced) = replaced {
                    out = replaced;
                }
            }
            if residue.is_none() {
                return Ok(out);
            }
        }
        Err(Unredacted::Residue(residue.unwrap_or_default()))
    }
}

fn whole<'t>(found: &Captures<'t>) -> &'t str {
    found.get(0).map_or("", |m| m.as_str())
}

/// What stands for a match; the match itself if the check says that it is none, or if it is a mark already.
fn replacement(found: &Captures<'_>, kind: &Kind) -> String {
    let matched = whole(found);
    let keep = found.name("keep").map_or("", |m| m.as_str());
    let tail = found.name("tail").map_or("", |m| m.as_str());
    let value = matched.strip_prefix(keep).and_then(|rest| rest.strip_suffix(tail)).unwrap_or(matched);
    if is_mark(value) || !(kind.check)(value) { matched.to_owned() } else { format!("{keep}{}{tail}", kind.mark) }
}

/// Whether a value is nothing but marks (`[JWT]`, `‹*›`).
fn is_mark(value: &str) -> bool {
    let mut rest = value.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '[' | ']' | '<' | '>'));
    while let Some(kind) = KINDS.iter().find(|kind| {
        // A mark's closing bracket may lie outside of what matched.
        rest.starts_with(kind.mark.trim_end_matches(']'))
    }) {
        rest = rest.get(kind.mark.len() - 1..).unwrap_or_default().trim_start_matches([']', '.', ':', '@', ',', '[']);
        if rest.is_empty() {
            return true;
        }
    }
    rest == "<*>" || rest == "<*"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::LazyLock;

    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::new().unwrap());

    fn check(text: &str, expected: &str) {
        assert_eq!(REDACTOR.redact(text).as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn people_and_machines() {
        for (text, expected) in [
            ("mail from li.wei+x@example.com.cn failed", "mail from [EMAIL] failed"),
            ("user%40example.com", "[EMAIL]"),
            ("connect 10.1.2.3:443 timed out", "connect [IP]:443 timed out"),
            ("peer [2001:db8::1]:80 and fe80::1", "peer [[IP]]:80 and [IP]"),
            ("version 999.1.2.3 at 12:30:45", "version 999.1.2.3 at 12:30:45"),
            ("std::vector and Foo::bar", "std::vector and Foo::bar"),
            ("手机 13812345678 登录", "手机 [PHONE] 登录"),
            ("call +86 138 1234 5678 now", "call [PHONE] now"),
            ("call +1 (415) 555-2671 now", "call [PHONE] now"),
            ("身份证11010519491231002X有误", "身份证[ID]有误"),
            ("order 110105194912310021", "order 110105194912310021"),
            ("card 4111 1111 1111 1111 refused", "card [CARD] refused"),
            ("blk 4111 1111 1111 1112 refused", "blk 4111 1111 1111 1112 refused"),
            ("iban DE89 3704 0044 0532 0130 00", "iban [IBAN]"),
            ("mac 00:1a:2b:3c:4d:5e up", "mac [MAC] up"),
            ("open /home/zhang.san/app/log.txt", "open /home/[USER]/app/log.txt"),
            ("load /home/smith1/UMT2K/umt2k/ckpt_umt2k_src/TEST/NEW.rts", "load /home/[USER]"),
            (r"open C:\Users\Li Wei\x", r"open C:\Users\[USER] Wei\x"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn secrets() {
        for (text, expected) in [
            ("password=hunter2 ok", "password=[SECRET] ok"),
            ("{\"db_password\":\"hunter2\",\"a\":1}", "{\"db_password\":\"[SECRET]\",\"a\":1}"),
            ("密码：abc123，请修改", "密码：[SECRET]，请修改"),
            ("Authorization: Bearer abcdefgh12345678", "Authorization: [SECRET] [TOKEN]"),
            ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF", "jwt [JWT]"),
            ("key AKIAIOSFODNN7EXAMPLE used", "key [KEY] used"),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[KEY]"),
            ("postgres://app:s3cret@db:5432/x", "postgres://[CREDENTIALS]@db:5432/x"),
            ("GET /a?user=bob&id=7 HTTP/1.1", "GET /a?user=[VALUE]&id=[VALUE] HTTP/1.1"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "[PEM] x"),
            ("-----BEGIN RSA PRIVATE KEY-----\\nMIIEcut", "[PEM]"),
            ("sha 3f786850e387550fdab836ed7e6dc881de23001b ok", "sha [TOKEN] ok"),
            ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace [TOKEN]"),
            ("id dGhpcyBpcyBhIHNlY3JldCB0b2tlbg", "id [TOKEN]"),
            ("com.example.payment.OrderServiceImplementation", "com.example.payment.OrderServiceImplementation"),
            ("NullPointerExceptionHandlerRegistration", "NullPointerExceptionHandlerRegistration"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("login failed for user <*> from <*>", "login failed for user <*> from <*>"),
            ("token=<*> expired", "token=<*> expired"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn too_long_a_text_is_refused() {
        assert!(matches!(REDACTOR.redact(&"x".repeat(TEXT_BYTES_MAX + 1)), Err(Unredacted::TooLong(_))));
    }

    proptest::proptest! {
        #[test]
        fn nothing_sensitive_is_left(
            before in "[a-z ]{0,20} ",
            secret in "(password=[a-z0-9]{6,12}|10\\.[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}|[a-z]{3,8}@[a-z]{3,8}\\.com|AKIA[0-9A-Z]{16})",
            after in " [a-z ]{0,20}",
        ) {
            let value = secret.strip_prefix("password=").unwrap_or(&secret).to_owned();
            if let Ok(redacted) = REDACTOR.redact(&format!("{before}{secret}{after}")) {
                proptest::prop_assert!(!redacted.contains(&value), "{}", redacted);
            }
        }

        #[test]
        fn twice_is_once(text in "\\PC{0,200}") {
            if let Ok(once) = REDACTOR.redact(&text) {
                proptest::prop_assert_eq!(REDACTOR.redact(&once), Ok(once));
            }
        }
    }
}
