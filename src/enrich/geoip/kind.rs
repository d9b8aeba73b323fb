//! The kinds of databases that Elasticsearch knows, told apart by the `database_type` in their metadata, and the properties of each.

/// What a database tells, by the provider's layout of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    City,
    Country,
    Asn,
    AnonymousIp,
    ConnectionType,
    Domain,
    Enterprise,
    Isp,
    IpinfoAsn,
    IpinfoCity,
    IpinfoCountry,
    IpinfoPrivacy,
}

/// All properties, in the order in which Elasticsearch lists them.
const PROPERTIES: [&str; 42] = [
    "ip",
    "country_confidence",
    "country_in_european_union",
    "country_iso_code",
    "country_name",
    "continent_code",
    "continent_name",
    "region_iso_code",
    "region_name",
    "city_confidence",
    "city_name",
    "timezone",
    "location",
    "asn",
    "organization_name",
    "network",
    "hosting_provider",
    "tor_exit_node",
    "anonymous_vpn",
    "anonymous",
    "public_proxy",
    "residential_proxy",
    "domain",
    "isp",
    "isp_organization_name",
    "mobile_country_code",
    "mobile_network_code",
    "connection_type",
    "user_type",
    "type",
    "postal_code",
    "postal_confidence",
    "accuracy_radius",
    "hosting",
    "tor",
    "proxy",
    "relay",
    "vpn",
    "service",
    "registered_country_in_european_union",
    "registered_country_iso_code",
    "registered_country_name",
];

const COUNTRY: &[&str] = &[
    "ip",
    "continent_code",
    "continent_name",
    "country_name",
    "country_in_european_union",
    "country_iso_code",
    "registered_country_in_european_union",
    "registered_country_iso_code",
    "registered_country_name",
];
const CITY_ONLY: &[&str] =
    &["region_iso_code", "region_name", "city_name", "timezone", "location", "postal_code", "accuracy_radius"];
const ANONYMITY: &[&str] =
    &["hosting_provider", "tor_exit_node", "anonymous_vpn", "anonymous", "public_proxy", "residential_proxy"];
const ASN: &[&str] = &["ip", "asn", "organization_name", "network"];
const ISP_ONLY: &[&str] = &["isp", "isp_organization_name", "mobile_country_code", "mobile_network_code"];
const ENTERPRISE_ONLY: &[&str] =
    &["country_confidence", "city_confidence", "postal_confidence", "domain", "user_type", "connection_type"];
const IPINFO_CITY: &[&str] =
    &["ip", "country_iso_code", "region_name", "city_name", "timezone", "location", "postal_code"];
const PLACE_DEFAULT: &[&str] =
    &["country_iso_code", "country_name", "continent_name", "region_iso_code", "region_name", "city_name", "location"];
const COUNTRY_DEFAULT: &[&str] = &["continent_name", "country_name", "country_iso_code"];
const PRIVACY: &[&str] = &["hosting", "proxy", "relay", "tor", "vpn", "service"];

impl Kind {
    /// The kind of a database whose metadata says `database_type`. MaxMind's types end in a known word; IPinfo's are looked
    /// through for one.
    pub fn of(database_type: &str) -> Option<Self> {
        if is_ipinfo(database_type) {
            return Self::of_ipinfo(database_type);
        }
        let (_, suffix) = database_type.rsplit_once('-')?;
        Some(match suffix {
            "City" => Self::City,
            "Country" => Self::Country,
            "ASN" => Self::Asn,
            "Domain" => Self::Domain,
            "Enterprise" => Self::Enterprise,
            "ISP" => Self::Isp,
            "IP" if database_type.ends_with("-Anonymous-IP") => Self::AnonymousIp,
            "Type" if database_type.ends_with("-Connection-Type") => Self::ConnectionType,
            _ => return None,
        })
    }

    fn of_ipinfo(database_type: &str) -> Option<Self> {
        let name = database_type.to_lowercase();
        if name.contains("extended") || name.contains("country_asn") {
            None
        } else if name.contains("asn") {
            Some(Self::IpinfoAsn)
        } else if name.contains("country") {
            Some(Self::IpinfoCountry)
        } else if name.contains("location") {
            Some(Self::IpinfoCity)
        } else {
            name.contains("privacy").then_some(Self::IpinfoPrivacy)
        }
    }

