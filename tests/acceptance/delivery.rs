//! What rules need is delivered: the template's event patterns are written from the rules, and their proofs arrive.

use crate::generated::assert_part;
use crate::proofs::{proofs, rules};
use crate::template::of_type;
use serde_json::{Value, json};
use std::fmt::Write as _;
use trailreflex_access_changes::{NAME_STARTS, event_names};
use trailreflex_delivery::{
    EventPattern, MAX_PATTERN, NeededCalls, STATE, event_patterns_within, needed_calls,
};
use trailreflex_detection::{Pin, Text};

/// Event rules of the template that are written from what a function needs.
struct Written {
    /// What they are written from, as the marks say.
    from: &'static str,
    /// The function, as in names of resources.
    function: &'static str,
    /// The anchor of its target.
    target: &'static str,
    /// What is delivered.
    what: &'static str,
    /// Whether calls of other Regions, which may have been forwarded, are left out.
    is_own: bool,
}

/// What a pattern has in it beside calls so that other accounts and Regions are left out.
const OWN: &str = r#""account":[{"!Ref":"AWS::AccountId"}],"region":[{"!Ref":"AWS::Region"}],"#;

impl Written {
    fn assert(&self, needed: &NeededCalls) {
        let room = if self.is_own { OWN.len() } else { 0 };
        let patterns = event_patterns_within(needed, MAX_PATTERN - room);
        let blocks: String =
            (1..).zip(&patterns).map(|(number, pattern)| block(self, number, pattern)).collect();
        let mark = |end: &str| format!("# ---- written from the {}: {end}", self.from);
        assert_part("template.yaml", &mark("begin"), &mark("end"), &blocks);
    }
}

#[test]
fn the_templates_patterns_are_those_that_the_rules_need() {
    let what = "Calls that detection rules name";
    let written = Written { from: "rules", function: "Detect", target: "detect", what, is_own: false };
    written.assert(&needed_calls(&rules()));
}

#[test]
fn the_templates_patterns_deliver_every_call_that_changes_who_has_access() {
    let mut needed = NeededCalls::default();
    let names = event_names().into_iter().map(|name| Text::Equals(name.to_owned()));
    let starts = NAME_STARTS.into_iter().map(|start| Text::StartsWith(start.to_owned()));
    for name in names.chain(starts) {
        needed.calls.entry(Pin { source: None, name: Some(name) }).or_default();
    }
    let what = "Calls that write a policy or share something";
    // What stood before is remembered of each Region, which needs all its calls; what is forwarded are some.
    let written =
        Written { from: "operations", function: "ReviewAccess", target: "review-access", what, is_own: true };
    written.assert(&needed);
}

/// One event rule of the template and its permission.
fn block(of: &Written, number: usize, pattern: &EventPattern) -> String {
    let Written { function, target, what, .. } = of;
    let pattern = pattern.to_json();
    let own = if of.is_own {
        "        account: [!Ref AWS::AccountId]\n        region: [!Ref AWS::Region]\n"
    } else {
        ""
    };
    let lists =
        [("eventSource", &pattern["detail"]["eventSource"]), ("eventName", &pattern["detail"]["eventName"])];
    let mut text = format!(
        "  {function}Calls{number}Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      \
         Description: {what} ({number}).\n      State: {STATE}\n      EventPattern:\n{own}        \
         detail-type: [{{suffix: ' via CloudTrail'}}]\n        detail:\n"
    );
    for (field, list) in lists {
        let Some(list) = list.as_array() else { continue };
        writeln!(text, "          {field}:\n{}", wrapped(list, 12)).unwrap();
    }
    write!(
        text,
        "      Targets: *{target}-target\n\n  {function}Calls{number}Permission:\n    Type: AWS::Lambda::Permission\n    \
         Properties:\n      Action: lambda:InvokeFunction\n      FunctionName: !Ref {function}Function\n      Principal: \
         events.amazonaws.com\n      SourceArn: !GetAtt {function}Calls{number}Rule.Arn\n\n"
    )
    .unwrap();
    text
}

