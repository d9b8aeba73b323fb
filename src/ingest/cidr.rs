//! Ranges of IP addresses, as Elasticsearch's `CIDRUtils` reads and compares them.

use super::Failure;
use super::java_numbers::parse_int;
use crate::document::parse_address;
use core::net::IpAddr;

/// `10.0.0.0/8`, `fd00::/8`, or a single address. IPv4 addresses count as the IPv6 addresses that they map to, so `::/0` holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    lower: u128,
    upper: u128,
}

impl Cidr {
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let Some((address, prefix)) = text.split_once('/') else {
            let bits = mapped(read_address(text)?);
            return Ok(Self { lower: bits, upper: bits });
        };
        if prefix.is_empty() || prefix.contains('/') {
            return Err(Failure::illegal_argument(format!("Expected [ip/prefix] but was [{text}]")));
        }
        let parsed = read_address(address)?;
        if parsed.is_ipv4() && address.contains(':') {
            return Err(Failure::illegal_argument(format!(
                "CIDR notation is not allowed with IPv6-mapped IPv4 address [{address} as it introduces ambiguity as to whether the \
                 prefix length should be interpreted as a v4 prefix length or a v6 prefix length"
            )));
        }
        let length = parse_int(prefix, 10)?;
        let bits = if parsed.is_ipv4() { 32 } else { 128 };
        let Some(free) = u32::try_from(length).ok().and_then(|length| u32::checked_sub(bits, length)) else {
            return Err(Failure::illegal_argument(format!(
                "Illegal prefix length [{length}] in [{text}]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges"
            )));
        };
        let host = u128::MAX.checked_shr(128 - free).unwrap_or(0);
        Ok(Self { lower: mapped(parsed) & !host, upper: mapped(parsed) | host })
    }

    pub fn contains(self, address: IpAddr) -> bool {
        (self.lower..=self.upper).contains(&mapped(address))
    }
}

/// An address literal, or the node's complaint.
pub fn read_address(text: &str) -> Result<IpAddr, Failure> {
    parse_address(text).ok_or_else(|| Failure::illegal_argument(format!("'{text}' is not an IP string literal.")))
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ranges_hold_addresses() {
        for (range, address, expected) in [
            ("10.1.2.3/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/+8", "10.0.0.1", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", true),
            ("::/96", "10.0.0.1", false),
            ("fe80::/10", "fe80::1", true),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("::1/128", "::1", true),
        ] {
            let held = Cidr::parse(range).unwrap().contains(parse_address(address).unwrap());
            assert_eq!(held, expected, "{range} {address}");
        }
    }

    #[test]
    fn what_is_no_range() {
        for (range, expected) in [
            ("x", "illegal_argument_exception: 'x' is not an IP string literal."),
            ("/8", "illegal_argument_exception: '' is not an IP string literal."),
            ("10.0.0.0/", "illegal_argument_exception: Expected [ip/prefix] but was [10.0.0.0/]"),
            ("10.0.0.0/8/8", "illegal_argument_exception: Expected [ip/prefix] but was [10.0.0.0/8/8]"),
            ("10.0.0.0/ 8", "number_format_exception: For input string: \" 8\""),
            (
                "10.0.0.0/33",
                "illegal_argument_exception: Illegal prefix length [33] in [10.0.0.0/33]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges",
            ),
        ] {
            assert_eq!(Cidr::parse(range).unwrap_err().to_string(), expected);
        }
        let mapped = Cidr::parse("::ffff:10.0.0.0/104").unwrap_err().reason;
        assert!(
            mapped.starts_with("CIDR notation is not allowed with IPv6-mapped IPv4 address [::ffff:10.0.0.0 as"),
            "{mapped}"
        );
    }
}
