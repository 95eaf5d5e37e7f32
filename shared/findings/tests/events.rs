//! Every kind of event: rules see each kind of record, and no report, however hostile, does any harm.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::{Value, json};
use std::path::Path;
use trailreflex_detection::{Document, RuleSet};
use trailreflex_findings::{Event, Unusable};

/// Longest finding, in bytes, that may come of a report: far below the bus's limit of 256 KB for an event.
const MAX_FINDING: usize = 32 * 1024;
/// Longest error, in bytes: it is logged and kept with the event.
const MAX_ERROR: usize = 1024;

/// A rule that matches records with `value` at `field`.
fn rules(field: &str, value: &str) -> RuleSet {
    let rule = json!({
        "title": "t", "id": "00000000-0000-4000-8000-000000000001", "level": "low",
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"found": {field: value}, "condition": "found"},
    });
    let loaded = RuleSet::load([Document::new("rule.yml", 1, rule)]);
    assert!(loaded.rejected.is_empty(), "{:?}", loaded.rejected);
    loaded.rules
}

fn event(file: &str) -> Value {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(file))
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn rules_see_every_kind_of_record() {
    for (file, field, value) in [
        ("iam/quarantine-detached.json", "eventName", "DetachUserPolicy"),
        ("behaviour/console-sign-in.json", "eventName", "ConsoleLogin"),
        ("behaviour/console-action.json", "eventType", "AwsConsoleAction"),
        ("behaviour/service-event.json", "serviceEventDetails.keyId", "1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("behaviour/insight-into-unusual-calls.json", "insightDetails.insightType", "ApiCallRateInsight"),
    ] {
        let evaluated = Event::read(event(file)).unwrap().evaluate(&rules(field, value));
        assert_eq!((evaluated.findings.len(), evaluated.ignored), (1, Vec::new()), "{file}");
        let none = Event::read(event(file)).unwrap().evaluate(&rules(field, "something else"));
        assert_eq!(none.findings, [], "{file}");
    }
}

#[test]
fn an_insight_is_about_the_operation_that_it_names_inside() {
    let read = Event::read(event("behaviour/insight-into-unusual-calls.json")).unwrap();
    let found = read.evaluate(&rules("insightDetails.state", "Start")).findings;
    let evidence = &found.first().unwrap().evidence;
    assert_eq!(
        (evidence.event_source.as_str(), evidence.event_name.as_str()),
        ("iam.amazonaws.com", "CreateAccessKey")
    );
}

#[test]
fn a_report_that_lacks_something_is_refused_with_what_it_was() {
    let missing = |report: &str, field: &str, expected: &str| {
        format!("the {report} cannot be used: `{field}` is missing, expected {expected}")
    };
    let (health, guardduty, hub) = ("AWS Health event", "GuardDuty finding", "Security Hub finding");
    for (file, pointer, message) in [
        (
            "health/credentials-exposed.json",
            "/detail/eventTypeCode",
            missing(health, "eventTypeCode", "a type such as AWS_RISK_CREDENTIALS_EXPOSED"),
        ),
        (
            "health/credentials-exposed.json",
            "/detail/eventArn",
            missing(health, "eventArn", "the event's ARN"),
        ),
        (
            "health/credentials-exposed.json",
            "/detail/affectedEntities/0/entityValue",
            missing(health, "entityValue", "an access key id or a user's name"),
        ),
        (
            "guardduty/root-credentials-used.json",
            "/detail/type",
            missing(guardduty, "type", "a type such as UnauthorizedAccess:IAMUser/MaliciousIPCaller"),
        ),
        (
            "guardduty/root-credentials-used.json",
            "/detail/id",
            missing(guardduty, "id", "the finding's id: 32 hexadecimal digits"),
        ),
        (
            "guardduty/root-credentials-used.json",
            "/detail/accountId",
            missing(guardduty, "accountId", "an account id: 12 digits"),
        ),
        (
            "guardduty/root-credentials-used.json",
            "/detail/region",
            missing(guardduty, "region", "a Region's code, such as us-east-1"),
        ),
        (
            "security-hub/finding-of-another-product.json",
            "/detail/findings",
            missing(hub, "findings", "an array with a finding in ASFF"),
        ),
        (
            "security-hub/finding-of-another-product.json",
            "/detail/findings/0/Id",
            missing(hub, "Id", "the finding's id"),
        ),
        (
            "security-hub/finding-of-another-product.json",
            "/detail/findings/0/ProductArn",
            missing(hub, "ProductArn", "the product's ARN"),
        ),
        (
            "security-hub/finding-of-another-product.json",
            "/detail/findings/0/AwsAccountId",
            missing(hub, "AwsAccountId", "an account id: 12 digits"),
        ),
        (
            "security-hub/finding-of-another-product.json",
            "/detail/findings/0/Severity",
            missing(hub, "Severity.Label", "INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL"),
        ),
    ] {
        let mut event = event(file);
        *event.pointer_mut(pointer).unwrap() = Value::Null;
        let error = Event::read(event).unwrap_err();
        assert_eq!((error.code(), error.to_string()), ("MalformedReport", message), "{file} {pointer}");
    }
}

#[test]
fn a_value_that_is_something_else_is_shown_and_cut() {
    let mut event = event("guardduty/root-credentials-used.json");
    event["detail"]["accountId"] = json!("9".repeat(100_000));
    let expected = format!(
        "the GuardDuty finding cannot be used: `accountId` is `{}`, expected an account id: 12 digits",
        "9".repeat(80)
    );
    assert_eq!(Event::read(event).unwrap_err().to_string(), expected);
}

/// Whoever governs a member account can have a rule of theirs send on what they like, in a true event's place.
#[test]
fn only_ones_own_account_may_report_on_another_one() {
    let own = "111122223333".parse().unwrap();
    for (file, account) in [
        ("guardduty/root-credentials-used.json", "/detail/accountId"),
        ("health/credentials-exposed.json", "/detail/affectedAccount"),
        ("security-hub/finding-of-another-product.json", "/detail/findings/0/AwsAccountId"),
    ] {
        let about = |of: &str, reported: &str| {
            let mut event = event(file);
            event["account"] = json!(of);
            *event.pointer_mut(account).unwrap() = json!(reported);
            Event::read_at(event, &own).map(drop).map_err(|error| error.code())
        };
        assert_eq!(about("111122223333", "444455556666"), Ok(()), "{file}: an administrator's own");
        assert_eq!(about("444455556666", "444455556666"), Ok(()), "{file}: a member about itself");
        for another in ["111122223333", "777788889999"] {
            assert_eq!(about("444455556666", another), Err("AccountMismatch"), "{file}: {another}");
        }
    }
}

#[test]
fn whatever_stands_in_a_report_it_gives_small_findings_or_a_short_reason() {
    let hostile = [Value::Null, json!(7), json!(-1.5e300), json!(true), json!([]), json!({}), json!([[{}]])];
    let texts = ["", "\u{0}\n\u{202e}", &"é".repeat(100_000), "AKIA", "arn:aws:iam::1:user/", ":", "////-"];
    let hostile: Vec<Value> = hostile.into_iter().chain(texts.into_iter().map(Value::from)).collect();
    let mut tried = 0;
    let folders = ["../../events/health", "../../events/guardduty", "../../events/security-hub"];
    for folder in folders.into_iter().chain(["tests/access_analyzer"]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let (file, whole) = (path.to_string_lossy().into_owned(), read(&path));
            for pointer in pointers(&whole["detail"], "/detail") {
                for value in &hostile {
                    let mut changed = whole.clone();
                    *changed.pointer_mut(&pointer).unwrap() = value.clone();
                    check(&file, &pointer, Event::read(changed));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

fn check(file: &str, pointer: &str, read: Result<Event, Unusable>) {
    match read {
        Err(error) => assert!(error.to_string().len() <= MAX_ERROR, "{file} {pointer}: a long error"),
        Ok(read) => {
            for finding in read.evaluate(&RuleSet::default()).findings {
                let size = serde_json::to_string(&finding).unwrap().len();
                assert!(size <= MAX_FINDING, "{file} {pointer}: a finding of {size} bytes");
            }
        }
    }
}

/// Every place in a value, the value itself included.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let mut found = vec![at.to_owned()];
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                found.extend(pointers(member, &format!("{at}/{key}")));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(pointers(item, &format!("{at}/{index}")));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}
