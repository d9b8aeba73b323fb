//! Adding to dates and times, replacing their fields, counting between them: by the rules of each class of `java.time`.

use super::{NANOS_PER_SECOND, Period, Time, Unit};
use crate::ingest::dates::{
    DateError, DateErrorKind, Field, Instant, LocalDate, LocalDateTime, LocalTime, Zone, ZonedDateTime,
};

const NANOS_PER_DAY: i128 = 86_400_000_000_000;

fn overflow() -> DateError {
    DateError::overflow("long")
}

fn unsupported_unit(unit: Unit) -> DateError {
    DateError::new(DateErrorKind::UnsupportedTemporalType, format!("Unsupported unit: {}", unit.text()))
}

pub fn unsupported_field(field: Field) -> DateError {
    DateError::new(DateErrorKind::UnsupportedTemporalType, format!("Unsupported field: {}", field.name()))
}

fn instant_of_nanos(nanos: i128) -> Result<Instant, DateError> {
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).map_err(|_| overflow())?;
    Instant::of_epoch_second(seconds, nanos.rem_euclid(NANOS_PER_SECOND) as u32)
}

fn nanos_of(at: Instant) -> i128 {
    i128::from(at.epoch_second()) * NANOS_PER_SECOND + i128::from(at.nano())
}

fn local_nanos(local: LocalDateTime) -> i128 {
    i128::from(local.epoch_second()) * NANOS_PER_SECOND + i128::from(local.time.nano())
}

fn local_of_nanos(nanos: i128) -> Result<LocalDateTime, DateError> {
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).map_err(|_| overflow())?;
    LocalDateTime::of_epoch_second(seconds, nanos.rem_euclid(NANOS_PER_SECOND) as u32)
}

/// Another local time in the zone of `at`: where the zone has it twice, at the offset of `at`.
fn at_local(at: ZonedDateTime, local: LocalDateTime) -> Result<ZonedDateTime, DateError> {
    let earlier = ZonedDateTime::of(local, at.zone())?;
    let later = earlier.with_later_offset();
    Ok(if earlier.offset() != at.offset() && later.offset() == at.offset() { later } else { earlier })
}

fn plus_date(date: LocalDate, amount: i64, unit: Unit) -> Result<LocalDate, DateError> {
    if let Some(days) = unit.days() {
        return date.plus_days(amount.checked_mul(days).ok_or_else(overflow)?);
    }
    match unit.months() {
        Some(months) => date.plus_months(amount.checked_mul(months).ok_or_else(overflow)?),
        None => Err(unsupported_unit(unit)),
    }
}

fn plus_local(local: LocalDateTime, amount: i64, unit: Unit) -> Result<LocalDateTime, DateError> {
    match unit.nanos().filter(|_| unit.is_time_based()) {
        Some(nanos) => local_of_nanos(local_nanos(local) + i128::from(amount) * nanos),
        None => Ok(LocalDateTime::new(plus_date(local.date, amount, unit)?, local.time)),
    }
}

fn plus_zoned(at: ZonedDateTime, amount: i64, unit: Unit) -> Result<ZonedDateTime, DateError> {
    match unit.nanos().filter(|_| unit.is_time_based()) {
        Some(nanos) => instant_of_nanos(nanos_of(at.instant()) + i128::from(amount) * nanos)?.at_zone(at.zone()),
        None => at_local(at, plus_local(at.local(), amount, unit)?),
    }
}

