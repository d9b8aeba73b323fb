//! Static types and which may become which.

use super::api::ClassId;
use std::fmt;

/// What a type is made of, brackets aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    Void,
    Def,
    Boolean,
    Byte,
    Short,
    Char,
    Int,
    Long,
    Float,
    Double,
    Class(ClassId),
}

/// A static type: `int`, `def`, `Map`, `String[][]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    pub base: Base,
    pub dims: u8,
}

impl Type {
    pub const VOID: Self = Self::of(Base::Void);
    pub const DEF: Self = Self::of(Base::Def);
    pub const BOOLEAN: Self = Self::of(Base::Boolean);
    pub const BYTE: Self = Self::of(Base::Byte);
    pub const SHORT: Self = Self::of(Base::Short);
    pub const CHAR: Self = Self::of(Base::Char);
    pub const INT: Self = Self::of(Base::Int);
    pub const LONG: Self = Self::of(Base::Long);
    pub const FLOAT: Self = Self::of(Base::Float);
    pub const DOUBLE: Self = Self::of(Base::Double);
    pub const OBJECT: Self = Self::class(ClassId::Object);
    pub const STRING: Self = Self::class(ClassId::String);
    pub const MAP: Self = Self::class(ClassId::Map);

    pub const fn of(base: Base) -> Self {
        Self { base, dims: 0 }
    }

    pub const fn class(id: ClassId) -> Self {
        Self::of(Base::Class(id))
    }

    pub const fn is_array(self) -> bool {
        self.dims > 0
    }

    pub fn is_def(self) -> bool {
        self == Self::DEF
    }

    /// The type of an array's items.
    pub const fn item(self) -> Self {
        Self { base: self.base, dims: self.dims.saturating_sub(1) }
    }

    pub fn is_primitive(self) -> bool {
        self.dims == 0 && !matches!(self.base, Base::Def | Base::Class(_) | Base::Void)
    }

    /// Numbers and `char`, without boxes.
    pub fn is_numeric(self) -> bool {
        self.is_primitive() && self.base != Base::Boolean
    }

    /// The class whose members the type has, if it is one.
    pub fn class_id(self) -> Option<ClassId> {
        match self {
            Self { base: Base::Class(id), dims: 0 } => Some(id),
            _ => None,
        }
    }

    /// The primitive type in a box (`Integer` → `int`), or a primitive type itself.
    pub fn unboxed(self) -> Option<Self> {
        if self.is_primitive() {
            return Some(self);
        }
        Some(match self.class_id()? {
            ClassId::Boolean => Self::BOOLEAN,
            ClassId::Byte => Self::BYTE,
            ClassId::Short => Self::SHORT,
            ClassId::Character => Self::CHAR,
            ClassId::Integer => Self::INT,
            ClassId::Long => Self::LONG,
            ClassId::Float => Self::FLOAT,
            ClassId::Double => Self::DOUBLE,
            _ => return None,
        })
    }

    /// The class that a primitive type is boxed in.
    pub fn boxed(self) -> Self {
        if self.dims > 0 {
            return self;
        }
        match self.base {
            Base::Boolean => Self::class(ClassId::Boolean),
            Base::Byte => Self::class(ClassId::Byte),
            Base::Short => Self::class(ClassId::Short),
            Base::Char => Self::class(ClassId::Character),
            Base::Int => Self::class(ClassId::Integer),
            Base::Long => Self::class(ClassId::Long),
            Base::Float => Self::class(ClassId::Float),
            Base::Double => Self::class(ClassId::Double),
            _ => self,
        }
    }

    /// `java.lang.Integer` → `Integer` as the Java virtual machine writes it in messages: `def` is `java.lang.Object`.
    pub fn java_name(self) -> String {
        let mut out = match self.base {
            Base::Def => "java.lang.Object".to_owned(),
            _ => Self::of(self.base).to_string(),
        };
        (0..self.dims).for_each(|_| out.push_str("[]"));
        out
    }

