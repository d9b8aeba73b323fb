//! Dates by week: of a month, of a week-based year.

use super::{Done, Resolver, minus_one};
use crate::ingest::dates::formatter::ResolverStyle;
use crate::ingest::dates::{DateError, Field, LocalDate, WeekFields};
use Field::*;
use std::borrow::Cow;

impl Resolver<'_> {
    pub(super) fn week_field(&mut self) -> Result<bool, DateError> {
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
}

fn check_week(field: Field, number: i64, weeks: i64, week: Option<WeekFields>) -> Done {
    if (1..=weeks).contains(&number) {
        return Ok(());
    }
    let name = week.map_or(Cow::Borrowed(field.name()), |week| field.name_in(week));
    Err(DateError::date_time(format!("Invalid value for {name} (valid values 1 - {weeks}): {number}")))
}
