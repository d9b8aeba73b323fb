//! Scripts that edit documents.

use super::*;

#[test]
fn edits() {
    check_edits(
        "{}",
        &[
            (
                "ctx.a == 1",
                "compile illegal_argument_exception: not a statement: result not used from equals operation [==]",
            ),
            ("return 1", "compile class_cast_exception: Cannot cast from [int] to [void]."),
            ("return", "{}"),
            ("ctx.a = 1; return;", r#"{"a":1}"#),
            ("ctx", "compile illegal_argument_exception: not a statement: variable [ctx] not used"),
            (
                "ctx.x = 1; ctx.x",
                "compile illegal_argument_exception: not a statement: result of dot operator [.] not used",
            ),
            ("def x = 1", "{}"),
            ("ctx.foo()", "compile illegal_argument_exception: member method [java.util.Map, foo/0] not found"),
            ("ctx.remove('a'); ctx.b = ctx.size()", r#"{"b":3}"#),
            ("ctx.k = ctx.keySet().toString()", r#"{"k":"[_index, _id, _version]"}"#),
            (
                "ctx.k = ctx.getClass()",
                "compile illegal_argument_exception: member method [java.util.Map, getClass/0] not found",
            ),
            ("ctx.k = ctx.toString()", r#"{"k":"{_index=_index, _id=_id, _version=-3}"}"#),
            ("ctx.foo.bar = 1", "null_pointer_exception: cannot access method/field [bar] from a null def reference"),
            (
                "ctx['foo']['bar'] = 1",
                "null_pointer_exception: cannot access method/field [normalizeIndex] from a null def reference",
            ),
            (
                "ctx.foo?.bar = 1",
                "compile illegal_argument_exception: invalid assignment: cannot assign a value to a null safe operation [?.]",
            ),
            ("ctx = [:]", "{}"),
            ("params = [:]", "{}"),
            ("params.a = 1", "unsupported_operation_exception: "),
            ("params.put('a', 1)", "unsupported_operation_exception: "),
            ("ctx.p = params.toString()", r#"{"p":"{}"}"#),
            ("def ctx = 1", "compile illegal_argument_exception: variable [ctx] is already defined"),
            ("int params = 1", "compile illegal_argument_exception: variable [params] is already defined"),
            ("def this = 1", "compile illegal_argument_exception: invalid sequence of tokens near ['this']."),
            ("ctx.x = new HashSet()", r#"{"x":[]}"#),
            ("Set s = new HashSet(); s.add('b'); s.add('a'); ctx.x = s", r#"{"x":["a","b"]}"#),
            ("ctx.x = ['a':1].keySet()", r#"{"x":["a"]}"#),
            ("ctx.x = ctx", "illegal_argument_exception: Iterable object is self-referencing itself"),
            (
                "def l = []; l.add(l); ctx.x = l",
                "illegal_argument_exception: Iterable object is self-referencing itself",
            ),
            ("ctx.x = Double.NaN", r#"{"x":"NaN"}"#),
            ("ctx.x = 1.0f/0", r#"{"x":"Infinity"}"#),
            ("ctx.x = metadata().index", r#"{"x":"_index"}"#),
            ("metadata().index = 'foo'", "{}"),
            (
                "ctx._index = 1",
                "illegal_argument_exception: _index [1] is wrong type, expected assignable to [java.lang.String], not [java.lang.Integer]",
            ),
            ("ctx._id = null", "{}"),
            (
                "ctx._version = 'a'",
                "illegal_argument_exception: _version [a] is wrong type, expected assignable to [java.lang.Number], not [java.lang.String]",
            ),
            (
                "ctx._version_type = 'foo'",
                "illegal_argument_exception: _version_type must be a null or one of [internal, external, external_gte] but was [foo] with type [java.lang.String]",
            ),
            ("ctx.remove('_index')", "{}"),
            ("ctx.x = ctx._ingest", r#"{"x":null}"#),
            ("ctx._ingest = 1", r#"{"_ingest":1}"#),
            (
                "ctx.x = ctx._index; ctx.y = ctx._id; ctx.z = ctx._version; ctx.w=ctx._routing",
                r#"{"x":"_index","y":"_id","z":-3,"w":null}"#,
            ),
            ("ctx.x = field('a.b').get(5)", r#"{"x":5}"#),
            ("field('a.b').set(5); ", r#"{"a":{"b":5}}"#),
            ("ctx.x = $('a.b', 7)", r#"{"x":7}"#),
            ("ctx.x = $('a', null)", r#"{"x":null}"#),
            (
                "try { ctx.a.b = 1 } catch (NullPointerException e) { ctx.m = e.getMessage() }",
                r#"{"m":"cannot access method/field [b] from a null def reference"}"#,
            ),
            ("throw new Exception('foo')", "exception: foo"),
            ("throw new IllegalStateException('foo')", "illegal_state_exception: foo"),
            ("throw new ArithmeticException()", "arithmetic_exception: "),
            (
                "Map m = ctx.foo; m.bar = 1",
                r#"null_pointer_exception: Cannot invoke "java.util.Map.put(Object, Object)" because "<local3>" is null"#,
            ),
            (
                "String s = ctx.foo; s.length()",
                r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "<local3>" is null"#,
            ),
            (
                "ctx.foo.length()",
                "null_pointer_exception: cannot access method/field [length] from a null def reference",
            ),
            ("ctx.foo += 1", r#"null_pointer_exception: Cannot invoke "Object.getClass()" because "left" is null"#),
            ("ctx.a++", r#"null_pointer_exception: Cannot invoke "Object.getClass()" because "left" is null"#),
            ("ctx.b = ctx.foo + 'x'", r#"{"b":"nullx"}"#),
            ("ctx.b = 'x' + ctx.foo", r#"{"b":"xnull"}"#),
            ("ctx.x = ctx.a.b.c", "null_pointer_exception: cannot access method/field [b] from a null def reference"),
            ("ctx.a.b.c = 1", "null_pointer_exception: cannot access method/field [b] from a null def reference"),
            ("ctx.l = [3,1]; Collections.sort(ctx.l)", r#"{"l":[1,3]}"#),
            ("ctx.x = 1; ctx.x.y = 2", "illegal_argument_exception: dynamic setter [java.lang.Integer, y] not found"),
        ],
    );
}
