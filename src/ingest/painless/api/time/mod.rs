//! `java.time`: the classes that scripts see, and the functions that most of them share.

pub mod amounts;
pub mod constants;
pub mod dates;
pub mod formatters;
pub mod instants;
pub mod interfaces;
pub mod legacy;
pub mod zones;

use super::{ClassId, take};
use crate::ingest::dates::{DateError, DateErrorKind, Field, Instant, Zone};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::{self, Time, Unit};
use crate::ingest::painless::value::Val;

impl From<DateError> for Thrown {
    fn from(error: DateError) -> Self {
        let class = match error.kind {
            DateErrorKind::Parse => ClassId::DateTimeParseException,
            DateErrorKind::DateTime => ClassId::DateTimeException,
            DateErrorKind::ZoneRules => ClassId::ZoneRulesException,
            DateErrorKind::UnsupportedTemporalType => ClassId::UnsupportedTemporalTypeException,
            DateErrorKind::IllegalArgument => ClassId::IllegalArgumentException,
            DateErrorKind::NumberFormat => ClassId::NumberFormatException,
            DateErrorKind::StringIndexOutOfBounds => ClassId::StringIndexOutOfBoundsException,
            DateErrorKind::Arithmetic => ClassId::ArithmeticException,
            DateErrorKind::NullPointer => ClassId::NullPointerException,
            DateErrorKind::MissingResource => ClassId::MissingResourceException,
        };
        let thrown = Self::new(class, error.message);
        match error.cause {
            Some(cause) => thrown.caused_by((*cause).into()),
            None => thrown,
        }
    }
}

/// The date, time, zone, … at `index` of the arguments.
pub fn time_at<'a>(args: &[Val<'a>], index: usize) -> Result<Time<'a>, Thrown> {
    match args.get(index) {
        Some(Val::Obj(Obj { kind: Kind::Time(time), .. })) => Ok(*time),
        Some(Val::Obj(Obj { kind: Kind::Timestamp(at), .. })) => {
            Ok(Time::Zoned(Instant::from(**at).at_zone(Zone::UTC)?))
        }
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}

pub(super) fn long_at(args: &[Val<'_>], index: usize) -> i64 {
    args.get(index).and_then(|v| v.to_i64()).unwrap_or(0)
}

pub(super) fn zone_at(args: &[Val<'_>], index: usize) -> Result<Zone, Thrown> {
    time_at(args, index)?.zone().ok_or_else(|| Thrown::null_pointer("zone"))
}

pub(super) fn unit_at(args: &[Val<'_>], index: usize) -> Result<Unit, Thrown> {
    match time_at(args, index)? {
        Time::Unit(unit) => Ok(unit),
        _ => Err(Thrown::null_pointer("unit")),
    }
}

pub(super) fn field_at(args: &[Val<'_>], index: usize) -> Result<Field, Thrown> {
    match time_at(args, index)? {
        Time::Field(field) => Ok(field),
        _ => Err(Thrown::null_pointer("field")),
    }
}

impl<'a> Run<'_, 'a> {
    pub fn time(&self, time: Time<'a>) -> Val<'a> {
        self.object(Kind::Time(time))
    }
}

/// `plusHours(n)`, `minusHours(n)`.
pub(super) fn shift<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], unit: Unit, sign: i64) -> Eval<'a> {
    let amount = long_at(args, 1).checked_mul(sign).ok_or_else(|| DateError::overflow("long"))?;
    let moved = time::plus(time_at(args, 0)?, amount, unit)?;
    Ok(run.time(moved))
}

/// `plus(amount, unit)`, `plus(duration)`, `plus(period)`.
pub(super) fn add<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], sign: i64) -> Eval<'a> {
    if args.len() == 3 {
        return shift(run, &args[..2], unit_at(args, 2)?, sign);
    }
    let this = time_at(args, 0)?;
    let moved = match time_at(args, 1)? {
        Time::Period(period) => time::plus_period(this, period, sign)?,
        Time::Duration(span) => {
            let seconds = span.seconds.checked_mul(sign).ok_or_else(|| DateError::overflow("long"))?;
            let this = time::plus(this, seconds, Unit::Seconds)?;
            time::plus(this, i64::from(span.nanos) * sign, Unit::Nanos)?
        }
        _ => this,
    };
    Ok(run.time(moved))
}

/// `withHour(n)`.
pub(super) fn replace<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], field: Field) -> Eval<'a> {
    let changed = time::with_field(time_at(args, 0)?, field, long_at(args, 1))?;
    Ok(run.time(changed))
}

/// `with(field, value)`, `with(adjuster)`.
pub(super) fn with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    if args.len() == 3 {
        return replace(run, &[args[0], args[2]], field_at(args, 1)?);
    }
    if let Some(Val::Obj(Obj { kind: Kind::Lambda(_), .. })) = args.get(1) {
        return run.call(args[1], &args[..1]);
    }
    let changed = time::with_temporal(time_at(args, 0)?, time_at(args, 1)?)?;
    Ok(run.time(changed))
}

/// `getHour()`.
pub(super) fn int_field<'a>(args: &[Val<'a>], field: Field) -> Eval<'a> {
    let value = time_at(args, 0)?.get(field).ok_or_else(|| unsupported(field))?;
    Ok(Val::Int(value as i32))
}

fn unsupported(field: Field) -> DateError {
    DateError::new(DateErrorKind::UnsupportedTemporalType, format!("Unsupported field: {}", field.name()))
}

