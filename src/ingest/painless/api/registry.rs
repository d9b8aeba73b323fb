//! The tables of the API made searchable: members by name and number of parameters, inherited ones included.

use super::{CLASSES, Class, ClassId, FunctionInfo, MethodInfo, MethodKind, Native};
use crate::ingest::painless::types::{Base, Type};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::build);

impl ClassId {
    pub fn class(self) -> &'static Class {
        CLASSES[self as usize].1
    }

    fn info(self) -> &'static ClassInfo {
        &REGISTRY.classes[self as usize]
    }

    /// The class that a script means by `name`, simple or full.
    pub fn find(name: &str) -> Option<Self> {
        REGISTRY.names.get(name).copied()
    }

    pub fn all() -> impl Iterator<Item = Self> {
        CLASSES.iter().map(|(id, _)| *id)
    }

    /// Whether it is `other` or descends from it.
    pub fn is_subclass_of(self, other: Self) -> bool {
        let bit = other as usize;
        self.info().ancestors.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    pub fn method(self, name: &str, arity: usize) -> Option<&'static MethodInfo> {
        // Keys borrow from the table, so look-ups by other text go through its own name.
        self.info().methods.get(&(intern(name)?, arity)).map(|i| &REGISTRY.methods[*i])
    }

    pub fn static_method(self, name: &str, arity: usize) -> Option<&'static MethodInfo> {
        self.info().statics.get(&(intern(name)?, arity)).map(|i| &REGISTRY.methods[*i])
    }

    pub fn constructor(self, arity: usize) -> Option<&'static MethodInfo> {
        self.info().constructors.get(&arity).map(|i| &REGISTRY.methods[*i])
    }

    pub fn constant(self, name: &str) -> Option<&'static MethodInfo> {
        self.info().constants.get(name).map(|i| &REGISTRY.methods[*i])
    }

    pub fn getter(self, property: &str) -> Option<&'static MethodInfo> {
        self.info().getters.get(property).map(|i| &REGISTRY.methods[*i])
    }

    pub fn setter(self, property: &str) -> Option<&'static MethodInfo> {
        self.info().setters.get(property).map(|i| &REGISTRY.methods[*i])
    }

    pub fn function(self) -> Option<&'static FunctionInfo> {
        self.info().function.as_ref()
    }

    /// `NullPointerException` → `null_pointer_exception`.
    pub fn exception_name(self) -> &'static str {
        &self.info().exception_name
    }

    /// `java.util.Map$Entry`.
    pub fn binary_name(self) -> &'static str {
        &self.info().binary_name
    }
}

impl Registry {
    fn build() -> Self {
        let mut names = FxHashMap::default();
        for (id, class) in CLASSES.iter().filter(|(_, class)| !class.hidden) {
            names.insert(class.name, *id);
            names.insert(simple_name(class.name), *id);
        }
        let mut registry = Self { methods: Vec::new(), classes: Vec::new(), names };
        let own: Vec<ClassInfo> = CLASSES.iter().map(|(id, class)| registry.own_members(*id, class)).collect();
        for (id, _) in CLASSES {
            let ancestors = ancestors_of(*id);
            let mut info = ClassInfo { ancestors: vec![0; CLASSES.len().div_ceil(64)], ..ClassInfo::default() };
            for ancestor in &ancestors {
                let bit = *ancestor as usize;
                info.ancestors[bit / 64] |= 1 << (bit % 64);
                let members = &own[bit];
                // Nearest first: what a subclass has already is not replaced.
                members.methods.iter().for_each(|(k, v)| _ = info.methods.entry(*k).or_insert(*v));
                members.getters.iter().for_each(|(k, v)| _ = info.getters.entry(k.clone()).or_insert(*v));
                members.setters.iter().for_each(|(k, v)| _ = info.setters.entry(k.clone()).or_insert(*v));
            }
            registry.classes.push(info);
        }
        for (info, own) in registry.classes.iter_mut().zip(own) {
            info.statics = own.statics;
            info.constructors = own.constructors;
            info.constants = own.constants;
            info.function = own.function;
            info.exception_name = own.exception_name;
            info.binary_name = own.binary_name;
        }
        registry
    }

    fn own_members(&mut self, id: ClassId, class: &'static Class) -> ClassInfo {
        let mut info = ClassInfo {
            exception_name: snake_case(simple_name(class.name)),
            binary_name: binary_name(class.name),
            ..ClassInfo::default()
        };
        for (signature, native) in class.methods {
            let (index, name, arity) = self.add(id, signature, *native, MethodKind::Instance);
            info.methods.insert((name, arity), index);
            let property = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(decapitalize);
            if arity == 0
                && let Some(property) = property("get").or_else(|| property("is"))
            {
                info.getters.insert(property, index);
            }
            if arity == 1
                && let Some(property) = property("set")
            {
                info.setters.insert(property, index);
            }
        }
        for (signature, native) in class.statics {
            let (index, name, arity) = self.add(id, signature, *native, MethodKind::Static);
            info.statics.insert((name, arity), index);
        }
        for (signature, native) in class.constructors {
            let (index, _, arity) = self.add(id, signature, *native, MethodKind::Constructor);
            info.constructors.insert(arity, index);
        }
        for (signature, native) in class.constants {
            let (index, name, _) = self.add(id, signature, *native, MethodKind::Constant);
            info.constants.insert(name, index);
        }
        info.function = class.function.map(|signature| {
            let (name, parameters, returns) = self.parse(id, signature);
            FunctionInfo { name, parameters, returns }
        });
        info
    }

