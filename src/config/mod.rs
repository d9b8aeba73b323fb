//! Configuration: text files become a tree of [`Node`]s that remember their place, and trees become typed settings.
//!
//! Everything that reads configuration (`logboom.yml`, pipelines, tables) reads it through [`Node`], so that every complaint
//! can name `file:line:column`.

mod digest;
mod json;
mod kafka_client;
mod node;
mod secret;
mod section;
mod settings;
mod to_json;
mod yaml;

pub use digest::Digests;
pub use json::read_json;
pub use kafka_client::kafka_client;
pub use node::{ConfigError, Data, Key, Node, Position};
pub use secret::resolve as resolve_secrets;
pub use section::{Problems, Section, nearest, parse_bytes, parse_duration};
pub use settings::{ConsoleSettings, Limits, Settings, start_of};
pub use yaml::{read_file, read_text};
