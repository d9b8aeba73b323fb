//! Statements: where control can go, and what can never be reached.

use super::{Compiled, Compiler, Want, cast_error, error};
use crate::ingest::painless::api::ClassId;
use crate::ingest::painless::ast::*;
use crate::ingest::painless::eval::default_value;
use crate::ingest::painless::ir;
use crate::ingest::painless::ir::{Expr as Ir, Stmt};
use crate::ingest::painless::parser::too_deep;
use crate::ingest::painless::types::{CastRule, Type, cast, is_subtype};
use crate::ingest::painless::value::Val;

/// Which ways out of a statement are certain, and which possible.
#[derive(Clone, Copy, Default)]
pub struct Escape {
    /// It never ends but by leaving the function.
    pub method: bool,
    /// It never ends but by leaving the loop around it.
    pub in_loop: bool,
    /// Nothing after it can be reached.
    pub all: bool,
    pub any_continue: bool,
    pub any_break: bool,
}

impl Escape {
    const RETURN: Self = Self { method: true, in_loop: true, all: true, any_continue: false, any_break: false };

    fn and(self, other: Self) -> Self {
        Self {
            method: self.method && other.method,
            in_loop: self.in_loop && other.in_loop,
            all: self.all && other.all,
            any_continue: self.any_continue || other.any_continue,
            any_break: self.any_break || other.any_break,
        }
    }
}

/// Where a statement stands.
#[derive(Clone, Copy)]
pub struct Position {
    /// The last of its function: an expression there is returned.
    pub last: bool,
    pub in_loop: bool,
    /// The last of a loop's body: a `continue` there says nothing.
    pub last_of_loop: bool,
}

impl<'c> Compiler<'c> {
    /// A function's body.
    pub(super) fn block(&mut self, block: &'c Block<'c>, last: bool) -> Compiled<(Vec<Stmt>, Escape)> {
        self.block_at(block, Position { last, in_loop: false, last_of_loop: false })
    }

    fn block_at(&mut self, block: &'c Block<'c>, position: Position) -> Compiled<(Vec<Stmt>, Escape)> {
        if self.stack.is_spent() {
            return Err(too_deep(block.at));
        }
        let mark = self.scope.mark();
        let mut statements = Vec::with_capacity(block.statements.len());
        let mut escape = Escape::default();
        for (i, statement) in block.statements.iter().enumerate() {
            if escape.all {
                return error(block.at, "invalid block: unreachable statement");
            }
            let is_last = i + 1 == block.statements.len();
            let inner = Position {
                last: position.last && is_last,
                in_loop: position.in_loop,
                last_of_loop: position.last_of_loop && is_last,
            };
            let found = self.statement(statement, inner, &mut statements)?;
            escape.method = found.method;
            escape.in_loop = found.in_loop;
            escape.all = found.all;
            escape.any_continue |= found.any_continue;
            escape.any_break |= found.any_break;
        }
        self.scope.release(&mark);
        Ok((statements, escape))
    }

    fn statement(&mut self, statement: &'c Statement<'c>, at: Position, out: &mut Vec<Stmt>) -> Compiled<Escape> {
        if !matches!(statement.kind, StatementKind::Declaration(..)) {
            self.statements.push(statement.at);
        }
        match &statement.kind {
            StatementKind::Expression(e) => self.expression_statement(e, at, out),
            StatementKind::Declaration(ty, declarators) => {
                self.declaration(ty, declarators, out)?;
                Ok(Escape::default())
            }
            StatementKind::If(branches, otherwise) => self.if_statement(branches, otherwise.as_ref(), at, out),
            StatementKind::While(condition, body) => self.while_statement(statement.at, condition, body.as_ref(), out),
            StatementKind::Do(body, condition) => self.do_statement(statement.at, body, condition, out),
            StatementKind::For(parts) => self.for_statement(statement.at, parts, out),
            StatementKind::ForEach { ty, name, iterable, body } => {
                self.for_each(statement.at, ty.as_ref(), name, iterable, body, out)
            }
            StatementKind::Try(body, catches) => self.try_statement(statement.at, body, catches, at, out),
            StatementKind::Continue => {
                if !at.in_loop {
                    return error(statement.at, "invalid continue statement: not inside loop");
                }
                if at.last_of_loop {
                    return error(statement.at, "extraneous continue statement");
                }
                out.push(Stmt::Continue);
                Ok(Escape { all: true, any_continue: true, ..Escape::default() })
            }
            StatementKind::Break => {
                if !at.in_loop {
                    return error(statement.at, "invalid break statement: not inside loop");
                }
                out.push(Stmt::Break);
                Ok(Escape { in_loop: true, all: true, any_break: true, ..Escape::default() })
            }
            StatementKind::Return(value) => {
                out.push(self.return_statement(statement.at, value.as_ref())?);
                Ok(Escape::RETURN)
            }
            StatementKind::Throw(value) => {
                let exception = Type::class(ClassId::Exception);
                let value_at = value.at;
                let value = self.value(value, exception, CastRule::Implicit)?;
                out.push(Stmt::Throw(value, value_at));
                Ok(Escape::RETURN)
            }
        }
    }

