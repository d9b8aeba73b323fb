//! `registered_domain`: splits a host name into subdomain, registered domain and top-level domain by the public suffix list.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use psl::{Psl, Type};

struct RegisteredDomain {
    field: FieldPath,
    domain: FieldPath,
    registered_domain: FieldPath,
    top_level_domain: FieldPath,
    subdomain: FieldPath,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let prefix = match settings.opt_string("target_field")? {
        None | Some("") => String::new(),
        Some(target) => format!("{target}."),
    };
    let path = |name: &str| {
        FieldPath::parse(&format!("{prefix}{name}")).map_err(|e| settings.invalid_option("target_field", e))
    };
    let [domain, registered_domain, top_level_domain, subdomain] =
        [path("domain")?, path("registered_domain")?, path("top_level_domain")?, path("subdomain")?];
    Ok(Box::new(RegisteredDomain {
        field: settings.path("field")?,
        domain,
        registered_domain,
        top_level_domain,
        subdomain,
        ignore_missing: settings.bool_or("ignore_missing", true)?,
    }))
}

impl Processor for RegisteredDomain {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let name = doc.get_str(&self.field, self.ignore_missing)?;
        let Some((name, parts)) = name.and_then(|name| Some((name, Parts::of(name)?))) else {
            if self.ignore_missing {
                return Ok(());
            }
            return Err(Failure::illegal_argument("unable to set domain information for document"));
        };
        doc.set(&self.domain, doc.string(name))?;
        if let Some(registered) = &parts.registered_domain {
            doc.set(&self.registered_domain, doc.string(registered))?;
        }
        doc.set(&self.top_level_domain, doc.string(&parts.top_level_domain))?;
        if let Some(subdomain) = &parts.subdomain {
            doc.set(&self.subdomain, doc.string(subdomain))?;
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Parts {
    registered_domain: Option<String>,
    top_level_domain: String,
    subdomain: Option<String>,
}

impl Parts {
    /// The parts of `name`; None where no public suffix is known for it.
    fn of(name: &str) -> Option<Self> {
        match root(name) {
            Root::Unknown => None,
            Root::IsSuffix => {
                Some(Self { registered_domain: None, top_level_domain: name.to_owned(), subdomain: None })
            }
            Root::Domain(registered) => {
                let (_, top_level_domain) = registered.split_once('.')?;
                // Found in the name as it came: with capital letters in it there is no subdomain, as on the node.
                let at = name.rfind(&format!(".{registered}")).filter(|at| *at > 0);
                Some(Self {
                    top_level_domain: top_level_domain.to_owned(),
                    subdomain: at.and_then(|at| name.get(..at)).map(str::to_owned),
                    registered_domain: Some(registered),
                })
            }
        }
    }
}

enum Root {
    Domain(String),
    /// The name is a public suffix itself.
    IsSuffix,
    Unknown,
}

/// The registered domain of `name`, as Apache HttpClient's `PublicSuffixMatcher` gives it to Elasticsearch: the label before an
/// ICANN suffix with that suffix; of the list's private part (`github.io`) the suffix itself.
fn root(name: &str) -> Root {
    if name.starts_with('.') {
        return match name.get(1..).map(root) {
            Some(Root::IsSuffix) => Root::IsSuffix,
            _ if name.starts_with("..") => Root::IsSuffix,
            _ => Root::Unknown,
        };
    }
    let name = name.to_ascii_lowercase();
    let info = psl::List.find(name.rsplit('.').map(str::as_bytes));
    let Some(start) = name.len().checked_sub(info.len) else { return Root::Unknown };
    match (info.typ, name.get(..start), name.get(start..)) {
        (Some(Type::Private), Some(_), Some(suffix)) => Root::Domain(suffix.to_owned()),
        (Some(Type::Icann), Some(""), Some(_)) => Root::IsSuffix,
        (Some(Type::Icann), Some(before), Some(_)) => {
            let labels = before.strip_suffix('.').unwrap_or(before);
            let label = labels.rfind('.').map_or(0, |dot| dot + 1);
            Root::Domain(name.get(label..).unwrap_or_default().to_owned())
        }
        _ => Root::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;
    use crate::ingest::testing::check;

    #[test]
    fn parts_of_names() {
        for (name, expected) in [
            ("www.google.co.uk", Some((Some("google.co.uk"), "co.uk", Some("www")))),
            ("google.co.uk", Some((Some("google.co.uk"), "co.uk", None))),
            ("co.uk", Some((None, "co.uk", None))),
            (".co.uk", Some((None, ".co.uk", None))),
            // Of the list's private part the node takes the suffix for the registered domain.
            ("a.b.github.io", Some((Some("github.io"), "io", Some("a.b")))),
            ("WWW.Google.Com", Some((Some("google.com"), "com", None))),
            ("a.www.ck", Some((Some("www.ck"), "ck", Some("a")))),
            ("b.ck", Some((None, "b.ck", None))),
            ("www.食狮.公司.cn", Some((Some("食狮.公司.cn"), "公司.cn", Some("www")))),
            ("localhost", None),
            ("google.com.", None),
            ("1.2.3.4", None),
            ("", None),
        ] {
            let expected = expected.map(|(registered, top, sub)| Parts {
                registered_domain: registered.map(str::to_owned),
                top_level_domain: top.to_owned(),
                subdomain: sub.map(str::to_owned),
            });
            assert_eq!(Parts::of(name), expected, "{name}");
        }
    }

    #[test]
    fn fields_and_failures() {
        check(&[
            (
                "registered_domain: {field: a, target_field: url}",
                r#"{"a":"www.google.com"}"#,
                r#"{"a":"www.google.com","url":{"domain":"www.google.com","registered_domain":"google.com","top_level_domain":"com","subdomain":"www"}}"#,
            ),
            (
                "registered_domain: {field: a}",
                r#"{"a":"com"}"#,
                r#"{"a":"com","domain":"com","top_level_domain":"com"}"#,
            ),
            ("registered_domain: {field: a}", r#"{"a":"x"}"#, r#"{"a":"x"}"#),
            (
                "registered_domain: {field: a, ignore_missing: false}",
                r#"{"a":"x"}"#,
                "unable to set domain information for document",
            ),
            ("registered_domain: {field: a, ignore_missing: false}", "{}", "field [a] not present as part of path [a]"),
            (
                "registered_domain: {field: a}",
                r#"{"a":1}"#,
                "field [a] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
        ]);
    }
}
