#!/usr/bin/env python3
"""beside_node.py [--url URL] [--documents N]

Prints what each case of `cases.json` costs in logboom and on a live Elasticsearch, in microseconds a document.

logboom's figure is CPU time of one thread (`cargo bench --bench processors`). The node's is what it counts itself (`_nodes/stats/ingest`,
`time_in_millis` of the processor) while N documents go through a pipeline of that processor and one that drops them; those of before are
for its compiler to get warm."""

import argparse
import json
import os
import subprocess
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ARGS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGS.add_argument("--url", default="http://127.0.0.1:9200")
ARGS.add_argument("--documents", type=int, default=100_000)
BULK = 5_000
PIPELINE = "logboom-bench"


def ask(url, method="GET", body=None, kind="application/json"):
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=300) as reply:
        return json.loads(reply.read())


def spent_millis(url):
    """What the node has spent in the first processor of the pipeline."""
    nodes = ask(f"{url}/_nodes/stats/ingest?filter_path=nodes.*.ingest.pipelines.{PIPELINE}")["nodes"].values()
    total = 0
    for node in nodes:
        (figures,) = node["ingest"]["pipelines"][PIPELINE]["processors"][0].values()
        total += figures["stats"]["time_in_millis"]
    return total


def node_microseconds(url, case, documents):
    ask(f"{url}/_ingest/pipeline/{PIPELINE}", "PUT", {"processors": [case["processor"], {"drop": {}}]})
    line = b'{"create":{}}\n' + json.dumps(case["document"]).encode() + b"\n"
    send = lambda count: ask(f"{url}/{PIPELINE}/_bulk?pipeline={PIPELINE}", "POST", line * count, "application/x-ndjson")
    for _ in range(0, documents, BULK):
        send(BULK)
    before = spent_millis(url)
    for _ in range(0, documents, BULK):
        send(BULK)
    return (spent_millis(url) - before) * 1000 / documents


def main():
    args = ARGS.parse_args()
    with open(os.path.join(HERE, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    bench = subprocess.run(["cargo", "bench", "--quiet", "--bench", "processors"], cwd=HERE, check=True, stdout=subprocess.PIPE)
    ours = json.loads(bench.stdout)
    known = {kind for node in ask(f"{args.url}/_nodes/ingest")["nodes"].values() for kind in (p["type"] for p in node["ingest"]["processors"])}
    print("| case | logboom, µs | node, µs | times |\n|---|---|---|---|")
    for case in cases:
        mine = ours[case["name"]] / 1000
        if next(iter(case["processor"])) not in known:
            print(f"| {case['name']} | {mine:.2f} | – | – |", flush=True)
            continue
        its = node_microseconds(args.url, case, args.documents)
        print(f"| {case['name']} | {mine:.2f} | {its:.2f} | {its / max(mine, 0.01):.0f} |", flush=True)
    ask(f"{args.url}/_ingest/pipeline/{PIPELINE}", "DELETE")


if __name__ == "__main__":
    main()
