//! Enumerations of `java.time`: `ChronoUnit`, `ChronoField`, `DayOfWeek`, `Month`.

use super::super::{Class, ClassId};
use super::{compare_to, convert, long_at, shift, time_at};
use crate::ingest::dates::{Field, LocalDate};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::{self, Span, Time, Unit, day_of_week_named, month_named};
use crate::ingest::painless::value::Val;

pub const ENUM: Class = Class {
    name: "java.lang.Enum",
    extends: &[ClassId::Comparable],
    methods: &[("String name()", name), ("int ordinal()", ordinal), ("int compareTo(Enum)", compare_to)],
    ..Class::EMPTY
};

pub const TEMPORAL_UNIT: Class = Class {
    name: "java.time.temporal.TemporalUnit",
    methods: &[
        ("long between(Temporal, Temporal)", |_, args| {
            let Time::Unit(unit) = time_at(args, 0)? else { return Ok(Val::Long(0)) };
            time::until(time_at(args, 1)?, time_at(args, 2)?, unit).map(Val::Long).map_err(Thrown::from)
        }),
        ("Duration getDuration()", |run, args| {
            let unit = unit_of(args)?;
            // Longer ones are estimates: a month is a twelfth of 365.2425 days.
            let seconds = match (unit.nanos(), unit.days(), unit.months()) {
                (Some(nanos), ..) => return Ok(run.time(Time::Duration(Span::of_nanos(nanos)?))),
                (_, Some(days), _) => days * 86_400,
                (.., Some(months)) => months * 2_629_746,
                _ => 31_556_952_000_000_000,
            };
            Ok(run.time(Time::Duration(Span { seconds, nanos: 0 })))
        }),
        ("boolean isDateBased()", |_, args| Ok(Val::Bool(unit_of(args)?.is_date_based()))),
        ("boolean isTimeBased()", |_, args| Ok(Val::Bool(unit_of(args)?.is_time_based()))),
    ],
    ..Class::EMPTY
};

pub const TEMPORAL_FIELD: Class = Class { name: "java.time.temporal.TemporalField", ..Class::EMPTY };

macro_rules! constants {
    ($class:literal, $wrap:expr, [$($name:literal => $value:expr),* $(,)?]) => {
        &[$((concat!($class, " ", $name), |run, _| Ok(run.time($wrap($value))))),*]
    };
}

pub const CHRONO_UNIT: Class = Class {
    name: "java.time.temporal.ChronoUnit",
    extends: &[ClassId::Enum, ClassId::TemporalUnit],
    constants: constants!("ChronoUnit", Time::Unit, [
        "NANOS" => Unit::Nanos, "MICROS" => Unit::Micros, "MILLIS" => Unit::Millis, "SECONDS" => Unit::Seconds,
        "MINUTES" => Unit::Minutes, "HOURS" => Unit::Hours, "HALF_DAYS" => Unit::HalfDays, "DAYS" => Unit::Days,
        "WEEKS" => Unit::Weeks, "MONTHS" => Unit::Months, "YEARS" => Unit::Years, "DECADES" => Unit::Decades,
        "CENTURIES" => Unit::Centuries, "MILLENNIA" => Unit::Millennia, "ERAS" => Unit::Eras,
        "FOREVER" => Unit::Forever,
    ]),
    statics: &[("ChronoUnit valueOf(String)", |run, args| {
        let name = run.text(args.first().copied().unwrap_or(Val::Null))?;
        match Unit::ALL.into_iter().find(|unit| unit.name() == name) {
            Some(unit) => Ok(run.time(Time::Unit(unit))),
            None => Err(no_constant("java.time.temporal.ChronoUnit", name)),
        }
    })],
    ..Class::EMPTY
};

pub const CHRONO_FIELD: Class = Class {
    name: "java.time.temporal.ChronoField",
    extends: &[ClassId::Enum, ClassId::TemporalField],
    constants: constants!("ChronoField", Time::Field, [
        "NANO_OF_SECOND" => Field::NanoOfSecond, "NANO_OF_DAY" => Field::NanoOfDay,
        "MICRO_OF_SECOND" => Field::MicroOfSecond, "MICRO_OF_DAY" => Field::MicroOfDay,
        "MILLI_OF_SECOND" => Field::MilliOfSecond, "MILLI_OF_DAY" => Field::MilliOfDay,
        "SECOND_OF_MINUTE" => Field::SecondOfMinute, "SECOND_OF_DAY" => Field::SecondOfDay,
        "MINUTE_OF_HOUR" => Field::MinuteOfHour, "MINUTE_OF_DAY" => Field::MinuteOfDay,
        "HOUR_OF_AMPM" => Field::HourOfAmPm, "CLOCK_HOUR_OF_AMPM" => Field::ClockHourOfAmPm,
        "HOUR_OF_DAY" => Field::HourOfDay, "CLOCK_HOUR_OF_DAY" => Field::ClockHourOfDay,
        "AMPM_OF_DAY" => Field::AmPmOfDay, "DAY_OF_WEEK" => Field::DayOfWeek,
        "ALIGNED_DAY_OF_WEEK_IN_MONTH" => Field::AlignedDayOfWeekInMonth,
        "ALIGNED_DAY_OF_WEEK_IN_YEAR" => Field::AlignedDayOfWeekInYear, "DAY_OF_MONTH" => Field::DayOfMonth,
        "DAY_OF_YEAR" => Field::DayOfYear, "EPOCH_DAY" => Field::EpochDay,
        "ALIGNED_WEEK_OF_MONTH" => Field::AlignedWeekOfMonth, "ALIGNED_WEEK_OF_YEAR" => Field::AlignedWeekOfYear,
        "MONTH_OF_YEAR" => Field::MonthOfYear, "PROLEPTIC_MONTH" => Field::ProlepticMonth,
        "YEAR_OF_ERA" => Field::YearOfEra, "YEAR" => Field::Year, "ERA" => Field::Era,
        "INSTANT_SECONDS" => Field::InstantSeconds, "OFFSET_SECONDS" => Field::OffsetSeconds,
    ]),
    ..Class::EMPTY
};

