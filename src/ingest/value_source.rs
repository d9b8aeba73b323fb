//! A value in a processor's options whose strings may be templates (Elasticsearch's `ValueSource`).

use super::{Failure, Template};
use crate::config::{ConfigError, Data, Node};
use crate::document::{Array, Document, Object, Value};

/// How `{{variable}}` is escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaType {
    #[default]
    Json,
    PlainText,
    FormUrlEncoded,
}

/// A literal, or a template, or lists and maps of them.
#[derive(Clone, Debug)]
pub enum ValueSource {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    BigInt(Box<str>),
    Text(Box<str>),
    Template(Template),
    List(Vec<ValueSource>),
    Map(Vec<(Template, ValueSource)>),
}

impl ValueSource {
    pub fn compile(node: &Node, media_type: MediaType) -> Result<Self, ConfigError> {
        Ok(match &node.data {
            Data::Null => Self::Null,
            Data::Bool(b) => Self::Bool(*b),
            Data::Int(i) => Self::Int(*i),
            Data::Float(f) => Self::Float(*f),
            Data::BigInt(s) => Self::BigInt(s.as_str().into()),
            Data::String(s) => {
                let template = Template::compile(s, media_type).map_err(|e| node.error(e))?;
                if template.is_static() { Self::Text(s.as_str().into()) } else { Self::Template(template) }
            }
            Data::List(items) => {
                Self::List(items.iter().map(|n| Self::compile(n, media_type)).collect::<Result<_, _>>()?)
            }
            Data::Map(members) => Self::Map(
                members
                    .iter()
                    .map(|(key, value)| {
                        let template =
                            Template::compile(&key.text, media_type).map_err(|e| ConfigError::new(&key.at, e))?;
                        Ok((template, Self::compile(value, media_type)?))
                    })
                    .collect::<Result<_, ConfigError>>()?,
            ),
        })
    }

    /// The value as it stands, braces and all.
    pub fn literal(node: &Node) -> Self {
        match &node.data {
            Data::Null => Self::Null,
            Data::Bool(b) => Self::Bool(*b),
            Data::Int(i) => Self::Int(*i),
            Data::Float(f) => Self::Float(*f),
            Data::BigInt(s) => Self::BigInt(s.as_str().into()),
            Data::String(s) => Self::Text(s.as_str().into()),
            Data::List(items) => Self::List(items.iter().map(Self::literal).collect()),
            Data::Map(members) => Self::Map(
                members.iter().map(|(key, value)| (Template::literal(&key.text), Self::literal(value))).collect(),
            ),
        }
    }

    /// The value for this document: fresh objects and lists each time, so that documents never share them.
    pub fn resolve<'a>(&self, doc: &Document<'a>) -> Result<Value<'a>, Failure> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::integer(*i),
            Self::Float(f) => Value::Double(*f),
            Self::BigInt(s) => Value::BigInteger(doc.alloc_str(s)),
            Self::Text(s) => doc.string(s),
            Self::Template(t) => doc.string(&t.render(doc)?),
            Self::List(items) => {
                let list = Array::new_in(doc.arena);
                for item in items {
                    list.push(item.resolve(doc)?);
                }
                Value::Array(list)
            }
            Self::Map(members) => {
                let object = Object::with_capacity_in(members.len(), doc.arena);
                for (key, value) in members {
                    object.insert(doc.alloc_str(&key.render(doc)?), value.resolve(doc)?);
                }
                Value::Object(object)
            }
        })
    }
}
