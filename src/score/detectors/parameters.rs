//! Values that a template's variable never had. The [profiles](crate::score::profiles) find them record by record; here they become
//! findings, one for each variable and bucket, and one in all where many come together (a deploy, a new customer).

use super::{BUCKET_MS, Bucket, Detector, Discovery, Service};
use crate::score::Severity;
use std::collections::HashMap;

pub const NAME: &str = "parameters";

/// From so many of one service within [`BURST_BUCKETS`] on they are one finding, and no further ones follow for that time.
const BURST_MIN: usize = 6;
const BURST_BUCKETS: i64 = 30;

/// Services that are told apart.
const SERVICES_MAX: usize = 4_096;

#[derive(Default)]
pub struct Parameters {
    services: HashMap<Service, Lately>,
}

#[derive(Default)]
struct Lately {
    /// Buckets of the sightings that were last, at most [`BURST_MIN`].
    times: Vec<i64>,
    burst_at: Option<i64>,
}

impl Lately {
    fn is_over(&self, now: i64) -> bool {
        let last = self.times.last().copied().max(self.burst_at);
        last.is_none_or(|last| now - last >= BURST_BUCKETS)
    }
}

impl Detector for Parameters {
    fn name(&self) -> &'static str {
        NAME
    }

    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>) {
        let now = bucket.number;
        if bucket.sightings.is_empty() {
            return;
        }
        if self.services.len() >= SERVICES_MAX {
            self.services.retain(|_, lately| !lately.is_over(now));
        }
        let has_room = self.services.len() < SERVICES_MAX;
        for sighting in &bucket.sightings {
            let series = &sighting.series;
            let key = (series.route.clone(), series.service.clone());
            if !has_room && !self.services.contains_key(&key) {
                continue;
            }
            let lately = self.services.entry(key).or_default();
            if lately.burst_at.is_some_and(|at| now - at < BURST_BUCKETS) {
                continue;
            }
            lately.times.retain(|time| now - time < BURST_BUCKETS);
            lately.times.push(now);
            let is_burst = lately.times.len() >= BURST_MIN;
            let (template, reason) = if is_burst {
                lately.burst_at = Some(now);
                lately.times.clear();
                let minutes = BURST_BUCKETS * BUCKET_MS / 60_000;
                (
                    None,
                    format!("{BURST_MIN} variables had values that were never there within {minutes} min: a deploy?"),
                )
            } else {
                (Some(series.template), sighting.surprise.to_string())
            };
            found.push(Discovery {
                detector: NAME,
                route: series.route.clone(),
                service: series.service.clone(),
                template,
                severity: Severity::Warning,
                reason,
                records: 1,
                bucket: now,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Series, Sighting};
    use super::*;
    use crate::score::profiles::Surprise;
    use crate::score::templates::TemplateId;

    fn close(detector: &mut Parameters, number: i64, templates: &[u64]) -> Vec<(Option<TemplateId>, String)> {
        let sighting = |template: &u64| Sighting {
            series: Series { route: "r".into(), service: "s".into(), template: TemplateId(*template) },
            surprise: Surprise { parameter: 0, value: "lost".into(), known: "ok".into() },
        };
        let sightings = templates.iter().map(sighting).collect();
        let mut found = Vec::new();
        detector.close(&Bucket { number, sightings, ..Bucket::default() }, &mut found);
        found.into_iter().map(|discovery| (discovery.template, discovery.reason)).collect()
    }

    #[test]
    fn many_are_one_finding() {
        let mut detector = Parameters::default();
        let found = close(&mut detector, 1, &[1]);
        let reason = "variable 1 was never `lost` before; known: ok".to_owned();
        assert_eq!(found, [(Some(TemplateId(1)), reason)]);
        let found = close(&mut detector, 2, &[2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(found.len(), 5, "four of their own and one for all");
        assert_eq!(found.last().map(|(template, _)| *template), Some(None));
        assert!(close(&mut detector, 3, &[9]).is_empty());
        assert_eq!(close(&mut detector, 2 + BURST_BUCKETS, &[9]).len(), 1);
    }
}
