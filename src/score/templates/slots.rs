//! The table from skeletons to templates that worker threads read without a lock.
//!
//! A skeleton keeps its slot while its template changes, so a merge is one write a slot and nothing that workers have cached goes
//! stale: their caches hold slot numbers. Each slot is a sequence lock made of atomics; a reader that meets a writer tries again.

use super::template::TemplateId;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A reader gives up (and goes through the lock) after so many tries.
const READ_TRIES_MAX: u32 = 16;

#[derive(Default)]
struct Slot {
    /// Odd while a writer is at work.
    version: AtomicU32,
    /// When a line last matched, in the miner's epochs.
    epoch: AtomicU32,
    /// The skeleton's hash; 0 when the slot is free.
    hash: AtomicU64,
    id: AtomicU64,
    holes: [AtomicU64; 2],
}

pub(super) struct Slots(Box<[Slot]>);

impl Slots {
    pub(super) fn new(count: usize) -> Self {
        Self(std::iter::repeat_with(Slot::default).take(count).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The template in `slot` and the words of the skeleton that are variables in it, if the slot holds the skeleton `hash`.
    #[inline]
    pub(super) fn read(&self, slot: u32, hash: u64, epoch: u32) -> Option<(TemplateId, u128)> {
        let slot = self.0.get(slot as usize)?;
        for _ in 0..READ_TRIES_MAX {
            let version = slot.version.load(Ordering::Acquire);
            let found = slot.hash.load(Ordering::Acquire);
            let id = slot.id.load(Ordering::Acquire);
            let (low, high) = (slot.holes[0].load(Ordering::Acquire), slot.holes[1].load(Ordering::Acquire));
            if version % 2 == 1 || slot.version.load(Ordering::Relaxed) != version {
                std::hint::spin_loop();
                continue;
            }
            if found != hash || id == 0 {
                return None;
            }
            if slot.epoch.load(Ordering::Relaxed) != epoch {
                slot.epoch.store(epoch, Ordering::Relaxed);
            }
            return Some((TemplateId(id), u128::from(high) << 64 | u128::from(low)));
        }
        None
    }

    /// Writers hold the miner's lock.
    fn write(&self, slot: u32, change: impl FnOnce(&Slot)) {
        let Some(slot) = self.0.get(slot as usize) else { return };
        let version = slot.version.load(Ordering::Relaxed);
        slot.version.store(version.wrapping_add(1), Ordering::Relaxed);
        change(slot);
        slot.version.store(version.wrapping_add(2), Ordering::Release);
    }

    /// Takes a free slot for a skeleton.
    pub(super) fn occupy(&self, slot: u32, hash: u64, epoch: u32) {
        self.write(slot, |slot| {
            slot.hash.store(hash, Ordering::Release);
            slot.id.store(0, Ordering::Release);
            slot.epoch.store(epoch, Ordering::Release);
        });
    }

    pub(super) fn assign(&self, slot: u32, id: TemplateId, holes: u128) {
        self.write(slot, |slot| {
            slot.id.store(id.0, Ordering::Release);
            slot.holes[0].store(holes as u64, Ordering::Release);
            slot.holes[1].store((holes >> 64) as u64, Ordering::Release);
        });
    }

    pub(super) fn clear(&self, slot: u32) {
        self.write(slot, |slot| {
            slot.hash.store(0, Ordering::Release);
            slot.id.store(0, Ordering::Release);
        });
    }

    /// The skeleton in a slot and when a line last matched it.
    pub(super) fn occupant(&self, slot: u32) -> Option<(u64, u32)> {
        let slot = self.0.get(slot as usize)?;
        let hash = slot.hash.load(Ordering::Relaxed);
        (hash != 0).then(|| (hash, slot.epoch.load(Ordering::Relaxed)))
    }
}
