//! The processors: one file each, registered in one table.
//!
//! To add one: write its file with a `compile` function ([`super::Factory`]), add its line to [`PROCESSORS`] (kept in alphabetical
//! order) and its page to `docs/processors/`.

use super::Factory;

mod append;
mod attachment;
pub(super) mod bytes;
mod cef;
mod circle;
pub(super) mod community_id;
mod convert;
mod csv;
mod date;
mod date_index_name;
mod dedupe;
mod dissect;
mod dot_expander;
mod drop;
mod enrich;
mod fail;
mod fingerprint;
mod foreach;
mod geo_grid;
mod geoip;
mod grok;
mod gsub;
mod html_strip;
mod http_lookup;
mod inference;
mod join;
mod json;
mod kv;
mod lowercase;
mod network_direction;
mod pipeline;
mod recover_failure_document;
mod redact;
mod registered_domain;
mod remove;
mod rename;
mod reroute;
mod sample;
mod script;
mod set;
mod set_security_user;
mod sort;
mod split;
mod table;
mod terminate;
mod throttle;
mod trim;
mod truncate;
mod uppercase;
pub(super) mod uri_parts;
pub(super) mod urldecode;
mod user_agent;

pub(in crate::ingest) use fingerprint::feed_value;

/// Every processor by the name that pipelines use.
pub const PROCESSORS: &[(&str, Factory)] = &[
    ("append", append::compile),
    ("attachment", attachment::compile),
    ("bytes", bytes::compile),
    ("cef", cef::compile),
    ("circle", circle::compile),
    ("community_id", community_id::compile),
    ("convert", convert::compile),
    ("csv", csv::compile),
    ("date", date::compile),
    ("date_index_name", date_index_name::compile),
    ("dedupe", dedupe::compile),
    ("dissect", dissect::compile),
    ("dot_expander", dot_expander::compile),
    ("drop", drop::compile),
    ("enrich", enrich::compile),
    ("fail", fail::compile),
    ("fingerprint", fingerprint::compile),
    ("foreach", foreach::compile),
    ("geo_grid", geo_grid::compile),
    ("geoip", geoip::compile),
    ("grok", grok::compile),
    ("gsub", gsub::compile),
    ("html_strip", html_strip::compile),
    ("http_lookup", http_lookup::compile),
    ("inference", inference::compile),
    ("ip_location", geoip::compile),
    ("join", join::compile),
    ("json", json::compile),
    ("kv", kv::compile),
    ("lowercase", lowercase::compile),
    ("network_direction", network_direction::compile),
    ("pipeline", pipeline::compile),
    ("recover_failure_document", recover_failure_document::compile),
    ("redact", redact::compile),
    ("registered_domain", registered_domain::compile),
    ("remove", remove::compile),
    ("rename", rename::compile),
    ("reroute", reroute::compile),
    ("sample", sample::compile),
    ("script", script::compile),
    ("set", set::compile),
    ("set_security_user", set_security_user::compile),
    ("sort", sort::compile),
    ("split", split::compile),
    ("table", table::compile),
    ("terminate", terminate::compile),
    ("throttle", throttle::compile),
    ("trim", trim::compile),
    ("truncate", truncate::compile),
    ("uppercase", uppercase::compile),
    ("uri_parts", uri_parts::compile),
    ("urldecode", urldecode::compile),
    ("user_agent", user_agent::compile),
];

/// The processor `kind`, with its name as a static string.
pub fn find(kind: &str) -> Option<(&'static str, Factory)> {
    PROCESSORS.iter().find(|(name, _)| *name == kind).copied()
}

/// The processor whose name is nearest to a misspelt one.
pub fn suggest(kind: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = PROCESSORS.iter().map(|(name, _)| *name).collect();
    crate::config::nearest(kind, &names)
}
