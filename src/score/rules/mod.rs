//! What a line says by itself: keywords in its text, and its level. One pass of a deterministic automaton over the line, cheap
//! enough to run on every record, so that a keyword in a template's variable raises a verdict that was given for the template.

mod context;
mod keywords;
mod level;

pub use keywords::Weight;
pub use level::Level;

use super::verdict::{Cause, Floor, Kind, Severity, Verdict};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use std::ops::Range;
use std::sync::Arc;

/// A line is searched up to here.
const SEARCHED_BYTES_MAX: usize = 16 * 1024;

/// More phrases than this would make the automaton a burden.
pub const PHRASES_MAX: usize = 10_000;

/// From this score on a verdict of the rules leaves no doubt.
pub const SURE_SCORE_MIN: f32 = 0.75;

/// The name of the judge that these rules are.
pub const NAME: &str = "rules";

/// One keyword of the user's own (`scoring.rules.keywords`).
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    pub phrases: Vec<String>,
    pub weight: Weight,
    pub category: String,
    pub runbook: Option<String>,
}

/// How a phrase must stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As whole words.
    Words,
    /// Also as the end of a camel-case name.
    NameEnd,
    Anywhere,
}

#[derive(Debug)]
struct Rule {
    phrase: Arc<str>,
    form: Form,
    weight: Weight,
    category: Arc<str>,
    runbook: Option<Arc<str>>,
}

/// The compiled table.
#[derive(Debug)]
pub struct Rules {
    automaton: AhoCorasick,
    /// In the automaton's order.
    rules: Vec<Rule>,
    name: Arc<str>,
    level_category: Arc<str>,
}