/// `time.plus(amount, unit)`.
pub fn plus<'a>(time: Time<'a>, amount: i64, unit: Unit) -> Result<Time<'a>, DateError> {
    Ok(match time {
        Time::Zoned(at) => Time::Zoned(plus_zoned(at, amount, unit)?),
        Time::Offset(at) => Time::Offset(plus_zoned(at, amount, unit)?),
        Time::Local(local) => Time::Local(plus_local(local, amount, unit)?),
        Time::Date(date) => Time::Date(plus_date(date, amount, unit)?),
        Time::Clock(clock) => {
            let nanos = unit.nanos().filter(|_| unit.is_time_based()).ok_or_else(|| unsupported_unit(unit))?;
            let sum = (i128::from(clock.nano_of_day()) + i128::from(amount) * nanos).rem_euclid(NANOS_PER_DAY);
            Time::Clock(LocalTime::of_nano_of_day(sum as i64))
        }
        Time::Instant(at) => {
            let nanos = unit.nanos().ok_or_else(|| unsupported_unit(unit))?;
            Time::Instant(instant_of_nanos(nanos_of(at) + i128::from(amount) * nanos)?)
        }
        Time::Duration(span) => {
            let nanos = unit.nanos().ok_or_else(|| {
                let message = "Unit must not have an estimated duration";
                DateError::new(DateErrorKind::UnsupportedTemporalType, message)
            })?;
            Time::Duration(super::Span::of_nanos(span.total_nanos() + i128::from(amount) * nanos)?)
        }
        Time::DayOfWeek(day) => Time::DayOfWeek(((i64::from(day) - 1 + amount % 7).rem_euclid(7) + 1) as u8),
        Time::Month(month) => Time::Month(((i64::from(month) - 1 + amount % 12).rem_euclid(12) + 1) as u8),
        other => other,
    })
}

/// `time.plus(period)`, or minus with `sign` -1.
pub fn plus_period<'a>(time: Time<'a>, period: Period, sign: i64) -> Result<Time<'a>, DateError> {
    let time = match period.total_months() {
        0 => time,
        months => plus(time, months * sign, Unit::Months)?,
    };
    match period.days {
        0 => Ok(time),
        days => plus(time, i64::from(days) * sign, Unit::Days),
    }
}

fn with_date_field(date: LocalDate, field: Field, value: i64) -> Result<LocalDate, DateError> {
    let year_of = |year: i64, month: i64| {
        let last = LocalDate::of(year, month, 1)?.length_of_month();
        LocalDate::of(year, month, i64::from(date.day().min(last)))
    };
    let days = |now: Option<i64>| date.plus_days(value - now.unwrap_or(value));
    match field {
        Field::DayOfMonth => LocalDate::of(date.year(), date.month().into(), value),
        Field::DayOfYear => LocalDate::of_year_day(date.year(), value),
        Field::MonthOfYear => {
            LocalDate::of(date.year(), value, 1)?;
            year_of(date.year(), value)
        }
        Field::Year => year_of(value, date.month().into()),
        Field::YearOfEra => year_of(if date.year() >= 1 { value } else { 1 - value }, date.month().into()),
        Field::EpochDay => LocalDate::of_epoch_day(value),
        Field::ProlepticMonth => date.plus_months(value.saturating_sub(date.proleptic_month())),
        Field::DayOfWeek | Field::AlignedDayOfWeekInMonth | Field::AlignedDayOfWeekInYear => days(date.get(field)),
        _ => Err(unsupported_field(field)),
    }
}

fn with_clock_field(clock: LocalTime, field: Field, value: i64) -> Result<LocalTime, DateError> {
    let (hour, minute) = (i64::from(clock.hour()), i64::from(clock.minute()));
    let (second, nano) = (i64::from(clock.second()), i64::from(clock.nano()));
    let of_day = |unit: i64| LocalTime::of_nano_of_day(value.wrapping_mul(unit));
    match field {
        Field::HourOfDay => LocalTime::of(value, minute, second, nano),
        Field::MinuteOfHour => LocalTime::of(hour, value, second, nano),
        Field::SecondOfMinute => LocalTime::of(hour, minute, value, nano),
        Field::NanoOfSecond => LocalTime::of(hour, minute, second, value),
        Field::MicroOfSecond => LocalTime::of(hour, minute, second, value.saturating_mul(1_000)),
        Field::MilliOfSecond => LocalTime::of(hour, minute, second, value.saturating_mul(1_000_000)),
        Field::NanoOfDay => Ok(of_day(1)),
        Field::MicroOfDay => Ok(of_day(1_000)),
        Field::MilliOfDay => Ok(of_day(1_000_000)),
        Field::SecondOfDay => Ok(of_day(1_000_000_000).with_nano(clock.nano())),
        Field::MinuteOfDay => LocalTime::of(value / 60, value % 60, second, nano),
        Field::AmPmOfDay => LocalTime::of(hour % 12 + value * 12, minute, second, nano),
        Field::HourOfAmPm => LocalTime::of(hour / 12 * 12 + value, minute, second, nano),
        _ => Err(unsupported_field(field)),
    }
}

