//! One run of a script over one document: what its operations and the API's functions work with.

use super::api::ClassId;
use super::object::{Builder, Callee, Kind, Lambda, Obj, Order};
use super::program::Program;
use super::stack::StackGuard;
use super::thrown::Thrown;
use super::value::Val;
use crate::document::{Arena, Array, Document, Object, Value};
use crate::ingest::dates::Formatter;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// What evaluating gives.
pub type Eval<'a> = Result<Val<'a>, Thrown>;

/// Loop iterations of one function or lambda, as on the node.
pub const LOOP_ITERATIONS_MAX: u32 = 1_000_000;

/// Loop iterations and calls of one run altogether. The node knows no such bound and would go on for hours.
const STEPS_MAX: u64 = 20_000_000;

/// Text and collections that one run may make.
const ALLOCATION_MAX_BYTES: usize = 256 << 20;

pub struct Run<'s, 'a> {
    pub program: &'s Program,
    pub doc: Document<'a>,
    pub arena: &'a Arena,
    /// What [`Value::Script`] stands for.
    objects: Vec<Val<'a>>,
    /// In a condition the document cannot be changed; lists and maps that the script itself made can. These are they.
    owned: Vec<usize>,
    /// The program's string constants, copied into the arena when first used.
    texts: Option<&'a [Cell<Option<&'a str>>]>,
    params: Option<&'a Object<'a>>,
    stack: StackGuard,
    steps_left: u64,
    bytes_left: usize,
    random: u64,
    linked: bool,
    /// What `Time::Formatter` stands for.
    pub formatters: Vec<Arc<Formatter>>,
}

impl<'s, 'a> Run<'s, 'a> {
    pub fn new(program: &'s Program, doc: &Document<'a>) -> Self {
        Self {
            program,
            doc: *doc,
            arena: doc.arena,
            objects: Vec::new(),
            owned: Vec::new(),
            texts: None,
            params: None,
            stack: StackGuard::new(),
            steps_left: STEPS_MAX,
            bytes_left: ALLOCATION_MAX_BYTES,
            random: std::ptr::from_ref(doc.root) as u64,
            linked: false,
            formatters: Vec::new(),
        }
    }

    // Limits.

