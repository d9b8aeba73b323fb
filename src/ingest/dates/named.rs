//! Elasticsearch's named formats, in the notation of [`super::pattern`].

use super::formatter::ResolverStyle::{self, Lenient, Smart, Strict};
use super::iso8601::{Iso8601, Part, ZonePresence};

/// A named format: what it prints with, and what it tries to parse with, in order.
pub(super) struct Named {
    pub printer: &'static str,
    pub parsers: &'static [&'static str],
    pub style: ResolverStyle,
    /// Tried before the parsers.
    pub iso: Option<Iso8601>,
    /// Whether a text without a zone is in UTC whatever the caller's zone.
    pub utc: bool,
}

/// Pieces that several formats are made of.
const FRAGMENTS: &[(&str, &str)] = &[
    ("ymd", "{year 4 4 exceeds}[-MM[-dd]]"),
    ("ymd9", "{year 4 9 exceeds}[-MM[-dd]]"),
    ("lenient_ymd", "{year 1 9 normal}[-{month 1 2 positive}[-{day 1 2 positive}]]"),
    ("hms", "HH:mm:ss"),
    ("lenient_hm", "{hour 1 2 positive}:{minute 1 2 positive}"),
    ("lenient_hms", "{hour 1 2 positive}:{minute 1 2 positive}:{second 1 2 positive}"),
    ("lenient_hms_fraction", "{hour 1 2 positive}:{minute 1 2 positive}:{second 1 2 positive}{.nano 1 9}"),
    ("basic_ymd", "{year 4 4 normal}MMdd"),
    ("basic_ymd10", "{year 4 10 normal}MMdd"),
    ("basic_hms", "HHmmss"),
    ("basic_time", "HHmmss{.nano 1 9}"),
    ("basic_time_millis", "HHmmss{.nano 3 3}"),
    ("basic_week", "{isoyear 1 19 normal}'W'{isoweek 1 2 never}{wday 1 19 normal}"),
    ("strict_basic_week", "{isoyear 4 4 positive}'W'{isoweek 1 2 never}{wday 1 19 normal}"),
    ("strict_basic_week_print", "{isoyear 4 10 normal}'W'{isoweek 2 2 never}{wday 1 19 normal}"),
    ("iso_week", "{nocase}{isoyear 4 10 exceeds}'-W'{isoweek 2 2 positive}-{wday 1 1 positive}"),
    ("week", "{isoyear 4 10 exceeds}'-W'{isoweek 1 2 positive}-{wday 1 1 positive}"),
    ("ordinal", "{year 4 10 exceeds}-{yday 1 3 positive}"),
    ("weekyear_week", "{weekyear 4 10 exceeds}'-W'{week 2 2 positive}"),
    ("offset", "X"),
    ("iso_date", "{year 4 10 exceeds}-MM-dd"),
    ("iso_time", "HH:mm[:ss[{.nano 0 9}]]"),
];

/// What Java parses as an instant.
pub(super) const INSTANT: &str = "{nocase}{@iso_date}'T'HH:mm:ss[{.nano 0 9}]{offset}";

/// The constants of Java's `DateTimeFormatter`.
const CONSTANTS: &[(&str, ResolverStyle, &str)] = &[
    ("ISO_LOCAL_DATE", Strict, "{@iso_date}"),
    ("ISO_OFFSET_DATE", Strict, "{nocase}{@iso_date}XXXXX"),
    ("ISO_DATE", Strict, "{nocase}{@iso_date}[XXXXX]"),
    ("ISO_LOCAL_TIME", Strict, "{@iso_time}"),
    ("ISO_OFFSET_TIME", Strict, "{nocase}{@iso_time}XXXXX"),
    ("ISO_TIME", Strict, "{nocase}{@iso_time}[XXXXX]"),
    ("ISO_LOCAL_DATE_TIME", Strict, "{nocase}{@iso_date}'T'{@iso_time}"),
    ("ISO_OFFSET_DATE_TIME", Strict, "{nocase}{@iso_date}'T'{@iso_time}{offset}"),
    ("ISO_ZONED_DATE_TIME", Strict, "{nocase}{@iso_date}'T'{@iso_time}{offset}['['{case}{region}']']"),
    ("ISO_DATE_TIME", Strict, "{nocase}{@iso_date}'T'{@iso_time}[XXXXX['['{case}{region}']']]"),
    ("ISO_ORDINAL_DATE", Strict, "{nocase}{year 4 10 exceeds}-{yday 3 3 positive}[XXXXX]"),
    ("ISO_WEEK_DATE", Strict, "{@iso_week}[XXXXX]"),
    ("ISO_INSTANT", Strict, "{instant}"),
    ("BASIC_ISO_DATE", Strict, "{nocase}{year 4 4 positive}MMdd[{basicoffset}]"),
    ("RFC_1123_DATE_TIME", Smart, "{nocase}[EEE', ']{day 1 2 positive} MMM {year 4 4 positive} HH:mm[:ss] {gmtoffset}"),
];