fn with_local_field(local: LocalDateTime, field: Field, value: i64) -> Result<LocalDateTime, DateError> {
    match local.time.get(field) {
        Some(_) => Ok(LocalDateTime::new(local.date, with_clock_field(local.time, field, value)?)),
        None => Ok(LocalDateTime::new(with_date_field(local.date, field, value)?, local.time)),
    }
}

/// `time.with(field, value)`.
pub fn with_field<'a>(time: Time<'a>, field: Field, value: i64) -> Result<Time<'a>, DateError> {
    Ok(match time {
        Time::Zoned(at) if field == Field::InstantSeconds => {
            Time::Zoned(Instant::of_epoch_second(value, at.time().nano())?.at_zone(at.zone())?)
        }
        Time::Zoned(at) => Time::Zoned(at_local(at, with_local_field(at.local(), field, value)?)?),
        Time::Offset(at) => Time::Offset(at_local(at, with_local_field(at.local(), field, value)?)?),
        Time::Local(local) => Time::Local(with_local_field(local, field, value)?),
        Time::Date(date) => Time::Date(with_date_field(date, field, value)?),
        Time::Clock(clock) => Time::Clock(with_clock_field(clock, field, value)?),
        Time::Instant(at) => {
            let nanos = |unit: i64| u32::try_from(value.saturating_mul(unit)).unwrap_or(0);
            Time::Instant(match field {
                Field::InstantSeconds => Instant::of_epoch_second(value, at.nano())?,
                Field::NanoOfSecond => Instant::of_epoch_second(at.epoch_second(), nanos(1))?,
                Field::MicroOfSecond => Instant::of_epoch_second(at.epoch_second(), nanos(1_000))?,
                Field::MilliOfSecond => Instant::of_epoch_second(at.epoch_second(), nanos(1_000_000))?,
                _ => return Err(unsupported_field(field)),
            })
        }
        _ => return Err(unsupported_field(field)),
    })
}

/// `time.with(adjuster)`, where the adjuster is itself a date or a time.
pub fn with_temporal<'a>(time: Time<'a>, adjuster: Time<'a>) -> Result<Time<'a>, DateError> {
    let local = |old: LocalDateTime| {
        LocalDateTime::new(adjuster.date().unwrap_or(old.date), adjuster.clock().unwrap_or(old.time))
    };
    Ok(match (time, adjuster) {
        (_, Time::DayOfWeek(day)) => with_field(time, Field::DayOfWeek, day.into())?,
        (_, Time::Month(month)) => with_field(time, Field::MonthOfYear, month.into())?,
        (Time::Zoned(at), Time::Instant(instant)) => Time::Zoned(instant.at_zone(at.zone())?),
        (Time::Zoned(at), _) => Time::Zoned(at_local(at, local(at.local()))?),
        (Time::Offset(at), _) => Time::Offset(at_local(at, local(at.local()))?),
        (Time::Local(old), _) => Time::Local(local(old)),
        (Time::Date(_), _) => adjuster.date().map_or(time, Time::Date),
        (Time::Clock(_), _) => adjuster.clock().map_or(time, Time::Clock),
        (Time::Instant(_), _) => adjuster.instant().map_or(time, Time::Instant),
        _ => time,
    })
}

