//! A parsed configuration value that remembers where it stood.

use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// A place in a configuration file; line and column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub file: Arc<str>,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Something wrong in a configuration file: where, what, and (where we know it) the way to mend it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{at}: {reason}{}", help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default())]
pub struct ConfigError {
    pub at: Position,
    pub reason: String,
    pub help: Option<String>,
}

impl ConfigError {
    pub fn new(at: &Position, reason: impl Into<String>) -> Self {
        Self { at: at.clone(), reason: reason.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A configuration value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub at: Position,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// An integer beyond 64 bits: its digits.
    BigInt(String),
    String(String),
    List(Vec<Node>),
    /// In the file's order; later duplicates have replaced earlier ones.
    Map(Vec<(Key, Node)>),
}

/// A map's key and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub at: Position,
    pub text: String,
}

impl Node {
    pub fn error(&self, reason: impl Into<String>) -> ConfigError {
        ConfigError::new(&self.at, reason)
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(s) => Some(s),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(b) => Some(b),
            _ => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        match self.data {
            Data::Int(i) => Some(i),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&[(Key, Node)]> {
        match &self.data {
            Data::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The member `key` of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.iter().find(|(k, _)| k.text == key).map(|(_, v)| v)
    }

    /// What the value is, in the words of messages: "a list", "the string \"x\"".
    pub fn describe(&self) -> String {
        match &self.data {
            Data::Null => "null".into(),
            Data::Bool(b) => format!("the boolean {b}"),
            Data::Int(i) => format!("the number {i}"),
            Data::Float(f) => format!("the number {f}"),
            Data::BigInt(s) => format!("the number {s}"),
            Data::String(s) => format!("the string {s:?}"),
            Data::List(_) => "a list".into(),
            Data::Map(_) => "a map".into(),
        }
    }

    /// The Java class that Elasticsearch's parser would make of it, for its messages.
    pub fn java_class(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "java.lang.Boolean",
            Data::Int(i) if i32::try_from(*i).is_ok() => "java.lang.Integer",
            Data::Int(_) => "java.lang.Long",
            Data::Float(_) => "java.lang.Double",
            Data::BigInt(_) => "java.math.BigInteger",
            Data::String(_) => "java.lang.String",
            Data::List(_) => "java.util.ArrayList",
            Data::Map(_) => "java.util.LinkedHashMap",
        }
    }
}
