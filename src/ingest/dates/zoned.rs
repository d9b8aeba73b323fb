//! A date and time in a time zone (`java.time.ZonedDateTime`).

use super::calendar::{LocalDate, LocalDateTime, LocalTime};
use super::{DateError, Instant, Offset, Zone};
use std::fmt;

/// A local date and time with the zone that it is in and the offset that the zone has then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZonedDateTime {
    local: LocalDateTime,
    offset: Offset,
    zone: Zone,
}

impl ZonedDateTime {
    /// A local time in a gap of `zone` moves forward by the gap; in an overlap it takes the earlier offset.
    pub fn of(local: LocalDateTime, zone: Zone) -> Result<Self, DateError> {
        let found = zone.local(local);
        let local = if found.shift_seconds == 0 { local } else { local.plus_seconds(found.shift_seconds)? };
        Ok(Self { local, offset: found.offset, zone })
    }

    pub fn of_instant(instant: Instant, zone: Zone) -> Result<Self, DateError> {
        let offset = zone.offset_at(instant.epoch_second());
        let local = LocalDateTime::of_epoch_second(instant.epoch_second() + offset.seconds(), instant.nano())?;
        Ok(Self { local, offset, zone })
    }

    /// The start of a day: midnight, or the first moment after a gap at midnight.
    pub fn start_of_day(date: LocalDate, zone: Zone) -> Result<Self, DateError> {
        Self::of(LocalDateTime::new(date, LocalTime::MIDNIGHT), zone)
    }

    /// The same instant in another zone.
    pub fn with_zone(self, zone: Zone) -> Result<Self, DateError> {
        if zone == self.zone { Ok(self) } else { Self::of_instant(self.instant(), zone) }
    }

    /// The same local time in another zone, with this offset if the zone allows it.
    pub fn with_zone_same_local(self, zone: Zone) -> Result<Self, DateError> {
        let found = zone.local(self.local);
        if found.shift_seconds == 0 && found.later == Some(self.offset) {
            return Ok(Self { zone, ..self });
        }
        Self::of(self.local, zone)
    }

    /// In an overlap: the second time round.
    pub fn with_later_offset(self) -> Self {
        match self.zone.local(self.local).later {
            Some(offset) => Self { offset, ..self },
            None => self,
        }
    }

    pub fn local(self) -> LocalDateTime {
        self.local
    }

    pub fn date(self) -> LocalDate {
        self.local.date
    }

    pub fn time(self) -> LocalTime {
        self.local.time
    }

    pub fn offset(self) -> Offset {
        self.offset
    }

    pub fn zone(self) -> Zone {
        self.zone
    }

    pub fn epoch_second(self) -> i64 {
        self.local.epoch_second() - self.offset.seconds()
    }

    pub fn instant(self) -> Instant {
        // A zoned time is always within an instant's range.
        Instant::of_epoch_second(self.epoch_second(), self.local.time.nano()).unwrap_or(Instant::EPOCH)
    }
}

impl fmt::Display for ZonedDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local, self.offset)?;
        if self.zone.offset().is_some() { Ok(()) } else { write!(f, "[{}]", self.zone) }
    }
}
