//! Fields, indexes and calls.

use super::expression::is_constant;
use super::{Compiled, Compiler, Typed, Want, cast_error, display_name, error};
use crate::ingest::painless::api::{ClassId, MethodInfo, MethodKind, dynamic_getters, dynamic_methods};
use crate::ingest::painless::ast::*;
use crate::ingest::painless::ir::{
    Call, CallDynamic, CallFunction, Expr as Ir, Get, Index, IndexKind, MapGet, Path, PathStart, Step, TextTest,
    TextTestKind,
};
use crate::ingest::painless::types::{CastRule, Type};

impl<'c> Compiler<'c> {
    /// The dotted name that an expression is, when it can only be (part of) a type's: `Map`, `java.util`.
    pub(super) fn static_path(&self, e: &Expr<'_>) -> Option<String> {
        match &e.kind {
            ExprKind::Name(name) if self.variable(name).is_none() => Some((*name).to_owned()),
            ExprKind::Field { object, name, null_safe: false } => {
                let path = self.static_path(object)?;
                // Below a type there are nested types and members: only the former go on as a path.
                let whole = format!("{path}.{name}");
                (ClassId::find(&path).is_none() || ClassId::find(&whole).is_some()).then_some(whole)
            }
            _ => None,
        }
    }

    pub(super) fn field(
        &mut self,
        e: &'c Expr<'c>,
        object: &'c Expr<'c>,
        name: &'c str,
        null_safe: bool,
    ) -> Compiled<Typed> {
        let at = e.at;
        if let Some(path) = self.static_path(object) {
            let Some(id) = ClassId::find(&path) else {
                let whole = format!("{path}.{name}");
                return match ClassId::find(&whole) {
                    Some(id) => {
                        error(at, format!("value required: instead found unexpected type [{}]", id.class().name))
                    }
                    None => error(at, format!("cannot resolve symbol [{whole}]")),
                };
            };
            return match id.constant(name) {
                Some(constant) => Ok(Typed { expr: method_call(constant, Vec::new(), at), ty: constant.returns }),
                None => error(at, format!("field [{}, {name}] not found", id.class().name)),
            };
        }
        let object = self.expr(object, Want::ANY)?;
        self.property(object, name, null_safe, at)
    }

    fn property(&mut self, object: Typed, name: &str, null_safe: bool, at: u32) -> Compiled<Typed> {
        if object.ty.is_array() {
            return match name {
                "length" => Ok(Typed { expr: Ir::ArrayLength(Box::new(object.expr), at), ty: Type::INT }),
                _ => error(at, format!("Field [{name}] does not exist for type [{}].", object.ty)),
            };
        }
        if object.ty.is_def() {
            let step = self.step(name, null_safe, at);
            return Ok(Typed { expr: extend_path(object.expr, step), ty: Type::DEF });
        }
        let Some(id) = object.ty.boxed().class_id() else {
            return error(at, format!("field [{}, {name}] not found", object.ty));
        };
        match self.accessors(id, object.ty, name, at)? {
            (Some(getter), _) => {
                if null_safe && getter.returns.is_primitive() {
                    return error(at, "Result of null safe operator must be nullable");
                }
                let receiver = self.receiver(&object);
                let call = Call { method: getter, arguments: [object.expr].into(), null_safe, at, receiver };
                return Ok(Typed { expr: Ir::Call(Box::new(call)), ty: getter.returns });
            }
            (None, Some(_)) => {
                return error(at, format!("Illegal shortcut on field [{name}] for type [{}].", object.ty));
            }
            (None, None) => {}
        }
        if id.is_subclass_of(ClassId::Map) {
            if matches!(object.expr, Ir::Ctx | Ir::Params) {
                let step = self.step(name, null_safe, at);
                return Ok(Typed { expr: extend_path(object.expr, step), ty: Type::DEF });
            }
            let (key, receiver) = (self.text(name), self.receiver(&object));
            let get = MapGet { object: object.expr, key, null_safe, at, receiver };
            return Ok(Typed { expr: Ir::MapGet(Box::new(get)), ty: Type::DEF });
        }
        if id.is_subclass_of(ClassId::List) {
            let index = Ir::Int(self.list_index(name, at)?);
            let receiver = self.receiver(&object);
            let index = Index { object: object.expr, index, kind: IndexKind::List, at, receiver };
            return Ok(Typed { expr: Ir::Index(Box::new(index)), ty: Type::DEF });
        }
        error(at, format!("field [{}, {name}] not found", object.ty))
    }

