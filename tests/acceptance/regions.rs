//! The template for other Regions sends what the stack would get at home: its event rules are written from the stack's own.

use crate::delivery::wrapped;
use crate::generated::assert_part;
use crate::repository::read;
use crate::template::{of_type, parsed, texts};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const FILE: &str = "template-region.yaml";
/// Most metrics that an alarm may add up.
const METRICS_OF_AN_ALARM: usize = 10;
/// Longest template that CloudFormation takes without a bucket, in bytes.
const LONGEST_TEMPLATE: usize = 51_200;

/// The stack's rules that wake `detect`, and the one of `meter`'s own calls, by logical id.
fn at_home() -> BTreeMap<String, Value> {
    let is_sent = |name: &str| name.starts_with("Detect") || name == "CanariesRule";
    of_type("AWS::Events::Rule").into_iter().filter(|(name, _)| is_sent(name)).collect()
}

/// Resources of the template for other Regions.
fn resources() -> Map<String, Value> {
    parsed(FILE)["Resources"].as_object().unwrap().clone()
}

#[test]
fn the_event_rules_of_other_regions_are_those_of_the_stack() {
    let rules = at_home();
    let mut text: String = rules.iter().map(|(name, rule)| block(name, rule)).collect();
    let names: Vec<_> = rules.keys().map(String::as_str).collect();
    for (number, names) in (1..).zip(names.chunks(METRICS_OF_AN_ALARM)) {
        text.push_str(&alarm(number, names));
    }
    let mark = |end: &str| format!("# ---- written from template.yaml: {end}");
    assert_part(FILE, &mark("begin"), &mark("end"), &text);
}

/// One event rule, whose target is the home Region's bus.
fn block(name: &str, rule: &Value) -> String {
    let chosen = || rule["State"].get("!If").map(|choice| format!("!If [{}]", texts(choice).join(", ")));
    let state = rule["State"].as_str().map(str::to_owned).or_else(chosen).unwrap_or("ENABLED".to_owned());
    let description = rule["Description"].as_str().unwrap();
    format!(
        "  {name}:\n    Type: AWS::Events::Rule\n    Properties:\n      Description: {description}\n      State: {state}\n      \
         EventPattern:\n{}      Targets:\n        - Id: home\n          \
         Arn: !Sub\n            - arn:${{AWS::Partition}}:events:${{HomeRegion}}:${{Home}}:event-bus/default\n            \
         - Home: !If [HasHomeAccount, !Ref HomeAccount, !Ref AWS::AccountId]\n          \
         RoleArn: !GetAtt ForwardRole.Arn\n          DeadLetterConfig: {{Arn: !GetAtt UndeliveredEventsQueue.Arn}}\n\n",
        pattern(&rule["EventPattern"], 8)
    )
}

/// An event pattern as YAML.
fn pattern(value: &Value, indent: usize) -> String {
    let mut text = String::new();
    for (key, value) in value.as_object().unwrap() {
        write!(text, "{:indent$}{key}:", "").unwrap();
        if let Some(values) = value.as_array() {
            let lines = wrapped(values, indent + 2);
            let fits = !lines.contains('\n') && lines.trim_start().len() + indent + key.len() < 116;
            text.push_str(&if fits { format!(" {}\n", lines.trim_start()) } else { format!("\n{lines}\n") });
        } else {
            write!(text, "\n{}", pattern(value, indent + 2)).unwrap();
        }
    }
    text
}

/// An alarm on what rules could not send, dead letters or none.
fn alarm(number: usize, rules: &[&str]) -> String {
    let mut text = format!(
        "  NotSent{number}Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      \
         AlarmDescription: Event rules of this Region fail to send events to the home Region ({number}).\n      Metrics:\n        \
         - {{Id: all, Expression: SUM(METRICS()), Label: not sent}}\n"
    );
    for (rule, name) in (1..).zip(rules) {
        write!(
            text,
            "        - Id: rule{rule}\n          ReturnData: false\n          MetricStat:\n            \
             Metric: {{Namespace: AWS/Events, MetricName: FailedInvocations, Dimensions: [{{Name: RuleName, Value: !Ref {name}}}]}}\n            \
             Period: 60\n            Stat: Sum\n"
        )
        .unwrap();
    }
    text + "      EvaluationPeriods: 1\n      Threshold: 1\n      ComparisonOperator: GreaterThanOrEqualToThreshold\n      \
            TreatMissingData: notBreaching\n      AlarmActions:\n        - !If [HasEmail, !Ref AlarmsTopic, !Ref AWS::NoValue]\n        \
            - !If [HasAlarmTopic, !Ref AlarmTopicArn, !Ref AWS::NoValue]\n      \
            OKActions: [!If [HasEmail, !Ref AlarmsTopic, !Ref AWS::NoValue]]\n\n"
}

