//! What holds for every account, every fault and every order.

use crate::fixtures::{clock_after, decide, finding, finding_about_key, finish, finish_unless_stopped, user};
use proptest::prelude::*;
use trailreflex_response::{
    EntryState, Fault, KeyStatus, LEASE_SECONDS, MemoryJournal, OutcomeStatus, SimulatedAccount,
    SimulatedUser, execute, undo,
};

const KEYS: [&str; 3] = ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIAEXAMPLETHIRDKEY1"];

prop_compose! {
    fn any_user()(statuses in prop::collection::vec(any::<bool>(), 0..=3), denied in any::<bool>()) -> SimulatedUser {
        let status = |active: &bool| if *active { KeyStatus::Active } else { KeyStatus::Inactive };
        let keys: Vec<_> = KEYS.into_iter().zip(statuses.iter().map(status)).collect();
        let mut user = user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &keys);
        if denied {
            user.attached_policies.insert(crate::fixtures::DENY_ALL.to_owned());
        }
        user
    }
}

fn any_fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::Throttled)),
        1 => Just(Some(Fault::TimedOutAfterApplying)),
        1 => Just(Some(Fault::StoppedBefore)),
        1 => Just(Some(Fault::StoppedAfter)),
    ]
}

proptest! {
    /// Faults of every kind in any call of three deliveries; the fourth and the undo meet none.
    #[test]
    fn containment_ends_complete_and_undo_restores_the_account(
        user in any_user(),
        about_key in any::<bool>(),
        faults in prop::collection::vec(any_fault(), 0..24),
    ) {
        let (account, journal) = (SimulatedAccount::with_users([user]), MemoryJournal::default());
        let before = account.snapshot();
        let has_key = before[0].keys.contains_key(&KEYS[0].parse().unwrap());
        let finding = if about_key && has_key { finding_about_key(KEYS[0]) } else { finding() };
        let plan = decide(&account, &finding, clock_after(0)());
        account.set_faults(faults);
        for delivery in 0..3 {
            let clock = clock_after(delivery * LEASE_SECONDS);
            let _ = finish_unless_stopped(execute(plan.clone(), &account, &journal, &clock));
        }
        account.set_faults([]);
        let last = finish(execute(plan, &account, &journal, &clock_after(3 * LEASE_SECONDS))).unwrap();
        prop_assert_eq!(last.outcome.status, OutcomeStatus::Contained);
        prop_assert_eq!(journal.entries().len(), 1);
        prop_assert_eq!(journal.entries()[0].state, EntryState::Executed);
        let after = account.snapshot();
        prop_assert!(after[0].attached_policies.contains(crate::fixtures::DENY_ALL));
        let targeted = |key: &&str| !about_key || !has_key || *key == KEYS[0];
        for key in KEYS.into_iter().filter(targeted) {
            prop_assert_ne!(after[0].keys.get(&key.parse().unwrap()), Some(&KeyStatus::Active));
        }
        let undone = finish(undo(last.outcome.plan_id(), &account, &journal, &clock_after(5 * LEASE_SECONDS)));
        prop_assert_eq!(undone.unwrap().outcome.status, OutcomeStatus::Undone);
        prop_assert_eq!(account.snapshot(), before);
    }

    /// Two deliveries, stopped and interleaved at any call, have one effect and one entry.
    #[test]
    fn two_deliveries_have_one_effect(user in any_user(), stop in 0_usize..6, gap in 0_i64..120) {
        let (account, journal) = (SimulatedAccount::with_users([user]), MemoryJournal::default());
        let before = account.snapshot();
        let plan = decide(&account, &finding(), clock_after(0)());
        account.set_faults(std::iter::repeat_n(None, stop).chain([Some(Fault::StoppedAfter)]));
        let first = finish_unless_stopped(execute(plan.clone(), &account, &journal, &clock_after(0)));
        account.set_faults([]);
        let second = finish(execute(plan.clone(), &account, &journal, &clock_after(gap)));
        let busy = first.is_none() && gap < LEASE_SECONDS;
        prop_assert_eq!(second.is_err(), busy);
        let last = finish(execute(plan, &account, &journal, &clock_after(200))).unwrap();
        prop_assert_eq!(journal.entries().len(), 1);
        finish(undo(last.outcome.plan_id(), &account, &journal, &clock_after(300))).unwrap();
        prop_assert_eq!(account.snapshot(), before);
    }
}
