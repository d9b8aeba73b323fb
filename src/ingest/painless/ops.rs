//! Arithmetic and comparison of values. What is known of the types at compile time has been cast before; so one rule serves
//! typed and `def` operands: the wider of the two types decides.

use super::api::ClassId;
use super::ast::{BinaryOp, CompareOp, UnaryOp};
use super::casts::truth;
use super::equality::{compare_numbers, loosely_equal};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::Type;
use super::value::{Number, Val};
use std::cmp::Ordering;

impl BinaryOp {
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::UShr => ">>>",
            BinaryOp::BitAnd => "&",
            BinaryOp::Xor => "^",
            BinaryOp::BitOr => "|",
        }
    }

    /// The operator's name in compile errors.
    pub fn word(self) -> &'static str {
        match self {
            BinaryOp::Mul => "multiplication",
            BinaryOp::Div => "division",
            BinaryOp::Rem => "remainder",
            BinaryOp::Add => "addition",
            BinaryOp::Sub => "subtraction",
            BinaryOp::Shl => "left shift",
            BinaryOp::Shr => "right shift",
            BinaryOp::UShr => "unsigned shift",
            BinaryOp::BitAnd => "bitwise and",
            BinaryOp::Xor => "bitwise xor",
            BinaryOp::BitOr => "boolean or",
        }
    }

    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr | BinaryOp::UShr)
    }

    /// Whether it works on bits and so not on fractions.
    pub fn is_bitwise(self) -> bool {
        matches!(self, BinaryOp::BitAnd | BinaryOp::Xor | BinaryOp::BitOr)
    }
}

impl CompareOp {
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Eq => "==",
            CompareOp::EqRef => "===",
            CompareOp::Ne => "!=",
            CompareOp::NeRef => "!==",
            CompareOp::Lt => "<",
            CompareOp::Lte => "<=",
            CompareOp::Gt => ">",
            CompareOp::Gte => ">=",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            CompareOp::Eq => "equals",
            CompareOp::EqRef => "reference equals",
            CompareOp::Ne => "not equals",
            CompareOp::NeRef => "reference not equals",
            CompareOp::Lt => "less than",
            CompareOp::Lte => "less than or equals",
            CompareOp::Gt => "greater than",
            CompareOp::Gte => "greater than or equals",
        }
    }

    pub fn is_equality(self) -> bool {
        matches!(self, CompareOp::Eq | CompareOp::EqRef | CompareOp::Ne | CompareOp::NeRef)
    }

    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            CompareOp::Lt => ordering == Some(Ordering::Less),
            CompareOp::Lte => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            CompareOp::Gt => ordering == Some(Ordering::Greater),
            CompareOp::Gte => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
            CompareOp::Eq | CompareOp::EqRef => ordering == Some(Ordering::Equal),
            CompareOp::Ne | CompareOp::NeRef => ordering != Some(Ordering::Equal),
        }
    }
}

fn division_by_zero() -> Thrown {
    Thrown::new(ClassId::ArithmeticException, "/ by zero")
}

/// An operator on two numbers. `None` where it has no meaning for them (bits of a fraction).
fn arithmetic(op: BinaryOp, a: Number, b: Number) -> Option<Result<Number, Thrown>> {
    use Number::*;
    if op.is_shift() {
        let count = match b {
            Int(n) => n as u32,
            Long(n) => n as u32,
            _ => return None,
        };
        return Some(Ok(match (op, a) {
            (BinaryOp::Shl, Int(a)) => Int(a.wrapping_shl(count)),
            (BinaryOp::Shr, Int(a)) => Int(a.wrapping_shr(count)),
            (BinaryOp::UShr, Int(a)) => Int((a as u32).wrapping_shr(count) as i32),
            (BinaryOp::Shl, Long(a)) => Long(a.wrapping_shl(count)),
            (BinaryOp::Shr, Long(a)) => Long(a.wrapping_shr(count)),
            (BinaryOp::UShr, Long(a)) => Long((a as u64).wrapping_shr(count) as i64),
            _ => return None,
        }));
    }
    Some(Ok(match (a, b) {
        (Int(a), Int(b)) => Int(match op {
            BinaryOp::Add => a.wrapping_add(b),
            BinaryOp::Sub => a.wrapping_sub(b),
            BinaryOp::Mul => a.wrapping_mul(b),
            BinaryOp::Div | BinaryOp::Rem if b == 0 => return Some(Err(division_by_zero())),
            BinaryOp::Div => a.wrapping_div(b),
            BinaryOp::Rem => a.wrapping_rem(b),
            BinaryOp::BitAnd => a & b,
            BinaryOp::BitOr => a | b,
            BinaryOp::Xor => a ^ b,
            _ => return None,
        }),
        (Double(_), _) | (_, Double(_)) => Double(fraction_op(op, a.to_f64(), b.to_f64())?),
        (Float(_), _) | (_, Float(_)) => {
            let (a, b) = (a.to_f32(), b.to_f32());
            Float(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Sub => a - b,
                BinaryOp::Mul => a * b,
                BinaryOp::Div => a / b,
                BinaryOp::Rem => a % b,
                _ => return None,
            })
        }
        _ => {
            let (a, b) = (a.to_i64(), b.to_i64());
            Long(match op {
                BinaryOp::Add => a.wrapping_add(b),
                BinaryOp::Sub => a.wrapping_sub(b),
                BinaryOp::Mul => a.wrapping_mul(b),
                BinaryOp::Div | BinaryOp::Rem if b == 0 => return Some(Err(division_by_zero())),
                BinaryOp::Div => a.wrapping_div(b),
                BinaryOp::Rem => a.wrapping_rem(b),
                BinaryOp::BitAnd => a & b,
                BinaryOp::BitOr => a | b,
                BinaryOp::Xor => a ^ b,
                _ => return None,
            })
        }
    }))
}

