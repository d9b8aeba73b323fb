//! Recognises the header of a log line: what the logging library wrote before the message.
//!
//! A header is a moment and, around it, columns: host, process, thread, level, component. The moment is what tells it from a
//! message, so without one there is no header. What follows the moment is taken column by column as long as it looks like one;
//! in doubt a column stays in the message, which costs little, since most columns are the same on all lines of a template.

use super::clock;
use std::ops::Range;

/// A header is looked for in so many bytes.
const HEADER_BYTES_MAX: usize = 512;
/// Columns of a header.
const COLUMNS_MAX: usize = 16;
/// Words before the moment.
const WORDS_BEFORE_MOMENT_MAX: usize = 5;
/// Words (host, node, facility) between the moment and a column that proves them to be header.
const WORDS_BETWEEN_MAX: usize = 3;

/// Where a line's message begins, and what its header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The length of the header; 0 where there is none.
    pub end: usize,
    /// `INFO`, `[error]`: the bytes of the level's name.
    pub level: Option<Range<usize>>,
    /// `sshd[24200]`, `dfs.DataNode`: the bytes of what wrote the message.
    pub component: Option<Range<usize>>,
}

/// Finds the header of a line.
pub fn recognise(line: &[u8]) -> Header {
    let line = line.get(..HEADER_BYTES_MAX).unwrap_or(line);
    let Some(moment_end) = find_moment(line) else { return Header::default() };
    let mut reader =
        Reader { line, at: moment_end, header: Header::default(), syslog: is_syslog(line), short_level: false };
    if !reader.take(moment_end) {
        return Header::default();
    }
    if is_rfc5424(line) {
        reader.rfc5424();
    } else {
        for _ in 0..COLUMNS_MAX {
            if !reader.column() {
                break;
            }
        }
    }
    reader.header
}

/// Where the first moment ends, if only columns stand before it.
fn find_moment(line: &[u8]) -> Option<usize> {
    let mut at = line.iter().take_while(|b| **b == b' ').count();
    let starts_with_number = line.get(at).is_some_and(|b| b.is_ascii_digit() || *b == b'-');
    for _ in 0..=WORDS_BEFORE_MOMENT_MAX {
        let rest = line.get(at..)?;
        if let Some(length) = clock::moment(rest) {
            return Some(at + length);
        }
        let word = word(rest);
        let plain = !word.is_empty() && word.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b',' | b':' | b'.'));
        // Plain words may be a message, unless the line looks like a table with the seconds since 1970 in it.
        if plain && !(starts_with_number && has_epoch_ahead(rest)) {
            return None;
        }
        at += word.len();
        at += line.get(at..)?.iter().take_while(|b| **b == b' ').count();
    }
    None
}

fn has_epoch_ahead(rest: &[u8]) -> bool {
    rest.split(|b| *b == b' ').take(WORDS_BEFORE_MOMENT_MAX).any(clock::is_epoch)
}

/// `Jun 14 15:16:01 host …`, and RFC 3339 as later syslogs write it: a host comes next.
fn is_syslog(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ').filter(|w| !w.is_empty()).take(WORDS_BEFORE_MOMENT_MAX + 1);
    words.any(|w| match w {
        [_, _, _] => super::words::is_date_word(w),
        [date @ .., b'Z'] => date.get(10) == Some(&b'T'),
        _ => w.get(10) == Some(&b'T') && w.get(19..).is_some_and(|zone| zone.contains(&b'+') || zone.contains(&b'-')),
    })
}

/// `<34>1 2003-10-11T22:14:15.003Z host app procid msgid [data] message`
fn is_rfc5424(line: &[u8]) -> bool {
    let Some(close) = line.iter().take(5).position(|b| *b == b'>') else { return false };
    line.first() == Some(&b'<') && line.get(close + 1..close + 3) == Some(b"1 ")
}

fn word(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

struct Reader<'l> {
    line: &'l [u8],
    at: usize,
    header: Header,
    syslog: bool,
    /// The level was one letter, as on Android, where any tag follows.
    short_level: bool,
}

impl<'l> Reader<'l> {
    fn rest(&self) -> &'l [u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// The first byte from `at` on that could begin a message: after white space and signs that stand between columns. A sign
    /// that touches the message is the message's (`--- last message`).
    fn message_start(&self, mut at: usize) -> usize {
        while let Some(byte) = self.line.get(at) {
            let is_between = match byte {
                b' ' | b'\t' | b',' | b'|' | b':' => true,
                b'-' | b'*' => matches!(self.line.get(at + 1), Some(b' ' | b'\t')),
                _ => false,
            };
            if !is_between {
                break;
            }
            at += 1;
        }
        at
    }

