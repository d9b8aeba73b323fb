//! `IntSummaryStatistics` and its like.

use super::super::{Class, ClassId};
use super::numbers::{edge, mean, total};
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::stream::ItemType;
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;

/// What `summaryStatistics()` gives.
pub struct Statistics<'a> {
    pub of: ItemType,
    pub count: i64,
    pub sum: Val<'a>,
    pub min: Val<'a>,
    pub max: Val<'a>,
    pub average: f64,
}

pub fn statistics<'a>(run: &mut Run<'_, 'a>, of: ItemType, items: Vec<Val<'a>>) -> Eval<'a> {
    // Nothing has these extremes.
    let (lowest, highest) = match of {
        ItemType::Int => (Val::Int(i32::MIN), Val::Int(i32::MAX)),
        ItemType::Long => (Val::Long(i64::MIN), Val::Long(i64::MAX)),
        _ => (Val::Double(f64::NEG_INFINITY), Val::Double(f64::INFINITY)),
    };
    Ok(run.object(Kind::Statistics(Statistics {
        of,
        count: items.len() as i64,
        sum: total(if of == ItemType::Double { of } else { ItemType::Long }, &items),
        min: edge(of, &items, false).unwrap_or(highest),
        max: edge(of, &items, true).unwrap_or(lowest),
        average: mean(of, &items).unwrap_or(0.0),
    })))
}

macro_rules! statistics {
    ($constant:ident, $full:literal, $unit:literal, $sum:literal) => {
        pub const $constant: Class = Class {
            name: $full,
            methods: &[
                ("double getAverage()", |_, args| Ok(Val::Double(of(args)?.average))),
                ("long getCount()", |_, args| Ok(Val::Long(of(args)?.count))),
                (concat!($unit, " getMax()"), |_, args| Ok(of(args)?.max)),
                (concat!($unit, " getMin()"), |_, args| Ok(of(args)?.min)),
                (concat!($sum, " getSum()"), |_, args| Ok(of(args)?.sum)),
            ],
            ..Class::EMPTY
        };
    };
}

statistics!(INT_SUMMARY_STATISTICS, "java.util.IntSummaryStatistics", "int", "long");
statistics!(LONG_SUMMARY_STATISTICS, "java.util.LongSummaryStatistics", "long", "long");
statistics!(DOUBLE_SUMMARY_STATISTICS, "java.util.DoubleSummaryStatistics", "double", "double");

fn of<'a>(args: &[Val<'a>]) -> Result<&'a Statistics<'a>, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Statistics(statistics), .. })) => Ok(statistics),
        _ => Err(Thrown::with_message(ClassId::NullPointerException, None)),
    }
}
