//! Whether PCRE2 might refuse what we write for it, so that it has to be asked.

use super::{Assertion, Node, Pattern};

/// PCRE2's byte code holds 64 KiB.
const BYTES_SAFE: usize = 50_000;
/// PCRE2's bound of `{n,m}`.
const REPEAT_MAX: u32 = u16::MAX as u32;

/// Whether `pattern` must be compiled to know that it compiles: it may be too large, or has parts that PCRE2 knows otherwise.
pub fn must_be_tried(pattern: &Pattern) -> bool {
    bytes(&pattern.root).is_none_or(|bytes| bytes > BYTES_SAFE)
}

/// An upper bound of the byte code. None: PCRE2 must be asked.
fn bytes(node: &Node) -> Option<usize> {
    Some(match node {
        Node::Empty => 0,
        Node::Literal(_) => 8,
        Node::Any { .. } | Node::LineBreak => 8,
        Node::Assertion(Assertion::WordBoundary { .. } | Assertion::NoWordBoundary { .. }) => 500,
        Node::Assertion(_) => 4,
        // 32 bytes of a bit map and three a property or range; the case of a class may be spelled out three times.
        Node::Class(class) => 3 * class.parts.iter().map(|part| 80 + 40 * part.len()).sum::<usize>() + 40,
        Node::Group(_, inner) | Node::Capture(_, inner) => bytes(inner)? + 16,
        Node::Repeat { node, min, max, .. } => {
            let times = max.unwrap_or(*min).max(*min);
            if times > REPEAT_MAX {
                return None;
            }
            let copies = match **node {
                Node::Literal(_) | Node::Any { .. } => 2,
                _ => usize::try_from(times).ok()? + 1,
            };
            (bytes(node)? + 16).checked_mul(copies)?
        }
        Node::Concat(nodes) | Node::Alternate(nodes) => {
            nodes.iter().try_fold(0usize, |sum, node| sum.checked_add(bytes(node)? + 4))?
        }
        Node::Reference(_) | Node::Call(_) | Node::Condition { .. } | Node::Keep | Node::Grapheme => return None,
    })
}
