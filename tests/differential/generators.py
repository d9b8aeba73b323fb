"""Pipelines and documents for `processors.py`: one generator for each processor."""

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


def text_processor(kind, values=(), **more):
    def generate(rng, count):
        for _ in range(count):
            options = {"field": rng.choice(["a"] * 6 + PLAIN)}
            sometimes(rng, options, target_field=TARGETS, ignore_missing=[True, False])
            for key, choices in more.items():
                options[key] = rng.choice(choices)
            yield {"pipeline": pipeline(kind, options, *types_before(rng)), "docs": documents(rng, values, 15)}

    return generate


SIZES = ["", "1kb", "1.5kb", "-1", "0", "1 GB ", "1x", "10", "1.23 k", "99999999pb", "9223372036854775808b", "-1kb", "-1b", "1e3b", " 1 b",
         "0x1pb", "1.1b", "NaNkb", "1tb", "2PB", "3m", "4mb", "5g", "6t", "7p", "b", "kb", "0.5b", "0.1k", "-2", "00", "+1k", "1,5k", "１k", "8eb", "1.999999k"]


def append(rng, count):
    values = [1, "x", ["x", "y"], [], [1, [2]], {"k": 1}, "{{b}}", ["{{b}}", "{{{c}}}"], "", None, [""], [None], True, 1.5, {"{{b}}": "{{c}}"}]
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 4 + PATHS), "value": rng.choice(values)}
        sometimes(rng, options, allow_duplicates=[True, False], media_type=["application/json", "text/plain", "application/x-www-form-urlencoded"])
        yield {"pipeline": pipeline("append", options, *types_before(rng)), "docs": documents(rng)}


def set_(rng, count):
    values = [1, "x", ["x", {"y": "{{a}}"}], {}, {"k": "{{{b}}}"}, "{{b}}", "{{{c}}}-{{a.x}}", "", None, True, 1.5, 99999999999999999999, "{{_index}}", "{{_ingest.pipeline}}"]
    for _ in range(count):
        options = {"field": rng.choice(["t"] * 3 + PATHS + TARGETS)}
        if rng.random() < 0.3:
            options["copy_from"] = rng.choice(PATHS)
        else:
            options["value"] = rng.choice(values)
        sometimes(rng, options, override=[True, False], ignore_empty_value=[True, False], media_type=["application/json", "text/plain", "application/x-www-form-urlencoded"])
        yield {"pipeline": pipeline("set", options, *types_before(rng)), "docs": documents(rng)}


NUMBERS = ["0x7fffffff", "0x80000000", "-0x80000000", "0xffffffffffffffff", "-0x8000000000000000", "017", "08", "0", "-0", "+1", "1_000", "1,5", "１２", " 1", "1 ",
           "1.0", "1e400", "-1e400", "1e-400", "1d", "1D", "2F", "1L", "0x1p3", "0x1.8p1", "inf", "nan", "-Infinity", "+NaN", "9223372036854775807",
           "9223372036854775808", "-9223372036854775809", "3.4028236e38", "1e39", "16777217", "0.1", "true", "TRUE", "tRuE", "yes", "0X10", "#10", "-", "+", "0x", "-0x"]
