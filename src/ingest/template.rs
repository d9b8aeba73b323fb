//! Mustache templates in processors' options (`{{field}}`, `{{{field}}}`), compiled once.

use super::{Failure, MediaType};
use crate::document::{Document, FieldPath, Value};
use std::borrow::Cow;

/// A compiled template.
#[derive(Clone, Debug)]
pub struct Template {
    text: Box<str>,
    parts: Vec<Part>,
    media_type: MediaType,
}

#[derive(Clone, Debug)]
enum Part {
    Literal(Box<str>),
    Variable { path: Option<FieldPath>, escape: bool },
}

impl Template {
    pub fn compile(text: &str, media_type: MediaType) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            if open > 0 {
                parts.push(Part::Literal(rest[..open].into()));
            }
            let (close, escape, skip) =
                if rest[open..].starts_with("{{{") { ("}}}", false, 3) } else { ("}}", true, 2) };
            let inner = &rest[open + skip..];
            let end = inner.find(close).ok_or_else(|| format!("unclosed tag in template [{text}]"))?;
            let name = inner[..end].trim();
            let (name, escape) = name.strip_prefix('&').map_or((name, escape), |n| (n.trim(), false));
            parts.push(Part::Variable { path: FieldPath::parse(name).ok(), escape });
            rest = &inner[end + close.len()..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        Ok(Self { text: text.into(), parts, media_type })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the template holds no tag and so always renders to its own text.
    pub fn is_static(&self) -> bool {
        self.parts.iter().all(|p| matches!(p, Part::Literal(_)))
    }

    /// The rendered text. A field that is missing renders as nothing.
    pub fn render(&self, doc: &Document<'_>) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Variable { path, escape } => {
                    let Some(value) = path.as_ref().and_then(|p| doc.find(p)) else { continue };
                    if value.is_null() {
                        continue;
                    }
                    match (value, escape) {
                        (Value::Str(s), true) if self.media_type == MediaType::Json => escape_json(s, &mut out),
                        _ => value.write_java_string(&mut out),
                    }
                }
            }
        }
        out
    }
}

fn escape_json(text: &str, out: &mut String) {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    crate::document::write_string(text, &mut quoted);
    out.push_str(std::str::from_utf8(&quoted[1..quoted.len() - 1]).unwrap_or(text));
}

/// A field option that may be a template.
#[derive(Clone, Debug)]
pub enum Field {
    Static(FieldPath),
    Template(Template),
}

impl Field {
    pub fn compile(text: &str) -> Result<Self, String> {
        let template = Template::compile(text, MediaType::PlainText)?;
        if template.is_static() {
            FieldPath::parse(text).map(Field::Static).map_err(|e| e.0)
        } else {
            Ok(Field::Template(template))
        }
    }

    /// The path for this document.
    pub fn path(&self, doc: &Document<'_>) -> Result<Cow<'_, FieldPath>, Failure> {
        match self {
            Field::Static(path) => Ok(Cow::Borrowed(path)),
            Field::Template(template) => Ok(Cow::Owned(FieldPath::parse(&template.render(doc))?)),
        }
    }
}
