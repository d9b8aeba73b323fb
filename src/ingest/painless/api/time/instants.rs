//! `ZonedDateTime`, `OffsetDateTime`, `Instant`.

use super::super::{Class, ClassId, take};
use super::formatters::{format, parse};
use super::{
    compare_to, convert, field_at, int_field, long_at, ordered, replace, shift, temporal_methods, time_at, truncated,
    zone_at,
};
use crate::ingest::dates::{Field, Instant, LocalDate, LocalDateTime, LocalTime, Zone, ZonedDateTime};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::{Time, Unit};
use crate::ingest::painless::value::Val;

/// What Joda-Time's dates had, before Elasticsearch 7: the node still knows the names.
macro_rules! gone {
    ($name:literal, $instead:literal) => {
        (concat!("int ", $name, "()"), |_, _| {
            let message = concat!("[", $name, "] is no longer available; use [", $instead, "] instead");
            Err(Thrown::new(ClassId::UnsupportedOperationException, message))
        })
    };
}

pub const ZONED_DATE_TIME: Class = Class {
    name: "java.time.ZonedDateTime",
    extends: &[ClassId::ChronoZonedDateTime],
    statics: &[
        ("ZonedDateTime from(TemporalAccessor)", |run, args| convert(run, args, ClassId::ZonedDateTime)),
        ("ZonedDateTime of(LocalDateTime, ZoneId)", |run, args| at_zone(run, args)),
        ("ZonedDateTime of(LocalDate, LocalTime, ZoneId)", of_date_and_time),
        ("ZonedDateTime of(int, int, int, int, int, int, int, ZoneId)", of_numbers),
        ("ZonedDateTime ofInstant(Instant, ZoneId)", |run, args| at_zone(run, args)),
        ("ZonedDateTime ofLocal(LocalDateTime, ZoneId, ZoneOffset)", |run, args| at_zone(run, &args[..2])),
        ("ZonedDateTime parse(CharSequence)", |run, args| {
            parse(run, args, "ISO_ZONED_DATE_TIME", ClassId::ZonedDateTime)
        }),
        ("ZonedDateTime parse(CharSequence, DateTimeFormatter)", |run, args| {
            parse(run, args, "", ClassId::ZonedDateTime)
        }),
    ],
    methods: temporal_methods!(
        "ZonedDateTime",
        shifts: [Nanos, Seconds, Minutes, Hours, Days, Weeks, Months, Years],
        withs: [
            "withDayOfMonth" => DayOfMonth, "withDayOfYear" => DayOfYear, "withHour" => HourOfDay,
            "withMinute" => MinuteOfHour, "withMonth" => MonthOfYear, "withNano" => NanoOfSecond,
            "withSecond" => SecondOfMinute, "withYear" => Year,
        ],
        gets: [
            "getDayOfMonth" => DayOfMonth, "getDayOfYear" => DayOfYear, "getHour" => HourOfDay,
            "getMinute" => MinuteOfHour, "getMonthValue" => MonthOfYear, "getNano" => NanoOfSecond,
            "getSecond" => SecondOfMinute, "getYear" => Year,
        ],
        [
            gone!("getCenturyOfEra", "get(ChronoField.YEAR_OF_ERA) / 100"),
            gone!("getEra", "get(ChronoField.ERA)"),
            gone!("getHourOfDay", "getHour()"),
            gone!("getMillisOfDay", "get(ChronoField.MILLI_OF_DAY)"),
            gone!("getMillisOfSecond", "get(ChronoField.MILLI_OF_SECOND)"),
            gone!("getMinuteOfDay", "get(ChronoField.MINUTE_OF_DAY)"),
            gone!("getMinuteOfHour", "getMinute()"),
            gone!("getMonthOfYear", "getMonthValue()"),
            gone!("getSecondOfDay", "get(ChronoField.SECOND_OF_DAY)"),
            gone!("getSecondOfMinute", "getSecond()"),
            gone!("getWeekOfWeekyear", "get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)"),
            gone!("getWeekyear", "get(IsoFields.WEEK_BASED_YEAR)"),
            gone!("getYearOfCentury", "get(ChronoField.YEAR_OF_ERA) % 100"),
            gone!("getYearOfEra", "get(ChronoField.YEAR_OF_ERA)"),
            ("DayOfWeek getDayOfWeek()", |run, args| convert(run, args, ClassId::DayOfWeek)),
            ("DayOfWeek getDayOfWeekEnum()", |run, args| convert(run, args, ClassId::DayOfWeek)),
            ("Month getMonth()", |run, args| convert(run, args, ClassId::Month)),
            ("LocalDate toLocalDate()", |run, args| convert(run, args, ClassId::LocalDate)),
            ("LocalTime toLocalTime()", |run, args| convert(run, args, ClassId::LocalTime)),
            ("LocalDateTime toLocalDateTime()", |run, args| convert(run, args, ClassId::LocalDateTime)),
            ("OffsetDateTime toOffsetDateTime()", |run, args| convert(run, args, ClassId::OffsetDateTime)),
            ("Instant toInstant()", |run, args| convert(run, args, ClassId::Instant)),
            ("long toEpochSecond()", epoch_second),
            ("ZoneId getZone()", zone),
            ("ZoneOffset getOffset()", offset),
            ("String format(DateTimeFormatter)", format),
            ("boolean isAfter(ChronoZonedDateTime)", |_, args| ordered(args, |o| o.is_gt())),
            ("boolean isBefore(ChronoZonedDateTime)", |_, args| ordered(args, |o| o.is_lt())),
            ("boolean isEqual(ChronoZonedDateTime)", |_, args| ordered(args, |o| o.is_eq())),
            ("int compareTo(ChronoZonedDateTime)", compare_to),
            ("ZonedDateTime truncatedTo(TemporalUnit)", truncated),
            ("ZonedDateTime withZoneSameInstant(ZoneId)", |run, args| {
                map_zoned(run, args, |at, args| Ok(at.with_zone(zone_at(args, 1)?)?))
            }),
            ("ZonedDateTime withZoneSameLocal(ZoneId)", |run, args| {
                map_zoned(run, args, |at, args| Ok(at.with_zone_same_local(zone_at(args, 1)?)?))
            }),
            ("ZonedDateTime withFixedOffsetZone()", |run, args| {
                map_zoned(run, args, |at, _| Ok(at.with_zone(Zone::of_offset(at.offset()))?))
            }),
            ("ZonedDateTime withLaterOffsetAtOverlap()", |run, args| {
                map_zoned(run, args, |at, _| Ok(at.with_later_offset()))
            }),
            ("ZonedDateTime withEarlierOffsetAtOverlap()", |run, args| {
                map_zoned(run, args, |at, _| Ok(ZonedDateTime::of(at.local(), at.zone())?))
            }),
        ]
    ),
    ..Class::EMPTY
};