impl Rules {
    /// Compiles the user's keywords (they win over equal built-in ones) and, if wanted, the built-in table.
    pub fn compile(keywords: &[Keyword], with_built_in: bool) -> Result<Self, String> {
        let mut rules: Vec<Rule> = Vec::new();
        let mut add = |phrase: &str, weight, category: &Arc<str>, runbook: Option<&Arc<str>>| {
            let (phrase, is_name_end) = phrase.strip_prefix('*').map_or((phrase, false), |end| (end, true));
            let form = match phrase.chars().next() {
                None => return,
                Some(_) if is_name_end => Form::NameEnd,
                Some(first) if first.is_ascii() => Form::Words,
                Some(_) => Form::Anywhere,
            };
            let known = rules.iter().any(|rule| rule.form == form && rule.phrase.eq_ignore_ascii_case(phrase));
            if !known {
                let (phrase, category) = (phrase.into(), category.clone());
                rules.push(Rule { phrase, form, weight, category, runbook: runbook.cloned() });
            }
        };
        for keyword in keywords {
            let (category, runbook) = (Arc::from(keyword.category.as_str()), keyword.runbook.as_deref().map(Arc::from));
            for phrase in &keyword.phrases {
                add(phrase, keyword.weight, &category, runbook.as_ref());
            }
        }
        for group in keywords::BUILT_IN.iter().filter(|_| with_built_in) {
            let category = Arc::from(group.category);
            group.phrases.split('|').for_each(|phrase| add(phrase, group.weight, &category, None));
        }
        if rules.len() > PHRASES_MAX {
            return Err(format!("{} keywords, at most {PHRASES_MAX} are possible", rules.len()));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(rules.iter().map(|rule| rule.phrase.as_bytes()))
            .map_err(|error| format!("the keywords cannot be compiled: {error}"))?;
        Ok(Self { automaton, rules, name: NAME.into(), level_category: "level".into() })
    }

    /// The least that a verdict on this line must say.
    pub fn floor(&self, text: &str) -> Floor {
        let text = text.get(..text.floor_char_boundary(SEARCHED_BYTES_MAX)).unwrap_or(text);
        let mut floor = Floor::default();
        let mut at = 0;
        while let Some(found) = self.automaton.find(Input::new(text).span(at..text.len())) {
            let Some((index, rule)) = self.rule_at(text, found.range(), found.pattern().as_usize()) else {
                at = found.start() + 1;
                continue;
            };
            at = found.end();
            let (severity, is_sure) = match rule.weight {
                Weight::Harmless => continue,
                Weight::Sure(severity) => (severity, true),
                Weight::Hint(severity) => (severity, false),
            };
            if (severity, is_sure) <= (floor.severity, floor.is_sure) || context::is_denied(text, found.range()) {
                continue;
            }
            floor = floor.or(Floor { severity, is_sure, cause: Cause::Keyword(index) });
            if floor.is_sure && floor.severity == Severity::Critical {
                break;
            }
        }
        floor
    }

    /// The rule that matched, or a rule of the same phrase in another form, if it stands as it must.
    fn rule_at(&self, text: &str, found: Range<usize>, index: usize) -> Option<(u16, &Rule)> {
        let rule = self.rules.get(index)?;
        if stands(text, found.clone(), rule.form) {
            return Some((index as u16, rule));
        }
        let (other, rule) = self.rules.iter().enumerate().find(|(other, candidate)| {
            *other != index && candidate.form != rule.form && candidate.phrase.eq_ignore_ascii_case(&rule.phrase)
        })?;
        stands(text, found, rule.form).then_some((other as u16, rule))
    }

    /// The verdict that follows from a floor alone.
    pub fn explain(&self, floor: &Floor) -> Verdict {
        let (category, reason, runbook) = match floor.cause {
            Cause::Nothing => ("".into(), "no keyword and no level speaks of trouble".into(), None),
            Cause::Level => (self.level_category.clone(), "the record's level".into(), None),
            Cause::Keyword(index) => match self.rules.get(usize::from(index)) {
                None => ("".into(), "".into(), None),
                Some(rule) => {
                    (rule.category.clone(), format!("keyword “{}”", rule.phrase).into(), rule.runbook.clone())
                }
            },
        };
        let (kind, score) = match (floor.severity, floor.is_sure) {
            (Severity::Info, false) => (Kind::Normal, 0.05),
            (Severity::Info, true) => (Kind::Anomaly, SURE_SCORE_MIN),
            (Severity::Warning, false) => (Kind::Anomaly, 0.55),
            (Severity::Warning, true) => (Kind::Anomaly, 0.8),
            (Severity::Critical, false) => (Kind::Anomaly, 0.7),
            (Severity::Critical, true) => (Kind::Anomaly, 0.95),
        };
        let judge = self.name.clone();
        Verdict {
            kind,
            severity: floor.severity,
            score,
            category,
            reason,
            judge,
            model: None,
            prompt_version: None,
            runbook,
        }
    }

    pub fn runbook(&self, floor: &Floor) -> Option<Arc<str>> {
        match floor.cause {
            Cause::Keyword(index) => self.rules.get(usize::from(index))?.runbook.clone(),
            _ => None,
        }
    }
}

/// Whether a phrase stands at `found` as its form demands.
fn stands(text: &str, found: Range<usize>, form: Form) -> bool {
    let bytes = text.as_bytes();
    let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied();
    let before = byte(found.start.checked_sub(1));
    let (after, next) = (byte(Some(found.end)), byte(Some(found.end + 1)));
    let in_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    // `error.log`, `error-page`, `error/404` are names; `error.` and `error - ` are not.
    let joins = |byte: Option<u8>| matches!(byte, Some(b'.' | b'-' | b'/' | b'\\' | b'@'));
    let ends = !in_word(after) && (!joins(after) || !in_word(next));
    match form {
        Form::Anywhere => true,
        Form::Words => ends && !in_word(before) && (!joins(before) || is_sentence_sign(bytes, found.start)),
        Form::NameEnd => {
            let starts_part = byte(Some(found.start)).is_some_and(|b| b.is_ascii_uppercase());
            ends && (starts_part && (in_word(before) || before == Some(b'.')) || !in_word(before) && !joins(before))
        }
    }
}

/// Whether the sign before `start` ends something (`...failed`, `--- error`) instead of joining a name.
fn is_sentence_sign(bytes: &[u8], start: usize) -> bool {
    let sign = start.checked_sub(1).and_then(|at| bytes.get(at));
    let before = start.checked_sub(2).and_then(|at| bytes.get(at));
    match sign {
        Some(b'.') => before == Some(&b'.'),
        Some(b'-') => before.is_none_or(|b| b.is_ascii_whitespace()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(rules: &Rules, line: &str, expected: Option<(Severity, bool)>) {
        let floor = rules.floor(line);
        let found = (floor.cause != Cause::Nothing).then_some((floor.severity, floor.is_sure));
        assert_eq!(found, expected, "{line}: {}", rules.explain(&floor).reason);
    }

    #[test]
    fn what_lines_say_by_themselves() {
        let rules = Rules::compile(&[], true).unwrap();
        let sure_critical = Some((Severity::Critical, true));
        let sure_warning = Some((Severity::Warning, true));
        let hint = Some((Severity::Warning, false));
        for (line, expected) in [
            ("数据库宕机，请立即处理", sure_critical),
            ("进程崩溃", sure_critical),
            ("无法连接到 10.0.0.3:3306", sure_critical),
            ("警告：磁盘使用率 85%", hint),
            ("检测到性能下降", sure_warning),
            ("资源不足，任务排队", sure_warning),
            ("巡检完成，未发现异常", None),
            ("本次任务 0 个错误", None),
            ("nginx: worker process 12 exited on signal 11 (core dumped)", sure_critical),
            ("Out of memory: Killed process 4711 (java)", sure_critical),
            ("java.lang.OutOfMemoryError: Java heap space", sure_critical),
            ("java.lang.NullPointerException", hint),
            ("TypeError: x is undefined", hint),
            ("connect() failed (111: Connection refused)", sure_critical),
            ("kernel: EXT4-fs error (device sda1)", hint),
            ("GET /error.html HTTP/1.1 200", None),
            ("GET /static/errors/app.js 200", None),
            ("opened /var/log/error.log", None),
            ("--fail-fast enabled", None),
            ("compiled with 0 errors and 0 warnings", None),
            ("compiled with 10 errors and 0 warnings", hint),
            ("{\"error\":null,\"status\":\"ok\"}", None),
            ("status=failed attempt=3", hint),
            ("instruction cache parity error corrected", None),
            ("no error, all good", None),
            ("terror alert level", None),
            ("user errorist logged in", None),
            ("upload ...failed", hint),
            ("FATAL: the database system is starting up", Some((Severity::Critical, false))),
            ("everything is fine", None),
            ("", None),
        ] {
            check(&rules, line, expected);
        }
    }

    #[test]
    fn own_keywords_win() {
        let own = [
            Keyword {
                phrases: vec!["connection refused".into(), "known noise".into()],
                weight: Weight::Harmless,
                category: String::new(),
                runbook: None,
            },
            Keyword {
                phrases: vec!["订单丢失".into()],
                weight: Weight::Sure(Severity::Critical),
                category: "orders".into(),
                runbook: Some("https://wiki/orders".into()),
            },
        ];
        let rules = Rules::compile(&own, true).unwrap();
        check(&rules, "probe: connection refused", None);
        let floor = rules.floor("发现订单丢失 12 笔");
        let verdict = rules.explain(&floor);
        assert_eq!((verdict.kind, verdict.severity), (Kind::Anomaly, Severity::Critical));
        assert_eq!(verdict.runbook.as_deref(), Some("https://wiki/orders"));
        assert_eq!(&*verdict.category, "orders");
        check(&Rules::compile(&own, false).unwrap(), "kernel panic", None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,80}(error|错误|fail)\\PC{0,40}") {
            static RULES: std::sync::LazyLock<Rules> = std::sync::LazyLock::new(|| Rules::compile(&[], true).unwrap());
            RULES.explain(&RULES.floor(&text));
        }
    }
}
