//! Dates and times of the proleptic ISO calendar (`LocalDate`, `LocalTime`, `LocalDateTime`), in Java's range of years.

use super::{DateError, Field};
use std::fmt;

pub(super) const MIN_YEAR: i64 = -999_999_999;
pub(super) const MAX_YEAR: i64 = 999_999_999;

const DAYS_PER_400_YEARS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const MARCH_ZERO_TO_EPOCH_DAYS: i64 = 719_468;
const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(super) const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// The constants of `java.time.Month`.
pub const MONTH_NAMES: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];

pub(super) fn is_leap_year(year: i64) -> bool {
    year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn length_of_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// A date without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate {
    year: i32,
    month: u8,
    day: u8,
}

impl LocalDate {
    pub const EPOCH: Self = Self { year: 1970, month: 1, day: 1 };

    pub fn of(year: i64, month: i64, day: i64) -> Result<Self, DateError> {
        let year = Field::Year.check(year)?;
        let month = Field::MonthOfYear.check(month)? as u8;
        let day = Field::DayOfMonth.check(day)? as u8;
        if day > 28 && day > length_of_month(year, month) {
            let name = MONTH_NAMES.get(usize::from(month) - 1).copied().unwrap_or_default();
            return Err(DateError::date_time(if day == 29 {
                format!("Invalid date 'February 29' as '{year}' is not a leap year")
            } else {
                format!("Invalid date '{name} {day}'")
            }));
        }
        Ok(Self { year: year as i32, month, day })
    }

    pub fn of_year_day(year: i64, day_of_year: i64) -> Result<Self, DateError> {
        let year = Field::Year.check(year)?;
        let day = Field::DayOfYear.check(day_of_year)?;
        if day == 366 && !is_leap_year(year) {
            return Err(DateError::date_time(format!("Invalid date 'DayOfYear 366' as '{year}' is not a leap year")));
        }
        Self::of(year, 1, 1)?.plus_days(day - 1)
    }

    pub fn of_epoch_day(day: i64) -> Result<Self, DateError> {
        Ok(Self::of_checked_epoch_day(Field::EpochDay.check(day)?))
    }

    /// The date of an epoch day that is known to lie within the range of years (years counted from March, as leap days end them).
    pub(super) fn of_checked_epoch_day(epoch_day: i64) -> Self {
        let days = epoch_day + MARCH_ZERO_TO_EPOCH_DAYS;
        let era = days.div_euclid(DAYS_PER_400_YEARS);
        let day_of_era = days.rem_euclid(DAYS_PER_400_YEARS);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year: year as i32, month: month as u8, day: day as u8 }
    }

    pub fn year(self) -> i64 {
        i64::from(self.year)
    }

    pub fn month(self) -> u8 {
        self.month
    }

    pub fn day(self) -> u8 {
        self.day
    }

    pub fn epoch_day(self) -> i64 {
        let year = self.year() - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_400_YEARS + day_of_era - MARCH_ZERO_TO_EPOCH_DAYS
    }

    /// Monday is 1.
    pub fn day_of_week(self) -> i64 {
        (self.epoch_day() + 3).rem_euclid(7) + 1
    }

    pub fn day_of_year(self) -> i64 {
        self.epoch_day() - Self { year: self.year, month: 1, day: 1 }.epoch_day() + 1
    }

    pub fn is_leap_year(self) -> bool {
        is_leap_year(self.year())
    }

    pub fn length_of_year(self) -> i64 {
        365 + i64::from(self.is_leap_year())
    }

    pub fn length_of_month(self) -> u8 {
        length_of_month(self.year(), self.month)
    }

    pub fn plus_days(self, days: i64) -> Result<Self, DateError> {
        if days == 0 {
            return Ok(self);
        }
        let day = self.epoch_day().checked_add(days).ok_or_else(|| DateError::overflow("long"))?;
        Self::of_epoch_day(day)
    }

    /// Months later; the day is cut to the month's length.
    pub fn plus_months(self, months: i64) -> Result<Self, DateError> {
        if months == 0 {
            return Ok(self);
        }
        let count = self.proleptic_month().checked_add(months).ok_or_else(|| DateError::overflow("long"))?;
        self.with_year_month(count.div_euclid(12), count.rem_euclid(12) + 1)
    }

    pub fn plus_years(self, years: i64) -> Result<Self, DateError> {
        let year = self.year().checked_add(years).ok_or_else(|| DateError::overflow("long"))?;
        self.with_year_month(year, i64::from(self.month))
    }

    /// The same day in another month, cut to that month's length.
    pub(super) fn with_year_month(self, year: i64, month: i64) -> Result<Self, DateError> {
        let first = Self::of(year, month, 1)?;
        Ok(Self { day: self.day.min(first.length_of_month()), ..first })
    }

    pub fn proleptic_month(self) -> i64 {
        self.year() * 12 + i64::from(self.month) - 1
    }

    /// The field's value, for the fields that a date has.
    pub fn get(self, field: Field) -> Option<i64> {
        let day = i64::from(self.day);
        Some(match field {
            Field::DayOfWeek => self.day_of_week(),
            Field::AlignedDayOfWeekInMonth => (day - 1) % 7 + 1,
            Field::AlignedDayOfWeekInYear => (self.day_of_year() - 1) % 7 + 1,
            Field::DayOfMonth => day,
            Field::DayOfYear => self.day_of_year(),
            Field::EpochDay => self.epoch_day(),
            Field::AlignedWeekOfMonth => (day - 1) / 7 + 1,
            Field::AlignedWeekOfYear => (self.day_of_year() - 1) / 7 + 1,
            Field::MonthOfYear => i64::from(self.month),
            Field::ProlepticMonth => self.proleptic_month(),
            Field::YearOfEra if self.year >= 1 => self.year(),
            Field::YearOfEra => 1 - self.year(),
            Field::Year => self.year(),
            Field::Era => i64::from(self.year >= 1),
            Field::QuarterOfYear => (i64::from(self.month) + 2) / 3,
            Field::DayOfQuarter => {
                let first = Self { month: (self.month - 1) / 3 * 3 + 1, day: 1, ..self };
                self.epoch_day() - first.epoch_day() + 1
            }
            Field::ModifiedJulianDay => self.epoch_day() + 40_587,
            Field::IsoWeekOfWeekBasedYear => super::WeekFields::ISO.week_of_week_based_year(self),
            Field::IsoWeekBasedYear => super::WeekFields::ISO.week_based_year(self),
            _ => return None,
        })
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            0..=9999 => write!(f, "{:04}", self.year)?,
            -9999..=-1 => write!(f, "-{:04}", -self.year)?,
            10_000.. => write!(f, "+{}", self.year)?,
            _ => write!(f, "{}", self.year)?,
        }
        write!(f, "-{:02}-{:02}", self.month, self.day)
    }
}

