//! What goes wrong in a processor, in Elasticsearch's terms.

use crate::document::PathError;
use std::fmt;

/// Elasticsearch's exception types, as `error.type` shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    IllegalArgument,
    IllegalState,
    NumberFormat,
    NullPointer,
    ClassCast,
    IndexOutOfBounds,
    DateTimeParse,
    JsonParse,
    IngestProcessor,
    GraphStructure,
    FailProcessor,
    Script,
    /// Any other: the name as Elasticsearch prints it (`arithmetic_exception`).
    Other(&'static str),
}

impl ErrorKind {
    pub fn name(&self) -> &'static str {
        match self {
            Self::IllegalArgument => "illegal_argument_exception",
            Self::IllegalState => "illegal_state_exception",
            Self::NumberFormat => "number_format_exception",
            Self::NullPointer => "null_pointer_exception",
            Self::ClassCast => "class_cast_exception",
            Self::IndexOutOfBounds => "index_out_of_bounds_exception",
            Self::DateTimeParse => "date_time_parse_exception",
            Self::JsonParse => "json_parse_exception",
            Self::IngestProcessor => "ingest_processor_exception",
            Self::GraphStructure => "graph_structure_exception",
            Self::FailProcessor => "fail_processor_exception",
            Self::Script => "script_exception",
            Self::Other(name) => name,
        }
    }

    /// The Java class, as it stands in messages that quote an exception (`java.lang.IllegalArgumentException: …`).
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::IllegalArgument => "java.lang.IllegalArgumentException",
            Self::IllegalState => "java.lang.IllegalStateException",
            Self::NumberFormat => "java.lang.NumberFormatException",
            Self::NullPointer => "java.lang.NullPointerException",
            Self::ClassCast => "java.lang.ClassCastException",
            Self::IndexOutOfBounds => "java.lang.IndexOutOfBoundsException",
            Self::DateTimeParse => "java.time.format.DateTimeParseException",
            Self::JsonParse => "com.fasterxml.jackson.core.JsonParseException",
            Self::IngestProcessor => "org.elasticsearch.ingest.IngestProcessorException",
            Self::GraphStructure => "org.elasticsearch.ingest.GraphStructureException",
            Self::FailProcessor => "org.elasticsearch.ingest.common.FailProcessorException",
            Self::Script => "org.elasticsearch.script.ScriptException",
            Self::Other(_) => "java.lang.RuntimeException",
        }
    }
}

/// A processor's failure. `reason` is the text that `_ingest.on_failure_message` shows; empty where the node's exception has none
/// (`null` there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: ErrorKind,
    pub reason: String,
    /// The exception behind this one, as `caused_by` shows it.
    pub cause: Option<Box<Failure>>,
    /// The processor that failed: filled in once, by the innermost step.
    pub origin: Option<Box<Origin>>,
    /// Where in a script it happened.
    pub script: Option<Box<ScriptTrace>>,
}

/// The place in a script where it failed, as a `script_exception` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptTrace {
    /// `script_stack`: the statement, and a pointer under the place.
    pub stack: Vec<String>,
    /// `script`: the script, or its first line.
    pub script: String,
    /// `position`, in UTF-16 units of the script.
    pub offset: usize,
    pub start: usize,
    pub end: usize,
}

/// Which processor failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub processor_type: String,
    pub processor_tag: Option<String>,
    pub pipeline: Option<String>,
}

impl Failure {
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), cause: None, origin: None, script: None }
    }

    pub fn illegal_argument(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::IllegalArgument, reason)
    }

    pub fn caused_by(mut self, cause: Failure) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The text of the exception, where it has one. That of `fail` may be empty.
    pub fn reason(&self) -> Option<&str> {
        Some(self.reason.as_str()).filter(|reason| !reason.is_empty() || self.kind == ErrorKind::FailProcessor)
    }

    /// The failure at the bottom of the chain of causes.
    pub fn root_cause(&self) -> &Failure {
        self.cause.as_deref().map_or(self, Failure::root_cause)
    }
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        let failure = Self::illegal_argument(error.reason);
        match error.not_a_number {
            Some(key) => failure.caused_by(Self::new(ErrorKind::NumberFormat, format!("For input string: \"{key}\""))),
            None => failure,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.reason)
    }
}

impl std::error::Error for Failure {}
