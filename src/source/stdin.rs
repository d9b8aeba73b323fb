//! Lines on standard input. There is nothing to commit: what was read is gone when the process dies.

use super::{Codec, Feed};
use crate::delivery::{BatchBuilder, Lane};
use std::io::BufRead;
use std::sync::Arc;

pub(super) fn run(name: &str, codec: Codec, feed: &Feed) {
    let id = feed.intake.new_lane_id();
    feed.intake.open(id);
    // A fresh scope each time: a second run's first line is not the first run's.
    let scope = format!("stdin-{:x}", rand::random::<u64>());
    let lane = Arc::new(Lane::new(id, name.into(), &scope, "stdin", 0));
    let mut input = std::io::BufReader::with_capacity(1 << 18, std::io::stdin());
    let mut builder = BatchBuilder::default();
    let mut line = Vec::new();
    let mut number = 0;
    while feed.wait_for_room() {
        // What a terminal or a slow pipe has given so far goes on before we wait for more.
        if builder.is_full() || input.buffer().is_empty() {
            feed.send(builder.take(), codec);
        }
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, source = name, "Cannot read standard input.");
                break;
            }
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        builder.push(&lane, number, 0, Some(text));
        number += 1;
    }
    feed.send(builder.take(), codec);
}
