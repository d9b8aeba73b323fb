//! Text without its HTML, as Lucene's `HTMLStripCharFilter` leaves it.
//!
//! Tags of blocks and `<br>` become a line end, tags inside of text nothing; scripts and styles go with what is in them; comments,
//! processing instructions and declarations vanish; character references are decoded. What only looks like markup (`a < b`, `&x`)
//! stays. The filter is a scanner that takes the longest match at each place: so is this.

use super::html_entities::{NAME_CHARS_MAX, character};

/// Characters looked at again and again while tags are searched for their end: beyond this many (and some for each byte) a `<` is text.
const STEPS_MIN: usize = 1_000_000;

/// The same, for each byte of the text.
const STEPS_PER_BYTE: usize = 64;

/// The text without markup.
pub fn strip(text: &str) -> String {
    let steps = STEPS_MIN.saturating_add(text.len().saturating_mul(STEPS_PER_BYTE));
    let mut stripper = Stripper { text, at: 0, out: String::with_capacity(text.len()), steps };
    while let Some(offset) = memchr::memchr2(b'<', b'&', stripper.rest().as_bytes()) {
        let rest = stripper.rest();
        stripper.out.push_str(rest.get(..offset).unwrap_or_default());
        stripper.at += offset;
        if rest.as_bytes().get(offset) == Some(&b'<') { stripper.markup() } else { stripper.reference() }
    }
    let rest = stripper.rest();
    stripper.out.push_str(rest);
    stripper.out
}

struct Stripper<'t> {
    text: &'t str,
    at: usize,
    out: String,
    steps: usize,
}

/// Elements inside of text: their tags leave nothing behind.
const INLINE: [&str; 31] = [
    "a", "b", "i", "q", "s", "u", "abbr", "acronym", "basefont", "bdo", "big", "cite", "code", "dfn", "em", "font",
    "img", "input", "kbd", "label", "samp", "select", "small", "span", "strike", "strong", "sub", "sup", "textarea",
    "tt", "var",
];

fn is_inline(name: &str) -> bool {
    INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name))
}

fn starts_with_ignoring_case(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// What may stand inside a name: letters, digits and marks of any script.
fn is_name_char(c: char) -> bool {
    regex_syntax::is_word_character(c) || matches!(c, ':' | '-' | '.' | '\u{b7}')
}

/// The length of the XML name that `text` begins with.
fn name_len(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_alphabetic() || matches!(c, ':' | '_')) {
        return 0;
    }
    text.find(|c: char| !is_name_char(c)).unwrap_or(text.len())
}

/// Whether what follows a name can belong to a tag: nothing else may touch the name.
fn continues_tag(after: &str) -> bool {
    after.starts_with(|c: char| c.is_whitespace() || matches!(c, '=' | '>')) || after.starts_with("/>")
}

