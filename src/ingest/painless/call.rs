//! Calls: of methods, functions and lambdas.

use super::access::{method_for, null_access, null_receiver};
use super::api::{ClassId, MethodInfo, MethodKind};
use super::casts;
use super::eval::Frame;
use super::ir::*;
use super::object::{Callee, Kind, Obj};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::{Type, is_subtype, widens};
use super::value::Val;

impl<'s, 'a> Run<'s, 'a> {
    pub fn call_method(&mut self, call: &'s Call, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        match &*call.arguments {
            [] => self.finish_call(call, &[]),
            [a] => {
                let a = self.eval(a, frame)?;
                self.finish_call(call, &[a])
            }
            [a, b] => {
                let a = self.eval(a, frame)?;
                if call.null_safe && a.is_null() {
                    return Ok(Val::Null);
                }
                let b = self.eval(b, frame)?;
                self.finish_call(call, &[a, b])
            }
            many => {
                let mut values = [Val::Null; CALL_ARGUMENTS_MAX];
                for (i, (slot, argument)) in values.iter_mut().zip(many).enumerate() {
                    *slot = self.eval(argument, frame)?;
                    if i == 0 && call.null_safe && slot.is_null() {
                        return Ok(Val::Null);
                    }
                }
                let count = many.len().min(CALL_ARGUMENTS_MAX);
                self.finish_call(call, &values[..count])
            }
        }
    }

    fn finish_call(&mut self, call: &'s Call, arguments: &[Val<'a>]) -> Eval<'a> {
        if call.method.kind == MethodKind::Instance
            && let Some(Val::Null) = arguments.first()
        {
            if call.null_safe {
                return Ok(Val::Null);
            }
            return Err(null_receiver(&call.method.java_signature(), &call.receiver).at(call.at));
        }
        (call.method.native)(self, arguments).map_err(|e| e.at(call.at))
    }

    pub fn call_function(&mut self, call: &'s CallFunction, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let Some(function) = self.program.function(call.function) else { return Ok(Val::Null) };
        let mut values = [Val::Null; FUNCTION_ARGUMENTS_INLINE];
        if call.arguments.len() <= values.len() {
            for (slot, argument) in values.iter_mut().zip(&call.arguments) {
                *slot = self.eval(argument, frame)?;
            }
            let count = call.arguments.len();
            return self.enter_function(function, &values[..count], call.at);
        }
        let mut values = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            values.push(self.eval(argument, frame)?);
        }
        self.enter_function(function, &values, call.at)
    }

    fn enter_function(&mut self, function: &'s Function, arguments: &[Val<'a>], at: u32) -> Eval<'a> {
        self.step().and_then(|()| self.check_stack()).map_err(|e| e.at(at))?;
        self.invoke(function, arguments)
    }

    pub fn call_dynamic(&mut self, call: &'s CallDynamic, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let object = self.eval(&call.object, frame)?;
        if object.is_null() && call.null_safe {
            return Ok(Val::Null);
        }
        self.call_on(object, call, frame)
    }

    /// The call on a receiver that has been evaluated.
    pub fn call_on(&mut self, object: Val<'a>, call: &'s CallDynamic, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        match &*call.arguments {
            [] => self.dispatch(call, &mut [object]),
            [a] => {
                let a = self.eval(a, frame)?;
                self.dispatch(call, &mut [object, a])
            }
            many => {
                let mut values = [Val::Null; CALL_ARGUMENTS_MAX];
                values[0] = object;
                for (slot, argument) in values[1..].iter_mut().zip(many) {
                    *slot = self.eval(argument, frame)?;
                }
                let count = (many.len() + 1).min(CALL_ARGUMENTS_MAX);
                self.dispatch(call, &mut values[..count])
            }
        }
    }

    fn dispatch(&mut self, call: &'s CallDynamic, values: &mut [Val<'a>]) -> Eval<'a> {
        let object = values.first().copied().unwrap_or(Val::Null);
        if object.is_null() {
            return Err(null_access(&call.name).at(call.at));
        }
        let Some(method) = self.find_method(&call.methods, object) else {
            return Err(self.no_method(object, &call.name, call.arguments.len()).at(call.at));
        };
        for ((val, ty), given) in values.iter_mut().skip(1).zip(&method.parameters).zip(&call.types) {
            if !ty.is_def() {
                if !may_convert(*given, *ty) {
                    return Err(wrong_types(method, &call.types).at(call.at));
                }
                *val = self.convert(*val, *ty).map_err(|e| e.at(call.at))?;
            }
        }
        (method.native)(self, values).map_err(|e| e.at(call.at))
    }

    fn find_method(&self, methods: &[(ClassId, &'static MethodInfo)], object: Val<'a>) -> Option<&'static MethodInfo> {
        method_for(methods, self.class_of(object))
    }

    #[cold]
    fn no_method(&self, object: Val<'a>, name: &str, arity: usize) -> Thrown {
        Thrown::illegal_argument(format!("dynamic method [{}, {name}/{arity}] not found", self.class_name(object)))
    }

    /// A `def` as an argument of type `ty`, by Java's rules for method handles: boxes open and widen, nothing narrows.
    pub fn convert(&mut self, val: Val<'a>, ty: Type) -> Eval<'a> {
        if ty.is_def() || ty == Type::OBJECT {
            return Ok(val);
        }
        let Some(target) = ty.unboxed() else {
            if val.is_null() || casts::instance_of(self, val, ty) {
                return Ok(val);
            }
            return Err(Thrown::class_cast(format!(
                "Cannot cast {} to {}",
                self.class_of(val).binary_name(),
                ty.java_name()
            )));
        };
        if val.is_null() {
            return if ty.is_primitive() { Err(null_primitive(ty)) } else { Ok(val) };
        }
        match Type::class(self.class_of(val)).unboxed() {
            Some(from) if from == target => Ok(val),
            Some(from) if widens(from.base, target.base) && ty.is_primitive() => {
                casts::cast(self, val, super::types::Cast::Number(target.base))
            }
            None if ty.is_primitive() && ty != Type::BOOLEAN && ty != Type::CHAR => {
                Err(self.cannot_cast(val, ClassId::Number))
            }
            _ => Err(Thrown::class_cast(format!(
                "Cannot cast {} to {}",
                self.class_of(val).binary_name(),
                ty.boxed().java_name()
            ))),
        }
    }

    /// What a call of a `def` returned, as the type `ty` that is needed there. To a primitive it goes by way of `Number`, whatever the
    /// primitive.
    pub fn convert_result(&mut self, val: Val<'a>, ty: Type) -> Eval<'a> {
        if ty.is_primitive() {
            if val.is_null() {
                let number = if ty == Type::BOOLEAN || ty == Type::CHAR { Type::INT } else { ty };
                return Err(null_primitive(number));
            }
            if Type::class(self.class_of(val)).unboxed().is_none() {
                return Err(self.cannot_cast(val, ClassId::Number));
            }
        }
        self.convert(val, ty)
    }

    /// Calls a lambda, a reference to a method, or any other functional object.
    pub fn call(&mut self, function: Val<'a>, arguments: &[Val<'a>]) -> Eval<'a> {
        self.step()?;
        self.check_stack()?;
        let Val::Obj(Obj { kind: Kind::Lambda(lambda), .. }) = function else {
            return Err(match function {
                Val::Null => Thrown::null_pointer("Cannot invoke a function because it is null"),
                other => self.cannot_cast(other, ClassId::Function),
            });
        };
        let mut values = [Val::Null; CALL_ARGUMENTS_MAX];
        let given = lambda.captures.len() + arguments.len();
        if given > values.len() {
            return self.call_many(&lambda.callee, lambda.captures, arguments);
        }
        let all = lambda.captures.iter().chain(arguments);
        values.iter_mut().zip(all).for_each(|(slot, val)| *slot = *val);
        self.call_callee(&lambda.callee, &mut values[..given])
    }

    fn call_many(&mut self, callee: &Callee<'a>, captures: &[Val<'a>], arguments: &[Val<'a>]) -> Eval<'a> {
        let mut values: Vec<Val<'a>> = captures.iter().chain(arguments).copied().collect();
        self.call_callee(callee, &mut values)
    }

    fn call_callee(&mut self, callee: &Callee<'a>, values: &mut [Val<'a>]) -> Eval<'a> {
        match callee {
            Callee::Script(index) => {
                let Some(function) = self.program.function(*index) else { return Ok(Val::Null) };
                if usize::from(function.parameters) != values.len() {
                    return Err(wrong_arity(&function.name, usize::from(function.parameters)));
                }
                for (val, cast) in values.iter_mut().zip(&function.casts) {
                    *val = casts::cast(self, *val, *cast)?;
                }
                self.invoke(function, values)
            }
            Callee::Reference(id, name) => match referenced(*id, name, values.len()) {
                Some(method) => self.call_reference(method, values),
                None => Err(wrong_arity(name, values.len())),
            },
            Callee::Dynamic(name) => {
                let object = values.first().copied().unwrap_or(Val::Null);
                if object.is_null() {
                    return Err(null_access(name));
                }
                match self.class_of(object).method(name, values.len().saturating_sub(1)) {
                    Some(method) => self.call_reference(method, values),
                    None => Err(self.no_method(object, name, values.len().saturating_sub(1))),
                }
            }
            Callee::Native(native) => native(self, values),
            Callee::NewArray(item) => {
                let length = values.first().and_then(|v| v.to_i32()).unwrap_or(0);
                self.fill_array(*item, &[length])
            }
        }
    }

    fn call_reference(&mut self, method: &'static MethodInfo, values: &mut [Val<'a>]) -> Eval<'a> {
        let receivers = usize::from(method.kind == MethodKind::Instance);
        if values.len() != method.parameters.len() + receivers {
            return Err(wrong_arity(method.name, method.parameters.len()));
        }
        if receivers == 1
            && let Some(object) = values.first().copied()
        {
            if object.is_null() {
                return Err(Thrown::with_message(ClassId::NullPointerException, None));
            }
            if !casts::instance_of(self, object, Type::class(method.class)) {
                return Err(self.cannot_cast(object, method.class));
            }
        }
        for (val, ty) in values.iter_mut().skip(receivers).zip(&method.parameters) {
            *val = self.convert(*val, *ty)?;
        }
        (method.native)(self, values)
    }

    /// Calls a predicate.
    pub fn call_test(&mut self, function: Val<'a>, arguments: &[Val<'a>]) -> Result<bool, Thrown> {
        match self.call(function, arguments)? {
            Val::Bool(b) => Ok(b),
            Val::Null => Err(null_primitive(Type::BOOLEAN)),
            other => {
                let class = self.class_of(other).binary_name();
                Err(Thrown::class_cast(format!("Cannot cast {class} to java.lang.Boolean")))
            }
        }
    }

    /// Calls a comparator, or compares naturally where it is null.
    pub fn call_compare(&mut self, comparator: Val<'a>, a: Val<'a>, b: Val<'a>) -> Result<std::cmp::Ordering, Thrown> {
        if comparator.is_null() {
            return super::equality::compare(self, a, b);
        }
        let result = self.call(comparator, &[a, b])?;
        Ok(self.convert(result, Type::INT)?.to_i32().unwrap_or(0).cmp(&0))
    }

    pub fn text_test(&mut self, test: &'s TextTest, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let object = self.eval(&test.call.object, frame)?;
        match object {
            Val::Str(s) => Ok(Val::Bool(match test.kind {
                TextTestKind::Contains => s.contains(&*test.text),
                TextTestKind::StartsWith => s.starts_with(&*test.text),
                TextTestKind::EndsWith => s.ends_with(&*test.text),
            })),
            Val::List(list) if test.kind == TextTestKind::Contains => {
                Ok(Val::Bool(list.iter().any(|v| v.as_str() == Some(&*test.text))))
            }
            Val::Null if test.null_safe => Ok(Val::Null),
            _ => self.call_on(object, &test.call, frame),
        }
    }
}

