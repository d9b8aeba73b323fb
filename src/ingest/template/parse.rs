//! Mustache in: text to nodes, with mustache.java's treatment of white space.
//!
//! A line that holds nothing but a section's opening or closing tag disappears with its line end (white space *before* the tag too,
//! white space after it stays); lines of comments and delimiter changes stay.

use super::{Name, SECTION_DEPTH_MAX, TemplateNode};

pub(super) fn parse(text: &str) -> Result<Vec<TemplateNode>, String> {
    let mut parser = Parser { rest: text, line: 0, open: "{{".into(), close: "}}".into(), saw_carriage_return: false };
    parser.nodes(None, 0)
}

struct Parser<'t> {
    rest: &'t str,
    line: u32,
    open: String,
    close: String,
    saw_carriage_return: bool,
}

/// Nodes in the making: text is gathered until a tag ends it.
#[derive(Default)]
struct Output {
    nodes: Vec<TemplateNode>,
    pending: String,
}

impl Output {
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        match self.nodes.last_mut() {
            Some(TemplateNode::Text(before)) => *before = format!("{before}{text}").into(),
            _ => self.nodes.push(TemplateNode::Text(text.into())),
        }
    }
}

impl<'t> Parser<'t> {
    /// Nodes up to the end of the text, or to the closing tag of the section `section`.
    fn nodes(&mut self, section: Option<&str>, depth: usize) -> Result<Vec<TemplateNode>, String> {
        if depth > SECTION_DEPTH_MAX {
            return Err(format!("more than {SECTION_DEPTH_MAX} sections inside each other"));
        }
        let mut out = Output::default();
        let mut only_whitespace = true;
        // The end of the line on which a section of several lines began or ended is not printed.
        let mut line_is_tag = self.line != 0;
        self.line = self.line.max(1);
        while let Some(c) = self.rest.chars().next() {
            if let Some(tag) = self.tag()? {
                match tag {
                    Tag::Close(name) => {
                        if !only_whitespace {
                            out.flush();
                        }
                        if section != Some(name) {
                            let open = section.unwrap_or("null");
                            return Err(format!("Mismatched start/end tags: {open} != {name}"));
                        }
                        return Ok(out.nodes);
                    }
                    Tag::Section(kind, name) => {
                        let line = self.line;
                        let nodes = self.nodes(Some(name), depth + 1)?;
                        let spans_lines = self.line != line;
                        if !only_whitespace || !spans_lines {
                            out.flush();
                        }
                        out.pending.clear();
                        out.nodes.push(section_node(kind, name, line, nodes)?);
                        line_is_tag = spans_lines;
                    }
                    Tag::Variable(name, escape) => {
                        out.flush();
                        out.nodes.push(TemplateNode::Variable { name: Name::new(name, self.line), escape });
                    }
                    Tag::Silent => out.flush(),
                }
                continue;
            }
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '\r' => self.saw_carriage_return = true,
                '\n' => {
                    self.line += 1;
                    if !line_is_tag || !only_whitespace {
                        out.pending.push_str(if self.saw_carriage_return { "\r\n" } else { "\n" });
                    }
                    out.flush();
                    (line_is_tag, only_whitespace, self.saw_carriage_return) = (false, true, false);
                }
                _ => {
                    only_whitespace &= matches!(c, ' ' | '\t');
                    out.pending.push(c);
                }
            }
        }
        if let Some(section) = section {
            return Err(format!("Failed to close '{section}' tag"));
        }
        out.flush();
        Ok(out.nodes)
    }

    /// The tag that begins here, if one does.
    fn tag(&mut self) -> Result<Option<Tag<'t>>, String> {
        let Some(inside) = self.rest.strip_prefix(self.open.as_str()) else { return Ok(None) };
        let end = inside.find(self.close.as_str()).ok_or("Improperly closed variable")?;
        let (command, mut rest) = (&inside[..end], &inside[end + self.close.len()..]);
        let Some(kind) = command.chars().next() else { return Err("Empty mustache".into()) };
        let name = command[kind.len_utf8()..].trim_matches(|c| c <= ' ');
        // A name may go over several lines; so may a comment.
        let lines = command.matches('\n').count();
        let tag = match kind {
            '#' | '^' | '$' => Tag::Section(kind, name),
            '/' => Tag::Close(name),
            '>' | '<' => return Err(format!("Template {name} not found: partials are not supported")),
            '{' if self.close == "}}" => {
                rest = rest.strip_prefix('}').ok_or("Improperly closed variable")?;
                Tag::Variable(name, false)
            }
            '{' => Tag::Variable(name.strip_suffix('}').unwrap_or(name), false),
            '&' => Tag::Variable(name, false),
            '!' | '%' => Tag::Silent,
            '=' => {
                self.change_delimiters(command)?;
                Tag::Silent
            }
            _ => Tag::Variable(command.trim_matches(|c| c <= ' '), true),
        };
        self.rest = rest;
        self.line += u32::try_from(lines).unwrap_or(0);
        Ok(Some(tag))
    }

    /// `=<% %>=`.
    fn change_delimiters(&mut self, command: &str) -> Result<(), String> {
        let compact: Vec<char> = command.chars().filter(|c| !c.is_whitespace()).collect();
        let invalid = || format!("Invalid delimiter string: {}", command.trim_matches(['=', ' ']));
        let [first, middle @ .., last] = compact.as_slice() else { return Err(invalid()) };
        if *first != '=' || *last != '=' || middle.is_empty() || middle.len() % 2 != 0 {
            return Err(invalid());
        }
        let (open, close) = middle.split_at(middle.len() / 2);
        (self.open, self.close) = (open.iter().collect(), close.iter().collect());
        Ok(())
    }
}

enum Tag<'t> {
    Section(char, &'t str),
    Close(&'t str),
    Variable(&'t str, bool),
    /// Comments, pragmas and delimiter changes print nothing.
    Silent,
}

fn section_node(kind: char, name: &str, line: u32, nodes: Vec<TemplateNode>) -> Result<TemplateNode, String> {
    let nodes: Box<[TemplateNode]> = nodes.into();
    let delimiter = name.strip_prefix("join delimiter='").and_then(|d| d.strip_suffix('\''));
    Ok(match (kind, name, delimiter) {
        ('$', ..) => TemplateNode::Block(nodes),
        ('^', ..) => TemplateNode::Inverted { name: Name::new(name, line), nodes },
        (_, "toJson", _) => TemplateNode::ToJson(only_name("toJson", &nodes, line)?),
        (_, "join", _) => join(",", nodes, line)?,
        (_, _, Some(delimiter)) => join(delimiter, nodes, line)?,
        (_, "url", _) => TemplateNode::Url(nodes),
        _ => TemplateNode::Section { name: Name::new(name, line), nodes },
    })
}

fn join(delimiter: &str, nodes: Box<[TemplateNode]>, line: u32) -> Result<TemplateNode, String> {
    Ok(TemplateNode::Join { name: only_name("join", &nodes, line)?, delimiter: delimiter.into(), nodes })
}

/// The plain text that is all there is inside `toJson` and `join`: the name of what they print.
fn only_name(function: &str, nodes: &[TemplateNode], line: u32) -> Result<Name, String> {
    match nodes {
        [TemplateNode::Text(text)] => Ok(Name::new(text, line)),
        // The node takes a tag for a name that no field has.
        [TemplateNode::Variable { name, .. }] => Ok(Name::new(&format!("{{{{{}}}}}", name.text), line)),
        _ => Err(format!("Mustache function [{function}] must contain one and only one identifier")),
    }
}
