//! Makes a date, a time and an instant out of parsed fields (Java's "resolving"), as strictly as asked.

mod time;
mod week;

use super::calendar::length_of_month;
use super::formatter::ResolverStyle;
use super::parsed::{FieldSet, ParsedFields};
use super::zone_names::NameKind;
use super::{DateError, Field, Instant, LocalDate, LocalDateTime, Offset, ZonedDateTime};
use Field::*;

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
