//! What the key of an object tells: `[prefix/]AWSLogs/[organisation/]account/service/region/…`.
//!
//! Source: CloudTrail User Guide, "Finding your CloudTrail log files".

use trailreflex_model::{AccountId, Region};

/// What an object is, by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogKey {
    /// Not CloudTrail's records, by what it is; nothing to be read.
    Other(&'static str),
    /// A log file of that account and Region, as far as the key says so.
    Log {
        /// The account that recorded it.
        account: Option<AccountId>,
        /// The Region that recorded it.
        region: Option<Region>,
    },
}

impl LogKey {
    /// Reads a key. What is not laid out as CloudTrail does it is read and judged by its content.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let unknown = Self::Log { account: None, region: None };
        if key.ends_with('/') {
            return Self::Other("folder"); // the console makes empty objects of that name
        }
        let Some((_, path)) = key.split_once("AWSLogs/") else { return unknown };
        let mut parts = path.split('/').skip_while(|part| part.starts_with("o-"));
        let Some(account) = parts.next().and_then(|part| part.parse().ok()) else { return unknown };
        match parts.next() {
            Some("CloudTrail") => {}
            Some("CloudTrail-Digest") => return Self::Other("digest"),
            Some("CloudTrail-Insight") => return Self::Other("insight"),
            Some(_) => return Self::Other("otherService"),
            None => return unknown,
        }
        Self::Log { account: Some(account), region: parts.next().and_then(|part| part.parse().ok()) }
    }
}
