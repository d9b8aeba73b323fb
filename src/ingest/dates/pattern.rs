//! Compiles patterns: Java's letters (`yyyy-MM-dd HH:mm`), and for our own named formats a few more words in braces.

use super::builder::Builder;
use super::names::{DayPeriods, Names, TextStyle, gmt_text};
use super::op::{Number, NumberForm, OffsetForm, Op, Presence, SignStyle, ZoneIdForm};
use super::zone_names::NameTable;
use super::{Field, Locale, WeekFields, named};

/// A width that leaves a number's digits free: those of 64 bits.
pub(super) const ANY_WIDTH: u32 = 19;
/// A pattern longer than this is refused: a bound for the memory that it compiles to.
const PATTERN_BYTES_MAX: usize = 16 * 1024;

/// The form of `+HH:MM:ss` and the like, by its pattern.
pub(super) const fn offset_form(colon: bool, minutes: Presence, seconds: Presence, zero: &'static str) -> OffsetForm {
    OffsetForm { colon, minutes, seconds, zero, lenient: false }
}

pub(super) struct Compiler<'p> {
    pattern: &'p str,
    locale: &'p Locale,
    /// Whether braces are ours: in users' patterns they are an error.
    notation: bool,
    out: Builder,
}

/// Compiles a user's pattern.
pub(super) fn compile(pattern: &str, locale: &Locale) -> Result<Box<[Op]>, String> {
    Compiler { pattern, locale, notation: false, out: Builder::default() }.run()
}

/// Compiles the notation of our own named formats.
pub(super) fn compile_notation(pattern: &str, locale: &Locale) -> Result<Box<[Op]>, String> {
    Compiler { pattern, locale, notation: true, out: Builder::default() }.run()
}

