//! What a property, an item or a method of a `def` gives, where another type is needed: the node's call sites convert it by the rules of
//! Java's method handles, whose complaints are not those of a cast of a variable.

use super::*;

#[test]
fn results_become_other_types() {
    const DOCUMENT: &str =
        r#"{"a": {"i": 5, "l": 5000000000, "f": 1.5, "s": "x", "t": true, "list": [5, "x"]}, "n": 7}"#;
    const IS_NO_NUMBER: &str = "class_cast_exception: class java.lang.String cannot be cast to class java.lang.Number \
                                (java.lang.String and java.lang.Number are in module java.base of loader 'bootstrap')";
    const NO_INT: &str = "null_pointer_exception: Cannot invoke \"java.lang.Number.intValue()\" because the return value of \
                          \"sun.invoke.util.ValueConversions.primitiveConversion(sun.invoke.util.Wrapper, Object, boolean)\" is null";
    for (script, expected) in [
        ("long r = ctx.a.i; ctx.r = r", "5"),
        ("double r = ctx.a.l; ctx.r = r", "5.0E9"),
        ("int r = ctx.a.l", "class_cast_exception: Cannot cast java.lang.Long to java.lang.Integer"),
        ("int r = ctx.a.f", "class_cast_exception: Cannot cast java.lang.Double to java.lang.Integer"),
        ("int r = ctx.a.s", IS_NO_NUMBER),
        ("boolean r = ctx.a.s", IS_NO_NUMBER),
        ("boolean r = ctx.a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Boolean"),
        ("boolean r = ctx.a.none", NO_INT),
        ("char r = ctx.a.none", NO_INT),
        ("String r = ctx.a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.String"),
        ("List r = ctx.a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.util.List"),
        ("Map r = ctx.a.list", "class_cast_exception: Cannot cast java.util.ArrayList to java.util.Map"),
        ("Boolean r = ctx.a.none; ctx.r = r == null", "true"),
        // Boxes do not widen.
        ("Long r = ctx.a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        ("Long r = (ctx.a.i)", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        ("Long r = true ? ctx.a.i : ctx.a.l", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        ("Long r = ctx.a.list[0]", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        ("Long r = ctx.a.get('i')", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        ("def a = ctx.a; Long r = a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long"),
        (
            "Long f(def x) { return x.i } ctx.r = f(ctx.a)",
            "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Long",
        ),
        // Conditions and arguments are such places too.
        ("if (ctx.a.i) { ctx.r = 1 }", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Boolean"),
        ("ctx.r = !ctx.a.s", IS_NO_NUMBER),
        ("ctx.r = ctx.a.s || true", IS_NO_NUMBER),
        (
            "ctx.r = 'abc'.contains(ctx.a.i)",
            "class_cast_exception: Cannot cast java.lang.Integer to java.lang.CharSequence",
        ),
        ("ctx.r = 'abc'.substring(ctx.a.list[1])", IS_NO_NUMBER),
        (
            "ctx.r = Integer.parseInt(ctx.a.i)",
            "class_cast_exception: Cannot cast java.lang.Integer to java.lang.String",
        ),
        (
            "if (ctx.n == 7) { throw ctx.a.i }",
            "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Exception",
        ),
        // A member of a map whose type is known, a null-safe step, a variable and a written cast are cast as ever.
        ("int r = ctx.a", "class_cast_exception: cannot implicitly cast def [java.util.HashMap] to int"),
        ("Long r = ctx.a?.i; ctx.r = r", "5"),
        ("def x = ctx.a.i; Long r = x; ctx.r = r", "5"),
        ("int r = (int) ctx.a.l; ctx.r = r", "705032704"),
        ("String r = (String) ctx.a.i", "class_cast_exception: cannot explicitly cast def [int] to java.lang.String"),
    ] {
        let outcome = outcome(
            &format!(
                "{script}{} def shown = ctx.r; ctx.clear(); ctx.r = '' + shown",
                if script.ends_with('}') { "" } else { ";" }
            ),
            ScriptContext::Ingest,
            DOCUMENT,
            None,
        );
        let shown = outcome.strip_prefix(r#"{"r":""#).and_then(|text| text.strip_suffix(r#""}"#)).unwrap_or(&outcome);
        assert_eq!(shown, expected, "{script}");
    }
}

#[test]
fn the_last_expression_is_cast_apart() {
    check_conditions(
        r#"{"a": {"i": 5}}"#,
        &[
            ("ctx.a.i", "class_cast_exception: cannot cast def [int] to boolean"),
            ("(ctx.a.i)", "class_cast_exception: cannot cast def [int] to boolean"),
            ("return ctx.a.i", "class_cast_exception: Cannot cast java.lang.Integer to java.lang.Boolean"),
            ("boolean b(def x) { x.i } b(ctx.a)", "class_cast_exception: cannot cast def [int] to boolean"),
            ("ctx.a.i =~ /x/", "class_cast_exception: cannot implicitly cast def [int] to java.lang.String"),
        ],
    );
}

#[test]
fn metadata_comes_after_the_source() {
    check_edits(
        r#"{"a": 1, "b": "x"}"#,
        &[
            ("for (e in ctx.keySet()) { if (e == 'b') { ctx.r = 1 } }", r#"{"a":1,"b":"x","r":1}"#),
            ("for (e in ctx.keySet()) { if (e == 'a') { ctx.r = 1 } }", "concurrent_modification_exception: "),
            ("for (e in ctx.entrySet()) { if (e.getKey() == '_index') { ctx.r = 1 } }", r#"{"a":1,"b":"x","r":1}"#),
        ],
    );
}
