//! Reports of other AWS services: the findings that come of them, and the event rules that deliver them.

use crate::events::event;
use crate::proofs::rules;
use crate::template::{of_type, template, texts};
use serde_json::{Value, json};
use trailreflex_findings::{Evaluated, Event, HEALTH_TYPES, SECURITY_HUB_TYPES};
use trailreflex_model::cloudtrail::DetailKind;
use trailreflex_model::{Finding, Severity, Target};

fn findings(file: &str) -> Vec<Finding> {
    let Evaluated { findings, .. } = Event::read(event(file)).unwrap().evaluate(&rules());
    findings
}

fn finding(file: &str) -> Finding {
    let [finding] = findings(file).try_into().unwrap();
    finding
}

fn key(id: &str) -> Option<Target> {
    Some(Target::AccessKey { access_key_id: id.parse().unwrap() })
}

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const OTHER_KEY: &str = "AKIAI44QH8DHBEXAMPLE";

#[test]
fn a_report_names_whom_to_respond_to_only_if_that_is_one_key_or_user_that_can_be_contained() {
    let alice = Some(Target::User { user_name: "alice".parse().unwrap() });
    for (file, expected) in [
        ("health/credentials-exposed.json", key(KEY)),
        ("health/credentials-exposed-second-page.json", key(OTHER_KEY)),
        ("health/credentials-exposed-of-a-user.json", alice),
        ("health/credentials-exposed-of-a-session.json", None),
        ("health/credentials-exposed-without-a-key.json", None),
        ("guardduty/key-used-from-a-malicious-address.json", key(KEY)),
        ("guardduty/instance-credentials-used-outside.json", None),
        ("guardduty/root-credentials-used.json", None),
        ("guardduty/attack-sequence-with-a-key.json", key(KEY)),
        ("guardduty/attack-sequence-with-two-keys.json", None),
        ("security-hub/finding-of-guardduty.json", key(KEY)),
        ("security-hub/finding-of-another-product.json", key(KEY)),
        ("security-hub/finding-about-a-role.json", None),
    ] {
        assert_eq!(finding(file).target, expected, "{file}");
    }
    let targets: Vec<_> = findings("health/credentials-exposed-two-keys.json")
        .into_iter()
        .map(|finding| finding.target)
        .collect();
    assert_eq!(targets, [key(OTHER_KEY), key(KEY)]);
}

#[test]
fn a_report_keeps_its_severity() {
    for (file, expected) in [
        ("health/credentials-exposed.json", Severity::Critical),
        ("health/credentials-suspected-to-be-exposed.json", Severity::High),
        ("guardduty/root-credentials-used.json", Severity::Low),
        ("guardduty/key-used-from-a-malicious-address.json", Severity::Medium),
        ("guardduty/bucket-made-public.json", Severity::High),
        ("guardduty/attack-sequence-with-a-key.json", Severity::Critical),
        ("security-hub/finding-about-a-role.json", Severity::Low),
    ] {
        assert_eq!(finding(file).severity, expected, "{file}");
    }
}

#[test]
fn the_same_report_is_the_same_finding_whichever_way_it_arrives() {
    for (one, other) in [
        ("health/credentials-exposed.json", "health/credentials-exposed-copy-of-another-region.json"),
        ("guardduty/key-used-from-a-malicious-address.json", "security-hub/finding-of-guardduty.json"),
    ] {
        let (one, other) = (finding(one), finding(other));
        let same = |finding: &Finding| {
            let evidence = &finding.evidence;
            (finding.id.clone(), evidence.event_id.clone(), evidence.region.clone(), finding.target.clone())
        };
        assert_eq!(same(&one), same(&other));
        assert_eq!(one.rule, other.rule);
    }
    let ids: Vec<_> =
        findings("health/credentials-exposed-two-keys.json").into_iter().map(|finding| finding.id).collect();
    assert_ne!(ids.first(), ids.last(), "two keys of one event are two findings");
}

