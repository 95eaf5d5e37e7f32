//! Looks at a containment, half a minute and five minutes later.

use crate::fixtures::{KEY, alice, ask_at, contain, denied, key_status, responder};
use serde_json::{Value, json};
use trailreflex_response::{Fault, FixedSwitch, KeyStatus, Look, Mode, OutcomeStatus, Setting, SwitchState};

const NEW_KEY: &str = "AKIANEWKEY0000000001";

/// A look as the queue brings it.
fn look(plan: &str, round: u8) -> Value {
    json!({"Records": [{"messageId": "m", "body": json!({"look": plan, "round": round}).to_string()}]})
}

#[tokio::test]
async fn looks_are_asked_for_before_anything_is_changed() {
    let responder = responder(Mode::Act);
    let changed_before = std::sync::Mutex::new(None);
    let ask = |plan: trailreflex_response::PlanId| {
        let changed = responder.accounts.snapshot() != alice();
        *changed_before.lock().unwrap() = Some((plan, changed));
        std::future::ready(())
    };
    let finding = crate::fixtures::finding("access_key_quarantined_by_aws");
    let answers = responder.handle(finding, &crate::fixtures::now, ask).await.unwrap();
    let plan = answers[0].outcome.plan_id().clone();
    assert_eq!(*changed_before.lock().unwrap(), Some((plan, false)));
    assert_eq!(Look::DELAYS, [30, 300]);
}

#[tokio::test]
async fn a_containment_that_holds_is_seen_and_not_told_of() {
    let responder = responder(Mode::Act);
    let plan = contain(&responder).await;
    let contained = responder.accounts.snapshot();
    for round in [1, 1, 2] {
        assert_eq!(ask_at(&responder, look(&plan, round), 30).await.unwrap(), []);
    }
    assert_eq!(responder.journal.entries()[0].looks, 2);
    assert_eq!(responder.accounts.snapshot(), contained);
}

#[tokio::test]
async fn what_somebody_has_undone_is_done_once_more_and_told() {
    let responder = responder(Mode::Act);
    let plan = contain(&responder).await;
    responder.accounts.meddle(|account| {
        account.set(denied(), Setting::Absent);
        account.set(key_status(KEY), KeyStatus::Active.setting());
    });
    let told = ask_at(&responder, look(&plan, 1), 30).await.unwrap();
    assert_eq!(told.iter().map(|outcome| outcome.status).collect::<Vec<_>>(), [OutcomeStatus::Bypassed]);
    let settings = responder.accounts.snapshot().settings;
    assert_eq!(
        (&settings[&denied()], &settings[&key_status(KEY)]),
        (&Setting::Present, &KeyStatus::Inactive.setting())
    );
    assert_eq!(
        ask_at(&responder, look(&plan, 1), 31).await.unwrap(),
        [],
        "a repeated look tells nothing again"
    );
    let undone = ask_at(&responder, json!({"undo": plan}), 60).await.unwrap();
    assert_eq!(undone[0].status, OutcomeStatus::Undone);
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn a_new_key_of_the_same_user_is_deactivated_by_a_plan_of_its_own() {
    let responder = responder(Mode::Act);
    let plan = contain(&responder).await;
    responder.accounts.meddle(|account| {
        account.set(key_status(NEW_KEY), KeyStatus::Active.setting());
        account.created.insert(NEW_KEY.parse().unwrap(), crate::fixtures::after(10)());
    });
    let told = ask_at(&responder, look(&plan, 1), 30).await.unwrap();
    let statuses: Vec<_> = told.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [OutcomeStatus::Bypassed, OutcomeStatus::Contained]);
    let status = |key| responder.accounts.snapshot().settings[&key_status(key)].clone();
    assert_eq!(status(NEW_KEY), KeyStatus::Inactive.setting());
    ask_at(&responder, json!({"undo": told[1].plan_id().as_str()}), 60).await.unwrap();
    assert_eq!(status(NEW_KEY), KeyStatus::Active.setting());
    assert_eq!(status(KEY), KeyStatus::Inactive.setting(), "the first plan stands");
}

#[tokio::test]
async fn an_older_key_that_the_plan_has_left_alone_stays_alone() {
    let responder = responder(Mode::Act);
    responder.accounts.meddle(|account| account.set(key_status(NEW_KEY), KeyStatus::Active.setting()));
    let mut about_key = crate::fixtures::finding("access_key_quarantined_by_aws");
    about_key["detail"]["target"] = json!({"kind": "accessKey", "accessKeyId": KEY});
    let plan = ask_at(&responder, about_key, 0).await.unwrap()[0].plan_id().to_string();
    assert_eq!(ask_at(&responder, look(&plan, 2), 300).await.unwrap(), []);
    assert_eq!(responder.accounts.snapshot().settings[&key_status(NEW_KEY)], KeyStatus::Active.setting());
}

#[tokio::test]
async fn after_an_undo_with_the_switch_off_and_about_no_plan_nothing_is_looked_at() {
    let mut responder = responder(Mode::Act);
    let plan = contain(&responder).await;
    responder.accounts.meddle(|account| account.set(denied(), Setting::Absent));
    responder.switch = Box::new(FixedSwitch(SwitchState::Off("it is empty".to_owned())));
    assert_eq!(ask_at(&responder, look(&plan, 1), 30).await.unwrap(), []);
    responder.switch = Box::new(FixedSwitch(SwitchState::Armed));
    ask_at(&responder, json!({"undo": plan}), 60).await.unwrap();
    for plan in [plan, "0".repeat(32)] {
        assert_eq!(ask_at(&responder, look(&plan, 2), 300).await.unwrap(), []);
    }
    assert_eq!(responder.accounts.snapshot(), alice());
}

#[tokio::test]
async fn a_look_that_is_stopped_anywhere_is_taken_again_and_told() {
    for stop in [Fault::StoppedBefore, Fault::StoppedAfter] {
        for calls in 0..6 {
            let responder = responder(Mode::Act);
            let plan = contain(&responder).await;
            responder.accounts.meddle(|account| account.set(denied(), Setting::Absent));
            responder.accounts.set_faults(std::iter::repeat_n(None, calls).chain([Some(stop)]));
            let looked = tokio::time::timeout(
                std::time::Duration::from_millis(20),
                responder.handle(look(&plan, 1), &crate::fixtures::after(30), |_| async {}),
            )
            .await;
            responder.accounts.set_faults([]);
            let case = format!("{stop:?} call {calls}");
            // A look that came to its end, but whose function was stopped before it could tell, is taken again too.
            drop(looked);
            let told = ask_at(&responder, look(&plan, 1), 120).await.unwrap();
            assert_eq!(told.first().map(|one| one.status), Some(OutcomeStatus::Bypassed), "{case}");
            assert_eq!(responder.accounts.snapshot().settings[&denied()], Setting::Present, "{case}");
        }
    }
}

#[tokio::test]
async fn a_message_that_is_no_look_is_refused_for_good() {
    let responder = responder(Mode::Act);
    for body in ["", "{}", r#"{"look":"latest","round":1}"#, r#"{"look":"00000000000000000000000000000000"}"#]
    {
        let message = json!({"Records": [{"messageId": "m", "body": body}]});
        let trouble = ask_at(&responder, message, 0).await.unwrap_err();
        assert_eq!(trouble.failure.code(), "NotARequest", "{body}");
    }
}
