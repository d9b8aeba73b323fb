//! `truncate`: cuts long strings.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, cannot_cast};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Truncate {
    fields: Vec<FieldPath>,
    limit: Limit,
    ellipsis: String,
    flags: Option<FieldPath>,
    ignore_missing: bool,
}

#[derive(Clone, Copy)]
enum Limit {
    Bytes(usize),
    Characters(usize),
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let names = settings.strings("fields")?;
    let fields = names.iter().map(|name| FieldPath::parse(name).map_err(|e| settings.invalid_option("fields", e)));
    let fields = fields.collect::<Result<_, _>>()?;
    let ellipsis = settings.opt_string("ellipsis")?.unwrap_or_default().to_owned();
    let bytes = settings.opt_count("max_bytes")?;
    let characters = settings.opt_count("max_characters")?;
    let limit = match (bytes, characters) {
        (Some(bytes), None) => Limit::Bytes(bytes),
        (None, Some(characters)) => Limit::Characters(characters),
        _ => {
            let reason = "give either [max_bytes] or [max_characters]";
            return Err(settings.invalid_option("max_bytes", reason));
        }
    };
    let too_long = match limit {
        Limit::Bytes(bytes) => ellipsis.len() > bytes,
        Limit::Characters(characters) => ellipsis.chars().count() > characters,
    };
    if too_long {
        return Err(settings.invalid_option("ellipsis", "is longer than what is left of the text"));
    }
    let flags = match settings.opt_string("flag_field")? {
        Some("") => None,
        name => {
            let path = FieldPath::parse(name.unwrap_or("log.flags"));
            Some(path.map_err(|e| settings.invalid_option("flag_field", e))?)
        }
    };
    Ok(Box::new(Truncate {
        fields,
        limit,
        ellipsis,
        flags,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for Truncate {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let mut cut_any = false;
        for field in &self.fields {
            match doc.get_or_null(field, self.ignore_missing)? {
                Value::Null => {}
                Value::Str(text) => {
                    if let Some(cut) = self.cut(text) {
                        doc.set(field, doc.string(&cut))?;
                        cut_any = true;
                    }
                }
                Value::Array(items) => {
                    for at in 0..items.len() {
                        if let Some(cut) = items.get(at).and_then(Value::as_str).and_then(|text| self.cut(text)) {
                            items.set(at, doc.string(&cut));
                            cut_any = true;
                        }
                    }
                }
                other => return Err(cannot_cast(field, other, "java.lang.String").into()),
            }
        }
        match &self.flags {
            Some(flags) if cut_any => Ok(doc.append(flags, &[Value::Str("truncated")], false)?),
            _ => Ok(()),
        }
    }
}

impl Truncate {
    /// What is left of a text that is too long, the ellipsis at its end. Characters are never cut in two.
    fn cut(&self, text: &str) -> Option<String> {
        let end = match self.limit {
            Limit::Bytes(bytes) if text.len() > bytes => text.floor_char_boundary(bytes - self.ellipsis.len()),
            Limit::Characters(characters) if text.chars().nth(characters).is_some() => {
                let kept = characters - self.ellipsis.chars().count();
                text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at)
            }
            _ => return None,
        };
        Some(format!("{}{}", text.get(..end)?, self.ellipsis))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn long_strings_are_cut_between_characters() {
        check(&[
            ("truncate: {fields: a, max_bytes: 3}", r#"{"a":"abc"}"#, r#"{"a":"abc"}"#),
            ("truncate: {fields: a, max_bytes: 3}", r#"{"a":"abcd"}"#, r#"{"a":"abc","log":{"flags":["truncated"]}}"#),
            ("truncate: {fields: a, max_bytes: 4, flag_field: ''}", r#"{"a":"日本語"}"#, r#"{"a":"日"}"#),
            ("truncate: {fields: a, max_characters: 2, flag_field: ''}", r#"{"a":"日本語"}"#, r#"{"a":"日本"}"#),
            (
                "truncate: {fields: [a, b.c], max_characters: 3, ellipsis: …, flag_field: f}",
                r#"{"a":["abcd",1,"abc"],"b":{"c":"wxyz"},"f":"truncated"}"#,
                r#"{"a":["ab…",1,"abc"],"b":{"c":"wx…"},"f":"truncated"}"#,
            ),
        ]);
    }

    #[test]
    fn failures() {
        check(&[
            ("truncate: {fields: a, max_bytes: 3}", "{}", "field [a] not present as part of path [a]"),
            ("truncate: {fields: a, max_bytes: 3, ignore_missing: true}", "{}", "{}"),
            (
                "truncate: {fields: a, max_bytes: 3}",
                r#"{"a":12345}"#,
                "field [a] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
            ("truncate: {fields: a}", "{}", "test.yml:1:25: [max_bytes] give either [max_bytes] or [max_characters]"),
            (
                "truncate: {fields: a, max_bytes: 1, ellipsis: ...}",
                "{}",
                "test.yml:1:61: [ellipsis] is longer than what is left of the text",
            ),
        ]);
    }
}
