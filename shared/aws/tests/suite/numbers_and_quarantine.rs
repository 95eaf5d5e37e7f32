//! Metrics and quarantine: what is sent.

use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataOutput;
use aws_sdk_sqs::operation::send_message::SendMessageOutput;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use serde_json::json;
use trailreflex_aws::{Metrics, Quarantine};
use trailreflex_metrics::{Datum, Metric};
use trailreflex_model::Severity;

#[tokio::test]
async fn a_datum_bears_name_unit_dimensions_and_time() {
    let rule = mock!(aws_sdk_cloudwatch::Client::put_metric_data)
        .match_requests(|request| {
            let datum = &request.metric_data()[0];
            let dimension = &datum.dimensions()[0];
            request.namespace() == Some("Trailreflex")
                && datum.metric_name() == Some("Findings")
                && datum.value() == Some(1.0)
                && datum.unit().unwrap().as_str() == "Count"
                && (dimension.name(), dimension.value()) == (Some("Severity"), Some("high"))
                && datum.timestamp().unwrap().secs() == 1_795_514_430
        })
        .then_output(|| PutMetricDataOutput::builder().build());
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&rule]);
    let at = "2026-11-24T10:00:30Z".parse().unwrap();
    Metrics::with_client(client).publish(&[Datum::one(Metric::Findings(Severity::High), at)]).await.unwrap();
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test]
async fn no_data_are_no_call() {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [] as [&aws_smithy_mocks::Rule; 0]);
    Metrics::with_client(client).publish(&[]).await.unwrap();
}

#[tokio::test]
async fn a_quarantined_payload_bears_its_reason() {
    let rule = mock!(aws_sdk_sqs::Client::send_message)
        .match_requests(|request| {
            request.queue_url() == Some("http://queue")
                && request.message_body()
                    == Some(r#"{"function":"detect","reason":"NotARecord: why","payload":{"a":1}}"#)
        })
        .then_output(|| SendMessageOutput::builder().build());
    let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&rule]);
    let quarantine = Quarantine::with_client(client, "http://queue".to_owned());
    quarantine.store("detect", "NotARecord: why", &json!({"a": 1})).await.unwrap();
    assert_eq!(rule.num_calls(), 1);
}
