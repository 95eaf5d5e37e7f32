//! A finding: a rule matched a record, or another AWS service reported something. It refers to its evidence and
//! is small enough for the bus.
//!
//! Who receives one trusts nothing in it beyond who sent it: the responder reads the account again before it
//! decides. Texts that an attacker chooses (user agent, names, error texts) are cut to [`MAX_TEXT`] characters.

use crate::shown::first;
use crate::{AccessKeyId, AccountId, Arn, EventId, Region, Report, Target};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// `detail-type` of a finding on the findings bus.
pub const DETAIL_TYPE_FINDING: &str = "Trailreflex Finding";
/// `source` of what the function `detect` puts on the findings bus.
pub const SOURCE_DETECT: &str = "trailreflex.detect";
/// `source` of what the function `ingest` puts on the findings bus.
pub const SOURCE_INGEST: &str = "trailreflex.ingest";
/// `source` of what the function `review-access` puts on the findings bus.
pub const SOURCE_REVIEW_ACCESS: &str = "trailreflex.review-access";
/// Every `source` of findings.
pub const PRODUCERS: [&str; 3] = [SOURCE_DETECT, SOURCE_INGEST, SOURCE_REVIEW_ACCESS];

/// Longest text, in characters, that a finding takes over from a record.
const MAX_TEXT: usize = 256;
/// Most matched fields that a finding carries: enough to see why, small enough for the bus.
const MAX_MATCHED: usize = 16;
/// Most events that a finding of a correlation lists.
const MAX_EVENTS: usize = 20;

/// A rule matched a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The same for the same record and rule, however often it is delivered.
    pub id: FindingId,
    /// The rule that matched.
    pub rule: RuleRef,
    /// How bad it is, as the rule says.
    pub severity: Severity,
    /// ATT&CK techniques, such as `T1098.001`.
    #[serde(default)]
    pub techniques: Vec<String>,
    /// Which record it was.
    pub evidence: Evidence,
    /// Who did it.
    pub actor: Actor,
    /// Whom a response would concern; absent if the rule names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// What the record completed, if the rule is about several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlated>,
}

/// What a finding tells of its rule. Sigma's Detection Rule License demands that the author is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleRef {
    /// The rule's id: a UUID as a rule.
    pub id: String,
    /// The rule's short name, used in metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The rule's title.
    pub title: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// How bad a finding is: Sigma's levels, ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Normal in many accounts.
    Low,
    /// To be looked at.
    Medium,
    /// Probably an incident.
    High,
    /// An incident.
    Critical,
}

impl Severity {
    /// Returns the lower-case word used in rules, metrics and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The record or report behind a finding, by reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The account that recorded the call.
    pub account: AccountId,
    /// The Region that recorded the call.
    pub region: Region,
    /// The record's id; of a report, one that is the same in every copy of it.
    pub event_id: EventId,
    /// When the call was made, to the second; absent if the record does not say. Of a report: when the service
    /// says that it last saw it, or else when it reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<Timestamp>,
    /// Such as `iam.amazonaws.com`; of a report the service that reported.
    pub event_source: String,
    /// Such as `CreateAccessKey`; of a report its type.
    pub event_name: String,
    /// Whether the call took effect.
    pub succeeded: bool,
    /// Name of the archive replay that delivered the record, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_name: Option<String>,
    /// The other service's report; absent if the finding rests on a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Which fields made the rule match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<MatchedField>,
}

impl Evidence {
    /// Cuts the texts that somebody else may have chosen.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        self.event_source = cut(&self.event_source);
        self.event_name = cut(&self.event_name);
        self.replay_name = self.replay_name.as_deref().map(cut);
        self
    }

    /// Keeps the first 16 matched fields, each value cut to 256 characters.
    pub fn set_matched(&mut self, fields: impl IntoIterator<Item = (String, String)>) {
        let short =
            |(field, value): (String, String)| MatchedField { field: cut(&field), value: cut(&value) };
        self.matched = fields.into_iter().take(MAX_MATCHED).map(short).collect();
    }
}

/// One field of a record and the value that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedField {
    /// Dotted path in the record.
    pub field: String,
    /// The value, cut to 256 characters.
    pub value: String,
}

