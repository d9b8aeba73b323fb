//! `set_security_user`: on Elasticsearch, who sent the document. Here nobody has signed in: records come from Kafka.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct SetSecurityUser;

const PROPERTIES: [&str; 7] = ["username", "roles", "email", "full_name", "metadata", "api_key", "realm"];

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    settings.path("field")?;
    let properties = settings.opt_strings("properties")?.unwrap_or_default();
    let is_known = |name: &String| name == "authentication_type" || PROPERTIES.contains(&name.as_str());
    if let Some(unknown) = properties.iter().find(|name| !is_known(name)) {
        let at = settings.node.get("properties").unwrap_or(settings.node);
        let reason = format!("Property value [{unknown}] is in valid");
        let names = PROPERTIES.join(", ");
        return Err(settings
            .invalid("properties", at, reason)
            .help(format!("use some of {names}, authentication_type")));
    }
    Ok(Box::new(SetSecurityUser))
}

impl Processor for SetSecurityUser {
    fn execute(&self, _: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        // The words of a node without security, which is in the same place.
        let reason = "Security (authentication) is not enabled on this cluster, so there is no active user - \
                      the [set_security_user] processor cannot be used without security";
        Err(Failure::new(ErrorKind::IllegalState, reason))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn there_is_no_user() {
        check(&[
            (
                "set_security_user: {field: u, properties: [username]}",
                "{}",
                "Security (authentication) is not enabled on this cluster, so there is no active user - the [set_security_user] processor cannot be used without security",
            ),
            ("set_security_user: {field: u, ignore_failure: true}", "{}", "{}"),
        ]);
    }
}
