//! The requests, one function each.

use super::answer::Answer;
use super::store::{Held, PutError, Store};
use super::{Call, Media, errors};
use crate::config::{self, Data, Node};
use crate::document::{Arena, Document, Object, Value, parse_bytes, write_json};
use crate::ingest::simulate::{ANSWER_BYTES_MAX, GivenError, Simulation, from_item};
use crate::ingest::{Failure, Pipelines};
use crate::rest::{Identity, matches};
use axum::http::{Method, StatusCode};
use serde_json::{Map, json};

/// The release whose interface this is.
const ELASTICSEARCH_VERSION: &str = "8.19.8";
/// The name of a pipeline that a request brings along.
const BROUGHT: &str = "_simulate_pipeline";
/// A pipeline's name; Elasticsearch's file and index names end here too.
const NAME_BYTES_MAX: usize = 1_024;

/// Options that a pipeline may have on the node.
const PIPELINE_KEYS: &[&str] = &[
    "processors",
    "on_failure",
    "version",
    "description",
    "_meta",
    "deprecated",
    "field_access_pattern",
    "created_date_millis",
    "modified_date_millis",
    "created_date",
    "modified_date",
];

type Answered = Result<Answer, Answer>;

impl Call {
    /// Does what is asked for.
    pub(super) fn answer(&self, store: &Store) -> Answer {
        let mut answered = self.dispatch(store).unwrap_or_else(|refused| refused);
        if let Some(paths) = self.query.get("filter_path").filter(|paths| !paths.is_empty()) {
            answered = answered.filtered(paths);
        }
        match self.query.flag("pretty") {
            Ok(true) => answered.pretty(),
            _ => answered,
        }
    }

    fn dispatch(&self, store: &Store) -> Answered {
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        let is_get = self.method == Method::GET || self.method == Method::HEAD;
        let is_post = self.method == Method::GET || self.method == Method::POST;
        match (parts.as_slice(), &self.method) {
            ([], _) if is_get => Ok(about()),
            ([], _) => Err(self.wrong_method("GET, DELETE, HEAD")),
            (["_cluster", "health"], _) if is_get => Ok(health()),
            (["_ingest", "pipeline", "_simulate"], _) if is_post => self.simulate(store, None),
            (["_ingest", "pipeline", "_simulate"], _) => Err(self.wrong_method("GET, POST")),
            (["_ingest", "pipeline", name, "_simulate"], _) if is_post => self.simulate(store, Some(name)),
            (["_ingest", "pipeline", _, "_simulate"], _) => Err(self.wrong_method("GET, POST")),
            (["_ingest", "pipeline"], _) if is_get => self.get(&store.held(), "*"),
            (["_ingest", "pipeline"], _) => Err(self.wrong_method("GET")),
            (["_ingest", "pipeline", names], _) if is_get => self.get(&store.held(), names),
            (["_ingest", "pipeline", name], &Method::PUT) => self.put(store, name),
            (["_ingest", "pipeline", name], &Method::DELETE) => self.delete(store, name),
            (["_ingest", "pipeline", _], _) => Err(self.wrong_method("GET, DELETE, PUT")),
            _ => {
                let error = format!("no handler found for uri [{}] and method [{}]", self.path, self.method);
                Err(Answer::plain(StatusCode::BAD_REQUEST, &error))
            }
        }
    }

    fn wrong_method(&self, allowed: &str) -> Answer {
        let error =
            format!("Incorrect HTTP method for uri [{}] and method [{}], allowed: [{allowed}]", self.path, self.method);
        Answer::plain(StatusCode::METHOD_NOT_ALLOWED, &error)
    }

    fn get(&self, held: &Held, names: &str) -> Answered {
        self.query.allow(&self.path, &["summary"])?;
        let summary = self.query.flag("summary")?;
        let mut found = Map::new();
        for pattern in names.split(',') {
            for (name, source) in held.sources.iter().filter(|(name, _)| matches(pattern, name)) {
                found.insert(name.clone(), if summary { json!({}) } else { source.json.clone() });
            }
        }
        let status = if found.is_empty() && names != "*" { StatusCode::NOT_FOUND } else { StatusCode::OK };
        Ok(Answer::new(status, &found.into()))
    }

