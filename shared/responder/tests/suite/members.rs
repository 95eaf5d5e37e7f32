//! A responder that works in a member account too: whatever is asked happens in the account that it is about.

use crate::fixtures::{KEY, after, alice, ask_at, finding, reference, responder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use trailreflex_lambda::Failure;
use trailreflex_model::{AccountId, IdentityKind};
use trailreflex_responder::Responder;
use trailreflex_response::{
    AccountError, Accounts, Contents, Control, Guardrails, Held, IdentityRef, KeyStatus, MemoryJournal, Mode,
    Opened, Outcome, OutcomeStatus, Reason, Setting, SimulatedAccount, SimulatedIdentity, no_way_into,
};

const MEMBER: &str = "444455556666";
const RULE: &str = "access_key_quarantined_by_aws";

/// The responder's own account, and a member that may be locked.
struct Two {
    own: SimulatedAccount,
    member: Arc<SimulatedAccount>,
    is_locked: AtomicBool,
}

impl Accounts for Two {
    type Account = SimulatedAccount;

    async fn open(&self, member: Option<&AccountId>) -> Result<Opened<'_, SimulatedAccount>, AccountError> {
        match member {
            None => Ok(Opened::own(&self.own)),
            Some(member) if member.as_str() != MEMBER || self.is_locked.load(Ordering::SeqCst) => {
                Err(no_way_into(member))
            }
            Some(_) => Ok(Opened {
                account: Held::Member(Arc::clone(&self.member)),
                own_roles: vec!["AROAMEMBERROLE000001".parse().unwrap()],
            }),
        }
    }
}

/// A user of the member account with the name that a user at home has.
fn namesake() -> IdentityRef {
    IdentityRef {
        kind: IdentityKind::User,
        unique_id: "AIDAMEMBERALICE00001".parse().unwrap(),
        arn: format!("arn:aws:iam::{MEMBER}:user/alice").parse().unwrap(),
        ..reference()
    }
}

fn in_member() -> Contents {
    let mut contents = Contents::default();
    let key = Control::AccessKeyStatus { identity: namesake(), access_key_id: KEY.parse().unwrap() };
    contents.set(key, KeyStatus::Active.setting());
    let created_at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    contents.identities.push(SimulatedIdentity {
        reference: namesake(),
        created_at,
        is_last_administrator: false,
    });
    contents
}

fn denied() -> Control {
    let policy_arn = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
    Control::PolicyAttachment { identity: namesake(), policy_arn }
}

fn of_two() -> Responder<Two, MemoryJournal> {
    let Responder { class, accounts: _, journal, guardrails, limits, switch, mode, playbooks, token } =
        responder(Mode::Act);
    let accounts = Two {
        own: SimulatedAccount::with(alice()),
        member: Arc::new(SimulatedAccount::with(in_member())),
        is_locked: AtomicBool::new(false),
    };
    let guardrails = Guardrails { members: BTreeSet::from([MEMBER.parse().unwrap()]), ..guardrails };
    Responder { class, accounts, journal, guardrails, limits, switch, mode, playbooks, token }
}

/// A finding about `alice` of an account.
fn of(account: &str) -> Value {
    let mut finding = finding(RULE);
    finding["detail"]["evidence"]["account"] = json!(account);
    finding
}

async fn one(responder: &Responder<Two, MemoryJournal>, payload: Value, seconds: i64) -> Outcome {
    ask_at(responder, payload, seconds).await.unwrap().remove(0)
}

#[tokio::test]
async fn a_finding_is_answered_and_taken_back_in_the_account_that_it_is_about() {
    let responder = of_two();
    let contained = one(&responder, of(MEMBER), 0).await;
    assert_eq!(contained.status, OutcomeStatus::Contained);
    assert_eq!(contained.plan.account.as_ref().map(AccountId::as_str), Some(MEMBER));
    assert_eq!(contained.plan.identity, Some(namesake()));
    assert!(
        contained.plan.subjects().iter().all(|subject| subject.starts_with("444455556666/")),
        "{contained:?}"
    );
    assert_eq!(responder.accounts.member.snapshot().settings[&denied()], Setting::Present);
    assert_eq!(responder.accounts.own.snapshot(), alice());

    let undone = one(&responder, json!({"undo": contained.plan_id().as_str()}), 60).await;
    assert_eq!(undone.status, OutcomeStatus::Undone);
    assert_eq!(responder.accounts.member.snapshot(), in_member());
    assert_eq!(responder.accounts.own.snapshot(), alice());
}

#[tokio::test]
async fn findings_about_namesakes_do_not_meet() {
    let responder = of_two();
    let (there, here) = (one(&responder, of(MEMBER), 0).await, one(&responder, finding(RULE), 0).await);
    assert_eq!((there.status, here.status), (OutcomeStatus::Contained, OutcomeStatus::Contained));
    assert_ne!(there.plan_id(), here.plan_id());
    assert_eq!(here.plan.account, None);
    assert!(here.plan.subjects().is_disjoint(&there.plan.subjects()));
    one(&responder, json!({"undo": here.plan_id().as_str()}), 60).await;
    assert_eq!(responder.accounts.own.snapshot(), alice());
    assert_eq!(responder.accounts.member.snapshot().settings[&denied()], Setting::Present);
}

