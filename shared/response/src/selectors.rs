//! What a trail is to log, as the account's owner has declared it: event and insight selectors in the spelling of
//! CloudTrail's API reference and of what `aws cloudtrail get-event-selectors` prints.
//!
//! Two lists of selectors that mean the same are written in the same way, so that they can be compared: defaults are
//! filled in, and the order of values means nothing.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_model::ResourceName;

/// A basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventSelector {
    /// `All` (default), `ReadOnly` or `WriteOnly`.
    #[serde(default = "all")]
    pub read_write_type: String,
    /// Whether management events are logged; by default they are.
    #[serde(default = "yes")]
    pub include_management_events: bool,
    /// Of which resources data events are logged.
    #[serde(default)]
    pub data_resources: Vec<DataResource>,
    /// Services whose management events are left out.
    #[serde(default)]
    pub exclude_management_event_sources: BTreeSet<String>,
}

/// Resources whose data events are logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DataResource {
    /// Such as `AWS::S3::Object`.
    pub r#type: String,
    /// ARNs, or how they begin.
    #[serde(default)]
    pub values: BTreeSet<String>,
}

/// An advanced event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedEventSelector {
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What all must hold.
    pub field_selectors: Vec<FieldSelector>,
}

/// A condition of an advanced event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "named and described in CloudTrail's API reference")]
pub struct FieldSelector {
    pub field: String,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub equals: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub starts_with: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ends_with: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_equals: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_starts_with: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_ends_with: BTreeSet<String>,
}

/// A kind of unusual rates that CloudTrail Insights looks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InsightSelector {
    /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
    pub insight_type: String,
    /// `Management` and `Data`; empty for CloudTrail's default, which is `Management`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub event_categories: BTreeSet<String>,
}

/// The event selectors of a trail: a trail has basic ones or advanced ones, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventSelectors {
    /// Basic ones.
    #[serde(rename = "EventSelectors")]
    Basic(Vec<EventSelector>),
    /// Advanced ones.
    #[serde(rename = "AdvancedEventSelectors")]
    Advanced(Vec<AdvancedEventSelector>),
}

/// What one trail is to log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    event_selectors: Option<Vec<EventSelector>>,
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    insight_selectors: Option<BTreeSet<InsightSelector>>,
}

/// What one trail is to log; what is absent was not declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailBaseline {
    /// Events.
    pub events: Option<EventSelectors>,
    /// Insights; empty for none.
    pub insights: Option<BTreeSet<InsightSelector>>,
}

/// What trails are to log, by their name or ARN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baselines(BTreeMap<String, TrailBaseline>);

impl Baselines {
    /// Returns what is declared for the trail with this name or ARN.
    #[must_use]
    pub fn of(&self, trail: &ResourceName) -> Option<&TrailBaseline> {
        let name = trail.as_str().rsplit('/').next().unwrap_or_default();
        self.0.get(trail.as_str()).or_else(|| self.0.get(name))
    }
}

impl std::str::FromStr for Baselines {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let written: BTreeMap<String, Written> =
            serde_json::from_str(text).map_err(|error| format!("not {{trail: selectors}}: {error}"))?;
        let mut trails = BTreeMap::new();
        for (trail, Written { event_selectors, advanced_event_selectors, insight_selectors }) in written {
            let events = match (event_selectors, advanced_event_selectors) {
                (Some(_), Some(_)) => {
                    return Err(format!("`{trail}` has basic and advanced event selectors"));
                }
                (Some(basic), None) => Some(EventSelectors::Basic(basic)),
                (None, Some(advanced)) => Some(EventSelectors::Advanced(advanced)),
                (None, None) => None,
            };
            trails.insert(trail, TrailBaseline { events, insights: insight_selectors });
        }
        Ok(Self(trails))
    }
}

fn all() -> String {
    "All".to_owned()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_command_line_prints_can_be_declared_and_defaults_are_filled_in() {
        let baselines: Baselines = r#"{"management": {
            "EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["b", "a"]}]}],
            "InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}]}}"#
            .parse()
            .unwrap();
        let expected = serde_json::json!({"EventSelectors": [{
            "ReadWriteType": "All", "IncludeManagementEvents": true,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["a", "b"]}],
            "ExcludeManagementEventSources": []
        }]});
        for name in ["management", "arn:aws:cloudtrail:us-east-1:111122223333:trail/management"] {
            let found = baselines.of(&name.parse().unwrap()).unwrap();
            assert_eq!(serde_json::to_value(found.events.as_ref().unwrap()).unwrap(), expected, "{name}");
            assert_eq!(found.insights.as_ref().unwrap().len(), 1, "{name}");
        }
        assert_eq!(baselines.of(&"other".parse().unwrap()), None);
    }

    #[test]
    fn what_cannot_be_a_baseline_is_refused_with_the_reason() {
        for (case, text, expected) in [
            ("not JSON", "all", "not {trail: selectors}: expected value at line 1 column 1"),
            (
                "both forms",
                r#"{"t": {"EventSelectors": [], "AdvancedEventSelectors": []}}"#,
                "`t` has basic and advanced event selectors",
            ),
            (
                "a slip of the pen",
                r#"{"t": {"EventSelector": []}}"#,
                "not {trail: selectors}: unknown field `EventSelector`, expected one of `EventSelectors`, \
                 `AdvancedEventSelectors`, `InsightSelectors` at line 1 column 22",
            ),
        ] {
            assert_eq!(text.parse::<Baselines>().unwrap_err(), expected, "{case}");
        }
    }
}
