"""Where a node answers otherwise than logboom and why: its version differs from 8.19, or its Java from the one Elasticsearch ships.

Each row has a name, the reason, which nodes it is about and a test on (processor, case, the node's answer, logboom's answer), answers being
those of `node.essence`. `docs/compatibility.md` lists the rows."""

import json
import re


def reasons(answer):
    return " ".join(str(reason) for _, reason in answer["error"]) if "error" in answer else ""


def told(left, right, pairs):
    """Whether both fail, with one of these pairs of messages."""
    return any(re.search(a, reasons(left)) and re.search(b, reasons(right)) for a, b in pairs)


def source(answer):
    return answer.get("doc", answer).get("_source") if isinstance(answer, dict) else None


def without_nulls(value):
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return value


FLOATS = re.compile(r"-?\d+\.\d+(E-?\d+)?")
# A float that became a name is cut at its dot.
MANTISSAS = re.compile(r"\d{6,}(?=E-?\d)")


def seven_digits(answer):
    text = FLOATS.sub(lambda number: f"{float(number.group()):.6g}", json.dumps(answer, sort_keys=True))
    return MANTISSAS.sub(lambda digits: digits.group()[:6], text)


def has_zone(case):
    return re.search(r'\d\.\d+%', json.dumps(case)) is not None


LOCAL_NAMES = re.compile(r'because "[^"]+" is null')
PARSED_TEXT = [(r'For input string: "', r'For input string: "')]
TAI64N = [(r"Range \[1, 16\) out of bounds", r"begin 1, end 16, length")]

# name: (reason, whether a node of this version and Java is meant, test)
ROWS = {
    "float_digits": (
        "Java before 19 prints some floats with a digit too many",
        lambda version, java: java < 19,
        lambda processor, case, left, right: seven_digits(left) == seven_digits(right),
    ),
    "word_boundaries": (
        r"`\b` and `\B` take letters beyond ASCII for words in Java before 19",
        lambda version, java: java < 19,
        lambda processor, case, left, right: re.search(r"\\\\[bB]", json.dumps(case["pipeline"])) and not json.dumps(case["docs"], ensure_ascii=False).isascii(),
    ),
    "java_messages": (
        "Java 25 words some exceptions otherwise: of `URLDecoder`, `Double.parseDouble`, `String.substring`, of what is null",
        lambda version, java: java >= 21,
        lambda processor, case, left, right: told(left, right, PARSED_TEXT + TAI64N)
        or processor == "urldecode" and "URLDecoder: " in reasons(left)
        or told(left, right, [(r'because "ipString" is null', r'because "ipString" is null')]),
    ),
    "case_folding": (
        "Joni ignores the case of a class (`(?i:\\p{Lu})`) by tables that know no letter added after Unicode 6, and `ß` only as `ss`",
        lambda version, java: True,
        lambda processor, case, left, right: processor == "grok" and "(?i" in json.dumps(case["pipeline"]) and not json.dumps(case["docs"], ensure_ascii=False).isascii(),
    ),
    "end_of_text": (
        r"Joni looks for `\Z` by counting bytes back from the end, and so not before a last character beyond ASCII",
        lambda version, java: True,
        lambda processor, case, left, right: processor == "grok" and r"\\Z" in json.dumps(case["pipeline"]) and not json.dumps(case["docs"], ensure_ascii=False).isascii(),
    ),
    "null_messages": (
        "Java's messages about what is null name variables of the node's own code; those differ between versions",
        lambda version, java: True,
        lambda processor, case, left, right: "because" in reasons(left) and LOCAL_NAMES.sub("", reasons(left)) == LOCAL_NAMES.sub("", reasons(right)),
    ),
    "operands": (
        "an operator between values that it does not take: which of two messages a script fails with, or whether a boolean beside a number fails "
        "at all, depends on what the script ran over before, on the node",
        lambda version, java: True,
        lambda processor, case, left, right: told(left, right, [("Cannot (apply|cast)", "Cannot (apply|cast)")])
        or "error" not in left and "Cannot cast java.lang.Boolean to java.lang." in reasons(right),
    ),
    "bytes_decimals": (
        "9.x rounds fractions of a unit up, and refuses more than two decimals",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: processor == "bytes" and "." in json.dumps([d.get("a") for d in case["docs"]]),
    ),
    "uri_parts_of_9": (
        "9.x leaves parts out that are null, and refuses some texts that 8.19 takes by `java.net.URL`",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: processor == "uri_parts",
    ),
    "self_reference": (
        "a document that a script has made contain itself is refused when the script ends, on the node when the document is written",
        lambda version, java: True,
        lambda processor, case, left, right: "self-referencing" in reasons(right),
    ),
    "class_names": (
        "9.x has moved classes that messages name",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: "UnmodifiableIngestData" in reasons(left) and "UnmodifiableIngestData" in reasons(right),
    ),
    "append_of_nothing": (
        "9.x leaves a value alone to which nothing is appended, where 8.19 makes it a list",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: processor == "dot_expander" and "[]" in json.dumps(case["docs"])
        or any(step.get("append", {}).get("value") == [] or "copy_from" in step.get("append", {}) for step in case["pipeline"]["processors"]),
    ),
    "empty_path_elements": (
        "9.x refuses paths with two dots in a row, and fields without a name",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: re.search(r"path \[.*\.\..*\] is not valid", reasons(left)) is not None
        or re.search(r"Index (0|-1) out of bounds for length 0", reasons(left)) is not None,
    ),
    "registered_domain_order": (
        "9.x sets `top_level_domain` before `domain`, so another part is named where the target is no object",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: processor == "registered_domain" and told(left, right, [(r"cannot set \[top_level_domain\]", r"cannot set \[domain\]")]),
    ),
    "addresses_with_zones": (
        "9.x takes dotted addresses with a zone (`1.2.3.4%e`)",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: "is not an IP string literal" in reasons(right) and has_zone(case["docs"]),
    ),
    "iso_parser": (
        "9.x parses ISO 8601 formats by a parser of its own, which words its cause otherwise",
        lambda version, java: version >= (9,),
        lambda processor, case, left, right: told(left, right, [("Could not fully parse datetime", "Failed to parse with all enclosed parsers")]),
    ),
}


class Explained:
    """The rows that are about one node, and how often each was the reason."""

    def __init__(self, version, java):
        number = tuple(int(part) for part in version.split(".")[:2])
        self.rows = {name: row for name, row in ROWS.items() if row[1](number, java)}
        self.counts = {}

    def row(self, processor, case, left, right):
        for name, (_, _, test) in self.rows.items():
            if isinstance(left, dict) and isinstance(right, dict) and test(processor, case, left, right):
                self.counts[name] = self.counts.get(name, 0) + 1
                return name
        return None
