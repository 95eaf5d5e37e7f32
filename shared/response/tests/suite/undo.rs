//! Taking a plan back: exactly what it changed, newest first, as often as one asks.

use crate::fixtures::{
    DENY_ALL, KEY, OTHER_KEY, alice, clock, clock_after, contained_alice, finding, finding_about_key, finish,
    finish_unless_stopped, respond,
};
use trailreflex_response::{
    Fault, KeyStatus, LEASE_SECONDS, MemoryJournal, OutcomeStatus, PlanId, SimulatedAccount, UndoError,
    UndoRefusal, undo,
};

fn contained() -> (SimulatedAccount, MemoryJournal, PlanId) {
    let (account, journal) = (SimulatedAccount::with_users([alice()]), MemoryJournal::default());
    let id = respond(&account, &journal, &finding(), 0).unwrap().outcome.plan_id().clone();
    (account, journal, id)
}

#[test]
fn undo_restores_what_was_before_and_asking_twice_is_harmless() {
    let (account, journal, id) = contained();
    for _ in 0..2 {
        let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
        assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
        assert_eq!(account.snapshot(), [alice()]);
    }
}

#[test]
fn undo_leaves_alone_what_was_in_force_before_the_plan() {
    let mut denied = alice();
    denied.attached_policies.insert(DENY_ALL.to_owned());
    let (account, journal) = (SimulatedAccount::with_users([denied.clone()]), MemoryJournal::default());
    let id = respond(&account, &journal, &finding(), 0).unwrap().outcome.plan_id().clone();
    finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(account.snapshot(), [denied]);
}

#[test]
fn a_plan_is_not_contained_again_once_a_person_has_taken_it_back() {
    let (account, journal, id) = contained();
    finish(undo(&id, &account, &journal, &clock())).unwrap();
    let again = respond(&account, &journal, &finding(), 60).unwrap();
    assert_eq!(again.outcome.status, OutcomeStatus::Duplicate);
    assert_eq!(account.snapshot(), [alice()]);
}

#[test]
fn plans_about_one_user_are_taken_back_newest_first() {
    let (account, journal, older) = contained();
    let newer = respond(&account, &journal, &finding_about_key(OTHER_KEY), 5).unwrap();
    let newer = newer.outcome.plan_id().clone();
    let error = finish(undo(&older, &account, &journal, &clock_after(10))).unwrap_err();
    let refusal = UndoRefusal::LaterPlanStands { later: newer.to_string() };
    assert!(matches!(&error, UndoError::Refused(found) if *found == refusal), "{error}");
    assert_eq!(account.snapshot(), [contained_alice()]);
    for id in [&newer, &older] {
        finish(undo(id, &account, &journal, &clock_after(10))).unwrap();
    }
    assert_eq!(account.snapshot(), [alice()]);
}

#[test]
fn an_undo_that_was_stopped_is_finished_by_the_next_one() {
    for stop in [Fault::StoppedBefore, Fault::StoppedAfter] {
        for calls_before in 0..6 {
            let (account, journal, id) = contained();
            account.set_faults(std::iter::repeat_n(None, calls_before).chain([Some(stop)]));
            assert!(finish_unless_stopped(undo(&id, &account, &journal, &clock())).is_none());
            let undone = finish(undo(&id, &account, &journal, &clock_after(LEASE_SECONDS))).unwrap();
            let case = format!("{stop:?} call {calls_before}");
            assert_eq!(undone.outcome.status, OutcomeStatus::Undone, "{case}");
            assert_eq!(account.snapshot(), [alice()], "{case}");
        }
    }
}

#[test]
fn a_plan_that_never_came_to_its_end_can_be_taken_back_once_nobody_works_on_it() {
    let (account, journal) = (SimulatedAccount::with_users([alice()]), MemoryJournal::default());
    let plan = crate::fixtures::decide(&account, &finding(), crate::fixtures::now());
    let id = plan.id.clone();
    // Stopped after the deny was applied and read back, in the middle of deactivating the key.
    account.set_faults([None, None, Some(Fault::StoppedAfter)]);
    let stopped = finish_unless_stopped(trailreflex_response::execute(plan, &account, &journal, &clock()));
    assert!(stopped.is_none());
    let early = finish(undo(&id, &account, &journal, &clock_after(LEASE_SECONDS - 1))).unwrap_err();
    assert!(early.is_transient(), "{early}");
    let undone = finish(undo(&id, &account, &journal, &clock_after(LEASE_SECONDS))).unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    assert_eq!(account.snapshot(), [alice()]);
    let redelivered = respond(&account, &journal, &finding(), LEASE_SECONDS * 2).unwrap();
    assert_eq!(redelivered.outcome.status, OutcomeStatus::Duplicate);
}

#[test]
fn an_undo_that_is_denied_says_so_and_can_be_asked_again() {
    let (account, journal, id) = contained();
    account.set_faults([None, Some(Fault::Denied)]);
    let denied = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(denied.outcome.status, OutcomeStatus::UndoIncomplete);
    let problems: Vec<_> = denied.outcome.steps.iter().filter_map(|step| step.problem.as_deref()).collect();
    assert_eq!(problems, ["`iam:UpdateAccessKey` was refused: denied by the simulation"]);
    let again = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(again.outcome.status, OutcomeStatus::Undone);
    assert_eq!(account.snapshot(), [alice()]);
}

#[test]
fn an_undo_that_is_throttled_asks_to_be_asked_again() {
    let (account, journal, id) = contained();
    account.set_faults([None, Some(Fault::Throttled)]);
    let error = finish(undo(&id, &account, &journal, &clock())).unwrap_err();
    let expected = "the undo is not complete, ask again: `iam:UpdateAccessKey` failed for now: not answered by the simulation";
    assert_eq!((error.to_string().as_str(), error.is_transient()), (expected, true));
    let again = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(again.outcome.status, OutcomeStatus::Undone);
    assert_eq!(account.snapshot(), [alice()]);
}

#[test]
fn another_user_of_the_same_name_is_not_touched() {
    let (account, journal, id) = contained();
    let successor = {
        let mut user = contained_alice();
        user.reference.unique_id = "AIDASUCCESSOR0000001".parse().unwrap();
        user
    };
    account.change_user(&"alice".parse().unwrap(), |user| *user = successor.clone());
    let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    assert_eq!(account.snapshot(), [successor]);
}

#[test]
fn a_key_that_was_deleted_meanwhile_does_not_stand_in_the_way() {
    let (account, journal, id) = contained();
    account.change_user(&"alice".parse().unwrap(), |user| {
        user.keys.remove(&KEY.parse().unwrap());
    });
    let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    let user = account.snapshot().remove(0);
    assert_eq!(user.keys.into_values().collect::<Vec<_>>(), [KeyStatus::Inactive]);
    assert!(user.attached_policies.is_empty());
}

#[test]
fn an_unknown_plan_is_named() {
    let (account, journal, _) = contained();
    let unknown: PlanId = "0".repeat(32).try_into().unwrap();
    let error = finish(undo(&unknown, &account, &journal, &clock())).unwrap_err();
    assert!(!error.is_transient());
    let expected = format!("no plan `{unknown}` in the journal: only plans carried out in mode `act` are");
    assert_eq!(error.to_string(), expected);
}
