//! `network_direction`: whether a connection goes in, out, or stays on one side, given the internal networks.

use crate::config::{ConfigError, Node};
use crate::document::{Document, FieldPath, Value, cannot_cast};
use crate::ingest::{Build, Cidr, Context, ErrorKind, Failure, MediaType, Processor, Settings, Template, read_address};
use core::net::{IpAddr, Ipv4Addr};

struct NetworkDirection {
    source_ip: FieldPath,
    destination_ip: FieldPath,
    target: FieldPath,
    networks: Networks,
    ignore_missing: bool,
}

enum Networks {
    Listed(Vec<Listed>),
    Field(FieldPath),
}

/// A network of the list, parsed at the start unless it is a template.
enum Listed {
    Known(Network),
    Text(Template),
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let listed = settings.opt_string_list("internal_networks")?;
    let field = settings.opt_path("internal_networks_field")?;
    let networks = match (listed, field) {
        (None, None) => {
            return Err(settings.invalid_option("internal_networks", "or [internal_networks_field] must be specified"));
        }
        (Some(_), Some(_)) => {
            let reason = "and [internal_networks_field] cannot both be used in the same processor";
            return Err(settings.invalid_option("internal_networks", reason));
        }
        (None, Some(field)) => Networks::Field(field),
        (Some(texts), None) => {
            let at = settings.node.get("internal_networks").unwrap_or(settings.node);
            Networks::Listed(texts.iter().map(|text| compile_listed(text, at)).collect::<Result<_, _>>()?)
        }
    };
    Ok(Box::new(NetworkDirection {
        source_ip: settings.path_or("source_ip", "source.ip")?,
        destination_ip: settings.path_or("destination_ip", "destination.ip")?,
        target: settings.path_or("target_field", "network.direction")?,
        networks,
        ignore_missing: settings.bool_or("ignore_missing", true)?,
    }))
}

fn compile_listed(text: &str, at: &Node) -> Result<Listed, ConfigError> {
    let template = Template::compile(text, MediaType::PlainText).map_err(|e| at.error(e))?;
    Ok(match Network::parse(text) {
        Ok(network) if template.is_static() => Listed::Known(network),
        // A wrong network is an error only for the documents that are held against it.
        _ => Listed::Text(template),
    })
}

impl Processor for NetworkDirection {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        match self.direction(doc)? {
            Some(direction) => Ok(doc.set(&self.target, Value::Str(direction))?),
            None if self.ignore_missing => Ok(()),
            None => Err(Failure::illegal_argument("unable to calculate network direction from document")),
        }
    }
}

impl NetworkDirection {
    fn direction(&self, doc: &Document<'_>) -> Result<Option<&'static str>, Failure> {
        let named = match &self.networks {
            Networks::Listed(_) => None,
            Networks::Field(field) => match doc.get_or_null(field, self.ignore_missing)? {
                Value::Null => return Ok(None),
                Value::Array(networks) => Some(networks),
                other => return Err(cannot_cast(field, other, "java.util.ArrayList").into()),
            },
        };
        let Some(source) = doc.get_str(&self.source_ip, self.ignore_missing)? else { return Ok(None) };
        let Some(destination) = doc.get_str(&self.destination_ip, self.ignore_missing)? else { return Ok(None) };
        let is_internal = |address: &str| match (&self.networks, named) {
            (Networks::Listed(list), _) => any_holds(list.iter().map(|network| network.resolve(doc)), address),
            (_, Some(list)) => any_holds(list.iter().map(network_of), address),
            _ => Ok(false),
        };
        Ok(Some(match (is_internal(source)?, is_internal(destination)?) {
            (true, true) => "internal",
            (true, false) => "outbound",
            (false, true) => "inbound",
            (false, false) => "external",
        }))
    }
}

impl Listed {
    fn resolve(&self, doc: &Document<'_>) -> Result<Network, Failure> {
        match self {
            Self::Known(network) => Ok(*network),
            Self::Text(template) => Network::parse(&template.render(doc)?),
        }
    }
}

fn network_of(value: Value<'_>) -> Result<Network, Failure> {
    match value {
        Value::Str(text) => Network::parse(text),
        Value::Null => {
            let reason = "Cannot invoke \"String.hashCode()\" because \"<local3>\" is null";
            Err(Failure::new(ErrorKind::NullPointer, reason))
        }
        other => {
            let class = other.java_class();
            let reason = format!(
                "class {class} cannot be cast to class java.lang.String ({class} and java.lang.String are in module java.base \
                 of loader 'bootstrap')"
            );
            Err(Failure::new(ErrorKind::ClassCast, reason))
        }
    }
}

/// Whether one of the networks holds `address`. A network is looked at only when those before it did not hold the address.
fn any_holds(networks: impl Iterator<Item = Result<Network, Failure>>, address: &str) -> Result<bool, Failure> {
    let mut networks = networks.peekable();
    // Without networks the node does not even parse the address.
    match networks.peek() {
        None => return Ok(false),
        // What is no text is found before the address is looked at.
        Some(Err(failure)) if failure.kind == ErrorKind::ClassCast => return Err(failure.clone()),
        Some(_) => {}
    }
    let address = read_address(address)?;
    for network in networks {
        if network?.holds(address) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A network by name or by its addresses.
#[derive(Clone, Copy)]
enum Network {
    Loopback,
    Unicast,
    LinkLocalUnicast,
    InterfaceLocalMulticast,
    LinkLocalMulticast,
    Multicast,
    Unspecified,
    Private,
    Public,
    Cidr(Cidr),
}

impl Network {
    fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "loopback" => Self::Loopback,
            "global_unicast" | "unicast" => Self::Unicast,
            "link_local_unicast" => Self::LinkLocalUnicast,
            "interface_local_multicast" => Self::InterfaceLocalMulticast,
            "link_local_multicast" => Self::LinkLocalMulticast,
            "multicast" => Self::Multicast,
            "unspecified" => Self::Unspecified,
            "private" => Self::Private,
            "public" => Self::Public,
            text => Self::Cidr(Cidr::parse(text)?),
        })
    }

