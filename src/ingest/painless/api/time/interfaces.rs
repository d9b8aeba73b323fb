//! The interfaces of `java.time`.

use super::super::{Class, ClassId};
use super::{add, field_at, get_int, get_long, time_at, until, with};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

pub const TEMPORAL_ACCESSOR: Class = Class {
    name: "java.time.temporal.TemporalAccessor",
    methods: &[
        ("int get(TemporalField)", get_int),
        ("long getLong(TemporalField)", get_long),
        ("boolean isSupported(TemporalField)", |_, args| {
            let field = field_at(args, 1)?;
            Ok(Val::Bool(time_at(args, 0)?.get(field).is_some()))
        }),
        ("long getMillis()", to_epoch_milli),
        ("long toEpochMilli()", to_epoch_milli),
        ("def query(TemporalQuery)", |run, args| match args {
            [this, query] => run.call(*query, &[*this]),
            _ => Ok(Val::Null),
        }),
    ],
    ..Class::EMPTY
};

fn to_epoch_milli<'a>(
    _: &mut crate::ingest::painless::run::Run<'_, 'a>,
    args: &[Val<'a>],
) -> crate::ingest::painless::run::Eval<'a> {
    let this = time_at(args, 0)?;
    let at = this.to(ClassId::Instant)?.instant();
    match at {
        Some(at) => at.to_epoch_milli().map(Val::Long).map_err(Thrown::from),
        None => Ok(Val::Long(0)),
    }
}

pub const TEMPORAL: Class = Class {
    name: "java.time.temporal.Temporal",
    extends: &[ClassId::TemporalAccessor],
    methods: &[
        ("Temporal plus(TemporalAmount)", |run, args| add(run, args, 1)),
        ("Temporal plus(long, TemporalUnit)", |run, args| add(run, args, 1)),
        ("Temporal minus(TemporalAmount)", |run, args| add(run, args, -1)),
        ("Temporal minus(long, TemporalUnit)", |run, args| add(run, args, -1)),
        ("Temporal with(TemporalAdjuster)", with),
        ("Temporal with(TemporalField, long)", with),
        ("long until(Temporal, TemporalUnit)", until),
    ],
    ..Class::EMPTY
};

pub const TEMPORAL_ADJUSTER: Class = Class {
    name: "java.time.temporal.TemporalAdjuster",
    function: Some("Temporal adjustInto(Temporal)"),
    methods: &[("Temporal adjustInto(Temporal)", |run, args| match args {
        [this, temporal] => with(run, &[*temporal, *this]),
        _ => Ok(Val::Null),
    })],
    ..Class::EMPTY
};

pub const TEMPORAL_QUERY: Class = Class {
    name: "java.time.temporal.TemporalQuery",
    function: Some("def queryFrom(TemporalAccessor)"),
    methods: &[("def queryFrom(TemporalAccessor)", super::super::functions::apply)],
    ..Class::EMPTY
};

pub const TEMPORAL_AMOUNT: Class = Class {
    name: "java.time.temporal.TemporalAmount",
    methods: &[
        ("Temporal addTo(Temporal)", |run, args| match args {
            [this, temporal] => add(run, &[*temporal, *this], 1),
            _ => Ok(Val::Null),
        }),
        ("Temporal subtractFrom(Temporal)", |run, args| match args {
            [this, temporal] => add(run, &[*temporal, *this], -1),
            _ => Ok(Val::Null),
        }),
    ],
    ..Class::EMPTY
};

macro_rules! marker {
    ($($constant:ident = $name:literal, [$($parent:ident),*];)*) => {
        $(pub const $constant: Class = Class { name: $name, extends: &[$(ClassId::$parent),*], ..Class::EMPTY };)*
    };
}

marker! {
    CHRONO_ZONED_DATE_TIME = "java.time.chrono.ChronoZonedDateTime", [Temporal, Comparable];
    CHRONO_LOCAL_DATE_TIME = "java.time.chrono.ChronoLocalDateTime", [Temporal, TemporalAdjuster, Comparable];
    CHRONO_LOCAL_DATE = "java.time.chrono.ChronoLocalDate", [Temporal, TemporalAdjuster, Comparable];
}
