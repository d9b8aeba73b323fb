//! Which records may have been delivered before: after a start, or when a partition comes, a source gives again what was not committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is known of the records that a lane gives. Until the lane's first commit, and until an output has looked for some of them and found none, they
/// may be there already. Both matter: what the last process held back comes first and is new, though what is behind it may not be; and more may have been
/// delivered beyond it than is committed at first.
#[derive(Debug)]
pub struct Rereads {
    possible: AtomicBool,
    committed: AtomicBool,
    /// Dead letters are read again however long they are read.
    always: bool,
}

impl Rereads {
    pub fn until_committed() -> Arc<Self> {
        Arc::new(Self { possible: AtomicBool::new(true), committed: AtomicBool::new(false), always: false })
    }

    pub fn always() -> Arc<Self> {
        Arc::new(Self { possible: AtomicBool::new(true), committed: AtomicBool::new(false), always: true })
    }

    /// Whether a record that comes now may have been delivered before.
    pub fn are_possible(&self) -> bool {
        self.possible.load(Ordering::Relaxed)
    }

    /// The source commits what this process has done.
    pub fn note_commit(&self) {
        self.committed.store(true, Ordering::Relaxed);
    }

    /// Records were looked for, and none is there.
    pub fn note_none_found(&self) {
        if !self.always && self.committed.load(Ordering::Relaxed) {
            self.possible.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_new_when_none_is_found_behind_a_commit() {
        let rereads = Rereads::until_committed();
        rereads.note_none_found();
        assert!(rereads.are_possible(), "nothing is committed yet");
        rereads.note_commit();
        assert!(rereads.are_possible(), "what comes behind the commit was not looked for");
        rereads.note_none_found();
        assert!(!rereads.are_possible());
    }

    #[test]
    fn dead_letters_are_always_read_again() {
        let rereads = Rereads::always();
        rereads.note_commit();
        rereads.note_none_found();
        assert!(rereads.are_possible());
    }
}
