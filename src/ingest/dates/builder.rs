//! Puts [`Op`]s together: neighbouring numbers, padding, optional sections (`DateTimeFormatterBuilder`).

use super::op::{Number, NumberForm, Op};

/// Optional sections inside one another: a bound for the recursion over them.
pub(super) const OPTIONAL_DEPTH_MAX: usize = 64;

#[derive(Default)]
struct Section {
    ops: Vec<Op>,
    /// The number that the digits of neighbouring numbers are taken from.
    open_number: Option<usize>,
    /// The width that the next op is to be filled up to.
    pad: Option<u32>,
}

#[derive(Default)]
pub(super) struct Builder {
    done: Vec<Section>,
    active: Section,
}

impl Builder {
    pub fn push(&mut self, op: Op) {
        let op = match self.active.pad.take() {
            Some(width) => Op::Pad { width, op: Box::new(op) },
            None => op,
        };
        self.active.ops.push(op);
        self.active.open_number = None;
    }

    /// A number. One of fixed width right behind others takes its digits from the first of them; one of any width ends that.
    pub fn push_number(&mut self, number: Number) -> Result<(), String> {
        let open = self.active.open_number;
        let fixed = number.is_fixed();
        if matches!(open.and_then(|i| self.active.ops.get(i)), Some(Op::Pad { .. })) {
            return Err("a number cannot follow a padded one at once".into());
        }
        if let Some(Op::Number(base)) = open.and_then(|i| self.active.ops.get_mut(i)) {
            base.following_digits = if fixed { base.following_digits + number.max_width } else { 0 };
        }
        self.push(Op::Number(number));
        self.active.open_number = if open.is_some() && fixed { open } else { Some(self.active.ops.len() - 1) };
        Ok(())
    }

    /// A fraction: a neighbour of numbers where its width is fixed and it has no point of its own.
    pub fn push_fraction(&mut self, number: Number) -> Result<(), String> {
        if number.min_width == number.max_width && number.form == (NumberForm::Fraction { point: false }) {
            return self.push_number(number);
        }
        self.push(Op::Number(number));
        Ok(())
    }

    pub fn pad(&mut self, width: u32) {
        self.active.pad = Some(width);
        self.active.open_number = None;
    }

    pub fn start_optional(&mut self) -> Result<(), String> {
        if self.done.len() >= OPTIONAL_DEPTH_MAX {
            return Err(format!("more than {OPTIONAL_DEPTH_MAX} optional sections inside one another"));
        }
        self.active.open_number = None;
        self.done.push(std::mem::take(&mut self.active));
        Ok(())
    }

    /// Ends an optional section; `false` where none began.
    pub fn end_optional(&mut self) -> bool {
        let Some(parent) = self.done.pop() else { return false };
        let section = std::mem::replace(&mut self.active, parent);
        if !section.ops.is_empty() {
            self.push(Op::Group { optional: true, ops: section.ops.into() });
        }
        true
    }

    /// All ops; sections still open end here.
    pub fn finish(mut self) -> Box<[Op]> {
        while self.end_optional() {}
        self.active.ops.into()
    }
}
