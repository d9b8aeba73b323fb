//! A script as it runs: names are slots, types are settled, methods found. Made by [`super::compile`], run by [`super::eval`].
//!
//! `at` is the place in the source that an error of the node points to.

use super::api::{ClassId, MethodInfo};
use super::ast::{BinaryOp, CompareOp, UnaryOp};
use super::types::{Cast, Type};

/// A local variable's place in its function's frame.
pub type Slot = u16;

/// A function, a lambda, or the script itself.
pub struct Function {
    pub name: Box<str>,
    /// Captured values come first, then parameters.
    pub parameters: u16,
    /// How many values its frame holds.
    pub slots: u16,
    /// How parameters given as `def` become their types.
    pub casts: Box<[Cast]>,
    pub body: Block,
    pub returns: Type,
}

pub type Block = Box<[Stmt]>;

pub enum Stmt {
    Expr(Expr),
    If(Box<[(Expr, Block)]>, Block),
    /// `while`, `do` and `for` after its initializer: `do` tests after the first round.
    Loop {
        condition: Option<Expr>,
        body: Block,
        afterthought: Option<Expr>,
        test_first: bool,
        at: u32,
    },
    ForEach(Box<ForEach>),
    Return(Option<Expr>),
    Break,
    Continue,
    Throw(Expr, u32),
    Try(Block, Box<[Catch]>),
}

pub struct ForEach {
    pub slot: Slot,
    pub iterable: Expr,
    pub cast: Cast,
    pub body: Block,
    pub at: u32,
}

pub struct Catch {
    pub class: ClassId,
    pub slot: Slot,
    pub body: Block,
}

