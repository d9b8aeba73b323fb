//! Operators: which type they work in, and which forms run faster.

use super::expression::{decimal, integer};
use super::{Compiled, Compiler, Typed, Want, cast_error, error};
use crate::ingest::ErrorKind;
use crate::ingest::painless::ast::*;
use crate::ingest::painless::error::CompileError;
use crate::ingest::painless::ir::{Binary, Compare, Expr as Ir};
use crate::ingest::painless::types::{CastRule, Type, promote_equality, promote_numeric, promote_unary};

impl<'c> Compiler<'c> {
    pub(super) fn unary(&mut self, at: u32, op: UnaryOp, operand: &'c Expr<'c>, want: Want) -> Compiled<Typed> {
        if op == UnaryOp::Not {
            let value = self.value(operand, Type::BOOLEAN, CastRule::Implicit)?;
            return Ok(Typed { expr: Ir::Not(Box::new(value)), ty: Type::BOOLEAN });
        }
        // The sign belongs to the literal: `-2147483648` is an `int`.
        if op == UnaryOp::Minus {
            match &operand.kind {
                ExprKind::Integer { digits, radix, suffix } => {
                    return integer(operand.at, digits, *radix, *suffix, true, want);
                }
                ExprKind::Decimal { digits, suffix } => return decimal(operand.at, digits, *suffix, true),
                _ => {}
            }
        }
        let typed = self.expr(operand, Want::ANY)?;
        let (word, symbol) = match op {
            UnaryOp::BitNot => ("bitwise not", "~"),
            UnaryOp::Plus => ("addition", "+"),
            _ => ("subtraction", "-"),
        };
        let Some(ty) = promote_unary(typed.ty, op != UnaryOp::BitNot) else {
            return cast_error(at, format!("cannot apply the {word} operator [{symbol}] to the type [{}]", typed.ty));
        };
        let value = self.coerce(typed, ty, CastRule::Implicit, operand.at)?;
        Ok(Typed { expr: Ir::Unary(op, Box::new(value), at), ty })
    }

    pub(super) fn binary(&mut self, at: u32, op: BinaryOp, left: &'c Expr<'c>, right: &'c Expr<'c>) -> Compiled<Typed> {
        let a = self.expr(left, Want::ANY)?;
        let b = self.expr(right, Want::ANY)?;
        if op == BinaryOp::Add && (a.ty == Type::STRING || b.ty == Type::STRING) {
            return self.concat(at, a, left.at, b, right.at);
        }
        let (result, left_type, right_type) = self.operand_types(at, op, a.ty, b.ty)?;
        let a = self.coerce(a, left_type, CastRule::Implicit, left.at)?;
        let b = self.coerce(b, right_type, CastRule::Implicit, right.at)?;
        let divides = matches!(op, BinaryOp::Div | BinaryOp::Rem);
        if divides && matches!(a, Ir::Int(_) | Ir::Long(_)) && matches!(b, Ir::Int(0) | Ir::Long(0)) {
            return Err(CompileError::new(at as usize, "/ by zero").of_kind(ErrorKind::Other("arithmetic_exception")));
        }
        Ok(Typed { expr: Ir::Binary(Box::new(Binary { op, left: a, right: b, at })), ty: result })
    }

    /// The types of the result and of both operands.
    pub(super) fn operand_types(&self, at: u32, op: BinaryOp, left: Type, right: Type) -> Compiled<(Type, Type, Type)> {
        let no_operator = || {
            cast_error(
                at,
                format!(
                    "cannot apply the {} operator [{}] to the types [{left}] and [{right}]",
                    op.word(),
                    op.symbol()
                ),
            )
        };
        if op.is_shift() {
            let (Some(a), Some(b)) = (promote_unary(left, false), promote_unary(right, false)) else {
                return no_operator();
            };
            let result = if a.is_def() || b.is_def() { Type::DEF } else { a };
            return Ok((
                result,
                if result.is_def() { Type::DEF } else { a },
                if result.is_def() { Type::DEF } else { b },
            ));
        }
        let both_boolean = left == Type::BOOLEAN && right == Type::BOOLEAN;
        let promoted = if op == BinaryOp::Xor && both_boolean {
            Some(Type::BOOLEAN)
        } else {
            promote_numeric(left, right, !op.is_bitwise())
        };
        match promoted {
            // A `def` operand decides at run time; the other keeps its type.
            Some(Type::DEF) => Ok((Type::DEF, left, right)),
            Some(ty) => Ok((ty, ty, ty)),
            None => no_operator(),
        }
    }

    fn concat(&mut self, at: u32, a: Typed, left_at: u32, b: Typed, right_at: u32) -> Compiled<Typed> {
        for (typed, place) in [(&a, left_at), (&b, right_at)] {
            if typed.ty == Type::VOID {
                return cast_error(place, "Cannot cast from [void] to [java.lang.String].");
            }
        }
        let expr = match a.expr {
            Ir::Concat(parts, at) => {
                let mut parts = parts.into_vec();
                parts.push(b.expr);
                Ir::Concat(parts.into(), at)
            }
            first => Ir::Concat([first, b.expr].into(), at),
        };
        Ok(Typed { expr, ty: Type::STRING })
    }

    pub(super) fn compare(
        &mut self,
        at: u32,
        op: CompareOp,
        left: &'c Expr<'c>,
        right: &'c Expr<'c>,
    ) -> Compiled<Typed> {
        let a = self.expr(left, Want::ANY)?;
        let b = self.expr(right, Want::ANY)?;
        let promoted = if op.is_equality() {
            if matches!(a.expr, Ir::Null) && matches!(b.expr, Ir::Null) {
                return error(at, "extraneous comparison of [null] constants");
            }
            promote_equality(a.ty, b.ty)
        } else {
            promote_numeric(a.ty, b.ty, true)
        };
        let Some(ty) = promoted else {
            return cast_error(
                at,
                format!(
                    "cannot apply the {} operator [{}] to the types [{}] and [{}]",
                    op.word(),
                    op.symbol(),
                    a.ty,
                    b.ty
                ),
            );
        };
        let a = self.coerce(a, ty, CastRule::Implicit, left.at)?;
        let b = self.coerce(b, ty, CastRule::Implicit, right.at)?;
        Ok(Typed { expr: comparison(op, a, b, ty, at), ty: Type::BOOLEAN })
    }
}

fn comparison(op: CompareOp, a: Ir, b: Ir, ty: Type, at: u32) -> Ir {
    let negate = matches!(op, CompareOp::Ne | CompareOp::NeRef);
    if op.is_equality() {
        match (a, b) {
            (Ir::Null, value) | (value, Ir::Null) => return Ir::IsNull { value: Box::new(value), negate },
            (Ir::Text(text), value) | (value, Ir::Text(text))
                if matches!(op, CompareOp::Eq | CompareOp::Ne) && !matches!(value, Ir::Text(_)) =>
            {
                return Ir::EqualsText { value: Box::new(value), text, negate };
            }
            (a, b) => {
                return Ir::Compare(Box::new(Compare { op, left: a, right: b, primitive: ty.is_primitive(), at }));
            }
        }
    }
    Ir::Compare(Box::new(Compare { op, left: a, right: b, primitive: ty.is_primitive(), at }))
}
