//! What the CIS AWS Foundations Benchmark v3.0 asks to be watched (sections 4.1 to 4.15), told by what a record says.
//!
//! The benchmark's own filters also count what AWS does by itself, sign-ins that another provider has checked, and
//! changes that were refused. Those are no news, so they are left out: a change counts if it happened, and what a
//! service did for nobody does not. A denied call counts once, as such.

use trailreflex_metrics::Monitored;
use trailreflex_model::cloudtrail::{AsRecorded, CallOutcome, EventType, IdentityKind, Record};

/// Returns what a record counts as.
#[must_use]
pub fn monitored(record: &Record) -> Vec<Monitored> {
    let identity = record.identity();
    let is_service = identity.kind == IdentityKind::AwsService || is_linked_to_a_service(record);
    let mut counted = Vec::new();
    if is_root_use(record) {
        counted.push(Monitored::RootUse);
    }
    if record.event_name() == Some("ConsoleLogin") {
        let is_user = matches!(identity.kind, IdentityKind::IamUser | IdentityKind::Root);
        if !record.outcome().succeeded() {
            counted.push(Monitored::SignInFailures);
        } else if is_user && record.mfa_used() == Some(false) {
            counted.push(Monitored::SignInWithoutMfa);
        }
        return counted;
    }
    if is_service {
        return counted;
    }
    match record.outcome() {
        // HeadBucket asks whether a bucket may be read; "no" is an answer.
        CallOutcome::Denied { .. } if record.event_name() != Some("HeadBucket") => {
            counted.push(Monitored::UnauthorizedCalls);
        }
        CallOutcome::Succeeded => counted.extend(change(record)),
        CallOutcome::Denied { .. } | CallOutcome::Failed { .. } | CallOutcome::WouldHaveSucceeded => {}
    }
    counted
}

/// Returns whether the root user did it, and not AWS with the root user's rights.
#[must_use]
pub fn is_root_use(record: &Record) -> bool {
    let identity = record.identity();
    identity.kind == IdentityKind::Root
        && identity.invoked_by.is_none()
        && record.event_type() != Some(&EventType::ServiceEvent)
}

/// Returns whether the session is one of a role that is linked to a service. Nobody else can make roles with that path.
fn is_linked_to_a_service(record: &Record) -> bool {
    let issuer = record.identity().session.as_ref().and_then(|session| session.issuer.as_ref());
    let role = issuer.and_then(|issuer| issuer.arn.as_ref()).and_then(AsRecorded::valid);
    role.is_some_and(|role| role.resource().starts_with("role/aws-service-role/"))
}

/// Returns which kind of change a call is.
fn change(record: &Record) -> Option<Monitored> {
    let source = record.event_source()?.split('.').next()?;
    let name = record.api_name()?;
    let (_, _, what) = CHANGES.iter().find(|(of, names, _)| *of == source && names.contains(&name))?;
    Some(*what)
}

