//! `kv`: `key=value` pairs to fields.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, cannot_cast};
use crate::ingest::java_regex::{Flags, JavaRegex, Replacement};
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings};
use std::borrow::Cow;
use std::collections::HashSet;

struct Kv {
    field: Field,
    target: Option<Field>,
    prefix: Box<str>,
    field_split: JavaRegex,
    value_split: JavaRegex,
    include: Option<HashSet<String>>,
    exclude: Option<HashSet<String>>,
    trim_key: Option<Trim>,
    trim_value: Option<Trim>,
    strip_brackets: Option<JavaRegex>,
    ignore_missing: bool,
}

/// Characters to cut off both ends.
#[expect(clippy::large_enum_variant, reason = "one for each processor, never moved about")]
enum Trim {
    /// They stand for themselves.
    Plain(Box<str>),
    /// They are special in a character class: Elasticsearch puts them into one as they are.
    Class(JavaRegex),
}

/// What a value may be wrapped in.
const STRIP_BRACKETS: &str = r#"(^[\(\[<"'])|([\]\)>"']$)"#;

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let strip_brackets = if settings.bool_or("strip_brackets", false)? {
        Some(regex(settings, "strip_brackets", STRIP_BRACKETS)?)
    } else {
        None
    };
    Ok(Box::new(Kv {
        field: settings.field("field")?,
        target: settings.opt_field("target_field")?,
        prefix: settings.opt_string("prefix")?.unwrap_or("").into(),
        field_split: settings.java_regex("field_split", Flags::default())?,
        value_split: settings.java_regex("value_split", Flags::default())?,
        include: settings.opt_strings("include_keys")?.map(|keys| keys.into_iter().collect()),
        exclude: settings.opt_strings("exclude_keys")?.map(|keys| keys.into_iter().collect()),
        trim_key: trim(settings, "trim_key")?,
        trim_value: trim(settings, "trim_value")?,
        strip_brackets,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

fn regex(settings: &Settings<'_>, option: &str, pattern: &str) -> Result<JavaRegex, ConfigError> {
    let at = settings.node.get(option).unwrap_or(settings.node);
    JavaRegex::new(pattern, Flags::default()).map_err(|error| settings.invalid(option, at, error))
}

fn trim<'n>(settings: &mut Settings<'n>, option: &'n str) -> Result<Option<Trim>, ConfigError> {
    let Some(chars) = settings.opt_string(option)? else { return Ok(None) };
    let is_special =
        |c: char| matches!(c, '[' | ']' | '\\' | '^' | '-' | '&' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !chars.is_empty() && !chars.contains(is_special) {
        return Ok(Some(Trim::Plain(chars.into())));
    }
    regex(settings, option, &format!("(^([{chars}]+))|([{chars}]+$)")).map(|class| Some(Trim::Class(class)))
}

/// Whether `text` ends with what Java's `$` may stand before.
fn ends_with_line_end(text: &str) -> bool {
    text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

fn without<'t>(regex: &JavaRegex, text: Cow<'t, str>) -> Result<Cow<'t, str>, Failure> {
    Ok(match regex.replace_all(&text, &Replacement::literal(""))? {
        Some(trimmed) => Cow::Owned(trimmed),
        None => text,
    })
}

impl Trim {
    fn apply<'t>(&self, text: Cow<'t, str>) -> Result<Cow<'t, str>, Failure> {
        let plain = match self {
            Self::Class(regex) => return without(regex, text),
            Self::Plain(chars) => |c: char| chars.contains(c),
        };
        // Before a line end at the end of the text too, as the node's `$`.
        let ends_at = |text: &str| {
            if !ends_with_line_end(text) {
                return text.trim_end_matches(&plain).len();
            }
            text.len()
        };
        match text {
            Cow::Borrowed(text) if !ends_with_line_end(text) => Ok(Cow::Borrowed(text.trim_matches(&plain))),
            Cow::Owned(text) if !ends_with_line_end(&text) => Ok(Cow::Owned(text.trim_matches(&plain).to_owned())),
            text => {
                let end = ends_at(&text);
                let (body, line_end) = split_line_end(text.get(..end).unwrap_or_default());
                Ok(Cow::Owned(format!("{}{line_end}", body.trim_matches(&plain))))
            }
        }
    }
}

/// The text and the one line end that it ends with.
fn split_line_end(text: &str) -> (&str, &str) {
    let len = match text.chars().next_back() {
        Some('\n') if text.ends_with("\r\n") => 2,
        Some(c) => c.len_utf8(),
        None => 0,
    };
    text.split_at(text.len() - len)
}

