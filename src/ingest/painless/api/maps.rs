//! `Map` and its unsorted kinds.

use super::{Class, ClassId, take};
use crate::ingest::painless::access::unsupported;
use crate::ingest::painless::equality;
use crate::ingest::painless::iterate::changed;
use crate::ingest::painless::keys;
use crate::ingest::painless::object::{Entry, Kind, MapRef, Order, View};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::thrown::Thrown;
use crate::ingest::painless::value::Val;
use std::cell::Cell;

pub const MAP: Class = Class {
    name: "java.util.Map",
    methods: &[
        ("void clear()", clear),
        ("List collect(BiFunction)", collect),
        ("def collect(Collection, BiFunction)", collect_into),
        ("def compute(def, BiFunction)", compute),
        ("def computeIfAbsent(def, Function)", compute_if_absent),
        ("def computeIfPresent(def, BiFunction)", compute_if_present),
        ("boolean containsKey(def)", contains_key),
        ("boolean containsValue(def)", contains_value),
        ("int count(BiPredicate)", count),
        ("def each(BiConsumer)", each),
        ("Set entrySet()", |run, args| view(run, args, View::Entries)),
        ("boolean every(BiPredicate)", every),
        ("Map.Entry find(BiPredicate)", find),
        ("Map findAll(BiPredicate)", find_all),
        ("def findResult(BiFunction)", find_result),
        ("def findResult(def, BiFunction)", find_result_or),
        ("List findResults(BiFunction)", find_results),
        ("void forEach(BiConsumer)", for_each),
        ("def get(def)", get),
        ("Object getByPath(String)", get_by_path),
        ("Object getByPath(String, Object)", get_by_path),
        ("def getOrDefault(def, def)", get_or_default),
        ("Map groupBy(BiFunction)", group_by),
        ("boolean isEmpty()", |_, args| Ok(Val::Bool(map(args)?.object.is_empty()))),
        ("Set keySet()", |run, args| view(run, args, View::Keys)),
        ("def merge(def, def, BiFunction)", merge),
        ("def put(def, def)", put),
        ("void putAll(Map)", put_all),
        ("def putIfAbsent(def, def)", put_if_absent),
        ("def remove(def)", remove),
        ("boolean remove(def, def)", remove_pair),
        ("def replace(def, def)", replace),
        ("boolean replace(def, def, def)", replace_pair),
        ("void replaceAll(BiFunction)", replace_all),
        ("int size()", |_, args| Ok(Val::Int(map(args)?.object.len() as i32))),
        ("Collection values()", |run, args| view(run, args, View::Values)),
    ],
    ..Class::EMPTY
};

pub const HASH_MAP: Class = Class {
    name: "java.util.HashMap",
    extends: &[ClassId::Map],
    constructors: &[
        ("()", |run, args| new_map(run, args, Order::Hash)),
        ("(Map)", |run, args| new_map(run, args, Order::Hash)),
    ],
    methods: &[("def clone()", |run, args| new_map(run, args, Order::Hash))],
    ..Class::EMPTY
};

pub const LINKED_HASH_MAP: Class = Class {
    name: "java.util.LinkedHashMap",
    extends: &[ClassId::HashMap],
    constructors: &[
        ("()", |run, args| new_map(run, args, Order::Linked)),
        ("(Map)", |run, args| new_map(run, args, Order::Linked)),
    ],
    methods: &[("def clone()", |run, args| new_map(run, args, Order::Linked))],
    ..Class::EMPTY
};

macro_rules! hidden_maps {
    ($($constant:ident = $name:literal;)*) => {
        $(pub const $constant: Class = Class { name: $name, extends: &[ClassId::Map], hidden: true, ..Class::EMPTY };)*
    };
}

hidden_maps! {
    UNMODIFIABLE_MAP = "java.util.Collections.UnmodifiableMap";
    UNMODIFIABLE_INGEST_DATA = "org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestData";
    INGEST_CTX_MAP = "org.elasticsearch.ingest.IngestCtxMap";
}

pub(super) fn map<'a>(args: &[Val<'a>]) -> Result<MapRef<'a>, Thrown> {
    args.first().and_then(|v| v.as_map()).ok_or_else(|| Thrown::null_pointer("the map is null"))
}

