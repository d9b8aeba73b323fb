//! The variables that a function sees, and their slots.

use crate::ingest::painless::ir::Slot;
use crate::ingest::painless::types::Type;
use rustc_hash::FxHashSet;

pub struct Variable<'c> {
    pub name: &'c str,
    pub ty: Type,
    pub place: Place,
    pub read_only: bool,
    /// How the Java virtual machine would name it in a message, quotes included.
    pub receiver: Box<str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Slot(Slot),
    Ctx,
    Params,
}

/// Variables of the function that is being compiled. Inner blocks see those of outer ones; what a block declared goes with it.
#[derive(Default)]
pub struct Scope<'c> {
    variables: Vec<Variable<'c>>,
    slots: Slot,
    slots_max: Slot,
    /// The next local of the Java virtual machine, for messages.
    java_slot: u32,
    pub returns: ReturnType,
    /// Names of the functions around a lambda.
    taken: Vec<&'c str>,
}

/// A return type, `void` unless set.
#[derive(Clone, Copy)]
pub struct ReturnType(pub Type);

impl Default for ReturnType {
    fn default() -> Self {
        Self(Type::VOID)
    }
}

/// Where a block began.
pub struct Mark {
    variables: usize,
    slots: Slot,
    java_slot: u32,
}

impl<'c> Scope<'c> {
    pub fn function(returns: Type) -> Self {
        // Slot 0 of a Java method is `this`.
        Self { java_slot: 1, returns: ReturnType(returns), ..Self::default() }
    }

    /// The parameters are declared: next comes the counter of loop rounds.
    pub fn enter_body(&mut self) {
        self.java_slot += 1;
    }

    /// `ctx` and `params` take a local each where the script uses them.
    pub fn count_builtins(&mut self, used: FxHashSet<&str>) {
        let count = self.variables.iter().filter(|v| used.contains(v.name)).count();
        self.java_slot += 1 + count as u32;
    }

    pub fn find(&self, name: &str) -> Option<&Variable<'c>> {
        self.variables.iter().rev().find(|v| v.name == name)
    }

    pub fn reserve(&mut self) -> Slot {
        let slot = self.slots;
        self.slots += 1;
        self.slots_max = self.slots_max.max(self.slots);
        slot
    }

    /// Adds a variable; `None` when there are too many.
    pub fn add(&mut self, name: &'c str, ty: Type, receiver: Option<String>) -> Option<Slot> {
        if self.slots == Slot::MAX {
            return None;
        }
        let slot = self.reserve();
        let receiver = receiver.unwrap_or_else(|| format!("\"<local{}>\"", self.java_slot)).into();
        self.java_slot += if ty == Type::LONG || ty == Type::DOUBLE { 2 } else { 1 };
        self.variables.push(Variable { name, ty, place: Place::Slot(slot), read_only: false, receiver });
        Some(slot)
    }

    pub fn make_read_only(&mut self, name: &str) {
        if let Some(variable) = self.variables.iter_mut().rev().find(|v| v.name == name) {
            variable.read_only = true;
        }
    }

    /// `ctx` or `params`.
    pub fn add_builtin(&mut self, name: &'c str, slot: Option<Slot>) {
        let place = match (slot, name) {
            (Some(slot), _) => Place::Slot(slot),
            (None, "ctx") => Place::Ctx,
            (None, _) => Place::Params,
        };
        let receiver = format!("\"{name}\"").into();
        self.variables.push(Variable { name, ty: Type::MAP, place, read_only: false, receiver });
    }

    /// A variable of the function around a lambda, which the lambda may read.
    pub fn add_captured(&mut self, variable: &Variable<'c>) -> Option<Slot> {
        let slot = match variable.place {
            Place::Slot(_) => Some(self.reserve()),
            _ => None,
        };
        self.variables.push(Variable {
            name: variable.name,
            ty: variable.ty,
            place: slot.map_or(variable.place, Place::Slot),
            read_only: true,
            receiver: variable.receiver.clone(),
        });
        slot
    }

    /// Takes the names of the function around a lambda, so that none is declared again, without giving access to them.
    pub fn hide(&mut self, outer: &Scope<'c>) {
        self.taken.extend(outer.variables.iter().map(|v| v.name));
        self.taken.extend(outer.taken.iter().copied());
    }

    pub fn is_taken(&self, name: &str) -> bool {
        self.find(name).is_some() || self.taken.contains(&name)
    }

    /// How messages name the variable in a slot.
    pub fn receiver(&self, slot: Slot) -> Option<&str> {
        self.variables.iter().rev().find(|v| v.place == Place::Slot(slot)).map(|v| &*v.receiver)
    }

    pub fn mark(&self) -> Mark {
        Mark { variables: self.variables.len(), slots: self.slots, java_slot: self.java_slot }
    }

    pub fn release(&mut self, mark: &Mark) {
        self.variables.truncate(mark.variables);
        self.slots = mark.slots;
        self.java_slot = mark.java_slot;
    }

    /// How many slots the function needs.
    pub fn frame_len(&self) -> Slot {
        self.slots_max
    }
}
