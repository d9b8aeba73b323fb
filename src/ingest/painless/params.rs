//! `params`: what a pipeline gives its script.

use crate::config::{Data, Node};
use crate::document::{Arena, Array, Object, Value};

/// The parameters of a script, kept as they were read.
#[derive(Clone, Default)]
pub struct Params(Vec<(Box<str>, Param)>);

#[derive(Clone)]
enum Param {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    BigInteger(Box<str>),
    Text(Box<str>),
    List(Vec<Param>),
    Map(Params),
}

impl Params {
    /// From the `params` option; what is no map counts as none.
    pub fn from_node(node: Option<&Node>) -> Self {
        let members = node.and_then(Node::as_map).unwrap_or(&[]);
        Self(members.iter().map(|(key, value)| (key.text.as_str().into(), Param::from_node(value))).collect())
    }

    /// The parameters as a fresh map: what a script does to it is gone when it ends.
    pub fn to_object<'a>(&self, arena: &'a Arena) -> &'a Object<'a> {
        let object = Object::with_capacity_in(self.0.len(), arena);
        for (key, value) in &self.0 {
            object.insert(arena.alloc_str(key), value.to_value(arena));
        }
        object
    }
}

impl Param {
    fn from_node(node: &Node) -> Self {
        match &node.data {
            Data::Null => Self::Null,
            Data::Bool(b) => Self::Bool(*b),
            Data::Int(i) => Self::Int(*i),
            Data::Float(f) => Self::Float(*f),
            Data::BigInt(s) => Self::BigInteger(s.as_str().into()),
            Data::String(s) => Self::Text(s.as_str().into()),
            Data::List(items) => Self::List(items.iter().map(Self::from_node).collect()),
            Data::Map(_) => Self::Map(Params::from_node(Some(node))),
        }
    }

    fn to_value<'a>(&self, arena: &'a Arena) -> Value<'a> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::integer(*i),
            Self::Float(f) => Value::Double(*f),
            Self::BigInteger(digits) => Value::BigInteger(arena.alloc_str(digits)),
            Self::Text(text) => Value::Str(arena.alloc_str(text)),
            Self::List(items) => Value::Array(Array::from_iter_in(arena, items.iter().map(|i| i.to_value(arena)))),
            Self::Map(params) => Value::Object(params.to_object(arena)),
        }
    }
}
