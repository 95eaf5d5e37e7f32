//! What each action on exposed resources sets which control to, and what it leaves alone.

use crate::fixtures::{
    Scenario, any_fault, clock_after, decide_knowing, finding, finish, finish_unless_stopped, guardrails, now,
};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use trailreflex_model::{Finding, Resource, ResourceKind, Target};
use trailreflex_response::{
    ActionKind, Contents, Control, Facts, LEASE_SECONDS, MemoryJournal, Mode, OutcomeStatus, Owner, Playbook,
    Reason, Setting, Shareable, Shared, SimulatedAccount, StepResult, execute, undo,
};

const OTHER: &str = "999988887777";
const ORGANIZATION: &str = "arn:aws:organizations::111122223333:organization/o-exampleorgid";

pub(crate) fn playbook(action: ActionKind) -> Playbook {
    let json = json!({"id": "test", "rules": ["rule-quarantined"], "actions": [action], "mode": "act"});
    Playbook { mode: Mode::Act, ..serde_json::from_value(json).unwrap() }
}

pub(crate) fn resource(kind: ResourceKind, name: &str, added: &[&str]) -> Resource {
    let added = added.iter().map(|word| word.parse().unwrap()).collect();
    Resource { resource: kind, name: name.parse().unwrap(), added }
}

pub(crate) fn about(resource: &Resource) -> Finding {
    Finding { target: Some(Target::Resource(resource.clone())), ..finding() }
}

