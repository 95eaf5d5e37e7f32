//! What an intruder leaves behind: calls whose effect outlives the containment, so that a person takes them back.
//!
//! Source: MITRE ATT&CK, tactic Persistence (TA0003), cloud matrix; the calls are those of the techniques' AWS procedures.

use serde::Serialize;
use serde_json::Value;

/// A call that leaves something behind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Persistence {
    /// When, as the record says.
    pub event_time: String,
    /// Service and operation, such as `iam:CreateAccessKey`.
    pub call: String,
    /// Which of the evidence's records.
    pub event_id: String,
}

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

impl Persistence {
    /// Returns what a record leaves behind, if the call succeeded.
    #[must_use]
    pub fn of(record: &Value) -> Option<Self> {
        let text = |field: &str| record.get(field).and_then(Value::as_str);
        if text("errorCode").is_some() {
            return None;
        }
        let service = text("eventSource")?.strip_suffix(".amazonaws.com")?;
        let name = text("eventName")?.split("20").next()?;
        let (service, names) = CALLS.iter().find(|(known, _)| *known == service)?;
        let name = names.iter().find(|known| **known == name)?;
        Some(Self {
            event_time: text("eventTime")?.to_owned(),
            call: format!("{service}:{name}"),
            event_id: text("eventID")?.to_owned(),
        })
    }
}
