//! The sources of a job. A source that is replaced drains and commits before its successor reads a record.

use crate::config::{Digests, Settings};
use crate::delivery::DeadLetters;
use crate::source::{Feed, Source, SourceSettings, Stop};
use anyhow::Context as _;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Running sources, and those on their way out.
pub(super) struct Sources {
    feed: Feed,
    running: Vec<Running>,
    leaving: Vec<Running>,
    /// They start when nobody of their name is leaving any more.
    waiting: Vec<(String, SourceSettings)>,
    /// A successor that could not be started is tried again after this.
    next_try: Instant,
    shutdown: Duration,
}

struct Running {
    name: String,
    stop: Stop,
    source: Source,
}

const TRY_EVERY: Duration = Duration::from_secs(1);

impl Sources {
    pub fn start(settings: &Settings, feed: Feed, dead_letters: &DeadLetters) -> anyhow::Result<Self> {
        let mut sources = Self {
            feed,
            running: Vec::new(),
            leaving: Vec::new(),
            waiting: Vec::new(),
            next_try: Instant::now(),
            shutdown: settings.limits.shutdown,
        };
        for (name, source) in &settings.sources {
            let running = sources.start_one(name, source, dead_letters)?;
            sources.running.push(running);
        }
        Ok(sources)
    }

    fn start_one(&self, name: &str, settings: &SourceSettings, dead_letters: &DeadLetters) -> anyhow::Result<Running> {
        let stop = Stop::default();
        let feed = Feed { stop: stop.clone(), ..self.feed.clone() };
        let source = Source::start(name, settings, feed, dead_letters, self.shutdown)
            .with_context(|| format!("cannot start the source `{name}`"))?;
        Ok(Running { name: name.to_owned(), stop, source })
    }

    /// Asks the sources that differ from `before` to leave and lets their successors wait. Gives the names of those that changed.
    pub fn replace(&mut self, settings: &Settings, before: &Digests) -> Vec<String> {
        let after = &settings.digests;
        let mut changed = Vec::new();
        let differs = |name: &String| after.sources.get(name) != before.sources.get(name);
        for running in std::mem::take(&mut self.running) {
            if differs(&running.name) {
                running.stop.set();
                changed.push(running.name.clone());
                self.leaving.push(running);
            } else {
                self.running.push(running);
            }
        }
        self.waiting.retain(|(name, _)| !differs(name));
        for (name, source) in settings.sources.iter().filter(|(name, _)| differs(name)) {
            if !changed.contains(name) {
                changed.push(name.clone());
            }
            self.waiting.push((name.clone(), source.clone()));
        }
        self.shutdown = settings.limits.shutdown;
        changed
    }

    /// Starts the successors of those that have left; to be called again and again.
    pub fn tend(&mut self, dead_letters: &DeadLetters) {
        let left = |running: &Running| running.source.thread.is_finished();
        self.leaving.retain(|running| !left(running));
        if self.waiting.is_empty() || Instant::now() < self.next_try {
            return;
        }
        for (name, settings) in std::mem::take(&mut self.waiting) {
            if self.leaving.iter().any(|leaving| leaving.name == name) {
                self.waiting.push((name, settings));
                continue;
            }
            match self.start_one(&name, &settings, dead_letters) {
                Ok(running) => {
                    self.feed.health.source_ok(&name);
                    tracing::info!(source = name, "A source starts with its new settings.");
                    self.running.push(running);
                }
                Err(error) => {
                    self.feed.health.source_down(&name, format!("{error:#}"));
                    tracing::error!(source = name, "{error:#}. Trying on.");
                    self.next_try = Instant::now() + TRY_EVERY;
                    self.waiting.push((name, settings));
                }
            }
        }
    }

    pub fn are_finished(&self) -> bool {
        let mut all = self.running.iter().chain(&self.leaving);
        self.waiting.is_empty() && all.all(|running| running.source.thread.is_finished())
    }

    /// Tells all to stop; gives their threads.
    pub fn stop(self) -> Vec<JoinHandle<()>> {
        let all = self.running.into_iter().chain(self.leaving);
        all.map(|running| {
            running.stop.set();
            running.source.thread
        })
        .collect()
    }
}
