//! Carrying a plan out: once, whatever is delivered how often and wherever the function is stopped.

use crate::fixtures::{
    account, alice, clock, clock_after, contained_alice, contents, decide, finding, finish,
    finish_unless_stopped, now, respond,
};
use trailreflex_response::{
    Control, EntryState, ExecuteError, Fault, LEASE_SECONDS, MemoryJournal, OutcomeStatus, StepResult,
    execute,
};

#[test]
fn a_plan_is_carried_out_read_back_and_timed() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let execution = respond(&account, &journal, &finding(), 0).unwrap();
    let results: Vec<_> = execution.outcome.steps.iter().map(|step| step.result).collect();
    use StepResult::{AlreadyInForce, InForce, NotNeeded};
    let expected = vec![InForce, NotNeeded, NotNeeded, AlreadyInForce, InForce];
    assert_eq!(
        (execution.outcome.status, results, execution.outcome.seconds_to_containment),
        (OutcomeStatus::Contained, expected, Some(30))
    );
    assert_eq!(account.snapshot(), contents([contained_alice()]));
}

#[test]
fn five_deliveries_change_the_account_once() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let plan = decide(&account, &finding(), now());
    let first = finish(execute(plan.clone(), &account, &journal, &clock())).unwrap();
    assert_eq!(first.outcome.status, OutcomeStatus::Contained);
    finish(trailreflex_response::Journal::replace(&journal, &first.unreported.unwrap().marked_reported()))
        .unwrap();
    // Every further call to the account would fail the test: there must be none.
    account.set_faults([Some(Fault::StoppedBefore); 8]);
    for _ in 0..4 {
        let again = finish(execute(plan.clone(), &account, &journal, &clock())).unwrap();
        assert_eq!((again.outcome.status, again.unreported), (OutcomeStatus::Duplicate, None));
    }
    assert_eq!(journal.entries().len(), 1);
}

#[test]
fn what_was_contained_but_not_reported_is_reported_by_the_next_delivery() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let first = respond(&account, &journal, &finding(), 0).unwrap();
    let plan = first.outcome.plan.clone();
    let second = finish(execute(plan, &account, &journal, &clock())).unwrap();
    assert_eq!(second, first);
}

#[test]
fn wherever_the_function_is_stopped_the_next_delivery_after_the_lease_finishes() {
    for stop in [Fault::StoppedBefore, Fault::StoppedAfter] {
        for calls_before in 0..4 {
            let (account, journal) = (account([alice()]), MemoryJournal::default());
            let case = format!("{stop:?} call {calls_before}");
            let plan = decide(&account, &finding(), now());
            account.set_faults(std::iter::repeat_n(None, calls_before).chain([Some(stop)]));
            let stopped = finish_unless_stopped(execute(plan, &account, &journal, &clock()));
            assert!(stopped.is_none(), "{case}");
            let stands: Vec<_> = journal.entries().iter().map(|entry| entry.state).collect();
            assert_eq!(
                stands,
                [EntryState::Executing],
                "{case}: the journal knew before the account changed"
            );

            let early = respond(&account, &journal, &finding(), LEASE_SECONDS - 1);
            assert!(
                matches!(early, Err(ExecuteError::Busy(_))),
                "{case}: another delivery may still be at work"
            );

            let late = respond(&account, &journal, &finding(), LEASE_SECONDS).unwrap();
            assert_eq!(late.outcome.status, OutcomeStatus::Contained, "{case}");
            assert_eq!(account.snapshot(), contents([contained_alice()]), "{case}");
            let undo = finish(trailreflex_response::undo(
                late.outcome.plan_id(),
                &account,
                &journal,
                &clock_after(LEASE_SECONDS * 2),
            ))
            .unwrap();
            assert_eq!(undo.outcome.status, OutcomeStatus::Undone, "{case}");
            assert_eq!(
                account.snapshot(),
                contents([alice()]),
                "{case}: undo brings back what was before the first attempt"
            );
        }
    }
}

#[test]
fn a_fault_in_any_call_ends_contained_or_reported() {
    for fault in [Fault::Throttled, Fault::TimedOutAfterApplying, Fault::Denied] {
        for calls_before in 0..4 {
            let (account, journal) = (account([alice()]), MemoryJournal::default());
            let case = format!("{fault:?} in call {calls_before}");
            let plan = decide(&account, &finding(), now());
            account.set_faults(std::iter::repeat_n(None, calls_before).chain([Some(fault)]));
            match finish(execute(plan, &account, &journal, &clock())) {
                Ok(execution) if execution.outcome.status == OutcomeStatus::Contained => {
                    let inline = account.snapshot().settings.keys().any(is_inline_policy);
                    // Attaching was denied, so the next way was taken.
                    assert_eq!(inline, fault == Fault::Denied && calls_before == 0, "{case}");
                    let id = execution.outcome.plan_id();
                    finish(trailreflex_response::undo(id, &account, &journal, &clock())).unwrap();
                    assert_eq!(account.snapshot(), contents([alice()]), "{case}");
                }
                // Denied for good: a person is told, with the reason.
                Ok(execution) => {
                    assert_eq!(fault, Fault::Denied, "{case}");
                    let problems: Vec<_> =
                        execution.outcome.steps.iter().filter_map(|step| step.problem.as_deref()).collect();
                    assert_eq!(problems.len(), 1, "{case}");
                    assert_eq!(execution.outcome.status, OutcomeStatus::Partial, "{case}");
                }
                // For now: Lambda delivers again, at once if it likes, because the lease was given back.
                Err(error) => {
                    assert!(error.is_transient(), "{case}");
                    let again = respond(&account, &journal, &finding(), 1).unwrap();
                    assert_eq!(again.outcome.status, OutcomeStatus::Contained, "{case}");
                    assert_eq!(account.snapshot(), contents([contained_alice()]), "{case}");
                }
            }
        }
    }
}

