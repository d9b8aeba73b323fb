//! What generated scripts brought to light (`tests/differential/painless.py`).

use super::*;

#[test]
fn compound_assignments_keep_the_class() {
    check(&[
        ("def x = (byte)1; x += 1; x instanceof Byte", "true"),
        ("def x = (char)'a'; x++; x", "b"),
        ("def x = 1; x += 1.5; x", "2"),
        ("def x = 1L; x += 1; x instanceof Long", "true"),
        ("def x = (short)1; x *= 2; x instanceof Short", "true"),
        ("def x = 1; x /= 2.0; x", "0"),
        ("def x = (byte)127; x++; x", "-128"),
        ("def x = 1f; x += 1.5; x instanceof Float", "true"),
        ("def x = 1; x <<= 33L; x", "2"),
        ("def m = ['a': 1]; m.a += 1.5; m.a", "2"),
        ("def m = ['a': 1]; m['a'] += 2147483648L; m", "{a=-2147483647}"),
        ("def l = [1]; l[0] += 1.5; l", "[2]"),
        ("def x = 'a'; x += 1; x", "a1"),
        ("def x = null; x += 'a'; x", "nulla"),
        ("def x = true; x &= false; x", "false"),
        ("def x = 2147483647; x += 1; x", "-2147483648"),
        ("def x = 1; def y = 2.5; x += y; x", "3"),
        ("def x = 1; x = x + 1.5; x", "2.5"),
    ]);
}

#[test]
fn arrays_of_one_class_as_of_another() {
    check(&[
        ("Arrays.asList('a,b'.splitOnToken(','))", "[a, b]"),
        ("Arrays.asList(new String[] {'x'}).contains('x')", "true"),
        ("Objects.hash(new def[] {1})", "32"),
        ("Objects.hash(new String[] {'a'})", "128"),
        (
            "Arrays.asList(new int[] {1})",
            "compile class_cast_exception: Cannot cast from [int[]] to [java.lang.Object[]].",
        ),
        ("def s = 'a,b'; Arrays.asList(s.splitOnToken(','))", "[a, b]"),
        ("Object[] o = new String[] {'a'}; o.length", "1"),
        (
            "def[] o = new String[] {'a'}; o.length",
            "compile class_cast_exception: Cannot cast from [java.lang.String[]] to [def[]].",
        ),
        ("def a = new String[] {'a'}; Object[] o = a; o[0]", "a"),
        (
            "def a = new int[] {1}; Object[] o = a; o[0]",
            "class_cast_exception: class [I cannot be cast to class [Ljava.lang.Object; ([I and [Ljava.lang.Object; are in module java.base of loader 'bootstrap')",
        ),
        ("def a = new String[] {'a'}; def[] o = a; o[0]", "a"),
        ("new ArrayList(Arrays.asList('a,b'.splitOnToken(','))).size()", "2"),
        ("String.join('-', Arrays.asList(' a b'.splitOnToken(' ')))", "-a-b"),
        (
            "Collections.addAll(new ArrayList(), new String[] {'a'})",
            "compile class_cast_exception: Cannot cast from [java.lang.String[]] to [def[]].",
        ),
        ("List l = Arrays.asList('a,b'.splitOnToken(',')); l.add('c')", "unsupported_operation_exception: "),
    ]);
}

