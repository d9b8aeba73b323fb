"""Generators for the processors of networks, agents and fingerprints. Which node has which: `cef` 9.4, `user_agent` 9.4 and 7.10,
`geoip` 7.10 (give logboom its databases with --geoip), the others 8.19."""

from values import documents, pipeline, sometimes, value

ADDRESSES = [
    "10.0.0.1", "192.168.1.1", "172.16.5.5", "8.8.8.8", "127.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "ff02::1", "ff01::5", "fd00::5", "fc00::1",
    "::", "0.0.0.0", "255.255.255.255", "224.0.0.5", "224.0.1.5", "169.254.3.4", "2001:db8::1", "::ffff:1.2.3.4", "128.232.110.120", "66.35.250.204",
    "00000:1::", "1:2:3:4:5:6:7::",
]
NO_ADDRESSES = ["x", "", "1.2.3", "01.2.3.4", "1::2::3", "::1.2.3.4%e", "fe80::%", "1.2.3.4%e", "12345::", "[::1]", " 1.2.3.4", "１.1.1.1", 1, None, ["8.8.8.8"]]
NETWORKS = [
    "loopback", "global_unicast", "unicast", "link_local_unicast", "interface_local_multicast", "link_local_multicast", "multicast", "unspecified",
    "private", "public", "10.0.0.0/8", "::/0", "fe80::/10", "1.2.3.4", "10.1.2.3/0", "", "x", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/", "/8", "10.0.0.0/8/8",
    "10.0.0.0/+8", "::ffff:1.2.3.4/96", "fe80::1%e/10", "{{n}}", "Private", "x/y", "x/33",
]
PROTOCOLS = ["tcp", "TCP", "udp", "icmp", "ipv6-icmp", "icmpv6", "sctp", "gre", "pim", 6, 17, 1, 58, 132, 0, 254, 255, -1, "6", "+6", "x", "", 6.9, 1e12, True, None, ["tcp"]]
PORTS = [1, 80, 443, 65535, 0, 65536, -1, "80", "x", "", "٣", None, 80.9, 4294967376, True, [80]]
ICMP = [0, 8, 9, 10, 13, 14, 15, 16, 17, 18, 3, 128, 129, 130, 131, 133, 134, 135, 136, 139, 140, 144, 145, 65535, 65536, -1, "8", "x", None]
DOMAINS = [
    "www.google.com", "google.co.uk", "co.uk", "com", "foo.github.io", "a.b.github.io", "WWW.Google.Com", ".com", "..com", "google.com.", "", "localhost",
    "foo.bar.unknowntld", "www.ck", "a.www.ck", "b.ck", "city.kawasaki.jp", "a..com", "食狮.公司.cn", "www.xn--85x722f.xn--55qx5d.cn", "1.2.3.4", "-.com", ".", 1, None,
]


def address(rng):
    return rng.choice(ADDRESSES) if rng.random() < 0.9 else rng.choice(NO_ADDRESSES)


def flow(rng, **more):
    doc = {"source": {"ip": address(rng)}, "destination": {"ip": address(rng)}, **more}
    for side in ("source", "destination"):
        if rng.random() < 0.05:
            doc[side] = value(rng)
    return doc


def network_direction(rng, count):
    for _ in range(count):
        options = {"internal_networks": rng.sample(NETWORKS, rng.randint(0, 3))} if rng.random() < 0.8 else {"internal_networks_field": "n"}
        sometimes(rng, options, ignore_missing=[True, False], target_field=["t", "source.ip", "network"])
        if rng.random() < 0.2:
            sometimes(rng, options, source_ip=["destination.ip", "none"], destination_ip=["source.ip", "source"])
        docs = [flow(rng, n=rng.choice([["private"], ["10.0.0.0/8", "x"], "private", [], [1], [None]])) for _ in range(20)]
        yield {"pipeline": pipeline("network_direction", options), "docs": docs}


def community_id(rng, count):
    for _ in range(count):
        options = sometimes(rng, {}, ignore_missing=[True, False], seed=[0, 123, 65535, 65536, -1], target_field=["t", "network"])
        if rng.random() < 0.3:
            others = {"source_ip": "source.ip", "destination_ip": "source.ip", "source_port": "source.port", "destination_port": "none", "transport": "network.iana_number",
                      "iana_number": "network.transport", "icmp_type": "icmp.code", "icmp_code": "icmp.type"}
            options.update((option, others[option]) for option in rng.sample(list(others), 3))
        docs = []
        for _ in range(20):
            doc = flow(rng, network={}, icmp={})
            for field, choices in (("transport", PROTOCOLS), ("iana_number", PROTOCOLS[9:])):
                if rng.random() < (0.9 if field == "transport" else 0.2):
                    doc["network"][field] = rng.choice(choices)
            for side in ("source", "destination"):
                if isinstance(doc[side], dict) and rng.random() < 0.9:
                    doc[side]["port"] = rng.choice(PORTS[:4] if rng.random() < 0.8 else PORTS)
            for field in ("type", "code"):
                if rng.random() < 0.9:
                    doc["icmp"][field] = rng.choice(ICMP)
            docs.append(doc)
        yield {"pipeline": pipeline("community_id", options), "docs": docs}


