#!/usr/bin/env python3
"""processors.py [--url URL] [--bin BIN] [--only NAME] [--count N] [--seed N] [-v]

Runs generated processors over generated documents on a live Elasticsearch and on logboom and prints where they differ.
Each generator in `generators.py` yields pipelines for one processor; the documents are odd on purpose: nulls, missing fields, wrong
types, numbers, nested objects, arrays, other scripts. Exits 1 when anything differs."""

import argparse
import json
import random
import sys

import generators
import network
from node import Logboom, Node, essence, is_artefact, same

ARGS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGS.add_argument("--url", default="http://127.0.0.1:19200")
ARGS.add_argument("--bin", default="target/debug/logboom")
ARGS.add_argument("--geoip", help="folder of the node's GeoIP databases")
ARGS.add_argument("--only", default="", help="processors, with commas")
ARGS.add_argument("--count", type=int, default=60, help="pipelines for each processor")
ARGS.add_argument("--seed", type=int, default=1)
ARGS.add_argument("--show", type=int, default=5, help="differences printed for each processor")
ARGS.add_argument("-v", action="store_true", help="also print pipelines that both refuse")


def compare(name, case, node, logboom, args, shown):
    """(documents compared, differences)"""
    pipeline, docs = case["pipeline"], [{"_index": "logs-a-b", "_id": "1", "_source": d} for d in case["docs"]]
    expected, got = node.simulate(pipeline, docs), logboom.simulate(pipeline, docs)
    if isinstance(expected, dict) or isinstance(got, dict):
        if isinstance(expected, dict) and isinstance(got, dict):
            if args.v:
                print(f"  both refuse {json.dumps(pipeline, ensure_ascii=False)}\n    node    {expected}\n    logboom {got}")
            return 0, 0
        # Faults of the node's regular expression parser.
        if any(text in str(expected) for text in ("]. null", "]. Cannot invoke")):
            return 0, 0
        # What `split` and `json` find wrong with their options when a document comes is an error at start here.
        if name == "split" and "Invalid regex pattern" in str(got):
            return 0, 0
        # So is a date format, zone or language that fails for every document.
        if "refused" in got and name.startswith("date") and all("error" in (doc or {}) for doc in expected):
            return 0, 0
        if shown < args.show:
            print(f"  ONE REFUSES {json.dumps(pipeline, ensure_ascii=False)}\n    node    {str(expected)[:300]}\n    logboom {str(got)[:600]}")
        return len(docs), 1
    bad = 0
    for doc, left, right in zip(docs, expected, got):
        if not is_artefact(left) and not same(essence(left), essence(right)):
            bad += 1
            if shown + bad <= args.show:
                print(f"  {json.dumps(pipeline, ensure_ascii=False)}\n    doc     {json.dumps(doc['_source'], ensure_ascii=False)}")
                print(f"    node    {json.dumps(essence(left), ensure_ascii=False)}\n    logboom {json.dumps(essence(right), ensure_ascii=False)}")
    return len(docs), bad


def main():
    args = ARGS.parse_args()
    node, logboom = Node(args.url), Logboom(args.bin, args.geoip)
    only = set(filter(None, args.only.split(",")))
    total = failed = 0
    known = node.processors()
    for name, generate in {**generators.ALL, **network.ALL}.items():
        if only and name not in only:
            continue
        if name not in known:
            print(f"{name}: this node has no such processor")
            continue
        rng = random.Random(f"{args.seed}/{name}")
        documents = differences = 0
        for case in generate(rng, args.count):
            n, bad = compare(name, case, node, logboom, args, differences)
            documents, differences = documents + n, differences + bad
        print(f"{name}: {documents} documents, {differences} differ", flush=True)
        total, failed = total + documents, failed + differences
    print(f"{total} documents, {failed} differ")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
