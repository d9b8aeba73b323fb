//! Assignments: `=`, `+=` and the like, `++` and `--`.

use super::scope::Place;
use super::{Compiled, Compiler, Typed, Want, cast_error, error};
use crate::ingest::painless::api::{ClassId, MethodInfo, dynamic_setters};
use crate::ingest::painless::ast::*;
use crate::ingest::painless::ir::{Assign, CompoundOp, Expr as Ir, IndexKind, Target};
use crate::ingest::painless::types::{Cast, CastRule, Type, cast};

impl<'c> Compiler<'c> {
    pub(super) fn assignment(
        &mut self,
        at: u32,
        target: &'c Expr<'c>,
        op: Option<BinaryOp>,
        value: &'c Expr<'c>,
    ) -> Compiled<Typed> {
        let (place, ty) = self.target(at, target, op.is_some())?;
        let Some(op) = op else {
            // Where the store itself depends on the object, the value keeps its own type.
            let is_dynamic = matches!(place, Target::Property { .. } | Target::Index { kind: IndexKind::Def, .. });
            let value = if is_dynamic {
                let typed = self.expr(value, Want::ANY)?;
                self.coerce(typed, ty, CastRule::Implicit, value.at)?
            } else {
                self.value(value, ty, CastRule::Implicit)?
            };
            return Ok(Typed { expr: simple(place, value, target.at), ty });
        };
        let value_at = value.at;
        let value = self.expr(value, Want::ANY)?;
        self.compound(at, (place, ty, target.at), op, (value, value_at), false)
    }

    pub(super) fn increment(&mut self, at: u32, target: &'c Expr<'c>, op: BinaryOp, after: bool) -> Compiled<Typed> {
        let (place, ty) = self.target(at, target, true)?;
        let one = Typed { expr: Ir::Int(1), ty: Type::INT };
        self.compound(at, (place, ty, target.at), op, (one, at), after)
    }

    fn compound(
        &mut self,
        at: u32,
        (target, ty, target_at): (Target, Type, u32),
        op: BinaryOp,
        (value, value_at): (Typed, u32),
        gives_old: bool,
    ) -> Compiled<Typed> {
        let rejected = |from: Type, to: Type| cast_error(at, format!("Cannot cast from [{from}] to [{to}]."));
        let (op, value, result) = if op == BinaryOp::Add && (ty == Type::STRING || value.ty == Type::STRING) {
            let Some(how) = cast(ty, Type::STRING, CastRule::Implicit) else { return rejected(ty, Type::STRING) };
            if value.ty == Type::VOID {
                return rejected(value.ty, Type::STRING);
            }
            (CompoundOp::Concat(how), value.expr, Type::STRING)
        } else if op.is_bitwise() && ty == Type::BOOLEAN && value.ty == Type::BOOLEAN {
            (CompoundOp::Arithmetic(op, Cast::Keep), value.expr, Type::BOOLEAN)
        } else {
            let (result, left, right) = self.operand_types(at, op, ty, value.ty)?;
            let Some(how) = cast(ty, left, CastRule::Implicit) else { return rejected(ty, left) };
            let value = self.coerce(value, right, CastRule::Implicit, value_at)?;
            (CompoundOp::Arithmetic(op, how), value, result)
        };
        let Some(how) = cast(result, ty, CastRule::Explicit) else { return rejected(result, ty) };
        let assign = Assign { target, op: Some(op), value, cast: how, gives_old, at: target_at };
        Ok(Typed { expr: Ir::Assign(Box::new(assign)), ty })
    }