pub(super) fn get_long<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let field = field_at(args, 1)?;
    let value = time_at(args, 0)?.get(field).ok_or_else(|| unsupported(field))?;
    Ok(Val::Long(value))
}

pub(super) fn get_int<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let value = get_long(run, args)?.to_i64().unwrap_or(0);
    let name = field_at(args, 1)?.name();
    i32::try_from(value).map(Val::Int).map_err(|_| {
        let message = format!("Invalid field {name} for get() method, use getLong() instead");
        Thrown::new(ClassId::UnsupportedTemporalTypeException, message)
    })
}

/// `Target.from(temporal)`, `toLocalDate()`.
pub(super) fn convert<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], target: ClassId) -> Eval<'a> {
    let converted = time_at(args, 0)?.to(target)?;
    Ok(run.time(converted))
}

pub(super) fn truncated<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let truncated = time::truncate(time_at(args, 0)?, unit_at(args, 1)?)?;
    Ok(run.time(truncated))
}

/// `isBefore`, `isAfter`, `isEqual`: on the time line, whatever the zones.
pub(super) fn ordered<'a>(args: &[Val<'a>], holds: fn(std::cmp::Ordering) -> bool) -> Eval<'a> {
    let (a, b) = (time_at(args, 0)?, time_at(args, 1)?);
    let order = match (a, b) {
        (Time::Zoned(a) | Time::Offset(a), Time::Zoned(b) | Time::Offset(b)) => Some(a.instant().cmp(&b.instant())),
        _ => a.compare(b),
    };
    Ok(Val::Bool(order.is_some_and(holds)))
}

/// `compareTo`. Dates differ by years, else months, else days; the rest by sign.
pub(super) fn compare_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, other] = take(args)?;
    let dates = |a: crate::ingest::dates::LocalDate, b: crate::ingest::dates::LocalDate| {
        let parts =
            [a.year() - b.year(), i64::from(a.month()) - i64::from(b.month()), i64::from(a.day()) - i64::from(b.day())];
        parts.into_iter().find(|d| *d != 0).unwrap_or(0) as i32
    };
    match (time_at(args, 0)?, time_at(args, 1)?) {
        (Time::Date(a), Time::Date(b)) => Ok(Val::Int(dates(a, b))),
        (Time::Local(a), Time::Local(b)) if a.date != b.date => Ok(Val::Int(dates(a.date, b.date))),
        (Time::Instant(a), Time::Instant(b)) if a.epoch_second() == b.epoch_second() => {
            Ok(Val::Int(a.nano() as i32 - b.nano() as i32))
        }
        (Time::DayOfWeek(a), Time::DayOfWeek(b)) | (Time::Month(a), Time::Month(b)) => {
            Ok(Val::Int(i32::from(a) - i32::from(b)))
        }
        (Time::Unit(a), Time::Unit(b)) => Ok(Val::Int(a as i32 - b as i32)),
        (a, b) => match a.compare(b) {
            Some(order) => Ok(Val::Int(order as i32)),
            None => Err(run.cannot_cast(other, this.class_id())),
        },
    }
}

pub(super) fn until<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    time::until(time_at(args, 0)?, time_at(args, 1)?, unit_at(args, 2)?).map(Val::Long).map_err(Thrown::from)
}

/// The rows of a class that can be added to and whose fields can be replaced: `plusDays`, `minusDays`, `withHour`, `getHour`, and
/// then its own rows.
macro_rules! temporal_methods {
    (
        $class:literal,
        shifts: [$($unit:ident),* $(,)?],
        withs: [$($with:literal => $with_field:ident),* $(,)?],
        gets: [$($get:literal => $get_field:ident),* $(,)?],
        [$($row:expr),* $(,)?]
    ) => {
        &[
            $(
                (concat!($class, " plus", stringify!($unit), "(long)"), |run, args| {
                    $crate::ingest::painless::api::time::shift(run, args, $crate::ingest::painless::time::Unit::$unit, 1)
                }),
                (concat!($class, " minus", stringify!($unit), "(long)"), |run, args| {
                    $crate::ingest::painless::api::time::shift(run, args, $crate::ingest::painless::time::Unit::$unit, -1)
                }),
            )*
            $(
                (concat!($class, " ", $with, "(int)"), |run, args| {
                    $crate::ingest::painless::api::time::replace(run, args, $crate::ingest::dates::Field::$with_field)
                }),
            )*
            $(
                (concat!("int ", $get, "()"), |_, args| {
                    $crate::ingest::painless::api::time::int_field(args, $crate::ingest::dates::Field::$get_field)
                }),
            )*
            (concat!($class, " plus(TemporalAmount)"), |run, args| $crate::ingest::painless::api::time::add(run, args, 1)),
            (concat!($class, " plus(long, TemporalUnit)"), |run, args| {
                $crate::ingest::painless::api::time::add(run, args, 1)
            }),
            (concat!($class, " minus(TemporalAmount)"), |run, args| {
                $crate::ingest::painless::api::time::add(run, args, -1)
            }),
            (concat!($class, " minus(long, TemporalUnit)"), |run, args| {
                $crate::ingest::painless::api::time::add(run, args, -1)
            }),
            (concat!($class, " with(TemporalAdjuster)"), $crate::ingest::painless::api::time::with),
            (concat!($class, " with(TemporalField, long)"), $crate::ingest::painless::api::time::with),
            $($row),*
        ]
    };
}

pub(super) use temporal_methods;
