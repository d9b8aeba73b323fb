//! How a Kafka cluster is reached: of sources, dead letters and shared verdicts alike.

use super::{Data, Section};
use std::collections::BTreeMap;

/// TLS, SASL and free properties of a Kafka client, as librdkafka names them.
pub fn kafka_client(section: &mut Section<'_, '_>) -> BTreeMap<String, String> {
    let mut client = BTreeMap::new();
    let mut tls_on = false;
    if let Some(mut tls) = section.section("tls") {
        tls_on = true;
        for (key, property) in [
            ("ca", "ssl.ca.location"),
            ("certificate", "ssl.certificate.location"),
            ("key", "ssl.key.location"),
            ("key_password", "ssl.key.password"),
        ] {
            if let Some(value) = tls.string(key) {
                client.insert(property.to_owned(), value);
            }
        }
        if tls.bool_or("insecure", false) {
            client.insert("enable.ssl.certificate.verification".into(), "false".into());
        }
        tls.finish();
    }
    let mut sasl_on = false;
    if let Some(mut sasl) = section.section("sasl") {
        sasl_on = true;
        let mechanism = sasl.choice(
            "mechanism",
            "PLAIN",
            &[("PLAIN", "PLAIN"), ("SCRAM-SHA-256", "SCRAM-SHA-256"), ("SCRAM-SHA-512", "SCRAM-SHA-512")],
        );
        client.insert("sasl.mechanism".into(), mechanism.into());
        client.insert("sasl.username".into(), sasl.required_string("username"));
        client.insert("sasl.password".into(), sasl.required_string("password"));
        sasl.finish();
    }
    let protocol = match (tls_on, sasl_on) {
        (false, false) => "plaintext",
        (true, false) => "ssl",
        (false, true) => "sasl_plaintext",
        (true, true) => "sasl_ssl",
    };
    client.insert("security.protocol".into(), protocol.into());
    if let Some(mut section) = section.section("properties") {
        for (key, value) in section.node.as_map().unwrap_or(&[]) {
            let text = match &value.data {
                Data::String(s) => s.clone(),
                Data::Int(i) => i.to_string(),
                Data::Float(f) => f.to_string(),
                Data::Bool(b) => b.to_string(),
                _ => {
                    let _: Option<()> = section.wrong(value, "a value");
                    continue;
                }
            };
            client.insert(key.text.clone(), text);
        }
        let _ = &mut section;
    }
    client
}
