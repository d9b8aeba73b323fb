//! `grok`: takes a text apart into fields by named patterns.

use crate::config::{ConfigError, Node};
use crate::document::{Document, FieldPath, PathError, Value};
use crate::ingest::grok::{EcsCompatibility, Grok, PatternBank};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct GrokProcessor {
    field: FieldPath,
    grok: Grok,
    /// The fields that the patterns fill, by the index that the grok gives them. A field's name may be no path: an error once
    /// it captures something, as on the node.
    targets: Vec<Result<FieldPath, PathError>>,
    /// For `trace_match`: the patterns' numbers as texts.
    traced: Vec<String>,
    ignore_missing: bool,
    /// Whether the text is only held against the patterns.
    validate_only: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let patterns = strings(settings, "patterns")?;
    if patterns.is_empty() {
        return Err(settings.invalid_option("patterns", "List of patterns must not be empty"));
    }
    let trace_match = settings.bool_or("trace_match", false)?;
    let bank = PatternBank::built_in(ecs_compatibility(settings)?);
    let definitions = pattern_definitions(settings)?;
    let grok =
        bank.extend(definitions).and_then(|bank| Grok::compile(&patterns, &bank, trace_match)).map_err(|error| {
            let patterns = patterns.join(", ");
            settings.invalid_option("patterns", format!("Invalid regex pattern found in: [{patterns}]. {error}"))
        })?;
    let targets = grok.fields().map(FieldPath::parse).collect();
    let traced = if trace_match { (0..patterns.len()).map(|i| i.to_string()).collect() } else { Vec::new() };
    Ok(Box::new(GrokProcessor {
        field,
        grok,
        targets,
        traced,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
        validate_only: settings.bool_or("validate_only", false)?,
    }))
}

/// A required list of strings.
pub fn strings<'n>(settings: &mut Settings<'n>, option: &'n str) -> Result<Vec<String>, ConfigError> {
    let items = settings.list(option)?;
    let text =
        |item: &Node| item.as_str().map(str::to_owned).ok_or_else(|| settings.wrong_type(option, item, "string"));
    items.iter().map(text).collect()
}

/// `pattern_definitions`: the user's own patterns.
pub fn pattern_definitions(settings: &mut Settings<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let members = settings.opt_map("pattern_definitions")?.unwrap_or_default();
    let definition = |(key, node): &(crate::config::Key, Node)| match node.as_str() {
        Some(text) => Ok((key.text.clone(), text.to_owned())),
        None => Err(settings.wrong_type("pattern_definitions", node, "string")),
    };
    members.iter().map(definition).collect()
}

fn ecs_compatibility(settings: &mut Settings<'_>) -> Result<EcsCompatibility, ConfigError> {
    match settings.opt_string("ecs_compatibility")? {
        None | Some("disabled") => Ok(EcsCompatibility::Disabled),
        Some("v1") => Ok(EcsCompatibility::V1),
        Some(other) => Err(settings.invalid_option("ecs_compatibility", format!("unsupported mode '{other}'"))),
    }
}