fn words(words: &[&str]) -> Setting {
    Setting::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

pub(crate) fn sharing(of: Shared, name: &str) -> Control {
    Control::Sharing { of, name: name.parse().unwrap() }
}

pub(crate) fn account(resource: &Resource, control: &Control, setting: Setting) -> SimulatedAccount {
    let mut contents = Contents { resources: vec![resource.clone()], ..Contents::default() };
    contents.set(control.clone(), setting);
    SimulatedAccount::with(contents)
}

/// A case: action, target, control, what it is set to, what it is to be set to, the commands that plan and undo show.
pub(crate) type Case = (ActionKind, Resource, Control, Setting, Setting, String, String);

fn cases() -> Vec<Case> {
    let owned = |(kind, resource, control, before, after, command, undo): StaticCase| {
        (kind, resource, control, before, after, command.to_owned(), undo.to_owned())
    };
    listed().into_iter().map(owned).chain(crate::policies::cases()).collect()
}

type StaticCase = (ActionKind, Resource, Control, Setting, Setting, &'static str, &'static str);

fn listed() -> Vec<StaticCase> {
    use ActionKind::{
        BlockImageSharing, BlockPublicAccess, BlockSnapshotSharing, RemoveFunctionPermission,
        RequireIamForFunctionUrl, RevokeSecurityGroupRule, UnshareDocument, UnshareSnapshot,
    };
    let flags = |acls: bool, policies: bool| {
        Setting::Document(json!({"BlockPublicAcls": acls, "IgnorePublicAcls": acls,
            "BlockPublicPolicy": policies, "RestrictPublicBuckets": policies}))
    };
    let bucket = || Control::PublicAccessBlock { bucket: "ledger".parse().unwrap() };
    let block = |of| Control::SharingBlock { of };
    vec![
        (
            UnshareSnapshot,
            resource(ResourceKind::Snapshot, "snap-1", &["all"]),
            sharing(Shared::Snapshot, "snap-1"),
            words(&["all", OTHER]),
            words(&[OTHER]),
            "aws ec2 modify-snapshot-attribute --snapshot-id snap-1 --attribute createVolumePermission \
             --operation-type remove --group-names '[\"all\"]'",
            "aws ec2 modify-snapshot-attribute --snapshot-id snap-1 --attribute createVolumePermission \
             --operation-type add --group-names '[\"all\"]'",
        ),
        (
            UnshareSnapshot,
            resource(ResourceKind::Image, "ami-1", &[OTHER, ORGANIZATION]),
            sharing(Shared::Image, "ami-1"),
            words(&["444455556666", OTHER, ORGANIZATION]),
            words(&["444455556666"]),
            "aws ec2 modify-image-attribute --image-id ami-1 --attribute launchPermission --operation-type remove \
             --user-ids '[\"999988887777\"]' --organization-arns \
             '[\"arn:aws:organizations::111122223333:organization/o-exampleorgid\"]'",
            "aws ec2 modify-image-attribute --image-id ami-1 --attribute launchPermission --operation-type add \
             --user-ids '[\"999988887777\"]' --organization-arns \
             '[\"arn:aws:organizations::111122223333:organization/o-exampleorgid\"]'",
        ),
        (
            UnshareSnapshot,
            resource(ResourceKind::DbSnapshot, "ledger", &["all"]),
            sharing(Shared::DbSnapshot, "ledger"),
            words(&["all"]),
            words(&[]),
            "aws rds modify-db-snapshot-attribute --db-snapshot-identifier ledger --attribute-name restore \
             --values-to-remove '[\"all\"]'",
            "aws rds modify-db-snapshot-attribute --db-snapshot-identifier ledger --attribute-name restore \
             --values-to-add '[\"all\"]'",
        ),
        (
            UnshareSnapshot,
            resource(ResourceKind::DbClusterSnapshot, "ledger", &[OTHER]),
            sharing(Shared::DbClusterSnapshot, "ledger"),
            words(&["444455556666", OTHER]),
            words(&["444455556666"]),
            "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier ledger --attribute-name \
             restore --values-to-remove '[\"999988887777\"]'",
            "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier ledger --attribute-name \
             restore --values-to-add '[\"999988887777\"]'",
        ),
        (
            UnshareDocument,
            resource(ResourceKind::Document, "runbook", &["all"]),
            sharing(Shared::Document, "runbook"),
            words(&["all"]),
            words(&[]),
            "aws ssm modify-document-permission --name runbook --permission-type Share --account-ids-to-remove \
             '[\"all\"]'",
            "aws ssm modify-document-permission --name runbook --permission-type Share --account-ids-to-add \
             '[\"all\"]'",
        ),
        (
            RemoveFunctionPermission,
            resource(ResourceKind::Function, "checkout:live", &["backdoor"]),
            Control::FunctionPermission {
                function: "checkout:live".parse().unwrap(),
                statement_id: "backdoor".parse().unwrap(),
            },
            Setting::Document(json!({
                "Action": "lambda:InvokeFunction", "Principal": "*", "SourceArn": "arn:aws:s3:::strange",
            })),
            Setting::Absent,
            "aws lambda remove-permission --function-name checkout --qualifier live --statement-id backdoor",
            "aws lambda add-permission --function-name checkout --qualifier live --statement-id backdoor \
             --action lambda:InvokeFunction --principal '*' --source-arn arn:aws:s3:::strange",
        ),
        (
            BlockPublicAccess,
            resource(ResourceKind::Bucket, "ledger", &[]),
            bucket(),
            Setting::Absent,
            flags(true, true),
            "aws s3api put-public-access-block --bucket ledger --public-access-block-configuration \
             '{\"BlockPublicAcls\":true,\"IgnorePublicAcls\":true,\"BlockPublicPolicy\":true,\
             \"RestrictPublicBuckets\":true}'",
            "aws s3api delete-public-access-block --bucket ledger",
        ),
        (
            BlockPublicAccess,
            resource(ResourceKind::Bucket, "ledger", &[]),
            bucket(),
            flags(true, false),
            flags(true, true),
            "aws s3api put-public-access-block --bucket ledger --public-access-block-configuration \
             '{\"BlockPublicAcls\":true,\"IgnorePublicAcls\":true,\"BlockPublicPolicy\":true,\
             \"RestrictPublicBuckets\":true}'",
            "aws s3api put-public-access-block --bucket ledger --public-access-block-configuration \
             '{\"BlockPublicAcls\":true,\"IgnorePublicAcls\":true,\"BlockPublicPolicy\":false,\
             \"RestrictPublicBuckets\":false}'",
        ),
        (
            RevokeSecurityGroupRule,
            resource(
                ResourceKind::SecurityGroup,
                "sg-1",
                &["tcp/22..22/0.0.0.0/0", "tcp/443..443/0.0.0.0/0"],
            ),
            Control::Ingress {
                group: "sg-1".parse().unwrap(),
                rule: "tcp/22..22/0.0.0.0/0".parse().unwrap(),
            },
            Setting::Document(json!({"description": "for a moment"})),
            Setting::Absent,
            "aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"tcp\",\
             \"FromPort\":22,\"ToPort\":22,\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\"}]}]'",
            "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"tcp\",\
             \"FromPort\":22,\"ToPort\":22,\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\",\
             \"Description\":\"for a moment\"}]}]'",
        ),
        (
            RequireIamForFunctionUrl,
            resource(ResourceKind::Function, "checkout:live", &[]),
            Control::FunctionUrl { function: "checkout:live".parse().unwrap() },
            Setting::word("NONE"),
            Setting::word("AWS_IAM"),
            "aws lambda update-function-url-config --function-name checkout --qualifier live --auth-type AWS_IAM",
            "aws lambda update-function-url-config --function-name checkout --qualifier live --auth-type NONE",
        ),
        (
            BlockSnapshotSharing,
            resource(ResourceKind::Account, "111122223333", &[]),
            block(Shareable::Snapshots),
            Setting::word("unblocked"),
            Setting::word("block-new-sharing"),
            "aws ec2 enable-snapshot-block-public-access --state block-new-sharing",
            "aws ec2 disable-snapshot-block-public-access",
        ),
        (
            BlockImageSharing,
            resource(ResourceKind::Account, "111122223333", &[]),
            block(Shareable::Images),
            Setting::word("unblocked"),
            Setting::word("block-new-sharing"),
            "aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing",
            "aws ec2 disable-image-block-public-access",
        ),
    ]
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    let scenario = |(kind, resource, control, before, ..): Case| Scenario {
        kind,
        finding: about(&resource),
        playbook: playbook(kind),
        guardrails: guardrails(),
        contents: account(&resource, &control, before).snapshot(),
    };
    cases().into_iter().map(scenario).collect()
}

#[test]
fn every_action_sets_its_control_and_undo_sets_it_back() {
    for (kind, resource, control, before, after, command, undo_command) in cases() {
        let case = format!("{kind:?} {resource}");
        let (account, journal) = (account(&resource, &control, before), MemoryJournal::default());
        let untouched = account.snapshot();
        let plan = decide_knowing(&account, &journal, &about(&resource), &playbook(kind), now());
        let steps: Vec<_> =
            plan.steps.iter().map(|step| (&step.action.control, &step.action.after)).collect();
        assert_eq!((plan.refused, steps), (None, vec![(&control, &after)]), "{case}");
        let commands: Vec<_> = plan.steps[0].calls.iter().map(|call| call.command.as_str()).collect();
        assert_eq!(commands, [command], "{case}");
        let taking_back = plan.steps[0].action.undo_change().calls();
        assert_eq!(taking_back[0].command, undo_command, "{case}");
        let declared: BTreeSet<String> = kind.permissions().iter().map(|one| (*one).to_owned()).collect();
        assert!(plan.permissions().into_iter().all(|one| declared.contains(&one)), "{case}");

        let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
        assert_eq!(done.outcome.status, OutcomeStatus::Contained, "{case}");
        assert_eq!(account.snapshot().settings.get(&control).unwrap_or(&Setting::Absent), &after, "{case}");
        finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(5))).unwrap();
        assert_eq!(account.snapshot(), untouched, "{case}");
    }
}

