//! The steps that a pattern is compiled to. Each one parses and prints.

use super::names::{DayPeriods, Names};
use super::zone_names::NameTable;
use super::{Field, WeekFields};
use std::sync::Arc;

/// How a number's sign is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignStyle {
    /// Only the minus.
    Normal,
    /// The value is printed without its sign.
    Never,
    NotNegative,
    /// A plus where the number is wider than its least width.
    ExceedsPad,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub field: Field,
    pub min_width: u32,
    pub max_width: u32,
    pub sign: SignStyle,
    /// Digits of the numbers of fixed width that follow at once (`yyyyMMdd`): this one leaves them so many.
    pub following_digits: u32,
    pub form: NumberForm,
    /// The weeks that a week's or week-based year's field counts in.
    pub week: WeekFields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberForm {
    Plain,
    /// The last two digits of a year from 2000 to 2099.
    Reduced,
    /// Digits after the decimal point; the point itself is part of it or not.
    Fraction {
        point: bool,
    },
}

impl Number {
    pub fn new(field: Field, min_width: u32, max_width: u32, sign: SignStyle) -> Self {
        let (form, week) = (NumberForm::Plain, WeekFields::ISO);
        Self { field, min_width, max_width, sign, following_digits: 0, form, week }
    }

    /// The year of two digits: the first one from 2000 on, or from the week-based year of January 1st, 2000.
    pub fn full_year(&self, two_digits: i64) -> i64 {
        let before = self.field == Field::WeekBasedYear && two_digits == 99 && self.week.begins_2000_in_1999();
        if before { 1_999 } else { 2_000 + two_digits }
    }

    /// Whether its width never varies, so that a number before it can be of any width.
    pub fn is_fixed(&self) -> bool {
        self.min_width == self.max_width && self.sign == SignStyle::NotNegative
    }
}

/// The forms of offsets (`+HH:MM`): minutes and seconds in upper case are written always, in lower case when not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OffsetForm {
    pub colon: bool,
    pub minutes: Presence,
    pub seconds: Presence,
    /// What an offset of zero is written as.
    pub zero: &'static str,
    /// Whether a text may leave the minutes out although they are always printed.
    pub lenient: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Never,
    /// When not zero.
    Optional,
    Always,
}

/// Which zone ids are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneIdForm {
    /// The zone only: nothing is printed for a mere offset.
    Zone,
    /// The zone, else the offset.
    ZoneOrOffset,
    /// Only a zone that is not a mere offset.
    Region,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    /// An ASCII character.
    Byte(u8),
    Literal(Box<str>),
    Number(Number),
    Text {
        field: Field,
        names: Arc<Names>,
    },
    DayPeriod(Arc<DayPeriods>),
    Offset(OffsetForm),
    LocalizedOffset {
        long: bool,
        prefix: &'static str,
    },
    ZoneId(ZoneIdForm),
    ZoneText {
        long: bool,
        generic: bool,
        names: &'static NameTable,
    },
    /// As wide as `width`, filled up with spaces on the left.
    Pad {
        width: u32,
        op: Box<Op>,
    },
    Group {
        optional: bool,
        ops: Box<[Op]>,
    },
    /// Whether, from here on, letters of either case are equal.
    IgnoreCase(bool),
    /// A point in time in UTC. It is printed as one, and parsed by these ops.
    Instant(Box<[Op]>),
}
