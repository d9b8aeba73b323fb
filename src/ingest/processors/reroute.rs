//! `reroute`: sends the document to another index or data stream and ends all pipelines that run.

use crate::config::{ConfigError, Data};
use crate::document::{Document, End, FieldPath, PathError, Value, cannot_cast, check_update};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

#[expect(clippy::large_enum_variant, reason = "one for each processor, never moved about")]
enum Reroute {
    To(Box<str>),
    DataStream { kind: Part, dataset: Part, namespace: Part },
}

/// One part of a data stream's name: where its value comes from, and the field that tells it.
struct Part {
    sources: Vec<Source>,
    field: FieldPath,
    /// Characters that become `_`.
    disallowed: &'static [char],
}

enum Source {
    Text(Box<str>),
    /// `{{field}}`: the text of the reference, and the path unless it is none.
    Field(Box<str>, Result<FieldPath, PathError>),
}

const DISALLOWED_IN_NAMESPACE: &[char] = &['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':'];
const DISALLOWED: &[char] = &['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':', '-'];

/// UTF-16 units of a part of a data stream's name.
const PART_UNITS_MAX: usize = 100;

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let given = ["type", "dataset", "namespace"].map(|option| settings.node.get(option)).into_iter().flatten();
    let is_set = given.filter(|node| !matches!(&node.data, Data::Null)).any(|node| node.as_list() != Some(&[]));
    let kind = part(settings, "type", "data_stream.type", DISALLOWED)?;
    let dataset = part(settings, "dataset", "data_stream.dataset", DISALLOWED)?;
    let namespace = part(settings, "namespace", "data_stream.namespace", DISALLOWED_IN_NAMESPACE)?;
    Ok(Box::new(match settings.opt_string("destination")? {
        None => Reroute::DataStream { kind, dataset, namespace },
        Some(_) if is_set => {
            let at = settings.node.get("destination").unwrap_or(settings.node);
            let reason = "can only be set if type, dataset, and namespace are not set";
            return Err(settings.invalid("destination", at, reason));
        }
        Some(destination) => Reroute::To(destination.into()),
    }))
}

fn part<'n>(
    settings: &mut Settings<'n>,
    option: &'n str,
    field: &'static str,
    disallowed: &'static [char],
) -> Result<Part, ConfigError> {
    let mut texts = settings.opt_strings(option)?.unwrap_or_default();
    let at = settings.node.get(option).unwrap_or(settings.node);
    if texts.is_empty() {
        texts.push(format!("{{{{{field}}}}}"));
    }
    let sources = texts.iter().map(|text| Source::compile(text, disallowed));
    let sources = sources.collect::<Result<_, _>>().map_err(|reason| settings.invalid(option, at, reason))?;
    let field = FieldPath::parse(field).map_err(|error| settings.invalid(option, at, error))?;
    Ok(Part { sources, field, disallowed })
}

impl Source {
    /// A literal, or one field in two or three braces.
    fn compile(text: &str, disallowed: &[char]) -> Result<Self, String> {
        if !text.contains("{{") && !text.contains("}}") {
            if sanitized(text, disallowed) != text {
                return Err(format!("'{text}' contains disallowed characters"));
            }
            return Ok(Self::Text(text.into()));
        }
        let invalid = || format!("'{text}' is not a valid field reference");
        let inner = text.strip_prefix("{{").and_then(|t| t.strip_suffix("}}")).ok_or_else(invalid)?;
        let inner = inner.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(inner);
        if inner.contains(['{', '}']) {
            return Err(invalid());
        }
        let name = inner.trim_matches(|c| c <= ' ');
        Ok(Self::Field(name.into(), FieldPath::parse(name)))
    }

    fn resolve(&self, doc: &Document<'_>, disallowed: &[char]) -> Result<Option<String>, Failure> {
        let (name, path) = match self {
            Self::Text(text) => return Ok(Some(text.to_string())),
            Self::Field(name, path) => (name, path.as_ref().map_err(Clone::clone)?),
        };
        // A key with dots counts where the path leads to nothing.
        let text = match doc.get_str(path, true)? {
            Some(text) => Some(text),
            None => match doc.root.get(name) {
                None | Some(Value::Null) => None,
                Some(Value::Str(text)) => Some(text),
                Some(other) => return Err(cannot_cast(path, other, "java.lang.String").into()),
            },
        };
        Ok(text.map(|text| sanitized(text, disallowed)))
    }
}

fn sanitized(text: &str, disallowed: &[char]) -> String {
    let mut units = 0;
    let lower = text.to_lowercase();
    let kept = lower.chars().take_while(|c| {
        units += c.len_utf16();
        units <= PART_UNITS_MAX
    });
    kept.map(|c| if disallowed.contains(&c) { '_' } else { c }).collect()
}

impl Part {
    /// The first source that has a value, else what the index is called now.
    fn value(&self, doc: &Document<'_>, current: &str) -> Result<String, Failure> {
        for source in &self.sources {
            if let Some(value) = source.resolve(doc, self.disallowed)? {
                return Ok(value);
            }
        }
        Ok(current.to_owned())
    }
}

