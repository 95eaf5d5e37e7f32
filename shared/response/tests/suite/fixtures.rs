//! A finding, an account and limits to start from; each test changes the one thing that it is about.

use jiff::Timestamp;
use proptest::prelude::{Just, Strategy, prop_oneof};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use trailreflex_model::{Finding, IdentityKind, Target};
use trailreflex_response::{
    ActionKind, Contents, Control, Declared, ExecuteError, Execution, Fault, Guardrails, IdentityRef,
    Journal, KeyStatus, MemoryJournal, Mode, Plan, Playbook, Playbooks, Setting, SimulatedAccount,
    SimulatedIdentity, execute, observe, plan,
};

pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const OTHER_KEY: &str = "AKIAI44QH8DHBEXAMPLE";
pub(crate) const DENY_ALL: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
/// Half a minute after the call that the finding is about.
pub(crate) const NOW: &str = "2026-11-24T10:00:30Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A clock that stands still.
pub(crate) fn clock() -> impl Fn() -> Timestamp + Sync {
    now
}

/// A clock that stands a given number of seconds later.
pub(crate) fn clock_after(seconds: i64) -> impl Fn() -> Timestamp + Sync {
    move || now() + jiff::SignedDuration::from_secs(seconds)
}

/// The finding that AWS has quarantined the user `alice`.
pub(crate) fn finding() -> Finding {
    serde_json::from_value(serde_json::json!({
        "id": "0123456789abcdef0123456789abcdef",
        "rule": {"id": "rule-quarantined", "title": "Access key quarantined by AWS"},
        "severity": "critical",
        "techniques": ["T1552.001"],
        "evidence": {
            "account": "111122223333", "region": "us-east-1", "eventId": "11111111-2222-3333-4444-555555555555",
            "eventTime": "2026-11-24T10:00:00Z", "eventSource": "iam.amazonaws.com",
            "eventName": "AttachUserPolicy", "succeeded": true
        },
        "actor": {"kind": "IAMUser", "principalId": "AIDACKCEVSQ6C2EXAMPLE"},
        "target": {"kind": "user", "userName": "alice"}
    }))
    .unwrap()
}

/// The finding that one key was misused.
pub(crate) fn finding_about_key(key: &str) -> Finding {
    Finding { target: Some(Target::AccessKey { access_key_id: key.parse().unwrap() }), ..finding() }
}

/// One action with an account in which it has something to do.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) kind: ActionKind,
    pub(crate) finding: Finding,
    pub(crate) playbook: Playbook,
    pub(crate) guardrails: Guardrails,
    pub(crate) contents: Contents,
}

/// A user of a simulated account.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) identity: SimulatedIdentity,
    pub(crate) keys: Vec<(String, KeyStatus)>,
    pub(crate) is_denied: bool,
}

pub(crate) fn alice() -> User {
    user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &[(KEY, KeyStatus::Active), (OTHER_KEY, KeyStatus::Inactive)])
}

/// `alice` as containment leaves her.
pub(crate) fn contained_alice() -> User {
    let mut alice = alice();
    alice.keys[0].1 = KeyStatus::Inactive;
    User { is_denied: true, ..alice }
}

pub(crate) fn user(name: &str, id: &str, path: &str, keys: &[(&str, KeyStatus)]) -> User {
    let reference = identity(IdentityKind::User, name, id, path);
    let created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    User {
        identity: SimulatedIdentity { reference, created_at, is_last_administrator: false },
        keys: keys.iter().map(|(key, status)| ((*key).to_owned(), *status)).collect(),
        is_denied: false,
    }
}

pub(crate) fn identity(kind: IdentityKind, name: &str, id: &str, path: &str) -> IdentityRef {
    let arn = format!("arn:aws:iam::111122223333:{}{path}{name}", kind.as_str());
    IdentityRef {
        kind,
        name: name.parse().unwrap(),
        unique_id: id.parse().unwrap(),
        arn: arn.parse().unwrap(),
    }
}

