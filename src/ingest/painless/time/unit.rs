//! `ChronoUnit`.

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    Nanos,
    Micros,
    Millis,
    Seconds,
    Minutes,
    Hours,
    HalfDays,
    Days,
    Weeks,
    Months,
    Years,
    Decades,
    Centuries,
    Millennia,
    Eras,
    Forever,
}

impl Unit {
    pub const ALL: [Self; 16] = [
        Self::Nanos,
        Self::Micros,
        Self::Millis,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::HalfDays,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Years,
        Self::Decades,
        Self::Centuries,
        Self::Millennia,
        Self::Eras,
        Self::Forever,
    ];

    /// As `toString()` gives it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Nanos => "Nanos",
            Self::Micros => "Micros",
            Self::Millis => "Millis",
            Self::Seconds => "Seconds",
            Self::Minutes => "Minutes",
            Self::Hours => "Hours",
            Self::HalfDays => "HalfDays",
            Self::Days => "Days",
            Self::Weeks => "Weeks",
            Self::Months => "Months",
            Self::Years => "Years",
            Self::Decades => "Decades",
            Self::Centuries => "Centuries",
            Self::Millennia => "Millennia",
            Self::Eras => "Eras",
            Self::Forever => "Forever",
        }
    }

    /// The constant's name: `HALF_DAYS`.
    pub fn name(self) -> String {
        match self {
            Self::HalfDays => "HALF_DAYS".to_owned(),
            _ => self.text().to_ascii_uppercase(),
        }
    }

    /// How long it is, where that is always the same and no longer than a day.
    pub fn nanos(self) -> Option<i128> {
        Some(match self {
            Self::Nanos => 1,
            Self::Micros => 1_000,
            Self::Millis => 1_000_000,
            Self::Seconds => 1_000_000_000,
            Self::Minutes => 60_000_000_000,
            Self::Hours => 3_600_000_000_000,
            Self::HalfDays => 43_200_000_000_000,
            Self::Days => 86_400_000_000_000,
            _ => return None,
        })
    }

    /// How many days, for days and weeks.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Days => Some(1),
            Self::Weeks => Some(7),
            _ => None,
        }
    }

    /// How many months, for months and longer ones.
    pub fn months(self) -> Option<i64> {
        Some(match self {
            Self::Months => 1,
            Self::Years => 12,
            Self::Decades => 120,
            Self::Centuries => 1_200,
            Self::Millennia => 12_000,
            _ => return None,
        })
    }

    pub fn is_date_based(self) -> bool {
        self >= Self::Days && self != Self::Forever
    }

    pub fn is_time_based(self) -> bool {
        self < Self::Days
    }
}