    /// The place that `target` names, and its type.
    fn target(&mut self, at: u32, target: &'c Expr<'c>, is_read: bool) -> Compiled<(Target, Type)> {
        match &target.kind {
            ExprKind::Name(name) => {
                let Some(variable) = self.variable(name) else {
                    return match ClassId::find(name) {
                        Some(_) => {
                            error(at, format!("invalid assignment: cannot assign a value to static type [{name}]"))
                        }
                        None => error(target.at, format!("cannot resolve symbol [{name}]")),
                    };
                };
                if variable.read_only {
                    return error(target.at, format!("Variable [{name}] is read-only."));
                }
                match variable.place {
                    Place::Slot(slot) => Ok((Target::Local(slot), variable.ty)),
                    _ => error(target.at, format!("Variable [{name}] is read-only.")),
                }
            }
            ExprKind::Field { null_safe: true, .. } => {
                error(target.at, "invalid assignment: cannot assign a value to a null safe operation [?.]")
            }
            ExprKind::Field { object, name, .. } => self.field_target(target, object, name, is_read),
            ExprKind::Index { object, index } => {
                let object = self.expr(object, Want::ANY)?;
                let (kind, item, receiver) = self.index_kind(target.at, &object)?;
                let index = self.index_value(kind, index)?;
                Ok((Target::Index { object: object.expr, index, kind, receiver }, item))
            }
            _ => error(at, format!("invalid assignment: cannot assign a value to {}", target.not_assignable())),
        }
    }

    fn field_target(
        &mut self,
        target: &'c Expr<'c>,
        object: &'c Expr<'c>,
        name: &'c str,
        is_read: bool,
    ) -> Compiled<(Target, Type)> {
        let at = target.at;
        if let Some(path) = self.static_path(object) {
            return match ClassId::find(&path) {
                Some(id) if id.constant(name).is_some() => {
                    error(at, format!("invalid assignment: cannot assign a value to read-only field [{name}]"))
                }
                Some(id) => error(at, format!("field [{}, {name}] not found", id.class().name)),
                None => error(at, format!("cannot resolve symbol [{path}.{name}]")),
            };
        }
        let object = self.expr(object, Want::ANY)?;
        if object.ty.is_def() {
            let index = name.parse().ok();
            let setters = dynamic_setters(name);
            let step = self.step(name, false, at);
            return Ok((Target::Property { object: object.expr, name: name.into(), index, step, setters }, Type::DEF));
        }
        if object.ty.is_array() {
            return match name {
                "length" => error(
                    at,
                    "invalid assignment: cannot assign a value write to read-only field [length] for an array.",
                ),
                _ => error(at, format!("Field [{name}] does not exist for type [{}].", object.ty)),
            };
        }
        let receiver = self.receiver(&object);
        if let Some(id) = object.ty.boxed().class_id() {
            let (getter, setter) = self.accessors(id, object.ty, name, at)?;
            match (getter, setter) {
                (getter, Some(setter)) if getter.is_some() || !is_read => {
                    let ty = setter.parameters.first().copied().unwrap_or(Type::DEF);
                    return Ok((Target::Accessors { object: object.expr, getter, setter, receiver }, ty));
                }
                (None, None) => {}
                _ => return error(at, format!("Illegal shortcut on field [{name}] for type [{}].", object.ty)),
            }
            if id.is_subclass_of(ClassId::Map) {
                let key = self.text(name);
                return Ok((Target::Key { object: object.expr, key, receiver }, Type::DEF));
            }
            if id.is_subclass_of(ClassId::List) {
                let index = Ir::Int(self.list_index(name, at)?);
                let kind = IndexKind::List;
                return Ok((Target::Index { object: object.expr, index, kind, receiver }, Type::DEF));
            }
        }
        error(at, format!("field [{}, {name}] not found", object.ty))
    }

    /// Getter and setter of a property. Elsewhere than here a setter that returns something is an error on the node too.
    pub(super) fn accessors(
        &self,
        id: ClassId,
        ty: Type,
        name: &str,
        at: u32,
    ) -> Compiled<(Option<&'static MethodInfo>, Option<&'static MethodInfo>)> {
        let (getter, setter) = (id.getter(name), id.setter(name));
        if setter.is_some_and(|s| s.returns != Type::VOID) {
            return error(at, format!("Illegal set shortcut on field [{name}] for type [{ty}]."));
        }
        if let (Some(getter), Some(setter)) = (getter, setter)
            && setter.parameters.first() != Some(&getter.returns)
        {
            return error(at, "Shortcut argument types must match.");
        }
        Ok((getter, setter))
    }
}

fn simple(target: Target, value: Ir, at: u32) -> Ir {
    match target {
        Target::Local(slot) => Ir::SetLocal(slot, Box::new(value)),
        target => Ir::Assign(Box::new(Assign { target, op: None, value, cast: Cast::Keep, gives_old: false, at })),
    }
}
