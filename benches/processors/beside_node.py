#!/usr/bin/env python3
"""beside_node.py [--url URL] [--documents N]

Prints what each case of `cases.json` costs in logboom and on a live Elasticsearch, in microseconds a document.

logboom's figure is CPU time of one thread (`cargo bench --bench processors`). The node's is what it counts itself (`_nodes/stats/ingest`,
`time_in_millis` of the pipeline) while N documents go through a pipeline of that processor and one that drops them, less the same without the
processor; as many go before, for its compiler to get warm."""

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
    """What the node has spent in the pipeline."""
    nodes = ask(f"{url}/_nodes/stats/ingest?filter_path=nodes.*.ingest.pipelines.{PIPELINE}")["nodes"].values()
    return sum(node["ingest"]["pipelines"][PIPELINE]["time_in_millis"] for node in nodes)


def node_microseconds(url, processors, document, documents):
    ask(f"{url}/_ingest/pipeline/{PIPELINE}", "PUT", {"processors": [*processors, {"drop": {}}]})
    line = b'{"create":{}}\n' + json.dumps(document).encode() + b"\n"
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
        cost = lambda processors: node_microseconds(args.url, processors, case["document"], args.documents)
        its = max(cost([case["processor"]]) - cost([]), 0.0)
        print(f"| {case['name']} | {mine:.2f} | {its:.2f} | {its / max(mine, 0.01):.0f} |", flush=True)
    ask(f"{args.url}/_ingest/pipeline/{PIPELINE}", "DELETE")


if __name__ == "__main__":
    main()
