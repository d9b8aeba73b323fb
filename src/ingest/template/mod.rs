//! Mustache templates in processors' options (`{{field}}`, `{{{field}}}`, sections, `toJson`, `join`, `url`), compiled once.
//!
//! The language is that of mustache.java as Elasticsearch sets it up, down to how it treats lines that hold only a tag, what it calls
//! false, how it prints lists (`{0=a, 1=b}`) and objects, and which escaping it applies (JSON unless the processor says otherwise,
//! also in field names). Partials are refused, as there. Elasticsearch's Java methods on values (`{{name.length}}`) are not reachable
//! in current releases and not here either; a list's `size` and its items by number are.

mod parse;
mod render;

use super::{Failure, MediaType};
use crate::document::{Document, FieldPath};
use std::borrow::Cow;

/// Sections inside each other in one template.
const SECTION_DEPTH_MAX: usize = 64;

/// What one rendering may produce; Elasticsearch's own bound (`mustache.max_output_size_bytes`).
const OUTPUT_BYTES_MAX: usize = 1024 * 1024;

/// Tags that one rendering may execute: sections over lists inside each other multiply.
const STEPS_MAX: usize = 1_000_000;

/// A compiled template.
#[derive(Clone, Debug)]
pub struct Template {
    text: Box<str>,
    nodes: Box<[TemplateNode]>,
    media_type: MediaType,
}

#[derive(Clone, Debug)]
enum TemplateNode {
    Text(Box<str>),
    Variable {
        name: Name,
        escape: bool,
    },
    Section {
        name: Name,
        nodes: Box<[TemplateNode]>,
    },
    Inverted {
        name: Name,
        nodes: Box<[TemplateNode]>,
    },
    /// `{{#toJson}}name{{/toJson}}`.
    ToJson(Name),
    /// `{{#join}}name{{/join}}`; without a list of that name the rendered inside stays as it is.
    Join {
        name: Name,
        delimiter: Box<str>,
        nodes: Box<[TemplateNode]>,
    },
    /// `{{#url}}…{{/url}}`.
    Url(Box<[TemplateNode]>),
    /// What is rendered whatever there is (`{{$block}}…{{/block}}`).
    Block(Box<[TemplateNode]>),
}

/// A name in a tag: looked up whole first, then part by part.
#[derive(Clone, Debug)]
struct Name {
    text: Box<str>,
    parts: Box<[Box<str>]>,
    /// The line of the template, for messages.
    line: u32,
}

impl Name {
    fn new(text: &str, line: u32) -> Self {
        let parts = if text.contains('.') { text.split('.').map(Into::into).collect() } else { Box::default() };
        Self { text: text.into(), parts, line }
    }
}

impl Template {
    pub fn compile(text: &str, media_type: MediaType) -> Result<Self, String> {
        // Without a tag nothing is interpreted: not even carriage returns, which the parser drops.
        let nodes = if text.contains("{{") {
            parse::parse(text).map_err(|reason| format!("{reason} in template [{text}]"))?
        } else {
            vec![TemplateNode::Text(text.into())]
        };
        Ok(Self { text: text.into(), nodes: nodes.into(), media_type })
    }

    /// A text that stands for itself, braces and all.
    pub fn literal(text: &str) -> Self {
        Self { text: text.into(), nodes: [TemplateNode::Text(text.into())].into(), media_type: MediaType::Json }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the template holds no tag and so always renders to its own text.
    pub fn is_static(&self) -> bool {
        !self.text.contains("{{")
    }

    /// The rendered text. A field that is missing renders as nothing.
    pub fn render(&self, doc: &Document<'_>) -> Result<String, Failure> {
        render::render(&self.nodes, self.media_type, doc)
    }
}

/// A field option that may be a template.
#[derive(Clone, Debug)]
pub enum Field {
    Static(FieldPath),
    Template(Template),
}

impl Field {
    pub fn compile(text: &str) -> Result<Self, String> {
        let template = Template::compile(text, MediaType::Json)?;
        if template.is_static() {
            FieldPath::parse(text).map(Field::Static).map_err(|e| e.reason)
        } else {
            Ok(Field::Template(template))
        }
    }

    /// The path for this document.
    pub fn path(&self, doc: &Document<'_>) -> Result<Cow<'_, FieldPath>, Failure> {
        match self {
            Field::Static(path) => Ok(Cow::Borrowed(path)),
            Field::Template(template) => Ok(Cow::Owned(FieldPath::parse(&template.render(doc)?)?)),
        }
    }

    /// As [`Field::path`]; none where the template prints nothing, which some processors take for a missing field.
    pub fn non_empty_path(&self, doc: &Document<'_>) -> Result<Option<Cow<'_, FieldPath>>, Failure> {
        match self {
            Field::Static(path) => Ok(Some(Cow::Borrowed(path))),
            Field::Template(template) => match template.render(doc)?.as_str() {
                "" => Ok(None),
                text => Ok(Some(Cow::Owned(FieldPath::parse(text)?))),
            },
        }
    }
}
