//! A compiled script.

use super::ScriptContext;
use super::api::time::formatters::FormatterCache;
use super::ir::Function;
use super::params::Params;
use crate::ingest::java_regex::JavaRegex;

pub struct Program {
    pub source: Box<str>,
    pub context: ScriptContext,
    pub texts: Box<[Box<str>]>,
    pub regexes: Box<[JavaRegex]>,
    /// Functions and lambdas.
    pub functions: Box<[Function]>,
    pub main: Function,
    pub params: Params,
    pub formatters: FormatterCache,
    /// Offsets at which statements begin, in order: what errors show lies between two of them.
    pub statements: Box<[u32]>,
}

impl Program {
    pub fn text(&self, index: u32) -> &str {
        self.texts.get(index as usize).map_or("", |t| t)
    }

    pub fn regex(&self, index: u32) -> Option<&JavaRegex> {
        self.regexes.get(index as usize)
    }

    pub fn regex_source(&self, index: u32) -> &str {
        self.regex(index).map_or("", JavaRegex::pattern)
    }

    pub fn function(&self, index: u32) -> Option<&Function> {
        self.functions.get(index as usize)
    }

    /// Whether the document may not be changed.
    pub fn is_read_only(&self) -> bool {
        self.context == ScriptContext::Condition
    }
}
