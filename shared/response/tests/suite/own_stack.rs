//! What switches off the stack itself, its rules, targets, subscriptions and functions, and what of it is left alone.

use crate::logging::{Case, assert_refused};
use serde_json::{Value, json};
use trailreflex_model::ResourceKind;
use trailreflex_response::{ActionKind, Control, Reason, Setting};

const RULE: &str = "trailreflex-DetectRootRule-1A2B";
const FUNCTION: &str = "trailreflex-DetectFunction-1A2B";
const RULE_OF_BUS: &str = "trailreflex-findings/trailreflex-DetectRootRule-1A2B";
const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:trailreflex-AlarmsTopic-1A2B";
const TARGET: &str = r#"{"Id":"detect","Arn":"arn:aws:lambda:us-east-1:111122223333:function:detect","DeadLetterConfig":{"Arn":"arn:aws:sqs:us-east-1:111122223333:queue"}}"#;
const OTHER_TARGET: &str = r#"{"Id":"other","Arn":"archive"}"#;
const REPLACED_TARGET: &str = r#"{"Id":"detect","Arn":"nothing","Input":"{}"}"#;

fn lines(lines: &[&str]) -> Setting {
    Setting::Words(lines.iter().map(|line| (*line).to_owned()).collect())
}

fn rule(state: &str, kinds: &Value) -> Setting {
    let pattern = json!({"detail-type": kinds}).to_string();
    Setting::Document(json!({"State": state, "EventPattern": pattern, "Description": "calls"}))
}

pub(crate) fn cases() -> Vec<Case> {
    let name = |text: &str| text.parse().unwrap();
    let of_calls = json!([{"suffix": " via CloudTrail"}]);
    let of_reports = json!(["GuardDuty Finding"]);
    let told = || Control::Subscriptions { topic: name(TOPIC) };
    let targets = || Control::RuleTargets { rule: name(RULE) };
    let targets_of_bus = || Control::RuleTargets { rule: name(RULE_OF_BUS) };
    let event_rule = || Control::EventRule { rule: name(RULE) };
    vec![
        Case::new(
            "an own rule about calls",
            ActionKind::EnableRule,
            (ResourceKind::EventRule, RULE),
            vec![(event_rule(), rule("DISABLED", &of_calls))],
            vec![(event_rule(), rule("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", &of_calls))],
            &["events:PutRule"],
            &["events:DisableRule"],
        ),
        Case::new(
            "an own rule about reports",
            ActionKind::EnableRule,
            (ResourceKind::EventRule, RULE),
            vec![(event_rule(), rule("DISABLED", &of_reports))],
            vec![(event_rule(), rule("ENABLED", &of_reports))],
            &["events:EnableRule"],
            &["events:DisableRule"],
        ),
        Case::new(
            "an own rule without its target, beside one that somebody has added",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, RULE),
            vec![(targets(), lines(&[OTHER_TARGET]))],
            vec![(targets(), lines(&[TARGET, OTHER_TARGET]))],
            &["events:PutTargets"],
            &["events:RemoveTargets"],
        ),
        Case::new(
            "an own topic that tells only one of two, and somebody else",
            ActionKind::RestoreSubscriptions,
            (ResourceKind::Topic, TOPIC),
            vec![(told(), lines(&["email someone@example.com", "lambda other"]))],
            vec![(
                told(),
                lines(&[
                    "email someone@example.com",
                    "lambda other",
                    "sqs arn:aws:sqs:us-east-1:111122223333:queue",
                ]),
            )],
            &["sns:Subscribe"],
            &["sns:Unsubscribe"],
        ),
        Case::new(
            "a rule of the own bus with another target in the place of its own",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, RULE_OF_BUS),
            vec![(targets_of_bus(), lines(&[REPLACED_TARGET]))],
            vec![(targets_of_bus(), lines(&[TARGET]))],
            &["events:PutTargets"],
            &["events:PutTargets"],
        ),
        Case::new(
            "an own function that may not run, named by its ARN",
            ActionKind::RestoreConcurrency,
            (
                ResourceKind::Function,
                "arn:aws:lambda:us-east-1:111122223333:function:trailreflex-DetectFunction-1A2B",
            ),
            vec![(Control::FunctionConcurrency { function: name(FUNCTION) }, Setting::word("0"))],
            vec![(Control::FunctionConcurrency { function: name(FUNCTION) }, Setting::Absent)],
            &["lambda:DeleteFunctionConcurrency"],
            &["lambda:PutFunctionConcurrency"],
        ),
    ]
}

#[test]
fn what_of_the_stack_must_not_be_touched_is_refused_with_the_reason() {
    let name = |text: &str| text.parse().unwrap();
    assert_refused([
        (
            "a rule of somebody else",
            ActionKind::EnableRule,
            (ResourceKind::EventRule, "payroll-nightly"),
            None,
            Reason::NotOwn,
        ),
        (
            "a rule of an own name on somebody else's bus",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, "payroll/trailreflex-DetectRootRule-1A2B"),
            None,
            Reason::NotOwn,
        ),
        (
            "an own rule to which a target was added",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, RULE),
            Some((Control::RuleTargets { rule: name(RULE) }, lines(&[TARGET, OTHER_TARGET]))),
            Reason::TargetsStand,
        ),
        (
            "an own topic that tells all whom it should",
            ActionKind::RestoreSubscriptions,
            (ResourceKind::Topic, TOPIC),
            Some((
                Control::Subscriptions { topic: name(TOPIC) },
                lines(&["email someone@example.com", "sqs arn:aws:sqs:us-east-1:111122223333:queue"]),
            )),
            Reason::TargetsStand,
        ),
        (
            "a topic of somebody else",
            ActionKind::RestoreSubscriptions,
            (ResourceKind::Topic, "arn:aws:sns:us-east-1:111122223333:orders"),
            None,
            Reason::NotOwn,
        ),
        (
            "an own rule that wakes what is not declared",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, "trailreflex-NotifySweep-1A"),
            Some((Control::RuleTargets { rule: name("trailreflex-NotifySweep-1A") }, lines(&[]))),
            Reason::NoTargetsDeclared,
        ),
        (
            "a target that could not be put back in the place of the own one",
            ActionKind::RestoreTargets,
            (ResourceKind::EventRule, RULE),
            Some((
                Control::RuleTargets { rule: name(RULE) },
                lines(&[r#"{"Id":"detect","Arn":"cluster","HasMore":true}"#]),
            )),
            Reason::NotReproducible,
        ),
        (
            "a function of somebody else",
            ActionKind::RestoreConcurrency,
            (ResourceKind::Function, "arn:aws:lambda:us-east-1:111122223333:function:checkout"),
            None,
            Reason::NotOwn,
        ),
        (
            "an own rule of which something else was changed",
            ActionKind::EnableRule,
            (ResourceKind::EventRule, RULE),
            Some((Control::EventRule { rule: name(RULE) }, rule("ENABLED", &json!(["x"])))),
            Reason::NotDisabled,
        ),
    ]);
}
