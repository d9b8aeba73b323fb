//! Elasticsearch's own parser of ISO 8601: every part at its fixed place. What most logs have, so it is fast.

use super::parsed::ParsedFields;
use super::zone_names::NameKind;
use super::{Field, LocalTime, Offset, Zone};

/// Parts of a date and time, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Nano,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZonePresence {
    Optional,
    Mandatory,
    Forbidden,
}

/// Which parts must and may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Iso8601 {
    /// The last part of the date, and the last of the time, that must be there.
    pub date_until: Part,
    pub time_until: Option<Part>,
    /// Whether the time may be missing though parts of it are mandatory.
    pub optional_time: bool,
    /// The last part that may be there.
    pub at_most: Part,
    /// Whether a fraction may follow a comma, too.
    pub comma: bool,
    pub zone: ZonePresence,
}

impl Iso8601 {
    pub const ANY: Self = Self {
        date_until: Part::Year,
        time_until: None,
        optional_time: false,
        at_most: Part::Nano,
        comma: true,
        zone: ZonePresence::Optional,
    };

    fn may_end_before(&self, part: Part) -> bool {
        match part {
            Part::Year | Part::Month | Part::Day => self.date_until < part,
            _ => self.time_until.is_none_or(|until| until < part),
        }
    }

    /// Puts the fields of `text` into `fields`, if it has the form.
    pub fn parse(&self, text: &str, fields: &mut ParsedFields) -> Option<()> {
        let text = text.as_bytes();
        match text.first() {
            Some(b'-') => self.parse_from(text.get(1..)?, -1, fields),
            _ => self.parse_from(text, 1, fields),
        }
    }

    fn parse_from(&self, text: &[u8], era: i64, fields: &mut ParsedFields) -> Option<()> {
        fields.replace(Field::Year, era * number(text, 0, 4)?);
        if text.len() == 4 {
            return self.may_end_before(Part::Month).then_some(());
        }
        self.separator(text, 4, b'-', Part::Month)?;
        let month = number(text, 5, 2).filter(|month| *month <= 12)?;
        fields.replace(Field::MonthOfYear, month);
        if text.len() == 7 {
            return self.may_end_before(Part::Day).then_some(());
        }
        self.separator(text, 7, b'-', Part::Day)?;
        let day = number(text, 8, 2).filter(|day| *day <= 31)?;
        fields.replace(Field::DayOfMonth, day);
        if text.len() == 10 {
            return (self.optional_time || self.may_end_before(Part::Hour)).then_some(());
        }
        self.separator(text, 10, b'T', Part::Hour)?;
        if text.len() == 11 {
            return self.may_end_before(Part::Hour).then_some(());
        }
        let (time, zone) = self.time(text)?;
        fields.time = Some(time);
        if let Some(zone) = zone {
            fields.set_zone(zone, NameKind::Id);
        }
        Some(())
    }

    fn separator(&self, text: &[u8], at: usize, separator: u8, next: Part) -> Option<()> {
        (text.get(at) == Some(&separator) && self.at_most >= next).then_some(())
    }

    fn time(&self, text: &[u8]) -> Option<(LocalTime, Option<Zone>)> {
        let mut parts = [0; 4];
        let hour = number(text, 11, 2).filter(|hour| *hour <= 23)?;
        for (part, at, place) in [(Part::Minute, 13, 0), (Part::Second, 16, 1)] {
            if let Some(zone) = self.end(text, at) {
                let zone = zone?;
                let time = LocalTime::of(hour, parts[0], parts[1], 0).ok()?;
                return self.may_end_before(part).then_some((time, zone));
            }
            self.separator(text, at, b':', part)?;
            parts[place] = number(text, at + 1, 2).filter(|value| *value <= 59)?;
        }
        let [minute, second, ..] = parts;
        let seconds = LocalTime::of(hour, minute, second, 0).ok()?;
        if let Some(zone) = self.end(text, 19) {
            return zone.filter(|_| self.may_end_before(Part::Nano)).map(|zone| (seconds, zone));
        }
        let point = matches!(text.get(19), Some(b'.')) || self.comma && matches!(text.get(19), Some(b','));
        if !point || self.at_most < Part::Nano {
            return None;
        }
        let digits = text.get(20..)?.iter().take(9).take_while(|b| b.is_ascii_digit());
        let (mut nanos, mut width) = (0, 0);
        for digit in digits {
            nanos = nanos * 10 + u32::from(digit - b'0');
            width += 1;
        }
        if width == 0 {
            return None;
        }
        nanos *= 10_u32.pow(9 - width);
        let zone = self.end(text, 20 + width as usize)??;
        Some((seconds.with_nano(nanos), zone))
    }

