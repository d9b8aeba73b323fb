//! The longest text that every match of a pattern holds: a search for it tells cheaply that a pattern cannot match.

use super::{GroupKind, Node};

/// The longest literal without which `node` cannot match; empty if there is none.
pub fn required_literal(node: &Node) -> String {
    let mut search = Search::default();
    search.walk(node);
    search.end_run();
    search.best
}

#[derive(Default)]
struct Search {
    /// The literal that ends where the walk stands.
    run: String,
    best: String,
}

impl Search {
    fn end_run(&mut self) {
        if self.run.len() > self.best.len() {
            self.best.clone_from(&self.run);
        }
        self.run.clear();
    }

    fn walk(&mut self, node: &Node) {
        match node {
            Node::Literal(c) => self.run.push(*c),
            Node::Concat(nodes) => nodes.iter().for_each(|n| self.walk(n)),
            Node::Capture(_, inner) | Node::Group(GroupKind::Plain | GroupKind::Atomic, inner) => self.walk(inner),
            Node::Repeat { node, min, max, .. } => {
                if (*min, *max) != (1, Some(1)) {
                    self.end_run();
                }
                if *min > 0 {
                    self.walk(node);
                }
                if (*min, *max) != (1, Some(1)) {
                    self.end_run();
                }
            }
            // These take up no text: what stands before and behind them is adjacent.
            Node::Empty | Node::Assertion(_) | Node::Keep => {}
            Node::Group(GroupKind::Ahead | GroupKind::NotAhead | GroupKind::Behind | GroupKind::NotBehind, _) => {}
            Node::Group(GroupKind::Caseless(_), _)
            | Node::Any { .. }
            | Node::Class(_)
            | Node::Alternate(_)
            | Node::Reference(_)
            | Node::Call(_)
            | Node::Condition { .. }
            | Node::LineBreak
            | Node::Grapheme => self.end_run(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Pattern;
    use super::*;

    #[test]
    fn finds_what_every_match_holds() {
        for (pattern, expected) in [
            ("abc", "abc"),
            ("a+bcd?e", "bc"),
            ("(?:ab)+c", "ab"),
            ("(?<x>ab)(?=zzzzz)cd|e", ""),
            ("(?<x>ab)(?=zzzzz)cd", "abcd"),
            ("(?i)abcd", ""),
            ("ab(?i:cdef)g", "ab"),
            (r"\[.*\] é\d", "] é"),
            ("^a$", "a"),
            ("(?:a|b)", ""),
            ("x{3}yz", "yz"),
        ] {
            assert_eq!(required_literal(&Pattern::parse(pattern).unwrap().root), expected, "{pattern}");
        }
    }
}
