"""Pipelines and documents for `processors.py`: a generator for each processor of texts, lists and members."""

from values import LISTS, OBJECTS, PATHS, PLAIN, SCALARS, TARGETS, document, documents, pipeline, sometimes, types_before, value


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
        if rng.random() < 0.2:
            sometimes(rng, options, ignore_empty_values=[True, False])
            options["copy_from"] = rng.choice(PLAIN)
            options.pop("value")
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


KV_TEXTS = ["a=1 b=2", "x=(1) y=[2] z=\"3\"", "k=v=w", "=1", "a=", "a", "", " ", "a=1  b=2", "p.q=1 p=2", "_a_=1 a=2", "a=1\n", "a=1 b='x y' c=<d>", "é=ü 宕=机", "a:1,b:2", "a=1&b=2&a=3", "x=)\n", "x=(\r\n y=z\n"]


def kv(rng, count):
    for _ in range(count * 2):
        options = {"field": rng.choice(["a"] * 8 + PATHS), "field_split": rng.choice([" ", " ", "&", ",", "\\s+", "[ ,]", "\\s+(?=\\w+=)", "", regex(rng)]), "value_split": rng.choice(["=", "=", ":", "[=:]", "=|:", ""])}
        sometimes(rng, options, target_field=TARGETS + ["t", "{{b}}"], ignore_missing=[True, False], prefix=["p_", "x.", ""], strip_brackets=[True, False])
        if rng.random() < 0.3:
            sometimes(rng, options, trim_key=["_", " ", "a", "]", "a-c", "\\s", "^"], trim_value=["<>", "()", "\"'", "\\d", "[", "1-3"], include_keys=[["a"], ["x", "_a_"], []], exclude_keys=[["a"], ["y"], []])
        yield {"pipeline": pipeline("kv", options), "docs": [{"a": t, "b": rng.choice(["q", "", "r.s"])} for t in KV_TEXTS] + documents(rng, (), 5)}


DISSECT_KEYS = ["a", "b", "c.d", "x", "", "?s", "+x", "+x/1", "+x/2", "*k", "&k", "a->", "+x->", "->", "?s->", "t.u", "t", "b->", "é", "*k->", "q+r", "+y/3->"]
DELIMITERS = [" ", ",", " - ", ":", "][", "é", "  ", "", "]", "=", ", ", "\n", "%"]
DISSECT_TEXTS = ["a b c", "a,b,c", "a - b - c", "1:2:3", "x][y][z", "", " ", "a  b   c", ",,,", "a,,b", "aébéc", "a=b", "宕 机", "a b", "a\nb", "k:v", "a, b, c", "::", " a ", "a - ", "=", "%{a}", "a%b"]


def dissect(rng, count):
    for _ in range(count * 6):
        text = rng.choice(["", "", "", "[", " ", "é", "x"])
        for _ in range(rng.randint(1, 4)):
            text += "%{" + rng.choice(DISSECT_KEYS) + "}" + rng.choice(DELIMITERS)
        if rng.random() < 0.7:
            text = text.rstrip(" ,:-[]=é\n%")
        options = {"field": rng.choice(["a"] * 10 + PLAIN), "pattern": text}
        sometimes(rng, options, append_separator=["-", "", ", "], ignore_missing=[True, False])
        yield {"pipeline": pipeline("dissect", options), "docs": [{"a": t} for t in DISSECT_TEXTS] + documents(rng, (), 2)}


CSV_TEXTS = ["1,2,3", "a,,c", ",", "", "\"a,b\",c", "\"a\"\"b\",c", "\"a", "a\"b", "\"a\"b", " a , b ", "\"a\" ,b", "a\nb", "\"a\nb\"", "\"\",x", "\"\"\"\"", "é,宕", " ,x", "  ,  ,z", "\ta\t,\tb", "a;b;c", "'a;b';c", "\n,b", "a,", "\"a\",", "a b c", "\"a\"  \"b\"", ",,,,", "😀,x", "x,\"y\" , \" z \""]


def csv(rng, count):
    for _ in range(count * 2):
        options = {"field": rng.choice(["a"] * 10 + PLAIN), "target_fields": rng.choice([["x", "y", "z"], ["x"], ["t.u", "t.v"], ["x", "x"], ["a", "b"], ["_id", "_index"], ["b.c", "b"]])}
        sometimes(rng, options, trim=[True, False], separator=[";", " ", "\t", ",", "é", ";;"], quote=["'", "\"", ","], ignore_missing=[True, False], empty_value=["E", 1, {"k": "{{a}}"}, ["x"], False])
        yield {"pipeline": pipeline("csv", options), "docs": [{"a": t} for t in CSV_TEXTS] + documents(rng, (), 3)}


