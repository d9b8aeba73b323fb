//! What other processes say, taken in: their verdicts, and the words of their operators.

use super::flight::lock;
use super::judges::Judge;
use super::question::tame;
use super::scorer::{CLASSES_MAX, Core};
use super::store::{News, Reader, StoredVerdict, VerdictKey};
use super::templates::TemplateId;
use super::verdict::{Status, Verdict};
use super::{cache, rules::Level};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Reader for Core {
    fn take(&self, news: Vec<News>) {
        let mut said = Vec::new();
        let mut has_changed = false;
        for one in news {
            match one {
                News::Verdict(stored) => has_changed |= self.take_verdict(&stored),
                News::Gone(key) => has_changed |= self.drop_verdict(&key),
                News::Said(feedback) => said.push(feedback),
            }
        }
        if has_changed {
            self.generation.fetch_add(1, Ordering::Release);
        }
        self.overrule(&said);
    }
}

impl Core {
    /// Whether a verdict comes from a judge that would be asked today.
    fn is_current(&self, judge: &str, model: Option<&str>, prompt_version: Option<&str>) -> bool {
        self.judges.iter().any(|known: &Arc<dyn Judge>| {
            known.name() == judge
                && known.model().as_deref() == model
                && known.prompt_version().as_deref() == prompt_version
        })
    }

    /// A kept verdict and what it was given for, if it would be given again today.
    fn current(&self, stored: &StoredVerdict) -> Option<(cache::Key, Verdict)> {
        let is_current = self.is_current(&stored.judge, stored.model.as_deref(), stored.prompt_version.as_deref());
        let (mut key, verdict) = is_current.then(|| stored.read()).flatten()?;
        key.template = self.miner.resolve(key.template);
        let mut classes = lock(&self.classes);
        if classes.len() < CLASSES_MAX {
            classes.insert(key.class);
        }
        Some((key, verdict))
    }

    /// Takes up a verdict of an earlier run.
    pub(super) fn restore(&self, stored: &StoredVerdict) {
        if let Some((key, verdict)) = self.current(stored)
            && self.cache.get(&key).is_none_or(|known| known.expires_ms < stored.expires_ms)
        {
            self.cache.restore(key, Arc::new(verdict), stored.expires_ms);
        }
    }

    /// Takes up another process' verdict; true if something else was held.
    fn take_verdict(&self, stored: &StoredVerdict) -> bool {
        let Some((key, mut verdict)) = self.current(stored) else { return false };
        let expires_ms = stored.expires_ms.min(self.cache.latest_expiry_ms());
        let known = self.cache.get(&key);
        let is_echo = known.as_ref().is_some_and(|known| known.expires_ms == stored.expires_ms);
        if is_echo || expires_ms <= self.clock.now_ms() {
            return false;
        }
        // The writer has done so too, if it is one of us.
        (verdict.category, verdict.reason) = (tame(&verdict.category).into(), tame(&verdict.reason).into());
        verdict.raise_to(&self.rules.floor(&stored.text), &self.rules);
        let verdict = Arc::new(verdict);
        let entry = self.cache.restore(key, verdict.clone(), expires_ms);
        if let Some(flight) = self.flights.take(&key) {
            metrics::counter!("logboom_score_shared_answers_total").increment(1);
            flight.land(entry);
        }
        known.is_some_and(|known| known.status != Status::Scored || !known.verdict.agrees(&verdict))
    }

    /// Another process holds this verdict to be in doubt.
    fn drop_verdict(&self, gone: &VerdictKey) -> bool {
        let level = match gone.level.as_deref() {
            None => None,
            Some(name) => match Level::parse(name) {
                Some(level) => Some(level),
                None => return false,
            },
        };
        let (Ok(template), Ok(class)) = (u64::from_str_radix(&gone.template, 16), u64::from_str_radix(&gone.class, 16))
        else {
            return false;
        };
        let key = cache::Key { template: self.miner.resolve(TemplateId(template)), class, level };
        let is_meant = |verdict: &Verdict| {
            *verdict.judge == *gone.judge
                && verdict.model.as_deref() == gone.model.as_deref()
                && verdict.prompt_version.as_deref() == gone.prompt_version.as_deref()
        };
        let is_held = self.cache.get(&key).is_some_and(|known| is_meant(&known.verdict));
        if is_held {
            self.cache.remove(&key);
        }
        is_held
    }
}