/// A time of day without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    hour: u8,
    minute: u8,
    second: u8,
    nano: u32,
}

impl LocalTime {
    pub const MIDNIGHT: Self = Self { hour: 0, minute: 0, second: 0, nano: 0 };

    pub fn of(hour: i64, minute: i64, second: i64, nano: i64) -> Result<Self, DateError> {
        Ok(Self {
            hour: Field::HourOfDay.check(hour)? as u8,
            minute: Field::MinuteOfHour.check(minute)? as u8,
            second: Field::SecondOfMinute.check(second)? as u8,
            nano: Field::NanoOfSecond.check(nano)? as u32,
        })
    }

    /// The time so many nanoseconds (taken modulo a day) after midnight.
    pub fn of_nano_of_day(nanos: i64) -> Self {
        let nanos = nanos.rem_euclid(NANOS_PER_DAY);
        let mut time = Self::of_second_of_day(nanos / NANOS_PER_SECOND);
        time.nano = (nanos % NANOS_PER_SECOND) as u32;
        time
    }

    /// The time so many seconds (taken modulo a day) after midnight.
    pub(super) fn of_second_of_day(seconds: i64) -> Self {
        let seconds = seconds.rem_euclid(86_400);
        Self { hour: (seconds / 3_600) as u8, minute: (seconds / 60 % 60) as u8, second: (seconds % 60) as u8, nano: 0 }
    }

    pub fn hour(self) -> u8 {
        self.hour
    }

    pub fn minute(self) -> u8 {
        self.minute
    }

    pub fn second(self) -> u8 {
        self.second
    }

    pub fn nano(self) -> u32 {
        self.nano
    }

    pub fn with_nano(self, nano: u32) -> Self {
        Self { nano, ..self }
    }

