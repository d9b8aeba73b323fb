//! GeoIP databases (`.mmdb` files of MaxMind and IPinfo) in a folder: opened once, shared, replaced while running.

mod kind;
mod record;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
pub mod testing;

pub use kind::{Kind, is_ipinfo};
pub use record::{Datum, Record};

use super::{Cache, DataFile};
use crate::document::parse_address;
use arc_swap::Guard;
use jiff::Timestamp;
use maxminddb::{MaxMindDbError, Reader};
use std::net::IpAddr;
use std::path::{Component, Path};
use std::sync::Arc;
use thiserror::Error;

/// Addresses whose records are remembered, per database.
const CACHE_ADDRESSES: usize = 20_000;

/// Why an address could not be looked up.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LookupError {
    #[error("'{0}' is not an IP string literal.")]
    NotAnAddress(String),
    #[error("{0}")]
    Damaged(String),
}

/// A database file, and what it holds now.
pub struct Database {
    pub name: String,
    /// None where the name leads out of the folder.
    file: Option<DataFile<Contents>>,
}

/// One version of a database.
pub struct Contents {
    pub database_type: String,
    /// What the processors can get from it; None for a kind that Elasticsearch does not know either.
    pub kind: Option<Kind>,
    pub built: Timestamp,
    reader: Reader<Vec<u8>>,
    cache: Cache<Option<Arc<Record>>>,
}

impl Database {
    /// The database in file `name` of the folder `dir`.
    pub fn new(name: &str, dir: &Path) -> Self {
        let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
        let parse = |_: &Path, bytes| Contents::parse(bytes).map_err(|e| format!("not a sound database: {e}"));
        let file = inside.then(|| DataFile::new(dir.join(name), Box::new(parse)));
        Self { name: name.to_owned(), file }
    }

    pub fn file(&self) -> Option<&DataFile<Contents>> {
        self.file.as_ref()
    }

    /// What the file held when it was last read.
    pub fn contents(&self) -> Option<Guard<Option<Arc<Contents>>>> {
        self.file.as_ref().map(DataFile::contents)
    }
}

impl Contents {
    pub fn parse(bytes: Vec<u8>) -> Result<Self, MaxMindDbError> {
        let reader = Reader::from_source(bytes)?;
        let metadata = reader.metadata();
        let built = i64::try_from(metadata.build_epoch).ok().and_then(|s| Timestamp::from_second(s).ok());
        Ok(Self {
            database_type: metadata.database_type.clone(),
            kind: Kind::of(&metadata.database_type),
            built: built.unwrap_or_default(),
            reader,
            cache: Cache::new(CACHE_ADDRESSES),
        })
    }

    /// The record of an address in text form; None where the database has none.
    pub fn look_up(&self, address: &str) -> Result<Option<Arc<Record>>, LookupError> {
        if let Some(found) = self.cache.get(address) {
            return Ok(found);
        }
        let parsed = parse_address(address).ok_or_else(|| LookupError::NotAnAddress(address.to_owned()))?;
        let record = self.decode(parsed).map_err(|e| LookupError::Damaged(e.to_string()))?;
        let record = record.map(Arc::new);
        self.cache.insert(address, record.clone());
        Ok(record)
    }

    fn decode(&self, address: IpAddr) -> Result<Option<Record>, MaxMindDbError> {
        match self.kind {
            Some(kind) => Record::decode(kind, address, &self.reader.lookup(address)?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_gets_its_record_network_and_short_form() {
        let asn = |n| json!({"autonomous_system_number": n, "autonomous_system_organization": "Org"});
        let networks = [("1.2.0.0/16", asn(7)), ("2a02:cf40::/29", asn(8))];
        let contents = Contents::parse(testing::build("GeoLite2-ASN", &networks)).unwrap();
        let look_up = |address: &str| {
            let record = contents.look_up(address).unwrap();
            record.map(|r| ["ip", "asn", "network"].map(|name| format!("{:?}", r.get(name).unwrap())))
        };
        let expected = |ip, asn, network| Some([ip, asn, network].map(str::to_owned));
        for _ in 0..2 {
            assert_eq!(look_up("1.2.3.4"), expected("Text(\"1.2.3.4\")", "Long(7)", "Text(\"1.2.0.0/16\")"));
            assert_eq!(
                look_up("2a02:cf40:0:0::00001"),
                expected("Text(\"2a02:cf40::1\")", "Long(8)", "Text(\"2a02:cf40:0:0:0:0:0:0/29\")")
            );
            assert_eq!(look_up("10.0.0.1"), None);
        }
        assert_eq!(contents.look_up("x").unwrap_err().to_string(), "'x' is not an IP string literal.");
        assert_eq!(contents.built.to_string(), "2019-11-19T00:00:00Z");
    }

    #[test]
    fn what_is_no_database_is_refused_and_no_name_leaves_the_folder() {
        assert!(Contents::parse(b"no database".to_vec()).is_err());
        assert!(Database::new("../x.mmdb", Path::new("/tmp")).file().is_none());
        assert!(Database::new("/etc/x.mmdb", Path::new("/tmp")).file().is_none());
    }
}
