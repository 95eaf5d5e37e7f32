//! What an actor has left behind whom a plan is about: told to people, since containing does not take it back.

use crate::PlanId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::{AccountId, Severity};

/// `detail-type` of what was left behind, on the findings bus.
pub const DETAIL_TYPE_LEFT_BEHIND: &str = "Trailreflex Left Behind";

/// A call whose effect outlives the containment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Persistence {
    /// When, as the record says.
    pub event_time: String,
    /// Service and operation, such as `iam:CreateAccessKey`.
    pub call: String,
    /// Which of the evidence's records.
    pub event_id: String,
}

/// What was left behind by the actor of one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftBehind {
    /// The account.
    pub account: AccountId,
    /// The plan.
    pub plan: PlanId,
    /// What was found about the actor.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
    /// Whom the plan is about, as far as it is known: an ARN or what the plan calls its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Since when the records were looked through.
    pub since: Timestamp,
    /// Key of the evidence that holds the records.
    pub evidence: String,
    /// The calls, the oldest first: at most [`LeftBehind::MOST`].
    pub calls: Vec<Persistence>,
    /// How many calls there are altogether.
    pub total: usize,
}

impl LeftBehind {
    /// Most calls that are told: all must fit into an event.
    pub const MOST: usize = 100;
}
