//! User agent strings → browser, operating system and device, by uap-core's regexes.

mod device_type;
mod patterns;

pub use patterns::VersionedName;

use super::{Cache, DataFile};
use crate::config::{ConfigError, Data, Node, read_text};
use device_type::device_type;
use patterns::{Pattern, Patterns};
use std::path::Path;
use std::sync::Arc;

/// The regexes that every Elasticsearch from 7.10 to 9.4 ships: see `data/uap-core/README.md`.
const BUILT_IN: &str = include_str!("../../../data/uap-core/regexes.yaml");

/// The release of uap-core that is built in.
pub const BUILT_IN_VERSION: &str = "uap-core 0.10.0";

/// Agents whose details are remembered: traffic has few, and a miss costs a hundred times a hit.
const CACHE_AGENTS: usize = 10_000;

/// What an agent string tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub browser: Option<VersionedName>,
    pub system: Option<VersionedName>,
    pub device: Option<VersionedName>,
    pub device_type: &'static str,
}

/// One set of regexes with its cache.
pub struct UserAgents {
    browsers: Patterns,
    systems: Patterns,
    devices: Patterns,
    cache: Cache<Arc<Details>>,
}

impl UserAgents {
    /// The regexes built into the program.
    pub fn built_in() -> Result<Self, ConfigError> {
        Self::from_lists(&read_text("regexes.yaml", BUILT_IN)?)
    }

    /// Regexes in uap-core's format; each is checked.
    pub fn from_text(name: &str, text: &str) -> Result<Self, ConfigError> {
        let node = read_text(name, text)?;
        let agents = Self::from_lists(&node)?;
        for pattern in agents.browsers.iter().chain(agents.systems.iter()).chain(agents.devices.iter()) {
            pattern.check().map_err(|e| node.error(format!("regex [{}] does not compile: {e}", pattern.source)))?;
        }
        Ok(agents)
    }

    fn from_lists(node: &Node) -> Result<Self, ConfigError> {
        let browsers = read_list(node, "user_agent_parsers", "family_replacement", "v")?;
        let systems = read_list(node, "os_parsers", "os_replacement", "os_v")?;
        let devices = read_list(node, "device_parsers", "device_replacement", "")?;
        if browsers.is_empty() && systems.is_empty() && devices.is_empty() {
            return Err(node.error("not a valid regular expression file"));
        }
        let [browsers, systems, devices] = [browsers, systems, devices].map(Patterns::new);
        Ok(Self { browsers, systems, devices, cache: Cache::new(CACHE_AGENTS) })
    }

    /// What `agent` tells.
    pub fn look_up(&self, agent: &str) -> Arc<Details> {
        self.cache.get_or_insert(agent, || {
            let browser = self.browsers.first_match(agent);
            let system = self.systems.first_match(agent);
            let device = self.devices.first_match(agent);
            let device_type = device_type(agent, browser.as_ref(), system.as_ref(), device.as_ref());
            Arc::new(Details { browser, system, device, device_type })
        })
    }
}

/// The regexes that a `user_agent` processor goes by.
pub enum UserAgentSource {
    BuiltIn(Box<UserAgents>),
    File(DataFile<UserAgents>),
}

impl UserAgentSource {
    pub fn file(&self) -> Option<&DataFile<UserAgents>> {
        match self {
            Self::BuiltIn(_) => None,
            Self::File(file) => Some(file),
        }
    }

    pub fn is_available(&self) -> bool {
        self.file().is_none_or(|file| file.contents().is_some())
    }

    /// What `agent` tells; None while the file of the regexes is gone.
    pub fn look_up(&self, agent: &str) -> Option<Arc<Details>> {
        match self {
            Self::BuiltIn(agents) => Some(agents.look_up(agent)),
            Self::File(file) => file.contents().as_deref().map(|agents| agents.look_up(agent)),
        }
    }
}

/// A `regexes.yaml` off the disk.
pub fn parse_file(path: &Path, bytes: Vec<u8>) -> Result<UserAgents, String> {
    let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    UserAgents::from_text(&path.display().to_string(), &text).map_err(|e| e.to_string())
}

/// One of the file's three lists. `version` starts the keys of the fixed version parts: `v1_replacement`, `os_v1_replacement`.
fn read_list(node: &Node, list: &str, name: &str, version: &str) -> Result<Vec<Pattern>, ConfigError> {
    let Some(list) = node.get(list) else { return Ok(Vec::new()) };
    let malformed = |node: &Node| node.error("malformed regular expression file, expecting 'object'");
    let items = list.as_list().ok_or_else(|| malformed(list))?;
    let mut patterns = Vec::with_capacity(items.len());
    for item in items {
        let text = |key: &str| item.get(key).and_then(scalar_text);
        let Some(regex) = text("regex") else { return Err(malformed(item)) };
        let ignore_case = text("regex_flag").as_deref() == Some("i");
        let parts = match version {
            "" => [const { None }; 4],
            start => [1, 2, 3, 4].map(|i| text(&format!("{start}{i}_replacement"))),
        };
        patterns.push(Pattern::new(regex, ignore_case, text(name), parts));
    }
    Ok(patterns)
}

fn scalar_text(node: &Node) -> Option<String> {
    match &node.data {
        Data::String(s) | Data::BigInt(s) => Some(s.clone()),
        Data::Int(i) => Some(i.to_string()),
        Data::Float(f) => Some(f.to_string()),
        Data::Bool(b) => Some(b.to_string()),
        Data::Null | Data::List(_) | Data::Map(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_built_in_regex_compiles() {
        let agents = UserAgents::from_text("regexes.yaml", BUILT_IN).unwrap();
        let count = agents.browsers.iter().chain(agents.systems.iter()).chain(agents.devices.iter()).count();
        assert!(count > 1000, "{count}");
    }

    #[test]
    fn a_file_that_is_no_regex_file_is_refused() {
        for (text, expected) in [
            ("a: 1", "x.yml:1:1: not a valid regular expression file"),
            ("os_parsers: 1", "x.yml:1:13: malformed regular expression file, expecting 'object'"),
            ("os_parsers: [{x: 1}]", "x.yml:1:14: malformed regular expression file, expecting 'object'"),
        ] {
            assert_eq!(UserAgents::from_text("x.yml", text).err().unwrap().to_string(), expected);
        }
        let error = UserAgents::from_text("x.yml", "os_parsers: [{regex: '(('}]").err().unwrap().to_string();
        assert!(error.starts_with("x.yml:1:1: regex [((] does not compile: "), "{error}");
    }
}