fn space_len(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

impl<'t> Stripper<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes `len` bytes as text.
    fn keep(&mut self, len: usize) {
        self.out.push_str(self.rest().get(..len).unwrap_or_default());
        self.at += len;
    }

    /// Takes `len` bytes away, with `instead` in their place.
    fn replace(&mut self, len: usize, instead: &str) {
        self.out.push_str(instead);
        self.at += len;
    }

    /// At a `<`.
    fn markup(&mut self) {
        let inside = &self.rest()[1..];
        match inside.bytes().next() {
            Some(b'!') => self.declaration(),
            Some(b'/') => self.end_tag(),
            Some(b'?') => match inside.find('>') {
                // `<?…?>` or `<?…/>`.
                Some(end) if end > 1 && matches!(inside.as_bytes().get(end - 1), Some(b'?' | b'/')) => {
                    self.replace(end + 2, "");
                }
                _ => self.keep(1),
            },
            _ => self.start_tag(),
        }
    }

    fn start_tag(&mut self) {
        let inside = &self.rest()[1..];
        let space = space_len(inside);
        let body = inside.get(space..).unwrap_or_default();
        for (word, kind) in [("br", Raw::No), ("script", Raw::Script), ("style", Raw::Style)] {
            // Whatever follows, the element counts: `<brx>` is a line break too.
            if starts_with_ignoring_case(body, word)
                && let Some(tail) = self.tag_tail(1 + space + word.len())
            {
                let len = 1 + space + word.len() + tail;
                return match kind {
                    Raw::No => self.replace(len, "\n"),
                    raw => {
                        self.at += len;
                        self.raw_text(raw);
                    }
                };
            }
        }
        let name = body.get(..name_len(body)).unwrap_or_default();
        if name.is_empty() {
            return self.keep(1 + space);
        }
        let head = 1 + space + name.len();
        match self.tag_tail(head) {
            Some(tail) => self.replace(head + tail, if is_inline(name) { "" } else { "\n" }),
            // A tag that the text ends in is no text.
            None if head == self.rest().len() => self.at += head,
            None => self.keep(head),
        }
    }

    fn end_tag(&mut self) {
        let inside = &self.rest()[2..];
        let space = space_len(inside);
        let body = inside.get(space..).unwrap_or_default();
        let closes = |after: &str| {
            let space = space_len(after);
            after.get(space..).unwrap_or_default().starts_with('>').then_some(space + 1)
        };
        if starts_with_ignoring_case(body, "br")
            && let Some(tail) = closes(body.get(2..).unwrap_or_default())
        {
            return self.replace(2 + space + 2 + tail, "\n");
        }
        let name = body.get(..name_len(body)).unwrap_or_default();
        if name.is_empty() {
            return self.keep(2 + space);
        }
        let head = 2 + space + name.len();
        match closes(body.get(name.len()..).unwrap_or_default()) {
            Some(tail) => self.replace(head + tail, if is_inline(name) { "" } else { "\n" }),
            None if head == self.rest().len() => self.at += head,
            None => self.keep(head),
        }
    }

    /// Behind a tag's name, `head` bytes on: the length of its attributes with the `>` at the end, the longest that there is. In the
    /// quotes of an attribute and of a server-side include `>` and `<` are allowed.
    fn tag_tail(&mut self, head: usize) -> Option<usize> {
        let tail = self.rest().get(head..)?;
        let name_end = tail.find(|c: char| !is_name_char(c))?;
        if !continues_tag(tail.get(name_end..)?) {
            return None;
        }
        let mut scan = TagScan::new();
        let mut longest = None;
        for (at, c) in tail.char_indices() {
            self.steps = self.steps.saturating_sub(1);
            if self.steps == 0 {
                return None;
            }
            if scan.step(c, tail, at) {
                longest = Some(at + 1);
            }
            if scan.is_dead() {
                break;
            }
        }
        longest
    }

    /// `<!…`: a comment, a CDATA section, a declaration.
    fn declaration(&mut self) {
        let inside = &self.rest()[2..];
        if let Some(comment) = inside.strip_prefix("--") {
            match comment_len(comment) {
                Some(len) => self.replace(4 + len, ""),
                None => self.at = self.text.len(),
            }
        } else if let Some(data) = inside.strip_prefix("[CDATA[") {
            let end = data.find("]]>");
            self.at += "<![CDATA[".len();
            self.keep(end.unwrap_or(data.len()));
            self.at += if end.is_some() { 3 } else { 0 };
        } else {
            match inside.find('>') {
                Some(end) => self.replace(2 + end + 1, ""),
                None => self.keep(self.rest().len()),
            }
        }
    }

    /// Behind `<script>` or `<style>`: up to its end tag. Comments hide end tags, and quotes in them hide the comment's end.
    fn raw_text(&mut self, raw: Raw) {
        let word = if raw == Raw::Script { "script" } else { "style" };
        while let Some(offset) = memchr::memchr(b'<', self.rest().as_bytes()) {
            self.at += offset;
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("<!--") {
                match quoted_comment_len(comment) {
                    Some(len) => self.at += 4 + len,
                    None => break,
                }
                continue;
            }
            let end = rest.strip_prefix("</").map(str::trim_start).filter(|r| starts_with_ignoring_case(r, word));
            let end = end.and_then(|r| r.get(word.len()..)).map(str::trim_start).and_then(|r| r.strip_prefix('>'));
            if let Some(after) = end {
                self.at = self.text.len() - after.len();
                self.out.push('\n');
                return;
            }
            self.at += 1;
        }
        self.at = self.text.len();
    }

    /// At a `&`.
    fn reference(&mut self) {
        let inside = &self.rest()[1..];
        if let Some((c, len)) = surrogate_pair(inside) {
            self.out.push(c);
            self.at += 1 + len;
            return;
        }
        let decoded = match inside.strip_prefix('#') {
            Some(number) => numeric_reference(number).map(|(c, len)| (c, len + 1)),
            None => named_reference(inside),
        };
        let Some((c, len)) = decoded else { return self.keep(1) };
        match inside.get(len..) {
            Some(after) if after.starts_with(';') => {
                self.out.push(c);
                self.at += len + 2;
            }
            // At the very end the semicolon may be missing.
            Some("") => {
                self.out.push(c);
                self.at = self.text.len();
            }
            _ => self.keep(1 + len),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Raw {
    No,
    Script,
    Style,
}

/// The length of a comment behind its `<!--`, end included. Server-side includes inside have ends of their own.
fn comment_len(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let end = rest.find("-->")?;
        match rest.find("<!--#").filter(|include| *include < end) {
            Some(include) => at += include + 5 + include_len(rest.get(include + 5..)?)?,
            None => return Some(at + end + 3),
        }
    }
}

/// The same for a comment inside a script or a style.
fn quoted_comment_len(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let next = rest.find(['"', '\'', '-', '<'])?;
        let here = rest.get(next..)?;
        at += next;
        if here.starts_with("-->") {
            return Some(at + 3);
        }
        if here.starts_with("<!--#") {
            at += 5 + include_len(here.get(5..)?)?;
        } else if here.starts_with(['"', '\'']) {
            at += quoted_len(here)?;
        } else {
            at += 1;
        }
    }
}

/// The length of a server-side include behind its `<!--#`, end included.
fn include_len(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = text.get(at..)?.find(['"', '\'', '-'])?;
        at += next;
        let here = text.get(at..)?;
        if here.starts_with("-->") {
            return Some(at + 3);
        }
        at += if here.starts_with('-') { 1 } else { quoted_len(here)? };
    }
}

