//! Maps with keys of any class, on the document's maps from string to value.
//!
//! Scripts put numbers, null and objects as keys into the same `HashMap`s that go into documents. Such a key stands in the map
//! as a string that no real key begins like: a mark, a letter for its class, its value.

use super::equality;
use super::object::{MapRef, Order};
use super::run::Run;
use super::thrown::Thrown;
use super::value::Val;
use crate::document::Object;
use std::borrow::Cow;

/// How a key that is no string begins.
const MARK: &str = "\0\u{10FFFF}";

/// The string that stands for `key`.
pub fn encode<'k, 'a: 'k>(run: &mut Run<'_, 'a>, map: &Object<'a>, key: Val<'a>) -> Result<Cow<'k, str>, Thrown> {
    let text = match key {
        Val::Str(s) if s.starts_with('\0') && s.starts_with(MARK) => format!("{MARK}s{s}"),
        Val::Str(s) => return Ok(Cow::Borrowed(s)),
        Val::Null => format!("{MARK}n"),
        Val::Bool(b) => format!("{MARK}b{b}"),
        Val::Byte(n) => format!("{MARK}y{n}"),
        Val::Short(n) => format!("{MARK}h{n}"),
        Val::Char(n) => format!("{MARK}c{n}"),
        Val::Int(n) => format!("{MARK}i{n}"),
        Val::Long(n) => format!("{MARK}l{n}"),
        Val::Float(n) => format!("{MARK}f{}", n.to_bits()),
        Val::Double(n) => format!("{MARK}d{}", n.to_bits()),
        Val::List(_) | Val::Map(_) | Val::Obj(_) => return object_key(run, map, key).map(Cow::Owned),
    };
    Ok(Cow::Owned(text))
}

/// The string of an object as key: that of an equal one which the map has already, else one with its number in the run.
fn object_key<'a>(run: &mut Run<'_, 'a>, map: &Object<'a>, key: Val<'a>) -> Result<String, Thrown> {
    for candidate in map.keys().filter(|k| k.starts_with(MARK) && k[MARK.len()..].starts_with('o')) {
        let existing = decode(run, candidate);
        if equality::equals(run, existing, key)? {
            return Ok(candidate.to_owned());
        }
    }
    let index = run.enter(key);
    Ok(format!("{MARK}o{index}"))
}

/// The key that a map's string stands for.
pub fn decode<'a>(run: &Run<'_, 'a>, text: &'a str) -> Val<'a> {
    if !text.starts_with('\0') {
        return Val::Str(text);
    }
    decode_marked(run, text).unwrap_or(Val::Str(text))
}

fn decode_marked<'a>(run: &Run<'_, 'a>, text: &'a str) -> Option<Val<'a>> {
    let rest = text.strip_prefix(MARK)?;
    let value = rest.get(1..)?;
    Some(match rest.as_bytes().first()? {
        b's' => Val::Str(value),
        b'n' => Val::Null,
        b'b' => Val::Bool(value == "true"),
        b'y' => Val::Byte(value.parse().ok()?),
        b'h' => Val::Short(value.parse().ok()?),
        b'c' => Val::Char(value.parse().ok()?),
        b'i' => Val::Int(value.parse().ok()?),
        b'l' => Val::Long(value.parse().ok()?),
        b'f' => Val::Float(f32::from_bits(value.parse().ok()?)),
        b'd' => Val::Double(f64::from_bits(value.parse().ok()?)),
        b'o' => run.entered(value.parse().ok()?)?,
        _ => return None,
    })
}

/// Whether a map's string stands for something else than itself.
pub fn is_encoded(text: &str) -> bool {
    text.starts_with('\0') && text.starts_with(MARK)
}

