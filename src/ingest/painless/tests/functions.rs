//! Lambdas, references, functions, the API at large.

use super::*;

#[test]
fn functions() {
    check(&[
        (
            "List l = [1]; l.forEach(x -> { if (x == 1) { return } x++ }); return l",
            "compile class_cast_exception: cannot cast from [def] to [void]",
        ),
        (
            "List l = [1]; l.removeIf(x -> { if (x == 1) { return true } }); return l",
            "compile illegal_argument_exception: not all paths return a value for lambda",
        ),
        (
            "List l = [1]; l.removeIf(x -> { def y = 1; }); return l",
            "compile illegal_argument_exception: not all paths return a value for lambda",
        ),
        (
            "def l = [1]; l.removeIf(x -> { if (x == 1) { return true } }); return l",
            "compile illegal_argument_exception: not all paths return a value for lambda",
        ),
        ("List l = [1]; l.forEach(x -> 1); return l", "[1]"),
        ("List l = [1]; l.forEach(x -> { 1; }); return l", "[1]"),
        ("List l = [1]; l.forEach(x -> { return 1; }); return l", "[1]"),
        (
            "List l = [1]; l.add(x -> x); return l",
            "compile illegal_argument_exception: Cannot pass lambda to [def], not a functional interface",
        ),
        (
            "List l = [1]; l.contains(String::length); return l",
            "compile illegal_argument_exception: cannot convert function reference [String::length] to a non-functional interface [def]",
        ),
        ("def f() { return params.a } f()", "compile illegal_argument_exception: cannot resolve symbol [params.a]"),
        ("def f() { return ctx.a } f()", "compile illegal_argument_exception: cannot resolve symbol [ctx.a]"),
        (
            "def x = 1; def f = x; [1].forEach(y -> { x = 3 }); return x",
            "compile illegal_argument_exception: Variable [x] is read-only.",
        ),
        (
            "def f() { return 1 } [1].forEach(this::f); return 1",
            "compile illegal_argument_exception: function reference [this::f/1] matching [java.util.function.Consumer, accept/1] not found",
        ),
        (
            "List l = []; for (x in l) { break; } return 1",
            "compile illegal_argument_exception: extraneous foreach loop",
        ),
        (
            "List l = []; for (x in l) { return 2; } return 1",
            "compile illegal_argument_exception: extraneous foreach loop",
        ),
        (
            "List l = []; for (String x : l) { x = 1; } return 1",
            "compile illegal_argument_exception: Variable [x] is read-only.",
        ),
        (
            "List l = [1L]; for (int x : l) { return x } return 1",
            "compile illegal_argument_exception: extraneous foreach loop",
        ),
        (
            "int x = 5; for (y in x) { x = 2 }",
            "compile illegal_argument_exception: invalid foreach loop: cannot iterate over type [int].",
        ),
        (
            "String x = 'a'; for (y in x) { x = 2 }",
            "compile class_cast_exception: Cannot cast from [int] to [java.lang.String].",
        ),
        (
            "Map x = [:]; for (y in x) { x = 2 }",
            "compile class_cast_exception: Cannot cast from [int] to [java.util.Map].",
        ),
        ("def x = [:]; for (y in x) { x = 2 }", "illegal_argument_exception: Cannot iterate over [java.util.HashMap]"),
        ("def x = 'a'; for (y in x) { x = 2 }", "illegal_argument_exception: Cannot iterate over [java.lang.String]"),
        (
            "def x = null; for (y in x) { x = 2 }",
            "null_pointer_exception: cannot access method/field [iterator] from a null def reference",
        ),
        ("List x = null; for (y in x) { y = 2 }", "compile illegal_argument_exception: Variable [y] is read-only."),
        ("try { } catch (Exception e) { }", "compile illegal_argument_exception: extraneous try statement"),
        (
            "try { return 1 } catch (Exception e) { return 2 } return 3",
            "compile illegal_argument_exception: invalid block: unreachable statement",
        ),
        ("def x; try { x = 1 } catch (Exception e) { } return x", "1"),
        (
            "while (true) { def y = 1; } return 2",
            "compile illegal_argument_exception: invalid block: unreachable statement",
        ),
        ("def x = 0; while (true) { x++; if (x > 5) break; } return x", "6"),
        (
            "for (;;) { def y = 1; } return 2",
            "compile illegal_argument_exception: invalid block: unreachable statement",
        ),
        ("def x = null; x ?: null", "compile illegal_argument_exception: Extraneous elvis operator. RHS is null."),
        ("'a' ?: 'b'", "compile illegal_argument_exception: Extraneous elvis operator. LHS is a constant."),
        (
            "def f(String s) { return s.length() } f(null)",
            r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "<parameter1>" is null"#,
        ),
        (
            "def f(int x, String s) { long y = 1; String t = null; return t.length() } f(1, null)",
            r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "<local6>" is null"#,
        ),
        (
            "long y = 1; String t = null; return t.length()",
            r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "<local4>" is null"#,
        ),
        (
            "for (int i = 0; i < 1; i++) { String t = null; t.length() }",
            r#"null_pointer_exception: Cannot invoke "java.lang.CharSequence.length()" because "<local3>" is null"#,
        ),
        (
            "List l = null; l.get(0).foo()",
            r#"null_pointer_exception: Cannot invoke "java.util.List.get(int)" because "<local2>" is null"#,
        ),
        (
            "Map m = [:]; ((List)m.a).size()",
            r#"null_pointer_exception: Cannot invoke "java.util.Collection.size()" because the return value of "java.util.Map.get(Object)" is null"#,
        ),
        (
            "Map m = [:]; ((List)m.get('a')).size()",
            r#"null_pointer_exception: Cannot invoke "java.util.Collection.size()" because the return value of "java.util.Map.get(Object)" is null"#,
        ),
        (
            "String s = 'a'; s.substring(0).toUpperCase().foo()",
            "compile illegal_argument_exception: member method [java.lang.String, foo/0] not found",
        ),
        ("Foo.bar = 1", "compile illegal_argument_exception: cannot resolve symbol [Foo.bar]"),
        ("foo.bar = 1", "compile illegal_argument_exception: cannot resolve symbol [foo.bar]"),
        ("foo.bar.baz()", "compile illegal_argument_exception: cannot resolve symbol [foo.bar]"),
        ("foo[0]", "compile illegal_argument_exception: cannot resolve symbol [foo]"),
        ("foo[0].bar", "compile illegal_argument_exception: cannot resolve symbol [foo]"),
        ("(Foo) 1", "compile illegal_argument_exception: cannot resolve type [Foo]"),
        ("def x = 1; x instanceof Foo.Bar", "compile illegal_argument_exception: Not a type [Foo.Bar]."),
        ("Foo x", "compile illegal_argument_exception: invalid declaration: cannot resolve type [Foo]"),
        ("new Foo[1]", "compile illegal_argument_exception: Not a type [Foo[]]."),
        ("new Foo[] {1}", "compile illegal_argument_exception: Not a type [Foo[]]."),
        (
            "Foo f() { return 1 }",
            "compile illegal_argument_exception: invalid function definition: return type [Foo] not found for function [f/0]",
        ),
        (
            "int f(Foo x) { return 1 }",
            "compile illegal_argument_exception: invalid function definition: parameter type [Foo] not found for function [f/1]",
        ),
        (
            "try { return 1 } catch (Foo e) { return 2 }",
            "compile illegal_argument_exception: invalid catch declaration: cannot resolve type [Foo]",
        ),
        ("[1].forEach(Foo::bar)", "compile illegal_argument_exception: variable [Foo] is not defined"),
        (
            "[1].forEach(String::bar)",
            "compile illegal_argument_exception: function reference [String::bar/1] matching [java.util.function.Consumer, accept/1] not found",
        ),
        (
            "List l = [1]; l.forEach(String::bar)",
            "compile illegal_argument_exception: function reference [String::bar/1] matching [java.util.function.Consumer, accept/1] not found",
        ),
        ("List l = ['a']; l.replaceAll(String::toUpperCase); return l", "[A]"),
        ("int x = 1; x.y = 2", "compile illegal_argument_exception: field [int, y] not found"),
        ("def m = [:]; m.computeIfAbsent('a', k -> []).add(1); return m", "{a=[1]}"),
        ("Map m = [:]; m.computeIfAbsent('a', k -> []).add(1); return m", "{a=[1]}"),
        ("Map m = [:]; m.getOrDefault('a', 1) + 1", "2"),
        ("Map m = ['a':1]; m.get('a') + 1", "2"),
        (
            "Map m = ['b':1, 'a': 2]; def r = ''; for (e in m.entrySet()) { r += e.getKey() + e.getValue() } return r",
            "a2b1",
        ),
        (
            "Map m = ['b':1, 'a': 2]; def r = ''; for (Map.Entry e : m.entrySet()) { r += e.getKey() + e.getValue() } return r",
            "a2b1",
        ),
        (
            "for (Map.Entry e : ['a':1].entrySet()) { return e.getKey() + e.getValue() }",
            "compile illegal_argument_exception: extraneous foreach loop",
        ),
        ("List l = [1,2,3]; for (x in l) { if (x == 2) { l.remove(1) } } return l", "[1, 3]"),
        (
            "List l = [1,2,3]; for (x in l) { if (x == 1) { l.remove(0) } } return l",
            "concurrent_modification_exception: ",
        ),
        (
            "Map m = ['b':1, 'a': 2]; for (k in m.keySet()) { m.remove(k) } return m",
            "concurrent_modification_exception: ",
        ),
        ("def x = [3,1,2]; x.sort((a, b) -> b.compareTo(a)); return x", "[3, 2, 1]"),
        ("def x = ['b','a']; Collections.sort(x); return x", "[a, b]"),
        ("new ArrayList([1,2]).addAll([3])", "true"),
        ("def s = new HashSet([1,2,2]); return s.size()", "2"),
        ("new StringBuilder('a').append(1).append('b').reverse().toString()", "b1a"),
        (
            "StringBuilder sb = new StringBuilder(); sb.append((char)65); sb.append(1.5); sb.append(true); sb.append(null); return sb.toString() + sb.length()",
            "A1.5truenull12",
        ),
        ("Integer.toString(5) + Integer.toHexString(255) + Long.toString(5L)", "5ff5"),
        (
            "Integer.valueOf('5', 10) + 1",
            "compile class_cast_exception: Cannot cast from [java.lang.Integer] to [int].",
        ),
        ("Integer.parseInt('7f', 16)", "127"),
        ("Math.max(1, 2L) + Math.abs(-1) + Math.round(1.5) + Math.floor(1.5)", "6.0"),
        ("Character.isDigit((char)'1')", "true"),
        ("Character.isDigit('1')", "compile class_cast_exception: Cannot cast from [java.lang.String] to [int]."),
        ("def c = 'abc'.charAt(0); Character.isDigit(c)", "false"),
        ("'abc'.charAt(0) == 'a'", "compile class_cast_exception: Cannot cast from [char] to [java.lang.Object]."),
        ("'abc'.charAt(0) == (char)'a'", "true"),
        ("def c = 'abc'.charAt(0); c == 'a'", "false"),
        ("'abc'.charAt(0) + 1", "98"),
        ("'abc'.charAt(0) + 'x'", "ax"),
        ("'a,b,c'.splitOnToken(',').length", "3"),
        ("'a,b,c'.splitOnToken(',')[1]", "b"),
        ("def a = 'a,b,c'.splitOnToken(','); a[2] + a.length", "c3"),
        ("/,/.split('a,b').length", "2"),
        (r"/(\w+)=(\w+)/.matcher('a=b').replaceAll('$2=$1')", "b=a"),
        (r"Matcher m = /(\w+)=(\w+)/.matcher('a=b'); m.find(); m.group(1) + m.group(2)", "ab"),
        (r"def m = /(\w+)=(\w+)/.matcher('a=b'); if (m.matches()) { return m.group(2) } return 'no'", "b"),
        ("'abc' =~ /b/", "true"),
        ("'abc' ==~ /b/", "false"),
        ("'a1b2'.replaceAll(/[0-9]/, m -> '<' + m.group() + '>')", "a<1>b<2>"),
        ("params.x == null", "true"),
        ("params.x.y", "null_pointer_exception: cannot access method/field [y] from a null def reference"),
        ("params['x']", "null"),
        ("params.get('x')", "null"),
    ]);
}
