//! The allow-listed Java API: which classes scripts see, with which methods, and what these do.
//!
//! # To add a class
//! 1. Write a `const NAME: Class` in the file of its family (or a new file): its Java name, what it extends, and its members. Leave
//!    out what it has not: `..Class::EMPTY`.
//! 2. Add its line to [`classes!`] below: the line makes the [`ClassId`] by which Rust code names it.
//!
//! # To add a method
//! Add a row `("<signature>", function)` to the class' `methods`, `statics` or `constructors`. The signature is Java's, with the
//! types as scripts write them: `"boolean startsWith(String, int)"`, for a constructor `"(Collection)"`. Static checks, casts of
//! arguments, getters (`getX` is the property `x`) and look-up at run time all follow from it; two rows of one class differ in name or
//! number of parameters. What a superclass or interface has need not be repeated.
//!
//! The function gets the arguments, for a method after its receiver, already cast: where the signature says `int` there is a
//! [`Val::Int`], `String` a [`Val::Str`] or [`Val::Null`], `def` and classes anything. [`take`] unpacks them:
//!
//! ```ignore
//! fn starts_with<'a>(run: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
//!     let [this, prefix] = take(args)?;
//!     Ok(Val::Bool(run.text(this)?.starts_with(run.text(prefix)?)))
//! }
//! ```
//!
//! Functions call lambdas with [`Run::call`], make lists and maps with [`Run::new_list`] and [`Run::new_map`], strings with
//! [`Run::string`], and before they change a list or map ask [`Run::check_mutable`]. Errors are [`Thrown`] with the exception's class and
//! Java's text.
//!
//! # To add a kind of object
//! What a document cannot hold gets a variant in [`super::object::Kind`] with its class in `Obj::class_id`; where it prints,
//! compares or goes into a document in its own way, a line in `super::text`, `super::equality` and `super::finish`.

pub mod base64;
mod boxed;
mod exceptions;
mod functions;
mod iterables;
mod language;
mod lists;
mod maps;
mod math;
mod sets;
mod string;
mod strings;

use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::{Base, Type};
use super::value::Val;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// How a list is about to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An item is replaced.
    Item,
    /// Items are added or removed.
    Length,
}

pub use language::is_ingest_only;

/// A function of the API.
pub type Native = for<'s, 'a> fn(&mut Run<'s, 'a>, &[Val<'a>]) -> Eval<'a>;

/// A class of the allow-list.
pub struct Class {
    /// Java's name, with dots: `java.util.Map.Entry`.
    pub name: &'static str,
    /// Superclass and interfaces; `Object` is understood.
    pub extends: &'static [ClassId],
    pub constructors: &'static [(&'static str, Native)],
    pub statics: &'static [(&'static str, Native)],
    pub methods: &'static [(&'static str, Native)],
    /// Static fields: `"int MAX_VALUE"`.
    pub constants: &'static [(&'static str, Native)],
    /// The method that a lambda implements, for a functional interface: `"boolean test(def)"`.
    pub function: Option<&'static str>,
    /// Objects have this class but scripts cannot name it.
    pub hidden: bool,
}

impl Class {
    pub const EMPTY: Self = Self {
        name: "",
        extends: &[],
        constructors: &[],
        statics: &[],
        methods: &[],
        constants: &[],
        function: None,
        hidden: false,
    };
}

macro_rules! classes {
    ($($id:ident => $module:ident :: $name:ident),* $(,)?) => {
        /// A class, by a name of our own that is Java's simple name wherever that is unique.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum ClassId { $($id),* }

        const CLASSES: &[(ClassId, &Class)] = &[$((ClassId::$id, &$module::$name)),*];
    };
}

