//! The scorer: what all workers share.

use super::cache::{Entry, Key, Lifetimes, VerdictCache};
use super::clock::Clock;
use super::desk::Desk;
use super::feedback::{self, Feedback, Follower, Overrides};
use super::flight::{Flight, Flights, lock};
use super::inference::JudgeModels;
use super::judges::{self, Case, Judge, Spent, sign};
use super::late::LateVerdicts;
use super::mend::{self, Documents};
use super::profiles::Profiles;
use super::quota::Quotas;
use super::rules::{Level, Rules};
use super::settings::{Settings, StoreSettings};
use super::store::{FILE_NAME, FileStore, SharedTopic, Store, StoredVerdict, TopicSettings};
use super::student::{self, Student, Teacher};
use super::template::Template;
use super::template_file;
use super::templates::{Miner, MinerSettings, TemplateEvent, TemplateId};
use super::upkeep::{follow_feedback, keep_templates, save_templates, school, take_feedback};
use super::verdict::{Kind, Status, Verdict};
use super::worker::WorkerScorer;
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

#[derive(Debug, Error)]
pub enum StartError {
    #[error("scoring.rules: {0}")]
    Rules(String),
    #[error("scoring.{judge}: {reason}")]
    Judge { judge: &'static str, reason: String },
    #[error("cannot open the verdicts in {path}: {error}")]
    Store { path: PathBuf, error: std::io::Error },
    #[error("scoring.cache: no Kafka client for the topic {topic}: {error}")]
    Topic { topic: String, error: std::io::Error },
    #[error("cannot read the templates in {path}: {error}")]
    Templates { path: PathBuf, error: std::io::Error },
    #[error("cannot read the feedback in {path}: {error}")]
    Feedback { path: PathBuf, error: std::io::Error },
}

/// What workers, desks and the command line share.
pub(super) struct Core {
    pub rules: Arc<Rules>,
    pub cache: VerdictCache,
    pub clock: Arc<Clock>,
    pub late: Arc<LateVerdicts>,
    /// Counts changes that make workers forget what they hold.
    pub generation: AtomicU64,
    pub deadline: Duration,
    pub miner: Arc<Miner>,
    pub profiles: Arc<Profiles>,
    pub flights: Flights,
    /// All of them, in the order in which they are asked.
    pub judges: Vec<Arc<dyn Judge>>,
    /// Judges that answer at a glance.
    glancing: Vec<Arc<dyn Judge>>,
    /// Where questions to models begin.
    desk: Option<Arc<Desk>>,
    quotas: Quotas,
    store: Option<Arc<Store>>,
    overrides: ArcSwap<Overrides>,
    pub student: Option<Arc<Student>>,
    /// The classes that were met, to find the verdicts of a template that became part of another.
    pub classes: Mutex<BTreeSet<u64>>,
}

/// Classes that are remembered; routes are configured, so there are few.
pub(super) const CLASSES_MAX: usize = 1_024;

/// What there is for a template that no worker has seen yet.
pub(super) enum Found {
    Verdict(Arc<Entry>),
    Question(Arc<Flight>),
}

/// A record's surroundings, as far as judges care.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin<'a> {
    pub service: Option<&'a str>,
    pub level: Option<Level>,
}

impl Core {
    /// A verdict at once, or the question that will bring it.
    pub fn find(&self, key: Key, template: impl FnOnce() -> Template, line: &str, origin: Origin<'_>) -> Found {
        if let Some(entry) = self.overrides.load().find(&key) {
            return Found::Verdict(entry.clone());
        }
        if let Some(entry) = self.cache.get(&key) {
            if entry.claim_renewal(self.clock.now_ms()) {
                self.ask(key, template(), line, origin);
            }
            return Found::Verdict(entry);
        }
        if self.miner.has_events() {
            self.follow_templates();
            if let Some(entry) = self.cache.get(&key) {
                return Found::Verdict(entry);
            }
        }
        self.ask(key, template(), line, origin)
    }

