//! What one record counts as.

use crate::{Services, is_root_use, monitored};
use trailreflex_metrics::{Activity, DataOperation, Mfa, PrincipalType, Scope, SignInOutcome};
use trailreflex_model::cloudtrail::{CallOutcome, EventCategory, EventType, IdentityKind, Record};

/// Returns what a record counts as; nothing if it is neither a call nor a sign-in nor the root user's.
#[must_use]
pub fn activities(record: &Record, services: &Services) -> Vec<Activity> {
    let mut counted = match record.event_type() {
        Some(EventType::ApiCall | EventType::VpceEvent | EventType::ConsoleAction) => calls(record, services),
        Some(EventType::ConsoleSignIn) => sign_ins(record),
        Some(EventType::ServiceEvent | EventType::Insight | EventType::Unrecognised(_)) | None => Vec::new(),
    };
    if is_root_use(record) {
        counted.push(Activity::RootUse);
    }
    counted.extend(monitored(record).into_iter().map(Activity::Monitored));
    counted
}

fn calls(record: &Record, services: &Services) -> Vec<Activity> {
    let service = services.scope(record.event_source().unwrap_or_default());
    let mut counted = Vec::new();
    let mut of_both = |metric: fn(Scope) -> Activity| {
        counted.push(metric(Scope::All));
        counted.push(metric(service.clone()));
    };
    of_both(Activity::Calls);
    match record.outcome() {
        CallOutcome::Succeeded | CallOutcome::WouldHaveSucceeded => {}
        CallOutcome::Denied { .. } => {
            of_both(Activity::Errors);
            of_both(Activity::DeniedCalls);
        }
        CallOutcome::Failed { code } => {
            of_both(Activity::Errors);
            if is_throttling(code) {
                of_both(Activity::ThrottledCalls);
            }
        }
    }
    counted.push(Activity::CallsOf(PrincipalType::from(&record.identity().kind)));
    if record.category() == Some(&EventCategory::Data) {
        counted.push(Activity::DataEvents(data_operation(record)));
    }
    if let (Some(false), Some(region)) = (record.read_only(), record.region()) {
        counted.push(Activity::WriteCalls(region.clone()));
    }
    counted
}

/// Returns whether an error says that there were too many calls. A quota of things (`LimitExceeded`) is none of it.
#[must_use]
pub fn is_throttling(code: &str) -> bool {
    const WHOLE: [&str; 6] = [
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "ProvisionedThroughputExceededException",
        "RequestThrottled",
        "BandwidthLimitExceeded",
    ];
    let last = code.rsplit('.').next().unwrap_or_default();
    last.contains("Throttl") || last.contains("RateExceeded") || WHOLE.contains(&last)
}

fn data_operation(record: &Record) -> DataOperation {
    let source = record.event_source().unwrap_or_default();
    let name = record.api_name().unwrap_or_default();
    let begins_with = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
    match source {
        "s3.amazonaws.com" if begins_with(&["Delete"]) => DataOperation::S3Delete,
        "s3.amazonaws.com" if begins_with(&["Get", "Head", "List", "Select"]) => DataOperation::S3Read,
        "s3.amazonaws.com" => DataOperation::S3Write,
        "lambda.amazonaws.com" if name == "Invoke" => DataOperation::LambdaInvoke,
        _ => DataOperation::Other,
    }
}

