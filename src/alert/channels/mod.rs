//! Channels: where people are told. One file a member, one line in [`ChannelSettings::read`] and in [`ChannelSettings::build`].
//!
//! Every channel has a queue and a rate limit of its own. A refusing channel delays its messages; a message is only given up when the
//! channel says that it will never take it.

mod feishu;
mod queue;
mod webhook;

pub use feishu::FeishuSettings;
pub use queue::{ChannelQueue, Delivered};
pub use webhook::WebhookSettings;

use super::Telling;
use crate::config::{Node, Problems, Section};
use std::time::Duration;

/// One message as an HTTP request.
#[derive(Debug, PartialEq)]
pub struct Message {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What the other side made of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Try again, after this time if it says so.
    Later(String, Option<Duration>),
    /// It will never be taken.
    Refused(String),
}

/// The interface of a channel.
pub trait Channel: Send + Sync {
    fn render(&self, telling: &Telling, now_seconds: i64) -> Message;

    /// Reads the answer: many chats answer 200 to a message that they refuse.
    fn judge(&self, status: u16, body: &[u8]) -> Verdict;

    /// Messages in a minute, and in a burst.
    fn rate(&self) -> (u32, u32);
}

/// The settings of one channel.
#[derive(Clone, Debug)]
pub enum ChannelSettings {
    Webhook(WebhookSettings),
    Feishu(FeishuSettings),
}

impl ChannelSettings {
    pub fn read(name: &str, node: &Node, problems: &Problems) -> Option<Self> {
        const TYPES: &[(&str, &str)] = &[("webhook", "webhook"), ("feishu", "feishu")];
        let mut section = Section::new(node, problems);
        let by_name = TYPES.iter().find(|(t, _)| *t == name).map_or("webhook", |(t, _)| *t);
        let settings = match section.choice("type", by_name, TYPES) {
            "feishu" => Self::Feishu(FeishuSettings::read(&mut section)),
            _ => Self::Webhook(WebhookSettings::read(&mut section)),
        };
        section.finish();
        Some(settings)
    }

    pub fn build(&self) -> Box<dyn Channel> {
        match self {
            Self::Webhook(settings) => Box::new(webhook::Webhook::new(settings.clone())),
            Self::Feishu(settings) => Box::new(feishu::Feishu::new(settings.clone())),
        }
    }
}
