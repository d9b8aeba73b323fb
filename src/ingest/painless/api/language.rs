//! `Object`, and what the context of a script gives it: `metadata()`, and `field()` and `$`, whose fields are in [`super::fields`].

use super::{Class, ClassId, take};
use crate::ingest::painless::equality;
use crate::ingest::painless::object::Kind;
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::value::Val;

pub const OBJECT: Class = Class {
    name: "java.lang.Object",
    methods: &[("boolean equals(Object)", equals), ("int hashCode()", hash_code), ("String toString()", to_string)],
    ..Class::EMPTY
};

pub const COMPARABLE: Class =
    Class { name: "java.lang.Comparable", methods: &[("int compareTo(def)", compare_to)], ..Class::EMPTY };

pub const INGEST_SCRIPT: Class = Class {
    name: "org.elasticsearch.script.IngestScript",
    statics: &[
        ("WriteField field(String)", super::fields::field),
        ("def $(String, def)", super::fields::field_or),
        ("Metadata metadata()", metadata),
    ],
    ..Class::EMPTY
};

pub const METADATA: Class = Class {
    name: "org.elasticsearch.script.Metadata",
    methods: &[
        ("String getIndex()", |run, _| get_metadata(run, "_index")),
        ("void setIndex(String)", |run, args| set_metadata(run, "_index", args)),
        ("String getId()", |run, _| get_metadata(run, "_id")),
        ("void setId(String)", |run, args| set_metadata(run, "_id", args)),
        ("String getRouting()", |run, _| get_metadata(run, "_routing")),
        ("void setRouting(String)", |run, args| set_metadata(run, "_routing", args)),
        ("long getVersion()", |run, _| get_metadata(run, "_version").map(|v| Val::Long(v.to_i64().unwrap_or(-3)))),
        ("void setVersion(long)", |run, args| set_metadata(run, "_version", args)),
        ("String getVersionType()", |run, _| get_metadata(run, "_version_type")),
        ("void setVersionType(String)", |run, args| set_metadata(run, "_version_type", args)),
        ("ZonedDateTime getNow()", now),
    ],
    ..Class::EMPTY
};

fn equals<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b] = take(args)?;
    equality::equals(run, a, b).map(Val::Bool)
}

fn hash_code<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    equality::hash_code(run, this).map(Val::Int)
}

fn to_string<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this] = take(args)?;
    run.print_val(this)
}

pub fn compare_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [a, b] = take(args)?;
    if let (Val::Str(a), Val::Str(b)) = (a, b) {
        return Ok(Val::Int(string_difference(a, b)));
    }
    equality::compare(run, a, b).map(|o| Val::Int(o as i32))
}

/// `String.compareTo`: the difference of the first units that differ, else of the lengths.
pub fn string_difference(a: &str, b: &str) -> i32 {
    let (mut x, mut y) = (a.encode_utf16(), b.encode_utf16());
    let (mut count_x, mut count_y) = (0, 0);
    loop {
        match (x.next(), y.next()) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => return i32::from(a) - i32::from(b),
            (Some(_), None) => count_x += 1 + x.by_ref().count() as i32,
            (None, Some(_)) => count_y += 1 + y.by_ref().count() as i32,
            (None, None) => return count_x - count_y,
        }
    }
}

fn get_metadata<'a>(run: &mut Run<'_, 'a>, field: &str) -> Eval<'a> {
    Ok(run.doc.root.get(field).map_or(Val::Null, |v| run.val(v)))
}

fn set_metadata<'a>(run: &mut Run<'_, 'a>, field: &'static str, args: &[Val<'a>]) -> Eval<'a> {
    let [_, val] = take(args)?;
    run.map_put(run.doc.root, Val::Str(field), val)?;
    Ok(Val::Null)
}

fn now<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    Ok(run.doc.ingest.get("timestamp").map_or(Val::Null, |v| run.val(v)))
}

fn metadata<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    Ok(run.object(Kind::Metadata))
}

/// Whether the class may only be used by scripts that edit documents.
pub fn is_ingest_only(class: ClassId) -> bool {
    matches!(class, ClassId::IngestScript | ClassId::Metadata | ClassId::WriteField)
}
