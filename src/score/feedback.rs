//! What operators say of templates: it stands above every judge, never expires, teaches the student and is the labelled set that a
//! model is measured on. It is kept in a file of JSON lines that the command line appends to and the running process follows.

use super::cache::{Entry, Key};
use super::parameters::Case;
use super::templates::{Miner, TemplateId};
use super::verdict::{Kind, OPERATOR, Severity, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A longer line is no feedback of ours.
const LINE_BYTES_MAX: u64 = 256 * 1024;

/// The file's name in `data_dir`.
pub const FILE_NAME: &str = "feedback.ndjson";

/// One line of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// Sixteen hexadecimal digits.
    pub template: String,
    #[serde(default)]
    pub text: String,
    /// `normal` or `anomaly`; without it the feedback on this template is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Only for routes of this class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Other verdicts for certain values of the template's variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Case>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    pub author: String,
    /// RFC 3339.
    pub at: String,
}

impl Feedback {
    /// What it is said of.
    pub fn key(&self) -> (String, Option<String>) {
        (self.template.clone(), self.class.clone())
    }

    /// When it was said; what has no such time is older than all that has.
    pub fn moment(&self) -> Option<jiff::Timestamp> {
        self.at.parse().ok()
    }

    pub fn id(&self) -> Option<TemplateId> {
        TemplateId::parse(&self.template)
    }

    /// The verdict that it stands for; `None` if it was withdrawn or says something unknown.
    pub fn to_verdict(&self) -> Option<Verdict> {
        let kind = self.verdict.as_deref().and_then(Kind::parse)?;
        let standard = if kind == Kind::Anomaly { Severity::Warning } else { Severity::Info };
        let severity = self.severity.as_deref().and_then(Severity::parse).unwrap_or(standard);
        Some(Verdict {
            kind,
            severity,
            score: if kind == Kind::Anomaly { 1.0 } else { 0.0 },
            category: self.category.as_str().into(),
            reason: if self.reason.is_empty() {
                format!("said by {}", self.author).into()
            } else {
                self.reason.as_str().into()
            },
            judge: OPERATOR.into(),
            model: None,
            prompt_version: None,
            runbook: self.runbook.as_deref().map(Into::into),
        })
    }
}

/// All feedback in force, in the order of the templates.
pub fn in_force(path: &Path) -> io::Result<Vec<Feedback>> {
    in_force_with(path, &[])
}

/// As [`in_force`], with what others said; of two words on one template and class the later counts.
pub fn in_force_with(path: &Path, others: &[Feedback]) -> io::Result<Vec<Feedback>> {
    let mut found = BTreeMap::new();
    for feedback in Follower::new(path).read_new()? {
        found.insert(feedback.key(), feedback);
    }
    for other in others {
        if found.get(&other.key()).is_none_or(|own| other.moment() >= own.moment()) {
            found.insert(other.key(), other.clone());
        }
    }
    Ok(found.into_values().filter(|feedback| feedback.verdict.is_some()).collect())
}

/// Appends to the file, one line at a time, so that several may do it at once.
pub fn append(path: &Path, feedback: &[Feedback]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    for one in feedback {
        let mut line = serde_json::to_vec(one)?;
        line.push(b'\n');
        file.write_all(&line)?;
    }
    file.sync_all()
}

/// Reads what is new in the file.
pub struct Follower {
    path: PathBuf,
    position: u64,
}

impl Follower {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), position: 0 }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole lines that were added since the last call. A file that became shorter is read from its beginning.
    pub fn read_new(&mut self) -> io::Result<Vec<Feedback>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        if length < self.position {
            self.position = 0;
        }
        if length == self.position {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(self.position))?;
        let mut reader = BufReader::new(file);
        let mut found = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? as u64;
            let is_whole = line.last() == Some(&b'\n');
            if read == 0 || !is_whole && read < LINE_BYTES_MAX {
                return Ok(found);
            }
            self.position += read;
            match serde_json::from_slice(&line) {
                Ok(feedback) => found.push(feedback),
                Err(error) if line.iter().any(|byte| !byte.is_ascii_whitespace()) => {
                    tracing::warn!(path = %self.path.display(), %error, "a line of feedback cannot be read");
                }
                Err(_) => {}
            }
        }
    }
}

