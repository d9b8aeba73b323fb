//! A batch of records: their bytes in one buffer, their coordinates beside it.

use super::{LaneId, Rereads};
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
    rereads: Option<Arc<Rereads>>,
}

impl Lane {
    /// `scope` tells equal topic names apart (the Kafka cluster's id).
    pub fn new(id: LaneId, source: Arc<str>, scope: &str, topic: &str, partition: i32) -> Self {
        use base64::Engine;
        let digest = xxhash_rust::xxh3::xxh3_64(format!("{scope}\u{0}{topic}").as_bytes()).to_be_bytes();
        let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..6]);
        Self::with_prefix(id, source, topic, partition, &format!("{digest}-{partition}-"))
    }

    /// A lane whose ids are made elsewhere.
    pub fn with_prefix(id: LaneId, source: Arc<str>, topic: &str, partition: i32, id_prefix: &str) -> Self {
        Self { id, source, topic: topic.into(), partition, id_prefix: id_prefix.into(), rereads: None }
    }

    /// A lane whose first records may have been delivered before.
    pub fn rereading(self, rereads: Arc<Rereads>) -> Self {
        Self { rereads: Some(rereads), ..self }
    }

    /// While what the lane gives may have been delivered before.
    pub fn rereads(&self) -> Option<&Arc<Rereads>> {
        self.rereads.as_ref().filter(|rereads| rereads.are_possible())
    }

    /// The source commits what has ended of this lane.
    pub fn note_commit(&self) {
        if let Some(rereads) = &self.rereads {
            rereads.note_commit();
        }
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

/// What came with a record beside its payload. Few records have any: it lies apart from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    pub key: Option<Vec<u8>>,
    pub headers: Vec<(String, Vec<u8>)>,
    /// How often the record was a dead letter before.
    pub deaths: u32,
}

impl Envelope {
    fn bytes(&self) -> usize {
        let headers = self.headers.iter().map(|(key, value)| key.len() + value.len());
        self.key.as_ref().map_or(0, Vec::len) + headers.sum::<usize>()
    }
}

/// The envelopes of a batch, by lane and offset.
type Envelopes = Vec<(u32, i64, Envelope)>;

/// Records on their way, sharing one payload buffer.
#[derive(Debug)]
pub struct Batch {
    pub lanes: Vec<Arc<Lane>>,
    pub records: Vec<Record>,
    payload: Vec<u8>,
    envelopes: Envelopes,
    envelope_bytes: usize,
}

impl Batch {
    /// The record's bytes.
    pub fn payload(&self, record: &Record) -> &[u8] {
        self.payload.get(record.start as usize..record.end as usize).unwrap_or_default()
    }

    pub fn lane(&self, record: &Record) -> Option<&Arc<Lane>> {
        self.lanes.get(record.lane as usize)
    }

    /// Key and headers of a record that has any.
    pub fn envelope(&self, record: &Record) -> Option<&Envelope> {
        let mut all = self.envelopes.iter();
        all.find(|(lane, offset, _)| (*lane, *offset) == (record.lane, record.offset)).map(|(_, _, envelope)| envelope)
    }

    /// What the batch counts for in the byte budget.
    pub fn payload_bytes(&self) -> usize {
        self.payload.len() + self.envelope_bytes
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
    envelopes: Envelopes,
    envelope_bytes: usize,
}

impl BatchBuilder {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether the batch should be handed on before another record is added.
    pub fn is_full(&self) -> bool {
        self.records.len() >= BATCH_RECORDS_MAX || self.payload.len() + self.envelope_bytes >= BATCH_BYTES_MAX
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

    /// Puts an envelope to the record that was pushed last.
    pub fn attach(&mut self, envelope: Envelope) {
        if let Some(record) = self.records.last() {
            self.envelope_bytes += envelope.bytes();
            self.envelopes.push((record.lane, record.offset, envelope));
        }
    }

    /// Gives up the records of a lane (its partition was revoked).
    pub fn discard(&mut self, lane: LaneId) {
        if let Some(at) = self.lanes.iter().position(|l| l.id == lane) {
            self.records.retain(|r| r.lane as usize != at);
        }
    }

    pub fn take(&mut self) -> Batch {
        let Self { lanes, records, payload, envelopes, envelope_bytes } = std::mem::take(self);
        Batch { lanes, records, payload, envelopes, envelope_bytes }
    }
}