pub(crate) fn key_status(identity: &IdentityRef, key: &str) -> Control {
    Control::AccessKeyStatus { identity: identity.clone(), access_key_id: key.parse().unwrap() }
}

pub(crate) fn attachment(identity: &IdentityRef, policy: &str) -> Control {
    Control::PolicyAttachment { identity: identity.clone(), policy_arn: policy.parse().unwrap() }
}

/// What is in an account with these users.
pub(crate) fn contents(users: impl IntoIterator<Item = User>) -> Contents {
    let mut contents = Contents::default();
    for user in users {
        let reference = &user.identity.reference;
        for (key, status) in &user.keys {
            contents.set(key_status(reference, key), status.setting());
        }
        contents.set(attachment(reference, DENY_ALL), Setting::present(user.is_denied));
        contents.identities.push(user.identity);
    }
    contents
}

pub(crate) fn account(users: impl IntoIterator<Item = User>) -> SimulatedAccount {
    SimulatedAccount::with(contents(users))
}

pub(crate) fn guardrails() -> Guardrails {
    Guardrails {
        account: "111122223333".parse().unwrap(),
        members: BTreeSet::new(),
        region: "us-east-1".parse().unwrap(),
        protected: vec!["arn:aws:iam::*:user/break-glass/*".parse().unwrap()],
        own_roles: vec!["AROARESPONDER0000001".parse().unwrap()],
        max_event_age_seconds: 3600,
        declared: Declared::default(),
    }
}

pub(crate) fn playbook() -> Playbook {
    let text = r#"[{"id": "contain", "rules": ["rule-quarantined"],
        "actions": ["deny_user", "deactivate_access_keys"], "mode": "act"}]"#;
    let class = trailreflex_response::ActionClass::ContainIdentity;
    Playbooks::from_json(text, class).unwrap().for_rule("rule-quarantined").unwrap().clone()
}

/// Decides as the function does, with the account and the journal as they are.
pub(crate) fn decide_knowing<J: Journal>(
    account: &SimulatedAccount,
    journal: &J,
    finding: &Finding,
    playbook: &Playbook,
    at: Timestamp,
) -> Plan {
    decide_under(&guardrails(), account, journal, finding, playbook, at)
}

/// Decides within other limits.
pub(crate) fn decide_under<J: Journal>(
    guardrails: &Guardrails,
    account: &SimulatedAccount,
    journal: &J,
    finding: &Finding,
    playbook: &Playbook,
    at: Timestamp,
) -> Plan {
    if let Err(refusing) = Plan::preliminary(finding, Some(playbook), guardrails, at) {
        return *refusing;
    }
    let target = finding.target.as_ref().unwrap();
    let facts = finish(observe(finding, target, playbook, (account, journal, None))).unwrap();
    plan(finding, playbook, &facts, (guardrails, Mode::Act), (at, false))
}

/// Decides before anything stands.
pub(crate) fn decide(account: &SimulatedAccount, finding: &Finding, at: Timestamp) -> Plan {
    decide_knowing(account, &MemoryJournal::default(), finding, &playbook(), at)
}

/// Decides and carries out.
pub(crate) fn respond<J: Journal>(
    account: &SimulatedAccount,
    journal: &J,
    finding: &Finding,
    seconds: i64,
) -> Result<Execution, ExecuteError> {
    let clock = clock_after(seconds);
    let plan = decide_knowing(account, journal, finding, &playbook(), clock());
    finish(execute(plan, account, journal, &clock))
}

/// Runs a future of the simulation, which never waits.
pub(crate) fn finish<T>(future: impl Future<Output = T>) -> T {
    finish_unless_stopped(future).expect("the simulation was told to stop the function")
}

/// Runs a future of the simulation until it ends or the function is stopped, as Lambda does at a time-out.
pub(crate) fn finish_unless_stopped<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// A call that goes well as often as not, or fails in any way but for good.
pub(crate) fn any_fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::Throttled)),
        1 => Just(Some(Fault::TimedOutAfterApplying)),
        1 => Just(Some(Fault::StoppedBefore)),
        1 => Just(Some(Fault::StoppedAfter)),
    ]
}
