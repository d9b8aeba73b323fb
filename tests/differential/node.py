"""A live Elasticsearch and a logboom binary, asked the same question: what does this pipeline make of these documents?"""

import json
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request

# Documents sent to the node in one request.
BATCH = 200


class Node:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def post(self, path, body):
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as refused:
            return json.loads(refused.read())

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=120) as reply:
            return json.loads(reply.read())

    def version(self):
        return self.get("/")["version"]["number"]

    def java(self):
        """The release of its Java: 17, 25."""
        return min(int(node["jvm"]["version"].split(".")[0]) for node in self.get("/_nodes/jvm")["nodes"].values())

    def processors(self):
        """The processors that the node has."""
        nodes = self.get("/_nodes/ingest")["nodes"].values()
        return {processor["type"] for node in nodes for processor in node["ingest"]["processors"]}

    def put(self, path, body):
        """Whether the node takes it."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=120):
                return True
        except urllib.error.HTTPError:
            return False

    def simulate(self, pipeline, docs):
        """One answer a document, or {"refused": reasons} when the pipeline itself is not accepted."""
        answers = []
        for start in range(0, len(docs), BATCH):
            reply = self.post("/_ingest/pipeline/_simulate", {"pipeline": pipeline, "docs": docs[start : start + BATCH]})
            if "docs" not in reply:
                reasons = [str(reason) for _, reason in causes(reply.get("error"))]
                return {"refused": ": ".join(reasons) or str(reply)}
            answers += reply["docs"]
        for doc in (answer["doc"] for answer in answers if answer and "doc" in answer):
            if doc.pop("_type", None):
                # 7.x has types, and shows no version that nobody gave.
                doc.setdefault("_version", "-3")
        return answers


class Logboom:
    def __init__(self, binary, geoip=None):
        self.binary = binary
        self.options = ["--geoip", geoip] if geoip else []

    def simulate(self, pipeline, docs, others=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, body in {"_simulate_pipeline": pipeline, **(others or {})}.items():
                with open(os.path.join(folder, name + ".json"), "w") as file:
                    json.dump(body, file)
            run = subprocess.run(
                [self.binary, "simulate", "--pipelines", folder, "--pipeline", "_simulate_pipeline", *self.options],
                input="".join(json.dumps(doc) + "\n" for doc in docs).encode(),
                capture_output=True,
                timeout=120,
            )
        lines = [line for line in run.stdout.decode().split("\n") if line.strip()]
        if len(lines) != len(docs):
            return {"refused": f"exit {run.returncode}: {run.stderr.decode(errors='replace').strip()}"}
        return [json.loads(line) for line in lines]


# What Java prints of an object that has no words for itself: its class and where it lies in memory.
IDENTITY = re.compile(r"(?<=DefaultMustache)@[0-9a-f]+")


def causes(error):
    """(type, reason) of an error and of what caused it."""
    chain = []
    while error:
        reason = error.get("reason")
        chain.append((error.get("type"), reason and IDENTITY.sub("", reason)))
        error = error.get("caused_by")
    return chain


def essence(answer):
    """What of an answer must agree: everything but times and the parts of an error that only say where."""
    if answer is None:
        return "dropped"
    if "error" in answer:
        return {"error": causes(answer["error"])}
    doc = dict(answer["doc"])
    doc["_ingest"] = {k: v for k, v in doc.get("_ingest", {}).items() if k != "timestamp"}
    return doc


# What a node says that another of the same version would not: the reason, and why it is passed over.
ARTEFACTS = [
    # _simulate copies documents in a way that knows no integer beyond 64 bits; indexing would have taken it.
    "unexpected value type [class java.math.BigInteger]",
    # A path that begins with a dot fails on every version; 8.x stumbles over it in words of the Java release.
    "String index out of range: 0",
    # A path of nothing but dots.
    "Index -1 out of bounds for length 0",
    # `trace_match` with `validate_only`, where not the first pattern matches.
    "field [_grok_match_index] not present as part of path [_ingest._grok_match_index]",
    # The node gives up by the clock.
    "grok pattern matching was interrupted after",
]


def is_artefact(answer):
    try:
        json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Java cut a character beyond the first plane in two; there is no such half in UTF-8.
        return True
    reason = str((answer or {}).get("error", {}).get("reason"))
    return any(text in reason for text in ARTEFACTS)


def rounded(value):
    """Seven digits of a number are what a float holds, and all that is compared."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}Z")


def same(left, right):
    """Equal but for the time of the run, where it got into the document."""
    text = lambda answer: NOW.sub("now", json.dumps(rounded(answer), sort_keys=True))
    return text(left) == text(right)
