//! The sweep: what was cut off is finished, what has expired ends, and a person is reminded.

use crate::fixtures::{alice, another_finding, ask_at, denied, responder};
use jiff::Timestamp;
use serde_json::json;
use trailreflex_responder::Responder;
use trailreflex_response::{
    ActionClass, Fault, FixedSwitch, LEASE_SECONDS, MemoryJournal, Mode, OutcomeStatus, Playbooks, Setting,
    SimulatedAccount, SwitchState,
};

fn sweep() -> serde_json::Value {
    json!({"sweep": true})
}

/// Playbooks for the same rule, with an expiry.
fn expiring(actions: &str, more: &str) -> Playbooks {
    let rule = crate::fixtures::finding("access_key_quarantined_by_aws")["detail"]["rule"]["id"].clone();
    let text = format!(r#"[{{"id":"a","rules":[{rule}],"actions":[{actions}],"mode":"act",{more}}}]"#);
    Playbooks::from_json(&text, ActionClass::ContainIdentity).unwrap()
}

/// Asks, and stops the function where the last of the faults says so.
async fn stopped(
    responder: &Responder<SimulatedAccount, MemoryJournal>,
    payload: serde_json::Value,
    clock: &(dyn Fn() -> Timestamp + Sync),
    faults: impl IntoIterator<Item = Option<Fault>>,
) {
    responder.accounts.set_faults(faults);
    let asked = responder.handle(payload, clock, |_| async {});
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), asked).await.is_err());
    responder.accounts.set_faults([]);
}

/// Reading, then the deny; the function is stopped while it reads back.
async fn stopped_after_the_deny(responder: &Responder<SimulatedAccount, MemoryJournal>) {
    let faults = [None; 5].into_iter().chain([Some(Fault::StoppedAfter)]);
    stopped(responder, another_finding("one"), &crate::fixtures::now, faults).await;
}

#[tokio::test]
async fn a_plan_that_was_cut_off_is_finished_once_its_lease_is_over() {
    let responder = responder(Mode::Act);
    stopped_after_the_deny(&responder).await;
    assert_eq!(ask_at(&responder, sweep(), LEASE_SECONDS - 1).await.unwrap(), []);
    let swept = ask_at(&responder, sweep(), LEASE_SECONDS).await.unwrap();
    assert_eq!(swept.iter().map(|one| one.status).collect::<Vec<_>>(), [OutcomeStatus::Contained]);
    assert_eq!(ask_at(&responder, sweep(), LEASE_SECONDS + 300).await.unwrap(), [], "nothing more is due");
}

#[tokio::test]
async fn while_the_switch_is_off_a_sweep_finishes_nothing_but_undos() {
    let mut responder = responder(Mode::Act);
    stopped_after_the_deny(&responder).await;
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it is empty".to_owned())));
    let before = responder.accounts.snapshot();
    assert_eq!(ask_at(&responder, sweep(), 60).await.unwrap(), []);
    assert_eq!(responder.accounts.snapshot(), before);

    let plan = responder.journal.entries()[0].plan.id.to_string();
    let faults = [Some(Fault::StoppedBefore)];
    stopped(&responder, json!({"undo": plan}), &crate::fixtures::after(60), faults).await;
    let swept = ask_at(&responder, sweep(), 120).await.unwrap();
    assert_eq!(swept.iter().map(|one| one.status).collect::<Vec<_>>(), [OutcomeStatus::Undone]);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_was_contained_but_not_reported_is_reported() {
    let responder = responder(Mode::Act);
    let answers =
        responder.handle(another_finding("one"), &crate::fixtures::now, |_| async {}).await.unwrap();
    assert!(answers[0].unreported.is_some(), "the function is stopped before it reports");
    let swept = ask_at(&responder, sweep(), 60).await.unwrap();
    assert_eq!(swept, [answers[0].outcome.clone()]);
    assert_eq!(ask_at(&responder, sweep(), 120).await.unwrap(), []);
}

#[tokio::test]
async fn a_containment_ends_when_it_expires_and_the_same_finding_does_not_begin_it_again() {
    let mut responder = responder(Mode::Act);
    responder.playbooks = expiring(r#""deny_user""#, r#""expires_after_minutes":240,"on_expiry":"release""#);
    ask_at(&responder, another_finding("one"), 0).await.unwrap();
    let four_hours = 4 * 3600;
    assert_eq!(ask_at(&responder, sweep(), four_hours - 1).await.unwrap(), []);
    assert_eq!(responder.accounts.snapshot().settings[&denied()], Setting::Present);
    let swept = ask_at(&responder, sweep(), four_hours).await.unwrap();
    assert_eq!(swept.iter().map(|one| one.status).collect::<Vec<_>>(), [OutcomeStatus::Undone]);
    assert_eq!(responder.accounts.snapshot(), alice());

    responder.guardrails.max_event_age_seconds = 86_400;
    let again = ask_at(&responder, another_finding("one"), four_hours + 60).await.unwrap();
    assert_eq!(again[0].status, OutcomeStatus::Duplicate);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_time_must_not_end_is_reminded_of_once() {
    let mut responder = responder(Mode::Act);
    responder.playbooks =
        expiring(r#""deny_user","deactivate_access_keys""#, r#""expires_after_minutes":240"#);
    ask_at(&responder, another_finding("one"), 0).await.unwrap();
    let contained = responder.accounts.snapshot();
    for (seconds, expected) in [(14_399, vec![]), (14_400, vec![OutcomeStatus::Overdue]), (14_700, vec![])] {
        let swept = ask_at(&responder, sweep(), seconds).await.unwrap();
        let statuses: Vec<_> = swept.iter().map(|one| one.status).collect();
        assert_eq!(statuses, expected, "after {seconds} s");
    }
    assert_eq!(responder.accounts.snapshot(), contained);
}

#[tokio::test]
async fn one_plan_that_cannot_be_swept_keeps_no_other_from_it() {
    let mut responder = responder(Mode::Act);
    responder.playbooks = expiring(r#""deny_user""#, r#""expires_after_minutes":1,"on_expiry":"release""#);
    for event in ["one", "two"] {
        ask_at(&responder, another_finding(event), 0).await.unwrap();
    }
    responder.journal.fail_after(1);
    ask_at(&responder, sweep(), 60).await.unwrap();
    ask_at(&responder, sweep(), 120).await.unwrap();
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn a_sweep_that_asks_for_more_is_refused() {
    let responder = responder(Mode::Act);
    for payload in [json!({"sweep": false}), json!({"sweep": "true"}), json!({"sweep": true, "force": true})]
    {
        let trouble = ask_at(&responder, payload.clone(), 0).await.unwrap_err();
        assert_eq!(trouble.failure.code(), "NotARequest", "{payload}");
    }
}
