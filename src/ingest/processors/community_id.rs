//! `community_id`: the Community ID of a network flow, <https://github.com/corelight/community-id-spec>.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::java_numbers::parse_int;
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings, read_address};
use base64::Engine;
use core::net::IpAddr;
use sha1::{Digest, Sha1};

struct CommunityId {
    source_ip: FieldPath,
    source_port: FieldPath,
    destination_ip: FieldPath,
    destination_port: FieldPath,
    iana_number: FieldPath,
    icmp_type: FieldPath,
    icmp_code: FieldPath,
    transport: FieldPath,
    target: FieldPath,
    seed: u16,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let seed = settings.int_or("seed", 0)?;
    let seed =
        u16::try_from(seed).map_err(|_| settings.invalid_option("seed", "must be a value between 0 and 65535"))?;
    Ok(Box::new(CommunityId {
        source_ip: settings.path_or("source_ip", "source.ip")?,
        source_port: settings.path_or("source_port", "source.port")?,
        destination_ip: settings.path_or("destination_ip", "destination.ip")?,
        destination_port: settings.path_or("destination_port", "destination.port")?,
        iana_number: settings.path_or("iana_number", "network.iana_number")?,
        icmp_type: settings.path_or("icmp_type", "icmp.type")?,
        icmp_code: settings.path_or("icmp_code", "icmp.code")?,
        transport: settings.path_or("transport", "network.transport")?,
        target: settings.path_or("target_field", "network.community_id")?,
        seed,
        ignore_missing: settings.bool_or("ignore_missing", true)?,
    }))
}

impl Processor for CommunityId {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        match self.flow(doc)? {
            Some(flow) => Ok(doc.set(&self.target, doc.string(&flow.community_id(self.seed)?))?),
            None if self.ignore_missing => Ok(()),
            None => Err(Failure::illegal_argument("unable to construct flow from document")),
        }
    }
}

impl CommunityId {
    fn flow(&self, doc: &Document<'_>) -> Result<Option<Flow>, Failure> {
        let source = doc.get_str(&self.source_ip, self.ignore_missing)?;
        let destination = doc.get_str(&self.destination_ip, self.ignore_missing)?;
        let (Some(source), Some(destination)) = (source, destination) else { return Ok(None) };
        let (source, destination) = (read_address(source)?, read_address(destination)?);
        let protocol = match doc.get_or_null(&self.iana_number, true)? {
            Value::Null => doc.get_or_null(&self.transport, self.ignore_missing)?,
            number => number,
        };
        Flow::of(source, destination, protocol, |part| {
            Ok(match part {
                Part::SourcePort => doc.get_or_null(&self.source_port, self.ignore_missing)?,
                Part::DestinationPort => doc.get_or_null(&self.destination_port, self.ignore_missing)?,
                Part::IcmpType => doc.get_or_null(&self.icmp_type, true)?,
                Part::IcmpCode => doc.get_or_null(&self.icmp_code, true)?,
            })
        })
    }
}

/// What a flow's protocol decides whether it is needed.
#[derive(Clone, Copy)]
pub enum Part {
    SourcePort,
    DestinationPort,
    IcmpType,
    IcmpCode,
}

