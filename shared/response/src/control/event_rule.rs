//! Operations on event rules, their targets, and the subscriptions of topics.

use crate::{Operation, RawDelivery, RuleTarget, Setting};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::ResourceName;

/// Splits the name of a rule as its ARN ends, which is with its bus unless that is the default one: into the rule's own
/// name and the bus.
#[must_use]
pub fn rule_and_bus(name: &ResourceName) -> (&str, Option<&str>) {
    name.as_str().rsplit_once('/').map_or((name.as_str(), None), |(bus, rule)| (rule, Some(bus)))
}

fn parts(name: &ResourceName) -> Option<(ResourceName, Option<ResourceName>)> {
    let (rule, bus) = rule_and_bus(name);
    Some((rule.parse().ok()?, bus.map(str::parse).transpose().ok()?))
}

/// `EnableRule` knows one enabled state only, and `PutRule` replaces whatever it is not given.
pub(super) fn set(rule: &ResourceName, wanted: &Value) -> Option<Operation> {
    let text = |name: &str| wanted.get(name).and_then(Value::as_str).map(str::to_owned);
    let (name, event_bus_name) = parts(rule)?;
    let state = text("State")?;
    Some(match state.as_str() {
        "DISABLED" => Operation::DisableRule { name, event_bus_name },
        "ENABLED" => Operation::EnableRule { name, event_bus_name },
        _ => Operation::PutRule {
            name,
            event_bus_name,
            state,
            event_pattern: text("EventPattern"),
            schedule_expression: text("ScheduleExpression"),
            description: text("Description"),
            role_arn: text("RoleArn"),
        },
    })
}

/// A target that is put takes the place of another one of the same id.
pub(super) fn set_targets(rule: &ResourceName, from: &Setting, to: &Setting) -> Vec<Operation> {
    let (Setting::Words(from), Setting::Words(to)) = (from, to) else { return Vec::new() };
    let Some((rule, event_bus_name)) = parts(rule) else { return Vec::new() };
    let targets = |lines: &mut dyn Iterator<Item = &String>| -> Vec<RuleTarget> {
        lines.filter_map(|line| RuleTarget::from_line(line)).collect()
    };
    let put = targets(&mut to.difference(from));
    let stay: BTreeSet<String> = targets(&mut to.iter()).into_iter().map(|target| target.id).collect();
    let removed = targets(&mut from.difference(to)).into_iter().map(|target| target.id);
    let ids: Vec<String> = removed.filter(|id| !stay.contains(id)).collect();
    let mut operations = Vec::new();
    if !put.is_empty() {
        let (rule, event_bus_name) = (rule.clone(), event_bus_name.clone());
        operations.push(Operation::PutTargets { rule, event_bus_name, targets: put });
    }
    if !ids.is_empty() {
        operations.push(Operation::RemoveTargets { rule, event_bus_name, ids });
    }
    operations
}

/// Whoever is told by a queue gets the messages as they are, as the stack itself asks for it.
pub(super) fn set_subscriptions(topic: &ResourceName, from: &Setting, to: &Setting) -> Vec<Operation> {
    let (Setting::Words(from), Setting::Words(to)) = (from, to) else { return Vec::new() };
    let parts = |word: &String| {
        let (protocol, endpoint) = word.split_once(' ')?;
        Some((protocol.to_owned(), endpoint.to_owned()))
    };
    let subscribed = to.difference(from).filter_map(parts).map(|(protocol, endpoint)| {
        let attributes = (protocol == "sqs").then_some(RawDelivery { raw_message_delivery: "true" });
        Operation::Subscribe { topic_arn: topic.clone(), protocol, endpoint, attributes }
    });
    let unsubscribed = from
        .difference(to)
        .filter_map(parts)
        .map(|(protocol, endpoint)| Operation::Unsubscribe { topic_arn: topic.clone(), protocol, endpoint });
    subscribed.chain(unsubscribed).collect()
}