/// The constant of this name: its style and notation.
pub(super) fn constant(name: &str) -> Option<(ResolverStyle, &'static str)> {
    CONSTANTS.iter().find(|(n, ..)| *n == name).map(|(_, style, notation)| (*style, *notation))
}

pub(super) fn fragment(name: &str) -> Option<&'static str> {
    FRAGMENTS.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

const OPTIONAL_TIME_PRINTER: &str = "{@ymd9}'T'[HH[:mm[:ss[{.nano 3 3}]][XXX]]]";

const fn strict(printer: &'static str, parsers: &'static [&'static str]) -> Named {
    Named { printer, parsers, style: Strict, iso: None, utc: false }
}

const fn styled(style: ResolverStyle, printer: &'static str, parsers: &'static [&'static str]) -> Named {
    Named { printer, parsers, style, iso: None, utc: false }
}

const fn with_iso(named: Named, iso: Iso8601) -> Named {
    Named { iso: Some(iso), ..named }
}

const TO_SECOND: Iso8601 = Iso8601 {
    date_until: Part::Day,
    time_until: Some(Part::Second),
    at_most: Part::Second,
    zone: ZonePresence::Forbidden,
    ..Iso8601::ANY
};
const TO_FRACTION: Iso8601 = Iso8601 { time_until: Some(Part::Nano), at_most: Part::Nano, comma: false, ..TO_SECOND };

/// The format of this name.
pub(super) fn find(name: &str) -> Option<&'static Named> {
    FORMATS.iter().find(|(n, _)| *n == name).map(|(_, named)| named)
}

#[rustfmt::skip]
static FORMATS: &[(&str, Named)] = &[
    ("iso8601", with_iso(strict(OPTIONAL_TIME_PRINTER, &[
        "{@ymd}['T'[HH[:mm[:ss[{.nano 1 9}][,{,nano 1 9}]]]][{zone}][{@offset}]]",
    ]), Iso8601::ANY)),
    ("strict_date_optional_time", with_iso(strict(OPTIONAL_TIME_PRINTER, &[
        "{@ymd}['T'[HH[:mm[:ss[{.nano 1 9}][,{,nano 1 9}]]][{zone}][{@offset}]]]",
    ]), Iso8601::ANY)),
    ("strict_date_optional_time_nanos", with_iso(strict("{@ymd9}'T'[HH[:mm[:ss[{.nano 3 9}]][XXX]]]", &[
        "{@ymd}['T'{@hms}[{.nano 1 9}][,{,nano 1 9}][{zone}][{@offset}]]",
    ]), Iso8601 { time_until: Some(Part::Second), optional_time: true, ..Iso8601::ANY })),
    ("strict_date_time", with_iso(strict("{@ymd}'T'{@hms}{.nano 3 9}XXX", &[
        "{@ymd}'T'{@hms}[{.nano 1 9}]{zone}", "{@ymd}'T'{@hms}[{.nano 1 9}]{@offset}",
    ]), Iso8601 { at_most: Part::Nano, comma: false, zone: ZonePresence::Mandatory, ..TO_SECOND })),
    ("strict_date_time_no_millis", with_iso(strict("{@ymd}'T'{@hms}XXX", &[
        "{@ymd}'T'{@hms}{zone}", "{@ymd}'T'{@hms}{@offset}",
    ]), Iso8601 { zone: ZonePresence::Mandatory, ..TO_SECOND })),
    ("strict_date_hour_minute_second",
        with_iso(styled(Smart, "uuuu-MM-dd'T'HH:mm:ss", &["uuuu-MM-dd'T'HH:mm:ss"]), TO_SECOND)),
    ("strict_date_hour_minute_second_fraction",
        with_iso(strict("{@ymd}'T'{@hms}{.nano 3 3}", &["{@ymd}'T'{@hms}{.nano 1 9}"]), TO_FRACTION)),
    ("strict_date_hour_minute_second_millis",
        with_iso(strict("{@ymd}'T'{@hms}{.nano 3 3}", &["{@ymd}'T'{@hms}{.nano 1 9}"]), TO_FRACTION)),
    ("strict_year", with_iso(strict("{year 4 4 exceeds}", &["{year 4 4 exceeds}"]),
        Iso8601 { at_most: Part::Year, zone: ZonePresence::Forbidden, ..Iso8601::ANY })),
    ("strict_year_month", with_iso(strict("{year 4 4 exceeds}-MM", &["{year 4 4 exceeds}-MM"]),
        Iso8601 { date_until: Part::Month, at_most: Part::Month, zone: ZonePresence::Forbidden, ..Iso8601::ANY })),
    ("strict_year_month_day", strict("{@ymd}", &["{@ymd}"])),
    ("strict_date", styled(Lenient, "{year 4 10 exceeds}-MM-dd", &["{year 4 10 exceeds}-MM-dd"])),
    ("strict_date_hour", styled(Smart, "uuuu-MM-dd'T'HH", &["uuuu-MM-dd'T'HH"])),
    ("strict_date_hour_minute", styled(Smart, "uuuu-MM-dd'T'HH:mm", &["uuuu-MM-dd'T'HH:mm"])),
    ("strict_hour", styled(Smart, "HH", &["HH"])),
    ("strict_hour_minute", styled(Smart, "HH:mm", &["HH:mm"])),
    ("strict_hour_minute_second", strict("HH:mm:ss", &["HH:mm:ss"])),
    ("strict_hour_minute_second_fraction", strict("{@hms}{.nano 3 3}", &["{@hms}{.nano 1 9}"])),
    ("strict_hour_minute_second_millis", strict("{@hms}{.nano 3 3}", &["{@hms}{.nano 1 9}"])),
    ("strict_ordinal_date", strict("{year 4 4 exceeds}-{yday 3 3 positive}", &["{year 4 4 exceeds}-{yday 3 3 positive}"])),
    ("strict_ordinal_date_time", strict(ORDINAL_DATE_TIME_PRINTER, &[
        "{year 4 4 exceeds}-{yday 3 3 positive}'T'HH:mm[:ss{.nano 1 9}]{zone}",
        "{year 4 4 exceeds}-{yday 3 3 positive}'T'HH:mm[:ss{.nano 1 9}]{@offset}",
    ])),
    ("strict_ordinal_date_time_no_millis", strict("{year 4 4 exceeds}-{yday 3 3 positive}'T'{@hms}XXX", &[
        "{year 4 4 exceeds}-{yday 3 3 positive}'T'{@hms}{zone}", "{year 4 4 exceeds}-{yday 3 3 positive}'T'{@hms}{@offset}",
    ])),
    ("strict_time", strict("{@hms}{.nano 3 3}XXX", &["{@hms}{.nano 1 9}{zone}", "{@hms}{.nano 1 9}{@offset}"])),
    ("strict_time_no_millis", strict("{@hms}XXX", &["{@hms}{zone}", "{@hms}{@offset}"])),
    ("strict_t_time", strict("'T'{@hms}{.nano 3 3}XXX", &["'T'{@hms}{.nano 1 9}{zone}", "'T'{@hms}{.nano 1 9}{@offset}"])),
    ("strict_t_time_no_millis", strict("'T'{@hms}XXX", &["'T'{@hms}{zone}", "'T'{@hms}{@offset}"])),
    ("strict_week_date", strict("{@iso_week}", &["{@iso_week}"])),
    ("strict_week_date_time", strict("{@iso_week}'T'{@hms}{.nano 3 3}XXX", &[
        "{@iso_week}'T'{@hms}{.nano 1 9}{zone}", "{@iso_week}'T'{@hms}{.nano 1 9}{@offset}",
    ])),
    ("strict_week_date_time_no_millis", strict("{@iso_week}'T'{@hms}XXX", &["{@iso_week}'T'{@hms}{zone}", "{@iso_week}'T'{@hms}{@offset}"])),
    ("strict_weekyear", strict("{weekyear 4 10 exceeds}", &["{weekyear 4 10 exceeds}"])),
    ("strict_weekyear_week", strict("{@weekyear_week}", &["{@weekyear_week}"])),
    ("strict_weekyear_week_day", strict("{@weekyear_week}-{localday 1 19 normal}", &["{@weekyear_week}-{localday 1 19 normal}"])),
    ("strict_basic_week_date", strict("{@strict_basic_week_print}", &["{@strict_basic_week}"])),
    ("strict_basic_week_date_time", strict("{@strict_basic_week_print}'T'HHmmss.SSSX", &[
        "{@strict_basic_week}'T'HHmmss{.nano 1 9}{zone}", "{@strict_basic_week}'T'HHmmss{.nano 1 9}{@offset}",
    ])),
    ("strict_basic_week_date_time_no_millis", strict("{@strict_basic_week_print}'T'HHmmssXXX", &[
        "{@strict_basic_week_print}'T'HHmmss{zone}", "{@strict_basic_week_print}'T'HHmmss{@offset}",
    ])),
    ("basic_date", Named { utc: true, ..strict("{@basic_ymd10}", &["{year 1 4 normal}{month 1 2 positive}{day 1 2 positive}"]) }),
    ("basic_date_time", strict("{@basic_ymd10}'T'{@basic_time_millis}XXX", &[
        "{@basic_ymd}'T'{@basic_time}{zone}", "{@basic_ymd}'T'{@basic_time}{@offset}",
    ])),
    ("basic_date_time_no_millis", strict("{@basic_ymd10}'T'{@basic_hms}XXX", &[
        "{@basic_ymd}'T'{@basic_hms}{zone}", "{@basic_ymd}'T'{@basic_hms}{@offset}",
    ])),
    ("basic_ordinal_date", styled(Smart, "uuuuDDD", &["uuuuDDD"])),
    ("basic_ordinal_date_time", strict("yyyyDDD'T'{@basic_time_millis}XXX", &[
        "yyyyDDD'T'{@basic_time}{zone}", "yyyyDDD'T'{@basic_time}{@offset}",
    ])),
    ("basic_ordinal_date_time_no_millis", strict("uuuuDDD'T'{@basic_hms}XXX", &[
        "uuuuDDD'T'{@basic_hms}{zone}", "uuuuDDD'T'{@basic_hms}{@offset}",
    ])),
    ("basic_time", strict("{@basic_time_millis}XXX", &["{@basic_time}{zone}", "{@basic_time}{@offset}"])),
    ("basic_time_no_millis", strict("{@basic_hms}XXX", &["{@basic_hms}{zone}", "{@basic_hms}{@offset}"])),
    ("basic_t_time", strict("'T'{@basic_time_millis}XXX", &["'T'{@basic_time}{zone}", "'T'{@basic_time}{@offset}"])),
    ("basic_t_time_no_millis", strict("'T'{@basic_hms}XXX", &["'T'{@basic_hms}{zone}", "'T'{@basic_hms}{@offset}"])),
    ("basic_week_date", strict("{@strict_basic_week_print}", &["{@basic_week}"])),
    ("basic_week_date_time", strict("{@strict_basic_week_print}'T'HHmmss.SSSX", &[
        "{@basic_week}'T'{@basic_time}{zone}", "{@basic_week}'T'{@basic_time}{@offset}",
    ])),
    ("basic_week_date_time_no_millis", strict("{@strict_basic_week_print}'T'HHmmssX", &[
        "{@basic_week}'T'{@basic_hms}{zone}", "{@basic_week}'T'{@basic_hms}{@offset}",
    ])),
    ("date", strict("{year 4 10 exceeds}-MM-dd", &["{@lenient_ymd}"])),
    ("date_hour", strict("uuuu-MM-dd'T'HH", &["{@lenient_ymd}'T'{hour 1 2 positive}"])),
    ("date_hour_minute", strict("uuuu-MM-dd'T'HH:mm", &["{@lenient_ymd}'T'{@lenient_hm}"])),
    ("date_hour_minute_second", strict("uuuu-MM-dd'T'HH:mm:ss", &["{@lenient_ymd}'T'{@lenient_hms}"])),
    ("date_hour_minute_second_fraction", strict("{@ymd}'T'{@hms}{.nano 3 3}", &["{@lenient_ymd}'T'{@lenient_hms_fraction}"])),
    ("date_hour_minute_second_millis", strict("{@ymd}'T'{@hms}{.nano 3 3}", &["{@lenient_ymd}'T'{@lenient_hms}{.nano 1 3}"])),
    ("date_optional_time", strict(OPTIONAL_TIME_PRINTER, &[
        "{@lenient_ymd}['T'[{hour 1 2 positive}[:{minute 1 2 positive}[:{second 1 2 positive}][{.nano 1 9}][,{,nano 1 9}][{zone}][X]]]]",
    ])),
    ("date_time", strict(OPTIONAL_TIME_PRINTER, &[
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}{.nano 1 9}]XXX",
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}{.nano 1 9}]{@offset}",
    ])),
    ("date_time_no_millis", strict("{year 4 10 exceeds}-MM-dd'T'HH:mm:ssVV", &[
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}]XXX",
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}]{@offset}",
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}][{zone}]",
        "{@lenient_ymd}'T'{@lenient_hm}[:{second 1 2 positive}][{@offset}]",
    ])),
    ("hour", strict("HH", &["{hour 1 2 positive}"])),
    ("hour_minute", strict("HH:mm", &["{@lenient_hm}"])),
    ("hour_minute_second", strict("HH:mm:ss", &["{@lenient_hms}"])),
    ("hour_minute_second_fraction", strict("{@hms}{.nano 3 3}", &["{@lenient_hms_fraction}"])),
    ("hour_minute_second_millis", strict("{@hms}{.nano 3 3}", &["{@lenient_hms}{.nano 1 3}"])),
    ("ordinal_date", strict("{year 4 10 exceeds}-{yday 3 3 positive}", &["{@ordinal}"])),
    ("ordinal_date_time", strict(ORDINAL_DATE_TIME_PRINTER, &[
        "{@ordinal}'T'{@lenient_hm}[:{second 1 2 positive}{.nano 1 9}]{zone}",
        "{@ordinal}'T'{@lenient_hm}[:{second 1 2 positive}{.nano 1 9}]{@offset}",
    ])),
    ("ordinal_date_time_no_millis", strict("{year 4 4 exceeds}-{yday 3 3 positive}'T'{@hms}XXX", &[
        "{@ordinal}'T'{@lenient_hms}{zone}", "{@ordinal}'T'{@lenient_hms}{@offset}",
    ])),
    ("time", strict("{@hms}{.nano 3 3}XXX", &["{@lenient_hms_fraction}{zone}", "{@lenient_hms_fraction}{@offset}"])),
    ("time_no_millis", strict("{@hms}XXX", &["{@lenient_hms}{zone}", "{@lenient_hms}{@offset}"])),
    ("t_time", strict("'T'{@hms}{.nano 3 3}XXX", &["'T'{@lenient_hms_fraction}{zone}", "'T'{@lenient_hms_fraction}{@offset}"])),
    ("t_time_no_millis", strict("'T'{@hms}XXX", &["'T'{@lenient_hms}{zone}", "'T'{@lenient_hms}{@offset}"])),
    ("week_date", strict("{@iso_week}", &["{@week}"])),
    ("week_date_time", strict("{@iso_week}'T'{@hms}{.nano 3 3}XXX", &[
        "{@week}'T'{@lenient_hms_fraction}{zone}", "{@week}'T'{@lenient_hms_fraction}{@offset}",
    ])),
    ("week_date_time_no_millis", strict("{@iso_week}'T'{@hms}XXX", &["{@week}'T'{@lenient_hms}{zone}", "{@week}'T'{@lenient_hms}{@offset}"])),
    ("weekyear", strict("{weekyear 1 19 normal}", &["{weekyear 1 19 normal}"])),
    ("weekyear_week", strict("{@weekyear_week}", &["{weekyear 1 19 normal}'-W'{week 1 19 normal}"])),
    ("weekyear_week_day", strict("{@weekyear_week}-{localday 1 19 normal}", &[
        "{weekyear 1 19 normal}'-W'{week 1 19 normal}-{localday 1 19 normal}",
    ])),
    ("year", strict("{year 1 19 normal}", &["{year 1 19 normal}"])),
    ("year_month", strict("{year 4 10 exceeds}-MM", &["{year 1 19 normal}-{month 1 19 normal}"])),
    ("year_month_day", strict("{@ymd}", &["{year 1 19 normal}-{month 1 19 normal}-{day 1 19 normal}"])),
    ("epoch_second", styled(Smart, "[{sign}]{epochsecond 1 19 positive}[{.epochsecondnano 0 9}]", &[
        "[{sign}]{epochsecond 1 19 positive}[{.epochsecondnano 0 9}]", "[{sign}]{epochsecond 1 19 positive}.",
    ])),
    ("epoch_millis", styled(Smart, "[{sign}]{epochmilli 1 19 positive}[{.epochmillinano 0 6}]", &[
        "[{sign}]{epochmilli 1 19 positive}",
        "[{sign}]{epochmilli 1 19 positive}{.epochmillinano 0 6}", "[{sign}]{epochmilli 1 19 positive}.",
    ])),
];

const ORDINAL_DATE_TIME_PRINTER: &str = "{year 4 4 exceeds}-{yday 3 3 positive}'T'HH:mm[:ss{.nano 3 9}]XXX";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::{Formatter, Locale};
    use super::*;

    #[test]
    fn every_format_compiles() {
        for (name, named) in FORMATS {
            for notation in named.parsers.iter().chain([&named.printer]) {
                let compiled = Formatter::compile_notation(notation, &Locale::root());
                assert!(compiled.is_ok(), "{name}: {notation}: {:?}", compiled.err());
            }
        }
    }
}