    /// Ends the header at `end` if a message is left after it.
    fn take(&mut self, end: usize) -> bool {
        self.at = self.message_start(end);
        let left = self.at < self.line.len();
        if left {
            self.header.end = self.at;
        }
        left
    }

    /// Takes the next column; `false` when the message begins.
    fn column(&mut self) -> bool {
        self.at = self.message_start(self.at);
        let rest = self.rest();
        let is_column = self.header.level.is_none() && self.header.component.is_none();
        if let Some(length) = clock::moment(rest).filter(|_| is_column) {
            return self.take(self.at + length);
        }
        if let Some(length) = bracket(rest) {
            if let Some(level) = rest.get(1..length - 1).filter(|inner| is_level(inner.trim_ascii())) {
                self.header.level.get_or_insert(self.at + 1..self.at + 1 + level.trim_ascii_end().len());
            }
            return self.take(self.at + length);
        }
        self.level() || self.number() || self.component() || self.words_before_column()
    }

    fn level(&mut self) -> bool {
        if self.header.level.is_some() {
            return false;
        }
        let rest = self.rest();
        let length = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (name, after) = rest.split_at(length);
        let capitals = name.iter().all(u8::is_ascii_uppercase);
        let letter =
            matches!(name, [b'V' | b'D' | b'I' | b'W' | b'E' | b'F']) && matches!(after.first(), Some(b' ' | b'/'));
        let stands_alone = match after {
            [b' ' | b'\t', b' ' | b'\t', ..] | [b':' | b'|' | b',' | b']', ..] => true,
            [b' ' | b'\t', ..] => capitals,
            _ => false,
        };
        let is_level = letter || (stands_alone && is_level(name));
        if !is_level {
            return false;
        }
        self.short_level = letter;
        let at = self.at;
        let taken = self.take(at + length + usize::from(after.first() == Some(&b'/')));
        if taken {
            self.header.level = Some(at..at + length);
        }
        taken
    }

    /// A process, a thread: a number before the level.
    fn number(&mut self) -> bool {
        let rest = self.rest();
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.iter().skip(sign).take_while(|b| b.is_ascii_digit()).count();
        let length = if digits > 0 { sign + digits } else { 0 };
        let before_others = self.header.level.is_none() && self.header.component.is_none();
        let ends = match rest.get(length) {
            Some(b' ' | b'\t') => before_others,
            Some(b'|') => true,
            _ => false,
        };
        length > 0 && ends && self.take(self.at + length)
    }

    /// `dfs.DataNode:`, `sshd[24200]:`, `CBS    `, `nova.api [`, `Step_LSC|`: what wrote the message.
    fn component(&mut self) -> bool {
        if self.header.component.is_some() {
            return false;
        }
        let rest = self.rest();
        let name = component_name(rest);
        let after = rest.get(name.len()..).unwrap_or_default();
        let followed = match after {
            [b':', b' ' | b'\t', ..] => self.short_level || is_identifier(name),
            [b'|', ..] => true,
            [b' ', b' ', ..] => self.header.level.is_some(),
            [b' ', b'[', ..] | [b' ', b'-', b' ', ..] => name.contains(&b'.'),
            // glog: `server.cc:77] `
            [b':', line @ ..] => line.iter().find(|b| !b.is_ascii_digit()) == Some(&b']'),
            _ => false,
        };
        if name.is_empty() || !followed {
            return false;
        }
        let at = self.at;
        let end = after.iter().take_while(|b| matches!(b, b':' | b']' | b'0'..=b'9')).count();
        let taken = self.take(at + name.len() + end);
        if taken {
            self.header.component = Some(at..at + name.len());
        }
        taken
    }

    /// Words that only what follows them proves to be columns: a host before a process, a node before a level.
    fn words_before_column(&mut self) -> bool {
        if self.header.component.is_some() || self.header.level.is_some() {
            return false;
        }
        let mut at = self.at;
        for count in 1..=WORDS_BETWEEN_MAX {
            let word = word(self.line.get(at..).unwrap_or_default());
            let lower = word.iter().all(|b| b.is_ascii_lowercase());
            if word.is_empty() || word.ends_with(b":") || (lower && count > 1) {
                return false;
            }
            at += word.len();
            let gap = self.line.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
            at += gap;
            let rest = self.line.get(at..).unwrap_or_default();
            let next = self::word(rest);
            let process = component_name(rest);
            let is_process = rest.get(process.len()..).is_some_and(|after| after.starts_with(b": "))
                && (process.ends_with(b"]") || process.ends_with(b")") || self.syslog);
            let dash = next == b"-" && !word.iter().all(u8::is_ascii_alphabetic);
            let level = is_level(next) && next.iter().all(u8::is_ascii_uppercase);
            if (count == 1 && is_process && !process.is_empty()) || level || dash || clock::moment(rest).is_some() {
                let column = is_process && count == 1;
                let taken = self.take(if column { at + process.len() } else { at });
                if taken && column {
                    self.header.component = Some(at..at + process.len());
                }
                return taken;
            }
        }
        false
    }