fn fraction_op(op: BinaryOp, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        _ => return None,
    })
}

impl From<Number> for Val<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(i) => Val::Int(i),
            Number::Long(l) => Val::Long(l),
            Number::Float(f) => Val::Float(f),
            Number::Double(d) => Val::Double(d),
        }
    }
}

pub fn binary<'a>(run: &mut Run<'_, 'a>, op: BinaryOp, a: Val<'a>, b: Val<'a>) -> Eval<'a> {
    if let (Some(x), Some(y)) = (a.number(), b.number())
        && let Some(result) = arithmetic(op, x, y)
    {
        return result.map(Val::from);
    }
    if !op.is_bitwise()
        && !op.is_shift()
        && let Some((x, y)) = with_big_integer(a, b)
        && let Some(result) = arithmetic(op, x, y)
    {
        return result.map(Val::from);
    }
    if op == BinaryOp::Add && (a.as_str().is_some() || b.as_str().is_some()) {
        return concat(run, a, b);
    }
    if let (Val::Bool(x), Val::Bool(y)) = (a, b) {
        match op {
            BinaryOp::BitAnd => return Ok(Val::Bool(x & y)),
            BinaryOp::BitOr => return Ok(Val::Bool(x | y)),
            BinaryOp::Xor => return Ok(Val::Bool(x ^ y)),
            _ => {}
        }
    }
    Err(no_operation(run, op.symbol(), a, b))
}

/// Two numbers of which one at least is a `BigInteger`, as the operators see them.
#[cold]
pub fn with_big_integer(a: Val<'_>, b: Val<'_>) -> Option<(Number, Number)> {
    match (a.big_digits(), b.big_digits()) {
        (Some(x), Some(y)) => Some((Number::of_digits(x, None), Number::of_digits(y, None))),
        (Some(x), None) => b.number().map(|y| (Number::of_digits(x, Some(y)), y)),
        (None, Some(y)) => a.number().map(|x| (x, Number::of_digits(y, Some(x)))),
        (None, None) => None,
    }
}

pub fn concat<'a>(run: &mut Run<'_, 'a>, a: Val<'a>, b: Val<'a>) -> Eval<'a> {
    let mut out = String::new();
    run.write_text(a, &mut out)?;
    run.write_text(b, &mut out)?;
    run.string(&out)
}

/// Why an operator has no meaning for two values, in the node's words: those of its method handles, which know boxed
/// primitives, and of its fallbacks for objects.
#[cold]
fn no_operation<'a>(run: &Run<'_, 'a>, op: &str, a: Val<'a>, b: Val<'a>) -> Thrown {
    let is_shift = matches!(op, "<<" | ">>" | ">>>");
    let is_bitwise = matches!(op, "&" | "^" | "|");
    if a.is_null() {
        let name = if is_shift {
            "args[0]"
        } else if is_bitwise {
            "o"
        } else {
            "left"
        };
        return null_operand(name);
    }
    if b.is_null() {
        return if is_shift {
            super::call::null_primitive(Type::LONG)
        } else {
            null_operand(if is_bitwise { "o" } else { "right" })
        };
    }
    if is_shift {
        return no_shift(run, op, a, b);
    }
    let is_boxed = |v: Val<'a>| v.number().is_some() || matches!(v, Val::Bool(_));
    match (a, b) {
        (Val::Bool(_), Val::Bool(_)) => no_operation_on(op, "boolean"),
        (Val::Bool(_), other) | (other, Val::Bool(_)) if is_boxed(other) => boolean_as_number(other),
        _ if is_boxed(a) && is_boxed(b) => no_operation_on(op, "float"),
        _ if is_bitwise => {
            let odd = if is_boxed(a) { b } else { a };
            Thrown::class_cast(format!("Cannot convert [{}] to an integral value.", run.class_name(odd)))
        }
        _ => Thrown::class_cast(format!(
            "Cannot apply [{op}] operation to types [{}] and [{}].",
            run.class_name(a),
            run.class_name(b)
        )),
    }
}

