"""Painless scripts at random: typed expressions, statements around them, calls of the API. Most compile; what does not is of interest as well."""

INTS = ["0", "1", "2", "-1", "7", "31", "33", "100", "127", "128", "255", "2147483647", "-2147483648", "0x1F", "017"]
LONGS = ["0L", "1L", "-1L", "3L", "63L", "2147483648L", "9223372036854775807L", "-9223372036854775808L"]
FLOATS = ["0f", "1.5f", "-2.25f", "0.1f"]
DOUBLES = ["0.0", "1.5", "-2.5", "1e300", "0.1", "100.0", "1d", "-0.0"]
STRINGS = ["''", "'a'", "'abc'", "'12'", "'-7'", "'1.5'", "'A b,c'", "'é北'", "'true'", "'  x '", '"q\'s"', "'a.b.c'"]
CHARS = ["(char)'a'", "(char)'0'", "(char)65", "(char)'é'"]
NUMERIC = ["byte", "short", "char", "int", "long", "float", "double"]
TYPES = NUMERIC + ["boolean", "String", "def", "List", "Map"]
REGEXES = ["/a/", "/^[a-c]+$/", "/\\d+/", "/(a)(b)?/", "/A/i", "/[, .]/", "/(?<n>\\w)/"]

STRING_TO = {
    "String": ["{0}.toUpperCase()", "{0}.trim()", "{0}.substring({int})", "{0}.substring({int}, {int})", "{0}.replace('a', 'X')", "{0}.concat({String})", "{0}.sha256()", "{0}.encodeBase64()",
               "{0}.decodeBase64()", "String.join('-', [{0}, 'z'])", "String.valueOf({def})", "{regex}.matcher({0}).replaceAll('_')", "new StringBuilder({0}).reverse().toString()", "{0}.toLowerCase(Locale.ROOT)",
               "String.format('%s|%5s|%-3s', new def[] {{{0}, {0}, {0}}})"],
    "int": ["{0}.length()", "{0}.indexOf({String})", "{0}.lastIndexOf('a')", "{0}.compareTo({String})", "{0}.hashCode()", "Integer.parseInt({0})", "{0}.splitOnToken(',').length", "{0}.codePointAt({int})"],
    "boolean": ["{0}.isEmpty()", "{0}.contains({String})", "{0}.startsWith('a')", "{0}.endsWith({String})", "{0}.equals({def})", "{0}.equalsIgnoreCase({String})", "{0} =~ {regex}", "{0} ==~ {regex}", "Boolean.parseBoolean({0})",
                "{regex}.matcher({0}).find()", "{0}.chars().anyMatch(c -> c == 97)"],
    "char": ["{0}.charAt({int})", "(char){0}"],
    "long": ["Long.parseLong({0})"],
    "double": ["Double.parseDouble({0})"],
    "List": ["Arrays.asList({0}.splitOnToken(','))", "Arrays.asList({0}.splitOnToken('.', 2))"],
}
LIST_TO = {
    "int": ["{0}.size()", "{0}.indexOf({def})", "{0}.hashCode()", "{0}.stream().mapToInt(x -> 1).sum()"],
    "boolean": ["{0}.isEmpty()", "{0}.contains({def})", "{0}.any(x -> x == {def})", "{0}.every(x -> x != null)", "{0}.equals({List})", "{0}.stream().anyMatch(x -> x == {def})"],
    "def": ["{0}.get({int})", "{0}[{int}]", "{0}[-1]", "{0}.find(x -> x != null)", "{0}.stream().findFirst().orElse({def})", "{0}.remove(0)"],
    "String": ["{0}.toString()", "{0}.join(',')", "{0}.stream().map(x -> '' + x).collect(Collectors.joining(';'))", "'' + {0}"],
    "List": ["{0}.collect(x -> x)", "{0}.findAll(x -> x != {def})", "{0}.subList(0, {int})", "{0}.stream().filter(x -> x != null).collect(Collectors.toList())", "{0}.stream().distinct().limit(2).collect(Collectors.toList())",
             "new ArrayList({0})", "{0}.stream().sorted().collect(Collectors.toList())", "{0}.stream().map(String::valueOf).collect(Collectors.toList())"],
    "Map": ["{0}.groupBy(x -> x == null)", "{0}.stream().collect(Collectors.groupingBy(x -> '' + x))"],
    "double": ["{0}.sum()", "{0}.stream().mapToDouble(x -> x).sum()"],
}
MAP_TO = {
    "int": ["{0}.size()"],
    "boolean": ["{0}.isEmpty()", "{0}.containsKey({String})", "{0}.containsValue({def})", "{0}.equals({Map})"],
    "def": ["{0}.get({String})", "{0}.a", "{0}?.b", "{0}['a']", "{0}.getOrDefault({String}, {def})", "{0}.put('k', {def})", "{0}.remove('a')", "{0}.computeIfAbsent('n', k -> {def})", "{0}.getByPath('a.b', {def})"],
    "String": ["{0}.toString()", "'' + {0}"],
    "List": ["new ArrayList({0}.keySet())", "new ArrayList({0}.values())", "{0}.entrySet().stream().map(e -> e.getKey() + e.getValue()).collect(Collectors.toList())", "{0}.collect((k, v) -> k + v)"],
    "Map": ["new TreeMap({0})", "{0}.findAll((k, v) -> v != null)"],
}
NUMBER_TO = {
    "int": ["Integer.compare({int}, {int})", "Integer.bitCount({int})", "(int)({0})", "Character.getNumericValue({char})"],
    "long": ["Math.round({double})", "(long)({0})", "Long.rotateLeft({long}, {int})", "Duration.ofMillis({int}).toNanos()", "Instant.ofEpochMilli({long}).getEpochSecond()"],
    "double": ["Math.abs({double})", "Math.max({0}, {double})", "Math.floor({double})", "Math.pow({int}, {int})", "Math.sqrt({double})", "(double)({0})"],
    "String": ["Integer.toHexString({int})", "Long.toString({long})", "Double.toString({double})", "'' + {0}", "Integer.toString({int}, 2)", "Long.toUnsignedString({long})", "String.format('%d', new def[] {{{int}}})",
               "String.format('%.2f', new def[] {{{double}}})", "LocalDate.ofEpochDay({int}).toString()", "Instant.ofEpochSecond({int}).toString()"],
    "boolean": ["Character.isDigit({char})", "Double.isNaN({double})", "Character.isLetter({char})"],
}