pub enum Expr {
    Null,
    Bool(bool),
    Byte(i8),
    Short(i16),
    Char(u16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    /// A string constant of the program.
    Text(u32),
    Regex(u32),
    Local(Slot),
    SetLocal(Slot, Box<Expr>),
    Ctx,
    Params,
    /// `ctx.a?.b.c`, `params.x`: properties with constant names below a local, `ctx` or `params`.
    Path(Box<Path>),
    Unary(UnaryOp, Box<Expr>, u32),
    Binary(Box<Binary>),
    /// Two or more that become one string.
    Concat(Box<[Expr]>, u32),
    Not(Box<Expr>),
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
    Compare(Box<Compare>),
    /// `value == 'text'`, or with `negate` `!=`.
    EqualsText {
        value: Box<Expr>,
        text: u32,
        negate: bool,
    },
    /// `value == null`, or with `negate` `!=`.
    IsNull {
        value: Box<Expr>,
        negate: bool,
    },
    /// `['a', 'b'].contains(value)` of constants.
    ContainsText {
        texts: Box<[Box<str>]>,
        value: Box<Expr>,
    },
    /// `value.contains('text')` and the like, with a constant.
    TextTest(Box<TextTest>),
    Cast {
        value: Box<Expr>,
        cast: Cast,
        at: u32,
    },
    Conditional(Box<[Expr; 3]>),
    Elvis(Box<[Expr; 2]>),
    InstanceOf(Box<Expr>, Type),
    RegexMatch {
        whole: bool,
        text: Box<Expr>,
        pattern: Box<Expr>,
        at: u32,
    },
    /// A property of a `def`.
    Get(Box<Get>),
    /// A member of a map whose type is known.
    MapGet(Box<MapGet>),
    Index(Box<Index>),
    ArrayLength(Box<Expr>, u32),
    Call(Box<Call>),
    /// A method with no arguments on a nullable receiver that gives null for null.
    CallDynamic(Box<CallDynamic>),
    CallFunction(Box<CallFunction>),
    Assign(Box<Assign>),
    List(Box<[Expr]>),
    Map(Box<[(Expr, Expr)]>),
    /// The type of the items of the innermost array that is made; a size for each dimension.
    NewArray {
        item: Type,
        sizes: Box<[Expr]>,
        at: u32,
    },
    ArrayOf {
        item: Type,
        items: Box<[Expr]>,
    },
    Lambda(Box<MakeLambda>),
}

pub enum PathStart {
    Ctx,
    Params,
    Local(Slot),
}

pub struct Path {
    pub start: PathStart,
    pub steps: Box<[Step]>,
}

pub struct Step {
    pub name: Box<str>,
    /// As an index, if it is a number: what it means on a list.
    pub index: Option<i32>,
    pub null_safe: bool,
    pub at: u32,
    pub getters: Box<[(ClassId, &'static MethodInfo)]>,
}

pub struct Binary {
    pub op: BinaryOp,
    pub left: Expr,
    pub right: Expr,
    pub at: u32,
}

pub struct Compare {
    pub op: CompareOp,
    pub left: Expr,
    pub right: Expr,
    /// Both sides are primitive: `===` compares values.
    pub primitive: bool,
    pub at: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTestKind {
    Contains,
    StartsWith,
    EndsWith,
}

pub struct TextTest {
    pub kind: TextTestKind,
    pub text: Box<str>,
    pub null_safe: bool,
    /// The call as it is when the receiver is no string.
    pub call: CallDynamic,
}

pub struct Get {
    pub object: Expr,
    pub step: Step,
}

pub struct MapGet {
    pub object: Expr,
    pub key: u32,
    pub null_safe: bool,
    pub at: u32,
    /// The receiver's name in the message when it is null.
    pub receiver: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKind {
    Def,
    List,
    Map,
    Array,
}

pub struct Index {
    pub object: Expr,
    pub index: Expr,
    pub kind: IndexKind,
    pub at: u32,
    pub receiver: Box<str>,
}

/// A call of a method that is known.
pub struct Call {
    pub method: &'static MethodInfo,
    /// The receiver first, for an instance method.
    pub arguments: Box<[Expr]>,
    pub null_safe: bool,
    pub at: u32,
    pub receiver: Box<str>,
}

/// A call of a method that the receiver's class decides.
pub struct CallDynamic {
    pub name: Box<str>,
    pub object: Expr,
    pub arguments: Box<[Expr]>,
    /// The arguments' static types: a mismatch is told in their terms.
    pub types: Box<[Type]>,
    pub methods: Box<[(ClassId, &'static MethodInfo)]>,
    pub null_safe: bool,
    pub at: u32,
}

pub struct CallFunction {
    pub function: u32,
    pub arguments: Box<[Expr]>,
    pub at: u32,
}

pub enum Target {
    Local(Slot),
    /// A property of a `def`.
    Property {
        object: Expr,
        name: Box<str>,
        index: Option<i32>,
        step: Step,
        setters: Box<[(ClassId, &'static MethodInfo)]>,
    },
    /// A member of a map whose type is known.
    Key {
        object: Expr,
        key: u32,
        receiver: Box<str>,
    },
    Index {
        object: Expr,
        index: Expr,
        kind: IndexKind,
        receiver: Box<str>,
    },
    /// A property with getter and setter of a class that is known.
    Accessors {
        object: Expr,
        getter: Option<&'static MethodInfo>,
        setter: &'static MethodInfo,
        receiver: Box<str>,
    },
}

pub struct Assign {
    pub target: Target,
    /// `op` of a compound assignment.
    pub op: Option<CompoundOp>,
    pub value: Expr,
    /// How the value becomes the target's type.
    pub cast: Cast,
    /// The expression's value is the old one (`x++`).
    pub gives_old: bool,
    pub at: u32,
}

pub enum CompoundOp {
    /// The target's value is cast before the operation.
    Arithmetic(BinaryOp, Cast),
    Concat(Cast),
}

pub enum LambdaTarget {
    Function(u32),
    /// `Type::method`: static, or of the first argument; `new` is the constructor.
    Reference(ClassId, Box<str>),
    /// A method of the first argument, whatever that is.
    Dynamic(Box<str>),
    NewArray(Type),
}

pub struct MakeLambda {
    pub target: LambdaTarget,
    pub captures: Box<[Slot]>,
    pub interface: Option<ClassId>,
}