#[tokio::test]
async fn what_an_intruder_has_taken_back_in_a_member_account_is_done_there_again() {
    let responder = of_two();
    let contained = one(&responder, of(MEMBER), 0).await;
    responder.accounts.member.meddle(|contents| contents.set(denied(), Setting::Absent));
    let look = json!({"Records": [{"body": json!({"look": contained.plan_id(), "round": 1}).to_string()}]});
    assert_eq!(one(&responder, look, 30).await.status, OutcomeStatus::Bypassed);
    assert_eq!(responder.accounts.member.snapshot().settings[&denied()], Setting::Present);
    assert_eq!(responder.accounts.own.snapshot(), alice());
}

#[tokio::test]
async fn an_account_that_is_no_member_is_refused() {
    let responder = of_two();
    let refused = one(&responder, of("999900001111"), 0).await;
    assert_eq!(
        (refused.status, refused.plan.refused),
        (OutcomeStatus::Refused, Some(Reason::ForeignAccount))
    );
    assert_eq!(responder.accounts.member.snapshot(), in_member());
}

#[tokio::test]
async fn the_responders_own_calls_in_a_member_account_are_known_by_its_role_there() {
    let responder = of_two();
    let by = |caller: &str| {
        let mut finding = of(MEMBER);
        finding["detail"]["evidence"]["eventId"] = json!(format!("by-{caller}"));
        finding["detail"]["actor"] =
            json!({"kind": "AssumedRole", "principalId": format!("{caller}:trailreflex")});
        finding
    };
    let contained = one(&responder, of(MEMBER), 0).await;
    for (case, caller, expected) in [
        ("its role there", "AROAMEMBERROLE000001", Some(Reason::OwnAction)),
        ("its role at home, which nobody can be there", "AROARESPONDER0000001", None),
    ] {
        let answer = one(&responder, by(caller), 10).await;
        assert_eq!(answer.plan.refused, expected, "{case}");
    }
    assert_eq!(contained.status, OutcomeStatus::Contained);
}

/// Otherwise taking a plan back would be answered by the same plan.
#[tokio::test]
async fn the_calls_of_an_undo_in_a_member_account_are_the_responders_own_too() {
    let responder = of_two();
    let contained = one(&responder, of(MEMBER), 0).await;
    one(&responder, json!({"undo": contained.plan_id().as_str()}), 30).await;
    for (case, account, expected) in [
        ("there", MEMBER, Some(Reason::OwnAction)),
        ("at home, where nothing was taken back", "111122223333", None),
    ] {
        let mut call = of(account);
        let evidence = &mut call["detail"]["evidence"];
        (evidence["eventId"], evidence["eventTime"]) = (json!("of-the-undo"), json!("2026-11-24T10:00:30Z"));
        let caller = if account == MEMBER { "AROAMEMBERROLE000001" } else { "AROARESPONDER0000001" };
        call["detail"]["actor"] = json!({"kind": "AssumedRole", "principalId": format!("{caller}:x")});
        assert_eq!(one(&responder, call, 40).await.plan.refused, expected, "{case}");
    }
}

/// What is only told needs nobody to be let in.
#[tokio::test]
async fn a_sweep_tells_what_was_not_told_of_a_member_that_is_locked_by_now() {
    let responder = of_two();
    let answers = responder.handle(of(MEMBER), &after(0), |_| async {}).await.unwrap();
    assert_eq!(answers[0].outcome.status, OutcomeStatus::Contained); // and is not reported
    responder.accounts.is_locked.store(true, Ordering::SeqCst);
    assert_eq!(one(&responder, json!({"sweep": true}), 600).await.status, OutcomeStatus::Contained);
    assert_eq!(ask_at(&responder, json!({"sweep": true}), 660).await.unwrap(), []);
}

#[tokio::test]
async fn while_a_member_lets_nobody_in_nothing_is_changed_and_an_undo_waits() {
    let responder = of_two();
    let lock = |is_locked| responder.accounts.is_locked.store(is_locked, Ordering::SeqCst);
    lock(true);
    let trouble = ask_at(&responder, of(MEMBER), 0).await.unwrap_err();
    let Failure::Permanent { .. } = trouble.failure else { panic!("{:?}", trouble.failure) };
    assert!(trouble.failure.explain().contains("sts:AssumeRole"), "{}", trouble.failure.explain());
    assert_eq!(responder.accounts.member.snapshot(), in_member());

    lock(false);
    let contained = one(&responder, of(MEMBER), 0).await;
    let before = responder.accounts.member.snapshot();
    lock(true);
    let undo = json!({"undo": contained.plan_id().as_str()});
    ask_at(&responder, undo.clone(), 60).await.unwrap_err();
    assert_eq!(responder.accounts.member.snapshot(), before);

    lock(false);
    assert_eq!(one(&responder, undo, 61).await.status, OutcomeStatus::Undone);
    assert_eq!(responder.accounts.member.snapshot(), in_member());
}