impl<'a> Run<'_, 'a> {
    pub fn map_get(&mut self, map: &'a Object<'a>, key: Val<'a>) -> Result<Option<Val<'a>>, Thrown> {
        let found = match key {
            Val::Str(s) if !s.starts_with('\0') => map.get(s),
            _ => map.get(&encode(self, map, key)?),
        };
        Ok(found.map(|v| self.val(v)))
    }

    pub fn map_contains(&mut self, map: &'a Object<'a>, key: Val<'a>) -> Result<bool, Thrown> {
        Ok(match key {
            Val::Str(s) if !s.starts_with('\0') => map.contains_key(s),
            _ => map.contains_key(&encode(self, map, key)?),
        })
    }

    /// Puts a member; gives what was there. Metadata fields of the document take only what the node lets them.
    pub fn map_put(&mut self, map: &'a Object<'a>, key: Val<'a>, val: Val<'a>) -> Result<Option<Val<'a>>, Thrown> {
        self.check_mutable(map)?;
        if let Val::Str(name) = key
            && self.is_root(map)
        {
            super::metadata::check(self, name, val)?;
        }
        self.charge(std::mem::size_of::<Val<'_>>() * 2)?;
        let value = self.value(val);
        let key = match key {
            Val::Str(s) if !s.starts_with('\0') => s,
            _ => self.arena.alloc_str(&encode(self, map, key)?),
        };
        Ok(map.insert(key, value).map(|v| self.val(v)))
    }

    pub fn map_remove(&mut self, map: &'a Object<'a>, key: Val<'a>) -> Result<Option<Val<'a>>, Thrown> {
        self.check_mutable(map)?;
        let removed = match key {
            Val::Str(s) if !s.starts_with('\0') => map.remove(s),
            _ => map.remove(&encode(self, map, key)?),
        };
        Ok(removed.map(|v| self.val(v)))
    }

    /// The map's keys, as it stores them, in the order in which Java would give them.
    pub fn map_keys(&mut self, map: MapRef<'a>) -> Result<&'a [&'a str], Thrown> {
        let count = map.object.len();
        self.charge(count * std::mem::size_of::<&str>())?;
        let keys = bumpalo::collections::Vec::from_iter_in(map.object.keys(), self.arena).into_bump_slice_mut();
        match map.order {
            Order::Linked => {}
            Order::Hash => self.sort_by_hash(map.object, keys)?,
            Order::Sorted => {
                let mut failed = None;
                keys.sort_by(|a, b| {
                    let (a, b) = (decode(self, a), decode(self, b));
                    equality::compare(self, a, b).unwrap_or_else(|e| {
                        failed.get_or_insert(e);
                        std::cmp::Ordering::Equal
                    })
                });
                if let Some(error) = failed {
                    return Err(error);
                }
            }
        }
        Ok(keys)
    }

    fn sort_by_hash(&mut self, map: &'a Object<'a>, keys: &mut [&'a str]) -> Result<(), Thrown> {
        // `ctx` gives the source's members first, then the metadata.
        let split = if self.is_root(map) {
            keys.sort_by_key(|k| crate::document::is_metadata(k));
            keys.iter().position(|k| crate::document::is_metadata(k)).unwrap_or(keys.len())
        } else {
            keys.len()
        };
        let (source, metadata) = keys.split_at_mut(split);
        for part in [source, metadata] {
            let buckets = bucket_count(part.len());
            let mut failed = None;
            part.sort_by_cached_key(|key| {
                let hash = if key.starts_with('\0') {
                    let decoded = decode(self, key);
                    equality::hash_code(self, decoded).unwrap_or_else(|e| {
                        failed.get_or_insert(e);
                        0
                    })
                } else {
                    equality::string_hash(key)
                } as u32;
                (hash ^ (hash >> 16)) & (buckets - 1)
            });
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// How many buckets a `HashMap` has that has grown to `len` members: a power of two, at least 16, three quarters full at most.
fn bucket_count(len: usize) -> u32 {
    let mut buckets = 16_u32;
    while len as u64 > u64::from(buckets) * 3 / 4 {
        buckets *= 2;
    }
    buckets
}
