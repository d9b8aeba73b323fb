//! Any bytes between sound entries of a spool's segment: reading gets past them, and finds the entry behind them as it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logboom::source::spool::{Scan, SegmentHeader, frame, scan};

fuzz_target!(|input: (Vec<u8>, [u8; 8], u8)| {
    let (between, mark, window) = input;
    let _ = SegmentHeader::read(&between);
    let mut bytes = Vec::new();
    frame(&mark, 1, b"first", &mut bytes);
    bytes.extend_from_slice(&between);
    frame(&mark, 2, b"last", &mut bytes);
    let first_window = usize::from(window) + 1;
    let (mut at, mut size, mut found) = (0, first_window, Vec::new());
    loop {
        let end = (at + size).min(bytes.len());
        match scan(&bytes[at..end], end == bytes.len(), &mark) {
            Scan::Entry { payload, bytes, .. } => {
                found.push(payload.to_vec());
                at += bytes;
                size = first_window;
            }
            Scan::Damaged { bytes } => {
                assert!(bytes > 0);
                at += bytes;
                size = first_window;
            }
            Scan::More { bytes } => {
                assert!(bytes > size);
                size = bytes;
            }
            Scan::Torn { .. } | Scan::End => break,
        }
    }
    assert_eq!(found.first().map(Vec::as_slice), Some(&b"first"[..]));
    // Bytes that imitate an entry's header may swallow what is behind them: they would have to know the mark.
    let imitates = between.windows(mark.len()).any(|part| part == mark);
    assert!(imitates || found.last().map(Vec::as_slice) == Some(&b"last"[..]));
});
