//! The parser's frame: alternatives, branches, atoms.

use super::class::Class;
use super::group::NUMBER_BESIDE_NAMES;
use super::look_behind::check_look_behinds;
use super::quantifier::reduce;
use super::{Assertion, GroupKind, Node, Options, Pattern, SyntaxError};

/// Groups in groups, so that no pattern overflows the stack; PCRE2 itself allows 250.
const NESTED_GROUPS_MAX: usize = 240;

pub struct Parser<'p> {
    text: &'p str,
    at: usize,
    depth: usize,
    pub groups: Vec<Option<Box<str>>>,
    pub refers_by_number: bool,
    /// Calls by name and the number of groups there must be: checked at the end, since they may come before what they call.
    pub calls: Vec<Call>,
}

/// A `\g<…>`: its node is resolved when all groups are known.
pub enum Call {
    Name(Box<str>),
    Number(usize),
}

pub fn parse(text: &str) -> Result<Pattern, SyntaxError> {
    let mut parser = Parser::new(text);
    let mut root = parser.alternatives(Options::default())?;
    if parser.peek().is_some() {
        return Err("unmatched close parenthesis".into());
    }
    let named = parser.groups.iter().any(Option::is_some);
    if named && parser.refers_by_number {
        return Err(NUMBER_BESIDE_NAMES.into());
    }
    check_look_behinds(&root, &parser.groups)?;
    let calls = parser.resolve_calls()?;
    resolve(&mut root, &calls);
    Ok(Pattern { root, groups: parser.groups, refers_by_number: parser.refers_by_number })
}

/// Puts the groups that calls stand for in their place: until now they held the call's index.
fn resolve(node: &mut Node, calls: &[usize]) {
    match node {
        Node::Call(index) => *index = calls.get(*index).copied().unwrap_or_default(),
        Node::Group(_, inner) | Node::Capture(_, inner) | Node::Repeat { node: inner, .. } => resolve(inner, calls),
        Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter_mut().for_each(|n| resolve(n, calls)),
        Node::Condition { yes, no, .. } => {
            resolve(yes, calls);
            resolve(no, calls);
        }
        _ => {}
    }
}

/// What an atom turned out to be.
enum Atom {
    Node(Node),
    /// `(?i)`: holds to the end of the group around it, alternatives included.
    Options(Options),
    /// A comment.
    Nothing,
}

impl<'p> Parser<'p> {
    fn new(text: &'p str) -> Self {
        Self { text, at: 0, depth: 0, groups: Vec::new(), refers_by_number: false, calls: Vec::new() }
    }

    pub fn rest(&self) -> &'p str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn go_back(&mut self, position: usize) {
        self.at = position;
    }

    /// Reads up to the end, or a `)` that is not ours to take.
    pub fn alternatives(&mut self, options: Options) -> Result<Node, SyntaxError> {
        self.depth += 1;
        if self.depth > NESTED_GROUPS_MAX {
            return Err("too deep nest level".into());
        }
        let mut branches = vec![self.branch(options)?];
        while self.eat("|") {
            branches.push(self.branch(options)?);
        }
        self.depth -= 1;
        match branches.pop() {
            Some(only) if branches.is_empty() => Ok(only),
            last => {
                branches.extend(last);
                Ok(Node::Alternate(branches))
            }
        }
    }

    fn branch(&mut self, options: Options) -> Result<Node, SyntaxError> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            if options.extended {
                self.skip_blanks_and_comments();
            }
            if matches!(self.peek(), None | Some('|' | ')')) {
                break;
            }
            match self.atom(options)? {
                Atom::Node(node) => nodes.push(self.quantified(node, options)?),
                Atom::Nothing => {}
                Atom::Options(inner) => {
                    let rest = self.alternatives(inner)?;
                    nodes.push(Node::Group(option_group(options, inner), Box::new(rest)));
                }
            }
        }
        Ok(match nodes.pop() {
            None => Node::Empty,
            Some(only) if nodes.is_empty() => only,
            Some(last) => {
                nodes.push(last);
                Node::Concat(nodes)
            }
        })
    }

    fn quantified(&mut self, node: Node, options: Options) -> Result<Node, SyntaxError> {
        let mut node = node;
        loop {
            if options.extended {
                self.skip_blanks_and_comments();
            }
            while self.eat("(?#") {
                self.comment()?;
            }
            match self.quantifier()? {
                Some(quantifier) => node = reduce(node, quantifier),
                None => return Ok(node),
            }
        }
    }

    pub fn skip_blanks_and_comments(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t'..='\r' => drop(self.next()),
                '#' => {
                    let line = self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
                    self.at += line;
                }
                _ => return,
            }
        }
    }

    fn atom(&mut self, options: Options) -> Result<Atom, SyntaxError> {
        if self.peek() == Some('{') {
            let start = self.position();
            if self.quantifier()?.is_some() {
                return Err("target of repeat operator is not specified".into());
            }
            self.go_back(start);
        }
        let Some(c) = self.next() else { return Ok(Atom::Nothing) };
        Ok(Atom::Node(match c {
            '*' | '+' | '?' => return Err("target of repeat operator is not specified".into()),
            '.' => Node::Any { newline: options.dot_matches_newline },
            '^' => Node::Assertion(Assertion::LineStart),
            '$' => Node::Assertion(Assertion::LineEnd),
            '[' => Node::Class(Class { caseless: options.caseless, ..self.class(options)? }),
            '(' => return self.parenthesis(options),
            '\\' => self.escape(options)?,
            other => Node::Literal(other),
        }))
    }

    fn parenthesis(&mut self, options: Options) -> Result<Atom, SyntaxError> {
        use super::group::Opening;
        Ok(match self.opening(options)? {
            Opening::Comment => Atom::Nothing,
            Opening::Options(inner) => Atom::Options(inner),
            Opening::Group(kind, inner) => {
                let node = self.group_body(inner)?;
                Atom::Node(Node::Group(kind, Box::new(node)))
            }
            Opening::Capture(name) => {
                self.groups.push(name);
                let number = self.groups.len();
                let node = self.group_body(options)?;
                Atom::Node(Node::Capture(number, Box::new(node)))
            }
            Opening::Condition(group) => Atom::Node(self.condition(group, options)?),
        })
    }

    fn group_body(&mut self, options: Options) -> Result<Node, SyntaxError> {
        let node = self.alternatives(options)?;
        if !self.eat(")") {
            return Err("end pattern with unmatched parenthesis".into());
        }
        Ok(node)
    }

    fn condition(&mut self, group: usize, options: Options) -> Result<Node, SyntaxError> {
        let (yes, no) = match self.group_body(options)? {
            Node::Alternate(branches) => match <[Node; 2]>::try_from(branches) {
                Ok([yes, no]) => (yes, no),
                Err(_) => return Err("invalid conditional pattern".into()),
            },
            only => (only, Node::Empty),
        };
        Ok(Node::Condition { group, yes: Box::new(yes), no: Box::new(no) })
    }
}

/// The group that `(?i)` or `(?i:…)` makes: only case matters beyond the parser.
pub fn option_group(outer: Options, inner: Options) -> GroupKind {
    if outer.caseless == inner.caseless { GroupKind::Plain } else { GroupKind::Caseless(inner.caseless) }
}
