//! `scoring:` of logboom.yml, and `score:` of a route.

use super::detectors::{DETECTORS, Wanted};
use super::judges::{self, ModelSettings};
use super::rules::{Keyword, Rules, Weight};
use super::store::TopicSettings;
use super::verdict::Severity;
use crate::config::{Data, Node, Section, kafka_client};
use crate::document::FieldPath;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

/// Records wait so long for a verdict unless their route says otherwise.
const DEADLINE_DEFAULT: Duration = Duration::from_secs(2);

const CACHE_ENTRIES_DEFAULT: u64 = 1_000_000;
const TTL_DEFAULT: Duration = Duration::from_secs(7 * 24 * 3_600);
const DEGRADED_TTL_DEFAULT: Duration = Duration::from_secs(30);

/// New templates of one source that models are asked about.
const QUOTA_PER_HOUR_DEFAULT: u64 = 600;

/// Everything in `scoring:`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Names of judges, in the order in which they are asked.
    pub judges: Vec<String>,
    pub deadline: Duration,
    pub rules: RulesSettings,
    pub models: Vec<(&'static str, ModelSettings)>,
    pub cache: CacheSettings,
    /// Where what outlives the process is kept: verdicts, feedback. Without it nothing is.
    pub data_dir: Option<PathBuf>,
    /// Whether documents that were written as pending get their verdicts when they come.
    pub mend: bool,
    /// Questions that one source's new templates may cause.
    pub questions_per_hour_and_source: u64,
}

#[derive(Clone, Debug)]
pub struct RulesSettings {
    pub built_in: bool,
    pub keywords: Vec<Keyword>,
}

#[derive(Clone, Debug)]
pub struct CacheSettings {
    pub capacity: u64,
    pub ttl: Duration,
    pub degraded_ttl: Duration,
    pub store: StoreSettings,
}

/// Where verdicts outlive the process.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreSettings {
    None,
    /// In a file of the data folder, or at a path of the user's own.
    File(Option<PathBuf>),
    /// In a topic that replicas share.
    Kafka(TopicSettings),
}

impl Default for Settings {
    /// What holds without a `scoring:` section: rules alone.
    fn default() -> Self {
        Self {
            judges: vec![super::rules::NAME.to_owned()],
            deadline: DEADLINE_DEFAULT,
            rules: RulesSettings { built_in: true, keywords: Vec::new() },
            models: Vec::new(),
            cache: CacheSettings {
                capacity: CACHE_ENTRIES_DEFAULT,
                ttl: TTL_DEFAULT,
                degraded_ttl: DEGRADED_TTL_DEFAULT,
                store: StoreSettings::None,
            },
            data_dir: None,
            mend: true,
            questions_per_hour_and_source: QUOTA_PER_HOUR_DEFAULT,
        }
    }
}

impl Settings {
    /// `kafka`: the client of the first Kafka source, for a topic without brokers of its own.
    pub fn read(mut section: Section<'_, '_>, kafka: Option<&BTreeMap<String, String>>) -> Self {
        let defaults = Self::default();
        let known: Vec<&'static str> = judges::names().collect();
        let mut names = Vec::new();
        match section.take("judges").map(|node| (node, node.as_list())) {
            None => names = defaults.judges,
            Some((node, None)) => drop(section.wrong::<()>(node, "a list of judges")),
            Some((_, Some(items))) => {
                for item in items {
                    match item.as_str() {
                        Some(name) if known.contains(&name) => names.push(name.to_owned()),
                        _ => {
                            let error = item.error(format!("there is no judge {}", item.describe()));
                            section.problem(error.help(format!("judges: {}", known.join(", "))));
                        }
                    }
                }
            }
        }
        let rules = section.section("rules").map_or(defaults.rules, RulesSettings::read);
        let mut models = Vec::new();
        for (name, _) in judges::MODELS {
            let wanted = names.iter().any(|judge| judge == name);
            match section.section(name) {
                Some(model) => models.push((*name, ModelSettings::read(name, model))),
                None if wanted => {
                    let error = section.node.error(format!("the judge `{name}` needs its section `{name}`"));
                    section.problem(error.help(format!("{name}: {{ url: …, model: … }}")));
                }
                None => {}
            }
        }
        let settings = Self {
            judges: names,
            deadline: section.duration_or("deadline", DEADLINE_DEFAULT),
            rules,
            models,
            cache: section.section("cache").map_or(defaults.cache, |cache| CacheSettings::read(cache, kafka)),
            data_dir: None,
            mend: section.bool_or("mend", true),
            questions_per_hour_and_source: section.count_or("quota_per_hour", QUOTA_PER_HOUR_DEFAULT, 1..=1_000_000),
        };
        section.finish();
        settings
    }
}

impl Settings {
    pub fn model(&self, judge: &str) -> Option<&ModelSettings> {
        self.models.iter().find(|(name, _)| *name == judge).map(|(_, model)| model)
    }

    pub(super) fn limits_of(&self, judge: &str) -> super::desk::Limits {
        self.model(judge).map(|model| model.limits).unwrap_or_default()
    }
}