    /// Whether the text ends here, perhaps with a zone: `None` if it goes on, `Some(None)` if what stands here is no zone or none may.
    fn end(&self, text: &[u8], at: usize) -> Option<Option<Option<Zone>>> {
        match text.get(at) {
            None => Some((self.zone != ZonePresence::Mandatory).then_some(None)),
            Some(b'+' | b'-' | b'A'..=b'Z' | b'a'..=b'z') if self.zone != ZonePresence::Forbidden => {
                Some(text.get(at..).and_then(zone).map(Some))
            }
            Some(_) => None,
        }
    }
}

fn number(text: &[u8], at: usize, width: usize) -> Option<i64> {
    text.get(at..at + width)?.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
}

/// The zone that `text` is: `Z`, `+02`, `+0200`, `+02:00:00`, or any id that Java knows.
fn zone(text: &[u8]) -> Option<Zone> {
    let sign = match text.first()? {
        b'Z' if text.len() == 1 => return Some(Zone::UTC),
        b'+' => 1,
        b'-' => -1,
        _ => return Zone::of(std::str::from_utf8(text).ok()?).ok(),
    };
    let mut at = 1;
    let mut seconds = 0;
    let mut colon = false;
    for (i, unit) in [3_600, 60, 1].into_iter().enumerate() {
        if i > 0 && at == text.len() {
            break;
        }
        // Colons stand everywhere or nowhere.
        let here = i > 0 && text.get(at) == Some(&b':');
        if i == 2 && here != colon {
            return None;
        }
        colon = here;
        at += usize::from(here);
        seconds += number(text, at, 2)? * unit;
        at += 2;
    }
    if at < text.len() {
        return None;
    }
    Offset::of_seconds(sign * seconds).ok().map(Zone::of_offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_may_be_missing_from_the_end() {
        for (text, expected) in [
            ("2021", "{Year=2021},ISO"),
            ("-2021", "{Year=-2021},ISO"),
            ("2021-03", "{MonthOfYear=3, Year=2021},ISO"),
            ("2021-03-04", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO"),
            ("2021-03-04T", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO"),
            ("2021-03-04T10", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO resolved to 10:00"),
            ("2021-03-04T10Z", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO,Z resolved to 10:00"),
            ("2021-03-04T10:11+02", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO,+02:00 resolved to 10:11"),
            ("2021-03-04T10:11:12,5UTC", "{DayOfMonth=4, MonthOfYear=3, Year=2021},ISO,UTC resolved to 10:11:12.500"),
            ("2021-3-04", "none"),
            ("2021-03-04 10:11", "none"),
            ("2021-03-04T24", "none"),
            ("2021-03-04T10:11:12.", "none"),
            ("2021-03-04T10:11:12.1234567890", "none"),
            ("2021-03-04T10:11:12+02:0000", "none"),
            ("2021-03-04T10:11:12+19", "none"),
            ("2021-03-04T10:11:12Foo", "none"),
            ("-", "none"),
        ] {
            let mut fields = ParsedFields::default();
            let got = Iso8601::ANY.parse(text, &mut fields).map_or("none".into(), |()| fields.to_string());
            assert_eq!(got, expected, "{text}");
        }
    }
}
