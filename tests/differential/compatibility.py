#!/usr/bin/env python3
"""compatibility.py [--check]: writes docs/compatibility.md out of verified.json, which `processors.py --record` fills, the tables of options
in docs/processors and the explained differences. --check only says whether the page is up to date."""

import json
import pathlib
import re
import sys

from explained import ROWS

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs/compatibility.md"
OPTION = re.compile(r"^\| (`[^|]+`) +\| ([^|]*) \|", re.MULTILINE)
# The nodes of tests/stack, and which processors only some of them have.
VERSIONS = ["7.10", "8.19", "9.4"]

OURS = "logboom's own: Elasticsearch has no such thing"
NO_NODE = "no node can be had from a public registry with this part; by the documentation, with cases in the processor's file"
# Why no node was asked, by processor or processor.option.
NOT_COMPARED = {
    "attachment": "refused by name: logboom does not read documents of office programs",
    "circle": NO_NODE,
    "drop": "takes no options of its own; part of every run of whole pipelines",
    "enrich": NO_NODE,
    "geo_grid": NO_NODE,
    "ip_location": "the code is that of `geoip`; " + NO_NODE,
    "inference": "models are logboom's judges; cases beside them",
    "recover_failure_document": "needs a failure store; cases of the node's documentation",
    "script.id": "stored scripts are files beside the pipelines",
    "script.lang": "`painless` and `mustache` are all there is",
    "set_security_user": "there is no user outside of Elasticsearch; cases in the processor's file",
    "terminate": "takes no options of its own; part of every run of whole pipelines",
    "geoip.download_database_on_pipeline_creation": "logboom downloads no databases; the option is taken and does nothing",
    "user_agent.regex_file": "the file is one of logboom's; cases in the processor's file",
    "redact": "the node wants a licence for it; by the documentation, with cases in the processor's file",
}


def options(processor):
    """The options on a processor's page."""
    text = (ROOT / f"docs/processors/{processor}.md").read_text("utf-8")
    table = re.search(r"^\| option.*?(?=^$|\Z)", text, re.MULTILINE | re.DOTALL)
    return [name for names, _ in OPTION.findall(table.group() if table else "") for name in re.findall(r"`(\w+)`", names)]


def is_ours(processor):
    index = (ROOT / "docs/processors/README.md").read_text("utf-8")
    ours = re.search(r"\[(?:%s)\]" % "|".join(["dedupe", "http_lookup", "multiline", "sample", "table", "throttle", "truncate"]), f"[{processor}]")
    return bool(ours) and processor in index


def cells(counts):
    by_version = {version: 0 for version in VERSIONS}
    for version, documents in counts.items():
        by_version[".".join(version.split(".")[:2])] += documents
    return by_version


def rows(verified):
    for page in sorted((ROOT / "docs/processors").glob("*.md")):
        processor = page.stem
        if processor == "README":
            continue
        known = verified.get(processor, {})
        if is_ours(processor):
            yield processor, "all", {}, OURS
            continue
        named = options(processor)
        if not named:
            yield processor, "–", {}, NOT_COMPARED.get(processor, "")
        for option in named:
            counts = cells(known.get(option, {}))
            why = "" if any(counts.values()) else NOT_COMPARED.get(f"{processor}.{option}", NOT_COMPARED.get(processor, ""))
            yield processor, f"`{option}`", counts, why
    for option in ["if", "tag", "description", "ignore_failure", "on_failure"]:
        yield "every processor", f"`{option}`", cells(verified.get("*", {}).get(option, {})), ""


def page(verified):
    blank = []
    lines = [
        "# Compatibility",
        "",
        "Made by `tests/differential/compatibility.py`; do not edit. Generated documents went through generated options of each processor on real nodes",
        "(Elasticsearch 8.19 and 9.4; 7.10 for the processors whose data only that one has) and through logboom; the numbers say how many documents",
        "were compared. They differ only as listed below. Where versions differ, logboom follows 8.19, and 9.4 for what 8.19 lacks.",
        "",
        "| processor | option | " + " | ".join(VERSIONS) + " | not compared because |",
        "|---|---|" + "---|" * (len(VERSIONS) + 1),
    ]
    for processor, option, counts, why in rows(verified):
        numbers = [str(counts[v]) if counts.get(v) else "–" for v in VERSIONS]
        if not any(counts.values()) and not why:
            blank.append(f"{processor} {option}")
        lines.append(f"| {processor} | {option} | {' | '.join(numbers)} | {why} |")
    lines += ["", "## Deviations", "", "| what | whose |", "|---|---|"]
    for reason, meant, _ in ROWS.values():
        nodes = [v for v, java in (("8.19 on Java 17", 17), ("9.4 on Java 25", 25)) if meant(tuple(map(int, v.split(" ")[0].split("."))), java)]
        lines.append(f"| {reason} | {', '.join(nodes)} |")
    for path in (ROOT / "tests/conformance/exceptions.json",):
        for reason in dict.fromkeys(group["reason"] for group in json.loads(path.read_text("utf-8"))):
            lines.append(f"| {reason} | 7.10 |")
    lines += [
        "| a pipeline that is named but not there, a broken date format or separator is an error at start, where the node fails each document | all |",
        "| a grok expression or regular expression that takes too many steps fails; the node stops by the clock | all |",
        "",
    ]
    return "\n".join(lines), blank


def main():
    verified = json.loads((pathlib.Path(__file__).parent / "verified.json").read_text("utf-8"))
    text, blank = page(verified)
    if blank:
        sys.exit("neither compared nor explained: " + ", ".join(blank))
    if "--check" in sys.argv:
        if PAGE.read_text("utf-8") != text:
            sys.exit("docs/compatibility.md is stale: run tests/differential/compatibility.py")
        return
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
