//! `toString()`: how Java prints what scripts handle.

use super::api::ClassId;
use super::api::objects::uuid_text;
use super::keys;
use super::object::{Kind, MapRef, Obj, View};
use super::run::{Eval, Run};
use super::stream::ItemType;
use super::thrown::Thrown;
use super::value::Val;
use crate::document::{format_double, format_float, format_instant};
use std::fmt::Write;

impl<'a> Run<'_, 'a> {
    /// The text of a value that must be a string or another `CharSequence`.
    pub fn text(&mut self, val: Val<'a>) -> Result<&'a str, Thrown> {
        match val {
            Val::Str(s) => Ok(s),
            Val::Null => Err(Thrown::null_pointer("Cannot invoke \"String.length()\" because value is null")),
            other => self.print(other),
        }
    }

    /// `String.valueOf(val)`.
    pub fn print(&mut self, val: Val<'a>) -> Result<&'a str, Thrown> {
        if let Val::Str(s) = val {
            return Ok(s);
        }
        let mut out = String::new();
        self.write_text(val, &mut out)?;
        match self.string(&out)? {
            Val::Str(s) => Ok(s),
            _ => Ok(""),
        }
    }

    pub fn print_val(&mut self, val: Val<'a>) -> Eval<'a> {
        self.print(val).map(Val::Str)
    }

    pub fn write_text(&mut self, val: Val<'a>, out: &mut String) -> Result<(), Thrown> {
        match val {
            Val::Null => out.push_str("null"),
            Val::Bool(b) => out.push_str(if b { "true" } else { "false" }),
            Val::Byte(n) => out.push_str(itoa::Buffer::new().format(n)),
            Val::Short(n) => out.push_str(itoa::Buffer::new().format(n)),
            Val::Char(c) => push_unit(out, &mut None, c),
            Val::Int(n) => out.push_str(itoa::Buffer::new().format(n)),
            Val::Long(n) => out.push_str(itoa::Buffer::new().format(n)),
            Val::Float(n) => format_float(n, out),
            Val::Double(n) => format_double(n, out),
            Val::Str(s) => out.push_str(s),
            Val::List(_) | Val::Map(_) | Val::Obj(_) => self.write_object(val, out)?,
        }
        if out.len() > TEXT_MAX_BYTES {
            return Err(Thrown::new(ClassId::OutOfMemoryError, "The script has made more data than it may."));
        }
        Ok(())
    }

    fn write_object(&mut self, val: Val<'a>, out: &mut String) -> Result<(), Thrown> {
        self.check_stack()?;
        if let Some(list) = val.as_list() {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                let item = self.val(item);
                if item.is_same(val) {
                    out.push_str("(this Collection)");
                } else {
                    self.write_text(item, out)?;
                }
            }
            out.push(']');
            return Ok(());
        }
        if let Some(map) = val.as_map() {
            return self.write_members(map, out);
        }
        let Val::Obj(object) = val else { return Ok(()) };
        match &object.kind {
            Kind::Set(set) => self.write_view(*set, View::Keys, out),
            Kind::MapView { view, map } => self.write_view(*map, *view, out),
            Kind::Entry(entry) => {
                self.write_text(entry.key, out)?;
                out.push('=');
                let value = self.entry_value(entry)?;
                self.write_text(value, out)
            }
            Kind::Builder(builder) => {
                out.push_str(&builder.borrow().text);
                Ok(())
            }
            Kind::Exception { class, message } => {
                out.push_str(class.class().name);
                if let Some(message) = message {
                    out.push_str(": ");
                    out.push_str(message);
                }
                Ok(())
            }
            Kind::BigInteger(digits) => {
                out.push_str(digits);
                Ok(())
            }
            Kind::Timestamp(t) => {
                format_instant(**t, out);
                Ok(())
            }
            Kind::Uuid(bits) => {
                out.push_str(&uuid_text(*bits));
                Ok(())
            }
            Kind::Joiner(joiner) => {
                if let Some(text) = joiner.empty.get().filter(|_| joiner.parts.is_empty()) {
                    out.push_str(text);
                    return Ok(());
                }
                out.push_str(joiner.prefix);
                for (i, part) in joiner.parts.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { joiner.separator });
                    out.push_str(part.as_str().unwrap_or_default());
                }
                out.push_str(joiner.suffix);
                Ok(())
            }
            Kind::Optional { of, value } => {
                let name = match of {
                    ItemType::Object => "Optional",
                    ItemType::Int => "OptionalInt",
                    ItemType::Long => "OptionalLong",
                    ItemType::Double => "OptionalDouble",
                };
                out.push_str(name);
                match value {
                    None => out.push_str(".empty"),
                    Some(value) => {
                        out.push('[');
                        self.write_text(*value, out)?;
                        out.push(']');
                    }
                }
                Ok(())
            }
            Kind::Time(time) => {
                let _ = write!(out, "{time}");
                Ok(())
            }
            Kind::Pattern(index) => {
                out.push_str(self.program.regex_source(*index));
                Ok(())
            }
            Kind::Array { item, .. } => {
                out.push_str(&array_code(*item));
                self.write_identity(object, out);
                Ok(())
            }
            _ => {
                out.push_str(object.class_id().binary_name());
                self.write_identity(object, out);
                Ok(())
            }
        }
    }

    fn write_identity(&mut self, object: &Obj<'a>, out: &mut String) {
        let _ = write!(out, "@{:x}", std::ptr::from_ref(object) as usize >> 3 & 0x7fff_ffff);
    }

    fn write_members(&mut self, map: MapRef<'a>, out: &mut String) -> Result<(), Thrown> {
        out.push('{');
        for (i, key) in self.map_keys(map)?.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            let name = keys::decode(self, key);
            self.write_text(name, out)?;
            out.push('=');
            match map.object.get(key).map(|v| self.val(v)) {
                Some(Val::Map(inner)) if std::ptr::eq(inner, map.object) => out.push_str("(this Map)"),
                Some(value) => self.write_text(value, out)?,
                None => {}
            }
        }
        out.push('}');
        Ok(())
    }

    fn write_view(&mut self, map: MapRef<'a>, view: View, out: &mut String) -> Result<(), Thrown> {
        out.push('[');
        for (i, key) in self.map_keys(map)?.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if view != View::Values {
                let name = keys::decode(self, key);
                self.write_text(name, out)?;
            }
            if view == View::Entries {
                out.push('=');
            }
            if view != View::Keys {
                let value = map.object.get(key).map_or(Val::Null, |v| self.val(v));
                self.write_text(value, out)?;
            }
        }
        out.push(']');
        Ok(())
    }
}

/// One text that a script makes may not be longer.
const TEXT_MAX_BYTES: usize = 64 << 20;

/// Appends a UTF-16 unit. `pending` keeps the first half of a pair until the second comes; a half alone has no UTF-8.
pub fn push_unit(out: &mut String, pending: &mut Option<u16>, unit: u16) {
    let units = pending.take().into_iter().chain([unit]);
    if (0xd800..0xdc00).contains(&unit) {
        *pending = Some(unit);
        return;
    }
    out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// `[I`, `[Ljava.lang.Object;`: how Java names the class of an array of such items.
pub fn array_code(item: super::types::Type) -> String {
    use super::types::Base;
    let inner = match item.base {
        Base::Boolean => "Z".to_owned(),
        Base::Byte => "B".into(),
        Base::Short => "S".into(),
        Base::Char => "C".into(),
        Base::Int => "I".into(),
        Base::Long => "J".into(),
        Base::Float => "F".into(),
        Base::Double => "D".into(),
        Base::Class(id) => format!("L{};", id.binary_name()),
        Base::Def | Base::Void => "Ljava.lang.Object;".into(),
    };
    format!("{}{inner}", "[".repeat(usize::from(item.dims) + 1))
}
