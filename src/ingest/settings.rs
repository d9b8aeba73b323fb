//! A processor's options, taken one by one; what nobody took is an unknown option.

use super::java_regex::{Flags, JavaRegex};
use super::{Field, MediaType, Template};
use crate::config::{ConfigError, Data, Key, Node, parse_duration};
use crate::document::FieldPath;
use std::time::Duration;

/// The options of one processor. Messages follow Elasticsearch's `ConfigurationUtils`.
pub struct Settings<'n> {
    /// The processor's type: `set`, `grok`.
    pub kind: &'n str,
    pub node: &'n Node,
    taken: Vec<&'n str>,
}

impl<'n> Settings<'n> {
    pub fn new(kind: &'n str, node: &'n Node) -> Self {
        Self { kind, node, taken: Vec::new() }
    }

    /// The option's node, marked as taken. An explicit `null` counts as absent, as on the node.
    pub fn take(&mut self, option: &'n str) -> Option<&'n Node> {
        self.taken.push(option);
        self.node.get(option).filter(|n| n.data != Data::Null)
    }

    /// The option's node even when it is `null`.
    pub fn take_nullable(&mut self, option: &'n str) -> Option<&'n Node> {
        self.taken.push(option);
        self.node.get(option)
    }

    pub fn require(&mut self, option: &'n str) -> Result<&'n Node, ConfigError> {
        self.take(option).ok_or_else(|| self.missing(option))
    }

    pub fn missing(&self, option: &str) -> ConfigError {
        self.node.error(format!("[{option}] required property is missing"))
    }

    pub fn invalid(&self, option: &str, node: &Node, reason: impl std::fmt::Display) -> ConfigError {
        node.error(format!("[{option}] {reason}"))
    }

    /// As [`Settings::invalid`], at the option's place.
    pub fn invalid_option(&self, option: &str, reason: impl std::fmt::Display) -> ConfigError {
        self.invalid(option, self.node.get(option).unwrap_or(self.node), reason)
    }

    pub fn opt_string(&mut self, option: &'n str) -> Result<Option<&'n str>, ConfigError> {
        match self.take(option) {
            None => Ok(None),
            Some(node) => match &node.data {
                Data::String(s) => Ok(Some(s)),
                _ => Err(self.wrong_type(option, node, "string")),
            },
        }
    }

    pub fn string(&mut self, option: &'n str) -> Result<&'n str, ConfigError> {
        self.opt_string(option)?.ok_or_else(|| self.missing(option))
    }

    pub fn bool_or(&mut self, option: &'n str, default: bool) -> Result<bool, ConfigError> {
        match self.take(option) {
            None => Ok(default),
            Some(node) => match &node.data {
                Data::Bool(b) => Ok(*b),
                // The node reads booleans leniently from strings.
                Data::String(s) if s == "true" => Ok(true),
                Data::String(s) if s == "false" => Ok(false),
                _ => Err(self.wrong_type(option, node, "boolean")),
            },
        }
    }

    pub fn opt_int(&mut self, option: &'n str) -> Result<Option<i64>, ConfigError> {
        match self.take(option) {
            None => Ok(None),
            Some(node) => match &node.data {
                Data::Int(i) => Ok(Some(*i)),
                Data::String(s) => s
                    .parse()
                    .map(Some)
                    .map_err(|_| self.invalid(option, node, format!("property cannot be converted to an int [{s}]"))),
                Data::Float(f) => {
                    Err(self.invalid(option, node, format!("property cannot be converted to an int [{f:?}]")))
                }
                _ => Err(self.wrong_type(option, node, "int")),
            },
        }
    }

    pub fn int_or(&mut self, option: &'n str, default: i64) -> Result<i64, ConfigError> {
        Ok(self.opt_int(option)?.unwrap_or(default))
    }

    /// A number of things: 1 or more.
    pub fn opt_count(&mut self, option: &'n str) -> Result<Option<usize>, ConfigError> {
        let Some(number) = self.opt_int(option)? else { return Ok(None) };
        match usize::try_from(number) {
            Ok(count) if count > 0 => Ok(Some(count)),
            _ => Err(self.invalid_option(option, "must be at least 1")),
        }
    }

    pub fn count_or(&mut self, option: &'n str, default: usize) -> Result<usize, ConfigError> {
        Ok(self.opt_count(option)?.unwrap_or(default))
    }

    /// `500ms`, `10s`, `5m`, `1h`.
    pub fn duration_or(&mut self, option: &'n str, default: Duration) -> Result<Duration, ConfigError> {
        let Some(text) = self.opt_string(option)? else { return Ok(default) };
        parse_duration(text)
            .ok_or_else(|| self.invalid_option(option, format!("[{text}] is no duration such as 500ms, 10s, 5m or 1h")))
    }

    pub fn opt_float(&mut self, option: &'n str) -> Result<Option<f64>, ConfigError> {
        match self.take(option) {
            None => Ok(None),
            Some(node) => match &node.data {
                Data::Int(i) => Ok(Some(*i as f64)),
                Data::Float(f) => Ok(Some(*f)),
                Data::String(s) if s.parse::<f64>().is_ok() => Ok(s.parse().ok()),
                _ => Err(self.wrong_type(option, node, "double")),
            },
        }
    }

    /// A list of strings, or one string for a list of one.
    pub fn opt_strings(&mut self, option: &'n str) -> Result<Option<Vec<String>>, ConfigError> {
        let Some(node) = self.take(option) else { return Ok(None) };
        match &node.data {
            Data::String(s) => Ok(Some(vec![s.clone()])),
            Data::List(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(option, item, "string")))
                .collect::<Result<_, _>>()
                .map(Some),
            _ => Err(self.wrong_type(option, node, "list")),
        }
    }

    /// A list of strings; a single string is an error, as on the node (`readOptionalList`).
    pub fn opt_string_list(&mut self, option: &'n str) -> Result<Option<Vec<String>>, ConfigError> {
        match self.node.get(option) {
            Some(node) if node.as_str().is_some() => Err(self.wrong_type(option, node, "list")),
            _ => self.opt_strings(option),
        }
    }

    pub fn strings(&mut self, option: &'n str) -> Result<Vec<String>, ConfigError> {
        self.opt_strings(option)?.ok_or_else(|| self.missing(option))
    }

    pub fn list(&mut self, option: &'n str) -> Result<&'n [Node], ConfigError> {
        let node = self.require(option)?;
        node.as_list().ok_or_else(|| self.wrong_type(option, node, "list"))
    }

    pub fn opt_map(&mut self, option: &'n str) -> Result<Option<&'n [(Key, Node)]>, ConfigError> {
        match self.take(option) {
            None => Ok(None),
            Some(node) => node.as_map().map(Some).ok_or_else(|| self.wrong_type(option, node, "map")),
        }
    }

    /// A field path without templates.
    pub fn path(&mut self, option: &'n str) -> Result<FieldPath, ConfigError> {
        self.opt_path(option)?.ok_or_else(|| self.missing(option))
    }

    pub fn opt_path(&mut self, option: &'n str) -> Result<Option<FieldPath>, ConfigError> {
        let Some(text) = self.opt_string(option)? else { return Ok(None) };
        let at = self.node.get(option).unwrap_or(self.node);
        FieldPath::parse(text).map(Some).map_err(|e| self.invalid(option, at, e))
    }

    /// A field path without templates, with a default.
    pub fn path_or(&mut self, option: &'n str, default: &str) -> Result<FieldPath, ConfigError> {
        match self.opt_path(option)? {
            Some(path) => Ok(path),
            None => FieldPath::parse(default).map_err(|e| self.invalid_option(option, e)),
        }
    }

    /// A field path that may be a template.
    pub fn field(&mut self, option: &'n str) -> Result<Field, ConfigError> {
        self.opt_field(option)?.ok_or_else(|| self.missing(option))
    }

    pub fn opt_field(&mut self, option: &'n str) -> Result<Option<Field>, ConfigError> {
        let Some(text) = self.opt_string(option)? else { return Ok(None) };
        let at = self.node.get(option).unwrap_or(self.node);
        Field::compile(text).map(Some).map_err(|e| self.invalid(option, at, e))
    }

    /// Field paths that may be templates: a list, or one; none where the option is absent.
    pub fn opt_fields(&mut self, option: &'n str) -> Result<Vec<Field>, ConfigError> {
        let texts = self.opt_strings(option)?.unwrap_or_default();
        let at = self.node.get(option).unwrap_or(self.node);
        texts.iter().map(|text| Field::compile(text).map_err(|e| self.invalid(option, at, e))).collect()
    }

    /// Templates: a list, or one; none where the option is absent.
    pub fn opt_templates(&mut self, option: &'n str) -> Result<Vec<Template>, ConfigError> {
        let texts = self.opt_strings(option)?.unwrap_or_default();
        let at = self.node.get(option).unwrap_or(self.node);
        let compile = |text: &String| Template::compile(text, MediaType::Json);
        texts.iter().map(|text| compile(text).map_err(|e| self.invalid(option, at, e))).collect()
    }

    /// A Java regular expression.
    pub fn java_regex(&mut self, option: &'n str, flags: Flags) -> Result<JavaRegex, ConfigError> {
        let pattern = self.string(option)?;
        let at = self.node.get(option).unwrap_or(self.node);
        JavaRegex::new(pattern, flags)
            .map_err(|error| self.invalid(option, at, format!("Invalid regex pattern. {error}")))
    }

    /// How templates of this processor escape `{{variables}}`.
    pub fn media_type(&mut self, option: &'n str) -> Result<MediaType, ConfigError> {
        match self.opt_string(option)? {
            None | Some("application/json") => Ok(MediaType::Json),
            Some("text/plain") => Ok(MediaType::PlainText),
            Some("application/x-www-form-urlencoded") => Ok(MediaType::FormUrlEncoded),
            Some(other) => {
                let at = self.node.get(option).unwrap_or(self.node);
                let supported = "application/json, text/plain, application/x-www-form-urlencoded";
                Err(self.invalid(
                    option,
                    at,
                    format!("property does not contain a supported media type [{other}], use one of {supported}"),
                ))
            }
        }
    }

    pub fn wrong_type(&self, option: &str, node: &Node, wanted: &str) -> ConfigError {
        let article = if wanted.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        self.invalid(option, node, format!("property isn't {article} {wanted}, but of type [{}]", node.java_class()))
    }

    /// The options that nobody took.
    pub fn unknown(&self) -> Vec<&'n Key> {
        let members = self.node.as_map().unwrap_or(&[]);
        members.iter().map(|(k, _)| k).filter(|k| !self.taken.contains(&k.text.as_str())).collect()
    }

    /// Every option that has been asked for so far, for suggestions.
    pub fn known(&self) -> &[&'n str] {
        &self.taken
    }
}
