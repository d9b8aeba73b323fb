//! Painless' tokens.

use std::fmt;

/// What a token is. Names and number literals keep their text in [`Token::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    // Brackets and separators.
    LBrace,
    RBrace,
    LBracket,
    RBracket,
    LParen,
    RParen,
    Dollar,
    Dot,
    NullSafeDot,
    Comma,
    Semicolon,
    // Keywords.
    If,
    In,
    Else,
    While,
    Do,
    For,
    Continue,
    Break,
    Return,
    New,
    Try,
    Catch,
    Throw,
    This,
    InstanceOf,
    True,
    False,
    Null,
    Def,
    Primitive,
    // Operators.
    Not,
    BitNot,
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    UShr,
    Lt,
    Lte,
    Gt,
    Gte,
    Eq,
    EqRef,
    Ne,
    NeRef,
    BitAnd,
    Xor,
    BitOr,
    And,
    Or,
    Question,
    Colon,
    Elvis,
    Ref,
    Arrow,
    Find,
    Match,
    Increment,
    Decrement,
    Assign,
    /// `+=` and the like: which one is in the text.
    AssignOp,
    // Literals and names.
    Octal,
    Hex,
    Integer,
    Decimal,
    String,
    Regex,
    Identifier,
    /// A name straight after a dot.
    DotName,
    /// A number straight after a dot (`list.0`).
    DotNumber,
    End,
}

/// A token and its place, in bytes of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    pub kind: Kind,
    pub text: &'s str,
    pub at: u32,
}

impl Kind {
    /// The token as Elasticsearch's parser names it in "was expecting one of".
    pub fn expected_name(self) -> &'static str {
        match self {
            Kind::Identifier => "ID",
            Kind::DotName => "DOTID",
            Kind::End => "<EOF>",
            Kind::LBrace => "'{'",
            Kind::RBrace => "'}'",
            Kind::LBracket => "'['",
            Kind::RBracket => "']'",
            Kind::LParen => "'('",
            Kind::RParen => "')'",
            Kind::Semicolon => "';'",
            Kind::Colon => "':'",
            Kind::Arrow => "'->'",
            Kind::While => "'while'",
            Kind::Catch => "'catch'",
            _ => "a token",
        }
    }

    /// Whether a `/` after this token divides; after any other it begins a regular expression.
    pub fn ends_value(self) -> bool {
        matches!(
            self,
            Kind::RBracket
                | Kind::RParen
                | Kind::Octal
                | Kind::Hex
                | Kind::Integer
                | Kind::Decimal
                | Kind::Identifier
                | Kind::DotNumber
                | Kind::DotName
        )
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::End => f.write_str("<EOF>"),
            _ => write!(f, "'{}'", self.text),
        }
    }
}
