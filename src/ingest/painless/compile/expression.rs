//! Expressions: literals, names, casts and conditionals; operators and chains are in files of their own.

use super::scope::Place;
use super::{Compiled, Compiler, Typed, Want, cast_error, display_name, error};
use crate::ingest::painless::api::ClassId;
use crate::ingest::painless::ast::*;
use crate::ingest::painless::ir::Expr as Ir;
use crate::ingest::painless::parser::too_deep;
use crate::ingest::painless::regex;
use crate::ingest::painless::types::{Base, CastRule, Type, promote_conditional};

impl<'c> Compiler<'c> {
    pub(super) fn expr(&mut self, e: &'c Expr<'c>, want: Want) -> Compiled<Typed> {
        if self.stack.is_spent() {
            return Err(too_deep(e.at));
        }
        match &e.kind {
            ExprKind::Null => {
                let ty = want.ty.unwrap_or(Type::OBJECT);
                if ty.is_primitive() {
                    return error(e.at, format!("Cannot cast null to a primitive type [{ty}]."));
                }
                Ok(Typed { expr: Ir::Null, ty })
            }
            ExprKind::Bool(b) => Ok(Typed { expr: Ir::Bool(*b), ty: Type::BOOLEAN }),
            ExprKind::Integer { digits, radix, suffix } => integer(e.at, digits, *radix, *suffix, false, want),
            ExprKind::Decimal { digits, suffix } => decimal(e.at, digits, *suffix, false),
            ExprKind::String(s) => Ok(Typed { expr: Ir::Text(self.text(s)), ty: Type::STRING }),
            ExprKind::Regex { pattern, flags } => self.regex(e.at, pattern, flags),
            ExprKind::Name(name) => self.name(e.at, name),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(members) => self.map(members),
            ExprKind::Unary(op, operand) => self.unary(e.at, *op, operand, want),
            ExprKind::Binary(op, left, right) => self.binary(e.at, *op, left, right),
            ExprKind::Compare(op, left, right) => self.compare(e.at, *op, left, right),
            ExprKind::And(terms) => Ok(Typed { expr: Ir::And(self.conditions(terms)?), ty: Type::BOOLEAN }),
            ExprKind::Or(terms) => Ok(Typed { expr: Ir::Or(self.conditions(terms)?), ty: Type::BOOLEAN }),
            ExprKind::RegexMatch { whole, text, pattern } => {
                let typed = self.expr(text, Want::of(Type::STRING, CastRule::Implicit))?;
                let text = Box::new(self.coerce_apart(typed, Type::STRING, CastRule::Implicit, text.at)?);
                let pattern = Box::new(self.value(pattern, Type::class(ClassId::Pattern), CastRule::Implicit)?);
                Ok(Typed { expr: Ir::RegexMatch { whole: *whole, text, pattern, at: e.at }, ty: Type::BOOLEAN })
            }
            ExprKind::InstanceOf(value, ty) => self.instance_of(e.at, value, ty),
            ExprKind::Elvis(left, right) => self.elvis(e.at, left, right, want),
            ExprKind::Conditional(parts) => self.conditional(parts, want),
            ExprKind::Assign { target, op, value } => self.assignment(e.at, target, *op, value),
            ExprKind::Increment { target, op, after } => self.increment(e.at, target, *op, *after),
            ExprKind::Cast(ty, value) => {
                let ty = self.type_or(ty, e.at, |ty| format!("cannot resolve type [{ty}]"))?;
                let value = self.value(value, ty, CastRule::Explicit)?;
                Ok(Typed { expr: value, ty })
            }
            ExprKind::Field { object, name, null_safe } => self.field(e, object, name, *null_safe),
            ExprKind::Index { object, index } => self.index(e.at, object, index),
            ExprKind::Call { object, name, arguments, null_safe } => {
                self.call(e.at, object, name, arguments, *null_safe)
            }
            ExprKind::CallLocal { name, arguments } => self.call_local(e.at, name, arguments),
            ExprKind::New(ty, arguments) => self.new_object(e.at, ty, arguments),
            ExprKind::NewArray(ty, sizes) => self.new_array(e.at, ty, sizes),
            ExprKind::NewArrayOf(ty, items) => self.array_of(e.at, ty, items),
            // Among arguments these are met with the interface they are for; elsewhere the grammar has no place for them.
            ExprKind::Lambda { .. } | ExprKind::FunctionRef { .. } => error(e.at, "invalid lambda: not an argument"),
        }
    }

