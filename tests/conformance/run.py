#!/usr/bin/env python3
"""run.py BIN SUITE [--geoip DIR] [--record URL...]: every case of a pipeline suite of ../shared/conformance through `BIN simulate`.

The rules of comparison are the suite's own (its check.py). A case may be an exception: its recorded answer is an old node's, and newer
ones answer otherwise. `exceptions.json` names each of these with what the newer nodes answer, and logboom must answer the same. A case that
fails without being named, and an exception whose case passes, are failures.

--record asks nodes for the answers to all cases that fail and writes exceptions.json; a case on which a node and logboom do not agree is
left out. Nodes without the processors geoip and user_agent get the pipelines without them.

The last line is 'N passed, N failed'."""

import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
EXCEPTIONS = os.path.join(HERE, "exceptions.json")
ARGS = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ARGS.add_argument("bin")
ARGS.add_argument("suite")
ARGS.add_argument("--geoip", help="folder of GeoIP databases; without it what they give is not compared")
ARGS.add_argument("--record", nargs="+", metavar="URL")
# What depends on data that is not the pipeline's.
DATA_PROCESSORS = {"geoip", "user_agent"}
# How Jackson quotes a text that it cannot read: the text is the suite's, and no business of ours.
QUOTED_SOURCE = re.compile(r'\(String\)(\\?)".*"; line', re.DOTALL)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def under(key, prefixes):
    return any(key == p or key.startswith(p + ".") for p in prefixes)


def without(source, prefixes, at=""):
    """The source without the members below the prefixes."""
    kept = {k: v for k, v in source.items() if not under(at + k, prefixes)}
    return {k: without(v, prefixes, f"{at}{k}.") if isinstance(v, dict) else v for k, v in kept.items()}


class Fileset:
    """The pipelines of one fileset, and its cases as (name, case)."""

    def __init__(self, folder, index, geoip):
        self.folder, self.name = folder, os.path.basename(folder)
        targets = index.get(self.name, {})
        self.left_out = targets.get("user_agent_targets", []) + ([] if geoip else targets.get("geoip_targets", []))
        self.cases = []
        for path in sorted(glob.glob(f"{folder}/cases/*.json") + glob.glob(f"{folder}/mutated/*.json")):
            name = f"{self.name}/{os.path.relpath(path, folder)}"
            self.cases += [(f"{name}#{i}", c) for i, c in enumerate(read(path)) if not c.get("trivial")]

    def documents(self):
        meta = lambda c: {"_index": c.get("index", "filebeat-7.12.0"), "_id": c.get("_id", "1")}
        return [{**meta(case), "_source": case["doc"]} for _, case in self.cases]

    def answers(self, binary, geoip):
        with tempfile.TemporaryDirectory() as folder:
            for path in glob.glob(f"{self.folder}/pipelines/*.json"):
                shutil.copy(path, folder)
            command = [binary, "simulate", "--pipelines", folder, "--pipeline", "main"]
            command += ["--geoip", geoip] if geoip else []
            text = "".join(json.dumps(doc, ensure_ascii=False) + "\n" for doc in self.documents())
            run = subprocess.run(command, input=text.encode(), capture_output=True, timeout=600)
        answers = [json.loads(line) for line in run.stdout.decode().split("\n") if line.strip()]
        if len(answers) != len(self.cases):
            sys.exit(f"{self.name}: {len(answers)} answers for {len(self.cases)} documents: {run.stderr.decode()[-500:]}")
        return answers

    def compared(self, case, answer):
        """What check.py is to compare: both sides without what depends on data."""
        case, answer = dict(case), json.loads(json.dumps(answer))
        if isinstance(case.get("expected"), dict):
            case["expected"] = {k: v for k, v in case["expected"].items() if not under(k, self.left_out)}
        if "expected_source" in case:
            case["expected_source"] = without(case["expected_source"], self.left_out)
        if answer and "doc" in answer:
            answer["doc"]["_source"] = without(answer["doc"]["_source"], self.left_out)
        return case, answer


def shortened(value):
    return QUOTED_SOURCE.sub(r'(String)\1"…\1"; line', value) if isinstance(value, str) else value


