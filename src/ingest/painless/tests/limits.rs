//! Scripts that do too much, and scripts that are no scripts: an error, never a panic or a hang.

use super::*;
use proptest::prelude::*;

#[test]
fn what_never_ends_ends_in_an_error() {
    let loops = "painless_error: The maximum number of statements that can be executed in a loop has been reached.";
    check(&[
        ("for (;;) { }", loops),
        ("def x = 0; while (true) { x++ } ", loops),
        ("def f(def x) { return f(x) } f(1)", "stack_overflow_error: "),
        ("def f(def x) { [1].forEach(y -> f(y)); return 1 } f(1)", "stack_overflow_error: "),
        ("def l = []; l.add(l); return l.hashCode()", "stack_overflow_error: "),
        (
            "def f() { for (int i = 0; i < 900000; i++) { } return 1 } for (int j = 0; j < 1000; j++) { f() }",
            "painless_error: The script has done more than it may: too many loop iterations and calls.",
        ),
        (
            "def s = 'abcdefgh'; for (int i = 0; i < 60; i++) { s = s + s } return s.length()",
            "out_of_memory_error: The script has made more data than it may.",
        ),
        ("return new int[2000000000]", "out_of_memory_error: The script has made more data than it may."),
    ]);
}

#[test]
fn errors_point_at_their_place() {
    let error = Script::compile("int a = 1;\n  foo(a);", ScriptContext::Ingest, None).unwrap_err();
    assert_eq!(error.line_column(), Some((2, 3)));
    assert_eq!(
        error.to_string(),
        "Unknown call [foo] with [1] arguments. (line 2, column 3 of the script)\n    foo(a);\n    ^"
    );
    assert_eq!(error.script_stack(), ["int a = 1;\n  foo(a);", "             ^---- HERE"]);

    let source = "def f(def x) {\n  return x.foo\n}\ndef g(def y) { return f(y) }\nctx.a = 1; ctx.b = g(1); return;";
    let script = Script::compile(source, ScriptContext::Ingest, None).unwrap();
    let arena = Arena::new();
    let root = crate::document::Object::new_in(&arena);
    let failure = script.run(&Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH)).unwrap_err();
    let place = failure.script.unwrap();
    assert_eq!(place.stack, ["return x.foo\n}\ndef g(def y) { ", "        ^---- HERE"]);
    assert_eq!((place.offset, place.start, place.end), (25, 17, 47));
    assert_eq!(place.script, "def f(def x) { ...");
}

proptest! {
    #[test]
    fn any_text_compiles_or_is_refused(source in "\\PC{0,60}") {
        let _ = Script::compile(&source, ScriptContext::Ingest, None);
    }

    #[test]
    fn pieces_of_scripts_run_or_fail(pieces in proptest::collection::vec(piece(), 1..14)) {
        let source = pieces.join(" ");
        for context in [ScriptContext::Ingest, ScriptContext::Condition, ScriptContext::Test] {
            let _ = outcome(&source, context, r#"{"a":{"b":[1,"x",null]},"s":"é😀z","n":1.5}"#, Some("p: [1, {q: x}]"));
        }
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "ctx",
        ".a",
        ".b",
        "?.s",
        "['n']",
        "[0]",
        "[-1]",
        "(",
        ")",
        "{",
        "}",
        ";",
        ",",
        "=",
        "+=",
        "++",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<<",
        ">>>",
        "&",
        "|",
        "^",
        "~",
        "!",
        "==",
        "!=",
        "<",
        "&&",
        "||",
        "?",
        ":",
        "?:",
        "->",
        "::",
        "def x",
        "x",
        "int i",
        "i",
        "String s = 'é😀'",
        "s",
        "[1, 2]",
        "['a': 1]",
        "[:]",
        "1",
        "2L",
        "1.5",
        "'abc'",
        "null",
        "true",
        "/b+/",
        "=~",
        "==~",
        "instanceof",
        "List",
        "if (true)",
        "else",
        "for (y in [1])",
        "while (x)",
        "return",
        "break",
        "throw",
        "new",
        "ArrayList()",
        "(int)",
        "(String)",
        "(def)",
        ".length()",
        ".contains('a')",
        ".substring(1)",
        ".add(x)",
        ".remove(0)",
        ".forEach(y -> y)",
        ".put('k', x)",
        "try {",
        "} catch (Exception e) {",
        "int f(def p) {",
        "f(1)",
        "this::f",
        "params",
        ".p",
        "Math.max(1, 2)",
        ".entrySet()",
        ".sort(null)",
        ".keySet()",
    ])
}
