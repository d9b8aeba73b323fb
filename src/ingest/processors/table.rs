//! `table`: looks a value up in a table out of a file.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::enrich::DataFile;
use crate::enrich::table::{MatchKind, Table, TableSpec};
use crate::ingest::{Build, Context, Failure, Field, MediaType, Processor, Settings, ValueSource};
use std::sync::Arc;

struct TableLookup {
    field: Field,
    target: Field,
    table: Arc<DataFile<Table>>,
    columns: Option<Vec<String>>,
    default: Option<ValueSource>,
    overrides: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let kind = settings.opt_string("match")?.unwrap_or("exact");
    let match_kind = MatchKind::NAMES.iter().find(|(name, _)| *name == kind).map(|(_, kind)| *kind);
    let Some(match_kind) = match_kind else {
        let names = MatchKind::NAMES.map(|(name, _)| name).join(", ");
        return Err(settings.invalid_option("match", format!("[{kind}] is no way to match, use one of {names}")));
    };
    let spec = TableSpec {
        file: settings.string("file")?.to_owned(),
        format: settings.opt_string("format")?.map(str::to_owned),
        match_kind,
        key: settings.opt_string("key")?.map(str::to_owned),
        range: [
            settings.opt_string("from")?.unwrap_or("from").to_owned(),
            settings.opt_string("to")?.unwrap_or("to").to_owned(),
        ],
        ignore_case: settings.bool_or("ignore_case", false)?,
    };
    let table = build.enrich.table(&spec).map_err(|reason| settings.invalid_option("file", reason))?;
    let default = match settings.take("default") {
        Some(node) => Some(ValueSource::compile(node, MediaType::Json)?),
        None => None,
    };
    Ok(Box::new(TableLookup {
        field: settings.field("field")?,
        target: settings.field("target_field")?,
        table,
        columns: settings.opt_string_list("columns")?,
        default,
        overrides: settings.bool_or("override", true)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for TableLookup {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let key = doc.get_or_null(&*self.field.path(doc)?, self.ignore_missing)?;
        if key.is_null() && self.ignore_missing {
            return Ok(());
        }
        let target = self.target.path(doc)?;
        if !self.overrides && doc.has(&target) {
            return Ok(());
        }
        let contents = self.table.contents();
        let Some(table) = contents.as_deref() else {
            let reason = format!("the table {} is gone", self.table.path().display());
            return Err(Failure::illegal_argument(reason));
        };
        match (self.find(doc, table, key), &self.default) {
            (Some(value), _) => Ok(doc.set(&target, value)?),
            (None, Some(default)) => Ok(doc.set(&target, default.resolve(doc)?)?),
            (None, None) => Ok(()),
        }
    }
}

impl TableLookup {
    /// The row of `key`; of a list the first key that has one.
    fn find<'a>(&self, doc: &Document<'a>, table: &Table, key: Value<'a>) -> Option<Value<'a>> {
        match key {
            Value::Null | Value::Object(_) => None,
            Value::Array(keys) => keys.iter().find_map(|key| match key {
                Value::Array(_) => None,
                key => self.find(doc, table, key),
            }),
            Value::Str(key) => table.look_up(key).map(|row| self.import(doc, &row)),
            scalar => table.look_up(&scalar.to_java_string()).map(|row| self.import(doc, &row)),
        }
    }

    fn import<'a>(&self, doc: &Document<'a>, row: &serde_json::Value) -> Value<'a> {
        let (Some(columns), serde_json::Value::Object(row)) = (&self.columns, row) else { return doc.import(row) };
        let object = doc.object();
        for column in columns {
            if let Some(cell) = row.get(column) {
                object.insert(doc.alloc_str(column), doc.import(cell));
            }
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::enrich::EnrichOptions;
    use crate::ingest::PipelineOptions;
    use crate::ingest::testing::run_with;

    fn data(files: &[(&str, &[u8])]) -> (tempfile::TempDir, PipelineOptions) {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(dir.path().join(name), bytes).unwrap();
        }
        let options = EnrichOptions { geoip_dir: None, data_dir: Some(dir.path().to_owned()) };
        (dir, PipelineOptions::with_data(options))
    }

    fn check_with(options: &PipelineOptions, cases: &[(&str, &str, &str)]) {
        for (processor, document, expected) in cases {
            let got = run_with(options, &format!("processors: [{{table: {{{processor}}}}}]"), document);
            assert_eq!(&got, expected, "{processor} {document}");
        }
    }

    #[test]
    fn every_format() {
        let mmdb =
            crate::enrich::geoip::testing::build("assets", &[("10.0.0.0/8", serde_json::json!({"team": "net"}))]);
        let (_dir, options) = data(&[
            ("a.csv", b"ip,team,floor\n10.0.0.1,web,3\n# nobody\n\"10.0.0.2\",\"data, base\",\n"),
            ("a.tsv", b"floor\tip\n3\t10.0.0.1\n"),
            ("a.yml", b"10.0.0.1: {team: web, floor: 3}\n10.0.0.2: db\n"),
            ("a.json", br#"[{"ip":"10.0.0.1","floor":3,"up":true,"load":0.5}]"#),
            ("a.ndjson", b"{\"ip\":\"10.0.0.1\",\"floor\":3}\n\n{\"ip\":\"10.0.0.2\",\"floor\":4}\n"),
            ("a.mmdb", &mmdb),
        ]);
        let document = r#"{"ip":"10.0.0.1"}"#;
        check_with(
            &options,
            &[
                (
                    "file: a.csv, field: ip, target_field: a",
                    document,
                    r#"{"ip":"10.0.0.1","a":{"ip":"10.0.0.1","team":"web","floor":"3"}}"#,
                ),
                (
                    "file: a.csv, field: ip, target_field: a, columns: [team]",
                    r#"{"ip":"10.0.0.2"}"#,
                    r#"{"ip":"10.0.0.2","a":{"team":"data, base"}}"#,
                ),
                (
                    "file: a.tsv, key: ip, field: ip, target_field: a",
                    document,
                    r#"{"ip":"10.0.0.1","a":{"floor":"3","ip":"10.0.0.1"}}"#,
                ),
                (
                    "file: a.yml, field: ip, target_field: a",
                    document,
                    r#"{"ip":"10.0.0.1","a":{"team":"web","floor":3}}"#,
                ),
                (
                    "file: a.yml, field: ip, target_field: a.b",
                    r#"{"ip":"10.0.0.2"}"#,
                    r#"{"ip":"10.0.0.2","a":{"b":"db"}}"#,
                ),
                (
                    "file: a.json, key: ip, field: ip, target_field: a",
                    document,
                    r#"{"ip":"10.0.0.1","a":{"ip":"10.0.0.1","floor":3,"up":true,"load":0.5}}"#,
                ),
                (
                    "file: a.ndjson, key: floor, field: n, target_field: a",
                    r#"{"n":4}"#,
                    r#"{"n":4,"a":{"ip":"10.0.0.2","floor":4}}"#,
                ),
                ("file: a.mmdb, field: ip, target_field: a", document, r#"{"ip":"10.0.0.1","a":{"team":"net"}}"#),
            ],
        );
    }

    #[test]
    fn ways_to_match_and_what_happens_without_a_match() {
        let (_dir, options) = data(&[
            ("nets.csv", b"net,zone\n10.0.0.0/8,inside\n10.1.0.0/16,lab\n"),
            ("status.csv", b"from,to,class\n200,299,ok\n500,599,broken\n"),
            ("hosts.yml", b"'^web-\\d+': {team: web}\n'^DB': {team: db}\n"),
            ("codes.json", br#"{"a":"alpha"}"#),
        ]);
        check_with(
            &options,
            &[
                (
                    "file: nets.csv, match: cidr, columns: [zone], field: ip, target_field: z",
                    r#"{"ip":"10.1.2.3"}"#,
                    r#"{"ip":"10.1.2.3","z":{"zone":"lab"}}"#,
                ),
                (
                    "file: nets.csv, match: cidr, columns: [zone], field: ip, target_field: z",
                    r#"{"ip":["8.8.8.8","10.2.0.1"]}"#,
                    r#"{"ip":["8.8.8.8","10.2.0.1"],"z":{"zone":"inside"}}"#,
                ),
                (
                    "file: status.csv, match: range, columns: [class], field: s, target_field: c",
                    r#"{"s":503}"#,
                    r#"{"s":503,"c":{"class":"broken"}}"#,
                ),
                (
                    "file: hosts.yml, match: regex, ignore_case: true, field: h, target_field: t",
                    r#"{"h":"db7"}"#,
                    r#"{"h":"db7","t":{"team":"db"}}"#,
                ),
                ("file: codes.json, field: c, target_field: n", r#"{"c":"A"}"#, r#"{"c":"A"}"#),
                (
                    "file: codes.json, ignore_case: true, field: c, target_field: n",
                    r#"{"c":"A"}"#,
                    r#"{"c":"A","n":"alpha"}"#,
                ),
                (
                    "file: codes.json, field: c, target_field: n, default: 'unknown {{c}}'",
                    r#"{"c":"x"}"#,
                    r#"{"c":"x","n":"unknown x"}"#,
                ),
                (
                    "file: codes.json, field: c, target_field: n, override: false",
                    r#"{"c":"a","n":1}"#,
                    r#"{"c":"a","n":1}"#,
                ),
                ("file: codes.json, field: c, target_field: n", "{}", "field [c] not present as part of path [c]"),
                ("file: codes.json, field: c, target_field: n, ignore_missing: true", r#"{"c":null}"#, r#"{"c":null}"#),
            ],
        );
    }

    #[test]
    fn what_is_wrong_with_a_table() {
        let (dir, options) = data(&[("twice.csv", b"k\na\na\n"), ("a.txt", b"x"), ("bad.json", b"[1]")]);
        let at = |name: &str| dir.path().join(name).display().to_string();
        for (processor, expected) in [
            ("file: none.csv", format!("{}: there is no such file", at("none.csv"))),
            ("file: twice.csv", format!("{}: [a] stands twice in the table, in rows 1 and 2", at("twice.csv"))),
            (
                "file: a.txt",
                format!("{}: [txt] is no format of tables: csv, tsv, yaml, json, ndjson, mmdb", at("a.txt")),
            ),
            ("file: bad.json", format!("{}: item 1 is not an object", at("bad.json"))),
            (
                "file: twice.csv, match: nearest",
                "[nearest] is no way to match, use one of exact, cidr, range, regex".into(),
            ),
        ] {
            let pipeline = format!("processors: [{{table: {{{processor}, field: a, target_field: b}}}}]");
            let got = run_with(&options, &pipeline, "{}");
            assert!(got.ends_with(&expected), "{got}\nshould end with\n{expected}");
        }
    }
}
