//! Lambdas and references to functions, as arguments.

use super::scope::{Place, Scope};
use super::{Compiled, Compiler, FUNCTIONS_MAX, Want, argument_cast, cast_error, display_name, error, names};
use crate::ingest::painless::api::{ClassId, FunctionInfo};
use crate::ingest::painless::ast::*;
use crate::ingest::painless::ir::{Expr as Ir, Function, LambdaTarget, MakeLambda, Stmt};
use crate::ingest::painless::types::{Cast, CastRule, Type};

impl<'c> Compiler<'c> {
    /// A lambda or reference for a parameter of type `ty`; `None` where a `def` call leaves the interface open.
    pub(super) fn function_argument(&mut self, e: &'c Expr<'c>, ty: Option<Type>) -> Compiled<Ir> {
        let interface = ty.and_then(Type::class_id).and_then(|id| id.function().map(|f| (id, f)));
        if let (Some(ty), None) = (ty, interface) {
            return match &e.kind {
                ExprKind::FunctionRef { ty: of, method } => {
                    let of = of.as_ref().map_or("this".into(), display_name);
                    error(
                        e.at,
                        format!(
                            "cannot convert function reference [{of}::{method}] to a non-functional interface [{ty}]"
                        ),
                    )
                }
                _ => error(e.at, format!("Cannot pass lambda to [{ty}], not a functional interface")),
            };
        }
        match &e.kind {
            ExprKind::FunctionRef { ty, method } => self.reference(e.at, ty.as_ref(), method, interface),
            ExprKind::Lambda { parameters, body } => self.lambda(e.at, parameters, body, interface),
            _ => error(e.at, "invalid lambda: not an argument"),
        }
    }

    fn lambda(
        &mut self,
        at: u32,
        parameters: &'c [Parameter<'c>],
        body: &'c LambdaBody<'c>,
        interface: Option<(ClassId, &'static FunctionInfo)>,
    ) -> Compiled<Ir> {
        if let Some((id, function)) = interface
            && function.parameters.len() != parameters.len()
        {
            return error(
                at,
                format!("Incorrect number of parameters for [{}] in [{}]", function.name, id.class().name),
            );
        }
        if self.functions.len() >= FUNCTIONS_MAX {
            return error(at, format!("the script has more than {FUNCTIONS_MAX} functions"));
        }
        let returns = interface.map_or(Type::DEF, |(_, f)| f.returns);
        // What the lambda gives is nobody's concern where its interface returns nothing.
        let is_void = returns == Type::VOID;
        let body_returns = if is_void { Type::DEF } else { returns };
        let outer = std::mem::replace(&mut self.scope, Scope::function(body_returns));
        let (captures, casts) = match self.lambda_scope(&outer, at, parameters, body, interface) {
            Ok(found) => found,
            Err(error) => {
                self.scope = outer;
                return Err(error);
            }
        };
        let compiled = self.lambda_body(at, body, is_void);
        let slots = self.scope.frame_len();
        self.scope = outer;
        let index = self.functions.len() as u32;
        self.functions.push(Function {
            name: format!("lambda$synthetic${index}").into(),
            parameters: (captures.len() + parameters.len()) as u16,
            slots,
            casts,
            body: compiled?.into(),
            returns: body_returns,
        });
        Ok(Ir::Lambda(Box::new(MakeLambda {
            target: LambdaTarget::Function(index),
            captures: captures.into(),
            interface: interface.map(|(id, _)| id),
        })))
    }

    /// Declares what a lambda sees: the variables around it that it mentions, then its parameters.
    fn lambda_scope(
        &mut self,
        outer: &Scope<'c>,
        at: u32,
        parameters: &'c [Parameter<'c>],
        body: &'c LambdaBody<'c>,
        interface: Option<(ClassId, &'static FunctionInfo)>,
    ) -> Compiled<(Vec<u16>, Box<[Cast]>)> {
        let mut used: Vec<&str> = names::used_in_lambda(body).into_iter().collect();
        used.sort_unstable();
        let mut captures = Vec::new();
        let mut casts = Vec::new();
        for name in used {
            let Some(variable) = outer.find(name) else { continue };
            let _ = self.scope.add_captured(variable);
            if let Place::Slot(slot) = variable.place {
                captures.push(slot);
                casts.push(Cast::Keep);
            }
        }
        for (i, parameter) in parameters.iter().enumerate() {
            let given = interface.and_then(|(_, f)| f.parameters.get(i).copied());
            let ty = match &parameter.ty {
                Some(ty) => self.type_or(ty, parameter.at, |ty| format!("cannot resolve type [{ty}] for parameter"))?,
                None => given.unwrap_or(Type::DEF),
            };
            if ty == Type::VOID {
                return error(parameter.at, "parameter type cannot be void");
            }
            // A parameter hides nothing: what the lambda does not mention may not be named alike either.
            if outer.find(parameter.name).is_some() {
                return error(at, format!("variable [{}] is already defined", parameter.name));
            }
            self.declare(parameter.name, ty, at, None)?;
            casts.push(argument_cast(ty));
        }
        // Names of the surroundings stay taken inside.
        self.scope.hide(outer);
        Ok((captures, casts.into()))
    }

