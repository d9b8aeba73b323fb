//! What values each variable of a template takes: few different ones (an enumeration), numbers within a range, or anything. Once that
//! is settled, a value that was never there is a surprise.
//!
//! The [`Profiles`] are shared; each worker keeps a [`KnownValues`] of its own in front, so that a record with nothing new in it
//! costs a hash and a short search for each variable, and one of a template without such variables a look-up.

use super::flight::lock;
use super::parameters::number_of;
use super::question::tame;
use super::templates::TemplateId;
use hashbrown::HashMap;
use std::fmt;
use std::sync::Mutex;
use xxhash_rust::xxh3::xxh3_64;

/// A variable with more values than that is no enumeration.
const VALUES_MAX: usize = 16;

/// Variables of a template that are looked at.
const PARAMETERS_MAX: usize = 16;

/// Templates that are profiled, by all and by each worker; when there are more, what was seen least goes.
const TEMPLATES_MAX: usize = 10_000;

/// Of a value so much is kept, to be shown.
const SHOWN_CHARS_MAX: usize = 48;

/// An enumeration is settled when nothing new came in the last three quarters of at least so many records; a range likewise.
const VALUES_SETTLED_AFTER: u64 = 500;
const RANGE_SETTLED_AFTER: u64 = 2_000;

/// A range that is not settled by then (a counter, a time) never will be.
const RANGE_GIVEN_UP_AFTER: u64 = 8_000;

/// After so many surprises it was not settled after all, and is learnt anew.
const SURPRISES_MAX: u8 = 4;

/// A worker tells how many records it saw after so many of a template.
const COUNTED_MAX: u64 = 256;

/// A value that was never there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// From 0.
    pub parameter: usize,
    pub value: String,
    /// What was seen before.
    pub known: String,
}

impl fmt::Display for Surprise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameter, value, known } = self;
        write!(f, "variable {} was never `{value}` before; known: {known}", parameter + 1)
    }
}

/// Whether what is seen has come to rest.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    /// Records of the template when it began, and when something new came last.
    since: u64,
    changed: u64,
    surprises: u8,
    is_settled: bool,
}

impl Rest {
    /// Something new came; true if that is a surprise.
    fn disturb(&mut self, seen: u64, settled_after: u64) -> bool {
        let age = seen - self.since.min(seen);
        let quiet = seen - self.changed.min(seen);
        self.is_settled |= age >= settled_after && quiet >= age / 4 * 3;
        self.changed = seen;
        if !self.is_settled {
            return false;
        }
        self.surprises += 1;
        if self.surprises > SURPRISES_MAX {
            *self = Self { since: seen, changed: seen, ..Self::default() };
            return false;
        }
        true
    }
}

/// What is known of one variable.
#[derive(Debug)]
enum Parameter {
    Values { values: Vec<(u64, Box<str>)>, rest: Rest },
    Range { least: f64, most: f64, rest: Rest },
    Anything,
}

impl Parameter {
    fn new(seen: u64) -> Self {
        Self::Values { values: Vec::new(), rest: Rest { since: seen, changed: seen, ..Rest::default() } }
    }

    /// Takes a value in; what was known before, if it is a surprise.
    fn see(&mut self, value: &str, seen: u64) -> Option<String> {
        match self {
            Self::Values { values, rest } => {
                let hash = xxh3_64(value.as_bytes());
                if values.iter().any(|(known, _)| *known == hash) {
                    return None;
                }
                let known = rest.disturb(seen, VALUES_SETTLED_AFTER).then(|| {
                    let names: Vec<&str> = values.iter().map(|(_, name)| &**name).collect();
                    names.join(", ")
                });
                values.push((hash, shown(value).into()));
                if values.len() > VALUES_MAX {
                    *self = Self::widened(values, seen);
                }
                known
            }
            Self::Range { least, most, rest } => {
                let Some(number) = number_of(value).filter(|number| number.is_finite()) else {
                    *self = Self::Anything;
                    return None;
                };
                if (*least..=*most).contains(&number) {
                    return None;
                }
                let width = (*most - *least).max(1.0);
                let is_far = number > *most + width || number < *least - width;
                let before = format!("{least} to {most}");
                (*least, *most) = (least.min(number), most.max(number));
                let is_surprise = rest.disturb(seen, RANGE_SETTLED_AFTER);
                if !rest.is_settled && seen - rest.since.min(seen) > RANGE_GIVEN_UP_AFTER {
                    *self = Self::Anything;
                }
                (is_surprise && is_far).then_some(before)
            }
            Self::Anything => None,
        }
    }