#[test]
fn what_is_closed_already_is_left_as_it_is() {
    for (kind, resource, control, _, after, ..) in cases() {
        let (account, journal) = (account(&resource, &control, after), MemoryJournal::default());
        let untouched = account.snapshot();
        let plan = decide_knowing(&account, &journal, &about(&resource), &playbook(kind), now());
        let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
        assert_eq!(done.outcome.steps[0].result, StepResult::AlreadyInForce, "{kind:?}");
        finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(5))).unwrap();
        assert_eq!(account.snapshot(), untouched, "{kind:?} {resource}");
    }
    let control = Control::SharingBlock { of: Shareable::Snapshots };
    let of_account = resource(ResourceKind::Account, "111122223333", &[]);
    let blocked = account(&of_account, &control, Setting::word("block-all-sharing"));
    let block = playbook(ActionKind::BlockSnapshotSharing);
    let plan = decide_knowing(&blocked, &MemoryJournal::default(), &about(&of_account), &block, now());
    assert_eq!(plan.to_execute().count(), 0, "a stricter block is not loosened");
}

#[test]
fn an_action_without_something_that_it_is_about_does_nothing() {
    use ActionKind::{BlockPublicAccess, RevokeSecurityGroupRule, UnshareDocument, UnshareSnapshot};
    for (case, kind, resource) in [
        ("shared with whom is not told", UnshareSnapshot, resource(ResourceKind::Snapshot, "snap-1", &[])),
        ("a document is no snapshot", UnshareSnapshot, resource(ResourceKind::Document, "d", &["all"])),
        ("a snapshot is no document", UnshareDocument, resource(ResourceKind::Snapshot, "snap-1", &["all"])),
        (
            "a web server",
            RevokeSecurityGroupRule,
            resource(ResourceKind::SecurityGroup, "sg-1", &["tcp/443..443/::/0"]),
        ),
        (
            "a rule that is not there",
            RevokeSecurityGroupRule,
            resource(ResourceKind::SecurityGroup, "sg-1", &["sgr-1"]),
        ),
        ("a topic has no such block", BlockPublicAccess, resource(ResourceKind::Topic, "t", &[])),
    ] {
        let contents = Contents { resources: vec![resource.clone()], ..Contents::default() };
        let account = SimulatedAccount::with(contents);
        let plan =
            decide_knowing(&account, &MemoryJournal::default(), &about(&resource), &playbook(kind), now());
        assert_eq!(plan.refused, Some(Reason::NothingApplies), "{case}");
    }
}

