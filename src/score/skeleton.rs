//! Templates by masking alone: words that hold a digit are variables. It stands in until the miner is there.

use super::flight::lock;
use super::template::{TemplateId, TemplateSource, Templates};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use xxhash_rust::xxh3::xxh3_64;

/// Templates that are remembered; beyond that they have no text.
const TEMPLATES_MAX: usize = 100_000;

#[derive(Default)]
pub struct Skeletons(Arc<Mutex<HashMap<TemplateId, Arc<str>>>>);

struct Worker {
    texts: Arc<Mutex<HashMap<TemplateId, Arc<str>>>>,
    text: String,
}

impl TemplateSource for Skeletons {
    fn templates(&self) -> Box<dyn Templates> {
        Box::new(Worker { texts: self.0.clone(), text: String::new() })
    }
}

impl Templates for Worker {
    fn id_of(&mut self, line: &str) -> TemplateId {
        self.text.clear();
        for word in line.split_inclusive([' ', '=', ':', ',', '"', '[', ']', '(', ')']) {
            if word.bytes().any(|byte| byte.is_ascii_digit()) {
                self.text.push_str("<*>");
                self.text.extend(word.chars().last().filter(|last| last.is_ascii_punctuation() || *last == ' '));
            } else {
                self.text.push_str(word);
            }
        }
        let id = TemplateId(xxh3_64(self.text.as_bytes()));
        let mut texts = lock(&self.texts);
        if texts.len() < TEMPLATES_MAX && !texts.contains_key(&id) {
            texts.insert(id, self.text.as_str().into());
        }
        id
    }

    fn text_of(&self, id: TemplateId) -> Arc<str> {
        lock(&self.texts).get(&id).cloned().unwrap_or_else(|| "".into())
    }
}