    fn put(&self, store: &Store, name: &str) -> Answered {
        self.query.allow(&self.path, &["if_version"])?;
        if name.len() > NAME_BYTES_MAX {
            let reason = format!("the name of a pipeline has at most {NAME_BYTES_MAX} bytes");
            return Err(Answer::bad_request("illegal_argument_exception", &reason));
        }
        let version = match self.query.get("if_version").map(str::parse) {
            None => None,
            Some(Ok(version)) => Some(version),
            Some(Err(_)) => {
                return Err(Answer::bad_request("illegal_argument_exception", "invalid value for [if_version]"));
            }
        };
        let node = self.body_node()?;
        check_keys(name, &node)?;
        store.put(name, &node, self.body.len(), version).map_err(|error| match error {
            PutError::Wrong(errors) => errors::refuse(name, &node, errors),
            PutError::Version(reason) => Answer::bad_request("illegal_argument_exception", &reason),
            PutError::Full(reason) => {
                Answer::error(StatusCode::TOO_MANY_REQUESTS, "circuit_breaking_exception", &reason)
            }
        })?;
        Ok(Answer::ok(&json!({"acknowledged": true})))
    }

    fn delete(&self, store: &Store, pattern: &str) -> Answered {
        self.query.allow(&self.path, &[])?;
        if store.delete(pattern) {
            return Ok(Answer::ok(&json!({"acknowledged": true})));
        }
        let reason = format!("pipeline [{pattern}] is missing");
        Err(Answer::error(StatusCode::NOT_FOUND, "resource_not_found_exception", &reason))
    }

    fn simulate(&self, store: &Store, name: Option<&str>) -> Answered {
        self.query.allow(&self.path, &["verbose"])?;
        let verbose = self.query.flag("verbose")?;
        self.require_body()?;
        if self.media != Media::Json {
            return Err(Answer::plain(StatusCode::NOT_ACCEPTABLE, "documents are taken as JSON only"));
        }
        let arena = Arena::new();
        let body = parse_bytes(&self.body, &arena).map_err(|error| no_json(&self.body, error.offset, error.reason))?;
        let empty = Object::new_in(&arena);
        let body = body.as_object().unwrap_or(empty);
        let held = store.held();
        let (pipelines, name) = match name {
            Some(name) => {
                if held.pipelines.get(name).is_none() {
                    let reason = format!("pipeline [{name}] does not exist");
                    return Err(Answer::bad_request("illegal_argument_exception", &reason));
                }
                (held.pipelines.clone(), name)
            }
            None => (brought(store, &held.pipelines, body)?, BROUGHT),
        };
        let now = jiff::Timestamp::now();
        let docs = documents(body, &arena, now)?;
        let simulation = Simulation { pipelines: &pipelines, name, now };
        simulate_all(&simulation, &docs, verbose)
    }

    fn require_body(&self) -> Result<(), Answer> {
        let missing = || Answer::bad_request("parse_exception", "request body or source parameter is required");
        if self.body.is_empty() { Err(missing()) } else { Ok(()) }
    }

    /// The body as a pipeline; anything but a map is an empty one, as on the node.
    fn body_node(&self) -> Result<Node, Answer> {
        self.require_body()?;
        let text = std::str::from_utf8(&self.body)
            .map_err(|error| no_json(&self.body, error.valid_up_to(), "the body is not valid UTF-8"))?;
        let read = match self.media {
            Media::Json => config::read_json(BODY, text),
            Media::Yaml => config::read_text(BODY, text),
        };
        let mut node = read.map_err(|error| {
            let reason = format!("[{}:{}] {}", error.at.line, error.at.column, error.reason);
            Answer::bad_request("x_content_parse_exception", &reason)
        })?;
        if node.as_map().is_none() {
            node.data = Data::Map(Vec::new());
        }
        Ok(node)
    }
}

/// What a body is called in the places of errors.
const BODY: &str = "body";

fn no_json(body: &[u8], offset: usize, reason: &str) -> Answer {
    let passed = body.get(..offset).unwrap_or(body);
    let line = 1 + memchr::memchr_iter(b'\n', passed).count();
    let column = passed.len() - memchr::memrchr(b'\n', passed).map_or(0, |at| at + 1) + 1;
    let (kind, reason) = match offset >= body.len() {
        true => ("x_content_e_o_f_exception", "Unexpected end of file"),
        false => ("x_content_parse_exception", reason),
    };
    Answer::bad_request(kind, &format!("[{line}:{column}] {reason}"))
}

