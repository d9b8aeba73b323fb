//! What a database holds of one address, by Elasticsearch's property names.

use super::kind::Kind;
use maxminddb::{LookupResult, MaxMindDbError};
use serde::Deserialize;
use std::net::IpAddr;

/// The properties of one address that its database knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    properties: Vec<(&'static str, Datum)>,
}

/// The value of a property, in the Java type that the node gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Text(Box<str>),
    Int(i32),
    Long(i64),
    Bool(bool),
    Location { lat: f64, lon: f64 },
}

impl Record {
    pub fn get(&self, property: &str) -> Option<&Datum> {
        self.properties.iter().find(|(name, _)| *name == property).map(|(_, datum)| datum)
    }

    /// The record that a look-up of `address` found.
    pub fn decode(
        kind: Kind,
        address: IpAddr,
        found: &LookupResult<'_, Vec<u8>>,
    ) -> Result<Option<Self>, MaxMindDbError> {
        let mut record = Self::default();
        let known = match kind {
            Kind::City | Kind::Country | Kind::Enterprise => found.decode().map(|e| e.map(|e| record.add_place(e))),
            Kind::Asn | Kind::AnonymousIp | Kind::ConnectionType | Kind::Domain | Kind::Isp => {
                found.decode().map(|e| e.map(|e| record.add_traits(e)))
            }
            Kind::IpinfoAsn | Kind::IpinfoCity | Kind::IpinfoCountry | Kind::IpinfoPrivacy => {
                found.decode().map(|e| e.map(|e| record.add_ipinfo(kind, e)))
            }
        }?;
        if known.is_none() {
            return Ok(None);
        }
        record.text("ip", Some(&address.to_string()));
        let network = found.network()?;
        record.text("network", Some(&format!("{}/{}", java_address(network.ip()), network.prefix())));
        Ok(Some(record))
    }

    fn add_place(&mut self, entry: PlaceEntry<'_>) {
        self.add_country(["country_iso_code", "country_name", "country_in_european_union"], &entry.country);
        self.add_country(
            ["registered_country_iso_code", "registered_country_name", "registered_country_in_european_union"],
            &entry.registered_country,
        );
        self.int("country_confidence", entry.country.confidence);
        self.text("continent_code", entry.continent.code);
        self.text("continent_name", entry.continent.names.en);
        // The last subdivision is the most specific one.
        if let Some(region) = entry.subdivisions.last() {
            self.text("region_name", region.names.en);
            if let (Some(country), Some(region)) = (entry.country.iso_code, region.iso_code) {
                self.text("region_iso_code", Some(&format!("{country}-{region}")));
            }
        }
        self.text("city_name", entry.city.names.en);
        self.int("city_confidence", entry.city.confidence);
        self.text("timezone", entry.location.time_zone);
        self.location(entry.location.latitude, entry.location.longitude);
        self.int("accuracy_radius", entry.location.accuracy_radius);
        self.text("postal_code", entry.postal.code);
        self.int("postal_confidence", entry.postal.confidence);
        self.add_traits(entry.traits);
    }

    fn add_country(&mut self, [iso_code, name, in_european_union]: [&'static str; 3], country: &Place<'_>) {
        self.text(iso_code, country.iso_code);
        self.text(name, country.names.en);
        if country.iso_code.is_some() {
            self.put(in_european_union, Datum::Bool(country.is_in_european_union));
        }
    }

    fn add_traits(&mut self, traits: Traits<'_>) {
        self.properties.extend(traits.autonomous_system_number.map(|n| ("asn", Datum::Long(n.into()))));
        for (name, text) in [
            ("organization_name", traits.autonomous_system_organization),
            ("domain", traits.domain),
            ("isp", traits.isp),
            ("isp_organization_name", traits.organization),
            ("mobile_country_code", traits.mobile_country_code),
            ("mobile_network_code", traits.mobile_network_code),
            ("connection_type", traits.connection_type),
            ("user_type", traits.user_type),
        ] {
            self.text(name, text);
        }
        for (name, flag) in [
            ("hosting_provider", traits.is_hosting_provider),
            ("tor_exit_node", traits.is_tor_exit_node),
            ("anonymous_vpn", traits.is_anonymous_vpn),
            ("anonymous", traits.is_anonymous),
            ("public_proxy", traits.is_public_proxy),
            ("residential_proxy", traits.is_residential_proxy),
        ] {
            self.put(name, Datum::Bool(flag));
        }
    }

    fn add_ipinfo(&mut self, kind: Kind, entry: IpinfoEntry<'_>) {
        let asn = entry.asn.and_then(|asn| asn.to_uppercase().replace("AS", "").trim().parse().ok());
        self.properties.extend(asn.map(|asn| ("asn", Datum::Long(asn))));
        let continent = if kind == Kind::IpinfoCountry { entry.continent } else { None };
        for (name, text) in [
            ("organization_name", entry.name),
            ("domain", entry.domain),
            ("type", entry.kind),
            ("country_iso_code", entry.country),
            ("country_name", entry.country_name),
            ("continent_code", continent),
            ("continent_name", entry.continent_name),
            ("region_name", entry.region),
            ("city_name", entry.city),
            ("timezone", entry.timezone),
            ("postal_code", entry.postal_code),
            ("service", entry.service.filter(|s| !s.trim().is_empty())),
        ] {
            self.text(name, text);
        }
        let coordinate = |text: Option<&str>| text.and_then(|t| t.trim().parse().ok());
        self.location(coordinate(entry.latitude), coordinate(entry.longitude));
        for (name, text) in [
            ("hosting", entry.hosting),
            ("proxy", entry.proxy),
            ("relay", entry.relay),
            ("tor", entry.tor),
            ("vpn", entry.vpn),
        ] {
            // The databases leave a false flag empty.
            match text.map(|t| t.trim().to_lowercase()).as_deref() {
                Some("true") => self.put(name, Datum::Bool(true)),
                Some("false" | "") => self.put(name, Datum::Bool(false)),
                _ => {}
            }
        }
    }

    fn put(&mut self, name: &'static str, datum: Datum) {
        self.properties.push((name, datum));
    }

    fn text(&mut self, name: &'static str, text: Option<&str>) {
        self.properties.extend(text.map(|t| (name, Datum::Text(t.into()))));
    }

    fn int(&mut self, name: &'static str, number: Option<u16>) {
        self.properties.extend(number.map(|n| (name, Datum::Int(n.into()))));
    }

    fn location(&mut self, lat: Option<f64>, lon: Option<f64>) {
        if let (Some(lat), Some(lon)) = (lat, lon) {
            self.put("location", Datum::Location { lat, lon });
        }
    }
}

/// An address as Java's `InetAddress` prints it: all eight groups of an IPv6 address, none shortened.
fn java_address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => v6.segments().map(|s| format!("{s:x}")).join(":"),
    }
}

