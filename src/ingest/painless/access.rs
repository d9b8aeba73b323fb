//! Properties, indexes and assignments.

use super::api::{ClassId, MethodInfo};
use super::eval::Frame;
use super::ir::*;
use super::object::{Kind, Obj};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::{Base, Cast};
use super::value::Val;
use super::{casts, ops};
use crate::document::Array;
use std::cell::Cell;

/// A place that a value was read from and goes back to.
enum Place<'a> {
    Property(Val<'a>),
    Key(Val<'a>),
    Index(Val<'a>, Val<'a>),
    Object(Val<'a>),
    Local,
}

impl<'s, 'a> Run<'s, 'a> {
    pub fn path(&mut self, path: &'s Path, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let mut val = match path.start {
            PathStart::Ctx => Val::Map(self.doc.root),
            PathStart::Local(slot) => frame.get(slot),
            PathStart::Params => Val::Map(self.params()),
        };
        for step in &path.steps {
            val = self.property(val, step)?;
        }
        Ok(val)
    }

    /// `object.name`, as on a `def`.
    #[inline]
    pub fn property(&mut self, object: Val<'a>, step: &'s Step) -> Eval<'a> {
        if let Val::Map(map) = object
            && step.getters.is_empty()
        {
            return Ok(map.get(&step.name).map_or(Val::Null, |v| self.val(v)));
        }
        if object.is_null() {
            return if step.null_safe { Ok(Val::Null) } else { Err(null_access(&step.name).at(step.at)) };
        }
        self.property_of(object, step).map_err(|e| e.at(step.at))
    }

    fn property_of(&mut self, object: Val<'a>, step: &'s Step) -> Eval<'a> {
        if !step.getters.is_empty()
            && let Some(getter) = method_for(&step.getters, self.class_of(object))
        {
            return (getter.native)(self, &[object]);
        }
        if let Some(map) = object.as_map() {
            return Ok(map.object.get(&step.name).map_or(Val::Null, |v| self.val(v)));
        }
        if let Some(list) = object.as_list() {
            let Some(index) = step.index else { return Err(illegal_shortcut(&step.name)) };
            return self.list_item(list, index);
        }
        match object {
            Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) if &*step.name == "length" => {
                Ok(Val::Int(items.len() as i32))
            }
            _ => Err(not_found(self, "getter", object, &step.name)),
        }
    }

    pub fn map_member(&mut self, get: &'s MapGet, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let object = self.eval(&get.object, frame)?;
        match object.as_map() {
            Some(map) => Ok(map.object.get(self.program.text(get.key)).map_or(Val::Null, |v| self.val(v))),
            None if get.null_safe => Ok(Val::Null),
            None => Err(null_receiver("java.util.Map.get(Object)", &get.receiver).at(get.at)),
        }
    }

    pub fn index(&mut self, index: &'s Index, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let object = self.eval(&index.object, frame)?;
        let key = self.eval(&index.index, frame)?;
        self.get_index(object, key, index.kind, &index.receiver).map_err(|e| e.at(index.at))
    }

    fn get_index(&mut self, object: Val<'a>, key: Val<'a>, kind: IndexKind, receiver: &str) -> Eval<'a> {
        if let Some(map) = object.as_map() {
            return Ok(self.map_get(map.object, key)?.unwrap_or(Val::Null));
        }
        if let Some(list) = object.as_list() {
            let index = index_of(self, key)?;
            return self.list_item(list, index);
        }
        match object {
            Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) => {
                let index = index_of(self, key)?;
                array_cell(items, index).map(Cell::get)
            }
            Val::Null => Err(null_index(kind, receiver)),
            _ => Err(no_array(self, object)),
        }
    }

    fn set_index(
        &mut self,
        object: Val<'a>,
        key: Val<'a>,
        val: Val<'a>,
        kind: IndexKind,
        receiver: &str,
    ) -> Result<(), Thrown> {
        if let Some(map) = object.as_map() {
            return self.put_member(object, key, val).map(|_| _ = map);
        }
        if let Some(list) = object.as_list() {
            let index = index_of(self, key)?;
            return self.set_list_item(object, list, index, val);
        }
        match object {
            Val::Obj(Obj { kind: Kind::Array { items, item }, .. }) => {
                let index = index_of(self, key)?;
                let cell = array_cell(items, index)?;
                let val = casts::cast(self, val, super::types::Cast::FromDef { to: *item, explicit: false });
                cell.set(if item.is_def() { val.unwrap_or(Val::Null) } else { val? });
                Ok(())
            }
            Val::Null => Err(null_index(kind, receiver)),
            _ => Err(no_array(self, object)),
        }
    }

    /// The item at `index`; a negative one counts from the end.
    pub fn list_item(&mut self, list: &'a Array<'a>, index: i32) -> Eval<'a> {
        let at = normalize(index, list.len());
        match usize::try_from(at).ok().and_then(|i| list.get(i)) {
            Some(value) => Ok(self.val(value)),
            None => Err(out_of_bounds(at, list.len())),
        }
    }

    fn set_list_item(&mut self, owner: Val<'a>, list: &'a Array<'a>, index: i32, val: Val<'a>) -> Result<(), Thrown> {
        self.check_list(owner, super::api::Change::Item)?;
        let at = normalize(index, list.len());
        let value = self.value(val);
        match usize::try_from(at) {
            Ok(i) if list.set(i, value) => Ok(()),
            _ => Err(out_of_bounds(at, list.len())),
        }
    }

    fn set_property(
        &mut self,
        object: Val<'a>,
        name: &str,
        index: Option<i32>,
        setters: &'s [(ClassId, &'static MethodInfo)],
        val: Val<'a>,
    ) -> Result<(), Thrown> {
        if object.is_null() {
            return Err(null_access(name));
        }
        if let Some(setter) = method_for(setters, self.class_of(object)) {
            let val = self.convert(val, setter.parameters.first().copied().unwrap_or(super::types::Type::DEF))?;
            return (setter.native)(self, &[object, val]).map(|_| ());
        }
        if object.as_map().is_some() {
            let key = Val::Str(self.arena.alloc_str(name));
            return self.put_member(object, key, val).map(|_| ());
        }
        if let Some(list) = object.as_list() {
            let Some(index) = index else { return Err(illegal_shortcut(name)) };
            return self.set_list_item(object, list, index, val);
        }
        Err(not_found(self, "setter", object, name))
    }

    pub fn assign(&mut self, assign: &'s Assign, frame: &mut Frame<'_, 'a>) -> Eval<'a> {
        let place = self.place(&assign.target, frame)?;
        let Some(op) = &assign.op else {
            let val = self.eval(&assign.value, frame)?;
            self.store(&assign.target, place, val, frame).map_err(|e| e.at(assign.at))?;
            return Ok(val);
        };
        let old = self.load(&assign.target, &place, frame).map_err(|e| e.at(assign.at))?;
        let right = self.eval(&assign.value, frame)?;
        let new =
            self.combine(op, old, right).and_then(|v| self.narrow(v, old, assign.cast)).map_err(|e| e.at(assign.at))?;
        self.store(&assign.target, place, new, frame).map_err(|e| e.at(assign.at))?;
        Ok(if assign.gives_old { old } else { new })
    }

    /// What a compound assignment made, as the type that it is assigned to: where that is `def`, a number becomes one of the class
    /// that was there before.
    fn narrow(&mut self, new: Val<'a>, old: Val<'a>, cast: Cast) -> Eval<'a> {
        if cast == Cast::Keep && old.big_digits().is_some() && new.big_digits().is_none() {
            return Err(Thrown::class_cast(format!("Cannot cast {} to java.math.BigInteger", self.class_name(new))));
        }
        let base = match (cast, new.number().is_some(), old) {
            (Cast::Keep, true, Val::Byte(_)) => Base::Byte,
            (Cast::Keep, true, Val::Short(_)) => Base::Short,
            (Cast::Keep, true, Val::Char(_)) => Base::Char,
            (Cast::Keep, true, Val::Int(_)) => Base::Int,
            (Cast::Keep, true, Val::Long(_)) => Base::Long,
            (Cast::Keep, true, Val::Float(_)) => Base::Float,
            (Cast::Keep, true, Val::Double(_)) => Base::Double,
            _ => return casts::cast(self, new, cast),
        };
        casts::cast(self, new, Cast::Number(base))
    }

    fn combine(&mut self, op: &CompoundOp, old: Val<'a>, right: Val<'a>) -> Eval<'a> {
        match op {
            CompoundOp::Arithmetic(op, cast) => {
                let left = casts::cast(self, old, *cast)?;
                ops::binary(self, *op, left, right)
            }
            CompoundOp::Concat(cast) => {
                let left = casts::cast(self, old, *cast)?;
                ops::concat(self, left, right)
            }
        }
    }

    /// Evaluates what stands before the last dot or bracket.
    fn place(&mut self, target: &'s Target, frame: &mut Frame<'_, 'a>) -> Result<Place<'a>, Thrown> {
        Ok(match target {
            Target::Local(_) => Place::Local,
            Target::Property { object, .. } => Place::Property(self.eval(object, frame)?),
            Target::Key { object, .. } => Place::Key(self.eval(object, frame)?),
            Target::Index { object, index, .. } => {
                let object = self.eval(object, frame)?;
                Place::Index(object, self.eval(index, frame)?)
            }
            Target::Accessors { object, .. } => Place::Object(self.eval(object, frame)?),
        })
    }

    fn load(&mut self, target: &'s Target, place: &Place<'a>, frame: &Frame<'_, 'a>) -> Eval<'a> {
        match (target, place) {
            (Target::Local(slot), _) => Ok(frame.get(*slot)),
            (Target::Property { step, .. }, Place::Property(object)) => self.property(*object, step),
            (Target::Key { key, receiver, .. }, Place::Key(object)) => match object.as_map() {
                Some(map) => Ok(map.object.get(self.program.text(*key)).map_or(Val::Null, |v| self.val(v))),
                None => Err(null_receiver("java.util.Map.get(Object)", receiver)),
            },
            (Target::Index { kind, receiver, .. }, Place::Index(object, key)) => {
                self.get_index(*object, *key, *kind, receiver)
            }
            (Target::Accessors { getter: Some(getter), receiver, .. }, Place::Object(object)) => {
                if object.is_null() {
                    return Err(null_receiver(&getter.java_signature(), receiver));
                }
                (getter.native)(self, &[*object])
            }
            _ => Ok(Val::Null),
        }
    }

    fn store(
        &mut self,
        target: &'s Target,
        place: Place<'a>,
        val: Val<'a>,
        frame: &mut Frame<'_, 'a>,
    ) -> Result<(), Thrown> {
        match (target, place) {
            (Target::Local(slot), _) => {
                frame.set(*slot, val);
                Ok(())
            }
            (Target::Property { name, index, setters, .. }, Place::Property(object)) => {
                self.set_property(object, name, *index, setters, val)
            }
            (Target::Key { key, receiver, .. }, Place::Key(object)) => match object {
                Val::Null => Err(null_receiver("java.util.Map.put(Object, Object)", receiver)),
                _ => {
                    let key = Val::Str(self.constant(*key));
                    self.put_member(object, key, val).map(|_| ())
                }
            },
            (Target::Index { kind, receiver, .. }, Place::Index(object, key)) => {
                self.set_index(object, key, val, *kind, receiver)
            }
            (Target::Accessors { setter, receiver, .. }, Place::Object(object)) => {
                if object.is_null() {
                    return Err(null_receiver(&setter.java_signature(), receiver));
                }
                (setter.native)(self, &[object, val]).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// `map.put(key, val)`, refused where the map may not change.
    pub fn put_member(&mut self, owner: Val<'a>, key: Val<'a>, val: Val<'a>) -> Result<Option<Val<'a>>, Thrown> {
        match owner.as_map() {
            Some(map) if map.unmodifiable => Err(unsupported()),
            Some(map) => self.map_put(map.object, key, val),
            None => Ok(None),
        }
    }
}

/// `UnsupportedOperationException` without a message, as Java's immutable collections throw it.
#[cold]
pub fn unsupported() -> Thrown {
    Thrown::with_message(ClassId::UnsupportedOperationException, None)
}

/// The method for objects of class `id`.
#[inline]
pub fn method_for(methods: &[(ClassId, &'static MethodInfo)], id: ClassId) -> Option<&'static MethodInfo> {
    match methods.binary_search_by_key(&id, |(class, _)| *class) {
        Ok(at) => methods.get(at).map(|(_, method)| *method),
        Err(_) => None,
    }
}

fn normalize(index: i32, len: usize) -> i64 {
    let index = i64::from(index);
    if index < 0 { index + len as i64 } else { index }
}

fn array_cell<'c, 'a>(items: &'c [Cell<Val<'a>>], index: i32) -> Result<&'c Cell<Val<'a>>, Thrown> {
    let at = normalize(index, items.len());
    usize::try_from(at).ok().and_then(|i| items.get(i)).ok_or_else(|| {
        Thrown::new(
            ClassId::ArrayIndexOutOfBoundsException,
            format!("Index {at} out of bounds for length {}", items.len()),
        )
    })
}

/// An index given as a `def`: an `Integer`, or what widens to one.
fn index_of<'a>(run: &mut Run<'_, 'a>, key: Val<'a>) -> Result<i32, Thrown> {
    match run.convert(key, super::types::Type::INT)? {
        Val::Int(i) => Ok(i),
        _ => Ok(0),
    }
}

#[cold]
pub fn out_of_bounds(index: i64, len: usize) -> Thrown {
    Thrown::new(ClassId::IndexOutOfBoundsException, format!("Index {index} out of bounds for length {len}"))
}

#[cold]
pub fn null_access(name: &str) -> Thrown {
    Thrown::null_pointer(format!("cannot access method/field [{name}] from a null def reference"))
}

#[cold]
pub fn null_receiver(method: &str, receiver: &str) -> Thrown {
    Thrown::null_pointer(format!("Cannot invoke \"{method}\" because {receiver} is null"))
}

#[cold]
fn null_index(kind: IndexKind, receiver: &str) -> Thrown {
    match kind {
        IndexKind::Def => null_access("normalizeIndex"),
        IndexKind::List => null_receiver("java.util.List.get(int)", receiver),
        IndexKind::Map => null_receiver("java.util.Map.get(Object)", receiver),
        IndexKind::Array => Thrown::null_pointer(format!("Cannot read the array length because {receiver} is null")),
    }
}

#[cold]
fn illegal_shortcut(name: &str) -> Thrown {
    Thrown::illegal_argument(format!("Illegal list shortcut value [{name}]."))
}

#[cold]
fn not_found<'a>(run: &Run<'_, 'a>, what: &str, object: Val<'a>, name: &str) -> Thrown {
    Thrown::illegal_argument(format!("dynamic {what} [{}, {name}] not found", run.class_name(object)))
}

#[cold]
fn no_array<'a>(run: &Run<'_, 'a>, object: Val<'a>) -> Thrown {
    Thrown::illegal_argument(format!(
        "Attempting to address a non-array-like type [{}] as an array.",
        run.class_name(object)
    ))
}