    pub(super) fn step(&self, name: &str, null_safe: bool, at: u32) -> Step {
        Step { name: name.into(), index: name.parse().ok(), null_safe, at, getters: dynamic_getters(name) }
    }

    pub(super) fn list_index(&self, name: &str, at: u32) -> Compiled<i32> {
        name.parse().or_else(|_| error(at, format!("invalid list index [{name}]")))
    }

    pub(super) fn index(&mut self, at: u32, object: &'c Expr<'c>, index: &'c Expr<'c>) -> Compiled<Typed> {
        let object = self.expr(object, Want::ANY)?;
        let (kind, ty, receiver) = self.index_kind(at, &object)?;
        let index = self.index_value(kind, index)?;
        let index = Index { object: object.expr, index, kind, at, receiver };
        Ok(Typed { expr: Ir::Index(Box::new(index)), ty })
    }

    pub(super) fn index_kind(&self, at: u32, object: &Typed) -> Compiled<(IndexKind, Type, Box<str>)> {
        let receiver = self.receiver(object);
        if object.ty.is_array() {
            return Ok((IndexKind::Array, object.ty.item(), receiver));
        }
        if object.ty.is_def() {
            return Ok((IndexKind::Def, Type::DEF, receiver));
        }
        match object.ty.class_id() {
            Some(id) if id.is_subclass_of(ClassId::Map) => Ok((IndexKind::Map, Type::DEF, receiver)),
            Some(id) if id.is_subclass_of(ClassId::List) => Ok((IndexKind::List, Type::DEF, receiver)),
            _ => error(at, format!("Illegal array access on type [{}].", object.ty)),
        }
    }

    pub(super) fn index_value(&mut self, kind: IndexKind, index: &'c Expr<'c>) -> Compiled<Ir> {
        match kind {
            IndexKind::Array | IndexKind::List => self.value(index, Type::INT, CastRule::Implicit),
            IndexKind::Map => self.value(index, Type::DEF, CastRule::Internal),
            IndexKind::Def => Ok(self.expr(index, Want::ANY)?.expr),
        }
    }