    /// Too many values for an enumeration.
    fn widened(values: &[(u64, Box<str>)], seen: u64) -> Self {
        let numbers: Option<Vec<f64>> = values.iter().map(|(_, name)| number_of(name)).collect();
        let rest = Rest { since: seen, changed: seen, ..Rest::default() };
        numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite())).map_or(Self::Anything, |numbers| {
            let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            Self::Range { least, most, rest }
        })
    }

    fn known(&self) -> Known {
        match self {
            Self::Values { values, .. } => Known::Values(values.iter().map(|(hash, _)| *hash).collect()),
            Self::Range { least, most, .. } => Known::Range(*least, *most),
            Self::Anything => Known::Anything,
        }
    }
}

/// As people may see it: anybody may have written it.
fn shown(value: &str) -> String {
    let start: String = value.chars().take(SHOWN_CHARS_MAX).collect();
    tame(&start)
}

/// The variables of one template.
#[derive(Debug, Default)]
struct Profile {
    seen: u64,
    parameters: Vec<Parameter>,
    /// The order in which profiles were touched last.
    touched: u64,
}

/// The profiles of all templates.
#[derive(Default)]
pub struct Profiles {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    by_template: HashMap<TemplateId, Profile>,
    touches: u64,
}

impl State {
    fn profile(&mut self, id: TemplateId) -> &mut Profile {
        if self.by_template.len() >= TEMPLATES_MAX && !self.by_template.contains_key(&id) {
            // An eighth goes at once, so that making room is rare.
            let mut times: Vec<u64> = self.by_template.values().map(|profile| profile.touched).collect();
            let (_, limit, _) = times.select_nth_unstable(TEMPLATES_MAX / 8);
            let limit = *limit;
            self.by_template.retain(|_, profile| profile.touched > limit);
        }
        self.touches += 1;
        let profile = self.by_template.entry(id).or_default();
        profile.touched = self.touches;
        profile
    }
}

impl Profiles {
    fn count(&self, id: TemplateId, records: u64) {
        lock(&self.state).profile(id).seen += records;
    }

    /// Takes a record's values in, with `records` before it that showed nothing new.
    fn see<'l>(
        &self,
        id: TemplateId,
        records: u64,
        values: impl Iterator<Item = &'l str>,
    ) -> (Option<Surprise>, Box<[Known]>) {
        let mut state = lock(&self.state);
        let profile = state.profile(id);
        profile.seen += records;
        let mut surprise = None;
        for (at, value) in values.take(PARAMETERS_MAX).enumerate() {
            if profile.parameters.len() <= at {
                profile.parameters.push(Parameter::new(profile.seen));
            }
            if let Some(parameter) = profile.parameters.get_mut(at)
                && let Some(known) = parameter.see(value, profile.seen)
                && surprise.is_none()
            {
                surprise = Some(Surprise { parameter: at, value: shown(value), known });
            }
        }
        (surprise, profile.parameters.iter().map(Parameter::known).collect())
    }
}

/// What a worker knows of a variable.
#[derive(Clone, Debug)]
enum Known {
    Values(Box<[u64]>),
    Range(f64, f64),
    Anything,
}

impl Known {
    fn has(&self, value: &str) -> bool {
        match self {
            Self::Values(values) => values.contains(&xxh3_64(value.as_bytes())),
            Self::Range(least, most) => number_of(value).is_some_and(|number| (*least..=*most).contains(&number)),
            Self::Anything => true,
        }
    }
}

#[derive(Default)]
struct KnownTemplate {
    parameters: Box<[Known]>,
    /// Records that were not told of.
    records: u64,
    takes_anything: bool,
}

/// A worker's part of the profiles.
#[derive(Default)]
pub struct KnownValues {
    by_template: HashMap<TemplateId, KnownTemplate>,
}

