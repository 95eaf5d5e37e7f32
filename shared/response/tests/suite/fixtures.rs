//! A finding, an account and limits to start from; each test changes the one thing that it is about.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use trailreflex_model::{Finding, Target};
use trailreflex_response::{
    Account, ExecuteError, Execution, Guardrails, Journal, KeyStatus, Mode, Plan, Playbook, Playbooks,
    SimulatedAccount, SimulatedUser, UserRef, execute, plan,
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

pub(crate) fn alice() -> SimulatedUser {
    user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &[(KEY, KeyStatus::Active), (OTHER_KEY, KeyStatus::Inactive)])
}

pub(crate) fn user(name: &str, id: &str, path: &str, keys: &[(&str, KeyStatus)]) -> SimulatedUser {
    SimulatedUser {
        reference: UserRef {
            name: name.parse().unwrap(),
            unique_id: id.parse().unwrap(),
            arn: format!("arn:aws:iam::111122223333:user{path}{name}").parse().unwrap(),
        },
        created_at: Some("2020-01-01T00:00:00Z".parse().unwrap()),
        keys: keys.iter().map(|(key, status)| (key.parse().unwrap(), *status)).collect::<BTreeMap<_, _>>(),
        attached_policies: BTreeSet::new(),
    }
}

pub(crate) fn guardrails() -> Guardrails {
    Guardrails {
        account: "111122223333".parse().unwrap(),
        protected: vec!["arn:aws:iam::*:user/break-glass/*".parse().unwrap()],
        own_roles: vec!["AROARESPONDER0000001".parse().unwrap()],
        max_event_age_seconds: 3600,
    }
}

pub(crate) fn playbook() -> Playbook {
    let text = r#"[{"id": "contain", "rules": ["rule-quarantined"],
        "actions": ["deny_user", "deactivate_access_keys"], "mode": "act"}]"#;
    Playbooks::from_json(text).unwrap().for_rule("rule-quarantined").unwrap().clone()
}

/// Decides as the function does, with the account as it is.
pub(crate) fn decide(account: &SimulatedAccount, finding: &Finding, at: Timestamp) -> Plan {
    let playbook = playbook();
    if let Err(refusing) = Plan::preliminary(finding, Some(&playbook), &guardrails(), at) {
        return *refusing;
    }
    let facts = finish(account.observe(finding.target.as_ref().unwrap())).unwrap();
    plan(finding, &playbook, &facts, (&guardrails(), Mode::Act), (at, false))
}

/// Decides and carries out.
pub(crate) fn respond<J: Journal>(
    account: &SimulatedAccount,
    journal: &J,
    finding: &Finding,
    seconds: i64,
) -> Result<Execution, ExecuteError> {
    let clock = clock_after(seconds);
    finish(execute(decide(account, finding, clock()), account, journal, &clock))
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

/// `alice` as containment leaves her.
pub(crate) fn contained_alice() -> SimulatedUser {
    let mut alice = alice();
    alice.keys.insert(KEY.parse().unwrap(), KeyStatus::Inactive);
    alice.attached_policies.insert(DENY_ALL.to_owned());
    alice
}
