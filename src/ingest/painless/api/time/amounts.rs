//! `Duration` and `Period`.

use super::super::{Class, ClassId};
use super::{compare_to, long_at, shift, time_at, unit_at};
use crate::ingest::dates::DateError;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::{self, Period, Span, Time, Unit};
use crate::ingest::painless::value::Val;

macro_rules! of {
    ($unit:ident) => {
        |run, args| duration_of(run, long_at(args, 0), Unit::$unit)
    };
}

macro_rules! moved {
    ($unit:ident, $sign:literal) => {
        |run, args| shift(run, args, Unit::$unit, $sign)
    };
}

macro_rules! total {
    ($unit:ident) => {
        |_, args| Ok(Val::Long(span(args, 0)?.to_units(Unit::$unit.nanos().unwrap_or(1))?))
    };
}

pub const DURATION: Class = Class {
    name: "java.time.Duration",
    extends: &[ClassId::TemporalAmount, ClassId::Comparable],
    constants: &[("Duration ZERO", |run, _| Ok(run.time(Time::Duration(Span { seconds: 0, nanos: 0 }))))],
    statics: &[
        ("Duration between(Temporal, Temporal)", between),
        ("Duration of(long, TemporalUnit)", |run, args| duration_of(run, long_at(args, 0), unit_at(args, 1)?)),
        ("Duration ofDays(long)", of!(Days)),
        ("Duration ofHours(long)", of!(Hours)),
        ("Duration ofMillis(long)", of!(Millis)),
        ("Duration ofMinutes(long)", of!(Minutes)),
        ("Duration ofNanos(long)", of!(Nanos)),
        ("Duration ofSeconds(long)", of!(Seconds)),
        ("Duration ofSeconds(long, long)", |run, args| {
            let nanos = i128::from(long_at(args, 0)) * 1_000_000_000 + i128::from(long_at(args, 1));
            Ok(run.time(Time::Duration(Span::of_nanos(nanos)?)))
        }),
        ("Duration parse(CharSequence)", |run, args| {
            let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
            Ok(run.time(Time::Duration(Span::parse(text)?)))
        }),
    ],
    methods: &[
        ("Duration abs()", |run, args| changed(run, args, |n, _| Some(n.abs()))),
        ("int compareTo(Duration)", compare_to),
        ("Duration dividedBy(long)", |run, args| {
            if long_at(args, 1) == 0 {
                return Err(Thrown::new(ClassId::ArithmeticException, "Cannot divide by zero"));
            }
            changed(run, args, |n, by| Some(n / by))
        }),
        ("int getNano()", |_, args| Ok(Val::Int(span(args, 0)?.nanos as i32))),
        ("long getSeconds()", |_, args| Ok(Val::Long(span(args, 0)?.seconds))),
        ("boolean isNegative()", |_, args| Ok(Val::Bool(span(args, 0)?.seconds < 0))),
        ("boolean isZero()", |_, args| Ok(Val::Bool(span(args, 0)?.total_nanos() == 0))),
        ("Duration minus(Duration)", |run, args| sum(run, args, -1)),
        ("Duration minus(long, TemporalUnit)", |run, args| super::add(run, args, -1)),
        ("Duration minusDays(long)", moved!(Days, -1)),
        ("Duration minusHours(long)", moved!(Hours, -1)),
        ("Duration minusMillis(long)", moved!(Millis, -1)),
        ("Duration minusMinutes(long)", moved!(Minutes, -1)),
        ("Duration minusNanos(long)", moved!(Nanos, -1)),
        ("Duration minusSeconds(long)", moved!(Seconds, -1)),
        ("Duration multipliedBy(long)", |run, args| changed(run, args, i128::checked_mul)),
        ("Duration negated()", |run, args| changed(run, args, |n, _| Some(-n))),
        ("Duration plus(Duration)", |run, args| sum(run, args, 1)),
        ("Duration plus(long, TemporalUnit)", |run, args| super::add(run, args, 1)),
        ("Duration plusDays(long)", moved!(Days, 1)),
        ("Duration plusHours(long)", moved!(Hours, 1)),
        ("Duration plusMillis(long)", moved!(Millis, 1)),
        ("Duration plusMinutes(long)", moved!(Minutes, 1)),
        ("Duration plusNanos(long)", moved!(Nanos, 1)),
        ("Duration plusSeconds(long)", moved!(Seconds, 1)),
        ("long toDays()", |_, args| Ok(Val::Long(span(args, 0)?.seconds / 86_400))),
        ("long toHours()", |_, args| Ok(Val::Long(span(args, 0)?.seconds / 3_600))),
        ("long toMillis()", total!(Millis)),
        ("long toMinutes()", |_, args| Ok(Val::Long(span(args, 0)?.seconds / 60))),
        ("long toNanos()", total!(Nanos)),
        ("Duration withNanos(int)", |run, args| {
            let nanos = long_at(args, 1) as u32;
            Ok(run.time(Time::Duration(Span { nanos, ..span(args, 0)? })))
        }),
        ("Duration withSeconds(long)", |run, args| {
            Ok(run.time(Time::Duration(Span { seconds: long_at(args, 1), ..span(args, 0)? })))
        }),
    ],
    ..Class::EMPTY
};

