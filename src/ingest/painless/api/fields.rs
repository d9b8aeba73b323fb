//! `field('a.b')`: a field of the document, read and written by its path.

use super::{Class, ClassId, take};
use crate::document::{FieldPath, Value};
use crate::ingest::painless::equality;
use crate::ingest::painless::object::{Iter, Kind, Obj};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::RefCell;

pub const WRITE_FIELD: Class = Class {
    name: "org.elasticsearch.script.field.WriteField",
    extends: &[ClassId::Iterable],
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
        ("Iterator iterator()", |run, args| {
            let items = values(run, args)?;
            let items = run.arena.alloc_slice_copy(&items);
            Ok(run.object(Kind::Iterator(RefCell::new(Iter::Items { items, next: 0 }))))
        }),
        ("boolean hasValue(Predicate)", |run, args| {
            let [_, test] = take(args)?;
            for item in values(run, args)? {
                if run.call_test(test, &[item])? {
                    return Ok(Val::Bool(true));
                }
            }
            Ok(Val::Bool(false))
        }),
        ("WriteField deduplicate()", |run, args| {
            change_list(run, args, |run, items| {
                let mut kept: Vec<Val<'_>> = Vec::new();
                for item in items {
                    let mut is_new = true;
                    for old in &kept {
                        is_new &= !equality::equals(run, item, *old)?;
                    }
                    if is_new {
                        kept.push(item);
                    }
                }
                Ok(kept)
            })
        }),
        ("WriteField transform(Function)", transform),
        ("WriteField removeValuesIf(Predicate)", remove_values_if),
        ("WriteField removeValue(int)", remove_value),
        ("WriteField move(def)", |run, args| move_to(run, args, false)),
        ("WriteField overwrite(def)", |run, args| move_to(run, args, true)),
    ],
    ..Class::EMPTY
};

pub fn field<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [path] = take(args)?;
    let path = run.text(path)?;
    Ok(run.object(Kind::Field(path)))
}

pub fn field_or<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
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

/// The whole value, a list as a list.
fn get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, default] = take(args)?;
    Ok(find(run, path_of(args)?).unwrap_or(default))
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
    Ok(found.unwrap_or(default))
}

fn parsed(path: &str) -> Result<FieldPath, Thrown> {
    FieldPath::parse(path).map_err(|e| Thrown::illegal_argument(e.reason))
}

/// Puts a value under a path, with the maps on the way where they are missing.
fn put<'a>(run: &mut Run<'_, 'a>, path: &'a str, value: Value<'a>) -> Result<(), Thrown> {
    let mut map = run.doc.root;
    let mut rest = path;
    let mut depth = 0;
    while !map.contains_key(rest) {
        let Some((head, tail)) = rest.split_once('.') else { break };
        map = match map.get(head) {
            Some(Value::Object(inner)) => inner,
            Some(other) => {
                let val = run.val(other);
                let class = if val.is_null() { "null" } else { run.class_of(val).binary_name() };
                let text = run.print(val)?;
                return Err(Thrown::illegal_argument(format!(
                    "Segment [{depth}:'{head}'] has value [{text}] of type [{class}]"
                )));
            }
            None => {
                let inner = run.new_map();
                map.insert(head, Value::Object(inner));
                inner
            }
        };
        rest = tail;
        depth += 1;
    }
    let val = run.val(value);
    run.map_put(map, Val::Str(rest), val)?;
    Ok(())
}

fn set<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    let [this, val] = take(args)?;
    let value = run.value(val);
    put(run, path, value)?;
    Ok(this)
}

/// Adds to a list; any other value becomes the first item of one.
fn append<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    let [this, val] = take(args)?;
    let value = run.value(val);
    let old = find(run, path).unwrap_or(Val::Null);
    if let Some(list) = old.as_list() {
        list.push(value);
        return Ok(this);
    }
    let list = run.new_list();
    if !old.is_null() {
        list.push(run.value(old));
    }
    list.push(value);
    put(run, path, Value::Array(list))?;
    Ok(this)
}

fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = path_of(args)?;
    if run.doc.root.remove(path).is_none() {
        run.doc.remove(&parsed(path)?, true).map_err(|e| Thrown::illegal_argument(e.reason))?;
    }
    Ok(Val::Null)
}

/// The field's values: none, one, or a list's.
fn values<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Result<Vec<Val<'a>>, Thrown> {
    Ok(match find(run, path_of(args)?) {
        None | Some(Val::Null) => Vec::new(),
        Some(val) => match val.as_list() {
            Some(list) => list.iter().map(|v| run.val(v)).collect(),
            None => vec![val],
        },
    })
}

/// Replaces the items of a field that is a list; any other stays.
fn change_list<'a, F>(run: &mut Run<'_, 'a>, args: &[Val<'a>], change: F) -> Eval<'a>
where
    F: FnOnce(&mut Run<'_, 'a>, Vec<Val<'a>>) -> Result<Vec<Val<'a>>, Thrown>,
{
    let this = args.first().copied().unwrap_or(Val::Null);
    let Some(list) = find(run, path_of(args)?).and_then(|v| v.as_list()) else { return Ok(this) };
    let items: Vec<Val<'a>> = list.iter().map(|v| run.val(v)).collect();
    let kept = change(run, items)?;
    list.clear();
    for item in kept {
        list.push(run.value(item));
    }
    Ok(this)
}

fn transform<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    match find(run, path_of(args)?) {
        None | Some(Val::Null) => Ok(this),
        Some(val) if val.as_list().is_some() => {
            change_list(run, args, |run, items| items.into_iter().map(|item| run.call(function, &[item])).collect())
        }
        Some(val) => {
            let new = run.call(function, &[val])?;
            set(run, &[this, new])
        }
    }
}

fn remove_values_if<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, test] = take(args)?;
    match find(run, path_of(args)?) {
        None | Some(Val::Null) => Ok(this),
        Some(val) if val.as_list().is_some() => change_list(run, args, |run, items| {
            let mut kept = Vec::new();
            for item in items {
                if !run.call_test(test, &[item])? {
                    kept.push(item);
                }
            }
            Ok(kept)
        }),
        Some(val) => {
            if run.call_test(test, &[val])? {
                remove(run, &[this])?;
            }
            Ok(this)
        }
    }
}

fn remove_value<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, index] = take(args)?;
    let Ok(index) = usize::try_from(index.to_i32().unwrap_or(0)) else { return Ok(this) };
    match find(run, path_of(args)?) {
        Some(val) if val.as_list().is_some() => change_list(run, args, |_, mut items| {
            if index < items.len() {
                items.remove(index);
            }
            Ok(items)
        }),
        Some(_) if index == 0 => {
            remove(run, &[this])?;
            Ok(this)
        }
        _ => Ok(this),
    }
}

/// Moves the value to another path or field, which must be empty unless it is to be overwritten.
fn move_to<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], overwrites: bool) -> Eval<'a> {
    let [this, to] = take(args)?;
    let target = match to {
        Val::Obj(Obj { kind: Kind::Field(path), .. }) => path,
        Val::Null => return Err(Thrown::with_message(ClassId::NullPointerException, None)),
        other => run.print(other)?,
    };
    let target_field = run.object(Kind::Field(target));
    if !overwrites && field_size(run, &[target_field])? > 0 {
        return Err(Thrown::illegal_argument(format!("Cannot move to non-empty destination [{target}]")));
    }
    let Some(val) = find(run, path_of(args)?) else { return Ok(this) };
    remove(run, &[this])?;
    set(run, &[target_field, val])?;
    Ok(target_field)
}
