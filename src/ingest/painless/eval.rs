//! Evaluates expressions.

use super::api::ClassId;
use super::ir::*;
use super::object::{Callee, Kind, Lambda};
use super::run::{Eval, LOOP_ITERATIONS_MAX, Run};
use super::thrown::Thrown;
use super::types::Type;
use super::value::Val;
use super::{casts, ops, regex};
use std::cell::Cell;

/// The variables of a function that runs.
pub struct Frame<'f, 'a> {
    pub locals: &'f mut [Val<'a>],
    pub loops_left: u32,
}

impl<'f, 'a> Frame<'f, 'a> {
    pub fn new(locals: &'f mut [Val<'a>]) -> Self {
        Self { locals, loops_left: LOOP_ITERATIONS_MAX }
    }

    #[inline]
    pub fn get(&self, slot: Slot) -> Val<'a> {
        self.locals.get(usize::from(slot)).copied().unwrap_or(Val::Null)
    }

    #[inline]
    pub fn set(&mut self, slot: Slot, val: Val<'a>) {
        if let Some(local) = self.locals.get_mut(usize::from(slot)) {
            *local = val;
        }
    }
}

impl<'s, 'a> Run<'s, 'a> {
    pub fn eval(&mut self, expr: &'s Expr, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        match expr {
            Expr::Null => Ok(Val::Null),
            Expr::Bool(b) => Ok(Val::Bool(*b)),
            Expr::Byte(n) => Ok(Val::Byte(*n)),
            Expr::Short(n) => Ok(Val::Short(*n)),
            Expr::Char(n) => Ok(Val::Char(*n)),
            Expr::Int(n) => Ok(Val::Int(*n)),
            Expr::Long(n) => Ok(Val::Long(*n)),
            Expr::Float(n) => Ok(Val::Float(*n)),
            Expr::Double(n) => Ok(Val::Double(*n)),
            Expr::Text(index) => Ok(Val::Str(self.constant(*index))),
            Expr::Regex(index) => Ok(self.object(Kind::Pattern(*index))),
            Expr::Local(slot) => Ok(frame.get(*slot)),
            Expr::SetLocal(slot, value) => {
                let val = self.eval(value, frame)?;
                frame.set(*slot, val);
                Ok(val)
            }
            Expr::Ctx => Ok(Val::Map(self.doc.root)),
            Expr::Params => Ok(Val::Map(self.params())),
            Expr::Path(path) => self.path(path, frame),
            Expr::Unary(op, operand, at) => {
                let val = self.eval(operand, frame)?;
                ops::unary(self, *op, val).map_err(|e| e.at(*at))
            }
            Expr::Binary(binary) => self.binary(binary, frame),
            Expr::Concat(parts, at) => self.concat(parts, *at, frame),
            Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(_)
            | Expr::EqualsText { .. }
            | Expr::IsNull { .. }
            | Expr::ContainsText { .. }
            | Expr::RegexMatch { .. }
            | Expr::InstanceOf(..) => self.test(expr, frame).map(Val::Bool),
            Expr::TextTest(test) => self.text_test(test, frame),
            Expr::Cast { value, cast, at } => {
                let val = self.eval(value, frame)?;
                casts::cast(self, val, *cast).map_err(|e| e.at(*at))
            }
            Expr::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.test(condition, frame)? { self.eval(then, frame) } else { self.eval(otherwise, frame) }
            }
            Expr::Elvis(sides) => {
                let [left, right] = &**sides;
                match self.eval(left, frame)? {
                    Val::Null => self.eval(right, frame),
                    val => Ok(val),
                }
            }
            Expr::Get(get) => {
                let object = self.eval(&get.object, frame)?;
                self.property(object, &get.step)
            }
            Expr::MapGet(get) => self.map_member(get, frame),
            Expr::Index(index) => self.index(index, frame),
            Expr::ArrayLength(object, at) => match self.eval(object, frame)? {
                Val::Obj(object) => match &object.kind {
                    Kind::Array { items, .. } => Ok(Val::Int(items.len() as i32)),
                    _ => Ok(Val::Int(0)),
                },
                _ => Err(Thrown::null_pointer("Cannot read the array length because value is null").at(*at)),
            },
            Expr::Call(call) => self.call_method(call, frame),
            Expr::CallDynamic(call) => self.call_dynamic(call, frame),
            Expr::CallFunction(call) => self.call_function(call, frame),
            Expr::Assign(assign) => self.assign(assign, frame),
            Expr::List(items) => self.make_list(items, frame),
            Expr::Map(members) => self.make_map(members, frame),
            Expr::NewArray { item, sizes, at } => self.new_array(*item, sizes, frame).map_err(|e| e.at(*at)),
            Expr::ArrayOf { item, items } => self.array_of(*item, items, frame),
            Expr::Lambda(lambda) => Ok(self.make_lambda(lambda, frame)),
        }
    }

    /// Evaluates a condition.
    pub fn test(&mut self, expr: &'s Expr, frame: &mut Frame<'_, 'a>) -> Result<bool, Thrown> {
        match expr {
            Expr::Bool(b) => Ok(*b),
            Expr::Not(inner) => self.test(inner, frame).map(|b| !b),
            Expr::And(terms) => {
                for term in terms {
                    if !self.test(term, frame)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Or(terms) => {
                for term in terms {
                    if self.test(term, frame)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::EqualsText { value, text, negate } => {
                let val = self.eval(value, frame)?;
                let equal = matches!(val, Val::Str(s) if s == self.program.text(*text));
                Ok(equal != *negate)
            }
            Expr::IsNull { value, negate } => Ok(self.eval(value, frame)?.is_null() != *negate),
            Expr::Compare(compare) => self.compare(compare, frame),
            Expr::ContainsText { texts, value } => Ok(match self.eval(value, frame)? {
                Val::Str(s) => texts.iter().any(|t| **t == *s),
                _ => false,
            }),
            Expr::InstanceOf(value, ty) => {
                let val = self.eval(value, frame)?;
                Ok(casts::instance_of(self, val, *ty))
            }
            Expr::RegexMatch { whole, text, pattern, at } => {
                self.regex_match(*whole, text, pattern, frame).map_err(|e| e.at(*at))
            }
            // Casts of a `def` to boolean, calls, variables.
            _ => match self.eval(expr, frame)? {
                Val::Bool(b) => Ok(b),
                other => casts::truth(self, other),
            },
        }
    }

    fn binary(&mut self, binary: &'s Binary, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let left = self.eval(&binary.left, frame)?;
        let right = self.eval(&binary.right, frame)?;
        ops::binary(self, binary.op, left, right).map_err(|e| e.at(binary.at))
    }

    fn compare(&mut self, compare: &'s Compare, frame: &mut Frame<'_, 'a>) -> Result<bool, Thrown> {
        let left = self.eval(&compare.left, frame)?;
        let right = self.eval(&compare.right, frame)?;
        if compare.primitive {
            return Ok(ops::compare_primitives(compare.op, left, right));
        }
        ops::compare(self, compare.op, left, right).map_err(|e| e.at(compare.at))
    }

    fn concat(&mut self, parts: &'s [Expr], at: u32, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let mut out = String::new();
        for part in parts {
            match part {
                Expr::Text(index) => out.push_str(self.program.text(*index)),
                _ => {
                    let val = self.eval(part, frame)?;
                    self.write_text(val, &mut out).map_err(|e| e.at(at))?;
                }
            }
        }
        self.string(&out).map_err(|e| e.at(at))
    }

    fn make_list(&mut self, items: &'s [Expr], frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        self.charge((items.len() + 2) * std::mem::size_of::<Val<'_>>())?;
        let list = self.new_list();
        for item in items {
            let val = self.eval(item, frame)?;
            list.push(self.value(val));
        }
        Ok(Val::List(list))
    }

    fn make_map(&mut self, members: &'s [(Expr, Expr)], frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let map = self.new_map();
        for (key, value) in members {
            let key = self.eval(key, frame)?;
            let val = self.eval(value, frame)?;
            self.map_put(map, key, val)?;
        }
        Ok(Val::Map(map))
    }

    fn new_array(&mut self, item: Type, sizes: &'s [Expr], frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let mut lengths = Vec::with_capacity(sizes.len());
        for size in sizes {
            lengths.push(self.eval(size, frame)?.to_i32().unwrap_or(0));
        }
        self.fill_array(item, &lengths)
    }

    /// A new array: of `item`s for the last length, of arrays for those before.
    pub fn fill_array(&mut self, item: Type, lengths: &[i32]) -> Eval<'a> {
        let Some((length, inner)) = lengths.split_first() else { return Ok(default_value(item)) };
        let Ok(count) = usize::try_from(*length) else {
            return Err(Thrown::new(ClassId::NegativeArraySizeException, length.to_string()));
        };
        self.charge(count.saturating_mul(std::mem::size_of::<Val<'_>>()))?;
        let items = self.arena.alloc_slice_fill_with(count, |_| Cell::new(Val::Null));
        for slot in items.iter() {
            slot.set(self.fill_array(item, inner)?);
        }
        let item = Type { base: item.base, dims: item.dims + inner.len() as u8 };
        Ok(self.object(Kind::Array { item, items }))
    }

    fn array_of(&mut self, item: Type, items: &'s [Expr], frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        self.charge(items.len() * std::mem::size_of::<Val<'_>>())?;
        let cells = self.arena.alloc_slice_fill_with(items.len(), |_| Cell::new(Val::Null));
        for (cell, item) in cells.iter().zip(items) {
            cell.set(self.eval(item, frame)?);
        }
        Ok(self.object(Kind::Array { item, items: cells }))
    }

    fn make_lambda(&mut self, lambda: &'s MakeLambda, frame: &Frame<'_, 'a>) -> Val<'a> {
        let captures = self.arena.alloc_slice_fill_iter(lambda.captures.iter().map(|slot| frame.get(*slot)));
        let callee = match &lambda.target {
            LambdaTarget::Function(index) => Callee::Script(*index),
            LambdaTarget::Reference(id, name) => Callee::Reference(*id, self.arena.alloc_str(name)),
            LambdaTarget::Dynamic(name) => Callee::Dynamic(self.arena.alloc_str(name)),
            LambdaTarget::NewArray(item) => Callee::NewArray(*item),
        };
        self.object(Kind::Lambda(Lambda { callee, captures, interface: lambda.interface }))
    }

    fn regex_match(
        &mut self,
        whole: bool,
        text: &'s Expr,
        pattern: &'s Expr,
        frame: &mut Frame<'_, 'a>,
    ) -> Result<bool, Thrown> {
        let text = self.eval(text, frame)?;
        let index = match pattern {
            Expr::Regex(index) => *index,
            _ => match self.eval(pattern, frame)? {
                Val::Obj(object) => match object.kind {
                    Kind::Pattern(index) => index,
                    _ => return Ok(false),
                },
                _ => {
                    return Err(Thrown::null_pointer(
                        "Cannot invoke \"java.util.regex.Pattern.matcher(java.lang.CharSequence)\" because the pattern is null",
                    ));
                }
            },
        };
        let text = match text {
            Val::Null => {
                return Err(Thrown::null_pointer(
                    "Cannot invoke \"java.lang.CharSequence.length()\" because \"this.wrapped\" is null",
                ));
            }
            other => self.print(other)?,
        };
        match self.program.regex(index) {
            Some(found) if whole => regex::matches(found, text),
            Some(found) => regex::is_found(found, text),
            None => Ok(false),
        }
    }
}

/// What a variable or array item of the type is before it is set.
pub fn default_value<'a>(ty: Type) -> Val<'a> {
    match ty {
        Type::BOOLEAN => Val::Bool(false),
        Type::BYTE => Val::Byte(0),
        Type::SHORT => Val::Short(0),
        Type::CHAR => Val::Char(0),
        Type::INT => Val::Int(0),
        Type::LONG => Val::Long(0),
        Type::FLOAT => Val::Float(0.0),
        Type::DOUBLE => Val::Double(0.0),
        _ => Val::Null,
    }
}
