//! What opens resources to others: readings that are not as simple as they look, and what is sent.

use aws_sdk_ec2::operation::authorize_security_group_ingress::AuthorizeSecurityGroupIngressError;
use aws_sdk_ec2::operation::describe_image_attribute::DescribeImageAttributeOutput;
use aws_sdk_ec2::operation::describe_security_group_rules::DescribeSecurityGroupRulesOutput;
use aws_sdk_ec2::operation::describe_snapshot_attribute::{
    DescribeSnapshotAttributeError, DescribeSnapshotAttributeOutput,
};
use aws_sdk_ec2::operation::modify_snapshot_attribute::ModifySnapshotAttributeOutput;
use aws_sdk_ec2::operation::revoke_security_group_ingress::RevokeSecurityGroupIngressOutput;
use aws_sdk_ec2::types::{
    CreateVolumePermission, LaunchPermission, OperationType, PermissionGroup, ReferencedSecurityGroup,
    SecurityGroupRule,
};
use aws_sdk_lambda::operation::add_permission::{AddPermissionError, AddPermissionOutput};
use aws_sdk_lambda::operation::get_function_url_config::GetFunctionUrlConfigOutput;
use aws_sdk_lambda::operation::get_policy::{GetPolicyError, GetPolicyOutput};
use aws_sdk_lambda::operation::remove_permission::{RemovePermissionError, RemovePermissionOutput};
use aws_sdk_lambda::types::FunctionUrlAuthType;
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use aws_sdk_ssm::operation::describe_document_permission::DescribeDocumentPermissionOutput;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_aws::{ExposureAccount, SdkConfig};
use trailreflex_model::{Finding, Resource, Target};
use trailreflex_response::{
    Account, ActionKind, Control, Declared, Guardrails, MemoryJournal, Mode, OutcomeStatus, Owner, Playbook,
    Reading, Setting, Shared, execute, observe, plan, undo,
};

const OTHER: &str = "999988887777";

/// An account whose clients are never called, to put mocks in the place of some.
fn account() -> ExposureAccount {
    let config = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest());
    ExposureAccount::new(&config.region(aws_config::Region::new("us-east-1")).build())
}

fn sharing(of: Shared, name: &str) -> Control {
    Control::Sharing { of, name: name.parse().unwrap() }
}

fn words(words: &[&str]) -> Reading {
    Reading::Is(Setting::Words(words.iter().map(|word| (*word).to_owned()).collect()))
}

fn target(resource: Value) -> Target {
    let mut resource = resource;
    resource["kind"] = json!("resource");
    serde_json::from_value(resource).unwrap()
}

fn code(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).build()
}

fn rule(id: &str, cidr: &str, port: i32) -> SecurityGroupRule {
    let rule = SecurityGroupRule::builder().security_group_rule_id(id).group_id("sg-1").is_egress(false);
    rule.ip_protocol("tcp").from_port(port).to_port(port).cidr_ipv4(cidr).build()
}

#[tokio::test]
async fn whoever_something_is_shared_with_is_read_whatever_it_is() {
    let snapshot = mock!(aws_sdk_ec2::Client::describe_snapshot_attribute).then_output(|| {
        DescribeSnapshotAttributeOutput::builder()
            .create_volume_permissions(CreateVolumePermission::builder().group(PermissionGroup::All).build())
            .create_volume_permissions(CreateVolumePermission::builder().user_id(OTHER).build())
            .build()
    });
    let unit = "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-1";
    let image = mock!(aws_sdk_ec2::Client::describe_image_attribute).then_output(move || {
        DescribeImageAttributeOutput::builder()
            .launch_permissions(LaunchPermission::builder().organizational_unit_arn(unit).build())
            .build()
    });
    let ec2 = mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&snapshot, &image]);
    let first = mock!(aws_sdk_ssm::Client::describe_document_permission)
        .match_requests(|request| request.next_token().is_none())
        .then_output(|| {
            DescribeDocumentPermissionOutput::builder().account_ids("All").next_token("2").build()
        });
    let second = mock!(aws_sdk_ssm::Client::describe_document_permission)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(|| DescribeDocumentPermissionOutput::builder().account_ids(OTHER).build());
    let ssm = mock_client!(aws_sdk_ssm, RuleMode::MatchAny, [&first, &second]);
    let account = account().with_ec2(ec2).with_ssm(ssm);
    for (control, expected) in [
        (sharing(Shared::Snapshot, "snap-1"), words(&["all", OTHER])),
        (sharing(Shared::Image, "ami-1"), words(&[unit])),
        (sharing(Shared::Document, "runbook"), words(&["all", OTHER])),
    ] {
        assert_eq!(account.read(&control).await.unwrap(), expected, "{}", control.key());
    }
}

