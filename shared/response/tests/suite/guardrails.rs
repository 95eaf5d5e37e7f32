//! What is refused, and what a plan says.

use crate::fixtures::{
    KEY, OTHER_KEY, account, alice, decide, finding, finding_about_key, guardrails, now, playbook, user,
};
use trailreflex_model::{Finding, Target};
use trailreflex_response::{
    Control, Facts, KeyStatus, MemoryJournal, Mode, Owner, Plan, Protected, Reason, SimulatedAccount,
    Verdict, observe, plan,
};

/// What the function reads before it decides.
fn known(account: &SimulatedAccount, finding: &Finding) -> Facts {
    let target = finding.target.as_ref().unwrap();
    let journal = MemoryJournal::default();
    crate::fixtures::finish(observe(finding, target, &playbook(), (account, &journal, None))).unwrap()
}

fn changed(change: impl FnOnce(&mut Finding)) -> Finding {
    let mut finding = finding();
    change(&mut finding);
    finding
}

#[test]
fn guardrails_refuse_whatever_is_in_doubt_and_say_why() {
    let at = |time: &str| changed(|f| f.evidence.event_time = Some(time.parse().unwrap()));
    let root_with_own_key = || {
        let mut finding = finding_about_key(KEY);
        finding.actor.kind = "Root".to_owned();
        finding.actor.access_key_id = Some(KEY.parse().unwrap());
        finding
    };
    for (case, finding, expected) in [
        ("a user of this account", finding(), None),
        (
            "another account",
            changed(|f| f.evidence.account = "999988887777".parse().unwrap()),
            Some(Reason::ForeignAccount),
        ),
        ("a replay", changed(|f| f.evidence.replay_name = Some("r".to_owned())), Some(Reason::Replayed)),
        ("no time", changed(|f| f.evidence.event_time = None), Some(Reason::AgeUnknown)),
        ("an hour old to the second", at("2026-11-24T09:00:30Z"), None),
        ("older than an hour", at("2026-11-24T09:00:29Z"), Some(Reason::TooOld)),
        ("a clock that is off by five minutes", at("2026-11-24T10:05:30Z"), None),
        ("from the future", at("2026-11-24T10:05:31Z"), Some(Reason::FromTheFuture)),
        ("a failed call", changed(|f| f.evidence.succeeded = false), Some(Reason::CallFailed)),
        (
            "an anonymous caller",
            changed(|f| {
                f.actor.kind = "AWSAccount".to_owned();
                f.actor.principal_id = Some("ANONYMOUS_PRINCIPAL".to_owned());
            }),
            Some(Reason::AnonymousCaller),
        ),
        (
            "an identity type of tomorrow",
            changed(|f| f.actor.kind = "QuantumUser".to_owned()),
            Some(Reason::UnknownIdentity),
        ),
        ("no identity type", changed(|f| f.actor.kind = String::new()), Some(Reason::UnknownIdentity)),
        ("no target", changed(|f| f.target = None), Some(Reason::NoTarget)),
        ("a session's key", finding_about_key("ASIAIOSFODNN7EXAMPLE"), Some(Reason::TemporaryCredential)),
        ("the root user's own key", root_with_own_key(), Some(Reason::RootUser)),
        ("a key of nobody", finding_about_key("AKIAUNKNOWN0000EXAMPLE"), Some(Reason::TargetGone)),
        (
            "a user who does not exist",
            changed(|f| f.target = Some(Target::User { user_name: "bob".parse().unwrap() })),
            Some(Reason::TargetGone),
        ),
        (
            "a protected path",
            changed(|f| f.target = Some(Target::User { user_name: "last-admin".parse().unwrap() })),
            Some(Reason::Protected),
        ),
        (
            "a later user of the same name",
            changed(|f| f.target = Some(Target::User { user_name: "newcomer".parse().unwrap() })),
            Some(Reason::Recreated),
        ),
    ] {
        let mut newcomer = user("newcomer", "AIDANEWCOMER00000001", "/", &[]);
        newcomer.identity.created_at = Some("2026-11-24T10:00:01Z".parse().unwrap());
        let admin = user("last-admin", "AIDALASTADMIN0000001", "/break-glass/", &[]);
        let account = account([alice(), admin, newcomer]);
        let before = account.snapshot();
        assert_eq!(decide(&account, &finding, now()).refused, expected, "{case}");
        assert_eq!(account.snapshot(), before, "{case}: deciding changes nothing");
    }
}

#[test]
fn a_resource_of_another_account_or_region_is_refused_whatever_names_it() {
    for (case, kind, name, region, expected) in [
        ("by name", "trail", "management", "us-east-1", None),
        ("recorded in another Region", "trail", "management", "eu-west-1", Some(Reason::ForeignRegion)),
        ("a bucket, whose name is unique", "bucket", "logs", "eu-west-1", None),
        ("by ARN", "trail", "arn:aws:cloudtrail:us-east-1:111122223333:trail/m", "us-east-1", None),
        (
            "a trail that is kept in another Region",
            "trail",
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/m",
            "us-east-1",
            Some(Reason::ForeignRegion),
        ),
        (
            "a trail of the organization",
            "trail",
            "arn:aws:cloudtrail:us-east-1:999988887777:trail/m",
            "us-east-1",
            Some(Reason::ForeignAccount),
        ),
    ] {
        let target = serde_json::json!({"kind": "resource", "resource": kind, "name": name});
        let finding = changed(|f| {
            f.target = Some(serde_json::from_value(target).unwrap());
            f.evidence.region = region.parse().unwrap();
        });
        let Some(Target::Resource(resource)) = &finding.target else { panic!("{case}") };
        let facts = Facts::of(Owner::Resource(resource.clone()));
        let guardrails = guardrails();
        let judged = guardrails.judge_finding(&finding, now());
        let judged = judged.and_then(|()| guardrails.judge_owner(&finding, &facts).map(drop));
        assert_eq!(judged.err(), expected, "{case}");
        let gone = Facts::of(Owner::Nobody);
        assert_eq!(guardrails.judge_owner(&finding, &gone), Err(Reason::ResourceGone), "{case}");
    }
}

