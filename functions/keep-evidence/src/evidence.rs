//! Evidence of one outcome, as it is kept.

use crate::{Case, Lookup, persistence};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_response::{IdentityRef, LeftBehind, Outcome, Persistence};

/// Everything that is kept of an outcome. Version 1: fields may be added.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Of this form.
    pub version: u32,
    /// When it was collected.
    pub collected_at: Timestamp,
    /// Since when records were looked for.
    pub records_since: Timestamp,
    /// What it is about.
    #[serde(rename = "outcome", serialize_with = "outcome")]
    pub case: Case,
    /// Records by event id, each as CloudTrail's event history has it.
    pub records: BTreeMap<String, Value>,
    /// What the actor has left behind since the look-ups begin, the oldest first: calls whose effect outlives the containment.
    pub persistence: BTreeSet<Persistence>,
    /// Settings of the identity by the time of collection; what was changed has its earlier setting in the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Value>,
    /// What could not be read, and why: nothing else is missing but records that CloudTrail delivers later, which takes it
    /// up to a quarter of an hour.
    pub missing: Vec<String>,
}

fn outcome<S: Serializer>(case: &Case, serializer: S) -> Result<S::Ok, S::Error> {
    Outcome::serialize(&case.outcome, serializer)
}

impl Evidence {
    /// An empty one.
    #[must_use]
    pub fn new(case: Case, collected_at: Timestamp) -> Self {
        let records_since = case.since();
        Self {
            version: 1,
            collected_at,
            records_since,
            case,
            records: BTreeMap::new(),
            persistence: BTreeSet::new(),
            identity: None,
            missing: Vec::new(),
        }
    }

    /// Adds records that were found; `is_whole` if there are no others.
    pub fn add(&mut self, lookup: &Lookup, records: Vec<Value>, is_whole: bool) {
        if records.is_empty() && matches!(lookup, Lookup::EventId(_)) {
            self.lacks(&lookup.to_string(), "CloudTrail's event history does not have it, or not yet");
        }
        for record in records {
            if lookup.is_of_actor() {
                self.persistence.extend(persistence(&record));
            }
            let id = record.get("eventID").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.records.insert(id, record);
        }
        if !is_whole {
            self.lacks(
                &lookup.to_string(),
                "there are more records than are kept here; they are in the trail's log files",
            );
        }
    }

    /// Adds the settings of the identity.
    pub fn describe(&mut self, identity: &IdentityRef, settings: &Map<String, Value>, problems: &[String]) {
        let found = settings.get("uniqueId").and_then(Value::as_str);
        if found.is_some_and(|found| found != identity.unique_id.as_str()) {
            self.lacks(identity.arn.as_str(), "another one has its name now; these settings are not its own");
        }
        for problem in problems {
            self.lacks(identity.arn.as_str(), problem);
        }
        self.identity = (!settings.is_empty()).then(|| json!(settings));
    }

    /// Returns what people are told of what was left behind, if there is anything beside the call that the outcome is about.
    #[must_use]
    pub fn left_behind(&self, key: &str) -> Option<LeftBehind> {
        let plan = &self.case.outcome.plan;
        let calls = self.persistence.iter().filter(|one| one.event_id != plan.cause.event_id);
        let total = calls.clone().count();
        let identity = plan.identity.as_ref().map(|identity| identity.arn.to_string());
        (total > 0).then(|| LeftBehind {
            account: self.case.account.clone(),
            plan: plan.id.clone(),
            title: plan.cause.title.clone(),
            severity: plan.cause.severity,
            subject: identity.or_else(|| plan.subject.clone()),
            since: self.records_since,
            evidence: key.to_owned(),
            calls: calls.take(LeftBehind::MOST).cloned().collect(),
            total,
        })
    }

    /// Notes what is missing.
    pub fn lacks(&mut self, what: &str, why: &str) {
        self.missing.push(format!("{what}: {why}"));
    }
}

impl Lookup {
    /// Returns by what else to look, given what was found by the record's own id: by the key of whoever made the call.
    #[must_use]
    pub fn of_caller(&self, records: &[Value]) -> Option<Self> {
        let Self::EventId(id) = self else { return None };
        let record =
            records.iter().find(|record| record.get("eventID").and_then(Value::as_str) == Some(id))?;
        let key = record.pointer("/userIdentity/accessKeyId")?.as_str()?;
        (!key.is_empty()).then(|| Self::AccessKeyId(key.to_owned()))
    }

    /// Returns whether what is found was done by one actor, and not to a resource by anybody.
    fn is_of_actor(&self) -> bool {
        matches!(self, Self::AccessKeyId(_) | Self::Username(_) | Self::EventId(_))
    }

    /// Returns the attribute's name and value, as CloudTrail's call takes them.
    #[must_use]
    pub fn attribute(&self) -> (&'static str, &str) {
        match self {
            Self::EventId(value) => ("EventId", value),
            Self::AccessKeyId(value) => ("AccessKeyId", value),
            Self::Username(value) => ("Username", value),
            Self::ResourceName(value) => ("ResourceName", value),
        }
    }
}

impl std::fmt::Display for Lookup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, value) = self.attribute();
        write!(formatter, "records of {name} {value}")
    }
}
