//! How Java prints an instant in UTC (`ZonedDateTime.toString`, `Instant.toString`): no more digits than needed, in groups of three.

use jiff::Timestamp;
use std::fmt::Write;

/// `2021-03-11T17:59:49Z`, `…:49.120Z`, `…:49.000001Z`: fraction in 0, 3, 6 or 9 digits, as `DateTimeFormatter.ISO_INSTANT` prints it.
pub fn format_instant(ts: Timestamp, out: &mut String) {
    let utc = ts.to_zoned(jiff::tz::TimeZone::UTC);
    let (year, date, time) = (utc.year(), utc.date(), utc.time());
    let _ = if (0..=9999).contains(&year) { write!(out, "{year:04}") } else { write!(out, "{year:+05}") };
    let _ = write!(
        out,
        "-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    let nanos = time.subsec_nanosecond();
    let _ = match nanos {
        0 => Ok(()),
        n if n % 1_000_000 == 0 => write!(out, ".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => write!(out, ".{:06}", n / 1_000),
        n => write!(out, ".{n:09}"),
    };
    out.push('Z');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fraction_has_0_3_6_or_9_digits() {
        for (nanos, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (120_000_000, "1970-01-01T00:00:00.120Z"),
            (1_000, "1970-01-01T00:00:00.000001Z"),
            (1, "1970-01-01T00:00:00.000000001Z"),
        ] {
            let mut out = String::new();
            format_instant(Timestamp::from_nanosecond(nanos).unwrap_or_default(), &mut out);
            assert_eq!(out, expected);
        }
    }
}