    /// The last part of the name: `String`, `Object`, `int[]`.
    pub fn simple_name(self) -> String {
        let name = self.java_name();
        name.rsplit('.').next().unwrap_or(&name).to_owned()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.base {
            Base::Void => "void",
            Base::Def => "def",
            Base::Boolean => "boolean",
            Base::Byte => "byte",
            Base::Short => "short",
            Base::Char => "char",
            Base::Int => "int",
            Base::Long => "long",
            Base::Float => "float",
            Base::Double => "double",
            Base::Class(id) => id.class().name,
        })?;
        (0..self.dims).try_for_each(|_| f.write_str("[]"))
    }
}

/// Whether every value of numeric type `from` is one of `to` by Java's widening, or the types are the same.
pub fn widens(from: Base, to: Base) -> bool {
    use Base::*;
    from == to
        || match from {
            Byte => matches!(to, Short | Int | Long | Float | Double),
            Short | Char => matches!(to, Int | Long | Float | Double),
            Int => matches!(to, Long | Float | Double),
            Long => matches!(to, Float | Double),
            Float => to == Double,
            _ => false,
        }
}

/// Whether `from` is `to` or one of its subtypes.
pub fn is_subtype(from: Type, to: Type) -> bool {
    if from == to {
        return true;
    }
    if to == Type::OBJECT {
        return from.is_array() || from.class_id().is_some();
    }
    if from.dims > 0 && from.dims == to.dims {
        return match (from.base, to.base) {
            (Base::Class(sub), Base::Class(sup)) => sub.is_subclass_of(sup),
            // To Java a `def` is an `Object`.
            (Base::Def, Base::Class(sup)) => sup == ClassId::Object,
            _ => false,
        };
    }
    match (from.class_id(), to.class_id()) {
        (Some(sub), Some(sup)) => sub.is_subclass_of(sup),
        _ => false,
    }
}

/// In which place a value becomes another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CastRule {
    /// An assignment, an operand, a condition.
    Implicit,
    /// `(Type) value`.
    Explicit,
    /// An argument or a returned value: boxes open and close by themselves.
    Internal,
}

/// How a value of one type becomes one of another at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// Nothing to do: the same type, a supertype, a box.
    Keep,
    /// One primitive number (or what is in a box) to another.
    Number(Base),
    StringToChar,
    CharToString,
    /// A `def` to a type that it must hold already, or for numbers widen to; with `explicit` any number fits.
    FromDef {
        to: Type,
        explicit: bool,
    },
    /// What a call or property of a `def` gave, where another type is needed: the call site itself converts it, by Java's rules for
    /// method handles.
    FromResult(Type),
    /// A class to one of its subclasses.
    Check(Type),
}

/// The cast from `from` to `to`, if the language has one there.
pub fn cast(from: Type, to: Type, rule: CastRule) -> Option<Cast> {
    if from == to {
        return Some(Cast::Keep);
    }
    if from == Type::VOID || to == Type::VOID {
        return None;
    }
    if to.is_def() {
        return Some(Cast::Keep);
    }
    let explicit = rule == CastRule::Explicit;
    if from.is_def() {
        return Some(Cast::FromDef { to, explicit });
    }
    if from.is_numeric() && to.is_numeric() && (explicit || widens(from.base, to.base)) {
        return Some(Cast::Number(to.base));
    }
    if explicit && from == Type::STRING && to == Type::CHAR {
        return Some(Cast::StringToChar);
    }
    if explicit && from == Type::CHAR && to == Type::STRING {
        return Some(Cast::CharToString);
    }
    if rule == CastRule::Internal
        && let Some(open) = from.unboxed()
    {
        if let Some(target) = to.unboxed()
            && widens(open.base, target.base)
        {
            // A box may hold null: opening it is a cast even where the number stays as it is.
            return Some(if open == target && !to.is_primitive() { Cast::Keep } else { Cast::Number(target.base) });
        }
        let is_number = to == Type::class(ClassId::Number) && open != Type::BOOLEAN;
        if from.is_primitive() && (to == Type::OBJECT || is_number) {
            return Some(Cast::Keep);
        }
    }
    if from.is_primitive() || to.is_primitive() {
        return None;
    }
    if is_subtype(from, to) {
        return Some(Cast::Keep);
    }
    (explicit && is_subtype(to, from)).then_some(Cast::Check(to))
}

