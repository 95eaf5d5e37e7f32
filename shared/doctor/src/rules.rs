//! What event rules let through and wake.

use crate::{EventRule, Facts, Finding};
use serde_json::Value;
use trailreflex_model::shell_word;

/// Rules of the template, by the beginnings of their logical names, that a parameter switches off.
pub const OPTIONAL: [&str; 5] =
    ["DetectLongTermKeys", "DetectHealth", "DetectGuardDuty", "DetectSecurityHub", "ReviewAccessAnalyzer"];
/// Most rules that are named.
const MOST: usize = 10;
/// What puts the stack as it was deployed.
const REDEPLOY: &str =
    "sam deploy, after a change in one of the stack's parameters: CloudFormation mends only what it changes";

/// Rules, or why nothing can be said.
fn of_stack(facts: &Facts) -> Result<&[EventRule], Vec<Finding>> {
    match &facts.rules {
        Err(why) => Err(vec![Finding::unknown(why)]),
        Ok(rules) if rules.is_empty() => Err(vec![Finding::broken(
            format!("no event rule of a stack `{}` is in this account and Region", facts.stack),
            "name the stack as CloudFormation does (--stack), set AWS_REGION; or deploy it",
        )]),
        Ok(rules) => Ok(rules),
    }
}

fn is_optional(facts: &Facts, rule: &EventRule) -> bool {
    let logical = rule.name.strip_prefix(&format!("{}-", facts.stack)).unwrap_or_default();
    OPTIONAL.iter().any(|optional| logical.starts_with(optional))
}

/// Whether all are on, and deliver what rules ask for.
pub(crate) fn enabled(facts: &Facts) -> Vec<Finding> {
    let rules = match of_stack(facts) {
        Ok(rules) => rules,
        Err(findings) => return findings,
    };
    let disabled = rules.iter().filter(|rule| rule.state == "DISABLED" && !is_optional(facts, rule));
    let mut broken: Vec<_> = disabled
        .map(|rule| {
            let (name, bus) = (shell_word(&rule.name), shell_word(&rule.bus));
            let fix = match hears_calls(rule) {
                // `enable-rule` would leave calls out that only read.
                true => format!(
                    "aws events put-rule --name {name} --state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS --event-pattern {}",
                    shell_word(rule.pattern.as_deref().unwrap_or_default())
                ),
                false => format!("aws events enable-rule --name {name} --event-bus-name {bus}"),
            };
            Finding::broken(format!("{} is switched off", rule.name), fix)
        })
        .collect();
    match &facts.undelivered {
        Err(why) => broken.push(Finding::unknown(why)),
        Ok(names) if names.is_empty() => {}
        Ok(names) => broken.push(Finding::broken(
            format!("calls that {} rules ask for are not delivered: {}", names.len(), some(names)),
            format!(
                "trailreflex rules patterns --stack {} names the calls; {REDEPLOY}",
                shell_word(&facts.stack)
            ),
        )),
    }
    if broken.is_empty() {
        return vec![Finding::proven(format!(
            "{} event rules, and all calls that rules ask for",
            rules.len()
        ))];
    }
    broken
}

fn hears_calls(rule: &EventRule) -> bool {
    rule.pattern.as_deref().is_some_and(|pattern| pattern.contains(" via CloudTrail"))
}

/// Whether each wakes something.
pub(crate) fn targets(facts: &Facts) -> Vec<Finding> {
    let rules = match of_stack(facts) {
        Ok(rules) => rules,
        Err(findings) => return findings,
    };
    let idle: Vec<_> =
        rules.iter().filter(|rule| rule.targets.is_empty()).map(|rule| rule.name.clone()).collect();
    vec![if idle.is_empty() {
        Finding::proven(format!("{} event rules have targets", rules.len()))
    } else {
        Finding::broken(
            format!("without a target, so what they let through goes nowhere: {}", some(&idle)),
            REDEPLOY,
        )
    }]
}

/// Whether functions let the rules wake them.
pub(crate) fn permissions(facts: &Facts) -> Vec<Finding> {
    let rules = match of_stack(facts) {
        Ok(rules) => rules,
        Err(findings) => return findings,
    };
    let mut refused = Vec::new();
    let mut asked = 0_usize;
    for rule in rules {
        for target in rule.targets.iter().filter(|target| target.arn.contains(":function:")) {
            asked = asked.saturating_add(1);
            if !target.policy.as_deref().is_some_and(|policy| lets(policy, &rule.arn)) {
                refused.push(Finding::broken(
                    format!("{} may not wake {}", rule.name, target.arn),
                    format!(
                        "aws lambda add-permission --function-name {} --statement-id {} --action lambda:InvokeFunction --principal \
                         events.amazonaws.com --source-arn {}",
                        shell_word(&target.arn),
                        shell_word(&rule.name),
                        shell_word(&rule.arn)
                    ),
                ));
            }
        }
    }
    if refused.is_empty() {
        return vec![Finding::proven(format!("{asked} permissions of functions"))];
    }
    refused
}

/// Tells whether a function's policy has a statement that lets EventBridge wake it for a rule.
fn lets(policy: &str, rule: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return false };
    let statements = policy.get("Statement").and_then(Value::as_array);
    statements.into_iter().flatten().any(|statement| {
        let text = |pointer: &str| statement.pointer(pointer).and_then(Value::as_str);
        let source = ["ArnLike", "ArnEquals"].iter().find_map(|operator| {
            text(&format!("/Condition/{operator}/AWS:SourceArn"))
                .or_else(|| text(&format!("/Condition/{operator}/aws:SourceArn")))
        });
        text("/Effect") == Some("Allow")
            && text("/Principal/Service") == Some("events.amazonaws.com")
            && source.is_none_or(|source| source == rule)
    })
}

/// Names some of them.
pub(crate) fn some(names: &[String]) -> String {
    let named = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