/// The class that something was said for (none for all), and what.
type Said = (Option<u64>, Arc<Entry>);

/// The verdicts that operators gave, ready to be found.
#[derive(Clone, Default)]
pub struct Overrides {
    by_template: HashMap<TemplateId, Vec<Said>>,
}

impl Overrides {
    /// Takes feedback in; a template that became part of another is found under that one's id.
    pub fn apply(&mut self, feedback: &Feedback, miner: &Miner) {
        let Some(id) = feedback.id().map(|id| miner.resolve(id)) else { return };
        let class = feedback.class.as_deref().map(super::settings::class_digest);
        let said = self.by_template.entry(id).or_default();
        said.retain(|(other, _)| *other != class);
        if let Some(verdict) = feedback.to_verdict() {
            said.push((class, Arc::new(Entry::lasting(Arc::new(verdict), feedback.when.clone()))));
        }
        if said.is_empty() {
            self.by_template.remove(&id);
        }
    }

    /// What an operator said for this key; a class of its own goes before all classes.
    pub fn find(&self, key: &Key) -> Option<&Arc<Entry>> {
        let said = self.by_template.get(&key.template)?;
        let exact = said.iter().find(|(class, _)| *class == Some(key.class));
        exact.or_else(|| said.iter().find(|(class, _)| class.is_none())).map(|(_, entry)| entry)
    }

    /// A template became part of `new`: what was said of it holds for `new`, unless something was said of that.
    pub fn inherit(&mut self, old: TemplateId, new: TemplateId) -> bool {
        let Some(said) = self.by_template.get(&old).cloned() else { return false };
        let heir = self.by_template.entry(new).or_default();
        let known: Vec<Option<u64>> = heir.iter().map(|(class, _)| *class).collect();
        heir.extend(said.into_iter().filter(|(class, _)| !known.contains(class)));
        true
    }

    pub fn has(&self, id: TemplateId) -> bool {
        self.by_template.contains_key(&id)
    }

    /// Templates of which something was said.
    pub fn count(&self) -> usize {
        self.by_template.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::templates::MinerSettings;

    fn feedback(template: u64, verdict: Option<&str>) -> Feedback {
        Feedback {
            template: format!("{template:016x}"),
            verdict: verdict.map(str::to_owned),
            author: "li".into(),
            at: "2026-01-01T00:00:00Z".into(),
            ..Feedback::default()
        }
    }

    #[test]
    fn the_last_word_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut follower = Follower::new(&path);
        assert!(follower.read_new().unwrap().is_empty());
        append(&path, &[feedback(1, Some("anomaly")), feedback(2, Some("normal"))]).unwrap();
        assert_eq!(follower.read_new().unwrap().len(), 2);
        append(&path, &[feedback(1, None)]).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"template\":\"00").unwrap();
        assert_eq!(follower.read_new().unwrap(), [feedback(1, None)], "half a line waits for its end");
        let left: Vec<String> = in_force(&path).unwrap().into_iter().map(|f| f.template).collect();
        assert_eq!(left, ["0000000000000002"]);
    }

    #[test]
    fn a_class_of_its_own_goes_first() {
        let miner = Miner::new(MinerSettings::default());
        let mut overrides = Overrides::default();
        let class = super::super::settings::class_digest("web");
        overrides.apply(&feedback(1, Some("normal")), &miner);
        overrides.apply(&Feedback { class: Some("web".into()), ..feedback(1, Some("anomaly")) }, &miner);
        let kind = |class| overrides.find(&Key { template: TemplateId(1), class, level: None }).map(|e| e.verdict.kind);
        assert_eq!((kind(class), kind(7)), (Some(Kind::Anomaly), Some(Kind::Normal)));
        overrides.inherit(TemplateId(1), TemplateId(2));
        assert!(overrides.find(&Key { template: TemplateId(2), class: 7, level: None }).is_some());
        overrides.apply(&feedback(1, None), &miner);
        assert!(overrides.find(&Key { template: TemplateId(1), class: 7, level: None }).is_none());
    }
}