impl RulesSettings {
    fn read(mut section: Section<'_, '_>) -> Self {
        let built_in = section.bool_or("built_in", true);
        let list = section.list("keywords");
        let keywords: Vec<Keyword> = list.iter().filter_map(|node| read_keyword(node, &section)).collect();
        if let Err(reason) = Rules::compile(&keywords, built_in) {
            section.problem(section.node.error(reason));
        }
        section.finish();
        Self { built_in, keywords }
    }
}

/// `{ match: [订单丢失], severity: CRITICAL, category: orders, runbook: https://… }`.
fn read_keyword(node: &Node, outer: &Section<'_, '_>) -> Option<Keyword> {
    let mut section = Section::new(node, outer.problems());
    let phrases = section.strings("match").unwrap_or_default();
    if phrases.iter().all(|phrase| phrase.trim().is_empty()) {
        section.problem(node.error("a keyword needs `match`: a phrase, or a list of phrases"));
    }
    const SEVERITIES: &[(&str, Option<Severity>)] = &[
        ("INFO", Some(Severity::Info)),
        ("WARNING", Some(Severity::Warning)),
        ("CRITICAL", Some(Severity::Critical)),
        ("none", None),
    ];
    let severity = section.choice("severity", Some(Severity::Warning), SEVERITIES);
    let is_sure = section.bool_or("sure", true);
    let weight = match severity {
        None => Weight::Harmless,
        Some(severity) if is_sure => Weight::Sure(severity),
        Some(severity) => Weight::Hint(severity),
    };
    let category = section.string_or("category", "");
    let runbook = section.string("runbook");
    section.finish();
    Some(Keyword { phrases, weight, category, runbook })
}

impl CacheSettings {
    fn read(mut section: Section<'_, '_>, kafka: Option<&BTreeMap<String, String>>) -> Self {
        let store = read_store(&mut section, kafka);
        let settings = Self {
            capacity: section.count_or("capacity", CACHE_ENTRIES_DEFAULT, 0..=100_000_000),
            ttl: section.duration_or("ttl", TTL_DEFAULT),
            degraded_ttl: section.duration_or("degraded_ttl", DEGRADED_TTL_DEFAULT),
            store,
        };
        section.finish();
        settings
    }
}

fn read_store(section: &mut Section<'_, '_>, kafka: Option<&BTreeMap<String, String>>) -> StoreSettings {
    let path = section.string("path").map(PathBuf::from);
    let by_path = if path.is_some() { "file" } else { "none" };
    let kind = section.choice("store", by_path, &[("none", "none"), ("file", "file"), ("kafka", "kafka")]);
    if kind != "file" && path.is_some() {
        section.problem(section.node.error("`path` goes with `store: file`"));
    }
    match kind {
        "file" => StoreSettings::File(path),
        "kafka" => StoreSettings::Kafka(read_topic(section, kafka)),
        _ => StoreSettings::None,
    }
}

fn read_topic(section: &mut Section<'_, '_>, inherited: Option<&BTreeMap<String, String>>) -> TopicSettings {
    let topic = section.string_or("topic", super::store::TOPIC_DEFAULT);
    let brokers = section.strings("brokers");
    let mut client = kafka_client(section);
    match (brokers, inherited) {
        (Some(brokers), _) => drop(client.insert("bootstrap.servers".into(), brokers.join(","))),
        (None, Some(inherited)) => client.clone_from(inherited),
        (None, None) => {
            let error = section.node.error("`brokers` is missing, and there is no kafka source to take it from");
            section.problem(error.help("brokers: [\"kafka:9092\"]"));
        }
    }
    TopicSettings { topic, client }
}

/// `score:` of a route.
#[derive(Clone, Debug)]
pub struct RouteSettings {
    /// The field that is scored.
    pub text: FieldPath,
    pub terms: Terms,
    /// The detectors that watch its records.
    pub detectors: Wanted,
}

/// On what terms texts are scored.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long a record waits for a verdict; `None` takes `scoring.deadline`.
    pub deadline: Option<Duration>,
    /// A digest of the class: what has one class shares verdicts.
    pub class: u64,
}

impl Default for Terms {
    /// Those of routes that say nothing of it.
    fn default() -> Self {
        Self { deadline: None, class: class_digest("") }
    }
}

impl RouteSettings {
    /// Reads `score:`; `None` stands for `off`.
    pub fn read(node: &Node, problems: &crate::config::Problems) -> Option<Self> {
        if matches!(node.data, Data::Bool(false)) || node.as_str() == Some("off") {
            return None;
        }
        let mut section = Section::new(node, problems);
        let text = section.string_or("text", "message");
        let path = match FieldPath::parse(&text) {
            Ok(path) => path,
            Err(error) => {
                problems.add(node.error(format!("`text` is no field path: {error}")));
                return None;
            }
        };
        let deadline = section.take("deadline").is_some().then(|| section.duration_or("deadline", DEADLINE_DEFAULT));
        let class = class_digest(&section.string_or("class", ""));
        let detectors = read_detectors(&mut section);
        section.finish();
        Some(Self { text: path, terms: Terms { deadline, class }, detectors })
    }

