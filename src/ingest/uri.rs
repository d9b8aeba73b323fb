//! URIs as `java.net.URI` takes them apart (RFC 2396 with its deviations), and what it refuses as `java.net.URL` does.

/// The parts of a URI, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriParts {
    pub scheme: Option<String>,
    pub user_info: Option<String>,
    pub host: Option<String>,
    pub port: Option<i32>,
    pub path: Option<String>,
    pub query: Option<String>,
    pub fragment: Option<String>,
}

/// The parts of `text`; None where neither class takes it.
pub fn parse(text: &str) -> Option<UriParts> {
    Uri { text }.parse().or_else(|| super::url::parse(text))
}

/// No URI: how it is none nobody is told.
type Parsed<T> = Option<T>;

fn is_mark(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '!' | '~' | '*' | '\'' | '(' | ')')
}

fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_mark(c)
}

fn is_in_uric(c: char) -> bool {
    is_unreserved(c) || matches!(c, ';' | '/' | '?' | ':' | '@' | '&' | '=' | '+' | '$' | ',' | '[' | ']')
}

fn is_in_path(c: char) -> bool {
    is_unreserved(c) || matches!(c, ':' | '@' | '&' | '=' | '+' | '$' | ',' | ';' | '/')
}

fn is_in_user_info(c: char) -> bool {
    is_unreserved(c) || matches!(c, ';' | ':' | '&' | '=' | '+' | '$' | ',')
}

fn is_in_registry_name(c: char) -> bool {
    is_in_user_info(c) || c == '@'
}

fn is_in_server(c: char) -> bool {
    is_in_registry_name(c) || matches!(c, '[' | ']')
}

/// With an address in brackets, whose zone is behind a `%`.
fn is_in_server_with_address(c: char) -> bool {
    is_in_server(c) || c == '%'
}

/// Characters beyond ASCII that may stand unescaped.
fn is_other(c: char) -> bool {
    u32::from(c) > 128 && !c.is_whitespace() && !c.is_control()
}

/// The length of what `text` begins with of characters that are allowed or escaped; None at an escape that is none.
fn scan(text: &str, allowed: fn(char) -> bool) -> Parsed<usize> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if allowed(c) || is_other(c) {
            rest = rest.get(c.len_utf8()..)?;
        } else if c == '%' {
            let digits = rest.get(1..3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            digits?;
            rest = rest.get(3..)?;
        } else {
            break;
        }
    }
    Some(text.len() - rest.len())
}

/// `text`, if all of it is allowed.
fn checked(text: &str, allowed: fn(char) -> bool) -> Parsed<&str> {
    (scan(text, allowed)? == text.len()).then_some(text)
}

/// Where the first of `stops` is in `text`, else its length.
fn until(text: &str, stops: &[char]) -> usize {
    text.find(stops).unwrap_or(text.len())
}

struct Uri<'t> {
    text: &'t str,
}

impl Uri<'_> {
    fn parse(&self) -> Parsed<UriParts> {
        let mut parts = UriParts::default();
        let text = self.text;
        let first = until(text, &['/', '?', '#', ':']);
        let rest = if text.get(first..)?.starts_with(':') {
            let scheme = text.get(..first)?;
            let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
                return None;
            }
            parts.scheme = Some(scheme.to_owned());
            let rest = text.get(first + 1..)?;
            if rest.starts_with('/') {
                hierarchical(rest, &mut parts)?
            } else {
                // Opaque, as `mailto:a@b`: no part but the scheme.
                let end = until(rest, &['#']);
                if end == 0 {
                    return None;
                }
                checked(rest.get(..end)?, is_in_uric)?;
                rest.get(end..)?
            }
        } else {
            hierarchical(text, &mut parts)?
        };
        match rest.strip_prefix('#') {
            Some(fragment) => parts.fragment = Some(decoded(checked(fragment, is_in_uric)?)),
            None if !rest.is_empty() => return None,
            None => {}
        }
        Some(parts)
    }
}

/// Authority, path and query; what is left of the text.
fn hierarchical<'t>(text: &'t str, parts: &mut UriParts) -> Parsed<&'t str> {
    let mut rest = text;
    if let Some(after) = text.strip_prefix("//") {
        let end = until(after, &['/', '?', '#']);
        if end > 0 {
            authority(after.get(..end)?, parts)?;
        } else if after.is_empty() {
            return None;
        }
        rest = after.get(end..)?;
    }
    let end = until(rest, &['?', '#']);
    parts.path = Some(decoded(checked(rest.get(..end)?, is_in_path)?));
    rest = rest.get(end..)?;
    if let Some(query) = rest.strip_prefix('?') {
        let end = until(query, &['#']);
        parts.query = Some(decoded(checked(query.get(..end)?, is_in_uric)?));
        rest = query.get(end..)?;
    }
    Some(rest)
}