impl Processor for Reroute {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let (kind, dataset, namespace) = match self {
            Reroute::To(destination) => return Ok(go(doc, destination)?),
            Reroute::DataStream { kind, dataset, namespace } => (kind, dataset, namespace),
        };
        let index = match doc.root.get("_index") {
            Some(Value::Str(index)) => index,
            _ => return Err(Failure::illegal_argument("field [_index] not present as part of path [_index]")),
        };
        let mut parts = index.splitn(3, '-');
        let (Some(current_kind), Some(current_dataset), Some(current_namespace)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(Failure::illegal_argument(format!(
                "invalid data stream name: [{index}]; must follow naming scheme <type>-<dataset>-<namespace>"
            )));
        };
        let values = [
            (kind, kind.value(doc, current_kind)?),
            (dataset, dataset.value(doc, current_dataset)?),
            (namespace, namespace.value(doc, current_namespace)?),
        ];
        let [(_, k), (_, d), (_, n)] = &values;
        go(doc, &format!("{k}-{d}-{n}"))?;
        for (part, value) in &values {
            let value = doc.string(value);
            // A key with dots is kept up to date rather than doubled.
            if !doc.root.replace(part.field.text(), value) {
                doc.set(&part.field, value)?;
            }
        }
        let value = doc.string(d);
        let event_dataset = FieldPath::parse("event.dataset")?;
        if !doc.root.replace("event.dataset", value) && doc.has(&event_dataset) {
            doc.set(&event_dataset, value)?;
        }
        Ok(())
    }
}

fn go(doc: &Document<'_>, index: &str) -> Result<(), PathError> {
    let index = doc.string(index);
    check_update("_index", index)?;
    doc.root.insert("_index", index);
    doc.set_end(Some(End::Rerouted));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use crate::config;
    use crate::document::{Arena, Document, parse};
    use crate::ingest::{Context, PipelineOptions, Pipelines};

    /// The index and the source that a document of the index `logs-a-b` ends with, or the failure.
    fn rerouted(options: &str, document: &str) -> String {
        let pipeline = format!("processors: [{{reroute: {{{options}}}}}, {{fail: {{message: goes on}}}}]");
        let node = config::read_text("t", &pipeline).unwrap();
        let pipelines = match Pipelines::compile(&[("t".into(), node)], &PipelineOptions::default()) {
            Ok(pipelines) => pipelines,
            Err(errors) => return errors[0].reason.clone(),
        };
        let arena = Arena::new();
        let root = parse(document, &arena).unwrap().as_object().unwrap();
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        doc.set_metadata("_index", "logs-a-b");
        match pipelines.run("t", &doc, &mut Context::new(&pipelines, jiff::Timestamp::UNIX_EPOCH)) {
            Err(failure) => failure.reason,
            Ok(_) => {
                let mut out = Vec::new();
                doc.write_source(&mut out);
                format!("{} {}", doc.metadata("_index").unwrap(), String::from_utf8(out).unwrap())
            }
        }
    }

    /// What a node (8.19) answered.
    #[test]
    fn destinations() {
        for (options, document, expected) in [
            ("", "{}", r#"logs-a-b {"data_stream":{"type":"logs","dataset":"a","namespace":"b"}}"#),
            ("destination: z", "{}", "z {}"),
            (
                "dataset: x, namespace: [y]",
                "{}",
                r#"logs-x-y {"data_stream":{"type":"logs","dataset":"x","namespace":"y"}}"#,
            ),
            (
                "dataset: ['{{a}}', '{{{b.c}}}', d]",
                r#"{"b":{"c":"Q/r-s"}}"#,
                r#"logs-q_r_s-b {"b":{"c":"Q/r-s"},"data_stream":{"type":"logs","dataset":"q_r_s","namespace":"b"}}"#,
            ),
            (
                "",
                r#"{"data_stream":{"namespace":"N-s x"},"data_stream.dataset":"d","event":{"dataset":"e"}}"#,
                r#"logs-d-n-s_x {"data_stream":{"namespace":"n-s_x","type":"logs"},"data_stream.dataset":"d","event":{"dataset":"d"}}"#,
            ),
            ("type: metrics", "{}", r#"metrics-a-b {"data_stream":{"type":"metrics","dataset":"a","namespace":"b"}}"#),
            (
                "",
                r#"{"data_stream":{"dataset":5}}"#,
                "field [data_stream.dataset] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
            ("dataset: A", "{}", "[dataset] 'A' contains disallowed characters"),
            ("dataset: '{{a}}x'", "{}", "[dataset] '{{a}}x' is not a valid field reference"),
            (
                "destination: z, dataset: x",
                "{}",
                "[destination] can only be set if type, dataset, and namespace are not set",
            ),
        ] {
            assert_eq!(rerouted(options, document), expected, "{options} {document}");
        }
    }
}
