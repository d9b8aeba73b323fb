//! Conditions: the document is there to be read.

use super::*;

#[test]
fn conditions() {
    check_conditions(
        r#"{"m": {"a": 1}, "l": [1, 2], "s": "abc", "n": 1, "nul": null, "bool": true}"#,
        &[
            ("ctx.a == 1", "false"),
            ("ctx.a", r#"null_pointer_exception: Cannot invoke "Object.getClass()" because "value" is null"#),
            (
                "ctx.a = 1",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            ("ctx.a != null", "false"),
            ("if (ctx.a == null) return true", "true"),
            ("if (ctx.a == null) { return true } ", "true"),
            ("int x = 1;", "false"),
            ("return 1", "compile class_cast_exception: Cannot cast from [int] to [boolean]."),
            ("1", "compile class_cast_exception: Cannot cast from [int] to [boolean]."),
            ("return", "compile class_cast_exception: cannot cast from [boolean] to [void]"),
            ("ctx.b.c == 1", "null_pointer_exception: cannot access method/field [c] from a null def reference"),
            (
                "ctx.put('a', 1)",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.m.put('a', 1)",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.l.add(1)",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.m.a = 1; return true",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.l.removeIf(x -> x == 1)",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            ("def m = [:]; m.a = 1; return true", "true"),
            ("ctx.m.toString() == 'x'", "false"),
            (
                "ctx.l.foo()",
                "illegal_argument_exception: dynamic method [org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestList, foo/0] not found",
            ),
            (
                "ctx.m.foo()",
                "illegal_argument_exception: dynamic method [org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestData, foo/0] not found",
            ),
            ("ctx.foo()", "compile illegal_argument_exception: member method [java.util.Map, foo/0] not found"),
            ("ctx.l.contains(1)", "true"),
            ("ctx.m instanceof Map", "true"),
            ("ctx.l instanceof List", "true"),
            ("ctx.l instanceof ArrayList", "false"),
            ("ctx.m instanceof HashMap", "false"),
            ("ctx.s.length() > 2", "true"),
            (
                "ctx.s > 2",
                "class_cast_exception: Cannot apply [>] operation to types [java.lang.String] and [java.lang.Integer].",
            ),
            (
                "ctx.s > 'a'",
                "class_cast_exception: Cannot apply [>] operation to types [java.lang.String] and [java.lang.String].",
            ),
            ("ctx.n > 2", "false"),
            ("ctx.s == 2", "false"),
            ("ctx.n == '1'", "false"),
            ("ctx.n =~ /a/", "class_cast_exception: cannot implicitly cast def [int] to java.lang.String"),
            ("ctx.s =~ /a/", "true"),
            ("ctx.s ==~ /abc/", "true"),
            (
                "ctx.nul =~ /a/",
                r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "this.wrapped" is null"#,
            ),
            (
                "ctx.s.contains(ctx.nul)",
                r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.toString()" because "s" is null"#,
            ),
            ("ctx.s.contains('a') ? true : false", "true"),
            ("ctx.l.length == 2", "true"),
            (
                "ctx.l.length() == 2",
                "illegal_argument_exception: dynamic method [org.elasticsearch.ingest.ConditionalProcessor.UnmodifiableIngestList, length/0] not found",
            ),
            ("ctx.l.size == 2", "illegal_argument_exception: Illegal list shortcut value [size]."),
            ("ctx.s.size() == 2", "illegal_argument_exception: dynamic method [java.lang.String, size/0] not found"),
            ("ctx.s.length == 3", "illegal_argument_exception: dynamic getter [java.lang.String, length] not found"),
            (
                "ctx.m.entrySet().iterator().next().setValue(2)",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.m.clear()",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            (
                "ctx.l.iterator().remove()",
                "unsupported_operation_exception: Mutating ingest documents in conditionals is not supported",
            ),
            ("params.a == 1", "false"),
            ("ctx.x?.y?.z == null", "true"),
            ("!ctx.containsKey('x')", "true"),
            ("ctx?.a?.b == null && ctx.s == 'abc'", "true"),
            ("ctx.l[0] == 1 && ctx.l[5] == 2", "index_out_of_bounds_exception: Index 5 out of bounds for length 2"),
            (
                "ctx.m['a']['b'] == 1",
                "illegal_argument_exception: Attempting to address a non-array-like type [java.lang.Integer] as an array.",
            ),
            ("ctx.n / 0 == 1", "arithmetic_exception: / by zero"),
            ("(ctx.s ?: '').length() > 0", "true"),
            ("ctx.bool", "true"),
            ("ctx.s", "class_cast_exception: cannot cast def [java.lang.String] to boolean"),
            ("!ctx.s", "class_cast_exception: cannot cast def [java.lang.String] to boolean"),
            ("ctx.nul && true", r#"null_pointer_exception: Cannot invoke "Object.getClass()" because "value" is null"#),
            ("ctx.n == 1L", "true"),
            ("ctx.n == 1.0", "true"),
            ("ctx.l == [1,2]", "false"),
            ("ctx.m == ['a': 1]", "false"),
            (
                "field('s').get('') == 'abc'",
                "compile illegal_argument_exception: Unknown call [field] with [1] arguments.",
            ),
            (
                "$('s', '') == 'abc'",
                "compile illegal_argument_exception: invalid shortcut [$] for [field]; ensure [field] exists in this context",
            ),
            (
                "metadata().index == 'a'",
                "compile illegal_argument_exception: Unknown call [metadata] with [0] arguments.",
            ),
        ],
    );
}
