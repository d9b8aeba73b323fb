//! `LocalDate`, `LocalTime`, `LocalDateTime`.

use super::super::{Class, ClassId};
use super::formatters::{format, parse};
use super::instants::{at_offset, at_zone};
use super::{compare_to, convert, long_at, ordered, temporal_methods, time_at, truncated, zone_at};
use crate::ingest::dates::{Field, LocalDate, LocalDateTime, LocalTime, ZonedDateTime};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::{Period, Time};
use crate::ingest::painless::value::Val;

pub const LOCAL_DATE: Class = Class {
    name: "java.time.LocalDate",
    extends: &[ClassId::ChronoLocalDate],
    statics: &[
        ("LocalDate from(TemporalAccessor)", |run, args| convert(run, args, ClassId::LocalDate)),
        ("LocalDate of(int, int, int)", |run, args| {
            let date = LocalDate::of(long_at(args, 0), long_at(args, 1), long_at(args, 2))?;
            Ok(run.time(Time::Date(date)))
        }),
        (
            "LocalDate ofEpochDay(long)",
            |run, args| Ok(run.time(Time::Date(LocalDate::of_epoch_day(long_at(args, 0))?))),
        ),
        ("LocalDate ofYearDay(int, int)", |run, args| {
            Ok(run.time(Time::Date(LocalDate::of_year_day(long_at(args, 0), long_at(args, 1))?)))
        }),
        ("LocalDate parse(CharSequence)", |run, args| parse(run, args, "ISO_LOCAL_DATE", ClassId::LocalDate)),
        ("LocalDate parse(CharSequence, DateTimeFormatter)", |run, args| parse(run, args, "", ClassId::LocalDate)),
    ],
    methods: temporal_methods!(
        "LocalDate",
        shifts: [Days, Weeks, Months, Years],
        withs: [
            "withDayOfMonth" => DayOfMonth, "withDayOfYear" => DayOfYear, "withMonth" => MonthOfYear, "withYear" => Year,
        ],
        gets: [
            "getDayOfMonth" => DayOfMonth, "getDayOfYear" => DayOfYear, "getMonthValue" => MonthOfYear, "getYear" => Year,
        ],
        [
            ("LocalDateTime atStartOfDay()", |run, args| {
                Ok(run.time(Time::Local(LocalDateTime::new(date(args)?, LocalTime::MIDNIGHT))))
            }),
            ("ZonedDateTime atStartOfDay(ZoneId)", |run, args| {
                Ok(run.time(Time::Zoned(ZonedDateTime::start_of_day(date(args)?, zone_at(args, 1)?)?)))
            }),
            ("LocalDateTime atTime(LocalTime)", join),
            ("LocalDateTime atTime(int, int)", at_time),
            ("LocalDateTime atTime(int, int, int)", at_time),
            ("LocalDateTime atTime(int, int, int, int)", at_time),
            ("DayOfWeek getDayOfWeek()", |run, args| convert(run, args, ClassId::DayOfWeek)),
            ("Month getMonth()", |run, args| convert(run, args, ClassId::Month)),
            ("Period until(ChronoLocalDate)", |run, args| {
                let end = time_at(args, 1)?.date().ok_or_else(|| Thrown::null_pointer("date"))?;
                Ok(run.time(Time::Period(Period::between(date(args)?, end)?)))
            }),
            ("long toEpochDay()", |_, args| Ok(Val::Long(date(args)?.epoch_day()))),
            ("boolean isLeapYear()", |_, args| Ok(Val::Bool(date(args)?.is_leap_year()))),
            ("int lengthOfMonth()", |_, args| Ok(Val::Int(date(args)?.length_of_month().into()))),
            ("int lengthOfYear()", |_, args| Ok(Val::Int(date(args)?.length_of_year() as i32))),
            ("String format(DateTimeFormatter)", format),
            ("boolean isAfter(ChronoLocalDate)", |_, args| ordered(args, |o| o.is_gt())),
            ("boolean isBefore(ChronoLocalDate)", |_, args| ordered(args, |o| o.is_lt())),
            ("boolean isEqual(ChronoLocalDate)", |_, args| ordered(args, |o| o.is_eq())),
            ("int compareTo(ChronoLocalDate)", compare_to),
        ]
    ),
    ..Class::EMPTY
};

