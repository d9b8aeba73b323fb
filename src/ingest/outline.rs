//! Where the processors of a pipeline stand in its text: to tell which of them a complaint is about.

use crate::config::{Data, Node, Position};

/// A processor of a pipeline, as it is written.
pub struct Place<'n> {
    pub kind: &'n str,
    pub options: &'n Node,
    pub at: &'n Position,
}

/// Every processor, those in handlers and inside others included, in the order of the text.
pub fn outline(pipeline: &Node) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut lists: Vec<&Node> = ["processors", "on_failure"].iter().filter_map(|key| pipeline.get(key)).collect();
    while let Some(list) = lists.pop() {
        let items = list.as_list().unwrap_or_default().iter().flat_map(|item| item.as_map().unwrap_or_default());
        for (key, options) in items {
            note(&key.text, &key.at, options, &mut found, &mut lists);
        }
    }
    found.sort_by_key(|place| order(place.at));
    found
}

fn note<'n>(kind: &'n str, at: &'n Position, options: &'n Node, found: &mut Vec<Place<'n>>, lists: &mut Vec<&'n Node>) {
    let (mut kind, mut at, mut options) = (kind, at, options);
    // `foreach` holds one that may be a `foreach`.
    loop {
        found.push(Place { kind, options, at });
        lists.extend(options.get("on_failure"));
        let Some((key, inner)) = options.get("processor").and_then(Node::as_map).and_then(<[_]>::first) else { return };
        (kind, at, options) = (&key.text, &key.at, inner);
    }
}

/// Places of one file in the order of its text.
pub fn order(at: &Position) -> (usize, usize) {
    (at.line, at.column)
}

/// The index of the processor that a complaint at `at` is about.
pub fn index_at(places: &[Place<'_>], at: &Position) -> Option<usize> {
    places.iter().rposition(|place| order(place.at) <= order(at))
}

impl<'n> Place<'n> {
    /// The condition's node.
    pub fn condition(&self) -> Option<&'n Node> {
        self.options.get("if")
    }

    /// The node of the script's text, for a `script` that brings its own.
    pub fn source(&self) -> Option<&'n Node> {
        match (self.kind, &self.options.data) {
            ("script", Data::Map(_)) => self.options.get("source").or_else(|| self.options.get("inline")),
            ("script", _) => Some(self.options),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;

    #[test]
    fn every_processor_has_its_place() {
        let text = "processors:\n- set: {field: a, on_failure: [{fail: {message: m}}]}\n- foreach: {field: b, processor: {foreach: {field: c, processor: {script: x}}}}\non_failure:\n- drop: {}\n";
        let node = read_text("t", text).unwrap();
        let places = outline(&node);
        let kinds: Vec<&str> = places.iter().map(|place| place.kind).collect();
        assert_eq!(kinds, ["set", "fail", "foreach", "foreach", "script", "drop"]);
        let at = |line, column| index_at(&places, &Position { file: "t".into(), line, column });
        assert_eq!((at(1, 1), at(2, 10), at(2, 50), at(9, 1)), (None, Some(0), Some(1), Some(5)));
        assert_eq!(places.iter().filter_map(Place::source).count(), 1);
    }
}
