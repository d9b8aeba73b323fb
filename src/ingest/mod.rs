//! Elasticsearch ingest pipelines.
//!
//! A pipeline file is compiled once ([`Pipelines::load`]) and then run over many documents. A [`Pipeline`] is a list of
//! [`Step`]s: a processor with its condition and its error handling. Processors are members of one table
//! ([`processors::PROCESSORS`]), one file each; adding one touches its file and its line in the table.
//!
//! Invariant: nothing here does I/O, reads a clock or holds a global. Time, look-ups and randomness come in through the
//! [`Context`] when running and through [`Build`] when compiling.

mod cidr;
mod condition;
mod context;
pub mod coverage;
pub mod dates;
mod dissect;
mod failure;
mod geo;
pub mod grok;
mod html;
mod html_entities;
pub mod inference;
pub mod jackson;
mod java_numbers;
pub mod java_regex;
pub mod java_utf8;
pub mod outline;
pub mod painless;
mod pipeline;
mod processor;
pub mod processors;
mod recent;
mod registry;
mod settings;
pub mod simulate;
mod template;
#[cfg(test)]
pub mod testing;
mod text_processor;
pub mod uri;
mod url;
mod value_source;

pub use cidr::{Cidr, read_address};
pub use condition::Condition;
pub use context::{Build, Context};
pub use failure::{ErrorKind, Failure, ScriptTrace};
pub use pipeline::{Pipeline, Step, Trace};
pub use processor::{Factory, Processor};
pub use registry::{Outcome, PipelineOptions, Pipelines};
pub use settings::Settings;
pub use template::{Field, Template};
pub use value_source::{MediaType, ValueSource};
