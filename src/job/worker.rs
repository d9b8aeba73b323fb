//! The way of a batch through one worker thread: decode, route, pipeline, score, serialise.
//!
//! A worker owns an arena that it resets after each batch, and writes documents straight into the body that goes out.

use super::Plan;
use super::decode::{Metadata, decode};
use super::findings::RouteScoring;
use super::scoring::{Aftermath, BatchScoring, Paths, splice};
use super::suspects::Journal;
use crate::delivery::{Batch, DeadLetter, DeadLetters, End, Record, Stage};
use crate::document::{Arena, Document, Value, write_string};
use crate::ingest::inference::Models;
use crate::ingest::{Context, Failure, Outcome};
use crate::route::{Destination, RouteSettings};
use crate::score::{JudgeModels, SKIPPED, Scorer, WorkerScorer};
use crate::sink::{Chunk, Encoding, Item, Output};
use crate::source::{Codec, Delivery};
use arc_swap::ArcSwap;
use crossbeam_channel::RecvTimeoutError;
use jiff::Timestamp;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// The bytes that an arena may hold on to between batches; a batch of giants must not keep its memory for ever.
const ARENA_KEPT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// How soon an idle worker sees that something was replaced.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

struct Worker {
    plan: Arc<Plan>,
    outputs: Vec<Output>,
    /// For each route, the output's place in `outputs`.
    route_outputs: Vec<Option<usize>>,
    /// For each route, its scoring.
    route_scoring: Vec<Option<Arc<RouteScoring>>>,
    scorer: Option<WorkerScorer>,
    /// The judges again, for what pipelines ask them.
    models: Option<JudgeModels>,
    paths: Option<Paths>,
    aftermath: Aftermath,
    dead_letters: DeadLetters,
    record_bytes_max: usize,
}

/// What all workers share.
pub(super) struct Shared {
    pub plan: Arc<Plan>,
    pub outputs: HashMap<String, Output>,
    pub scorer: Option<Arc<Scorer>>,
    pub aftermath: Aftermath,
    pub dead_letters: DeadLetters,
    pub record_bytes_max: usize,
}

/// How a record left the worker.
enum Left {
    Dropped,
    /// Written to its output's body, or parked until its verdict comes.
    Written,
    Dead(Box<DeadLetter>),
}

/// What goes to one output.
#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

