//! Detectors on streams of made-up counts: what they find, and what they leave alone.
#![allow(clippy::unwrap_used)]
use super::*;

const HOUR_BUCKETS: i64 = 3_600_000 / BUCKET_MS;
/// Buckets since the epoch at which the streams begin.
const START: i64 = 170_000_000;

fn tally(tallies: &mut Tallies, service: &str, template: u64, bucket: i64, records: u64, faults: u64) {
    let route: Arc<str> = "web".into();
    for n in 0..records {
        tallies.count(&route, service, TemplateId(template), bucket * BUCKET_MS + 1, n < faults);
    }
}

/// A stream: for each bucket (from 0) the templates with their records and faults. Comes back with (bucket, what was found).
fn watch(buckets: i64, mut of: impl FnMut(i64) -> Vec<(u64, u64, u64)>) -> Vec<(i64, Discovery)> {
    let watch = Watch::default();
    let mut found = Vec::new();
    for at in 0..buckets {
        let mut tallies = Tallies::default();
        for (template, records, faults) in of(at) {
            tally(&mut tallies, "shop", template, START + at, records, faults);
        }
        let now_ms = (START + at) * BUCKET_MS + BUCKET_MS - 1;
        watch.take(tallies, now_ms);
        found.extend(watch.close(now_ms).into_iter().map(|one| (one.bucket - START, one)));
    }
    found
}

fn named<'a>(found: &'a [(i64, Discovery)], name: &str) -> Vec<(i64, &'a Discovery)> {
    found.iter().filter(|(_, one)| one.detector == name).map(|(at, one)| (*at, one)).collect()
}

#[test]
fn a_quiet_stream_is_left_alone() {
    // Some jitter, a template that comes once a minute, and one that comes now and then.
    let found = watch(3 * HOUR_BUCKETS, |at| {
        let mut records = vec![(1, 40 + (at * 7 % 13) as u64, (at % 20 == 0).into()), (2, u64::from(at % 6 == 0), 0)];
        records.push((3, u64::from(at % 97 == 0), 0));
        records
    });
    assert_eq!(found, []);
}

#[test]
fn a_flood_is_one_finding_within_two_buckets() {
    let found = watch(200, |at| vec![(1, if (150..170).contains(&at) { 400 } else { 20 }, 0), (2, 30, 0)]);
    let rate = named(&found, "rate");
    assert_eq!(rate.len(), 1, "{rate:?}");
    assert_eq!((rate[0].0, rate[0].1.template), (150, Some(TemplateId(1))));
    assert_eq!(rate[0].1.reason, "the rate rose to 400 records in 10 s from 20.0");
}

#[test]
fn what_every_week_brings_is_no_wonder() {
    // A job runs for an hour once a week; the third time it is known. On another day it is a flood.
    let week = 7 * 24 * HOUR_BUCKETS;
    let found = watch(3 * week, |at| {
        let is_hour = at % week / HOUR_BUCKETS == 30 || at / HOUR_BUCKETS == 2 * 168 + 90;
        vec![(1, if is_hour { 90 } else { 10 }, 0)]
    });
    let at: Vec<i64> = named(&found, "rate").iter().map(|(at, _)| at / HOUR_BUCKETS).collect();
    assert!(at.contains(&30), "{at:?}");
    assert!(at.contains(&(2 * 168 + 90)), "{at:?}");
    assert!(!at.contains(&(2 * 168 + 30)), "{at:?}");
}

#[test]
fn an_expected_template_is_missed_once() {
    let found = watch(400, |at| vec![(1, 5 * u64::from(!(200..300).contains(&at)), 0), (2, 3, 0)]);
    let silence = named(&found, "silence");
    assert_eq!(silence.len(), 1, "{silence:?}");
    assert_eq!((silence[0].0, silence[0].1.template), (206, Some(TemplateId(1))));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_service_that_stops_is_one_finding() {
    // Nothing comes any more: time goes on by the clock alone.
    let all = watch(300, |at| (1..20).map(|template| (template, 2 * u64::from(at < 200), 0)).collect());
    assert_eq!(all.len(), 1, "{all:?}");
    let watch = Watch::default();
    let mut found = Vec::new();
    for at in 0..300 {
        let now_ms = (START + at) * BUCKET_MS + BUCKET_MS - 1;
        let mut tallies = Tallies::default();
        if at < 200 {
            (1..20).for_each(|template| tally(&mut tallies, "shop", template, START + at, 2, 0));
        }
        tally(&mut tallies, "cart", 99, START + at, 1, 0);
        watch.take(tallies, now_ms);
        found.extend(watch.close(now_ms));
    }
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].template, &*found[0].service), (None, "shop"));
    assert_eq!(found[0].reason, "19 expected templates silent for 70 s");
}