fn check_keys(name: &str, node: &Node) -> Result<(), Answer> {
    // What is missing is told first.
    if node.get("processors").is_none() {
        return Ok(());
    }
    let keys = node.as_map().unwrap_or_default().iter().map(|(key, _)| key.text.as_str());
    let unknown: Vec<&str> = keys.filter(|key| !PIPELINE_KEYS.contains(key)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown = unknown.join(", ");
    let reason = format!("pipeline [{name}] doesn't support one or more provided configuration parameters [{unknown}]");
    Err(Answer::bad_request("parse_exception", &reason))
}

fn refuse_given(error: &GivenError) -> Answer {
    let mut exception = json!({"type": error.kind.name(), "reason": error.reason});
    if let (Some(members), Some(property)) = (exception.as_object_mut(), error.property) {
        members.insert("property_name".to_owned(), json!(property));
    }
    Answer::exception(StatusCode::BAD_REQUEST, exception)
}

/// The server's pipelines with the one that the body brings.
fn brought(store: &Store, pipelines: &Pipelines, body: &Object<'_>) -> Result<Pipelines, Answer> {
    let wrong = |what: &str| refuse_given(&GivenError::property("pipeline", what));
    let pipeline = match body.get("pipeline") {
        None | Some(Value::Null) => return Err(wrong("required property is missing")),
        Some(Value::Object(pipeline)) => pipeline,
        Some(other) => {
            return Err(wrong(&format!("property isn't a map, but of type [{}]", other.java_class())));
        }
    };
    let mut text = Vec::new();
    write_json(Value::Object(pipeline), &mut text);
    let node = config::read_json(BODY, &String::from_utf8_lossy(&text))
        .map_err(|error| Answer::bad_request("x_content_parse_exception", &error.reason))?;
    let pipeline = store.compile(BROUGHT, &node).map_err(|errors| errors::refuse(BROUGHT, &node, errors))?;
    check_keys(BROUGHT, &node)?;
    Ok(pipelines.with(pipeline))
}

fn documents<'a>(body: &Object<'a>, arena: &'a Arena, now: jiff::Timestamp) -> Result<Vec<Document<'a>>, Answer> {
    let wrong = |what: &str| refuse_given(&GivenError::property("docs", what));
    let items = match body.get("docs") {
        None | Some(Value::Null) => return Err(wrong("required property is missing")),
        Some(Value::Array(items)) => items,
        Some(other) => {
            return Err(wrong(&format!("property isn't a list, but of type [{}]", other.java_class())));
        }
    };
    if items.is_empty() {
        return Err(Answer::bad_request("illegal_argument_exception", "must specify at least one document in [docs]"));
    }
    items.iter().map(|item| from_item(item, arena, now).map_err(|error| refuse_given(&error))).collect()
}

fn simulate_all(simulation: &Simulation<'_>, docs: &[Document<'_>], verbose: bool) -> Answered {
    let mut out = b"{\"docs\":[".to_vec();
    for (at, doc) in docs.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if !verbose {
            simulation.plain(doc, &mut out);
        } else if let Err(failure) = simulation.verbose(doc, &mut out) {
            return Err(too_large(&failure));
        }
        if out.len() > ANSWER_BYTES_MAX {
            let reason = format!("the answer has more than {ANSWER_BYTES_MAX} bytes: simulate fewer documents at once");
            return Err(too_large(&Failure::illegal_argument(reason)));
        }
    }
    out.extend_from_slice(b"]}");
    Ok(Answer { status: StatusCode::OK, body: out })
}

fn too_large(failure: &Failure) -> Answer {
    Answer::error(StatusCode::TOO_MANY_REQUESTS, "circuit_breaking_exception", &failure.reason)
}

/// The node that `serve` is taken for.
fn about() -> Answer {
    let identity =
        Identity { cluster_name: "logboom".into(), cluster_uuid: "_na_".into(), version: ELASTICSEARCH_VERSION.into() };
    Answer::ok(&identity.about())
}

fn health() -> Answer {
    Answer::ok(&json!({
        "cluster_name": "logboom",
        "status": "green",
        "timed_out": false,
        "number_of_nodes": 1,
        "number_of_data_nodes": 0,
        "active_shards": 0
    }))
}
