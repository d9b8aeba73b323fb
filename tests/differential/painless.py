#!/usr/bin/env python3
"""painless.py [--url URL] [--bin EXAMPLE] [--count N] [--seed N]

Runs generated Painless scripts on a live Elasticsearch (`_scripts/painless/_execute`) and through `examples/painless.rs`, and prints where the
value, or the exception with its type, reason and place, differs. Exits 1 when anything does; the last line is 'N passed, N failed'.

The node must let scripts be compiled that fast: set `script.max_compilations_rate` to 1000000/1m on it."""

import argparse
import concurrent.futures
import json
import random
import re
import subprocess
import sys

from node import Node
from painless_generator import script

ARGS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGS.add_argument("--url", default="http://127.0.0.1:19200")
ARGS.add_argument("--bin", default="target/debug/examples/painless")
ARGS.add_argument("--count", type=int, default=2000)
ARGS.add_argument("--seed", type=int, default=1)
ARGS.add_argument("--places", action="store_true", help="compare where errors point, and compile errors' words, too")
ARGS.add_argument("--show", type=int, default=20, help="differences printed")
# Requests at a time.
PARALLEL = 3
# What is printed of an answer.
TEXT_CHARS_MAX = 300


def describe(error):
    """Type and reason of an error and its causes, and where in the script it is; the same words as the example's."""
    place = error.get("position")
    text = f"{error['type']}: {error.get('reason') or ''}" + (f" @{place['offset']}" if place else "")
    cause = error.get("caused_by")
    return text + (" <- " + describe(cause) if cause else "")


def on_node(node, source):
    reply = node.post("/_scripts/painless/_execute", {"script": {"source": source}})
    return ["=", reply["result"]] if "result" in reply else ["!", describe(reply["error"])]


# What Elasticsearch says of itself or of the Java release, not of the script.
NOISE = [
    # Our places have no extent.
    (r"(@\d+)\[\d+-\d+\]", r"\1"),
    # The parser generator's own exceptions behind the message.
    (r" <- (lexer_no_viable_alt|no_viable_alt|input_mismatch)_exception: ?", ""),
    # Addresses.
    (r"@[0-9a-f]{5,8}\b", "@"),
]


def essence(answer, places):
    kind, text = answer
    if not places and text.startswith("script_exception: compile error"):
        return kind, "compile error"
    for pattern, replacement in NOISE if places else [*NOISE, (r" @\d+", "")]:
        text = re.sub(pattern, replacement, text)
    return kind, text


def main():
    args = ARGS.parse_args()
    node, rng = Node(args.url), random.Random(args.seed)
    scripts = [script(rng) for _ in range(args.count)]
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        expected = list(pool.map(lambda source: on_node(node, source), scripts))
    requests = "".join(json.dumps({"kind": "ex", "source": source}) + "\n" for source in scripts)
    run = subprocess.run([args.bin], input=requests.encode(), capture_output=True, timeout=600)
    got = [json.loads(line) for line in run.stdout.decode().splitlines()]
    if len(got) != len(scripts):
        sys.exit(f"the example ended at script {len(got)}: {scripts[len(got)]}\n{run.stderr.decode()[-2000:]}")
    failed = 0
    for source, left, right in zip(scripts, expected, got):
        if essence(left, args.places) == essence(right, args.places):
            continue
        failed += 1
        if failed <= args.show:
            print(f"{source}\n  node    {left[0]} {left[1][:TEXT_CHARS_MAX]}\n  logboom {right[0]} {right[1][:TEXT_CHARS_MAX]}")
    compiled = sum(1 for kind, text in expected if kind == "=" or "compile error" not in text)
    print(f"{compiled} of {len(scripts)} scripts compile on the node")
    print(f"{len(scripts) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