def contrary(check, case, answer):
    """The keys on which an answer is not that of the suite, with its values."""
    got = check.flatten(answer["doc"]["_source"])
    keys = [k for k in sorted({*got, *case["expected"]}) if k not in case["ignore"] and got.get(k) != case["expected"].get(k)]
    return {k: shortened(got.get(k)) for k in keys}


class Node:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self.version = self.ask("GET", "/")["version"]["number"]
        self.prefix = "logboom-conformance-"

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as refused:
            sys.exit(f"{method} {path}: {refused.read().decode()[:500]}")

    def adapted(self, node):
        """A pipeline whose sub-pipelines have names of our own, without the processors that need data."""
        if isinstance(node, list):
            return [self.adapted(item) for item in node if not (isinstance(item, dict) and DATA_PROCESSORS & set(item))]
        if not isinstance(node, dict):
            return node
        node = {k: self.adapted(v) for k, v in node.items()}
        if isinstance(node.get("pipeline"), dict):
            node["pipeline"]["name"] = self.prefix + node["pipeline"]["name"]
        return node

    def answer(self, fileset, document):
        for path in glob.glob(f"{fileset.folder}/pipelines/*.json"):
            self.ask("PUT", f"/_ingest/pipeline/{self.prefix}{os.path.basename(path)[:-5]}", self.adapted(read(path)))
        return self.ask("POST", f"/_ingest/pipeline/{self.prefix}main/_simulate", {"docs": [document]})["docs"][0]


def main():
    args = ARGS.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.abspath(args.suite)))
    import check  # the suite's own

    nodes = [Node(url) for url in args.record or []]
    exceptions = {} if nodes else {case: group for group in read(EXCEPTIONS) for case in group["cases"]}
    index_path = os.path.join(args.suite, "index.json")
    index = read(index_path) if os.path.exists(index_path) else {}
    passed, failed, excepted, found = 0, 0, set(), []
    for folder in sorted(glob.glob(os.path.join(args.suite, "*", ""))):
        fileset = Fileset(folder.rstrip("/"), index, args.geoip)
        answers = fileset.answers(args.bin, args.geoip) if fileset.cases else []
        for (name, case), document, answer in zip(fileset.cases, fileset.documents(), answers):
            case, answer = fileset.compared(case, answer)
            loose, exact, why = check.check(case, answer)
            if loose and exact is not False:
                passed += 1
                continue
            differs = contrary(check, case, answer) if case.get("expected") and answer and "doc" in answer else None
            if name in exceptions and differs == exceptions[name]["newer_nodes_answer"]:
                passed += 1
                excepted.add(name)
                continue
            failed += 1
            print(f"{name}: {'not exactly' if loose else why}")
            for node in nodes if differs is not None else []:
                other = fileset.compared(case, node.answer(fileset, document))[1]
                theirs = contrary(check, case, other)
                print(f"  {node.version}: {'agrees' if theirs == differs else theirs}")
                if theirs == differs:
                    found.append((name, node.version, differs))
    if nodes:
        record(found, [node.version for node in nodes])
    for name in sorted(set(exceptions) - excepted):
        failed += 1
        print(f"{name}: is named in exceptions.json, but its answer is another")
    print(f"{len(excepted)} of them as newer nodes answer (exceptions.json)")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def record(found, versions):
    """Groups cases with the same answer and writes those on which all nodes agree with logboom."""
    groups = {}
    for name, _, differs in found:
        if sum(1 for other in found if other[0] == name) == len(versions):
            cases = groups.setdefault(json.dumps(differs, ensure_ascii=False, sort_keys=True), [])
            cases.append(name) if name not in cases else None
    old = read(EXCEPTIONS) if os.path.exists(EXCEPTIONS) else []
    reasons = {json.dumps(g["newer_nodes_answer"], ensure_ascii=False, sort_keys=True): g["reason"] for g in old}
    rows = [
        {"reason": reasons.get(key, "to be written"), "nodes": versions, "newer_nodes_answer": json.loads(key), "cases": cases}
        for key, cases in groups.items()
    ]
    with open(EXCEPTIONS, "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