#[test]
fn a_protected_resource_is_never_touched_however_it_is_named() {
    let snapshot = || resource(ResourceKind::Snapshot, "snap-1", &["all"]);
    let function = |name: &str| resource(ResourceKind::Function, name, &[]);
    for (protected, resource, expected) in [
        ("snap-1", snapshot(), Err(Reason::Protected)),
        ("arn:aws:ec2:us-east-1::snapshot/snap-1", snapshot(), Err(Reason::Protected)),
        ("arn:aws:ec2:*:111122223333:snapshot/*", snapshot(), Err(Reason::Protected)),
        ("arn:aws:ec2:us-east-1::snapshot/snap-2", snapshot(), Ok(())),
        ("snap", snapshot(), Ok(())),
        ("arn:aws:s3:::ledger", resource(ResourceKind::Bucket, "ledger", &[]), Err(Reason::Protected)),
        (
            "arn:aws:lambda:us-east-1:111122223333:function:shop-*",
            function("shop-hook:live"),
            Err(Reason::Protected),
        ),
        ("shop-hook", function("shop-hook:live"), Err(Reason::Protected)),
        (
            "shop-hook",
            function("arn:aws:lambda:us-east-1:111122223333:function:shop-hook"),
            Err(Reason::Protected),
        ),
    ] {
        let mut guardrails = guardrails();
        guardrails.protected = vec![protected.parse().unwrap()];
        let facts = Facts::of(Owner::Resource(resource.clone()));
        let judged = guardrails.judge_owner(&about(&resource), &facts).map(drop);
        assert_eq!(judged, expected, "{protected}: {resource}");
    }
}

#[test]
fn two_shares_in_one_call_are_two_plans() {
    let journal = MemoryJournal::default();
    let control = sharing(Shared::Snapshot, "snap-1");
    let everybody = resource(ResourceKind::Snapshot, "snap-1", &["all"]);
    let somebody = resource(ResourceKind::Snapshot, "snap-1", &[OTHER]);
    let account = account(&everybody, &control, words(&["all", OTHER]));
    let unshare = playbook(ActionKind::UnshareSnapshot);
    let first = decide_knowing(&account, &journal, &about(&everybody), &unshare, now());
    let second = decide_knowing(&account, &journal, &about(&somebody), &unshare, now());
    assert_ne!(first.id, second.id);
}

proptest! {
    /// Faults of every kind in any call of three deliveries and two undos; the last ones meet none.
    #[test]
    fn closing_ends_complete_and_undo_restores_the_account(
        which in 0..cases().len(),
        faults in prop::collection::vec(any_fault(), 0..16),
        undo_faults in prop::collection::vec(any_fault(), 0..8),
    ) {
        let (kind, resource, control, before, after, ..) = cases().remove(which);
        let (account, journal) = (account(&resource, &control, before), MemoryJournal::default());
        let untouched = account.snapshot();
        let plan = decide_knowing(&account, &journal, &about(&resource), &playbook(kind), now());
        account.set_faults(faults);
        for delivery in 0..3 {
            let clock = clock_after(delivery * LEASE_SECONDS);
            let _ = finish_unless_stopped(execute(plan.clone(), &account, &journal, &clock));
        }
        account.set_faults([]);
        let last = finish(execute(plan, &account, &journal, &clock_after(3 * LEASE_SECONDS))).unwrap();
        prop_assert_eq!(last.outcome.status, OutcomeStatus::Contained);
        let settings = account.snapshot().settings;
        prop_assert_eq!(settings.get(&control).unwrap_or(&Setting::Absent), &after);
        account.set_faults(undo_faults);
        for delivery in 4..6 {
            let clock = clock_after(delivery * LEASE_SECONDS);
            let _ = finish_unless_stopped(undo(last.outcome.plan_id(), &account, &journal, &clock));
        }
        account.set_faults([]);
        let undone = finish(undo(last.outcome.plan_id(), &account, &journal, &clock_after(7 * LEASE_SECONDS)));
        prop_assert_eq!(undone.unwrap().outcome.status, OutcomeStatus::Undone);
        prop_assert_eq!(account.snapshot(), untouched);
    }
}
