//! `outputs:` of logboom.yml.

use super::elasticsearch::{Auth, BulkSettings, ElasticsearchSettings, Tls};
use super::{LinesSettings, OutputSettings, Overflow, Remains};
use crate::config::{Node, Problems, Section};
use std::path::Path;
use std::time::Duration;

/// An output that is restarted is back sooner.
const OVERFLOW_AFTER_DEFAULT: Duration = Duration::from_secs(60);

impl OutputSettings {
    /// Reads one output. Its type is `type:`, or its name where that is a type's name.
    pub fn read(name: &str, node: &Node, folder: &Path, problems: &Problems) -> Option<Self> {
        const TYPES: &[(&str, &str)] =
            &[("elasticsearch", "elasticsearch"), ("file", "file"), ("stdout", "stdout"), ("null", "null")];
        let mut section = Section::new(node, problems);
        let by_name = TYPES.iter().find(|(t, _)| *t == name).map_or("elasticsearch", |(t, _)| *t);
        let settings = match section.choice("type", by_name, TYPES) {
            "file" => {
                let path = folder.join(section.required_string("path"));
                Self::Lines(LinesSettings::File { path })
            }
            "stdout" => Self::Lines(LinesSettings::Stdout),
            "null" => Self::Null,
            _ => Self::Elasticsearch(read_elasticsearch(&mut section, folder)),
        };
        section.finish();
        Some(settings)
    }
}

fn read_elasticsearch(section: &mut Section<'_, '_>, folder: &Path) -> ElasticsearchSettings {
    let urls = section.strings("urls").unwrap_or_default();
    if urls.is_empty() {
        section.problem(section.node.error("the setting `urls` is missing").help("urls: [\"https://localhost:9200\"]"));
    }
    for url in &urls {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            section.problem(section.node.error(format!("`{url}` is not an http(s) URL")));
        }
    }
    let auth = section.section("auth").map_or(Auth::None, read_auth);
    let tls = section.section("tls").map_or_else(Tls::default, |mut tls| {
        let settings =
            Tls { ca: tls.string("ca").map(|path| folder.join(path)), insecure: tls.bool_or("insecure", false) };
        tls.finish();
        settings
    });
    let bulk = section.section("bulk").map_or_else(BulkSettings::default, read_bulk);
    let after = section.duration_or("overflow_after", OVERFLOW_AFTER_DEFAULT);
    let give_up = |to| Overflow::GiveUp { after, to };
    let policies =
        [("block", Overflow::Block), ("shed", give_up(Remains::Count)), ("dead_letter", give_up(Remains::DeadLetter))];
    let overflow = section.choice("overflow", Overflow::Block, &policies);
    ElasticsearchSettings { urls, auth, tls, bulk, overflow }
}

fn read_auth(mut section: Section<'_, '_>) -> Auth {
    let (user, password) = (section.string("user"), section.string("password"));
    let (api_key, bearer) = (section.string("api_key"), section.string("bearer"));
    let auth = match (user, password, api_key, bearer) {
        (Some(user), Some(password), None, None) => Auth::Basic { user, password },
        (None, None, Some(key), None) => Auth::ApiKey(key),
        (None, None, None, Some(token)) => Auth::Bearer(token),
        _ => {
            let error = section.node.error("`auth` needs either `user` and `password`, or `api_key`, or `bearer`");
            section.problem(error);
            Auth::None
        }
    };
    section.finish();
    auth
}

fn read_bulk(mut section: Section<'_, '_>) -> BulkSettings {
    let defaults = BulkSettings::default();
    let settings = BulkSettings {
        bytes_max: section.bytes_or("bytes_max", defaults.bytes_max as u64) as usize,
        linger: section.duration_or("linger", defaults.linger),
        concurrency_max: section.count_or("concurrency_max", defaults.concurrency_max as u64, 1..=256) as usize,
        timeout: section.duration_or("timeout", defaults.timeout),
        gzip: section.choice("compression", true, &[("gzip", true), ("none", false)]),
        blocked_patience: section.duration_or("blocked_patience", defaults.blocked_patience),
        look_up: section.bool_or("look_up", defaults.look_up),
    };
    section.finish();
    settings
}
