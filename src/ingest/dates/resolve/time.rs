//! Times: hours of several kinds, parts of the day, and what is left out of them.

use super::{Done, Resolver, conflict};
use crate::ingest::dates::calendar::NANOS_PER_DAY;
use crate::ingest::dates::formatter::ResolverStyle;
use crate::ingest::dates::{DateError, Field, LocalTime};
use Field::*;

impl Resolver<'_> {
    fn set_time(&mut self, time: LocalTime, excess_days: i64) -> Done {
        if let Some(old) = self.fields.time {
            if old != time {
                return Err(conflict(format_args!("Fields resolved to different times: {old} {time}")));
            }
            let before = self.fields.excess_days;
            if before != 0 && excess_days != 0 && before != excess_days {
                return Err(conflict(format_args!(
                    "Fields resolved to different excess periods: P{before}D P{excess_days}D"
                )));
            }
        }
        self.fields.time = Some(time);
        self.fields.excess_days = excess_days;
        Ok(())
    }

    pub(super) fn time_fields(&mut self) -> Done {
        self.clock_hours()?;
        self.fields_of_day()?;
        self.fields_of_second()?;
        if let (Some(period), Some(hour)) = (self.fields.day_period, self.fields.field(HourOfAmPm)) {
            self.fields.remove(HourOfAmPm);
            self.checked(HourOfAmPm, hour)?;
            let minute = self.fields.field(MinuteOfHour).unwrap_or(0).rem_euclid(60);
            let afternoon = period.includes((hour.rem_euclid(12) + 12) * 60 + minute);
            let hour = hour.checked_add(if afternoon { 12 } else { 0 }).ok_or_else(|| DateError::overflow("long"))?;
            self.derive(HourOfAmPm, HourOfDay, hour)?;
            self.fields.day_period = None;
        }
        let all = [HourOfDay, MinuteOfHour, SecondOfMinute, NanoOfSecond];
        if all.into_iter().all(|field| self.fields.has(field)) {
            let [hour, minute, second, nano] = all.map(|field| self.take(field));
            self.time_of_fields(hour, minute, second, nano)?;
        }
        Ok(())
    }

    /// Hours from 1 and halves of the day become hours of the day.
    fn clock_hours(&mut self) -> Done {
        for (clock, plain, top) in [(ClockHourOfDay, HourOfDay, 24), (ClockHourOfAmPm, HourOfAmPm, 12)] {
            let Some(hour) = self.fields.remove(clock) else { continue };
            if self.is(ResolverStyle::Strict) || self.is(ResolverStyle::Smart) && hour != 0 {
                clock.check(hour)?;
            }
            self.derive(clock, plain, if hour == top { 0 } else { hour })?;
        }
        if let (Some(half), Some(hour)) = (self.fields.field(AmPmOfDay), self.fields.field(HourOfAmPm)) {
            self.fields.remove(AmPmOfDay);
            self.fields.remove(HourOfAmPm);
            self.checked(AmPmOfDay, half)?;
            self.checked(HourOfAmPm, hour)?;
            let hour = half.checked_mul(12).and_then(|n| n.checked_add(hour));
            self.derive(AmPmOfDay, HourOfDay, hour.ok_or_else(|| DateError::overflow("long"))?)?;
        }
        Ok(())
    }

    /// Nanoseconds, milliseconds or seconds of the day become hours, minutes and so on.
    fn fields_of_day(&mut self) -> Done {
        if let Some(nanos) = self.fields.remove(NanoOfDay) {
            self.checked(NanoOfDay, nanos)?;
            self.derive(NanoOfDay, HourOfDay, nanos / 3_600_000_000_000)?;
            self.derive(NanoOfDay, MinuteOfHour, nanos / 60_000_000_000 % 60)?;
            self.derive(NanoOfDay, SecondOfMinute, nanos / 1_000_000_000 % 60)?;
            self.derive(NanoOfDay, NanoOfSecond, nanos % 1_000_000_000)?;
        }
        if let Some(millis) = self.fields.remove(MilliOfDay) {
            self.checked(MilliOfDay, millis)?;
            self.derive(MilliOfDay, SecondOfDay, millis / 1_000)?;
            self.derive(MilliOfDay, MilliOfSecond, millis % 1_000)?;
        }
        if let Some(seconds) = self.fields.remove(SecondOfDay) {
            self.checked(SecondOfDay, seconds)?;
            self.derive(SecondOfDay, HourOfDay, seconds / 3_600)?;
            self.derive(SecondOfDay, MinuteOfHour, seconds / 60 % 60)?;
            self.derive(SecondOfDay, SecondOfMinute, seconds % 60)?;
        }
        Ok(())
    }

    fn fields_of_second(&mut self) -> Done {
        let Some(nanos) = self.fields.field(NanoOfSecond) else { return Ok(()) };
        self.checked(NanoOfSecond, nanos)?;
        if let Some(millis) = self.fields.remove(MilliOfSecond) {
            self.checked(MilliOfSecond, millis)?;
            self.derive(MilliOfSecond, NanoOfSecond, millis * 1_000_000 + nanos % 1_000_000)?;
        }
        Ok(())
    }

    /// A time, at most a day's end (`24:00`) unless lenient.
    fn time_of_fields(&mut self, hour: i64, minute: i64, second: i64, nano: i64) -> Done {
        if self.is(ResolverStyle::Lenient) {
            let part = |value: i64, unit: i64| value.checked_mul(unit);
            let sum = part(hour, 3_600_000_000_000)
                .and_then(|n| n.checked_add(part(minute, 60_000_000_000)?))
                .and_then(|n| n.checked_add(part(second, 1_000_000_000)?))
                .and_then(|n| n.checked_add(nano))
                .ok_or_else(|| DateError::overflow("long"))?;
            return self.set_time(LocalTime::of_nano_of_day(sum), sum.div_euclid(NANOS_PER_DAY));
        }
        MinuteOfHour.check(minute)?;
        NanoOfSecond.check(nano)?;
        if self.is(ResolverStyle::Smart) && (hour, minute, second, nano) == (24, 0, 0, 0) {
            return self.set_time(LocalTime::MIDNIGHT, 1);
        }
        HourOfDay.check(hour)?;
        self.set_time(LocalTime::of(hour, minute, second, nano)?, 0)
    }

    /// Fills up a time that has hours but no minutes, and the like.
    pub(super) fn complete_time(&mut self) -> Done {
        if self.fields.time.is_none() {
            if let Some(millis) = self.fields.remove(MilliOfSecond) {
                self.fields.replace(NanoOfSecond, millis.saturating_mul(1_000_000));
            }
            self.middle_of_period()?;
            let [hour, minute, second, nano] =
                [HourOfDay, MinuteOfHour, SecondOfMinute, NanoOfSecond].map(|field| self.fields.field(field));
            if let Some(hour) = hour {
                if minute.is_none() && (second.is_some() || nano.is_some()) || second.is_none() && nano.is_some() {
                    return Ok(());
                }
                let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
                if let Some(period) = self.fields.day_period
                    && !self.is(ResolverStyle::Lenient)
                    && !period.includes(hour.saturating_mul(60).saturating_add(minute))
                {
                    let (from, to) = (period.from, period.to);
                    let end = if from == to { String::new() } else { format!("-{:02}:{:02}", to / 60, to % 60) };
                    return Err(conflict(format_args!(
                        "Resolved time {hour:02}:{minute:02} conflicts with DayPeriod({:02}:{:02}{end})",
                        from / 60,
                        from % 60
                    )));
                }
                self.time_of_fields(hour, minute, second, nano.unwrap_or(0))?;
                for field in [HourOfDay, MinuteOfHour, SecondOfMinute, NanoOfSecond] {
                    self.fields.remove(field);
                }
            }
        }
        if !self.is(ResolverStyle::Lenient) && !self.fields.is_empty() {
            for (field, value) in self.fields.fields().filter(|(field, _)| field.is_time_based()) {
                field.check(value)?;
            }
        }
        Ok(())
    }

    /// A part of the day alone (`PM`) means its middle, unless strict.
    fn middle_of_period(&mut self) -> Done {
        let has_time = [HourOfDay, MinuteOfHour, SecondOfMinute, NanoOfSecond].iter().any(|f| self.fields.has(*f));
        if has_time || self.is(ResolverStyle::Strict) {
            return Ok(());
        }
        if let Some(period) = self.fields.day_period.take() {
            let middle = period.middle();
            return self.time_of_fields(middle / 60, middle % 60, 0, 0);
        }
        if let Some(half) = self.fields.remove(AmPmOfDay) {
            self.checked(AmPmOfDay, half)?;
            let hour =
                half.checked_mul(12).and_then(|n| n.checked_add(6)).ok_or_else(|| DateError::overflow("long"))?;
            return self.time_of_fields(hour, 0, 0, 0);
        }
        Ok(())
    }
}