#[tokio::test]
async fn what_is_gone_is_told_from_what_is_not_set() {
    let snapshot = mock!(aws_sdk_ec2::Client::describe_snapshot_attribute)
        .then_error(|| DescribeSnapshotAttributeError::generic(code("InvalidSnapshot.NotFound")));
    let ec2 = mock_client!(aws_sdk_ec2, [&snapshot]);
    let unset = mock!(aws_sdk_s3::Client::get_public_access_block)
        .match_requests(|request| request.bucket() == Some("plain"))
        .then_error(|| GetPublicAccessBlockError::generic(code("NoSuchPublicAccessBlockConfiguration")));
    let gone = mock!(aws_sdk_s3::Client::get_public_access_block)
        .match_requests(|request| request.bucket() == Some("gone"))
        .then_error(|| GetPublicAccessBlockError::generic(code("NoSuchBucket")));
    // A flag that is left out is off.
    let half = mock!(aws_sdk_s3::Client::get_public_access_block)
        .match_requests(|request| request.bucket() == Some("half"))
        .then_output(|| {
            let flags = PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
            GetPublicAccessBlockOutput::builder().public_access_block_configuration(flags).build()
        });
    let s3 = mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&unset, &gone, &half]);
    let account = account().with_ec2(ec2).with_s3(s3);
    let bucket = |name: &str| Control::PublicAccessBlock { bucket: name.parse().unwrap() };
    let flags = json!({"BlockPublicAcls": true, "IgnorePublicAcls": false, "BlockPublicPolicy": false,
        "RestrictPublicBuckets": false});
    for (control, expected) in [
        (sharing(Shared::Snapshot, "snap-1"), Reading::Gone),
        (bucket("plain"), Reading::Is(Setting::Absent)),
        (bucket("gone"), Reading::Gone),
        (bucket("half"), Reading::Is(Setting::Document(flags))),
    ] {
        assert_eq!(account.read(&control).await.unwrap(), expected, "{}", control.key());
    }
}

#[tokio::test]
async fn a_bucket_of_another_region_is_asked_for_there() {
    let moved = |status: u16| {
        move || {
            let body = "<Error><Code>PermanentRedirect</Code><Message>ask there</Message></Error>";
            let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
            answer.headers_mut().insert("x-amz-bucket-region", "eu-west-1");
            answer
        }
    };
    let control = Control::PublicAccessBlock { bucket: "away".parse().unwrap() };
    for (status, calls) in [(301, 2), (400, 2), (403, 1)] {
        let read = mock!(aws_sdk_s3::Client::get_public_access_block)
            .sequence()
            .http_response(moved(status))
            .output(|| GetPublicAccessBlockOutput::builder().build())
            .build();
        let account = account().with_s3(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&read]));
        let reading = account.read(&control).await;
        assert_eq!((reading.is_ok(), read.num_calls()), (calls == 2, calls), "{status}: {reading:?}");
    }
}