pub const OFFSET_DATE_TIME: Class = Class {
    name: "java.time.OffsetDateTime",
    extends: &[ClassId::Temporal, ClassId::TemporalAdjuster, ClassId::Comparable],
    statics: &[
        ("OffsetDateTime from(TemporalAccessor)", |run, args| convert(run, args, ClassId::OffsetDateTime)),
        ("OffsetDateTime of(LocalDateTime, ZoneOffset)", at_offset),
        ("OffsetDateTime ofInstant(Instant, ZoneId)", at_offset),
        ("OffsetDateTime parse(CharSequence)", |run, args| {
            parse(run, args, "ISO_OFFSET_DATE_TIME", ClassId::OffsetDateTime)
        }),
        ("OffsetDateTime parse(CharSequence, DateTimeFormatter)", |run, args| {
            parse(run, args, "", ClassId::OffsetDateTime)
        }),
    ],
    methods: temporal_methods!(
        "OffsetDateTime",
        shifts: [Nanos, Seconds, Minutes, Hours, Days, Weeks, Months, Years],
        withs: [
            "withDayOfMonth" => DayOfMonth, "withDayOfYear" => DayOfYear, "withHour" => HourOfDay,
            "withMinute" => MinuteOfHour, "withMonth" => MonthOfYear, "withNano" => NanoOfSecond,
            "withSecond" => SecondOfMinute, "withYear" => Year,
        ],
        gets: [
            "getDayOfMonth" => DayOfMonth, "getDayOfYear" => DayOfYear, "getHour" => HourOfDay,
            "getMinute" => MinuteOfHour, "getMonthValue" => MonthOfYear, "getNano" => NanoOfSecond,
            "getSecond" => SecondOfMinute, "getYear" => Year,
        ],
        [
            ("DayOfWeek getDayOfWeek()", |run, args| convert(run, args, ClassId::DayOfWeek)),
            ("Month getMonth()", |run, args| convert(run, args, ClassId::Month)),
            ("LocalDate toLocalDate()", |run, args| convert(run, args, ClassId::LocalDate)),
            ("LocalTime toLocalTime()", |run, args| convert(run, args, ClassId::LocalTime)),
            ("LocalDateTime toLocalDateTime()", |run, args| convert(run, args, ClassId::LocalDateTime)),
            ("ZonedDateTime toZonedDateTime()", |run, args| convert(run, args, ClassId::ZonedDateTime)),
            ("Instant toInstant()", |run, args| convert(run, args, ClassId::Instant)),
            ("long toEpochSecond()", epoch_second),
            ("ZoneOffset getOffset()", offset),
            ("String format(DateTimeFormatter)", format),
            ("boolean isAfter(OffsetDateTime)", |_, args| ordered(args, |o| o.is_gt())),
            ("boolean isBefore(OffsetDateTime)", |_, args| ordered(args, |o| o.is_lt())),
            ("boolean isEqual(OffsetDateTime)", |_, args| ordered(args, |o| o.is_eq())),
            ("int compareTo(OffsetDateTime)", compare_to),
            ("OffsetDateTime truncatedTo(TemporalUnit)", truncated),
            ("OffsetDateTime withOffsetSameInstant(ZoneOffset)", at_offset),
            ("ZonedDateTime atZoneSameInstant(ZoneId)", |run, args| {
                map_zoned(run, args, |at, args| Ok(at.with_zone(zone_at(args, 1)?)?))
            }),
        ]
    ),
    ..Class::EMPTY
};