    fn expression_statement(&mut self, e: &'c Expr<'c>, at: Position, out: &mut Vec<Stmt>) -> Compiled<Escape> {
        let returns = self.scope.returns.0;
        if at.last && returns != Type::VOID {
            let typed = self.expr(e, Want::ANY)?;
            if typed.ty == Type::VOID {
                out.push(Stmt::Expr(typed.expr));
                return Ok(Escape::default());
            }
            let value = self.coerce_apart(typed, returns, CastRule::Internal, e.at)?;
            out.push(Stmt::Return(Some(value)));
            return Ok(Escape::RETURN);
        }
        // A name that cannot be resolved is the more useful complaint.
        if let ExprKind::Name(name) = e.kind
            && self.variable(name).is_none()
        {
            return match ClassId::find(name) {
                Some(id) => error(e.at, format!("not a statement: static type [{}] not used", id.class().name)),
                None => error(e.at, format!("cannot resolve symbol [{name}]")),
            };
        }
        if let Some(reason) = e.unused() {
            return error(e.at, reason);
        }
        let typed = self.expr(e, Want::ANY)?;
        out.push(Stmt::Expr(typed.expr));
        Ok(Escape::default())
    }

    fn return_statement(&mut self, at: u32, value: Option<&'c Expr<'c>>) -> Compiled<Stmt> {
        let returns = self.scope.returns.0;
        match value {
            None if returns == Type::VOID => Ok(Stmt::Return(None)),
            None => cast_error(at, format!("cannot cast from [{returns}] to [void]")),
            Some(value) => {
                let value = self.value(value, returns, CastRule::Internal)?;
                Ok(Stmt::Return(Some(value)))
            }
        }
    }

