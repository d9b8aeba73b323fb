//! Bodies of requests: received and decompressed within bounds.

use axum::body::{Body, Bytes, HttpBody};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// So long may a whole body take: a sender that has stalled must not keep its place.
const BODY_WAIT_MAX: Duration = Duration::from_secs(90);
/// What is reserved at once while a body grows.
const RESERVED_STEP_BYTES: usize = 64 * 1024;

/// The bound on all bodies that are being received.
#[derive(Debug)]
pub struct Receiving {
    limit_bytes: usize,
    used_bytes: AtomicUsize,
}

impl Receiving {
    pub fn new(limit_bytes: usize) -> Arc<Self> {
        Arc::new(Self { limit_bytes, used_bytes: AtomicUsize::new(0) })
    }

    pub fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    pub fn used_bytes(&self) -> usize {
        self.used_bytes.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let add = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.limit_bytes);
        self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }
}

/// Bytes of the bound that one request holds.
#[derive(Debug)]
pub struct Reserved {
    receiving: Arc<Receiving>,
    bytes: usize,
}

impl Reserved {
    pub fn none(receiving: &Arc<Receiving>) -> Self {
        Self { receiving: receiving.clone(), bytes: 0 }
    }

    /// Makes it at least `bytes`; false when the bound is reached.
    pub fn grow_to(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return true;
        }
        let step = more.next_multiple_of(RESERVED_STEP_BYTES);
        // The last of the bound is given in small pieces.
        for bytes in [step, more] {
            if self.receiving.take(bytes) {
                self.bytes += bytes;
                return true;
            }
        }
        false
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Why it could not be made `bytes`: halves of the request may fit where it never will.
    pub fn refusal(&self, bytes: usize) -> BodyError {
        let limit = self.receiving.limit_bytes();
        if bytes > limit { BodyError::TooLarge(limit) } else { BodyError::Busy }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.receiving.used_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the request needs more than {0} bytes (`body_max`, `receive_max`)")]
    TooLarge(usize),
    #[error("the bodies of all requests together have reached `receive_max`")]
    Busy,
    #[error("the body did not come within {} s", BODY_WAIT_MAX.as_secs())]
    Slow,
    #[error("the body cannot be read: {0}")]
    Broken(String),
}

/// Receives a body as it was sent.
pub async fn receive(body: &mut Body, bytes_max: usize, reserved: &mut Reserved) -> Result<Vec<u8>, BodyError> {
    let told = body.size_hint().lower();
    if told > bytes_max as u64 {
        return Err(BodyError::TooLarge(bytes_max));
    }
    // Known lengths are reserved at once, so that requests are refused before they are sent, not in the middle.
    if !reserved.grow_to(told as usize) {
        return Err(BodyError::Busy);
    }
    let received = collect(body, bytes_max, reserved, told as usize);
    tokio::time::timeout(BODY_WAIT_MAX, received).await.map_err(|_| BodyError::Slow)?
}

/// No more than this is allocated on the word of a header.
const CAPACITY_BYTES_MAX: usize = 1024 * 1024;

async fn collect(
    body: &mut Body,
    bytes_max: usize,
    reserved: &mut Reserved,
    told: usize,
) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::with_capacity(told.min(CAPACITY_BYTES_MAX));
    while let Some(data) = next(body).await? {
        if bytes.len() + data.len() > bytes_max {
            return Err(BodyError::TooLarge(bytes_max));
        }
        if !reserved.grow_to(bytes.len() + data.len()) {
            return Err(BodyError::Busy);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        if let Ok(data) = frame.map_err(|error| BodyError::Broken(error.to_string()))?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// What is read and thrown away of a body that was refused.
const DISCARDED_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Reads what is left of a body. A sender that is still writing when the connection closes may never see the answer, and 413 is what makes it
/// send less.
pub async fn discard(mut body: Body) {
    let rest = async {
        let mut bytes = 0;
        while let Ok(Some(data)) = next(&mut body).await {
            bytes += data.len();
            if bytes > DISCARDED_BYTES_MAX {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(BODY_WAIT_MAX, rest).await;
}

/// Decompresses a gzip body; what is received stays reserved besides.
pub fn gunzip(compressed: &[u8], bytes_max: usize, reserved: &mut Reserved) -> Result<Vec<u8>, BodyError> {
    let base = reserved.bytes();
    let sink = Bounded { bytes: Vec::new(), bytes_max, base, reserved, refused: None };
    let mut decoder = flate2::write::MultiGzDecoder::new(sink);
    let outcome = decoder.write_all(compressed).and_then(|()| decoder.try_finish());
    let refused = decoder.get_mut().refused.take();
    match (outcome, refused) {
        (_, Some(refused)) => Err(refused),
        (Err(error), None) => Err(BodyError::Broken(error.to_string())),
        (Ok(()), None) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
    }
}

/// Takes decompressed bytes up to a bound.
struct Bounded<'r> {
    bytes: Vec<u8>,
    bytes_max: usize,
    base: usize,
    reserved: &'r mut Reserved,
    refused: Option<BodyError>,
}

impl Write for Bounded<'_> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let length = self.bytes.len() + part.len();
        let refused = if length > self.bytes_max {
            Some(BodyError::TooLarge(self.bytes_max))
        } else if !self.reserved.grow_to(self.base + length) {
            Some(BodyError::Busy)
        } else {
            None
        };
        if let Some(refused) = refused {
            self.refused = Some(refused);
            return Err(io::Error::other("refused"));
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_compressed_body_is_bounded_by_what_it_becomes() {
        let bomb = gzip(&vec![0; 10_000_000]);
        assert!(bomb.len() < 100_000);
        let receiving = Receiving::new(1 << 30);
        let mut reserved = Reserved::none(&receiving);
        assert!(matches!(gunzip(&bomb, 1_000_000, &mut reserved), Err(BodyError::TooLarge(1_000_000))));
        assert_eq!(gunzip(&bomb, 10_000_000, &mut reserved).unwrap().len(), 10_000_000);
        assert!(matches!(gunzip(b"no gzip", 100, &mut reserved), Err(BodyError::Broken(_))));
        assert!(matches!(gunzip(&bomb[..bomb.len() - 9], 10_000_000, &mut reserved), Err(BodyError::Broken(_))));
        drop(reserved);
        assert_eq!(receiving.used_bytes(), 0);
        let small = Receiving::new(1_000_000);
        assert!(matches!(gunzip(&bomb, 10_000_000, &mut Reserved::none(&small)), Err(BodyError::Busy)));
        assert_eq!(small.used_bytes(), 0);
    }

    #[tokio::test]
    async fn a_body_is_bounded_and_the_bound_is_given_back() {
        let receiving = Receiving::new(1_000);
        let mut first = Reserved::none(&receiving);
        assert_eq!(receive(&mut Body::from(vec![1; 900]), 1_000, &mut first).await.unwrap().len(), 900);
        let mut second = Reserved::none(&receiving);
        assert!(matches!(receive(&mut Body::from(vec![1; 200]), 1_000, &mut second).await, Err(BodyError::Busy)));
        drop(first);
        assert!(receive(&mut Body::from(vec![1; 200]), 1_000, &mut second).await.is_ok());
        assert!(matches!(
            receive(&mut Body::from(vec![1; 1_001]), 1_000, &mut second).await,
            Err(BodyError::TooLarge(_))
        ));
    }
}
