//! `Object`, and what the context of a script gives it: `field()`, `$`, `metadata()`.

use super::{Class, ClassId, take};
use crate::document::{FieldPath, Value};
use crate::ingest::painless::equality;
use crate::ingest::painless::object::{Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
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
        ("WriteField field(String)", field),
        ("def $(String, def)", field_or),
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

pub const WRITE_FIELD: Class = Class {
    name: "org.elasticsearch.script.field.WriteField",
    methods: &[
        ("String getName()", |_, args| Ok(Val::Str(path_of(args)?))),
        ("boolean exists()", exists),
        ("boolean isEmpty()", |run, args| Ok(Val::Bool(field_size(run, args)? == 0))),
        ("int size()", |run, args| Ok(Val::Int(field_size(run, args)? as i32))),
        ("def get(def)", get),
        ("def get(int, def)", get_at),
        ("WriteField set(def)", set),
        ("WriteField append(def)", append),
        ("void remove()", remove),
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

fn field<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [path] = take(args)?;
    let path = run.text(path)?;
    if path.split('.').any(str::is_empty) {
        return Err(Thrown::illegal_argument(format!("Extraneous '.' in path [{path}]")));
    }
    Ok(run.object(Kind::Field(path)))
}

fn field_or<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [path, default] = take(args)?;
    let field = field(run, &[path])?;
    get(run, &[field, default])
}

fn path_of<'a>(args: &[Val<'a>]) -> Result<&'a str, Thrown> {
    match args.first() {
        Some(Val::Obj(Obj { kind: Kind::Field(path), .. })) => Ok(path),
        _ => Err(Thrown::null_pointer("the field is null")),
    }
}

/// The value of a field: a key that holds dots is found as well as nested maps.
fn find<'a>(run: &mut Run<'_, 'a>, path: &str) -> Option<Val<'a>> {
    let mut map = run.doc.root;
    let mut rest = path;
    loop {
        if let Some(value) = map.get(rest) {
            return Some(run.val(value));
        }
        let (head, tail) = longest_map_key(map, rest)?;
        map = head;
        rest = tail;
    }
}

fn longest_map_key<'a, 'p>(
    map: &'a crate::document::Object<'a>,
    path: &'p str,
) -> Option<(&'a crate::document::Object<'a>, &'p str)> {
    path.match_indices('.').find_map(|(at, _)| match map.get(&path[..at]) {
        Some(Value::Object(inner)) => Some((inner, &path[at + 1..])),
        _ => None,
    })
}

fn exists<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    Ok(Val::Bool(find(run, path).is_some()))
}

fn field_size<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<usize, Thrown> {
    let path = path_of(args)?;
    Ok(match find(run, path) {
        None | Some(Val::Null) => 0,
        Some(val) => val.as_list().map_or(1, |list| list.len()),
    })
}

fn get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let default = args.get(1).copied().unwrap_or(Val::Null);
    get_at(run, &[args.first().copied().unwrap_or(Val::Null), Val::Int(0), default])
}

fn get_at<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    let [_, index, default] = take(args)?;
    let index = usize::try_from(index.to_i32().unwrap_or(0)).unwrap_or(usize::MAX);
    let found = match find(run, path) {
        None => None,
        Some(val) => match val.as_list() {
            Some(list) => list.get(index).map(|v| run.val(v)),
            None => (index == 0).then_some(val),
        },
    };
    Ok(found.filter(|v| !v.is_null()).unwrap_or(default))
}

fn parsed(path: &str) -> Result<FieldPath, Thrown> {
    FieldPath::parse(path).map_err(|e| Thrown::illegal_argument(e.reason))
}

fn set<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    let [this, val] = take(args)?;
    let value = run.value(val);
    if run.doc.root.contains_key(path) {
        run.doc.root.insert(path, value);
    } else {
        run.doc.set(&parsed(path)?, value).map_err(|e| Thrown::illegal_argument(e.reason))?;
    }
    Ok(this)
}

fn append<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    let [this, val] = take(args)?;
    let value = run.value(val);
    run.doc.append(&parsed(path)?, &[value], true).map_err(|e| Thrown::illegal_argument(e.reason))?;
    Ok(this)
}

fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    if run.doc.root.remove(path).is_none() {
        run.doc.remove(&parsed(path)?, true).map_err(|e| Thrown::illegal_argument(e.reason))?;
    }
    Ok(Val::Null)
}

/// Whether the class may only be used by scripts that edit documents.
pub fn is_ingest_only(class: ClassId) -> bool {
    matches!(class, ClassId::IngestScript | ClassId::Metadata | ClassId::WriteField)
}