/// The type that both operands of arithmetic become; without `decimal`, fractions do not count.
pub fn promote_numeric(left: Type, right: Type, decimal: bool) -> Option<Type> {
    if left.is_def() || right.is_def() {
        return Some(Type::DEF);
    }
    let either = |ty: Type| left == ty || right == ty;
    if decimal && either(Type::DOUBLE) {
        return Some(Type::DOUBLE);
    }
    if decimal && either(Type::FLOAT) {
        return Some(Type::FLOAT);
    }
    if either(Type::LONG) {
        return Some(Type::LONG);
    }
    [Type::INT, Type::CHAR, Type::SHORT, Type::BYTE].into_iter().any(either).then_some(Type::INT)
}

/// The type that one operand of an operator becomes.
pub fn promote_unary(operand: Type, decimal: bool) -> Option<Type> {
    match operand {
        Type::DEF | Type::LONG => Some(operand),
        Type::DOUBLE | Type::FLOAT if decimal => Some(operand),
        Type::INT | Type::CHAR | Type::SHORT | Type::BYTE => Some(Type::INT),
        _ => None,
    }
}

/// The type in which two values are compared for equality.
pub fn promote_equality(left: Type, right: Type) -> Option<Type> {
    if left.is_def() || right.is_def() {
        return Some(Type::DEF);
    }
    if left.is_primitive() && right.is_primitive() {
        if left == Type::BOOLEAN && right == Type::BOOLEAN {
            return Some(Type::BOOLEAN);
        }
        return promote_numeric(left, right, true);
    }
    Some(Type::OBJECT)
}

/// The type of `a ? left : right` where nothing else demands one.
pub fn promote_conditional(left: Type, right: Type) -> Type {
    if left == right {
        return left;
    }
    if left.is_def() || right.is_def() {
        return Type::DEF;
    }
    if left.is_primitive() && right.is_primitive() {
        if left == Type::BOOLEAN && right == Type::BOOLEAN {
            return Type::BOOLEAN;
        }
        let pair = |a: Type, b: Type| (left == a && right == b) || (left == b && right == a);
        if pair(Type::BYTE, Type::SHORT) {
            return Type::SHORT;
        }
        return promote_numeric(left, right, true).unwrap_or(Type::OBJECT);
    }
    match (is_subtype(left, right), is_subtype(right, left)) {
        (true, _) => right,
        (_, true) => left,
        _ => Type::OBJECT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_follow_the_node() {
        use Cast::*;
        let object = Type::OBJECT;
        let integer = Type::class(ClassId::Integer);
        let long = Type::class(ClassId::Long);
        for (from, to, rule, expected) in [
            (Type::INT, Type::LONG, CastRule::Implicit, Some(Number(Base::Long))),
            (Type::LONG, Type::INT, CastRule::Implicit, None),
            (Type::LONG, Type::INT, CastRule::Explicit, Some(Number(Base::Int))),
            (Type::INT, integer, CastRule::Implicit, None),
            (Type::INT, integer, CastRule::Internal, Some(Keep)),
            (Type::INT, long, CastRule::Internal, Some(Number(Base::Long))),
            (long, Type::INT, CastRule::Internal, None),
            (integer, Type::INT, CastRule::Internal, Some(Number(Base::Int))),
            (Type::INT, object, CastRule::Implicit, None),
            (Type::INT, object, CastRule::Internal, Some(Keep)),
            (Type::STRING, Type::CHAR, CastRule::Implicit, None),
            (Type::STRING, Type::CHAR, CastRule::Explicit, Some(StringToChar)),
            (Type::STRING, object, CastRule::Implicit, Some(Keep)),
            (object, Type::STRING, CastRule::Implicit, None),
            (object, Type::STRING, CastRule::Explicit, Some(Check(Type::STRING))),
            (Type::class(ClassId::List), Type::MAP, CastRule::Explicit, None),
            (Type::BOOLEAN, Type::INT, CastRule::Explicit, None),
        ] {
            assert_eq!(cast(from, to, rule), expected, "{from} to {to}, {rule:?}");
        }
    }
}
