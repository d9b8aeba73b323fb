//! From the tree to the form that runs: resolves names and types, checks what Elasticsearch checks, finds methods, inserts casts.
//!
//! Messages are Elasticsearch's, and so are the places they point to: people search for them.

mod assign;
mod chain;
mod expression;
mod lambda;
mod names;
mod operators;
mod scope;
mod statement;
mod unused;

use super::api::{ClassId, base_type};
use super::ast::{self, TypeName};
use super::error::CompileError;
use super::ir::{Expr, Function, IndexKind, PathStart, Stmt};
use super::lexer::tokenize;
use super::params::Params;
use super::parser::parse;
use super::program::Program;
use super::stack::StackGuard;
use super::types::{Base, Cast, CastRule, Type, cast};
use super::{ScriptContext, ir};
use crate::ingest::java_regex::JavaRegex;
use rustc_hash::FxHashMap;
use scope::{Scope, Variable};
use statement::Escape;

type Compiled<T> = Result<T, CompileError>;

/// Functions and lambdas of one script.
const FUNCTIONS_MAX: usize = 4_096;

/// Compiles a script.
pub fn compile(source: &str, context: ScriptContext, params: Params) -> Compiled<Program> {
    compile_unlocated(source, context, params).map_err(|e| e.located(source))
}

fn compile_unlocated(source: &str, context: ScriptContext, params: Params) -> Compiled<Program> {
    let tokens = tokenize(source)?;
    let tree = parse(&tokens, &|name| ClassId::find(name).is_some())?;
    let mut compiler = Compiler::new(context);
    compiler.declare_functions(&tree)?;
    for (index, function) in tree.functions.iter().enumerate() {
        compiler.user_function(index, function)?;
    }
    let main = compiler.main(&tree.body)?;
    compiler.statements.sort_unstable();
    compiler.statements.dedup();
    Ok(Program {
        source: source.into(),
        context,
        texts: compiler.texts.into(),
        regexes: compiler.regexes.into(),
        functions: compiler.functions.into(),
        main,
        params,
        formatters: Default::default(),
        statements: compiler.statements.into(),
    })
}

struct Compiler<'c> {
    context: ScriptContext,
    texts: Vec<Box<str>>,
    text_indexes: FxHashMap<String, u32>,
    regexes: Vec<JavaRegex>,
    functions: Vec<Function>,
    signatures: FxHashMap<(&'c str, usize), Signature>,
    statements: Vec<u32>,
    scope: Scope<'c>,
    stack: StackGuard,
}

/// A function of the script as its callers see it.
struct Signature {
    index: u32,
    parameters: Vec<Type>,
    returns: Type,
}

/// An expression and its static type.
struct Typed {
    expr: Expr,
    ty: Type,
}

/// What the surroundings want of an expression. A wish for a type lets literals become it; the cast is up to the one who wishes.
#[derive(Clone, Copy)]
struct Want {
    ty: Option<Type>,
    /// How the value will be cast.
    rule: CastRule,
}

impl Want {
    const ANY: Self = Self { ty: None, rule: CastRule::Implicit };

    fn of(ty: Type, rule: CastRule) -> Self {
        Self { ty: Some(ty), rule }
    }
}

fn error<T>(at: u32, reason: impl Into<String>) -> Compiled<T> {
    Err(CompileError::new(at as usize, reason))
}

fn cast_error<T>(at: u32, reason: impl Into<String>) -> Compiled<T> {
    Err(CompileError::class_cast(at as usize, reason))
}

