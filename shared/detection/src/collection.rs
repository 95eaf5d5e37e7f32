//! Files of several documents in which one document says something about the others.
//!
//! `action: global` adds its keys to the rules that follow in its file, `reset` ends that, and `repeat` is the
//! rule before it with some keys changed. Correlations and filters stand for themselves.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::reject::Reason;

/// Tells whether any of `documents` is about others.
pub(crate) fn is_needed(documents: &[Document]) -> bool {
    documents.iter().any(|document| document.value.get("action").is_some())
}

/// What earlier documents of a file mean for later ones.
#[derive(Debug, Default)]
pub(crate) struct Collection {
    file: String,
    global: Map<String, Value>,
    previous: Map<String, Value>,
}

impl Collection {
    /// Returns what `document` amounts to; nothing if it is only about others.
    pub(crate) fn resolve(&mut self, document: &Document) -> Result<Option<Document>, Reason> {
        if document.origin.file != self.file {
            *self = Self { file: document.origin.file.clone(), ..Self::default() };
        }
        let map = document.value.as_object().ok_or(Reason::NotAMap)?;
        match map.get("action").map(Value::as_str) {
            None => Ok(Some(self.plain(document, map))),
            Some(Some("global")) => {
                self.global = without_action(map);
                self.previous = self.global.clone();
                Ok(None)
            }
            Some(Some("reset")) => {
                self.global = Map::new();
                Ok(None)
            }
            Some(Some("repeat")) => {
                merge(&mut self.previous, &without_action(map));
                Ok(Some(document.with_value(Value::Object(self.previous.clone()))))
            }
            Some(_) => {
                Err(Reason::WrongType { key: "action".to_owned(), expected: "global, reset or repeat" })
            }
        }
    }

    fn plain(&mut self, document: &Document, map: &Map<String, Value>) -> Document {
        if map.contains_key("correlation") || map.contains_key("filter") {
            return document.clone();
        }
        self.previous = map.clone();
        merge(&mut self.previous, &self.global);
        document.with_value(Value::Object(self.previous.clone()))
    }
}

fn without_action(map: &Map<String, Value>) -> Map<String, Value> {
    map.iter().filter(|(key, _)| *key != "action").map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Puts `changes` into `map`; maps in both are merged, anything else is replaced.
fn merge(map: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (key, change) in changes {
        match (map.get_mut(key), change) {
            (Some(Value::Object(inner)), Value::Object(changes)) => merge(inner, changes),
            (Some(_) | None, _) => {
                map.insert(key.clone(), change.clone());
            }
        }
    }
}