pub const INSTANT: Class = Class {
    name: "java.time.Instant",
    extends: &[ClassId::Temporal, ClassId::TemporalAdjuster, ClassId::Comparable],
    constants: &[("Instant EPOCH", |run, _| Ok(run.time(Time::Instant(Instant::EPOCH))))],
    statics: &[
        ("Instant from(TemporalAccessor)", |run, args| convert(run, args, ClassId::Instant)),
        ("Instant ofEpochMilli(long)", |run, args| {
            Ok(run.time(Time::Instant(Instant::of_epoch_milli(long_at(args, 0)))))
        }),
        ("Instant ofEpochSecond(long)", of_epoch_second),
        ("Instant ofEpochSecond(long, long)", of_epoch_second),
        ("Instant parse(CharSequence)", |run, args| parse(run, args, "ISO_INSTANT", ClassId::Instant)),
    ],
    methods: &[
        ("OffsetDateTime atOffset(ZoneOffset)", at_offset),
        ("ZonedDateTime atZone(ZoneId)", at_zone),
        ("int compareTo(Instant)", compare_to),
        ("long getEpochSecond()", epoch_second),
        ("int getNano()", |_, args| int_field(args, Field::NanoOfSecond)),
        ("boolean isAfter(Instant)", |_, args| ordered(args, |o| o.is_gt())),
        ("boolean isBefore(Instant)", |_, args| ordered(args, |o| o.is_lt())),
        ("Instant plus(TemporalAmount)", |run, args| super::add(run, args, 1)),
        ("Instant plus(long, TemporalUnit)", |run, args| super::add(run, args, 1)),
        ("Instant minus(TemporalAmount)", |run, args| super::add(run, args, -1)),
        ("Instant minus(long, TemporalUnit)", |run, args| super::add(run, args, -1)),
        ("Instant plusMillis(long)", |run, args| shift(run, args, Unit::Millis, 1)),
        ("Instant plusNanos(long)", |run, args| shift(run, args, Unit::Nanos, 1)),
        ("Instant plusSeconds(long)", |run, args| shift(run, args, Unit::Seconds, 1)),
        ("Instant minusMillis(long)", |run, args| shift(run, args, Unit::Millis, -1)),
        ("Instant minusNanos(long)", |run, args| shift(run, args, Unit::Nanos, -1)),
        ("Instant minusSeconds(long)", |run, args| shift(run, args, Unit::Seconds, -1)),
        ("Instant truncatedTo(TemporalUnit)", truncated),
        ("Instant with(TemporalAdjuster)", super::with),
        ("Instant with(TemporalField, long)", |run, args| replace(run, &[args[0], args[2]], field_at(args, 1)?)),
    ],
    ..Class::EMPTY
};