/// `user@host:port`; what is none but could be a name in some registry has no parts.
fn authority(text: &str, parts: &mut UriParts) -> Parsed<()> {
    let in_server = if text.contains(']') { is_in_server_with_address } else { is_in_server };
    let is_server = scan(text, in_server)? == text.len();
    let is_registry_name = scan(text, is_in_registry_name)? == text.len();
    if is_server && let Some((user_info, host, port)) = server(text) {
        parts.user_info = user_info.map(decoded);
        parts.host = Some(host.to_owned());
        parts.port = port;
        return Some(());
    }
    is_registry_name.then_some(())
}

type Server<'t> = (Option<&'t str>, &'t str, Option<i32>);

fn server(text: &str) -> Parsed<Server<'_>> {
    let (user_info, rest) = match text.split_once('@') {
        Some((user_info, rest)) => (Some(checked(user_info, is_in_user_info)?), rest),
        None => (None, text),
    };
    let host = match rest.strip_prefix('[') {
        Some(inside) => {
            let address = inside.get(..inside.find(']')?)?;
            if !is_ipv6(address) {
                return None;
            }
            rest.get(..address.len() + 2)?
        }
        None => rest.get(..ipv4_len(rest).or_else(|| host_name_len(rest))?)?,
    };
    let rest = rest.get(host.len()..)?;
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        None => return None,
        Some("") => None,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
    };
    Some((user_info, host, port))
}

fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(a, z)| (a, Some(z)));
    let is_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    address.parse::<std::net::Ipv6Addr>().is_ok() && zone.is_none_or(|z| !z.is_empty() && z.chars().all(is_zone))
}

/// The length of the dotted quad that `text` begins with, if a port or nothing follows it.
fn ipv4_len(text: &str) -> Option<usize> {
    let len = until(text, &[':']);
    let octets: Vec<&str> = text.get(..len)?.split('.').collect();
    let is_octet =
        |o: &&str| !o.is_empty() && o.bytes().all(|b| b.is_ascii_digit()) && o.parse::<u32>().is_ok_and(|n| n < 256);
    (octets.len() == 4 && octets.iter().all(is_octet)).then_some(len)
}

/// The length of the host name that `text` begins with, if a port or nothing follows it: labels of letters, digits and hyphens, the
/// last not beginning with a digit.
fn host_name_len(text: &str) -> Option<usize> {
    let len = until(text, &[':']);
    let name = text.get(..len)?;
    let labels: Vec<&str> = name.strip_suffix('.').unwrap_or(name).split('.').collect();
    let is_label = |label: &&str| {
        label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    let last_is_name =
        labels.len() == 1 || labels.last().is_some_and(|l| l.starts_with(|c: char| c.is_ascii_alphabetic()));
    (labels.iter().all(is_label) && last_is_name).then_some(len)
}

/// Escapes decoded; what is no UTF-8 becomes U+FFFD.
fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(text).collect();
    super::java_utf8::decode(&bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn shown(text: &str) -> String {
        let Some(parts) = parse(text) else { return "none".into() };
        let port = parts.port.map(|p| p.to_string());
        [parts.scheme, parts.user_info, parts.host, port, parts.path, parts.query, parts.fragment]
            .map(|part| part.unwrap_or_else(|| "-".into()))
            .join(" ")
    }

    /// What a node (8.19) answered: scheme, user, host, port, path, query, fragment.
    #[test]
    fn uris_are_taken_apart_as_in_java() {
        for (text, expected) in [
            (
                "http://user:pw@example.com:8080/a/b.tar.gz?q=1#frag",
                "http user:pw example.com 8080 /a/b.tar.gz q=1 frag",
            ),
            ("mailto:a@b.c", "mailto - - - - - -"),
            ("/a/b?x", "- - - - /a/b x -"),
            ("a b", "none"),
            ("http://a b/", "http - a b - / - -"),
            ("http://h/a b?c d#e f", "http - h - /a b c d e f"),
            ("http://[::1]:80/x", "http - [::1] 80 /x - -"),
            ("http://h:x/", "http - - - / - -"),
            ("http://h_x/", "http - - - / - -"),
            ("http://1.2.3.4/", "http - 1.2.3.4 - / - -"),
            ("http://h/%41%zz", "http - h - /%41%zz - -"),
            ("http://h/%41?%42#%43", "http - h - /A B C"),
            ("http://us%20er:p%3Aw@h/", "http us er:p:w h - / - -"),
            ("http://é.com/ü", "http - - - /ü - -"),
            ("//é:pw@h", "- é:pw h -  - -"),
            ("file:///etc/x.txt", "file - - - /etc/x.txt - -"),
            ("http://", "http -  -  - -"),
            ("1http://x", "none"),
            ("www.x.com/path?x=1|2", "none"),
            ("HTTP://H/", "HTTP - H - / - -"),
            ("http://h:/", "http - h - / - -"),
            ("http://h/a\\b", "http - h - /a\\b - -"),
            ("foo://a b", "none"),
            ("mailto:a?b c?d", "mailto -  - a?b c d -"),
            ("mailto:a b#c", "mailto -  - a b - -"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in r#"[a-c:/?#\[\]@%41 .\-_宕|]{0,24}"#) {
            parse(&text);
            parse(&format!("http://{text}"));
        }
    }
}