def sort(rng, count):
    kinds = [[1, 2, 3, -1, 0], ["a", "B", "é", "😀", "", "aa"], [1.5, -0.5, 1e22], [True, False], [1, "a", None, 2.5], [None, 1], [[1], {"a": 1}, 2], [2147483648, 1, 9007199254740993], ["10", "9"], [{"a": 1}]]
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 8 + PLAIN)}
        sometimes(rng, options, order=["asc", "desc", "desc", "up"], target_field=TARGETS)
        docs = []
        for _ in range(30):
            pool = rng.choice(kinds)
            docs.append({"a": [rng.choice(pool) for _ in range(rng.choice([0, 1, 2, 2, 3, 5, 9]))]})
        yield {"pipeline": pipeline("sort", options, *types_before(rng)), "docs": docs + documents(rng, (), 5)}


HTML = ["<b>", "</b>", "<p>", "</p>", "<br>", "<br/>", "< br >", "<a href='x>y'>", "<a b=\"c\" d>", "<script>", "</script>", "<style>", "</style>", "<!--", "-->", "<!DOCTYPE x>", "<![CDATA[", "]]>", "<?x?>", "<?x", "&amp;", "&amp", "&lt;", "&#65;",
        "&#x41;", "&#x1F600;", "&#xd83d;&#xde00;", "&nbsp;", "&bogus;", "&", "&#", "<", ">", "</", "<!", "<é>", "<img/>", "<td>", "x", " ", "\n", "'", "\"", "<!--#inc ", "a < b", "=", "<b ", "/>", "<a x='", "\\", "<textarea>", "<SELECT>", "</ p >", "<1>", "宕"]


def html_strip(rng, count):
    for _ in range(count * 3):
        texts = ["".join(rng.choice(HTML) for _ in range(rng.randint(1, 9))) for _ in range(40)]
        texts = [t + "<i>" if rng.random() < 0.4 else t for t in texts]
        options = sometimes(rng, {"field": "a"}, target_field=["t", "a"], ignore_missing=[True, False])
        yield {"pipeline": pipeline("html_strip", options), "docs": [{"a": t} for t in texts]}


URL_PIECES = ["http://", "https://", "ftp://", "file:", "mailto:", "//", "/", "?", "#", ":", "@", "user:pw@", "u@", "h", "example.com", "h_x", "a-b", "-a", "1.2.3.4", "[::1]", "[x]", "[fe80::1%eth0]", ":80", ":x", ":", "a", "b.c", "b.tar.gz", "%41", "%zz", "%", "%C3%A9", " ", "é", "|", "{}",
              "..", ".", "/../", "/./", "q=1", "&", "+", "=", "\\", "\"", "<", "1", "9a", "a.1", "HTTP://", "URL:http://", "jar:", "urn:", "x:", "\u00a0", "^", "`", ",", ";", "~", "!", "*", "'", "(", ")", "$"]


def uri_parts(rng, count):
    for _ in range(count):
        texts = ["".join(rng.choice(URL_PIECES) for _ in range(rng.randint(1, 6))) for _ in range(30)]
        texts += [rng.choice(["http://", "https://", "//"]) + "".join(rng.choice(URL_PIECES) for _ in range(rng.randint(1, 6))) for _ in range(40)]
        options = {"field": rng.choice(["a"] * 10 + PLAIN)}
        sometimes(rng, options, target_field=TARGETS + ["a"], keep_original=[True, False], remove_if_successful=[True, False], ignore_missing=[True, False])
        yield {"pipeline": pipeline("uri_parts", options), "docs": [{"a": t} for t in texts] + documents(rng, (), 4)}


def dot_expander(rng, count):
    keys = ["a.b", "a.b.c", "a", "a.", ".a", "b.c", "x", "a..b", "c.d.e", "_id.x", "m"]
    for _ in range(count * 2):
        options = {"field": rng.choice(["*", "*", "a.b", "b.c", "a.b.c"])}
        sometimes(rng, options, override=[True, False])
        if rng.random() < 0.3:
            options["path"] = rng.choice(["m", "a", "missing", "m.n", "_ingest"])
        docs = []
        for _ in range(25):
            def members():
                return {k: value(rng) if rng.random() < 0.8 else {"b": value(rng)} for k in rng.sample(keys, rng.randint(0, 4))}
            doc = members()
            if rng.random() < 0.4:
                doc["m"] = members()
            docs.append(doc)
        yield {"pipeline": pipeline("dot_expander", options), "docs": docs}


