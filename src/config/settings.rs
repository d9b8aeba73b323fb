//! `logboom.yml`, typed: what the program runs on. Every section is read by the room that it configures; this file holds them together.

use super::{ConfigError, Digests, Node, Position, Problems, Section, read_file};
use crate::alert::AlertSettings;
use crate::delivery::DeadLetterSettings;
use crate::route::RouteSettings;
use crate::score;
use crate::sink::OutputSettings;
use crate::source::SourceSettings;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything in `logboom.yml`.
pub struct Settings {
    pub sources: Vec<(String, SourceSettings)>,
    pub pipelines_dir: Option<PathBuf>,
    pub geoip_dir: Option<PathBuf>,
    pub routes: Vec<RouteSettings>,
    /// `None`: nothing is scored.
    pub scoring: Option<score::Settings>,
    pub alerts: AlertSettings,
    pub outputs: Vec<(String, OutputSettings)>,
    pub dead_letters: DeadLetterSettings,
    pub limits: Limits,
    /// `None`: nothing listens.
    pub console: Option<ConsoleSettings>,
    /// Where state that survives a restart lies: file positions, verdicts, dead letters.
    pub data_dir: PathBuf,
    /// Whether a change of the files is taken over by itself.
    pub watch: bool,
    /// What tells this version from another.
    pub digests: Digests,
}

/// `console:`.
#[derive(Clone)]
pub struct ConsoleSettings {
    pub listen: SocketAddr,
    /// What a request to `/api` has to bring.
    pub token: Option<String>,
}

/// Bounds of the whole process.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Payload bytes in flight.
    pub in_flight_bytes: u64,
    /// Worker threads; 0 stands for one a core.
    pub workers: usize,
    /// How long a stop may take before what is in flight is given up (and read again after the restart).
    pub shutdown: Duration,
    /// A record larger than this goes to the dead letters.
    pub record_bytes_max: usize,
}

/// Elasticsearch refuses requests above 100 MiB; a record near that is a mistake upstream.
const RECORD_BYTES_MAX_DEFAULT: u64 = 20 * 1024 * 1024;
const IN_FLIGHT_BYTES_DEFAULT: u64 = 128 * 1024 * 1024;

impl Settings {
    /// Reads and checks a configuration file. All problems come back at once.
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let node = read_file(path).map_err(|e| vec![e])?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::read(&node, folder)
    }

    /// Reads settings from a node; relative paths start from `folder`.
    pub fn read(node: &Node, folder: &Path) -> Result<Self, Vec<ConfigError>> {
        let problems = Problems::default();
        let settings = Self::read_sections(node, folder, &problems);
        let found = problems.into_vec();
        if found.is_empty() { Ok(settings) } else { Err(found) }
    }

    fn read_sections(node: &Node, folder: &Path, problems: &Problems) -> Self {
        let mut root = Section::new(node, problems);
        let data_dir = folder.join(root.string_or("data_dir", "data"));
        let sources = root
            .named("sources")
            .iter()
            .filter_map(|(key, node)| {
                Some((key.text.clone(), SourceSettings::read(&key.text, node, folder, &data_dir, problems)?))
            })
            .collect::<Vec<_>>();
        let outputs = root
            .named("outputs")
            .iter()
            .filter_map(|(key, node)| {
                Some((key.text.clone(), OutputSettings::read(&key.text, node, folder, problems)?))
            })
            .collect::<Vec<_>>();
        let pipelines_dir = root.string("pipelines").map(|dir| folder.join(dir));
        let geoip_dir = root.string("geoip").map(|dir| folder.join(dir));
        let source_client = sources.iter().find_map(|(_, source)| source.kafka_client());
        let mut scoring = root.section("scoring").map(|section| score::Settings::read(section, source_client));
        if let Some(scoring) = &mut scoring {
            scoring.data_dir = Some(data_dir.clone());
        }
        let alerts = root.section("alerts").map(|section| AlertSettings::read(section, folder)).unwrap_or_default();
        let routes = RouteSettings::read_all(root.list("routes"), &outputs, &alerts, scoring.is_some(), problems);
        let dead_letters = read_dead_letters(root.section("dead_letters"), folder, &data_dir, &sources, &outputs);
        let limits = Limits::read(root.section("limits"));
        let console = read_console(root.section("console"));
        let watch = root.bool_or("watch", true);
        if sources.is_empty() {
            root.problem(root.node.error("no sources: add at least one under `sources`"));
        }
        if outputs.is_empty() {
            root.problem(root.node.error("no outputs: add at least one under `outputs`"));
        }
        root.finish();
        Self {
            sources,
            pipelines_dir,
            geoip_dir,
            routes,
            scoring,
            alerts,
            outputs,
            dead_letters,
            limits,
            console,
            data_dir,
            watch,
            digests: Digests::of(node, folder),
        }
    }
}