#[test]
fn a_report_about_another_account_is_a_finding_of_that_account() {
    let finding = finding("health/credentials-exposed-in-another-account.json");
    assert_eq!(finding.evidence.account.as_str(), "444455556666");
}

#[test]
fn the_event_rules_deliver_what_is_read_and_nothing_else() {
    let rules = of_type("AWS::Events::Rule");
    let pattern = |rule: &str| rules[rule]["EventPattern"].clone();
    let prefixes: Vec<_> = SECURITY_HUB_TYPES.iter().map(|start| json!({"prefix": start})).collect();
    let findings = json!({"RecordState": ["ACTIVE"], "Types": prefixes});
    assert_eq!(texts(&pattern("DetectHealthRule")["detail"]["eventTypeCode"]), HEALTH_TYPES);
    assert_eq!(pattern("DetectSecurityHubRule")["detail"], json!({"findings": findings}));
    for (rule, source, kinds) in [
        (
            "DetectHealthRule",
            json!(["aws.health"]),
            vec![DetailKind::HealthEvent, DetailKind::HealthAbuseEvent],
        ),
        ("DetectGuardDutyRule", json!(["aws.guardduty"]), vec![DetailKind::GuardDutyFinding]),
        ("DetectSecurityHubRule", json!(["aws.securityhub"]), vec![DetailKind::SecurityHubFindings]),
        (
            "ReviewAccessAnalyzerRule",
            json!(["aws.access-analyzer"]),
            vec![
                DetailKind::AccessAnalyzerFinding,
                DetailKind::AccessPreview,
                DetailKind::InternalAccessFinding,
                DetailKind::UnusedAccessFinding,
            ],
        ),
        ("DetectInsightsRule", json!([{"prefix": "aws."}]), vec![DetailKind::InsightEvent]),
    ] {
        let pattern = pattern(rule);
        let kinds: Vec<_> = kinds.iter().map(DetailKind::as_str).collect();
        assert_eq!(
            (&pattern["source"], texts(&pattern["detail-type"])),
            (&source, kinds_of(&kinds)),
            "{rule}"
        );
    }
}

fn kinds_of(kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

#[test]
fn each_service_whose_reports_are_taken_can_be_switched_off() {
    let template = template();
    for (service, rule) in [
        ("Health", "DetectHealthRule"),
        ("GuardDuty", "DetectGuardDutyRule"),
        ("SecurityHub", "DetectSecurityHubRule"),
        ("AccessAnalyzer", "ReviewAccessAnalyzerRule"),
    ] {
        let parameter = &template["Parameters"][format!("Watch{service}")];
        assert_eq!(parameter["Default"], "yes", "{service}");
        let condition = format!("Watches{service}");
        let equals = json!({"!Equals": [{"!Ref": format!("Watch{service}")}, "yes"]});
        assert_eq!(template["Conditions"][&condition], equals);
        let state = &of_type("AWS::Events::Rule")[rule]["State"];
        assert_eq!(*state, json!({"!If": [condition, "ENABLED", "DISABLED"]}));
    }
}

#[test]
fn every_event_rule_may_invoke_its_function_and_leave_dead_letters() {
    let permitted: Vec<Value> =
        of_type("AWS::Lambda::Permission").values().map(|given| given["SourceArn"].clone()).collect();
    let policy = &of_type("AWS::SQS::QueuePolicy")["UndeliveredEventsQueuePolicy"]["PolicyDocument"];
    // EventBridge names rules after the stack, so this is every rule of it.
    let own_rules = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${AWS::StackName}-*";
    let sender = &policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"];
    assert_eq!(*sender, json!({"!Sub": own_rules}));
    let wakes_a_function = |rule: &Value| {
        rule["Targets"][0]["Arn"]["!GetAtt"].as_str().is_some_and(|target| target.ends_with("Function.Arn"))
    };
    for (rule, _) in of_type("AWS::Events::Rule").into_iter().filter(|(_, rule)| wakes_a_function(rule)) {
        let arn = json!({"!GetAtt": format!("{rule}.Arn")});
        assert!(permitted.contains(&arn), "{rule} may not invoke its function");
    }
}