impl Processor for GrokProcessor {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let Some(text) = doc.get_str(&self.field, self.ignore_missing)? else {
            if self.ignore_missing {
                return Ok(());
            }
            let field = self.field.text();
            return Err(Failure::illegal_argument(format!("field [{field}] is null, cannot process it.")));
        };
        let Some(captures) = self.grok.captures(text, doc.arena)? else {
            return Err(Failure::illegal_argument(format!(
                "Provided Grok expressions do not match field value: [{text}]"
            )));
        };
        let values = captures.values.into_iter().filter(|_| !self.validate_only);
        for (field, value) in values {
            match self.targets.get(field) {
                Some(Ok(target)) => doc.set(target, value)?,
                Some(Err(error)) => return Err(error.clone().into()),
                None => {}
            }
        }
        if let Some(index) = self.traced.get(captures.pattern) {
            doc.ingest.insert("_grok_match_index", Value::Str(doc.alloc_str(index)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use crate::ingest::testing::{check, run};
    use serde_json::{Map, Value, json};

    /// What a real node answered, as recorded by `tests/grok/record.py`.
    const DIALECT: &str = include_str!("../../../tests/grok/dialect.json");

    /// Patterns on which we differ, and why.
    const DEVIATIONS: &[(&str, &str)] = &[
        ("(?<", "the node's parser reads past the end"),
        ("\\p{", "the node's parser reads past the end"),
        ("\\p{L", "the node's parser reads past the end"),
        ("(?<.a>x)", "an exception in the node's path parser"),
        ("(?i)é(?<x>ß)", "PCRE2 knows no case of more than one character: ß is not SS"),
        ("(?i)(?<x>ss)", "the same"),
        ("(?i)(?<x>[ß])", "the same"),
        ("(?i)(?<x>fi)", "the same"),
        ("(?i)(?<x>ﬁ)", "the same"),
        ("(?i)(?<x>[ﬁ])", "the same"),
        ("(?~ab)(?<x>c)", "PCRE2 has no absent operator"),
        ("(?<x>(?:(?>x)|a+)+$)", "we stop by steps, the node by the clock"),
        ("(?:a|\\g<0>b){1}", "calls that never end fail when they run, not before"),
        ("(?<x>a)\\k<x-1>", "PCRE2 has no levels of recursion in references"),
        ("(?<x>\\M-a)", "no character has such a code in UTF-8"),
        ("%{TIMESTAMP_YMD:a}", "since Elasticsearch 9"),
    ];

    fn answer(case: &Value) -> String {
        let mut options = Map::new();
        options.insert("field".into(), json!("grok_input"));
        options.insert("patterns".into(), case["patterns"].clone());
        options.insert("trace_match".into(), json!(true));
        if let Some(definitions) = case.get("definitions") {
            options.insert("pattern_definitions".into(), definitions.clone());
        }
        let document = json!({"grok_input": case["text"]}).to_string();
        let answer = run(&json!({"processors": [{"grok": options}]}).to_string(), &document);
        if let Some((_, reason)) = answer.split_once("Invalid regex pattern found in: [") {
            return format!("error: {}", reason.rsplit_once("]. ").unwrap().1);
        }
        match serde_json::from_str::<Map<String, Value>>(&answer) {
            Ok(mut source) => {
                source.remove("grok_input");
                Value::Object(source).to_string()
            }
            Err(_) if answer.starts_with("Provided Grok expressions do not match") => "no match".into(),
            Err(_) => format!("failure: {answer}"),
        }
    }

    /// JSON where it is JSON, so that the order of members does not matter.
    fn comparable(answer: &str) -> Value {
        serde_json::from_str(answer).unwrap_or_else(|_| json!(answer))
    }

    #[test]
    fn the_dialect_is_the_nodes() {
        let cases: Vec<Value> = serde_json::from_str(DIALECT).unwrap();
        let mut wrong = Vec::new();
        for case in &cases {
            let deviates = DEVIATIONS.iter().any(|(pattern, _)| case["patterns"] == json!([pattern]));
            let (got, expected) = (answer(case), case["answer"].as_str().unwrap());
            if !deviates && comparable(&got) != comparable(expected) {
                wrong.push(format!("{} on {}:\n    got  {got}\n    node {expected}", case["patterns"], case["text"]));
            }
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    }

    #[test]
    fn fields_that_cannot_be_read() {
        let pattern = "grok: {field: m, patterns: ['%{WORD:x}']}";
        check(&[
            (pattern, r#"{"m":null}"#, "field [m] is null, cannot process it."),
            (pattern, "{}", "field [m] not present as part of path [m]"),
            (pattern, r#"{"m":1}"#, "field [m] of type [java.lang.Integer] cannot be cast to [java.lang.String]"),
            (pattern, r#"{"m":"é"}"#, "Provided Grok expressions do not match field value: [é]"),
            ("grok: {field: m, patterns: ['%{WORD:x}'], ignore_missing: true}", "{}", "{}"),
            ("grok: {field: m, patterns: ['%{WORD:x}'], validate_only: true}", r#"{"m":"a"}"#, r#"{"m":"a"}"#),
            (
                "grok: {field: m, patterns: ['%{INT:x}'], validate_only: true}",
                r#"{"m":"a"}"#,
                "Provided Grok expressions do not match field value: [a]",
            ),
            ("grok: {field: m, patterns: ['%{WORD:x}'], ignore_missing: true}", r#"{"m":null}"#, r#"{"m":null}"#),
            (pattern, r#"{"m":"a","x":["q"]}"#, r#"{"m":"a","x":"a"}"#),
        ]);
    }

    #[test]
    fn options_that_are_refused() {
        let check = |options: &str, expected: &str| {
            let got = run(&format!("processors:\n- grok: {{field: m, {options}}}"), "{}");
            assert_eq!(got.split_once(": ").map(|(_, reason)| reason), Some(expected), "{options}");
        };
        check("patterns: []", "[patterns] List of patterns must not be empty");
        check("patterns: a", "[patterns] property isn't a list, but of type [java.lang.String]");
        check(
            "patterns: ['%{NOPE}']",
            "[patterns] Invalid regex pattern found in: [%{NOPE}]. Unable to find pattern [NOPE] in Grok's pattern dictionary",
        );
        check("patterns: [a], ecs_compatibility: v8", "[ecs_compatibility] unsupported mode 'v8'");
        check(
            "patterns: [a], pattern_definitions: []",
            "[pattern_definitions] property isn't a map, but of type [java.util.ArrayList]",
        );
    }

    #[test]
    fn ecs_names_and_the_index_of_the_match() {
        let line = r#"{"m":"Nov 23 02:00:00 web-1 sshd[42]: hi"}"#;
        let ecs = "processors: [{grok: {field: m, patterns: ['^%{SYSLOGBASE} %{GREEDYDATA:message}'], ecs_compatibility: v1}}]";
        assert_eq!(
            comparable(&run(ecs, line)),
            json!({"m": "Nov 23 02:00:00 web-1 sshd[42]: hi", "timestamp": "Nov 23 02:00:00", "message": "hi",
                   "host": {"hostname": "web-1"}, "process": {"name": "sshd", "pid": 42}})
        );
        let traced = "processors: [{grok: {field: m, patterns: ['^%{INT}', '^(?:N)'], trace_match: true}}, {set: {field: i, copy_from: _ingest._grok_match_index}}]";
        assert_eq!(comparable(&run(traced, line))["i"], "1");
        let joined = "processors: [{grok: {field: m, patterns: ['(?<x>q)', '(?:\\k<x>)?web'], trace_match: true}}, {set: {field: i, copy_from: _ingest._grok_match_index}}]";
        assert_eq!(comparable(&run(joined, line))["i"], "1", "a pattern that refers to the one before");
    }
}
