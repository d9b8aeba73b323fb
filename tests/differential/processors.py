#!/usr/bin/env python3
"""processors.py [--url URL] [--bin BIN] [--only NAME] [--count N | --seconds N] [--seed N] [--record FILE] [-v]

Runs generated processors over generated documents on a live Elasticsearch and on logboom and prints where they differ.
Each generator yields pipelines for one processor; the documents are odd on purpose: nulls, missing fields, wrong types, numbers, nested
objects, arrays, other scripts. Exits 1 when anything differs; the last line is 'N passed, N failed'.

--record adds to FILE which options of which processor were compared, by the node's version: `docs/compatibility.md` is made of it."""

import argparse
import json
import os
import random
import sys
import time

import dates_generator
import generators
import grok_generator
import network
import painless_generator
import pipelines
from explained import Explained
from node import Logboom, Node, essence, is_artefact, same

ARGS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGS.add_argument("--url", default="http://127.0.0.1:19200")
ARGS.add_argument("--bin", default="target/debug/logboom")
ARGS.add_argument("--geoip", help="folder of the node's GeoIP databases")
ARGS.add_argument("--only", default="", help="generators, with commas")
ARGS.add_argument("--without", default="", help="generators to leave out, with commas")
ARGS.add_argument("--count", type=int, default=60, help="pipelines for each processor")
ARGS.add_argument("--seconds", type=float, help="as many pipelines as fit into this time, all processors together")
ARGS.add_argument("--seed", type=int, default=1)
ARGS.add_argument("--show", type=int, default=5, help="differences printed for each processor")
ARGS.add_argument("--record", metavar="FILE")
ARGS.add_argument("-v", action="store_true", help="also print pipelines that both refuse")

# Generators by name: that of the processor, and after a slash what of it.
ALL = {**generators.ALL, **dates_generator.ALL, **grok_generator.ALL, **network.ALL, **pipelines.ALL, **painless_generator.ALL}
# Options that every processor has.
COMMON_OPTIONS = {"if", "tag", "description", "ignore_failure", "on_failure"}
# Pipelines of a generator for a run that is bounded by time: each processor then gets the same time.
COUNT_MAX = 1_000_000
# What is printed of a pipeline, a document, an answer.
TEXT_CHARS_MAX = 600


def text(value):
    return json.dumps(value, ensure_ascii=False)[:TEXT_CHARS_MAX]


def is_refused_in_time(processor, expected, got):
    """Whether logboom refuses at start, and rightly, what the node finds wrong with every document. Or the node's parser is at fault."""
    if "refused" in expected:
        # An option that newer versions have.
        unknown = "doesn't support one or more provided configuration parameters"
        if unknown in expected["refused"] or processor == "append" and "[value] required property" in expected["refused"]:
            return True
        # `_simulate` of 7.10 knows no integer beyond 64 bits.
        if "java.math.BigInteger" in expected["refused"]:
            return True
        # It gives up by the clock, at times while it looks at the pattern.
        if "grok pattern matching was interrupted" in expected["refused"]:
            return True
        # `?.` on a primitive: the node compiles it to a class that Java does not take.
        if "Bad type on operand stack" in expected["refused"]:
            return True
        # A failure inside an error handler may end the whole request on the node.
        if isinstance(got, list) and any(expected["refused"] in str(answer) for answer in got):
            return True
        return any(fault in str(expected) for fault in ("]. null", "]. Cannot invoke"))
    if processor == "split" and "Invalid regex pattern" in str(got):
        return True
    return processor.startswith("date") and all("error" in (answer or {}) for answer in expected)


class Comparison:
    """What was compared so far for one generator, and what differed."""

    def __init__(self, args, node, logboom, explained, processor):
        self.args, self.node, self.logboom, self.explained, self.processor = args, node, logboom, explained, processor
        self.documents = self.differences = 0
        self.options = {}

    def differs(self, pipeline, *lines):
        self.differences += 1
        if self.differences <= self.args.show:
            print("\n    ".join([f"  {text(pipeline)}", *lines]), flush=True)

    def compare(self, case):
        pipeline, docs = case["pipeline"], [{"_index": "logs-a-b", "_id": "1", "_source": d} for d in case["docs"]]
        others = case.get("others", {})
        if not all(self.node.put(f"/_ingest/pipeline/{name}", other) for name, other in others.items()):
            return
        expected, got = self.node.simulate(pipeline, docs), self.logboom.simulate(pipeline, docs, others)
        if isinstance(expected, dict) and isinstance(got, dict):
            if self.args.v:
                print(f"  both refuse {text(pipeline)}\n    node    {expected}\n    logboom {got}")
        elif isinstance(expected, dict) or isinstance(got, dict):
            if not is_refused_in_time(self.processor, expected, got):
                self.differs(pipeline, f"ONE REFUSES\n    node    {str(expected)[:300]}", f"logboom {str(got)[:600]}")
        else:
            self.compare_answers(pipeline, docs, expected, got)

    def compare_answers(self, pipeline, docs, expected, got):
        self.documents += len(docs)
        for kind, options in (pair for step in pipeline["processors"] for pair in step.items()):
            for option in options:
                key = ("*" if option in COMMON_OPTIONS else kind, option)
                self.options[key] = self.options.get(key, 0) + len(docs)
        for doc, left, right in zip(docs, expected, got):
            left_out = is_artefact(left)
            left, right = essence(left), essence(right)
            case = {"pipeline": pipeline, "docs": [doc["_source"]]}
            if not left_out and not same(left, right) and not self.explained.row(self.processor, case, left, right):
                lines = [f"doc     {text(doc['_source'])}", f"node    {text(left)}", f"logboom {text(right)}"]
                self.differs(pipeline, *lines)


def record(path, version, compared):
    """Adds the documents compared to those of earlier runs."""
    rows = json.load(open(path, encoding="utf-8")) if os.path.exists(path) else {}
    for processor, options in compared.items():
        row = rows.setdefault(processor, {})
        for option, documents in options.items():
            counts = row.setdefault(option, {})
            counts[version] = counts.get(version, 0) + documents
    with open(path, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1, sort_keys=True)
        file.write("\n")


def main():
    sys.setrecursionlimit(100_000)
    args = ARGS.parse_args()
    node, logboom = Node(args.url), Logboom(args.bin, args.geoip)
    explained = Explained(node.version(), node.java())
    only = set(filter(None, args.only.split(",")))
    without = set(args.without.split(","))
    known = node.processors()
    chosen = {name: generate for name, generate in ALL.items() if (not only or name in only) and name not in without and name.split("/")[0] in known}
    total = failed = 0
    compared = {}
    for name, generate in chosen.items():
        processor = name.split("/")[0]
        comparison = Comparison(args, node, logboom, explained, processor)
        end = time.monotonic() + args.seconds / len(chosen) if args.seconds else None
        for case in generate(random.Random(f"{args.seed}/{name}"), COUNT_MAX if end else args.count):
            comparison.compare(case)
            if end and time.monotonic() > end:
                break
        print(f"{name}: {comparison.documents} documents, {comparison.differences} differ", flush=True)
        total, failed = total + comparison.documents, failed + comparison.differences
        for (kind, option), documents in comparison.options.items():
            options = compared.setdefault(kind, {})
            options[option] = options.get(option, 0) + documents
    for name, count in explained.counts.items():
        print(f"explained: {name}: {count} documents")
    if args.record:
        record(args.record, node.version(), compared)
    print(f"{total - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
