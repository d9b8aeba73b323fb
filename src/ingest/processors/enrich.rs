//! `enrich`: adds what an enrich policy's documents say of a value.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::enrich::DataFile;
use crate::enrich::policy::Snapshot;
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings};
use std::sync::Arc;

const MATCHES_MAX: usize = 128;

struct Enrich {
    policy_name: String,
    field: Field,
    target: Field,
    snapshot: Arc<DataFile<Snapshot>>,
    max_matches: usize,
    overrides: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let policy_name = settings.string("policy_name")?;
    let max_matches = settings.int_or("max_matches", 1)?;
    let max_matches = usize::try_from(max_matches).ok().filter(|n| (1..=MATCHES_MAX).contains(n));
    let max_matches =
        max_matches.ok_or_else(|| settings.invalid_option("max_matches", "should be between 1 and 128"))?;
    // Only policies of shapes make use of it, and those are refused.
    settings.opt_string("shape_relation")?;
    let snapshot = build.enrich.policy(policy_name).map_err(|reason| settings.invalid_option("policy_name", reason))?;
    Ok(Box::new(Enrich {
        policy_name: policy_name.to_owned(),
        field: settings.field("field")?,
        target: settings.field("target_field")?,
        snapshot,
        max_matches,
        overrides: settings.bool_or("override", true)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for Enrich {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let value = doc.get_or_null(&*self.field.path(doc)?, self.ignore_missing)?;
        let keys: Vec<String> = match value {
            Value::Null => return Ok(()),
            Value::Array(values) => values.iter().filter(|v| !v.is_null()).map(Value::to_java_string).collect(),
            value => vec![value.to_java_string()],
        };
        let contents = self.snapshot.contents();
        let Some(snapshot) = contents.as_deref() else {
            let reason = format!("no enrich index exists for policy with name [{}]", self.policy_name);
            return Err(Failure::illegal_argument(reason));
        };
        let found = snapshot.look_up(keys.iter().map(String::as_str), self.max_matches);
        let Some(first) = found.first() else { return Ok(()) };
        let target = self.target.path(doc)?;
        if !self.overrides && doc.has(&target) {
            return Ok(());
        }
        if self.max_matches == 1 {
            return Ok(doc.set(&target, doc.import(first))?);
        }
        let list = doc.array();
        found.iter().for_each(|document| list.push(doc.import(document)));
        Ok(doc.set(&target, Value::Array(list))?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::enrich::EnrichOptions;
    use crate::ingest::PipelineOptions;
    use crate::ingest::testing::run_with;

    #[test]
    fn documents_of_the_policy_go_to_the_target() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("enrich")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join("enrich").join(name), text).unwrap();
        write("users.yml", "match: {indices: users, match_field: email, enrich_fields: [name]}");
        write(
            "users.ndjson",
            "{\"email\":\"a@x\",\"name\":\"A\",\"age\":1}\n{\"email\":\"b@x\",\"name\":\"B\"}\n{\"email\":\"a@x\",\"name\":\"A2\"}\n",
        );
        write("lone.yml", "match: {match_field: a, enrich_fields: [b]}");
        let options =
            PipelineOptions::with_data(EnrichOptions { geoip_dir: None, data_dir: Some(dir.path().to_owned()) });
        let at = |name: &str| dir.path().join("enrich").join(name).display().to_string();
        for (more, document, expected) in [
            ("policy_name: users, field: e, target_field: u", r#"{"e":"a@x"}"#, r#"{"e":"a@x","u":{"email":"a@x","name":"A"}}"#.to_owned()),
            ("policy_name: users, field: e, target_field: u, max_matches: 5", r#"{"e":["b@x","a@x"]}"#, r#"{"e":["b@x","a@x"],"u":[{"email":"a@x","name":"A"},{"email":"b@x","name":"B"},{"email":"a@x","name":"A2"}]}"#.into()),
            ("policy_name: users, field: '{{f}}', target_field: '{{f}}_x'", r#"{"f":"e","e":"b@x"}"#, r#"{"f":"e","e":"b@x","e_x":{"email":"b@x","name":"B"}}"#.into()),
            ("policy_name: users, field: e, target_field: u", r#"{"e":"c@x"}"#, r#"{"e":"c@x"}"#.into()),
            ("policy_name: users, field: e, target_field: u, override: false", r#"{"e":"a@x","u":1}"#, r#"{"e":"a@x","u":1}"#.into()),
            ("policy_name: users, field: e, target_field: u", r#"{"e":null}"#, r#"{"e":null}"#.into()),
            ("policy_name: users, field: e, target_field: u", "{}", "field [e] not present as part of path [e]".into()),
            ("policy_name: users, field: e, target_field: u, ignore_missing: true", "{}", "{}".into()),
            ("policy_name: users, field: e, target_field: u, max_matches: 129", "{}", "test.yml:1:84: [max_matches] should be between 1 and 128".into()),
            ("policy_name: none, field: e, target_field: u", "{}", format!("test.yml:1:37: [policy_name] no enrich policy [none]: there is neither {} nor {}", at("none.yml"), at("none.json"))),
            ("policy_name: lone, field: e, target_field: u", "{}", format!("test.yml:1:37: [policy_name] {}: there is no such file", at("lone.ndjson"))),
            ("policy_name: ../x, field: e, target_field: u", "{}", "test.yml:1:37: [policy_name] [../x] is no name of a policy".into()),
        ] {
            let got = run_with(&options, &format!("processors: [{{enrich: {{{more}}}}}]"), document);
            assert_eq!(got, expected, "{more}");
        }
    }
}
