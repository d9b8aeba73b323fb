//! Makes a date, a time and an instant out of parsed fields (Java's "resolving"), as strictly as asked.

use super::calendar::{NANOS_PER_DAY, length_of_month};
use super::formatter::ResolverStyle;
use super::parsed::{FieldSet, ParsedFields};
use super::zone_names::NameKind;
use super::{DateError, Field, Instant, LocalDate, LocalDateTime, LocalTime, Offset, WeekFields, ZonedDateTime};
use Field::*;
use std::borrow::Cow;

type Done = Result<(), DateError>;

struct Resolver<'r> {
    fields: &'r mut ParsedFields,
    style: ResolverStyle,
}

/// Resolves `fields` in place.
pub(super) fn resolve(fields: &mut ParsedFields, style: ResolverStyle) -> Done {
    let mut resolver = Resolver { fields, style };
    resolver.resolve_fields()?;
    resolver.complete_time()?;
    resolver.cross_check()?;
    resolver.add_excess_days()?;
    resolver.complete_fraction();
    resolver.add_instant()
}

fn conflict(what: std::fmt::Arguments<'_>) -> DateError {
    DateError::date_time(format!("Conflict found: {what}"))
}

impl Resolver<'_> {
    fn is(&self, style: ResolverStyle) -> bool {
        self.style == style
    }

    /// Checks a value unless lenient.
    fn checked(&self, field: Field, value: i64) -> Result<i64, DateError> {
        if self.is(ResolverStyle::Lenient) { Ok(value) } else { field.check(value) }
    }

    fn resolve_fields(&mut self) -> Done {
        self.instant_fields()?;
        self.date_fields()?;
        self.time_fields()?;
        let mut changed = false;
        // Fields beyond the calendar's own may give way to others, one after the other.
        while self.special_field()? {
            changed = true;
        }
        if changed {
            self.instant_fields()?;
            self.date_fields()?;
            self.time_fields()?;
        }
        Ok(())
    }

    /// Derives `field` from `from`.
    fn derive(&mut self, from: Field, field: Field, value: i64) -> Done {
        if self.fields.set(field, value) {
            return Ok(());
        }
        let (old, name) = (self.fields.field(field).unwrap_or(value), field.name());
        Err(conflict(format_args!("{name} {old} differs from {name} {value} while resolving  {}", from.name())))
    }

    fn set_date(&mut self, date: LocalDate) -> Done {
        match self.fields.date {
            Some(old) if old != date => {
                Err(conflict(format_args!("Fields resolved to two different dates: {old} {date}")))
            }
            _ => {
                self.fields.date = Some(date);
                Ok(())
            }
        }
    }

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

    fn instant_fields(&mut self) -> Done {
        let Some(seconds) = self.fields.field(InstantSeconds) else { return Ok(()) };
        let Some(zone) = self.fields.zone() else { return Ok(()) };
        let at = ZonedDateTime::of_instant(Instant::of_epoch_second(seconds, 0)?, zone)?;
        self.set_date(at.date())?;
        self.derive(InstantSeconds, SecondOfDay, at.time().second_of_day())?;
        self.derive(InstantSeconds, OffsetSeconds, at.offset().seconds())
    }

    fn date_fields(&mut self) -> Done {
        if let Some(day) = self.fields.remove(EpochDay) {
            return self.set_date(LocalDate::of_epoch_day(day)?);
        }
        self.year_of_era()?;
        if !self.fields.has(Year) {
            return Ok(());
        }
        let date = if self.fields.has(MonthOfYear) && self.fields.has(DayOfMonth) {
            self.year_month_day()?
        } else if self.fields.has(MonthOfYear) && self.fields.has(AlignedWeekOfMonth) && self.fields.has(DayOfWeek) {
            self.aligned_week()?
        } else if self.fields.has(DayOfYear) {
            self.year_day()?
        } else {
            return Ok(());
        };
        self.set_date(date)
    }

    fn take(&mut self, field: Field) -> i64 {
        self.fields.remove(field).unwrap_or_default()
    }

    fn set_year(&mut self, year: i64) -> Done {
        if self.fields.set(Year, year) {
            return Ok(());
        }
        let old = self.fields.field(Year).unwrap_or(year);
        Err(conflict(format_args!("Year {old} differs from Year {year}")))
    }

    fn year_of_era(&mut self) -> Done {
        let Some(year_of_era) = self.fields.remove(YearOfEra) else {
            return self.fields.field(Era).map_or(Ok(()), |era| Era.check(era).map(drop));
        };
        self.checked(YearOfEra, year_of_era)?;
        let proleptic = |era: i64| if era == 1 { year_of_era } else { 1 - year_of_era };
        match (self.fields.remove(Era), self.fields.field(Year)) {
            (Some(era), _) => {
                let era = Era.check(era)?;
                self.set_year(proleptic(era))
            }
            (None, Some(year)) => {
                let year = Year.check(year)?;
                self.set_year(proleptic(i64::from(year > 0)))
            }
            // Being strict means not to guess the era.
            (None, None) if self.is(ResolverStyle::Strict) => {
                self.fields.replace(YearOfEra, year_of_era);
                Ok(())
            }
            (None, None) => self.set_year(year_of_era),
        }
    }

    fn year_month_day(&mut self) -> Result<LocalDate, DateError> {
        let year = Year.check(self.take(Year))?;
        let (month, day) = (self.take(MonthOfYear), self.take(DayOfMonth));
        if self.is(ResolverStyle::Lenient) {
            let first = LocalDate::of(year, 1, 1)?;
            return first.plus_months(minus_one(month)?)?.plus_days(minus_one(day)?);
        }
        let month = MonthOfYear.check(month)?;
        let mut day = DayOfMonth.check(day)?;
        if self.is(ResolverStyle::Smart) {
            day = day.min(i64::from(length_of_month(year, month as u8)));
        }
        LocalDate::of(year, month, day)
    }

    fn year_day(&mut self) -> Result<LocalDate, DateError> {
        let year = Year.check(self.take(Year))?;
        let day = self.take(DayOfYear);
        if self.is(ResolverStyle::Lenient) {
            return LocalDate::of(year, 1, 1)?.plus_days(minus_one(day)?);
        }
        LocalDate::of_year_day(year, DayOfYear.check(day)?)
    }

    /// Year, month, number of the week in it (`F`), day of the week.
    fn aligned_week(&mut self) -> Result<LocalDate, DateError> {
        let year = Year.check(self.take(Year))?;
        let (month, week, day) = (self.take(MonthOfYear), self.take(AlignedWeekOfMonth), self.take(DayOfWeek));
        let next_or_same = |date: LocalDate, day: i64| date.plus_days((day - date.day_of_week()).rem_euclid(7));
        if self.is(ResolverStyle::Lenient) {
            let weeks = minus_one(week)?.checked_mul(7).ok_or_else(|| DateError::overflow("long"))?;
            let date = LocalDate::of(year, 1, 1)?.plus_months(minus_one(month)?)?.plus_days(weeks)?;
            let excess = minus_one(minus_one(day)?)?.div_euclid(7);
            let weekday = minus_one(minus_one(day)?)?.rem_euclid(7) + 1;
            return next_or_same(date.plus_days(excess * 7)?, weekday);
        }
        let month = MonthOfYear.check(month)?;
        let first = LocalDate::of(year, month, 1)?.plus_days((AlignedWeekOfMonth.check(week)? - 1) * 7)?;
        let date = next_or_same(first, DayOfWeek.check(day)?)?;
        self.reject_if_strict(i64::from(date.month()) != month, "month")?;
        Ok(date)
    }

    fn reject_if_strict(&self, elsewhere: bool, unit: &str) -> Done {
        if elsewhere && self.is(ResolverStyle::Strict) {
            let message = format!("Strict mode rejected resolved date as it is in a different {unit}");
            return Err(DateError::date_time(message));
        }
        Ok(())
    }

    fn time_fields(&mut self) -> Done {
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
    fn complete_time(&mut self) -> Done {
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

    /// Resolves one field beyond the calendar's own; whether there was one.
    fn special_field(&mut self) -> Result<bool, DateError> {
        if let Some(day) = self.fields.remove(ModifiedJulianDay) {
            let day = self.checked(ModifiedJulianDay, day)?;
            let epoch_day = day.checked_sub(40_587).ok_or_else(|| DateError::overflow("long"))?;
            self.set_date(LocalDate::of_epoch_day(epoch_day)?)?;
            return Ok(true);
        }
        if self.fields.has(EpochSeconds) || self.fields.has(EpochMillis) {
            self.epoch()?;
            return Ok(true);
        }
        self.week_field()
    }

    /// Elasticsearch's `epoch_second` and `epoch_millis`.
    fn epoch(&mut self) -> Done {
        let negative = self.fields.remove(EpochSign) == Some(1);
        let (mut seconds, mut nanos) = match self.fields.remove(EpochSeconds) {
            Some(seconds) => (seconds, self.fields.remove(EpochNanosOfSecond).unwrap_or(0)),
            None => {
                let millis = self.take(EpochMillis);
                let fraction = self.fields.remove(EpochNanosOfMilli).unwrap_or(0);
                (millis / 1_000, millis % 1_000 * 1_000_000 + fraction)
            }
        };
        if negative {
            seconds = -seconds;
            if nanos != 0 {
                (seconds, nanos) = (seconds - 1, 1_000_000_000 - nanos);
            }
        }
        self.fields.replace(InstantSeconds, seconds);
        self.fields.replace(NanoOfSecond, nanos);
        Ok(())
    }

    fn week_field(&mut self) -> Result<bool, DateError> {
        let week = self.fields.week;
        if let Some(local) = self.fields.field(LocalDayOfWeek) {
            let local = LocalDayOfWeek.check_in(local, week)?;
            self.fields.remove(LocalDayOfWeek);
            self.fields.replace(DayOfWeek, week.iso_day_of_week(local));
            return Ok(true);
        }
        let Some(day) = self.fields.field(DayOfWeek) else { return Ok(false) };
        if let (Some(year), Some(number)) =
            (self.fields.field(IsoWeekBasedYear), self.fields.field(IsoWeekOfWeekBasedYear))
        {
            let date = self.iso_week_date(year, number, day)?;
            for field in [IsoWeekBasedYear, IsoWeekOfWeekBasedYear, DayOfWeek] {
                self.fields.remove(field);
            }
            self.set_date(date)?;
            return Ok(true);
        }
        let has_week_field = [WeekOfMonth, WeekOfWeekBasedYear, WeekBasedYear].iter().any(|f| self.fields.has(*f));
        if !has_week_field {
            return Ok(false);
        }
        let local = week.local_day_of_week(DayOfWeek.check(day)?);
        if let Some(year) = self.fields.field(Year) {
            let year = Year.check(year)?;
            let (Some(month), Some(number)) = (self.fields.field(MonthOfYear), self.fields.field(WeekOfMonth)) else {
                return Ok(false);
            };
            let date = self.week_of_month(year, month, number, local, week)?;
            for field in [WeekOfMonth, Year, MonthOfYear, DayOfWeek] {
                self.fields.remove(field);
            }
            self.set_date(date)?;
            return Ok(true);
        }
        let (Some(year), Some(number)) = (self.fields.field(WeekBasedYear), self.fields.field(WeekOfWeekBasedYear))
        else {
            return Ok(false);
        };
        let date = self.week_date(WeekBasedYear.check_in(year, week)?, number, local, week)?;
        for field in [WeekBasedYear, WeekOfWeekBasedYear, DayOfWeek] {
            self.fields.remove(field);
        }
        self.set_date(date)?;
        Ok(true)
    }

    fn week_of_month(
        &self,
        year: i64,
        month: i64,
        number: i64,
        local_day: i64,
        week: WeekFields,
    ) -> Result<LocalDate, DateError> {
        let from = |first: LocalDate, weeks: i64| {
            let days = local_day - week.local_day_of_week(first.day_of_week());
            let weeks = weeks.checked_sub(week.week_of_month(first)).and_then(|n| n.checked_mul(7));
            first.plus_days(weeks.and_then(|n| n.checked_add(days)).ok_or_else(|| DateError::overflow("long"))?)
        };
        if self.is(ResolverStyle::Lenient) {
            return from(LocalDate::of(year, 1, 1)?.plus_months(minus_one(month)?)?, number);
        }
        let month = MonthOfYear.check(month)?;
        let date = from(LocalDate::of(year, month, 1)?, WeekOfMonth.check_in(number, week)?)?;
        self.reject_if_strict(i64::from(date.month()) != month, "month")?;
        Ok(date)
    }

    fn week_date(&self, year: i64, number: i64, local_day: i64, week: WeekFields) -> Result<LocalDate, DateError> {
        if self.is(ResolverStyle::Lenient) {
            let weeks = minus_one(number)?.checked_mul(7).ok_or_else(|| DateError::overflow("long"))?;
            return week.date(year, 1, local_day)?.plus_days(weeks);
        }
        check_week(WeekOfWeekBasedYear, number, week.weeks_of(year)?, Some(week))?;
        let date = week.date(year, number, local_day)?;
        self.reject_if_strict(week.week_based_year(date) != year, "week-based-year")?;
        Ok(date)
    }

    /// Week-based years as `IsoFields` has them.
    fn iso_week_date(&self, year: i64, number: i64, day: i64) -> Result<LocalDate, DateError> {
        let week = WeekFields::ISO;
        let year = IsoWeekBasedYear.check(year)?;
        let fourth = LocalDate::of(year, 1, 4)?;
        if self.is(ResolverStyle::Lenient) {
            let weeks = minus_one(number)?.checked_mul(7).ok_or_else(|| DateError::overflow("long"))?;
            let days = minus_one(day)?.checked_add(1 - fourth.day_of_week());
            let days = days.and_then(|n| n.checked_add(weeks)).ok_or_else(|| DateError::overflow("long"))?;
            return fourth.plus_days(days);
        }
        let day = DayOfWeek.check(day)?;
        if self.is(ResolverStyle::Strict) {
            check_week(IsoWeekOfWeekBasedYear, number, week.weeks_of(year)?, None)?;
        } else {
            IsoWeekOfWeekBasedYear.check(number)?;
        }
        fourth.plus_days((number - 1) * 7 + day - fourth.day_of_week())
    }

    /// What is left of the fields must agree with the date and time.
    fn cross_check(&mut self) -> Done {
        if let Some(date) = self.fields.date {
            let week = self.fields.week;
            self.cross_check_with(date, |field| {
                if field.is_date_based() || field as u8 > OffsetSeconds as u8 {
                    date.get(field).or_else(|| week.get(field, date))
                } else {
                    None
                }
            })?;
        }
        if let Some(time) = self.fields.time {
            self.cross_check_with(time, |field| time.get(field))?;
        }
        Ok(())
    }

    fn cross_check_with(&mut self, with: impl std::fmt::Display, value: impl Fn(Field) -> Option<i64>) -> Done {
        let mut agreed = FieldSet::default();
        for (field, parsed) in self.fields.fields() {
            let Some(actual) = value(field) else { continue };
            if actual != parsed {
                let name = field.name_in(self.fields.week);
                return Err(conflict(format_args!(
                    "Field {name} {actual} differs from {name} {parsed} derived from {with}"
                )));
            }
            agreed.insert(field);
        }
        self.fields.remove_all(agreed);
        Ok(())
    }

    fn add_excess_days(&mut self) -> Done {
        if let (Some(date), Some(_)) = (self.fields.date, self.fields.time) {
            self.fields.date = Some(date.plus_days(self.fields.excess_days)?);
            self.fields.excess_days = 0;
        }
        Ok(())
    }

    /// A second without a time has its fractions, too.
    fn complete_fraction(&mut self) {
        let needs = [InstantSeconds, SecondOfDay, SecondOfMinute].iter().any(|field| self.fields.has(*field));
        if self.fields.time.is_none() && needs {
            let nanos = self.fields.field(NanoOfSecond).unwrap_or(0);
            self.fields.replace(NanoOfSecond, nanos);
            self.fields.replace(MicroOfSecond, nanos / 1_000);
            self.fields.replace(MilliOfSecond, nanos / 1_000_000);
        }
    }

    /// The instant, if date, time and zone are known; an offset counts before a zone.
    fn add_instant(&mut self) -> Done {
        let (Some(date), Some(time)) = (self.fields.date, self.fields.time) else { return Ok(()) };
        if self.fields.has(InstantSeconds) {
            return Ok(());
        }
        let local = LocalDateTime::new(date, time);
        let second = if let Some(offset) = self.fields.field(OffsetSeconds) {
            local.epoch_second() - Offset::of_seconds(offset)?.seconds()
        } else if let Some(zone) = self.fields.zone_id() {
            let zoned = ZonedDateTime::of(local, zone)?;
            match self.fields.zone_name() {
                NameKind::Standard | NameKind::Generic => zoned.with_later_offset().epoch_second(),
                NameKind::Id | NameKind::DaylightSaving => zoned.epoch_second(),
            }
        } else {
            return Ok(());
        };
        self.fields.replace(InstantSeconds, second);
        Ok(())
    }
}

fn minus_one(value: i64) -> Result<i64, DateError> {
    value.checked_sub(1).ok_or_else(|| DateError::overflow("long"))
}

fn check_week(field: Field, number: i64, weeks: i64, week: Option<WeekFields>) -> Done {
    if (1..=weeks).contains(&number) {
        return Ok(());
    }
    let name = week.map_or(Cow::Borrowed(field.name()), |week| field.name_in(week));
    Err(DateError::date_time(format!("Invalid value for {name} (valid values 1 - {weeks}): {number}")))
}
