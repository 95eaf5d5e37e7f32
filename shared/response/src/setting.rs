//! What a [`Control`](crate::Control) can be set to, and a change from one setting to another.

use crate::{Call, Control, Operation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a control is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Setting {
    /// There is none: no such policy, no limit.
    Absent,
    /// It is there: attached, switched on.
    Present,
    /// In a word of AWS's own, such as `Inactive`, or an ARN.
    Word(String),
    /// In any number of words, whose order means nothing: accounts that something is shared with.
    Words(BTreeSet<String>),
    /// As a document: a policy, a list of selectors.
    Document(Value),
}

/// What reading a control shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Its setting.
    Is(Setting),
    /// What the control belongs to no longer exists, or its name now belongs to something else.
    Gone,
}

/// A change of one control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    /// Of what.
    pub control: &'a Control,
    /// What it is set to now.
    pub from: &'a Setting,
    /// What it is to be set to.
    pub to: &'a Setting,
}

impl Change<'_> {
    /// Returns the operations that make the change, in their order; none if there is nothing to change.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        if self.from == self.to { Vec::new() } else { self.control.operations(self.from, self.to) }
    }

    /// Returns the same, spelled out for a reader.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.operations().iter().map(Call::of).collect()
    }
}

impl Setting {
    /// The word `text`.
    #[must_use]
    pub fn word(text: &str) -> Self {
        Self::Word(text.to_owned())
    }

    /// Returns whether there is anything.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    /// Returns what is there, if it is there.
    #[must_use]
    pub fn present(there: bool) -> Self {
        if there { Self::Present } else { Self::Absent }
    }

    /// Returns the setting as a reader is shown it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Absent => "absent".to_owned(),
            Self::Present => "present".to_owned(),
            Self::Word(word) => word.clone(),
            Self::Words(words) => words.iter().cloned().collect::<Vec<_>>().join(", "),
            Self::Document(document) => document.to_string(),
        }
    }

    pub(crate) fn words(&self) -> BTreeSet<String> {
        match self {
            Self::Words(words) => words.clone(),
            Self::Word(word) => BTreeSet::from([word.clone()]),
            Self::Absent | Self::Present | Self::Document(_) => BTreeSet::new(),
        }
    }
}
