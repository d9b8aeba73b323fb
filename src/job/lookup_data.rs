//! Keeps look-up data (GeoIP databases, tables, …) fresh while the job runs, and says in metrics how old it is.

use crate::enrich::Enrich;
use std::sync::Arc;
use std::time::Duration;

/// How often the files are looked at: a change is in use at most this much later.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// Looks at the files again and again, until aborted.
pub async fn keep_fresh(enrich: Arc<Enrich>) {
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let data = enrich.clone();
        // Reading a database of a hundred megabytes must not hold up what else waits on the runtime.
        if tokio::task::spawn_blocking(move || look(&data)).await.is_err() {
            tracing::error!("looking at the look-up data failed");
        }
    }
}

fn look(enrich: &Enrich) {
    for problem in enrich.refresh() {
        metrics::counter!("logboom_lookup_data_refused_total").increment(1);
        tracing::warn!(%problem, "changed look-up data is refused, what was read before stays in use");
    }
    for source in enrich.status() {
        let labels = [("kind", source.kind.to_owned()), ("name", source.name)];
        metrics::gauge!("logboom_lookup_data_available", &labels).set(f64::from(u8::from(source.available)));
        if let Some(built) = source.built {
            let age = jiff::Timestamp::now().duration_since(built).as_secs_f64();
            metrics::gauge!("logboom_lookup_data_age_seconds", &labels).set(age);
        }
    }
}
