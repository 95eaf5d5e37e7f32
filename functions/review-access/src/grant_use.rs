//! Whether somebody outside has used what is open to them, as CloudTrail's event history tells.
//!
//! The history holds management events of 90 days. What is used by data events (objects, messages, invocations) does not show
//! there, and what another account does with a copy is recorded in that account: then it cannot be told, and is not.

use jiff::Timestamp;
use serde_json::Value;
use std::fmt;
use trailreflex_model::cloudtrail::Record;

/// Types of resources whose use is a management event of the account that owns them.
const SHOWN: [&str; 4] =
    ["AWS::ECR::Repository", "AWS::IAM::Role", "AWS::KMS::Key", "AWS::SecretsManager::Secret"];

/// A grant to somebody outside, as Access Analyzer reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The resource's ARN.
    pub resource: String,
    /// The account that owns it.
    owner: String,
    /// The account that may use it; absent if it is anybody.
    account: Option<String>,
}

/// What is known of a grant's use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// How often it was used, and when last.
    Times {
        /// How often, of what was looked at.
        count: usize,
        /// When last.
        last: Option<Timestamp>,
        /// Whether all of the 90 days were looked at.
        is_whole: bool,
    },
    /// Its use does not show in the event history.
    NotShown,
}

impl Grant {
    /// Reads the grant in the detail of an event `Access Analyzer Finding`; none if it has none, or if its use is not shown.
    #[must_use]
    pub fn read(detail: &Value) -> Option<Self> {
        let text = |field: &str| detail.get(field).and_then(Value::as_str).map(str::to_owned);
        let principal = detail.get("principal")?.get("AWS")?.as_str()?;
        let account = match principal {
            "*" => None,
            principal => Some(principal.split(':').nth(4).unwrap_or(principal).to_owned()),
        };
        let is_shown = SHOWN.contains(&detail.get("resourceType")?.as_str()?);
        let grant = Self { resource: text("resource")?, owner: text("accountId")?, account };
        is_shown.then_some(grant)
    }

    /// Counts the calls among `records`, the newest first, that used the grant.
    #[must_use]
    pub fn used(&self, records: Vec<Value>, is_whole: bool) -> Use {
        let records = records.into_iter().filter_map(|record| Record::parse(record).ok());
        let uses: Vec<Record> = records.filter(|record| self.is_use(record)).collect();
        Use::Times { count: uses.len(), last: uses.first().and_then(Record::event_time), is_whole }
    }

    fn is_use(&self, record: &Record) -> bool {
        let Some(caller) = record.identity().account_id() else { return false };
        let is_theirs = match &self.account {
            Some(account) => caller.as_str() == account,
            None => caller.as_str() != self.owner,
        };
        is_theirs && record.outcome().succeeded()
    }
}

impl fmt::Display for Use {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotShown => formatter.write_str("cannot be told: no management event shows its use"),
            Self::Times { count: 0, is_whole: true, .. } => {
                formatter.write_str("0 times in 90 days, of management events in this Region")
            }
            Self::Times { count, last, is_whole } => {
                let least = if *is_whole { "" } else { "at least " };
                let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
                write!(formatter, "{least}{times} in 90 days")?;
                last.map_or(Ok(()), |last| write!(formatter, ", last at {last}"))
            }
        }
    }
}
