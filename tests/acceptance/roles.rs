//! What each role may do is what the parts of its function declare: taking any one permission from any role, or giving
//! one more, fails here by the name of the role.

use crate::template::{of_type, statements, texts};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_aws::{
    AccessStates, Bucket, DynamoGroups, DynamoLedger, DynamoSentLog, DynamoWindows, EventHistory,
    EvidenceStore, IamCredentials, Identities, Objects, Published, ReviewStore, SecondOpinion, SecurityHub,
};
use trailreflex_response::{ActionClass, ActionKind};

/// An action and the resource that it is allowed on, as the template writes it.
type Permission = (String, String);

/// Permissions of one part of a function on one resource.
fn on(resource: &Value, actions: &[&str]) -> Vec<Permission> {
    actions.iter().map(|action| ((*action).to_owned(), resource.to_string())).collect()
}

fn arn(name: &str) -> Value {
    json!({"!GetAtt": format!("{name}.Arn")})
}

/// What every function does: logs, numbers, and what cannot be used or failed thrice.
fn every(name: &str) -> Vec<Permission> {
    [
        on(&arn(&format!("{name}Logs")), &["logs:CreateLogStream", "logs:PutLogEvents"]),
        on(&json!("*"), &["cloudwatch:PutMetricData"]),
        on(&arn("QuarantineQueue"), &["sqs:SendMessage"]),
    ]
    .concat()
}

fn failed() -> Vec<Permission> {
    on(&arn("FailedEventsQueue"), &["sqs:SendMessage"])
}

