//! What each action on identities sets which control to, on users, roles and groups.

use crate::fixtures::{
    DENY_ALL, KEY, Scenario, User, account, alice, attachment, clock_after, contents, decide_knowing,
    finding, finish, guardrails, identity, now, user,
};
use std::collections::BTreeSet;
use trailreflex_model::{Finding, IdentityKind, Target};
use trailreflex_response::{
    ActionKind, Contents, Control, CredentialKind, IdentityRef, KeyStatus, MemoryJournal, Mode, OnExpiry,
    OutcomeStatus, Playbook, Reason, Setting, SimulatedAccount, SimulatedIdentity, StepResult, Verdict,
    execute, undo,
};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn playbook(actions: &[ActionKind]) -> Playbook {
    Playbook {
        id: "test".to_owned(),
        rules: BTreeSet::from(["rule-quarantined".to_owned()]),
        actions: actions.iter().copied().collect(),
        mode: Mode::Act,
        expires_after_minutes: None,
        on_expiry: OnExpiry::Remind,
        approve_within_minutes: None,
        on_silence: trailreflex_response::OnSilence::Nothing,
    }
}

fn about(target: Target) -> Finding {
    Finding { target: Some(target), ..finding() }
}

fn role() -> IdentityRef {
    identity(IdentityKind::Role, "deployer", "AROAEXAMPLEROLE00001", "/")
}

fn session(name: &str, source_identity: Option<&str>) -> Target {
    Target::Session {
        role_name: "deployer".parse().unwrap(),
        session: format!("AROAEXAMPLEROLE00001:{name}").parse().unwrap(),
        source_identity: source_identity.map(|name| name.parse().unwrap()),
    }
}

/// An account with one identity.
fn with(reference: IdentityRef) -> Contents {
    let created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    let identity = SimulatedIdentity { reference, created_at, is_last_administrator: false };
    Contents { identities: vec![identity], ..Contents::default() }
}

fn inline(identity: &IdentityRef, name: &str) -> Control {
    Control::InlinePolicy { identity: identity.clone(), policy_name: name.parse().unwrap() }
}