#[test]
fn paths_and_positions() {
    check(&[
        ("['a': ['b': 1]].getByPath('a.b')", "1"),
        ("['a': ['b': 1]].getByPath('a.c')", "illegal_argument_exception: Could not find value at path [a.c]"),
        ("['a': ['b': 1]].getByPath('a.c', 5)", "5"),
        (
            "['a': ['b': 1]].getByPath('c.b', 5)",
            "illegal_argument_exception: Container does not have [c], for non-terminal index [0] in path [c.b]",
        ),
        (
            "['a': ['b': 1]].getByPath('c.b')",
            "illegal_argument_exception: Container does not have [c], for non-terminal index [0] in path [c.b]",
        ),
        (
            "['a': ['b': 1]].getByPath('a.b.c', 5)",
            "illegal_argument_exception: Non-container [java.lang.Integer] at [c], index [2] in path [a.b.c]",
        ),
        (
            "['a': ['b': 1]].getByPath('a.b.c')",
            "illegal_argument_exception: Non-container [java.lang.Integer] at [c], index [2] in path [a.b.c]",
        ),
        ("['a': [1,2]].getByPath('a.1')", "2"),
        ("['a': [1,2]].getByPath('a.2')", "index_out_of_bounds_exception: Index 2 out of bounds for length 2"),
        ("['a': [1,2]].getByPath('a.3')", "illegal_argument_exception: Could not find value at path [a.3]"),
        ("['a': [1,2]].getByPath('a.3', 7)", "7"),
        ("['a': [1,2]].getByPath('a.-1')", "index_out_of_bounds_exception: Index -1 out of bounds for length 2"),
        ("['a': [1,2]].getByPath('a.x', 7)", r#"number_format_exception: For input string: "x""#),
        ("['a': [1,2]].getByPath('a..x', 7)", "illegal_argument_exception: Extra '.' in path [a..x] at index [1]"),
        ("['a': [1,2]].getByPath('', 7)", "illegal_argument_exception: Missing path"),
        (
            "['a': null].getByPath('a.b', 7)",
            r#"null_pointer_exception: Cannot invoke "Object.getClass()" because "obj" is null"#,
        ),
        ("['a': null].getByPath('a', 7)", "null"),
        ("[1,2].getByPath('0')", "1"),
        ("[1,2].getByPath('x')", r#"number_format_exception: For input string: "x""#),
        (
            "[1,2].getByPath('0.1', 3)",
            "illegal_argument_exception: Non-container [java.lang.Integer] at [1], index [1] in path [0.1]",
        ),
        ("['a': ['b': 1]].getByPath('.a', 5)", "illegal_argument_exception: Extra '.' in path [.a] at index [0]"),
        ("['a': ['b': 1]].getByPath('a.', 5)", "illegal_argument_exception: Trailing '.' in path [a.]"),
        ("'é北'.charAt(5)", "string_index_out_of_bounds_exception: index 5, length 2"),
        ("'é'.charAt(5)", "string_index_out_of_bounds_exception: String index out of range: 5"),
        ("'é'.charAt(-1)", "string_index_out_of_bounds_exception: String index out of range: -1"),
        ("'ab'.codePointAt(5)", "string_index_out_of_bounds_exception: index 5, length 2"),
        ("'é北'.codePointAt(5)", "string_index_out_of_bounds_exception: index 5, length 2"),
        ("'ab'.codePointBefore(5)", "string_index_out_of_bounds_exception: String index out of range: 5"),
        ("'ab'.codePointBefore(0)", "string_index_out_of_bounds_exception: String index out of range: 0"),
    ]);
}

#[test]
fn fields_of_odd_shapes() {
    check_edits(
        "{}",
        &[
            ("ctx.q = ['z': null]; ctx.r = $('q.z', 5)", r#"{"q":{"z":null},"r":null}"#),
            ("ctx.q = ['z': null]; ctx.r = field('q.z').get(5)", r#"{"q":{"z":null},"r":null}"#),
            ("ctx.q = [5,6]; ctx.r = field('q').get(1)", r#"{"q":[5,6],"r":[5,6]}"#),
            ("ctx.q = [5,6]; ctx.r = $('q', 1)", r#"{"q":[5,6],"r":[5,6]}"#),
            (
                "ctx.q = 1; field('q.x.y').set(1)",
                "illegal_argument_exception: Segment [0:'q'] has value [1] of type [java.lang.Integer]",
            ),
            (
                "ctx.q = ['x': 'y']; field('q.x.y').append(1)",
                "illegal_argument_exception: Segment [1:'x'] has value [y] of type [java.lang.String]",
            ),
            ("ctx.q = null; field('q').append(1)", r#"{"q":[1]}"#),
            (
                "ctx.q = null; field('q.r').append(1)",
                "illegal_argument_exception: Segment [0:'q'] has value [null] of type [null]",
            ),
            ("ctx.q = ['x':[1]]; field('q.x').append([2])", r#"{"q":{"x":[1,[2]]}}"#),
            ("field('q').append([2,3])", r#"{"q":[[2,3]]}"#),
            ("field('a.b.c').append(1); ctx.s = field('a.b.c').size()", r#"{"a":{"b":{"c":[1]}},"s":1}"#),
        ],
    );
}
