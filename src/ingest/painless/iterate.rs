//! Going through lists, sets, maps' views and arrays, as Java's iterators do: they notice when what they go through has changed.

use super::access::unsupported;
use super::api::ClassId;
use super::keys;
use super::object::{Entry, Iter, Kind, ListKind, MapRef, Obj, View};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::value::Val;
use crate::document::is_metadata;
use std::cell::Cell;

impl<'a> Run<'_, 'a> {
    /// An iterator over anything iterable.
    pub fn iterator(&mut self, val: Val<'a>) -> Result<Iter<'a>, Thrown> {
        if let Some(array) = val.as_list() {
            let unmodifiable = matches!(
                val,
                Val::Obj(Obj { kind: Kind::List { kind: ListKind::Unmodifiable | ListKind::Fixed, .. }, .. })
            );
            return Ok(Iter::List { array, next: 0, last: None, expected_len: array.len(), unmodifiable });
        }
        if let Val::Obj(object) = val {
            match &object.kind {
                Kind::Set(set) => return self.view_iterator(*set, View::Keys),
                Kind::MapView { view, map } => return self.view_iterator(*map, *view),
                Kind::Array { items, .. } => {
                    let items = self.arena.alloc_slice_fill_iter(items.iter().map(Cell::get));
                    return Ok(Iter::Items { items, next: 0 });
                }
                Kind::Field(_) => {
                    if let Some(method) = ClassId::WriteField.method("iterator", 0)
                        && let Val::Obj(Obj { kind: Kind::Iterator(iter), .. }) = (method.native)(self, &[val])?
                    {
                        return Ok(iter.replace(Iter::Items { items: &[], next: 0 }));
                    }
                }
                _ => {}
            }
        }
        Err(match val {
            Val::Null => super::access::null_access("iterator"),
            other => Thrown::illegal_argument(format!("Cannot iterate over [{}]", self.class_name(other))),
        })
    }

    pub fn view_iterator(&mut self, map: MapRef<'a>, view: View) -> Result<Iter<'a>, Thrown> {
        let keys = self.map_keys(map)?;
        Ok(Iter::Map { map, view, keys, next: 0, expected_len: map.object.len() })
    }

    /// The items of anything iterable, as they are now.
    pub fn items_of(&mut self, val: Val<'a>) -> Result<Vec<Val<'a>>, Thrown> {
        let mut iter = self.iterator(val)?;
        let mut items = Vec::new();
        while iter.has_next() {
            items.push(iter.next(self)?);
        }
        self.charge(items.len() * std::mem::size_of::<Val<'_>>())?;
        Ok(items)
    }

    /// The entry of a map under a key as the map stores it.
    pub fn entry(&mut self, map: MapRef<'a>, key: &'a str) -> Val<'a> {
        let value = map.object.get(key).map_or(Val::Null, |v| self.val(v));
        let key = keys::decode(self, key);
        self.object(Kind::Entry(Entry { map: Some(map), key, value: Cell::new(value) }))
    }

    /// An entry's value: the map's, while the map has it.
    pub fn entry_value(&mut self, entry: &Entry<'a>) -> Eval<'a> {
        if let Some(map) = entry.map
            && let Some(value) = self.map_get(map.object, entry.key)?
        {
            entry.value.set(value);
        }
        Ok(entry.value.get())
    }
}

impl<'a> Iter<'a> {
    pub fn has_next(&self) -> bool {
        match self {
            Iter::List { array, next, .. } => *next != array.len(),
            Iter::Map { keys, next, .. } => *next < keys.len(),
            Iter::Items { items, next } => *next < items.len(),
        }
    }

    pub fn next(&mut self, run: &mut Run<'_, 'a>) -> Eval<'a> {
        match self {
            Iter::List { array, next, last, expected_len, .. } => {
                if array.len() != *expected_len {
                    return Err(changed());
                }
                let Some(value) = array.get(*next) else { return Err(no_element()) };
                *last = Some(*next);
                *next += 1;
                Ok(run.val(value))
            }
            Iter::Map { map, view, keys, next, expected_len } => {
                let Some(key) = keys.get(*next).copied() else { return Err(no_element()) };
                // `ctx` goes through the source and then, by an iterator of its own, through the metadata.
                let in_metadata = run.is_root(map.object) && is_metadata(key);
                if map.object.len() != *expected_len && !in_metadata {
                    return Err(changed());
                }
                *next += 1;
                Ok(match view {
                    View::Keys => keys::decode(run, key),
                    View::Values => map.object.get(key).map_or(Val::Null, |v| run.val(v)),
                    View::Entries => run.entry(*map, key),
                })
            }
            Iter::Items { items, next } => {
                let Some(item) = items.get(*next).copied() else { return Err(no_element()) };
                *next += 1;
                Ok(item)
            }
        }
    }

    /// Removes what `next` gave last.
    pub fn remove(&mut self, run: &mut Run<'_, 'a>) -> Result<(), Thrown> {
        match self {
            Iter::List { array, next, last, expected_len, unmodifiable } => {
                if *unmodifiable {
                    return Err(unsupported());
                }
                run.check_mutable(*array)?;
                let Some(at) = last.take() else { return Err(illegal_state()) };
                array.remove(at);
                *next = at;
                *expected_len = array.len();
                Ok(())
            }
            Iter::Map { map, keys, next, expected_len, .. } => {
                if map.unmodifiable {
                    return Err(unsupported());
                }
                run.check_mutable(map.object)?;
                let Some(key) = next.checked_sub(1).and_then(|at| keys.get(at)) else { return Err(illegal_state()) };
                if map.object.remove(key).is_none() {
                    return Err(illegal_state());
                }
                *expected_len = map.object.len();
                Ok(())
            }
            Iter::Items { .. } => Err(unsupported()),
        }
    }
}

#[cold]
pub fn changed() -> Thrown {
    Thrown::with_message(ClassId::ConcurrentModificationException, None)
}

#[cold]
pub fn no_element() -> Thrown {
    Thrown::with_message(ClassId::NoSuchElementException, None)
}

#[cold]
fn illegal_state() -> Thrown {
    Thrown::with_message(ClassId::IllegalStateException, None)
}
