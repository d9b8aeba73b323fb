//! The process's own logs: on stderr, `LOGBOOM_LOG` filters them (`info`, `logboom::sink=debug`), `LOGBOOM_LOG_FORMAT=json` for machines.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Installs the subscriber. Calling it again changes nothing.
pub fn init_logs() {
    let filter =
        EnvFilter::try_from_env("LOGBOOM_LOG").unwrap_or_else(|_| EnvFilter::new("info,rdkafka=warn,librdkafka=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would be told on the very stderr that takes nothing, by a macro that panics: a full disk under the log must cost lines, not threads.
        .log_internal_errors(false);
    let _ = match std::env::var("LOGBOOM_LOG_FORMAT").as_deref() {
        Ok("json") => builder.json().try_init(),
        _ => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
}
