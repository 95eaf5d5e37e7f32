//! Whether people hear of it, what waits for them, and what they have switched off.

use crate::{Facts, Finding};
use trailreflex_model::shell_word;

/// The only word by which responders act.
const ARMED: &str = "armed";

/// Whether nothing waits in the queues of what was not dealt with.
pub(crate) fn queues(facts: &Facts) -> Vec<Finding> {
    let queues = match &facts.queues {
        Ok(queues) => queues,
        Err(why) => return vec![Finding::unknown(why)],
    };
    let full = queues.iter().filter(|queue| queue.messages > 0);
    let broken: Vec<_> = full
        .map(|queue| {
            let name = queue.url.rsplit('/').next().unwrap_or_default();
            Finding::broken(
                format!("{} messages wait in {name}: nothing came of them", queue.messages),
                format!(
                    "aws sqs receive-message --queue-url {} shows one; when what failed is mended, aws sqs start-message-move-task gives dead letters back",
                    shell_word(&queue.url)
                ),
            )
        })
        .collect();
    match (broken.is_empty(), queues.len()) {
        (true, 0) => vec![Finding::unknown("no queue of the stack was found")],
        (true, number) => vec![Finding::proven(format!("{number} queues are empty"))],
        (false, _) => broken,
    }
}

/// Whether somebody hears of notifications.
pub(crate) fn subscriptions(facts: &Facts) -> Vec<Finding> {
    let known = match &facts.subscriptions {
        Ok(known) => known,
        Err(why) => return vec![Finding::unknown(why)],
    };
    let mut findings: Vec<_> = known
        .pending
        .iter()
        .map(|who| {
            Finding::broken(
                format!("{who} was asked and has not said yes"),
                "open the mail of AWS Notifications and confirm; three days after it was sent, subscribe again",
            )
        })
        .collect();
    let of_functions =
        facts.functions.iter().flatten().flat_map(|function| function.channels.iter().copied());
    let channels: Vec<_> = of_functions.collect();
    match (known.confirmed, findings.is_empty()) {
        (0, true) if !channels.is_empty() => findings.push(Finding::proven(channels.join(", "))),
        (0, true) => findings.push(Finding::broken(
            "nobody hears of notifications",
            "sam deploy --parameter-overrides NotifyEmail=YOU@EXAMPLE.ORG, or subscribe to the topic in the output NotificationsTopic",
        )),
        (0, false) => {}
        (number, _) => findings.insert(0, Finding::proven(format!("{number} subscriptions"))),
    }
    findings
}

/// Whether the kill switch lets responders do what their mode says.
pub(crate) fn switch(facts: &Facts) -> Vec<Finding> {
    let functions = match &facts.functions {
        Ok(functions) => functions,
        Err(why) => return vec![Finding::unknown(why)],
    };
    let Some((mode, name)) = functions.iter().find_map(|one| one.mode.as_deref().zip(one.switch.as_deref()))
    else {
        return vec![Finding::unknown("no function of the stack that responds was found")];
    };
    let is_armed = match &facts.switch {
        Ok(value) => value.as_deref() == Some(ARMED),
        Err(why) => return vec![Finding::unknown(why)],
    };
    vec![match (mode, is_armed) {
        (_, true) => Finding::proven(format!("mode {mode}, and {name} says {ARMED}")),
        ("act" | "approve", false) => Finding::broken(
            format!(
                "mode {mode}, but {name} does not say {ARMED}: whatever is found is planned and not done"
            ),
            format!(
                "aws ssm put-parameter --overwrite --type String --name {} --value {ARMED}",
                shell_word(name)
            ),
        ),
        (_, false) => Finding::proven(format!("mode {mode} changes nothing, whatever {name} says")),
    }]
}
