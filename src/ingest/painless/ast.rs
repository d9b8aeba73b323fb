//! What the parser makes of a script, before names and types are known.
//!
//! Offsets are where Elasticsearch reports errors of the node: an operation begins with its first operand, a field access or
//! call with its dot.

/// A type as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// `def`, `int`, `Map`, `java.util.Map`, `Map.Entry`.
    pub name: String,
    /// How many `[]` follow.
    pub dims: u8,
    pub at: u32,
}

#[derive(Debug)]
pub struct Function<'s> {
    pub returns: TypeName,
    pub name: &'s str,
    pub parameters: Vec<(TypeName, &'s str)>,
    pub body: Block<'s>,
    pub at: u32,
}

#[derive(Debug)]
pub struct Source<'s> {
    pub functions: Vec<Function<'s>>,
    pub body: Block<'s>,
}

#[derive(Debug)]
pub struct Block<'s> {
    pub statements: Vec<Statement<'s>>,
    pub at: u32,
}

#[derive(Debug)]
pub struct Statement<'s> {
    pub at: u32,
    pub kind: StatementKind<'s>,
}

#[derive(Debug)]
pub enum StatementKind<'s> {
    Expression(Expr<'s>),
    Declaration(TypeName, Vec<Declarator<'s>>),
    /// `if`, `else if`, …: each condition with its block and where it stands, then `else`.
    If(Vec<Branch<'s>>, Option<Block<'s>>),
    While(Expr<'s>, Option<Block<'s>>),
    Do(Block<'s>, Expr<'s>),
    For(Box<For<'s>>),
    ForEach {
        /// `None` in `for (x in list)`.
        ty: Option<TypeName>,
        name: &'s str,
        iterable: Expr<'s>,
        body: Block<'s>,
    },
    Try(Block<'s>, Vec<Catch<'s>>),
    Continue,
    Break,
    Return(Option<Expr<'s>>),
    Throw(Expr<'s>),
}

#[derive(Debug)]
pub struct Branch<'s> {
    pub at: u32,
    pub condition: Expr<'s>,
    pub body: Block<'s>,
}

#[derive(Debug)]
pub struct Declarator<'s> {
    pub name: &'s str,
    pub at: u32,
    pub value: Option<Expr<'s>>,
}

#[derive(Debug)]
pub enum Initializer<'s> {
    Declaration(TypeName, Vec<Declarator<'s>>),
    Expression(Expr<'s>),
}

#[derive(Debug)]
pub struct For<'s> {
    pub initializer: Option<Initializer<'s>>,
    pub condition: Option<Expr<'s>>,
    pub afterthought: Option<Expr<'s>>,
    pub body: Option<Block<'s>>,
}

#[derive(Debug)]
pub struct Catch<'s> {
    pub ty: TypeName,
    pub name: &'s str,
    pub body: Block<'s>,
    pub at: u32,
}

#[derive(Debug)]
pub struct Expr<'s> {
    pub at: u32,
    /// How deep the tree below is.
    pub depth: u16,
    pub kind: ExprKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    BitNot,
    Plus,
    Minus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    UShr,
    BitAnd,
    Xor,
    BitOr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    EqRef,
    Ne,
    NeRef,
    Lt,
    Lte,
    Gt,
    Gte,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radix {
    Octal,
    Hex,
    Decimal,
}

#[derive(Debug)]
pub enum LambdaBody<'s> {
    Expression(Box<Expr<'s>>),
    Block(Block<'s>),
}

#[derive(Debug)]
pub struct Parameter<'s> {
    pub ty: Option<TypeName>,
    pub name: &'s str,
    pub at: u32,
}

#[derive(Debug)]
pub enum ExprKind<'s> {
    Null,
    Bool(bool),
    /// Digits with prefix and suffix cut; the suffix in lower case.
    Integer {
        digits: &'s str,
        radix: Radix,
        suffix: Option<u8>,
    },
    Decimal {
        digits: &'s str,
        suffix: Option<u8>,
    },
    String(String),
    Regex {
        pattern: &'s str,
        flags: &'s str,
    },
    Name(&'s str),
    List(Vec<Expr<'s>>),
    Map(Vec<(Expr<'s>, Expr<'s>)>),
    Unary(UnaryOp, Box<Expr<'s>>),
    Binary(BinaryOp, Box<Expr<'s>>, Box<Expr<'s>>),
    Compare(CompareOp, Box<Expr<'s>>, Box<Expr<'s>>),
    /// Two operands or more, as chains of one operator are.
    And(Vec<Expr<'s>>),
    Or(Vec<Expr<'s>>),
    /// `=~`, or with `whole` `==~`.
    RegexMatch {
        whole: bool,
        text: Box<Expr<'s>>,
        pattern: Box<Expr<'s>>,
    },
    InstanceOf(Box<Expr<'s>>, TypeName),
    Elvis(Box<Expr<'s>>, Box<Expr<'s>>),
    Conditional(Box<[Expr<'s>; 3]>),
    Assign {
        target: Box<Expr<'s>>,
        op: Option<BinaryOp>,
        value: Box<Expr<'s>>,
    },
    /// `++` and `--`, before (`after: false`) or after the target.
    Increment {
        target: Box<Expr<'s>>,
        op: BinaryOp,
        after: bool,
    },
    Cast(TypeName, Box<Expr<'s>>),
    Field {
        object: Box<Expr<'s>>,
        name: &'s str,
        null_safe: bool,
    },
    Index {
        object: Box<Expr<'s>>,
        index: Box<Expr<'s>>,
    },
    Call {
        object: Box<Expr<'s>>,
        name: &'s str,
        arguments: Vec<Expr<'s>>,
        null_safe: bool,
    },
    CallLocal {
        name: &'s str,
        arguments: Vec<Expr<'s>>,
    },
    New(TypeName, Vec<Expr<'s>>),
    /// The type is that of the array; sizes for the first dimensions.
    NewArray(TypeName, Vec<Expr<'s>>),
    NewArrayOf(TypeName, Vec<Expr<'s>>),
    Lambda {
        parameters: Vec<Parameter<'s>>,
        body: LambdaBody<'s>,
    },
    /// `Type::method`, `Type::new` (`method` is `new`), `this::function` (`ty` is `None`).
    FunctionRef {
        ty: Option<TypeName>,
        method: &'s str,
    },
}
