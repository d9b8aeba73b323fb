//! `java.util.Date`.

use super::super::{Class, ClassId};
use super::{compare_to, long_at, time_at};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::time::Time;
use crate::ingest::painless::value::Val;

pub const DATE: Class = Class {
    name: "java.util.Date",
    extends: &[ClassId::Comparable],
    constructors: &[
        ("()", |run, _| {
            let now = run.now();
            Ok(run.time(Time::Legacy(now.as_millisecond())))
        }),
        ("(long)", |run, args| Ok(run.time(Time::Legacy(long_at(args, 0))))),
    ],
    statics: &[("Date from(Instant)", |run, args| {
        let at = time_at(args, 0)?.instant().ok_or_else(|| Thrown::null_pointer("instant"))?;
        Ok(run.time(Time::Legacy(at.to_epoch_milli()?)))
    })],
    methods: &[
        ("long getTime()", |_, args| Ok(Val::Long(millis(args, 0)?))),
        ("boolean after(Date)", |_, args| Ok(Val::Bool(millis(args, 0)? > millis(args, 1)?))),
        ("boolean before(Date)", |_, args| Ok(Val::Bool(millis(args, 0)? < millis(args, 1)?))),
        ("int compareTo(Date)", compare_to),
    ],
    ..Class::EMPTY
};

fn millis(args: &[Val<'_>], index: usize) -> Result<i64, Thrown> {
    match time_at(args, index)? {
        Time::Legacy(millis) => Ok(millis),
        _ => Err(Thrown::null_pointer("date")),
    }
}
