//! A look at a bus: what is made for it, what comes, and that nothing of it is left.

use aws_sdk_eventbridge::error::ErrorMetadata;
use aws_sdk_eventbridge::operation::delete_rule::DeleteRuleOutput;
use aws_sdk_eventbridge::operation::put_rule::{PutRuleError, PutRuleOutput};
use aws_sdk_eventbridge::operation::put_targets::PutTargetsOutput;
use aws_sdk_eventbridge::operation::remove_targets::{RemoveTargetsError, RemoveTargetsOutput};
use aws_sdk_eventbridge::types::PutTargetsResultEntry;
use aws_sdk_eventbridge::types::error::ResourceNotFoundException;
use aws_sdk_sqs::operation::create_queue::CreateQueueOutput;
use aws_sdk_sqs::operation::delete_message::DeleteMessageOutput;
use aws_sdk_sqs::operation::delete_queue::DeleteQueueOutput;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesOutput;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::operation::set_queue_attributes::SetQueueAttributesOutput;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use serde_json::{Value, json};
use trailreflex_aws::BusTap;

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:look";
const RULE: &str = "arn:aws:events:eu-west-1:111122223333:rule/findings/look";

fn queue() -> [Rule; 3] {
    [
        mock!(aws_sdk_sqs::Client::create_queue)
            .match_requests(|request| request.queue_name() == Some("look"))
            .then_output(|| CreateQueueOutput::builder().queue_url("https://queue").build()),
        mock!(aws_sdk_sqs::Client::get_queue_attributes).then_output(|| {
            GetQueueAttributesOutput::builder().attributes(QueueAttributeName::QueueArn, QUEUE).build()
        }),
        mock!(aws_sdk_sqs::Client::set_queue_attributes)
            .match_requests(|request| {
                let policy = &request.attributes().unwrap()[&QueueAttributeName::Policy];
                let policy: Value = serde_json::from_str(policy).unwrap();
                let expected = json!({"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                    "Resource": QUEUE, "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
                }]});
                policy == expected
            })
            .then_output(|| SetQueueAttributesOutput::builder().build()),
    ]
}

fn put_rule() -> Rule {
    mock!(aws_sdk_eventbridge::Client::put_rule)
        .match_requests(|request| {
            (request.event_bus_name(), request.name()) == (Some("findings"), Some("look"))
                && request.event_pattern() == Some(r#"{"source":["x"]}"#)
        })
        .then_output(|| PutRuleOutput::builder().rule_arn(RULE).build())
}

fn put_targets(failed: Option<&'static str>) -> Rule {
    mock!(aws_sdk_eventbridge::Client::put_targets)
        .match_requests(|request| {
            request.event_bus_name() == Some("findings") && request.targets()[0].arn() == QUEUE
        })
        .then_output(move || {
            let failed = failed.map(|text| PutTargetsResultEntry::builder().error_message(text).build());
            PutTargetsOutput::builder().set_failed_entries(failed.map(|entry| vec![entry])).build()
        })
}

fn delete_queue() -> Rule {
    mock!(aws_sdk_sqs::Client::delete_queue)
        .match_requests(|request| request.queue_url() == Some("https://queue"))
        .then_output(|| DeleteQueueOutput::builder().build())
}

fn delete_rule() -> Rule {
    mock!(aws_sdk_eventbridge::Client::delete_rule)
        .match_requests(|request| {
            (request.event_bus_name(), request.name()) == (Some("findings"), Some("look"))
        })
        .then_output(|| DeleteRuleOutput::builder().build())
}

async fn open(events: &[&Rule], sqs: &[&Rule]) -> Result<BusTap, trailreflex_aws::CallFailed> {
    let clients = (
        mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, events),
        mock_client!(aws_sdk_sqs, RuleMode::MatchAny, sqs),
    );
    BusTap::with_clients(clients, "findings", "look", &json!({"source": ["x"]})).await
}

#[tokio::test]
async fn what_comes_is_returned_once_and_rule_and_queue_are_removed() {
    let [create, get, set] = queue();
    let receive = mock!(aws_sdk_sqs::Client::receive_message).then_output(|| {
        let message = |body: &str| Message::builder().body(body).receipt_handle(body).build();
        ReceiveMessageOutput::builder().messages(message("{\"a\":1}")).messages(message("no JSON")).build()
    });
    let delete =
        mock!(aws_sdk_sqs::Client::delete_message).then_output(|| DeleteMessageOutput::builder().build());
    let (put_rule, put_targets) = (put_rule(), put_targets(None));
    let remove = mock!(aws_sdk_eventbridge::Client::remove_targets)
        .match_requests(|request| request.ids() == ["queue"])
        .then_output(|| RemoveTargetsOutput::builder().build());
    let (delete_rule, delete_queue) = (delete_rule(), delete_queue());
    let tap = open(
        &[&put_rule, &put_targets, &remove, &delete_rule],
        &[&create, &get, &set, &receive, &delete, &delete_queue],
    )
    .await
    .unwrap();
    assert_eq!(tap.next().await.unwrap(), [json!({"a": 1})]);
    assert_eq!(delete.num_calls(), 2, "what is no JSON would come again and again");
    tap.close().await.unwrap();
    assert_eq!([remove.num_calls(), delete_rule.num_calls(), delete_queue.num_calls()], [1, 1, 1]);
}

#[tokio::test]
async fn what_was_made_before_something_fails_is_removed() {
    let [create, get, set] = queue();
    let refused = mock!(aws_sdk_eventbridge::Client::put_rule)
        .then_error(|| PutRuleError::generic(ErrorMetadata::builder().code("AccessDeniedException").build()));
    let remove = mock!(aws_sdk_eventbridge::Client::remove_targets).then_error(|| {
        RemoveTargetsError::ResourceNotFoundException(ResourceNotFoundException::builder().build())
    });
    let (delete_rule, delete_queue) = (delete_rule(), delete_queue());
    let (put_rule, not_put) = (put_rule(), put_targets(Some("too many targets")));
    for (events, call) in [
        ([&refused, &remove, &delete_rule].to_vec(), "events:PutRule"),
        ([&put_rule, &not_put, &remove, &delete_rule].to_vec(), "events:PutTargets"),
    ] {
        let error = open(&events, &[&create, &get, &set, &delete_queue]).await.unwrap_err();
        assert_eq!(error.call, call);
    }
    assert_eq!([delete_rule.num_calls(), delete_queue.num_calls()], [2, 2]);
}
