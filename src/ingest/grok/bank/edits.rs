//! Where Elasticsearch's banks differ from the pattern files that both come from.
//!
//! Found by holding every pattern against `GET _ingest/processor/grok` of Elasticsearch 8.19.8 and 9.4.3. Some differences are plainly
//! slips of a rewriting of `[a][b]` to `a.b` on the node's side (`[^@]` became `^@`); they decide what matches there, so they do here.

use super::Definitions;
use std::borrow::Cow;

/// A difference in one pattern.
#[derive(Debug)]
pub enum Edit {
    /// These captures are `:long` on the node and `:int` in the files.
    Long(&'static str, &'static [&'static str]),
    /// A part of the definition is another.
    Replace(&'static str, &'static str, &'static str),
    /// The node has no such pattern.
    Remove(&'static str),
}

impl Edit {
    pub fn apply(&self, bank: &mut Definitions) {
        match *self {
            Self::Long(name, fields) => {
                for field in fields {
                    replace(bank, name, &format!(":{field}:int}}"), &format!(":{field}:long}}"));
                }
            }
            Self::Replace(name, from, to) => replace(bank, name, from, to),
            Self::Remove(name) => drop(bank.remove(name)),
        }
    }
}

fn replace(bank: &mut Definitions, name: &str, from: &str, to: &str) {
    if let Some(definition) = bank.get_mut(name) {
        *definition = Cow::Owned(definition.replace(from, to));
    }
}

pub const LEGACY: &[Edit] = &[
    Edit::Replace("LOGLEVEL", "[Ii]nfo?(?:rmation)?|INFO?(?:RMATION)?|", "[Ii]nfo|INFO|"),
    Edit::Replace("TIMESTAMP_ISO8601", "%{HOUR}", "%{ISO8601_HOUR}"),
    Edit::Replace("UNIXPATH", "(/[[[:alnum:]]_%!$@:.,+~-]*)+", r"(/([\w_%!$@:.,+~-]+|\\.)*)+"),
];

pub const LEGACY_ADDED: &[(&str, &str)] = &[ISO8601_HOUR, DATE_YMD, TIMESTAMP_YMD];

const ISO8601_HOUR: (&str, &str) = ("ISO8601_HOUR", "(?:2[0123]|[01][0-9])");
/// This and the next: since Elasticsearch 9.
const DATE_YMD: (&str, &str) = ("DATE_YMD", "%{YEAR}[./-]%{MONTHNUM2}[./-]%{MONTHDAY}");
const TIMESTAMP_YMD: (&str, &str) = ("TIMESTAMP_YMD", "%{DATE_YMD}[ ]%{TIME}");

const CONNECTION_COUNTS: &[&str] = &[
    "zeek.connection.orig_bytes",
    "zeek.connection.resp_bytes",
    "zeek.connection.missed_bytes",
    "source.packets",
    "source.bytes",
    "destination.packets",
    "destination.bytes",
];
const FILE_COUNTS: &[&str] =
    &["zeek.files.seen_bytes", "file.size", "zeek.files.missing_bytes", "zeek.files.overflow_bytes"];
const BODY_BYTES: &[&str] = &["http.request.body.bytes", "http.response.body.bytes"];
const CLOUDFRONT_BYTES: &[&str] = &[
    "destination.bytes",
    "source.bytes",
    "aws.cloudfront.http.request.size",
    "aws.cloudfront.http.request.range.start",
    "aws.cloudfront.http.request.range.end",
];

pub const ECS_V1: &[Edit] = &[
    Edit::Long("BACULA_LOG_READYAPPEND", &["bacula.volume.size"]),
    Edit::Long("BRO_CONN", CONNECTION_COUNTS),
    Edit::Long("BRO_FILES", FILE_COUNTS),
    Edit::Long("BRO_HTTP", BODY_BYTES),
    Edit::Long("CISCOFW302013_302014_302015_302016", &["network.bytes"]),
    Edit::Long("CLOUDFRONT_ACCESS_LOG", CLOUDFRONT_BYTES),
    Edit::Long("ELB_V1_HTTP_LOG", BODY_BYTES),
    Edit::Long("HAPROXYHTTPBASE", &["source.bytes"]),
    Edit::Long("HAPROXYTCP", &["source.bytes"]),
    Edit::Long("HTTPD24_ERRORLOG", &["process.pid"]),
    Edit::Long("HTTPD_COMMONLOG", &["http.response.body.bytes"]),
    Edit::Long("NETSCREENSESSIONLOG", &["source.bytes", "destination.bytes"]),
    Edit::Long("RT_FLOW1", &["source.bytes", "destination.bytes"]),
    Edit::Long("S3_ACCESS_LOG", &["aws.s3access.bytes_sent", "aws.s3access.object_size"]),
    Edit::Long("SQUID3", &["http.response.bytes"]),
    Edit::Long("ZEEK_CONN", CONNECTION_COUNTS),
    Edit::Long("ZEEK_FILES", FILE_COUNTS),
    Edit::Long("ZEEK_FILES", &["zeek.files.extracted_size"]),
    Edit::Long("ZEEK_HTTP", BODY_BYTES),
    Edit::Remove("CLOUDFRONT_EDGE_LOCATION"),
    Edit::Replace("BIND9_QUERYLOG", ":bind.log.category}", ":bing.log.category}"),
    Edit::Replace("CISCOFW106023", r"\[%{DATA:@metadata", r"\%{DATA:[@metadata"),
    Edit::Replace("CISCOFW106100", r"\[%{DATA:@metadata", r"\%{DATA:[@metadata"),
    Edit::Replace("CISCOFW106100_2_3", r"\[%{DATA:@metadata", r"\%{DATA:[@metadata"),
    Edit::Replace("CISCOFW302013_302014_302015_302016", r"user.name}\))? to", r"user.name?}\))? to"),
    Edit::Replace("CISCOFW733100", r"\[\s*%{DATA:", r"\\s*%{DATA:["),
    Edit::Replace("CLOUDFRONT_ACCESS_LOG", "%{CLOUDFRONT_EDGE_LOCATION:", "%{WORD:"),
    Edit::Replace("ELB_URI", "[^@]", "^@"),
    Edit::Replace("EXIM_REMOTE_HOST", r"\[%{IP:", r"\%{IP:"),
    Edit::Replace("IPTABLES", "[A-Fa-f0-9]{2}", "A-Fa-f0-9{2}"),
    Edit::Replace("S3_ACCESS_LOG", r"\[%{HTTPDATE:timestamp}\]", r"\%{HTTPDATE:timestamp}\"),
    Edit::Replace("ZEEK_FILES_RX_HOSTS", r"[\s,]", r"\s,"),
    Edit::Replace("ZEEK_FILES_TX_HOSTS", r"[\s,]", r"\s,"),
];

pub const ECS_V1_ADDED: &[(&str, &str)] = &[DATE_YMD, TIMESTAMP_YMD];
