//! `user_agent`: browser, operating system and device out of a user agent string.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, Value};
use crate::enrich::user_agent::{Details, UserAgentSource, VersionedName};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use std::sync::Arc;

const PROPERTIES: [&str; 5] = ["name", "os", "device", "original", "version"];

struct UserAgent {
    field: FieldPath,
    target: FieldPath,
    agents: Arc<UserAgentSource>,
    properties: Vec<&'static str>,
    extract_device_type: bool,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let regex_file = settings.opt_string("regex_file")?;
    let agents =
        build.enrich.user_agents(regex_file).map_err(|reason| settings.invalid_option("regex_file", reason))?;
    let properties = match settings.opt_string_list("properties")? {
        Some(names) => parse_properties(&names).map_err(|reason| settings.invalid_option("properties", reason))?,
        None => PROPERTIES.to_vec(),
    };
    Ok(Box::new(UserAgent {
        field: settings.path("field")?,
        target: settings.path_or("target_field", "user_agent")?,
        agents,
        properties,
        extract_device_type: settings.bool_or("extract_device_type", false)?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
    }))
}

fn parse_properties(names: &[String]) -> Result<Vec<&'static str>, String> {
    let parse = |name: &String| {
        PROPERTIES.into_iter().find(|p| *p == name.to_lowercase()).ok_or_else(|| {
            let valid = PROPERTIES.map(str::to_uppercase).join(", ");
            format!("illegal property value [{name}]. valid values are [{valid}]")
        })
    };
    names.iter().map(parse).collect()
}

impl Processor for UserAgent {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let Some(agent) = doc.get_str(&self.field, self.ignore_missing)? else {
            if self.ignore_missing {
                return Ok(());
            }
            let field = self.field.text();
            return Err(Failure::illegal_argument(format!("field [{field}] is null, cannot parse user-agent.")));
        };
        let Some(details) = self.agents.look_up(agent) else {
            return Err(Failure::illegal_argument("the file of user agent regexes is gone"));
        };
        let target = doc.object();
        for property in &self.properties {
            match *property {
                "original" => drop(target.insert("original", Value::Str(agent))),
                "name" => put(doc, target, "name", name_or_other(details.browser.as_ref())),
                "version" => {
                    if let Some(version) = details.browser.as_ref().and_then(|b| b.version.as_deref()) {
                        put(doc, target, "version", version);
                    }
                }
                "os" => {
                    if let Some(system) = &details.system {
                        target.insert("os", Value::Object(describe_system(doc, system)));
                    }
                }
                _ => drop(target.insert("device", Value::Object(self.describe_device(doc, &details)))),
            }
        }
        Ok(doc.set(&self.target, Value::Object(target))?)
    }
}

impl UserAgent {
    fn describe_device<'a>(&self, doc: &Document<'a>, details: &Details) -> &'a Object<'a> {
        let device = doc.object();
        put(doc, device, "name", name_or_other(details.device.as_ref()));
        if self.extract_device_type {
            device.insert("type", Value::Str(details.device_type));
        }
        device
    }
}

fn describe_system<'a>(doc: &Document<'a>, system: &VersionedName) -> &'a Object<'a> {
    let os = doc.object();
    put(doc, os, "name", &system.name);
    if let Some(version) = &system.version {
        put(doc, os, "version", version);
        put(doc, os, "full", &format!("{} {version}", system.name));
    }
    os
}

fn put<'a>(doc: &Document<'a>, object: &Object<'a>, key: &'static str, text: &str) {
    object.insert(key, doc.string(text));
}

fn name_or_other(found: Option<&VersionedName>) -> &str {
    found.map_or("Other", |f| &f.name)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    const CHROME: &str = r#"{"agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/33.0.1750.149 Safari/537.36"}"#;

    #[test]
    fn names_browser_system_and_device() {
        check(&[
            (
                "user_agent: {field: agent, target_field: ua, properties: [NAME, os, device, version]}",
                CHROME,
                &CHROME.replace('}', r#","ua":{"name":"Chrome","os":{"name":"Mac OS X","version":"10.9.2","full":"Mac OS X 10.9.2"},"device":{"name":"Mac"},"version":"33.0.1750.149"}}"#),
            ),
            (
                "user_agent: {field: agent, extract_device_type: true}",
                r#"{"agent":"something else"}"#,
                r#"{"agent":"something else","user_agent":{"name":"Other","device":{"name":"Other","type":"Other"},"original":"something else"}}"#,
            ),
            ("user_agent: {field: agent, properties: [version]}", r#"{"agent":""}"#, r#"{"agent":"","user_agent":{}}"#),
        ]);
    }

    #[test]
    fn what_is_no_agent_is_refused_or_passed_over() {
        check(&[
            ("user_agent: {field: a}", "{}", "field [a] not present as part of path [a]"),
            ("user_agent: {field: a}", r#"{"a":null}"#, "field [a] is null, cannot parse user-agent."),
            ("user_agent: {field: a, ignore_missing: true}", r#"{"a":null}"#, r#"{"a":null}"#),
            ("user_agent: {field: a, ignore_missing: true}", "{}", "{}"),
            (
                "user_agent: {field: a}",
                r#"{"a":1}"#,
                "field [a] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
            (
                "user_agent: {field: a, properties: [build]}",
                "{}",
                "test.yml:1:50: [properties] illegal property value [build]. valid values are [NAME, OS, DEVICE, ORIGINAL, VERSION]",
            ),
            (
                "user_agent: {field: a, regex_file: none.yml}",
                "{}",
                "test.yml:1:50: [regex_file] regex file [none.yml] doesn't exist (has to exist at node startup)",
            ),
        ]);
    }
}
