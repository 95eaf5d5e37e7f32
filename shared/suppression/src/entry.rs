//! A suppression as it is written.

use crate::refused::{Problem, Refused};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// What one suppression says, not yet held against any rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is called; findings that it hides say so by this.
    pub id: String,
    /// Ids or names of the rules and correlations that it is about.
    pub rule: Names,
    /// A Sigma detection, selections and `condition`, of the records that it is about.
    pub when: Map<String, Value>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it applies, in UTC. At most a year ahead.
    #[serde(deserialize_with = "date")]
    pub expires: Date,
    /// The file it was read from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
}

/// One name, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`rule` must be an id or name of a rule, or a list of them")]
pub enum Names {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Names {
    /// Returns them all.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// Reads the content of a file: `suppressions:` and a list. An entry that cannot be used does not affect the others.
#[must_use]
pub fn entries(file: &str, mut content: Value) -> (Vec<Entry>, Vec<Refused>) {
    let refused = |suppression: String, problem| Refused { file: file.to_owned(), suppression, problem };
    let malformed = |cause: &str| Problem::Malformed(cause.to_owned());
    let Some(Value::Array(list)) = content.get_mut("suppressions").map(Value::take) else {
        let problem = malformed("`suppressions:` must be there and be a list");
        return (Vec::new(), vec![refused(String::new(), problem)]);
    };
    let mut read = Vec::new();
    let mut problems = Vec::new();
    let other = content.as_object().into_iter().flat_map(Map::keys).find(|key| *key != "suppressions");
    if let Some(key) = other {
        problems
            .push(refused(String::new(), malformed(&format!("unknown key `{key}` beside `suppressions`"))));
    }
    for (number, value) in (1..).zip(list) {
        let id =
            value.get("id").and_then(Value::as_str).map_or_else(|| format!("number {number}"), str::to_owned);
        match serde_json::from_value::<Entry>(value) {
            Ok(entry) if !entry.file.is_empty() => {
                problems.push(refused(id, malformed("unknown field `file`")));
            }
            Ok(entry) => read.push(Entry { file: file.to_owned(), ..entry }),
            Err(error) => problems.push(refused(id, Problem::Malformed(error.to_string()))),
        }
    }
    (read, problems)
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| serde::de::Error::custom("`expires` must be a date such as 2026-12-31");
    text.parse().map_err(wrong)
}
