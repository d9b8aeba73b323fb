//! The allow-listed Java API: which classes scripts see, with which methods, and what these do.
//!
//! # To add a class
//! 1. Write a `const NAME: Class` in the file of its family (or a new file): its Java name, what it extends, and its members. Leave
//!    out what it has not: `..Class::EMPTY`.
//! 2. Add its line to [`classes`]: the line makes the [`ClassId`] by which Rust code names it.
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
mod big_integers;
mod boxed;
mod builders;
mod characters;
mod classes;
mod collections;
mod entries;
mod exceptions;
mod fields;
mod formatting;
mod functions;
mod iterables;
mod iterators;
mod language;
pub mod lists;
mod maps;
mod math;
mod number_macros;
mod numerals;
pub mod objects;
mod patterns;
mod primitive_functions;
mod processors;
mod queues;
mod registry;
mod sets;
mod sorted_maps;
pub mod streams;
mod string;
pub mod time;
mod tokenizers;

use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::Type;
use super::value::Val;

/// How a list is about to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An item is replaced.
    Item,
    /// Items are added or removed.
    Length,
}

use classes::CLASSES;
pub use classes::ClassId;
pub use language::is_ingest_only;
pub use registry::{base_type, dynamic_getters, dynamic_methods, dynamic_setters};

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

/// Unpacks exactly `N` arguments.
pub fn take<'a, const N: usize>(args: &[Val<'a>]) -> Result<[Val<'a>; N], Thrown> {
    <[Val<'a>; N]>::try_from(args).map_err(|_| {
        Thrown::new(ClassId::WrongMethodTypeException, format!("expected {N} arguments, got {}", args.len()))
    })
}

/// An argument that is not what its signature says: null, mostly.
#[cold]
fn mismatch() -> Thrown {
    Thrown::with_message(ClassId::NullPointerException, None)
}

/// The `int` at `index` of the arguments, 0 where there is none.
fn int(args: &[Val<'_>], index: usize) -> i32 {
    args.get(index).and_then(|v| v.to_i32()).unwrap_or(0)
}