    /// Counts a loop iteration or call; refuses when the run has had too many.
    pub fn step(&mut self) -> Result<(), Thrown> {
        match self.steps_left.checked_sub(1) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => {
                Err(Thrown::painless_error("The script has done more than it may: too many loop iterations and calls."))
            }
        }
    }

    /// Refuses to go deeper when the stack is nearly spent.
    pub fn check_stack(&self) -> Result<(), Thrown> {
        if self.stack.is_spent() {
            return Err(Thrown::with_message(ClassId::StackOverflowError, None));
        }
        Ok(())
    }

    /// Counts memory that the script takes; refuses when it is too much.
    pub fn charge(&mut self, bytes: usize) -> Result<(), Thrown> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => Err(Thrown::new(ClassId::OutOfMemoryError, "The script has made more data than it may.")),
        }
    }

    // Between the document's values and the script's.

    pub fn val(&self, value: Value<'a>) -> Val<'a> {
        match value {
            Value::Null => Val::Null,
            Value::Bool(b) => Val::Bool(b),
            Value::Int(i) => Val::Int(i),
            Value::Long(l) => Val::Long(l),
            Value::Float(f) => Val::Float(f),
            Value::Double(d) => Val::Double(d),
            Value::Str(s) => Val::Str(s),
            Value::Array(a) => Val::List(a),
            Value::Object(o) => Val::Map(o),
            Value::BigInteger(digits) => self.object(Kind::BigInteger(digits)),
            Value::Timestamp(t) => self.object(Kind::Timestamp(t)),
            Value::Bytes(bytes) => {
                let items = self.arena.alloc_slice_fill_iter(bytes.iter().map(|b| Cell::new(Val::Byte(*b as i8))));
                self.object(Kind::Array { item: super::types::Type::BYTE, items })
            }
            Value::Script(index) => self.objects.get(index as usize).copied().unwrap_or(Val::Null),
        }
    }

    /// The value as a list or map of a document holds it.
    pub fn value(&mut self, val: Val<'a>) -> Value<'a> {
        match val {
            Val::Null => Value::Null,
            Val::Bool(b) => Value::Bool(b),
            Val::Int(i) => Value::Int(i),
            Val::Long(l) => Value::Long(l),
            Val::Float(f) => Value::Float(f),
            Val::Double(d) => Value::Double(d),
            Val::Str(s) => Value::Str(s),
            Val::List(a) => {
                self.linked = true;
                Value::Array(a)
            }
            Val::Map(o) => {
                self.linked = true;
                Value::Object(o)
            }
            Val::Byte(_) | Val::Short(_) | Val::Char(_) => Value::Script(self.enter(val)),
            Val::Obj(object) => match object.kind {
                Kind::BigInteger(digits) => Value::BigInteger(digits),
                Kind::Timestamp(t) => Value::Timestamp(t),
                _ => {
                    if object.id.get() == 0 {
                        object.id.set(self.enter(val) + 1);
                    }
                    Value::Script(object.id.get() - 1)
                }
            },
        }
    }

    pub(super) fn enter(&mut self, val: Val<'a>) -> u32 {
        self.linked = true;
        self.objects.push(val);
        (self.objects.len() - 1) as u32
    }

    /// The object that was entered under `index`.
    pub(super) fn entered(&self, index: usize) -> Option<Val<'a>> {
        self.objects.get(index).copied()
    }

    /// Whether lists or maps were put into others: then the document may hold itself, or a [`Value::Script`].
    pub fn has_changed_shape(&self) -> bool {
        self.linked
    }

    // Making things.

    pub fn object(&self, kind: Kind<'a>) -> Val<'a> {
        Val::Obj(self.arena.alloc(Obj::new(kind)))
    }

    pub fn string(&mut self, text: &str) -> Eval<'a> {
        self.charge(text.len())?;
        Ok(Val::Str(self.arena.alloc_str(text)))
    }

    /// A string constant of the program.
    pub fn constant(&mut self, index: u32) -> &'a str {
        let texts = match self.texts {
            Some(texts) => texts,
            None => {
                let count = self.program.texts.len();
                let texts: &'a [Cell<Option<&'a str>>] = self.arena.alloc_slice_fill_with(count, |_| Cell::new(None));
                self.texts = Some(texts);
                texts
            }
        };
        let Some(cell) = texts.get(index as usize) else { return "" };
        match cell.get() {
            Some(text) => text,
            None => {
                let text: &'a str = self.arena.alloc_str(self.program.text(index));
                cell.set(Some(text));
                text
            }
        }
    }

    pub fn new_list(&mut self) -> &'a Array<'a> {
        let list = Array::new_in(self.arena);
        self.own(std::ptr::from_ref(list) as usize);
        list
    }

    pub fn new_map(&mut self) -> &'a Object<'a> {
        let map = Object::new_in(self.arena);
        self.own(std::ptr::from_ref(map) as usize);
        map
    }

    pub fn list_of(&mut self, items: impl IntoIterator<Item = Val<'a>>) -> Val<'a> {
        let list = self.new_list();
        for item in items {
            list.push(self.value(item));
        }
        Val::List(list)
    }

    /// A `HashSet` and the like.
    pub fn new_set(&mut self, order: Order) -> (Val<'a>, super::object::MapRef<'a>) {
        let set = super::object::MapRef { object: self.new_map(), order, unmodifiable: false };
        (self.object(Kind::Set(set)), set)
    }

    pub fn builder(&self, text: &str) -> Val<'a> {
        let text = bumpalo::collections::String::from_str_in(text, self.arena);
        self.object(Kind::Builder(RefCell::new(Builder { text, pending: None })))
    }

    /// An object that calls `native` with `captures` and its arguments.
    pub fn native_lambda(&self, interface: ClassId, native: super::api::Native, captures: &[Val<'a>]) -> Val<'a> {
        let captures = self.arena.alloc_slice_copy(captures);
        self.object(Kind::Lambda(Lambda { callee: Callee::Native(native), captures, interface: Some(interface) }))
    }

    fn own(&mut self, address: usize) {
        if self.program.is_read_only() {
            self.owned.push(address);
        }
    }

    /// Whether a list or map belongs to the document and this run must not change it.
    pub fn is_frozen<T>(&self, collection: &T) -> bool {
        self.program.is_read_only() && !self.owned.contains(&(std::ptr::from_ref(collection) as usize))
    }

    /// To ask before changing a list or map.
    pub fn check_mutable<T>(&self, collection: &T) -> Result<(), Thrown> {
        let address = std::ptr::from_ref(collection) as usize;
        if self.params.is_some_and(|params| std::ptr::from_ref(params) as usize == address) {
            return Err(super::access::unsupported());
        }
        if self.is_frozen(collection) {
            return Err(Thrown::new(
                ClassId::UnsupportedOperationException,
                "Mutating ingest documents in conditionals is not supported",
            ));
        }
        Ok(())
    }

    /// The script's `params`, made when first asked for.
    pub fn params(&mut self) -> &'a Object<'a> {
        match self.params {
            Some(params) => params,
            None => {
                let params = self.program.params.to_object(self.arena);
                self.params = Some(params);
                params
            }
        }
    }

    /// The time that the document carries: what scripts take for now.
    pub fn now(&self) -> jiff::Timestamp {
        match self.doc.ingest.get("timestamp") {
            Some(Value::Timestamp(at)) => *at,
            _ => jiff::Timestamp::UNIX_EPOCH,
        }
    }

    /// The next number from 0 to 1. Seeded by the document's time, so that a run can be repeated.
    pub fn next_random(&mut self) -> f64 {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn is_root(&self, map: &Object<'a>) -> bool {
        std::ptr::eq(map, self.doc.root)
    }

    // Classes.

    /// The class as messages name it and methods are found in.
    pub fn class_of(&self, val: Val<'a>) -> ClassId {
        match val {
            Val::Map(map) if self.is_root(map) && !self.program.is_read_only() => ClassId::IngestCtxMap,
            Val::Map(map) if self.is_frozen(map) => ClassId::UnmodifiableIngestData,
            Val::List(list) if self.is_frozen(list) => ClassId::UnmodifiableIngestList,
            _ => val.class_id(),
        }
    }

    /// `java.lang.Integer`, `int[]`: as messages name the class of a value.
    pub fn class_name(&self, val: Val<'a>) -> String {
        match val {
            Val::Obj(Obj { kind: Kind::Array { item, .. }, .. }) => format!("{}[]", item.java_name()),
            _ => self.class_of(val).class().name.to_owned(),
        }
    }

    /// `int`, `java.lang.String`: numbers by their primitive name, as cast errors say.
    pub fn unboxed_name(&self, val: Val<'a>) -> String {
        match val {
            Val::Bool(_) => "boolean".into(),
            Val::Byte(_) => "byte".into(),
            Val::Short(_) => "short".into(),
            Val::Char(_) => "char".into(),
            Val::Int(_) => "int".into(),
            Val::Long(_) => "long".into(),
            Val::Float(_) => "float".into(),
            Val::Double(_) => "double".into(),
            _ => self.class_name(val),
        }
    }
}