#[tokio::test]
async fn the_url_of_an_alias_is_asked_for_as_lambda_wants_it() {
    let url = mock!(aws_sdk_lambda::Client::get_function_url_config)
        .match_requests(|request| {
            request.function_name() == Some("arn:aws:lambda:us-east-1:111122223333:function:checkout")
                && request.qualifier() == Some("live")
        })
        .then_output(|| {
            GetFunctionUrlConfigOutput::builder()
                .auth_type(FunctionUrlAuthType::None)
                .function_url("https://example.lambda-url.us-east-1.on.aws/")
                .function_arn("arn:aws:lambda:us-east-1:111122223333:function:checkout:live")
                .creation_time("2026-11-24T10:00:00Z")
                .last_modified_time("2026-11-24T10:00:00Z")
                .build()
                .unwrap()
        });
    let account = account().with_lambda(mock_client!(aws_sdk_lambda, [&url]));
    let function = "arn:aws:lambda:us-east-1:111122223333:function:checkout:live".parse().unwrap();
    let reading = account.read(&Control::FunctionUrl { function }).await.unwrap();
    assert_eq!(reading, Reading::Is(Setting::word("NONE")));
}

#[tokio::test]
async fn rules_that_a_call_has_added_are_told_by_what_they_say() {
    let group = |id: &str| ReferencedSecurityGroup::builder().group_id(id).user_id("111122223333");
    let everything = SecurityGroupRule::builder().security_group_rule_id("sgr-2").is_egress(false);
    // EC2 says -1 for the ports of all protocols.
    let everything = everything.ip_protocol("-1").from_port(-1).to_port(-1).cidr_ipv6("::/0").build();
    let of_group = SecurityGroupRule::builder().security_group_rule_id("sgr-3").is_egress(false);
    let of_group = of_group.ip_protocol("udp").from_port(53).to_port(53).group_owner_id("111122223333");
    let of_group = of_group.referenced_group_info(group("sg-2").build()).build();
    let outgoing = SecurityGroupRule::builder().security_group_rule_id("sgr-4").is_egress(true);
    let outgoing = outgoing.ip_protocol("tcp").from_port(22).to_port(22).cidr_ipv4("0.0.0.0/0").build();
    let rules = mock!(aws_sdk_ec2::Client::describe_security_group_rules)
        .match_requests(|request| {
            let filter = request.filters().first();
            filter.is_some_and(|filter| filter.name() == Some("group-id") && filter.values() == ["sg-1"])
        })
        .then_output(move || {
            let rules = [rule("sgr-1", "0.0.0.0/0", 22), rule("sgr-5", "10.0.0.0/8", 22)];
            let rules = rules.into_iter().chain([everything.clone(), of_group.clone(), outgoing.clone()]);
            DescribeSecurityGroupRulesOutput::builder()
                .set_security_group_rules(Some(rules.collect()))
                .build()
        });
    let account = account().with_ec2(mock_client!(aws_sdk_ec2, [&rules]));
    let added = ["sgr-1", "sgr-2", "sgr-3", "sgr-4", "sgr-gone"];
    let target = target(json!({"resource": "securityGroup", "name": "sg-1", "added": added}));
    let kinds = BTreeSet::from([ActionKind::RevokeSecurityGroupRule]);
    let owner = account.observe(&target, &kinds).await.unwrap();
    let Owner::Resource(Resource { added, .. }) = owner else { panic!("{owner:?}") };
    let added: Vec<_> = added.iter().map(trailreflex_model::ResourceName::as_str).collect();
    assert_eq!(added, ["-1/all/::/0", "tcp/22..22/0.0.0.0/0", "udp/53..53/sg-2"]);
}

