//! Alarms of the template on what the CIS AWS Foundations Benchmark asks to be watched, and what alarms look at.

use super::{Named, assert_exist};
use crate::generated::assert_part;
use crate::template::of_type;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trailreflex_metrics::Monitored;

const BEGIN: &str = "# ---- written from what is monitored: begin";
const END: &str = "# ---- written from what is monitored: end";

/// An alarm on one control: its name, what it says, and how many within five minutes set it off.
pub(super) fn control(monitored: Monitored) -> (&'static str, &'static str, u32) {
    match monitored {
        Monitored::UnauthorizedCalls => {
            ("UnauthorizedCalls", "Calls are denied, ten or more in five minutes", 10)
        }
        Monitored::SignInWithoutMfa => {
            ("SignInWithoutMfa", "A user has signed in to the console without a second factor", 1)
        }
        Monitored::RootUse => ("RootUse", "The root user is in use", 1),
        Monitored::IamPolicyChanges => ("IamPolicyChanges", "An IAM policy was changed or attached", 1),
        Monitored::CloudTrailChanges => ("CloudTrailChanges", "A trail's settings were changed", 1),
        Monitored::SignInFailures => {
            ("SignInFailures", "Sign-ins to the console fail, three or more in five minutes", 3)
        }
        Monitored::KeyDeletions => {
            ("KeyDeletions", "A KMS key of your own was disabled or is to be deleted", 1)
        }
        Monitored::BucketPolicyChanges => ("BucketPolicyChanges", "A bucket's policy was changed", 1),
        Monitored::ConfigChanges => ("ConfigChanges", "AWS Config's settings were changed", 1),
        Monitored::SecurityGroupChanges => ("SecurityGroupChanges", "A security group was changed", 1),
        Monitored::NetworkAclChanges => ("NetworkAclChanges", "A network access control list was changed", 1),
        Monitored::GatewayChanges => ("GatewayChanges", "A network gateway was changed", 1),
        Monitored::RouteTableChanges => ("RouteTableChanges", "A route table was changed", 1),
        Monitored::VpcChanges => ("VpcChanges", "A VPC was changed", 1),
        Monitored::OrganizationChanges => ("OrganizationChanges", "The organization was changed", 1),
    }
}

#[test]
fn each_control_has_an_alarm() {
    let mut text = String::new();
    for monitored in Monitored::ALL {
        let (name, says, threshold) = control(*monitored);
        let value = monitored.as_str();
        let number = value.split('-').next().unwrap();
        write!(
            text,
            "  {name}Alarm:\n    Type: AWS::CloudWatch::Alarm\n    Condition: WatchesControls\n    Properties:\n      \
             AlarmDescription: \"{says} (CIS AWS Foundations {number}).\"\n      Namespace: Trailreflex\n      \
             MetricName: Monitored\n      Dimensions: [{{Name: Control, Value: {value}}}]\n      Statistic: Sum\n      \
             Period: 300\n      EvaluationPeriods: 1\n      Threshold: {threshold}\n      \
             ComparisonOperator: GreaterThanOrEqualToThreshold\n      TreatMissingData: notBreaching\n      \
             AlarmActions: [!Ref AlarmsTopic, !If [HasAlarmTopic, !Ref AlarmTopicArn, !Ref AWS::NoValue]]\n      \
             OKActions: [!Ref AlarmsTopic]\n\n"
        )
        .unwrap();
    }
    assert_part("template.yaml", BEGIN, END, &text);
}

#[test]
fn alarms_look_at_metrics_that_exist() {
    let alarms = of_type("AWS::CloudWatch::Alarm");
    assert!(alarms.len() > Monitored::ALL.len());
    for (name, alarm) in alarms {
        let parts: Vec<Value> = match alarm["Metrics"].as_array() {
            Some(parts) => parts.iter().filter_map(metric_of).collect(),
            None => vec![alarm.clone()],
        };
        assert!(!parts.is_empty(), "{name}");
        let own = parts.iter().filter(|part| part["Namespace"] == "Trailreflex");
        assert_exist(&name, own.map(named));
    }
}

/// The metric of one line of an alarm's metric math, which may stand under a condition.
fn metric_of(line: &Value) -> Option<Value> {
    let line = line.get("!If").map_or(line, |cases| &cases[1]);
    line.get("MetricStat").map(|stat| stat["Metric"].clone())
}

fn named(metric: &Value) -> Named {
    let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dimensions: BTreeSet<_> = dimensions.map(|one| (text(&one["Name"]), text(&one["Value"]))).collect();
    (text(&metric["MetricName"]), dimensions)
}
