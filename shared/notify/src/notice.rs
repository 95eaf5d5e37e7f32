//! What people are told, before any channel's form.

use crate::text::line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::Severity;

/// Most characters of a title, of a fact and of a command.
const MOST: (usize, usize, usize) = (140, 500, 1000);
/// Most facts and most commands of one notice.
const MOST_LINES: usize = 12;

/// What people are told of one finding, outcome or alarm, or of many that are alike. All texts are one line each, without
/// hidden characters, and cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The same for all that is about the same: 32 hexadecimal digits.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// Who, what, from where, since when, and whatever else is known, in this order.
    pub facts: Vec<Fact>,
    /// Commands that show more or act on it.
    pub commands: Vec<Fact>,
    /// Page that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Whether commands and link let whoever sees them decide: not for channels that many can read.
    #[serde(default)]
    pub is_confidential: bool,
    /// Whether it tells of a review, which people read and machines do not.
    #[serde(default)]
    pub is_review: bool,
    /// When it happened.
    pub at: Timestamp,
    /// How many there were since the notice that this one follows; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
    /// Whether this says that it is over.
    #[serde(default)]
    pub is_over: bool,
}

/// A page and what leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What its button says.
    pub text: String,
    /// Where it is.
    pub url: String,
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What the value is.
    pub label: String,
    /// The value.
    pub value: String,
}

impl Notice {
    /// A notice without facts.
    pub(crate) fn new(id: String, severity: Severity, title: &str, at: Timestamp) -> Self {
        Self {
            id,
            severity,
            title: line(title, MOST.0),
            facts: Vec::new(),
            commands: Vec::new(),
            link: None,
            is_confidential: false,
            is_review: false,
            at,
            more: None,
            is_over: false,
        }
    }

    /// Adds a fact, if there is one.
    pub(crate) fn fact(&mut self, label: &str, value: Option<&str>) {
        add(&mut self.facts, label, value, MOST.1);
    }

    /// Adds a command.
    pub(crate) fn command(&mut self, label: &str, command: &str) {
        add(&mut self.commands, label, Some(command), MOST.2);
    }

    /// Returns the first fact of a label.
    pub(crate) fn about(&self, label: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.label == label).map(|fact| fact.value.as_str())
    }

    /// Returns facts and commands by label, in the order of the first of each; those of one label together.
    pub(crate) fn by_label(&self) -> Vec<(&str, Vec<&str>)> {
        let mut by_label: Vec<(&str, Vec<&str>)> = Vec::new();
        for Fact { label, value } in self.facts.iter().chain(&self.commands) {
            match by_label.iter_mut().find(|(known, _)| known == label) {
                Some((_, values)) => values.push(value),
                None => by_label.push((label, vec![value])),
            }
        }
        by_label
    }

    /// Returns the notice as everybody may see it.
    pub(crate) fn for_everybody(&self) -> Self {
        let mut notice = self.clone();
        if self.is_confidential {
            notice.commands.clear();
            notice.link = None;
        }
        notice
    }

    /// Returns the notice that says how many more there were.
    #[must_use]
    pub fn again(&self, more: u64) -> Self {
        Self { more: Some(more), ..self.clone() }
    }

    /// Returns the title with the number of those that it stands for.
    #[must_use]
    pub fn headline(&self) -> String {
        match self.more {
            Some(more) => format!("{} ({more} more)", self.title),
            None => self.title.clone(),
        }
    }
}

fn add(lines: &mut Vec<Fact>, label: &str, value: Option<&str>, most: usize) {
    let value = line(value.unwrap_or_default(), most);
    if !value.is_empty() && lines.len() < MOST_LINES {
        lines.push(Fact { label: line(label, 40), value });
    }
}