def fingerprint(rng, count):
    for _ in range(count):
        options = {"fields": rng.choices(["a", "b", "c", "a.b", "_id"], k=rng.randint(1, 3))}
        methods = ["MD5", "SHA-1", "SHA-256", "SHA-512", "MurmurHash3", "sha-1"]
        sometimes(rng, options, method=methods, salt=["", "  ", "salt", "é"], ignore_missing=[True, False], target_field=["t", "a", "a.b"])
        yield {"pipeline": pipeline("fingerprint", options), "docs": documents(rng, n=20)}


def registered_domain(rng, count):
    for _ in range(count):
        options = sometimes(rng, {"field": "a"}, target_field=["", "t", "a", "t.u"], ignore_missing=[True, False])
        yield {"pipeline": pipeline("registered_domain", options), "docs": [{"a": v} for v in rng.sample(DOMAINS, 12)] + documents(rng, n=5)}


AGENTS = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/33.0.1750.149 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9; SM-T510) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.114 Safari/537.36", "curl/7.68.0", "python-requests/2.25.1",
    "Mozilla/5.0 (iPad; U; CPU OS 4_3_3 like Mac OS X; en-us) AppleWebKit/533.17.9 (KHTML, like Gecko) Version/5.0.2 Mobile/8J3 Safari/6533.18.5", "Go-http-client/1.1",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/5.0 (Windows; U; Windows NT 5.1; en) AppleWebKit/886; U; en) Presto/2.4.15", "-", "Wget/1.20.3 (linux-gnu)",
]


def cut_up(rng, text):
    """The text with a few places damaged."""
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(["", "1", ".", "/", ";", "9.9", "\n", "é", "Android 4"]) + text[at + rng.randint(0, 8) :]
    return text


def user_agent(rng, count):
    for _ in range(count):
        options = sometimes(rng, {"field": "a"}, target_field=["t", "a", "a.b"], ignore_missing=[True, False], extract_device_type=[True, False])
        if rng.random() < 0.3:
            options["properties"] = rng.choices(["name", "NAME", "os", "device", "original", "version", "build"], k=rng.randint(0, 3))
        docs = [{"a": cut_up(rng, rng.choice(AGENTS))} for _ in range(20)] + documents(rng, n=5)
        yield {"pipeline": pipeline("user_agent", options), "docs": docs}


def geoip(rng, count):
    databases = {
        "GeoLite2-City.mmdb": ["ip", "COUNTRY_ISO_CODE", "country_name", "continent_name", "region_iso_code", "region_name", "city_name", "timezone", "location"],
        "GeoLite2-Country.mmdb": ["ip", "country_iso_code", "country_name", "continent_name"],
        "GeoLite2-ASN.mmdb": ["ip", "asn", "organization_name", "network"],
    }
    for _ in range(count):
        file = rng.choice(list(databases))
        options = sometimes(rng, {"field": "a", "database_file": file}, target_field=["t", "a", "a.b"], ignore_missing=[True, False], first_only=[True, False])
        if rng.random() < 0.4:
            options["properties"] = rng.choices(databases[file], k=rng.randint(0, 4))
        anywhere = lambda: ".".join(str(rng.randrange(1, 224)) for _ in range(4)) if rng.random() < 0.7 else f"2{rng.randrange(4096):03x}:{rng.randrange(65536):x}::1"
        docs = [{"a": anywhere() if rng.random() < 0.6 else [anywhere() if rng.random() < 0.9 else address(rng) for _ in range(3)]} for _ in range(20)]
        yield {"pipeline": pipeline("geoip", options), "docs": docs + documents(rng, ADDRESSES[:6] + NO_ADDRESSES[:6], 5)}


CEF_KEYS = "src dst spt dpt smac rt end start in out cnt cn1 cfp1 slat cs1 cs1Label msg act eventId devicePayloadId shost sourceDnsDomain deviceCustomDate1 x x.y a.b".split()
CEF_VALUES = [
    "1", "x y", "10.0.0.1", "", r"a\=b", r"\\", r"\n", r"\x", "1.5", "Nov 14 2023 10:00:00", "Nov 14 2023 10:00:00.123 UTC", "Feb 30 2023 10:00:00", "1700000000000",
    "00:1B:44:11:3A:B7", "001B44113AB7", "2147483648", "é 北", " padded ", "a=b",
]


def cef(rng, count):
    for _ in range(count):
        options = sometimes(rng, {"field": "a"}, target_field=["t", "a", "x.y"], ignore_missing=[True, False], ignore_empty_values=[True, False], timezone=["Europe/Berlin", "UTC", "+05:30"])
        docs = []
        for _ in range(20):
            header = rng.choice(["CEF:0|a|b|c|d|e|f|"] * 8 + ["CEF:0|a|b|c", "cef:0|a|b|c|d|e|f|", r"CEF:1|a\|b|\\|c|d|e|f|", "CEF:0||||||" + "|"])
            docs.append({"a": header + " ".join(f"{rng.choice(CEF_KEYS)}={rng.choice(CEF_VALUES)}" for _ in range(rng.randint(0, 6)))})
        yield {"pipeline": pipeline("cef", options), "docs": docs + documents(rng, n=4)}


ALL = dict(
    network_direction=network_direction, community_id=community_id, fingerprint=fingerprint, registered_domain=registered_domain,
    user_agent=user_agent, geoip=geoip, cef=cef,
)
