//! `urldecode`: `%41+%C3%A9` to `A é`, as Java's `URLDecoder` does it.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::java_utf8;
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct UrlDecode(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(UrlDecode(TextField::compile(settings)?)))
}

impl Processor for UrlDecode {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| {
            if !text.contains(['%', '+']) {
                return Ok(Value::Str(text));
            }
            decode(text).map(|decoded| doc.string(&decoded))
        })
    }
}

/// Decodes what is escaped; what is no UTF-8 becomes U+FFFD.
pub fn decode(text: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '+']) {
        let (before, escaped) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        if let Some(after) = escaped.strip_prefix('+') {
            bytes.push(b' ');
            rest = after;
        } else {
            let (byte, after) = escape(&escaped[1..])?;
            bytes.push(byte);
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(java_utf8::decode(&bytes))
}

/// The byte of an escape, behind its `%`. Java reads the digits as an integer, sign included.
fn escape(text: &str) -> Result<(u8, &str), Failure> {
    let refused = |detail: &str| Failure::illegal_argument(format!("URLDecoder: {detail}"));
    let end = text.char_indices().nth(1).map(|(at, c)| at + c.len_utf8());
    let Some((digits, rest)) = end.map(|end| text.split_at(end)) else {
        return Err(refused("Incomplete trailing escape (%) pattern"));
    };
    let illegal = "Illegal hex characters in escape (%) pattern - ";
    let unsigned = digits.strip_prefix(['+', '-']);
    let bad = unsigned.unwrap_or(digits).chars().position(|c| !c.is_ascii_hexdigit());
    if let Some(position) = bad {
        let position = position + usize::from(unsigned.is_some());
        return Err(refused(&format!("{illegal}Error at index {position} in: \"{digits}\"")));
    }
    let value = u8::from_str_radix(unsigned.unwrap_or(digits), 16).unwrap_or(0);
    if digits.starts_with('-') && value != 0 {
        return Err(refused(&format!("{illegal}negative value")));
    }
    Ok((value, rest))
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn decodes_as_java_does() {
        let refused = "URLDecoder: Illegal hex characters in escape (%) pattern - ";
        for (text, expected) in [
            ("a%20b+c%C3%A9", r#"{"a":"a b cé"}"#.to_owned()),
            ("é%41宕", r#"{"a":"éA宕"}"#.into()),
            ("%E5%AE", "{\"a\":\"\u{fffd}\"}".into()),
            ("%+1", r#"{"a":"\u0001"}"#.into()),
            ("%-1", format!("{refused}negative value")),
            ("%zz", format!("{refused}Error at index 0 in: \"zz\"")),
            ("%1 ", format!("{refused}Error at index 1 in: \"1 \"")),
            ("%4", "URLDecoder: Incomplete trailing escape (%) pattern".into()),
        ] {
            check(&[("urldecode: {field: a}", &format!(r#"{{"a":"{text}"}}"#), &expected)]);
        }
    }
}
