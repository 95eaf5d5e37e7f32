//! The id of a plan, derived from what it answers to.

use crate::Playbook;
use serde::{Deserialize, Serialize};
use trailreflex_model::{Finding, Target, digest, shown};

/// The id of a plan: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(String); // INVARIANT: 32 lower-case hexadecimal digits

impl PlanId {
    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Derives the id: account, record, target and playbook. The rule is left out, so that two rules that
    /// lead one record to the same playbook give one plan.
    pub(crate) fn of(finding: &Finding, playbook: Option<&Playbook>) -> Self {
        let target = finding.target.as_ref().map(ToString::to_string).unwrap_or_default();
        let added = finding.target.as_ref().and_then(Target::resource).map(|resource| &resource.added);
        let added = added.filter(|added| !added.is_empty()).map(|added| format!("{added:?}"));
        let target = target + &added.unwrap_or_default();
        let actions = playbook.map(|playbook| format!("{:?}", playbook.actions)).unwrap_or_default();
        let evidence = &finding.evidence;
        Self(digest(&[evidence.account.as_str(), evidence.event_id.as_str(), &target, &actions]))
    }

    /// Derives the id of a plan that adds steps to this one after look `round`.
    pub(crate) fn follow_up(&self, round: u8) -> Self {
        Self(digest(&[self.as_str(), "follow-up", &round.to_string()]))
    }
}

impl TryFrom<String> for PlanId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hexadecimal) {
            Ok(Self(text))
        } else {
            let text = shown(&text);
            Err(format!("`{text}` is not a plan id: 32 hexadecimal digits, as the outcome shows it"))
        }
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.0
    }
}

impl std::fmt::Display for PlanId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}
