//! The table says what it is said to say, and finds what it holds.

#![cfg(test)]

use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_actions::{AccessLevel, Action, Called, Service, called, condition_keys};

fn names(called: Called) -> String {
    match called {
        Called::Actions(actions) => actions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Called::Nothing => "nothing".to_owned(),
        Called::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn the_table_holds_what_its_manifest_says() {
    let manifest: Value = serde_json::from_str(include_str!("../data/manifest.json")).unwrap();
    let counts = &manifest["counts"];
    assert_eq!(manifest["bytes"], include_bytes!("../data/actions.bin").len());
    assert!(manifest["bytes"].as_u64().unwrap() < 1_000_000);
    let services: BTreeSet<_> = Action::all().map(Action::service).collect();
    assert_eq!(counts["actions"], Action::all().count());
    assert_eq!(counts["shownByCloudTrail"], Action::all().filter(|action| action.is_shown()).count());
    let with = Action::all().filter(|action| action.dependents().next().is_some()).count();
    assert!(counts["services"].as_u64().unwrap() >= services.len() as u64 && services.len() > 450);
    assert!((1_600..=1_654).contains(&with), "{with}");
    assert_eq!(counts["actions"], 22_321);
}

#[test]
fn every_action_is_found_by_its_name_in_any_case_and_has_a_level() {
    for action in Action::all() {
        let name = action.to_string();
        assert_eq!(Action::named(&name), Some(action), "{name}");
        assert_eq!(Action::named(&name.to_ascii_uppercase()), Some(action), "{name}");
        assert!(action.levels().count() >= 1, "{name}");
        assert!(action.condition_keys().all(|key| key.contains(':')), "{name}");
        for kind in action.resource_types() {
            let arn = kind.arn();
            assert!(arn.starts_with("arn:") || arn == "*" || arn.starts_with("${"), "{name}: {arn}");
        }
    }
    for missing in ["s3:GetObjekt", "s3", "", "nothing:GetObject", "s3:", ":GetObject", "ü:ü"] {
        assert_eq!(Action::named(missing), None, "{missing}");
    }
}

#[test]
fn records_are_told_by_the_actions_that_authorise_them() {
    for (source, name, expected) in [
        ("s3", "GetObject", "s3:GetObject"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "CopyObject", "s3:GetObject s3:PutObject"),
        ("s3", "PutBucketReplication", "s3:PutReplicationConfiguration"),
        (
            "s3",
            "DeleteBucketPublicAccessBlock",
            "s3:PutAccountPublicAccessBlock s3:PutBucketPublicAccessBlock",
        ),
        ("s3", "PutBucketPolicy", "s3:PutBucketPolicy"),
        ("iam", "CreateAccessKey", "iam:CreateAccessKey"),
        ("sts", "AssumeRole", "sts:AssumeRole"),
        ("sts", "GetCallerIdentity", "nothing"),
        ("signin", "ConsoleLogin", "nothing"),
        ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda", "UpdateFunctionConfiguration20150331v2", "lambda:UpdateFunctionConfiguration"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("cloudfront", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"),
        ("cloud9", "CreateEnvironmentEC2", "cloud9:CreateEnvironmentEC2"),
        ("datasync", "CreateLocationS3", "datasync:CreateLocationS3"),
        ("monitoring", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
        ("email", "SendEmail", "ses:SendEmail"),
        ("elasticfilesystem", "CreateFileSystem", "elasticfilesystem:CreateFileSystem"),
        ("kms", "ReEncrypt", "kms:ReEncryptFrom kms:ReEncryptTo"),
        ("dynamodb", "TransactGetItems", "dynamodb:GetItem"),
        ("sqs", "SendMessageBatch", "sqs:SendMessage"),
        ("apigateway", "CreateRestApi", "apigateway:POST"),
        ("apigateway", "DeleteRestApi", "apigateway:DELETE"),
        ("bedrock", "Converse", "bedrock:InvokeModel"),
        ("budgets", "CreateBudget", "budgets:ModifyBudget"),
        ("organizations", "CreateAccount", "organizations:CreateAccount"),
        ("sso", "CreatePermissionSet", "sso:CreatePermissionSet"),
        ("marketplace", "Subscribe", "aws-marketplace:Subscribe"),
        ("ec2", "RUNINSTANCES", "ec2:RunInstances"),
        ("ec2", "RunInstancesV2", "ec2:RunInstances"),
        ("ec2", "RunInstancesV", "unknown"),
        ("lambda", "CreateFunction20159931", "unknown"),
        ("ec2", "RunInstancesTomorrow", "unknown"),
        ("unheard-of", "RunInstances", "unknown"),
        ("ec2", "20150331", "unknown"),
        ("ec2", "", "unknown"),
    ] {
        assert_eq!(names(called(&format!("{source}.amazonaws.com"), name)), expected, "{source} {name}");
    }
}

#[test]
fn an_action_tells_its_level_its_resources_and_what_else_it_needs() {
    let action = |name: &str| Action::named(name).unwrap();
    let levels = |name: &str| action(name).levels().map(AccessLevel::as_str).collect::<Vec<_>>();
    assert_eq!(levels("s3:ListAllMyBuckets"), ["List"]);
    assert_eq!(levels("iam:AttachUserPolicy"), ["Write", "Permissions management"]);
    let resources: Vec<_> = action("lambda:InvokeFunction")
        .resource_types()
        .map(|kind| (kind.name, kind.arn(), kind.is_required))
        .collect();
    assert!(
        resources.contains(&(
            "function",
            "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}".to_owned(),
            true
        )),
        "{resources:?}"
    );
    assert!(action("iam:CreateUser").condition_keys().any(|key| key == "iam:PermissionsBoundary"));
    assert!(action("lambda:CreateFunction").dependents().any(|one| one.to_string() == "iam:PassRole"));
    assert!(!action("iam:PassRole").is_shown() && action("iam:CreateUser").is_shown());
}

#[test]
fn a_resource_tells_which_keys_say_something_of_it() {
    for (action, expected) in [
        ("lambda:DeleteFunction", "aws:ResourceTag/${TagKey}"),
        (
            "kms:DisableKey",
            "aws:ResourceTag/${TagKey} kms:KeyOrigin kms:KeySpec kms:KeyUsage kms:MultiRegion kms:MultiRegionKeyType kms:ResourceAliases",
        ),
        ("sts:GetFederationToken", ""),
    ] {
        let kinds = Action::named(action).unwrap().resource_types();
        let keys: BTreeSet<_> = kinds.flat_map(|kind| kind.condition_keys()).collect();
        assert_eq!(keys.into_iter().collect::<Vec<_>>().join(" "), expected, "{action}");
    }
    assert_eq!(condition_keys().count(), 1_601);
    assert!(condition_keys().any(|key| key == "ec2:RoleDelivery"), "a key of no action in particular");
}

#[test]
fn a_service_is_found_by_its_prefix_and_by_what_others_call_it() {
    let known_as = |label: &str| Service::known_as(label).map(Service::prefix);
    for (label, expected) in [
        ("s3", Some("s3")),
        ("efs", Some("elasticfilesystem")),
        ("emr", Some("elasticmapreduce")),
        ("monitoring", Some("cloudwatch")),
        ("unheard-of", None),
    ] {
        assert_eq!(known_as(label), expected, "{label}");
    }
    assert_eq!(Service::named("monitoring"), None);
    assert_eq!(Service::named("S3").map(Service::prefix), Some("s3"));
    for service in Service::all() {
        assert_eq!(Service::named(service.prefix()), Some(service));
        assert!(service.actions().all(|action| action.service() == service.prefix()), "{service:?}");
    }
    assert_eq!(Service::all().map(|service| service.actions().count()).sum::<usize>(), Action::all().count());
}