    fn conditions(&mut self, terms: &'c [Expr<'c>]) -> Compiled<Box<[Ir]>> {
        terms.iter().map(|term| self.value(term, Type::BOOLEAN, CastRule::Implicit)).collect()
    }

    fn name(&mut self, at: u32, name: &str) -> Compiled<Typed> {
        if let Some(variable) = self.variable(name) {
            let expr = match variable.place {
                Place::Slot(slot) => Ir::Local(slot),
                Place::Ctx => Ir::Ctx,
                Place::Params => Ir::Params,
            };
            return Ok(Typed { expr, ty: variable.ty });
        }
        match ClassId::find(name) {
            Some(id) => error(at, format!("value required: instead found unexpected type [{}]", id.class().name)),
            None => error(at, format!("cannot resolve symbol [{name}]")),
        }
    }

    fn regex(&mut self, at: u32, pattern: &str, flags: &str) -> Compiled<Typed> {
        // An escaped slash is how a slash stands in the literal.
        let pattern = pattern.replace("\\/", "/");
        let regex = match regex::compile(&pattern, flags) {
            Ok(regex) => regex,
            Err(reason) => return error(at, format!("Error compiling regex: {reason}")),
        };
        self.regexes.push(regex);
        let expr = Ir::Regex((self.regexes.len() - 1) as u32);
        Ok(Typed { expr, ty: Type::class(ClassId::Pattern) })
    }

    fn list(&mut self, items: &'c [Expr<'c>]) -> Compiled<Typed> {
        let items: Vec<Ir> =
            items.iter().map(|item| self.value(item, Type::DEF, CastRule::Internal)).collect::<Compiled<_>>()?;
        Ok(Typed { expr: Ir::List(items.into()), ty: Type::class(ClassId::ArrayList) })
    }

    fn map(&mut self, members: &'c [(Expr<'c>, Expr<'c>)]) -> Compiled<Typed> {
        let mut compiled = Vec::with_capacity(members.len());
        for (key, value) in members {
            let key = self.value(key, Type::DEF, CastRule::Internal)?;
            compiled.push((key, self.value(value, Type::DEF, CastRule::Internal)?));
        }
        Ok(Typed { expr: Ir::Map(compiled.into()), ty: Type::class(ClassId::HashMap) })
    }

    fn instance_of(&mut self, at: u32, value: &'c Expr<'c>, ty: &TypeName) -> Compiled<Typed> {
        let Some(ty) = self.find_type(ty) else {
            return error(at, format!("Not a type [{}].", display_name(ty)));
        };
        let typed = self.expr(value, Want::ANY)?;
        // Everything is a `def`, even null.
        let expr = if ty.is_def() { Ir::Bool(true) } else { Ir::InstanceOf(Box::new(typed.expr), ty.boxed()) };
        Ok(Typed { expr, ty: Type::BOOLEAN })
    }

    fn elvis(&mut self, at: u32, left: &'c Expr<'c>, right: &'c Expr<'c>, want: Want) -> Compiled<Typed> {
        let a = self.expr(left, want)?;
        if matches!(a.expr, Ir::Null) {
            return error(at, "Extraneous elvis operator. LHS is null.");
        }
        if is_constant(&a.expr) {
            return error(at, "Extraneous elvis operator. LHS is a constant.");
        }
        if a.ty.is_primitive() {
            return error(at, "Extraneous elvis operator. LHS is a primitive.");
        }
        let b = self.expr(right, want)?;
        if matches!(b.expr, Ir::Null) {
            return error(at, "Extraneous elvis operator. RHS is null.");
        }
        let ty = want.ty.unwrap_or_else(|| promote_conditional(a.ty, b.ty));
        let a = self.coerce(a, ty, want.rule, left.at)?;
        let b = self.coerce(b, ty, want.rule, right.at)?;
        Ok(Typed { expr: Ir::Elvis(Box::new([a, b])), ty })
    }

    fn conditional(&mut self, parts: &'c [Expr<'c>; 3], want: Want) -> Compiled<Typed> {
        let [condition, then, otherwise] = parts;
        let test = self.value(condition, Type::BOOLEAN, CastRule::Implicit)?;
        let a = self.expr(then, want)?;
        let b = self.expr(otherwise, want)?;
        let ty = want.ty.unwrap_or_else(|| promote_conditional(a.ty, b.ty));
        let a = self.coerce(a, ty, want.rule, then.at)?;
        let b = self.coerce(b, ty, want.rule, otherwise.at)?;
        Ok(Typed { expr: Ir::Conditional(Box::new([test, a, b])), ty })
    }

    fn new_array(&mut self, at: u32, name: &TypeName, sizes: &'c [Expr<'c>]) -> Compiled<Typed> {
        let Some(ty) = self.find_type(name) else {
            return error(at, format!("Not a type [{}].", display_name(name)));
        };
        let sizes: Vec<Ir> =
            sizes.iter().map(|size| self.value(size, Type::INT, CastRule::Internal)).collect::<Compiled<_>>()?;
        let item = Type { base: ty.base, dims: 0 };
        Ok(Typed { expr: Ir::NewArray { item, sizes: sizes.into(), at }, ty })
    }

    fn array_of(&mut self, at: u32, name: &TypeName, items: &'c [Expr<'c>]) -> Compiled<Typed> {
        let Some(ty) = self.find_type(name) else {
            return error(at, format!("Not a type [{}].", display_name(name)));
        };
        let item = ty.item();
        if item == Type::VOID {
            return cast_error(at, "Cannot make an array of [void].");
        }
        let items: Vec<Ir> = items.iter().map(|i| self.value(i, item, CastRule::Internal)).collect::<Compiled<_>>()?;
        Ok(Typed { expr: Ir::ArrayOf { item, items: items.into() }, ty })
    }
}

