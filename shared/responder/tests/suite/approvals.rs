//! Plans that wait for a person: who is asked, what counts as a decision, and what is done then.

use crate::fixtures::{KEY, alice, another_finding, ask, ask_at, denied, finding, key_status, responder};
use serde_json::{Value, json};
use trailreflex_responder::Responder;
use trailreflex_response::{
    ActionClass, EntryState, Fault, FixedSwitch, Hold, KeyStatus, MemoryJournal, Mode, Outcome,
    OutcomeStatus, Playbooks, Reason, Setting, SimulatedAccount, SwitchState,
};

type Fake = Responder<SimulatedAccount, MemoryJournal>;

const HOUR: i64 = 3600;

fn sweep() -> Value {
    json!({"sweep": true})
}

fn decision(word: &str, asked: &Outcome) -> Value {
    let token = &asked.invitation.as_ref().unwrap().token;
    json!({word: asked.plan_id(), "token": token})
}

/// Lets the responder ask about `alice`.
async fn asked(responder: &Fake) -> Outcome {
    let mut outcomes = ask_at(responder, finding("access_key_quarantined_by_aws"), 0).await.unwrap();
    assert_eq!(outcomes[0].status, OutcomeStatus::Awaiting);
    outcomes.remove(0)
}

async fn status(responder: &Fake, payload: Value, seconds: i64) -> Vec<OutcomeStatus> {
    let outcomes = ask_at(responder, payload, seconds).await.unwrap();
    outcomes.iter().map(|outcome| outcome.status).collect()
}

async fn refusal(responder: &Fake, payload: Value, seconds: i64) -> String {
    ask_at(responder, payload, seconds).await.unwrap_err().failure.explain()
}

/// The playbook of the rule, with more about asking.
fn playbook(more: &str) -> Playbooks {
    let rule = finding("access_key_quarantined_by_aws")["detail"]["rule"]["id"].clone();
    let text = format!(
        r#"[{{"id":"a","rules":[{rule}],"actions":["deny_user","deactivate_access_keys"],"mode":"approve"{more}}}]"#
    );
    Playbooks::from_json(&text, ActionClass::ContainIdentity).unwrap()
}