    fn has(self, property: &str) -> bool {
        let lists: &[&[&str]] = match self {
            Self::City => &[COUNTRY, CITY_ONLY],
            Self::Country => &[COUNTRY],
            Self::Asn => &[ASN],
            Self::AnonymousIp => &[&["ip"], ANONYMITY],
            Self::ConnectionType => &[&["ip", "connection_type"]],
            Self::Domain => &[&["ip", "domain"]],
            Self::Enterprise => &[COUNTRY, CITY_ONLY, ASN, ANONYMITY, ISP_ONLY, ENTERPRISE_ONLY],
            Self::Isp => &[ASN, ISP_ONLY],
            Self::IpinfoAsn => &[ASN, &["domain", "country_iso_code", "type"]],
            Self::IpinfoCity => &[IPINFO_CITY],
            Self::IpinfoCountry => &[COUNTRY_DEFAULT, &["ip", "continent_code"]],
            Self::IpinfoPrivacy => &[&["ip"], PRIVACY],
        };
        lists.iter().any(|list| list.contains(&property))
    }

    /// The properties that a processor gets when it names none.
    pub fn defaults(self) -> Vec<&'static str> {
        let lists: &[&[&'static str]] = match self {
            Self::City | Self::Enterprise => &[PLACE_DEFAULT],
            Self::Country | Self::IpinfoCountry => &[COUNTRY_DEFAULT],
            Self::Asn | Self::IpinfoAsn => &[ASN],
            Self::AnonymousIp => &[ANONYMITY],
            Self::ConnectionType => &[&["connection_type"]],
            Self::Domain => &[&["domain"]],
            Self::Isp => &[ASN, ISP_ONLY],
            Self::IpinfoCity => &[&["country_iso_code", "region_name", "city_name", "location"]],
            Self::IpinfoPrivacy => &[PRIVACY],
        };
        lists.concat()
    }

    /// The properties by their names, in any case; the first unknown one is an error in Elasticsearch's words.
    pub fn parse_properties(self, names: &[String]) -> Result<Vec<&'static str>, String> {
        let valid = || PROPERTIES.into_iter().filter(|p| self.has(p));
        let parse = |name: &String| {
            valid().find(|p| *p == name.to_lowercase()).ok_or_else(|| {
                let valid: Vec<String> = valid().map(str::to_uppercase).collect();
                format!("illegal property value [{name}]. valid values are [{}]", valid.join(", "))
            })
        };
        names.iter().map(parse).collect()
    }
}

/// Whether the database is IPinfo's, which `geoip` refuses and `ip_location` takes.
pub fn is_ipinfo(database_type: &str) -> bool {
    database_type.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("ipinfo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_tell_kinds() {
        for (database_type, expected) in [
            ("GeoLite2-City", Some(Kind::City)),
            ("GeoIP2-Anonymous-IP", Some(Kind::AnonymousIp)),
            ("GeoIP2-Connection-Type", Some(Kind::ConnectionType)),
            ("My-IP", None),
            ("City", None),
            ("ipinfo standard_geolocation.mmdb", Some(Kind::IpinfoCity)),
            ("ipinfo free_country_asn.mmdb", None),
            ("IPinfo standard_asn.mmdb", Some(Kind::IpinfoAsn)),
            ("ipinfo generic_country_free.mmdb", Some(Kind::IpinfoCountry)),
        ] {
            assert_eq!(Kind::of(database_type), expected, "{database_type}");
        }
    }

    #[test]
    fn every_default_is_valid_and_a_wrong_name_lists_the_right_ones() {
        for kind in [
            Kind::City,
            Kind::Country,
            Kind::Asn,
            Kind::AnonymousIp,
            Kind::ConnectionType,
            Kind::Domain,
            Kind::Enterprise,
            Kind::Isp,
            Kind::IpinfoAsn,
            Kind::IpinfoCity,
            Kind::IpinfoCountry,
            Kind::IpinfoPrivacy,
        ] {
            let defaults: Vec<String> = kind.defaults().into_iter().map(str::to_owned).collect();
            assert_eq!(kind.parse_properties(&defaults), Ok(kind.defaults()), "{kind:?}");
        }
        assert_eq!(
            Kind::Asn.parse_properties(&["Asn".into(), "city_name".into()]),
            Err("illegal property value [city_name]. valid values are [IP, ASN, ORGANIZATION_NAME, NETWORK]".into())
        );
    }
}
