//! Pipelines out of a live node, with the stored scripts and enrich policies that they name.

use super::{Imported, file_stem, pretty};
use crate::node::Node;
use glob::Pattern;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Keys that the node adds to what was put.
const BOOKKEEPING: &[&str] = &["created_date", "created_date_millis", "modified_date", "modified_date_millis"];

/// What pipelines name besides fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub pipelines: BTreeSet<String>,
    pub scripts: BTreeSet<String>,
    pub policies: BTreeSet<String>,
}

/// The pipelines whose name one of `only` means (all, if it is empty), and those that they call.
pub async fn from_node(node: &Node, only: &[Pattern]) -> anyhow::Result<Imported> {
    let mut imported = Imported { origin: node.url().to_owned(), ..Imported::default() };
    let all = node.pipelines().await?;
    let (chosen, named) = choose(&all, only, &mut imported);
    for name in &chosen {
        let Some(pipeline) = all.get(name) else { continue };
        let Some(stem) = file_stem(name) else {
            imported.warn(format!("the pipeline [{name}] has a name that no file can have"));
            continue;
        };
        let mut pipeline = pipeline.clone();
        if let Some(members) = pipeline.as_object_mut() {
            members.retain(|key, _| !BOOKKEEPING.contains(&key.as_str()));
        }
        imported.add(format!("{stem}.json"), pretty(&pipeline));
    }
    for id in &named.scripts {
        match (file_stem(id), node.script(id).await?) {
            (Some(stem), Some(script)) => {
                imported.add(format!("scripts/{stem}.json"), pretty(&json!({"script": script})))
            }
            (None, _) => imported.warn(format!("the script [{id}] has a name that no file can have")),
            (_, None) => imported.warn(format!("there is no script [{id}], which a pipeline names")),
        }
    }
    for name in &named.policies {
        policy(node, name, &mut imported).await?;
    }
    Ok(imported)
}

fn choose(all: &Map<String, Value>, only: &[Pattern], imported: &mut Imported) -> (BTreeSet<String>, Named) {
    let is_meant = |name: &&String| only.is_empty() || only.iter().any(|pattern| pattern.matches(name));
    let mut waiting: Vec<String> = all.keys().filter(is_meant).cloned().collect();
    let (mut chosen, mut named) = (BTreeSet::new(), Named::default());
    while let Some(name) = waiting.pop() {
        let Some(pipeline) = all.get(&name) else {
            imported.warn(format!("there is no pipeline [{name}], which another calls"));
            continue;
        };
        if !chosen.insert(name) {
            continue;
        }
        let mut found = Named::default();
        names_in(pipeline, &mut found);
        named.scripts.append(&mut found.scripts);
        named.policies.append(&mut found.policies);
        waiting.extend(found.pipelines.into_iter().filter(|name| !chosen.contains(name)));
    }
    (chosen, named)
}

/// What the processors of `value` name, however deep inside others they are.
pub(super) fn names_in(value: &Value, named: &mut Named) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names_in(item, named)),
        Value::Object(members) => {
            for (key, inner) in members {
                let text = |option: &str| inner.get(option).and_then(Value::as_str).map(str::to_owned);
                // What a template makes is known only when it runs.
                let literal = |option: &str| text(option).filter(|text| !text.contains("{{"));
                match key.as_str() {
                    "pipeline" => named.pipelines.extend(literal("name")),
                    "script" => named.scripts.extend(text("id")),
                    "enrich" => named.policies.extend(literal("policy_name")),
                    _ => {}
                }
                names_in(inner, named);
            }
        }
        _ => {}
    }
}

/// An enrich policy as a snapshot: the policy, and the documents of its source.
async fn policy(node: &Node, name: &str, imported: &mut Imported) -> anyhow::Result<()> {
    let Some(stem) = file_stem(name) else {
        imported.warn(format!("the enrich policy [{name}] has a name that no file can have"));
        return Ok(());
    };
    let Some(Value::Object(config)) = node.enrich_policy(name).await? else {
        imported.warn(format!("there is no enrich policy [{name}], which a pipeline names"));
        return Ok(());
    };
    let Some((kind, body)) = config.into_iter().next() else { return Ok(()) };
    let texts = |key: &str| -> Vec<String> {
        match body.get(key) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    };
    let (indices, match_field, enrich_fields) = (texts("indices"), body.get("match_field"), texts("enrich_fields"));
    let mut fields = enrich_fields.clone();
    fields.extend(match_field.and_then(Value::as_str).map(str::to_owned));
    let query = body.get("query").map(|query| match query.as_str() {
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| query.clone()),
        None => query.clone(),
    });
    let mut documents: Vec<String> =
        node.documents(&indices.join(","), query.as_ref(), &fields).await?.iter().map(Value::to_string).collect();
    // Shards answer in any order: without one of our own every import would differ.
    documents.sort();
    let policy = json!({kind: {"indices": indices, "match_field": match_field, "enrich_fields": enrich_fields}});
    imported.add(format!("enrich/{stem}.json"), pretty(&policy));
    imported.add(
        format!("enrich/{stem}.ndjson"),
        documents.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes(),
    );
    Ok(())
}