/// More arguments than any method of the API has.
const CALL_ARGUMENTS_MAX: usize = 11;

/// Functions of scripts with no more parameters than this take them without a heap allocation.
const FUNCTION_ARGUMENTS_INLINE: usize = 6;

/// The method that `Type::name` means for so many arguments.
fn referenced(id: ClassId, name: &str, count: usize) -> Option<&'static MethodInfo> {
    if name == "new" {
        return id.constructor(count);
    }
    id.static_method(name, count).or_else(|| count.checked_sub(1).and_then(|rest| id.method(name, rest)))
}

/// Whether a value of static type `from` may be an argument of type `to` at all.
fn may_convert(from: Type, to: Type) -> bool {
    if from.is_def() || from == to {
        return true;
    }
    match (from.is_primitive(), to.is_primitive()) {
        (true, true) => widens(from.base, to.base),
        (true, false) => to.is_def() || is_subtype(from.boxed(), to),
        (false, true) => from.unboxed().is_some_and(|open| widens(open.base, to.base)) || from == Type::OBJECT,
        (false, false) => true,
    }
}

#[cold]
fn wrong_types(method: &MethodInfo, given: &[Type]) -> Thrown {
    let types: Vec<String> =
        std::iter::once("Object".to_owned()).chain(given.iter().map(|t| t.simple_name())).collect();
    Thrown::new(
        ClassId::WrongMethodTypeException,
        format!("cannot convert MethodHandle{} to ({})Object", method.handle_signature(), types.join(",")),
    )
}

#[cold]
fn wrong_arity(name: &str, count: usize) -> Thrown {
    Thrown::illegal_argument(format!(
        "function reference [this::{name}/{count}] not found due to an incorrect number of arguments"
    ))
}

#[cold]
pub fn null_primitive(ty: Type) -> Thrown {
    let class = if ty == Type::BOOLEAN {
        "Boolean"
    } else if ty == Type::CHAR {
        "Character"
    } else {
        "Number"
    };
    Thrown::null_pointer(format!(
        "Cannot invoke \"java.lang.{class}.{ty}Value()\" because the return value of \
         \"sun.invoke.util.ValueConversions.primitiveConversion(sun.invoke.util.Wrapper, Object, boolean)\" is null"
    ))
}
