//! Listening: connections within bounds, ended gracefully.

use super::tls::Tls;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Some hundred machines with a few connections each, and room.
const CONNECTIONS_MAX: usize = 4_096;
/// So long may a request's head, or a TLS handshake, take.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(120);
const HANDSHAKE_WAIT_MAX: Duration = Duration::from_secs(10);
/// After an error of `accept` (no file descriptors left) nothing is gained by trying at once.
const ACCEPT_ERROR_WAIT: Duration = Duration::from_millis(200);

/// Answers a request.
pub trait Service: Send + Sync + 'static {
    fn call(self: Arc<Self>, request: Request<Body>) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves until `stop` becomes true; then ends when the last connection has, which get no further request.
pub async fn serve<S: Service>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    service: Arc<S>,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "Cannot accept a connection.");
                tokio::time::sleep(ACCEPT_ERROR_WAIT).await;
                continue;
            }
        };
        let (tls, service, stop) = (tls.clone(), service.clone(), stop.clone());
        tokio::spawn(async move {
            accept(stream, tls, service, stop).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = room.acquire_many(CONNECTIONS_MAX as u32).await;
}

async fn accept<S: Service>(stream: TcpStream, tls: Option<Arc<Tls>>, service: Arc<S>, stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return converse(stream, service, stop).await };
    match tokio::time::timeout(HANDSHAKE_WAIT_MAX, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, service, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "A TLS handshake failed."),
        Err(_) => tracing::debug!("A TLS handshake took too long."),
    }
}

async fn converse<S: Service>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: Arc<S>,
    mut stop: watch::Receiver<bool>,
) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.call(request.map(Body::new)).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT_MAX);
    let connection = http.serve_connection(TokioIo::new(stream), answer);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = async { drop(stop.wait_for(|stop| *stop).await) } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "A connection broke.");
    }
}
