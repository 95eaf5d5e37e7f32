//! Taking a plan back: exactly what it changed, in any order, as often as one asks.

use crate::fixtures::{
    KEY, OTHER_KEY, User, account, alice, clock, clock_after, contained_alice, contents, finding,
    finding_about_key, finish, finish_unless_stopped, key_status, respond,
};
use trailreflex_response::{
    Fault, LEASE_SECONDS, MemoryJournal, OutcomeStatus, PlanId, SimulatedAccount, StepResult, undo,
};

fn contained() -> (SimulatedAccount, MemoryJournal, PlanId) {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let id = respond(&account, &journal, &finding(), 0).unwrap().outcome.plan_id().clone();
    (account, journal, id)
}

#[test]
fn undo_restores_what_was_before_and_asking_twice_is_harmless() {
    let (account, journal, id) = contained();
    for _ in 0..2 {
        let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
        assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
        assert_eq!(account.snapshot(), contents([alice()]));
    }
}

#[test]
fn who_asks_before_it_is_noted_that_the_outcome_was_told_need_not_ask_again() {
    for (notes, is_undone) in [(1, true), (2, true), (3, false)] {
        let (account, journal, id) = contained();
        journal.outrun_next(notes);
        let undone = finish(undo(&id, &account, &journal, &clock()));
        assert_eq!(undone.is_ok(), is_undone, "{notes}: {undone:?}");
        let left = contents([if is_undone { alice() } else { contained_alice() }]);
        assert_eq!(account.snapshot(), left, "{notes}");
    }
}

#[test]
fn undo_leaves_alone_what_was_in_force_before_the_plan() {
    let denied = User { is_denied: true, ..alice() };
    let (account, journal) = (account([denied.clone()]), MemoryJournal::default());
    let id = respond(&account, &journal, &finding(), 0).unwrap().outcome.plan_id().clone();
    finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(account.snapshot(), contents([denied]));
}

#[test]
fn a_plan_is_not_contained_again_once_a_person_has_taken_it_back() {
    let (account, journal, id) = contained();
    finish(undo(&id, &account, &journal, &clock())).unwrap();
    let again = respond(&account, &journal, &finding(), 60).unwrap();
    assert_eq!(again.outcome.status, OutcomeStatus::Duplicate);
    assert_eq!(account.snapshot(), contents([alice()]));
}

#[test]
fn plans_about_one_user_are_taken_back_in_any_order_and_the_last_one_restores() {
    for order in [[0, 1], [1, 0]] {
        let (account, journal, older) = contained();
        let newer = respond(&account, &journal, &finding_about_key(OTHER_KEY), 5).unwrap();
        let plans = [older, newer.outcome.plan_id().clone()];
        let first = finish(undo(&plans[order[0]], &account, &journal, &clock_after(10))).unwrap();
        assert_eq!(first.outcome.status, OutcomeStatus::Undone);
        let denied = account.snapshot().settings.contains_key(&crate::fixtures::attachment(
            &alice().identity.reference,
            crate::fixtures::DENY_ALL,
        ));
        assert!(denied, "{order:?}: the other plan still needs the deny");
        finish(undo(&plans[order[1]], &account, &journal, &clock_after(20))).unwrap();
        assert_eq!(account.snapshot(), contents([alice()]), "{order:?}");
    }
}

#[test]
fn what_somebody_has_changed_since_is_left_as_it_is() {
    let (account, journal, id) = contained();
    let key = key_status(&alice().identity.reference, KEY);
    account.meddle(|account| account.set(key.clone(), trailreflex_response::Setting::word("Expired")));
    let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
    let results: Vec<_> = undone.outcome.steps.iter().map(|step| step.result).collect();
    use StepResult::{AlreadyInForce, ChangedSince, NotNeeded, Undone};
    let expected = [Undone, NotNeeded, NotNeeded, AlreadyInForce, ChangedSince];
    assert_eq!((undone.outcome.status, results), (OutcomeStatus::Undone, expected.to_vec()));
    assert_eq!(account.snapshot().settings[&key], trailreflex_response::Setting::word("Expired"));
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
            assert_eq!(account.snapshot(), contents([alice()]), "{case}");
        }
    }
}

#[test]
fn a_plan_that_never_came_to_its_end_can_be_taken_back_once_nobody_works_on_it() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
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
    assert_eq!(account.snapshot(), contents([alice()]));
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
    assert_eq!(account.snapshot(), contents([alice()]));
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
    assert_eq!(account.snapshot(), contents([alice()]));
}

#[test]
fn another_user_of_the_same_name_is_not_touched() {
    let (account, journal, id) = contained();
    let successor = {
        let mut user = contained_alice();
        user.identity.reference.unique_id = "AIDASUCCESSOR0000001".parse().unwrap();
        user
    };
    account.meddle(|account| *account = contents([successor.clone()]));
    let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    assert_eq!(account.snapshot(), contents([successor]));
}

#[test]
fn a_key_that_was_deleted_meanwhile_does_not_stand_in_the_way() {
    let (account, journal, id) = contained();
    let key = key_status(&alice().identity.reference, KEY);
    account.meddle(|account| drop(account.settings.remove(&key)));
    let undone = finish(undo(&id, &account, &journal, &clock())).unwrap();
    assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
    let mut without = alice();
    without.keys.remove(0);
    assert_eq!(account.snapshot(), contents([without]));
}

#[test]
fn an_unknown_plan_is_named() {
    let (account, journal, _) = contained();
    let unknown: PlanId = "0".repeat(32).try_into().unwrap();
    let error = finish(undo(&unknown, &account, &journal, &clock())).unwrap_err();
    assert!(!error.is_transient());
    let expected = format!("no plan `{unknown}` in the journal: only plans that were carried out are");
    assert_eq!(error.to_string(), expected);
}
