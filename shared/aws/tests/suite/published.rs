//! Metrics read back: all of a name, each statistic, over several pages, in the order in which they were asked for.

use aws_sdk_cloudwatch::error::ErrorMetadata;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::operation::list_metrics::{ListMetricsError, ListMetricsOutput};
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataResult};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::Timestamp;
use trailreflex_aws::Published;
use trailreflex_metrics::{ReadBack, Statistic};

fn metric(status: &str) -> Metric {
    let dimension = Dimension::builder().name("Status").value(status).build();
    Metric::builder().namespace("Trailreflex").metric_name("Plans").dimensions(dimension).build()
}

fn result(id: &str, values: &[f64]) -> MetricDataResult {
    MetricDataResult::builder().id(id).set_values(Some(values.to_vec())).build()
}

#[tokio::test]
async fn all_metrics_of_a_name_are_read_with_each_statistic_day_by_day() {
    let plans = mock!(aws_sdk_cloudwatch::Client::list_metrics)
        .match_requests(|request| {
            (request.namespace(), request.metric_name()) == (Some("Trailreflex"), Some("Plans"))
                && request.next_token().is_none()
        })
        .then_output(|| ListMetricsOutput::builder().metrics(metric("planned")).next_token("more").build());
    let more = mock!(aws_sdk_cloudwatch::Client::list_metrics)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| ListMetricsOutput::builder().metrics(metric("contained")).build());
    let data = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .match_requests(|request| {
            let asked: Vec<_> = request
                .metric_data_queries()
                .iter()
                .map(|query| {
                    let of = query.metric_stat().unwrap();
                    (query.id().unwrap(), of.stat().unwrap(), of.period())
                })
                .collect();
            let expected = [("m0", "Sum"), ("m1", "p95"), ("m2", "Sum"), ("m3", "p95")];
            asked == expected.map(|(id, statistic)| (id, statistic, Some(86_400)))
                && request.start_time().unwrap().secs() == 86_400
                && request.end_time().unwrap().secs() == 3 * 86_400
        })
        .sequence()
        .output(|| {
            let results = [result("m2", &[5.0]), result("m0", &[1.0])];
            GetMetricDataOutput::builder()
                .set_metric_data_results(Some(results.into()))
                .next_token("n")
                .build()
        })
        .output(|| {
            let results = [result("m0", &[2.0]), result("other", &[9.0])];
            GetMetricDataOutput::builder().set_metric_data_results(Some(results.into())).build()
        })
        .build();
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&plans, &more, &data]);
    let at = |second| Timestamp::from_second(second).unwrap();
    let names: [(&str, &[Statistic]); 1] = [("Plans", &[Statistic::Sum, Statistic::P95])];
    let read = Published::with_client(client).read(&names, at(86_400), at(3 * 86_400)).await.unwrap();
    let expected = |status: &str, statistic, values: &[f64]| ReadBack {
        name: "Plans",
        dimensions: [("Status".to_owned(), status.to_owned())].into(),
        statistic,
        values: values.to_vec(),
    };
    assert_eq!(
        read,
        [
            expected("planned", Statistic::Sum, &[1.0, 2.0]),
            expected("planned", Statistic::P95, &[]),
            expected("contained", Statistic::Sum, &[5.0]),
            expected("contained", Statistic::P95, &[]),
        ]
    );
}

#[tokio::test]
async fn a_name_that_nobody_may_list_is_an_error_that_says_so() {
    let denied = mock!(aws_sdk_cloudwatch::Client::list_metrics)
        .then_error(|| ListMetricsError::generic(ErrorMetadata::builder().code("AccessDenied").build()));
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&denied]);
    let names: [(&str, &[Statistic]); 1] = [("Plans", &[Statistic::Sum])];
    let error =
        Published::with_client(client).read(&names, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).await;
    assert_eq!(error.unwrap_err().call, "cloudwatch:ListMetrics");
}
