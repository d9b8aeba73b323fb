//! A batch of records: their bytes in one buffer, their coordinates beside it.

use super::LaneId;
use std::sync::Arc;

/// Where records come from: a partition of a topic, a file, stdin.
#[derive(Debug)]
pub struct Lane {
    pub id: LaneId,
    /// The source's name in `sources:`.
    pub source: Arc<str>,
    /// The topic, or the file's path.
    pub topic: Arc<str>,
    pub partition: i32,
    /// Begins every `_id` made of this lane's coordinates: a digest of cluster and topic, and the partition.
    pub id_prefix: Box<str>,
}

impl Lane {
    /// `scope` tells equal topic names apart (the Kafka cluster's id).
    pub fn new(id: LaneId, source: Arc<str>, scope: &str, topic: &str, partition: i32) -> Self {
        use base64::Engine;
        let digest = xxhash_rust::xxh3::xxh3_64(format!("{scope}\u{0}{topic}").as_bytes()).to_be_bytes();
        let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..6]);
        Self { id, source, topic: topic.into(), partition, id_prefix: format!("{digest}-{partition}-").into() }
    }
}

/// One record of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Index into [`Batch::lanes`].
    pub lane: u32,
    pub offset: i64,
    start: u32,
    end: u32,
    /// The record has no payload at all (a tombstone), which is not an empty one.
    pub is_null: bool,
    /// Milliseconds since the epoch; 0 if the source knows none.
    pub timestamp_ms: i64,
}

/// Records on their way, sharing one payload buffer.
#[derive(Debug)]
pub struct Batch {
    pub lanes: Vec<Arc<Lane>>,
    pub records: Vec<Record>,
    payload: Vec<u8>,
}

impl Batch {
    /// The record's bytes.
    pub fn payload(&self, record: &Record) -> &[u8] {
        self.payload.get(record.start as usize..record.end as usize).unwrap_or_default()
    }

    pub fn lane(&self, record: &Record) -> Option<&Arc<Lane>> {
        self.lanes.get(record.lane as usize)
    }

    pub fn payload_bytes(&self) -> usize {
        self.payload.len()
    }
}

/// Bounds of a batch: what a worker takes at once and an allocation's size.
pub const BATCH_RECORDS_MAX: usize = 4_096;
pub const BATCH_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Collects records into a batch.
#[derive(Default)]
pub struct BatchBuilder {
    lanes: Vec<Arc<Lane>>,
    records: Vec<Record>,
    payload: Vec<u8>,
}

impl BatchBuilder {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the batch should be handed on before another record is added.
    pub fn is_full(&self) -> bool {
        self.records.len() >= BATCH_RECORDS_MAX || self.payload.len() >= BATCH_BYTES_MAX
    }

    pub fn push(&mut self, lane: &Arc<Lane>, offset: i64, timestamp_ms: i64, payload: Option<&[u8]>) {
        if self.payload.capacity() == 0 {
            self.payload.reserve(BATCH_BYTES_MAX / 4);
            self.records.reserve(BATCH_RECORDS_MAX / 4);
        }
        // Nearly always the lane of the record before.
        let at = match self.lanes.iter().rposition(|l| l.id == lane.id) {
            Some(at) => at,
            None => {
                self.lanes.push(lane.clone());
                self.lanes.len() - 1
            }
        };
        let start = self.payload.len() as u32;
        self.payload.extend_from_slice(payload.unwrap_or_default());
        let end = self.payload.len() as u32;
        self.records.push(Record { lane: at as u32, offset, start, end, is_null: payload.is_none(), timestamp_ms });
    }

    /// Gives up the records of a lane (its partition was revoked).
    pub fn discard(&mut self, lane: LaneId) {
        if let Some(at) = self.lanes.iter().position(|l| l.id == lane) {
            self.records.retain(|r| r.lane as usize != at);
        }
    }

    pub fn take(&mut self) -> Batch {
        let Self { lanes, records, payload } = std::mem::take(self);
        Batch { lanes, records, payload }
    }
}
