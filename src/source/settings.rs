//! `sources:` of logboom.yml.

use crate::config::{Node, Problems, Section, kafka_client};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One source.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    pub codec: Codec,
    pub kind: SourceKind,
}

/// What a record's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// JSON as Filebeat writes it: `@metadata` is honoured and taken off.
    Filebeat,
    /// Any JSON object.
    Json,
    /// A line of text: it becomes `message`.
    Plain,
}

#[derive(Clone, Debug)]
pub enum SourceKind {
    Kafka(KafkaSettings),
    File(FileSettings),
    Http(Box<super::HttpSettings>),
    Stdin,
    /// Not for configuration files: the demo's and tests' own.
    Generated(super::GeneratedSettings),
    /// Not for configuration files: `logboom dlq replay`.
    Replay(Box<super::ReplaySettings>),
}

#[derive(Clone, Debug)]
pub struct KafkaSettings {
    /// Names, and regular expressions that begin with `^`.
    pub topics: Vec<String>,
    pub group: String,
    /// Part of every `_id`: tells a topic from its predecessor of the same name. Empty: no part.
    pub id_salt: String,
    pub start: StartOffset,
    pub commit_interval: Duration,
    pub drain_on_revoke: Duration,
    /// librdkafka's properties: brokers, TLS, SASL, and the user's own.
    pub client: BTreeMap<String, String>,
}

/// Where a group without a committed offset begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartOffset {
    Earliest,
    Latest,
}

#[derive(Clone, Debug)]
pub struct FileSettings {
    /// Paths and globs.
    pub paths: Vec<String>,
    pub start: StartOffset,
    /// Where the position in each file is kept.
    pub positions: PathBuf,
    /// Ends at the files' ends instead of waiting for more.
    pub once: bool,
}

impl SourceSettings {
    pub fn read(name: &str, node: &Node, folder: &Path, data_dir: &Path, problems: &Problems) -> Option<Self> {
        const TYPES: &[(&str, &str)] = &[("kafka", "kafka"), ("file", "file"), ("http", "http"), ("stdin", "stdin")];
        let mut section = Section::new(node, problems);
        let by_name = TYPES.iter().find(|(t, _)| *t == name).map_or("kafka", |(t, _)| *t);
        let kind = match section.choice("type", by_name, TYPES) {
            "file" => SourceKind::File(read_file_source(name, &mut section, folder, data_dir)),
            "http" => {
                let http = super::HttpSettings::read(name, &mut section, folder, data_dir);
                section.finish();
                // What it takes is always what Beats send.
                return Some(Self { codec: Codec::Filebeat, kind: SourceKind::Http(Box::new(http)) });
            }
            "stdin" => SourceKind::Stdin,
            _ => SourceKind::Kafka(read_kafka(&mut section)),
        };
        let default = if matches!(kind, SourceKind::Kafka(_)) { Codec::Filebeat } else { Codec::Plain };
        let codec = section.choice(
            "codec",
            default,
            &[("filebeat", Codec::Filebeat), ("json", Codec::Json), ("plain", Codec::Plain)],
        );
        section.finish();
        Some(Self { codec, kind })
    }

    /// librdkafka's properties of a kafka source.
    pub fn kafka_client(&self) -> Option<&BTreeMap<String, String>> {
        match &self.kind {
            SourceKind::Kafka(kafka) => Some(&kafka.client),
            _ => None,
        }
    }
}

const START: &[(&str, StartOffset)] = &[("earliest", StartOffset::Earliest), ("latest", StartOffset::Latest)];

fn read_kafka(section: &mut Section<'_, '_>) -> KafkaSettings {
    let brokers = section.strings("brokers").unwrap_or_default();
    if brokers.is_empty() {
        section.problem(section.node.error("the setting `brokers` is missing").help("brokers: [\"kafka:9092\"]"));
    }
    let topics = section.strings("topics").unwrap_or_default();
    if topics.is_empty() {
        section.problem(section.node.error("the setting `topics` is missing").help("topics: [filebeat, \"^app-.*\"]"));
    }
    let mut client = kafka_client(section);
    client.insert("bootstrap.servers".into(), brokers.join(","));
    if let Some(instance) = section.string("instance") {
        client.insert("group.instance.id".into(), instance);
    }
    KafkaSettings {
        topics,
        group: section.string_or("group", "logboom"),
        start: section.choice("start", StartOffset::Earliest, START),
        id_salt: section.string_or("id_salt", ""),
        commit_interval: section.duration_or("commit_interval", Duration::from_secs(1)),
        drain_on_revoke: section.duration_or("drain_on_revoke", Duration::from_secs(5)),
        client,
    }
}

fn read_file_source(name: &str, section: &mut Section<'_, '_>, folder: &Path, data_dir: &Path) -> FileSettings {
    let paths = section.strings("paths").unwrap_or_default();
    if paths.is_empty() {
        section.problem(section.node.error("the setting `paths` is missing").help("paths: [/var/log/*.log]"));
    }
    FileSettings {
        paths: paths.iter().map(|p| folder.join(p).display().to_string()).collect(),
        start: section.choice("start", StartOffset::Earliest, START),
        positions: data_dir.join(format!("positions-{name}.json")),
        once: section.bool_or("once", false),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;

    #[test]
    fn what_librdkafka_is_told() {
        let told = |lines: &str| {
            let text = format!("brokers: [\"a:9092\", \"b:9092\"]\ntopics: [logs]\n{lines}\n");
            let (node, problems) = (read_text("logboom.yml", &text).unwrap(), Problems::default());
            let source = SourceSettings::read("kafka", &node, Path::new("."), Path::new("."), &problems).unwrap();
            assert_eq!(problems.into_vec(), []);
            source.kafka_client().unwrap().clone()
        };
        for (lines, property, value) in [
            ("", "bootstrap.servers", Some("a:9092,b:9092")),
            ("", "security.protocol", Some("plaintext")),
            ("", "group.instance.id", None),
            ("instance: logboom-3", "group.instance.id", Some("logboom-3")),
            ("tls: { ca: ca.pem }", "security.protocol", Some("ssl")),
            ("tls: { ca: ca.pem }", "ssl.ca.location", Some("ca.pem")),
            ("sasl: { mechanism: PLAIN, username: u, password: p }", "security.protocol", Some("sasl_plaintext")),
            ("properties: { fetch.min.bytes: 1024 }", "fetch.min.bytes", Some("1024")),
        ] {
            assert_eq!(told(lines).get(property).map(String::as_str), value, "{property} by `{lines}`");
        }
    }
}