    /// A template that became part of a more general one leaves it its verdict. If both have one and they differ, the more general
    /// one is judged again.
    pub fn follow_templates(&self) {
        for event in self.miner.take_events() {
            if let TemplateEvent::Alias { old, new, .. } = event {
                if self.overrides.load().has(old) {
                    self.overrides.rcu(|overrides| {
                        let mut overrides = Overrides::clone(overrides);
                        overrides.inherit(old, new);
                        overrides
                    });
                    self.generation.fetch_add(1, Ordering::Release);
                }
                let classes: Vec<u64> = lock(&self.classes).iter().copied().collect();
                classes.into_iter().for_each(|class| self.inherit(old, new, class));
            }
        }
    }

    fn inherit(&self, old: TemplateId, new: TemplateId, class: u64) {
        for level in Level::ALL_OR_NONE {
            let Some(left) = self.cache.get(&Key { template: old, class, level }) else { continue };
            let heir = Key { template: new, class, level };
            match self.cache.get(&heir) {
                None => self.cache.take_over(heir, &left),
                Some(own) if own.verdict.is_operators() || own.verdict.agrees(&left.verdict) => {}
                Some(_) if left.verdict.is_operators() => self.cache.take_over(heir, &left),
                Some(own) => {
                    metrics::counter!("logboom_score_verdicts_disputed_total").increment(1);
                    if let Some(store) = &self.store {
                        store.remove(&StoredVerdict::of(&heir, &Template::of(&self.miner, new), &own));
                    }
                    self.cache.remove(&heir);
                    self.generation.fetch_add(1, Ordering::Release);
                }
            }
        }
    }

    fn ask(&self, key: Key, template: Template, line: &str, origin: Origin<'_>) -> Found {
        {
            let mut classes = lock(&self.classes);
            if classes.len() < CLASSES_MAX {
                classes.insert(key.class);
            }
        }
        let floor = self.rules.floor(&template.text);
        let mut case =
            Case { template, examples: Vec::new(), service: origin.service.map(Arc::from), level: origin.level, floor };
        case.add_example(line);
        if key.template == TemplateId::OVERFLOW {
            // Too many new forms at once to tell them apart: no model could judge them together.
            return Found::Verdict(self.stand_in(key, &case, Status::Degraded));
        }
        for judge in &self.glancing {
            if let Some(opinion) = judge.glance(&case) {
                return Found::Verdict(self.keep(key, &case, sign(opinion, &**judge), Status::Scored));
            }
        }
        let Some(desk) = &self.desk else {
            // No judge is left to ask: what the rules say is the answer.
            return Found::Verdict(self.stand_in(key, &case, Status::Scored));
        };
        let mut is_refused = false;
        let (flight, is_new) = self.flights.open(key, || {
            is_refused = !self.quotas.admit(origin.service.unwrap_or_default(), Instant::now());
            Flight::new(key, case, self.late.clone())
        });
        if is_refused {
            metrics::counter!("logboom_score_quota_refused_total").increment(1);
            self.degrade(&flight);
        } else if is_new {
            desk.submit(flight.clone());
        } else {
            flight.join(line);
        }
        match flight.answer() {
            Some(entry) => Found::Verdict(entry.clone()),
            None => Found::Question(flight),
        }
    }

    fn keep(&self, key: Key, case: &Case, mut verdict: Verdict, status: Status) -> Arc<Entry> {
        verdict.raise_to(&case.floor, &self.rules);
        self.cache.insert(key, Arc::new(verdict), status)
    }

    /// Operators have spoken.
    ///
    /// What they said to this process goes to the others with [`Core::share`].
    pub fn overrule(&self, feedback: &[Feedback]) {
        if feedback.is_empty() {
            return;
        }
        self.overrides.rcu(|overrides| {
            let mut overrides = Overrides::clone(overrides);
            feedback.iter().for_each(|one| overrides.apply(one, &self.miner));
            overrides
        });
        feedback.iter().for_each(|one| self.teach_said(one));
        self.generation.fetch_add(1, Ordering::Release);
        metrics::gauge!("logboom_score_overrides").set(self.overrides.load().count() as f64);
    }