IPS = ["1.2.3.4", "01.2.3.4", "256.1.1.1", "1.2.3", "1.2.3.4.5", "::", "::ffff:1.2.3.4", "1::2::3", "fe80::1%1", "fe80::1%eth0", "[::1]", "2001:DB8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "12345::",
       "::1.2.3.4", "1.2.3.4/8", "0x1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "", ":", ":::", "1.2.3.4 ", "１.2.3.4"]


def convert(rng, count):
    for _ in range(count):
        kind = rng.choice(["integer", "long", "double", "float", "boolean", "ip", "string", "auto", "INTEGER", "number"])
        options = {"field": rng.choice(["a"] * 6 + ["b"] + PLAIN), "type": kind}
        sometimes(rng, options, target_field=TARGETS, ignore_missing=[True, False])
        values = IPS if kind == "ip" else NUMBERS
        yield {"pipeline": pipeline("convert", options, *types_before(rng)), "docs": documents(rng, values + [[v] for v in rng.sample(values, 5)], 15)}


ALL = {
    "append": append,
    "set": set_,
    "convert": convert,
    "lowercase": text_processor("lowercase"),
    "uppercase": text_processor("uppercase"),
    "trim": text_processor("trim", ["\u2003x\u00a0", "\u0001 x \u001f", "\u0085x"]),
    "bytes": text_processor("bytes", SIZES),
}


def rename(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 4 + PATHS + ["{{a}}", "c.x"]), "target_field": rng.choice(TARGETS + PATHS)}
        sometimes(rng, options, ignore_missing=[True, False], override=[True, False])
        yield {"pipeline": pipeline("rename", options, *types_before(rng)), "docs": documents(rng)}


def remove(rng, count):
    paths = PATHS + TARGETS + ["{{a}}", "c.x", "_version", "_ingest.timestamp", "b.b", "a.a"]
    for _ in range(count):
        options = {}
        some = rng.choice([rng.choice(paths), rng.sample(paths, 2), rng.sample(paths, 4)])
        options["keep" if rng.random() < 0.3 else "field"] = some
        sometimes(rng, options, ignore_missing=[True, False])
        yield {"pipeline": pipeline("remove", options), "docs": documents(rng)}


ALL.update(rename=rename, remove=remove)


# Pieces of Java regular expressions, put together at random; some of the results are no patterns, which both sides must say.
ATOMS = ["a", "b", ".", "\\d", "\\w", "\\s", "\\S", "[a-c]", "[^a-c]", "[a-z&&[^b]]", "\\p{Alpha}", "\\p{L}", "\\p{IsHan}", "\\p{Punct}", "(a)", "(?:ab)", "(?<n>b)",
         "(a|b)", "\\.", "\\b", "\\B", "^", "$", "\\A", "\\z", "\\Z", "(?=b)", "(?!a)", "(?<=a)", "(?<!b)", "(?>a+)", "\\h", "\\v", "\\R", "\\x41", "\\u5b95", "\\Qa.b\\E",
         "(?i)", "(?m)", "(?s)", "(?iu)", "(?x) # c\n", "é", "宕", "😀", "[\\w.]", "[a-]", "[]a]", "\\t", "\\cA", "\\0101", "[\\d&&[^5]]", "\\1", "\\k<n>", "[^\\x00-\\x7f]", ",", " ", "="]
QUANTIFIERS = ["", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "+?", "++", "?+", "{,2}"]
TEXTS = ["", "a", "b", "ab", "aab bb", "a.b", "abcABC123", "宕机 a", "é", "É", "a\nb", "a\r\nb\r\n", "\n", "a\n", "😀😀", "a,b,,c,,", " a  b ", "x=1 y=2", "AAAA", "a\u2028b", "a\u0085", "A\u0001", "_a_1",
         "127.0.0.1", "aaaaaaaa", "bababa", "5\t6", "\u00a0\u3000"]
REPLACEMENTS = ["", "-", "$0", "$1", "[$0]", "${n}", "\\$", "\\\\", "$", "\\", "$9", "$12", "x$1y", "${x}", "$x"]


def regex(rng):
    text = ""
    for _ in range(rng.randint(1, 4)):
        text += rng.choice(ATOMS) + rng.choice(QUANTIFIERS)
        if rng.random() < 0.1:
            text += "|"
    return text


def gsub(rng, count):
    for _ in range(count * 3):
        options = {"field": "a", "pattern": regex(rng), "replacement": rng.choice(REPLACEMENTS)}
        if rng.random() < 0.15:
            sometimes(rng, options, field=PLAIN, target_field=TARGETS, ignore_missing=[True, False])
        yield {"pipeline": pipeline("gsub", options), "docs": [{"a": t} for t in TEXTS] + documents(rng, (), 3)}