/// Whether the expression is a literal.
pub fn is_constant(expr: &Ir) -> bool {
    matches!(
        expr,
        Ir::Bool(_)
            | Ir::Byte(_)
            | Ir::Short(_)
            | Ir::Char(_)
            | Ir::Int(_)
            | Ir::Long(_)
            | Ir::Float(_)
            | Ir::Double(_)
            | Ir::Text(_)
    )
}

/// An integer literal; a small one becomes a `byte`, `short` or `char` where one is wanted.
pub fn integer(at: u32, digits: &str, radix: Radix, suffix: Option<u8>, negative: bool, want: Want) -> Compiled<Typed> {
    match suffix {
        Some(b'd') | Some(b'f') => return decimal(at, digits, suffix, negative),
        _ => {}
    }
    let base = match radix {
        Radix::Octal => 8,
        Radix::Hex => 16,
        Radix::Decimal => 10,
    };
    let sign = if negative { "-" } else { "" };
    let number = i64::from_str_radix(&format!("{sign}{digits}"), base);
    if suffix == Some(b'l') {
        return match number {
            Ok(n) => Ok(Typed { expr: Ir::Long(n), ty: Type::LONG }),
            Err(_) => error(at, format!("Invalid long constant [{sign}{digits}L].")),
        };
    }
    let Some(n) = number.as_ref().ok().and_then(|n| i32::try_from(*n).ok()) else {
        let mut reason = format!("Invalid int constant [{sign}{digits}].");
        if number.is_ok() {
            reason.push_str(&format!(" If you want a long constant then change it to [{sign}{digits}L]."));
        }
        return error(at, reason);
    };
    let narrow = match want.ty {
        Some(Type::BYTE) => i8::try_from(n).ok().map(Ir::Byte),
        Some(Type::SHORT) => i16::try_from(n).ok().map(Ir::Short),
        Some(Type::CHAR) => u16::try_from(n).ok().map(Ir::Char),
        _ => None,
    };
    Ok(match (narrow, want.ty) {
        (Some(expr), Some(ty)) => Typed { expr, ty },
        _ => Typed { expr: Ir::Int(n), ty: Type::INT },
    })
}

pub fn decimal(at: u32, digits: &str, suffix: Option<u8>, negative: bool) -> Compiled<Typed> {
    let sign = if negative { "-" } else { "" };
    let text = format!("{sign}{digits}");
    let parsed = match suffix {
        Some(b'f') => text.parse::<f32>().ok().map(|n| (Ir::Float(n), n.is_finite(), Base::Float)),
        _ => text.parse::<f64>().ok().map(|n| (Ir::Double(n), n.is_finite(), Base::Double)),
    };
    match parsed {
        Some((expr, true, base)) => Ok(Typed { expr, ty: Type::of(base) }),
        _ => {
            let kind = if suffix == Some(b'f') { "float" } else { "double" };
            error(at, format!("Invalid {kind} constant [{text}]."))
        }
    }
}