/// A record of MaxMind's City, Country and Enterprise databases, as far as properties come from it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct PlaceEntry<'a> {
    #[serde(borrow)]
    city: Place<'a>,
    #[serde(borrow)]
    continent: Place<'a>,
    #[serde(borrow)]
    country: Place<'a>,
    #[serde(borrow)]
    registered_country: Place<'a>,
    #[serde(borrow)]
    location: Location<'a>,
    #[serde(borrow)]
    postal: Postal<'a>,
    #[serde(borrow)]
    subdivisions: Vec<Place<'a>>,
    #[serde(borrow)]
    traits: Traits<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place<'a> {
    code: Option<&'a str>,
    iso_code: Option<&'a str>,
    confidence: Option<u16>,
    is_in_european_union: bool,
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Location<'a> {
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy_radius: Option<u16>,
    time_zone: Option<&'a str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Postal<'a> {
    code: Option<&'a str>,
    confidence: Option<u16>,
}

/// A record of MaxMind's other databases; Enterprise has the same as its `traits`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Traits<'a> {
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<&'a str>,
    connection_type: Option<&'a str>,
    domain: Option<&'a str>,
    isp: Option<&'a str>,
    mobile_country_code: Option<&'a str>,
    mobile_network_code: Option<&'a str>,
    organization: Option<&'a str>,
    user_type: Option<&'a str>,
    is_anonymous: bool,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_tor_exit_node: bool,
}

/// A record of IPinfo's databases, where everything is text.
#[derive(Deserialize, Default)]
#[serde(default)]
struct IpinfoEntry<'a> {
    asn: Option<&'a str>,
    name: Option<&'a str>,
    domain: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    country: Option<&'a str>,
    country_name: Option<&'a str>,
    continent: Option<&'a str>,
    continent_name: Option<&'a str>,
    city: Option<&'a str>,
    region: Option<&'a str>,
    latitude: Option<&'a str>,
    longitude: Option<&'a str>,
    postal_code: Option<&'a str>,
    timezone: Option<&'a str>,
    hosting: Option<&'a str>,
    proxy: Option<&'a str>,
    relay: Option<&'a str>,
    tor: Option<&'a str>,
    vpn: Option<&'a str>,
    service: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipinfo_texts_become_numbers_flags_and_places() {
        let mut record = Record::default();
        let entry = IpinfoEntry {
            asn: Some("AS123"),
            latitude: Some(" 1.5"),
            longitude: Some("-2"),
            hosting: Some("true"),
            proxy: Some(""),
            relay: Some("perhaps"),
            service: Some("  "),
            ..IpinfoEntry::default()
        };
        record.add_ipinfo(Kind::IpinfoAsn, entry);
        assert_eq!(
            record.properties,
            [
                ("asn", Datum::Long(123)),
                ("location", Datum::Location { lat: 1.5, lon: -2.0 }),
                ("hosting", Datum::Bool(true)),
                ("proxy", Datum::Bool(false)),
            ]
        );
    }

    #[test]
    fn a_region_needs_its_country_and_the_last_subdivision_counts() {
        let named = |iso_code, en| Place { iso_code, names: Names { en }, ..Place::default() };
        let mut record = Record::default();
        record.add_place(PlaceEntry {
            country: named(Some("GB"), Some("United Kingdom")),
            subdivisions: vec![named(Some("ENG"), Some("England")), named(Some("LND"), None)],
            ..PlaceEntry::default()
        });
        assert_eq!(record.get("region_iso_code"), Some(&Datum::Text("GB-LND".into())));
        assert_eq!(record.get("region_name"), None);
        assert_eq!(record.get("country_in_european_union"), Some(&Datum::Bool(false)));
        assert_eq!(record.get("registered_country_in_european_union"), None);
    }
}
