//! The `anomaly` object of a document, ready to be copied into its bytes.

use super::template::Template;
use super::verdict::{Status, Verdict};
use crate::document::write_string;
use std::sync::Arc;
use std::time::Duration;

/// A verdict on a record of a template, rendered. Cached ones are shared by all records that get the same: writing one is a copy.
#[derive(Debug)]
pub struct Annotation {
    pub verdict: Arc<Verdict>,
    pub template: Template,
    pub status: Status,
    cached: bool,
    latency: Duration,
    json: Box<[u8]>,
}

impl Annotation {
    pub fn new(verdict: Arc<Verdict>, template: Template, status: Status, cached: bool, latency: Duration) -> Self {
        let mut json = Vec::with_capacity(320 + template.text.len() + verdict.reason.len());
        write_annotation(&verdict, status, &template, cached, latency, &mut json);
        Self { verdict, template, status, cached, latency, json: json.into() }
    }

    /// The same with something more to say in its reason.
    pub fn with_remark(&self, remark: &str) -> Self {
        let mut verdict = Verdict::clone(&self.verdict);
        verdict.reason =
            if verdict.reason.is_empty() { remark.into() } else { format!("{}; {remark}", verdict.reason).into() };
        Self::new(Arc::new(verdict), self.template.clone(), self.status, self.cached, self.latency)
    }

    /// The JSON object.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

/// Appends the value of a document's `anomaly` field.
pub fn write_annotation(
    verdict: &Verdict,
    status: Status,
    template: &Template,
    cached: bool,
    latency: Duration,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"{\"score\":");
    write_score(verdict.score, out);
    for (key, text) in [
        ("verdict", verdict.kind.name()),
        ("severity", verdict.severity.name()),
        ("category", &verdict.category),
        ("reason", &verdict.reason),
        ("status", status.name()),
        ("judge", &verdict.judge),
        ("model", verdict.model.as_deref().unwrap_or_default()),
        ("prompt_version", verdict.prompt_version.as_deref().unwrap_or_default()),
        ("runbook", verdict.runbook.as_deref().unwrap_or_default()),
    ] {
        if !text.is_empty() {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(b"\":");
            write_string(text, out);
        }
    }
    out.extend_from_slice(if cached { b",\"cached\":true" } else { b",\"cached\":false" });
    out.extend_from_slice(b",\"latency_ms\":");
    out.extend_from_slice(itoa::Buffer::new().format(latency.as_millis().min(u128::from(u32::MAX))).as_bytes());
    out.extend_from_slice(b",\"template\":{\"id\":");
    write_string(&template.id.to_string(), out);
    out.extend_from_slice(b",\"text\":");
    write_string(&template.text, out);
    out.extend_from_slice(b"}}");
}

/// With three digits after the point: more would claim what no judge knows.
fn write_score(score: f32, out: &mut Vec<u8>) {
    let score = if score.is_nan() { 0.0 } else { score };
    let thousandths = (f64::from(score).clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0;
    out.extend_from_slice(ryu::Buffer::new().format_finite(thousandths).as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::templates::TemplateId;
    use crate::score::verdict::{Kind, Severity};

    #[test]
    fn fields_are_those_of_the_mapping() {
        let verdict = Verdict {
            kind: Kind::Anomaly,
            severity: Severity::Critical,
            score: 0.95,
            category: "storage".into(),
            reason: "says \"disk full\"\n".into(),
            judge: "ollama".into(),
            model: Some("qwen2.5:7b".into()),
            prompt_version: Some("1".into()),
            runbook: None,
        };
        let template = Template { id: TemplateId(0xabc), text: "disk <*> full".into() };
        let latency = Duration::from_millis(1_234);
        let annotation = Annotation::new(Arc::new(verdict), template, Status::Scored, false, latency);
        assert_eq!(
            std::str::from_utf8(annotation.json()).unwrap(),
            concat!(
                r#"{"score":0.95,"verdict":"anomaly","severity":"CRITICAL","category":"storage","#,
                r#""reason":"says \"disk full\"\n","status":"scored","judge":"ollama","model":"qwen2.5:7b","#,
                r#""prompt_version":"1","cached":false,"latency_ms":1234,"#,
                r#""template":{"id":"0000000000000abc","text":"disk <*> full"}}"#
            )
        );
    }

    #[test]
    fn scores_have_three_digits() {
        for (score, expected) in [(0.1, "0.1"), (0.123_456, "0.123"), (f32::NAN, "0.0"), (7.0, "1.0")] {
            let mut out = Vec::new();
            write_score(score, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