impl<'c> Compiler<'c> {
    fn new(context: ScriptContext) -> Self {
        Self {
            context,
            texts: Vec::new(),
            text_indexes: FxHashMap::default(),
            regexes: Vec::new(),
            functions: Vec::new(),
            signatures: FxHashMap::default(),
            statements: Vec::new(),
            scope: Scope::default(),
            stack: StackGuard::new(),
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(index) = self.text_indexes.get(text) {
            return *index;
        }
        let index = self.texts.len() as u32;
        self.texts.push(text.into());
        self.text_indexes.insert(text.to_owned(), index);
        index
    }

    // Types.

    /// The type that is written, if there is such a one.
    fn find_type(&self, name: &TypeName) -> Option<Type> {
        let base = base_type(&name.name).or_else(|| ClassId::find(&name.name).map(Base::Class))?;
        Some(Type { base, dims: name.dims })
    }

    fn type_or(&self, name: &TypeName, at: u32, reason: impl FnOnce(&str) -> String) -> Compiled<Type> {
        self.find_type(name).map_or_else(|| error(at, reason(&display_name(name))), Ok)
    }

    // Casts.

    /// Makes `typed` a value of type `to`, as part of the call where a call gives it.
    fn coerce(&self, typed: Typed, to: Type, rule: CastRule, at: u32) -> Compiled<Expr> {
        match cast(typed.ty, to, rule) {
            Some(Cast::FromDef { to, explicit: false }) if is_dynamic(&typed.expr) => {
                Ok(Expr::Cast { value: Box::new(typed.expr), cast: Cast::FromResult(to), at })
            }
            _ => self.coerce_apart(typed, to, rule, at),
        }
    }

    /// Makes `typed` a value of type `to` by a cast of its own.
    fn coerce_apart(&self, typed: Typed, to: Type, rule: CastRule, at: u32) -> Compiled<Expr> {
        let is_null = matches!(typed.expr, Expr::Null);
        match cast(typed.ty, to, rule) {
            Some(Cast::Keep) => Ok(typed.expr),
            _ if is_null && !to.is_primitive() && to != Type::VOID => Ok(Expr::Null),
            Some(how) => Ok(fold_cast(typed.expr, how, at)),
            None => cast_error(at, format!("Cannot cast from [{}] to [{to}].", typed.ty)),
        }
    }

    /// An expression as a value of type `to`.
    fn value(&mut self, expr: &'c ast::Expr<'c>, to: Type, rule: CastRule) -> Compiled<Expr> {
        let typed = self.expr(expr, Want::of(to, rule))?;
        self.coerce(typed, to, rule, expr.at)
    }

    // Functions.

    fn declare_functions(&mut self, tree: &'c ast::Source<'c>) -> Compiled<()> {
        if tree.functions.len() > FUNCTIONS_MAX {
            return error(0, format!("the script has more than {FUNCTIONS_MAX} functions"));
        }
        for (index, function) in tree.functions.iter().enumerate() {
            let (name, arity) = (function.name, function.parameters.len());
            let returns = self.type_or(&function.returns, function.at, |ty| {
                format!("invalid function definition: return type [{ty}] not found for function [{name}/{arity}]")
            })?;
            let mut parameters = Vec::with_capacity(arity);
            for (ty, _) in &function.parameters {
                let ty = self.type_or(ty, function.at, |ty| {
                    format!(
                        "invalid function definition: parameter type [{ty}] not found for function [{name}/{arity}]"
                    )
                })?;
                if ty == Type::VOID {
                    return error(function.at, "parameter type cannot be void");
                }
                parameters.push(ty);
            }
            let signature = Signature { index: index as u32, parameters, returns };
            if self.signatures.insert((name, arity), signature).is_some() {
                return error(
                    function.at,
                    format!("invalid function definition: found duplicate function [{name}/{arity}]."),
                );
            }
            self.functions.push(Function {
                name: name.into(),
                parameters: arity as u16,
                slots: 0,
                casts: Box::default(),
                body: Box::default(),
                returns,
            });
        }
        Ok(())
    }

    fn user_function(&mut self, index: usize, function: &'c ast::Function<'c>) -> Compiled<()> {
        let arity = function.parameters.len();
        let Some(signature) = self.signatures.get(&(function.name, arity)) else { return Ok(()) };
        let (types, returns) = (signature.parameters.clone(), signature.returns);
        self.scope = Scope::function(returns);
        for (i, ((_, name), ty)) in function.parameters.iter().zip(&types).enumerate() {
            let receiver = format!("\"<parameter{}>\"", i + 1);
            self.declare(name, *ty, function.at, Some(receiver))?;
        }
        self.scope.enter_body();
        let named = format!("function [{}] with [{arity}] parameters", function.name);
        if function.body.statements.is_empty() {
            return error(function.at, format!("invalid function definition: found no statements for {named}"));
        }
        let (mut body, escape) = self.block(&function.body, true)?;
        if !escape.method {
            if returns != Type::VOID {
                let reason = format!("invalid function definition: not all paths provide a return value for {named}");
                return error(function.at, reason);
            }
            body.push(Stmt::Return(None));
        }
        // Lambdas pass arguments of any type to a function they refer to.
        let casts = types.iter().map(|ty| argument_cast(*ty)).collect();
        let slots = self.scope.frame_len();
        if let Some(entry) = self.functions.get_mut(index) {
            *entry = Function {
                name: function.name.into(),
                parameters: arity as u16,
                slots,
                casts,
                body: body.into(),
                returns,
            };
        }
        Ok(())
    }

    /// The script's own statements.
    fn main(&mut self, body: &'c ast::Block<'c>) -> Compiled<Function> {
        let returns = self.context.returns();
        self.scope = Scope::function(returns);
        let assigned = names::assigned(body);
        let mut prologue = Vec::new();
        for (name, start) in [("params", Expr::Params), ("ctx", Expr::Ctx)] {
            if !self.context.has_variable(name) {
                continue;
            }
            let slot = if assigned.contains(name) {
                // A script may give the variable another value: then it is one like any other.
                let slot = self.scope.reserve();
                prologue.push(Stmt::Expr(Expr::SetLocal(slot, Box::new(start))));
                Some(slot)
            } else {
                None
            };
            self.scope.add_builtin(name, slot);
        }
        self.scope.count_builtins(names::used(body));
        let (mut statements, _) = self.block_allowing_empty(body, true)?;
        prologue.append(&mut statements);
        let slots = self.scope.frame_len();
        Ok(Function {
            name: "execute".into(),
            parameters: 0,
            slots,
            casts: Box::default(),
            body: prologue.into(),
            returns,
        })
    }

    fn block_allowing_empty(&mut self, body: &'c ast::Block<'c>, is_last: bool) -> Compiled<(Vec<Stmt>, Escape)> {
        if body.statements.is_empty() {
            return Ok((Vec::new(), Escape::default()));
        }
        self.block(body, is_last)
    }

    // Variables.

    fn declare(&mut self, name: &'c str, ty: Type, at: u32, receiver: Option<String>) -> Compiled<ir::Slot> {
        if ClassId::find(name).is_some() {
            return error(at, format!("invalid declaration: type [{name}] cannot be a name"));
        }
        if self.scope.is_taken(name) {
            return error(at, format!("variable [{name}] is already defined"));
        }
        self.scope.add(name, ty, receiver).map_or_else(|| error(at, "the script has too many variables"), Ok)
    }

    fn variable(&self, name: &str) -> Option<&Variable<'c>> {
        self.scope.find(name)
    }
}