classes! {
    Object => language::OBJECT,
    Comparable => language::COMPARABLE,
    CharSequence => string::CHAR_SEQUENCE,
    String => string::STRING,
    StringBuilder => strings::STRING_BUILDER,
    StringTokenizer => strings::STRING_TOKENIZER,
    Number => boxed::NUMBER,
    Boolean => boxed::BOOLEAN,
    Byte => boxed::BYTE,
    Short => boxed::SHORT,
    Character => boxed::CHARACTER,
    Integer => boxed::INTEGER,
    Long => boxed::LONG,
    Float => boxed::FLOAT,
    Double => boxed::DOUBLE,
    BigInteger => boxed::BIG_INTEGER,
    ZonedDateTime => language::ZONED_DATE_TIME,
    Math => math::MATH,
    Iterable => iterables::ITERABLE,
    Iterator => iterables::ITERATOR,
    ListIterator => iterables::LIST_ITERATOR,
    ArrayListItr => iterables::ARRAY_LIST_ITR,
    HashMapIterator => iterables::HASH_MAP_ITERATOR,
    Collection => iterables::COLLECTION,
    List => lists::LIST,
    ArrayList => lists::ARRAY_LIST,
    LinkedList => lists::LINKED_LIST,
    ArrayDeque => lists::ARRAY_DEQUE,
    Vector => lists::VECTOR,
    Stack => lists::STACK,
    ArraysList => lists::ARRAYS_LIST,
    UnmodifiableList => lists::UNMODIFIABLE_LIST,
    UnmodifiableIngestList => lists::UNMODIFIABLE_INGEST_LIST,
    Queue => lists::QUEUE,
    Deque => lists::DEQUE,
    Collections => lists::COLLECTIONS,
    Arrays => lists::ARRAYS,
    Map => maps::MAP,
    HashMap => maps::HASH_MAP,
    LinkedHashMap => maps::LINKED_HASH_MAP,
    SortedMap => maps::SORTED_MAP,
    NavigableMap => maps::NAVIGABLE_MAP,
    TreeMap => maps::TREE_MAP,
    UnmodifiableMap => maps::UNMODIFIABLE_MAP,
    UnmodifiableIngestData => maps::UNMODIFIABLE_INGEST_DATA,
    IngestCtxMap => maps::INGEST_CTX_MAP,
    MapEntry => maps::ENTRY,
    HashMapNode => maps::HASH_MAP_NODE,
    SimpleEntry => maps::SIMPLE_ENTRY,
    Set => sets::SET,
    SortedSet => sets::SORTED_SET,
    NavigableSet => sets::NAVIGABLE_SET,
    HashSet => sets::HASH_SET,
    LinkedHashSet => sets::LINKED_HASH_SET,
    TreeSet => sets::TREE_SET,
    UnmodifiableSet => sets::UNMODIFIABLE_SET,
    HashMapKeySet => sets::HASH_MAP_KEY_SET,
    HashMapValues => sets::HASH_MAP_VALUES,
    HashMapEntrySet => sets::HASH_MAP_ENTRY_SET,
    Function => functions::FUNCTION,
    BiFunction => functions::BI_FUNCTION,
    UnaryOperator => functions::UNARY_OPERATOR,
    BinaryOperator => functions::BINARY_OPERATOR,
    Predicate => functions::PREDICATE,
    BiPredicate => functions::BI_PREDICATE,
    Consumer => functions::CONSUMER,
    BiConsumer => functions::BI_CONSUMER,
    Supplier => functions::SUPPLIER,
    ObjIntConsumer => functions::OBJ_INT_CONSUMER,
    ToDoubleFunction => functions::TO_DOUBLE_FUNCTION,
    ToIntFunction => functions::TO_INT_FUNCTION,
    ToLongFunction => functions::TO_LONG_FUNCTION,
    Comparator => functions::COMPARATOR,
    Exception => exceptions::EXCEPTION,
    RuntimeException => exceptions::RUNTIME_EXCEPTION,
    ArithmeticException => exceptions::ARITHMETIC_EXCEPTION,
    ArrayIndexOutOfBoundsException => exceptions::ARRAY_INDEX_OUT_OF_BOUNDS_EXCEPTION,
    ArrayStoreException => exceptions::ARRAY_STORE_EXCEPTION,
    ClassCastException => exceptions::CLASS_CAST_EXCEPTION,
    ConcurrentModificationException => exceptions::CONCURRENT_MODIFICATION_EXCEPTION,
    DateTimeException => exceptions::DATE_TIME_EXCEPTION,
    DateTimeParseException => exceptions::DATE_TIME_PARSE_EXCEPTION,
    EmptyStackException => exceptions::EMPTY_STACK_EXCEPTION,
    IllegalArgumentException => exceptions::ILLEGAL_ARGUMENT_EXCEPTION,
    IllegalStateException => exceptions::ILLEGAL_STATE_EXCEPTION,
    IndexOutOfBoundsException => exceptions::INDEX_OUT_OF_BOUNDS_EXCEPTION,
    NegativeArraySizeException => exceptions::NEGATIVE_ARRAY_SIZE_EXCEPTION,
    NoSuchElementException => exceptions::NO_SUCH_ELEMENT_EXCEPTION,
    InputMismatchException => exceptions::INPUT_MISMATCH_EXCEPTION,
    NullPointerException => exceptions::NULL_POINTER_EXCEPTION,
    NumberFormatException => exceptions::NUMBER_FORMAT_EXCEPTION,
    StringIndexOutOfBoundsException => exceptions::STRING_INDEX_OUT_OF_BOUNDS_EXCEPTION,
    UnsupportedOperationException => exceptions::UNSUPPORTED_OPERATION_EXCEPTION,
    UnsupportedTemporalTypeException => exceptions::UNSUPPORTED_TEMPORAL_TYPE_EXCEPTION,
    WrongMethodTypeException => exceptions::WRONG_METHOD_TYPE_EXCEPTION,
    CircuitBreakingException => exceptions::CIRCUIT_BREAKING_EXCEPTION,
    PainlessError => exceptions::PAINLESS_ERROR,
    PainlessExplainError => exceptions::PAINLESS_EXPLAIN_ERROR,
    StackOverflowError => exceptions::STACK_OVERFLOW_ERROR,
    OutOfMemoryError => exceptions::OUT_OF_MEMORY_ERROR,
    Base64 => base64::BASE64,
    Base64Decoder => base64::DECODER,
    Base64Encoder => base64::ENCODER,
    Pattern => strings::PATTERN,
    Matcher => strings::MATCHER,
    IngestScript => language::INGEST_SCRIPT,
    Metadata => language::METADATA,
    WriteField => language::WRITE_FIELD,
}

