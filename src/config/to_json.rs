//! Nodes as JSON values, without their places: for pipelines that are shown, sent or compared.

use super::{Data, Node};
use serde_json::{Map, Number, Value};

impl Node {
    /// The value as JSON; members keep their order.
    pub fn to_json(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(flag) => Value::Bool(*flag),
            Data::Int(number) => Value::from(*number),
            Data::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Data::BigInt(digits) => serde_json::from_str(digits).unwrap_or_else(|_| Value::String(digits.clone())),
            Data::String(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Data::Map(members) => {
                let members = members.iter().map(|(key, node)| (key.text.clone(), node.to_json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::config::read_text;

    #[test]
    fn a_map_of_very_many_members_is_read_in_time() {
        let members: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":{n}")).collect();
        let text = format!("{{{},\"k5\":\"last\"}}", members.join(","));
        let started = std::time::Instant::now();
        for node in [crate::config::read_json("t", &text), read_text("t", &text)].map(Result::unwrap) {
            assert_eq!(node.as_map().unwrap().len(), 100_000);
            assert_eq!(node.get("k5").unwrap().as_str(), Some("last"));
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn nodes_become_what_they_stand_for() {
        let node = read_text("t", "b: 1\na: [x, 1.5, ~, true, 18446744073709551615]\nc: {d: '1'}\n").unwrap();
        let expected = r#"{"b":1,"a":["x",1.5,null,true,18446744073709551615],"c":{"d":"1"}}"#;
        assert_eq!(node.to_json().to_string(), expected);
    }
}
