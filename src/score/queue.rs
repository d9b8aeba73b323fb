//! Questions that wait for a model: the gravest and most frequent first, those of one service together.

use super::flight::Flight;
use super::verdict::Severity;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Questions that may wait for one judge.
pub const WAITING_MAX: usize = 4_096;

/// Questions of one group that may wait: a flood from one source leaves room for the others.
pub const WAITING_PER_GROUP_MAX: usize = 512;

#[derive(Default)]
pub struct Queue {
    waiting: Vec<Arc<Flight>>,
}

impl Queue {
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Takes a question in, or gives it back when there is no room.
    pub fn push(&mut self, flight: Arc<Flight>) -> Result<(), Arc<Flight>> {
        if self.waiting.len() >= WAITING_MAX {
            return Err(flight);
        }
        let same_group = self.waiting.iter().filter(|other| other.group == flight.group).count();
        if same_group >= WAITING_PER_GROUP_MAX {
            return Err(flight);
        }
        self.waiting.push(flight);
        Ok(())
    }

    /// The next questions for one prompt: the most urgent one and others of its group. A question that failed before goes alone.
    pub fn take(&mut self, count_max: usize) -> Vec<Arc<Flight>> {
        let Some(first) = self.most_urgent(|_| true) else { return Vec::new() };
        let first = self.waiting.swap_remove(first);
        if first.attempts.load(Ordering::Relaxed) > 0 {
            return vec![first];
        }
        let group = first.group.clone();
        let mut taken = vec![first];
        while taken.len() < count_max {
            let fits = |flight: &Flight| flight.group == group && flight.attempts.load(Ordering::Relaxed) == 0;
            let Some(next) = self.most_urgent(fits) else { break };
            taken.push(self.waiting.swap_remove(next));
        }
        taken
    }

    fn most_urgent(&self, fits: impl Fn(&Flight) -> bool) -> Option<usize> {
        let candidates = self.waiting.iter().enumerate().filter(|(_, flight)| fits(flight));
        candidates.max_by_key(|(_, flight)| urgency(flight)).map(|(at, _)| at)
    }
}

fn urgency(flight: &Flight) -> (Severity, u64, std::cmp::Reverse<std::time::Instant>) {
    (flight.floor.severity, flight.count.load(Ordering::Relaxed), std::cmp::Reverse(flight.started))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::cache::Key;
    use crate::score::judges::Case;
    use crate::score::template::Template;
    use crate::score::templates::TemplateId;
    use crate::score::verdict::Floor;

    fn flight(id: u64, service: &str, severity: Severity, count: u64) -> Arc<Flight> {
        let template = Template { id: TemplateId(id), text: "x".into() };
        let floor = Floor { severity, ..Floor::default() };
        let case = Case { template, examples: Vec::new(), service: Some(service.into()), level: None, floor };
        let key = Key { template: TemplateId(id), class: 0, level: None };
        let flight = Flight::new(key, case, Arc::default());
        flight.count.store(count, Ordering::Relaxed);
        Arc::new(flight)
    }

    #[test]
    fn grave_and_frequent_first_and_one_service_a_prompt() {
        let mut queue = Queue::default();
        for item in [
            flight(1, "a", Severity::Info, 100),
            flight(2, "b", Severity::Warning, 1),
            flight(3, "a", Severity::Info, 200),
            flight(4, "b", Severity::Info, 5),
        ] {
            queue.push(item).map_err(|_| "full").unwrap();
        }
        let ids = |batch: Vec<Arc<Flight>>| batch.iter().map(|f| f.key.template.0).collect::<Vec<_>>();
        assert_eq!(ids(queue.take(8)), [2, 4]);
        assert_eq!(ids(queue.take(1)), [3]);
        assert_eq!(ids(queue.take(8)), [1]);
        assert_eq!(ids(queue.take(8)), [0; 0]);
    }

    #[test]
    fn a_flood_leaves_room_for_others() {
        let mut queue = Queue::default();
        let refused = (0..2_000).filter(|id| queue.push(flight(*id, "noisy", Severity::Info, 1)).is_err()).count();
        assert_eq!(refused, 2_000 - WAITING_PER_GROUP_MAX);
        assert!(queue.push(flight(9_999, "quiet", Severity::Info, 1)).is_ok());
    }
}
