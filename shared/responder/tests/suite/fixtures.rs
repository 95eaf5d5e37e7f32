//! A responder on a simulated account, and what is asked of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};
use trailreflex_detection::Bundle;
use trailreflex_model::IdentityKind;
use trailreflex_responder::{Answer, Responder, Trouble};
use trailreflex_response::{
    Accounts, ActionClass, Contents, Control, Declared, FixedSwitch, Guardrails, IdentityRef, Journal,
    KeyStatus, Limits, MemoryJournal, Mode, Outcome, OutcomeStatus, Playbooks, SimulatedAccount,
    SimulatedIdentity, SwitchState, Token,
};

pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

pub(crate) fn now() -> Timestamp {
    "2026-11-24T10:00:30Z".parse().unwrap()
}

/// The same, a number of seconds later.
pub(crate) fn after(seconds: i64) -> impl Fn() -> Timestamp + Sync {
    move || now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn reference() -> IdentityRef {
    IdentityRef {
        kind: IdentityKind::User,
        name: "alice".parse().unwrap(),
        unique_id: "AIDACKCEVSQ6C2EXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/alice".parse().unwrap(),
    }
}

pub(crate) fn key_status(key: &str) -> Control {
    Control::AccessKeyStatus { identity: reference(), access_key_id: key.parse().unwrap() }
}

pub(crate) fn denied() -> Control {
    let policy_arn = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    Control::PolicyAttachment { identity: reference(), policy_arn }
}

/// An account with the user `alice`.
pub(crate) fn alice() -> Contents {
    let mut contents = Contents::default();
    contents.set(key_status(KEY), KeyStatus::Active.setting());
    let created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    let reference = reference();
    contents.identities.push(SimulatedIdentity { reference, created_at, is_last_administrator: false });
    contents
}

pub(crate) fn responder(mode: Mode) -> Responder<SimulatedAccount, MemoryJournal> {
    Responder {
        class: ActionClass::ContainIdentity,
        accounts: SimulatedAccount::with(alice()),
        journal: MemoryJournal::default(),
        guardrails: Guardrails {
            account: "111122223333".parse().unwrap(),
            members: BTreeSet::new(),
            region: "us-east-1".parse().unwrap(),
            protected: Vec::new(),
            own_roles: vec!["AROARESPONDER0000001".parse().unwrap()],
            max_event_age_seconds: 3600,
            declared: Declared::default(),
        },
        limits: Limits { plans_per_hour: 20, troubles_per_hour: 3 },
        switch: Box::new(FixedSwitch(SwitchState::Armed)),
        mode,
        playbooks: Playbooks::from_json(
            trailreflex_content::playbooks("contain-identity"),
            ActionClass::ContainIdentity,
        )
        .unwrap(),
        token: next_token,
    }
}

/// Another token each time.
fn next_token() -> std::io::Result<Token> {
    static COUNT: AtomicU8 = AtomicU8::new(0);
    Ok(Token::of([COUNT.fetch_add(1, Ordering::Relaxed); 32]))
}

/// A finding of the rule called `name`, as it comes from the bus.
pub(crate) fn finding(name: &str) -> Value {
    let rules = Bundle::built_in(trailreflex_content::RULES).unwrap().load().unwrap();
    let rule = rules.rule(name).unwrap();
    json!({
        "version": "0", "id": "b-1", "detail-type": "Trailreflex Finding", "source": "trailreflex.detect",
        "account": "111122223333", "region": "us-east-1", "time": "2026-11-24T10:00:02Z", "resources": [],
        "detail": {
            "id": "0123456789abcdef0123456789abcdef",
            "rule": {"id": rule.id, "title": rule.title},
            "severity": "critical",
            "evidence": {
                "account": "111122223333", "region": "us-east-1", "eventId": "r-1",
                "eventTime": "2026-11-24T10:00:00Z", "eventSource": "iam.amazonaws.com",
                "eventName": "AttachUserPolicy", "succeeded": true
            },
            "actor": {"kind": "IAMUser"},
            "target": {"kind": "user", "userName": "alice"}
        }
    })
}

pub(crate) async fn ask(
    responder: &Responder<SimulatedAccount, MemoryJournal>,
    payload: Value,
) -> Result<Answer, Trouble> {
    let mut answers = responder.handle(payload, &now, |_| async {}).await?;
    assert_eq!(answers.len(), 1, "{answers:?}");
    Ok(answers.remove(0))
}

/// Asks at another time, and reports as the function does: what is to be stored is stored.
pub(crate) async fn ask_at<A: Accounts>(
    responder: &Responder<A, MemoryJournal>,
    payload: Value,
    seconds: i64,
) -> Result<Vec<Outcome>, Trouble> {
    let answers = responder.handle(payload, &after(seconds), |_| async {}).await?;
    for answer in &answers {
        if let Some(entry) = &answer.unreported {
            responder.journal.replace(entry).await.unwrap();
        }
    }
    Ok(answers.into_iter().map(|answer| answer.outcome).collect())
}

/// A finding of the same rule about another record.
pub(crate) fn another_finding(event: &str) -> Value {
    let mut finding = finding("access_key_quarantined_by_aws");
    finding["detail"]["evidence"]["eventId"] = json!(event);
    finding
}

/// Contains `alice` and returns the plan's id.
pub(crate) async fn contain(responder: &Responder<SimulatedAccount, MemoryJournal>) -> String {
    let outcomes = ask_at(responder, finding("access_key_quarantined_by_aws"), 0).await.unwrap();
    assert_eq!(outcomes[0].status, OutcomeStatus::Contained);
    outcomes[0].plan_id().to_string()
}
