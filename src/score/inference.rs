//! The judges as models that a pipeline can ask with its `inference` processor: the whole chain behind the verdict cache, so that a text
//! of a known template costs a look-up there too.

use super::flight::Judged;
use super::settings::Terms;
use super::worker::{Hints, Scored, WorkerScorer};
use crate::ingest::inference::{Inference, Models, NoModel};
use std::cell::RefCell;
use tokio::runtime::Handle;

/// The id under which pipelines find the judges.
pub const MODEL_ID: &str = "logboom";

/// One worker's access to the judges.
pub struct JudgeModels {
    scorer: RefCell<WorkerScorer>,
    runtime: Handle,
}

impl JudgeModels {
    pub(super) fn new(scorer: WorkerScorer, runtime: Handle) -> Self {
        Self { scorer: RefCell::new(scorer), runtime }
    }
}

impl Models for JudgeModels {
    fn infer(&self, id: &str, text: &str, service: Option<&str>) -> Result<Inference, NoModel> {
        if id != MODEL_ID {
            return Err(NoModel(vec![MODEL_ID]));
        }
        let hints = Hints { level: None, service, terms: Terms::default() };
        let scored = self.scorer.borrow_mut().score(text, hints);
        Ok(inference(&match scored {
            Scored::Known(judged) => judged,
            // The pipeline needs the answer to go on. The scorer's deadline bounds the wait.
            Scored::Wait(ticket) => self.runtime.block_on(ticket.wait()),
        }))
    }
}

fn inference(judged: &Judged) -> Inference {
    let (verdict, status) = (&judged.annotation.verdict, judged.annotation.status);
    Inference {
        predicted_value: verdict.kind.name().to_owned(),
        prediction_score: verdict.score,
        more: vec![
            ("severity", verdict.severity.name().to_owned()),
            ("category", verdict.category.to_string()),
            ("reason", verdict.reason.to_string()),
            ("status", status.name().to_owned()),
            ("judge", verdict.judge.to_string()),
            ("model", verdict.model.as_deref().unwrap_or_default().to_owned()),
        ],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::config;
    use crate::document::{Arena, Document, parse};
    use crate::ingest::{Context, PipelineOptions, Pipelines};
    use crate::score::{Scorer, Settings};

    /// Runs one processor with the judge `rules` at hand, or without any.
    fn run(processor: &str, document: &str, has_models: bool) -> String {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let settings = Settings { judges: vec!["rules".into()], ..Settings::default() };
        let scorer = Scorer::start(&settings, runtime.handle(), &reqwest::Client::new()).unwrap();
        let models = scorer.models();
        let node = config::read_text("t", &format!("processors: [{{inference: {{{processor}}}}}]")).unwrap();
        let pipelines = match Pipelines::compile(&[("t".into(), node)], &PipelineOptions::default()) {
            Ok(pipelines) => pipelines,
            Err(errors) => return errors[0].reason.clone(),
        };
        let arena = Arena::new();
        let root = parse(document, &arena).unwrap().as_object().unwrap();
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        let mut cx = Context::new(&pipelines, jiff::Timestamp::UNIX_EPOCH);
        if has_models {
            cx.models = Some(&models);
        }
        match pipelines.run("t", &doc, &mut cx) {
            Err(failure) => format!("{}: {}", failure.kind.name(), failure.reason),
            Ok(_) => {
                let mut out = Vec::new();
                doc.write_source(&mut out);
                String::from_utf8(out).unwrap()
            }
        }
    }

    #[test]
    fn asks_the_judges() {
        let whole =
            run("model_id: logboom, field_map: {message: text_field}", r#"{"message":"disk failure: 磁盘崩溃"}"#, true);
        let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
        let result = &whole["ml"]["inference"];
        assert_eq!(result["predicted_value"], "anomaly");
        assert_eq!(result["severity"], "CRITICAL");
        assert_eq!((result["judge"].as_str(), result["status"].as_str()), (Some("rules"), Some("scored")));
        assert_eq!(result["model_id"], "logboom");
        for (processor, document, expected) in [
            (
                "model_id: logboom, input_output: {input_field: a, output_field: b}",
                r#"{"a":"宕机"}"#,
                r#"{"a":"宕机","b":"anomaly"}"#,
            ),
            (
                "model_id: logboom, input_output: [{input_field: a, output_field: x}, {input_field: b, output_field: y}]",
                r#"{"a":"started","b":"宕机"}"#,
                r#"{"a":"started","b":"宕机","x":"normal","y":"anomaly"}"#,
            ),
            ("model_id: logboom, ignore_missing: true", "{}", "{}"),
            (
                "model_id: logboom",
                "{}",
                "illegal_argument_exception: Input field [text_field] does not exist in the source document",
            ),
            (
                "model_id: logboom",
                r#"{"text_field":1}"#,
                "illegal_argument_exception: input field [text_field] is of type [java.lang.Integer], not a text",
            ),
            (
                "model_id: other",
                r#"{"text_field":"a"}"#,
                "resource_not_found_exception: Could not find trained model [other]: there is [logboom]",
            ),
            ("field_map: {}", "{}", "[model_id] required property is missing"),
            (
                "model_id: logboom, inference_config: {regression: {}}",
                "{}",
                "[inference_config] no model here does [regression]: the models classify texts",
            ),
        ] {
            assert_eq!(run(processor, document, true), expected, "{processor}");
        }
    }

    #[test]
    fn names_of_results() {
        let options = "model_id: logboom, tag: t, inference_config: {text_classification: {results_field: label}}";
        let text = run(options, r#"{"text_field":"宕机"}"#, true);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["ml"]["inference"]["t"]["label"], "anomaly");
    }

    #[test]
    fn without_scoring_there_are_no_models() {
        let expected = "resource_not_found_exception: Could not find trained model [logboom]: nothing is scored here, so there are no models";
        assert_eq!(run("model_id: logboom", r#"{"text_field":"a"}"#, false), expected);
    }
}
