//! What closing a policy takes out of it and puts back, for each service whose resources have one.

use crate::exposures::{Case, about, account, playbook, resource};
use crate::fixtures::{clock_after, decide_knowing, finish, guardrails, now};
use serde_json::{Value, json};
use trailreflex_access::Parts;
use trailreflex_model::{Resource, ResourceKind};
use trailreflex_response::{
    ActionKind, Control, Governed, MemoryJournal, OutcomeStatus, Reason, Setting, execute, undo,
};

const OWN: &str = "111122223333";
const FRIEND: &str = "444455556666";
const OTHER: &str = "999988887777";

fn statement(sid: &str, principal: &Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*"})
}

fn parts(statements: &[Value]) -> Parts {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    Parts::of(&policy.to_string()).unwrap()
}

fn setting(statements: &[Value]) -> Setting {
    Setting::Words(parts(statements).lines().clone())
}

fn governed(of: Governed, name: &str, added: &[Value]) -> (Resource, Control) {
    let added = parts(added).fingerprints();
    let added: Vec<_> = added.iter().map(String::as_str).collect();
    let control = Control::ResourcePolicy { of, name: name.parse().unwrap() };
    (resource(of.kind(), name, &added), control)
}

fn text(statements: &[Value]) -> String {
    parts(statements).text()
}

/// For each service: what a call has written, what is left, and the two commands.
pub(crate) fn cases() -> Vec<Case> {
    const URL: &str = "https://sqs.us-east-1.amazonaws.com/111122223333/orders";
    const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:alerts";
    let friend = || statement("friend", &json!(FRIEND));
    let (open, own) = (statement("open", &json!("*")), statement("open", &json!(OWN)));
    let partner = statement("partner", &json!(OTHER));
    let (both, ours) = (
        statement("both", &json!([OTHER, format!("arn:aws:iam::{OWN}:role/shop")])),
        statement("both", &json!(format!("arn:aws:iam::{OWN}:role/shop"))),
    );
    let case = |of, name: &str, added: &Value, before: &[Value], after: Setting, commands: [String; 2]| {
        let (resource, control) = governed(of, name, std::slice::from_ref(added));
        let [command, undo_command] = commands;
        (ActionKind::ClosePolicy, resource, control, setting(before), after, command, undo_command)
    };
    let queue = |statements: &[Value]| {
        let attributes = json!({"Policy": text(statements)});
        format!("aws sqs set-queue-attributes --queue-url {URL} --attributes '{attributes}'")
    };
    let topic = |statements: &[Value]| {
        let text = text(statements);
        format!(
            "aws sns set-topic-attributes --topic-arn {TOPIC} --attribute-name Policy --attribute-value '{text}'"
        )
    };
    let secret = |statements: &[Value]| {
        format!(
            "aws secretsmanager put-resource-policy --secret-id shop --resource-policy '{}'",
            text(statements)
        )
    };
    let key = |statements: &[Value]| {
        format!("aws kms put-key-policy --key-id k-1 --policy-name default --policy '{}'", text(statements))
    };
    vec![
        case(
            Governed::Queue,
            URL,
            &open,
            &[friend(), open.clone()],
            setting(&[friend(), own.clone()]),
            [queue(&[friend(), own.clone()]), queue(&[friend(), open.clone()])],
        ),
        case(
            Governed::Topic,
            TOPIC,
            &partner,
            &[own.clone(), partner.clone()],
            setting(std::slice::from_ref(&own)),
            [topic(std::slice::from_ref(&own)), topic(&[own.clone(), partner.clone()])],
        ),
        case(
            Governed::Repository,
            "images",
            &partner,
            std::slice::from_ref(&partner),
            Setting::Words(Parts::default().lines().clone()),
            [
                "aws ecr delete-repository-policy --repository-name images".to_owned(),
                format!(
                    "aws ecr set-repository-policy --repository-name images --policy-text '{}'",
                    text(std::slice::from_ref(&partner))
                ),
            ],
        ),
        case(
            Governed::Secret,
            "shop",
            &both,
            std::slice::from_ref(&both),
            setting(std::slice::from_ref(&ours)),
            [secret(std::slice::from_ref(&ours)), secret(std::slice::from_ref(&both))],
        ),
        case(
            Governed::Key,
            "k-1",
            &open,
            std::slice::from_ref(&open),
            setting(std::slice::from_ref(&own)),
            [key(std::slice::from_ref(&own)), key(std::slice::from_ref(&open))],
        ),
    ]
}

