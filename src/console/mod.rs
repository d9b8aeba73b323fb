//! The HTTP side: metrics, health, reloads and operators' [`verdicts`]; and, for tools made for a node, its simulation of pipelines ([`ingest`]).

pub mod ingest;
mod token;
mod verdicts;

use crate::config::ConsoleSettings;
use crate::delivery::{End, Intake};
use crate::job::reload::{Answer, Reloader};
use crate::job::verdicts::Verdicts;
use crate::telemetry::{Health, Metrics};
use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use std::sync::Arc;

#[derive(Clone)]
struct Console {
    health: Health,
    metrics: Metrics,
    intake: Arc<Intake>,
    reloader: Reloader,
}

/// Listens, and serves in the background.
pub async fn serve(
    settings: &ConsoleSettings,
    health: Health,
    metrics: Metrics,
    intake: Arc<Intake>,
    reloader: Reloader,
    verdicts: Verdicts,
) -> anyhow::Result<()> {
    let address = settings.listen;
    if settings.token.is_none() && !address.ip().is_loopback() {
        tracing::warn!(%address, "Whoever reaches the console may reload and overrule judges: set `console.token`.");
    }
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: change `console.listen`"))?;
    let console = Console { health, metrics, intake, reloader };
    let token = token::Token::new(settings.token.as_deref());
    let api = Router::new()
        .route("/api/reload", post(reload))
        .with_state(console.clone())
        .merge(verdicts::routes(verdicts))
        .route_layer(from_fn_with_state(token, token::check));
    let router = Router::new()
        .route("/metrics", get(render_metrics))
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .with_state(console)
        .merge(api);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "The console stopped.");
        }
    });
    Ok(())
}

/// Prometheus' text format. The account of records comes first: accepted is the sum of all ends and what is in flight.
async fn render_metrics(State(console): State<Console>) -> String {
    metrics::counter!("logboom_records_accepted_total").absolute(console.intake.accepted());
    for end in End::ALL {
        metrics::counter!("logboom_records_ended_total", "end" => end.label()).absolute(console.intake.ended(end));
    }
    metrics::gauge!("logboom_records_in_flight").set(console.intake.in_flight() as f64);
    metrics::gauge!("logboom_in_flight_bytes").set(console.intake.budget.used_bytes() as f64);
    metrics::gauge!("logboom_tracked_spans").set(console.intake.tracked_spans() as f64);
    console.metrics.render()
}

async fn ready(State(console): State<Console>) -> impl IntoResponse {
    let problems = console.health.report();
    if problems.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    let lines = problems.iter().map(|(part, reason)| format!("{part}: {reason}\n"));
    (StatusCode::SERVICE_UNAVAILABLE, lines.collect())
}

/// 200 and what changed, or 422 and what is wrong with the new configuration.
async fn reload(State(console): State<Console>) -> axum::response::Response {
    match console.reloader.reload().await {
        Some(done @ Answer::Done { .. }) => (StatusCode::OK, axum::Json(done)).into_response(),
        Some(refused) => (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(refused)).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "logboom is stopping\n").into_response(),
    }
}