    fn holds(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.is_loopback(),
            Self::Unicast => {
                !is_broadcast(address)
                    && !address.is_unspecified()
                    && !address.is_loopback()
                    && !address.is_multicast()
                    && !is_link_local(address)
            }
            Self::LinkLocalUnicast => is_link_local(address),
            Self::InterfaceLocalMulticast => multicast_scope(address) == Some(1),
            Self::LinkLocalMulticast => multicast_scope(address) == Some(2),
            Self::Multicast => address.is_multicast(),
            Self::Unspecified => address.is_unspecified(),
            Self::Private => is_private(address),
            Self::Public => {
                !(is_private(address)
                    || address.is_loopback()
                    || address.is_unspecified()
                    || is_link_local(address)
                    || matches!(multicast_scope(address), Some(1 | 2))
                    || is_broadcast(address))
            }
            Self::Cidr(cidr) => cidr.contains(address),
        }
    }
}

fn is_broadcast(address: IpAddr) -> bool {
    address == Ipv4Addr::BROADCAST
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.octets()[0] == 0xfd,
    }
}

/// The scope of a multicast address: 1 interface, 2 link.
fn multicast_scope(address: IpAddr) -> Option<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().starts_with(&[224, 0, 0]).then_some(2),
        IpAddr::V6(v6) => v6.is_multicast().then(|| v6.octets()[1] & 0xf),
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    fn flow(from: &str, to: &str) -> String {
        format!(r#"{{"source":{{"ip":"{from}"}},"destination":{{"ip":"{to}"}}}}"#)
    }

    #[test]
    fn directions_by_named_and_numbered_networks() {
        for (networks, from, to, expected) in [
            ("[private]", "10.0.0.1", "192.168.1.1", "internal"),
            ("[private]", "10.0.0.1", "8.8.8.8", "outbound"),
            ("[private]", "8.8.8.8", "fd00::1", "inbound"),
            ("[private]", "8.8.8.8", "fc00::1", "external"),
            ("['10.0.0.0/8', loopback]", "10.1.1.1", "127.0.0.1", "internal"),
            ("[public]", "8.8.8.8", "224.0.0.5", "outbound"),
            ("[public]", "8.8.8.8", "224.0.1.5", "internal"),
            ("[unicast]", "255.255.255.255", "8.8.8.8", "inbound"),
            ("[link_local_unicast]", "fe80::1%eth0", "169.254.1.1", "internal"),
            ("[interface_local_multicast]", "ff01::1", "ff02::1", "outbound"),
            ("[link_local_multicast]", "224.0.0.1", "ff02::1", "internal"),
            ("[multicast]", "ff05::1", "::", "outbound"),
            ("[unspecified]", "0.0.0.0", "::", "internal"),
        ] {
            let document = flow(from, to);
            let after = format!(r#"{},"d":"{expected}"}}"#, &document[..document.len() - 1]);
            let processor = format!("network_direction: {{internal_networks: {networks}, target_field: d}}");
            check(&[(&processor, &document, &after)]);
        }
    }

    #[test]
    fn networks_out_of_the_document() {
        let document = r#"{"source":{"ip":"10.0.0.1"},"destination":{"ip":"8.8.8.8"},"n":["private"],"m":"private"}"#;
        let after = document.replacen("\"m\":\"private\"", "\"m\":\"private\",\"d\":\"outbound\"", 1);
        check(&[
            ("network_direction: {internal_networks_field: n, target_field: d}", document, &after),
            ("network_direction: {internal_networks: ['{{{m}}}'], target_field: d}", document, &after),
            (
                "network_direction: {internal_networks_field: m}",
                document,
                "field [m] of type [java.lang.String] cannot be cast to [java.util.ArrayList]",
            ),
        ]);
    }

    #[test]
    fn failures() {
        check(&[
            ("network_direction: {internal_networks: [private]}", "{}", "{}"),
            (
                "network_direction: {internal_networks: [private], ignore_missing: false}",
                "{}",
                "field [source] not present as part of path [source.ip]",
            ),
            (
                "network_direction: {internal_networks: [privat]}",
                &flow("10.0.0.1", "10.0.0.1"),
                "'privat' is not an IP string literal.",
            ),
            (
                "network_direction: {internal_networks_field: n}",
                r#"{"n":[1],"source":{"ip":"10.0.0.1"},"destination":{"ip":"::1"}}"#,
                "class java.lang.Integer cannot be cast to class java.lang.String (java.lang.Integer and java.lang.String are in module java.base of loader 'bootstrap')",
            ),
            (
                "network_direction: {}",
                "{}",
                "test.yml:1:34: [internal_networks] or [internal_networks_field] must be specified",
            ),
        ]);
    }
}