/// Takes deliveries until the queue is closed. Between two batches a worker goes over to what is current, also when none comes: as
/// long as it knows a replaced output, that output cannot end.
pub(super) fn run(current: &ArcSwap<Shared>, deliveries: &crossbeam_channel::Receiver<Delivery>, mut journal: Journal) {
    let mut shared = current.load_full();
    let mut worker = Worker::new(&shared);
    let mut arena = Arena::new();
    loop {
        let delivery = match deliveries.recv_timeout(LOOK_INTERVAL) {
            Ok(delivery) => Some(delivery),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if !Arc::ptr_eq(&current.load(), &shared) {
            shared = current.load_full();
            worker = Worker::new(&shared);
        }
        let Some(delivery) = delivery else { continue };
        worker.work(delivery, &arena, &mut journal);
        if arena.allocated_bytes() > ARENA_KEPT_BYTES_MAX {
            arena = Arena::new();
        } else {
            arena.reset();
        }
    }
}

impl Worker {
    fn new(shared: &Shared) -> Self {
        let (names, outputs): (Vec<String>, Vec<Output>) = shared.outputs.clone().into_iter().unzip();
        let plan = shared.plan.clone();
        let place = |route: &RouteSettings| match &route.destination {
            Destination::Index { output, .. } => names.iter().position(|name| name == output),
            Destination::Drop => None,
        };
        let route_outputs = plan.routes.iter().map(place).collect();
        let scoring = |route: &RouteSettings| RouteScoring::of(route, &plan.policies).map(Arc::new);
        let route_scoring = plan.routes.iter().map(scoring).collect();
        Self {
            outputs,
            route_outputs,
            route_scoring,
            scorer: shared.scorer.as_ref().map(|scorer| scorer.worker()),
            models: shared.scorer.as_ref().map(|scorer| scorer.models()),
            paths: Paths::new(),
            aftermath: shared.aftermath.clone(),
            dead_letters: shared.dead_letters.clone(),
            record_bytes_max: shared.record_bytes_max,
            plan,
        }
    }

    fn work(&mut self, delivery: Delivery, arena: &Arena, journal: &mut Journal) {
        let Delivery { batch, mut receipt, codec } = delivery;
        let now = Timestamp::now();
        let mut bodies: Vec<Body> = self.outputs.iter().map(|_| Body::default()).collect();
        let mut dropped = 0;
        let mut dead = Vec::new();
        // Taken out while the batch is worked on: the rest of the worker is only read.
        let mut scorer = self.scorer.take();
        let mut scoring = scorer.as_mut().map(|scorer| BatchScoring::new(scorer, self.outputs.len()));
        let plan = self.plan.clone();
        // Likewise: the context borrows it for as long as the batch takes.
        let models = self.models.take();
        let mut cx = Context::new(&plan.pipelines, now);
        cx.models = models.as_ref().map(|models| models as &dyn Models);
        journal.begin(&batch);
        for (at, record) in batch.records.iter().enumerate() {
            let at = at as u32;
            if journal.condemns(&batch, record) {
                dead.push(Box::new(DeadLetter::of(&batch, at, Stage::Pipeline, "poison", KILLED_THE_PROCESS)));
                continue;
            }
            let work = || self.record(&batch, at, record, codec, arena, &mut cx, &mut bodies, &mut scoring);
            let left = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
                take_back(&mut bodies);
                Left::Dead(Box::new(DeadLetter::of(&batch, at, Stage::Pipeline, "panic", message(&*panic))))
            });
            match left {
                Left::Dropped => dropped += 1,
                Left::Written => {}
                Left::Dead(letter) => dead.push(letter),
            }
        }
        journal.end();
        receipt.settle_some(dropped, End::Dropped);
        for letter in dead {
            self.dead_letters.blocking_send(*letter, receipt.split(1));
        }
        for (output, body) in self.outputs.iter().zip(bodies) {
            if !body.items.is_empty() {
                let receipt = receipt.split(body.items.len() as u32);
                output.blocking_send(Chunk { batch: batch.clone(), body: body.bytes, items: body.items, receipt });
            }
        }
        if let Some(scoring) = scoring {
            let receipts = (0..self.outputs.len()).map(|at| receipt.split(scoring.parked_len(at) as u32)).collect();
            scoring.finish(&batch, &self.outputs, receipts, &self.aftermath);
        }
        // Once a batch: whoever looks at the metrics sees the records that have gone through.
        if let Some(scorer) = &mut scorer {
            scorer.flush();
        }
        self.scorer = scorer;
        self.models = models;
        debug_assert_eq!(receipt.count(), 0);
        drop(receipt);
    }

    #[expect(clippy::too_many_arguments, reason = "one record's whole surroundings; a struct would only rename them")]
    fn record<'a>(
        &self,
        batch: &'a Batch,
        at: u32,
        record: &Record,
        codec: Codec,
        arena: &'a Arena,
        cx: &mut Context<'_>,
        bodies: &mut [Body],
        scoring: &mut Option<BatchScoring<'_>>,
    ) -> Left {
        let payload = batch.payload(record);
        let died =
            |stage, kind: &str, reason: String| Left::Dead(Box::new(DeadLetter::of(batch, at, stage, kind, reason)));
        // An empty line is no event; as text it is one, if an empty one.
        if record.is_null || codec != Codec::Plain && payload.trim_ascii().is_empty() {
            return Left::Dropped;
        }
        if payload.len() > self.record_bytes_max {
            let reason = format!(
                "the record has {} bytes, more than `limits.record_max` ({})",
                payload.len(),
                self.record_bytes_max
            );
            return died(Stage::Decode, "record_too_large", reason);
        }
        let (doc, metadata) = match decode(payload, record, codec, arena, cx.now) {
            Ok(decoded) => decoded,
            Err(reason) => return died(Stage::Decode, "decode", reason),
        };
        cx.stack.clear();
        let (route_at, route) = match self.plan.routes.find(&doc, cx) {
            Ok(Some(found)) => found,
            Ok(None) => return died(Stage::Route, "no_route", "no route matches, and there is no `default`".into()),
            Err(failure) => return self.dead_of(batch, at, Stage::Route, None, &failure),
        };
        let Destination::Index { index, .. } = &route.destination else { return Left::Dropped };
        let Some(output_at) = self.route_outputs.get(route_at).copied().flatten() else { return Left::Dropped };
        if let Err(failure) = set_destination(&doc, &metadata, index) {
            return self.dead_of(batch, at, Stage::Route, None, &failure);
        }
        let route_scoring = self.route_scoring.get(route_at).and_then(Option::as_ref);
        // A pipeline often takes `message` apart and removes it: what it was is still what is scored.
        let text_before = route_scoring.and_then(|s| doc.find(&s.settings.text)).and_then(Value::as_str);
        let pipeline = route.pipeline.as_ref().map(|(name, _)| name.as_str()).or(metadata.pipeline);
        if let Some(pipeline) = pipeline {
            let pipelines = cx.pipelines;
            match pipelines.run(pipeline, &doc, cx) {
                Ok(Outcome::Done) => {}
                Ok(Outcome::Dropped) => return Left::Dropped,
                Err(failure) => return self.dead_of(batch, at, Stage::Pipeline, Some((route, pipeline)), &failure),
            }
        }
        let (Some(output), Some(body)) = (self.outputs.get(output_at), bodies.get_mut(output_at)) else {
            return Left::Dropped;
        };
        let start = body.bytes.len();
        // `anomaly` is ours: what a record brings under that name would be taken for a verdict.
        if route_scoring.is_some() {
            doc.root.remove("anomaly");
        }
        let id = document_id(&doc, batch, record);
        if output.encoding == Encoding::Bulk {
            write_action(&doc, &metadata, id, &mut body.bytes);
        }
        doc.write_source(&mut body.bytes);
        if let (Some(scoring), Some(route), Some(paths)) = (scoring, route_scoring, &self.paths) {
            match paths.scorable(&doc, &route.settings.text, text_before) {
                None => splice(SKIPPED, &mut body.bytes),
                Some(scorable) => {
                    let written_ms =
                        if record.timestamp_ms > 0 { record.timestamp_ms } else { cx.now.as_millisecond() };
                    let target = (output_at, output);
                    if !scoring.score(&scorable, route, &doc, (at, written_ms), target, &mut body.bytes, start) {
                        return Left::Written;
                    }
                }
            }
        }
        body.bytes.push(b'\n');
        body.items.push(Item { record: at, start: start as u32, end: body.bytes.len() as u32 });
        Left::Written
    }

    fn dead_of(
        &self,
        batch: &Batch,
        at: u32,
        stage: Stage,
        place: Option<(&RouteSettings, &str)>,
        failure: &Failure,
    ) -> Left {
        let mut letter = DeadLetter::of(batch, at, stage, failure.kind.name(), failure.reason.clone());
        if let Some((route, pipeline)) = place {
            letter.route = Some(route.name.clone());
            letter.pipeline = Some(pipeline.to_owned());
        }
        if let Some(origin) = &failure.origin {
            letter.processor_type = Some(origin.processor_type.clone());
            letter.processor_tag = origin.processor_tag.clone();
            letter.pipeline = origin.pipeline.clone().or(letter.pipeline);
        }
        Left::Dead(Box::new(letter))
    }
}

