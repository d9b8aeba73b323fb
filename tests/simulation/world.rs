//! The world around the ledger: a topic, processes, an index, dead letters, and what happens to them.

use super::accounts::Accounts;
use logboom::delivery::LaneId;

const PARTITIONS_MAX: usize = 4;
const RECORDS_MAX: usize = 24;
const PROCESSES_MAX: usize = 3;
const STEPS_MAX: usize = 120;
const BATCH_RECORDS_MAX: usize = 6;

/// A small generator of numbers (xorshift64*): the whole schedule comes out of its seed.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03 | 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize) % n.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Where a record belongs. It may get there more than once (an answer was lost), never to two places.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Indexed,
    Dropped,
    DeadLettered,
}

struct Record {
    offset: i64,
    fate: Fate,
    /// How often it was indexed, dropped or dead-lettered; the index takes it once.
    arrived: u32,
}

/// A partition as the broker knows it.
struct Partition {
    records: Vec<Record>,
    committed: i64,
    owner: Option<usize>,
}

impl Partition {
    /// The first record that the committed offset leaves to be read.
    fn first_uncommitted(&self) -> usize {
        self.records.partition_point(|record| record.offset < self.committed)
    }

    fn end(&self) -> i64 {
        self.records.last().map_or(0, |record| record.offset + 1)
    }
}

/// A partition as a process knows it.
struct Owned {
    partition: usize,
    lane: LaneId,
    next: usize,
}

struct Batch<T> {
    account: T,
    /// Records that have not ended: partition and index.
    open: Vec<(usize, usize)>,
}

struct Process<A: Accounts> {
    accounts: A,
    owned: Vec<Owned>,
    batches: Vec<Batch<A::Batch>>,
    /// Commits on their way to the broker, in order: partition, lane, offset.
    sent: Vec<(usize, LaneId, i64)>,
}

pub struct World<'m, A: Accounts, M: Fn() -> A> {
    random: Random,
    make: &'m M,
    partitions: Vec<Partition>,
    processes: Vec<Process<A>>,
}

impl<'m, A: Accounts, M: Fn() -> A> World<'m, A, M> {
    pub fn new(seed: u64, make: &'m M) -> Self {
        let mut random = Random::new(seed);
        let partitions = (0..1 + random.below(PARTITIONS_MAX)).map(|_| Self::partition(&mut random)).collect();
        let processes = 1 + random.below(PROCESSES_MAX);
        let process = || Process { accounts: make(), owned: Vec::new(), batches: Vec::new(), sent: Vec::new() };
        Self { random, make, partitions, processes: (0..processes).map(|_| process()).collect() }
    }

    /// Offsets ascend with gaps, as in a compacted topic or one with transactions.
    fn partition(random: &mut Random) -> Partition {
        let mut offset = random.below(5) as i64;
        let records = (0..random.below(RECORDS_MAX + 1))
            .map(|_| {
                offset += 1 + if random.one_in(4) { random.below(5) as i64 } else { 0 };
                let fate = match random.below(8) {
                    0 => Fate::Dropped,
                    1 => Fate::DeadLettered,
                    _ => Fate::Indexed,
                };
                Record { offset, fate, arrived: 0 }
            })
            .collect();
        Partition { records, committed: 0, owner: None }
    }

    pub fn run(mut self) -> Result<(), String> {
        for step in 0..1 + self.random.below(STEPS_MAX) {
            self.step().map_err(|why| format!("step {step}: {why}"))?;
        }
        self.come_to_rest().map_err(|why| format!("at rest: {why}"))
    }

    fn step(&mut self) -> Result<(), String> {
        let process = self.random.below(self.processes.len());
        match self.random.below(20) {
            0..5 => self.poll(process)?,
            5..12 => self.work(process),
            12..14 => self.send_commits(process),
            14..16 => self.deliver_commit(process, false)?,
            16..18 => self.assign(process),
            18 => self.revoke(process)?,
            _ if self.random.one_in(3) => self.kill(process),
            _ => {}
        }
        Ok(())
    }

