//! Casts of values at run time: what the compiler could not settle because one side is a `def`.

use super::object::{Kind, Obj};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::types::{Base, Cast, Type, is_subtype};
use super::value::{Number, Val};

/// A `def` as a condition.
pub fn truth<'a>(run: &Run<'_, 'a>, val: Val<'a>) -> Result<bool, Thrown> {
    match val {
        Val::Bool(b) => Ok(b),
        Val::Null => Err(value_is_null()),
        other => Err(Thrown::class_cast(format!("cannot cast def [{}] to boolean", run.unboxed_name(other)))),
    }
}

#[cold]
fn value_is_null() -> Thrown {
    Thrown::null_pointer("Cannot invoke \"Object.getClass()\" because \"value\" is null")
}

fn number_as<'a>(number: Number, base: Base) -> Val<'a> {
    match base {
        Base::Byte => Val::Byte(narrow(number) as i8),
        Base::Short => Val::Short(narrow(number) as i16),
        Base::Char => Val::Char(narrow(number) as u16),
        Base::Int => Val::Int(number.to_i32()),
        Base::Long => Val::Long(number.to_i64()),
        Base::Float => Val::Float(number.to_f32()),
        _ => Val::Double(number.to_f64()),
    }
}

/// Narrowing to less than 32 bits goes through `int`, as in Java.
fn narrow(number: Number) -> i32 {
    match number {
        Number::Long(l) => l as i32,
        other => other.to_i32(),
    }
}

pub fn cast<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, cast: Cast) -> Eval<'a> {
    match cast {
        Cast::Keep => Ok(val),
        Cast::Number(base) => match (val, val.number()) {
            (Val::Bool(_), _) => Ok(val),
            (_, Some(number)) => Ok(number_as(number, base)),
            _ => Err(Thrown::null_pointer(format!(
                "Cannot invoke \"java.lang.{}.{base}Value()\" because value is null",
                Type::of(base).boxed().simple_name(),
                base = Type::of(base)
            ))),
        },
        Cast::StringToChar => match val {
            Val::Null => Err(value_is_null()),
            other => string_to_char(run, other),
        },
        Cast::CharToString => run.print_val(val),
        Cast::FromDef { to, explicit } => from_def(run, val, to, explicit),
        Cast::FromResult(to) => run.convert_result(val, to),
        Cast::Check(to) => check_instance(run, val, to),
    }
}

fn string_to_char<'a>(run: &mut Run<'_, 'a>, val: Val<'a>) -> Eval<'a> {
    let text = run.print(val)?;
    let mut units = text.encode_utf16();
    match (units.next(), units.next()) {
        (Some(unit), None) => Ok(Val::Char(unit)),
        _ => Err(Thrown::class_cast("cannot cast java.lang.String with length not equal to one to char")),
    }
}

/// A `def` to a static type.
fn from_def<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, to: Type, explicit: bool) -> Eval<'a> {
    let how = if explicit { "explicitly" } else { "implicitly" };
    if to == Type::BOOLEAN {
        return truth(run, val).map(Val::Bool);
    }
    if to == Type::STRING {
        return match val {
            Val::Null | Val::Str(_) => Ok(val),
            Val::Char(_) if explicit => run.print_val(val),
            _ => Err(Thrown::class_cast(format!(
                "cannot {how} cast def [{}] to java.lang.String",
                run.unboxed_name(val)
            ))),
        };
    }
    let Some(target) = to.unboxed() else { return check_instance(run, val, to) };
    if val.is_null() {
        return if to.is_primitive() { Err(value_is_null()) } else { Ok(Val::Null) };
    }
    if let Val::Bool(_) = val
        && target == Type::BOOLEAN
    {
        return Ok(val);
    }
    let from = match val {
        Val::Byte(_) => Some(Base::Byte),
        Val::Short(_) => Some(Base::Short),
        Val::Char(_) => Some(Base::Char),
        Val::Int(_) => Some(Base::Int),
        Val::Long(_) => Some(Base::Long),
        Val::Float(_) => Some(Base::Float),
        Val::Double(_) => Some(Base::Double),
        Val::Str(_) if target == Type::CHAR && explicit => return string_to_char(run, val),
        _ => None,
    };
    if let (Some(from), Some(number)) = (from, val.number())
        && target != Type::BOOLEAN
        && (explicit || super::types::widens(from, target.base))
    {
        return Ok(number_as(number, target.base));
    }
    // The node's message of this one cast names another type.
    let named = if explicit && to == Type::DOUBLE { Type::BYTE } else { to };
    Err(Thrown::class_cast(format!("cannot {how} cast def [{}] to {named}", run.unboxed_name(val))))
}

/// A checked cast to a class or array type.
fn check_instance<'a>(run: &mut Run<'_, 'a>, val: Val<'a>, to: Type) -> Eval<'a> {
    if val.is_null() || instance_of(run, val, to) {
        return Ok(val);
    }
    let from = match val {
        Val::Obj(Obj { kind: Kind::Array { item, .. }, .. }) => super::text::array_code(*item),
        _ => run.class_of(val).binary_name().to_owned(),
    };
    let name = to.class_id().map_or_else(|| super::text::array_code(to.item()), |id| id.binary_name().to_owned());
    let note = super::equality::loader_note(&from, &name);
    Err(Thrown::class_cast(format!("class {from} cannot be cast to class {name} ({note})")))
}

/// `val instanceof ty`, false for null.
pub fn instance_of<'a>(run: &Run<'_, 'a>, val: Val<'a>, ty: Type) -> bool {
    if val.is_null() {
        return false;
    }
    if ty == Type::OBJECT {
        return true;
    }
    match (val, ty.class_id()) {
        (Val::Obj(Obj { kind: Kind::Array { item, .. }, .. }), _) => {
            let of_objects = ty.item().is_def() && !item.is_primitive();
            ty.dims > 0 && (*item == ty.item() || of_objects || is_subtype(*item, ty.item()))
        }
        // The document's own map is no `HashMap`, whatever else it is.
        (Val::Obj(Obj { kind: Kind::Lambda(lambda), .. }), Some(id)) => {
            lambda.interface.is_none_or(|interface| interface.is_subclass_of(id))
        }
        (_, Some(id)) => run.class_of(val).is_subclass_of(id),
        _ => false,
    }
}
