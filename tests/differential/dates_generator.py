"""Generators for the processors of dates."""

from values import PLAIN, TARGETS, documents, pipeline, sometimes

FORMATS = ["ISO8601", "UNIX", "UNIX_MS", "TAI64N", "dd/MMM/yyyy:H:m:s Z", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "MMM d HH:mm:ss", "MMM dd",
           "EEE MMM dd HH:mm:ss.SSSSSS yyyy", "yyyyMMddHHmmss", "M/d/yyyy h:mm:ss a", "uuuu-MM-dd", "yyyy-DDD", "uuuu-DDD HH", "YYYY-ww", "YYYY-'W'ww-e", "HH:mm",
           "yyyy-MM-dd[ HH[:mm]]", "yyyy-MM-dd HH:mm:ss z", "yyyy-MM-dd HH:mm VV", "yyyy-MM-dd HH:mm:ss O", "G yyyy", "MMMM d, uuuu", "d MMMM yyyy", "EEEE", "h a",
           "yy", "y", "SSS", "epoch_second", "epoch_millis", "strict_date_optional_time", "strict_date_optional_time||epoch_millis", "date_optional_time", "basic_date",
           "week_date", "strict_date", "yyyy-MM-dd||dd/MM/yyyy", "bogus", "yyyy 'x", "8yyyy", ""]
TIMES = ["2021-03-04T05:06:07.089+02:00", "2021-03-04T05:06:07Z", "2021-03-04", "2021-03", "2021", "20210304", "20210304050607", "1614834367", "1614834367.5", "1614834367089",
         "-1.5", "@4000000050d506482dbdf024", "04/Mar/2021:5:6:7 +0200", "2021-03-04 05:06:07", "Mar 4 05:06:07", "Mar  4 05:06:07", "Feb 29", "Thu Mar 04 05:06:07.123456 2021",
         "3/4/2021 5:06:07 PM", "3/4/2021 5:06:07 pm", "2021-063", "2021-10", "2021-W10-4", "05:06", "24:00", "2021-03-04 05", "2021-03-04 05:06", "2021-03-28 02:30:00", "2021-10-31 02:30:00",
         "2021-03-04 05:06:07 EST", "2021-03-04 05:06:07 CET", "2021-03-04 05:06:07 Europe/Berlin", "2021-03-04 05:06 Europe/Berlin", "2021-03-04 05:06:07 GMT+2", "2021-02-29", "2021-02-31",
         "2021-13-01", "AD 2021", "March 4, 2021", "4 March 2021", "4 mars 2021", "4 三月 2021", "Thursday", "5 AM", "21", "123", "04/03/2021", "2021-03-04T24:00:00", "2021-03-04T05:06:07,5",
         1614834367, 1614834367089, 1614834367.5, -1, 2021]
ZONES = ["UTC", "Z", "Europe/Berlin", "America/New_York", "+05:30", "UTC+2", "{{z}}", "{{z}}", "Nope", ""]
# Not those whose eras or weeks the Java of a node may count otherwise than the Java that Elasticsearch comes with: `ROOT`, `zh-CN`.
LOCALES = ["en", "en-US", "fr", "zh", "de_DE", "pt-BR", "{{l}}", "{{l}}", "xx"]
OUTPUTS = ["yyyy-MM-dd", "epoch_millis", "strict_date_time", "EEE MMM d HH:mm:ss.SSSSSSSSS VV yyyy", "uuuu/D", "YYYY-'W'ww-e", "bogus", "yyyy-MM-dd'T'HH:mm:ss.SSSZZZZZ"]


def date_documents(rng):
    docs = [{"a": v, "z": rng.choice(["UTC", "+02:00", "Asia/Shanghai", "x", None]), "l": rng.choice(["de", "fr", "zz", None])} for v in rng.sample(TIMES, 30)]
    return docs + documents(rng, (), 5)


def date(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 9 + PLAIN), "formats": rng.sample(FORMATS, rng.choice([1, 2, 4, 8]))}
        for key, choices in (("timezone", ZONES), ("locale", LOCALES), ("output_format", OUTPUTS), ("target_field", TARGETS)):
            if rng.random() < 0.3:
                options[key] = rng.choice(choices)
        yield {"pipeline": pipeline("date", options), "docs": date_documents(rng)}


def date_index_name(rng, count):
    for _ in range(count):
        options = {"field": rng.choice(["a"] * 9 + PLAIN), "date_rounding": rng.choice(["M", "d", "{{l}}", ""])}
        if rng.random() < 0.8:
            options["date_formats"] = rng.sample(FORMATS[:-4], rng.choice([1, 2, 3, 6]))
        sometimes(rng, options, index_name_prefix=["p-", "{{z}}-", ""])
        for key, choices in (("timezone", ZONES), ("locale", ["en", "fr-FR", "zh", "xx", "de_DE"]), ("index_name_format", OUTPUTS + ["{{z}}"])):
            if rng.random() < 0.3:
                options[key] = rng.choice(choices)
        yield {"pipeline": pipeline("date_index_name", options), "docs": date_documents(rng)}


ALL = {"date": date, "date_index_name": date_index_name}