macro_rules! period_of {
    ($years:expr, $months:expr, $days:expr) => {
        |run, args| {
            let (a, b, c) = (long_at(args, 0) as i32, long_at(args, 1) as i32, long_at(args, 2) as i32);
            let pick: fn(i32, i32, i32) -> Period = |a, b, c| {
                let _ = (a, b, c);
                Period { years: $years(a, b, c), months: $months(a, b, c), days: $days(a, b, c) }
            };
            Ok(run.time(Time::Period(pick(a, b, c))))
        }
    };
}

pub const PERIOD: Class = Class {
    name: "java.time.Period",
    extends: &[ClassId::TemporalAmount],
    constants: &[("Period ZERO", period_of!(|_, _, _| 0, |_, _, _| 0, |_, _, _| 0))],
    statics: &[
        ("Period between(LocalDate, LocalDate)", |run, args| match (time_at(args, 0)?, time_at(args, 1)?) {
            (Time::Date(start), Time::Date(end)) => Ok(run.time(Time::Period(Period::between(start, end)?))),
            _ => Err(Thrown::null_pointer("date")),
        }),
        ("Period of(int, int, int)", period_of!(|a, _, _| a, |_, b, _| b, |_, _, c| c)),
        ("Period ofDays(int)", period_of!(|_, _, _| 0, |_, _, _| 0, |a, _, _| a)),
        ("Period ofWeeks(int)", period_of!(|_, _, _| 0, |_, _, _| 0, |a: i32, _, _| a.wrapping_mul(7))),
        ("Period ofMonths(int)", period_of!(|_, _, _| 0, |a, _, _| a, |_, _, _| 0)),
        ("Period ofYears(int)", period_of!(|a, _, _| a, |_, _, _| 0, |_, _, _| 0)),
        ("Period parse(CharSequence)", |run, args| {
            let text = run.text(args.first().copied().unwrap_or(Val::Null))?;
            Ok(run.time(Time::Period(Period::parse(text)?)))
        }),
    ],
    methods: &[
        ("int getDays()", |_, args| Ok(Val::Int(period(args)?.days))),
        ("int getMonths()", |_, args| Ok(Val::Int(period(args)?.months))),
        ("int getYears()", |_, args| Ok(Val::Int(period(args)?.years))),
        ("long toTotalMonths()", |_, args| Ok(Val::Long(period(args)?.total_months()))),
        ("boolean isZero()", |_, args| Ok(Val::Bool(period(args)? == Period { years: 0, months: 0, days: 0 }))),
        ("boolean isNegative()", |_, args| {
            let period = period(args)?;
            Ok(Val::Bool(period.years < 0 || period.months < 0 || period.days < 0))
        }),
    ],
    ..Class::EMPTY
};

fn span(args: &[Val<'_>], index: usize) -> Result<Span, Thrown> {
    match time_at(args, index)? {
        Time::Duration(span) => Ok(span),
        _ => Err(Thrown::null_pointer("duration")),
    }
}

fn period(args: &[Val<'_>]) -> Result<Period, Thrown> {
    match time_at(args, 0)? {
        Time::Period(period) => Ok(period),
        _ => Err(Thrown::null_pointer("period")),
    }
}

fn duration_of<'a>(run: &mut Run<'_, 'a>, amount: i64, unit: Unit) -> Eval<'a> {
    let zero = Time::Duration(Span { seconds: 0, nanos: 0 });
    let duration = time::plus(zero, amount, unit)?;
    Ok(run.time(duration))
}

fn changed<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], change: fn(i128, i128) -> Option<i128>) -> Eval<'a> {
    let nanos = change(span(args, 0)?.total_nanos(), long_at(args, 1).into());
    let nanos = nanos.ok_or_else(|| DateError::overflow("long"))?;
    Ok(run.time(Time::Duration(Span::of_nanos(nanos)?)))
}

fn sum<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], sign: i128) -> Eval<'a> {
    let nanos = span(args, 0)?.total_nanos() + sign * span(args, 1)?.total_nanos();
    Ok(run.time(Time::Duration(Span::of_nanos(nanos)?)))
}

fn between<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let (start, end) = (time_at(args, 0)?, time_at(args, 1)?);
    // A date has no seconds: Java says so in these words.
    if let Time::Date(_) = start {
        return Err(Thrown::new(ClassId::UnsupportedTemporalTypeException, "Unsupported unit: Seconds"));
    }
    let nanos = match time::until(start, end, Unit::Nanos) {
        Ok(nanos) => i128::from(nanos),
        Err(_) => i128::from(time::until(start, end, Unit::Seconds)?) * 1_000_000_000,
    };
    Ok(run.time(Time::Duration(Span::of_nanos(nanos)?)))
}
