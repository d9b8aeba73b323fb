//! A point in time (`java.time.Instant`), to the nanosecond.

use super::calendar::{LocalDateTime, MAX_YEAR, MIN_YEAR};
use super::{DateError, Zone, ZonedDateTime};
use std::fmt;

/// Seconds since the epoch and nanoseconds of the second. The earliest and latest are those of Java (years ±1,000,000,000).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    pub const EPOCH: Self = Self { seconds: 0, nanos: 0 };
    const MIN_SECONDS: i64 = -31_557_014_167_219_200;
    const MAX_SECONDS: i64 = 31_556_889_864_403_199;

    pub fn of_epoch_second(seconds: i64, nanos: u32) -> Result<Self, DateError> {
        if !(Self::MIN_SECONDS..=Self::MAX_SECONDS).contains(&seconds) {
            return Err(DateError::date_time("Instant exceeds minimum or maximum instant"));
        }
        Ok(Self { seconds, nanos })
    }

    pub fn of_epoch_milli(millis: i64) -> Self {
        Self { seconds: millis.div_euclid(1_000), nanos: millis.rem_euclid(1_000) as u32 * 1_000_000 }
    }

    pub fn epoch_second(self) -> i64 {
        self.seconds
    }

    pub fn nano(self) -> u32 {
        self.nanos
    }

    /// Milliseconds since the epoch; an error beyond 64 bits.
    pub fn to_epoch_milli(self) -> Result<i64, DateError> {
        let millis = i64::from(self.nanos / 1_000_000);
        let sum = self.seconds.checked_mul(1_000).and_then(|n| n.checked_add(millis));
        sum.ok_or_else(|| DateError::overflow("long"))
    }

    pub fn at_zone(self, zone: Zone) -> Result<ZonedDateTime, DateError> {
        ZonedDateTime::of_instant(self, zone)
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(timestamp: jiff::Timestamp) -> Self {
        let nanos = timestamp.as_nanosecond();
        Self { seconds: nanos.div_euclid(1_000_000_000) as i64, nanos: nanos.rem_euclid(1_000_000_000) as u32 }
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Java's instants reach a year further than its dates: those print as the nearest date.
        let second = self
            .seconds
            .clamp(MIN_YEAR * 31_556_952 - 62_167_219_200 + 31_622_400, MAX_YEAR * 31_556_952 - 62_167_219_200);
        let Ok(local) = LocalDateTime::of_epoch_second(second, self.nanos) else { return Err(fmt::Error) };
        write!(f, "{}T{:02}:{:02}:{:02}", local.date, local.time.hour(), local.time.minute(), local.time.second())?;
        match self.nanos {
            0 => {}
            n if n % 1_000_000 == 0 => write!(f, ".{:03}", n / 1_000_000)?,
            n if n % 1_000 == 0 => write!(f, ".{:06}", n / 1_000)?,
            n => write!(f, ".{n:09}")?,
        }
        f.write_str("Z")
    }
}
