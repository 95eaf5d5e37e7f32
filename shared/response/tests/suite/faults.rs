//! Every action, each call of it, every way in which the call can go wrong, when it is carried out and when it is taken
//! back: never silent, never half-done without an entry that says so.

use crate::fixtures::{Scenario, clock_after, decide_under, finish, finish_unless_stopped, now};
use crate::{exposures, identities, logging};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use trailreflex_response::{
    ActionKind, ExecuteError, Execution, Fault, LEASE_SECONDS, MemoryJournal, Outcome, OutcomeStatus, Plan,
    SimulatedAccount, execute, undo,
};

/// Where the numbers are published.
const PAGE: &str = include_str!("../../../../docs/reliability.md");

const FAULTS: [(&str, &[Fault]); 6] = [
    ("throttled twice", &[Fault::Throttled, Fault::Throttled]),
    ("AWS fails (5xx)", &[Fault::Failed]),
    ("time-out after it was applied", &[Fault::TimedOutAfterApplying]),
    ("access denied", &[Fault::Denied]),
    ("function stopped before it", &[Fault::StoppedBefore]),
    ("function stopped after it", &[Fault::StoppedAfter]),
];

/// How cases ended, by action and end.
type Ends = BTreeMap<(ActionKind, &'static str), usize>;

fn scenarios() -> Vec<Scenario> {
    [identities::scenarios(), logging::scenarios(), exposures::scenarios()].concat()
}

/// Lets the next calls go well, then go wrong.
fn break_call(account: &SimulatedAccount, calls_before: usize, faults: &[Fault]) {
    let well = std::iter::repeat_n(None, calls_before);
    account.set_faults(well.chain(faults.iter().copied().map(Some)));
}

fn execute_at(
    plan: &Plan,
    account: &SimulatedAccount,
    journal: &MemoryJournal,
    lease: i64,
) -> Option<Result<Execution, ExecuteError>> {
    finish_unless_stopped(execute(plan.clone(), account, journal, &clock_after(lease * LEASE_SECONDS)))
}

/// How many calls to the account `work` makes on a fresh copy.
fn count_calls(work: impl Fn(&SimulatedAccount) -> bool, fresh: impl Fn() -> SimulatedAccount) -> usize {
    let is_stopped = |calls_before: &usize| {
        let account = fresh();
        break_call(&account, *calls_before, &[Fault::StoppedBefore]);
        !work(&account)
    };
    (0..100).take_while(is_stopped).count()
}

fn is_told(outcome: &Outcome) -> bool {
    outcome.steps.iter().any(|step| step.problem.is_some())
}

fn carry_out(scenario: &Scenario, ends: &mut Ends) {
    let fresh = || SimulatedAccount::with(scenario.contents.clone());
    let plan = decide(scenario, &fresh());
    let calls =
        count_calls(|account| execute_at(&plan, account, &MemoryJournal::default(), 0).is_some(), fresh);
    assert!(calls > 0, "{:?} makes no call", scenario.kind);
    for (name, faults) in FAULTS {
        for calls_before in 0..calls {
            let case = format!("{:?}: {name} in call {calls_before}", scenario.kind);
            let (account, journal) = (fresh(), MemoryJournal::default());
            break_call(&account, calls_before, faults);
            let mut last = execute_at(&plan, &account, &journal, 0);
            let is_changed = account.snapshot() != scenario.contents;
            assert!(!is_changed || !journal.entries().is_empty(), "{case}: changed without an entry");
            let mut deliveries = 1;
            while !matches!(last, Some(Ok(_))) && deliveries < 5 {
                // Whoever was stopped, or told to come again, comes again.
                if let Some(Err(error)) = &last {
                    assert!(error.is_transient(), "{case}: {error}");
                }
                last = execute_at(&plan, &account, &journal, deliveries);
                deliveries += 1;
            }
            let Some(Ok(done)) = last else { panic!("{case}: no delivery ended it") };
            let status = done.outcome.status;
            let end = match (status, deliveries) {
                (OutcomeStatus::Contained, 1) => "done",
                (OutcomeStatus::Contained, _) => "done by a later delivery",
                (OutcomeStatus::Partial | OutcomeStatus::Failed, _) => "told as incomplete",
                (other, _) => panic!("{case}: {other:?}"),
            };
            assert!(
                status == OutcomeStatus::Contained || is_told(&done.outcome),
                "{case}: nobody is told why"
            );
            assert_eq!(journal.entries().len(), 1, "{case}");
            *ends.entry((scenario.kind, end)).or_default() += 1;

            account.set_faults([]);
            finish(undo(&plan.id, &account, &journal, &clock_after(10 * LEASE_SECONDS))).unwrap();
            assert_eq!(account.snapshot(), scenario.contents, "{case}: undo does not bring back what was");
        }
    }
}

fn take_back(scenario: &Scenario, ends: &mut Ends) {
    let contained = || {
        let (account, journal) =
            (SimulatedAccount::with(scenario.contents.clone()), MemoryJournal::default());
        let plan = decide(scenario, &account);
        let done = execute_at(&plan, &account, &journal, 0).unwrap().unwrap();
        assert_eq!(done.outcome.status, OutcomeStatus::Contained);
        (account, journal, plan)
    };
    let undo_at = |plan: &Plan, account: &SimulatedAccount, journal: &MemoryJournal, lease: i64| {
        finish_unless_stopped(undo(&plan.id, account, journal, &clock_after(lease * LEASE_SECONDS)))
    };
    let is_stopped = |calls_before: &usize| {
        let (account, journal, plan) = contained();
        break_call(&account, *calls_before, &[Fault::StoppedBefore]);
        undo_at(&plan, &account, &journal, 2).is_none()
    };
    let calls = (0..100).take_while(is_stopped).count();
    assert!(calls > 0, "undoing {:?} makes no call", scenario.kind);
    for (name, faults) in FAULTS {
        for calls_before in 0..calls {
            let case = format!("undo of {:?}: {name} in call {calls_before}", scenario.kind);
            let (account, journal, plan) = contained();
            break_call(&account, calls_before, faults);
            let mut attempts = 0;
            let end = loop {
                let attempt = undo_at(&plan, &account, &journal, 2 + attempts);
                attempts += 1;
                assert!(attempts < 6, "{case}: it never ends");
                match attempt {
                    None => {}
                    Some(Err(error)) => assert!(error.is_transient(), "{case}: {error}"),
                    Some(Ok(undone)) if undone.outcome.status == OutcomeStatus::Undone => {
                        break if attempts == 1 { "undone" } else { "undone by a later attempt" };
                    }
                    Some(Ok(undone)) => {
                        assert_eq!(undone.outcome.status, OutcomeStatus::UndoIncomplete, "{case}");
                        assert!(is_told(&undone.outcome), "{case}: nobody is told why");
                        account.set_faults([]);
                    }
                }
            };
            assert_eq!(account.snapshot(), scenario.contents, "{case}");
            *ends.entry((scenario.kind, end)).or_default() += 1;
        }
    }
}

fn decide(scenario: &Scenario, account: &SimulatedAccount) -> Plan {
    let Scenario { finding, playbook, guardrails, .. } = scenario;
    decide_under(guardrails, account, &MemoryJournal::default(), finding, playbook, now())
}

#[test]
fn whatever_call_of_an_action_goes_wrong_it_is_done_or_told_and_can_be_taken_back() {
    let kinds: BTreeSet<_> = scenarios().iter().map(|scenario| scenario.kind).collect();
    assert_eq!(kinds, BTreeSet::from(ActionKind::ALL), "every action has a scenario");
    let mut ends = Ends::new();
    for scenario in scenarios() {
        carry_out(&scenario, &mut ends);
        take_back(&scenario, &mut ends);
    }
    let table = table(&ends);
    assert!(PAGE.contains(&table), "docs/reliability.md must have this table:\n{table}");
}

const COLUMNS: [&str; 5] =
    ["done", "done by a later delivery", "told as incomplete", "undone", "undone by a later attempt"];

fn table(ends: &Ends) -> String {
    let mut text = format!("| action | cases | {} |\n|---|--:|--:|--:|--:|--:|--:|\n", COLUMNS.join(" | "));
    let row = |name: &str, kinds: &[ActionKind]| {
        let count = |end: &'static str| -> usize {
            kinds.iter().map(|kind| ends.get(&(*kind, end)).copied().unwrap_or_default()).sum()
        };
        let counts = COLUMNS.map(count);
        let total: usize = counts.iter().sum();
        format!("| {name} | {total} | {} |\n", counts.map(|count| count.to_string()).join(" | "))
    };
    for kind in ActionKind::ALL {
        let word = serde_json::to_value(kind).unwrap();
        text.push_str(&row(&format!("`{}`", word.as_str().unwrap()), &[kind]));
    }
    write!(text, "{}", row("all", &ActionKind::ALL)).unwrap();
    text
}