/// The map, to be changed.
pub(super) fn mutable<'a>(run: &Run<'_, 'a>, args: &[Val<'a>]) -> Result<MapRef<'a>, Thrown> {
    let map = map(args)?;
    if map.unmodifiable {
        return Err(unsupported());
    }
    run.check_mutable(map.object)?;
    Ok(map)
}

impl<'a> Run<'_, 'a> {
    /// Keys and values, in the map's order.
    pub fn members(&mut self, map: MapRef<'a>) -> Result<Vec<(Val<'a>, Val<'a>)>, Thrown> {
        let keys = self.map_keys(map)?;
        let mut members = Vec::with_capacity(keys.len());
        for key in keys {
            let value = map.object.get(key).map_or(Val::Null, |v| self.val(v));
            members.push((keys::decode(self, key), value));
        }
        Ok(members)
    }

    /// A map of some order with these members.
    pub fn map_of(&mut self, order: Order, members: Vec<(Val<'a>, Val<'a>)>) -> Eval<'a> {
        let object = self.new_map();
        for (key, val) in members {
            self.map_put(object, key, val)?;
        }
        Ok(match order {
            Order::Hash => Val::Map(object),
            order => self.object(Kind::Map(MapRef { object, order, unmodifiable: false })),
        })
    }
}

pub(super) fn new_map<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], order: Order) -> Eval<'a> {
    let members = match args.first() {
        None => Vec::new(),
        Some(from) => match from.as_map() {
            Some(map) => run.members(map)?,
            None => {
                return Err(Thrown::null_pointer("Cannot invoke \"java.util.Map.size()\" because \"m\" is null"));
            }
        },
    };
    run.map_of(order, members)
}

fn view<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>], view: View) -> Eval<'a> {
    let map = map(args)?;
    Ok(run.object(Kind::MapView { view, map }))
}

fn clear<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    mutable(run, args)?.object.clear();
    Ok(Val::Null)
}

fn get<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key] = take(args)?;
    Ok(run.map_get(map(args)?.object, key)?.unwrap_or(Val::Null))
}

fn get_or_default<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, default] = take(args)?;
    Ok(run.map_get(map(args)?.object, key)?.unwrap_or(default))
}

fn contains_key<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key] = take(args)?;
    run.map_contains(map(args)?.object, key).map(Val::Bool)
}

fn contains_value<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, wanted] = take(args)?;
    for value in map(args)?.object.iter().map(|(_, v)| v) {
        let val = run.val(value);
        if equality::equals(run, wanted, val)? {
            return Ok(Val::Bool(true));
        }
    }
    Ok(Val::Bool(false))
}

fn put<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, val] = take(args)?;
    let map = mutable(run, args)?;
    Ok(run.map_put(map.object, key, val)?.unwrap_or(Val::Null))
}

fn put_if_absent<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, val] = take(args)?;
    let map = mutable(run, args)?;
    match run.map_get(map.object, key)? {
        Some(old) if !old.is_null() => Ok(old),
        _ => {
            run.map_put(map.object, key, val)?;
            Ok(Val::Null)
        }
    }
}

fn put_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, other] = take(args)?;
    let target = mutable(run, args)?;
    let Some(other) = other.as_map() else {
        return Err(Thrown::null_pointer("Cannot invoke \"java.util.Map.size()\" because \"m\" is null"));
    };
    for (key, val) in run.members(other)? {
        run.map_put(target.object, key, val)?;
    }
    Ok(Val::Null)
}

fn remove<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key] = take(args)?;
    let map = mutable(run, args)?;
    Ok(run.map_remove(map.object, key)?.unwrap_or(Val::Null))
}

fn remove_pair<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, val] = take(args)?;
    let map = mutable(run, args)?;
    match run.map_get(map.object, key)? {
        Some(old) if equality::equals(run, old, val)? => {
            run.map_remove(map.object, key)?;
            Ok(Val::Bool(true))
        }
        _ => Ok(Val::Bool(false)),
    }
}