pub const LOCAL_TIME: Class = Class {
    name: "java.time.LocalTime",
    extends: &[ClassId::Temporal, ClassId::TemporalAdjuster, ClassId::Comparable],
    constants: &[
        ("LocalTime MIDNIGHT", |run, _| Ok(run.time(Time::Clock(LocalTime::MIDNIGHT)))),
        ("LocalTime MIN", |run, _| Ok(run.time(Time::Clock(LocalTime::MIDNIGHT)))),
        ("LocalTime NOON", |run, _| Ok(run.time(Time::Clock(LocalTime::of(12, 0, 0, 0)?)))),
        ("LocalTime MAX", |run, _| Ok(run.time(Time::Clock(LocalTime::of(23, 59, 59, 999_999_999)?)))),
    ],
    statics: &[
        ("LocalTime from(TemporalAccessor)", |run, args| convert(run, args, ClassId::LocalTime)),
        ("LocalTime of(int, int)", |run, args| Ok(run.time(Time::Clock(clock_of(args)?)))),
        ("LocalTime of(int, int, int)", |run, args| Ok(run.time(Time::Clock(clock_of(args)?)))),
        ("LocalTime of(int, int, int, int)", |run, args| Ok(run.time(Time::Clock(clock_of(args)?)))),
        ("LocalTime ofNanoOfDay(long)", |run, args| {
            Ok(run.time(Time::Clock(LocalTime::of_nano_of_day(long_at(args, 0)))))
        }),
        ("LocalTime ofSecondOfDay(long)", |run, args| {
            Ok(run.time(Time::Clock(LocalTime::of_nano_of_day(long_at(args, 0).wrapping_mul(1_000_000_000)))))
        }),
        ("LocalTime parse(CharSequence)", |run, args| parse(run, args, "ISO_LOCAL_TIME", ClassId::LocalTime)),
        ("LocalTime parse(CharSequence, DateTimeFormatter)", |run, args| parse(run, args, "", ClassId::LocalTime)),
    ],
    methods: temporal_methods!(
        "LocalTime",
        shifts: [Nanos, Seconds, Minutes, Hours],
        withs: [
            "withHour" => HourOfDay, "withMinute" => MinuteOfHour, "withNano" => NanoOfSecond,
            "withSecond" => SecondOfMinute,
        ],
        gets: [
            "getHour" => HourOfDay, "getMinute" => MinuteOfHour, "getNano" => NanoOfSecond,
            "getSecond" => SecondOfMinute, "toSecondOfDay" => SecondOfDay,
        ],
        [
            ("LocalDateTime atDate(LocalDate)", |run, args| join(run, &[args[1], args[0]])),
            ("long toNanoOfDay()", |_, args| {
                Ok(Val::Long(time_at(args, 0)?.get(Field::NanoOfDay).unwrap_or(0)))
            }),
            ("LocalTime truncatedTo(TemporalUnit)", truncated),
            ("String format(DateTimeFormatter)", format),
            ("boolean isAfter(LocalTime)", |_, args| ordered(args, |o| o.is_gt())),
            ("boolean isBefore(LocalTime)", |_, args| ordered(args, |o| o.is_lt())),
            ("int compareTo(LocalTime)", compare_to),
        ]
    ),
    ..Class::EMPTY
};

