//! logboom: runs Elasticsearch ingest pipelines outside Elasticsearch, scores every record, delivers it once.
//!
//! The modules follow a record's way: [`source`] → [`document`] → [`route`] → [`ingest`] → [`score`] → [`sink`], with [`delivery`]
//! holding what is in flight and [`alert`] telling people. `ARCHITECTURE.md` is the map.
pub mod alert;
pub mod cli;
pub mod config;
pub mod console;
pub mod delivery;
pub mod demo;
pub mod document;
pub mod enrich;
pub mod import;
pub mod ingest;
pub mod job;
pub mod node;
pub mod package;
pub mod rest;
pub mod route;
pub mod score;
pub mod setup;
pub mod sink;
pub mod source;
pub mod telemetry;
