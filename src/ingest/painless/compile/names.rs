//! Which variables a piece of a script mentions: what a lambda captures, and whether `ctx` is ever assigned.

use crate::ingest::painless::ast::*;
use rustc_hash::FxHashSet;

#[derive(Default)]
struct Names<'c> {
    used: FxHashSet<&'c str>,
    assigned: FxHashSet<&'c str>,
}

/// All names that `block` reads or writes.
pub fn used<'c>(block: &'c Block<'c>) -> FxHashSet<&'c str> {
    let mut names = Names::default();
    names.block(block);
    names.used
}

/// The names that `block` assigns to.
pub fn assigned<'c>(block: &'c Block<'c>) -> FxHashSet<&'c str> {
    let mut names = Names::default();
    names.block(block);
    names.assigned
}

pub fn used_in_lambda<'c>(body: &'c LambdaBody<'c>) -> FxHashSet<&'c str> {
    let mut names = Names::default();
    names.lambda(body);
    names.used
}

impl<'c> Names<'c> {
    fn block(&mut self, block: &'c Block<'c>) {
        block.statements.iter().for_each(|s| self.statement(s));
    }

    fn lambda(&mut self, body: &'c LambdaBody<'c>) {
        match body {
            LambdaBody::Expression(e) => self.expr(e),
            LambdaBody::Block(b) => self.block(b),
        }
    }

    fn declarators(&mut self, declarators: &'c [Declarator<'c>]) {
        declarators.iter().filter_map(|d| d.value.as_ref()).for_each(|e| self.expr(e));
    }

    fn statement(&mut self, statement: &'c Statement<'c>) {
        match &statement.kind {
            StatementKind::Expression(e) | StatementKind::Throw(e) => self.expr(e),
            StatementKind::Declaration(_, declarators) => self.declarators(declarators),
            StatementKind::If(branches, otherwise) => {
                for branch in branches {
                    self.expr(&branch.condition);
                    self.block(&branch.body);
                }
                otherwise.iter().for_each(|b| self.block(b));
            }
            StatementKind::While(condition, body) => {
                self.expr(condition);
                body.iter().for_each(|b| self.block(b));
            }
            StatementKind::Do(body, condition) => {
                self.block(body);
                self.expr(condition);
            }
            StatementKind::For(parts) => {
                match &parts.initializer {
                    Some(Initializer::Declaration(_, declarators)) => self.declarators(declarators),
                    Some(Initializer::Expression(e)) => self.expr(e),
                    None => {}
                }
                parts.condition.iter().chain(&parts.afterthought).for_each(|e| self.expr(e));
                parts.body.iter().for_each(|b| self.block(b));
            }
            StatementKind::ForEach { iterable, body, .. } => {
                self.expr(iterable);
                self.block(body);
            }
            StatementKind::Try(body, catches) => {
                self.block(body);
                catches.iter().for_each(|c| self.block(&c.body));
            }
            StatementKind::Return(value) => value.iter().for_each(|e| self.expr(e)),
            StatementKind::Continue | StatementKind::Break => {}
        }
    }

    fn target(&mut self, target: &'c Expr<'c>) {
        if let ExprKind::Name(name) = target.kind {
            self.assigned.insert(name);
        }
        self.expr(target);
    }

    fn all(&mut self, exprs: &'c [Expr<'c>]) {
        exprs.iter().for_each(|e| self.expr(e));
    }

    fn expr(&mut self, expr: &'c Expr<'c>) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.used.insert(name);
            }
            ExprKind::List(items) | ExprKind::And(items) | ExprKind::Or(items) => self.all(items),
            ExprKind::New(_, items) | ExprKind::NewArray(_, items) | ExprKind::NewArrayOf(_, items) => self.all(items),
            ExprKind::Map(members) => members.iter().for_each(|(k, v)| {
                self.expr(k);
                self.expr(v);
            }),
            ExprKind::Unary(_, e) | ExprKind::InstanceOf(e, _) | ExprKind::Cast(_, e) => self.expr(e),
            ExprKind::Field { object, .. } => self.expr(object),
            ExprKind::Binary(_, a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::Elvis(a, b)
            | ExprKind::RegexMatch { text: a, pattern: b, .. }
            | ExprKind::Index { object: a, index: b } => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Conditional(parts) => self.all(&parts[..]),
            ExprKind::Assign { target, value, .. } => {
                self.target(target);
                self.expr(value);
            }
            ExprKind::Increment { target, .. } => self.target(target),
            ExprKind::Call { object, arguments, .. } => {
                self.expr(object);
                self.all(arguments);
            }
            ExprKind::CallLocal { arguments, .. } => self.all(arguments),
            ExprKind::Lambda { body, .. } => self.lambda(body),
            ExprKind::FunctionRef { ty, .. } => {
                let _ = ty;
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Integer { .. }
            | ExprKind::Decimal { .. }
            | ExprKind::String(_)
            | ExprKind::Regex { .. } => {}
        }
    }
}