pub const LOCAL_DATE_TIME: Class = Class {
    name: "java.time.LocalDateTime",
    extends: &[ClassId::ChronoLocalDateTime],
    statics: &[
        ("LocalDateTime from(TemporalAccessor)", |run, args| convert(run, args, ClassId::LocalDateTime)),
        ("LocalDateTime of(LocalDate, LocalTime)", join),
        ("LocalDateTime of(int, int, int, int, int)", of_numbers),
        ("LocalDateTime of(int, int, int, int, int, int)", of_numbers),
        ("LocalDateTime of(int, int, int, int, int, int, int)", of_numbers),
        ("LocalDateTime ofEpochSecond(long, int, ZoneOffset)", |run, args| {
            let offset = zone_at(args, 2)?.offset().map_or(0, |o| o.seconds());
            let local =
                LocalDateTime::of_epoch_second(long_at(args, 0).saturating_add(offset), long_at(args, 1) as u32)?;
            Ok(run.time(Time::Local(local)))
        }),
        ("LocalDateTime ofInstant(Instant, ZoneId)", |run, args| {
            let at = at_zone(run, args)?;
            convert(run, &[at], ClassId::LocalDateTime)
        }),
        ("LocalDateTime parse(CharSequence)", |run, args| {
            parse(run, args, "ISO_LOCAL_DATE_TIME", ClassId::LocalDateTime)
        }),
        ("LocalDateTime parse(CharSequence, DateTimeFormatter)", |run, args| {
            parse(run, args, "", ClassId::LocalDateTime)
        }),
    ],
    methods: temporal_methods!(
        "LocalDateTime",
        shifts: [Nanos, Seconds, Minutes, Hours, Days, Weeks, Months, Years],
        withs: [
            "withDayOfMonth" => DayOfMonth, "withDayOfYear" => DayOfYear, "withHour" => HourOfDay,
            "withMinute" => MinuteOfHour, "withMonth" => MonthOfYear, "withSecond" => SecondOfMinute, "withYear" => Year,
        ],
        gets: [
            "getDayOfMonth" => DayOfMonth, "getDayOfYear" => DayOfYear, "getHour" => HourOfDay,
            "getMinute" => MinuteOfHour, "getMonthValue" => MonthOfYear, "getNano" => NanoOfSecond,
            "getSecond" => SecondOfMinute, "getYear" => Year,
        ],
        [
            ("OffsetDateTime atOffset(ZoneOffset)", at_offset),
            ("ZonedDateTime atZone(ZoneId)", at_zone),
            ("DayOfWeek getDayOfWeek()", |run, args| convert(run, args, ClassId::DayOfWeek)),
            ("Month getMonth()", |run, args| convert(run, args, ClassId::Month)),
            ("LocalDate toLocalDate()", |run, args| convert(run, args, ClassId::LocalDate)),
            ("LocalTime toLocalTime()", |run, args| convert(run, args, ClassId::LocalTime)),
            ("Instant toInstant(ZoneOffset)", |run, args| {
                let at = at_zone(run, args)?;
                convert(run, &[at], ClassId::Instant)
            }),
            ("long toEpochSecond(ZoneOffset)", |_, args| {
                let Time::Local(local) = time_at(args, 0)? else { return Ok(Val::Long(0)) };
                let offset = zone_at(args, 1)?.offset().map_or(0, |o| o.seconds());
                Ok(Val::Long(local.epoch_second() - offset))
            }),
            ("LocalDateTime truncatedTo(TemporalUnit)", truncated),
            ("String format(DateTimeFormatter)", format),
            ("boolean isAfter(ChronoLocalDateTime)", |_, args| ordered(args, |o| o.is_gt())),
            ("boolean isBefore(ChronoLocalDateTime)", |_, args| ordered(args, |o| o.is_lt())),
            ("boolean isEqual(ChronoLocalDateTime)", |_, args| ordered(args, |o| o.is_eq())),
            ("int compareTo(ChronoLocalDateTime)", compare_to),
        ]
    ),
    ..Class::EMPTY
};

fn date(args: &[Val<'_>]) -> Result<LocalDate, Thrown> {
    time_at(args, 0)?.date().ok_or_else(|| Thrown::null_pointer("the date is null"))
}

/// A date and a time.
pub(super) fn join<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    match (time_at(args, 0)?.date(), time_at(args, 1)?.clock()) {
        (Some(date), Some(time)) => Ok(run.time(Time::Local(LocalDateTime::new(date, time)))),
        _ => Err(Thrown::null_pointer("time")),
    }
}

/// Hour, minute, perhaps second and nanosecond.
fn clock_of(args: &[Val<'_>]) -> Result<LocalTime, Thrown> {
    Ok(LocalTime::of(long_at(args, 0), long_at(args, 1), long_at(args, 2), long_at(args, 3))?)
}

fn at_time<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let local = LocalDateTime::new(date(args)?, clock_of(args.get(1..).unwrap_or_default())?);
    Ok(run.time(Time::Local(local)))
}

fn of_numbers<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let date = LocalDate::of(long_at(args, 0), long_at(args, 1), long_at(args, 2))?;
    let time = clock_of(args.get(3..).unwrap_or_default())?;
    Ok(run.time(Time::Local(LocalDateTime::new(date, time))))
}