    /// Takes records into a batch, from one or more partitions, while there is room.
    fn poll(&mut self, process: usize) -> Result<(), String> {
        let owner = &mut self.processes[process];
        if owner.accounts.is_full() || owner.owned.is_empty() {
            return Ok(());
        }
        let mut records = Vec::with_capacity(BATCH_RECORDS_MAX);
        let mut open = Vec::with_capacity(BATCH_RECORDS_MAX);
        for _ in 0..1 + self.random.below(BATCH_RECORDS_MAX) {
            let at = self.random.below(owner.owned.len());
            let owned = &mut owner.owned[at];
            let Some(record) = self.partitions[owned.partition].records.get(owned.next) else { continue };
            records.push((owned.lane, record.offset));
            open.push((owned.partition, owned.next));
            owned.next += 1;
        }
        if records.is_empty() {
            return Ok(());
        }
        let account = owner.accounts.accept(&records);
        owner.batches.push(Batch { account, open });
        let (tracked, most) = (owner.accounts.tracked(), A::tracked_max(self.partitions.len()));
        if tracked > most { Err(format!("{tracked} spans are tracked, at most {most} may be")) } else { Ok(()) }
    }

    /// Part of a batch is tried: as a bulk request, as a dead letter.
    fn work(&mut self, process: usize) {
        let at = self.random.below(self.processes[process].batches.len().max(1));
        let Some(batch) = self.processes[process].batches.get_mut(at) else { return };
        let tried = 1 + self.random.below(batch.open.len());
        let mut ended = 0;
        for _ in 0..tried {
            if batch.open.is_empty() {
                break;
            }
            let at = self.random.below(batch.open.len());
            let (partition, index) = batch.open[at];
            match self.random.below(6) {
                // Refused for now, or the connection broke before it got there.
                0 => {}
                // It got there and the answer was lost: it is tried again.
                1 => self.partitions[partition].records[index].arrived += 1,
                _ => {
                    self.partitions[partition].records[index].arrived += 1;
                    batch.open.swap_remove(at);
                    ended += 1;
                }
            }
        }
        let process = &mut self.processes[process];
        if ended > 0 {
            process.accounts.settle(&mut process.batches[at].account, ended);
        }
        if process.batches[at].open.is_empty() {
            process.batches.swap_remove(at);
        }
    }

    fn send_commits(&mut self, process: usize) {
        let process = &mut self.processes[process];
        let lanes: Vec<LaneId> = process.owned.iter().map(|owned| owned.lane).collect();
        for (lane, offset) in process.accounts.take_commits(&lanes) {
            if let Some(owned) = process.owned.iter().find(|owned| owned.lane == lane) {
                process.sent.push((owned.partition, lane, offset));
            }
        }
    }

    /// The oldest commit on its way reaches the broker, or fails.
    fn deliver_commit(&mut self, process: usize, surely: bool) -> Result<(), String> {
        if self.processes[process].sent.is_empty() {
            return Ok(());
        }
        let (partition, lane, offset) = self.processes[process].sent.remove(0);
        if !surely && self.random.one_in(5) {
            // The client reports a failure for all that it tried to commit.
            let lanes: Vec<LaneId> = self.processes[process].owned.iter().map(|owned| owned.lane).collect();
            self.processes[process].accounts.commit_failed(&lanes);
            return Ok(());
        }
        self.commit(process, partition, lane, offset)
    }

    /// The broker takes a commit of the member that owns the partition, and of nobody else.
    fn commit(&mut self, process: usize, partition: usize, lane: LaneId, offset: i64) -> Result<(), String> {
        let owns = self.processes[process].owned.iter().any(|o| o.partition == partition && o.lane == lane);
        let place = &mut self.partitions[partition];
        if place.owner != Some(process) || !owns {
            return Ok(());
        }
        let open = place.records.iter().find(|record| record.offset < offset && record.arrived == 0);
        if let Some(record) = open {
            return Err(format!("partition {partition} is committed to {offset}, but {} has not ended", record.offset));
        }
        place.committed = place.committed.max(offset);
        Ok(())
    }

