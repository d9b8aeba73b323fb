//! `java.time.Period`.

use crate::ingest::dates::{DateError, DateErrorKind, LocalDate};
use std::fmt;

/// Years, months and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub years: i32,
    pub months: i32,
    pub days: i32,
}

impl Period {
    /// From one day to another.
    pub fn between(start: LocalDate, end: LocalDate) -> Result<Self, DateError> {
        let mut months = end.proleptic_month() - start.proleptic_month();
        let mut days = i64::from(end.day()) - i64::from(start.day());
        if months > 0 && days < 0 {
            months -= 1;
            days = end.epoch_day() - start.plus_months(months)?.epoch_day();
        } else if months < 0 && days > 0 {
            months += 1;
            days -= i64::from(end.length_of_month());
        }
        Ok(Self { years: (months / 12) as i32, months: (months % 12) as i32, days: days as i32 })
    }

    pub fn total_months(self) -> i64 {
        i64::from(self.years) * 12 + i64::from(self.months)
    }

    /// `P1Y2M3W4D`.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        Self::read(text)
            .ok_or_else(|| DateError::new(DateErrorKind::Parse, "Text cannot be parsed to a Period".to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let (sign, rest) = match upper.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, upper.strip_prefix('+').unwrap_or(&upper)),
        };
        let mut left = rest.strip_prefix('P')?;
        if left.is_empty() {
            return None;
        }
        let mut parts = [0_i32; 4];
        for (part, unit) in parts.iter_mut().zip(['Y', 'M', 'W', 'D']) {
            if let Some((number, rest)) = left.split_once(unit) {
                *part = number.parse::<i32>().ok()?.checked_mul(sign)?;
                left = rest;
            }
        }
        let [years, months, weeks, days] = parts;
        left.is_empty().then_some(())?;
        Some(Self { years, months, days: days.checked_add(weeks.checked_mul(7)?)? })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (self.years, self.months, self.days) == (0, 0, 0) {
            return f.write_str("P0D");
        }
        f.write_str("P")?;
        for (value, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if value != 0 {
                write!(f, "{value}{unit}")?;
            }
        }
        Ok(())
    }
}
