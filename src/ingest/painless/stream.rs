//! Streams: what they draw from, the steps on the way, and how a last step pulls items through.
//!
//! As in Java nothing happens before the last step, and then each item goes all the way before the next one is drawn, except that
//! `sorted` waits for all of them.

use super::api::lists::sort_items;
use super::run::Run;
use super::thrown::Thrown;
use super::types::{Base, Cast};
use super::value::Val;
use super::{casts, object};
use std::cell::Cell;

/// What a stream's items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemType {
    Object,
    Int,
    Long,
    Double,
}

impl ItemType {
    fn base(self) -> Option<Base> {
        match self {
            Self::Object => None,
            Self::Int => Some(Base::Int),
            Self::Long => Some(Base::Long),
            Self::Double => Some(Base::Double),
        }
    }
}

/// A step on the way.
#[derive(Clone, Copy)]
pub enum Stage<'a> {
    Filter(Val<'a>),
    Map(Val<'a>, ItemType),
    FlatMap(Val<'a>),
    Peek(Val<'a>),
    Limit(i64),
    Skip(i64),
    Distinct,
    /// By a comparator, or naturally.
    Sorted(Val<'a>),
}

pub struct Stream<'a> {
    pub source: &'a [Val<'a>],
    pub stages: &'a [Stage<'a>],
    pub items: ItemType,
    /// A stream can be used once.
    pub used: Cell<bool>,
}

/// What a stage remembers while items pass.
enum Memory<'a> {
    None,
    Count(i64),
    Seen(object::MapRef<'a>),
}

/// Whether more items are wanted.
type More = Result<bool, Thrown>;

impl<'a> Run<'_, 'a> {
    /// Pulls all items through `stages` into `sink`, until it says that it has enough.
    pub fn drive(
        &mut self,
        source: &[Val<'a>],
        stages: &[Stage<'a>],
        sink: &mut dyn FnMut(&mut Self, Val<'a>) -> More,
    ) -> Result<(), Thrown> {
        let barrier = stages.iter().position(|s| matches!(s, Stage::Sorted(_)));
        let Some(at) = barrier else { return self.pour(source, stages, sink).map(drop) };
        let mut items = Vec::new();
        let (before, after) = stages.split_at(at);
        self.pour(source, before, &mut |run, item| {
            run.charge(std::mem::size_of::<Val<'_>>())?;
            items.push(item);
            Ok(true)
        })?;
        if let Some(Stage::Sorted(comparator)) = after.first() {
            sort_items(self, &mut items, *comparator)?;
        }
        self.drive(&items, after.get(1..).unwrap_or_default(), sink)
    }

    /// Without a `sorted` among the stages.
    fn pour(
        &mut self,
        source: &[Val<'a>],
        stages: &[Stage<'a>],
        sink: &mut dyn FnMut(&mut Self, Val<'a>) -> More,
    ) -> More {
        let mut memories: Vec<Memory<'a>> = stages
            .iter()
            .map(|stage| match stage {
                Stage::Limit(n) | Stage::Skip(n) => Memory::Count(*n),
                Stage::Distinct => Memory::Seen(self.new_set(object::Order::Hash).1),
                _ => Memory::None,
            })
            .collect();
        if is_full(stages, &memories) {
            return Ok(false);
        }
        for item in source {
            self.step()?;
            if !self.push(*item, stages, &mut memories, sink)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn push(
        &mut self,
        item: Val<'a>,
        stages: &[Stage<'a>],
        memories: &mut [Memory<'a>],
        sink: &mut dyn FnMut(&mut Self, Val<'a>) -> More,
    ) -> More {
        let mut item = item;
        for (at, stage) in stages.iter().enumerate() {
            match stage {
                Stage::Filter(test) => {
                    if !self.call_test(*test, &[item])? {
                        return Ok(true);
                    }
                }
                Stage::Map(function, items) => {
                    item = if function.is_null() { item } else { self.call(*function, &[item])? };
                    if let Some(base) = items.base() {
                        item = casts::cast(self, item, Cast::Number(base))?;
                    }
                }
                Stage::Peek(function) => drop(self.call(*function, &[item])?),
                Stage::FlatMap(function) => {
                    let inner = self.call(*function, &[item])?;
                    let Some(inner) = stream_of(inner) else { return Ok(true) };
                    let (_, rest) = stages.split_at(at + 1);
                    let (_, rest_memories) = memories.split_at_mut(at + 1);
                    let mut more = true;
                    self.drive(inner.source, inner.stages, &mut |run, item| {
                        more = run.push(item, rest, rest_memories, sink)?;
                        Ok(more)
                    })?;
                    return Ok(more);
                }
                Stage::Limit(_) => {
                    if let Some(Memory::Count(left)) = memories.get_mut(at) {
                        *left -= 1;
                        if *left == 0 {
                            let (_, rest) = stages.split_at(at + 1);
                            let (_, rest_memories) = memories.split_at_mut(at + 1);
                            return self.push(item, rest, rest_memories, sink).map(|_| false);
                        }
                    }
                }
                Stage::Skip(_) => {
                    if let Some(Memory::Count(left)) = memories.get_mut(at)
                        && *left > 0
                    {
                        *left -= 1;
                        return Ok(true);
                    }
                }
                Stage::Distinct => {
                    if let Some(Memory::Seen(seen)) = memories.get(at) {
                        let seen = seen.object;
                        if self.map_contains(seen, item)? {
                            return Ok(true);
                        }
                        self.map_put(seen, item, Val::Null)?;
                    }
                }
                Stage::Sorted(_) => {}
            }
        }
        sink(self, item)
    }

    /// All items of a stream.
    pub fn stream_items(&mut self, stream: &Stream<'a>) -> Result<Vec<Val<'a>>, Thrown> {
        let mut items = Vec::new();
        self.drive(stream.source, stream.stages, &mut |run, item| {
            run.charge(std::mem::size_of::<Val<'_>>())?;
            items.push(item);
            Ok(true)
        })?;
        Ok(items)
    }
}

/// A limit of nothing takes nothing.
fn is_full(stages: &[Stage<'_>], memories: &[Memory<'_>]) -> bool {
    stages.iter().zip(memories).any(|pair| matches!(pair, (Stage::Limit(_), Memory::Count(0))))
}

pub fn stream_of<'a>(val: Val<'a>) -> Option<&'a Stream<'a>> {
    match val {
        Val::Obj(object::Obj { kind: object::Kind::Stream(stream), .. }) => Some(stream),
        _ => None,
    }
}