    /// Tells the other processes what operators said to this one.
    pub fn share(&self, feedback: &[Feedback]) {
        if let Some(store) = &self.store {
            store.say(feedback);
        }
    }

    fn teach_said(&self, feedback: &Feedback) {
        let (Some(id), Some(verdict)) = (feedback.id(), feedback.to_verdict()) else { return };
        let known = self.miner.template(id).map(|template| template.text.clone());
        let text = known.unwrap_or_else(|| feedback.text.as_str().into());
        let floor = self.rules.floor(&text);
        let template = Template { id, text };
        let case = Case { template, examples: Vec::new(), service: None, level: None, floor };
        self.teach(&case, &verdict, Teacher::Operator);
    }

    /// Another version of the student serves: what the one before it said is forgotten.
    pub fn forget_student(&self) {
        self.cache.forget_of(judges::student::NAME);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// What stands where no model answers: the rules' view, or what the student leans to where the rules see nothing.
    fn stand_in(&self, key: Key, case: &Case, status: Status) -> Arc<Entry> {
        let mut verdict = self.rules.explain(&case.floor);
        if verdict.kind == Kind::Normal {
            let leaning = self.glancing.iter().find_map(|judge| Some(sign(judge.lean(case)?, &**judge)));
            match leaning {
                Some(leaning) if key.template != TemplateId::OVERFLOW => verdict = leaning,
                _ if status == Status::Degraded => verdict.kind = Kind::Unknown,
                _ => {}
            }
        }
        self.keep(key, case, verdict, status)
    }

    /// A model has answered.
    pub fn conclude(&self, flight: &Flight, case: &Case, verdict: Verdict) {
        self.teach(case, &verdict, Teacher::Model);
        let entry = self.keep(flight.key, case, verdict, Status::Scored);
        if let Some(store) = &self.store {
            store.keep(StoredVerdict::of(&flight.key, &flight.template, &entry));
        }
        self.flights.close(&flight.key);
        flight.land(entry);
    }

    fn teach(&self, case: &Case, verdict: &Verdict, teacher: Teacher) {
        let Some(student) = &self.student else { return };
        if let Some(lesson) = student::lesson(case, verdict.kind, verdict.severity, teacher) {
            student.teach(lesson);
        }
    }

    /// No model can answer: the rules' view stands in for a while. A verdict that still serves is kept.
    pub fn degrade(&self, flight: &Flight) {
        let standing = self.cache.get(&flight.key).filter(|entry| entry.status == Status::Scored);
        let entry = standing.unwrap_or_else(|| {
            metrics::counter!("logboom_score_degraded_total").increment(1);
            self.stand_in(flight.key, &flight.case(), Status::Degraded)
        });
        self.flights.close(&flight.key);
        flight.land(entry);
    }
}

/// Scores records; shared by all workers.
pub struct Scorer {
    pub(super) core: Arc<Core>,
    desks: Vec<Arc<Desk>>,
    template_file: Option<PathBuf>,
    runtime: Handle,
    mends: bool,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Scorer {
    /// Compiles the rules, builds the judges and starts what waits on `runtime`.
    pub fn start(settings: &Settings, runtime: &Handle, client: &reqwest::Client) -> Result<Arc<Self>, StartError> {
        Self::succeed(None, settings, runtime, client)
    }

    /// As [`Scorer::start`], in the place of another one: templates, the student, the store and those verdicts that would be given again
    /// today are taken over.
    pub fn succeed(
        former: Option<&Self>,
        settings: &Settings,
        runtime: &Handle,
        client: &reqwest::Client,
    ) -> Result<Arc<Self>, StartError> {
        let rules = Arc::new(compile_rules(settings)?);
        let student = former.and_then(|former| former.core.student.clone());
        let judges = judges::build(settings, &rules, client, student)?;
        let Some(former) = former else {
            let miner = Miner::new(MinerSettings { hash_seed: rand::random(), ..MinerSettings::default() });
            let opened = open_store(settings, None)?;
            return Self::with_judges(settings, rules, judges, runtime, (miner, Arc::default()), opened);
        };
        let (store, mut stored) = open_store(settings, former.core.store.clone())?;
        stored.extend(former.core.cache.all().into_iter().map(|(key, entry)| {
            let template = Template::of(&former.core.miner, key.template);
            StoredVerdict::of(&key, &template, &entry)
        }));
        let learnt = (former.core.miner.clone(), former.core.profiles.clone());
        Self::with_judges(settings, rules, judges, runtime, learnt, (store, stored))
    }

    /// As [`Scorer::start`], with judges of the caller's own.
    pub(super) fn with_judges(
        settings: &Settings,
        rules: Arc<Rules>,
        judges: Vec<Arc<dyn Judge>>,
        runtime: &Handle,
        (miner, profiles): (Arc<Miner>, Arc<Profiles>),
        (store, stored): (Option<Arc<Store>>, Vec<StoredVerdict>),
    ) -> Result<Arc<Self>, StartError> {
        let template_file = settings.data_dir.as_ref().map(|dir| dir.join(template_file::FILE_NAME));
        if let (Some(path), 0) = (&template_file, miner.counters().templates) {
            let records =
                template_file::load(path).map_err(|error| StartError::Templates { path: path.clone(), error })?;
            miner.import(&records);
        }
        let clock = Clock::new();
        let lifetimes = Lifetimes { verdict: settings.cache.ttl, degraded: settings.cache.degraded_ttl };
        let mut desks = Vec::new();
        let core = Arc::new_cyclic(|core: &Weak<Core>| {
            let mut next = None;
            for judge in judges.iter().rev().filter(|judge| judge.asked().is_some()) {
                let limits = settings.limits_of(judge.name());
                let desk = Desk::new(judge.clone(), limits, next.take(), core.clone());
                desks.push(desk.clone());
                next = Some(desk);
            }
            Core {
                rules,
                cache: VerdictCache::new(settings.cache.capacity, lifetimes, clock.clone()),
                clock: clock.clone(),
                late: Arc::default(),
                generation: AtomicU64::new(0),
                deadline: settings.deadline,
                miner,
                profiles,
                classes: Mutex::default(),
                store,
                overrides: ArcSwap::default(),
                student: judges.iter().find_map(|judge| judge.student()).cloned(),
                flights: Flights::new(),
                judges: judges.clone(),
                glancing: judges.iter().filter(|judge| judge.asked().is_none()).cloned().collect(),
                desk: next,
                quotas: Quotas::new(settings.questions_per_hour_and_source),
            }
        });
        stored.iter().for_each(|verdict| core.restore(verdict));
        let follower = settings.data_dir.as_ref().map(|dir| Follower::new(&dir.join(feedback::FILE_NAME)));
        let (follower, said) = follower.map(|follower| take_feedback(&core, follower)).transpose()?.unzip();
        if let Some(Store::Topic(topic)) = core.store.as_deref() {
            topic.subscribe(&core, said.unwrap_or_default());
        }
        let mut tasks = vec![runtime.spawn(Clock::run(clock)).abort_handle()];
        tasks.extend(desks.iter().map(|desk| runtime.spawn(desk.clone().run()).abort_handle()));
        if let Some(follower) = follower {
            tasks.push(runtime.spawn(follow_feedback(Arc::downgrade(&core), follower)).abort_handle());
        }
        if core.student.is_some() {
            tasks.push(runtime.spawn(school(Arc::downgrade(&core))).abort_handle());
        }
        if let Some(path) = &template_file {
            tasks.push(runtime.spawn(keep_templates(core.miner.clone(), path.clone())).abort_handle());
        }
        Ok(Arc::new(Self {
            core,
            desks,
            template_file,
            runtime: runtime.clone(),
            mends: settings.mend,
            tasks: Mutex::new(tasks),
        }))
    }

    /// A scorer for one worker thread.
    pub fn worker(&self) -> WorkerScorer {
        WorkerScorer::new(self.core.clone())
    }

    /// The judges for one worker thread's pipelines.
    pub fn models(&self) -> JudgeModels {
        JudgeModels::new(self.worker(), self.runtime.clone())
    }

    /// Where late verdicts are to be put so that the documents get them; `None` if mending is switched off.
    pub fn mend(&self, documents: Arc<dyn Documents>) -> Option<Arc<LateVerdicts>> {
        self.mends.then(|| {
            let mends: Arc<LateVerdicts> = Arc::default();
            let task = self.runtime.spawn(mend::run(mends.clone(), documents));
            lock(&self.tasks).push(task.abort_handle());
            mends
        })
    }

    pub fn template(&self, id: TemplateId) -> Template {
        Template::of(&self.core.miner, id)
    }

    /// Verdicts that came after their records had left.
    pub fn late(&self) -> Arc<LateVerdicts> {
        self.core.late.clone()
    }

    /// What operators said to the processes that share the verdicts with this one.
    pub fn said_elsewhere(&self) -> Vec<Feedback> {
        self.core.store.as_ref().map(|store| store.said()).unwrap_or_default()
    }

    /// What models have been asked so far.
    pub fn spent(&self) -> Spent {
        self.desks
            .iter()
            .map(|desk| desk.total())
            .fold(Spent::default(), |sum, one| Spent { calls: sum.calls + one.calls, tokens: sum.tokens + one.tokens })
    }

    /// Sets the gauges; to be called from time to time.
    pub fn report(&self) {
        metrics::gauge!("logboom_score_cache_entries").set(self.core.cache.len() as f64);
        metrics::gauge!("logboom_score_questions_open").set(self.core.flights.len() as f64);
    }

    /// Makes workers forget what they hold.
    pub fn renew(&self) {
        self.core.generation.fetch_add(1, Ordering::Release);
    }
}

impl Drop for Scorer {
    fn drop(&mut self) {
        lock(&self.tasks).iter().for_each(AbortHandle::abort);
        if let Some(path) = &self.template_file {
            save_templates(&self.core.miner, path);
        }
    }
}

/// The store, and what it holds; one that is open already is taken over, as it can be open but once.
fn open_store(
    settings: &Settings,
    open: Option<Arc<Store>>,
) -> Result<(Option<Arc<Store>>, Vec<StoredVerdict>), StartError> {
    let path = match (&settings.cache.store, &settings.data_dir) {
        (StoreSettings::None, _) => return Ok((None, Vec::new())),
        (StoreSettings::Kafka(topic), _) => return Ok((Some(open_topic(topic, open)?), Vec::new())),
        (StoreSettings::File(Some(path)), Some(dir)) => dir.join(path),
        (StoreSettings::File(Some(path)), None) => path.clone(),
        (StoreSettings::File(None), Some(dir)) => dir.join(FILE_NAME),
        (StoreSettings::File(None), None) => PathBuf::from(FILE_NAME),
    };
    if let Some(open) = open.filter(|open| matches!(&**open, Store::File(file) if file.path() == path)) {
        return Ok((Some(open), Vec::new()));
    }
    let capacity = usize::try_from(settings.cache.capacity).unwrap_or(usize::MAX);
    match FileStore::open(&path, capacity) {
        Ok((store, stored)) => Ok((Some(Arc::new(Store::File(store))), stored)),
        Err(error) => Err(StartError::Store { path, error }),
    }
}

fn open_topic(settings: &TopicSettings, open: Option<Arc<Store>>) -> Result<Arc<Store>, StartError> {
    if let Some(open) = open.filter(|open| matches!(&**open, Store::Topic(topic) if topic.settings() == settings)) {
        return Ok(open);
    }
    let topic = SharedTopic::open(settings);
    let topic = topic.map_err(|error| StartError::Topic { topic: settings.topic.clone(), error })?;
    Ok(Arc::new(Store::Topic(topic)))
}

/// Without the judge `rules` only a record's level holds a verdict up.
fn compile_rules(settings: &Settings) -> Result<Rules, StartError> {
    let wanted = settings.judges.iter().any(|judge| judge == super::rules::NAME);
    let keywords = if wanted { settings.rules.keywords.as_slice() } else { &[] };
    Rules::compile(keywords, wanted && settings.rules.built_in).map_err(StartError::Rules)
}
