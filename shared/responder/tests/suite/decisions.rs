//! Any order of deliveries, decisions, undos and sweeps: what was done is what somebody has approved in time, once.

use crate::fixtures::{after, alice, ask_at, finding, responder};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::time::Duration;
use trailreflex_responder::Responder;
use trailreflex_response::{
    ActionClass, Contents, EntryState, Fault, MemoryJournal, Mode, Outcome, Playbooks, SimulatedAccount,
};

type Fake = Responder<SimulatedAccount, MemoryJournal>;

/// How long a person has, in seconds.
const TIME: i64 = 600;
/// The lease of an entry that somebody works on, and some more.
const LEASE: i64 = 120;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Delivered,
    Approved,
    Denied,
    Undone,
    Swept,
}

const EVENTS: [Event; 5] = [Event::Delivered, Event::Approved, Event::Denied, Event::Undone, Event::Swept];

/// An event, how many seconds after the one before, and after how many calls to the account the function is stopped.
#[derive(Debug, Clone, Copy)]
struct Step {
    event: Event,
    seconds: i64,
    stopped_after: Option<usize>,
}

fn steps(is_stopped: bool) -> impl Strategy<Value = Vec<Step>> {
    let seconds = select(vec![0, 1, 59, TIME - 60, TIME, TIME + 1]);
    let stops = if is_stopped {
        prop_oneof![Just(None), (0_usize..8).prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    let step = (select(EVENTS.to_vec()), seconds, stops);
    let step = step.prop_map(|(event, seconds, stopped_after)| Step { event, seconds, stopped_after });
    prop::collection::vec(step, 1..9)
}

/// What the journal's entry should say, worked out in the simplest way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Waiting,
    Denied,
    Lapsed,
    Contained,
    Undone,
}

impl Expected {
    fn after(self, event: Event, seconds: i64, is_silence_consent: bool) -> Self {
        match (self, event) {
            (Self::Waiting, Event::Approved) if seconds < TIME => Self::Contained,
            (Self::Waiting, Event::Denied) if seconds < TIME => Self::Denied,
            (Self::Waiting, Event::Swept) if seconds >= TIME => {
                if is_silence_consent {
                    Self::Contained
                } else {
                    Self::Lapsed
                }
            }
            (Self::Contained, Event::Undone) => Self::Undone,
            (state, _) => state,
        }
    }

    fn is(self, state: EntryState) -> bool {
        matches!(
            (self, state),
            (Self::Waiting, EntryState::Awaiting)
                | (Self::Denied, EntryState::Denied)
                | (Self::Lapsed, EntryState::Lapsed)
                | (Self::Contained, EntryState::Executed)
                | (Self::Undone, EntryState::Undone)
        )
    }
}

fn asking(silence: &str) -> Fake {
    let rule = delivery()["detail"]["rule"]["id"].clone();
    let text = format!(
        r#"[{{"id":"a","rules":[{rule}],"actions":["deny_user","deactivate_access_keys"],"mode":"approve",
             "approve_within_minutes":10,"on_silence":"{silence}"}}]"#
    );
    let playbooks = Playbooks::from_json(&text, ActionClass::ContainIdentity).unwrap();
    Fake { playbooks, ..responder(Mode::Act) }
}

fn delivery() -> Value {
    finding("access_key_quarantined_by_aws")
}

fn payload(event: Event, asked: &Outcome) -> Value {
    let token = || asked.invitation.as_ref().unwrap().token.clone();
    match event {
        Event::Delivered => delivery(),
        Event::Approved => json!({"approve": asked.plan_id(), "token": token()}),
        Event::Denied => json!({"deny": asked.plan_id(), "token": token()}),
        Event::Undone => json!({"undo": asked.plan_id()}),
        Event::Swept => json!({"sweep": true}),
    }
}

/// The account of somebody who is contained.
async fn contained() -> Contents {
    let responder = asking("nothing");
    let asked = ask_at(&responder, delivery(), 0).await.unwrap().remove(0);
    ask_at(&responder, payload(Event::Approved, &asked), 1).await.unwrap();
    responder.accounts.snapshot()
}

/// Lets everything happen; tells `look` after each step, with the seconds since the first delivery.
async fn play(responder: &Fake, steps: &[Step], mut look: impl FnMut(&Step, i64)) -> i64 {
    let asked = ask_at(responder, delivery(), 0).await.unwrap().remove(0);
    let mut seconds = 0;
    for step in steps {
        seconds += step.seconds;
        let request = payload(step.event, &asked);
        if let Some(calls) = step.stopped_after {
            responder
                .accounts
                .set_faults(std::iter::repeat_n(None, calls).chain([Some(Fault::StoppedAfter)]));
            let time = after(seconds);
            let handled = responder.handle(request, &time, |_| async {});
            drop(tokio::time::timeout(Duration::from_millis(5), handled).await);
            responder.accounts.set_faults([]);
        } else {
            // A refusal is an answer too; what counts is what was done.
            drop(ask_at(responder, request, seconds).await);
        }
        look(step, seconds);
    }
    seconds
}

fn state(responder: &Fake) -> EntryState {
    let entries = responder.journal.entries();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].state
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_done_is_what_somebody_approved_in_time(steps in steps(false), is_silence_consent in any::<bool>()) {
        wait(async {
            let contained = contained().await;
            let responder = asking(if is_silence_consent { "act" } else { "nothing" });
            let mut expected = Expected::Waiting;
            play(&responder, &steps, |step, seconds| {
                expected = expected.after(step.event, seconds, is_silence_consent);
                let found = state(&responder);
                assert!(expected.is(found), "{expected:?}, not {found:?}, after {step:?} at {seconds} s");
                let account = if expected == Expected::Contained { contained.clone() } else { alice() };
                assert_eq!(responder.accounts.snapshot(), account, "after {step:?} at {seconds} s");
            })
            .await;
        });
    }

    #[test]
    fn wherever_functions_are_stopped_journal_and_account_agree_in_the_end(steps in steps(true)) {
        wait(async {
            let contained = contained().await;
            let responder = asking("nothing");
            let mut is_approved = false;
            let seconds = play(&responder, &steps, |step, seconds| {
                is_approved |= step.event == Event::Approved && seconds < TIME;
                if !is_approved {
                    assert_eq!(responder.accounts.snapshot(), alice(), "nobody has approved it");
                }
            })
            .await;
            // What was stopped in the middle is free again after its lease, and the sweep ends it.
            for later in [LEASE, 2 * LEASE] {
                ask_at(&responder, json!({"sweep": true}), seconds + later).await.unwrap();
            }
            let account = match state(&responder) {
                EntryState::Executed => contained,
                EntryState::Awaiting | EntryState::Denied | EntryState::Lapsed | EntryState::Undone => alice(),
                state @ (EntryState::Executing | EntryState::Undoing) => panic!("left as {state:?}"),
            };
            assert_eq!(responder.accounts.snapshot(), account);
        });
    }
}
