//! What the parts of a configuration come down to, as numbers: two versions that differ in a part have different digests of it.
//!
//! Secrets count by their values and certificates by their contents, so that rotating them is a change although the file says the same.

use super::{Data, Node, resolve_secrets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// The digests of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// By the source's name, and by the output's.
    pub sources: BTreeMap<String, u64>,
    pub outputs: BTreeMap<String, u64>,
    /// Of the other settings, by key.
    pub sections: BTreeMap<String, u64>,
    /// Files that settings name under `tls`.
    pub files: Vec<PathBuf>,
}

impl Digests {
    /// Digests `root`, a whole `logboom.yml`; relative paths start from `folder`.
    pub fn of(root: &Node, folder: &Path) -> Self {
        let mut digests = Self::default();
        for (key, node) in root.as_map().unwrap_or_default() {
            let members = match key.text.as_str() {
                "sources" => &mut digests.sources,
                "outputs" => &mut digests.outputs,
                _ => {
                    let digest = digest(node, folder, &mut digests.files);
                    digests.sections.insert(key.text.clone(), digest);
                    continue;
                }
            };
            for (name, node) in node.as_map().unwrap_or_default() {
                members.insert(name.text.clone(), digest(node, folder, &mut digests.files));
            }
        }
        digests
    }
}

fn digest(node: &Node, folder: &Path, files: &mut Vec<PathBuf>) -> u64 {
    let mut hasher = Xxh3::new();
    add(node, folder, false, files, &mut hasher);
    hasher.digest()
}

/// Each value begins with its kind, so that `1` and `"1"`, or a list of two and two lists, are not the same.
fn add(node: &Node, folder: &Path, in_tls: bool, files: &mut Vec<PathBuf>, hasher: &mut Xxh3) {
    match &node.data {
        Data::Null => hasher.update(b"0"),
        Data::Bool(b) => hasher.update(if *b { b"t" } else { b"f" }),
        Data::Int(i) => {
            hasher.update(b"i");
            hasher.update(&i.to_le_bytes());
        }
        Data::Float(f) => {
            hasher.update(b"d");
            hasher.update(&f.to_bits().to_le_bytes());
        }
        Data::BigInt(digits) => add_text(b"b", digits, hasher),
        Data::String(text) => {
            let text = resolve_secrets(text).unwrap_or_else(|_| text.clone());
            add_text(b"s", &text, hasher);
            let path = folder.join(&text);
            if in_tls && path.is_file() {
                hasher.update(&std::fs::read(&path).unwrap_or_default());
                files.push(path);
            }
        }
        Data::List(items) => {
            hasher.update(b"l");
            hasher.update(&items.len().to_le_bytes());
            items.iter().for_each(|item| add(item, folder, in_tls, files, hasher));
        }
        Data::Map(members) => {
            hasher.update(b"m");
            hasher.update(&members.len().to_le_bytes());
            for (key, member) in members {
                add_text(b"k", &key.text, hasher);
                add(member, folder, in_tls || key.text == "tls", files, hasher);
            }
        }
    }
}

fn add_text(kind: &[u8], text: &str, hasher: &mut Xxh3) {
    hasher.update(kind);
    hasher.update(&text.len().to_le_bytes());
    hasher.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;

    fn digests(text: &str, folder: &Path) -> Digests {
        Digests::of(&read_text("c.yml", text).unwrap(), folder)
    }

    #[test]
    fn a_change_shows_in_its_part_only() {
        let folder = Path::new(".");
        let before = digests("outputs: { a: { n: 1 }, b: { n: 1 } }\nlimits: { x: 1 }\n", folder);
        let moved = digests("# a comment\n\noutputs:\n  a: { n: 1 }\n  b: { n: 1 }\nlimits: { x: 1 }\n", folder);
        assert_eq!(before, moved);
        let changed = digests("outputs: { a: { n: 1 }, b: { n: '1' } }\nlimits: { x: 1 }\n", folder);
        assert_eq!(before.outputs["a"], changed.outputs["a"]);
        assert_ne!(before.outputs["b"], changed.outputs["b"]);
        assert_eq!(before.sections, changed.sections);
    }

    #[test]
    fn a_certificate_counts_by_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        let text = "outputs: { e: { tls: { ca: ca.pem } } }";
        std::fs::write(folder.path().join("ca.pem"), "one").unwrap();
        let before = digests(text, folder.path());
        assert_eq!(before.files, [folder.path().join("ca.pem")]);
        std::fs::write(folder.path().join("ca.pem"), "two").unwrap();
        assert_ne!(before, digests(text, folder.path()));
    }
}
