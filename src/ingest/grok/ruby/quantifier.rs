//! `*`, `+`, `?`, `{n,m}` and what several of them in a row come to.

use super::parser::Parser;
use super::{Greed, Node, SyntaxError};

/// Oniguruma's bound of `{n,m}`.
const REPEAT_MAX: u32 = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantifier {
    min: u32,
    max: Option<u32>,
    greed: Greed,
}

impl Parser<'_> {
    /// Reads a quantifier, if there is one here. A brace that begins none is left: it is a literal.
    pub fn quantifier(&mut self) -> Result<Option<Quantifier>, SyntaxError> {
        let start = self.position();
        let (min, max, interval) = match self.peek() {
            Some('*') => (0, None, None),
            Some('+') => (1, None, None),
            Some('?') => (0, Some(1), None),
            Some('{') => {
                self.next();
                match self.interval()? {
                    Some(interval) => (interval.min, interval.max, Some(interval)),
                    None => {
                        self.go_back(start);
                        return Ok(None);
                    }
                }
            }
            _ => return Ok(None),
        };
        let greed = match interval {
            // `{n}?` is the optional `{n}`, `{n,m}+` the repeated `{n,m}`: neither sign belongs to the brace.
            Some(Interval { fixed: true, .. }) => Greed::Greedy,
            Some(_) if self.eat("?") => Greed::Lazy,
            Some(_) => Greed::Greedy,
            None => {
                self.next();
                if self.eat("?") {
                    Greed::Lazy
                } else if self.eat("+") {
                    Greed::Possessive
                } else {
                    Greed::Greedy
                }
            }
        };
        Ok(Some(Quantifier { min, max, greed }))
    }

    /// What follows `{`: `n}`, `n,}`, `,m}` or `n,m}`.
    fn interval(&mut self) -> Result<Option<Interval>, SyntaxError> {
        let low = self.bound()?;
        let (high, fixed) = if self.eat(",") { (self.bound()?, false) } else { (low, true) };
        if low.is_none() && high.is_none() || !self.eat("}") {
            return Ok(None);
        }
        let min = low.unwrap_or(0);
        if high.is_some_and(|high| min > high) {
            return Err("upper is smaller than lower in repeat range".into());
        }
        Ok(Some(Interval { min, max: high, fixed }))
    }

    fn bound(&mut self) -> Result<Option<u32>, SyntaxError> {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Ok(None);
        }
        self.eat(&digits);
        match digits.parse() {
            Ok(n) if n <= REPEAT_MAX => Ok(Some(n)),
            _ => Err("too big number for repeat range".into()),
        }
    }
}

struct Interval {
    min: u32,
    max: Option<u32>,
    fixed: bool,
}

/// `node` under `quantifier`. A quantifier upon a quantifier becomes one where Oniguruma makes one of them: `a?*` is `a*`.
pub fn reduce(node: Node, quantifier: Quantifier) -> Node {
    let Quantifier { min, max, greed } = quantifier;
    if let Node::Repeat { node: inner, min: inner_min, max: inner_max, greed: inner_greed } = &node {
        let child = Simple::of(*inner_min, *inner_max, *inner_greed);
        let parent = Simple::of(min, max, greed);
        if let (Some(child), Some(parent)) = (child, parent)
            && let Some((min, max, greed)) = child.under(parent)
        {
            return Node::Repeat { node: inner.clone(), min, max, greed };
        }
    }
    Node::Repeat { node: Box::new(node), min, max, greed }
}

/// The six quantifiers that are simple enough to be joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Simple {
    Optional,
    Star,
    Plus,
    LazyOptional,
    LazyStar,
    LazyPlus,
}

impl Simple {
    fn of(min: u32, max: Option<u32>, greed: Greed) -> Option<Self> {
        Some(match (min, max, greed) {
            (0, Some(1), Greed::Greedy) => Self::Optional,
            (0, None, Greed::Greedy) => Self::Star,
            (1, None, Greed::Greedy) => Self::Plus,
            (0, Some(1), Greed::Lazy) => Self::LazyOptional,
            (0, None, Greed::Lazy) => Self::LazyStar,
            (1, None, Greed::Lazy) => Self::LazyPlus,
            _ => return None,
        })
    }

    fn parts(self) -> (u32, Option<u32>, Greed) {
        match self {
            Self::Optional => (0, Some(1), Greed::Greedy),
            Self::Star => (0, None, Greed::Greedy),
            Self::Plus => (1, None, Greed::Greedy),
            Self::LazyOptional => (0, Some(1), Greed::Lazy),
            Self::LazyStar => (0, None, Greed::Lazy),
            Self::LazyPlus => (1, None, Greed::Lazy),
        }
    }

    /// The one quantifier that `self` under `parent` amounts to, if there is one.
    fn under(self, parent: Self) -> Option<(u32, Option<u32>, Greed)> {
        use Simple::{LazyOptional, LazyPlus, LazyStar, Optional, Plus, Star};
        let joined = match (self, parent) {
            (Optional, Star | Plus) => Star,
            (Optional, LazyOptional) => LazyOptional,
            (Optional, LazyStar) => LazyStar,
            (Plus, Optional | Star) => Star,
            (LazyOptional, Star | Plus | LazyStar | LazyPlus) => LazyStar,
            (LazyPlus, Star) => Star,
            (LazyPlus, LazyOptional | LazyStar) => LazyStar,
            // `(?:a*)??` first tries nothing, then all: no single quantifier does that.
            (Star | Plus, LazyOptional | LazyStar) | (Optional, LazyPlus) | (LazyPlus, Optional) => return None,
            (child, _) => child,
        };
        Some(joined.parts())
    }
}
