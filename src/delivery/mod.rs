//! What is in flight: which records have been handed on, which have ended, and how far a source may commit.
//!
//! Every record ends in exactly one [`End`]. A worker takes a [`Batch`] and with it a [`Receipt`] for all its records; the receipt is
//! split as the records go different ways and each part is settled once. What is never settled is never committed: a bug or a
//! crash leads to a repetition (which the index answers with 409), never to a loss.

mod batch;
mod budget;
mod dead_letter;
mod intake;
mod ledger;
mod receipt;
mod rereads;

pub use batch::{Batch, BatchBuilder, Envelope, Lane, Record};
pub use budget::ByteBudget;
pub use dead_letter::{
    Bytes as DeadLetterBytes, DeadLetter, DeadLetterSettings, DeadLetters, Filter, FilterError, Stage,
    read as read_dead_letters,
};
pub use intake::{Commit, Intake};
pub use ledger::{LaneId, Ledger, SpanId};
pub use receipt::{End, Receipt};
pub use rereads::Rereads;