/// What Lambda does in the name of a function that reads a queue.
fn queue(name: &str) -> Vec<Permission> {
    on(&arn(name), &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"])
}

fn bus() -> Vec<Permission> {
    on(&arn("FindingsBus"), &["events:PutEvents"])
}

/// What `detect` and `ingest` share.
fn evaluating() -> Vec<Permission> {
    [
        bus(),
        on(&arn("SentTable"), &DynamoSentLog::PERMISSIONS),
        on(&arn("WindowsTable"), &DynamoWindows::PERMISSIONS),
    ]
    .concat()
}

fn responding(name: &str) -> Vec<Permission> {
    let parameter =
        json!({"!Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${KillSwitch}"});
    [
        every(name),
        failed(),
        bus(),
        queue(&format!("{name}LooksQueue")),
        on(&arn(&format!("{name}LooksQueue")), &["sqs:SendMessage"]),
        on(
            &arn("JournalTable"),
            &[
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
        ),
        on(&json!({"!Sub": "${JournalTable.Arn}/index/by-due"}), &["dynamodb:Query"]),
        on(&parameter, &["ssm:GetParameter"]),
    ]
    .concat()
}

/// What the parts of each function declare, but for what responders do to the account: `ActionKind` declares that.
fn declared() -> Vec<(&'static str, Vec<Permission>)> {
    let secret = |name: &str| json!({"!Sub": format!("arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter${{{name}}}")});
    let identities = |kind: &str| {
        let arn = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{kind}/*");
        json!({"!Sub": arn})
    };
    let own = |service: &str, resources: &str| json!({"!Sub": format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resources}")});
    let reading = |resources: &Value, action: &'static str| on(resources, &[action]);
    let entering = |name: &str| {
        let there = format!("arn:${{AWS::Partition}}:iam::*:role/${{AWS::StackName}}-{name}-member");
        on(&json!({"!Sub": there}), &["sts:AssumeRole"])
    };
    let canary = json!({
        "!Sub": "arn:${AWS::Partition}:cloudwatch:*:${AWS::AccountId}:alarm:trailreflex-canary"
    });
    vec![
        ("DetectRole", [every("Detect"), failed(), evaluating()].concat()),
        (
            "IngestRole",
            [
                every("Ingest"),
                queue("IngestQueue"),
                evaluating(),
                on(&arn("MeterTable"), &DynamoLedger::PERMISSIONS),
            ]
            .concat(),
        ),
        (
            "MeterRole",
            [
                every("Meter"),
                failed(),
                queue("MeterQueue"),
                on(&arn("MeterTable"), &DynamoLedger::PERMISSIONS),
                on(&canary, &["cloudwatch:DescribeAlarms"]),
                entering("MeterRole"),
            ]
            .concat(),
        ),
        (
            "NotifyRole",
            [
                every("Notify"),
                failed(),
                bus(),
                queue("NotifyQueue"),
                on(&arn("NotifyTable"), &DynamoGroups::PERMISSIONS),
                on(&arn("MeterTable"), &["dynamodb:Query"]),
                on(&json!({"!Ref": "NotificationsTopic"}), &["sns:Publish"]),
                on(&arn("NotificationsKey"), &["kms:Decrypt", "kms:GenerateDataKey"]),
                on(
                    &json!({"!Sub": "arn:${AWS::Partition}:securityhub:${AWS::Region}:${AWS::AccountId}:product/${AWS::AccountId}/default"}),
                    &SecurityHub::PERMISSIONS,
                ),
                on(&secret("SlackParameter"), &["ssm:GetParameter"]),
                on(&secret("TeamsParameter"), &["ssm:GetParameter"]),
                on(&secret("PagerDutyParameter"), &["ssm:GetParameter"]),
            ]
            .concat(),
        ),
        (
            "ApproveRole",
            [
                every("Approve"),
                on(&arn("JournalTable"), &["dynamodb:GetItem"]),
                on(&arn("ContainIdentityFunction"), &["lambda:InvokeFunction"]),
                on(&arn("RestoreLoggingFunction"), &["lambda:InvokeFunction"]),
                on(&arn("CloseExposureFunction"), &["lambda:InvokeFunction"]),
            ]
            .concat(),
        ),
        (
            "KeepEvidenceRole",
            [
                every("KeepEvidence"),
                failed(),
                bus(),
                queue("KeepEvidenceQueue"),
                on(&json!("*"), &EventHistory::PERMISSIONS),
                on(&identities("user"), &Identities::OF_USERS),
                on(&identities("role"), &Identities::OF_ROLES),
                on(&identities("group"), &Identities::OF_GROUPS),
                on(
                    &json!({"!Sub": "${EvidenceBucket.Arn}/${AWS::AccountId}/*"}),
                    &EvidenceStore::PERMISSIONS,
                ),
            ]
            .concat(),
        ),
        (
            "ReviewAccessRole",
            [
                every("ReviewAccess"),
                failed(),
                bus(),
                on(&arn("SentTable"), &DynamoSentLog::PERMISSIONS),
                on(&arn("AccessTable"), &AccessStates::PERMISSIONS),
                on(&json!("*"), &IamCredentials::PERMISSIONS),
                on(&json!("*"), &EventHistory::PERMISSIONS),
                on(&json!("*"), &SecondOpinion::PERMISSIONS),
                reading(&own("ecr", "repository/*"), "ecr:GetRepositoryPolicy"),
                reading(&own("kms", "key/*"), "kms:GetKeyPolicy"),
                reading(&json!({"!Sub": "arn:${AWS::Partition}:s3:::*"}), "s3:GetBucketPolicy"),
                reading(&own("secretsmanager", "secret:*"), "secretsmanager:GetResourcePolicy"),
                reading(&own("sns", "*"), "sns:GetTopicAttributes"),
                reading(&own("sqs", "*"), "sqs:GetQueueAttributes"),
            ]
            .concat(),
        ),
        (
            "ReviewActivityRole",
            [
                every("ReviewActivity"),
                failed(),
                bus(),
                on(&json!({"!Sub": "${ReportBucket.Arn}/*"}), &ReviewStore::PERMISSIONS[..2]),
                on(&arn("ReportBucket"), &ReviewStore::PERMISSIONS[2..]),
                on(&json!("*"), &Published::PERMISSIONS),
            ]
            .concat(),
        ),
        ("ContainIdentityRole", [responding("ContainIdentity"), entering("ContainIdentityRole")].concat()),
        ("RestoreLoggingRole", [responding("RestoreLogging"), entering("RestoreLoggingRole")].concat()),
        ("CloseExposureRole", [responding("CloseExposure"), entering("CloseExposureRole")].concat()),
        ("TrailLogsRole", on(&arn("TrailLogs"), &["logs:CreateLogStream", "logs:PutLogEvents"])),
    ]
}

/// What a role is allowed, each action with each resource.
fn allowed(role: &Value) -> BTreeSet<Permission> {
    let mut allowed = BTreeSet::new();
    for statement in statements(role).iter().filter(|statement| statement["Effect"] == "Allow") {
        let several = statement["Resource"].as_array().cloned();
        for resource in several.unwrap_or_else(|| vec![statement["Resource"].clone()]) {
            for action in texts(&json!([statement["Action"]])) {
                allowed.insert((action, resource.to_string()));
            }
        }
    }
    allowed
}

/// What a responder does to the account, and what both functions that evaluate read from buckets of the user: resources
/// are held by other tests.
fn is_held_elsewhere(role: &str, action: &str) -> bool {
    let of_buckets = || Objects::PERMISSIONS.iter().chain(&Bucket::PERMISSIONS);
    let class = ActionClass::ALL.into_iter().find(|class| role.replace("Role", "") == camel(class.as_str()));
    match class {
        Some(class) => ActionKind::ALL
            .into_iter()
            .filter(|kind| kind.class() == class)
            .flat_map(|kind| kind.permissions().iter().chain(kind.reading_permissions()))
            .any(|permission| *permission == action),
        None => {
            of_buckets().any(|permission| *permission == action)
                || action == "kms:Decrypt" && ["IngestRole", "ReviewActivityRole"].contains(&role)
        }
    }
}

fn camel(words: &str) -> String {
    let capital = |word: &str| {
        word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>()
    };
    words.split('-').map(capital).collect()
}

#[test]
fn each_role_may_do_what_its_functions_parts_declare_and_nothing_else() {
    let roles = of_type("AWS::IAM::Role");
    let declared = declared();
    let names: BTreeSet<_> = declared.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, roles.keys().cloned().collect());
    for (name, permissions) in declared {
        let mut found = allowed(&roles[name]);
        found.retain(|one| !is_held_elsewhere(name, &one.0) || permissions.contains(one));
        let expected: BTreeSet<_> = permissions.into_iter().collect();
        let (missing, more) = (expected.difference(&found), found.difference(&expected));
        let differences = (missing.collect::<Vec<_>>(), more.collect::<Vec<_>>());
        assert_eq!(differences, (Vec::new(), Vec::new()), "{name}: missing, and more than declared");
    }
}