fn is_inline_policy(control: &Control) -> bool {
    matches!(control, Control::InlinePolicy { .. })
}

#[test]
fn a_later_delivery_does_not_touch_another_user_of_the_same_name() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let plan = decide(&account, &finding(), now());
    account.set_faults([Some(Fault::StoppedBefore)]);
    assert!(finish_unless_stopped(execute(plan.clone(), &account, &journal, &clock())).is_none());
    let mut successor = alice();
    successor.identity.reference.unique_id = "AIDASUCCESSOR0000001".parse().unwrap();
    account.meddle(|account| *account = contents([successor.clone()]));
    let late = finish(execute(plan, &account, &journal, &clock_after(LEASE_SECONDS))).unwrap();
    let results: Vec<_> = late.outcome.steps.iter().map(|step| step.result).collect();
    // The key that was inactive before has nothing done to it.
    use StepResult::{AlreadyInForce, TargetGone};
    assert_eq!(results, [TargetGone, TargetGone, TargetGone, AlreadyInForce, TargetGone]);
    assert_eq!(account.snapshot(), contents([successor]));
}

#[test]
fn without_the_journal_nothing_is_changed() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let plan = decide(&account, &finding(), now());
    journal.fail_next(1);
    let error = finish(execute(plan, &account, &journal, &clock())).unwrap_err();
    assert_eq!(error.to_string(), "the plan could not be recorded, so nothing more was changed");
    assert_eq!(account.snapshot(), contents([alice()]));
}

#[test]
fn a_journal_that_fails_at_the_end_is_caught_up_by_the_next_delivery() {
    let (account, journal) = (account([alice()]), MemoryJournal::default());
    let plan = decide(&account, &finding(), now());
    // The entry is created, then the account is changed, then the journal fails.
    let fail_later = FailingAtTheEnd(&journal);
    let error = finish(execute(plan, &account, &fail_later, &clock())).unwrap_err();
    assert!(error.is_transient());
    assert_eq!(account.snapshot(), contents([contained_alice()]));
    let again = respond(&account, &journal, &finding(), LEASE_SECONDS).unwrap();
    assert_eq!(again.outcome.status, OutcomeStatus::Contained);
}

/// A journal whose second write fails.
struct FailingAtTheEnd<'j>(&'j MemoryJournal);

impl trailreflex_response::Journal for FailingAtTheEnd<'_> {
    async fn create(
        &self,
        entry: &trailreflex_response::Entry,
    ) -> Result<trailreflex_response::Created, trailreflex_response::JournalError> {
        let created = self.0.create(entry).await;
        self.0.fail_next(1);
        created
    }

    async fn replace(
        &self,
        entry: &trailreflex_response::Entry,
    ) -> Result<trailreflex_response::Replaced, trailreflex_response::JournalError> {
        self.0.replace(entry).await
    }

    async fn read(
        &self,
        id: &trailreflex_response::PlanId,
    ) -> Result<Option<trailreflex_response::Entry>, trailreflex_response::JournalError> {
        self.0.read(id).await
    }

    async fn standing(
        &self,
        subject: &str,
    ) -> Result<Vec<trailreflex_response::Entry>, trailreflex_response::JournalError> {
        self.0.standing(subject).await
    }

    async fn due(
        &self,
        class: trailreflex_response::ActionClass,
        now: jiff::Timestamp,
    ) -> Result<Vec<trailreflex_response::PlanId>, trailreflex_response::JournalError> {
        self.0.due(class, now).await
    }

    async fn count(
        &self,
        tally: &trailreflex_response::Tally,
        plan: &trailreflex_response::PlanId,
        limit: usize,
    ) -> Result<trailreflex_response::Counted, trailreflex_response::JournalError> {
        self.0.count(tally, plan, limit).await
    }

    async fn counted(
        &self,
        tally: &trailreflex_response::Tally,
    ) -> Result<usize, trailreflex_response::JournalError> {
        self.0.counted(tally).await
    }

    async fn undone(
        &self,
        subject: &str,
    ) -> Result<Vec<trailreflex_response::Entry>, trailreflex_response::JournalError> {
        self.0.undone(subject).await
    }
}