fn days_or_months(start: LocalDate, end: LocalDate, unit: Unit) -> Result<i64, DateError> {
    if let Some(days) = unit.days() {
        return Ok((end.epoch_day() - start.epoch_day()) / days);
    }
    let months = unit.months().ok_or_else(|| unsupported_unit(unit))?;
    let packed = |date: LocalDate| date.proleptic_month() * 32 + i64::from(date.day());
    Ok((packed(end) - packed(start)) / 32 / months)
}

fn until_local(start: LocalDateTime, end: LocalDateTime, unit: Unit) -> Result<i64, DateError> {
    if let Some(nanos) = unit.nanos().filter(|_| unit.is_time_based()) {
        return i64::try_from((local_nanos(end) - local_nanos(start)) / nanos).map_err(|_| overflow());
    }
    // A day counts when it is whole.
    let mut last = end.date;
    if last > start.date && end.time < start.time {
        last = last.plus_days(-1)?;
    } else if last < start.date && end.time > start.time {
        last = last.plus_days(1)?;
    }
    days_or_months(start.date, last, unit)
}

/// `start.until(end, unit)`.
pub fn until(start: Time<'_>, end: Time<'_>, unit: Unit) -> Result<i64, DateError> {
    let end = end.to(start.class_id())?;
    match (start, end) {
        (Time::Zoned(a), Time::Zoned(b)) | (Time::Offset(a), Time::Offset(b)) => {
            match unit.nanos().filter(|_| unit.is_time_based()) {
                Some(nanos) => {
                    let difference = nanos_of(b.instant()) - nanos_of(a.instant());
                    i64::try_from(difference / nanos).map_err(|_| overflow())
                }
                None => until_local(a.local(), b.with_zone(a.zone())?.local(), unit),
            }
        }
        (Time::Instant(a), Time::Instant(b)) => {
            let nanos = unit.nanos().ok_or_else(|| unsupported_unit(unit))?;
            i64::try_from((nanos_of(b) - nanos_of(a)) / nanos).map_err(|_| overflow())
        }
        (Time::Local(a), Time::Local(b)) => until_local(a, b, unit),
        (Time::Date(a), Time::Date(b)) => days_or_months(a, b, unit),
        (Time::Clock(a), Time::Clock(b)) => {
            let nanos = unit.nanos().filter(|_| unit.is_time_based()).ok_or_else(|| unsupported_unit(unit))?;
            Ok(((i128::from(b.nano_of_day()) - i128::from(a.nano_of_day())) / nanos) as i64)
        }
        _ => Err(unsupported_unit(unit)),
    }
}

fn truncate_clock(clock: LocalTime, unit: Unit) -> Result<LocalTime, DateError> {
    let Some(nanos) = unit.nanos() else {
        return Err(DateError::new(
            DateErrorKind::UnsupportedTemporalType,
            "Unit is too large to be used for truncation",
        ));
    };
    let nanos = nanos as i64;
    Ok(LocalTime::of_nano_of_day(clock.nano_of_day() / nanos * nanos))
}

/// `time.truncatedTo(unit)`.
pub fn truncate<'a>(time: Time<'a>, unit: Unit) -> Result<Time<'a>, DateError> {
    let local = |old: LocalDateTime| Ok::<_, DateError>(LocalDateTime::new(old.date, truncate_clock(old.time, unit)?));
    Ok(match time {
        Time::Zoned(at) => Time::Zoned(at_local(at, local(at.local())?)?),
        Time::Offset(at) => Time::Offset(at_local(at, local(at.local())?)?),
        Time::Local(old) => Time::Local(local(old)?),
        Time::Clock(clock) => Time::Clock(truncate_clock(clock, unit)?),
        Time::Instant(at) => {
            let local = local(at.at_zone(Zone::UTC)?.local())?;
            Time::Instant(ZonedDateTime::of(local, Zone::UTC)?.instant())
        }
        other => other,
    })
}
