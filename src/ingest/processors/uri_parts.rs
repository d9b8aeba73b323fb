//! `uri_parts`: takes a URI apart.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, Value, cannot_cast};
use crate::ingest::uri::{self, UriParts};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct UriPartsProcessor {
    field: FieldPath,
    target: FieldPath,
    keep_original: bool,
    remove_if_successful: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let target = match settings.opt_path("target_field")? {
        Some(target) => target,
        None => FieldPath::parse("url").map_err(|error| settings.node.error(error.reason))?,
    };
    Ok(Box::new(UriPartsProcessor {
        field: settings.path("field")?,
        target,
        keep_original: settings.bool_or("keep_original", true)?,
        remove_if_successful: settings.bool_or("remove_if_successful", false)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

impl Processor for UriPartsProcessor {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let text = match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Str(text) => text,
            Value::Null if self.ignore_missing => return Ok(()),
            Value::Null => {
                let reason = "Cannot invoke \"String.length()\" because \"this.input\" is null";
                return Err(Failure::new(ErrorKind::NullPointer, reason));
            }
            other => return Err(cannot_cast(&self.field, other, "java.lang.String").into()),
        };
        let object = take_apart(text, doc)?;
        if self.keep_original {
            object.insert("original", Value::Str(text));
        }
        if self.remove_if_successful && self.target.text() != self.field.text() {
            doc.remove(&self.field, false)?;
        }
        Ok(doc.set(&self.target, Value::Object(object))?)
    }
}

/// The parts of a URI, as a map.
pub fn take_apart<'a>(text: &str, doc: &Document<'a>) -> Result<&'a Object<'a>, Failure> {
    let parts = uri::parse(text).ok_or_else(|| Failure::illegal_argument(format!("unable to parse URI [{text}]")))?;
    Ok(as_object(&parts, doc))
}

fn as_object<'a>(parts: &UriParts, doc: &Document<'a>) -> &'a Object<'a> {
    let object = doc.object();
    let text = |part: &Option<String>| part.as_deref().map(|text| doc.string(text));
    // Domain and scheme are there even when the URI has none.
    object.insert("domain", text(&parts.host).unwrap_or(Value::Null));
    object.insert("scheme", text(&parts.scheme).unwrap_or(Value::Null));
    for (key, value) in [("fragment", &parts.fragment), ("path", &parts.path), ("query", &parts.query)] {
        if let Some(value) = text(value) {
            object.insert(key, value);
        }
    }
    if let Some(extension) = parts.path.as_deref().and_then(extension) {
        object.insert("extension", doc.string(extension));
    }
    if let Some(port) = parts.port {
        object.insert("port", Value::Int(port));
    }
    if let Some(user_info) = parts.user_info.as_deref() {
        object.insert("user_info", doc.string(user_info));
        if let Some((username, password)) = user_info.split_once(':') {
            object.insert("username", doc.string(username));
            object.insert("password", doc.string(password));
        }
    }
    object
}

/// What follows the last dot of the last segment.
fn extension(path: &str) -> Option<&str> {
    let (_, segment) = path.rsplit_once('/')?;
    segment.rsplit_once('.').map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn takes_uris_apart() {
        check(&[
            (
                "uri_parts: {field: a, keep_original: false, remove_if_successful: true}",
                r#"{"a":"http://u:p@h:80/x/y.z?q#f"}"#,
                r#"{"url":{"domain":"h","scheme":"http","fragment":"f","path":"/x/y.z","query":"q","extension":"z","port":80,"user_info":"u:p","username":"u","password":"p"}}"#,
            ),
            (
                "uri_parts: {field: a, target_field: b}",
                r#"{"a":"a.b/c"}"#,
                r#"{"a":"a.b/c","b":{"domain":null,"scheme":null,"path":"a.b/c","original":"a.b/c"}}"#,
            ),
            ("uri_parts: {field: a}", r#"{"a":"a b"}"#, "unable to parse URI [a b]"),
            (
                "uri_parts: {field: a}",
                r#"{"a":null}"#,
                "Cannot invoke \"String.length()\" because \"this.input\" is null",
            ),
            ("uri_parts: {field: a, ignore_missing: true}", "{}", "{}"),
        ]);
    }
}