fn sign_ins(record: &Record) -> Vec<Activity> {
    if record.event_name() != Some("ConsoleLogin") {
        return Vec::new();
    }
    let outcome = if record.outcome().succeeded() { SignInOutcome::Succeeded } else { SignInOutcome::Failed };
    let mfa = match (&record.identity().kind, record.mfa_used()) {
        (IdentityKind::IamUser | IdentityKind::Root, Some(true)) => Mfa::Yes,
        (IdentityKind::IamUser | IdentityKind::Root, Some(false) | None) => Mfa::No,
        _ => Mfa::Federated,
    };
    vec![Activity::SignIns { outcome, mfa }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn names(event: Value) -> Vec<String> {
        let services = "iam,s3".parse().unwrap();
        let shown = |activity: &Activity| {
            let dimensions = activity.dimensions();
            let values: Vec<_> = dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}[{}]", activity.name(), values.join(","))
        };
        activities(&Record::parse(event).unwrap(), &services).iter().map(shown).collect()
    }

    #[test]
    fn a_record_counts_as_all_that_it_is() {
        let base = json!({
            "eventType": "AwsApiCall", "eventCategory": "Management", "eventSource": "iam.amazonaws.com", "eventName": "GetUser",
            "readOnly": true, "awsRegion": "us-east-1", "userIdentity": {"type": "AssumedRole", "principalId": "AROA1:s"},
        });
        let with = |more: Value| {
            let mut event = base.clone();
            for (key, value) in more.as_object().unwrap() {
                event[key] = value.clone();
            }
            event
        };
        let cases: [(&str, Value, &[&str]); 9] = [
            ("a read", json!({}), &["Calls[]", "Calls[Service=iam]", "Calls[PrincipalType=Role]"]),
            (
                "a write that is denied",
                json!({"eventName": "CreateUser", "readOnly": false, "errorCode": "AccessDenied"}),
                &[
                    "Calls[]",
                    "Calls[Service=iam]",
                    "Errors[]",
                    "Errors[Service=iam]",
                    "DeniedCalls[]",
                    "DeniedCalls[Service=iam]",
                    "Calls[PrincipalType=Role]",
                    "WriteCalls[Region=us-east-1]",
                    "Monitored[Control=4.1-unauthorized-calls]",
                ],
            ),
            (
                "a call that is throttled",
                json!({"errorCode": "Client.RequestLimitExceeded", "eventSource": "ec2.amazonaws.com"}),
                &[
                    "Calls[]",
                    "Calls[Service=other]",
                    "Errors[]",
                    "Errors[Service=other]",
                    "ThrottledCalls[]",
                    "ThrottledCalls[Service=other]",
                    "Calls[PrincipalType=Role]",
                ],
            ),
            (
                "a quota that is full",
                json!({"errorCode": "LimitExceededException"}),
                &[
                    "Calls[]",
                    "Calls[Service=iam]",
                    "Errors[]",
                    "Errors[Service=iam]",
                    "Calls[PrincipalType=Role]",
                ],
            ),
            (
                "an object is read",
                json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventCategory": "Data"}),
                &[
                    "Calls[]",
                    "Calls[Service=s3]",
                    "Calls[PrincipalType=Role]",
                    "DataEvents[Operation=s3:read]",
                ],
            ),
            (
                "objects are deleted",
                json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteObjects", "eventCategory": "Data", "readOnly": false}),
                &[
                    "Calls[]",
                    "Calls[Service=s3]",
                    "Calls[PrincipalType=Role]",
                    "DataEvents[Operation=s3:delete]",
                    "WriteCalls[Region=us-east-1]",
                ],
            ),
            (
                "a function is invoked",
                json!({"eventSource": "lambda.amazonaws.com", "eventName": "Invoke", "eventCategory": "Data"}),
                &[
                    "Calls[]",
                    "Calls[Service=other]",
                    "Calls[PrincipalType=Role]",
                    "DataEvents[Operation=lambda:invoke]",
                ],
            ),
            (
                "the root user signs in",
                json!({
                    "eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
                    "userIdentity": {"type": "Root", "principalId": "111122223333"}, "additionalEventData": {"MFAUsed": "No"},
                    "responseElements": {"ConsoleLogin": "Success"},
                }),
                &[
                    "SignIns[Outcome=succeeded,MFA=no]",
                    "RootUse[]",
                    "Monitored[Control=4.3-root-use]",
                    "Monitored[Control=4.2-sign-in-without-mfa]",
                ],
            ),
            ("a service's own event", json!({"eventType": "AwsServiceEvent", "eventName": "RotateKey"}), &[]),
        ];
        for (case, more, expected) in cases {
            assert_eq!(names(with(more)), expected, "{case}");
        }
    }
}