fn replace<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, val] = take(args)?;
    let map = mutable(run, args)?;
    if run.map_contains(map.object, key)? {
        return Ok(run.map_put(map.object, key, val)?.unwrap_or(Val::Null));
    }
    Ok(Val::Null)
}

fn replace_pair<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, old, new] = take(args)?;
    let map = mutable(run, args)?;
    match run.map_get(map.object, key)? {
        Some(val) if equality::equals(run, val, old)? => {
            run.map_put(map.object, key, new)?;
            Ok(Val::Bool(true))
        }
        _ => Ok(Val::Bool(false)),
    }
}

fn replace_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, function] = take(args)?;
    let map = mutable(run, args)?;
    for (key, val) in run.members(map)? {
        let new = run.call(function, &[key, val])?;
        run.map_put(map.object, key, new)?;
    }
    Ok(Val::Null)
}

/// Puts what a function gave, or removes the key where it gave null.
fn settle<'a>(run: &mut Run<'_, 'a>, map: MapRef<'a>, key: Val<'a>, new: Val<'a>) -> Eval<'a> {
    if new.is_null() {
        run.map_remove(map.object, key)?;
    } else {
        run.map_put(map.object, key, new)?;
    }
    Ok(new)
}

fn compute<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, function] = take(args)?;
    let map = mutable(run, args)?;
    let old = run.map_get(map.object, key)?.unwrap_or(Val::Null);
    let new = run.call(function, &[key, old])?;
    settle(run, map, key, new)
}

fn compute_if_absent<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, function] = take(args)?;
    let map = mutable(run, args)?;
    match run.map_get(map.object, key)? {
        Some(old) if !old.is_null() => Ok(old),
        _ => {
            let new = run.call(function, &[key])?;
            if !new.is_null() {
                run.map_put(map.object, key, new)?;
            }
            Ok(new)
        }
    }
}

fn compute_if_present<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, function] = take(args)?;
    let map = mutable(run, args)?;
    match run.map_get(map.object, key)? {
        Some(old) if !old.is_null() => {
            let new = run.call(function, &[key, old])?;
            settle(run, map, key, new)
        }
        _ => Ok(Val::Null),
    }
}

fn merge<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, key, val, function] = take(args)?;
    let map = mutable(run, args)?;
    if val.is_null() {
        return Err(Thrown::with_message(ClassId::NullPointerException, None));
    }
    match run.map_get(map.object, key)? {
        Some(old) if !old.is_null() => {
            let new = run.call(function, &[old, val])?;
            settle(run, map, key, new)
        }
        _ => settle(run, map, key, val),
    }
}

fn for_each<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, consumer] = take(args)?;
    let map = map(args)?;
    let len = map.object.len();
    for (key, val) in run.members(map)? {
        run.call(consumer, &[key, val])?;
    }
    // A `HashMap` notices at the end that it was changed.
    if map.object.len() != len && !run.is_root(map.object) {
        return Err(changed());
    }
    Ok(Val::Null)
}

fn each<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    for_each(run, args)?;
    Ok(args.first().copied().unwrap_or(Val::Null))
}

fn collect<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    let list = Val::List(run.new_list());
    collect_into(run, &[this, list, function])
}

fn collect_into<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, into, function] = take(args)?;
    for (key, val) in run.members(map(args)?)? {
        let result = run.call(function, &[key, val])?;
        run.add_to(into, result)?;
    }
    Ok(into)
}

fn count<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, predicate] = take(args)?;
    let mut count = 0;
    for (key, val) in run.members(map(args)?)? {
        count += i32::from(run.call_test(predicate, &[key, val])?);
    }
    Ok(Val::Int(count))
}

fn every<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, predicate] = take(args)?;
    for (key, val) in run.members(map(args)?)? {
        if !run.call_test(predicate, &[key, val])? {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

fn find<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, predicate] = take(args)?;
    let map = map(args)?;
    for (key, val) in run.members(map)? {
        if run.call_test(predicate, &[key, val])? {
            return Ok(run.object(Kind::Entry(Entry { map: Some(map), key, value: Cell::new(val) })));
        }
    }
    Ok(Val::Null)
}