impl Compiler<'_> {
    fn run(mut self) -> Result<Box<[Op]>, String> {
        if self.pattern.len() > PATTERN_BYTES_MAX {
            return Err(format!("the pattern is longer than {PATTERN_BYTES_MAX} bytes"));
        }
        let mut rest = self.pattern;
        while let Some(c) = rest.chars().next() {
            rest = match c {
                'a'..='z' | 'A'..='Z' => self.letters(rest, c)?,
                '\'' => self.quoted(&rest[1..])?,
                '{' if self.notation => self.word(&rest[1..])?,
                '{' | '}' | '#' => return Err(format!("Pattern includes reserved character: '{c}'")),
                '[' => {
                    self.out.start_optional()?;
                    &rest[1..]
                }
                ']' => {
                    if !self.out.end_optional() {
                        return Err("Pattern invalid as it contains ] without previous [".into());
                    }
                    &rest[1..]
                }
                _ => {
                    let (literal, after) = rest.split_at(c.len_utf8());
                    self.literal(literal);
                    after
                }
            };
        }
        Ok(self.out.finish())
    }

    fn literal(&mut self, text: &str) {
        match text.as_bytes() {
            [] => {}
            [byte] => self.out.push(Op::Byte(*byte)),
            _ => self.out.push(Op::Literal(text.into())),
        }
    }

    /// What follows an opening quote, up to the closing one. Two quotes are one.
    fn quoted<'r>(&mut self, rest: &'r str) -> Result<&'r str, String> {
        let mut from = 0;
        loop {
            let incomplete = || format!("Pattern ends with an incomplete string literal: {}", self.pattern);
            let quote = from + rest.get(from..).and_then(|r| r.find('\'')).ok_or_else(incomplete)?;
            if rest[quote + 1..].starts_with('\'') {
                from = quote + 2;
                continue;
            }
            let text = &rest[..quote];
            if text.is_empty() {
                self.literal("'");
            } else {
                self.literal(&text.replace("''", "'"));
            }
            return Ok(&rest[quote + 1..]);
        }
    }

    /// A run of one letter.
    fn letters<'r>(&mut self, rest: &'r str, letter: char) -> Result<&'r str, String> {
        let run = |text: &str, c: char| text.bytes().take_while(|b| *b == c as u8).count();
        let count = run(rest, letter);
        let after = &rest[count..];
        if letter != 'p' {
            self.letter(letter, count)?;
            return Ok(after);
        }
        let Some(padded) = after.chars().next().filter(char::is_ascii_alphabetic) else {
            return Err(format!("Pad letter 'p' must be followed by valid pad pattern: {}", self.pattern));
        };
        let padded_count = run(after, padded);
        self.out.pad(count as u32);
        self.letter(padded, padded_count)?;
        Ok(&after[padded_count..])
    }

    fn letter(&mut self, letter: char, count: usize) -> Result<(), String> {
        use Field::*;
        use SignStyle::{ExceedsPad, Normal, NotNegative};
        let too_many = || Err(format!("Too many pattern letters: {letter}"));
        let wrong_number = || Err(format!("Wrong number of pattern letters: {letter}"));
        let width = u32::try_from(count).unwrap_or(u32::MAX);
        match letter {
            'u' | 'y' => {
                let field = if letter == 'u' { Year } else { YearOfEra };
                self.year(Number::new(field, width, ANY_WIDTH, if count < 4 { Normal } else { ExceedsPad }), count)?;
            }
            'Y' => {
                let sign = if count < 4 { Normal } else { ExceedsPad };
                let number = self.weekly(Number::new(WeekBasedYear, width, ANY_WIDTH, sign));
                self.year(number, count)?;
            }
            'M' | 'L' => self.text_or_number(MonthOfYear, letter == 'L', letter, count)?,
            'Q' | 'q' => self.text_or_number(QuarterOfYear, letter == 'q', letter, count)?,
            'E' if count <= 2 => self.text(DayOfWeek, TextStyle::Short),
            'E' => self.text_or_number(DayOfWeek, false, letter, count)?,
            'c' if count == 2 => return Err("Invalid pattern \"cc\"".into()),
            'e' | 'c' if count <= 2 => {
                let number = self.weekly(Number::new(LocalDayOfWeek, width, width, NotNegative));
                self.out.push_number(number)?;
            }
            'e' | 'c' => self.text_or_number(DayOfWeek, letter == 'c', letter, count)?,
            'W' if count > 1 => return too_many(),
            'W' => {
                let number = self.weekly(Number::new(WeekOfMonth, 1, 1, NotNegative));
                self.out.push_number(number)?;
            }
            'w' if count > 2 => return too_many(),
            'w' => {
                let number = self.weekly(Number::new(WeekOfWeekBasedYear, width, 2, NotNegative));
                self.out.push_number(number)?;
            }
            'a' if count > 1 => return too_many(),
            'a' => self.text(AmPmOfDay, TextStyle::Short),
            'B' => self.day_period(match count {
                1 => TextStyle::Short,
                4 => TextStyle::Full,
                5 => TextStyle::Narrow,
                _ => return wrong_number(),
            })?,
            'G' => match count {
                1..=3 => self.text(Era, TextStyle::Short),
                4 => self.text(Era, TextStyle::Full),
                5 => self.text(Era, TextStyle::Narrow),
                _ => return too_many(),
            },
            'S' if count > 9 => {
                return Err(format!("Minimum width must be from 0 to 9 inclusive but was {count}"));
            }
            'S' => self.fraction(NanoOfSecond, width, width, false)?,
            'F' if count > 1 => return too_many(),
            'F' => self.number(AlignedWeekOfMonth, count)?,
            'd' | 'h' | 'H' | 'k' | 'K' | 'm' | 's' if count > 2 => return too_many(),
            'd' => self.number(DayOfMonth, count)?,
            'h' => self.number(ClockHourOfAmPm, count)?,
            'H' => self.number(HourOfDay, count)?,
            'k' => self.number(ClockHourOfDay, count)?,
            'K' => self.number(HourOfAmPm, count)?,
            'm' => self.number(MinuteOfHour, count)?,
            's' => self.number(SecondOfMinute, count)?,
            'D' => match count {
                1 => self.number(DayOfYear, count)?,
                2 | 3 => self.out.push_number(Number::new(DayOfYear, width, 3, NotNegative))?,
                _ => return too_many(),
            },
            'g' => self.wide(ModifiedJulianDay, width, Normal)?,
            'A' => self.wide(MilliOfDay, width, NotNegative)?,
            'n' => self.wide(NanoOfSecond, width, NotNegative)?,
            'N' => self.wide(NanoOfDay, width, NotNegative)?,
            'z' if count > 4 => return too_many(),
            'z' => self.zone_text(count == 4, false),
            'v' if matches!(count, 1 | 4) => self.zone_text(count == 4, true),
            'v' => return wrong_number(),
            'V' if count != 2 => return Err(format!("Pattern letter count must be 2: {letter}")),
            'V' => self.out.push(Op::ZoneId(ZoneIdForm::Zone)),
            'O' if matches!(count, 1 | 4) => self.localized_offset(count == 4),
            'O' => return Err(format!("Pattern letter count must be 1 or 4: {letter}")),
            'Z' if count == 4 => self.localized_offset(true),
            'X' | 'x' | 'Z' if count > 5 => return too_many(),
            'X' | 'x' | 'Z' => self.out.push(Op::Offset(offset_of_letters(letter, count))),
            _ => return Err(format!("Unknown pattern letter: {letter}")),
        }
        Ok(())
    }

    /// One digit or more, or exactly two.
    fn number(&mut self, field: Field, count: usize) -> Result<(), String> {
        self.out.push_number(match count {
            1 => Number::new(field, 1, ANY_WIDTH, SignStyle::Normal),
            _ => Number::new(field, 2, 2, SignStyle::NotNegative),
        })
    }

    fn wide(&mut self, field: Field, width: u32, sign: SignStyle) -> Result<(), String> {
        check_width(width, ANY_WIDTH)?;
        self.out.push_number(Number::new(field, width, ANY_WIDTH, sign))
    }

    fn year(&mut self, mut number: Number, count: usize) -> Result<(), String> {
        if count == 2 {
            (number.min_width, number.max_width) = (2, 2);
            (number.sign, number.form) = (SignStyle::NotNegative, NumberForm::Reduced);
        } else {
            check_width(number.min_width, number.max_width)?;
        }
        self.out.push_number(number)
    }

    fn weekly(&self, number: Number) -> Number {
        Number { week: WeekFields::of(self.locale), ..number }
    }

    fn fraction(&mut self, field: Field, min: u32, max: u32, point: bool) -> Result<(), String> {
        let mut number = Number::new(field, min, max, SignStyle::NotNegative);
        number.form = NumberForm::Fraction { point };
        self.out.push_fraction(number)
    }

    fn text_or_number(&mut self, field: Field, alone: bool, letter: char, count: usize) -> Result<(), String> {
        use TextStyle::*;
        match count {
            1 | 2 => self.number(field, count)?,
            3 => self.text(field, if alone { ShortStandalone } else { Short }),
            4 => self.text(field, if alone { FullStandalone } else { Full }),
            5 => self.text(field, if alone { NarrowStandalone } else { Narrow }),
            _ => return Err(format!("Too many pattern letters: {letter}")),
        }
        Ok(())
    }

    fn text(&mut self, field: Field, style: TextStyle) {
        let names = Names::of(field, style, self.locale);
        self.out.push(Op::Text { field, names });
    }

    fn day_period(&mut self, style: TextStyle) -> Result<(), String> {
        let key = match style {
            TextStyle::Full => "BBBB",
            TextStyle::Narrow => "BBBBB",
            _ => "B",
        };
        let names = DayPeriods::of(key, self.locale).ok_or("no names of day periods")?;
        self.out.push(Op::DayPeriod(names));
        Ok(())
    }

    fn localized_offset(&mut self, long: bool) {
        self.out.push(Op::LocalizedOffset { long, prefix: gmt_text(self.locale) });
    }

    fn zone_text(&mut self, long: bool, generic: bool) {
        self.out.push(Op::ZoneText { long, generic, names: NameTable::of(self.locale, long) });
    }

    /// A word of our own notation: `{@name}` the format of that name as a group, `{field min max sign}` a number, `{.field min max}` a
    /// fraction with its point, `{,field min max}` one without, or one of the names below.
    fn word<'r>(&mut self, rest: &'r str) -> Result<&'r str, String> {
        let (word, after) = rest.split_once('}').ok_or("a brace is not closed")?;
        let unknown = || format!("unknown word [{word}]");
        match word.split(' ').collect::<Vec<_>>().as_slice() {
            ["zone"] => self.out.push(Op::ZoneId(ZoneIdForm::ZoneOrOffset)),
            ["region"] => self.out.push(Op::ZoneId(ZoneIdForm::Region)),
            ["nocase"] => self.out.push(Op::IgnoreCase(true)),
            ["case"] => self.out.push(Op::IgnoreCase(false)),
            ["offset"] => self.out.push(Op::Offset(OffsetForm { lenient: true, ..super::offset::ZONE_ID })),
            ["basicoffset"] => {
                let form = OffsetForm { colon: false, lenient: true, ..super::offset::ZONE_ID };
                self.out.push(Op::Offset(form));
            }
            ["gmtoffset"] => {
                let form = offset_form(false, Presence::Always, Presence::Never, "GMT");
                self.out.push(Op::Offset(OffsetForm { lenient: true, ..form }));
            }
            ["sign"] => {
                let names = Names::epoch_sign();
                self.out.push(Op::Text { field: Field::EpochSign, names });
            }
            ["instant"] => {
                let ops = compile_notation(named::INSTANT, self.locale)?;
                self.out.push(Op::Instant(ops));
            }
            [reference] => {
                let name = reference.strip_prefix('@').ok_or_else(unknown)?;
                let ops = compile_notation(named::fragment(name).ok_or_else(unknown)?, self.locale)?;
                self.out.push(Op::Group { optional: false, ops });
            }
            [field, min, max] => {
                let (point, field) = match field.strip_prefix('.') {
                    Some(field) => (true, field),
                    None => (false, field.strip_prefix(',').ok_or_else(unknown)?),
                };
                let field = notation_field(field).ok_or_else(unknown)?;
                let (min, max) = min.parse().ok().zip(max.parse().ok()).ok_or_else(unknown)?;
                self.fraction(field, min, max, point)?;
            }
            [field, min, max, sign] => {
                let field = notation_field(field).ok_or_else(unknown)?;
                let (min, max) = min.parse().ok().zip(max.parse().ok()).ok_or_else(unknown)?;
                let sign = match *sign {
                    "normal" => SignStyle::Normal,
                    "never" => SignStyle::Never,
                    "positive" => SignStyle::NotNegative,
                    "exceeds" => SignStyle::ExceedsPad,
                    _ => return Err(unknown()),
                };
                self.out.push_number(Number::new(field, min, max, sign))?;
            }
            _ => return Err(unknown()),
        }
        Ok(after)
    }
}

