//! An EventBridge event pattern about CloudTrail calls.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_detection::{Pin, Text};

/// Longest event pattern that EventBridge accepts, in characters.
pub const MAX_PATTERN: usize = 2048;

/// The state of an EventBridge rule that delivers calls which only read as well.
///
/// Every rule about named calls has it: nothing but those calls comes, and which of them CloudTrail calls read-only is
/// not to be told from their names (`AssumeRole`, `Decrypt` and `InvokeModel` are).
pub const STATE: &str = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/// Calls that one EventBridge rule delivers: any of the names, of any of the services.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPattern {
    /// The services; empty for any.
    pub sources: BTreeSet<Text>,
    /// The calls; empty for any.
    pub names: BTreeSet<Text>,
}

impl EventPattern {
    /// Returns the pattern as EventBridge takes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let list = |texts: &BTreeSet<Text>| texts.iter().map(condition).collect::<Vec<_>>();
        let mut detail = serde_json::Map::new();
        for (field, texts) in [("eventSource", &self.sources), ("eventName", &self.names)] {
            if !texts.is_empty() {
                detail.insert(field.to_owned(), Value::Array(list(texts)));
            }
        }
        json!({"detail-type": [{"suffix": " via CloudTrail"}], "detail": detail})
    }

    /// Tells whether all calls of `pin` are delivered.
    #[must_use]
    pub fn delivers(&self, pin: &Pin) -> bool {
        covers(&self.sources, pin.source.as_ref()) && covers(&self.names, pin.name.as_ref())
    }

    /// Returns the length of the pattern, in characters of compact JSON.
    #[must_use]
    pub fn length(&self) -> usize {
        self.to_json().to_string().chars().count()
    }
}

fn condition(text: &Text) -> Value {
    match text {
        Text::Equals(text) => json!(text),
        Text::StartsWith(text) => json!({"prefix": text}),
    }
}

/// Tells whether `texts`, none meaning any, includes everything that `wanted` may be.
fn covers(texts: &BTreeSet<Text>, wanted: Option<&Text>) -> bool {
    let includes = |text: &Text| match (text, wanted) {
        (_, None) => false,
        (Text::Equals(text), Some(Text::Equals(wanted))) => text == wanted,
        (Text::Equals(_), Some(Text::StartsWith(_))) => false,
        (Text::StartsWith(start), Some(Text::Equals(wanted) | Text::StartsWith(wanted))) => {
            wanted.starts_with(start.as_str())
        }
    };
    texts.is_empty() || texts.iter().any(includes)
}