/// The ID of a flow, None where too little of it is known. `part` gives what the protocol needs.
pub fn id_of<'a>(
    source: Option<&str>,
    destination: Option<&str>,
    protocol: Value<'a>,
    seed: u16,
    part: impl Fn(Part) -> Result<Value<'a>, Failure>,
) -> Result<Option<String>, Failure> {
    let (Some(source), Some(destination)) = (source, destination) else { return Ok(None) };
    let (source, destination) = (read_address(source)?, read_address(destination)?);
    Flow::of(source, destination, protocol, part)?.map(|flow| flow.community_id(seed)).transpose()
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP_V6: u8 = 58;
const SCTP: u8 = 132;

/// The transports that have a name.
const NAMES: [(&str, u8); 11] = [
    ("icmp", ICMP),
    ("igmp", 2),
    ("tcp", TCP),
    ("udp", UDP),
    ("gre", 47),
    ("ipv6-icmp", ICMP_V6),
    ("icmpv6", ICMP_V6),
    ("eigrp", 88),
    ("ospf", 89),
    ("pim", 103),
    ("sctp", SCTP),
];

struct Flow {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    /// Ports, or ICMP's type and the type of the counterpart (or the code).
    from: i32,
    to: i32,
    /// An ICMP message that has no counterpart: the direction stays.
    one_way: bool,
}

impl Flow {
    fn of<'a>(
        source: IpAddr,
        destination: IpAddr,
        protocol: Value<'a>,
        part: impl Fn(Part) -> Result<Value<'a>, Failure>,
    ) -> Result<Option<Self>, Failure> {
        if protocol.is_null() {
            return Ok(None);
        }
        let protocol = protocol_number(protocol)?;
        let (from, to, one_way) = match protocol {
            TCP | UDP | SCTP => {
                let from = port(part(Part::SourcePort)?, "source port")?;
                let to = port(part(Part::DestinationPort)?, "destination port")?;
                (from, to, false)
            }
            ICMP | ICMP_V6 => {
                let kind = integer(part(Part::IcmpType)?, "icmp type")?;
                let code = integer(part(Part::IcmpCode)?, "icmp code")?;
                // An answer is told by the type of its question, so that both get the same ID.
                let counterpart = icmp_counterpart(kind, protocol == ICMP_V6);
                (kind, counterpart.unwrap_or(code), counterpart.is_none())
            }
            _ => (0, 0, false),
        };
        Ok(Some(Self { source, destination, protocol, from, to, one_way }))
    }

    fn community_id(&self, seed: u16) -> Result<String, Failure> {
        let ordered = (numeric(self.source), self.from) < (numeric(self.destination), self.to);
        let keep = ordered || self.one_way;
        let (first, second) = if keep { (self.source, self.destination) } else { (self.destination, self.source) };
        let (from, to) = if keep { (self.from, self.to) } else { (self.to, self.from) };
        let mut hash = Sha1::new();
        hash.update(seed.to_be_bytes());
        for address in [first, second] {
            match address {
                IpAddr::V4(v4) => hash.update(v4.octets()),
                IpAddr::V6(v6) => hash.update(v6.octets()),
            }
        }
        hash.update([self.protocol, 0]);
        if matches!(self.protocol, TCP | UDP | SCTP | ICMP | ICMP_V6) {
            hash.update(uint16(from)?.to_be_bytes());
            hash.update(uint16(to)?.to_be_bytes());
        }
        Ok(format!("1:{}", base64::engine::general_purpose::STANDARD.encode(hash.finalize())))
    }
}

