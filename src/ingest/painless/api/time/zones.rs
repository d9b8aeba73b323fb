//! `ZoneId` and `ZoneOffset`.

use super::super::{Class, ClassId};
use super::{convert, long_at, time_at, zone_at};
use crate::ingest::dates::{Offset, Zone};
use crate::ingest::painless::object::{Kind, MapRef, Order};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::Time;
use crate::ingest::painless::value::Val;

pub const ZONE_ID: Class = Class {
    name: "java.time.ZoneId",
    constants: &[("Map SHORT_IDS", short_ids)],
    statics: &[
        ("ZoneId from(TemporalAccessor)", |run, args| convert(run, args, ClassId::ZoneId)),
        ("ZoneId of(String)", of),
        ("ZoneId of(String, Map)", of_alias),
        ("ZoneId systemDefault()", |run, _| {
            // The node's zone, when it is started as Elastic's packages start it.
            Ok(run.time(Time::Zone(Zone::of("UTC")?)))
        }),
    ],
    methods: &[
        ("String getId()", |run, args| {
            let id = zone_at(args, 0)?.to_string();
            run.string(&id)
        }),
        ("ZoneId normalized()", |run, args| {
            let zone = zone_at(args, 0)?;
            // A zone whose offset never changes becomes that offset.
            let fixed = zone.offset().is_none() && !zone.to_string().contains('/');
            let zone = if fixed { Zone::of_offset(zone.offset_at(0)) } else { zone };
            Ok(run.time(Time::Zone(zone)))
        }),
    ],
    ..Class::EMPTY
};

pub const ZONE_REGION: Class =
    Class { name: "java.time.ZoneRegion", extends: &[ClassId::ZoneId], hidden: true, ..Class::EMPTY };

pub const ZONE_OFFSET: Class = Class {
    name: "java.time.ZoneOffset",
    extends: &[ClassId::ZoneId, ClassId::TemporalAccessor, ClassId::Comparable],
    constants: &[
        ("ZoneOffset UTC", |run, _| Ok(run.time(Time::Zone(Zone::UTC)))),
        ("ZoneOffset MAX", |run, _| of_seconds(run, 64_800)),
        ("ZoneOffset MIN", |run, _| of_seconds(run, -64_800)),
    ],
    statics: &[
        ("ZoneOffset of(String)", |run, args| {
            let id = run.text(args.first().copied().unwrap_or(Val::Null))?;
            Ok(run.time(Time::Zone(Zone::of_offset(Offset::parse(id)?))))
        }),
        ("ZoneOffset ofHours(int)", |run, args| of_hours(run, long_at(args, 0), 0)),
        ("ZoneOffset ofHoursMinutes(int, int)", |run, args| of_hours(run, long_at(args, 0), long_at(args, 1))),
        ("ZoneOffset ofTotalSeconds(int)", |run, args| of_seconds(run, long_at(args, 0))),
    ],
    methods: &[("int getTotalSeconds()", |_, args| match time_at(args, 0)? {
        Time::Zone(zone) => Ok(Val::Int(zone.offset().map_or(0, |o| o.seconds() as i32))),
        _ => Err(Thrown::null_pointer("offset")),
    })],
    ..Class::EMPTY
};

/// `ZoneId.SHORT_IDS`.
const SHORT_IDS: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "-05:00"),
    ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

fn short_ids<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    let object = run.new_map();
    for (short, id) in SHORT_IDS {
        run.map_put(object, Val::Str(short), Val::Str(id))?;
    }
    Ok(run.object(Kind::Map(MapRef { object, order: Order::Hash, unmodifiable: true })))
}

fn of<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let id = args.first().copied().unwrap_or(Val::Null);
    if id.is_null() {
        return Err(Thrown::null_pointer("zoneId"));
    }
    let id = run.text(id)?;
    Ok(run.time(Time::Zone(Zone::of(id)?)))
}

fn of_alias<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let id = args.first().copied().unwrap_or(Val::Null);
    let alias = match args.get(1).and_then(|map| map.as_map()) {
        Some(map) => run.map_get(map.object, id)?,
        None => None,
    };
    of(run, &[alias.unwrap_or(id)])
}

fn of_hours<'a>(run: &mut Run<'_, 'a>, hours: i64, minutes: i64) -> Eval<'a> {
    if !(-18..=18).contains(&hours) {
        let message = format!("Zone offset hours not in valid range: value {hours} is not in the range -18 to 18");
        return Err(Thrown::new(ClassId::DateTimeException, message));
    }
    of_seconds(run, hours * 3_600 + minutes * 60)
}

fn of_seconds<'a>(run: &mut Run<'_, 'a>, seconds: i64) -> Eval<'a> {
    Ok(run.time(Time::Zone(Zone::of_offset(Offset::of_seconds(seconds)?))))
}