/// Services, their operations, and what these change. Spelled as CloudTrail records them, without API dates.
const CHANGES: [(&str, &[&str], Monitored); 12] = [
    (
        "iam",
        &[
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "DeleteGroupPolicy",
            "DeletePolicy",
            "DeletePolicyVersion",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "DetachGroupPolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
        ],
        Monitored::IamPolicyChanges,
    ),
    (
        "cloudtrail",
        &[
            "CreateTrail",
            "DeleteTrail",
            "PutEventSelectors",
            "PutInsightSelectors",
            "StartLogging",
            "StopLogging",
            "UpdateTrail",
        ],
        Monitored::CloudTrailChanges,
    ),
    ("kms", &["DisableKey", "ScheduleKeyDeletion"], Monitored::KeyDeletions),
    (
        "s3",
        &[
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketPolicy",
            "DeleteBucketPublicAccessBlock",
            "DeleteBucketReplication",
            "PutBucketAcl",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketReplication",
        ],
        Monitored::BucketPolicyChanges,
    ),
    (
        "config",
        &[
            "DeleteConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutConfigurationRecorder",
            "PutDeliveryChannel",
            "StopConfigurationRecorder",
        ],
        Monitored::ConfigChanges,
    ),
    (
        "ec2",
        &[
            "AuthorizeSecurityGroupEgress",
            "AuthorizeSecurityGroupIngress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
            "ModifySecurityGroupRules",
            "RevokeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
        ],
        Monitored::SecurityGroupChanges,
    ),
    (
        "ec2",
        &[
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
            "ReplaceNetworkAclEntry",
        ],
        Monitored::NetworkAclChanges,
    ),
    (
        "ec2",
        &[
            "AttachInternetGateway",
            "CreateCustomerGateway",
            "CreateInternetGateway",
            "DeleteCustomerGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ],
        Monitored::GatewayChanges,
    ),
    (
        "ec2",
        &[
            "AssociateRouteTable",
            "CreateRoute",
            "CreateRouteTable",
            "DeleteRoute",
            "DeleteRouteTable",
            "DisassociateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
        ],
        Monitored::RouteTableChanges,
    ),
    (
        "ec2",
        &[
            "AcceptVpcPeeringConnection",
            "CreateVpc",
            "CreateVpcPeeringConnection",
            "DeleteVpc",
            "DeleteVpcPeeringConnection",
            "ModifyVpcAttribute",
            "RejectVpcPeeringConnection",
        ],
        Monitored::VpcChanges,
    ),
    (
        "organizations",
        &[
            "AcceptHandshake",
            "AttachPolicy",
            "CancelHandshake",
            "CloseAccount",
            "CreateAccount",
            "CreateOrganization",
            "CreateOrganizationalUnit",
            "CreatePolicy",
            "DeclineHandshake",
            "DeleteOrganization",
            "DeleteOrganizationalUnit",
            "DeletePolicy",
            "DetachPolicy",
            "DisableAWSServiceAccess",
            "DisablePolicyType",
            "EnableAWSServiceAccess",
            "EnablePolicyType",
            "InviteAccountToOrganization",
            "LeaveOrganization",
            "MoveAccount",
            "RegisterDelegatedAdministrator",
            "RemoveAccountFromOrganization",
            "UpdateOrganizationalUnit",
            "UpdatePolicy",
        ],
        Monitored::OrganizationChanges,
    ),
    ("account", &["CloseAccount"], Monitored::OrganizationChanges),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(event: Value) -> Vec<Monitored> {
        monitored(&Record::parse(event).unwrap())
    }

    fn call(source: &str, name: &str, more: &Value) -> Value {
        let mut event = json!({
            "eventType": "AwsApiCall", "eventSource": format!("{source}.amazonaws.com"), "eventName": name,
            "userIdentity": {"type": "IAMUser", "principalId": "AIDA1EXAMPLE"},
        });
        for (key, value) in more.as_object().unwrap() {
            event[key] = value.clone();
        }
        event
    }

    #[test]
    fn every_change_on_the_list_counts_as_its_kind_if_it_happened_and_nobody_but_a_service_made_it() {
        let linked = json!({"userIdentity": {
            "type": "AssumedRole", "principalId": "AROA1EXAMPLE:s",
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "userName": "AWSServiceRoleForAutoScaling",
                "arn": "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            }},
        }});
        let disguised = json!({"userIdentity": {
            "type": "AssumedRole", "principalId": "AROA1EXAMPLE:s",
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "userName": "AWSServiceRoleForNothing",
                "arn": "arn:aws:iam::111122223333:role/AWSServiceRoleForNothing",
            }},
        }});
        for (source, names, what) in CHANGES {
            for name in names {
                assert_eq!(of(call(source, name, &json!({}))), [what], "{name}");
                assert_eq!(of(call(source, name, &disguised)), [what], "{name}");
                assert_eq!(of(call(source, name, &linked)), [], "{name}");
                assert_eq!(of(call(source, name, &json!({"errorCode": "ValidationError"}))), [], "{name}");
                let denied = of(call(source, name, &json!({"errorCode": "AccessDenied"})));
                assert_eq!(denied, [Monitored::UnauthorizedCalls], "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_news_does_not_count() {
        let login = |identity: &str, mfa: &str, result: &str| {
            json!({
                "eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
                "userIdentity": {"type": identity, "principalId": "X", "accountId": "111122223333"},
                "additionalEventData": {"MFAUsed": mfa}, "responseElements": {"ConsoleLogin": result},
            })
        };
        let root = json!({"type": "Root", "principalId": "111122223333", "accountId": "111122223333"});
        let service = json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"});
        for (case, event, expected) in [
            (
                "a user without a second factor",
                login("IAMUser", "No", "Success"),
                vec![Monitored::SignInWithoutMfa],
            ),
            ("a user with one", login("IAMUser", "Yes", "Success"), vec![]),
            ("single sign-on has its own", login("AssumedRole", "No", "Success"), vec![]),
            ("a failed sign-in", login("IAMUser", "No", "Failure"), vec![Monitored::SignInFailures]),
            ("the root user signs in", login("Root", "Yes", "Success"), vec![Monitored::RootUse]),
            (
                "the root user calls",
                call("s3", "ListBuckets", &json!({"userIdentity": root})),
                vec![Monitored::RootUse],
            ),
            (
                "AWS by the root user's rights",
                call(
                    "s3",
                    "ListBuckets",
                    &json!({"userIdentity": {"type": "Root", "accountId": "111122223333", "invokedBy": "support.amazonaws.com"}}),
                ),
                vec![],
            ),
            (
                "AWS tells of the account",
                call(
                    "iam",
                    "PasswordRecoveryCompleted",
                    &json!({"userIdentity": root, "eventType": "AwsServiceEvent"}),
                ),
                vec![],
            ),
            (
                "a service is denied",
                call("s3", "GetBucketAcl", &json!({"userIdentity": service, "errorCode": "AccessDenied"})),
                vec![],
            ),
            (
                "a bucket is asked for",
                call("s3", "HeadBucket", &json!({"errorCode": "AccessDenied"})),
                vec![],
            ),
            (
                "a call with an API date",
                call("s3", "PutBucketPolicy20230101", &json!({})),
                vec![Monitored::BucketPolicyChanges],
            ),
            ("another service's operation of that name", call("braket", "CreatePolicy", &json!({})), vec![]),
            ("a read", call("iam", "GetPolicy", &json!({"readOnly": true})), vec![]),
        ] {
            assert_eq!(of(event), expected, "{case}");
        }
    }
}