#[tokio::test]
async fn a_person_is_asked_once_and_nothing_is_changed() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let invitation = outcome.invitation.clone().unwrap();
    assert_eq!(invitation.until.to_string(), "2026-11-24T11:00:30Z");
    assert_eq!(responder.accounts.snapshot(), alice());
    assert!(responder.journal.entries()[0].state == EntryState::Awaiting);
    let kept = serde_json::to_string(&responder.journal.entries()).unwrap();
    assert!(!kept.contains(invitation.token.as_str()), "the journal does not hold the token");
    assert!(!format!("{outcome:?}").contains(invitation.token.as_str()), "nor would a log");

    let again = status(&responder, finding("access_key_quarantined_by_aws"), 5).await;
    assert_eq!(again, [OutcomeStatus::Duplicate]);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_is_approved_is_done_once_and_can_be_taken_back() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let approve = decision("approve", &outcome);
    assert_eq!(status(&responder, approve.clone(), 600).await, [OutcomeStatus::Contained]);
    assert_eq!(responder.accounts.snapshot().settings.get(&denied()), Some(&Setting::Present));
    assert_eq!(
        responder.accounts.snapshot().settings.get(&key_status(KEY)),
        Some(&KeyStatus::Inactive.setting())
    );
    let contained = responder.accounts.snapshot();

    assert_eq!(status(&responder, approve, 601).await, [OutcomeStatus::Duplicate]);
    let plan = outcome.plan_id();
    assert_eq!(
        refusal(&responder, decision("deny", &outcome), 602).await,
        format!("plan `{plan}` was approved before; take it back instead: {{\"undo\": \"{plan}\"}}")
    );
    assert_eq!(responder.accounts.snapshot(), contained);

    assert_eq!(status(&responder, json!({"undo": plan}), 700).await, [OutcomeStatus::Undone]);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_is_denied_is_never_done() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let plan = outcome.plan_id().to_string();
    assert_eq!(status(&responder, decision("deny", &outcome), 60).await, [OutcomeStatus::Denied]);
    assert_eq!(status(&responder, decision("deny", &outcome), 61).await, [OutcomeStatus::Duplicate]);
    assert_eq!(
        refusal(&responder, decision("approve", &outcome), 62).await,
        format!("plan `{plan}` was denied; it answers to one call only, so nothing is left to approve")
    );
    assert_eq!(
        refusal(&responder, json!({"undo": plan}), 63).await,
        format!("plan `{plan}` was not carried out, so there is nothing to take back")
    );
    assert_eq!(
        status(&responder, finding("access_key_quarantined_by_aws"), 64).await,
        [OutcomeStatus::Duplicate]
    );
    assert_eq!(status(&responder, sweep(), 2 * HOUR).await, []);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn only_the_plans_own_token_decides() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let other = "0".repeat(64);
    for (case, payload, expected) in [
        (
            "another token",
            json!({"approve": outcome.plan_id(), "token": other}),
            format!("no plan `{}` waits for a decision with this token", outcome.plan_id()),
        ),
        (
            "another plan",
            json!({"approve": "f".repeat(32), "token": other}),
            format!("no plan `{}` waits for a decision with this token", "f".repeat(32)),
        ),
        ("no token", json!({"approve": outcome.plan_id()}), "the decision is malformed".to_owned()),
        (
            "a short token",
            json!({"deny": outcome.plan_id(), "token": "0"}),
            "the decision is malformed".to_owned(),
        ),
        (
            "both at once",
            json!({"approve": outcome.plan_id(), "deny": outcome.plan_id(), "token": other}),
            "the decision is malformed".to_owned(),
        ),
    ] {
        let found = refusal(&responder, payload, 1).await;
        assert!(found.starts_with(&expected), "{case}: {found}");
    }
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_nobody_decides_in_time_is_told_and_not_done() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    assert_eq!(status(&responder, sweep(), HOUR - 1).await, []);
    let late = refusal(&responder, decision("approve", &outcome), HOUR).await;
    assert_eq!(late, format!("plan `{}` was to be decided by 2026-11-24T11:00:30Z", outcome.plan_id()));
    assert_eq!(status(&responder, sweep(), HOUR).await, [OutcomeStatus::Lapsed]);
    assert_eq!(status(&responder, sweep(), HOUR + 60).await, []);
    assert_eq!(refusal(&responder, decision("approve", &outcome), HOUR + 61).await, late);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn a_playbook_may_say_that_silence_is_consent() {
    let mut responder = responder(Mode::Act);
    responder.playbooks = playbook(r#","approve_within_minutes":10,"on_silence":"act""#);
    asked(&responder).await;
    assert_eq!(status(&responder, sweep(), 599).await, []);
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it is empty".to_owned())));
    assert_eq!(status(&responder, sweep(), 600).await, [], "it waits as long as the switch is off");
    assert_eq!(responder.accounts.snapshot(), alice());
    responder.switch = Box::new(FixedSwitch(SwitchState::Armed));
    assert_eq!(status(&responder, sweep(), 700).await, [OutcomeStatus::Contained]);
    assert_eq!(responder.accounts.snapshot().settings.get(&denied()), Some(&Setting::Present));
    assert_eq!(status(&responder, sweep(), 800).await, []);
}

#[tokio::test]
async fn what_is_held_back_can_be_approved_later() {
    let mut responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it is empty".to_owned())));
    let held = ask_at(&responder, decision("approve", &outcome), 60).await.unwrap();
    assert_eq!((held[0].status, held[0].plan.held), (OutcomeStatus::Planned, Some(Hold::KillSwitch)));
    assert_eq!(responder.accounts.snapshot(), alice());
    responder.switch = Box::new(FixedSwitch(SwitchState::Armed));
    assert_eq!(status(&responder, decision("approve", &outcome), 90).await, [OutcomeStatus::Contained]);
}

#[tokio::test]
async fn a_guardrail_that_holds_by_now_still_refuses() {
    let mut responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    responder.guardrails.protected = vec!["alice".parse().unwrap()];
    let refused = ask_at(&responder, decision("approve", &outcome), 60).await.unwrap();
    assert_eq!((refused[0].status, refused[0].refused()), (OutcomeStatus::Refused, Some(Reason::Protected)));
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn what_was_not_asked_about_is_asked_about_first() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let another = key_status("AKIAI44QH8DHBEXAMPLE");
    responder.accounts.meddle(|contents| contents.set(another, KeyStatus::Active.setting()));
    let changed = responder.accounts.snapshot();

    let again = ask_at(&responder, decision("approve", &outcome), 60).await.unwrap();
    assert_eq!((again[0].status, again[0].plan_id()), (OutcomeStatus::Awaiting, outcome.plan_id()));
    assert_eq!(again[0].plan.steps.len(), outcome.plan.steps.len() + 1);
    assert_eq!(responder.accounts.snapshot(), changed);
    assert!(refusal(&responder, decision("approve", &outcome), 61).await.contains("a newer message"));
    assert_eq!(status(&responder, decision("approve", &again[0]), 62).await, [OutcomeStatus::Contained]);
}

#[tokio::test]
async fn who_could_not_be_asked_is_asked_again_with_a_new_token() {
    for (case, payload, seconds) in
        [("the next delivery", finding("access_key_quarantined_by_aws"), 10), ("the sweep", sweep(), 60)]
    {
        let responder = responder(Mode::Approve);
        // The function is stopped before it tells anybody.
        let first = ask(&responder, finding("access_key_quarantined_by_aws")).await.unwrap().outcome;
        let again = ask_at(&responder, payload, seconds).await.unwrap();
        assert_eq!(again[0].status, OutcomeStatus::Awaiting, "{case}");
        assert_ne!(again[0].invitation, first.invitation, "{case}");
        assert!(
            refusal(&responder, decision("approve", &first), 70).await.contains("a newer message"),
            "{case}"
        );
        assert_eq!(status(&responder, decision("approve", &again[0]), 71).await, [OutcomeStatus::Contained]);
    }
}

#[tokio::test]
async fn a_flood_of_findings_asks_no_more_often_in_an_hour_than_plans_may_be_carried_out() {
    let mut responder = responder(Mode::Approve);
    responder.limits.plans_per_hour = 2;
    for (event, expected) in [
        ("one", OutcomeStatus::Awaiting),
        ("two", OutcomeStatus::Awaiting),
        ("three", OutcomeStatus::Planned),
        ("one", OutcomeStatus::Duplicate),
    ] {
        assert_eq!(status(&responder, another_finding(event), 1).await, [expected], "{event}");
    }
    let held = ask(&responder, another_finding("four")).await.unwrap().outcome;
    assert_eq!(held.plan.held, Some(Hold::Budget));
}

#[tokio::test]
async fn an_approved_plan_that_was_cut_off_is_finished() {
    let responder = responder(Mode::Approve);
    let outcome = asked(&responder).await;
    let faults = [None; 5].into_iter().chain([Some(Fault::StoppedAfter)]);
    responder.accounts.set_faults(faults);
    let asked = responder.handle(decision("approve", &outcome), &crate::fixtures::now, |_| async {});
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), asked).await.is_err());
    responder.accounts.set_faults([]);
    assert_eq!(status(&responder, sweep(), 60).await, [OutcomeStatus::Contained]);
    assert_eq!(status(&responder, json!({"undo": outcome.plan_id()}), 90).await, [OutcomeStatus::Undone]);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn the_lower_of_stack_and_playbook_decides_whether_anybody_is_asked() {
    for (stack, of_playbook, expected) in [
        (Mode::Observe, "act", OutcomeStatus::Refused),
        (Mode::Plan, "act", OutcomeStatus::Planned),
        (Mode::Plan, "approve", OutcomeStatus::Planned),
        (Mode::Approve, "act", OutcomeStatus::Awaiting),
        (Mode::Approve, "plan", OutcomeStatus::Planned),
        (Mode::Act, "observe", OutcomeStatus::Refused),
        (Mode::Act, "approve", OutcomeStatus::Awaiting),
        (Mode::Act, "act", OutcomeStatus::Contained),
    ] {
        let mut responder = responder(stack);
        let rule = finding("access_key_quarantined_by_aws")["detail"]["rule"]["id"].clone();
        let text =
            format!(r#"[{{"id":"a","rules":[{rule}],"actions":["deny_user"],"mode":"{of_playbook}"}}]"#);
        responder.playbooks = Playbooks::from_json(&text, ActionClass::ContainIdentity).unwrap();
        let outcome = ask(&responder, another_finding("one")).await.unwrap().outcome;
        assert_eq!(outcome.status, expected, "{stack:?}, {of_playbook}");
        let is_observed = outcome.refused() == Some(Reason::OnlyObserved);
        assert_eq!(is_observed, expected == OutcomeStatus::Refused, "{stack:?}, {of_playbook}");
    }
}
