"""Grok expressions and texts: the regular expressions' grammar at random, and the built-in patterns over damaged log lines."""

import json
import pathlib

LITERALS = list("aabbc1_- .") + ["é", "日", "A", "\\.", "\\-", "\\/", "ab", "\\x41", "\\t", ":"]
CLASSES = ["[ab]", "[^a]", "[a-c1]", "[[:alpha:]]", "[^[:alpha:]]", "[[:digit:]_]", "[\\w.]", "[^\\w]", "[\\s,]", "[a-z&&[^b]]", "[^a-c&&b]", "[é日]", "[[ab]c]",
           "[[:punct:]]", "[\\d-]", "[^\\n]", "[]a]", "[a-]", "[[:upper:]]", "[[:space:]]", "[[:alnum:]-]", "[^ ]", "[à-ÿ]", "\\p{L}", "\\P{L}", "\\p{Lu}", "\\p{Han}", "\\p{Punct}"]
ESCAPES = ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "\\h", "\\H", ".", ".", ".*", ".*?", "\\R"]
ANCHORS = ["^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G"]
QUANTIFIERS = [""] * 12 + ["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{0,2}?", "{,2}", "{2,}", "{2}?", "{1,2}+"]
TYPES = [""] * 6 + [":int", ":long", ":float", ":boolean"]
CHARACTERS = list("aabbc1_- .:,ABz09\n\t/") + ["é", "É", "日", "ab", "²", "ß", "\r\n", "ÿ"]


class Expression:
    """One at random. Names come up again so that they have several groups."""

    def __init__(self, rng):
        self.rng, self.names, self.size = rng, [], 0

    def name(self):
        name = self.rng.choice(["x", "y", "z", "o.p", "o.q"])
        self.names.append(name)
        return name

    def alternatives(self, depth):
        return "|".join(self.branch(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))

    def branch(self, depth):
        return "".join(self.piece(depth) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3, 4])))

    def piece(self, depth):
        self.size += 1
        rng, kind = self.rng, self.rng.random()
        if kind < 0.35 or depth > 4 or self.size > 40:
            atom = rng.choice(LITERALS)
        elif kind < 0.5:
            atom = rng.choice(CLASSES)
        elif kind < 0.65:
            atom = rng.choice(ESCAPES)
        elif kind < 0.72:
            return rng.choice(ANCHORS)
        elif kind < 0.75 and self.names:
            atom = f"\\k<{rng.choice(self.names)}>"
        elif kind < 0.78:
            return rng.choice(["(?<=a)", "(?<!a)", "(?<=a|bc)", "(?<![a-c])", "(?<=é)", "(?<!^)", "(?i)", "(?m)", "(?x)", "(?#c)", "(?-i)"])
        else:
            opening = rng.choice(["(?:", "(?:", "(", "(?>", "(?=", "(?!", "(?i:", "(?m:", "(?<{}>", "(?<{}>", "(?<{}>"])
            atom = opening.format(self.name()) + self.alternatives(depth + 1) + ")"
        return atom + rng.choice(QUANTIFIERS)


def text(rng):
    return "".join(rng.choice(CHARACTERS) for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 12])))


def expressions(rng):
    expression = Expression(rng)
    pattern = expression.alternatives(0)
    return pattern if rng.random() < 0.2 else f"(?<all>{pattern})"


def grok_expression(rng, count):
    for _ in range(count * 4):
        options = {"field": "a", "patterns": [expressions(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))]}
        if rng.random() < 0.3:
            options["trace_match"] = True
        yield {"pipeline": {"processors": [{"grok": options}]}, "docs": [{"a": text(rng)} for _ in range(30)]}