/// A method as scripts call it.
pub struct MethodInfo {
    pub name: &'static str,
    pub parameters: Box<[Type]>,
    pub returns: Type,
    pub native: Native,
    pub class: ClassId,
    pub kind: MethodKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    Instance,
    Static,
    Constructor,
    Constant,
}

impl MethodInfo {
    /// `java.util.Map.put(Object, Object)`, as the Java virtual machine names it in messages.
    pub fn java_signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|t| t.simple_name()).collect();
        format!("{}.{}({})", self.class.class().name, self.name, parameters.join(", "))
    }

    /// `(List,int)Object`: receiver, parameters and result, as method handles print.
    pub fn handle_signature(&self) -> String {
        let mut types = Vec::new();
        if self.kind == MethodKind::Instance {
            types.push(Type::class(self.class).simple_name());
        }
        types.extend(self.parameters.iter().map(|t| t.simple_name()));
        format!("({}){}", types.join(","), self.returns.simple_name())
    }
}

/// The single method of a functional interface.
pub struct FunctionInfo {
    pub name: &'static str,
    pub parameters: Box<[Type]>,
    pub returns: Type,
}

#[derive(Default)]
struct ClassInfo {
    /// Bit `n`: the class is, or descends from, class `n`.
    ancestors: Vec<u64>,
    methods: FxHashMap<(&'static str, usize), usize>,
    statics: FxHashMap<(&'static str, usize), usize>,
    constructors: FxHashMap<usize, usize>,
    constants: FxHashMap<&'static str, usize>,
    getters: FxHashMap<String, usize>,
    setters: FxHashMap<String, usize>,
    function: Option<FunctionInfo>,
    /// `null_pointer_exception`.
    exception_name: String,
    /// `java.util.Map$Entry`.
    binary_name: String,
}

struct Registry {
    methods: Vec<MethodInfo>,
    classes: Vec<ClassInfo>,
    /// Simple and full names.
    names: FxHashMap<&'static str, ClassId>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::build);

impl ClassId {
    pub fn class(self) -> &'static Class {
        CLASSES[self as usize].1
    }

    fn info(self) -> &'static ClassInfo {
        &REGISTRY.classes[self as usize]
    }

    /// The class that a script means by `name`, simple or full.
    pub fn find(name: &str) -> Option<Self> {
        REGISTRY.names.get(name).copied()
    }

    pub fn all() -> impl Iterator<Item = Self> {
        CLASSES.iter().map(|(id, _)| *id)
    }

    /// Whether it is `other` or descends from it.
    pub fn is_subclass_of(self, other: Self) -> bool {
        let bit = other as usize;
        self.info().ancestors.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    pub fn method(self, name: &str, arity: usize) -> Option<&'static MethodInfo> {
        // Keys borrow from the table, so look-ups by other text go through its own name.
        self.info().methods.get(&(intern(name)?, arity)).map(|i| &REGISTRY.methods[*i])
    }

    pub fn static_method(self, name: &str, arity: usize) -> Option<&'static MethodInfo> {
        self.info().statics.get(&(intern(name)?, arity)).map(|i| &REGISTRY.methods[*i])
    }