/// A YAML list in lines of at most 118 characters, each with `indent` spaces before it.
pub(crate) fn wrapped(values: &[Value], indent: usize) -> String {
    fn shown(value: &Value) -> String {
        match value {
            Value::String(text) if text.starts_with(' ') => format!("'{text}'"),
            Value::String(text) => text.clone(),
            Value::Bool(yes) => yes.to_string(),
            Value::Object(condition) => {
                let (key, operand) = condition.iter().next().unwrap();
                format!("{{{key}: {}}}", shown(operand))
            }
            Value::Null | Value::Number(_) | Value::Array(_) => panic!("{value} in a pattern"),
        }
    }
    let mut lines = vec![format!("{:indent$}[", "")];
    for (number, value) in values.iter().enumerate() {
        let piece = shown(value) + if number + 1 < values.len() { "," } else { "]" };
        let line = lines.last_mut().unwrap();
        if line.len() + piece.len() + 1 > 118 {
            lines.push(format!("{:indent$} {piece}", ""));
        } else {
            if !line.ends_with('[') {
                line.push(' ');
            }
            line.push_str(&piece);
        }
    }
    lines.join("\n")
}

#[test]
fn no_rule_states_a_delivery_that_there_is_not() {
    assert_eq!(needed_calls(&rules()).invalid, std::collections::BTreeMap::new());
}

/// Rules that pin no call and want to be fast are about callers that an event rule of their own delivers.
#[test]
fn what_fires_rules_about_callers_is_delivered() {
    let rules = rules();
    let unpinned = needed_calls(&rules).unpinned;
    // A schedule has no pattern.
    let patterns = of_type("AWS::Events::Rule").into_values().map(|rule| rule["EventPattern"].clone());
    let patterns: Vec<_> = patterns.filter(Value::is_object).collect();
    let mut lost = Vec::new();
    for proof in proofs() {
        for record in &proof.records {
            let fast = rules.evaluate(record).into_iter().find(|found| unpinned.contains(found.rule.key()));
            let Some(found) = fast else { continue };
            if !patterns.iter().any(|pattern| delivers(pattern, &envelope(record))) {
                lost.push(format!("{}: `{}`: {}", proof.file, proof.what, found.rule.title));
            }
        }
    }
    lost.dedup();
    assert_eq!(lost, Vec::<String>::new());
}

/// The event in which CloudTrail sends a record.
fn envelope(record: &Value) -> Value {
    let kind = match record["eventType"].as_str().unwrap() {
        "AwsApiCall" => "AWS API Call via CloudTrail",
        "AwsServiceEvent" => "AWS Service Event via CloudTrail",
        "AwsConsoleAction" => "AWS Console Action via CloudTrail",
        "AwsConsoleSignIn" => "AWS Console Sign In via CloudTrail",
        "AwsCloudTrailInsight" => "AWS Insight via CloudTrail",
        other => other, // not sent to EventBridge
    };
    json!({"detail-type": kind, "detail": record})
}

/// Matches the forms that the template uses, as EventBridge does.
fn delivers(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().unwrap().iter().all(|(key, wanted)| match wanted {
        Value::Object(_) => event.get(key).is_some_and(|event| event.is_object() && delivers(wanted, event)),
        Value::Array(conditions) => conditions.iter().any(|condition| holds(condition, event.get(key))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("{key}: {wanted}"),
    })
}

fn holds(condition: &Value, value: Option<&Value>) -> bool {
    let Value::Object(operator) = condition else { return value == Some(condition) };
    let (operator, operand) = operator.iter().next().unwrap();
    let text = value.and_then(Value::as_str);
    let with = |test: fn(&str, &str) -> bool| text.is_some_and(|text| test(text, operand.as_str().unwrap()));
    match operator.as_str() {
        "exists" => value.is_some() == operand.as_bool().unwrap(),
        "prefix" => with(|text, start| text.starts_with(start)),
        "suffix" => with(|text, end| text.ends_with(end)),
        other => panic!("teach this test the operator `{other}`"),
    }
}

#[test]
fn the_doctor_knows_which_event_rules_a_parameter_switches_off() {
    let is_optional = |rule: &Value| {
        rule["State"]["!If"].as_array().is_some_and(|choice| choice.contains(&json!("DISABLED")))
    };
    let optional = of_type("AWS::Events::Rule").into_iter().filter(|(_, rule)| is_optional(rule));
    let mut expected: Vec<_> = optional.map(|(name, _)| name).collect();
    let mut known: Vec<_> = trailreflex_doctor::OPTIONAL.iter().map(|name| format!("{name}Rule")).collect();
    expected.sort();
    known.sort();
    assert_eq!(known, expected);
}
