//! `routes:` of logboom.yml.

use super::Match;
use crate::alert::AlertSettings;
use crate::config::{Node, Problems, Section};
use crate::ingest::{Condition, MediaType, Template};
use crate::score;
use crate::sink::OutputSettings;

/// One route.
pub struct RouteSettings {
    pub name: String,
    pub matches: Match,
    pub condition: Option<Condition>,
    /// The pipeline, and the place that names it.
    pub pipeline: Option<(String, Node)>,
    pub destination: Destination,
    /// The alert policy, where findings of this route are told.
    pub alert_policy: Option<String>,
    /// `None`: documents of this route are not scored.
    pub score: Option<score::RouteSettings>,
}

/// Where a route's documents go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// Nowhere: the record is dropped on purpose.
    Drop,
    Index {
        output: String,
        index: Template,
        /// `None` for an alias: what is behind it is not ours to know.
        is_data_stream: Option<bool>,
    },
}

impl RouteSettings {
    pub fn read_all(
        nodes: &[Node],
        outputs: &[(String, OutputSettings)],
        alerts: &AlertSettings,
        scores: bool,
        problems: &Problems,
    ) -> Vec<Self> {
        let mut routes: Vec<Self> =
            nodes.iter().filter_map(|node| Self::read(node, outputs, alerts, scores, problems)).collect();
        // `default` takes what no other route takes, wherever it stands.
        routes.sort_by_key(|route| route.name == "default");
        routes
    }

    fn read(
        node: &Node,
        outputs: &[(String, OutputSettings)],
        alerts: &AlertSettings,
        scores: bool,
        problems: &Problems,
    ) -> Option<Self> {
        let mut section = Section::new(node, problems);
        let name = section.required_string("name");
        let matches = section.take("match").map(|n| Match::read(n, problems)).unwrap_or_default();
        let condition = section.take("if").and_then(|n| Condition::compile(n).map_err(|e| problems.add(e)).ok());
        let pipeline = section.take("pipeline").and_then(|n| match n.as_str() {
            Some(name) => Some((name.to_owned(), n.clone())),
            None => section.wrong(n, "a pipeline's name"),
        });
        let destination = match section.take("to") {
            Some(to) if to.as_str() == Some("drop") => Destination::Drop,
            Some(to) => read_destination(to, outputs, problems)?,
            None if section.bool_or("drop", false) => Destination::Drop,
            None => {
                let hint = "to: { data_stream: logs-nginx.access-prod }, or to: drop";
                problems.add(node.error(format!("route `{name}` has no `to`")).help(hint));
                return None;
            }
        };
        let alert_policy = section.section("alert").and_then(|mut alert| {
            let policy = alert.require("policy").and_then(|node| {
                let name = node.as_str().or_else(|| alert.wrong(node, "a policy's name"))?;
                if alerts.policies.contains_key(name) {
                    return Some(name.to_owned());
                }
                let known: Vec<&str> = alerts.policies.keys().map(String::as_str).collect();
                problems.add(
                    node.error(format!("there is no policy `{name}`")).help(format!("policies: {}", known.join(", "))),
                );
                None
            });
            alert.finish();
            policy
        });
        let score = match section.take("score") {
            Some(node) => score::RouteSettings::read(node, problems),
            None => scores.then(score::RouteSettings::standard).flatten(),
        };
        section.finish();
        Some(Self { name, matches, condition, pipeline, destination, alert_policy, score })
    }
}

fn read_destination(node: &Node, outputs: &[(String, OutputSettings)], problems: &Problems) -> Option<Destination> {
    let mut section = Section::new(node, problems);
    let output = match section.take("output") {
        None => outputs.first().map(|(name, _)| name.clone()).unwrap_or_default(),
        Some(named) => {
            let name = named.as_str().unwrap_or_default();
            if !outputs.iter().any(|(known, _)| known == name) {
                let known: Vec<&str> = outputs.iter().map(|(n, _)| n.as_str()).collect();
                problems.add(
                    named.error(format!("there is no output `{name}`")).help(format!("outputs: {}", known.join(", "))),
                );
            }
            name.to_owned()
        }
    };
    let kinds = [("data_stream", Some(true)), ("index", Some(false)), ("alias", None)];
    let targets: Vec<(&Node, Option<bool>)> =
        kinds.into_iter().filter_map(|(key, kind)| section.take(key).map(|node| (node, kind))).collect();
    section.finish();
    let [(target, is_data_stream)] = targets.as_slice() else {
        problems.add(node.error("`to` needs exactly one of `data_stream`, `index` and `alias`"));
        return None;
    };
    let template = target.as_str().ok_or_else(|| "expected a name".to_owned());
    match template.and_then(|text| Template::compile(text, MediaType::PlainText)) {
        Ok(index) => Some(Destination::Index { output, index, is_data_stream: *is_data_stream }),
        Err(reason) => {
            problems.add(target.error(reason));
            None
        }
    }
}
