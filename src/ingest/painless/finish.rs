//! What becomes of a script's objects that it left in the document: what the node can write as JSON is turned into that, the rest
//! refused in its words. (The node does so when it indexes the document, its `_simulate` already refuses some that it can index.)

use super::keys;
use super::object::{Kind, Obj};
use super::run::Run;
use super::thrown::Thrown;
use super::types::Type;
use super::value::Val;
use crate::document::{Array, Object, Value};
use crate::ingest::Failure;

/// Nested deeper than this a document is taken to contain itself.
const DEPTH_MAX: usize = 1_000;

impl<'a> Run<'_, 'a> {
    /// Replaces the script's objects in the document by plain values.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if !self.has_changed_shape() {
            return Ok(());
        }
        let settled = self.settle_object(self.doc.root, &mut Vec::new());
        if settled.is_err() {
            // A pipeline may go on after this failure.
            self.doc.suspect_itself();
        }
        settled
    }

    /// A copy of a value as JSON has it, apart from the document.
    pub fn plain_copy(&mut self, val: Val<'a>) -> Result<Value<'a>, Thrown> {
        let value = self.value(val);
        let holder = Array::new_in(self.arena);
        holder.push(value);
        self.settle_array(holder, &mut Vec::new()).map_err(Thrown::from_failure)?;
        Ok(holder.get(0).unwrap_or(Value::Null))
    }

    fn settle_object(&mut self, object: &'a Object<'a>, above: &mut Vec<usize>) -> Result<(), Failure> {
        enter(above, std::ptr::from_ref(object) as usize)?;
        for at in 0..object.len() {
            let Some((key, value)) = object.member(at) else { break };
            if keys::is_encoded(key) {
                return Err(bad_key(self, key));
            }
            if let Some(settled) = self.settle(value, above)? {
                object.insert(key, settled);
            }
        }
        above.pop();
        Ok(())
    }

    fn settle_array(&mut self, array: &'a Array<'a>, above: &mut Vec<usize>) -> Result<(), Failure> {
        enter(above, std::ptr::from_ref(array) as usize)?;
        for at in 0..array.len() {
            let Some(value) = array.get(at) else { break };
            if let Some(settled) = self.settle(value, above)? {
                array.set(at, settled);
            }
        }
        above.pop();
        Ok(())
    }

    /// The plain value that takes the place of `value`, where it is not plain itself.
    fn settle(&mut self, value: Value<'a>, above: &mut Vec<usize>) -> Result<Option<Value<'a>>, Failure> {
        match value {
            Value::Object(object) => self.settle_object(object, above).map(|()| None),
            Value::Array(array) => self.settle_array(array, above).map(|()| None),
            Value::Script(_) => {
                let val = self.val(value);
                let plain = self.plain(val)?;
                self.settle(plain, above)?;
                Ok(Some(plain))
            }
            _ => Ok(None),
        }
    }

    fn plain(&mut self, val: Val<'a>) -> Result<Value<'a>, Failure> {
        let Val::Obj(object) = val else {
            return match val {
                Val::Byte(n) => Ok(Value::Int(n.into())),
                Val::Short(n) => Ok(Value::Int(n.into())),
                Val::Char(_) => Err(self.unwritable(val)),
                _ => Ok(self.value(val)),
            };
        };
        match &object.kind {
            Kind::List { array, .. } => Ok(Value::Array(array)),
            Kind::Map(map) => Ok(Value::Object(map.object)),
            Kind::Array { item: Type::BYTE, items } => {
                let bytes = items.iter().map(|b| b.get().to_i32().unwrap_or(0) as u8);
                Ok(Value::Bytes(self.arena.alloc_slice_fill_iter(bytes)))
            }
            Kind::Array { item, .. } if *item == Type::CHAR => Err(self.unwritable(val)),
            Kind::Array { .. } | Kind::Set(_) | Kind::MapView { .. } => {
                let items = self.items_of(val).map_err(Thrown::bare_failure)?;
                let list = Array::new_in(self.arena);
                for item in items {
                    list.push(self.value(item));
                }
                Ok(Value::Array(list))
            }
            Kind::Time(time) => match time.to_json_text() {
                Some(text) => Ok(Value::Str(self.arena.alloc_str(&text))),
                None => Err(self.unwritable(val)),
            },
            _ => Err(self.unwritable(val)),
        }
    }

    #[cold]
    fn unwritable(&self, val: Val<'a>) -> Failure {
        let class = match val {
            Val::Obj(Obj { kind: Kind::Array { item, .. }, .. }) => super::text::array_code(*item),
            _ => self.class_of(val).binary_name().to_owned(),
        };
        Failure::illegal_argument(format!("cannot write xcontent for unknown value of type class {class}"))
    }
}

fn enter(above: &mut Vec<usize>, address: usize) -> Result<(), Failure> {
    if above.len() >= DEPTH_MAX || above.contains(&address) {
        return Err(Failure::illegal_argument("Iterable object is self-referencing itself"));
    }
    above.push(address);
    Ok(())
}

fn bad_key<'a>(run: &Run<'_, 'a>, key: &'a str) -> Failure {
    match keys::decode(run, key) {
        Val::Null => Failure::illegal_argument("Field name cannot be null"),
        other => {
            let from = run.class_of(other).binary_name();
            let note = super::equality::loader_note(from, "java.lang.String");
            Failure::new(
                crate::ingest::ErrorKind::ClassCast,
                format!("class {from} cannot be cast to class java.lang.String ({note})"),
            )
        }
    }
}
