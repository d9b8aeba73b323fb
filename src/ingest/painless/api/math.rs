//! `Math`.

use super::{Class, take};
use crate::ingest::painless::run::{Eval, Run};
use crate::ingest::painless::value::Val;

macro_rules! one {
    ($function:expr) => {
        |_, args| {
            let function: fn(f64) -> f64 = $function;
            Ok(Val::Double(function(number(args, 0))))
        }
    };
}

macro_rules! two {
    ($function:expr) => {
        |_, args| {
            let function: fn(f64, f64) -> f64 = $function;
            Ok(Val::Double(function(number(args, 0), number(args, 1))))
        }
    };
}

pub const MATH: Class = Class {
    name: "java.lang.Math",
    constants: &[
        ("double E", |_, _| Ok(Val::Double(std::f64::consts::E))),
        ("double PI", |_, _| Ok(Val::Double(std::f64::consts::PI))),
    ],
    statics: &[
        ("double IEEEremainder(double, double)", two!(ieee_remainder)),
        ("double abs(double)", one!(f64::abs)),
        ("double acos(double)", one!(f64::acos)),
        ("double asin(double)", one!(f64::asin)),
        ("double atan(double)", one!(f64::atan)),
        ("double atan2(double, double)", two!(f64::atan2)),
        ("double cbrt(double)", one!(f64::cbrt)),
        ("double ceil(double)", one!(f64::ceil)),
        ("double copySign(double, double)", two!(f64::copysign)),
        ("double cos(double)", one!(f64::cos)),
        ("double cosh(double)", one!(f64::cosh)),
        ("double exp(double)", one!(f64::exp)),
        ("double expm1(double)", one!(f64::exp_m1)),
        ("double floor(double)", one!(f64::floor)),
        ("double hypot(double, double)", two!(f64::hypot)),
        ("double log(double)", one!(f64::ln)),
        ("double log10(double)", one!(f64::log10)),
        ("double log1p(double)", one!(f64::ln_1p)),
        ("double max(double, double)", two!(java_max)),
        ("double min(double, double)", two!(java_min)),
        ("double nextDown(double)", one!(f64::next_down)),
        ("double nextUp(double)", one!(f64::next_up)),
        ("double pow(double, double)", two!(java_pow)),
        ("double random()", random),
        ("double rint(double)", one!(f64::round_ties_even)),
        ("long round(double)", round),
        ("double scalb(double, int)", scalb),
        ("double signum(double)", one!(|d| if d == 0.0 || d.is_nan() { d } else { d.signum() })),
        ("double sin(double)", one!(f64::sin)),
        ("double sinh(double)", one!(f64::sinh)),
        ("double sqrt(double)", one!(f64::sqrt)),
        ("double tan(double)", one!(f64::tan)),
        ("double tanh(double)", one!(f64::tanh)),
        ("double toDegrees(double)", one!(f64::to_degrees)),
        ("double toRadians(double)", one!(f64::to_radians)),
        ("double ulp(double)", one!(ulp)),
    ],
    ..Class::EMPTY
};

fn number(args: &[Val<'_>], index: usize) -> f64 {
    args.get(index).and_then(|v| v.to_f64()).unwrap_or(f64::NAN)
}

/// Java's `max` and `min` give NaN for NaN, and tell 0.0 from -0.0.
pub fn java_max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == b {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

pub fn java_min(a: f64, b: f64) -> f64 {
    -java_max(-a, -b)
}

/// Java has no power of ±1 to infinity or NaN.
fn java_pow(a: f64, b: f64) -> f64 {
    if b != 0.0 && (b.is_nan() || a.abs() == 1.0 && b.is_infinite()) { f64::NAN } else { a.powf(b) }
}

fn ieee_remainder(a: f64, b: f64) -> f64 {
    if b.is_infinite() && a.is_finite() {
        return a;
    }
    let quotient = (a / b).round_ties_even();
    let rest = a - b * quotient;
    if rest == 0.0 { rest.copysign(a) } else { rest }
}

fn ulp(d: f64) -> f64 {
    let d = d.abs();
    if d.is_finite() { d.next_up().min(f64::MAX) - if d == f64::MAX { d.next_down() } else { d } } else { d }
}

/// The document decides: two runs over the same document give the same number.
fn random<'a>(run: &mut Run<'_, 'a>, _: &[Val<'a>]) -> Eval<'a> {
    Ok(Val::Double(run.next_random()))
}

/// `Math.round(double)`: halves go up.
fn round<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [d] = take(args)?;
    let d = d.to_f64().unwrap_or(f64::NAN);
    let floor = d.floor();
    Ok(Val::Long((if d - floor >= 0.5 { floor + 1.0 } else { floor }) as i64))
}

fn scalb<'a>(_: &mut Run<'_, 'a>, args: &[Val<'a>]) -> Eval<'a> {
    let [d, exponent] = take(args)?;
    let exponent = exponent.to_i32().unwrap_or(0);
    Ok(Val::Double(d.to_f64().unwrap_or(f64::NAN) * 2.0_f64.powi(exponent)))
}
