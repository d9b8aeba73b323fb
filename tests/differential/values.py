"""Values, documents and options that the generators share."""

# Values that fields of generated documents take: of every JSON type, and strings that some processor finds special.
SCALARS = [
    None, True, False, 0, 1, -1, 42, 2147483647, 2147483648, -9223372036854775808, 99999999999999999999, 0.0, 1.5, -0.5, 1e22, 1e-7,
    "", " ", "a", "A b", "Straße ŉ", "ΑΣ", "宕机", "😀x", "a,b,,c,", "  padded\t", "true", "False", "1", "-7", "+5", "007", "0x1F", "-0x1f",
    "0xZZ", "1.5", "1e3", "NaN", "Infinity", "1.5f", ".5", "5.", "abc", "127.0.0.1", "::1", "fe80::1%eth0", "1.2.3", "a.b", "key=value other=1",
    "http://user:pw@example.com:8080/a/b.tar.gz?q=1#frag", "<b>bold</b> &amp; <br/>x", "%20a+b%C3%A9%zz", "{\"a\":1}", "[1,2,{\"b\":null}]",
    "10kb", "1.5 mb", "a\nb", "a\r\nb", "\u0000x", "ß", "x" * 40, "\"quoted\"", "a'b", "\\", "$1", "{{a}}", "a|b|c", "2024-01-02T03:04:05Z",
]
LISTS = [[], [1, 2, 3], ["b", "a", "C"], ["1", "2"], [None], [1, "a"], [[1], [2]], [{"a": 1}, {"a": 2}], [1.5, 1], ["x", None], [True, False]]
OBJECTS = [{}, {"x": 1}, {"x": {"y": "z"}}, {"b": None, "a": [1]}, {"x.y": 2}, {"0": "zero"}]


def value(rng):
    kind = rng.random()
    return rng.choice(SCALARS) if kind < 0.7 else rng.choice(LISTS) if kind < 0.87 else rng.choice(OBJECTS)


def document(rng, fields=("a", "b", "c")):
    """A document whose field `a` nearly always is there."""
    doc = {"a": value(rng)} if rng.random() < 0.95 else {}
    for field in fields[1:]:
        if rng.random() < 0.6:
            doc[field] = value(rng)
    if rng.random() < 0.1:
        doc["a.b"] = value(rng)
    return doc


def documents(rng, field_values=(), n=25):
    docs = [document(rng) for _ in range(n)]
    for v in field_values:
        docs.append({"a": v, "b": value(rng)})
    return docs


def sometimes(rng, options, **choices):
    """Adds each option with probability one half."""
    for key, values in choices.items():
        if rng.random() < 0.5:
            options[key] = rng.choice(values)
    return options


def pipeline(kind, options, *before):
    return {"processors": [*before, {kind: options}]}


def types_before(rng):
    """Now and then a step that gives a field a Java type which JSON has not."""
    return [{"convert": {"field": "b", "type": rng.choice(["float", "long", "double"]), "ignore_failure": True}}] if rng.random() < 0.3 else []


PATHS = ["a", "b", "c", "a.b", "a.0", "a.1.b", "missing", "_id", "_ingest.x", "_source.a", "a.x.y", "{{b}}", "x{{c}}"]
PLAIN = [p for p in PATHS if "{{" not in p]
TARGETS = ["t", "t.u", "a", "b", "a.b", "a.0", "_id", "_index", "_version", "_ingest.t", "c.x"]
