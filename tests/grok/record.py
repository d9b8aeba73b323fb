#!/usr/bin/env python3
"""Asks an Elasticsearch node what it makes of the grok patterns in dialect.txt, and writes dialect.json.

    tests/grok/record.py http://127.0.0.1:9200

A line of dialect.txt is a JSON array: the pattern (or an array of patterns), then the texts; an object at the end holds pattern
definitions.
"""
import json, pathlib, sys, urllib.error, urllib.request

HERE = pathlib.Path(__file__).parent


def ask(url, body):
    request = urllib.request.Request(url + "/_ingest/pipeline/_simulate", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        return json.load(urllib.request.urlopen(request, timeout=120))
    except urllib.error.HTTPError as error:
        return json.load(error)


def answers(url, patterns, definitions, texts):
    grok = {"field": "grok_input", "patterns": patterns, "trace_match": True}
    if definitions:
        grok["pattern_definitions"] = definitions
    got = ask(url, {"pipeline": {"processors": [{"grok": grok}]}, "docs": [{"_source": {"grok_input": text}} for text in texts]})
    if "error" in got:
        return ["error: " + got["error"]["reason"].split("]. ", 1)[-1]] * len(texts)
    out = []
    for doc in got["docs"]:
        if "error" in doc:
            reason = doc["error"]["reason"]
            out.append("no match" if reason.startswith("Provided Grok") else "failure: " + reason)
        else:
            source = doc["doc"]["_source"]
            del source["grok_input"]
            out.append(json.dumps(source, ensure_ascii=False))
    return out


def main():
    url = sys.argv[1]
    cases = []
    for line in (HERE / "dialect.txt").read_text("utf-8").split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, *texts = json.loads(line)
        definitions = texts.pop() if isinstance(texts[-1], dict) else {}
        patterns = pattern if isinstance(pattern, list) else [pattern]
        for text, answer in zip(texts, answers(url, patterns, definitions, texts)):
            case = {"patterns": patterns, "text": text, "answer": answer}
            if definitions:
                case["definitions"] = definitions
            cases.append(case)
    rows = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (HERE / "dialect.json").write_text("[\n" + rows + "\n]\n", "utf-8")
    print(len(cases), "cases")


main()
