//! The fields of dates and times, with Java's names and ranges (`ChronoField`, `IsoFields`, `WeekFields`, `JulianFields`).

use super::calendar::{MAX_YEAR, MIN_YEAR};
use super::{DateError, WeekFields};
use std::borrow::Cow;

/// One field of a date or time. The last ones depend on a definition of weeks ([`super::WeekFields`]).
/// Declares the fields, and the table of all of them in the same order.
macro_rules! fields {
    ($($(#[$note:meta])* $name:ident,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Field {
            $($(#[$note])* $name,)*
        }

        impl Field {
            pub(super) const ALL: [Self; Self::COUNT] = [$(Self::$name,)*];
        }
    };
}

fields! {
    NanoOfSecond,
    NanoOfDay,
    MicroOfSecond,
    MicroOfDay,
    MilliOfSecond,
    MilliOfDay,
    SecondOfMinute,
    SecondOfDay,
    MinuteOfHour,
    MinuteOfDay,
    HourOfAmPm,
    ClockHourOfAmPm,
    HourOfDay,
    ClockHourOfDay,
    AmPmOfDay,
    DayOfWeek,
    AlignedDayOfWeekInMonth,
    AlignedDayOfWeekInYear,
    DayOfMonth,
    DayOfYear,
    EpochDay,
    AlignedWeekOfMonth,
    AlignedWeekOfYear,
    MonthOfYear,
    ProlepticMonth,
    YearOfEra,
    Year,
    Era,
    InstantSeconds,
    OffsetSeconds,
    DayOfQuarter,
    QuarterOfYear,
    IsoWeekOfWeekBasedYear,
    IsoWeekBasedYear,
    ModifiedJulianDay,
    /// The sign, seconds, milliseconds and their fractions in Elasticsearch's `epoch_second` and `epoch_millis`.
    EpochSign,
    EpochSeconds,
    EpochNanosOfSecond,
    EpochMillis,
    EpochNanosOfMilli,
    LocalDayOfWeek,
    WeekOfMonth,
    WeekOfWeekBasedYear,
    WeekBasedYear,
}

impl Field {
    pub(super) const COUNT: usize = Field::WeekBasedYear as usize + 1;

    pub fn name(self) -> &'static str {
        use Field::*;
        match self {
            NanoOfSecond => "NanoOfSecond",
            NanoOfDay => "NanoOfDay",
            MicroOfSecond => "MicroOfSecond",
            MicroOfDay => "MicroOfDay",
            MilliOfSecond => "MilliOfSecond",
            MilliOfDay => "MilliOfDay",
            SecondOfMinute => "SecondOfMinute",
            SecondOfDay => "SecondOfDay",
            MinuteOfHour => "MinuteOfHour",
            MinuteOfDay => "MinuteOfDay",
            HourOfAmPm => "HourOfAmPm",
            ClockHourOfAmPm => "ClockHourOfAmPm",
            HourOfDay => "HourOfDay",
            ClockHourOfDay => "ClockHourOfDay",
            AmPmOfDay => "AmPmOfDay",
            DayOfWeek => "DayOfWeek",
            AlignedDayOfWeekInMonth => "AlignedDayOfWeekInMonth",
            AlignedDayOfWeekInYear => "AlignedDayOfWeekInYear",
            DayOfMonth => "DayOfMonth",
            DayOfYear => "DayOfYear",
            EpochDay => "EpochDay",
            AlignedWeekOfMonth => "AlignedWeekOfMonth",
            AlignedWeekOfYear => "AlignedWeekOfYear",
            MonthOfYear => "MonthOfYear",
            ProlepticMonth => "ProlepticMonth",
            YearOfEra => "YearOfEra",
            Year => "Year",
            Era => "Era",
            InstantSeconds => "InstantSeconds",
            OffsetSeconds => "OffsetSeconds",
            DayOfQuarter => "DayOfQuarter",
            QuarterOfYear => "QuarterOfYear",
            IsoWeekOfWeekBasedYear | WeekOfWeekBasedYear => "WeekOfWeekBasedYear",
            IsoWeekBasedYear | WeekBasedYear => "WeekBasedYear",
            ModifiedJulianDay => "ModifiedJulianDay",
            EpochSign => "EpochForever",
            EpochSeconds => "EpochSeconds",
            EpochNanosOfSecond => "EpochNanosOfSeconds",
            EpochMillis => "EpochMillis",
            EpochNanosOfMilli => "EpochNanosOfMillis",
            LocalDayOfWeek => "DayOfWeek",
            WeekOfMonth => "WeekOfMonth",
        }
    }

    pub(super) fn range(self) -> Range {
        use Field::*;
        let fixed = |min, max| Range { min, min_largest: min, max_smallest: max, max };
        match self {
            NanoOfSecond | EpochNanosOfSecond => fixed(0, 999_999_999),
            NanoOfDay => fixed(0, 86_399_999_999_999),
            MicroOfSecond | EpochNanosOfMilli => fixed(0, 999_999),
            MicroOfDay => fixed(0, 86_399_999_999),
            MilliOfSecond => fixed(0, 999),
            MilliOfDay => fixed(0, 86_399_999),
            SecondOfMinute | MinuteOfHour => fixed(0, 59),
            SecondOfDay => fixed(0, 86_399),
            MinuteOfDay => fixed(0, 1_439),
            HourOfAmPm => fixed(0, 11),
            ClockHourOfAmPm => fixed(1, 12),
            HourOfDay => fixed(0, 23),
            ClockHourOfDay => fixed(1, 24),
            AmPmOfDay | Era | EpochSign => fixed(0, 1),
            DayOfWeek | AlignedDayOfWeekInMonth | AlignedDayOfWeekInYear | LocalDayOfWeek => fixed(1, 7),
            DayOfMonth => Range { min: 1, min_largest: 1, max_smallest: 28, max: 31 },
            DayOfYear => Range { min: 1, min_largest: 1, max_smallest: 365, max: 366 },
            EpochDay => fixed(-365_243_219_162, 365_241_780_471),
            AlignedWeekOfMonth => Range { min: 1, min_largest: 1, max_smallest: 4, max: 5 },
            AlignedWeekOfYear => fixed(1, 53),
            MonthOfYear => fixed(1, 12),
            ProlepticMonth => fixed(MIN_YEAR * 12, MAX_YEAR * 12 + 11),
            YearOfEra => Range { min: 1, min_largest: 1, max_smallest: MAX_YEAR, max: MAX_YEAR + 1 },
            Year | IsoWeekBasedYear | WeekBasedYear => fixed(MIN_YEAR, MAX_YEAR),
            InstantSeconds => fixed(i64::MIN, i64::MAX),
            OffsetSeconds => fixed(-64_800, 64_800),
            DayOfQuarter => Range { min: 1, min_largest: 1, max_smallest: 90, max: 92 },
            QuarterOfYear => fixed(1, 4),
            IsoWeekOfWeekBasedYear | WeekOfWeekBasedYear => Range { min: 1, min_largest: 1, max_smallest: 52, max: 53 },
            ModifiedJulianDay => fixed(-365_243_219_162 + 40_587, 365_241_780_471 + 40_587),
            EpochSeconds | EpochMillis => fixed(0, i64::MAX),
            WeekOfMonth => Range { min: 0, min_largest: 1, max_smallest: 4, max: 6 },
        }
    }

    /// `value` if it lies within the field's range.
    pub(super) fn check(self, value: i64) -> Result<i64, DateError> {
        let range = self.range();
        if range.contains(value) { Ok(value) } else { Err(range.error(self.name(), value)) }
    }

    /// Whether a `LocalDate` has it.
    pub(super) fn is_date_based(self) -> bool {
        use Field::*;
        matches!(
            self,
            DayOfWeek
                | AlignedDayOfWeekInMonth
                | AlignedDayOfWeekInYear
                | DayOfMonth
                | DayOfYear
                | EpochDay
                | AlignedWeekOfMonth
                | AlignedWeekOfYear
                | MonthOfYear
                | ProlepticMonth
                | YearOfEra
                | Year
                | Era
        )
    }

    /// Whether a `LocalTime` has it.
    pub(super) fn is_time_based(self) -> bool {
        self as u8 <= Field::AmPmOfDay as u8
    }
}

/// The values that a field may have: its bounds may themselves vary (`1 - 28/31`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub min: i64,
    pub min_largest: i64,
    pub max_smallest: i64,
    pub max: i64,
}

impl Range {
    pub fn contains(&self, value: i64) -> bool {
        (self.min..=self.max).contains(&value)
    }

    pub fn error(&self, field: &str, value: i64) -> DateError {
        let min = if self.min == self.min_largest { String::new() } else { format!("/{}", self.min_largest) };
        let max = if self.max == self.max_smallest { String::new() } else { format!("{}/", self.max_smallest) };
        DateError::date_time(format!(
            "Invalid value for {field} (valid values {}{min} - {max}{}): {value}",
            self.min, self.max
        ))
    }
}

impl Field {
    /// The name, with the definition of weeks for the fields that depend on one.
    pub(super) fn name_in(self, week: WeekFields) -> Cow<'static, str> {
        if self as u8 >= Self::LocalDayOfWeek as u8 {
            format!("{}[{week}]", self.name()).into()
        } else {
            self.name().into()
        }
    }

    /// [`Self::check`] for a field of a definition of weeks, which its name tells.
    pub(super) fn check_in(self, value: i64, week: WeekFields) -> Result<i64, DateError> {
        let range = self.range();
        if range.contains(value) { Ok(value) } else { Err(range.error(&self.name_in(week), value)) }
    }
}
