//! Data from outside that processors look things up in: GeoIP databases, user agent regexes, tables, enrich policies, servers.
//!
//! [`Enrich`] owns the data; processors get handles from it while they are compiled, and look up through them without I/O (but for
//! [`http`], whose handle waits for a server's answer). [`Enrich::refresh`] reads the files that changed and swaps their contents
//! in: handles see the new data with the next record.

mod cache;
mod file;
pub mod geoip;
pub mod http;
mod opened;
pub mod policy;
pub mod table;
pub mod user_agent;

pub use cache::Cache;
pub use file::{DataFile, RefreshError};

use crate::config;
use geoip::Database;
use http::{HttpLookup, HttpSpec, RequestThread};
use opened::Opened;
use policy::{Policy, Snapshot};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use table::{Table, TableSpec};
use user_agent::{UserAgentSource, UserAgents};

/// Where the data lies.
#[derive(Clone, Debug, Default)]
pub struct EnrichOptions {
    /// Folder of `.mmdb` databases for `geoip` and `ip_location`.
    pub geoip_dir: Option<PathBuf>,
    /// Folder that relative paths in pipelines (tables, custom `regex_file`s) start from.
    pub data_dir: Option<PathBuf>,
}

/// All look-up data of a process: what processors have asked for, each opened once.
#[derive(Default)]
pub struct Enrich {
    options: EnrichOptions,
    databases: Opened<String, Database>,
    user_agents: Opened<Option<String>, UserAgentSource>,
    tables: Opened<TableSpec, DataFile<Table>>,
    policies: Opened<String, DataFile<Snapshot>>,
    lookups: Opened<HttpSpec, HttpLookup>,
    /// No files but databases are read, no servers called: for pipelines that come from who knows whom.
    is_confined: bool,
    /// Started when the first look-up over HTTP is asked for.
    request_thread: Mutex<Option<RequestThread>>,
}

/// A piece of look-up data as metrics and the console show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    pub kind: &'static str,
    pub name: String,
    /// The version that the data says it has.
    pub version: Option<String>,
    /// When the data was made, where it says so: its age is a metric.
    pub built: Option<jiff::Timestamp>,
    pub available: bool,
}

impl Enrich {
    pub fn new(options: EnrichOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Look-up data for pipelines that are not trusted: GeoIP databases and the built-in user agents, nothing else.
    pub fn confined(options: EnrichOptions) -> Self {
        Self { options, is_confined: true, ..Self::default() }
    }

    /// Whether data besides databases may be opened.
    fn check_allowed(&self, what: &str) -> Result<(), String> {
        if self.is_confined {
            return Err(format!(
                "{what} cannot be used by a pipeline that came over HTTP: put it into the pipelines folder"
            ));
        }
        Ok(())
    }

    /// The GeoIP database in file `name`; it may be absent still, and appear later. None when there is no folder of databases.
    pub fn geoip(&self, name: &str) -> Option<Arc<Database>> {
        let dir = self.options.geoip_dir.as_deref()?;
        let open = || {
            let database = Database::new(name, dir);
            if let Some(file) = database.file() {
                // A file that cannot be read is a database that is not available until a refresh can read it.
                let _ = file.refresh();
            }
            Ok::<_, std::convert::Infallible>(database)
        };
        self.databases.get_or_open(&name.to_owned(), open).ok()
    }

    /// The user agent regexes in `file`, or those built in.
    pub fn user_agents(&self, file: Option<&str>) -> Result<Arc<UserAgentSource>, String> {
        self.user_agents.get_or_open(&file.map(str::to_owned), || {
            let Some(name) = file else {
                let built_in = UserAgents::built_in().map_err(|e| e.to_string())?;
                return Ok(UserAgentSource::BuiltIn(Box::new(built_in)));
            };
            self.check_allowed("a file of user agents")?;
            let file = DataFile::new(self.data_path(name), Box::new(user_agent::parse_file));
            file.refresh().map_err(|e| e.to_string())?;
            if file.contents().is_none() {
                return Err(format!("regex file [{name}] doesn't exist (has to exist at node startup)"));
            }
            Ok(UserAgentSource::File(file))
        })
    }

    /// The table that `spec` describes; its file must be there.
    pub fn table(&self, spec: &TableSpec) -> Result<Arc<DataFile<Table>>, String> {
        self.check_allowed("a table")?;
        self.tables.get_or_open(spec, || {
            let description = spec.clone();
            let parse = move |path: &Path, bytes| Table::parse(&description, path, bytes);
            existing(DataFile::new(self.data_path(&spec.file), Box::new(parse)))
        })
    }

    /// The snapshot of the enrich policy `name`: `enrich/<name>.yml` or `.json`, and `enrich/<name>.ndjson`.
    pub fn policy(&self, name: &str) -> Result<Arc<DataFile<Snapshot>>, String> {
        self.check_allowed("an enrich policy")?;
        if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(format!("[{name}] is no name of a policy"));
        }
        self.policies.get_or_open(&name.to_owned(), || {
            let path = |ending: &str| self.data_path("enrich").join(format!("{name}.{ending}"));
            let [yaml, json] = [path("yml"), path("json")];
            let Some(described) = [&yaml, &json].into_iter().find(|path| path.exists()) else {
                let (yaml, json) = (yaml.display(), json.display());
                return Err(format!("no enrich policy [{name}]: there is neither {yaml} nor {json}"));
            };
            let node = config::read_file(described).map_err(|e| e.to_string())?;
            let policy = Policy::read(&node).map_err(|reason| format!("{}: {reason}", described.display()))?;
            let parse = move |_: &Path, bytes| Snapshot::parse(&policy, bytes);
            existing(DataFile::new(path("ndjson"), Box::new(parse)))
        })
    }