    fn lambda_body(&mut self, at: u32, body: &'c LambdaBody<'c>, is_void: bool) -> Compiled<Vec<Stmt>> {
        match body {
            LambdaBody::Expression(e) => {
                self.statements.push(e.at);
                let returns = self.scope.returns.0;
                let typed = self.expr(e, Want::of(returns, CastRule::Internal))?;
                if typed.ty == Type::VOID {
                    return if is_void || returns.is_def() {
                        Ok(vec![Stmt::Expr(typed.expr)])
                    } else {
                        cast_error(e.at, format!("Cannot cast from [void] to [{returns}]."))
                    };
                }
                let value = self.coerce(typed, returns, CastRule::Internal, e.at)?;
                Ok(vec![Stmt::Return(Some(value))])
            }
            LambdaBody::Block(block) => {
                if block.statements.is_empty() {
                    return error(at, "cannot generate empty lambda");
                }
                let (statements, escape) = self.block(block, true)?;
                if !escape.method && !is_void {
                    return error(at, "not all paths return a value for lambda");
                }
                Ok(statements)
            }
        }
    }

    fn reference(
        &mut self,
        at: u32,
        of: Option<&TypeName>,
        method: &'c str,
        interface: Option<(ClassId, &'static FunctionInfo)>,
    ) -> Compiled<Ir> {
        let make = |target| {
            let interface = interface.map(|(id, _)| id);
            Ok(Ir::Lambda(Box::new(MakeLambda { target, captures: Box::default(), interface })))
        };
        let not_found = |name: &str| {
            let (arity, matching) = match interface {
                Some((id, f)) => {
                    let arity = f.parameters.len();
                    (arity, format!(" matching [{}, {}/{arity}]", id.class().name, f.name))
                }
                None => (0, String::new()),
            };
            error(at, format!("function reference [{name}::{method}/{arity}]{matching} not found"))
        };
        let arity = interface.map(|(_, f)| f.parameters.len());
        let Some(of) = of else {
            let found = match arity {
                Some(arity) => self.signatures.get(&(method, arity)).map(|s| s.index),
                None => self.signatures.iter().find(|((name, _), _)| *name == method).map(|(_, s)| s.index),
            };
            return match found {
                Some(index) => make(LambdaTarget::Function(index)),
                None => not_found("this"),
            };
        };
        if let Some(variable) = self.variable(&of.name).filter(|_| of.dims == 0) {
            return self.bound_reference(at, variable.place, variable.ty, method, interface);
        }
        let Some(ty) = self.find_type(of) else {
            return error(at, format!("variable [{}] is not defined", of.name));
        };
        if ty.is_array() {
            return if method == "new" {
                make(LambdaTarget::NewArray(ty.item()))
            } else {
                not_found(&display_name(of))
            };
        }
        let Some(id) = ty.boxed().class_id() else { return not_found(&display_name(of)) };
        let exists = match (method, arity) {
            ("new", Some(arity)) => id.constructor(arity).is_some(),
            ("new", None) => true,
            (_, Some(arity)) => {
                id.static_method(method, arity).is_some()
                    || arity.checked_sub(1).is_some_and(|rest| id.method(method, rest).is_some())
            }
            (_, None) => true,
        };
        if !exists {
            return not_found(&display_name(of));
        }
        make(LambdaTarget::Reference(id, method.into()))
    }

    /// `variable::method`: the variable is the receiver.
    fn bound_reference(
        &mut self,
        at: u32,
        place: Place,
        ty: Type,
        method: &str,
        interface: Option<(ClassId, &'static FunctionInfo)>,
    ) -> Compiled<Ir> {
        let Place::Slot(slot) = place else {
            return error(at, "a function reference needs a variable of the script");
        };
        let target = match ty.boxed().class_id() {
            None => LambdaTarget::Dynamic(method.into()),
            Some(id) => {
                let arity = interface.map_or(0, |(_, f)| f.parameters.len());
                if interface.is_some() && id.method(method, arity).is_none() {
                    return error(at, format!("function reference [{ty}::{method}/{arity}] not found"));
                }
                LambdaTarget::Dynamic(method.into())
            }
        };
        let interface = interface.map(|(id, _)| id);
        Ok(Ir::Lambda(Box::new(MakeLambda { target, captures: [slot].into(), interface })))
    }
}