#[test]
fn what_stands_in_a_policy_by_the_time_of_the_undo_is_kept() {
    let (open, own) = (statement("open", &json!("*")), statement("open", &json!(OWN)));
    let (friend, later) = (statement("friend", &json!(FRIEND)), statement("later", &json!(FRIEND)));
    let (resource, control) = governed(Governed::Queue, "https://queue", std::slice::from_ref(&open));
    let account = account(&resource, &control, setting(&[friend.clone(), open.clone()]));
    let journal = MemoryJournal::default();
    let close = playbook(ActionKind::ClosePolicy);
    let plan = decide_knowing(&account, &journal, &about(&resource), &close, now());
    let done = finish(execute(plan, &account, &journal, &clock_after(0))).unwrap();
    assert_eq!(done.outcome.status, OutcomeStatus::Contained);
    // Somebody takes the friend out and lets another one in.
    account.meddle(|contents| contents.set(control.clone(), setting(&[later.clone(), own])));
    finish(undo(done.outcome.plan_id(), &account, &journal, &clock_after(5))).unwrap();
    assert_eq!(account.snapshot().settings[&control], setting(&[later, open]));
}

#[test]
fn a_policy_that_cannot_be_closed_safely_is_left_to_a_person() {
    let partner = statement("added", &json!(OTHER));
    let mut odd = statement("added", &json!("*"));
    odd["Condition"] = json!({"StringSoundsLike": {"aws:PrincipalAccount": OTHER}});
    let words = |statement: &Value| setting(std::slice::from_ref(statement));
    let many: Vec<_> = (0..200).map(|number| statement(&format!("own{number}"), &json!(OWN))).collect();
    let long = setting(&[many, vec![partner.clone()]].concat());
    for (case, of, current, added, reason) in [
        (
            "SNS keeps no topic without a policy",
            Governed::Topic,
            words(&partner),
            &partner,
            Reason::NoPolicyLeft,
        ),
        ("nor KMS a key", Governed::Key, words(&partner), &partner, Reason::NoPolicyLeft),
        ("a policy of 20 KB", Governed::Key, long, &partner, Reason::PolicyTooLong),
        ("an unknown operator", Governed::Queue, words(&odd), &odd, Reason::GrantUnclear),
        (
            "no policy that is known",
            Governed::Queue,
            Setting::word("other"),
            &partner,
            Reason::NotReproducible,
        ),
    ] {
        let (resource, control) = governed(of, "name", std::slice::from_ref(added));
        let account = account(&resource, &control, current);
        let close = playbook(ActionKind::ClosePolicy);
        let plan = decide_knowing(&account, &MemoryJournal::default(), &about(&resource), &close, now());
        assert_eq!((plan.refused, plan.to_execute().count()), (Some(reason), 0), "{case}");
    }
}

#[test]
fn only_what_has_a_policy_is_closed_and_only_what_was_added() {
    let own = statement("own", &json!(OWN));
    for (case, resource) in [
        ("nothing was added", resource(ResourceKind::Queue, "https://queue", &[])),
        ("a bucket's policy is not written", resource(ResourceKind::Bucket, "ledger", &["added"])),
    ] {
        let control = Control::ResourcePolicy { of: Governed::Queue, name: resource.name.clone() };
        let account = account(&resource, &control, setting(std::slice::from_ref(&own)));
        let close = playbook(ActionKind::ClosePolicy);
        let plan = decide_knowing(&account, &MemoryJournal::default(), &about(&resource), &close, now());
        assert_eq!(plan.refused, Some(Reason::NothingApplies), "{case}");
    }
    assert_eq!(guardrails().account.as_str(), OWN);
}