    /// The text of the stored script `id`: `scripts/<id>.painless`, or `scripts/<id>.json` as `PUT _scripts/<id>` takes it.
    pub fn script(&self, id: &str) -> Result<String, String> {
        self.check_allowed("a stored script")?;
        if id.is_empty() || id.contains(['/', '\\']) || id.starts_with('.') {
            return Err(format!("[{id}] is no name of a script"));
        }
        let path = |ending: &str| self.data_path("scripts").join(format!("{id}.{ending}"));
        let [plain, json] = [path("painless"), path("json")];
        if plain.exists() {
            return std::fs::read_to_string(&plain).map_err(|e| format!("{}: {e}", plain.display()));
        }
        if !json.exists() {
            return Err(format!(
                "no stored script [{id}]: there is neither {} nor {}",
                plain.display(),
                json.display()
            ));
        }
        let node = config::read_file(&json).map_err(|e| e.to_string())?;
        let script = node.get("script").unwrap_or(&node);
        match script.get("lang").and_then(config::Node::as_str) {
            None | Some("painless") => {}
            Some(other) => return Err(format!("{}: script_lang not supported [{other}]", json.display())),
        }
        let source = script.get("source").and_then(config::Node::as_str);
        source.map(str::to_owned).ok_or_else(|| format!("{}: the script has no [source]", json.display()))
    }

    /// The look-up over HTTP that `spec` describes.
    pub fn http(&self, spec: &HttpSpec) -> Result<Arc<HttpLookup>, String> {
        self.check_allowed("a look-up over HTTP")?;
        self.lookups.get_or_open(spec, || {
            let mut thread = self.request_thread.lock().unwrap_or_else(PoisonError::into_inner);
            if thread.is_none() {
                *thread = Some(RequestThread::start()?);
            }
            let thread = thread.as_ref().ok_or("look-ups over HTTP have no thread")?;
            HttpLookup::new(spec.clone(), thread)
        })
    }

    fn data_path(&self, name: &str) -> PathBuf {
        self.options.data_dir.as_ref().map_or_else(|| PathBuf::from(name), |dir| dir.join(name))
    }

    /// Reads what changed on disk; each problem leaves the data as it was.
    pub fn refresh(&self) -> Vec<RefreshError> {
        let mut problems = Vec::new();
        let mut note = |result: Result<bool, RefreshError>| problems.extend(result.err());
        self.databases.list().iter().filter_map(|(_, d)| d.file()).for_each(|file| note(file.refresh()));
        self.user_agents.list().iter().filter_map(|(_, s)| s.file()).for_each(|file| note(file.refresh()));
        self.tables.list().iter().for_each(|(_, table)| note(table.refresh()));
        self.policies.list().iter().for_each(|(_, snapshot)| note(snapshot.refresh()));
        problems
    }

    /// What is in use, for metrics.
    pub fn status(&self) -> Vec<SourceStatus> {
        let plain = |kind, name: &str, available| SourceStatus {
            kind,
            name: name.to_owned(),
            version: None,
            built: None,
            available,
        };
        let mut all = Vec::new();
        for (name, database) in self.databases.list() {
            let contents = database.contents();
            let contents = contents.as_ref().and_then(|c| c.as_deref());
            all.push(SourceStatus {
                version: contents.map(|c| c.database_type.clone()),
                built: contents.map(|c| c.built),
                ..plain("geoip", &name, contents.is_some())
            });
        }
        for (name, source) in self.user_agents.list() {
            all.push(SourceStatus {
                version: name.is_none().then(|| user_agent::BUILT_IN_VERSION.to_owned()),
                ..plain("user_agent", name.as_deref().unwrap_or("built-in"), source.is_available())
            });
        }
        let tables = self.tables.list();
        all.extend(tables.iter().map(|(spec, table)| plain("table", &spec.file, table.contents().is_some())));
        let policies = self.policies.list();
        all.extend(policies.iter().map(|(name, snapshot)| plain("enrich", name, snapshot.contents().is_some())));
        all
    }
}

/// A data file that has been read.
fn existing<T>(file: DataFile<T>) -> Result<DataFile<T>, String> {
    file.refresh().map_err(|e| e.to_string())?;
    if file.contents().is_none() {
        return Err(format!("{}: there is no such file", file.path().display()));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_asked_for_twice_is_opened_once_and_shown_once() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        write("a.mmdb", &geoip::testing::build("GeoLite2-ASN", &[]));
        write("regexes.yml", b"os_parsers: [{regex: 'X', os_replacement: 'Y'}]");
        let path = Some(dir.path().to_owned());
        let enrich = Enrich::new(EnrichOptions { geoip_dir: path.clone(), data_dir: path });
        for _ in 0..2 {
            assert!(enrich.geoip("a.mmdb").is_some_and(|d| d.contents().is_some_and(|c| c.is_some())));
            assert!(enrich.geoip("b.mmdb").is_some());
            assert!(enrich.user_agents(Some("regexes.yml")).is_ok());
        }
        let shown: Vec<_> = enrich.status().into_iter().map(|s| (s.kind, s.name, s.version, s.available)).collect();
        assert_eq!(
            shown,
            [
                ("geoip", "a.mmdb".to_owned(), Some("GeoLite2-ASN".to_owned()), true),
                ("geoip", "b.mmdb".to_owned(), None, false),
                ("user_agent", "regexes.yml".to_owned(), None, true),
            ]
        );
        write("a.mmdb", b"broken");
        let problems = enrich.refresh();
        assert_eq!(problems.iter().map(|p| p.path.clone()).collect::<Vec<_>>(), [dir.path().join("a.mmdb")]);
        assert!(enrich.status().first().is_some_and(|s| s.available));
    }
}