fn find_all<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, predicate] = take(args)?;
    let from = map(args)?;
    let mut found = Vec::new();
    for (key, val) in run.members(from)? {
        if run.call_test(predicate, &[key, val])? {
            found.push((key, val));
        }
    }
    let order = if matches!(this, Val::Map(_)) { Order::Hash } else { from.order };
    run.map_of(order, found)
}

fn find_result<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [this, function] = take(args)?;
    find_result_or(run, &[this, Val::Null, function])
}

fn find_result_or<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, default, function] = take(args)?;
    for (key, val) in run.members(map(args)?)? {
        let result = run.call(function, &[key, val])?;
        if !result.is_null() {
            return Ok(result);
        }
    }
    Ok(default)
}

fn find_results<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, function] = take(args)?;
    let list = Val::List(run.new_list());
    for (key, val) in run.members(map(args)?)? {
        let result = run.call(function, &[key, val])?;
        if !result.is_null() {
            run.add_to(list, result)?;
        }
    }
    Ok(list)
}

fn group_by<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [_, function] = take(args)?;
    let groups = run.new_map();
    for (key, val) in run.members(map(args)?)? {
        let name = run.call(function, &[key, val])?;
        let group = match run.map_get(groups, name)? {
            Some(Val::Map(group)) => group,
            _ => {
                let group = run.new_map();
                run.map_put(groups, name, Val::Map(group))?;
                group
            }
        };
        run.map_put(group, key, val)?;
    }
    Ok(run.object(Kind::Map(MapRef { object: groups, order: Order::Linked, unmodifiable: false })))
}

/// `getByPath('a.b.0')`: keys and list indexes, dot by dot.
pub fn get_by_path<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let path = run.text(args.get(1).copied().unwrap_or(Val::Null))?;
    if path.is_empty() {
        return Err(Thrown::illegal_argument("Missing path"));
    }
    if path.ends_with('.') {
        return Err(Thrown::illegal_argument(format!("Trailing '.' in path [{path}]")));
    }
    let last = path.split('.').count() - 1;
    let mut at = args.first().copied().unwrap_or(Val::Null);
    for (i, key) in path.split('.').enumerate() {
        if key.is_empty() {
            return Err(Thrown::illegal_argument(format!("Extra '.' in path [{path}] at index [{i}]")));
        }
        let next = if let Some(map) = at.as_map() {
            map.object.get(key).map(|v| run.val(v))
        } else if let Some(list) = at.as_list() {
            item_by_path(run, list, key, (path, i))?
        } else if at.is_null() {
            return Err(Thrown::null_pointer("Cannot invoke \"Object.getClass()\" because \"obj\" is null"));
        } else {
            let class = run.class_of(at).binary_name();
            let message = format!("Non-container [{class}] at [{key}], index [{i}] in path [{path}]");
            return Err(Thrown::illegal_argument(message));
        };
        at = match (next, args.get(2)) {
            (Some(val), _) => val,
            (None, Some(default)) if i == last => return Ok(*default),
            (None, None) if i == last => {
                return Err(Thrown::illegal_argument(format!("Could not find value at path [{path}]")));
            }
            _ => {
                let message = format!("Container does not have [{key}], for non-terminal index [{i}] in path [{path}]");
                return Err(Thrown::illegal_argument(message));
            }
        };
    }
    Ok(at)
}

/// The item that `key` counts to. As on the node, one that lies just behind the list is out of bounds, one further off is missing.
fn item_by_path<'a>(
    run: &Run<'_, 'a>,
    list: &'a crate::document::Array<'a>,
    key: &str,
    (path, at): (&str, usize),
) -> Result<Option<Val<'a>>, Thrown> {
    let index = crate::ingest::java_numbers::parse_int(key, 10).map_err(|cause| {
        let message = format!("Could not parse [{key}] as a int index into list at path [{path}] and index [{at}]");
        Thrown::illegal_argument(message).caused_by(Thrown::from_failure(cause))
    })?;
    let len = list.len();
    if i64::from(index) > len as i64 {
        return Ok(None);
    }
    let found = usize::try_from(index).ok().and_then(|i| list.get(i)).map(|v| run.val(v));
    found.map(Some).ok_or_else(|| crate::ingest::painless::access::out_of_bounds(index.into(), len))
}