fn denying(condition: Option<serde_json::Value>) -> serde_json::Value {
    let mut statement = serde_json::json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn policy(statements: &[serde_json::Value]) -> Setting {
    Setting::Document(serde_json::json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The name of the policy that denies a session of the role.
fn denying_policy(session: &str) -> String {
    let digest = trailreflex_model::digest(&[&format!("AROAEXAMPLEROLE00001:{session}")]);
    format!("TrailreflexDenySession-{}", digest.get(..12).unwrap())
}

fn revoking(cut_off: &str) -> Setting {
    policy(&[denying(Some(serde_json::json!({"DateLessThan": {"aws:TokenIssueTime": cut_off}})))])
}

/// A case: its name, the action, what is in the account, whom it is about, and what is to be set to what.
type Case = (&'static str, ActionKind, Contents, Target, Vec<(Control, Setting)>);

fn cases() -> Vec<Case> {
    let alice_is = || alice().identity.reference;
    let credential = |kind, id: &str| Control::CredentialStatus {
        identity: alice_is(),
        credential: kind,
        id: id.parse().unwrap(),
    };
    let with_credentials = || {
        let mut contents = contents([alice()]);
        for (kind, id, status) in [
            (CredentialKind::ServiceSpecific, "ACCAEXAMPLE000000001", KeyStatus::Active),
            (CredentialKind::SshPublicKey, "APKAEXAMPLE000000001", KeyStatus::Active),
            (CredentialKind::SigningCertificate, "ASCAEXAMPLE000000001", KeyStatus::Inactive),
        ] {
            contents.set(credential(kind, id), status.setting());
        }
        contents
    };
    let attached = |identity: IdentityRef| {
        let mut contents = with(identity.clone());
        contents.set(attachment(&identity, ADMINISTRATOR), Setting::Present);
        contents
    };
    let attachment_of = |identity: &IdentityRef| Target::Attachment {
        identity: identity.kind,
        name: identity.name.clone(),
        policy_arn: ADMINISTRATOR.parse().unwrap(),
    };
    let group = identity(IdentityKind::Group, "admins", "AGPAEXAMPLEGROUP0001", "/");
    let user = Target::User { user_name: "alice".parse().unwrap() };
    let inactive = || KeyStatus::Inactive.setting();
    vec![
        (
            "a user is quarantined",
            ActionKind::QuarantineUser,
            contents([alice()]),
            user.clone(),
            vec![(
                attachment(&alice_is(), "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
                Setting::Present,
            )],
        ),
        (
            "credentials are deactivated unless they are",
            ActionKind::DeactivateCredentials,
            with_credentials(),
            user,
            vec![
                (credential(CredentialKind::ServiceSpecific, "ACCAEXAMPLE000000001"), inactive()),
                (credential(CredentialKind::SshPublicKey, "APKAEXAMPLE000000001"), inactive()),
                (credential(CredentialKind::SigningCertificate, "ASCAEXAMPLE000000001"), inactive()),
            ],
        ),
        (
            "a user's policy is detached",
            ActionKind::DetachPolicy,
            attached(alice_is()),
            attachment_of(&alice_is()),
            vec![(attachment(&alice_is(), ADMINISTRATOR), Setting::Absent)],
        ),
        (
            "a role's policy is detached",
            ActionKind::DetachPolicy,
            attached(role()),
            attachment_of(&role()),
            vec![(attachment(&role(), ADMINISTRATOR), Setting::Absent)],
        ),
        (
            "a group's policy is detached",
            ActionKind::DetachPolicy,
            attached(group.clone()),
            attachment_of(&group),
            vec![(attachment(&group, ADMINISTRATOR), Setting::Absent)],
        ),
        (
            "a session is denied, and whoever carries its source identity",
            ActionKind::DenySession,
            with(role()),
            session("jack@example.com", Some("jack")),
            vec![(
                inline(&role(), &denying_policy("jack@example.com")),
                policy(&[
                    denying(Some(serde_json::json!({
                        "StringEquals": {"aws:userid": "AROAEXAMPLEROLE00001:jack@example.com"}
                    }))),
                    denying(Some(serde_json::json!({"StringEquals": {"aws:SourceIdentity": "jack"}}))),
                ]),
            )],
        ),
        (
            "older sessions are revoked",
            ActionKind::RevokeSessions,
            with(role()),
            session("jack", None),
            vec![(inline(&role(), "TrailreflexRevokeOlderSessions"), revoking("2026-11-24T10:00:30Z"))],
        ),
    ]
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    let scenario = |kind, contents, target| Scenario {
        kind,
        finding: about(target),
        playbook: playbook(&[kind]),
        guardrails: guardrails(),
        contents,
    };
    let of_alice = [ActionKind::DenyUser, ActionKind::DeactivateAccessKeys].map(|kind| {
        let user = Target::User { user_name: "alice".parse().unwrap() };
        scenario(kind, contents([alice()]), user)
    });
    let others = cases().into_iter().map(|(_, kind, contents, target, _)| scenario(kind, contents, target));
    of_alice.into_iter().chain(others).collect()
}

#[test]
fn every_action_sets_its_control_and_undo_sets_it_back() {
    for (case, kind, contents, target, expected) in cases() {
        let (account, journal) = (SimulatedAccount::with(contents), MemoryJournal::default());
        let before = account.snapshot();
        let plan = decide_knowing(&account, &journal, &about(target), &playbook(&[kind]), now());
        let steps: Vec<_> =
            plan.steps.iter().map(|step| (step.action.control.clone(), step.action.after.clone())).collect();
        assert_eq!((plan.refused, &steps), (None, &expected), "{case}");
        let declared: BTreeSet<String> = kind.permissions().iter().map(|one| (*one).to_owned()).collect();
        assert!(plan.permissions().into_iter().all(|one| declared.contains(&one)), "{case}");

        let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
        assert_eq!(done.outcome.status, OutcomeStatus::Contained, "{case}");
        let after = account.snapshot().settings;
        for (control, setting) in expected {
            assert_eq!(after.get(&control).unwrap_or(&Setting::Absent), &setting, "{case}");
        }
        finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(5))).unwrap();
        assert_eq!(account.snapshot(), before, "{case}");
    }
}

#[test]
fn what_an_action_must_not_touch_is_refused_with_the_reason() {
    let somebody_elses = |name: &str| {
        let mut contents = with(role());
        contents.set(inline(&role(), name), policy(&[]));
        contents
    };
    let of_aws = identity(
        IdentityKind::Role,
        "deployer",
        "AROAEXAMPLEROLE00001",
        "/aws-reserved/sso.amazonaws.com/eu-west-1/",
    );
    let linked = identity(
        IdentityKind::Role,
        "deployer",
        "AROAEXAMPLEROLE00001",
        "/aws-service-role/guardduty.amazonaws.com/",
    );
    let own = identity(IdentityKind::Role, "deployer", "AROARESPONDER0000001", "/");
    let last = || {
        let mut contents = contents([alice()]);
        contents.identities[0].is_last_administrator = true;
        contents
    };
    let of_earlier_role = Target::Session {
        role_name: "deployer".parse().unwrap(),
        session: "AROAEARLIERROLE00001:jack".parse().unwrap(),
        source_identity: None,
    };
    let user = || Target::User { user_name: "alice".parse().unwrap() };
    for (case, kind, contents, target, expected) in [
        (
            "kept by Identity Center",
            ActionKind::RevokeSessions,
            with(of_aws),
            session("j2", None),
            Reason::RoleOfAws,
        ),
        (
            "linked to a service",
            ActionKind::RevokeSessions,
            with(linked),
            session("j2", None),
            Reason::RoleOfAws,
        ),
        ("the responder's own", ActionKind::RevokeSessions, with(own), session("j2", None), Reason::OwnRole),
        ("the last administrator", ActionKind::DenyUser, last(), user(), Reason::LastAdministrator),
        (
            "a session of an earlier role of that name",
            ActionKind::DenySession,
            with(role()),
            of_earlier_role,
            Reason::NothingApplies,
        ),
        (
            "a session, but an action for users",
            ActionKind::DenyUser,
            with(role()),
            session("j2", None),
            Reason::NothingApplies,
        ),
        (
            "a user without such credentials",
            ActionKind::DeactivateCredentials,
            contents([alice()]),
            user(),
            Reason::NothingApplies,
        ),
    ] {
        let account = SimulatedAccount::with(contents);
        let journal = MemoryJournal::default();
        let plan = decide_knowing(&account, &journal, &about(target), &playbook(&[kind]), now());
        assert_eq!(plan.refused, Some(expected), "{case}");
    }
    for (case, kind, name) in [
        ("a policy of that name", ActionKind::RevokeSessions, "TrailreflexRevokeOlderSessions"),
        ("a policy of that name", ActionKind::DenySession, &denying_policy("jack")),
    ] {
        let account = SimulatedAccount::with(somebody_elses(name));
        let journal = MemoryJournal::default();
        let before = account.snapshot();
        let plan =
            decide_knowing(&account, &journal, &about(session("jack", None)), &playbook(&[kind]), now());
        assert_eq!(plan.steps[0].verdict, Verdict::Refuse(Reason::NameTaken), "{case}");
        let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
        assert_eq!(done.outcome.status, OutcomeStatus::Failed, "{case}");
        assert_eq!(account.snapshot(), before, "{case}: it is not overwritten");
    }
}

#[test]
fn a_later_cut_off_includes_an_earlier_one_and_both_end_with_the_last() {
    let (account, journal) = (SimulatedAccount::with(with(role())), MemoryJournal::default());
    let revoke = playbook(&[ActionKind::RevokeSessions]);
    let mut plans = Vec::new();
    for (event, seconds, verdict) in [
        ("first", 0, Verdict::Execute),
        // Made by a session that was issued before the first cut-off.
        ("same-second", 1, Verdict::AlreadyInForce),
        ("later", 600, Verdict::Execute),
    ] {
        let mut finding = about(session("jack", None));
        finding.evidence.event_id = event.parse().unwrap();
        let called = if verdict == Verdict::Execute { seconds } else { -10 };
        finding.evidence.event_time = Some(clock_after(called)());
        let clock = clock_after(seconds);
        let plan = decide_knowing(&account, &journal, &finding, &revoke, clock());
        assert_eq!(plan.steps[0].verdict, verdict, "{event}");
        plans.push(finish(execute(plan, &account, &journal, &clock)).unwrap().outcome.plan.id);
    }
    let control = inline(&role(), "TrailreflexRevokeOlderSessions");
    assert_eq!(account.snapshot().settings[&control], revoking("2026-11-24T10:10:30Z"));
    for (index, result) in [(2, StepResult::StillHeld), (0, StepResult::StillHeld), (1, StepResult::Undone)] {
        let undone = finish(undo(&plans[index], &account, &journal, &clock_after(700))).unwrap();
        assert_eq!(undone.outcome.steps[0].result, result, "{index}");
    }
    assert_eq!(account.snapshot(), with(role()));
}

#[test]
fn a_deny_takes_the_next_way_if_a_quota_is_full_and_says_so_if_all_are() {
    let ways = |user: &User| {
        let identity = &user.identity.reference;
        [
            attachment(identity, DENY_ALL),
            inline(identity, "TrailreflexDenyAll"),
            Control::PermissionsBoundary { identity: identity.clone() },
        ]
    };
    use StepResult::{Failed, InForce, NotNeeded};
    for (closed, results, status) in [
        (0, [InForce, NotNeeded, NotNeeded], OutcomeStatus::Contained),
        (1, [Failed, InForce, NotNeeded], OutcomeStatus::Contained),
        (2, [Failed, Failed, InForce], OutcomeStatus::Contained),
        (3, [Failed, Failed, Failed], OutcomeStatus::Failed),
    ] {
        let user = user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &[(KEY, KeyStatus::Active)]);
        let (account, journal) = (account([user.clone()]), MemoryJournal::default());
        account.meddle(|account| account.full.extend(ways(&user).into_iter().take(closed)));
        let plan = decide_knowing(&account, &journal, &finding(), &playbook(&[ActionKind::DenyUser]), now());
        let outcome = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap().outcome;
        let found: Vec<_> = outcome.steps.iter().map(|step| step.result).collect();
        assert_eq!((found, outcome.status), (results.to_vec(), status), "{closed} ways are closed");
    }
}

#[test]
fn a_boundary_that_was_there_comes_back() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let identity = alice().identity.reference;
    account.meddle(|account| {
        let boundary = Control::PermissionsBoundary { identity: identity.clone() };
        account.set(boundary, Setting::word("arn:aws:iam::111122223333:policy/developers"));
        account.full.extend([attachment(&identity, DENY_ALL), inline(&identity, "TrailreflexDenyAll")]);
    });
    let before = account.snapshot();
    let plan = decide_knowing(&account, &journal, &finding(), &playbook(&[ActionKind::DenyUser]), now());
    let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
    let boundary = Control::PermissionsBoundary { identity };
    assert_eq!(account.snapshot().settings[&boundary], Setting::word(DENY_ALL));
    finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(5))).unwrap();
    assert_eq!(account.snapshot(), before);
}
