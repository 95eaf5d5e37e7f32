//! An action, whether or not the table knows it.

use std::fmt;
use trailreflex_actions::Action;

/// The name of an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionName {
    /// One of IAM's.
    Known(Action),
    /// Service and operation of a call that the table does not know: mostly the action is called so, which nobody has
    /// checked.
    Unverified(String),
}

impl ActionName {
    pub(crate) fn known(&self) -> Option<Action> {
        match self {
            Self::Known(action) => Some(*action),
            Self::Unverified(_) => None,
        }
    }

    /// Returns the service's prefix, such as `s3`.
    #[must_use]
    pub fn service(&self) -> &str {
        match self {
            Self::Known(action) => action.service(),
            Self::Unverified(text) => text.split(':').next().unwrap_or_default(),
        }
    }
}

impl fmt::Display for ActionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(action) => action.fmt(formatter),
            Self::Unverified(text) => formatter.write_str(text),
        }
    }
}

impl serde::Serialize for ActionName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
