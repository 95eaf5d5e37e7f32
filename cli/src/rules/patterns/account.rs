//! The event rules of an account: what they lack, and writing those that a user's own rules need.

use super::complain_of_length;
use crate::Ended;
use crate::operate::runtime;
use crate::terminal::{Style, Terminal, safe};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use trailreflex_aws::{EventRules, NewEventRule};
use trailreflex_delivery::{DeployedRule, EventPattern, NeededCalls, STATE, event_patterns, undelivered};
use trailreflex_detection::{Level, Pin, RuleSet, Text};

/// What the description of every event rule says that this command writes; no other is ever touched.
const DESCRIPTION: &str = "Calls of your own rules. Written by trailreflex rules patterns.";
/// Longest name of a rule.
const MAX_NAME: usize = 64;

/// Names each rule whose calls no event rule of the stack delivers. Ends with 1 if there is one.
pub(crate) fn check(
    needed: &NeededCalls,
    rules: &RuleSet,
    stack: &str,
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    let deployed = runtime()?.block_on(async { delivering(&rules_of_account().await, stack).await })?;
    if deployed.is_empty() {
        bail!(
            "no event rule of a stack `{stack}` is in this account and Region; name the stack as CloudFormation does"
        );
    }
    let mut by_rule: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (pin, of_rules) in undelivered(needed, &deployed) {
        for rule in of_rules {
            by_rule.entry(rule).or_default().insert(shown(&pin));
        }
    }
    for (rule, calls) in &by_rule {
        let name = rules.rule(rule).and_then(|rule| rule.name.as_deref()).unwrap_or(rule);
        let calls = calls.iter().cloned().collect::<Vec<_>>().join(", ");
        let line = format!("RuleNotDelivered: {name}: {calls}");
        let painted = terminal.paint(Style::Of(Level::High), &safe(&line)).into_owned();
        writeln!(terminal.out, "{painted}")?;
    }
    let summary = format!(
        "event rules: {}, calls: {}, rules not delivered: {}",
        deployed.len(),
        needed.calls.len(),
        by_rule.len()
    );
    terminal.complain(&summary);
    Ok(if by_rule.is_empty() { Ended::Well } else { Ended::WithRejections })
}

/// Writes event rules for the calls that the stack does not deliver, and removes those that are needed no more.
pub(crate) fn put(
    needed: &NeededCalls,
    (stack, function, dead_letters): (&str, &str, Option<&String>),
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    let own = format!("{stack}-own-");
    let runtime = runtime()?;
    let (deployed, account) = runtime.block_on(async {
        let account = rules_of_account().await;
        delivering(&account, stack).await.map(|deployed| (deployed, account))
    })?;
    let (mine, others): (Vec<_>, Vec<_>) = deployed.into_iter().partition(|rule| rule.name.starts_with(&own));
    if others.is_empty() {
        bail!(
            "no event rule of a stack `{stack}` is in this account and Region; name the stack as CloudFormation does"
        );
    }
    let missing = NeededCalls { calls: undelivered(needed, &others), ..NeededCalls::default() };
    let patterns = event_patterns(&missing);
    if complain_of_length(&patterns, terminal) {
        return Ok(Ended::WithRejections);
    }
    let wanted = wanted(&own, &patterns, function, dead_letters)?;
    for change in changes(&mine, &wanted) {
        let (what, name) = match change {
            Change::Put(rule) => {
                runtime.block_on(account.put(rule)).with_context(|| rule.name.clone())?;
                ("written", &rule.name)
            }
            Change::Remove(name) => {
                runtime.block_on(account.remove(name)).with_context(|| name.clone())?;
                ("removed", name)
            }
        };
        writeln!(terminal.out, "{what}: {}", safe(name))?;
    }
    terminal.complain(&format!("event rules: {}, calls: {}", wanted.len(), missing.calls.len()));
    Ok(Ended::Well)
}

/// One step towards the wanted rules.
#[derive(Debug, PartialEq, Eq)]
enum Change<'r> {
    Put(&'r NewEventRule),
    Remove(&'r String),
}

/// Returns every wanted rule, also one that seems to be there: its target is not known. Then those that are left over.
fn changes<'r>(mine: &'r [DeployedRule], wanted: &'r [NewEventRule]) -> Vec<Change<'r>> {
    let left = mine.iter().filter(|rule| wanted.iter().all(|wanted| wanted.name != rule.name));
    wanted.iter().map(Change::Put).chain(left.map(|rule| Change::Remove(&rule.name))).collect()
}

fn wanted(
    own: &str,
    patterns: &[EventPattern],
    function: &str,
    dead_letters: Option<&String>,
) -> anyhow::Result<Vec<NewEventRule>> {
    let rule = |(number, pattern): (usize, &EventPattern)| {
        let name = format!("{own}{number}");
        if name.len() > MAX_NAME {
            bail!("`{name}` is longer than the {MAX_NAME} characters that EventBridge allows");
        }
        Ok(NewEventRule {
            name,
            description: DESCRIPTION.to_owned(),
            pattern: pattern.to_json().to_string(),
            state: STATE,
            function: function.to_owned(),
            dead_letters: dead_letters.cloned(),
        })
    };
    (1..).zip(patterns).map(rule).collect()
}

fn shown(pin: &Pin) -> String {
    let text = |text: &Option<Text>| text.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
    format!("{}:{}", text(&pin.source), text(&pin.name))
}

/// The event rules that deliver to `detect`: the template's and those that this command writes. Others of the stack, such
/// as the one that lets meter count everything, deliver nothing to it.
async fn delivering(
    account: &EventRules,
    stack: &str,
) -> Result<Vec<DeployedRule>, trailreflex_aws::CallFailed> {
    let mut deployed = account.list(&format!("{stack}-")).await?;
    deployed.retain(|rule| delivers_to_detect(stack, &rule.name));
    Ok(deployed)
}

/// Tells by its name whether an event rule of the stack delivers to `detect`.
pub(crate) fn delivers_to_detect(stack: &str, rule: &str) -> bool {
    rule.strip_prefix(stack).is_some_and(|rest| rest.starts_with("-Detect") || rest.starts_with("-own-"))
}

async fn rules_of_account() -> EventRules {
    EventRules::new(&trailreflex_aws::load_for_a_person().await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_rules_are_written_and_those_left_over_removed() {
        let patterns = [EventPattern::default()];
        let wanted = wanted("trail-own-", &patterns, "arn:f", None).unwrap();
        let deployed =
            |name: &str| DeployedRule { name: name.to_owned(), state: STATE.to_owned(), pattern: None };
        let mine = [deployed("trail-own-1"), deployed("trail-own-2")];
        let names: Vec<_> = wanted.iter().map(|rule| rule.name.clone()).collect();
        assert_eq!(names, ["trail-own-1"]);
        assert_eq!(changes(&mine, &wanted), [Change::Put(&wanted[0]), Change::Remove(&mine[1].name)]);
    }

    #[test]
    fn a_stack_of_too_long_a_name_is_refused() {
        let error = super::wanted(&"x".repeat(64), &[EventPattern::default()], "arn:f", None).unwrap_err();
        assert!(error.to_string().contains("longer than the 64 characters"), "{error}");
    }
}