/// The length of a quoted text, quotes included; a backslash hides what follows it.
fn quoted_len(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The attributes of a tag as a set of the states that a reader may be in: what looks like an attribute may as well be just text.
struct TagScan {
    states: u16,
    after_backslash: bool,
    /// Where the innermost server-side include began, behind its `<!--#`.
    include_from: usize,
}

const CONTENT: u16 = 1;
const SPACE: u16 = 1 << 1;
const NAME: u16 = 1 << 2;
const SPACE_AFTER_NAME: u16 = 1 << 3;
const EQUALS: u16 = 1 << 4;
const SINGLE: u16 = 1 << 5;
const DOUBLE: u16 = 1 << 6;
const INCLUDE: u16 = 1 << 7;
const INCLUDE_SINGLE: u16 = 1 << 8;
const INCLUDE_DOUBLE: u16 = 1 << 9;

impl TagScan {
    fn new() -> Self {
        Self { states: CONTENT, after_backslash: false, include_from: usize::MAX }
    }

    fn is_dead(&self) -> bool {
        self.states == 0 && self.include_from == usize::MAX
    }

    /// Reads the character at `at`; whether the tag may end with it.
    fn step(&mut self, c: char, tail: &str, at: usize) -> bool {
        let before = self.states;
        let was = |state: u16| before & state != 0;
        let mut after = 0;
        if was(CONTENT) {
            if !matches!(c, '<' | '>') {
                after |= CONTENT;
            }
            if c.is_whitespace() {
                after |= SPACE;
            }
            if c == '<' && tail.get(at..).is_some_and(|rest| rest.starts_with("<!--#")) {
                self.include_from = at + 5;
            }
        }
        let is_name = is_name_char(c);
        if was(SPACE) && c.is_whitespace() {
            after |= SPACE;
        }
        if was(SPACE) && (c.is_alphabetic() || matches!(c, ':' | '_')) || was(NAME) && is_name {
            after |= NAME;
        }
        if was(NAME | SPACE_AFTER_NAME) && c.is_whitespace() {
            after |= SPACE_AFTER_NAME;
        }
        if was(NAME | SPACE_AFTER_NAME) && c == '=' || was(EQUALS) && c.is_whitespace() {
            after |= EQUALS;
        }
        for (state, include, quote) in [(SINGLE, INCLUDE_SINGLE, '\''), (DOUBLE, INCLUDE_DOUBLE, '"')] {
            if was(EQUALS) && c == quote || was(state) && (c != quote || self.after_backslash) {
                after |= state;
            }
            if was(state) && c == quote {
                after |= CONTENT;
            }
            if was(INCLUDE) && c == quote || was(include) && (c != quote || self.after_backslash) {
                after |= include;
            }
            if was(include) && c == quote {
                after |= INCLUDE;
            }
        }
        if was(INCLUDE) && !matches!(c, '\'' | '"') {
            after |= INCLUDE;
        }
        let closes_include = c == '>'
            && was(INCLUDE)
            && at >= self.include_from.saturating_add(2)
            && tail.get(..at).is_some_and(|text| text.ends_with("--"));
        if closes_include {
            after |= CONTENT;
        }
        // The include's own first characters have been read.
        if at + c.len_utf8() == self.include_from {
            after |= INCLUDE;
        }
        self.after_backslash = c == '\\';
        self.states = after;
        was(CONTENT) && c == '>'
    }
}

/// The longest name that stands for a character, and its length.
fn named_reference(text: &str) -> Option<(char, usize)> {
    let len = text.bytes().take(NAME_CHARS_MAX).take_while(u8::is_ascii_alphanumeric).count();
    (1..=len).rev().find_map(|len| character(text.get(..len)?).map(|c| (c, len)))
}

/// Digits behind `&#`: the character and their length.
fn numeric_reference(text: &str) -> Option<(char, usize)> {
    let (digits, radix, prefix, digits_max) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1, 5),
        None => (text, 10, 0, 7),
    };
    let len = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if len == 0 || len > digits_max {
        return None;
    }
    let code = u32::from_str_radix(digits.get(..len)?, radix).ok().filter(|code| *code <= 0x10_ffff)?;
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), prefix + len))
}

