//! `csv`: a line of comma-separated values to fields.
//!
//! Read as Elasticsearch reads it: after a field of nothing but spaces (without `trim`), for instance, the next one begins too early.

use crate::config::{ConfigError, Node};
use crate::document::{Document, FieldPath, Value};
use crate::ingest::{Build, Context, Failure, Processor, Settings, ValueSource};

struct Csv {
    field: FieldPath,
    targets: Vec<FieldPath>,
    quote: char,
    separator: char,
    trim: bool,
    empty_value: Option<ValueSource>,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let quote = single_char(settings, "quote", '"', "quote has to be single character like \" or '")?;
    let separator = single_char(settings, "separator", ',', "separator has to be single character like , or ;")?;
    let trim = settings.bool_or("trim", false)?;
    let empty_value = match settings.take("empty_value") {
        Some(value) => Some(ValueSource::literal(value)),
        None if settings.node.get("empty_value").is_some() => return Err(settings.missing("empty_value")),
        None => None,
    };
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let nodes = settings.list("target_fields")?;
    if nodes.is_empty() {
        let at = settings.node.get("target_fields").unwrap_or(settings.node);
        return Err(settings.invalid("target_fields", at, "target fields list can't be empty"));
    }
    let path = |node: &Node| {
        let text = node.as_str().ok_or_else(|| settings.wrong_type("target_fields", node, "string"))?;
        FieldPath::parse(text).map_err(|error| settings.invalid("target_fields", node, error))
    };
    let targets = nodes.iter().map(path).collect::<Result<_, _>>()?;
    Ok(Box::new(Csv { field, targets, quote, separator, trim, empty_value, ignore_missing }))
}

fn single_char<'n>(
    settings: &mut Settings<'n>,
    option: &'n str,
    default: char,
    reason: &str,
) -> Result<char, ConfigError> {
    let Some(text) = settings.opt_string(option)? else { return Ok(default) };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if c.len_utf16() == 1 => Ok(c),
        _ => {
            let at = settings.node.get(option).unwrap_or(settings.node);
            Err(settings.invalid(option, at, reason))
        }
    }
}

impl Processor for Csv {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let line = match doc.get_str(&self.field, self.ignore_missing)? {
            Some(line) => line,
            None if self.ignore_missing => return Ok(()),
            None => {
                let reason = format!("field [{}] is null, cannot process it.", self.field.text());
                return Err(Failure::illegal_argument(reason));
            }
        };
        let mut parser = Parser { csv: self, doc, line, at: 0, start: 0, next: 0, quoted: String::new() };
        parser.run()
    }
}

impl Csv {
    /// Spaces around a field, unless they separate fields.
    fn is_space(&self, c: char) -> bool {
        matches!(c, ' ' | '\t') && c != self.separator
    }
}

struct Parser<'c, 'd, 'a> {
    csv: &'c Csv,
    doc: &'d Document<'a>,
    line: &'a str,
    /// Bytes read, and where the field that is being read begins.
    at: usize,
    start: usize,
    /// The target field that comes next.
    next: usize,
    /// What of a quoted field comes before its last doubled quote.
    quoted: String,
}

/// Whether all target fields have their values.
type IsFull = bool;

enum State {
    Start,
    Unquoted,
    Quoted,
    QuotedEnd,
}

impl<'a> Parser<'_, '_, 'a> {
    fn run(&mut self) -> Result<(), Failure> {
        let mut state = State::Start;
        while let Some(c) = self.peek() {
            state = match state {
                State::Start => match self.start()? {
                    Some(state) => state,
                    None => return Ok(()),
                },
                State::Unquoted => match self.unquoted()? {
                    Some(state) => state,
                    None => return Ok(()),
                },
                State::Quoted => {
                    self.at += c.len_utf8();
                    if c == self.csv.quote { State::QuotedEnd } else { State::Quoted }
                }
                State::QuotedEnd => match self.quoted_end(c)? {
                    Some(state) => state,
                    None => return Ok(()),
                },
            };
        }
        match state {
            State::Start => Ok(()),
            State::Unquoted => self.set_field(self.line.len()).map(drop),
            State::QuotedEnd => self.set_field(self.line.len() - self.csv.quote.len_utf8()).map(drop),
            State::Quoted => Err(Failure::illegal_argument("Unmatched quote")),
        }
    }

    fn peek(&self) -> Option<char> {
        self.line.get(self.at..).and_then(|rest| rest.chars().next())
    }

    /// Messages count UTF-16 units.
    fn position(&self) -> usize {
        self.line.get(..self.at).map_or(0, |before| before.encode_utf16().count())
    }

    /// Before a field. None once there is nothing more to do.
    fn start(&mut self) -> Result<Option<State>, Failure> {
        while let Some(c) = self.peek() {
            if c == self.csv.quote {
                self.at += c.len_utf8();
                self.quoted.clear();
                self.start = self.at;
                return Ok(Some(State::Quoted));
            }
            if c == self.csv.separator {
                // One character on from the start, wherever the separator is.
                self.advance_start();
                self.quoted.clear();
                if self.set_field(self.start)? {
                    return Ok(None);
                }
            } else if self.csv.is_space(c) {
                if self.csv.trim {
                    self.advance_start();
                }
            } else {
                // The first character may be anything, even a line end.
                self.at += c.len_utf8();
                self.quoted.clear();
                return Ok(Some(State::Unquoted));
            }
            self.at += c.len_utf8();
        }
        Ok(None)
    }

