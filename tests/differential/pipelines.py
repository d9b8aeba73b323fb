"""Whole pipelines: several steps with conditions, error handlers, tags, other pipelines and metadata fields, as teams write them."""

from values import LISTS, OBJECTS, PLAIN, SCALARS, document, value

METADATA = ["_index", "_id", "_version", "_routing", "_version_type", "_if_seq_no", "_if_primary_term", "_dynamic_templates", "_type", "_ingest.timestamp", "_source.m", "_ingest.on_failure_message"]
TEMPLATES = [
    "{{a}}", "{{{b}}}", "{{_ingest.pipeline}}", "{{_ingest.on_failure_message}}", "{{_ingest.on_failure_processor_type}}/{{_ingest.on_failure_processor_tag}}/{{_ingest.on_failure_pipeline}}",
    "{{#a}}x{{.}}{{/a}}", "{{^a}}none{{/a}}", "{{#toJson}}b{{/toJson}}", "{{#join}}a{{/join}}", "{{_source.b}}", "{{a.0}}", "{{b.x}}", "{{_index}}", "{{#url}}{{a}}{{/url}}", "{{! c }}x", "{{a}",
    "{{_source}}", "{{{_ingest}}}", "{{a.b.c}}", "{{#b}}{{x}}{{/b}}", "{{ a }}", "{{&a}}", "{{#a}}{{#b}}{{x}}{{/b}}{{/a}}", "{{_ingest._value}}", "{{#join delimiter='-'}}a{{/join delimiter='-'}}",
]
CONDITIONS = [
    "true", "false", "ctx.a == null", "ctx.a != null", "ctx?.a instanceof String", "ctx.b?.x == 1", "ctx.containsKey('c')", "ctx.a > 1", "ctx.a.length() > 2", "ctx._index == 'logs-a-b'", "ctx.a == 'a'",
    "ctx.b instanceof List && ctx.b.size() > 1", "ctx.tags?.contains('t')", "[1, 'a'].contains(ctx.a)", "ctx._ingest?.on_failure_message != null", "def x = ctx.b; return x != null", "ctx['a'] != ''",
]
OTHERS = ["one", "two", "three"]


class Steps:
    """Steps at random, bounded in depth."""

    def __init__(self, rng, prefix):
        self.rng, self.prefix = rng, prefix

    def several(self, depth, most=4):
        return [self.step(depth) for _ in range(self.rng.randint(1, most))]

    def step(self, depth):
        rng = self.rng
        kind, options = self.bare(depth)
        if rng.random() < 0.3:
            options["if"] = rng.choice(CONDITIONS)
        if rng.random() < 0.3:
            options["tag"] = rng.choice(["t1", "t2", ""])
        if rng.random() < 0.1:
            options["description"] = "what it is for"
        if rng.random() < 0.15:
            options["ignore_failure"] = True
        elif depth < 3 and rng.random() < 0.25:
            options["on_failure"] = self.several(depth + 1, 2)
        return {kind: options}

    def bare(self, depth):
        rng = self.rng
        field = lambda: rng.choice(["a", "b", "t"] * 3 + PLAIN + METADATA)
        text = lambda: rng.choice(TEMPLATES)
        choices = [
            lambda: ("set", {"field": rng.choice([field(), field(), "x{{a}}"]), "value": rng.choice([text(), text(), text(), value(rng)])}),
            lambda: ("set", {"field": field(), "copy_from": field()}),
            lambda: ("append", {"field": field(), "value": rng.choice([text(), [text(), value(rng)], value(rng)])}),
            lambda: ("remove", {"field": rng.choice([field(), [field(), field()]]), "ignore_missing": rng.random() < 0.5}),
            lambda: ("rename", {"field": field(), "target_field": field(), "ignore_missing": rng.random() < 0.5}),
            lambda: ("convert", {"field": field(), "type": rng.choice(["long", "string", "auto", "boolean", "double"])}),
            lambda: ("fail", {"message": text()}),
            lambda: ("uppercase", {"field": field()}),
            lambda: ("split", {"field": field(), "separator": rng.choice([" ", ",", "\\s+"])}),
            lambda: ("json", {"field": field(), "target_field": rng.choice(["t", "a"])}),
            lambda: ("dot_expander", {"field": rng.choice(["*", "a.b"])}),
            lambda: (rng.choice(["drop", "terminate"]), {}),
            # One that is named but not there is an error at start, unless it is told to be missing.
            lambda: ("pipeline", {"name": "nowhere", "ignore_missing_pipeline": True}),
            lambda: ("pipeline", {"name": rng.choice([self.prefix + rng.choice(OTHERS)] * 4 + ["{{b}}"]), "ignore_missing_pipeline": rng.random() < 0.3}),
            lambda: ("script", {"source": rng.choice(["ctx.s = ctx.a", "ctx.remove('a')", "ctx.b = [ctx.b, ctx.b]", "ctx._index = 'i'", "ctx.n = params.n + 1", "ctx.tags = ['t']", "ctx.a = ctx", "ctx.a.b = 1"]), "params": {"n": 1}}),
            lambda: ("reroute", {"dataset": rng.choice(["d", "{{a}}"])}),
            lambda: ("foreach", {"field": field(), "processor": self.step(depth + 1)}) if depth < 3 else ("trim", {"field": field()}),
        ]
        return rng.choice(choices)()


def pipelines(rng, count):
    for i in range(count):
        prefix = f"differential-{i % 8}-"
        steps = Steps(rng, prefix)
        others = {prefix + name: {"processors": steps.several(1, 3)} for name in OTHERS}
        for other in others.values():
            if rng.random() < 0.2:
                other["on_failure"] = steps.several(2, 1)
        pipeline = {"processors": steps.several(0, 6)}
        if rng.random() < 0.4:
            pipeline["on_failure"] = steps.several(1, 2)
        docs = [document(rng, ("a", "b", "c", "t")) for _ in range(12)]
        docs += [{"a": rng.choice(SCALARS), "b": rng.choice(OBJECTS), "c": rng.choice(LISTS), "tags": ["t"]} for _ in range(4)]
        yield {"pipeline": pipeline, "docs": docs, "others": others}


ALL = {"pipeline/whole": pipelines}
