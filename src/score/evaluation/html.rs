//! An evaluation as a page that a person can read.

use super::{Evaluation, Measures};
use std::fmt::Write;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a}\
table{border-collapse:collapse;margin:1rem 0;width:100%}th,td{border:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}\
th{background:#f5f5f5}td.n{text-align:right;font-variant-numeric:tabular-nums}code{word-break:break-word;font-size:13px}";

/// One self-contained page.
pub fn page(evaluation: &Evaluation) -> String {
    let mut out =
        String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>logboom eval</title><style>");
    out.push_str(STYLE);
    let _ = write!(
        out,
        "</style><h1>Evaluation</h1><p>{} lines, {} of them anomalies, {} templates; {} calls, {} tokens, cache hit rate {:.4}.</p>",
        evaluation.lines,
        evaluation.anomalies,
        evaluation.templates,
        evaluation.calls,
        evaluation.tokens,
        evaluation.cache_hit_rate
    );
    out.push_str(
        "<table><tr><th></th><th>precision</th><th>recall</th><th>F1</th><th>false alarms</th><th>missed</th></tr>",
    );
    row("scorer", &evaluation.scorer, &mut out);
    if let Some(sessions) = &evaluation.sessions {
        row("scorer, by session", sessions, &mut out);
    }
    row("keywords alone", &evaluation.keywords, &mut out);
    row("nothing is found", &evaluation.null, &mut out);
    out.push_str("</table><h2>Mistakes</h2><table><tr><th>lines</th><th>should be</th><th>said</th><th>template, example</th><th>judge, reason</th></tr>");
    for mistake in &evaluation.mistakes {
        let _ = write!(
            out,
            "<tr><td class=n>{}</td><td>{}</td><td>{}</td><td><code>{}</code><br><small>{}</small></td><td>{}: {}</td></tr>",
            mistake.lines,
            mistake.should_be,
            mistake.said,
            escape(&mistake.template),
            escape(&mistake.example),
            escape(&mistake.judge),
            escape(&mistake.reason)
        );
    }
    out.push_str("</table></html>\n");
    out
}

fn row(name: &str, measures: &Measures, out: &mut String) {
    let figure = |value: f64, [low, high]: [f64; 2]| format!("{value:.3} <small>({low:.3}–{high:.3})</small>");
    let _ = write!(
        out,
        "<tr><th>{name}</th><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td></tr>",
        figure(measures.precision, measures.precision_interval),
        figure(measures.recall, measures.recall_interval),
        figure(measures.f1, measures.f1_interval),
        measures.confusion.false_positives,
        measures.confusion.false_negatives
    );
}

/// Lines and reasons are written by strangers.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