def split(rng, count):
    for _ in range(count * 2):
        options = {"field": rng.choice(["a"] * 8 + PLAIN), "separator": rng.choice([regex(rng), rng.choice([",", "", "|", "\\|", ".", "\\.", "\\s+", " ", "a", "[", "^", "$"])])}
        sometimes(rng, options, target_field=TARGETS + ["a", "a"], ignore_missing=[True, False], preserve_trailing=[True, False])
        yield {"pipeline": pipeline("split", options), "docs": [{"a": t} for t in TEXTS] + documents(rng, (), 6)}


def join(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 6 + PLAIN), "separator": rng.choice([",", "", "-{{b}}-", "\n"])}
        sometimes(rng, options, target_field=TARGETS)
        docs = documents(rng, LISTS + [[v, w] for v, w in zip(SCALARS, reversed(SCALARS))], 10)
        yield {"pipeline": pipeline("join", options, *types_before(rng)), "docs": docs}


ALL.update(gsub=gsub, split=split, join=join)


JSON_TEXTS = ["{\"a\":1}", "[1,2.5,null,true]", "\"x\\n\\u00e9\"", "{\"a\":{\"b\":[{\"c\":\"d\"}]},\"e\":-1e5}", "12", "-0.5", "null", "{\"b\":{\"x\":{\"n\":1}},\"_id\":\"q\",\"z\":1}", "{\"a.b\":1,\"\":2}",
              "  [ ] ", "{}", "// c\n1", "[\"a\\\\\",\"\\/\"]", "{\"k\":99999999999999999999,\"f\":1e400,\"l\":12345678901}", "{\"_version\":\"x\"}", "[[[[]]]]", "truefalse", "{\"a\":01}", "{\"宕\":\"机\"}", "[1.5e+3,0.0,1E2]"]
JSON_DAMAGE = list("{}[]\",:0123456789.-+eEtfnulINxa_$ \n\t\r/\\*#'@é宕\u0001\u007f") + ["\\u", "//", "/*", "*/", "NaN", "Infinity", "-INF", "null", "true"]


def damaged(rng, text):
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        at, kind = rng.randint(0, len(text)), rng.random()
        if kind < 0.35:
            text = text[:at] + text[at + 1 :]
        elif kind < 0.8:
            text = text[:at] + rng.choice(JSON_DAMAGE) + text[at + rng.choice([0, 0, 1]) :]
        else:
            text = text[:at]
    return text


def json_(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 8 + PLAIN)}
        sometimes(rng, options, strict_json_parsing=[True, False], allow_duplicate_keys=[True, False])
        if rng.random() < 0.3:
            options["add_to_root"] = True
            sometimes(rng, options, add_to_root_conflict_strategy=["merge", "replace"])
        else:
            sometimes(rng, options, target_field=TARGETS)
        docs = [{"a": damaged(rng, rng.choice(JSON_TEXTS)), "b": {"x": 1}} for _ in range(40)] + documents(rng, (), 8)
        yield {"pipeline": pipeline("json", options), "docs": docs}


ALL.update(json=json_)


FORMATS = ["ISO8601", "UNIX", "UNIX_MS", "TAI64N", "dd/MMM/yyyy:H:m:s Z", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "MMM d HH:mm:ss", "MMM dd",
           "EEE MMM dd HH:mm:ss.SSSSSS yyyy", "yyyyMMddHHmmss", "M/d/yyyy h:mm:ss a", "uuuu-MM-dd", "yyyy-DDD", "uuuu-DDD HH", "YYYY-ww", "YYYY-'W'ww-e", "HH:mm",
           "yyyy-MM-dd[ HH[:mm]]", "yyyy-MM-dd HH:mm:ss z", "yyyy-MM-dd HH:mm VV", "yyyy-MM-dd HH:mm:ss O", "G yyyy", "MMMM d, uuuu", "d MMMM yyyy", "EEEE", "h a",
           "yy", "y", "SSS", "epoch_second", "epoch_millis", "strict_date_optional_time", "strict_date_optional_time||epoch_millis", "date_optional_time", "basic_date",
           "week_date", "strict_date", "yyyy-MM-dd||dd/MM/yyyy", "bogus", "yyyy 'x", "8yyyy", ""]
