//! Integers beyond 64 bits, as documents have them.

use super::*;

/// The operators know no `BigInteger`: it is cut to the kind of the number beside it, and to `int` beside its like.
#[test]
fn integers_of_more_than_64_bits() {
    const DOCUMENT: &str = r#"{"a": 18446744073709551617, "c": 36893488147419103233, "d": 99999999999999999999, "b": 1, "s": "x", "l": 5000000000, "f": 1.5}"#;
    for (script, expected) in [
        ("ctx.r = ctx.a == 1", "true"),
        ("ctx.r = 1 == ctx.a", "true"),
        ("ctx.r = ctx.a == 1L", "true"),
        ("ctx.r = ctx.a == 1.0", "false"),
        ("ctx.r = ctx.a == 18446744073709551616.0", "true"),
        ("ctx.r = ctx.a == ctx.a", "true"),
        ("ctx.r = ctx.a == ctx.b", "true"),
        ("ctx.r = ctx.a == ctx.c", "false"),
        ("ctx.r = ctx.a == (char)1", "true"),
        ("ctx.r = ctx.a + 'x'", "18446744073709551617x"),
        ("ctx.r = 'x' + ctx.a", "x18446744073709551617"),
        (
            "ctx.r = ctx.a - ctx.s",
            "class_cast_exception: Cannot apply [-] operation to types [java.math.BigInteger] and [java.lang.String].",
        ),
        (
            "ctx.r = ctx.a > ctx.s",
            "class_cast_exception: Cannot apply [>] operation to types [java.math.BigInteger] and [java.lang.String].",
        ),
        ("ctx.r = ctx.a + ctx.l", "5000000001"),
        ("ctx.r = ctx.a * ctx.f", "2.7670116110564327E19"),
        ("ctx.r = ctx.a + (float)1", "1.8446744E19"),
        ("ctx.r = ctx.a + (char)65", "66"),
        ("ctx.r = (char)65 + ctx.a", "66"),
        (
            "ctx.r = ctx.a + true",
            "class_cast_exception: Cannot apply [+] operation to types [java.math.BigInteger] and [java.lang.Boolean].",
        ),
        ("ctx.r = ctx.a / 0", "arithmetic_exception: / by zero"),
        ("ctx.r = ctx.a % 7", "1"),
        ("ctx.r = ctx.a * ctx.a", "1"),
        ("ctx.r = ctx.a + (byte)1", "2"),
        ("ctx.r = ctx.a == 'x'", "false"),
        ("ctx.r = ctx.a == true", "false"),
        ("ctx.r = ctx.a == null", "false"),
        ("ctx.r = ctx.a <= ctx.a", "true"),
        ("ctx.r = 1 - ctx.a", "0"),
        ("ctx.r = ctx.l % ctx.a", "0"),
        ("ctx.r = ctx.a > 1", "false"),
        ("ctx.r = ctx.d > 1", "true"),
        ("ctx.r = ctx.d + 1", "1661992960"),
        ("ctx.r = -ctx.d < 1", "class_cast_exception: Cannot apply [-] operation to type [java.math.BigInteger]."),
        ("ctx.r = ctx.a >> 1", "class_cast_exception: Cannot convert [java.math.BigInteger] to an integral value."),
        ("ctx.r = 1 << ctx.a", "class_cast_exception: Cannot cast java.math.BigInteger to java.lang.Long"),
        ("ctx.r = ctx.a & 1", "class_cast_exception: Cannot convert [java.math.BigInteger] to an integral value."),
        ("ctx.r = (int)ctx.a", "class_cast_exception: cannot explicitly cast def [java.math.BigInteger] to int"),
        ("ctx.r = (double)ctx.a", "class_cast_exception: cannot explicitly cast def [java.math.BigInteger] to byte"),
        (
            "ctx.r = Math.abs(ctx.a)",
            "class_cast_exception: cannot implicitly cast def [java.math.BigInteger] to double",
        ),
        ("ctx.f *= ctx.a; ctx.r = ctx.f", "2.7670116110564327E19"),
        ("ctx.s += ctx.a; ctx.r = ctx.s", "x18446744073709551617"),
        ("ctx.a += 's'", "class_cast_exception: cannot implicitly cast def [java.math.BigInteger] to java.lang.String"),
        ("ctx.a *= 2.0", "class_cast_exception: Cannot cast java.lang.Double to java.math.BigInteger"),
        ("def q = ctx.a; q++", "class_cast_exception: Cannot cast java.lang.Integer to java.math.BigInteger"),
        ("int q = 1; q += ctx.a; ctx.r = q", "2"),
        ("ctx.l += ctx.a; ctx.r = ctx.l", "5000000001"),
        ("ctx.a += ctx.c", "class_cast_exception: Cannot cast java.lang.Integer to java.math.BigInteger"),
        ("ctx.a += ctx.s", "class_cast_exception: Cannot cast java.lang.String to java.math.BigInteger"),
        ("def q = ctx.a; q /= 0", "arithmetic_exception: / by zero"),
        ("def q = ctx.a; q <<= 1", "class_cast_exception: Cannot convert [java.math.BigInteger] to an integral value."),
    ] {
        let outcome = outcome(
            &format!("{script}; def r = ctx.r; ctx.clear(); ctx.r = '' + r"),
            ScriptContext::Ingest,
            DOCUMENT,
            None,
        );
        let shown = outcome.strip_prefix(r#"{"r":""#).and_then(|text| text.strip_suffix(r#""}"#)).unwrap_or(&outcome);
        assert_eq!(shown, expected, "{script}");
    }
}