    fn assign(&mut self, process: usize) {
        let partition = self.random.below(self.partitions.len());
        self.give(process, partition);
    }

    fn give(&mut self, process: usize, partition: usize) {
        let place = &mut self.partitions[partition];
        if place.owner.is_some() {
            return;
        }
        place.owner = Some(process);
        let next = place.first_uncommitted();
        let lane = self.processes[process].accounts.open(partition);
        self.processes[process].owned.push(Owned { partition, lane, next });
    }

    /// A partition is taken away. What is in flight of it may drain first, and go on afterwards: late ends change nothing.
    fn revoke(&mut self, process: usize) -> Result<(), String> {
        if self.processes[process].owned.is_empty() {
            return Ok(());
        }
        let lost = self.random.one_in(3);
        if !lost {
            for _ in 0..self.random.below(4) {
                self.work(process);
            }
            self.send_commits(process);
            while !self.processes[process].sent.is_empty() {
                self.deliver_commit(process, false)?;
            }
        }
        let at = self.random.below(self.processes[process].owned.len());
        let owned = self.processes[process].owned.swap_remove(at);
        self.processes[process].accounts.close(owned.lane);
        self.partitions[owned.partition].owner = None;
        Ok(())
    }

    /// SIGKILL, and a new process with nothing in memory.
    fn kill(&mut self, process: usize) {
        let new = Process { accounts: (self.make)(), owned: Vec::new(), batches: Vec::new(), sent: Vec::new() };
        let killed = std::mem::replace(&mut self.processes[process], new);
        killed.owned.iter().for_each(|owned| self.partitions[owned.partition].owner = None);
    }

    /// The faults are over: everything is read, ends, and is committed.
    fn come_to_rest(&mut self) -> Result<(), String> {
        for partition in 0..self.partitions.len() {
            let process = self.random.below(self.processes.len());
            self.give(process, partition);
        }
        for process in 0..self.processes.len() {
            self.finish(process)?;
            let tracked = self.processes[process].accounts.tracked();
            if tracked != 0 && self.partitions.iter().all(|p| p.committed == p.end()) {
                return Err(format!("{tracked} spans are kept though all is done"));
            }
        }
        for (number, partition) in self.partitions.iter().enumerate() {
            if partition.committed != partition.end() {
                let (committed, end) = (partition.committed, partition.end());
                return Err(format!("partition {number} (to {end}) is not committed at the end, only to {committed}"));
            }
            if let Some(record) = partition.records.iter().find(|record| record.arrived == 0) {
                return Err(format!("record {} of partition {number} is lost", record.offset));
            }
        }
        self.sum()
    }

    fn finish(&mut self, process: usize) -> Result<(), String> {
        // Bounded: a ledger that loses an end may stay full for ever.
        for _ in 0..RECORDS_MAX * PARTITIONS_MAX * 4 {
            self.poll(process)?;
            for _ in 0..4 {
                self.work(process);
            }
            let idle = self.processes[process].batches.is_empty();
            let read =
                self.processes[process].owned.iter().all(|o| o.next == self.partitions[o.partition].records.len());
            if idle && read {
                break;
            }
        }
        self.send_commits(process);
        while !self.processes[process].sent.is_empty() {
            self.deliver_commit(process, true)?;
        }
        Ok(())
    }

    /// Sent = indexed + dropped + dead-lettered.
    fn sum(&self) -> Result<(), String> {
        let records = || self.partitions.iter().flat_map(|partition| &partition.records);
        let count = |fate| records().filter(|record| record.fate == fate && record.arrived > 0).count();
        let ended = count(Fate::Indexed) + count(Fate::Dropped) + count(Fate::DeadLettered);
        let sent = records().count();
        if ended == sent { Ok(()) } else { Err(format!("{sent} records were sent, {ended} ended")) }
    }
}