    /// Host, application, process, message id and structured data, by position.
    fn rfc5424(&mut self) {
        let mut at = self.header.end;
        for field in 0..4 {
            let length = word(self.line.get(at..).unwrap_or_default()).len();
            if field == 1 {
                self.header.component = Some(at..at + length);
            }
            at = self.skip_blank(at + length);
        }
        let data = self.line.get(at..).unwrap_or_default();
        at += if data.first() == Some(&b'-') { 1 } else { bracket(data).unwrap_or(0) };
        at = self.skip_blank(at);
        if at < self.line.len() {
            self.header.end = at;
        }
    }

    fn skip_blank(&self, at: usize) -> usize {
        at + self.line.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ').count()
    }
}

/// The length of the bracket that `text` begins with.
fn bracket(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'[') {
        return None;
    }
    let mut depth = 0usize;
    for (i, byte) in text.iter().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(i + 1);
        }
    }
    None
}

/// A name with its process number or module: `sshd(pam_unix)[19939]`, `launchd[1] (com.apple.sulogd[2])`.
fn component_name(text: &[u8]) -> &[u8] {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"._-/$@#+".contains(b);
    let mut end = text.iter().take_while(|b| is_name(b)).count();
    if end == 0 {
        return &[];
    }
    for open in [b'(', b'[', b'('] {
        let rest = text.get(end..).unwrap_or_default();
        let gap = usize::from(open == b'(' && rest.starts_with(b" ("));
        let group = rest.get(gap..).unwrap_or_default();
        let close = if open == b'(' { b')' } else { b']' };
        if group.first() == Some(&open)
            && let Some(length) = group.iter().take(64).position(|b| *b == close)
            && (gap == 0 || group.get(length + 1) == Some(&b':'))
        {
            end += gap + length + 1;
        }
    }
    text.get(..end).unwrap_or_default()
}

/// A name that a program has and a sentence has not: dotted, numbered, bracketed, in camel case.
fn is_identifier(name: &[u8]) -> bool {
    let signs = name.iter().any(|b| b".$/_[(".contains(b) || b.is_ascii_digit());
    let capitals = name.iter().filter(|b| b.is_ascii_uppercase()).count();
    let small = name.iter().any(u8::is_ascii_lowercase);
    signs || (capitals >= 2 && small)
}

