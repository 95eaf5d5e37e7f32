//! The targets of the stack's own rules: pages, refusals that come with success, targets that could not be put back; and the
//! subscriptions of its topics.

use crate::logging::{account, clients, finding, there_and_back};
use aws_sdk_eventbridge::operation::list_targets_by_rule::ListTargetsByRuleOutput;
use aws_sdk_eventbridge::operation::put_targets::PutTargetsOutput;
use aws_sdk_eventbridge::operation::remove_targets::RemoveTargetsOutput;
use aws_sdk_eventbridge::types::{DeadLetterConfig, EcsParameters, PutTargetsResultEntry, Target};
use aws_sdk_sns::operation::list_subscriptions_by_topic::ListSubscriptionsByTopicOutput;
use aws_sdk_sns::operation::subscribe::SubscribeOutput;
use aws_sdk_sns::operation::unsubscribe::UnsubscribeOutput;
use aws_sdk_sns::types::Subscription;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use trailreflex_aws::LoggingClients;
use trailreflex_response::{Account as _, ActionKind, Control, OutcomeStatus, Reading, Setting};

const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:queue";
const DETECT: &str = "arn:aws:lambda:us-east-1:111122223333:function:detect";
const RULE: &str = "trailreflex-findings/trailreflex-DetectRule-1A";

fn target(id: &str, arn: &str) -> Target {
    let letters = DeadLetterConfig::builder().arn(QUEUE).build();
    Target::builder().id(id).arn(arn).dead_letter_config(letters).build().unwrap()
}

/// A page of the targets of the rule on the bus of findings.
fn page(token: Option<&'static str>, targets: Vec<Target>, next: Option<&'static str>) -> Rule {
    mock!(aws_sdk_eventbridge::Client::list_targets_by_rule)
        .match_requests(move |request| {
            let whose = (request.rule(), request.event_bus_name());
            whose == (Some("trailreflex-DetectRule-1A"), Some("trailreflex-findings"))
                && request.next_token() == token
        })
        .then_output(move || {
            let page = ListTargetsByRuleOutput::builder().set_targets(Some(targets.clone()));
            page.set_next_token(next.map(str::to_owned)).build()
        })
}

fn lines(lines: &[&str]) -> Reading {
    Reading::Is(Setting::Words(lines.iter().map(|line| (*line).to_owned()).collect()))
}

#[tokio::test]
async fn all_targets_of_a_rule_are_read_and_what_could_not_be_put_back_is_told() {
    let runs_a_task = Target::builder()
        .id("task")
        .arn("cluster")
        .ecs_parameters(EcsParameters::builder().task_definition_arn("task").build().unwrap())
        .build()
        .unwrap();
    let first = page(None, vec![target("detect", DETECT)], Some("more"));
    let last = page(Some("more"), vec![runs_a_task], None);
    let events = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&first, &last]);
    let account = account(LoggingClients { events, ..clients() });
    let control = Control::RuleTargets { rule: RULE.parse().unwrap() };
    let expected = lines(&[
        r#"{"Id":"detect","Arn":"arn:aws:lambda:us-east-1:111122223333:function:detect","DeadLetterConfig":{"Arn":"arn:aws:sqs:us-east-1:111122223333:queue"}}"#,
        r#"{"Id":"task","Arn":"cluster","HasMore":true}"#,
    ]);
    assert_eq!(account.read(&control).await.unwrap(), expected);
}

/// What stood, what was put, what stands at the reading after it.
async fn answered(before: Vec<Target>, refused: bool) -> [OutcomeStatus; 2] {
    let (stood, put) = (before.clone(), vec![target("detect", DETECT)]);
    let list = mock!(aws_sdk_eventbridge::Client::list_targets_by_rule)
        .sequence()
        .output(move || ListTargetsByRuleOutput::builder().set_targets(Some(stood.clone())).build())
        .times(if refused { 4 } else { 2 })
        .output(move || ListTargetsByRuleOutput::builder().set_targets(Some(put.clone())).build())
        .times(2)
        .output(move || ListTargetsByRuleOutput::builder().set_targets(Some(before.clone())).build())
        .repeatedly()
        .build();
    let write = mock!(aws_sdk_eventbridge::Client::put_targets)
        .match_requests(|request| request.event_bus_name() == Some("trailreflex-findings"))
        .then_output(move || {
            let entry = PutTargetsResultEntry::builder().target_id("detect").error_code("LimitExceeded");
            let entries = if refused { vec![entry.build()] } else { Vec::new() };
            PutTargetsOutput::builder().set_failed_entries(Some(entries)).build()
        });
    let remove = mock!(aws_sdk_eventbridge::Client::remove_targets)
        .match_requests(|request| request.ids() == ["detect"])
        .then_output(|| RemoveTargetsOutput::builder().build());
    let events = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&list, &write, &remove]);
    let account = account(LoggingClients { events, ..clients() });
    there_and_back(&account, ActionKind::RestoreTargets, &finding("eventRule", RULE), "{}").await
}

