//! Runs statements.

use super::casts;
use super::eval::Frame;
use super::ir::*;
use super::object::{Kind, Obj};
use super::run::{Eval, Run};
use super::thrown::Thrown;
use super::value::Val;

/// How a statement ends.
pub enum Flow<'a> {
    Next,
    Break,
    Continue,
    Return(Val<'a>),
}

type Step<'a> = Result<Flow<'a>, Thrown>;

/// Frames up to this size live on the stack.
const INLINE_SLOTS: usize = 8;

impl<'s, 'a> Run<'s, 'a> {
    /// Runs a function whose arguments have its parameters' types.
    pub fn invoke(&mut self, function: &'s Function, arguments: &[Val<'a>]) -> Eval<'a> {
        let slots = usize::from(function.slots);
        if slots <= INLINE_SLOTS {
            let mut locals = [Val::Null; INLINE_SLOTS];
            self.invoke_in(function, arguments, &mut locals)
        } else {
            self.invoke_in(function, arguments, &mut vec![Val::Null; slots])
        }
    }

    fn invoke_in(&mut self, function: &'s Function, arguments: &[Val<'a>], locals: &mut [Val<'a>]) -> Eval<'a> {
        locals.iter_mut().zip(arguments).for_each(|(slot, val)| *slot = *val);
        match self.block(&function.body, &mut Frame::new(locals))? {
            Flow::Return(val) => Ok(val),
            _ => Ok(super::eval::default_value(function.returns)),
        }
    }

    fn block(&mut self, block: &'s [Stmt], frame: &mut Frame<'_, 'a>) -> Step<'a> {
        for statement in block {
            match self.statement(statement, frame)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'s Stmt, frame: &mut Frame<'_, 'a>) -> Step<'a> {
        match statement {
            Stmt::Expr(expr) => self.eval(expr, frame).map(|_| Flow::Next),
            Stmt::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if self.test(condition, frame)? {
                        return self.block(body, frame);
                    }
                }
                self.block(otherwise, frame)
            }
            Stmt::Loop { condition, body, afterthought, test_first, at } => {
                self.run_loop(condition.as_ref(), body, afterthought.as_ref(), *test_first, *at, frame)
            }
            Stmt::ForEach(each) => self.for_each(each, frame),
            Stmt::Return(None) => Ok(Flow::Return(Val::Null)),
            Stmt::Return(Some(value)) => self.eval(value, frame).map(Flow::Return),
            Stmt::Break => Ok(Flow::Break),
            Stmt::Continue => Ok(Flow::Continue),
            Stmt::Throw(value, at) => {
                let val = self.eval(value, frame)?;
                Err(self.thrown(val).at(*at))
            }
            Stmt::Try(body, catches) => match self.block(body, frame) {
                Err(error) => self.catch(error, catches, frame),
                done => done,
            },
        }
    }

    /// Counts one round of a loop.
    fn round(&mut self, frame: &mut Frame<'_, 'a>, at: u32) -> Result<(), Thrown> {
        self.step().map_err(|e| e.at(at))?;
        frame.loops_left = frame.loops_left.saturating_sub(1);
        if frame.loops_left == 0 {
            return Err(loop_limit(at));
        }
        Ok(())
    }

    fn run_loop(
        &mut self,
        condition: Option<&'s Expr>,
        body: &'s [Stmt],
        afterthought: Option<&'s Expr>,
        test_first: bool,
        at: u32,
        frame: &mut Frame<'_, 'a>,
    ) -> Step<'a> {
        let mut test = test_first;
        loop {
            if let Some(condition) = condition
                && test
                && !self.test(condition, frame)?
            {
                return Ok(Flow::Next);
            }
            test = true;
            self.round(frame, at)?;
            match self.block(body, frame)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(val) => return Ok(Flow::Return(val)),
                Flow::Next | Flow::Continue => {}
            }
            if let Some(afterthought) = afterthought {
                self.eval(afterthought, frame)?;
            }
        }
    }

    fn for_each(&mut self, each: &'s ForEach, frame: &mut Frame<'_, 'a>) -> Step<'a> {
        let iterable = self.eval(&each.iterable, frame)?;
        if let Val::Obj(Obj { kind: Kind::Array { items, .. }, .. }) = iterable {
            for item in *items {
                match self.each(each, item.get(), frame)? {
                    Flow::Break => break,
                    Flow::Return(val) => return Ok(Flow::Return(val)),
                    _ => {}
                }
            }
            return Ok(Flow::Next);
        }
        let mut iter = self.iterator(iterable).map_err(|e| e.at(each.at))?;
        while iter.has_next() {
            let item = iter.next(self).map_err(|e| e.at(each.at))?;
            match self.each(each, item, frame)? {
                Flow::Break => break,
                Flow::Return(val) => return Ok(Flow::Return(val)),
                _ => {}
            }
        }
        Ok(Flow::Next)
    }

    fn each(&mut self, each: &'s ForEach, item: Val<'a>, frame: &mut Frame<'_, 'a>) -> Step<'a> {
        self.round(frame, each.at)?;
        let val = casts::cast(self, item, each.cast).map_err(|e| e.at(each.at))?;
        frame.set(each.slot, val);
        self.block(&each.body, frame)
    }

    /// The exception that `throw val` throws.
    fn thrown(&self, val: Val<'a>) -> Thrown {
        match val {
            Val::Obj(Obj { kind: Kind::Exception { class, message }, .. }) => {
                Thrown::with_message(*class, message.map(str::to_owned))
            }
            _ => Thrown::null_pointer("Cannot throw exception because \"null\" is null"),
        }
    }

    fn catch(&mut self, error: Thrown, catches: &'s [Catch], frame: &mut Frame<'_, 'a>) -> Step<'a> {
        let found = catches.iter().find(|c| error.is_catchable() && error.class().is_subclass_of(c.class));
        match found {
            None => Err(error),
            Some(catch) => {
                let message = error.message().map(|m| -> &'a str { self.arena.alloc_str(m) });
                let exception = self.object(Kind::Exception { class: error.class(), message });
                frame.set(catch.slot, exception);
                self.block(&catch.body, frame)
            }
        }
    }
}

#[cold]
fn loop_limit(at: u32) -> Thrown {
    Thrown::painless_error("The maximum number of statements that can be executed in a loop has been reached.").at(at)
}