    /// What holds for a route that says nothing about scoring, when there is a `scoring:` section.
    pub fn standard() -> Option<Self> {
        Some(Self { text: FieldPath::parse("message").ok()?, terms: Terms::default(), detectors: Wanted::ALL })
    }
}

/// `detectors: [rate, novelty]`, or `off`; all of them if nothing is said.
fn read_detectors(section: &mut Section<'_, '_>) -> Wanted {
    let Some(node) = section.take("detectors") else { return Wanted::ALL };
    if matches!(node.data, Data::Bool(false)) || node.as_str() == Some("off") {
        return Wanted::NONE;
    }
    let Some(items) = node.as_list() else {
        let _ = section.wrong::<()>(node, "a list of detectors");
        return Wanted::NONE;
    };
    items.iter().fold(Wanted::NONE, |wanted, item| {
        item.as_str().and_then(|name| wanted.with(name)).unwrap_or_else(|| {
            let known: Vec<&str> = DETECTORS.iter().map(|(name, _)| *name).collect();
            let error = item.error(format!("there is no detector {}", item.describe()));
            section.problem(error.help(format!("detectors: {}", known.join(", "))));
            wanted
        })
    })
}

/// Routes of one class share verdicts.
pub(super) fn class_digest(class: &str) -> u64 {
    xxh3_64(class.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{Problems, read_text};

    fn read(yaml: &str) -> (Settings, Vec<String>) {
        let node = read_text("c.yml", yaml).unwrap();
        let problems = Problems::default();
        let settings = Settings::read(Section::new(&node, &problems), None);
        (settings, problems.into_vec().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_whole_section_is_read() {
        let (settings, problems) = read(concat!(
            "judges: [rules, ollama]\n",
            "deadline: 3s\n",
            "ollama: { url: 'http://o:11434', model: 'qwen2.5:7b', budget: { calls_per_hour: 2000 } }\n",
            "cache: { ttl: 1d, store: file }\n",
            "rules: { keywords: [{ match: 订单丢失, severity: CRITICAL, category: orders }] }\n",
        ));
        assert_eq!(problems, [""; 0]);
        assert_eq!(settings.deadline, Duration::from_secs(3));
        assert_eq!(settings.cache.store, StoreSettings::File(None));
        assert_eq!(settings.rules.keywords[0].weight, Weight::Sure(Severity::Critical));
        assert_eq!(settings.models[0].1.limits.calls_per_hour, Some(2000));
    }

    #[test]
    fn verdicts_may_be_shared() {
        let (settings, problems) = read("cache: { store: kafka, brokers: [k:9092], properties: { linger.ms: 5 } }\n");
        assert_eq!(problems, [""; 0]);
        let StoreSettings::Kafka(topic) = settings.cache.store else { panic!("{:?}", settings.cache) };
        assert_eq!(topic.topic, "logboom-verdicts");
        assert_eq!(topic.client["bootstrap.servers"], "k:9092");
        assert_eq!(topic.client["linger.ms"], "5");
        for yaml in ["cache: { store: kafka }", "cache: { store: kafka, path: x, brokers: [k] }", "cache: { topic: t }"]
        {
            assert_eq!(read(yaml).1.len(), 1, "{yaml}");
        }
        let node = read_text("c.yml", "cache: { store: kafka, topic: t }").unwrap();
        let (problems, source) = (Problems::default(), BTreeMap::from([("bootstrap.servers".into(), "s:1".into())]));
        let settings = Settings::read(Section::new(&node, &problems), Some(&source));
        assert_eq!(settings.cache.store, StoreSettings::Kafka(TopicSettings { topic: "t".into(), client: source }));
    }

    #[test]
    fn all_problems_come_at_once() {
        let (_, problems) = read("judges: [rulez, gpt]\ncache: { store: redis }\ndeadlin: 2s\n");
        assert_eq!(problems.len(), 4, "{problems:#?}");
    }

    #[test]
    fn a_route_may_be_off() {
        let problems = Problems::default();
        for text in ["off", "false"] {
            assert!(RouteSettings::read(&read_text("c.yml", text).unwrap(), &problems).is_none());
        }
        let detectors = |text| RouteSettings::read(&read_text("c.yml", text).unwrap(), &problems).unwrap().detectors;
        assert_eq!(detectors("{ detectors: off }"), Wanted::NONE);
        assert_eq!(Some(detectors("{ detectors: [rate] }")), Wanted::NONE.with("rate"));
        assert!(detectors("{ deadline: 1s }").has("silence"));
        let route =
            RouteSettings::read(&read_text("c.yml", "{ text: log.original, deadline: 5s }").unwrap(), &problems);
        assert_eq!(route.unwrap().terms.deadline, Some(Duration::from_secs(5)));
        assert!(problems.into_vec().is_empty());
        let problems = Problems::default();
        RouteSettings::read(&read_text("c.yml", "{ detectors: [rat] }").unwrap(), &problems);
        assert_eq!(problems.into_vec().len(), 1);
    }
}
