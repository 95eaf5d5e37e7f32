//! Each kind of request, and what nobody may get out of it.

use crate::fixtures::{alice, ask, finding, now, responder};
use serde_json::json;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_responder::data;
use trailreflex_response::{ActionClass, Fault, Mode, OutcomeStatus, Reason};

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
        let changed = responder.accounts.snapshot() != alice();
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
    assert_eq!(responder.accounts.snapshot(), alice());
}

/// Otherwise the undo, which the rule sees as well, would be answered by the same plan.
#[tokio::test]
async fn the_calls_of_an_undo_are_not_answered_but_later_calls_of_the_role_are() {
    let responder = responder(Mode::Act);
    let contained = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap();
    ask(&responder, json!({"undo": contained.outcome.plan_id().as_str()})).await.unwrap();
    for (case, caller, time, expected) in [
        ("the undo", "AROARESPONDER0000001:x", "2026-11-24T10:00:30Z", Some(Reason::OwnAction)),
        ("another caller at the same time", "AROAADMIN00000000001:x", "2026-11-24T10:00:30Z", None),
        ("the role, some seconds later", "AROARESPONDER0000001:x", "2026-11-24T10:00:36Z", None),
        ("the role, long before", "AROARESPONDER0000001:x", "2026-11-24T09:59:44Z", None),
    ] {
        let mut of_call = finding("access_key_quarantined_by_aws");
        of_call["detail"]["actor"] = json!({"kind": "AssumedRole", "principalId": caller});
        of_call["detail"]["evidence"]["eventTime"] = json!(time);
        of_call["detail"]["evidence"]["eventId"] = json!(case.replace([' ', ','], "-"));
        let answer = ask(&responder, of_call).await.unwrap();
        assert_eq!(answer.outcome.refused(), expected, "{case}");
        if expected.is_none() {
            ask(&responder, json!({"undo": answer.outcome.plan_id().as_str()})).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_rule_without_a_playbook_leads_to_nothing() {
    let responder = responder(Mode::Act);
    let mut foreign = finding("access_key_quarantined_by_aws");
    foreign["detail"]["rule"]["id"] = json!("00000000-0000-4000-8000-000000000000");
    let answer = ask(&responder, foreign).await.unwrap();
    assert_eq!(answer.outcome.refused(), Some(Reason::NoPlaybook));
    assert_eq!(responder.accounts.snapshot(), alice());
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
    responder.accounts.set_faults(reading.into_iter().chain([Some(Fault::Throttled); 2]));
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
