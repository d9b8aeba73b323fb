//! A record's level field (`log.level`) as a floor under its verdict.

use crate::score::verdict::{Cause, Floor, Severity};

/// What a level means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Trace to notice.
    Quiet,
    Warning,
    Error,
    /// The program, or the machine, gives up.
    Fatal,
}

/// Longest level name in the table, in bytes; anything longer is none.
const NAME_BYTES_MAX: usize = 13;

/// Names of log frameworks, syslog, databases, Windows, glog's and Android's letters; lower case.
const NAMES: &[(&str, Level)] = &[
    ("trace", Level::Quiet),
    ("verbose", Level::Quiet),
    ("finest", Level::Quiet),
    ("finer", Level::Quiet),
    ("fine", Level::Quiet),
    ("config", Level::Quiet),
    ("debug", Level::Quiet),
    ("info", Level::Quiet),
    ("informational", Level::Quiet),
    ("information", Level::Quiet),
    ("notice", Level::Quiet),
    ("log", Level::Quiet),
    ("note", Level::Quiet),
    ("d", Level::Quiet),
    ("i", Level::Quiet),
    ("v", Level::Quiet),
    ("n", Level::Quiet),
    ("信息", Level::Quiet),
    ("调试", Level::Quiet),
    ("warn", Level::Warning),
    ("warning", Level::Warning),
    ("w", Level::Warning),
    ("警告", Level::Warning),
    ("告警", Level::Warning),
    ("err", Level::Error),
    ("error", Level::Error),
    ("severe", Level::Error),
    ("e", Level::Error),
    ("failure", Level::Error),
    ("错误", Level::Error),
    ("crit", Level::Fatal),
    ("critical", Level::Fatal),
    ("fatal", Level::Fatal),
    ("alert", Level::Fatal),
    ("emerg", Level::Fatal),
    ("emergency", Level::Fatal),
    ("panic", Level::Fatal),
    ("c", Level::Fatal),
    ("f", Level::Fatal),
    ("严重", Level::Fatal),
    ("致命", Level::Fatal),
    ("紧急", Level::Fatal),
];

impl Level {
    pub const ALL_OR_NONE: [Option<Self>; 5] =
        [None, Some(Self::Quiet), Some(Self::Warning), Some(Self::Error), Some(Self::Fatal)];

    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > NAME_BYTES_MAX {
            return None;
        }
        NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, level)| *level)
    }

    /// As [`Level::floor`], for a level that was not a field but found in the line: it holds the severity only.
    pub fn found_floor(self) -> Floor {
        Floor { is_sure: false, ..self.floor() }
    }

    /// The least that a verdict on a record of this level says. A fatal level is an anomaly by its writer's own word; an error may
    /// be everyday noise, which is for a judge to say.
    pub fn floor(self) -> Floor {
        let (severity, is_sure) = match self {
            Self::Quiet => return Floor::default(),
            Self::Warning | Self::Error => (Severity::Warning, false),
            Self::Fatal => (Severity::Critical, true),
        };
        Floor { severity, is_sure, cause: Cause::Level }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_every_framework() {
        for (text, expected) in [
            ("INFO", Some(Level::Quiet)),
            (" Warning ", Some(Level::Warning)),
            ("err", Some(Level::Error)),
            ("SEVERE", Some(Level::Error)),
            ("F", Some(Level::Fatal)),
            ("emerg", Some(Level::Fatal)),
            ("严重", Some(Level::Fatal)),
            ("", None),
            ("normal", None),
            ("a level with a very long name", None),
        ] {
            assert_eq!(Level::parse(text), expected, "{text}");
        }
    }
}