fn no_shift<'a>(run: &Run<'_, 'a>, op: &str, a: Val<'a>, b: Val<'a>) -> Thrown {
    match b {
        Val::Bool(_) | Val::Float(_) | Val::Double(_) => {
            return Thrown::class_cast(format!("Cannot cast {} to java.lang.Long", run.class_name(b)));
        }
        _ if b.big_digits().is_some() => {
            return Thrown::class_cast("Cannot cast java.math.BigInteger to java.lang.Long");
        }
        _ if b.number().is_none() => return run.cannot_cast(b, ClassId::Number),
        _ => {}
    }
    match a {
        Val::Bool(_) | Val::Float(_) | Val::Double(_) => no_operation_on(op, &run.unboxed_name(a)),
        _ => Thrown::class_cast(format!("Cannot convert [{}] to an integral value.", run.class_name(a))),
    }
}

fn null_operand(name: &str) -> Thrown {
    Thrown::null_pointer(format!("Cannot invoke \"Object.getClass()\" because \"{name}\" is null"))
}

fn no_operation_on(op: &str, ty: &str) -> Thrown {
    Thrown::class_cast(format!("Cannot apply [{op}] operation to type [{ty}]"))
}

/// A boolean beside a number would have to become the number's class.
fn boolean_as_number(number: Val<'_>) -> Thrown {
    let class = match number {
        Val::Double(_) => "Double",
        Val::Float(_) => "Float",
        Val::Long(_) => "Long",
        _ => "Integer",
    };
    Thrown::class_cast(format!("Cannot cast java.lang.Boolean to java.lang.{class}"))
}

pub fn unary<'a>(run: &mut Run<'_, 'a>, op: UnaryOp, operand: Val<'a>) -> Eval<'a> {
    use Number::*;
    Ok(match (op, operand.number()) {
        (UnaryOp::Plus, Some(n)) => n.into(),
        (UnaryOp::Minus, Some(Int(n))) => Val::Int(n.wrapping_neg()),
        (UnaryOp::Minus, Some(Long(n))) => Val::Long(n.wrapping_neg()),
        (UnaryOp::Minus, Some(Float(n))) => Val::Float(-n),
        (UnaryOp::Minus, Some(Double(n))) => Val::Double(-n),
        (UnaryOp::BitNot, Some(Int(n))) => Val::Int(!n),
        (UnaryOp::BitNot, Some(Long(n))) => Val::Long(!n),
        (UnaryOp::Not, _) => Val::Bool(!truth(run, operand)?),
        _ if operand.is_null() => return Err(null_operand("args[0]")),
        (UnaryOp::BitNot, number) if number.is_some() || matches!(operand, Val::Bool(_)) => {
            return Err(Thrown::class_cast(format!("Cannot apply not [~] to type [{}]", run.unboxed_name(operand))));
        }
        _ => {
            let symbol = match op {
                UnaryOp::Plus => "+",
                UnaryOp::BitNot => "~",
                _ => "-",
            };
            if let Val::Bool(_) = operand {
                return Err(no_operation_on(symbol, "boolean"));
            }
            let class = run.class_name(operand);
            return Err(Thrown::class_cast(format!("Cannot apply [{symbol}] operation to type [{class}].")));
        }
    })
}

pub fn compare<'a>(run: &mut Run<'_, 'a>, op: CompareOp, a: Val<'a>, b: Val<'a>) -> Result<bool, Thrown> {
    match op {
        CompareOp::Eq | CompareOp::Ne => {
            if let (Val::Bool(_), other) | (other, Val::Bool(_)) = (a, b)
                && other.number().is_some()
            {
                return Err(boolean_as_number(other));
            }
            loosely_equal(run, a, b).map(|equal| equal == (op == CompareOp::Eq))
        }
        CompareOp::EqRef => Ok(a.is_same(b)),
        CompareOp::NeRef => Ok(!a.is_same(b)),
        _ => match a.number().zip(b.number()).or_else(|| with_big_integer(a, b)) {
            Some((a, b)) => Ok(op.holds(compare_numbers(a, b))),
            None => Err(no_operation(run, op.symbol(), a, b)),
        },
    }
}

/// `===` and `!==` on primitive numbers, which have no identity.
pub fn compare_primitives(op: CompareOp, a: Val<'_>, b: Val<'_>) -> bool {
    match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => op.holds(Some(a.cmp(&b))),
        _ => op.holds(a.number().zip(b.number()).and_then(|(a, b)| compare_numbers(a, b))),
    }
}