def foreach(rng, count):
    inner = [
        {"uppercase": {"field": "_ingest._value"}}, {"uppercase": {"field": "_ingest._value", "ignore_failure": True}}, {"set": {"field": "_ingest._key", "value": "{{_ingest._value}}"}},
        {"set": {"field": "_ingest._value", "value": "{{_ingest._key}}:{{_ingest._value}}"}}, {"append": {"field": "seen", "value": "{{_ingest._key}}={{{_ingest._value}}}"}}, {"remove": {"field": "_ingest._value"}},
        {"rename": {"field": "_ingest._value.a", "target_field": "_ingest._value.z"}}, {"convert": {"field": "_ingest._value", "type": "integer", "on_failure": [{"set": {"field": "_ingest._value", "value": "{{_ingest.on_failure_message}}"}}]}},
        {"fail": {"message": "m {{_ingest._value}}"}}, {"drop": {}}, {"terminate": {}}, {"set": {"field": "a", "value": "gone"}}, {"append": {"field": "a", "value": 1}}, {"remove": {"field": "a", "ignore_missing": True}},
        {"foreach": {"field": "_ingest._value", "ignore_missing": True, "processor": {"set": {"field": "_ingest._value", "value": "in"}}}}, {"remove": {"field": "_ingest._key", "ignore_missing": True}},
    ]
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 6 + ["b"] + PLAIN), "processor": rng.choice(inner)}
        sometimes(rng, options, ignore_missing=[True, False])
        steps = pipeline("foreach", options)
        if rng.random() < 0.4:
            steps["on_failure"] = [{"set": {"field": "err", "value": "{{_ingest.on_failure_processor_type}} {{_ingest.on_failure_message}}"}}]
        steps["processors"].append({"set": {"field": "after", "value": True}})
        lists = LISTS + OBJECTS + [{"zeta": 1, "alpha": "x", "b": [1]}, ["1", "x"], {"a": {"a": 1}}]
        yield {"pipeline": steps, "docs": [{"a": v} for v in lists] + documents(rng, (), 8)}


def reroute(rng, count):
    texts = ["x", "{{b}}", "{{{b.c}}}", "{{b.c}}", "A", "a-b", "{{b}}x", "", "{{ b }}", "{{b}}-{{c}}", "{{missing}}"]
    for _ in range(count):
        options = {}
        for key in ["dataset", "namespace", "type"]:
            if rng.random() < 0.4:
                options[key] = rng.choice([rng.choice(texts), rng.sample(texts, 2)])
        if rng.random() < 0.2:
            options["destination"] = rng.choice(["d", "{{b}}", ""])
        docs = []
        for _ in range(20):
            doc = document(rng, ("x", "b", "c"))
            for key in ["data_stream", "event"]:
                if rng.random() < 0.3:
                    doc[key] = rng.choice([value(rng), {"dataset": value(rng)}, {"namespace": "N s", "type": "metrics"}, {"dataset": "d/E-f"}])
            for key in ["data_stream.dataset", "data_stream.type", "data_stream.namespace", "event.dataset"]:
                if rng.random() < 0.12:
                    doc[key] = value(rng)
            docs.append(doc)
        steps = pipeline("reroute", options)
        steps["processors"].append({"set": {"field": "after", "value": True}})
        yield {"pipeline": steps, "docs": docs}


def fail(rng, count):
    for _ in range(count):
        steps = pipeline("fail", {"message": rng.choice(["", "m", "{{a}}", "{{{a}}} {{b.x}}", "{{_ingest.pipeline}}"])})
        handler = [{rng.choice(["set"]): {"field": "h", "value": "{{_ingest.on_failure_message}}|{{_ingest.on_failure_processor_type}}|{{_ingest.on_failure_processor_tag}}|{{_ingest.on_failure_pipeline}}"}}]
        ending = rng.choice([[], [{"drop": {}}], [{"terminate": {}}], [{"fail": {"message": "again", "tag": "t2"}}], [{"reroute": {"destination": "d"}}]])
        if rng.random() < 0.5:
            steps["processors"][0]["fail"]["on_failure"] = ending + handler
        if rng.random() < 0.5:
            steps["on_failure"] = handler + rng.choice([[], ending])
        if rng.random() < 0.3:
            steps["processors"][0]["fail"]["tag"] = "t1"
        steps["processors"].append({"set": {"field": "after", "value": True}})
        yield {"pipeline": steps, "docs": documents(rng, (), 5)}


ALL.update(kv=kv, dissect=dissect, csv=csv, sort=sort, html_strip=html_strip, uri_parts=uri_parts, dot_expander=dot_expander, foreach=foreach, reroute=reroute, fail=fail)
ALL["urldecode"] = text_processor("urldecode", ["%41", "a+b", "%", "%4", "%zz", "%-1", "%+1", "%E5%AE", "%C3%A9", "%%41", "% 1", "%1 ", "%c3%28", "%41%", "é%41", "%e5%ae%95x", "%ED%A0%80", "%F0%9F%98%80", "%00", "%-0", "%++", "%1é"])


def script(rng, count):
    sources = ["ctx.t = params.p", "ctx.t = ctx.a", "ctx.a = params['p'] + 1", "if (ctx.b != null) { ctx.remove('b') }", "ctx.t = [ctx.a, params.q]"]
    for _ in range(count):
        options = {"source": rng.choice(sources)}
        sometimes(rng, options, params=[{"p": 1}, {"p": "x", "q": [1, None]}, {}], lang=["painless"])
        yield {"pipeline": pipeline("script", options), "docs": documents(rng, (), 10)}


ALL.update(script=script)
