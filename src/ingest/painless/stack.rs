//! How much of the thread's stack is taken: what recurses asks before it goes deeper, and ends in an error instead of an overflow.

/// Stack that compiling or running one script may take: worker threads have 2 MiB.
const STACK_MAX_BYTES: usize = 700 << 10;

/// Where the stack stood at the start.
#[derive(Clone, Copy)]
pub struct StackGuard {
    base: usize,
}

impl StackGuard {
    #[inline]
    pub fn new() -> Self {
        Self { base: position() }
    }

    /// Whether it is time to turn back.
    #[inline]
    pub fn is_spent(self) -> bool {
        self.base.abs_diff(position()) > STACK_MAX_BYTES
    }
}

/// Roughly where the stack pointer stands.
#[inline]
fn position() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here) as usize
}
