//! How to reach a live node: options that several commands have.

use super::Failed;
use crate::config::resolve_secrets;
use crate::node::{Node, NodeSettings};
use std::path::PathBuf;

/// Who we are to the node.
#[derive(clap::Args, Default)]
pub struct NodeArgs {
    /// Name and password for the node: NAME:PASSWORD; ${env:NAME} and ${file:PATH} are put in
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// API key for the node, encoded; ${env:NAME} and ${file:PATH} are put in
    #[arg(long, value_name = "KEY", conflicts_with = "user")]
    api_key: Option<String>,
    /// Certificate of the authority that signed the node's (PEM)
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Do not check the node's certificate
    #[arg(long)]
    insecure: bool,
}

impl NodeArgs {
    pub fn connect(&self, url: &str) -> Result<Node, Failed> {
        let secret = |text: &Option<String>| text.as_deref().map(resolve_secrets).transpose();
        let wrong = |reason: String| Failed::Input(vec![reason]);
        let settings = NodeSettings {
            url: resolve_secrets(url).map_err(wrong)?,
            user: secret(&self.user).map_err(wrong)?,
            api_key: secret(&self.api_key).map_err(wrong)?,
            ca: self.ca.clone(),
            insecure: self.insecure,
        };
        Node::new(settings).map_err(|error| wrong(format!("{error:#}")))
    }
}
