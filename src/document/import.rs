//! JSON that came from elsewhere (look-up tables, answers of servers), copied into a document's arena.

use super::{Array, Document, Object, Value};

impl<'a> Document<'a> {
    /// A copy of `json` in the arena: integers become `Integer` or `Long`, fractions `Double`, as out of a document's own JSON.
    pub fn import(&self, json: &serde_json::Value) -> Value<'a> {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::String(text) => self.string(text),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => Value::integer(integer),
                (None, Some(integer)) => Value::BigInteger(self.alloc_str(&integer.to_string())),
                (None, None) => Value::Double(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::Array(items) => {
                Value::Array(Array::from_iter_in(self.arena, items.iter().map(|item| self.import(item))))
            }
            serde_json::Value::Object(members) => {
                let object = Object::with_capacity_in(members.len(), self.arena);
                for (key, value) in members {
                    object.insert(self.alloc_str(key), self.import(value));
                }
                Value::Object(object)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Arena, write_json};
    use super::*;

    #[test]
    fn json_stays_what_it_was() {
        let text = r#"{"a":[1,-5000000000,18446744073709551615,1.5,null,true],"b":{"c":"é"}}"#;
        let arena = Arena::new();
        let doc = Document::new(&arena, Object::new_in(&arena), jiff::Timestamp::UNIX_EPOCH);
        let mut out = Vec::new();
        write_json(doc.import(&serde_json::from_str(text).unwrap()), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}
