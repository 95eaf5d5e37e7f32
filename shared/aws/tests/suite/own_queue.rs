//! A queue of somebody's own: what is looked at, given back and deleted.

use aws_sdk_sqs::error::ErrorMetadata;
use aws_sdk_sqs::operation::change_message_visibility_batch::ChangeMessageVisibilityBatchOutput;
use aws_sdk_sqs::operation::delete_message::DeleteMessageOutput;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesOutput;
use aws_sdk_sqs::operation::receive_message::{ReceiveMessageError, ReceiveMessageOutput};
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use trailreflex_aws::{OwnQueue, QueuedMessage};

fn queue(rules: &[&Rule]) -> OwnQueue {
    OwnQueue::with_client(mock_client!(aws_sdk_sqs, RuleMode::MatchAny, rules), "https://queue".into())
}

#[tokio::test]
async fn messages_come_as_they_are_and_are_hidden_for_a_while() {
    let receive = mock!(aws_sdk_sqs::Client::receive_message)
        .match_requests(|request| {
            request.queue_url() == Some("https://queue")
                && (request.visibility_timeout(), request.wait_time_seconds()) == (Some(600), Some(2))
                && request.max_number_of_messages() == Some(10)
        })
        .then_output(|| {
            let whole = Message::builder().message_id("1").receipt_handle("r").body("no JSON").build();
            ReceiveMessageOutput::builder().messages(whole).messages(Message::builder().build()).build()
        });
    let expected = QueuedMessage { id: "1".into(), receipt: "r".into(), body: "no JSON".into() };
    assert_eq!(queue(&[&receive]).next().await.unwrap(), [expected]);
}

#[tokio::test]
async fn messages_are_given_back_ten_at_a_time_and_deleted_one_by_one() {
    let back = mock!(aws_sdk_sqs::Client::change_message_visibility_batch)
        .match_requests(|request| {
            let entries = request.entries();
            (1..=10).contains(&entries.len())
                && entries.iter().all(|entry| entry.visibility_timeout() == Some(0))
        })
        .then_output(|| {
            let output = ChangeMessageVisibilityBatchOutput::builder();
            output.set_successful(Some(Vec::new())).set_failed(Some(Vec::new())).build().unwrap()
        });
    let delete = mock!(aws_sdk_sqs::Client::delete_message)
        .match_requests(|request| request.receipt_handle() == Some("r"))
        .then_output(|| DeleteMessageOutput::builder().build());
    let queue = queue(&[&back, &delete]);
    let receipts: Vec<_> = (0..11).map(|number| number.to_string()).collect();
    queue.give_back(&receipts).await.unwrap();
    queue.give_back(&[]).await.unwrap();
    queue.delete("r").await.unwrap();
    assert_eq!([back.num_calls(), delete.num_calls()], [2, 1]);
}

#[tokio::test]
async fn it_is_told_after_how_many_looks_a_message_is_moved_away() {
    for (policy, expected) in [
        (None, None),
        (Some(r#"{"deadLetterTargetArn": "arn", "maxReceiveCount": 3}"#), Some(3)),
        (Some(r#"{"deadLetterTargetArn": "arn", "maxReceiveCount": "5"}"#), Some(5)),
        (Some("no JSON"), None),
    ] {
        let get = mock!(aws_sdk_sqs::Client::get_queue_attributes).then_output(move || {
            let output = GetQueueAttributesOutput::builder();
            match policy {
                Some(policy) => output.attributes(QueueAttributeName::RedrivePolicy, policy).build(),
                None => output.build(),
            }
        });
        assert_eq!(queue(&[&get]).most_looks().await.unwrap(), expected, "{policy:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_call() {
    let refused = mock!(aws_sdk_sqs::Client::receive_message)
        .then_error(|| ReceiveMessageError::generic(ErrorMetadata::builder().code("AccessDenied").build()));
    let error = queue(&[&refused]).next().await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("sqs:ReceiveMessage", false));
}