impl Processor for Kv {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let target = match &self.target {
            None => None,
            Some(target) => target.non_empty_path(doc)?,
        };
        let prefix = match &target {
            None => Cow::Borrowed(&*self.prefix),
            Some(target) => Cow::Owned(format!("{}.{}", target.text(), self.prefix)),
        };
        let field = self.field.non_empty_path(doc)?;
        let field = match &field {
            Some(field) if doc.has_in_bounds(field)? => field,
            _ if self.ignore_missing => return Ok(()),
            missing => {
                let name = missing.as_ref().map_or("", |field| field.text());
                return Err(Failure::illegal_argument(format!("field [{name}] doesn't exist")));
            }
        };
        let text = match doc.get(field)? {
            Value::Str(text) => text,
            Value::Null if self.ignore_missing => return Ok(()),
            Value::Null => {
                let reason = format!("field [{}] is null, cannot extract key-value pairs.", field.text());
                return Err(Failure::illegal_argument(reason));
            }
            other => return Err(cannot_cast(field, other, "java.lang.String").into()),
        };
        for pair in self.field_split.split(text, 0)? {
            self.add_pair(doc, field, &prefix, pair)?;
        }
        Ok(())
    }
}

impl Kv {
    fn add_pair<'a>(&self, doc: &Document<'a>, field: &FieldPath, prefix: &str, pair: &'a str) -> Result<(), Failure> {
        let parts = self.value_split.split(pair, 2)?;
        let [key, value] = parts.as_slice() else {
            let (field, split) = (field.text(), self.value_split.pattern());
            return Err(Failure::illegal_argument(format!("field [{field}] does not contain value_split [{split}]")));
        };
        let key = match &self.trim_key {
            Some(trim) => trim.apply(Cow::Borrowed(key))?,
            None => Cow::Borrowed(*key),
        };
        let is_wanted = self.include.as_ref().is_none_or(|keys| keys.contains(&*key))
            && !self.exclude.as_ref().is_some_and(|keys| keys.contains(&*key));
        if !is_wanted {
            return Ok(());
        }
        let mut value: Cow<'a, str> = Cow::Borrowed(value);
        if let Some(brackets) = &self.strip_brackets {
            value = without(brackets, value)?;
        }
        if let Some(trim) = &self.trim_value {
            value = trim.apply(value)?;
        }
        let value = match value {
            Cow::Borrowed(text) => Value::Str(text),
            Cow::Owned(text) => doc.string(&text),
        };
        let path = FieldPath::parse(&format!("{prefix}{key}"))?;
        if doc.has(&path) { Ok(doc.append(&path, &[value], true)?) } else { Ok(doc.set(&path, value)?) }
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn makes_fields_of_pairs() {
        check(&[
            (
                "kv: {field: a, field_split: ' ', value_split: '='}",
                r#"{"a":"b=1 c.d=2 b=3=4"}"#,
                r#"{"a":"b=1 c.d=2 b=3=4","b":["1","3=4"],"c":{"d":"2"}}"#,
            ),
            (
                "kv: {field: a, field_split: '&', value_split: '=', trim_key: _, trim_value: '<>', strip_brackets: true, prefix: p_, target_field: t, include_keys: [x, y], exclude_keys: [y]}",
                r#"{"a":"_x_=<1>&y=2&z=3&x=(2)&x=\"q\"&x='[r'"}"#,
                r#"{"a":"_x_=<1>&y=2&z=3&x=(2)&x=\"q\"&x='[r'","t":{"p_x":["1","2","q","[r"]}}"#,
            ),
            (
                "kv: {field: a, field_split: '[ ,](?=\\w+=)', value_split: '='}",
                r#"{"a":"b=1 2,c=3"}"#,
                r#"{"a":"b=1 2,c=3","b":"1 2","c":"3"}"#,
            ),
            (
                "kv: {field: '{{f}}', field_split: ' ', value_split: '=', target_field: '{{t}}'}",
                r#"{"f":"a","a":"x=1"}"#,
                r#"{"f":"a","a":"x=1","x":"1"}"#,
            ),
        ]);
    }

    #[test]
    fn refuses_in_the_nodes_words() {
        check(&[
            (
                "kv: {field: a, field_split: ' ', value_split: '='}",
                r#"{"a":"b=1 c"}"#,
                "field [a] does not contain value_split [=]",
            ),
            ("kv: {field: a, field_split: ' ', value_split: '='}", r#"{"a":"=1"}"#, "path cannot be null nor empty"),
            ("kv: {field: a, field_split: ' ', value_split: '='}", "{}", "field [a] doesn't exist"),
            (
                "kv: {field: a, field_split: ' ', value_split: '='}",
                r#"{"a":null}"#,
                "field [a] is null, cannot extract key-value pairs.",
            ),
            ("kv: {field: a, field_split: ' ', value_split: '=', ignore_missing: true}", "{}", "{}"),
        ]);
    }
}