    fn declaration(&mut self, ty: &TypeName, declarators: &'c [Declarator<'c>], out: &mut Vec<Stmt>) -> Compiled<()> {
        for declarator in declarators {
            self.statements.push(declarator.at);
            if self.scope.is_taken(declarator.name) {
                return error(declarator.at, format!("variable [{}] is already defined", declarator.name));
            }
            let ty =
                self.type_or(ty, declarator.at, |ty| format!("invalid declaration: cannot resolve type [{ty}]"))?;
            let value = match &declarator.value {
                Some(value) => self.value(value, ty, CastRule::Implicit)?,
                None if ty == Type::VOID => {
                    return error(declarator.at, "invalid declaration: a variable cannot be void");
                }
                None => constant(default_value(ty)),
            };
            let slot = self.declare(declarator.name, ty, declarator.at, None)?;
            out.push(Stmt::Expr(Ir::SetLocal(slot, Box::new(value))));
        }
        Ok(())
    }

    fn if_statement(
        &mut self,
        branches: &'c [Branch<'c>],
        otherwise: Option<&'c Block<'c>>,
        at: Position,
        out: &mut Vec<Stmt>,
    ) -> Compiled<Escape> {
        let mut compiled = Vec::with_capacity(branches.len());
        let mut escape: Option<Escape> = None;
        for branch in branches {
            let condition = self.value(&branch.condition, Type::BOOLEAN, CastRule::Implicit)?;
            if matches!(branch.condition.kind, ExprKind::Bool(_)) || branch.body.statements.is_empty() {
                return error(branch.at, "extraneous if block");
            }
            self.statements.push(branch.at);
            let (body, found) = self.block_at(&branch.body, at)?;
            escape = Some(escape.map_or(found, |e| e.and(found)));
            compiled.push((condition, body.into()));
        }
        let escape = escape.unwrap_or_default();
        let (otherwise, escape) = match otherwise {
            Some(block) if block.statements.is_empty() => {
                let place = branches.first().map_or(block.at, |b| b.at);
                return error(place, "extraneous else block.");
            }
            Some(block) => {
                let (body, found) = self.block_at(block, at)?;
                (body, escape.and(found))
            }
            None => (Vec::new(), Escape { method: false, in_loop: false, all: false, ..escape }),
        };
        out.push(Stmt::If(compiled.into(), otherwise.into()));
        Ok(escape)
    }

    fn loop_body(&mut self, block: &'c Block<'c>) -> Compiled<(Vec<Stmt>, Escape)> {
        self.block_at(block, Position { last: false, in_loop: true, last_of_loop: true })
    }

    fn while_statement(
        &mut self,
        at: u32,
        condition: &'c Expr<'c>,
        body: Option<&'c Block<'c>>,
        out: &mut Vec<Stmt>,
    ) -> Compiled<Escape> {
        let mark = self.scope.mark();
        let test = self.value(condition, Type::BOOLEAN, CastRule::Implicit)?;
        let body = body.filter(|b| !b.statements.is_empty());
        let endless = matches!(condition.kind, ExprKind::Bool(true));
        match condition.kind {
            ExprKind::Bool(false) => return error(at, "extraneous while loop"),
            ExprKind::Bool(true) if body.is_none() => return error(at, "no paths escape from while loop"),
            _ => {}
        }
        let mut escape = Escape::default();
        let mut statements = Vec::new();
        if let Some(body) = body {
            let (compiled, found) = self.loop_body(body)?;
            if found.in_loop && !found.any_continue {
                return error(at, "extraneous while loop");
            }
            if endless && !found.any_break {
                escape.method = true;
                escape.all = true;
            }
            statements = compiled;
        }
        self.scope.release(&mark);
        out.push(Stmt::Loop {
            condition: Some(test),
            body: statements.into(),
            afterthought: None,
            test_first: true,
            at,
        });
        Ok(escape)
    }

    fn do_statement(
        &mut self,
        at: u32,
        body: &'c Block<'c>,
        condition: &'c Expr<'c>,
        out: &mut Vec<Stmt>,
    ) -> Compiled<Escape> {
        if body.statements.is_empty() {
            return error(at, "extraneous do-while loop");
        }
        let (statements, found) = self.loop_body(body)?;
        if found.in_loop && !found.any_continue {
            return error(at, "extraneous do-while loop");
        }
        let test = self.value(condition, Type::BOOLEAN, CastRule::Implicit)?;
        let mut escape = Escape::default();
        match condition.kind {
            ExprKind::Bool(false) => return error(at, "extraneous do-while loop"),
            ExprKind::Bool(true) if !found.any_break => {
                escape.method = true;
                escape.all = true;
            }
            _ => {}
        }
        let body = statements.into();
        out.push(Stmt::Loop { condition: Some(test), body, afterthought: None, test_first: false, at });
        Ok(escape)
    }

    fn for_statement(&mut self, at: u32, parts: &'c For<'c>, out: &mut Vec<Stmt>) -> Compiled<Escape> {
        let mark = self.scope.mark();
        match &parts.initializer {
            Some(Initializer::Declaration(ty, declarators)) => self.declaration(ty, declarators, out)?,
            Some(Initializer::Expression(e)) => {
                if let Some(reason) = e.unused() {
                    return error(e.at, reason);
                }
                let typed = self.expr(e, Want::ANY)?;
                out.push(Stmt::Expr(typed.expr));
            }
            None => {}
        }
        let body = parts.body.as_ref().filter(|b| !b.statements.is_empty());
        let mut endless = true;
        let condition = match &parts.condition {
            Some(condition) => {
                let test = self.value(condition, Type::BOOLEAN, CastRule::Implicit)?;
                match condition.kind {
                    ExprKind::Bool(false) => return error(at, "extraneous for loop"),
                    ExprKind::Bool(true) if body.is_none() => return error(at, "no paths escape from for loop"),
                    ExprKind::Bool(true) => {}
                    _ => endless = false,
                }
                Some(test)
            }
            None => None,
        };
        let afterthought = match &parts.afterthought {
            Some(e) => {
                if let Some(reason) = e.unused() {
                    return error(e.at, reason);
                }
                Some(self.expr(e, Want::ANY)?.expr)
            }
            None => None,
        };
        let mut escape = Escape::default();
        let mut statements = Vec::new();
        if let Some(body) = body {
            let (compiled, found) = self.loop_body(body)?;
            if found.in_loop && !found.any_continue {
                return error(at, "extraneous for loop");
            }
            if endless && !found.any_break {
                escape.method = true;
                escape.all = true;
            }
            statements = compiled;
        }
        self.scope.release(&mark);
        out.push(Stmt::Loop { condition, body: statements.into(), afterthought, test_first: true, at });
        Ok(escape)
    }

    fn for_each(
        &mut self,
        at: u32,
        ty: Option<&TypeName>,
        name: &'c str,
        iterable: &'c Expr<'c>,
        body: &'c Block<'c>,
        out: &mut Vec<Stmt>,
    ) -> Compiled<Escape> {
        let typed = self.expr(iterable, Want::ANY)?;
        let ty = match ty {
            None => Type::DEF,
            Some(ty) => self.type_or(ty, at, |ty| format!("invalid foreach loop: type [{ty}] not found"))?,
        };
        let mark = self.scope.mark();
        let slot = self.declare(name, ty, at, None)?;
        self.scope.make_read_only(name);
        if body.statements.is_empty() {
            return error(at, "extraneous foreach loop");
        }
        let (statements, found) = self.loop_body(body)?;
        if found.in_loop && !found.any_continue {
            return error(at, "extraneous foreach loop");
        }
        let is_iterable =
            typed.ty.is_array() || typed.ty.is_def() || is_subtype(typed.ty, Type::class(ClassId::Iterable));
        if !is_iterable {
            return error(at, format!("invalid foreach loop: cannot iterate over type [{}].", typed.ty));
        }
        let item = if typed.ty.is_array() { typed.ty.item() } else { Type::DEF };
        let Some(how) = cast(item, ty, CastRule::Explicit) else {
            return cast_error(at, format!("Cannot cast from [{item}] to [{ty}]."));
        };
        self.scope.release(&mark);
        out.push(Stmt::ForEach(Box::new(ir::ForEach {
            slot,
            iterable: typed.expr,
            cast: how,
            body: statements.into(),
            at,
        })));
        Ok(Escape::default())
    }

    fn try_statement(
        &mut self,
        at: u32,
        body: &'c Block<'c>,
        catches: &'c [Catch<'c>],
        position: Position,
        out: &mut Vec<Stmt>,
    ) -> Compiled<Escape> {
        if body.statements.is_empty() {
            return error(at, "extraneous try statement");
        }
        let (statements, mut escape) = self.block_at(body, position)?;
        let mut compiled = Vec::with_capacity(catches.len());
        for catch in catches {
            let exception = Type::class(ClassId::Exception);
            let ty = self
                .type_or(&catch.ty, catch.at, |ty| format!("invalid catch declaration: cannot resolve type [{ty}]"))?;
            let (Some(class), true) = (ty.class_id(), is_subtype(ty, exception)) else {
                return cast_error(catch.at, format!("cannot cast from [{ty}] to [{exception}]"));
            };
            let mark = self.scope.mark();
            let slot = self.declare(catch.name, ty, catch.at, None)?;
            let (body, found) = if catch.body.statements.is_empty() {
                (Vec::new(), Escape::default())
            } else {
                self.block_at(&catch.body, position)?
            };
            self.scope.release(&mark);
            escape = escape.and(found);
            compiled.push(ir::Catch { class, slot, body: body.into() });
        }
        out.push(Stmt::Try(statements.into(), compiled.into()));
        Ok(escape)
    }
}

/// A constant's expression.
pub fn constant(val: Val<'_>) -> Ir {
    match val {
        Val::Bool(b) => Ir::Bool(b),
        Val::Byte(n) => Ir::Byte(n),
        Val::Short(n) => Ir::Short(n),
        Val::Char(n) => Ir::Char(n),
        Val::Int(n) => Ir::Int(n),
        Val::Long(n) => Ir::Long(n),
        Val::Float(n) => Ir::Float(n),
        Val::Double(n) => Ir::Double(n),
        _ => Ir::Null,
    }
}
