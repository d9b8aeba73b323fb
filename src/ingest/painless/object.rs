//! Objects that only live while a script runs: what Java has and a document cannot hold.

use super::api::base64::Coder;
use super::api::streams::collect::Collector;
use super::api::streams::statistics::Statistics;
use super::api::{ClassId, Native};
use super::regex::Matcher;
use super::stream::{ItemType, Stream};
use super::time::Time;
use super::types::Type;
use super::value::Val;
use crate::document::{Array, Object};
use crate::ingest::Cidr;
use bumpalo::collections::String as ArenaString;
use std::cell::{Cell, RefCell};

/// An object of a running script. Lives in the arena, which never drops it: so it holds arena memory only.
pub struct Obj<'a> {
    /// Its index in the run's table plus one, once a document's list or map holds it; 0 before.
    pub(super) id: Cell<u32>,
    pub kind: Kind<'a>,
}

/// In which order a map or set gives its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `HashMap`: by hash.
    Hash,
    /// `LinkedHashMap`: as they came.
    Linked,
    /// `TreeMap`: sorted.
    Sorted,
}

/// Lists other than `ArrayList`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// `Arrays.asList`: items may change, the length may not.
    Fixed,
    Unmodifiable,
    Linked,
    /// `ArrayDeque`.
    Deque,
    Vector,
    Stack,
}

/// What a view of a map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Keys,
    Values,
    Entries,
}

/// A map and the order of its keys.
#[derive(Clone, Copy)]
pub struct MapRef<'a> {
    pub object: &'a Object<'a>,
    pub order: Order,
    pub unmodifiable: bool,
}

/// `StringJoiner`.
pub struct Joiner<'a> {
    pub separator: &'a str,
    pub prefix: &'a str,
    pub suffix: &'a str,
    pub parts: &'a Array<'a>,
    /// What it prints while nothing was added.
    pub empty: Cell<Option<&'a str>>,
}