impl Limits {
    fn read(section: Option<Section<'_, '_>>) -> Self {
        let defaults = Self {
            in_flight_bytes: IN_FLIGHT_BYTES_DEFAULT,
            workers: 0,
            shutdown: Duration::from_secs(30),
            record_bytes_max: RECORD_BYTES_MAX_DEFAULT as usize,
        };
        let Some(mut section) = section else { return defaults };
        let limits = Self {
            in_flight_bytes: section.bytes_or("in_flight", defaults.in_flight_bytes),
            workers: section.count_or("workers", 0, 0..=1_024) as usize,
            shutdown: section.duration_or("shutdown", defaults.shutdown),
            record_bytes_max: section.bytes_or("record_max", RECORD_BYTES_MAX_DEFAULT) as usize,
        };
        section.finish();
        limits
    }
}

fn read_dead_letters(
    section: Option<Section<'_, '_>>,
    folder: &Path,
    data_dir: &Path,
    sources: &[(String, SourceSettings)],
    outputs: &[(String, OutputSettings)],
) -> DeadLetterSettings {
    let file = DeadLetterSettings::File { path: data_dir.join("dead-letters.ndjson") };
    let Some(mut section) = section else { return file };
    let settings = match section.choice(
        "type",
        "file",
        &[("file", "file"), ("kafka", "kafka"), ("elasticsearch", "elasticsearch")],
    ) {
        "elasticsearch" => {
            let data_stream = section.string_or("data_stream", "logs-logboom.dead_letters-default");
            let wanted = section.string("output");
            let found = outputs.iter().find_map(|(name, output)| match output {
                OutputSettings::Elasticsearch(settings) if wanted.as_ref().is_none_or(|wanted| wanted == name) => {
                    Some(settings)
                }
                _ => None,
            });
            match found {
                Some(output) => DeadLetterSettings::Elasticsearch { output: Box::new(output.clone()), data_stream },
                None => {
                    section.problem(section.node.error("there is no such output of type `elasticsearch`"));
                    file
                }
            }
        }
        "kafka" => {
            let topic = section.required_string("topic");
            let brokers = section.strings("brokers");
            let mut client = super::kafka_client(&mut section);
            // Without brokers of its own, the dead letters go to the cluster that the records come from.
            let inherited = sources.iter().find_map(|(_, source)| source.kafka_client().cloned());
            match (brokers, inherited) {
                (Some(brokers), _) => drop(client.insert("bootstrap.servers".into(), brokers.join(","))),
                (None, Some(inherited)) => client = inherited,
                (None, None) => section
                    .problem(section.node.error("`brokers` is missing, and there is no kafka source to take it from")),
            }
            DeadLetterSettings::Kafka { topic, client }
        }
        _ => match section.string("path") {
            Some(path) => DeadLetterSettings::File { path: folder.join(path) },
            None => file,
        },
    };
    section.finish();
    settings
}

fn read_console(section: Option<Section<'_, '_>>) -> Option<ConsoleSettings> {
    let mut section = section?;
    let listen = section.take("listen");
    let address = listen.and_then(|node| {
        let parsed = node.as_str().and_then(|s| s.parse().ok());
        parsed.or_else(|| section.wrong(node, "an address such as 127.0.0.1:8686"))
    });
    let token = section.string("token");
    if token.as_ref().is_some_and(String::is_empty) {
        section.problem(section.node.error("`token` is empty").help("token: \"${env:LOGBOOM_CONSOLE_TOKEN}\""));
    }
    section.finish();
    let listen = address.or_else(|| "127.0.0.1:8686".parse().ok())?;
    Some(ConsoleSettings { listen, token })
}

/// The place of a file as a whole, for problems that have no line.
pub fn start_of(path: &Path) -> Position {
    Position { file: path.display().to_string().into(), line: 1, column: 1 }
}