const KILLED_THE_PROCESS: &str = "the process died twice while it worked on this record";

/// Cuts off what a record had written before it panicked.
fn take_back(bodies: &mut [Body]) {
    for body in bodies {
        body.bytes.truncate(body.items.last().map_or(0, |item| item.end as usize));
    }
}

/// What a panic said.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a bug in logboom; please report it: {}", text.unwrap_or("a panic"))
}

/// Sets `_index` (and what the sender says of `_id` and `_routing`) before the pipeline runs: pipelines read and change them, and `reroute` starts from them.
fn set_destination<'a>(
    doc: &Document<'a>,
    metadata: &Metadata<'a>,
    index: &crate::ingest::Template,
) -> Result<(), Failure> {
    if let Some(index) = metadata.index {
        doc.root.insert("_index", Value::Str(index));
    } else if index.is_static() {
        doc.set_metadata("_index", index.text());
    } else {
        doc.set_metadata("_index", &index.render(doc)?);
    }
    if let Some(id) = metadata.id {
        doc.root.insert("_id", Value::Str(id));
    }
    if let Some(routing) = metadata.routing {
        doc.root.insert("_routing", Value::Str(routing));
    }
    Ok(())
}

/// The document's `_id`: what Filebeat or the pipeline set, else one made of the record's coordinates.
fn document_id<'a>(doc: &Document<'a>, batch: &Batch, record: &Record) -> &'a str {
    if let Some(id) = doc.metadata("_id") {
        return id;
    }
    let prefix = batch.lane(record).map_or("", |lane| &*lane.id_prefix);
    let mut id = bumpalo::collections::String::with_capacity_in(prefix.len() + 20, doc.arena);
    id.push_str(prefix);
    id.push_str(itoa::Buffer::new().format(record.offset));
    let id = id.into_bump_str();
    doc.root.insert("_id", Value::Str(id));
    id
}

/// The action line: `create`, so that a record that comes again is refused with 409, unless Filebeat asks for `index`.
fn write_action(doc: &Document<'_>, metadata: &Metadata<'_>, id: &str, out: &mut Vec<u8>) {
    let overwrite = metadata.op_type == Some("index");
    out.extend_from_slice(if overwrite { b"{\"index\":{\"_index\":" } else { b"{\"create\":{\"_index\":" as &[u8] });
    write_string(doc.metadata("_index").unwrap_or_default(), out);
    out.extend_from_slice(b",\"_id\":");
    write_string(id, out);
    if let Some(routing) = doc.metadata("_routing") {
        out.extend_from_slice(b",\"routing\":");
        write_string(routing, out);
    }
    out.extend_from_slice(b"}}\n");
}
