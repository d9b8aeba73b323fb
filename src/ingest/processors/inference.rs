//! `inference`: asks a model about a text of the document. The models are logboom's judges; options, results and failures are those of
//! Elasticsearch's processor for a text classification model.

use crate::config::{ConfigError, Data, Node};
use crate::document::{Document, FieldPath, Object, Value};
use crate::ingest::inference::{Inference, NoModel};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

/// What text classification models call their input.
const MODEL_INPUT: &str = "text_field";
const RESULTS_FIELD: &str = "predicted_value";
/// Inputs of one processor.
const INPUTS_MAX: usize = 64;

/// A text that goes to the model, and where its answer goes.
struct Input {
    from: FieldPath,
    to: Output,
}

enum Output {
    /// An object with everything that the model says; the predicted value is its member of this name.
    Whole(FieldPath, Box<str>),
    /// The predicted value alone.
    Value(FieldPath),
}

struct Asked {
    model_id: Box<str>,
    inputs: Vec<Input>,
    ignore_missing: bool,
    service: FieldPath,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let model_id = settings.string("model_id")?.into();
    let inputs = match settings.take("input_output") {
        Some(node) => {
            for option in ["target_field", "field_map"] {
                if let Some(other) = settings.take(option) {
                    return Err(settings.invalid(option, other, "option is [input_output]'s: give one of the two"));
                }
            }
            inputs(settings, node)?
        }
        None => vec![mapped(settings)?],
    };
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let service = FieldPath::parse("service.name").map_err(|e| settings.invalid_option("model_id", e))?;
    Ok(Box::new(Asked { model_id, inputs, ignore_missing, service }))
}

/// `input_output`: one object or a list of them.
fn inputs(settings: &Settings<'_>, node: &Node) -> Result<Vec<Input>, ConfigError> {
    let wrong = |node: &Node, reason: &str| settings.invalid("input_output", node, reason);
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    if items.is_empty() || items.len() > INPUTS_MAX {
        return Err(wrong(node, &format!("must have 1 to {INPUTS_MAX} members")));
    }
    let read = |item: &Node| {
        let path = |name: &str| {
            let text = item.get(name).and_then(Node::as_str);
            let text = text
                .ok_or_else(|| wrong(item, &format!("must have [input_field] and [output_field]: no text [{name}]")))?;
            FieldPath::parse(text).map_err(|e| wrong(item, &e.to_string()))
        };
        Ok(Input { from: path("input_field")?, to: Output::Value(path("output_field")?) })
    };
    items.iter().map(read).collect()
}

/// `field_map`, `target_field` and `inference_config`.
fn mapped(settings: &mut Settings<'_>) -> Result<Input, ConfigError> {
    let mut from = MODEL_INPUT;
    for (field, input) in settings.opt_map("field_map")?.unwrap_or_default() {
        if input.as_str() != Some(MODEL_INPUT) {
            return Err(settings.invalid("field_map", input, format!("the model has one input, [{MODEL_INPUT}]")));
        }
        from = &field.text;
    }
    let from = FieldPath::parse(from).map_err(|e| settings.invalid_option("field_map", e))?;
    let tag = settings.take("tag").and_then(Node::as_str).unwrap_or_default();
    let default = if tag.is_empty() { "ml.inference".to_owned() } else { format!("ml.inference.{tag}") };
    let results_field = results_field(settings)?;
    Ok(Input { from, to: Output::Whole(settings.path_or("target_field", &default)?, results_field.into()) })
}

/// `inference_config: {classification: {results_field: …}}`, or `text_classification`.
fn results_field(settings: &mut Settings<'_>) -> Result<String, ConfigError> {
    let mut name = RESULTS_FIELD;
    for (task, options) in settings.opt_map("inference_config")?.unwrap_or_default() {
        if !["classification", "text_classification"].contains(&task.text.as_str()) {
            let reason = format!("no model here does [{}]: the models classify texts", task.text);
            return Err(settings.invalid("inference_config", options, reason));
        }
        for (option, value) in options.as_map().unwrap_or_default() {
            match (&*option.text, &value.data) {
                ("results_field", Data::String(text)) => name = text,
                _ => {
                    let reason = format!("[{}] is not supported: [results_field] is, as text", option.text);
                    return Err(settings.invalid("inference_config", value, reason));
                }
            }
        }
    }
    Ok(name.to_owned())
}

impl Processor for Asked {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        for input in &self.inputs {
            let text = match doc.find(&input.from) {
                Some(Value::Str(text)) => text,
                None | Some(Value::Null) if self.ignore_missing => continue,
                None | Some(Value::Null) => {
                    let reason = format!("Input field [{}] does not exist in the source document", input.from.text());
                    return Err(Failure::illegal_argument(reason));
                }
                Some(other) => {
                    let reason =
                        format!("input field [{}] is of type [{}], not a text", input.from.text(), other.java_class());
                    return Err(Failure::illegal_argument(reason));
                }
            };
            let service = doc.find(&self.service).and_then(Value::as_str);
            let answer = match cx.models {
                Some(models) => models.infer(&self.model_id, text, service),
                None => Err(NoModel(Vec::new())),
            };
            self.write(doc, &input.to, &answer.map_err(|none| self.not_found(&none))?)?;
        }
        Ok(())
    }
}

impl Asked {
    fn write(&self, doc: &Document<'_>, output: &Output, answer: &Inference) -> Result<(), Failure> {
        let (path, results_field) = match output {
            Output::Value(path) => return Ok(doc.set(path, doc.string(&answer.predicted_value))?),
            Output::Whole(path, results_field) => (path, results_field),
        };
        let result = Object::new_in(doc.arena);
        result.insert(doc.arena.alloc_str(results_field), doc.string(&answer.predicted_value));
        result.insert("prediction_score", Value::Double(thousandths(answer.prediction_score)));
        for (name, text) in answer.more.iter().filter(|(_, text)| !text.is_empty()) {
            result.insert(name, doc.string(text));
        }
        result.insert("model_id", doc.string(&self.model_id));
        Ok(doc.set(path, Value::Object(doc.arena.alloc(result)))?)
    }

    fn not_found(&self, NoModel(known): &NoModel) -> Failure {
        let hint = if known.is_empty() {
            "nothing is scored here, so there are no models".to_owned()
        } else {
            format!("there is [{}]", known.join(", "))
        };
        let reason = format!("Could not find trained model [{}]: {hint}", self.model_id);
        Failure::new(ErrorKind::Other("resource_not_found_exception"), reason)
    }
}

/// With three digits after the point, as in `anomaly.score`.
fn thousandths(score: f32) -> f64 {
    (f64::from(score) * 1_000.0).round() / 1_000.0
}
