//! What an intruder leaves behind: calls whose effect outlives the containment, so that a person takes them back.
//!
//! Source: MITRE ATT&CK, tactic Persistence (TA0003), cloud matrix; the calls are those of the techniques' AWS procedures.

use serde_json::Value;
use trailreflex_model::cloudtrail::without_api_date;
use trailreflex_response::Persistence;

/// Calls that leave something behind: service, then operations. Lambda's names end with the version of its API.
const CALLS: &[(&str, &[&str])] = &[
    (
        "iam",
        &[
            "AddClientIDToOpenIDConnectProvider",
            "AddRoleToInstanceProfile",
            "AddUserToGroup",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreateAccessKey",
            "CreateLoginProfile",
            "CreateOpenIDConnectProvider",
            "CreatePolicyVersion",
            "CreateRole",
            "CreateSAMLProvider",
            "CreateServiceSpecificCredential",
            "CreateUser",
            "DeactivateMFADevice",
            "DeleteRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "EnableMFADevice",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "ResetServiceSpecificCredential",
            "SetDefaultPolicyVersion",
            "UpdateAccessKey",
            "UpdateAssumeRolePolicy",
            "UpdateLoginProfile",
            "UpdateSAMLProvider",
            "UploadSSHPublicKey",
            "UploadSigningCertificate",
        ],
    ),
    ("sts", &["AssumeRole", "GetFederationToken", "GetSessionToken"]),
    (
        "lambda",
        &[
            "AddLayerVersionPermission",
            "AddPermission",
            "CreateEventSourceMapping",
            "CreateFunction",
            "CreateFunctionUrlConfig",
            "PublishLayerVersion",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "UpdateFunctionUrlConfig",
        ],
    ),
    (
        "ec2",
        &[
            "AuthorizeSecurityGroupIngress",
            "CreateKeyPair",
            "CreateVpcPeeringConnection",
            "ImportKeyPair",
            "ModifyImageAttribute",
            "ModifyInstanceAttribute",
            "ModifySnapshotAttribute",
            "RunInstances",
        ],
    ),
    ("ecs", &["CreateService", "RegisterTaskDefinition", "RunTask"]),
    ("events", &["PutPermission", "PutRule", "PutTargets"]),
    ("scheduler", &["CreateSchedule", "UpdateSchedule"]),
    ("ssm", &["CreateActivation", "CreateAssociation", "CreateDocument", "ModifyDocumentPermission"]),
    ("rolesanywhere", &["CreateProfile", "CreateTrustAnchor"]),
    ("sso", &["CreateAccountAssignment", "CreatePermissionSet", "PutInlinePolicyToPermissionSet"]),
    ("identitystore", &["CreateGroupMembership", "CreateUser"]),
    ("cloudformation", &["CreateStack", "CreateStackSet", "UpdateStack"]),
    ("kms", &["CreateGrant", "PutKeyPolicy"]),
    ("s3", &["DeleteBucketPublicAccessBlock", "PutBucketAcl", "PutBucketPolicy", "PutBucketReplication"]),
    ("sqs", &["AddPermission", "SetQueueAttributes"]),
    ("sns", &["AddPermission", "SetTopicAttributes", "Subscribe"]),
    ("secretsmanager", &["PutResourcePolicy"]),
    ("ecr", &["PutImage", "SetRepositoryPolicy"]),
    ("rds", &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute"]),
];

/// Returns what a record leaves behind, if the call succeeded.
#[must_use]
pub fn persistence(record: &Value) -> Option<Persistence> {
    let text = |field: &str| record.get(field).and_then(Value::as_str);
    if text("errorCode").is_some() {
        return None;
    }
    let service = text("eventSource")?.strip_suffix(".amazonaws.com")?;
    let name = without_api_date(text("eventName")?);
    let (service, names) = CALLS.iter().find(|(known, _)| *known == service)?;
    let name = names.iter().find(|known| **known == name)?;
    Some(Persistence {
        event_time: text("eventTime")?.to_owned(),
        call: format!("{service}:{name}"),
        event_id: text("eventID")?.to_owned(),
    })
}