fn numeric(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

fn uint16(number: i32) -> Result<u16, Failure> {
    u16::try_from(number).map_err(|_| {
        let reason = format!("number [{number}] must be a value between 0 and 65535");
        Failure::new(ErrorKind::IllegalState, reason)
    })
}

/// A number, or its digits; nothing counts as 0.
fn integer(value: Value<'_>, name: &str) -> Result<i32, Failure> {
    let number = match value {
        Value::Null => Some(0),
        Value::Str(text) => parse_int(text, 10).ok(),
        other => other.to_java_int(),
    };
    number.ok_or_else(|| Failure::illegal_argument(format!("unable to parse {name} [{}]", value.to_java_string())))
}

fn port(value: Value<'_>, name: &str) -> Result<i32, Failure> {
    let number = integer(value, name)?;
    // 8.19 refuses port 0, and with it a port that is missing; 9 takes both.
    if (1..=65535).contains(&number) {
        return Ok(number);
    }
    Err(Failure::illegal_argument(format!("invalid {name} [{}]", value.to_java_string())))
}

fn protocol_number(value: Value<'_>) -> Result<u8, Failure> {
    let number = match value {
        Value::Str(text) => {
            if let Some((_, number)) = NAMES.iter().find(|(name, _)| *name == text.to_lowercase()) {
                return Ok(*number);
            }
            parse_int(text, 10).map_err(|_| {
                Failure::illegal_argument(format!("could not convert string [{text}] to transport protocol"))
            })?
        }
        other => other.to_java_int().ok_or_else(|| {
            let class = other.java_class();
            Failure::illegal_argument(format!("could not convert value of type [{class}] to transport protocol"))
        })?,
    };
    // 255 is reserved and no protocol.
    u8::try_from(number)
        .ok()
        .filter(|n| *n < 255)
        .ok_or_else(|| Failure::illegal_argument(format!("invalid transport protocol number [{number}]")))
}

/// The type that answers an ICMP type, or asks for it.
fn icmp_counterpart(kind: i32, v6: bool) -> Option<i32> {
    Some(match (v6, kind) {
        (false, 8) => 0,
        (false, 0) => 8,
        (false, 13) => 14,
        (false, 14) => 13,
        (false, 15) => 16,
        (false, 10) => 9,
        (false, 9) => 10,
        (false, 17) => 18,
        (false, 18) => 17,
        (true, 128) => 129,
        (true, 129) => 128,
        (true, 133) => 134,
        (true, 134) => 133,
        (true, 135) => 136,
        (true, 136) => 135,
        (true, 130) => 131,
        (true, 139) => 140,
        (true, 140) => 139,
        (true, 144) => 145,
        (true, 145) => 144,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    const TCP: &str = r#"{"source":{"ip":"128.232.110.120","port":34855},"destination":{"ip":"66.35.250.204","port":80},"network":{"transport":"TCP"}}"#;

    #[test]
    fn both_directions_of_a_flow_have_one_id() {
        let icmp = |from: &str, to: &str, kind: u8| {
            format!(
                r#"{{"source":{{"ip":"{from}"}},"destination":{{"ip":"{to}"}},"network":{{"iana_number":1}},"icmp":{{"type":{kind}}}}}"#
            )
        };
        let with_id =
            |document: &str, id: &str| document[..document.len() - 1].to_owned() + &format!(r#","id":"{id}"}}"#);
        let back = TCP.replace("source", "x").replace("destination", "source").replace('x', "destination");
        let (echo, reply) = (icmp("192.168.0.89", "192.168.0.1", 8), icmp("192.168.0.1", "192.168.0.89", 0));
        let (tcp_id, icmp_id) = ("1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        check(&[
            ("community_id: {target_field: id}", TCP, &with_id(TCP, tcp_id)),
            ("community_id: {target_field: id}", &back, &with_id(&back, tcp_id)),
            ("community_id: {target_field: id}", &echo, &with_id(&echo, icmp_id)),
            ("community_id: {target_field: id}", &reply, &with_id(&reply, icmp_id)),
            ("community_id: {target_field: id, seed: 123}", TCP, &with_id(TCP, "1:hTSGlFQnR58UCk+NfKRZzA32dPg=")),
        ]);
    }

    #[test]
    fn what_is_no_flow() {
        let with_port = |port: &str| TCP.replace("34855", port);
        check(&[
            ("community_id: {}", "{}", "{}"),
            ("community_id: {ignore_missing: false}", "{}", "field [source] not present as part of path [source.ip]"),
            ("community_id: {}", &with_port("0"), "invalid source port [0]"),
            ("community_id: {}", &with_port("\"x\""), "unable to parse source port [x]"),
            ("community_id: {}", &TCP.replace("TCP", "x"), "could not convert string [x] to transport protocol"),
            ("community_id: {}", &TCP.replace("\"TCP\"", "255"), "invalid transport protocol number [255]"),
            (
                "community_id: {}",
                &TCP.replace("\"TCP\"", "true"),
                "could not convert value of type [java.lang.Boolean] to transport protocol",
            ),
            ("community_id: {}", &TCP.replace("66.35.250.204", "x"), "'x' is not an IP string literal."),
            ("community_id: {seed: 65536}", "{}", "test.yml:1:36: [seed] must be a value between 0 and 65535"),
        ]);
    }
}
