//! What holds for every account, every fault and every order.

use crate::fixtures::{
    DENY_ALL, User, account, any_fault, attachment, clock_after, contents, decide, decide_knowing, finding,
    finding_about_key, finish, finish_unless_stopped, key_status, playbook, user,
};
use proptest::prelude::*;
use trailreflex_model::Finding;
use trailreflex_response::{
    Control, EntryState, Fault, KeyStatus, LEASE_SECONDS, MemoryJournal, OutcomeStatus, PlanId, Setting,
    SimulatedAccount, execute, undo,
};

const KEYS: [&str; 3] = ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "AKIAEXAMPLETHIRDKEY1"];

prop_compose! {
    fn any_user()(statuses in prop::collection::vec(any::<bool>(), 1..=3), is_denied in any::<bool>()) -> User {
        let status = |active: &bool| if *active { KeyStatus::Active } else { KeyStatus::Inactive };
        let keys: Vec<_> = KEYS.into_iter().zip(statuses.iter().map(status)).collect();
        User { is_denied, ..user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &keys) }
    }
}

prop_compose! {
    /// An account in which some of the three ways to deny a user are closed by a full quota.
    fn any_account()(user in any_user(), closed in 0_usize..3) -> SimulatedAccount {
        let mut contents = contents([user.clone()]);
        contents.full.extend(ways(&user).into_iter().take(closed));
        SimulatedAccount::with(contents)
    }
}

/// The three ways to deny a user.
fn ways(user: &User) -> [Control; 3] {
    let identity = user.identity.reference.clone();
    [
        attachment(&identity, DENY_ALL),
        Control::InlinePolicy {
            identity: identity.clone(),
            policy_name: "TrailreflexDenyAll".parse().unwrap(),
        },
        Control::PermissionsBoundary { identity },
    ]
}

fn is_denied(account: &SimulatedAccount, user: &User) -> bool {
    let settings = account.snapshot().settings;
    ways(user).iter().any(|way| settings.contains_key(way))
}

proptest! {
    /// Faults of every kind in any call of three deliveries; the fourth and the undo meet none.
    #[test]
    fn containment_ends_complete_and_undo_restores_the_account(
        account in any_account(),
        about_key in any::<bool>(),
        faults in prop::collection::vec(any_fault(), 0..24),
    ) {
        let journal = MemoryJournal::default();
        let before = account.snapshot();
        let identity = before.identities[0].reference.clone();
        let finding = if about_key { finding_about_key(KEYS[0]) } else { finding() };
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
        let settings = account.snapshot().settings;
        prop_assert!(is_denied(&account, &user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &[])));
        let targeted = |key: &&str| !about_key || *key == KEYS[0];
        for key in KEYS.into_iter().filter(targeted) {
            prop_assert_ne!(settings.get(&key_status(&identity, key)), Some(&KeyStatus::Active.setting()));
        }
        let undone = finish(undo(last.outcome.plan_id(), &account, &journal, &clock_after(5 * LEASE_SECONDS)));
        prop_assert_eq!(undone.unwrap().outcome.status, OutcomeStatus::Undone);
        prop_assert_eq!(account.snapshot(), before);
    }

    /// Two deliveries, stopped and interleaved at any call, have one effect and one entry.
    #[test]
    fn two_deliveries_have_one_effect(user in any_user(), stop in 0_usize..6, gap in 0_i64..120) {
        let (account, journal) = (account([user]), MemoryJournal::default());
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

    /// Several findings about one user, contained and taken back in any order, the quotas filling up and emptying in
    /// between: denied as long as one stands, and in the end as it was.
    #[test]
    fn containments_of_one_user_stack(
        user in any_user(),
        moves in prop::collection::vec((0_usize..4, any::<bool>(), 0_usize..3), 1..16),
    ) {
        let (account, journal) = (account([user.clone()]), MemoryJournal::default());
        let before = account.snapshot();
        let mut plans: [Option<PlanId>; 4] = [const { None }; 4];
        let mut undone = [false; 4];
        let mut seconds = 0;
        for (which, contain, closed) in moves {
            seconds += 60;
            let clock = clock_after(seconds);
            account.meddle(|account| account.full = ways(&user).into_iter().take(closed).collect());
            match &plans[which] {
                None if contain => {
                    let finding = nth_finding(which);
                    let plan = decide_knowing(&account, &journal, &finding, &playbook(), clock());
                    let done = finish(execute(plan, &account, &journal, &clock)).unwrap();
                    prop_assert_eq!(done.outcome.status, OutcomeStatus::Contained);
                    plans[which] = Some(done.outcome.plan_id().clone());
                }
                Some(id) if !contain && !undone[which] => {
                    account.meddle(|account| account.full.clear());
                    let done = finish(undo(id, &account, &journal, &clock)).unwrap();
                    prop_assert_eq!(done.outcome.status, OutcomeStatus::Undone);
                    undone[which] = true;
                }
                None | Some(_) => {}
            }
            let stands = (0..4).any(|which| plans[which].is_some() && !undone[which]);
            prop_assert!(!stands || is_denied(&account, &user));
            let settings = account.snapshot().settings;
            let active = KEYS.iter().any(|key| {
                settings.get(&key_status(&user.identity.reference, key)) == Some(&KeyStatus::Active.setting())
            });
            prop_assert!(!stands || !active);
        }
        account.meddle(|account| account.full.clear());
        for (which, id) in plans.iter().enumerate() {
            if let Some(id) = id.as_ref().filter(|_| !undone[which]) {
                finish(undo(id, &account, &journal, &clock_after(seconds + 60))).unwrap();
            }
        }
        prop_assert_eq!(account.snapshot(), before);
    }

    /// Whatever is proposed for a list, nothing but what the action is about changes, and it comes back.
    #[test]
    fn an_action_on_a_list_touches_its_own_words_only(
        before in prop::collection::btree_set("[a-e]", 0..5),
        after in prop::collection::btree_set("[a-e]", 0..5),
        others in prop::collection::btree_set("[x-z]", 0..3),
    ) {
        let identity = user("alice", "AIDACKCEVSQ6C2EXAMPLE", "/", &[]).identity.reference;
        let action = trailreflex_response::Action {
            kind: trailreflex_response::ActionKind::DetachPolicy,
            control: Control::PermissionsBoundary { identity },
            before: Setting::Words(before.clone()),
            after: Setting::Words(after.clone()),
        };
        let with = |words: &std::collections::BTreeSet<String>| {
            Setting::Words(words.union(&others).cloned().collect())
        };
        let applied = action.applied(&with(&before));
        prop_assert_eq!(&applied, &with(&after));
        prop_assert!(action.is_in_force(&applied));
        prop_assert_eq!(action.taken_back(&applied), with(&before));
    }
}

/// One of several findings about one user, each from another record.
fn nth_finding(which: usize) -> Finding {
    let mut finding = finding();
    finding.evidence.event_id = format!("event-{which}").parse().unwrap();
    finding
}
