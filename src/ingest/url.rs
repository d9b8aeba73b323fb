//! What `java.net.URI` refuses, as `java.net.URL` takes it: hardly anything is checked, nothing is decoded.

use super::uri::UriParts;

/// The parts of `text`, if it begins with a protocol that Java knows.
pub(super) fn parse(text: &str) -> Option<UriParts> {
    let text = text.trim_matches(|c| c <= ' ');
    let text = match text.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("url:") => text.get(4..)?,
        _ => text,
    };
    let (protocol, rest) = text.split_once(':').filter(|(protocol, _)| !protocol.contains(['/', '#']))?;
    let protocol = protocol.to_lowercase();
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment.to_owned())),
        None => (rest, None),
    };
    let mut parts = match protocol.as_str() {
        "http" | "https" | "ftp" | "file" => UriParts { fragment, ..hierarchical(rest)? },
        // Java's handler of this protocol leaves the fragment out.
        "mailto" if rest.chars().any(|c| c > ' ') => {
            let (path, query) =
                rest.rsplit_once('?').map_or((rest, None), |(path, query)| (path, Some(query.to_owned())));
            UriParts { host: Some(String::new()), path: Some(path.to_owned()), query, ..UriParts::default() }
        }
        _ => return None,
    };
    parts.scheme = Some(protocol);
    Some(parts)
}

fn hierarchical(text: &str) -> Option<UriParts> {
    let mut parts = UriParts::default();
    let (rest, query) = match text.split_once('?') {
        Some((rest, query)) => (rest, Some(query.to_owned())),
        None => (text, None),
    };
    parts.query = query;
    let mut authority = None;
    let mut path = rest;
    if rest.starts_with("//") && !rest.starts_with("////") {
        let after = rest.get(2..)?;
        let end = after.find('/').unwrap_or(after.len());
        authority = after.get(..end);
        path = after.get(end..)?;
    }
    let mut host = authority.unwrap_or_default();
    match host.matches('@').count() {
        0 => {}
        1 => {
            let (user_info, rest) = host.split_once('@')?;
            parts.user_info = Some(user_info.to_owned());
            host = rest;
        }
        // No server at all.
        _ => host = "",
    }
    let (host, port) = host_and_port(host)?;
    parts.host = Some(host.to_owned());
    parts.port = port;
    let separator = if authority.is_some() && !path.is_empty() && !path.starts_with('/') { "/" } else { "" };
    parts.path = Some(format!("{separator}{path}"));
    Some(parts)
}

fn host_and_port(text: &str) -> Option<(&str, Option<i32>)> {
    let (host, port) = match text.starts_with('[') {
        true => {
            let end = text.find(']').filter(|end| *end > 2)?;
            let address = text.get(1..end)?.split('%').next()?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            let rest = text.get(end + 1..)?;
            (text.get(..=end)?, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        false => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    match port {
        None | Some("") => Some((host, None)),
        Some(digits) => {
            let port: i32 = digits.parse().ok().filter(|port| *port >= -1)?;
            Some((host, Some(port).filter(|port| *port != -1)))
        }
    }
}
