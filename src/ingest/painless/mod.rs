//! Painless: Elasticsearch's script language, in ingest pipelines.
//!
//! A script is compiled once ([`Script::compile`]) and run over many documents ([`Script::run`], [`Script::test`]). On the way from
//! text to result: [`lexer`] and [`parser`] make a tree ([`ast`]); [`compile`] resolves names and types, checks what Elasticsearch checks,
//! and makes the form that runs ([`ir`], in a [`program::Program`]); [`eval`], [`exec`], [`access`] and [`call`] run it in a [`run::Run`]. What
//! scripts may call is the allow-list in [`api`].
//!
//! A run makes everything in the document's arena. Conditions of the usual kind (fields compared, tested, searched) make nothing at all.
//!
//! The language is described in Elastic's documentation; what it leaves open was asked of Elasticsearch 8.19.

mod access;
mod api;
mod ast;
mod call;
mod casts;
mod compile;
mod context;
mod equality;
mod error;
mod eval;
mod exec;
mod finish;
mod ir;
mod iterate;
mod jstring;
mod keys;
mod lexer;
mod metadata;
mod object;
mod ops;
mod params;
mod parse_expr;
mod parser;
mod program;
mod regex;
mod run;
mod stack;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod thrown;
mod time;
mod token;
mod types;
mod value;

pub use context::ScriptContext;
pub use error::CompileError;

use crate::config::Node;
use crate::document::Document;
use crate::ingest::Failure;
use program::Program;
use run::Run;
use value::Val;

/// A compiled script.
pub struct Script(Program);

impl Script {
    /// Compiles `source` for `context`; `params` is the option of that name.
    pub fn compile(source: &str, context: ScriptContext, params: Option<&Node>) -> Result<Self, CompileError> {
        compile::compile(source, context, params::Params::from_node(params)).map(Self)
    }

    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Runs a condition.
    pub fn test(&self, doc: &Document<'_>) -> Result<bool, Failure> {
        self.execute(doc, |_, val| Ok(matches!(val, Val::Bool(true))))
    }

    /// Runs a script that edits the document.
    pub fn run(&self, doc: &Document<'_>) -> Result<(), Failure> {
        self.execute(doc, |run, _| run.finish())
    }

    /// Runs a script that gives a value: the value, printed as Java does.
    pub fn render(&self, doc: &Document<'_>) -> Result<String, Failure> {
        self.execute(doc, |run, val| {
            let mut out = String::new();
            run.write_text(val, &mut out).map_err(thrown::Thrown::bare_failure)?;
            Ok(out)
        })
    }

    fn execute<'a, T>(
        &self,
        doc: &Document<'a>,
        finish: impl FnOnce(&mut Run<'_, 'a>, Val<'a>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut run = Run::new(&self.0, doc);
        match run.invoke(&self.0.main, &[]) {
            Ok(val) => finish(&mut run, val),
            Err(thrown) => {
                // What the script did before it failed stays done.
                run.finish()?;
                Err(thrown.into_failure(&self.0.source, &self.0.statements))
            }
        }
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Script").field(&self.0.source).finish()
    }
}
