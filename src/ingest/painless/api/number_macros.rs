//! How rows of constants and small functions on numbers are written.

/// A constant.
macro_rules! constant {
    ($variant:ident, $value:expr) => {
        |_, _| Ok(Val::$variant($value))
    };
}
pub(super) use constant;

/// A function of one `int` or `long`.
macro_rules! unary {
    ($from:ident => $to:ident, $function:expr) => {
        |_, args| match take(args)? {
            [Val::$from(n)] => Ok(Val::$to($function(n))),
            _ => Err(crate::ingest::painless::api::mismatch()),
        }
    };
}
pub(super) use unary;

/// A function of two numbers of one type.
macro_rules! binary {
    ($from:ident => $to:ident, $function:expr) => {
        |_, args| match take(args)? {
            [Val::$from(a), Val::$from(b)] => Ok(Val::$to($function(a, b))),
            _ => Err(crate::ingest::painless::api::mismatch()),
        }
    };
}
pub(super) use binary;
