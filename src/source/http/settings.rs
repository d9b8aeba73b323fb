//! `type: http` of `sources:`.

use crate::config::Section;
use crate::source::spool::SpoolSettings;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct HttpSettings {
    pub listen: SocketAddr,
    pub index: IndexFrom,
    pub ids: Ids,
    /// Elasticsearch's version as clients are told.
    pub version: String,
    pub cluster_name: String,
    pub auth: AuthSettings,
    pub tls: Option<TlsSettings>,
    /// A request's body, decompressed.
    pub body_bytes_max: usize,
    /// All bodies that are being received.
    pub receive_bytes_max: usize,
    pub spool: SpoolSettings,
    pub commit_interval: Duration,
}

/// What decides where a document goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexFrom {
    /// `to` of its route; what the request names is not heeded.
    Routes,
    /// The index that the request names.
    Request,
}

/// What a document's `_id` is made of when the request gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Where it lies in the spool.
    Coordinates,
    /// Its bytes, where they name a line of a file; else its coordinates.
    Content,
    /// The line of a file that it is; else its coordinates.
    Line,
}

/// Who may send. Empty: everybody.
#[derive(Clone, Debug, Default)]
pub struct AuthSettings {
    /// Names and passwords.
    pub users: Vec<(String, String)>,
    /// `id:key`.
    pub api_keys: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct TlsSettings {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Authorities of client certificates, which are demanded when this is set.
    pub client_ca: Option<PathBuf>,
}

const VERSION_DEFAULT: &str = "8.19.0";
/// Elasticsearch's own bound on a request.
const BODY_BYTES_DEFAULT: u64 = 100 << 20;
const RECEIVE_BYTES_DEFAULT: u64 = 256 << 20;
const SPOOL_BYTES_DEFAULT: u64 = 10 << 30;
const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;
/// A segment that is nearly as large as the spool would not be given back before the spool is full.
const SEGMENTS_MIN: u64 = 4;

impl HttpSettings {
    pub(in crate::source) fn read(name: &str, section: &mut Section<'_, '_>, folder: &Path, data_dir: &Path) -> Self {
        let listen = section.require("listen").and_then(|node| {
            let address = section.text_of(node)?.parse().ok();
            address.or_else(|| section.wrong(node, "an address such as 0.0.0.0:9200"))
        });
        let index = section.choice(
            "index",
            IndexFrom::Routes,
            &[("routes", IndexFrom::Routes), ("request", IndexFrom::Request)],
        );
        let ids = section.choice(
            "ids",
            Ids::Content,
            &[("content", Ids::Content), ("line", Ids::Line), ("coordinates", Ids::Coordinates)],
        );
        let auth = section.section("auth").map(read_auth).unwrap_or_default();
        let tls = section.section("tls").map(|mut tls| {
            let settings = TlsSettings {
                certificate: folder.join(tls.required_string("certificate")),
                key: folder.join(tls.required_string("key")),
                client_ca: tls.string("client_ca").map(|path| folder.join(path)),
            };
            tls.finish();
            settings
        });
        let body = section.bytes_or("body_max", BODY_BYTES_DEFAULT);
        let receive = section.bytes_or("receive_max", RECEIVE_BYTES_DEFAULT.max(body.saturating_mul(2)));
        if receive < body {
            let error = section.node.error(format!("`receive_max` ({receive}) is less than `body_max` ({body})"));
            section.problem(error.help("a request of the size that `body_max` allows could never be taken"));
        }
        Self {
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9200))),
            index,
            ids,
            version: section.string_or("version", VERSION_DEFAULT),
            cluster_name: section.string_or("cluster_name", "logboom"),
            auth,
            tls,
            body_bytes_max: body as usize,
            receive_bytes_max: receive as usize,
            spool: read_spool(name, section, folder, data_dir),
            commit_interval: section.duration_or("commit_interval", Duration::from_secs(1)),
        }
    }
}

fn read_spool(name: &str, section: &mut Section<'_, '_>, folder: &Path, data_dir: &Path) -> SpoolSettings {
    let mut settings = SpoolSettings {
        path: data_dir.join(format!("spool-{name}")),
        bytes_max: SPOOL_BYTES_DEFAULT,
        segment_bytes_max: SEGMENT_BYTES_DEFAULT,
    };
    let Some(mut spool) = section.section("spool") else { return settings };
    if let Some(path) = spool.string("path") {
        settings.path = folder.join(path);
    }
    settings.bytes_max = spool.bytes_or("size_max", settings.bytes_max);
    let fitting = settings.segment_bytes_max.min(settings.bytes_max / SEGMENTS_MIN);
    settings.segment_bytes_max = spool.bytes_or("segment_max", fitting);
    if settings.segment_bytes_max > settings.bytes_max / SEGMENTS_MIN {
        let error = spool.node.error(format!(
            "`segment_max` ({}) is more than a quarter of `size_max` ({})",
            settings.segment_bytes_max, settings.bytes_max
        ));
        spool.problem(error.help("space is given back by whole segments: make them smaller"));
    }
    spool.finish();
    settings
}

fn read_auth(mut section: Section<'_, '_>) -> AuthSettings {
    let users = section.named("users").iter();
    let users = users.filter_map(|(name, password)| Some((name.text.clone(), section.text_of(password)?))).collect();
    let api_keys = section.strings("api_keys").unwrap_or_default();
    // The keys are secrets: a wrong one is not shown.
    if let Some(at) =
        api_keys.iter().position(|key| key.split_once(':').is_none_or(|(id, key)| id.is_empty() || key.is_empty()))
    {
        section.problem(section.node.error(format!("API key number {} of `api_keys` is not `id:key`", at + 1)));
    }
    let settings = AuthSettings { users, api_keys };
    if settings.users.is_empty() && settings.api_keys.is_empty() {
        section.problem(section.node.error("`auth` lets nobody in: it has neither `users` nor `api_keys`"));
    }
    section.finish();
    settings
}
