//! From facts to what is right, wrong or not known.

use crate::limits::{concurrency, held_back, rules_on_bus};
use crate::people::{queues, subscriptions, switch};
use crate::regions::{others, sensors};
use crate::rules::{enabled, permissions, targets};
use crate::trails::{global, trails};
use crate::{Check, Facts};
use serde::Serialize;

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "standing")]
pub enum Finding {
    /// It is so.
    Proven {
        /// By what.
        by: String,
    },
    /// It is not so.
    Broken {
        /// What is wrong.
        what: String,
        /// What mends it: a command as a rule.
        fix: String,
    },
    /// It could not be looked at.
    Unknown {
        /// Why.
        why: String,
    },
}

/// A check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at.
    pub check: Check,
    /// What came of it.
    #[serde(flatten)]
    pub finding: Finding,
}

impl Finding {
    pub(crate) fn proven(by: impl Into<String>) -> Self {
        Self::Proven { by: by.into() }
    }

    pub(crate) fn broken(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Broken { what: what.into(), fix: fix.into() }
    }

    pub(crate) fn unknown(why: &str) -> Self {
        Self::Unknown { why: why.to_owned() }
    }
}

/// Makes all checks: each at least once, one that is broken in several ways once for each; those of other Regions and of
/// what is to be heard once for each of them.
#[must_use]
pub fn diagnose(facts: &Facts) -> Vec<Diagnosis> {
    let mut all = trails(facts);
    all.extend([
        (Check::HearsGlobalServices, global(facts)),
        (Check::RulesAreEnabled, enabled(facts)),
        (Check::RulesHaveTargets, targets(facts)),
        (Check::TargetsMayBeWoken, permissions(facts)),
        (Check::QueuesAreEmpty, queues(facts)),
        (Check::PeopleAreTold, subscriptions(facts)),
        (Check::SwitchIsArmed, switch(facts)),
        (Check::OtherRegionsSend, others(facts)),
        (Check::SensorsAreHeard, sensors(facts)),
        (Check::FunctionsMayRun, concurrency(facts)),
        (Check::RulesHaveRoom, rules_on_bus(facts)),
        (Check::NothingIsHeldBack, held_back(facts)),
    ]);
    all.into_iter()
        .flat_map(|(check, findings)| findings.into_iter().map(move |finding| Diagnosis { check, finding }))
        .collect()
}