#[test]
fn what_is_sent_is_what_wakes_detect_at_home_in_the_same_states() {
    let sent: BTreeMap<_, _> = resources()
        .into_iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::Events::Rule")
        .map(|(name, resource)| (name, resource["Properties"].clone()))
        .collect();
    let told = |rules: &BTreeMap<String, Value>| -> Vec<_> {
        let state = |rule: &Value| rule.get("State").cloned().unwrap_or(json!("ENABLED"));
        rules.iter().map(|(name, rule)| (name.clone(), rule["EventPattern"].clone(), state(rule))).collect()
    };
    assert_eq!(told(&sent), told(&at_home()));
    let (here, home) = (parsed(FILE), parsed("template.yaml"));
    for (name, rule) in &sent {
        if let Some(condition) = rule["State"]["!If"][0].as_str() {
            assert_eq!(here["Conditions"][condition], home["Conditions"][condition], "{name}");
        }
    }
}

#[test]
fn events_are_sent_to_the_home_regions_bus_by_a_role_that_may_do_nothing_else() {
    let resources = resources();
    let bus = json!({"!Sub": [
        "arn:${AWS::Partition}:events:${HomeRegion}:${Home}:event-bus/default",
        {"Home": {"!If": ["HasHomeAccount", {"!Ref": "HomeAccount"}, {"!Ref": "AWS::AccountId"}]}}
    ]});
    for (name, rule) in resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::Events::Rule") {
        let expected = json!([{
            "Id": "home", "Arn": bus, "RoleArn": {"!GetAtt": "ForwardRole.Arn"},
            "DeadLetterConfig": {"Arn": {"!GetAtt": "UndeliveredEventsQueue.Arn"}}
        }]);
        assert_eq!(rule["Properties"]["Targets"], expected, "{name}");
    }
    let roles: Vec<_> = resources.values().filter(|resource| resource["Type"] == "AWS::IAM::Role").collect();
    let [role] = roles.as_slice() else { panic!("{} roles", roles.len()) };
    let may = json!([{"Sid": "SendHome", "Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}]);
    let policies = role["Properties"]["Policies"].as_array().unwrap();
    assert_eq!(
        policies.iter().map(|policy| &policy["PolicyDocument"]["Statement"]).collect::<Vec<_>>(),
        [&may]
    );
    let own = json!({
        "StringEquals": {"aws:SourceAccount": {"!Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": [
            {"!Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${AWS::StackName}-Canaries*"},
            {"!Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${AWS::StackName}-Detect*"}
        ]}
    });
    let trust = &role["Properties"]["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust[0]["Condition"], own);
    assert_eq!(trust.as_array().unwrap().len(), 1);
    let queue = &resources["UndeliveredEventsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(queue[0]["Condition"], own);
}

#[test]
fn every_rule_that_fails_to_send_raises_an_alarm() {
    let resources = resources();
    let of = |kind: &str| -> Vec<_> {
        resources.iter().filter(|(_, resource)| resource["Type"] == kind).collect()
    };
    let mut watched: Vec<String> = Vec::new();
    for (_, alarm) in of("AWS::CloudWatch::Alarm") {
        let metrics = alarm["Properties"]["Metrics"].as_array().cloned().unwrap_or_default();
        assert!(metrics.len() <= METRICS_OF_AN_ALARM + 1, "{}", alarm["Properties"]["AlarmDescription"]);
        let rule = |metric: &Value| {
            metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["!Ref"].as_str().map(str::to_owned)
        };
        watched.extend(metrics.iter().filter_map(rule));
    }
    watched.sort();
    assert_eq!(
        watched,
        of("AWS::Events::Rule").into_iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    );
}

/// Holds a template to what StackSets and `aws cloudformation deploy` take as it is.
pub(crate) fn assert_plain(file: &str) {
    let text = read(file);
    assert!(text.len() < LONGEST_TEMPLATE, "{} bytes", text.len());
    assert!(!text.contains("Transform:"));
    assert!(!text.contains(": &") && !text.contains(": *"), "CloudFormation knows no aliases");
}

#[test]
fn the_template_for_other_regions_is_plain_and_short() {
    assert_plain(FILE);
}

/// Only some calls of other Regions and accounts come, so nothing that keeps count or remembers what was before may see them.
#[test]
fn what_counts_or_remembers_looks_at_the_own_region_and_account_only() {
    let (own, account) = (json!([{"!Ref": "AWS::Region"}]), json!([{"!Ref": "AWS::AccountId"}]));
    let rules = of_type("AWS::Events::Rule");
    let remembering = rules.iter().filter(|(name, _)| name.starts_with("ReviewAccessCalls"));
    let patterns = remembering.map(|(name, rule)| (name.clone(), rule["EventPattern"].clone()));
    let counting = rules["MeterRule"]["EventPattern"]["!If"].as_array().unwrap()[1..].iter().cloned();
    let patterns: Vec<_> =
        patterns.chain(counting.map(|pattern| ("MeterRule".to_owned(), pattern))).collect();
    assert!(patterns.len() > 2, "{}", patterns.len());
    for (name, pattern) in patterns {
        assert_eq!((&pattern["region"], &pattern["account"]), (&own, &account), "{name}");
    }
}