SAMPLES = [
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
    '2001:db8::1 - - [10/Oct/2000:13:55:36 -0700] "-" 408 - "-" "-"', 'example.org - - [01/Jan/2026:00:00:00 +0800] "POST /a?b=c%20d#e HTTP/2" - 99999999999',
    "Nov 23 02:00:01 web-1 sshd[4242]: Failed password for invalid user admin from 10.0.0.1 port 22 ssh2", "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed",
    "2026-11-23T02:00:00.123456+01:00 INFO [main] c.e.App - started in 1.5 s", "2026-11-23 02:00:00,123 WARN com.example.Foo: 宕机 连接失败 host=db-1", "[2026/11/23 02:00:00] Error: x",
    "Mon Nov 23 02:00:00 UTC 2026", "23-Nov-2026 02:00:00.000", "11/23/2026 2:00 PM", "C:\\Windows\\System32\\x.dll", "/var/log/nginx/access.log", "https://user:pw@example.com:8443/p/a;x?q=1&r=[2]#f",
    "a.b+c@example.co.uk", "00:1A:2b:3c:4D:5e", "001a.2b3c.4d5e", "123e4567-e89b-12d3-a456-426614174000", "0xDEADBEEF -12.5e3 +7 .5 1,000", "fe80::1%eth0 ::ffff:1.2.3.4 1.2.3.4:80 999.1.1.1",
    '"a \\"quoted\\" text" \'single\' `back`', "key=value k2=\"v 2\" k3=", "IN=eth0 OUT= MAC=00:11:22:33:44:55:66:77:88:99:aa:bb:08:00 SRC=1.2.3.4 DST=5.6.7.8 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=1 DPT=2 WINDOW=1 RES=0x00 SYN URGP=0",
    "%ASA-6-302013: Built outbound TCP connection 447236 for outside:72.246.135.226/80 (72.246.135.226/80) to inside:10.246.8.81/1234 (10.246.8.81/1234)",
    "\tat com.example.Foo.bar(Foo.java:42)", "1 2 3 4 5 6 7 8 9 10", "2014-02-15T23:39:43.945958Z lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \"GET http://www.example.com:80/ HTTP/1.1\"",
    "[4018] 14 Nov 07:01:22.119 * Background saving terminated with success", "2012-03-02 10:20:30 UTC u@d [1]: LOG:  x", "user_1 ünïcode Ünï naïve", "Mär 3 2026 März Okt Oct Juli", "GMT+02:00 EST PDT Z", "jobid=7 1e400 2147483648 9223372036854775808",
]
BANK = None


def bank():
    """The names of the built-in patterns."""
    global BANK
    if BANK is None:
        folder = pathlib.Path(__file__).parents[2] / "data/grok-patterns/legacy"
        lines = [line for file in sorted(folder.iterdir()) for line in file.read_text("utf-8").split("\n")]
        BANK = sorted({line.split()[0] for line in lines if line.strip() and not line.startswith("#")})
    return BANK


COMMON = ["IP", "IPORHOST", "HOSTNAME", "NUMBER", "INT", "WORD", "NOTSPACE", "DATA", "GREEDYDATA", "QS", "TIMESTAMP_ISO8601", "SYSLOGTIMESTAMP", "HTTPDATE", "LOGLEVEL", "USER", "SPACE", "POSINT",
          "PATH", "URI", "URIPATHPARAM", "MONTH", "YEAR", "TIME", "EMAILADDRESS", "MAC", "UUID", "BASE16NUM", "HOSTPORT", "SYSLOGPROG", "DAY", "DATE", "DATESTAMP", "TZ", "JAVACLASS", "UNIXPATH", "NONNEGINT"]


def damaged(rng, line):
    for _ in range(rng.choice([0, 0, 1, 2, 4])):
        at, end = sorted(rng.randrange(len(line) + 1) for _ in range(2))
        cut = rng.random()
        if cut < 0.3:
            line = line[:at] + line[min(end, at + 5):]
        elif cut < 0.6:
            line = line[:at] + rng.choice(["é", "日本", " ", "\n", "0", "x", "\"", "-", ":", ".", "[", "²"]) + line[at:]
        else:
            line = line[at:] + line[:at]
    return line


def reference(rng):
    name = rng.choice(COMMON) if rng.random() < 0.8 else rng.choice(bank())
    if rng.random() < 0.3:
        return "%{" + name + "}"
    return "%{" + name + ":" + rng.choice(["x", "y", "z", "o.p", "o.q", "@t"]) + rng.choice(TYPES) + "}"


def bank_expression(rng):
    parts = [rng.choice(["", "", "", "^"])]
    for _ in range(rng.choice([1, 1, 2, 3, 4])):
        parts += [reference(rng), rng.choice([" ", " ", "", "\\s+", ".*?", "[ :]", ".*", "(?: |-)?"])]
    return "".join(parts[:-1]) + rng.choice(["", "", "$"])


def grok(rng, count):
    for _ in range(count * 2):
        options = {"field": "a", "patterns": [bank_expression(rng) for _ in range(rng.choice([1, 1, 2, 4]))]}
        if rng.random() < 0.3:
            options["ecs_compatibility"] = rng.choice(["v1", "disabled"])
        if rng.random() < 0.2:
            options["trace_match"] = True
        if rng.random() < 0.2:
            options["ignore_missing"] = rng.random() < 0.5
        if rng.random() < 0.2:
            options["pattern_definitions"] = {"WORD": "[a-z]+", "OWN": "%{WORD:own}-?"}
            options["patterns"].append("%{OWN} %{WORD:w}")
        if rng.random() < 0.1:
            options["validate_only"] = True
        yield {"pipeline": {"processors": [{"grok": options}]}, "docs": [{"a": damaged(rng, rng.choice(SAMPLES))} for _ in range(40)]}


ALL = {"grok": grok, "grok/expressions": grok_expression}