    fn advance_start(&mut self) {
        self.start += self.line.get(self.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }

    fn unquoted(&mut self) -> Result<Option<State>, Failure> {
        let mut spaces = 0;
        while let Some(c) = self.peek() {
            if matches!(c, '\n' | '\r') || c == self.csv.quote {
                let reason = format!("Illegal character inside unquoted field at {}", self.position());
                return Err(Failure::illegal_argument(reason));
            }
            if self.csv.trim && self.csv.is_space(c) {
                spaces += 1;
            } else if c == self.csv.separator {
                if self.set_field(self.at - spaces)? {
                    return Ok(None);
                }
                self.at += c.len_utf8();
                self.start = self.at;
                return Ok(Some(State::Start));
            } else {
                spaces = 0;
            }
            self.at += c.len_utf8();
        }
        Ok(Some(State::Unquoted))
    }

    /// Behind a quote inside a quoted field: it is doubled, or the field is at its end.
    fn quoted_end(&mut self, c: char) -> Result<Option<State>, Failure> {
        let quote = self.csv.quote;
        let end = self.at - quote.len_utf8();
        if c == quote {
            self.quoted.push_str(self.line.get(self.start..end).unwrap_or_default());
            self.quoted.push(quote);
            self.at += c.len_utf8();
            self.start = self.at;
            return Ok(Some(State::Quoted));
        }
        let mut is_set = false;
        while let Some(c) = self.peek() {
            let is_separator = c == self.csv.separator;
            if !is_separator && !self.csv.is_space(c) {
                let reason = format!("character '{c}' after quoted field at {}", self.position());
                return Err(Failure::illegal_argument(reason));
            }
            if !is_set && self.set_field(end)? {
                return Ok(None);
            }
            is_set = true;
            self.at += c.len_utf8();
            if is_separator {
                self.start = self.at;
                return Ok(Some(State::Start));
            }
        }
        Ok(None)
    }

    fn set_field(&mut self, end: usize) -> Result<IsFull, Failure> {
        let text = self.line.get(self.start..end).unwrap_or_default();
        let value = if self.quoted.is_empty() {
            Value::Str(text)
        } else {
            self.quoted.push_str(text);
            self.doc.string(&self.quoted)
        };
        let value = match (value, &self.csv.empty_value) {
            (Value::Str(""), Some(empty)) => Some(empty.resolve(self.doc)?),
            (Value::Str(""), None) => None,
            (value, _) => Some(value),
        };
        if let (Some(path), Some(value)) = (self.csv.targets.get(self.next), value) {
            self.doc.set(path, value)?;
        }
        self.next += 1;
        Ok(self.next >= self.csv.targets.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    /// What a node (8.19) answered, `a` left out.
    fn split(options: &str, line: &str, expected: &str) {
        let processor = format!("csv: {{field: _ingest.a, target_fields: [x, y, z]{options}}}");
        let line = line.replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
        let pipeline = format!("processors: [{{set: {{field: _ingest.a, value: \"{line}\"}}}}, {{{processor}}}]");
        assert_eq!(crate::ingest::testing::run(&pipeline, "{}"), expected, "{options} {line}");
    }

    #[test]
    fn lines_are_read_as_on_the_node() {
        for (options, line, expected) in [
            ("", "1,2,3,4", r#"{"x":"1","y":"2","z":"3"}"#),
            ("", "a,,c", r#"{"x":"a","z":"c"}"#),
            ("", "\"a,b\",\"c\"\"d\"", r#"{"x":"a,b","y":"c\"d"}"#),
            ("", "\"a\" ,b", r#"{"x":"a","y":"b"}"#),
            ("", " a , b ", r#"{"x":" a ","y":" b "}"#),
            ("", " ,x", r#"{"y":",x"}"#),
            ("", "  ,  ,z", r#"{"z":",  ,z"}"#),
            ("", "é,宕", r#"{"x":"é","y":"宕"}"#),
            ("", "\"a", "Unmatched quote"),
            ("", "a\"b", "Illegal character inside unquoted field at 1"),
            ("", "\"a\"b,c", "character 'b' after quoted field at 3"),
            (", trim: true", " a , b ", r#"{"x":"a","y":"b "}"#),
            (", trim: true", "\"a\" , \" b \"", r#"{"x":"a","y":" b "}"#),
            (", empty_value: '{{e}}'", "\"\",,c", r#"{"x":"{{e}}","y":"{{e}}","z":"c"}"#),
            (", separator: ;, quote: \"'\"", "'a'';b';c", r#"{"x":"a';b","y":"c"}"#),
            (", separator: ' '", "\"a\"  \"b\"", r#"{"x":"a","z":"b"}"#),
            (", separator: ' ', trim: true", "a\t b c", r#"{"x":"a","y":"b","z":"c"}"#),
            (", separator: ' ', trim: true", "\"a\"\t b", r#"{"x":"a","y":"b"}"#),
        ] {
            split(options, line, expected);
        }
    }

    #[test]
    fn missing_fields() {
        check(&[
            ("csv: {field: a, target_fields: [x]}", r#"{"a":null}"#, "field [a] is null, cannot process it."),
            ("csv: {field: a, target_fields: [x], ignore_missing: true}", "{}", "{}"),
            ("csv: {field: a, target_fields: [x.y, x.y]}", r#"{"a":"1,2"}"#, r#"{"a":"1,2","x":{"y":"2"}}"#),
        ]);
    }
}