/// How an argument given as `def` becomes a parameter of a function.
fn argument_cast(ty: Type) -> Cast {
    if ty.is_def() { Cast::Keep } else { Cast::FromDef { to: ty, explicit: false } }
}

/// Whether the value comes from a property, an item or a method of a `def`, looked up while the script runs.
fn is_dynamic(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => {
            // The first step below a map whose type is known is a call that is known too.
            let known = usize::from(!matches!(path.start, PathStart::Local(_)));
            path.steps.len() > known && path.steps.last().is_some_and(|step| !step.null_safe)
        }
        Expr::Get(get) => !get.step.null_safe,
        Expr::Index(index) => index.kind == IndexKind::Def,
        Expr::CallDynamic(call) => !call.null_safe,
        _ => false,
    }
}

fn display_name(name: &TypeName) -> String {
    format!("{}{}", name.name, "[]".repeat(usize::from(name.dims)))
}

/// A cast of a constant is a constant.
fn fold_cast(expr: Expr, how: Cast, at: u32) -> Expr {
    let number = match &expr {
        Expr::Byte(n) => f64::from(*n),
        Expr::Short(n) => f64::from(*n),
        Expr::Char(n) => f64::from(*n),
        Expr::Int(n) => f64::from(*n),
        _ => return Expr::Cast { value: Box::new(expr), cast: how, at },
    };
    match how {
        Cast::Number(Base::Long) => Expr::Long(number as i64),
        Cast::Number(Base::Float) => Expr::Float(number as f32),
        Cast::Number(Base::Double) => Expr::Double(number),
        _ => Expr::Cast { value: Box::new(expr), cast: how, at },
    }
}
