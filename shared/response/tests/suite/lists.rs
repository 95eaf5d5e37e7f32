//! Plans about one list, such as the accounts that a snapshot is shared with.

use crate::exposures::{about, account, playbook, resource, sharing};
use crate::fixtures::{clock_after, decide_knowing, finish};
use proptest::prelude::*;
use std::collections::BTreeSet;
use trailreflex_model::{Resource, ResourceKind};
use trailreflex_response::{ActionKind, MemoryJournal, OutcomeStatus, Setting, Shared, execute, undo};

proptest! {
    /// Several plans about one list, each about words of its own and some shared, carried out and taken back in any
    /// order while the owner adds and removes others: a word is out as long as a plan about it stands, in again after
    /// the last, and nobody else's word is touched.
    #[test]
    fn plans_about_one_list_stack_word_by_word(
        about_words in prop::collection::vec(prop::collection::btree_set("[a-e]", 1..4), 4),
        start in prop::collection::btree_set("[a-e]", 0..6),
        moves in prop::collection::vec((0_usize..4, any::<bool>(), prop::option::of("[x-z]")), 1..16),
    ) {
        let control = sharing(Shared::Snapshot, "snap-1");
        let known = resource(ResourceKind::Snapshot, "snap-1", &["all"]);
        let (account, journal) = (account(&known, &control, Setting::Words(start.clone())), MemoryJournal::default());
        let unshare = playbook(ActionKind::UnshareSnapshot);
        let mut plans = [const { None }; 4];
        let mut stands = [false; 4];
        let mut others = BTreeSet::new();
        let moves = moves.into_iter().chain((0..4).map(|which| (which, false, None)));
        for (number, (which, close, other)) in moves.enumerate() {
            let clock = clock_after(60 * i64::try_from(number).unwrap());
            if let Some(other) = other {
                if !others.remove(&other) {
                    others.insert(other.clone());
                }
                account.meddle(|contents| {
                    let Setting::Words(now) = &contents.settings[&control] else { panic!("a list stays a list") };
                    let mut now = now.clone();
                    if !now.remove(&other) {
                        now.insert(other);
                    }
                    contents.set(control.clone(), Setting::Words(now));
                });
            }
            match &plans[which] {
                None if close => {
                    let added = about_words[which].iter().map(|word| word.parse().unwrap()).collect();
                    let mut finding = about(&Resource { added, ..known.clone() });
                    finding.evidence.event_id = format!("event-{which}").parse().unwrap();
                    let plan = decide_knowing(&account, &journal, &finding, &unshare, clock());
                    let done = finish(execute(plan, &account, &journal, &clock)).unwrap();
                    prop_assert_eq!(done.outcome.status, OutcomeStatus::Contained);
                    plans[which] = Some(done.outcome.plan_id().clone());
                    stands[which] = true;
                }
                Some(id) if !close && stands[which] => {
                    let undone = finish(undo(id, &account, &journal, &clock)).unwrap();
                    prop_assert_eq!(undone.outcome.status, OutcomeStatus::Undone);
                    stands[which] = false;
                }
                None | Some(_) => {}
            }
            let is_out = |word: &String| (0..4).any(|plan| stands[plan] && about_words[plan].contains(word));
            let expected: BTreeSet<_> =
                start.iter().filter(|word| !is_out(word)).chain(&others).cloned().collect();
            prop_assert_eq!(&account.snapshot().settings[&control], &Setting::Words(expected));
        }
    }
}