class Expressions:
    def __init__(self, rng):
        self.rng, self.names, self.size = rng, {}, 0

    def leaf(self, kind):
        rng = self.rng
        known = [name for name, its in self.names.items() if its == kind]
        if known and rng.random() < 0.4:
            return rng.choice(known)
        if kind == "boolean":
            return rng.choice(["true", "false"])
        if kind == "List":
            return "[" + ", ".join(self.leaf(rng.choice(["int", "String", "double", "def", "long"])) for _ in range(rng.randint(0, 3))) + "]"
        if kind == "Map":
            pairs = ", ".join(f"'{key}': {self.leaf('def')}" for key in rng.sample("abck", rng.randint(0, 3)))
            return f"[{pairs}]" if pairs else "[:]"
        if kind == "def":
            return rng.choice(["null", "1", "'a'", "2L", "1.5", "true"]) if rng.random() < 0.7 else self.leaf(rng.choice(["List", "Map", "char", "float"]))
        if kind in ("byte", "short"):
            return f"({kind}){rng.choice(INTS)}"
        return rng.choice({"int": INTS, "long": LONGS, "float": FLOATS, "double": DOUBLES, "String": STRINGS, "char": CHARS}[kind])

    def fill(self, template, depth, receiver):
        class Holes(dict):
            def __missing__(holes, kind):
                return self.rng.choice(REGEXES) if kind == "regex" else self.of(kind, depth - 1)

        return re_format(template, receiver, Holes())

    def call(self, kind, depth):
        rng = self.rng
        sources = [("String", STRING_TO), ("List", LIST_TO), ("Map", MAP_TO), ("int", NUMBER_TO)]
        fitting = [(receiver, table[kind]) for receiver, table in sources if kind in table]
        if not fitting:
            return self.leaf(kind)
        receiver, templates = rng.choice(fitting)
        return self.fill(rng.choice(templates), depth, f"({self.of(receiver, depth - 1)})")

    def of(self, kind, depth):
        rng = self.rng
        self.size += 1
        # Now and then another type than asked for: casts, promotions, errors.
        if rng.random() < 0.04:
            kind = rng.choice(TYPES)
        if depth <= 0 or self.size > 40:
            return self.leaf(kind)
        choice = rng.random()
        if choice < 0.2:
            return self.leaf(kind)
        if choice < 0.45:
            return self.call(kind, depth)
        if choice < 0.52:
            return f"({self.of('boolean', depth - 1)} ? {self.of(kind, depth - 1)} : {self.of(kind, depth - 1)})"
        if choice < 0.56:
            return f"({self.of('def', depth - 1)} ?: {self.of(kind, depth - 1)})"
        if choice < 0.60 and kind in NUMERIC:
            return f"(({kind})({self.of(rng.choice(NUMERIC + ['def']), depth - 1)}))"
        return self.operation(kind, depth)

    def operation(self, kind, depth):
        rng, sub = self.rng, lambda k: self.of(k, depth - 1)
        if kind == "boolean":
            one, other = rng.choice(TYPES), rng.choice(TYPES)
            number = rng.choice(NUMERIC)
            return rng.choice([
                lambda: f"({sub(one)} {rng.choice(['==', '!=', '===', '!=='])} {sub(rng.choice([one, other]))})",
                lambda: f"({sub(number)} {rng.choice(['<', '<=', '>', '>='])} {sub(rng.choice(NUMERIC + ['def']))})",
                lambda: f"({sub('boolean')} {rng.choice(['&&', '||', '&', '|', '^'])} {sub('boolean')})",
                lambda: f"(!{sub('boolean')})",
                lambda: f"({sub('def')} instanceof {rng.choice(['String', 'List', 'Map', 'Integer', 'Long', 'Number', 'int', 'def', 'Double'])})",
            ])()
        if kind in ("int", "long"):
            second = rng.choice(["int", "short", "byte", "char"]) if kind == "int" else rng.choice(["int", "long"])
            operator = rng.choice(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>"])
            return rng.choice([f"({sub(kind)} {operator} {sub(second)})"] * 5 + [f"(-{sub(kind)})", f"(~{sub(kind)})", f"(+{sub(kind)})"])
        if kind in ("float", "double"):
            return f"({sub(kind)} {rng.choice(['+', '-', '*', '/', '%'])} {sub(rng.choice(['int', 'float', 'long', kind]))})"
        if kind == "String":
            return f"({sub('String')} + {sub(rng.choice(TYPES))})"
        if kind == "def":
            operator = rng.choice(["+", "-", "*", "/", "%", "&", "|", "<<", "==", "<"])
            return f"({sub('def')} {operator} {sub(rng.choice(['def', 'int', 'String']))})"
        return self.call(kind, depth)


def re_format(template, receiver, holes):
    """`str.format` whose named fields are made one at a time, so that no two of them are the same."""
    out, at = [], 0
    while at < len(template):
        if template.startswith(("{{", "}}"), at):
            out.append(template[at])
            at += 2
        elif template[at] == "{":
            end = template.index("}", at)
            name = template[at + 1 : end]
            out.append(receiver if name == "0" else holes[name])
            at = end + 1
        else:
            out.append(template[at])
            at += 1
    return "".join(out)


def statement(rng, expressions, depth=2):
    kind, choice = rng.choice(TYPES), rng.random()
    of = lambda k: expressions.of(k, 2)
    targets = [(name, its) for name, its in expressions.names.items() if its != "List"]
    if choice < 0.35 or depth == 0:
        text = f"{rng.choice([kind, kind, 'def'])} v{len(expressions.names)} = {of(kind)};"
        expressions.names[f"v{len(expressions.names)}"] = text.split()[0]
        return text
    if choice < 0.5 and targets:
        name, its = rng.choice(targets)
        operator = rng.choice(["=", "+=", "-=", "*=", "/=", "%=", "&=", "<<=", ">>>=", "|="])
        return f"{name} {operator} {of(rng.choice([its, its, 'int']))};"
    if choice < 0.56 and targets:
        name, _ = rng.choice(targets)
        return rng.choice([f"{name}++;", f"--{name};", f"def w{rng.randrange(1000)} = {name}--;"])
    known = dict(expressions.names)
    inner = statement(rng, expressions, depth - 1)
    expressions.names = known
    if choice < 0.66:
        otherwise = f" else {{ {statement(rng, expressions, 0)} }}" if rng.random() < 0.4 else ""
        expressions.names = known
        return f"if ({of('boolean')}) {{ {inner} }}{otherwise}"
    if choice < 0.74:
        return f"for (int i{depth} = 0; i{depth} < {rng.randint(0, 4)}; i{depth}++) {{ {inner} }}"
    if choice < 0.82:
        return f"for (def e{depth} : {of(rng.choice(['List', 'List', 'def']))}) {{ {inner} }}"
    if choice < 0.88:
        return f"try {{ {inner} }} catch ({rng.choice(['Exception', 'ArithmeticException', 'NumberFormatException', 'ClassCastException'])} x{depth}) {{ o.add('c'); }}"
    return f"o.add({of(kind)});"


def script(rng):
    """One script; it gives a value that prints."""
    expressions = Expressions(rng)
    if rng.random() < 0.6:
        return f"return {expressions.of(rng.choice(TYPES), 3)}"
    lines = ["List o = [];"] + [statement(rng, expressions) for _ in range(rng.randint(1, 4))]
    names = ", ".join(expressions.names) or "1"
    return " ".join(lines + [f"return [{names}, o, {expressions.of(rng.choice(TYPES), 2)}]"])


def _pipeline(source, condition=None):
    script_of = {"script": {"source": source}} if condition is None else {"set": {"if": condition, "field": "r", "value": True}}
    return {"processors": [script_of]}


DOCUMENTS = [
    {}, {"a": 1, "b": "x", "c": None}, {"a": {"b": {"c": [1, 2, "x"]}}, "s": "abc", "n": 7}, {"a": [1, 2.5, None], "s": "", "n": -1.5}, {"a": "abc", "b": True, "n": 2147483648},
    {"a": {"b": "x"}, "s": ["p", "q"], "n": "12"}, {"a": None, "s": None, "n": 0}, {"a": {"b": [{"c": 1}, {"c": 2}]}, "s": "A b", "n": 1},
]
PATHS = ["ctx.a", "ctx?.a", "ctx.a?.b", "ctx.a.b", "ctx.a?.b?.c", "ctx.s", "ctx?.n", "ctx['a']", "ctx.b", "ctx.zz", "ctx.zz?.y", "ctx._index", "ctx.containsKey('a')"]
TESTS = ["{0} != null", "{0} == null", "{0} == {1}", "{0} == '{2}'", "{0} > {1}", "{0} instanceof {3}", "{0}.contains('{2}')", "{0}?.contains('{2}')", "{0}.isEmpty()", "{0}?.size() > {1}", "{0}.length() > {1}", "['x', 'abc', 1].contains({0})",
         "{0} =~ /{2}/", "!({0})", "{0}.startsWith('{2}')", "{0}?.toString().length() == {1}", "{0} + 1 == 2", "({0} ?: {1}) == {1}", "{0}.stream().anyMatch(x -> x == {1})", "{0} === {1}", "Integer.parseInt({0}) == 12", "{0}"]
EDITS = ["ctx.r = {0}", "ctx.r = {0}; ctx.r.x = 1", "ctx.a.b = {1}", "ctx.remove('a')", "ctx.r = [{0}, {1}]", "ctx.n += {1}", "ctx.s = {0} + '{2}'", "ctx.putIfAbsent('s', '{2}')", "ctx.r = ['k': {0}]", "if ({0} != null) {{ ctx.r = {1} }}",
         "for (e in ctx.entrySet()) {{ if (e.getValue() == null) {{ ctx.r = e.getKey() }} }}", "ctx.keySet().removeIf(k -> k.length() == 1 && k != 's')", "ctx.a.add({1})", "field('a.b').set({1})", "field('s').append('{2}')", "ctx.r = $('a.b', {1})",
         "ctx.r = field('n').get({1})", "def m = new HashMap(); m.put('q', {0}); ctx.r = m", "ctx.r = {0}.toString()", "ctx.a.b.c.removeIf(x -> x == {1})", "ctx.r = {0} instanceof {3} ? {1} : '{2}'"]


def _piece(rng, template):
    return template.format(rng.choice(PATHS), rng.choice(["0", "1", "2", "7", "12L", "2.5"]), rng.choice(["x", "a", "abc", "p"]), rng.choice(["String", "List", "Map", "Number", "Integer"]))


def conditions(rng, count):
    for _ in range(count):
        condition = f" {rng.choice(['&&', '||'])} ".join(_piece(rng, rng.choice(TESTS)) for _ in range(rng.choice([1, 1, 2, 3])))
        yield {"pipeline": _pipeline(None, condition), "docs": DOCUMENTS}


def edits(rng, count):
    for _ in range(count):
        yield {"pipeline": _pipeline("; ".join(_piece(rng, rng.choice(EDITS)) for _ in range(rng.choice([1, 1, 2])))), "docs": DOCUMENTS}


ALL = {"script": edits, "script/conditions": conditions}
