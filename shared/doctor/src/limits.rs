//! Limits of AWS and of the stack itself that a bad day may meet.

use crate::{Concurrency, Facts, Finding, HeldBack};

/// Fewest functions at the same time with which each of the stack's finds a place beside what else is busy on a bad day: `ingest` and
/// `meter` take fifteen together, all others a few each.
const FEWEST: u32 = 50;
/// How many event rules a bus has room for, unless AWS has allowed more. Source: EventBridge quotas, "Rules".
const RULES: usize = 300;
/// How much room is little: as many rules as the stack has itself.
const LITTLE: usize = 30;

/// Whether functions find a place to run in.
pub(crate) fn concurrency(facts: &Facts) -> Vec<Finding> {
    let Concurrency { all, unreserved } = match &facts.concurrency {
        Ok(known) => known,
        Err(why) => return vec![Finding::unknown(why)],
    };
    vec![if *unreserved >= FEWEST {
        Finding::proven(format!("{unreserved} of {all} for functions that have none of their own"))
    } else {
        Finding::broken(
            format!(
                "the account may run {all} functions at the same time, of which {unreserved} are for all that have none of their own: \
                 a flood of events makes detect and the responders wait"
            ),
            "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
        )
    }]
}

/// Whether the next upgrade, or `tail` and the like, find room for rules.
pub(crate) fn rules_on_bus(facts: &Facts) -> Vec<Finding> {
    let rules = match &facts.rules_on_bus {
        Ok(rules) => *rules,
        Err(why) => return vec![Finding::unknown(why)],
    };
    vec![if rules.saturating_add(LITTLE) <= RULES {
        Finding::proven(format!("{rules} of {RULES} event rules"))
    } else {
        Finding::broken(
            format!(
                "{rules} event rules are on the default bus, which takes {RULES} unless AWS has allowed more"
            ),
            "remove rules that nobody needs, or ask for more: AWS console, Service Quotas, Amazon EventBridge, Rules",
        )
    }]
}

/// Whether plans were held back in the last day that nothing spoke against.
pub(crate) fn held_back(facts: &Facts) -> Vec<Finding> {
    let held = match &facts.held_back {
        Ok(held) => held,
        Err(why) => return vec![Finding::unknown(why)],
    };
    if held.is_empty() {
        return vec![Finding::proven("no plan in 24 hours")];
    }
    let of = |HeldBack { function, reason, plans }: &HeldBack| {
        let fix = match *reason {
            "breaker" => {
                "trailreflex status --all tells which plans did not hold; mend that before you raise TroublesPerHour"
            }
            _ => "look at what was found: if all of it was right, raise BudgetPerHour",
        };
        Finding::broken(
            format!("{plans} plans of {function} were not carried out in 24 hours: {reason}"),
            fix,
        )
    };
    held.iter().map(of).collect()
}
