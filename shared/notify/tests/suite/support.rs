//! Messages as they come from the findings bus and from SNS.

use jiff::Timestamp;
use serde_json::{Value, json};
use trailreflex_model::Severity;
use trailreflex_notify::{GroupsInMemory, Notifier, Responders, Routing, Sink};

/// 2026-11-20T10:00:00Z.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

pub(crate) fn finding(changes: &[(&str, Value)]) -> Value {
    let mut detail = json!({
        "id": "0123456789abcdef0123456789abcdef",
        "rule": {"id": "11111111-2222-3333-4444-555555555555", "name": "trail_stopped", "title": "A trail was stopped"},
        "severity": "high",
        "techniques": ["T1562.008"],
        "evidence": {
            "account": "111122223333", "region": "us-east-1", "eventId": "b7f1d2a0-0000-4000-8000-000000000001",
            "eventTime": "2026-11-20T09:58:30Z", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
            "succeeded": true, "matched": [{"field": "eventName", "value": "StopLogging"}],
        },
        "actor": {
            "kind": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "sourceAddress": "198.51.100.7", "userAgent": "aws-cli/2.15",
        },
    });
    for (pointer, value) in changes {
        *detail.pointer_mut(pointer).unwrap() = value.clone();
    }
    json!({"source": "trailreflex.detect", "detail-type": "Trailreflex Finding", "detail": detail})
}

pub(crate) fn alarm(state: &str, dimensions: &Value) -> Value {
    json!({
        "AlarmName": "trailreflex-CloudTrailChangesAlarm", "AlarmDescription": "A trail's settings were changed (CIS AWS Foundations 4.5).",
        "AWSAccountId": "111122223333", "NewStateValue": state, "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 datapoint [1.0] was greater than or equal to the threshold (1.0).",
        "StateChangeTime": "2026-11-20T09:59:00.000+0000", "Region": "US East (N. Virginia)",
        "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:trailreflex-CloudTrailChangesAlarm",
        "Trigger": {"MetricName": "Monitored", "Namespace": "Trailreflex", "Dimensions": dimensions, "Period": 300},
    })
}

pub(crate) fn notifier(least: &[(Sink, Severity)]) -> Notifier<GroupsInMemory> {
    Notifier {
        groups: GroupsInMemory::default(),
        routing: Routing(least.iter().copied().collect()),
        responders: Responders {
            functions: [(trailreflex_response::ActionClass::ContainIdentity, "contain".to_owned())].into(),
            approve_url: Some("https://approve.example/".to_owned()),
        },
    }
}
