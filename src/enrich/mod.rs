//! Data from outside that processors look things up in: GeoIP databases and user agent regexes.
//!
//! [`Enrich`] owns the data; processors get handles from it while they are compiled, and look up through them without I/O.
//! [`Enrich::refresh`] reads the files that changed and swaps their contents in: handles see the new data with the next record.

mod cache;
mod file;
pub mod geoip;
pub mod table;
pub mod user_agent;

pub use cache::Cache;
pub use file::{DataFile, RefreshError};

use geoip::Database;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use table::{Table, TableSpec};
use user_agent::UserAgents;

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
    databases: Mutex<Vec<Arc<Database>>>,
    user_agents: Mutex<Vec<Arc<UserAgentSource>>>,
    tables: Mutex<Vec<(TableSpec, Arc<DataFile<Table>>)>>,
}

/// The regexes that a `user_agent` processor goes by.
pub enum UserAgentSource {
    BuiltIn(Box<UserAgents>),
    File { name: String, file: DataFile<UserAgents> },
}

/// A file of look-up data as metrics and the console show it.
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

    /// Whether a folder of GeoIP databases is configured at all.
    pub fn has_geoip(&self) -> bool {
        self.options.geoip_dir.is_some()
    }

    /// The GeoIP database in file `name`; it may be absent still, and appear later. None when there is no folder.
    pub fn geoip(&self, name: &str) -> Option<Arc<Database>> {
        let dir = self.options.geoip_dir.as_deref()?;
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = databases.iter().find(|d| d.name == name) {
            return Some(database.clone());
        }
        let database = Arc::new(Database::new(name, dir));
        if let Some(file) = database.file() {
            // A file that cannot be read is a database that is not available until a refresh can read it.
            let _ = file.refresh();
        }
        databases.push(database.clone());
        Some(database)
    }

    /// The user agent regexes in `file`, or those built in.
    pub fn user_agents(&self, file: Option<&str>) -> Result<Arc<UserAgentSource>, String> {
        let mut sources = self.user_agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = sources.iter().find(|s| s.name() == file) {
            return Ok(source.clone());
        }
        let source = match file {
            None => UserAgentSource::BuiltIn(Box::new(UserAgents::built_in().map_err(|e| e.to_string())?)),
            Some(name) => {
                let file = DataFile::new(self.data_path(name), Box::new(user_agent::parse_file));
                file.refresh().map_err(|e| e.to_string())?;
                if file.contents().is_none() {
                    return Err(format!("regex file [{name}] doesn't exist (has to exist at node startup)"));
                }
                UserAgentSource::File { name: name.to_owned(), file }
            }
        };
        let source = Arc::new(source);
        sources.push(source.clone());
        Ok(source)
    }

    /// The table that `spec` describes; its file must be there.
    pub fn table(&self, spec: &TableSpec) -> Result<Arc<DataFile<Table>>, String> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = tables.iter().find(|(known, _)| known == spec) {
            return Ok(table.clone());
        }
        let description = spec.clone();
        let parse = move |path: &Path, bytes| Table::parse(&description, path, bytes);
        let table = Arc::new(DataFile::new(self.data_path(&spec.file), Box::new(parse)));
        table.refresh().map_err(|e| e.to_string())?;
        if table.contents().is_none() {
            return Err(format!("{}: there is no such file", table.path().display()));
        }
        tables.push((spec.clone(), table.clone()));
        Ok(table)
    }

    fn data_path(&self, name: &str) -> PathBuf {
        self.options.data_dir.as_ref().map_or_else(|| PathBuf::from(name), |dir| dir.join(name))
    }

    /// Reads what changed on disk; each problem leaves the data as it was.
    pub fn refresh(&self) -> Vec<RefreshError> {
        let databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let agents = self.user_agents.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let databases = databases.iter().filter_map(|d| d.file()).map(DataFile::refresh);
        let agents = agents.iter().filter_map(|s| s.file()).map(DataFile::refresh);
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tables = tables.iter().map(|(_, table)| table.refresh());
        databases.chain(agents).chain(tables).filter_map(Result::err).collect()
    }

    /// What is in use, for metrics.
    pub fn status(&self) -> Vec<SourceStatus> {
        let databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let agents = self.user_agents.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let databases = databases.iter().map(|database| {
            let contents = database.contents();
            let contents = contents.as_ref().and_then(|c| c.as_deref());
            SourceStatus {
                kind: "geoip",
                name: database.name.clone(),
                version: contents.map(|c| c.database_type.clone()),
                built: contents.map(|c| c.built),
                available: contents.is_some(),
            }
        });
        let agents = agents.iter().map(|source| SourceStatus {
            kind: "user_agent",
            name: source.name().unwrap_or("built-in").to_owned(),
            version: source.name().is_none().then(|| user_agent::BUILT_IN_VERSION.to_owned()),
            built: None,
            available: source.file().is_none_or(|f| f.contents().is_some()),
        });
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tables = tables.iter().map(|(spec, table)| SourceStatus {
            kind: "table",
            name: spec.file.clone(),
            version: None,
            built: None,
            available: table.contents().is_some(),
        });
        databases.chain(agents).chain(tables).collect()
    }
}

impl UserAgentSource {
    fn name(&self) -> Option<&str> {
        match self {
            Self::BuiltIn(_) => None,
            Self::File { name, .. } => Some(name),
        }
    }

    fn file(&self) -> Option<&DataFile<UserAgents>> {
        match self {
            Self::BuiltIn(_) => None,
            Self::File { file, .. } => Some(file),
        }
    }

    /// What `agent` tells; None while the file of the regexes is gone.
    pub fn look_up(&self, agent: &str) -> Option<Arc<user_agent::Details>> {
        match self {
            Self::BuiltIn(agents) => Some(agents.look_up(agent)),
            Self::File { file, .. } => file.contents().as_deref().map(|agents| agents.look_up(agent)),
        }
    }
}