fn finding(target: &Target) -> Finding {
    serde_json::from_value(json!({
        "id": "0123456789abcdef0123456789abcdef",
        "rule": {"id": "rule", "title": "Something opened"},
        "severity": "high",
        "evidence": {
            "account": "111122223333", "region": "us-east-1", "eventId": "e-1",
            "eventTime": "2026-11-24T10:00:00Z", "eventSource": "ec2.amazonaws.com",
            "eventName": "ModifySnapshotAttribute", "succeeded": true
        },
        "actor": {"kind": "IAMUser"},
        "target": target
    }))
    .unwrap()
}

/// Responds on the mocks, takes the response back, and tells what came of both.
async fn there_and_back(
    account: &ExposureAccount,
    target: &Target,
    kind: ActionKind,
) -> (OutcomeStatus, OutcomeStatus) {
    let finding = finding(target);
    let playbook: Playbook =
        serde_json::from_value(json!({"id": "test", "rules": ["rule"], "actions": [kind], "mode": "act"}))
            .unwrap();
    let guardrails = Guardrails {
        account: "111122223333".parse().unwrap(),
        members: BTreeSet::new(),
        region: "us-east-1".parse().unwrap(),
        protected: Vec::new(),
        own_roles: Vec::new(),
        declared: Declared::default(),
        max_event_age_seconds: 3600,
    };
    let journal = MemoryJournal::default();
    let now = || "2026-11-24T10:00:30Z".parse().unwrap();
    let facts = observe(&finding, target, &playbook, (account, &journal, None)).await.unwrap();
    let plan = plan(&finding, &playbook, &facts, (&guardrails, Mode::Act), (now(), false));
    let done = execute(plan, account, &journal, &now).await.unwrap().outcome;
    let later = || "2026-11-24T10:05:00Z".parse().unwrap();
    let undone = undo(done.plan_id(), account, &journal, &later).await.unwrap().outcome;
    (done.status, undone.status)
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_unshared_with_exactly_those_that_were_added() {
    let shared = |granted: &[&str]| {
        let grant = |account: &&str| CreateVolumePermission::builder().user_id(*account).build();
        let granted = granted.iter().map(grant).collect();
        DescribeSnapshotAttributeOutput::builder().set_create_volume_permissions(Some(granted)).build()
    };
    let read = |granted: &'static [&str]| {
        mock!(aws_sdk_ec2::Client::describe_snapshot_attribute).then_output(move || shared(granted))
    };
    let write = |operation: OperationType| {
        mock!(aws_sdk_ec2::Client::modify_snapshot_attribute)
            .match_requests(move |request| {
                request.operation_type() == Some(&operation) && request.user_ids() == [OTHER]
            })
            .then_output(|| ModifySnapshotAttributeOutput::builder().build())
    };
    let both: &[&str] = &["444455556666", OTHER];
    let rules = [
        read(both),
        write(OperationType::Remove),
        read(&["444455556666"]),
        read(&["444455556666"]),
        write(OperationType::Add),
        read(both),
    ];
    let ec2 = mock_client!(aws_sdk_ec2, RuleMode::Sequential, rules.iter().collect::<Vec<_>>().as_slice());
    let target = target(json!({"resource": "snapshot", "name": "snap-1", "added": [OTHER]}));
    let came = there_and_back(&account().with_ec2(ec2), &target, ActionKind::UnshareSnapshot).await;
    assert_eq!(came, (OutcomeStatus::Contained, OutcomeStatus::Undone));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_somebody_has_added_again_in_the_meantime_counts_as_taken_back() {
    let read = |id: Option<&'static str>| {
        mock!(aws_sdk_ec2::Client::describe_security_group_rules).then_output(move || {
            let rules = id.map(|id| rule(id, "0.0.0.0/0", 22)).into_iter().collect();
            DescribeSecurityGroupRulesOutput::builder().set_security_group_rules(Some(rules)).build()
        })
    };
    let revoke = mock!(aws_sdk_ec2::Client::revoke_security_group_ingress)
        .match_requests(|request| {
            let permission = &request.ip_permissions()[0];
            let ranges: Vec<_> = permission.ip_ranges().iter().map(|range| range.cidr_ip()).collect();
            (permission.ip_protocol(), permission.from_port(), permission.to_port(), ranges)
                == (Some("tcp"), Some(22), Some(22), vec![Some("0.0.0.0/0")])
        })
        .then_output(|| RevokeSecurityGroupIngressOutput::builder().build());
    let authorize = mock!(aws_sdk_ec2::Client::authorize_security_group_ingress)
        .then_error(|| AuthorizeSecurityGroupIngressError::generic(code("InvalidPermission.Duplicate")));
    let (there, gone) = (|| read(Some("sgr-1")), || read(None));
    let rules = [there(), there(), revoke, gone(), gone(), authorize, read(Some("sgr-2"))];
    let ec2 = mock_client!(aws_sdk_ec2, RuleMode::Sequential, rules.iter().collect::<Vec<_>>().as_slice());
    let target = target(json!({"resource": "securityGroup", "name": "sg-1", "added": ["sgr-1"]}));
    let came = there_and_back(&account().with_ec2(ec2), &target, ActionKind::RevokeSecurityGroupRule).await;
    assert_eq!(came, (OutcomeStatus::Contained, OutcomeStatus::Undone));
}