#[test]
fn a_finding_without_a_playbook_leads_to_nothing() {
    let refusing = Plan::preliminary(&finding(), None, &guardrails(), now()).unwrap_err();
    assert_eq!((refusing.refused, refusing.steps), (Some(Reason::NoPlaybook), Vec::new()));
}

#[test]
fn the_root_users_key_is_refused_whoever_used_it() {
    let facts = Facts::of(Owner::Root);
    let decided =
        plan(&finding_about_key(KEY), &playbook(), &facts, (&guardrails(), Mode::Act), (now(), false));
    assert_eq!(decided.refused, Some(Reason::RootUser));
}

#[test]
fn the_responders_own_call_is_ignored_only_if_its_containment_stands() {
    let finding = changed(|f| {
        f.actor.kind = "AssumedRole".to_owned();
        f.actor.principal_id = Some("AROARESPONDER0000001:contain-identity".to_owned());
    });
    let facts = known(&account([alice()]), &finding);
    for (case, standing, expected) in [
        ("the journal shows a containment", true, Some(Reason::OwnAction)),
        ("the journal shows none: somebody has taken over the role", false, None),
    ] {
        let decided = plan(&finding, &playbook(), &facts, (&guardrails(), Mode::Act), (now(), standing));
        assert_eq!(decided.refused, expected, "{case}");
    }
}

#[test]
fn a_plan_denies_first_and_leaves_alone_what_is_in_force() {
    let account = account([alice()]);
    let steps = |finding: &Finding| -> Vec<(String, Verdict)> {
        let name = |control: &Control| control.key().split_once('/').unwrap().1.to_owned();
        let plan = decide(&account, finding, now());
        plan.steps.iter().map(|step| (name(&step.action.control), step.verdict)).collect()
    };
    let with_deny = |key: &str, verdict| {
        vec![
            ("attachment/arn:aws:iam::aws:policy/AWSDenyAll".to_owned(), Verdict::Execute),
            ("inline-policy/TrailreflexDenyAll".to_owned(), Verdict::Fallback),
            ("boundary".to_owned(), Verdict::Fallback),
            (format!("access-key/{key}"), verdict),
        ]
    };
    let mut every_key = with_deny(OTHER_KEY, Verdict::AlreadyInForce);
    every_key.push((format!("access-key/{KEY}"), Verdict::Execute));
    for (case, finding, expected) in [
        ("a user: every key", finding(), every_key),
        ("a key: this one", finding_about_key(KEY), with_deny(KEY, Verdict::Execute)),
        ("an inactive key", finding_about_key(OTHER_KEY), with_deny(OTHER_KEY, Verdict::AlreadyInForce)),
    ] {
        assert_eq!(steps(&finding), expected, "{case}");
    }
}

#[test]
fn the_permissions_of_a_plan_are_those_of_its_calls_and_of_their_undo() {
    let plan = decide(&account([alice()]), &finding(), now());
    let expected = [
        "iam:AttachUserPolicy",
        "iam:DeleteUserPermissionsBoundary",
        "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy",
        "iam:PutUserPermissionsBoundary",
        "iam:PutUserPolicy",
        "iam:UpdateAccessKey",
    ];
    assert_eq!(plan.permissions(), expected);
}

#[test]
fn protected_principals_are_matched_as_iam_matches_arns() {
    for (case, entry, expected) in [
        ("the whole ARN", "arn:aws:iam::111122223333:user/break-glass/last-admin", true),
        ("a path", "arn:aws:iam::*:user/break-glass/*", true),
        ("one character", "arn:aws:iam::111122223333:user/break-glass/last-admi?", true),
        ("stars in the middle", "arn:*:iam::*:user/*glass*admin", true),
        ("another path", "arn:aws:iam::*:user/admins/*", false),
        ("the path without its users", "arn:aws:iam::*:user/break-glass/", false),
        ("the unique id", "AIDALASTADMIN0000001", true),
        ("another unique id", "AIDALASTADMIN0000002", false),
        ("the name", "last-admin", true),
        ("another name", "last-admins", false),
    ] {
        let mut guardrails = guardrails();
        guardrails.protected = vec![entry.parse::<Protected>().unwrap()];
        let admin = user("last-admin", "AIDALASTADMIN0000001", "/break-glass/", &[(KEY, KeyStatus::Active)]);
        let account = account([admin]);
        let finding = finding_about_key(KEY);
        let facts = known(&account, &finding);
        let refused = guardrails.judge_owner(&finding, &facts).err();
        assert_eq!(refused, expected.then_some(Reason::Protected), "{case}");
    }
}

#[test]
fn an_entry_that_would_protect_nobody_is_refused() {
    for entry in ["arn:aws:iam::user/jack", "arn:aws:iam", "the boss", "", "user/jack", "AIDA/x"] {
        let error = entry.parse::<Protected>().unwrap_err();
        let expected =
            format!("`{entry}` is not a principal: give an ARN, a unique id (AIDA…, AROA…, AGPA…) or a name");
        assert_eq!(error, expected);
    }
}