pub const ISO_FIELDS: Class = Class {
    name: "java.time.temporal.IsoFields",
    constants: constants!("TemporalField", Time::Field, [
        "DAY_OF_QUARTER" => Field::DayOfQuarter, "QUARTER_OF_YEAR" => Field::QuarterOfYear,
        "WEEK_BASED_YEAR" => Field::IsoWeekBasedYear, "WEEK_OF_WEEK_BASED_YEAR" => Field::IsoWeekOfWeekBasedYear,
    ]),
    ..Class::EMPTY
};

pub const DAY_OF_WEEK: Class = Class {
    name: "java.time.DayOfWeek",
    extends: &[ClassId::Enum, ClassId::TemporalAccessor, ClassId::TemporalAdjuster],
    constants: constants!("DayOfWeek", Time::DayOfWeek, [
        "MONDAY" => 1, "TUESDAY" => 2, "WEDNESDAY" => 3, "THURSDAY" => 4, "FRIDAY" => 5, "SATURDAY" => 6, "SUNDAY" => 7,
    ]),
    statics: &[
        ("DayOfWeek from(TemporalAccessor)", |run, args| convert(run, args, ClassId::DayOfWeek)),
        ("DayOfWeek of(int)", |run, args| match long_at(args, 0) {
            day @ 1..=7 => Ok(run.time(Time::DayOfWeek(day as u8))),
            day => Err(Thrown::new(ClassId::DateTimeException, format!("Invalid value for DayOfWeek: {day}"))),
        }),
        ("DayOfWeek valueOf(String)", |run, args| {
            let name = run.text(args.first().copied().unwrap_or(Val::Null))?;
            let day = day_of_week_named(name).ok_or_else(|| no_constant("java.time.DayOfWeek", name))?;
            Ok(run.time(Time::DayOfWeek(day)))
        }),
    ],
    methods: &[
        ("int getValue()", value),
        ("DayOfWeek plus(long)", |run, args| shift(run, args, Unit::Days, 1)),
        ("DayOfWeek minus(long)", |run, args| shift(run, args, Unit::Days, -1)),
    ],
    ..Class::EMPTY
};

pub const MONTH: Class = Class {
    name: "java.time.Month",
    extends: &[ClassId::Enum, ClassId::TemporalAccessor, ClassId::TemporalAdjuster],
    constants: constants!("Month", Time::Month, [
        "JANUARY" => 1, "FEBRUARY" => 2, "MARCH" => 3, "APRIL" => 4, "MAY" => 5, "JUNE" => 6, "JULY" => 7,
        "AUGUST" => 8, "SEPTEMBER" => 9, "OCTOBER" => 10, "NOVEMBER" => 11, "DECEMBER" => 12,
    ]),
    statics: &[
        ("Month from(TemporalAccessor)", |run, args| convert(run, args, ClassId::Month)),
        ("Month of(int)", |run, args| match long_at(args, 0) {
            month @ 1..=12 => Ok(run.time(Time::Month(month as u8))),
            month => Err(Thrown::new(ClassId::DateTimeException, format!("Invalid value for MonthOfYear: {month}"))),
        }),
        ("Month valueOf(String)", |run, args| {
            let name = run.text(args.first().copied().unwrap_or(Val::Null))?;
            let month = month_named(name).ok_or_else(|| no_constant("java.time.Month", name))?;
            Ok(run.time(Time::Month(month)))
        }),
    ],
    methods: &[
        ("int getValue()", value),
        ("int length(boolean)", |_, args| {
            let year = if matches!(args.get(1), Some(Val::Bool(true))) { 2000 } else { 2001 };
            let month = value_of(args)?;
            Ok(Val::Int(LocalDate::of(year, month.into(), 1)?.length_of_month().into()))
        }),
        ("Month plus(long)", |run, args| shift(run, args, Unit::Months, 1)),
        ("Month minus(long)", |run, args| shift(run, args, Unit::Months, -1)),
    ],
    ..Class::EMPTY
};

fn no_constant(class: &str, name: &str) -> Thrown {
    Thrown::illegal_argument(format!("No enum constant {class}.{name}"))
}

fn unit_of(args: &[Val<'_>]) -> Result<Unit, Thrown> {
    super::unit_at(args, 0)
}

fn value_of(args: &[Val<'_>]) -> Result<u8, Thrown> {
    match time_at(args, 0)? {
        Time::DayOfWeek(n) | Time::Month(n) => Ok(n),
        _ => Err(Thrown::null_pointer("value")),
    }
}

fn value<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Int(value_of(args)?.into()))
}

fn name<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let text = match time_at(args, 0)? {
        Time::Unit(unit) => unit.name(),
        Time::Field(field) => constant_name(field.name()),
        other => other.to_string(),
    };
    run.string(&text)
}

/// `HourOfDay` as the constant `HOUR_OF_DAY`.
fn constant_name(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.replace("AmPm", "Ampm").char_indices() {
        if i > 0 && c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

fn ordinal<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Int(match time_at(args, 0)? {
        Time::DayOfWeek(n) | Time::Month(n) => i32::from(n) - 1,
        Time::Unit(unit) => unit as i32,
        Time::Field(field) => field as i32,
        _ => 0,
    }))
}