#[test]
fn new_templates_are_told_and_a_deploy_is_one_finding() {
    let day = 24 * HOUR_BUCKETS;
    let found = watch(day, |at| {
        let mut records = vec![(1, 5, 0)];
        // In the first hour everything is new; later one is, and then a deploy brings forty.
        records.extend((at < 100).then_some((100 + at as u64, 1, 0)));
        records.extend((at == day / 2).then_some((2, 3, 0)));
        if at >= day - 200 && at < day - 190 {
            records.extend((0..4).map(|n| (10_000 + 4 * at as u64 + n, 1, 0)));
        }
        records
    });
    let novelty = named(&found, "novelty");
    assert_eq!((novelty[0].0, novelty[0].1.template), (day / 2, Some(TemplateId(2))));
    assert_eq!(novelty[0].1.severity, Severity::Warning);
    let burst: Vec<_> = novelty.iter().filter(|(_, one)| one.template.is_none()).collect();
    assert_eq!(burst.len(), 1, "{burst:?}");
    assert!(novelty.len() <= 6, "those before the burst was seen to be one: {novelty:?}");
}

#[test]
fn a_share_of_faults_that_rises_is_found() {
    let found = watch(200, |at| vec![(1, 60, if at >= 150 { 20 } else { u64::from(at % 3 == 0) })]);
    let errors = named(&found, "errors");
    assert_eq!(errors.len(), 1, "{found:?}");
    assert!((150..153).contains(&errors[0].0));
    assert_eq!(errors[0].1.template, None);
}

#[test]
fn late_records_and_clocks_that_go_ahead_do_no_harm() {
    let watch = Watch::default();
    let mut found = Vec::new();
    for at in 0..300 {
        let now_ms = (START + at) * BUCKET_MS + BUCKET_MS - 1;
        let mut tallies = Tallies::default();
        // One machine a day ahead, one ten minutes behind.
        tally(&mut tallies, "shop", 1, START + at + 8_640, 20, 0);
        tally(&mut tallies, "shop", 2, START + at - 60, 20, 0);
        tally(&mut tallies, "shop", 3, START + at, 20, 0);
        watch.take(tallies, now_ms);
        found.extend(watch.close(now_ms));
    }
    assert_eq!(found, []);
}

#[test]
fn memory_is_bounded_in_a_flood_of_templates() {
    let watch = Watch::default();
    for at in 0..30 {
        let now_ms = (START + at) * BUCKET_MS + BUCKET_MS - 1;
        let mut tallies = Tallies::default();
        (0..30_000).for_each(|n| tally(&mut tallies, "shop", at as u64 * 30_000 + n, START + at, 1, 0));
        assert_eq!(tallies.into_counts().count(), SERIES_MAX);
        let mut tallies = Tallies::default();
        (0..1_000).for_each(|n| tally(&mut tallies, "shop", at as u64 * 30_000 + n, START + at, 1, 0));
        watch.take(tallies, now_ms);
        watch.close(now_ms);
    }
}

#[test]
fn routes_choose_their_detectors() {
    let wanted = Wanted::NONE.with("rate").unwrap().with("errors").unwrap();
    assert!(wanted.has("rate") && wanted.has("errors") && !wanted.has("silence"));
    assert_eq!(wanted.with("rat"), None);
    assert!(DETECTORS.iter().all(|(name, make)| make().name() == *name && Wanted::ALL.has(name)));
}

#[test]
fn a_value_that_was_never_there_is_found_once_its_bucket_is_over() {
    let route: Arc<str> = "web".into();
    let surprise = || Surprise { parameter: 1, value: "lost".into(), known: "ok".into() };
    let watch = Watch::default();
    let mut found = Vec::new();
    for at in 0..10 {
        let mut tallies = Tallies::default();
        tally(&mut tallies, "shop", 1, START + at, 5, 0);
        match at {
            3 => tallies.note(&route, "shop", TemplateId(1), (START + 3) * BUCKET_MS, surprise()),
            // Written long ago: its bucket is over.
            7 => tallies.note(&route, "shop", TemplateId(2), (START + 1) * BUCKET_MS, surprise()),
            _ => {}
        }
        let now_ms = (START + at) * BUCKET_MS + BUCKET_MS - 1;
        watch.take(tallies, now_ms);
        found.extend(watch.close(now_ms).into_iter().map(|one| (one.bucket - START, one)));
    }
    let found = named(&found, PARAMETERS);
    let places: Vec<_> = found.iter().map(|(at, one)| (*at, one.template, one.severity)).collect();
    let warned = |at, template| (at, Some(TemplateId(template)), Severity::Warning);
    assert_eq!(places, [warned(3, 1), warned(found[1].0, 2)]);
    assert!(found[1].0 >= 5);
}