    pub fn constructor(self, arity: usize) -> Option<&'static MethodInfo> {
        self.info().constructors.get(&arity).map(|i| &REGISTRY.methods[*i])
    }

    pub fn constant(self, name: &str) -> Option<&'static MethodInfo> {
        self.info().constants.get(name).map(|i| &REGISTRY.methods[*i])
    }

    pub fn getter(self, property: &str) -> Option<&'static MethodInfo> {
        self.info().getters.get(property).map(|i| &REGISTRY.methods[*i])
    }

    pub fn setter(self, property: &str) -> Option<&'static MethodInfo> {
        self.info().setters.get(property).map(|i| &REGISTRY.methods[*i])
    }

    pub fn function(self) -> Option<&'static FunctionInfo> {
        self.info().function.as_ref()
    }

    /// `NullPointerException` → `null_pointer_exception`.
    pub fn exception_name(self) -> &'static str {
        &self.info().exception_name
    }

    /// `java.util.Map$Entry`.
    pub fn binary_name(self) -> &'static str {
        &self.info().binary_name
    }
}

/// The method name of the tables that equals `name`.
fn intern(name: &str) -> Option<&'static str> {
    static NAMES: LazyLock<FxHashMap<&'static str, ()>> =
        LazyLock::new(|| REGISTRY.methods.iter().map(|m| (m.name, ())).collect());
    NAMES.get_key_value(name).map(|(name, ())| *name)
}

/// All methods of that name and number of parameters, with the class that objects must descend from: how a call on a `def`
/// finds its method. Concrete classes only, each once.
pub fn dynamic_methods(name: &str, arity: usize) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.method(name, arity).map(|m| (id, m))).collect()
}

pub fn dynamic_getters(property: &str) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.getter(property).map(|m| (id, m))).collect()
}

pub fn dynamic_setters(property: &str) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.setter(property).map(|m| (id, m))).collect()
}

/// Unpacks exactly `N` arguments.
pub fn take<'a, const N: usize>(args: &[Val<'a>]) -> Result<[Val<'a>; N], Thrown> {
    <[Val<'a>; N]>::try_from(args).map_err(|_| {
        Thrown::new(ClassId::WrongMethodTypeException, format!("expected {N} arguments, got {}", args.len()))
    })
}

impl Registry {
    fn build() -> Self {
        let mut names = FxHashMap::default();
        for (id, class) in CLASSES.iter().filter(|(_, class)| !class.hidden) {
            names.insert(class.name, *id);
            names.insert(simple_name(class.name), *id);
        }
        let mut registry = Self { methods: Vec::new(), classes: Vec::new(), names };
        let own: Vec<ClassInfo> = CLASSES.iter().map(|(id, class)| registry.own_members(*id, class)).collect();
        for (id, _) in CLASSES {
            let ancestors = ancestors_of(*id);
            let mut info = ClassInfo { ancestors: vec![0; CLASSES.len().div_ceil(64)], ..ClassInfo::default() };
            for ancestor in &ancestors {
                let bit = *ancestor as usize;
                info.ancestors[bit / 64] |= 1 << (bit % 64);
                let members = &own[bit];
                // Nearest first: what a subclass has already is not replaced.
                members.methods.iter().for_each(|(k, v)| _ = info.methods.entry(*k).or_insert(*v));
                members.getters.iter().for_each(|(k, v)| _ = info.getters.entry(k.clone()).or_insert(*v));
                members.setters.iter().for_each(|(k, v)| _ = info.setters.entry(k.clone()).or_insert(*v));
            }
            registry.classes.push(info);
        }
        for (info, own) in registry.classes.iter_mut().zip(own) {
            info.statics = own.statics;
            info.constructors = own.constructors;
            info.constants = own.constants;
            info.function = own.function;
            info.exception_name = own.exception_name;
            info.binary_name = own.binary_name;
        }
        registry
    }

    fn own_members(&mut self, id: ClassId, class: &'static Class) -> ClassInfo {
        let mut info = ClassInfo {
            exception_name: snake_case(simple_name(class.name)),
            binary_name: binary_name(class.name),
            ..ClassInfo::default()
        };
        for (signature, native) in class.methods {
            let (index, name, arity) = self.add(id, signature, *native, MethodKind::Instance);
            info.methods.insert((name, arity), index);
            let property = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(decapitalize);
            if arity == 0
                && let Some(property) = property("get").or_else(|| property("is"))
            {
                info.getters.insert(property, index);
            }
            if arity == 1
                && let Some(property) = property("set")
            {
                info.setters.insert(property, index);
            }
        }
        for (signature, native) in class.statics {
            let (index, name, arity) = self.add(id, signature, *native, MethodKind::Static);
            info.statics.insert((name, arity), index);
        }
        for (signature, native) in class.constructors {
            let (index, _, arity) = self.add(id, signature, *native, MethodKind::Constructor);
            info.constructors.insert(arity, index);
        }
        for (signature, native) in class.constants {
            let (index, name, _) = self.add(id, signature, *native, MethodKind::Constant);
            info.constants.insert(name, index);
        }
        info.function = class.function.map(|signature| {
            let (name, parameters, returns) = self.parse(id, signature);
            FunctionInfo { name, parameters, returns }
        });
        info
    }

