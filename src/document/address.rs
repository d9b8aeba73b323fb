//! IP addresses in texts, read as Elasticsearch's `InetAddresses` does.

use core::net::{IpAddr, Ipv6Addr};

/// The address that `text` spells, or None if it is no address literal.
///
/// Beyond what [`IpAddr`] parses itself: an IPv6 zone (`fe80::1%eth0`) is left off, groups may have more leading zeros than four
/// digits hold, and an IPv4 address inside an IPv6 one (`::ffff:1.2.3.4`) is taken out.
pub fn parse_address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let address = match text.split_once('%') {
        // A zone says nothing of an address that ends in an IPv4 one, and an empty zone is none.
        Some((address, zone)) if !address.contains('.') && !zone.is_empty() => address,
        Some(_) => return None,
        None => text,
    };
    let groups: Vec<&str> = address.split(':').map(significant_digits).collect();
    groups.join(":").parse::<Ipv6Addr>().ok().map(|v6| IpAddr::V6(v6).to_canonical())
}

fn significant_digits(group: &str) -> &str {
    // "00001" is 1, "00000" 0; an IPv4 part stays.
    let surplus = if group.contains('.') { 0 } else { group.len().saturating_sub(4) };
    let zeros = group.len() - group.trim_start_matches('0').len();
    group.get(surplus.min(zeros)..).unwrap_or(group)
}

#[cfg(test)]
mod tests {
    use super::parse_address;

    #[test]
    fn literals_as_the_node_reads_them() {
        for (text, expected) in [
            ("8.8.8.8", Some("8.8.8.8")),
            ("2001:db8::0001", Some("2001:db8::1")),
            ("::ffff:8.8.8.8", Some("8.8.8.8")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("::00001", Some("::1")),
            ("00000:1::", Some("0:1::")),
            ("12345::", None),
            ("１.1.1.1", None),
            ("1.2.3", None),
            ("01.2.3.4", None),
            ("1.2.3.4%eth0", None),
            ("::1.2.3.4%eth0", None),
            ("fe80::1%", None),
            (" 8.8.8.8", None),
            ("[::1]", None),
            ("", None),
        ] {
            assert_eq!(parse_address(text).map(|a| a.to_string()).as_deref(), expected, "{text}");
        }
    }
}
