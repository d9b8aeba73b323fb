//! `geoip` and `ip_location`: where an address is, out of a GeoIP database.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::enrich::geoip::{Contents, Database, Datum, Kind, Record, is_ipinfo};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use std::borrow::Cow;
use std::sync::Arc;

struct GeoIp {
    /// `geoip` or `ip_location`: part of tags.
    kind: &'static str,
    field: FieldPath,
    target: FieldPath,
    tags: FieldPath,
    /// None where no folder of databases is configured: then nothing is looked up and nothing tagged.
    database: Option<Arc<Database>>,
    wanted: Wanted,
    first_only: bool,
    ignore_missing: bool,
}

/// Which properties to extract.
struct Wanted {
    names: Option<Vec<String>>,
    /// Those of the database that was there at the start.
    resolved: Option<(Kind, Vec<&'static str>)>,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let kind = if settings.kind == "geoip" { "geoip" } else { "ip_location" };
    let database_file = settings.opt_string("database_file")?.unwrap_or("GeoLite2-City.mmdb");
    let names = settings.opt_string_list("properties")?;
    // Databases come from a folder; there is nothing to download.
    settings.bool_or("download_database_on_pipeline_creation", true)?;
    let database = build.enrich.geoip(database_file);
    let contents = database.as_ref().and_then(|d| d.contents());
    let resolved = match contents.as_ref().and_then(|c| c.as_deref()) {
        Some(contents) => {
            let found = supported_kind(kind, contents, database_file)
                .map_err(|reason| settings.invalid_option("database_file", reason))?;
            let properties = match &names {
                Some(names) => found.parse_properties(names).map_err(|e| settings.invalid_option("properties", e))?,
                None => found.defaults(),
            };
            Some((found, properties))
        }
        None => None,
    };
    drop(contents);
    Ok(Box::new(GeoIp {
        kind,
        field: settings.path("field")?,
        target: settings.path_or("target_field", kind)?,
        tags: FieldPath::parse("tags").map_err(|e| settings.invalid_option("field", e))?,
        database,
        wanted: Wanted { names, resolved },
        first_only: settings.bool_or("first_only", true)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

fn supported_kind(processor: &str, contents: &Contents, file: &str) -> Result<Kind, String> {
    let refused = processor == "geoip" && is_ipinfo(&contents.database_type);
    let kind = contents.kind.filter(|_| !refused);
    kind.ok_or_else(|| format!("Unsupported database type [{}] for file [{file}]", contents.database_type))
}

impl Processor for GeoIp {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let Some(database) = &self.database else { return Ok(()) };
        let contents = database.contents();
        let Some(contents) = contents.as_ref().and_then(|c| c.as_deref()) else {
            let tag = doc.string(&format!("_{}_database_unavailable_{}", self.kind, database.name));
            return Ok(doc.append(&self.tags, &[tag], true)?);
        };
        let properties = self.wanted.for_database(contents);
        let field = self.field.text();
        match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Null if self.ignore_missing => Ok(()),
            Value::Null => {
                Err(Failure::illegal_argument(format!("field [{field}] is null, cannot extract geoip information.")))
            }
            Value::Str(address) => match self.describe(doc, contents, &properties, address)? {
                Some(place) => Ok(doc.set(&self.target, place)?),
                None => Ok(()),
            },
            Value::Array(addresses) => {
                let places = doc.array();
                for address in addresses.iter() {
                    let Value::Str(address) = address else {
                        let reason = format!("array in field [{field}] should only contain strings");
                        return Err(Failure::illegal_argument(reason));
                    };
                    match self.describe(doc, contents, &properties, address)? {
                        Some(place) if self.first_only => return Ok(doc.set(&self.target, place)?),
                        place => places.push(place.unwrap_or(Value::Null)),
                    }
                }
                if places.iter().all(Value::is_null) {
                    return Ok(());
                }
                Ok(doc.set(&self.target, Value::Array(places))?)
            }
            _ => {
                let reason = format!("field [{field}] should contain only string or array of strings");
                Err(Failure::illegal_argument(reason))
            }
        }
    }
}

impl GeoIp {
    fn describe<'a>(
        &self,
        doc: &Document<'a>,
        contents: &Contents,
        properties: &[&'static str],
        address: &str,
    ) -> Result<Option<Value<'a>>, Failure> {
        let record = contents.look_up(address).map_err(|e| Failure::illegal_argument(e.to_string()))?;
        Ok(record.and_then(|record| to_object(doc, &record, properties)))
    }
}

impl Wanted {
    /// A database that came or changed its kind after the start gives what it knows of the named properties.
    fn for_database(&self, contents: &Contents) -> Cow<'_, [&'static str]> {
        let Some(kind) = contents.kind else { return Cow::Borrowed(&[]) };
        match (&self.resolved, &self.names) {
            (Some((resolved, properties)), _) if *resolved == kind => Cow::Borrowed(properties),
            (_, None) => Cow::Owned(kind.defaults()),
            (_, Some(names)) => Cow::Owned(
                names.iter().filter_map(|n| kind.parse_properties(std::slice::from_ref(n)).ok()).flatten().collect(),
            ),
        }
    }
}

/// The wanted properties that the record has; None if it has none of them.
fn to_object<'a>(doc: &Document<'a>, record: &Record, properties: &[&'static str]) -> Option<Value<'a>> {
    let place = doc.object();
    for property in properties {
        let value = match record.get(property) {
            None => continue,
            Some(Datum::Text(text)) => doc.string(text),
            Some(Datum::Int(n)) => Value::Int(*n),
            Some(Datum::Long(n)) => Value::Long(*n),
            Some(Datum::Bool(b)) => Value::Bool(*b),
            Some(Datum::Location { lat, lon }) => {
                let location = doc.object();
                location.insert("lat", Value::Double(*lat));
                location.insert("lon", Value::Double(*lon));
                Value::Object(location)
            }
        };
        place.insert(property, value);
    }
    (!place.is_empty()).then_some(Value::Object(place))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::enrich::geoip::testing::build;
    use crate::enrich::{Enrich, EnrichOptions};
    use crate::ingest::PipelineOptions;
    use crate::ingest::testing::{check, run_with};
    use serde_json::json;
    use std::sync::Arc;

    const CITY: &str = r#"{"country_iso_code":"GB","country_name":"United Kingdom","region_iso_code":"GB-ENG","region_name":"England","location":{"lat":51.5,"lon":-0.5}}"#;

    /// A folder with databases, and the options that name it.
    fn folder() -> (tempfile::TempDir, PipelineOptions) {
        let dir = tempfile::tempdir().unwrap();
        let place = json!({
            "country": {"iso_code": "GB", "names": {"en": "United Kingdom", "de": "Vereinigtes Königreich"}},
            "subdivisions": [{"iso_code": "ENG", "names": {"en": "England"}}],
            "location": {"latitude": 51.5, "longitude": -0.5, "accuracy_radius": 20},
        });
        std::fs::write(dir.path().join("GeoLite2-City.mmdb"), build("GeoLite2-City", &[("81.2.0.0/16", place)]))
            .unwrap();
        let ipinfo = build("ipinfo standard_asn.mmdb", &[("81.2.0.0/16", json!({"asn": "AS20712", "type": "isp"}))]);
        std::fs::write(dir.path().join("asn.mmdb"), ipinfo).unwrap();
        std::fs::write(dir.path().join("odd.mmdb"), build("Odd", &[])).unwrap();
        let options = EnrichOptions { geoip_dir: Some(dir.path().to_owned()), data_dir: None };
        (dir, PipelineOptions { enrich: Arc::new(Enrich::new(options)) })
    }

    #[test]
    fn places_of_addresses_and_lists_of_them() {
        let (_dir, options) = folder();
        for (processor, document, expected) in [
            ("geoip: {field: a}", r#"{"a":"81.2.69.142"}"#, format!(r#"{{"a":"81.2.69.142","geoip":{CITY}}}"#)),
            (
                "ip_location: {field: a}",
                r#"{"a":"81.2.69.142"}"#,
                format!(r#"{{"a":"81.2.69.142","ip_location":{CITY}}}"#),
            ),
            (
                "geoip: {field: a, target_field: a, properties: [ACCURACY_RADIUS, ip, country_in_european_union]}",
                r#"{"a":"81.2.69.142"}"#,
                r#"{"a":{"accuracy_radius":20,"ip":"81.2.69.142","country_in_european_union":false}}"#.into(),
            ),
            ("geoip: {field: a}", r#"{"a":"10.0.0.1"}"#, r#"{"a":"10.0.0.1"}"#.into()),
            (
                "geoip: {field: a, properties: [region_name]}",
                r#"{"a":["10.0.0.1","81.2.0.1","81.2.0.2"]}"#,
                r#"{"a":["10.0.0.1","81.2.0.1","81.2.0.2"],"geoip":{"region_name":"England"}}"#.into(),
            ),
            (
                "geoip: {field: a, properties: [region_name], first_only: false}",
                r#"{"a":["10.0.0.1","81.2.0.1"]}"#,
                r#"{"a":["10.0.0.1","81.2.0.1"],"geoip":[null,{"region_name":"England"}]}"#.into(),
            ),
            ("geoip: {field: a, first_only: false}", r#"{"a":["10.0.0.1"]}"#, r#"{"a":["10.0.0.1"]}"#.into()),
            (
                "ip_location: {field: a, database_file: asn.mmdb, properties: [asn, type]}",
                r#"{"a":"81.2.0.1"}"#,
                r#"{"a":"81.2.0.1","ip_location":{"asn":20712,"type":"isp"}}"#.into(),
            ),
        ] {
            assert_eq!(
                run_with(&options, &format!("processors: [{{{processor}}}]"), document),
                expected,
                "{processor}"
            );
        }
    }

    #[test]
    fn failures_and_tags() {
        let (_dir, options) = folder();
        for (processor, document, expected) in [
            ("geoip: {field: a}", "{}", "field [a] not present as part of path [a]"),
            ("geoip: {field: a}", r#"{"a":null}"#, "field [a] is null, cannot extract geoip information."),
            ("geoip: {field: a, ignore_missing: true}", "{}", "{}"),
            ("geoip: {field: a}", r#"{"a":1}"#, "field [a] should contain only string or array of strings"),
            ("geoip: {field: a}", r#"{"a":["10.0.0.1",1]}"#, "array in field [a] should only contain strings"),
            ("geoip: {field: a}", r#"{"a":"x"}"#, "'x' is not an IP string literal."),
            (
                "geoip: {field: a, database_file: none.mmdb}",
                r#"{"tags":"t"}"#,
                r#"{"tags":["t","_geoip_database_unavailable_none.mmdb"]}"#,
            ),
            (
                "ip_location: {field: a, database_file: none.mmdb}",
                "{}",
                r#"{"tags":["_ip_location_database_unavailable_none.mmdb"]}"#,
            ),
            (
                "geoip: {field: a, database_file: odd.mmdb}",
                "{}",
                "test.yml:1:48: [database_file] Unsupported database type [Odd] for file [odd.mmdb]",
            ),
            (
                "geoip: {field: a, database_file: asn.mmdb}",
                "{}",
                "test.yml:1:48: [database_file] Unsupported database type [ipinfo standard_asn.mmdb] for file [asn.mmdb]",
            ),
        ] {
            assert_eq!(
                run_with(&options, &format!("processors: [{{{processor}}}]"), document),
                expected,
                "{processor}"
            );
        }
    }

    #[test]
    fn without_a_folder_nothing_is_looked_up() {
        check(&[("geoip: {field: a}", r#"{"a":"81.2.69.142"}"#, r#"{"a":"81.2.69.142"}"#)]);
    }

    #[test]
    fn a_database_that_appears_is_used_after_a_refresh() {
        let (dir, options) = folder();
        let node = crate::config::read_text(
            "t",
            "processors: [{geoip: {field: a, database_file: late.mmdb, properties: [asn, city_name]}}]",
        );
        let pipelines = crate::ingest::Pipelines::compile(&[("p".into(), node.unwrap())], &options).ok().unwrap();
        let asn = build("GeoLite2-ASN", &[("81.2.0.0/16", json!({"autonomous_system_number": 1}))]);
        std::fs::write(dir.path().join("late.mmdb"), asn).unwrap();
        assert_eq!(options.enrich.refresh(), []);
        let arena = crate::document::Arena::new();
        let root = crate::document::parse(r#"{"a":"81.2.0.1"}"#, &arena).unwrap().as_object().unwrap();
        let doc = crate::document::Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        let mut cx = crate::ingest::Context::new(&pipelines, jiff::Timestamp::UNIX_EPOCH);
        pipelines.run("p", &doc, &mut cx).unwrap();
        let mut out = Vec::new();
        doc.write_source(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"a":"81.2.0.1","geoip":{"asn":1}}"#);
    }
}