/// What Lambda says of a function whose policy has these statements; of none, as of a function without a policy.
fn policy(statements: &'static [&'static str]) -> aws_smithy_mocks::Rule {
    if statements.is_empty() {
        return mock!(aws_sdk_lambda::Client::get_policy)
            .then_error(|| GetPolicyError::generic(code("ResourceNotFoundException")));
    }
    mock!(aws_sdk_lambda::Client::get_policy).then_output(move || {
        let written: Vec<_> = statements
            .iter()
            .map(|sid| {
                let account = "arn:aws:iam::999988887777:root";
                json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": account}, "Action": "lambda:InvokeFunction",
                       "Resource": "arn:aws:lambda:us-east-1:111122223333:function:checkout"})
            })
            .collect();
        let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": written});
        GetPolicyOutput::builder().policy(policy.to_string()).build()
    })
}

#[tokio::test(start_paused = true)]
async fn a_statement_of_a_function_is_removed_and_written_again_whatever_is_lost_on_the_way() {
    let remove = || {
        mock!(aws_sdk_lambda::Client::remove_permission).match_requests(|request| {
            (request.function_name(), request.statement_id()) == (Some("checkout"), Some("backdoor"))
        })
    };
    let add = || {
        mock!(aws_sdk_lambda::Client::add_permission).match_requests(|request| {
            (request.statement_id(), request.action(), request.principal())
                == (Some("backdoor"), Some("lambda:InvokeFunction"), Some("arn:aws:iam::999988887777:root"))
        })
    };
    let both: &[&str] = &["partner", "backdoor"];
    for (case, removed, added, left) in [
        (
            "all goes well",
            remove().then_output(|| RemovePermissionOutput::builder().build()),
            add().then_output(|| AddPermissionOutput::builder().build()),
            &["partner"] as &'static [&'static str],
        ),
        (
            "it was the only one, and the first answers were lost",
            remove().then_error(|| RemovePermissionError::generic(code("ResourceNotFoundException"))),
            add().then_error(|| AddPermissionError::generic(code("ResourceConflictException"))),
            &[],
        ),
    ] {
        let rules = [policy(both), removed, policy(left), policy(left), added, policy(both)];
        let rules: Vec<_> = rules.iter().collect();
        let lambda = mock_client!(aws_sdk_lambda, RuleMode::Sequential, rules.as_slice());
        let target = target(json!({"resource": "function", "name": "checkout", "added": ["backdoor"]}));
        let account = account().with_lambda(lambda);
        let came = there_and_back(&account, &target, ActionKind::RemoveFunctionPermission).await;
        assert_eq!(came, (OutcomeStatus::Contained, OutcomeStatus::Undone), "{case}");
    }
}