    fn add(
        &mut self,
        class: ClassId,
        signature: &'static str,
        native: Native,
        kind: MethodKind,
    ) -> (usize, &'static str, usize) {
        let (name, parameters, returns) = self.parse(class, signature);
        let arity = parameters.len();
        self.methods.push(MethodInfo { name, parameters, returns, native, class, kind });
        (self.methods.len() - 1, name, arity)
    }

    /// `boolean startsWith(String, int)` in its parts. A constructor's signature has parameters only and returns its class.
    fn parse(&self, class: ClassId, signature: &'static str) -> (&'static str, Box<[Type]>, Type) {
        let (head, rest) = signature.split_once('(').unwrap_or((signature, ")"));
        let parameters = rest.trim_end_matches(')').split(',').map(str::trim).filter(|p| !p.is_empty());
        let parameters = parameters.map(|p| self.type_of(p)).collect();
        match head.rsplit_once(' ') {
            Some((returns, name)) => (name, parameters, self.type_of(returns)),
            None => ("<init>", parameters, Type::class(class)),
        }
    }

    fn type_of(&self, text: &str) -> Type {
        let name = text.trim_end_matches("[]");
        let dims = ((text.len() - name.len()) / 2) as u8;
        let base = base_type(name).or_else(|| self.names.get(name).map(|id| Base::Class(*id)));
        debug_assert!(base.is_some(), "unknown type {name} in a signature");
        Type { base: base.unwrap_or(Base::Def), dims }
    }
}

#[derive(Default)]
struct ClassInfo {
    /// Bit `n`: the class is, or descends from, class `n`.
    ancestors: Vec<u64>,
    methods: FxHashMap<(&'static str, usize), usize>,
    statics: FxHashMap<(&'static str, usize), usize>,
    constructors: FxHashMap<usize, usize>,
    constants: FxHashMap<&'static str, usize>,
    getters: FxHashMap<String, usize>,
    setters: FxHashMap<String, usize>,
    function: Option<FunctionInfo>,
    /// `null_pointer_exception`.
    exception_name: String,
    /// `java.util.Map$Entry`.
    binary_name: String,
}

struct Registry {
    methods: Vec<MethodInfo>,
    classes: Vec<ClassInfo>,
    /// Simple and full names.
    names: FxHashMap<&'static str, ClassId>,
}

/// The method name of the tables that equals `name`.
fn intern(name: &str) -> Option<&'static str> {
    static NAMES: LazyLock<FxHashMap<&'static str, ()>> =
        LazyLock::new(|| REGISTRY.methods.iter().map(|m| (m.name, ())).collect());
    NAMES.get_key_value(name).map(|(name, ())| *name)
}

/// All methods of that name and number of parameters, with the class that objects must descend from: how a call on a `def`
/// finds its method. Concrete classes only, each once.
pub fn dynamic_methods(name: &str, arity: usize) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.method(name, arity).map(|m| (id, m))).collect()
}

pub fn dynamic_getters(property: &str) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.getter(property).map(|m| (id, m))).collect()
}

pub fn dynamic_setters(property: &str) -> Box<[(ClassId, &'static MethodInfo)]> {
    ClassId::all().filter_map(|id| id.setter(property).map(|m| (id, m))).collect()
}

/// `def`, `void` and the primitive types by name.
pub fn base_type(name: &str) -> Option<Base> {
    Some(match name {
        "void" => Base::Void,
        "def" => Base::Def,
        "boolean" => Base::Boolean,
        "byte" => Base::Byte,
        "short" => Base::Short,
        "char" => Base::Char,
        "int" => Base::Int,
        "long" => Base::Long,
        "float" => Base::Float,
        "double" => Base::Double,
        _ => return None,
    })
}

/// The class and what it descends from, nearest first, `Object` last.
fn ancestors_of(id: ClassId) -> Vec<ClassId> {
    let mut found = vec![id];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        for parent in id.class().extends {
            if !found.contains(parent) {
                found.push(*parent);
            }
        }
        next += 1;
    }
    if !found.contains(&ClassId::Object) {
        found.push(ClassId::Object);
    }
    found
}

/// `java.util.Map.Entry` → `Map.Entry`: from the first part that begins in upper case.
fn simple_name(name: &str) -> &str {
    let mut start = 0;
    for part in name.split('.') {
        if part.starts_with(|c: char| c.is_ascii_uppercase()) {
            return &name[start..];
        }
        start += part.len() + 1;
    }
    name
}

fn binary_name(name: &str) -> String {
    let simple = simple_name(name);
    format!("{}{}", &name[..name.len() - simple.len()], simple.replace('.', "$"))
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn decapitalize(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_table_is_sound() {
        for id in ClassId::all() {
            let class = id.class();
            assert_eq!(CLASSES[id as usize].0, id);
            let mut seen = std::collections::HashSet::new();
            for (signature, _) in class.methods.iter().chain(class.statics) {
                let (head, rest) = signature.split_once('(').expect(signature);
                let name = head.rsplit_once(' ').expect(signature).1;
                let arity = rest.trim_end_matches(')').split(',').filter(|p| !p.trim().is_empty()).count();
                let is_static = class.statics.iter().any(|(s, _)| s == signature);
                assert!(seen.insert((name, arity, is_static)), "{} has {name}/{arity} twice", class.name);
            }
        }
        assert_eq!(simple_name("java.util.Map.Entry"), "Map.Entry");
        assert_eq!(ClassId::MapEntry.binary_name(), "java.util.Map$Entry");
        assert_eq!(ClassId::NullPointerException.exception_name(), "null_pointer_exception");
        assert!(ClassId::ArrayList.is_subclass_of(ClassId::Iterable));
        assert!(!ClassId::List.is_subclass_of(ClassId::ArrayList));
    }
}