#[tokio::test]
async fn targets_are_put_back_and_an_undo_removes_them_and_a_refusal_inside_a_success_is_none() {
    assert_eq!(answered(Vec::new(), false).await, [OutcomeStatus::Contained, OutcomeStatus::Undone]);
    assert_eq!(answered(Vec::new(), true).await[0], OutcomeStatus::Failed);
}

/// Whom the topic tells, by protocol, endpoint and what SNS says in the place of an ARN.
fn told(subscriptions: &[[&str; 3]]) -> ListSubscriptionsByTopicOutput {
    let built = subscriptions.iter().map(|[protocol, endpoint, arn]| {
        let one = Subscription::builder().protocol(*protocol).endpoint(*endpoint);
        one.subscription_arn(*arn).build()
    });
    ListSubscriptionsByTopicOutput::builder().set_subscriptions(Some(built.collect())).build()
}

/// What comes of a topic that has lost a subscription and gets it again, and how often one was removed by the undo.
async fn subscribed(topic: &'static str, again: [&'static str; 3]) -> ([OutcomeStatus; 2], usize) {
    const OTHER: [&str; 3] = ["lambda", "other", "arn-of-other"];
    let list = mock!(aws_sdk_sns::Client::list_subscriptions_by_topic)
        .match_requests(move |request| request.topic_arn() == Some(topic))
        .sequence()
        .output(|| told(&[OTHER]))
        .times(2)
        .output(move || told(&[OTHER, again]))
        .times(3)
        .output(move || told(if again[2] == "PendingConfirmation" { &[OTHER, PENDING] } else { &[OTHER] }))
        .repeatedly()
        .build();
    let subscribe = mock!(aws_sdk_sns::Client::subscribe)
        .match_requests(move |request| {
            let raw = request.attributes().and_then(|given| given.get("RawMessageDelivery"));
            let is_raw = raw.map(String::as_str) == (again[0] == "sqs").then_some("true");
            request.endpoint() == Some(again[1]) && is_raw
        })
        .then_output(|| SubscribeOutput::builder().build());
    let remove = mock!(aws_sdk_sns::Client::unsubscribe)
        .match_requests(|request| request.subscription_arn() == Some("arn-of-queue"))
        .then_output(|| UnsubscribeOutput::builder().build());
    let sns = mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&list, &subscribe, &remove]);
    let account = account(LoggingClients { sns, ..clients() });
    let finding = finding("topic", topic);
    let came = there_and_back(&account, ActionKind::RestoreSubscriptions, &finding, "{}").await;
    (came, remove.num_calls())
}

const PENDING: [&str; 3] = ["email", "someone@example.com", "PendingConfirmation"];

#[tokio::test]
async fn a_subscription_is_removed_by_the_arn_that_it_has_and_one_that_is_not_confirmed_is_told() {
    let alarms = "arn:aws:sns:us-east-1:111122223333:trailreflex-AlarmsTopic-1A";
    let queue = subscribed(alarms, ["sqs", QUEUE, "arn-of-queue"]).await;
    assert_eq!(queue, ([OutcomeStatus::Contained, OutcomeStatus::Undone], 1));
    let people = "arn:aws:sns:us-east-1:111122223333:trailreflex-NotificationsTopic-1A";
    let mail = subscribed(people, PENDING).await;
    assert_eq!(mail, ([OutcomeStatus::Contained, OutcomeStatus::UndoIncomplete], 0));
}
