//! Log messages become templates: the message with its variables cut out, found online, without configuration.
//!
//! A line is cut into words and variables in one pass ([`lexer`]) and hashed; the hash of what is no variable, the *skeleton*, finds
//! the template in a table. Only a skeleton that was never seen goes the slow way ([`forest`]): it is a template of its own until
//! evidence shows that a word of it is a variable too. [`Miner`] is shared by all threads, each of which has a [`Worker`].
//!
//! Nothing here does I/O, reads a clock or holds a global.

mod clock;
mod evidence;
mod families;
mod forest;
mod forms;
mod hash;
mod header;
mod lexer;
mod miner;
mod neighbours;
mod pattern;
mod planes;
mod slots;
mod template;
#[cfg(test)]
mod tests;
mod wide;
mod words;
mod worker;

pub use header::{Header, recognise};
pub use lexer::{LINE_BYTES_MAX, LINE_TOKENS_MAX};
pub use miner::{
    LESSONS_BURST_MAX, LINES_PER_LESSON, Miner, MinerCounters, MinerSettings, PATTERN_BYTES_MAX, SKELETONS_MAX,
};
pub use pattern::WILDCARD;
pub use template::{PatternRecord, Template, TemplateEvent, TemplateId, TemplateRecord};
pub use worker::{Parameters, TemplateMatch, Worker};
