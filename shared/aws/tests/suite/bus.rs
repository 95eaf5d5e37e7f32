//! The bus: an answer of 200 may hide refused entries.

use aws_sdk_eventbridge::operation::put_events::PutEventsOutput;
use aws_sdk_eventbridge::types::PutEventsResultEntry;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use trailreflex_aws::{Bus, BusEvent};
use trailreflex_model::cause_chain;

fn events(count: usize) -> Vec<BusEvent> {
    let event = |number: usize| BusEvent {
        source: "trailreflex.detect",
        detail_type: "Trailreflex Finding",
        detail: format!("{{\"number\":{number}}}"),
        resources: Vec::new(),
        time: "2026-11-24T10:00:00Z".parse().unwrap(),
    };
    (0..count).map(event).collect()
}

fn accepted() -> PutEventsResultEntry {
    PutEventsResultEntry::builder().event_id("e").build()
}

fn refused(code: &str) -> PutEventsResultEntry {
    PutEventsResultEntry::builder().error_code(code).error_message("why").build()
}

#[tokio::test]
async fn entries_go_ten_at_a_time() {
    let ten = mock!(aws_sdk_eventbridge::Client::put_events)
        .match_requests(|request| request.entries().len() == 10)
        .then_output(|| PutEventsOutput::builder().set_entries(Some(vec![accepted(); 10])).build());
    let three = mock!(aws_sdk_eventbridge::Client::put_events)
        .match_requests(|request| request.entries().len() == 3)
        .then_output(|| PutEventsOutput::builder().set_entries(Some(vec![accepted(); 3])).build());
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&ten, &three]);
    Bus::with_client(client, "findings".to_owned()).put(&events(23)).await.unwrap();
    assert_eq!((ten.num_calls(), three.num_calls()), (2, 1));
}

#[tokio::test]
async fn only_the_refused_entry_is_sent_again() {
    let all = mock!(aws_sdk_eventbridge::Client::put_events)
        .match_requests(|request| request.entries().len() == 2)
        .then_output(|| {
            let entries = vec![accepted(), refused("ThrottlingException")];
            PutEventsOutput::builder().failed_entry_count(1).set_entries(Some(entries)).build()
        });
    let again = mock!(aws_sdk_eventbridge::Client::put_events)
        .match_requests(|request| request.entries().first().unwrap().detail() == Some("{\"number\":1}"))
        .then_output(|| PutEventsOutput::builder().entries(accepted()).build());
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&all, &again]);
    Bus::with_client(client, "findings".to_owned()).put(&events(2)).await.unwrap();
    assert_eq!((all.num_calls(), again.num_calls()), (1, 1));
}

#[tokio::test]
async fn an_entry_that_is_refused_to_the_end_is_an_error_that_says_why() {
    for (code, transient) in [("InternalFailure", true), ("MalformedDetail", false)] {
        let rule = mock!(aws_sdk_eventbridge::Client::put_events).then_output(move || {
            PutEventsOutput::builder().failed_entry_count(1).entries(refused(code)).build()
        });
        let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&rule]);
        let error = Bus::with_client(client, "findings".to_owned()).put(&events(1)).await.unwrap_err();
        let expected = format!("`events:PutEvents` failed: {code}: why");
        assert_eq!((cause_chain(&error), error.is_transient), (expected, transient));
        assert_eq!(rule.num_calls(), 3);
    }
}
