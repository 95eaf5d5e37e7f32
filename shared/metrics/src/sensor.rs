//! Where events come from: an account and a Region of it, which may go blind by itself.

use jiff::Timestamp;
use std::fmt;
use trailreflex_model::{AccountId, Region};

/// A Region of an account, whose events are to be heard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensor {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// A sensor of which nothing is heard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blind {
    /// Which.
    pub sensor: Sensor,
    /// When something was heard of it the last time; none if never.
    pub heard: Option<Timestamp>,
}

/// A sensor as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSensor {
    /// Which, and when it was heard.
    pub state: Blind,
    /// Whether it was blind when somebody looked.
    pub is_blind: bool,
}

impl fmt::Display for Sensor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of account {}", self.region.as_str(), self.account.as_str())
    }
}

impl fmt::Display for Blind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.heard {
            Some(heard) => write!(formatter, "{}, since {heard}", self.sensor),
            None => write!(formatter, "{}, from the beginning", self.sensor),
        }
    }
}
