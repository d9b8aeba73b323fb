//! What Oniguruma allows inside of `(?<=…)` and `(?<!…)`: alternatives at the top, each of a fixed length.

use super::{GroupKind, Node, SyntaxError};

/// Checks every look-behind in a pattern. Needs all groups: beside a named one those without a name leave no trace.
pub fn check_look_behinds(node: &Node, groups: &[Option<Box<str>>]) -> Result<(), SyntaxError> {
    let check = |inner: &Node| check_look_behinds(inner, groups);
    match node {
        Node::Group(kind @ (GroupKind::Behind | GroupKind::NotBehind), inner) => {
            let rules = Rules { groups, negative: *kind == GroupKind::NotBehind };
            if rules.allow(inner) { check(inner) } else { Err("invalid pattern in look-behind".into()) }
        }
        Node::Group(_, inner) | Node::Capture(_, inner) | Node::Repeat { node: inner, .. } => check(inner),
        Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().try_for_each(check),
        Node::Condition { yes, no, .. } => check(yes).and_then(|()| check(no)),
        _ => Ok(()),
    }
}

struct Rules<'g> {
    groups: &'g [Option<Box<str>>],
    negative: bool,
}

impl Rules<'_> {
    fn allow(&self, node: &Node) -> bool {
        match node {
            Node::Alternate(branches) => branches.iter().all(|branch| self.is_fixed(branch)),
            // A plain group at the top leaves no trace in Oniguruma's tree.
            Node::Group(GroupKind::Plain, inner) => self.allow(inner),
            Node::Capture(number, inner) if self.is_plain(*number) => self.allow(inner),
            other => self.is_fixed(other),
        }
    }

    fn name(&self, number: usize) -> Option<&str> {
        number.checked_sub(1).and_then(|i| self.groups.get(i)).and_then(Option::as_deref)
    }

    fn is_plain(&self, number: usize) -> bool {
        self.name(number).is_none() && self.groups.iter().any(Option::is_some)
    }

    fn is_fixed(&self, node: &Node) -> bool {
        self.is_allowed(node) && chars(node).is_some()
    }

    fn is_allowed(&self, node: &Node) -> bool {
        match node {
            Node::Empty | Node::Literal(_) | Node::Any { .. } | Node::Class(_) | Node::Assertion(_) => true,
            Node::Group(GroupKind::Ahead | GroupKind::NotAhead, _) => false,
            Node::Group(_, inner) | Node::Repeat { node: inner, .. } => self.is_allowed(inner),
            Node::Capture(number, inner) => !(self.negative && self.name(*number).is_some()) && self.is_allowed(inner),
            Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().all(|n| self.is_allowed(n)),
            Node::Reference(_)
            | Node::Call(_)
            | Node::Condition { .. }
            | Node::Keep
            | Node::LineBreak
            | Node::Grapheme => false,
        }
    }
}

/// How many characters a node matches, if always as many.
fn chars(node: &Node) -> Option<usize> {
    match node {
        Node::Empty | Node::Assertion(_) => Some(0),
        Node::Literal(_) | Node::Any { .. } | Node::Class(_) => Some(1),
        Node::Group(GroupKind::Behind | GroupKind::NotBehind, _) => Some(0),
        Node::Group(_, inner) | Node::Capture(_, inner) => chars(inner),
        Node::Repeat { node, min, max, .. } if *max == Some(*min) => {
            chars(node)?.checked_mul(usize::try_from(*min).ok()?)
        }
        Node::Concat(nodes) => nodes.iter().try_fold(0usize, |sum, n| sum.checked_add(chars(n)?)),
        Node::Alternate(nodes) => {
            let mut lengths = nodes.iter().map(chars);
            let first = lengths.next()??;
            lengths.all(|length| length == Some(first)).then_some(first)
        }
        _ => None,
    }
}