/// Two references that are the halves of one character, behind the first `&`.
fn surrogate_pair(text: &str) -> Option<(char, usize)> {
    let half = |text: &str| {
        let digits = text.strip_prefix('#')?;
        let (code, len) = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => {
                (u32::from_str_radix(hex.get(..4).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))?, 16).ok()?, 6)
            }
            None => (digits.get(..5).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?, 6),
        };
        text.get(len..)?.starts_with(';').then_some((code, len + 1))
    };
    let (high, first) = half(text)?;
    let (low, second) = half(text.get(first..)?.strip_prefix('&')?)?;
    if !(0xd800..0xdc00).contains(&high) || !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    let c = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
    Some((c, first + 1 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a node (8.19) answered.
    #[test]
    fn strips_as_lucene_does() {
        for (html, expected) in [
            ("<b>x</b>", "x"),
            ("a<br/>b", "a\nb"),
            ("<p>x</p><p>y</p>", "\nx\n\ny\n"),
            ("<script>alert(1)</script>x", "\nx"),
            ("<!-- c -->x", "x"),
            ("<?xml v?>x", "x"),
            ("<a href='x>y'>z</a>", "z"),
            ("< b>x", "x"),
            ("<>", "<>"),
            ("<![CDATA[z]]>", "z"),
            (
                "&amp &amp;&ampx; &#65 &#65; &#x41; &#x10FFFF; &#x1F600; &#xd83d;&#xde00; &#55357;&#56832; &#xD800; &#99999999; &# &; <i>&amp",
                "&amp &&ampx; &#65 A A &#x10FFFF; 😀 😀 😀 \u{fffd} &#99999999; &# &; &",
            ),
            ("<brx>a<scripty>b</script>c", "\na\nc"),
            ("x<i>y</i><b", "xy"),
            ("x<i>y</i></b", "xy"),
            ("x<i>y</i><", "xy<"),
            ("x<i>y</i><!-- a", "xy"),
            ("<ab='>'>x", "\n'>x"),
            ("<a b='<>'>x", "x"),
            ("<a b=\"\\\"> \">x", "x"),
            ("<!--#x '-->' -->y", "' -->y"),
            ("<b <!--#x '>' --> c>y", "y"),
            ("<!-- <!--#a '-->' --> x --> y", " y"),
            ("<script><!-- '</script>' --></script>x", "\nx"),
            ("<style>a<!-- </style> --></style>x", "\nx"),
            ("<??>z", "z"),
            ("<?x>z", "<?x>z"),
            ("<!x--y>z", "z"),
            ("</b c>x", "</b c>x"),
            ("<1>x", "<1>x"),
            ("<a:b>x", "\nx"),
            ("<a= 'x>y'>z", "y'>z"),
            ("<a <b>c</a>", "<a c"),
            ("<<b>>x", "<>x"),
            ("<a x = 'a>b' y>c", "c"),
            ("</script>x>", "\nx>"),
            ("<script>abc>", ""),
            ("<! -- x>y", "y"),
            ("<b]>x <p\"> <br\\> <b/y> <i²>", "<b]>x <p\"> <br\\> <b/y> <i²>"),
            ("<b/>x<b=]><b·\u{301}>", "x\n"),
        ] {
            assert_eq!(strip(html), expected, "{html}");
        }
    }

    #[test]
    fn many_open_quotes_end_soon() {
        let html = "<a b=\"".repeat(200_000) + ">";
        assert!(!strip(&html).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(html in r#"[<>/!?\-#&;xa'"=\[\] brscipt宕]{0,40}"#) {
            strip(&html);
        }
    }
}
