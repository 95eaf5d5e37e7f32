//! What is odd about rules that are accepted all the same.

use trailreflex_detection::{RuleSet, read_yaml};

fn warnings(detection: &str) -> Vec<String> {
    let rule = format!("title: t\nlogsource: {{product: aws}}\ndetection:\n  {detection}\n  condition: s\n");
    let loaded = RuleSet::load(read_yaml("rule.yml", &rule).0);
    assert_eq!(loaded.rejected, Vec::new(), "{detection}");
    loaded.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_field_that_no_record_has_is_pointed_out() {
    let unknown = |field: &str| vec![format!("rule.yml:4: CloudTrail records have no field `{field}`")];
    for (detection, expected) in [
        ("s: {status: success}", unknown("status")),
        ("s: {sourceIpAddress: 192.0.2.1}", unknown("sourceIpAddress")),
        ("s: {useridentity.arn: x}", unknown("useridentity.arn")),
        ("s: {'detail.eventName|re': x}", unknown("detail.eventName")),
        ("s: {userAgent|fieldref: agent}", unknown("agent")),
        ("s: {error|exists: false}", unknown("error")),
        ("s: [{status: a}, {status: b}]", unknown("status")),
        ("s: {'permissions[any]': {cidr: x}}", unknown("permissions")),
        ("s: {'requestParameters.items[any]': {cidr: x, '.': y}}", Vec::new()),
        (
            "s: {requestParameters.x.y: 1, responseElements.z: null, additionalEventData.MFAUsed: 'No'}",
            Vec::new(),
        ),
        (
            "s: {tlsDetails.tlsVersion: x, vpcEndpointId: y, insightDetails.state: Start, eventContext.x: 1}",
            Vec::new(),
        ),
    ] {
        let found: Vec<String> =
            warnings(detection).iter().map(|warning| warning.split(';').next().unwrap().to_owned()).collect();
        assert_eq!(found, expected, "{detection}");
    }
    assert_eq!(
        warnings("s: {sourceIpAddress: 192.0.2.1}"),
        ["rule.yml:4: CloudTrail records have no field `sourceIpAddress`; `sourceIPAddress` is meant?"]
    );
}

#[test]
fn a_correlation_is_asked_for_its_fields_too() {
    let yaml = "
title: t
name: t
logsource: {product: aws}
detection: {s: {userAgent: x}, condition: s}
---
title: Many
correlation:
  type: value_count
  rules: [t]
  group-by: [userIdentity.arn, account]
  timespan: 1h
  condition: {gte: 3, field: source}
";
    let loaded = RuleSet::load(read_yaml("rules.yml", yaml).0);
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "rules.yml:11: CloudTrail records have no field `account`",
            "rules.yml:13: CloudTrail records have no field `source`",
        ]
    );
}

#[test]
fn a_test_that_every_text_passes_is_pointed_out() {
    let fits = "rule.yml:4: `userAgent` has a value that every text fits; if the field need only be there, \
                `exists: true` says so";
    for (detection, expected) in [
        ("s: {userAgent: '*'}", vec![fits]),
        ("s: {userAgent|contains: ['', kali]}", vec![fits]),
        ("s: {userAgent|contains: '**'}", vec![fits]),
        ("s: {userAgent: '?*'}", Vec::new()),
        ("s: {userAgent: ''}", Vec::new()),
    ] {
        assert_eq!(warnings(detection), expected, "{detection}");
    }
}

#[test]
fn a_call_without_its_service_is_pointed_out() {
    let any =
        "rule.yml:4: names the call `CreateUser` but no service: other services may have a call of that name";
    for (detection, expected) in [
        ("s: {eventName: CreateUser}", vec![any]),
        ("s: {eventName: CreateUser, eventSource: iam.amazonaws.com}", Vec::new()),
        ("s: {eventSource: iam.amazonaws.com}", Vec::new()),
        ("s: {userAgent: x}", Vec::new()),
    ] {
        assert_eq!(warnings(detection), expected, "{detection}");
    }
}
