//! End to end: real Filebeat, real Kafka, real Elasticsearch around the built program. `tests/run e2e` provides the servers;
//! `tests/README.md` says by which variables.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod dead_letters;
mod deployment;
mod exactly_once;
mod kafka_records;
mod kibana;
mod late_verdicts;
mod outages;
mod rollover;
mod shared_verdicts;
mod spool;
mod surroundings;
