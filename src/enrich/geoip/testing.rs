//! Builds small databases for tests (MaxMind DB file format, <https://maxmind.github.io/MaxMind-DB/>).

use core::net::IpAddr;
use serde_json::{Value, json};

/// Bytes between the search tree and the data.
const SEPARATOR_BYTES: u32 = 16;

/// A database of IPv6 networks (IPv4 ones lie under `::/96`) with a record each.
pub fn build(database_type: &str, networks: &[(&str, Value)]) -> Vec<u8> {
    // Each node: left and right, a node's number or the place of a record.
    let mut nodes: Vec<[Child; 2]> = vec![[Child::Nothing; 2]];
    let mut data = Vec::new();
    for (network, record) in networks {
        let (address, prefix) = network.split_once('/').expect("address/prefix");
        let (bits, prefix) = match address.parse().expect("an address") {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 96 + prefix.parse::<u32>().expect("a number")),
            IpAddr::V6(v6) => (u128::from(v6), prefix.parse().expect("a number")),
        };
        let mut at = 0;
        for depth in 0..prefix {
            let side = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == prefix {
                nodes[at][side] = Child::Record(data.len() as u32);
            } else if let Child::Node(next) = nodes[at][side] {
                at = next as usize;
            } else {
                nodes[at][side] = Child::Node(nodes.len() as u32);
                at = nodes.len();
                nodes.push([Child::Nothing; 2]);
            }
        }
        encode("", record, &mut data);
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for child in nodes.iter().flatten() {
        let number = match child {
            Child::Nothing => count,
            Child::Node(n) => *n,
            Child::Record(at) => count + SEPARATOR_BYTES + at,
        };
        file.extend_from_slice(&number.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; SEPARATOR_BYTES as usize]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xAB\xCD\xEFMaxMind.com");
    let metadata = json!({
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_574_121_600,
        "database_type": database_type, "description": {}, "ip_version": 6, "languages": ["en"],
        "node_count": count, "record_size": 24,
    });
    encode("", &metadata, &mut file);
    file
}

#[derive(Clone, Copy)]
enum Child {
    Nothing,
    Node(u32),
    Record(u32),
}

/// Encodes `value`; which of the format's integer types a number gets depends on its `key`.
fn encode(key: &str, value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::String(text) => {
            control(2, text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Number(n) if n.is_f64() => {
            control(3, 8, out);
            out.extend_from_slice(&n.as_f64().expect("a double").to_be_bytes());
        }
        Value::Number(n) => {
            let (kind, size) = match key {
                "build_epoch" => (9, 8),
                "node_count" | "autonomous_system_number" => (6, 4),
                _ => (5, 2),
            };
            control(kind, size, out);
            out.extend_from_slice(&n.as_u64().expect("unsigned").to_be_bytes()[8 - size..]);
        }
        Value::Bool(flag) => control(14, usize::from(*flag), out),
        Value::Array(items) => {
            control(11, items.len(), out);
            items.iter().for_each(|item| encode("", item, out));
        }
        Value::Object(members) => {
            control(7, members.len(), out);
            for (key, item) in members {
                encode("", &Value::String(key.clone()), out);
                encode(key, item, out);
            }
        }
        Value::Null => panic!("the format has no null"),
    }
}

/// The byte or bytes before a value: its type and size.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let (short, rest) = if size < 29 { (size as u8, None) } else { (29, Some((size - 29) as u8)) };
    if kind < 8 {
        out.push(kind << 5 | short);
    } else {
        out.extend_from_slice(&[short, kind - 7]);
    }
    out.extend(rest);
}
