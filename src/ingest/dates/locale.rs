//! Locales as Elasticsearch reads them (`LocaleUtils.parse`): a language, perhaps a country, perhaps a variant.

use super::names;
use super::{DateError, DateErrorKind};
use std::fmt;

/// A language and perhaps a country. [`Locale::ROOT`] has neither.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locale {
    language: Box<str>,
    country: Box<str>,
    variant: Box<str>,
}

impl Locale {
    pub fn root() -> Self {
        Self::new("", "", "")
    }

    pub fn english() -> Self {
        Self::new("en", "", "")
    }

    fn new(language: &str, country: &str, variant: &str) -> Self {
        let language = match language.to_ascii_lowercase().as_str() {
            "iw" => "he".into(),
            "in" => "id".into(),
            "ji" => "yi".into(),
            other => other.into(),
        };
        Self { language, country: country.to_ascii_uppercase().into(), variant: variant.into() }
    }

    /// `de`, `de-AT`, `de_AT`; languages and countries that ISO does not know are errors.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let separator = text.chars().find(|c| matches!(c, '-' | '_')).unwrap_or('-');
        let parts: Vec<&str> = text.split(separator).collect();
        let locale = match parts.as_slice() {
            [language] if language.eq_ignore_ascii_case("ROOT") => Self::root(),
            [language] => Self::new(language, "", ""),
            [language, country] => Self::new(language, country, ""),
            [language, country, variant] => Self::new(language, country, variant),
            _ => {
                return Err(DateError::illegal_argument(format!(
                    "Locales can have at most 3 parts but got {}: [{}]",
                    parts.len(),
                    parts.join(", ")
                )));
            }
        };
        let unknown = |what: &str, part: usize, code: &str| {
            let given = parts.get(part).copied().unwrap_or_default();
            let missing = format!("Couldn't find 3-letter {what} code for {code}");
            Err(DateError::illegal_argument(format!("Unknown {what}: {given}"))
                .caused_by(DateError::new(DateErrorKind::MissingResource, missing)))
        };
        if !matches!(locale.language.len(), 0 | 3) && !names::is_language(&locale.language) {
            return unknown("language", 0, &locale.language);
        }
        if !locale.country.is_empty() && !names::is_country(&locale.country) {
            return unknown("country", 1, &locale.country);
        }
        Ok(locale)
    }

    /// The locale of a language tag (`zh-Hant-TW`); `None` where it is ill-formed (`Locale.Builder.setLanguageTag`).
    pub fn of_language_tag(tag: &str) -> Option<Self> {
        let subtags: Vec<&str> = tag.split('-').collect();
        let well_formed =
            |subtag: &&str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
        let (language, rest) = subtags.split_first()?;
        let is_language = (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_language || !subtags.iter().all(well_formed) {
            return None;
        }
        let is_script = |subtag: &str| subtag.len() == 4 && subtag.bytes().all(|b| b.is_ascii_alphabetic());
        let script = rest.first().copied().filter(|subtag| is_script(subtag));
        let country = rest.get(usize::from(script.is_some())).copied().filter(|subtag| {
            subtag.len() == 2 && subtag.bytes().all(|b| b.is_ascii_alphabetic())
                || subtag.len() == 3 && subtag.bytes().all(|b| b.is_ascii_digit())
        });
        // Traditional Chinese is written as in Taiwan.
        let traditional = script.is_some_and(|script| script.eq_ignore_ascii_case("Hant"));
        let country = country.unwrap_or(if traditional { "TW" } else { "" });
        Some(if language.eq_ignore_ascii_case("und") {
            Self::new("", country, "")
        } else {
            Self::new(language, country, "")
        })
    }

    pub fn language(&self) -> &str {
        &self.language
    }

    pub fn country(&self) -> &str {
        &self.country
    }

    pub fn is_root(&self) -> bool {
        self.language.is_empty() && self.country.is_empty()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.language)?;
        if !self.country.is_empty() || !self.variant.is_empty() {
            write!(f, "_{}", self.country)?;
        }
        if !self.variant.is_empty() {
            write!(f, "_{}", self.variant)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn language_tags_are_read() {
        for (tag, expected) in [
            ("fr", Some("fr")),
            ("fr-FR", Some("fr_FR")),
            ("zh-Hans-CN", Some("zh_CN")),
            ("zh-Hant", Some("zh_TW")),
            ("es-419", Some("es_419")),
            ("xx", Some("xx")),
            ("und", Some("")),
            ("en-US-u-ca-buddhist", Some("en_US")),
            ("fr_FR", None),
            ("{{b}}", None),
            ("f", None),
            ("", None),
        ] {
            assert_eq!(Locale::of_language_tag(tag).map(|l| l.to_string()).as_deref(), expected, "{tag}");
        }
    }

    /// Answers of the node's `LocaleUtils.parse`.
    #[test]
    fn locales_are_read_as_the_node_reads_them() {
        for (text, expected) in [
            ("en", "en"),
            ("en-US", "en_US"),
            ("EN_us", "en_US"),
            ("root", ""),
            ("", ""),
            ("_", ""),
            ("de-", "de"),
            ("iw", "he"),
            ("in", "id"),
            ("eng", "eng"),
            ("EN-gb-oxendict", "en_GB_oxendict"),
            ("xx", "Unknown language: xx"),
            ("english", "Unknown language: english"),
            ("12", "Unknown language: 12"),
            ("en-XX", "Unknown country: XX"),
            ("zh-Hans", "Unknown country: Hans"),
            ("es-419", "Unknown country: 419"),
            ("fr_FR_x_y", "Locales can have at most 3 parts but got 4: [fr, FR, x, y]"),
        ] {
            let got = Locale::parse(text).map_or_else(|e| e.message, |l| l.to_string());
            assert_eq!(got, expected, "{text}");
        }
    }
}