fn is_level(name: &[u8]) -> bool {
    const LEVELS: [&[u8]; 20] = [
        b"trace",
        b"debug",
        b"info",
        b"notice",
        b"note",
        b"warn",
        b"warning",
        b"error",
        b"err",
        b"fatal",
        b"critical",
        b"crit",
        b"severe",
        b"alert",
        b"emerg",
        b"failure",
        b"log",
        b"system",
        b"verbose",
        b"panic",
    ];
    (3..=8).contains(&name.len()) && LEVELS.iter().any(|level| name.eq_ignore_ascii_case(level))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    /// The message begins where the `~` stands; level and component are what the header says.
    fn check(line: &str, level: &str, component: &str) {
        let (before, after) = line.split_once('~').unwrap();
        let line = format!("{before}{after}");
        let header = recognise(line.as_bytes());
        assert_eq!(&line[header.end..], after, "{line}");
        assert_eq!(header.level.map_or("", |range| &line[range]), level, "{line}");
        assert_eq!(header.component.map_or("", |range| &line[range]), component, "{line}");
    }

    #[test]
    fn formats() {
        check("Jan  5 10:20:30 web-01 sshd[4711]: ~Accepted publickey for eve", "", "sshd[4711]");
        check("Jan  5 10:20:30 alpha su(pam_unix)[4711]: ~session opened", "", "su(pam_unix)[4711]");
        check("Jan  5 10:20:30 alpha kernel: ~eth0: link up", "", "kernel");
        check("2026-01-05T10:20:30+01:00 alpha postfix/smtp[12]: ~A1B2: to=<x@y.z>", "", "postfix/smtp[12]");
        check("<34>1 2026-01-05T10:20:30.003Z alpha su 77 ID47 - ~login failed", "", "su");
        check("<165>1 2026-01-05T10:20:30Z alpha app - ID1 [x@1 a=\"b\"] ~started", "", "app");
        check("2026-01-05 10:20:30,123 INFO  [main] com.example.Store: ~opened shelf 7", "INFO", "com.example.Store");
        check("2026-01-05 10:20:30.123 [pool-1-thread-2] WARN  c.e.Store - ~slow shelf 7", "WARN", "c.e.Store");
        check("2026-01-05 10:20:30,123 - INFO  [Worker[id=1]/0.0.0.0:80] - ~ready", "INFO", "");
        check("26/01/05 10:20:30 INFO storage.BlockManager: ~found block", "INFO", "storage.BlockManager");
        check("260105 102030 148 INFO dfs.DataNode$Receiver: ~got 3 blocks", "INFO", "dfs.DataNode$Receiver");
        check("[Mon Jan 05 10:20:30 2026] [error] mod_x: ~child died", "error", "mod_x");
        check("01-05 10:20:30.123  1702  2395 D wifi: ~scan done", "D", "wifi");
        check("I0105 10:20:30.678901 12345 server.cc:77] ~listening", "", "server.cc");
        check("2026-01-05 10:20:30, Info                  CBS    ~Loaded stack", "Info", "CBS");
        check("[01.05 10:20:30] chrome.exe *64 - ~proxy.example:80 close", "", "");
        check("20260105-10:20:30:606|Step_Counter|30002312|~onChanged 3579", "", "Step_Counter");
        check(
            "app.log.1 2026-01-05 10:20:30.008 25746 INFO shop.api.server [req-1 a b - - -] ~done",
            "INFO",
            "shop.api.server",
        );
        check(
            "1767608430 2026.01.05 R02-M1 2026-01-05-10.20.30.363779 R02-M1 RAS KERNEL FATAL ~data TLB error",
            "FATAL",
            "",
        );
        check("134681 node-246 unix.hw state.down 1767608430 1 ~Component is down", "", "");
        check("2026-01-05 10:20:30.123 UTC [77] LOG:  ~checkpoint starting", "LOG", "");
        check("10.1.2.3 - - [05/Jan/2026:10:20:30 +0800] ~\"GET /x HTTP/1.1\" 200 12", "", "");
        check("[2026-01-05T10:20:30,123][INFO ][o.e.n.Node               ] [node-1] ~started", "INFO", "");
        check("[   12.345678] ~usb 1-1: new device", "", "");
        check("2026-01-05 10:20:30 ERROR ~Disk /dev/sda failed", "ERROR", "");
    }

    #[test]
    fn messages_stay_whole() {
        for line in [
            "",
            " ",
            "~",
            "2026-01-05 10:20:30",
            "2026-01-05 10:20:30 ERROR",
            "session closed",
            "Connection error: refused",
            "Scheduled at 2026-01-05 10:20:30",
            "10 packets lost",
            "ERROR: no space",
            "key=value",
        ] {
            let header = recognise(line.as_bytes());
            let left = line.get(header.end..).unwrap();
            assert!(left == line || left == "ERROR", "{line}: {left}");
        }
        // What could be a message is not taken for a column.
        check("2026-01-05 10:20:30 ~Connection error: refused", "", "");
        check("2026-01-05 10:20:30 INFO ~Error: refused", "INFO", "");
        check("2026-01-05 10:20:30 ~--- message repeated", "", "");
    }

    proptest! {
        #[test]
        fn never_panics_and_leaves_a_message(line in proptest::collection::vec(any::<u8>(), 0..700)) {
            let header = recognise(&line);
            prop_assert!(header.end == 0 || header.end < line.len());
        }

        #[test]
        fn columns_in_any_order(parts in proptest::collection::vec(prop_oneof![
            Just("2026-01-05 10:20:30"), Just("INFO"), Just("[x [y]"), Just("]"), Just("|"), Just("-"), Just("a.b[1]:"), Just("Jan"), Just("5"),
            Just(" "), Just(":"), Just("1767608430"), Just("error"), Just("<34>1"), Just("héllo"),
        ], 0..12)) {
            let line = parts.join(" ");
            let header = recognise(line.as_bytes());
            prop_assert!(line.get(header.end..).is_some_and(|left| header.end == 0 || !left.is_empty()));
        }
    }
}
