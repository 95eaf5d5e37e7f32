//! The responder on a simulated account: each kind of request, and what nobody may get out of it.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use jiff::Timestamp;
use serde_json::{Value, json};
use trailreflex_detection::Bundle;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_responder::{Answer, Responder, Trouble, data};
use trailreflex_response::{
    ActionClass, Contents, Control, Fault, Guardrails, IdentityRef, KeyStatus, MemoryJournal, Mode,
    OutcomeStatus, Playbooks, Reason, SimulatedAccount, SimulatedIdentity,
};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn now() -> Timestamp {
    "2026-11-24T10:00:30Z".parse().unwrap()
}

/// An account with the user `alice`.
fn alice() -> Contents {
    let reference = IdentityRef {
        kind: trailreflex_model::IdentityKind::User,
        name: "alice".parse().unwrap(),
        unique_id: "AIDACKCEVSQ6C2EXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/alice".parse().unwrap(),
    };
    let mut contents = Contents::default();
    let key = Control::AccessKeyStatus { identity: reference.clone(), access_key_id: KEY.parse().unwrap() };
    contents.set(key, KeyStatus::Active.setting());
    let created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    contents.identities.push(SimulatedIdentity { reference, created_at, is_last_administrator: false });
    contents
}

fn responder(mode: Mode) -> Responder<SimulatedAccount, MemoryJournal> {
    Responder {
        class: ActionClass::ContainIdentity,
        account: SimulatedAccount::with(alice()),
        journal: MemoryJournal::default(),
        guardrails: Guardrails {
            account: "111122223333".parse().unwrap(),
            protected: Vec::new(),
            own_roles: Vec::new(),
            max_event_age_seconds: 3600,
        },
        mode,
        playbooks: Playbooks::from_json(
            trailreflex_content::playbooks("contain-identity"),
            ActionClass::ContainIdentity,
        )
        .unwrap(),
    }
}

/// A finding of the rule called `name`, as it comes from the bus.
fn finding(name: &str) -> Value {
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

async fn ask(
    responder: &Responder<SimulatedAccount, MemoryJournal>,
    payload: Value,
) -> Result<Answer, Trouble> {
    responder.handle(payload, &now).await
}

#[tokio::test]
async fn mode_plan_changes_nothing_and_mode_act_contains() {
    for (case, mode, rule, expected) in [
        ("plan", Mode::Plan, "access_key_quarantined_by_aws", OutcomeStatus::Planned),
        ("act", Mode::Act, "access_key_quarantined_by_aws", OutcomeStatus::Contained),
        (
            "act, but the playbook plans",
            Mode::Act,
            "access_key_created_for_another_user",
            OutcomeStatus::Planned,
        ),
    ] {
        let responder = responder(mode);
        let answer = ask(&responder, finding(rule)).await.unwrap();
        assert_eq!(answer.outcome.status, expected, "{case}");
        let changed = responder.account.snapshot() != alice();
        assert_eq!(changed, expected == OutcomeStatus::Contained, "{case}");
        assert_eq!(
            answer.outcome.permissions,
            [
                "iam:AttachUserPolicy",
                "iam:DeleteUserPermissionsBoundary",
                "iam:DeleteUserPolicy",
                "iam:DetachUserPolicy",
                "iam:PutUserPermissionsBoundary",
                "iam:PutUserPolicy",
                "iam:UpdateAccessKey",
            ],
            "{case}"
        );
    }
}

#[tokio::test]
async fn an_undo_takes_back_what_the_plan_did() {
    let responder = responder(Mode::Act);
    let contained = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap();
    let undo = json!({"undo": contained.outcome.plan_id().as_str()});
    let undone = ask(&responder, undo).await.unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    assert_eq!(responder.account.snapshot(), alice());
}

#[tokio::test]
async fn a_rule_without_a_playbook_leads_to_nothing() {
    let responder = responder(Mode::Act);
    let mut foreign = finding("access_key_quarantined_by_aws");
    foreign["detail"]["rule"]["id"] = json!("00000000-0000-4000-8000-000000000000");
    let answer = ask(&responder, foreign).await.unwrap();
    assert_eq!(answer.outcome.refused(), Some(Reason::NoPlaybook));
    assert_eq!(responder.account.snapshot(), alice());
}

#[tokio::test]
async fn what_is_no_request_is_refused_for_good() {
    let responder = responder(Mode::Act);
    let trouble = ask(&responder, json!({"detail-type": "Trailreflex Finding"})).await.unwrap_err();
    assert_eq!(trouble.failure.code(), "NotARequest");
    assert!(matches!(trouble.failure, trailreflex_lambda::Failure::Permanent { .. }));
}

#[tokio::test]
async fn what_did_not_come_to_an_end_is_told_with_what_is_known() {
    let responder = responder(Mode::Act);
    // The user and three controls are read, then attaching and its reading back fail.
    let reading = [None; 4];
    responder.account.set_faults(reading.into_iter().chain([Some(Fault::Throttled); 2]));
    let trouble = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap_err();
    assert!(matches!(trouble.failure, trailreflex_lambda::Failure::Retryable { .. }));
    assert_eq!(trouble.outcome.unwrap().status, OutcomeStatus::Partial);
    let answer = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap();
    assert_eq!(answer.outcome.status, OutcomeStatus::Contained);
}

#[tokio::test]
async fn an_outcome_is_counted_by_status_and_by_action() {
    let responder = responder(Mode::Act);
    let outcome = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap().outcome;
    let in_force = |action| Datum::one(Metric::Actions { action, outcome: "inForce" }, now());
    let expected = vec![
        Datum::one(Metric::Events(Function::ContainIdentity), now()),
        Datum::one(Metric::Plans("contained"), now()),
        in_force("DenyUser"),
        in_force("DeactivateAccessKeys"),
        Datum::seconds(Metric::SecondsToContainment, 30, now()),
    ];
    assert_eq!(data(ActionClass::ContainIdentity, &outcome, now()), expected);
}
