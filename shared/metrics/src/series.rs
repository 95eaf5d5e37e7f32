//! Many values of one metric in one minute, as CloudWatch takes them at once.

use crate::Activity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Most different values that CloudWatch takes of one metric at once.
pub const MAX_VALUES: usize = 150;

/// Values of one metric at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What is measured.
    pub metric: Activity,
    /// When.
    pub at: Timestamp,
    /// Each value and how often it occurred, at most [`MAX_VALUES`].
    pub values: Vec<(f64, f64)>,
}