pub enum Kind<'a> {
    /// A Java array: `int[]`, `def[]`, `String[][]`.
    Array {
        item: Type,
        items: &'a [Cell<Val<'a>>],
    },
    List {
        kind: ListKind,
        array: &'a Array<'a>,
    },
    Map(MapRef<'a>),
    /// A set: the keys of a map.
    Set(MapRef<'a>),
    MapView {
        view: View,
        map: MapRef<'a>,
    },
    Entry(Entry<'a>),
    Iterator(RefCell<Iter<'a>>),
    Builder(RefCell<Builder<'a>>),
    Lambda(Lambda<'a>),
    Exception {
        class: ClassId,
        message: Option<&'a str>,
    },
    Tokenizer(Tokenizer<'a>),
    /// A pattern: Painless makes them of literals only, so the script keeps it.
    Pattern(u32),
    Matcher(RefCell<Matcher<'a>>),
    /// `java.math.BigInteger`: its digits.
    BigInteger(&'a str),
    /// `java.time.ZonedDateTime` in UTC, as documents have it.
    Timestamp(&'a jiff::Timestamp),
    Stream(Stream<'a>),
    Collector(Collector<'a>),
    Optional {
        of: ItemType,
        value: Option<Val<'a>>,
    },
    Statistics(Statistics<'a>),
    /// Of `java.time`.
    Time(Time<'a>),
    Joiner(Joiner<'a>),
    Uuid(u128),
    Cidr(Cidr),
    /// Of `Base64`.
    Coder(Coder),
    /// `metadata()`.
    Metadata,
    /// `field('a.b')`.
    Field(&'a str),
}

pub struct Entry<'a> {
    /// The map that it belongs to: its value is the map's, and setting it changes the map.
    pub map: Option<MapRef<'a>>,
    pub key: Val<'a>,
    pub value: Cell<Val<'a>>,
}

/// Where an iterator stands.
pub enum Iter<'a> {
    List {
        array: &'a Array<'a>,
        next: usize,
        last: Option<usize>,
        expected_len: usize,
        unmodifiable: bool,
    },
    Map {
        map: MapRef<'a>,
        view: View,
        keys: &'a [&'a str],
        next: usize,
        expected_len: usize,
    },
    /// Over a copy: nothing can be removed through it.
    Items {
        items: &'a [Val<'a>],
        next: usize,
    },
}

/// `StringBuilder`: text, and the first half of a surrogate pair whose second half has not come.
pub struct Builder<'a> {
    pub text: ArenaString<'a>,
    pub pending: Option<u16>,
}

pub struct Tokenizer<'a> {
    pub tokens: &'a [&'a str],
    pub next: Cell<usize>,
}

/// What a functional object does when it is called.
#[derive(Clone, Copy)]
pub enum Callee<'a> {
    /// A lambda or function of the script.
    Script(u32),
    /// A method of the class, static or of the first argument; `new` is the constructor.
    Reference(ClassId, &'a str),
    /// A method found by the first argument's class when called.
    Dynamic(&'a str),
    /// Built in: called with the captured values, then the arguments.
    Native(Native),
    /// `int[]::new`.
    NewArray(Type),
}

pub struct Lambda<'a> {
    pub callee: Callee<'a>,
    pub captures: &'a [Val<'a>],
    /// The interface it was made for, where that is known.
    pub interface: Option<ClassId>,
}

impl<'a> Obj<'a> {
    pub fn new(kind: Kind<'a>) -> Self {
        Self { id: Cell::new(0), kind }
    }

    pub fn class_id(&self) -> ClassId {
        match &self.kind {
            Kind::Array { .. } => ClassId::Object,
            Kind::List { kind, .. } => match kind {
                ListKind::Fixed => ClassId::ArraysList,
                ListKind::Unmodifiable => ClassId::UnmodifiableList,
                ListKind::Linked => ClassId::LinkedList,
                ListKind::Deque => ClassId::ArrayDeque,
                ListKind::Vector => ClassId::Vector,
                ListKind::Stack => ClassId::Stack,
            },
            Kind::Map(map) => match (map.unmodifiable, map.order) {
                (true, _) => ClassId::UnmodifiableMap,
                (_, Order::Hash) => ClassId::HashMap,
                (_, Order::Linked) => ClassId::LinkedHashMap,
                (_, Order::Sorted) => ClassId::TreeMap,
            },
            Kind::Set(map) => match (map.unmodifiable, map.order) {
                (true, _) => ClassId::UnmodifiableSet,
                (_, Order::Hash) => ClassId::HashSet,
                (_, Order::Linked) => ClassId::LinkedHashSet,
                (_, Order::Sorted) => ClassId::TreeSet,
            },
            Kind::MapView { view, .. } => match view {
                View::Keys => ClassId::HashMapKeySet,
                View::Values => ClassId::HashMapValues,
                View::Entries => ClassId::HashMapEntrySet,
            },
            Kind::Entry(entry) => {
                if entry.map.is_some() {
                    ClassId::HashMapNode
                } else {
                    ClassId::SimpleEntry
                }
            }
            Kind::Iterator(iter) => match &*iter.borrow() {
                Iter::List { .. } => ClassId::ArrayListItr,
                _ => ClassId::HashMapIterator,
            },
            Kind::Builder(_) => ClassId::StringBuilder,
            Kind::Lambda(lambda) => lambda.interface.unwrap_or(ClassId::Function),
            Kind::Exception { class, .. } => *class,
            Kind::Tokenizer(_) => ClassId::StringTokenizer,
            Kind::Pattern(_) => ClassId::Pattern,
            Kind::Matcher(_) => ClassId::Matcher,
            Kind::BigInteger(_) => ClassId::BigInteger,
            Kind::Timestamp(_) => ClassId::ZonedDateTime,
            Kind::Stream(stream) => match stream.items {
                ItemType::Object => ClassId::Stream,
                ItemType::Int => ClassId::IntStream,
                ItemType::Long => ClassId::LongStream,
                ItemType::Double => ClassId::DoubleStream,
            },
            Kind::Collector(_) => ClassId::Collector,
            Kind::Optional { of, .. } => match of {
                ItemType::Object => ClassId::Optional,
                ItemType::Int => ClassId::OptionalInt,
                ItemType::Long => ClassId::OptionalLong,
                ItemType::Double => ClassId::OptionalDouble,
            },
            Kind::Statistics(statistics) => match statistics.of {
                ItemType::Int => ClassId::IntSummaryStatistics,
                ItemType::Long => ClassId::LongSummaryStatistics,
                _ => ClassId::DoubleSummaryStatistics,
            },
            Kind::Joiner(_) => ClassId::StringJoiner,
            Kind::Uuid(_) => ClassId::Uuid,
            Kind::Cidr(_) => ClassId::Cidr,
            Kind::Time(time) => time.class_id(),
            Kind::Coder(coder) if coder.decodes => ClassId::Base64Decoder,
            Kind::Coder(_) => ClassId::Base64Encoder,
            Kind::Metadata => ClassId::Metadata,
            Kind::Field(_) => ClassId::WriteField,
        }
    }
}