/// What several records have in common that a rule correlates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Correlated {
    /// The values by which the rule groups, each cut to 256 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<MatchedField>,
    /// How many events there were.
    pub count: usize,
    /// The last of them, twenty at most, as account and event id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

impl Correlated {
    /// Keeps what is small enough for the bus.
    #[must_use]
    pub fn new(group: &[(String, String)], count: usize, events: &[String]) -> Self {
        let field = |(field, value): &(String, String)| MatchedField { field: cut(field), value: cut(value) };
        let last = events.get(events.len().saturating_sub(MAX_EVENTS)..).unwrap_or_default();
        Self {
            group: group.iter().take(MAX_MATCHED).map(field).collect(),
            count,
            events: last.iter().map(|event| cut(event)).collect(),
        }
    }
}

/// Who made the call, as the record tells. Nothing here may be acted on without reading the account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// `userIdentity.type`, or a word for what was found in its place.
    pub kind: String,
    /// The caller's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<Arn>,
    /// The caller's unique id, for a session followed by `:` and its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// The credential that signed the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<AccessKeyId>,
    /// The account of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Where the call came from: an address, or the name of an AWS service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_address: Option<String>,
    /// What the caller's tool says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Actor {
    /// Cuts the texts that the caller chose.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        self.kind = cut(&self.kind);
        for text in [&mut self.principal_id, &mut self.source_address, &mut self.user_agent] {
            *text = text.as_deref().map(cut);
        }
        self
    }
}

/// The id of a finding: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(String);

impl FindingId {
    /// Derives the id from the id of a correlation's alert, whichever record completed it.
    #[must_use]
    pub fn of_alert(alert: &str) -> Self {
        Self(digest(&["alert", alert]))
    }

    /// Derives the id from what makes a finding the same finding: account, record and rule.
    #[must_use]
    pub fn of(account: &AccountId, event: &EventId, rule: &str) -> Self {
        Self(digest(&[account.as_str(), event.as_str(), rule]))
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the first 128 bits of SHA-256 over the parts, in hexadecimal. Each part is preceded by its length,
/// so that no two lists of parts give the same input.
#[must_use]
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut text = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Why the detail of a bus event is not a finding.
#[derive(Debug, thiserror::Error)]
#[error("the event's detail is not a finding; only `detect` puts findings on the bus")]
pub struct NotAFinding(#[source] serde_json::Error);

impl Finding {
    /// Reads a finding from the `detail` of an event of the findings bus.
    ///
    /// # Errors
    /// [`NotAFinding`] names the first field that is missing or malformed.
    pub fn from_detail(detail: serde_json::Value) -> Result<Self, NotAFinding> {
        serde_json::from_value(detail).map_err(NotAFinding)
    }
}

fn cut(text: &str) -> String {
    first(text, MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_finding_reads_back_as_it_was_written() {
        let detail = json!({
            "id": "0123456789abcdef0123456789abcdef",
            "rule": {"id": "r", "title": "t", "author": "a"},
            "severity": "critical",
            "techniques": ["T1552.001"],
            "evidence": {
                "account": "111122223333", "region": "us-east-1", "eventId": "e-1",
                "eventTime": "2026-11-24T10:00:00Z", "eventSource": "iam.amazonaws.com",
                "eventName": "AttachUserPolicy", "succeeded": true,
                "matched": [{"field": "eventName", "value": "AttachUserPolicy"}]
            },
            "actor": {"kind": "IAMUser", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "target": {"kind": "user", "userName": "jack"}
        });
        let finding = Finding::from_detail(detail.clone()).unwrap();
        assert_eq!(finding.target, Some(Target::User { user_name: "jack".parse().unwrap() }));
        assert_eq!(serde_json::to_value(&finding).unwrap(), detail);
    }

    #[test]
    fn a_malformed_finding_is_refused_with_the_reason() {
        let error = Finding::from_detail(json!({"id": "x"})).unwrap_err();
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "missing field `rule`");
    }

    #[test]
    fn ids_tell_apart_what_concatenation_would_confuse() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]).len(), 32);
    }

    #[test]
    fn hostile_texts_are_cut() {
        let actor = Actor { user_agent: Some("é".repeat(10_000)), ..Actor::default() }.shortened();
        assert_eq!(actor.user_agent.unwrap(), "é".repeat(256));
    }
}