TIMES = ["2021-03-04T05:06:07.089+02:00", "2021-03-04T05:06:07Z", "2021-03-04", "2021-03", "2021", "20210304", "20210304050607", "1614834367", "1614834367.5", "1614834367089",
         "-1.5", "@4000000050d506482dbdf024", "04/Mar/2021:5:6:7 +0200", "2021-03-04 05:06:07", "Mar 4 05:06:07", "Mar  4 05:06:07", "Feb 29", "Thu Mar 04 05:06:07.123456 2021",
         "3/4/2021 5:06:07 PM", "3/4/2021 5:06:07 pm", "2021-063", "2021-10", "2021-W10-4", "05:06", "24:00", "2021-03-04 05", "2021-03-04 05:06", "2021-03-28 02:30:00", "2021-10-31 02:30:00",
         "2021-03-04 05:06:07 EST", "2021-03-04 05:06:07 CET", "2021-03-04 05:06:07 Europe/Berlin", "2021-03-04 05:06 Europe/Berlin", "2021-03-04 05:06:07 GMT+2", "2021-02-29", "2021-02-31",
         "2021-13-01", "AD 2021", "March 4, 2021", "4 March 2021", "4 mars 2021", "4 三月 2021", "Thursday", "5 AM", "21", "123", "04/03/2021", "2021-03-04T24:00:00", "2021-03-04T05:06:07,5",
         1614834367, 1614834367089, 1614834367.5, -1, 2021]
ZONES = ["UTC", "Z", "Europe/Berlin", "America/New_York", "+05:30", "UTC+2", "{{z}}", "{{z}}", "Nope", ""]
# Not those whose eras or weeks the Java of a node may count otherwise than the Java that Elasticsearch comes with: `ROOT`, `zh-CN`.
LOCALES = ["en", "en-US", "fr", "zh", "de_DE", "pt-BR", "{{l}}", "{{l}}", "xx"]
OUTPUTS = ["yyyy-MM-dd", "epoch_millis", "strict_date_time", "EEE MMM d HH:mm:ss.SSSSSSSSS VV yyyy", "uuuu/D", "YYYY-'W'ww-e", "bogus", "yyyy-MM-dd'T'HH:mm:ss.SSSZZZZZ"]


def date_documents(rng):
    docs = [{"a": v, "z": rng.choice(["UTC", "+02:00", "Asia/Shanghai", "x", None]), "l": rng.choice(["de", "fr", "zz", None])} for v in rng.sample(TIMES, 30)]
    return docs + documents(rng, (), 5)


def date(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 9 + PLAIN), "formats": rng.sample(FORMATS, rng.choice([1, 2, 4, 8]))}
        for key, choices in (("timezone", ZONES), ("locale", LOCALES), ("output_format", OUTPUTS), ("target_field", TARGETS)):
            if rng.random() < 0.3:
                options[key] = rng.choice(choices)
        yield {"pipeline": pipeline("date", options), "docs": date_documents(rng)}


def date_index_name(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 9 + PLAIN), "date_rounding": rng.choice(["M", "d", "{{l}}", ""])}
        if rng.random() < 0.8:
            options["date_formats"] = rng.sample(FORMATS[:-4], rng.choice([1, 2, 3, 6]))
        sometimes(rng, options, index_name_prefix=["p-", "{{z}}-", ""])
        for key, choices in (("timezone", ZONES), ("locale", ["en", "fr-FR", "zh-Hans-CN", "xx", "de_DE"]), ("index_name_format", OUTPUTS + ["{{z}}"])):
            if rng.random() < 0.3:
                options[key] = rng.choice(choices)
        yield {"pipeline": pipeline("date_index_name", options), "docs": date_documents(rng)}


ALL.update(date=date, date_index_name=date_index_name)
