//! The shape of a file of proofs.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Why a file of proofs cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct Unreadable {
    file: String,
    cause: String,
}

impl Unreadable {
    pub(crate) fn new(file: &str, cause: &impl ToString) -> Self {
        Self { file: file.to_owned(), cause: cause.to_string() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tests: Vec<Case>,
}

/// One proof as it is written: one record, or groups of records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) what: String,
    pub(crate) by: Option<String>,
    pub(crate) record: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) without: Vec<String>,
    pub(crate) records: Option<Vec<Group>>,
    pub(crate) fires: Vec<String>,
    pub(crate) near_miss_of: Option<Vec<String>>,
}

/// Records that differ by their number only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    #[serde(default = "once")]
    pub(crate) times: u32,
    #[serde(default = "a_second", deserialize_with = "seconds")]
    pub(crate) every: i64,
    #[serde(default = "a_second", deserialize_with = "seconds")]
    pub(crate) after: i64,
    pub(crate) by: Option<String>,
    pub(crate) record: Map<String, Value>,
    #[serde(default)]
    pub(crate) without: Vec<String>,
}

fn once() -> u32 {
    1
}

fn a_second() -> i64 {
    1
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is no time span such as 90s, 5m or 2h")))?;
    Ok(span.as_secs())
}

pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<Case>, Unreadable> {
    let read: File = yaml_serde::from_str(text).map_err(|error| Unreadable::new(file, &error))?;
    if read.tests.is_empty() {
        return Err(Unreadable::new(file, &"holds no test"));
    }
    Ok(read.tests)
}
