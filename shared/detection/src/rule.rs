//! What a rule says about itself.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::document::{Document, Origin};
use crate::level::Level;
use crate::reject::Reason;

/// The header of a rule or correlation.
///
/// A finding must keep `author`, `license` and `references`: the Detection Rule License demands it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Unique; usually a UUID. Optional in Sigma, see [`Rule::key`].
    pub id: Option<String>,
    /// A short name that correlations and filters may use instead of the id.
    pub name: Option<String>,
    /// What the rule detects, in a few words.
    pub title: String,
    /// How serious a match is; medium if the rule does not say.
    pub level: Level,
    /// Such as `stable` or `experimental`.
    pub status: Option<String>,
    /// What the rule detects and why, in sentences.
    pub description: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Under which licence it was published.
    pub license: Option<String>,
    /// Links to what it is based on.
    pub references: Vec<String>,
    /// Such as `attack.t1098.001`.
    pub tags: Vec<String>,
    /// What else may make it match.
    pub false_positives: Vec<String>,
    /// Fields worth showing with a match.
    pub fields: Vec<String>,
    /// Every top-level key that Sigma does not define.
    pub custom: Map<String, Value>,
    /// Where it was read.
    pub origin: Origin,
}

/// The top-level keys that Sigma defines.
const KNOWN: &[&str] = &[
    "action",
    "author",
    "correlation",
    "date",
    "description",
    "detection",
    "falsepositives",
    "fields",
    "filter",
    "id",
    "level",
    "license",
    "logsource",
    "modified",
    "name",
    "references",
    "related",
    "scope",
    "status",
    "tags",
    "taxonomy",
    "title",
];

impl Rule {
    /// Returns what names the rule in findings: its id, else its name, else its title.
    pub fn key(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or(&self.title)
    }

    /// Tells whether `reference` is the rule's id or name.
    pub fn is_called(&self, reference: &str) -> bool {
        self.id.as_deref() == Some(reference) || self.name.as_deref() == Some(reference)
    }

    /// Reads the header of `document`.
    pub(crate) fn parse(document: &Document, map: &Map<String, Value>) -> Result<Self, Reason> {
        let title = text(map, "title")?.ok_or(Reason::Missing("title"))?;
        let level = match text(map, "level")? {
            None => Level::Medium,
            Some(name) => Level::named(&name).ok_or(Reason::UnknownLevel(name))?,
        };
        let custom = map.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
        Ok(Self {
            id: text(map, "id")?,
            name: text(map, "name")?,
            title,
            level,
            status: text(map, "status")?,
            description: text(map, "description")?,
            author: author(map)?,
            license: text(map, "license")?,
            references: texts(map, "references")?,
            tags: texts(map, "tags")?,
            false_positives: texts(map, "falsepositives")?,
            fields: texts(map, "fields")?,
            custom: custom.map(|(key, value)| (key.clone(), value.clone())).collect(),
            origin: document.origin.clone(),
        })
    }
}

/// Returns a text; an empty one is none.
pub(crate) fn text(map: &Map<String, Value>, key: &str) -> Result<Option<String>, Reason> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Reason::WrongType { key: key.to_owned(), expected: "text" })
        }
    }
}

/// Returns a list of texts; one text alone is a list, too.
pub(crate) fn texts(map: &Map<String, Value>, key: &str) -> Result<Vec<String>, Reason> {
    let wrong = || Reason::WrongType { key: key.to_owned(), expected: "a list of texts" };
    match map.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(list)) => list
            .iter()
            .filter(|one| !one.is_null())
            .map(|one| match one {
                Value::String(text) => Ok(text.clone()),
                Value::Number(number) => Ok(number.to_string()),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
            })
            .collect(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Err(wrong()),
    }
}

/// Returns the author; several are joined.
fn author(map: &Map<String, Value>) -> Result<Option<String>, Reason> {
    let authors = texts(map, "author")?;
    Ok(Some(authors.join(", ")).filter(|author| !author.is_empty()))
}