    pub(super) fn call(
        &mut self,
        at: u32,
        object: &'c Expr<'c>,
        name: &'c str,
        arguments: &'c [Expr<'c>],
        null_safe: bool,
    ) -> Compiled<Typed> {
        if let Some(path) = self.static_path(object) {
            return self.static_call(at, object.at, &path, name, arguments);
        }
        let receiver_at = object.at;
        let object = self.expr(object, Want::ANY)?;
        if object.ty.is_def() {
            return self.dynamic_call(at, object.expr, name, arguments, null_safe);
        }
        let arity = arguments.len();
        let class = if object.ty.is_array() { None } else { object.ty.boxed().class_id() };
        let Some(method) = class.and_then(|id| id.method(name, arity)) else {
            return error(at, format!("member method [{}, {name}/{arity}] not found", object.ty));
        };
        if null_safe && method.returns.is_primitive() {
            return error(receiver_at, "Result of null safe operator must be nullable");
        }
        if let Some(expr) = self.constant_list_test(&object, method, arguments)? {
            return Ok(Typed { expr, ty: Type::BOOLEAN });
        }
        let receiver = self.receiver(&object);
        let mut compiled = vec![object.expr];
        self.arguments(method, arguments, &mut compiled)?;
        let call = Call { method, arguments: compiled.into(), null_safe, at, receiver };
        Ok(Typed { expr: Ir::Call(Box::new(call)), ty: method.returns })
    }

    /// `['a', 'b'].contains(x)`: nothing needs to be made for it.
    fn constant_list_test(
        &mut self,
        object: &Typed,
        method: &MethodInfo,
        arguments: &'c [Expr<'c>],
    ) -> Compiled<Option<Ir>> {
        let (Ir::List(items), "contains", [argument]) = (&object.expr, method.name, arguments) else {
            return Ok(None);
        };
        let mut texts: Vec<Box<str>> = Vec::with_capacity(items.len());
        for item in items {
            let Ir::Text(index) = item else { return Ok(None) };
            texts.push(self.texts.get(*index as usize).cloned().unwrap_or_default());
        }
        let value = Box::new(self.value(argument, Type::DEF, CastRule::Internal)?);
        Ok(Some(Ir::ContainsText { texts: texts.into(), value }))
    }

    fn static_call(
        &mut self,
        at: u32,
        path_at: u32,
        path: &str,
        name: &str,
        arguments: &'c [Expr<'c>],
    ) -> Compiled<Typed> {
        let Some(id) = ClassId::find(path) else {
            let place = if path.contains('.') { path_at } else { at };
            return error(place, format!("cannot resolve symbol [{path}]"));
        };
        let arity = arguments.len();
        let Some(method) = id.static_method(name, arity).filter(|m| self.context.allows(m)) else {
            return error(at, format!("static method [{}, {name}/{arity}] not found", id.class().name));
        };
        let mut compiled = Vec::with_capacity(arity);
        self.arguments(method, arguments, &mut compiled)?;
        Ok(Typed { expr: method_call(method, compiled, at), ty: method.returns })
    }

    /// Arguments for a method that is known.
    fn arguments(&mut self, method: &'static MethodInfo, arguments: &'c [Expr<'c>], out: &mut Vec<Ir>) -> Compiled<()> {
        for (argument, ty) in arguments.iter().zip(&method.parameters) {
            out.push(match argument.kind {
                ExprKind::Lambda { .. } | ExprKind::FunctionRef { .. } => {
                    self.function_argument(argument, Some(*ty))?
                }
                _ => self.value(argument, *ty, CastRule::Internal)?,
            });
        }
        Ok(())
    }

    fn dynamic_call(
        &mut self,
        at: u32,
        object: Ir,
        name: &'c str,
        arguments: &'c [Expr<'c>],
        null_safe: bool,
    ) -> Compiled<Typed> {
        let mut compiled = Vec::with_capacity(arguments.len());
        let mut types = Vec::with_capacity(arguments.len());
        for argument in arguments {
            if let ExprKind::Lambda { .. } | ExprKind::FunctionRef { .. } = argument.kind {
                compiled.push(self.function_argument(argument, None)?);
                types.push(Type::DEF);
                continue;
            }
            let typed = self.expr(argument, Want::ANY)?;
            if typed.ty == Type::VOID {
                return cast_error(argument.at, "Cannot cast from [void] to [def].");
            }
            types.push(if matches!(typed.expr, Ir::Null) { Type::DEF } else { typed.ty });
            compiled.push(typed.expr);
        }
        let call = CallDynamic {
            name: name.into(),
            object,
            methods: dynamic_methods(name, arguments.len()),
            arguments: compiled.into(),
            types: types.into(),
            null_safe,
            at,
        };
        Ok(Typed { expr: self.faster_call(call), ty: Type::DEF })
    }

    /// Tests of a string for a constant need no search for the method.
    fn faster_call(&self, call: CallDynamic) -> Ir {
        let kind = match &*call.name {
            "contains" => TextTestKind::Contains,
            "startsWith" => TextTestKind::StartsWith,
            "endsWith" => TextTestKind::EndsWith,
            _ => return Ir::CallDynamic(Box::new(call)),
        };
        match &*call.arguments {
            [Ir::Text(index)] => {
                let text = self.texts.get(*index as usize).cloned().unwrap_or_default();
                Ir::TextTest(Box::new(TextTest { kind, text, null_safe: call.null_safe, call }))
            }
            _ => Ir::CallDynamic(Box::new(call)),
        }
    }

    pub(super) fn call_local(&mut self, at: u32, name: &'c str, arguments: &'c [Expr<'c>]) -> Compiled<Typed> {
        let arity = arguments.len();
        if let Some(signature) = self.signatures.get(&(name, arity)) {
            let (function, returns, types) = (signature.index, signature.returns, signature.parameters.clone());
            let mut compiled = Vec::with_capacity(arity);
            for (argument, ty) in arguments.iter().zip(types) {
                compiled.push(match argument.kind {
                    ExprKind::Lambda { .. } | ExprKind::FunctionRef { .. } => {
                        self.function_argument(argument, Some(ty))?
                    }
                    _ => self.value(argument, ty, CastRule::Internal)?,
                });
            }
            let call = CallFunction { function, arguments: compiled.into(), at };
            return Ok(Typed { expr: Ir::CallFunction(Box::new(call)), ty: returns });
        }
        match self.context.function(name, arity) {
            Some(method) => {
                let mut compiled = Vec::with_capacity(arity);
                self.arguments(method, arguments, &mut compiled)?;
                Ok(Typed { expr: method_call(method, compiled, at), ty: method.returns })
            }
            None if name == "$" => error(at, "invalid shortcut [$] for [field]; ensure [field] exists in this context"),
            None => error(at, format!("Unknown call [{name}] with [{arity}] arguments.")),
        }
    }

    pub(super) fn new_object(&mut self, at: u32, name: &TypeName, arguments: &'c [Expr<'c>]) -> Compiled<Typed> {
        let Some(ty) = self.find_type(name) else {
            return error(at, format!("Not a type [{}].", display_name(name)));
        };
        let arity = arguments.len();
        let Some(method) = ty.class_id().and_then(|id| id.constructor(arity)) else {
            return error(at, format!("constructor [{ty}, <init>/{arity}] not found"));
        };
        let mut compiled = Vec::with_capacity(arity);
        self.arguments(method, arguments, &mut compiled)?;
        Ok(Typed { expr: method_call(method, compiled, at), ty })
    }

    /// What the Java virtual machine would call the object if it were null.
    pub(super) fn receiver(&self, object: &Typed) -> Box<str> {
        match &object.expr {
            Ir::Local(slot) => self.scope.receiver(*slot).unwrap_or("value").into(),
            Ir::Cast { value, .. } => self.receiver_of(value),
            other => self.receiver_of(other),
        }
    }

    fn receiver_of(&self, expr: &Ir) -> Box<str> {
        let method = match expr {
            Ir::Call(call) if call.method.kind == MethodKind::Instance => call.method.java_signature(),
            Ir::MapGet(_) => "java.util.Map.get(Object)".into(),
            Ir::Path(path) if path.steps.len() == 1 && !matches!(path.start, PathStart::Local(_)) => {
                "java.util.Map.get(Object)".into()
            }
            Ir::Local(slot) => return self.scope.receiver(*slot).unwrap_or("value").into(),
            expr if is_constant(expr) => return "value".into(),
            _ => return "value".into(),
        };
        format!("the return value of \"{method}\"").into()
    }
}

/// A call of a static method, constructor or constant.
fn method_call(method: &'static MethodInfo, arguments: Vec<Ir>, at: u32) -> Ir {
    Ir::Call(Box::new(Call { method, arguments: arguments.into(), null_safe: false, at, receiver: Box::default() }))
}

/// A property of `object`: chains of properties lie flat.
fn extend_path(object: Ir, step: Step) -> Ir {
    let start = match object {
        Ir::Ctx => PathStart::Ctx,
        Ir::Params => PathStart::Params,
        Ir::Local(slot) => PathStart::Local(slot),
        Ir::Path(mut path) => {
            let mut steps = std::mem::take(&mut path.steps).into_vec();
            steps.push(step);
            path.steps = steps.into();
            return Ir::Path(path);
        }
        object => return Ir::Get(Box::new(Get { object, step })),
    };
    Ir::Path(Box::new(Path { start, steps: [step].into() }))
}
