//! A call that was counted, as an example of its kind.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Most characters of each text.
const MOST: usize = 256;

/// A call that was counted as something that is monitored. Its texts are the caller's own, cut to 256 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// When.
    pub at: Timestamp,
    /// The record's id.
    pub event: String,
    /// Who: as a rule an ARN.
    pub who: String,
    /// The call.
    pub what: String,
    /// Where it came from.
    pub from: String,
}

impl Example {
    /// Cuts the texts.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        for text in [&mut self.event, &mut self.who, &mut self.what, &mut self.from] {
            *text = text.chars().take(MOST).collect();
        }
        self
    }
}
