//! What the responder would have decided about past findings, on a simulated account each.

use crate::playbooks::AllPlaybooks;
use crate::rehearsal::rehearse;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_detection::{Rule, RuleSet};
use trailreflex_findings::{Carrier, observe};
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{AccountId, Finding, Region};
use trailreflex_response::{Declared, Guardrails, Mode, Playbook, Verdict};

/// The responder's own default for `MAX_EVENT_AGE_SECONDS`; each call is judged as if it had just been made.
const MAX_EVENT_AGE_SECONDS: i64 = 3600;
/// How the names of a stack's rules and functions begin if the stack is called as in the documentation.
const OWN_PREFIX: &str = "trailreflex-";
/// For records that do not say where they were made: they are refused.
const NOWHERE: (&str, &str) = ("000000000000", "us-east-1");

/// A decision, and how often it would have been made.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decided {
    #[serde(flatten)]
    pub(super) decision: Decision,
    pub(super) findings: usize,
}

/// What would have been done about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decision {
    pub(super) playbook: String,
    pub(super) mode: Mode,
    /// The actions that would have been carried out, or rehearsed, as the mode says.
    pub(super) actions: Vec<&'static str>,
    /// Why nothing would have been done, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<String>,
}

/// All decisions, by rule.
#[derive(Debug, Default)]
pub(super) struct Responses(BTreeMap<String, BTreeMap<Decision, usize>>);

impl Responses {
    pub(super) fn add(&mut self, decided: Vec<(String, Decision)>) {
        for (rule, decision) in decided {
            let count = self.0.entry(rule).or_default().entry(decision).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Takes the decisions about findings of a rule, the most frequent first.
    pub(super) fn of(&mut self, rule: &str) -> Vec<Decided> {
        let decisions = self.0.remove(rule).unwrap_or_default();
        let mut decided: Vec<_> =
            decisions.into_iter().map(|(decision, findings)| Decided { decision, findings }).collect();
        decided.sort_by_key(|one| std::cmp::Reverse(one.findings));
        decided
    }
}

/// Decides about the findings of a record that a playbook is for.
pub(super) fn respond(
    record: &Record,
    fired: &[&Rule],
    rules: &RuleSet,
    playbooks: &AllPlaybooks,
) -> anyhow::Result<Vec<(String, Decision)>> {
    if !fired.iter().any(|rule| !playbooks.for_rule(rule.key()).is_empty()) {
        return Ok(Vec::new());
    }
    let carrier = Carrier {
        account: record.recipient_account().cloned().map_or_else(|| NOWHERE.0.parse::<AccountId>(), Ok)?,
        region: record.region().cloned().map_or_else(|| NOWHERE.1.parse::<Region>(), Ok)?,
        time: None,
        replay_name: None,
    };
    let mut decided = Vec::new();
    for finding in observe(rules, &carrier, record).findings {
        for playbook in playbooks.for_rule(&finding.rule.id) {
            decided.push(decide((&finding, record), &carrier, playbook)?);
        }
    }
    Ok(decided)
}

fn decide(
    (finding, record): (&Finding, &Record),
    carrier: &Carrier,
    playbook: &Playbook,
) -> anyhow::Result<(String, Decision)> {
    let guardrails = Guardrails {
        account: carrier.account.clone(),
        members: BTreeSet::new(),
        region: finding.evidence.region.clone(),
        protected: Vec::new(),
        own_roles: Vec::new(),
        max_event_age_seconds: MAX_EVENT_AGE_SECONDS,
        declared: Declared { own_prefix: OWN_PREFIX.to_owned(), ..Declared::default() },
    };
    let now = finding.evidence.event_time.unwrap_or_default();
    let plan = rehearse(finding, record.raw(), Some(playbook), &guardrails, now)?.plan;
    let executed = plan.steps.iter().filter(|step| match step.verdict {
        Verdict::Execute => true,
        Verdict::Fallback | Verdict::AlreadyInForce | Verdict::Refuse(_) => false,
    });
    let decision = Decision {
        playbook: playbook.id.clone(),
        mode: plan.mode,
        actions: executed.map(|step| step.action.name()).collect(),
        refused: plan.refused.map(|reason| reason.to_string()),
    };
    Ok((finding.rule.id.clone(), decision))
}
