//! What holds a responder back: the kill switch, the budget, the breaker.

use crate::fixtures::{alice, another_finding, ask_at, denied, responder};
use trailreflex_response::{Fault, FixedSwitch, Hold, Mode, OutcomeStatus, Setting, SwitchState};

#[tokio::test]
async fn while_the_kill_switch_is_off_nothing_is_changed_and_the_plan_says_why() {
    let mut responder = responder(Mode::Act);
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it says `ARMED`, not `armed`".to_owned())));
    let outcomes = ask_at(&responder, another_finding("one"), 0).await.unwrap();
    let plan = &outcomes[0].plan;
    assert_eq!(
        (outcomes[0].status, plan.held, plan.mode),
        (OutcomeStatus::Planned, Some(Hold::KillSwitch), Mode::Plan)
    );
    assert_eq!(responder.accounts.snapshot(), alice());
    assert!(responder.journal.entries().is_empty());
}

#[tokio::test]
async fn while_the_kill_switch_does_not_answer_nothing_is_changed_and_lambda_tries_again() {
    let mut responder = responder(Mode::Act);
    responder.switch = Box::new(FixedSwitch(SwitchState::Unknown("throttled".to_owned())));
    let trouble = ask_at(&responder, another_finding("one"), 0).await.unwrap_err();
    assert!(matches!(trouble.failure, trailreflex_lambda::Failure::Retryable { .. }));
    assert_eq!(trouble.failure.code(), "KillSwitchUnreadable");
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn no_more_plans_are_carried_out_in_an_hour_than_the_budget_allows() {
    let mut responder = responder(Mode::Act);
    responder.limits.plans_per_hour = 2;
    for (event, seconds, expected) in [
        ("one", 0, None),
        ("two", 1, None),
        ("three", 2, Some(Hold::Budget)),
        // A repeated delivery is no further plan.
        ("one", 3, None),
        // The next hour by the clock begins at 11:00:00.
        ("three", 3569, Some(Hold::Budget)),
        ("three", 3570, None),
    ] {
        let outcomes = ask_at(&responder, another_finding(event), seconds).await.unwrap();
        assert_eq!(outcomes[0].plan.held, expected, "{event} after {seconds} s");
    }
}

#[tokio::test]
async fn the_breaker_opens_for_the_rest_of_the_hour_when_too_many_plans_do_not_hold() {
    let mut responder = responder(Mode::Act);
    responder.limits.troubles_per_hour = 2;
    for event in ["one", "two"] {
        // The user and three controls are read, then every change is denied.
        let denied = [Some(Fault::Denied); 4];
        responder.accounts.set_faults([None; 4].into_iter().chain(denied));
        let outcomes = ask_at(&responder, another_finding(event), 0).await.unwrap();
        assert_eq!(outcomes[0].status, OutcomeStatus::Failed, "{event}");
    }
    responder.accounts.set_faults([]);
    for (seconds, expected) in [(60, Some(Hold::Breaker)), (3570, None)] {
        let outcomes = ask_at(&responder, another_finding("three"), seconds).await.unwrap();
        assert_eq!(outcomes[0].plan.held, expected, "after {seconds} s");
    }
    assert_eq!(responder.accounts.snapshot().settings[&denied()], Setting::Present);
}

#[tokio::test]
async fn an_undo_needs_no_armed_switch_and_no_budget() {
    let mut responder = responder(Mode::Act);
    let plan = crate::fixtures::contain(&responder).await;
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it cannot be read".to_owned())));
    responder.limits.plans_per_hour = 0;
    let outcomes = ask_at(&responder, serde_json::json!({"undo": plan}), 5).await.unwrap();
    assert_eq!(outcomes[0].status, OutcomeStatus::Undone);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn without_the_journal_no_limit_is_known_and_nothing_is_changed() {
    let responder = responder(Mode::Act);
    // Four controls are asked for in the journal, then the limits.
    for calls in 4..6 {
        responder.journal.fail_after(calls);
        let trouble = ask_at(&responder, another_finding("one"), 0).await.unwrap_err();
        assert_eq!(trouble.failure.code(), "JournalFailed", "call {calls}");
        assert_eq!(responder.accounts.snapshot(), alice(), "call {calls}");
    }
}
