//! `logboom mine`: the templates of log lines. Lines on stdin; CSV with LineId, ClusterId and EventTemplate on stdout.

use super::Failed;
use crate::score::templates::{LINE_BYTES_MAX, Miner, MinerSettings, Template, TemplateId, Worker, recognise};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

/// Skeletons held: a file is read once and all its templates are wanted, so this is more than what the job holds.
const SKELETONS_MAX: usize = 1 << 20;
/// Memory for patterns and evidence.
const PATTERN_BYTES_MAX: usize = 2 * 1024 * 1024 * 1024;
/// Room for the header before the bytes that the miner reads.
const HEADER_BYTES_MAX: usize = 1024;

/// Find the templates of log lines (stdin) and print them as CSV
#[derive(clap::Args)]
pub struct Args {
    /// The lines still carry their headers: time, host, process, level, component
    #[arg(long)]
    raw: bool,
    /// Answer each line as it comes, with the template that it has then
    #[arg(long)]
    stream: bool,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut mining = Mining::new(args.raw, BufWriter::new(std::io::stdout().lock()));
    let mut line = Vec::new();
    mining.output.write_all(b"LineId,ClusterId,EventTemplate\n")?;
    while read_line(&mut input, &mut line)? {
        let id = mining.observe(&line);
        if args.stream {
            mining.write(mining.lines.len(), id)?;
            if input.buffer().is_empty() {
                mining.output.flush()?;
            }
        }
    }
    if !args.stream {
        let lines = std::mem::take(&mut mining.lines);
        for (i, id) in lines.into_iter().enumerate() {
            mining.write(i + 1, mining.worker.miner().resolve(id))?;
        }
    }
    Ok(mining.output.flush()?)
}

/// Reads a line without its end and without what no template looks at; `false` at the end of the input.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let limit = (LINE_BYTES_MAX + HEADER_BYTES_MAX) as u64;
    if input.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

struct Mining<W> {
    worker: Worker,
    raw: bool,
    /// The template of each line when it passed.
    lines: Vec<TemplateId>,
    /// Templates seen, also those that the miner has given up since.
    seen: HashMap<TemplateId, Arc<Template>>,
    output: W,
}

impl<W: Write> Mining<W> {
    fn new(raw: bool, output: W) -> Self {
        let settings = MinerSettings {
            skeletons_max: SKELETONS_MAX,
            pattern_bytes_max: PATTERN_BYTES_MAX,
            lessons_burst_max: usize::MAX,
            ..MinerSettings::default()
        };
        Self { worker: Worker::new(Miner::new(settings)), raw, lines: Vec::new(), seen: HashMap::new(), output }
    }

    fn observe(&mut self, line: &[u8]) -> TemplateId {
        let from = if self.raw { recognise(line).end } else { 0 };
        let found = self.worker.observe_bytes(line, from);
        self.lines.push(found.id);
        self.remember(found.id);
        found.id
    }

    fn remember(&mut self, id: TemplateId) {
        if !self.seen.contains_key(&id)
            && let Some(template) = self.worker.miner().template(id)
        {
            self.seen.insert(id, template);
        }
    }

    fn write(&mut self, line: usize, id: TemplateId) -> std::io::Result<()> {
        self.remember(id);
        let text = self.seen.get(&id).map_or("", |template| &template.text);
        write!(self.output, "{line},{id},")?;
        if text.contains(['"', ',', '\n', '\r']) {
            writeln!(self.output, "\"{}\"", text.replace('"', "\"\""))
        } else {
            writeln!(self.output, "{text}")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn mine(input: &[u8], raw: bool) -> Vec<String> {
        let mut mining = Mining::new(raw, Vec::new());
        let (mut input, mut line, mut number) = (input, Vec::new(), 0);
        while read_line(&mut input, &mut line).unwrap() {
            number += 1;
            let id = mining.observe(&line);
            mining.write(number, id).unwrap();
        }
        String::from_utf8(mining.output)
            .unwrap()
            .lines()
            .map(|l| l.split_once(',').unwrap().1[17..].to_owned())
            .collect()
    }

    #[test]
    fn each_line_has_a_row() {
        assert_eq!(mine(b"took 5 ms\r\n\nlist \"a, b\" full\n", false), ["took <*>", "", "\"list \"\"a, b\"\" full\""]);
    }

    #[test]
    fn headers_are_left_out_where_they_are() {
        let line = b"2026-01-05 10:20:30,123 INFO  com.example.Store - opened shelf 7";
        assert_eq!(mine(line, true), ["opened shelf <*>"]);
    }

    #[test]
    fn long_lines_and_stray_bytes_are_read() {
        let mut input = vec![b'x'; 100_000];
        input.extend_from_slice(b"\nbad \xff\xfe byte");
        assert_eq!(mine(&input, false).len(), 2);
    }
}