impl KnownValues {
    /// Looks at a record's values, in the order of the template's variables. At most one surprise is told.
    pub fn see<'l, I>(&mut self, id: TemplateId, values: impl Fn() -> I, profiles: &Profiles) -> Option<Surprise>
    where
        I: Iterator<Item = &'l str>,
    {
        if id == TemplateId::OVERFLOW {
            return None;
        }
        if self.by_template.len() >= TEMPLATES_MAX && !self.by_template.contains_key(&id) {
            self.by_template.clear();
        }
        let known = self.by_template.entry(id).or_default();
        if known.takes_anything {
            return None;
        }
        known.records += 1;
        let is_known = |(at, value): (usize, &str)| known.parameters.get(at).is_some_and(|known| known.has(value));
        if values().take(PARAMETERS_MAX).enumerate().all(is_known) {
            if known.records >= COUNTED_MAX {
                profiles.count(id, std::mem::take(&mut known.records));
            }
            return None;
        }
        let (surprise, parameters) = profiles.see(id, std::mem::take(&mut known.records), values());
        known.takes_anything = parameters.iter().all(|known| matches!(known, Known::Anything));
        known.parameters = parameters;
        if surprise.is_some() {
            metrics::counter!("logboom_score_unseen_values_total").increment(1);
        }
        surprise
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// Surprises in a series of records with one variable.
    fn surprises<'v>(values: impl Iterator<Item = std::borrow::Cow<'v, str>>) -> Vec<(String, String)> {
        let (profiles, mut known) = (Profiles::default(), KnownValues::default());
        let mut found = Vec::new();
        for value in values {
            let surprise = known.see(TemplateId(1), || [&*value].into_iter(), &profiles);
            found.extend(surprise.map(|surprise| (surprise.value, surprise.known)));
        }
        found
    }

    fn check(values: impl Iterator<Item = String>, expected: &[(&str, &str)]) {
        let found = surprises(values.map(Into::into));
        let found: Vec<(&str, &str)> = found.iter().map(|(value, known)| (value.as_str(), known.as_str())).collect();
        assert_eq!(found, expected);
    }

    fn states(count: usize) -> impl Iterator<Item = String> {
        ["ok", "ok", "retried"].iter().cycle().take(count).map(|state| (*state).to_owned())
    }

    fn then(values: impl Iterator<Item = String>, more: &[&str]) -> impl Iterator<Item = String> {
        values.chain(more.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn unseen_values_of_enumerations() {
        check(then(states(2_000), &["ok", "lost", "lost", "ok"]), &[("lost", "ok, retried")]);
        check(then(states(2_000), &["lost", "gone"]), &[("lost", "ok, retried"), ("gone", "ok, retried, lost")]);
        check(then(states(300), &["lost"]), &[]);
        // Something new came just now: it is not settled.
        check(then(then(states(400), &["lost"]).chain(states(400)), &["gone"]), &[]);
        // One that was thought to be settled, and is not.
        let others: Vec<String> = (0..20).map(|n| format!("other{n}")).collect();
        let found = surprises(states(2_000).chain(others).map(Into::into));
        assert_eq!(found.len(), usize::from(SURPRISES_MAX));
    }

    #[test]
    fn numbers_far_outside_of_their_range() {
        let durations = |count: u64| (0..count).map(|n| format!("{}ms", 5 + n * 7_919 % 95));
        check(then(durations(5_000), &["99ms", "120ms", "40000ms"]), &[("40000ms", "5 to 120")]);
        check(then(durations(1_000), &["40000ms"]), &[]);
        // A counter never comes to rest.
        check(then((0..20_000_u64).map(|n| n.to_string()), &["99999999"]), &[]);
        // Names that nobody can foresee.
        check((0..5_000_u64).map(|n| format!("user{n}")), &[]);
        check(then(durations(5_000), &["never", "40000ms"]), &[]);
    }

    #[test]
    fn workers_share_what_they_saw() {
        let profiles = Profiles::default();
        let (mut one, mut other) = (KnownValues::default(), KnownValues::default());
        for state in states(3_000) {
            assert_eq!(one.see(TemplateId(1), || ["7", &*state].into_iter(), &profiles), None);
        }
        assert_eq!(other.see(TemplateId(1), || ["7", "ok"].into_iter(), &profiles), None);
        let surprise = other.see(TemplateId(1), || ["7", "lost"].into_iter(), &profiles).unwrap();
        assert_eq!(surprise.to_string(), "variable 2 was never `lost` before; known: ok, retried");
        assert_eq!(one.see(TemplateId(1), || ["7", "lost"].into_iter(), &profiles), None, "it was told");
    }

    #[test]
    fn a_flood_stays_within_bounds() {
        let (profiles, mut known) = (Profiles::default(), KnownValues::default());
        let long = "漢".repeat(10_000);
        for n in 0..TEMPLATES_MAX as u64 * 2 {
            let value = format!("{n}{long:.3}");
            let values: Vec<&str> = std::iter::repeat_n(value.as_str(), 100).collect();
            known.see(TemplateId(n + 1), || values.iter().copied(), &profiles);
        }
        known.see(TemplateId(1), || [long.as_str()].into_iter(), &profiles);
        let state = lock(&profiles.state);
        assert!(state.by_template.len() <= TEMPLATES_MAX && known.by_template.len() <= TEMPLATES_MAX);
        assert!(state.by_template.values().all(|profile| profile.parameters.len() <= PARAMETERS_MAX));
    }
}