    pub fn second_of_day(self) -> i64 {
        i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    pub fn nano_of_day(self) -> i64 {
        self.second_of_day() * NANOS_PER_SECOND + i64::from(self.nano)
    }

    /// The field's value, for the fields that a time has.
    pub fn get(self, field: Field) -> Option<i64> {
        let (hour, nano) = (i64::from(self.hour), i64::from(self.nano));
        let minute_of_day = hour * 60 + i64::from(self.minute);
        Some(match field {
            Field::NanoOfSecond => nano,
            Field::NanoOfDay => self.nano_of_day(),
            Field::MicroOfSecond => nano / 1_000,
            Field::MicroOfDay => self.nano_of_day() / 1_000,
            Field::MilliOfSecond => nano / 1_000_000,
            Field::MilliOfDay => self.nano_of_day() / 1_000_000,
            Field::SecondOfMinute => i64::from(self.second),
            Field::SecondOfDay => self.second_of_day(),
            Field::MinuteOfHour => i64::from(self.minute),
            Field::MinuteOfDay => minute_of_day,
            Field::HourOfAmPm => hour % 12,
            Field::ClockHourOfAmPm => (hour + 11) % 12 + 1,
            Field::HourOfDay => hour,
            Field::ClockHourOfDay => (hour + 23) % 24 + 1,
            Field::AmPmOfDay => hour / 12,
            _ => return None,
        })
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        if self.second == 0 && self.nano == 0 {
            return Ok(());
        }
        write!(f, ":{:02}", self.second)?;
        match self.nano {
            0 => Ok(()),
            n if n % 1_000_000 == 0 => write!(f, ".{:03}", n / 1_000_000),
            n if n % 1_000 == 0 => write!(f, ".{:06}", n / 1_000),
            n => write!(f, ".{n:09}"),
        }
    }
}

/// A date and time without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    pub date: LocalDate,
    pub time: LocalTime,
}

impl LocalDateTime {
    pub fn new(date: LocalDate, time: LocalTime) -> Self {
        Self { date, time }
    }

    /// Seconds since 1970-01-01T00:00 as if this were UTC.
    pub fn epoch_second(self) -> i64 {
        self.date.epoch_day() * 86_400 + self.time.second_of_day()
    }

    /// The local time so many seconds after the epoch.
    pub fn of_epoch_second(seconds: i64, nano: u32) -> Result<Self, DateError> {
        let date = LocalDate::of_epoch_day(seconds.div_euclid(86_400))?;
        Ok(Self { date, time: LocalTime::of_second_of_day(seconds).with_nano(nano) })
    }

    pub fn plus_seconds(self, seconds: i64) -> Result<Self, DateError> {
        let sum = self.epoch_second().checked_add(seconds).ok_or_else(|| DateError::overflow("long"))?;
        Self::of_epoch_second(sum, self.time.nano)
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn days_count_from_the_epoch() {
        for (date, day) in [
            ((1970, 1, 1), 0),
            ((2000, 2, 29), 11_016),
            ((1969, 12, 31), -1),
            ((0, 1, 1), -719_528),
            ((-4, 2, 29), -720_930),
            ((999_999_999, 12, 31), 365_241_780_471),
            ((-999_999_999, 1, 1), -365_243_219_162),
        ] {
            let local = LocalDate::of(date.0, date.1, date.2).unwrap();
            assert_eq!(local.epoch_day(), day, "{local}");
            assert_eq!(LocalDate::of_epoch_day(day).unwrap(), local);
        }
    }

    #[test]
    fn invalid_dates_are_refused_in_javas_words() {
        for (date, message) in [
            ((2021, 2, 29), "Invalid date 'February 29' as '2021' is not a leap year"),
            ((2021, 2, 31), "Invalid date 'FEBRUARY 31'"),
            ((2021, 13, 1), "Invalid value for MonthOfYear (valid values 1 - 12): 13"),
            ((2021, 1, 32), "Invalid value for DayOfMonth (valid values 1 - 28/31): 32"),
            ((1_000_000_000, 1, 1), "Invalid value for Year (valid values -999999999 - 999999999): 1000000000"),
        ] {
            assert_eq!(LocalDate::of(date.0, date.1, date.2).unwrap_err().message, message);
        }
        assert_eq!(
            LocalDate::of_year_day(2021, 366).unwrap_err().message,
            "Invalid date 'DayOfYear 366' as '2021' is not a leap year"
        );
    }

    #[test]
    fn dates_and_times_print_as_java_does() {
        for (year, text) in
            [(2021, "2021-03-04"), (12_021, "+12021-03-04"), (-1, "-0001-03-04"), (-12_021, "-12021-03-04")]
        {
            assert_eq!(LocalDate::of(year, 3, 4).unwrap().to_string(), text);
        }
        for (nanos, text) in [
            (0, "00:00"),
            (1_000_000_000, "00:00:01"),
            (1_500_000_000, "00:00:01.500"),
            (1, "00:00:00.000000001"),
            (1_000, "00:00:00.000001"),
        ] {
            assert_eq!(LocalTime::of_nano_of_day(nanos).to_string(), text);
        }
    }
}
