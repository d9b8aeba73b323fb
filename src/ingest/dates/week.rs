//! Weeks (`java.time.temporal.WeekFields`): which day they begin with, and how many days make a year's first week.

use super::calendar::is_leap_year;
use super::{DateError, Field, LocalDate, Locale, names};
use std::fmt;

/// The constants of `java.time.DayOfWeek`.
pub const DAY_NAMES: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

/// A definition of weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekFields {
    /// Monday is 1.
    first_day: u8,
    minimal_days: u8,
}

impl WeekFields {
    /// Weeks begin on Monday; the first has at least four days of its year.
    pub const ISO: Self = Self { first_day: 1, minimal_days: 4 };
    /// Weeks begin on Sunday; the first is that of January 1st.
    pub const SUNDAY_START: Self = Self { first_day: 7, minimal_days: 1 };

    /// The weeks of the locale's country; those that begin on Sunday where it has none.
    pub fn of(locale: &Locale) -> Self {
        names::week_of_country(locale.country())
            .map_or(Self::SUNDAY_START, |(first_day, minimal_days)| Self { first_day, minimal_days })
    }

    pub fn first_day(self) -> i64 {
        i64::from(self.first_day)
    }

    /// The day's number in this definition's week, from 1, for a day of the week with Monday as 1.
    pub(super) fn local_day_of_week(self, day_of_week: i64) -> i64 {
        (day_of_week - self.first_day()).rem_euclid(7) + 1
    }

    /// The inverse of [`Self::local_day_of_week`].
    pub(super) fn iso_day_of_week(self, local: i64) -> i64 {
        (self.first_day() - 1 + local - 1).rem_euclid(7) + 1
    }

    /// The number of `day`'s week, where `day` counts from 1 within a month or year: 0 before the first full enough week.
    fn week_number(self, day: i64, local_day_of_week: i64) -> i64 {
        (7 + self.offset(day, local_day_of_week) + day - 1) / 7
    }

    /// How far the first week is from the first day of the month or year.
    fn offset(self, day: i64, local_day_of_week: i64) -> i64 {
        let week_start = (day - local_day_of_week).rem_euclid(7);
        if week_start + 1 > i64::from(self.minimal_days) { 7 - week_start } else { -week_start }
    }

    /// The number of the week that follows the year's last one, counted as `offset` has it.
    fn next_year_week(self, offset: i64, year_days: i64) -> i64 {
        (7 + offset + year_days + i64::from(self.minimal_days) - 1) / 7
    }

    pub fn week_of_month(self, date: LocalDate) -> i64 {
        self.week_number(i64::from(date.day()), self.local_day_of_week(date.day_of_week()))
    }

    pub fn week_based_year(self, date: LocalDate) -> i64 {
        let (day, local) = (date.day_of_year(), self.local_day_of_week(date.day_of_week()));
        let week = self.week_number(day, local);
        if week == 0 {
            date.year() - 1
        } else if week >= self.next_year_week(self.offset(day, local), date.length_of_year()) {
            date.year() + 1
        } else {
            date.year()
        }
    }

    pub fn week_of_week_based_year(self, date: LocalDate) -> i64 {
        let (day, local) = (date.day_of_year(), self.local_day_of_week(date.day_of_week()));
        let week = self.week_number(day, local);
        if week == 0 {
            // In the last week of the year before: counted from that year's last day.
            let days_before = if is_leap_year(date.year() - 1) { 366 } else { 365 };
            let local_before = (local - 1 - day).rem_euclid(7) + 1;
            return self.week_number(days_before, local_before);
        }
        let next = self.next_year_week(self.offset(day, local), date.length_of_year());
        if week > 50 && week >= next { week - next + 1 } else { week }
    }

    /// The date of a week-based year, week and local day of the week. A week beyond the year's last one counts as the last one.
    pub(super) fn date(self, week_based_year: i64, week: i64, local_day: i64) -> Result<LocalDate, DateError> {
        let first = LocalDate::of(week_based_year, 1, 1)?;
        let offset = self.offset(1, self.local_day_of_week(first.day_of_week()));
        let week = week.min(self.next_year_week(offset, first.length_of_year()) - 1);
        first.plus_days(-offset + local_day - 1 + (week - 1) * 7)
    }

    /// How many weeks a week-based year has.
    pub(super) fn weeks_of(self, week_based_year: i64) -> Result<i64, DateError> {
        let middle = LocalDate::of(week_based_year, 7, 2)?;
        let (day, local) = (middle.day_of_year(), self.local_day_of_week(middle.day_of_week()));
        Ok(self.next_year_week(self.offset(day, local), middle.length_of_year()) - 1)
    }

    /// Whether January 1st, 2000 (a Saturday) is in the last week of 1999.
    pub(super) fn begins_2000_in_1999(self) -> bool {
        self.week_number(1, self.local_day_of_week(6)) == 0
    }

    /// The value of one of the fields that depend on the definition of weeks.
    pub fn get(self, field: Field, date: LocalDate) -> Option<i64> {
        Some(match field {
            Field::LocalDayOfWeek => self.local_day_of_week(date.day_of_week()),
            Field::WeekOfMonth => self.week_of_month(date),
            Field::WeekOfWeekBasedYear => self.week_of_week_based_year(date),
            Field::WeekBasedYear => self.week_based_year(date),
            _ => return None,
        })
    }
}

impl fmt::Display for WeekFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = DAY_NAMES.get(usize::from(self.first_day) - 1).copied().unwrap_or_default();
        write!(f, "WeekFields[{day},{}]", self.minimal_days)
    }
}