    fn add(
        &mut self,
        class: ClassId,
        signature: &'static str,
        native: Native,
        kind: MethodKind,
    ) -> (usize, &'static str, usize) {
        let (name, parameters, returns) = self.parse(class, signature);
        let arity = parameters.len();
        self.methods.push(MethodInfo { name, parameters, returns, native, class, kind });
        (self.methods.len() - 1, name, arity)
    }

    /// `boolean startsWith(String, int)` in its parts. A constructor's signature has parameters only and returns its class.
    fn parse(&self, class: ClassId, signature: &'static str) -> (&'static str, Box<[Type]>, Type) {
        let (head, rest) = signature.split_once('(').unwrap_or((signature, ")"));
        let parameters = rest.trim_end_matches(')').split(',').map(str::trim).filter(|p| !p.is_empty());
        let parameters = parameters.map(|p| self.type_of(p)).collect();
        match head.rsplit_once(' ') {
            Some((returns, name)) => (name, parameters, self.type_of(returns)),
            None => ("<init>", parameters, Type::class(class)),
        }
    }

    fn type_of(&self, text: &str) -> Type {
        let name = text.trim_end_matches("[]");
        let dims = ((text.len() - name.len()) / 2) as u8;
        let base = base_type(name).or_else(|| self.names.get(name).map(|id| Base::Class(*id)));
        debug_assert!(base.is_some(), "unknown type {name} in a signature");
        Type { base: base.unwrap_or(Base::Def), dims }
    }
}

/// `def`, `void` and the primitive types by name.
pub fn base_type(name: &str) -> Option<Base> {
    Some(match name {
        "void" => Base::Void,
        "def" => Base::Def,
        "boolean" => Base::Boolean,
        "byte" => Base::Byte,
        "short" => Base::Short,
        "char" => Base::Char,
        "int" => Base::Int,
        "long" => Base::Long,
        "float" => Base::Float,
        "double" => Base::Double,
        _ => return None,
    })
}

/// The class and what it descends from, nearest first, `Object` last.
fn ancestors_of(id: ClassId) -> Vec<ClassId> {
    let mut found = vec![id];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        for parent in id.class().extends {
            if !found.contains(parent) {
                found.push(*parent);
            }
        }
        next += 1;
    }
    if !found.contains(&ClassId::Object) {
        found.push(ClassId::Object);
    }
    found
}

/// `java.util.Map.Entry` → `Map.Entry`: from the first part that begins in upper case.
fn simple_name(name: &str) -> &str {
    let mut start = 0;
    for part in name.split('.') {
        if part.starts_with(|c: char| c.is_ascii_uppercase()) {
            return &name[start..];
        }
        start += part.len() + 1;
    }
    name
}

fn binary_name(name: &str) -> String {
    let simple = simple_name(name);
    format!("{}{}", &name[..name.len() - simple.len()], simple.replace('.', "$"))
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn decapitalize(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_table_is_sound() {
        for id in ClassId::all() {
            let class = id.class();
            assert_eq!(CLASSES[id as usize].0, id);
            let mut seen = std::collections::HashSet::new();
            for (signature, _) in class.methods.iter().chain(class.statics) {
                let (head, rest) = signature.split_once('(').expect(signature);
                let name = head.rsplit_once(' ').expect(signature).1;
                let arity = rest.trim_end_matches(')').split(',').filter(|p| !p.trim().is_empty()).count();
                let is_static = class.statics.iter().any(|(s, _)| s == signature);
                assert!(seen.insert((name, arity, is_static)), "{} has {name}/{arity} twice", class.name);
            }
        }
        assert_eq!(simple_name("java.util.Map.Entry"), "Map.Entry");
        assert_eq!(ClassId::MapEntry.binary_name(), "java.util.Map$Entry");
        assert_eq!(ClassId::NullPointerException.exception_name(), "null_pointer_exception");
        assert!(ClassId::ArrayList.is_subclass_of(ClassId::Iterable));
        assert!(!ClassId::List.is_subclass_of(ClassId::ArrayList));
    }
}