fn check_width(min: u32, max: u32) -> Result<(), String> {
    if min > max {
        let least = format!("The minimum width must be from 1 to 19 inclusive but was {min}");
        return Err(least);
    }
    Ok(())
}

fn notation_field(name: &str) -> Option<Field> {
    Some(match name {
        "year" => Field::Year,
        "month" => Field::MonthOfYear,
        "day" => Field::DayOfMonth,
        "yday" => Field::DayOfYear,
        "wday" => Field::DayOfWeek,
        "hour" => Field::HourOfDay,
        "minute" => Field::MinuteOfHour,
        "second" => Field::SecondOfMinute,
        "nano" => Field::NanoOfSecond,
        "isoyear" => Field::IsoWeekBasedYear,
        "isoweek" => Field::IsoWeekOfWeekBasedYear,
        "weekyear" => Field::WeekBasedYear,
        "week" => Field::WeekOfWeekBasedYear,
        "localday" => Field::LocalDayOfWeek,
        "epochsecond" => Field::EpochSeconds,
        "epochsecondnano" => Field::EpochNanosOfSecond,
        "epochmilli" => Field::EpochMillis,
        "epochmillinano" => Field::EpochNanosOfMilli,
        _ => return None,
    })
}

fn offset_of_letters(letter: char, count: usize) -> OffsetForm {
    use Presence::{Always, Never, Optional};
    let zero = match (letter, count) {
        ('X', _) | ('Z', 5) => "Z",
        ('x', 1) => "+00",
        ('x', n) if n % 2 == 1 => "+00:00",
        _ => "+0000",
    };
    match (letter, count) {
        ('Z', 5) => offset_form(true, Always, Optional, zero),
        ('Z', _) => offset_form(false, Always, Never, zero),
        (_, 1) => offset_form(false, Optional, Never, zero),
        (_, 2) => offset_form(false, Always, Never, zero),
        (_, 3) => offset_form(true, Always, Never, zero),
        (_, 4) => offset_form(false, Always, Optional, zero),
        _ => offset_form(true, Always, Optional, zero),
    }
}