/// A local time or an instant, in a zone.
pub(super) fn at_zone<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let zone = zone_at(args, 1)?;
    let at = match time_at(args, 0)? {
        Time::Local(local) => ZonedDateTime::of(local, zone)?,
        Time::Date(date) => ZonedDateTime::start_of_day(date, zone)?,
        other => other.instant().ok_or_else(|| Thrown::null_pointer("instant"))?.at_zone(zone)?,
    };
    Ok(run.time(Time::Zoned(at)))
}

pub(super) fn at_offset<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let at = at_zone(run, args)?;
    convert(run, &[at], ClassId::OffsetDateTime)
}

fn of_date_and_time<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [date, time, zone] = take(args)?;
    let local = super::dates::join(run, &[date, time])?;
    at_zone(run, &[local, zone])
}

fn of_numbers<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let number = |at: usize| long_at(args, at);
    let date = LocalDate::of(number(0), number(1), number(2))?;
    let time = LocalTime::of(number(3), number(4), number(5), number(6))?;
    Ok(run.time(Time::Zoned(ZonedDateTime::of(LocalDateTime::new(date, time), zone_at(args, 7)?)?)))
}

fn of_epoch_second<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let nanos = long_at(args, 1);
    let seconds = long_at(args, 0).checked_add(nanos.div_euclid(1_000_000_000));
    let seconds = seconds.ok_or_else(|| crate::ingest::dates::DateError::overflow("long"))?;
    let at = Instant::of_epoch_second(seconds, nanos.rem_euclid(1_000_000_000) as u32)?;
    Ok(run.time(Time::Instant(at)))
}

fn epoch_second<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Long(time_at(args, 0)?.instant().map_or(0, Instant::epoch_second)))
}

fn zoned(args: &[Val<'_>]) -> Result<ZonedDateTime, Thrown> {
    match time_at(args, 0)? {
        Time::Zoned(at) | Time::Offset(at) => Ok(at),
        _ => Err(Thrown::null_pointer("the date is null")),
    }
}

fn zone<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.time(Time::Zone(zoned(args)?.zone())))
}

fn offset<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    Ok(run.time(Time::Zone(Zone::of_offset(zoned(args)?.offset()))))
}

fn map_zoned<'a>(
    run: &mut Run<'_, 'a>,
    args: &[Val<'a>],
    change: fn(ZonedDateTime, &[Val<'a>]) -> Result<ZonedDateTime, Thrown>,
) -> Eval<'a> {
    let changed = change(zoned(args)?, args)?;
    Ok(run.time(Time::Zoned(changed)))
}
