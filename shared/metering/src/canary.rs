//! A call whose only purpose is to be seen: if it is not, CloudTrail's events do not arrive, however quiet the account is.

use serde_json::Value;
use trailreflex_model::cloudtrail::Record;

/// The name that the call asks CloudWatch for: that of an alarm that nobody has.
pub const CANARY: &str = "trailreflex-canary";

/// Returns whether a record is of that call: `DescribeAlarms` with [`CANARY`] in its parameters, or, where CloudTrail keeps
/// those to itself because the call was denied, in its user agent. Somebody else who makes such a call proves as well that
/// events arrive.
#[must_use]
pub fn is_canary(record: &Record) -> bool {
    if (record.event_source(), record.event_name())
        != (Some("monitoring.amazonaws.com"), Some("DescribeAlarms"))
    {
        return false;
    }
    let named = record.request_parameters().and_then(|parameters| parameters.get("alarmNames"));
    let names = named.and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    names.iter().any(|name| name == CANARY) || record.user_agent().is_some_and(|agent| agent.contains(CANARY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_functions_own_call_is_a_canary() {
        let called = |source: &str, name: &str, parameters: Value, agent: &str| {
            let event = json!({"eventSource": source, "eventName": name, "requestParameters": parameters, "userAgent": agent});
            is_canary(&Record::parse(event).unwrap())
        };
        let own = json!({"alarmNames": [CANARY]});
        let alarms = "monitoring.amazonaws.com";
        for (case, seen, expected) in [
            ("the call", called(alarms, "DescribeAlarms", own.clone(), "sdk"), true),
            (
                "the call, denied",
                called(alarms, "DescribeAlarms", Value::Null, "sdk app/trailreflex-canary"),
                true,
            ),
            ("other alarms", called(alarms, "DescribeAlarms", json!({"alarmNames": ["mine"]}), "sdk"), false),
            ("all alarms", called(alarms, "DescribeAlarms", Value::Null, "sdk"), false),
            ("another call", called(alarms, "PutMetricAlarm", own.clone(), "sdk"), false),
            ("another service", called("iam.amazonaws.com", "DescribeAlarms", own, "sdk"), false),
            (
                "names of another shape",
                called(alarms, "DescribeAlarms", json!({"alarmNames": CANARY}), "sdk"),
                false,
            ),
        ] {
            assert_eq!(seen, expected, "{case}");
        }
    }
}
