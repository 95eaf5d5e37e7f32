//! Queries of Logs Insights: what is asked, what is made of each answer, and what each refusal means.

use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_sdk_cloudwatchlogs::error::ErrorMetadata;
use aws_sdk_cloudwatchlogs::operation::describe_query_definitions::DescribeQueryDefinitionsOutput;
use aws_sdk_cloudwatchlogs::operation::get_query_results::{GetQueryResultsError, GetQueryResultsOutput};
use aws_sdk_cloudwatchlogs::operation::start_query::{StartQueryError, StartQueryOutput};
use aws_sdk_cloudwatchlogs::operation::stop_query::StopQueryOutput;
use aws_sdk_cloudwatchlogs::types::error::LimitExceededException;
use aws_sdk_cloudwatchlogs::types::{QueryDefinition, QueryStatistics, QueryStatus, ResultField};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use trailreflex_aws::{LogAnswer, LogQueries, LogQuery, LogQueryStatus};

fn queries(logs: &[&Rule], metrics: &[&Rule]) -> LogQueries {
    LogQueries::with_clients(
        mock_client!(aws_sdk_cloudwatchlogs, RuleMode::MatchAny, logs),
        mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, metrics),
    )
}

fn query() -> LogQuery {
    LogQuery {
        groups: vec!["trail".into()],
        since: "2026-11-27T10:00:00Z".parse().unwrap(),
        until: "2026-11-27T11:30:00Z".parse().unwrap(),
        text: "fields eventName\n| limit 5".into(),
        limit: 5,
    }
}

fn field(name: &str, value: &str) -> ResultField {
    ResultField::builder().field(name).value(value).build()
}

#[tokio::test]
async fn the_log_groups_of_a_stack_are_those_of_its_saved_queries_on_all_pages() {
    let saved = |group: &str| QueryDefinition::builder().log_group_names(group).build();
    let last = mock!(aws_sdk_cloudwatchlogs::Client::describe_query_definitions)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(move || {
            DescribeQueryDefinitionsOutput::builder().query_definitions(saved("other")).build()
        });
    let first = mock!(aws_sdk_cloudwatchlogs::Client::describe_query_definitions)
        .match_requests(|request| {
            request.next_token().is_none() && request.query_definition_name_prefix() == Some("stack/")
        })
        .then_output(move || {
            let page = DescribeQueryDefinitionsOutput::builder().query_definitions(saved("trail"));
            page.query_definitions(saved("trail")).next_token("2").build()
        });
    let found = queries(&[&last, &first], &[]).groups_of_stack("stack").await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["other", "trail"]);
}

#[tokio::test]
async fn what_a_group_has_taken_in_is_summed_over_whole_hours() {
    let get = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .match_requests(|request| {
            let [asked] = request.metric_data_queries() else { return false };
            let stat = asked.metric_stat().unwrap();
            let metric = stat.metric().unwrap();
            let [dimension] = metric.dimensions() else { return false };
            (metric.namespace(), metric.metric_name()) == (Some("AWS/Logs"), Some("IncomingBytes"))
                && (dimension.name(), dimension.value()) == (Some("LogGroupName"), Some("trail"))
                && (stat.period(), stat.stat()) == (Some(3600), Some("Sum"))
                && request.start_time().map(DateTime::secs) == Some(1_795_773_600)
                && request.end_time().map(DateTime::secs) == Some(1_795_780_800)
        })
        .then_output(|| {
            let values = MetricDataResult::builder().values(1000.0).values(24.0).build();
            GetMetricDataOutput::builder().metric_data_results(values).build()
        });
    let asked = query();
    let bytes = queries(&[], &[&get]).taken_in("trail", asked.since, asked.until).await;
    assert_eq!(bytes.unwrap(), 1024);
}

#[tokio::test]
async fn a_query_is_begun_with_its_groups_span_and_limit_and_stopped_by_its_id() {
    let start = mock!(aws_sdk_cloudwatchlogs::Client::start_query)
        .match_requests(|request| {
            request.log_group_names() == ["trail"]
                && request.query_string() == Some("fields eventName\n| limit 5")
                && (request.start_time(), request.end_time()) == (Some(1_795_773_600), Some(1_795_779_000))
                && request.limit() == Some(5)
        })
        .then_output(|| StartQueryOutput::builder().query_id("q-1").build());
    let stop = mock!(aws_sdk_cloudwatchlogs::Client::stop_query)
        .match_requests(|request| request.query_id() == Some("q-1"))
        .then_output(|| StopQueryOutput::builder().success(true).build());
    let queries = queries(&[&start, &stop], &[]);
    assert_eq!(queries.start(&query()).await.unwrap(), "q-1");
    queries.stop("q-1").await.unwrap();
    assert_eq!(stop.num_calls(), 1);
}

#[tokio::test]
async fn rows_come_without_pointers_and_with_what_they_cost() {
    let get = mock!(aws_sdk_cloudwatchlogs::Client::get_query_results)
        .match_requests(|request| {
            (request.query_id(), request.next_token(), request.max_items()) == (Some("q"), Some("2"), Some(7))
        })
        .then_output(|| {
            let statistics = QueryStatistics::builder().records_matched(2.0).records_scanned(9.0);
            GetQueryResultsOutput::builder()
                .status(QueryStatus::Complete)
                .results(vec![field("eventName", "CreateUser"), field("@ptr", "x")])
                .results(vec![
                    ResultField::builder().field("empty").build(),
                    ResultField::builder().value("x").build(),
                ])
                .statistics(statistics.bytes_scanned(1e9).build())
                .next_token("3")
                .build()
        });
    let answer = queries(&[&get], &[]).answer("q", Some("2".into()), 7).await.unwrap();
    let cell = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        answer,
        LogAnswer {
            status: LogQueryStatus::Complete,
            rows: vec![vec![cell("eventName", "CreateUser")], vec![cell("empty", "")]],
            matched: 2,
            scanned: 9,
            bytes: 1_000_000_000,
            next: Some("3".into()),
        }
    );
}

#[tokio::test]
async fn each_status_is_known_and_one_that_is_not_is_unknown() {
    for (word, expected) in [
        ("Scheduled", LogQueryStatus::Running),
        ("Running", LogQueryStatus::Running),
        ("Complete", LogQueryStatus::Complete),
        ("Failed", LogQueryStatus::Failed),
        ("Cancelled", LogQueryStatus::Cancelled),
        ("Timeout", LogQueryStatus::TimedOut),
        ("Unknown", LogQueryStatus::Unknown),
        ("Postponed", LogQueryStatus::Unknown),
    ] {
        let get = mock!(aws_sdk_cloudwatchlogs::Client::get_query_results)
            .then_output(move || GetQueryResultsOutput::builder().status(QueryStatus::from(word)).build());
        let answer = queries(&[&get], &[]).answer("q", None, 1).await.unwrap();
        assert_eq!((answer.status, answer.rows.len()), (expected, 0), "{word}");
    }
}

#[tokio::test]
async fn what_a_later_attempt_may_mend_is_told_from_what_none_will() {
    let code = |code: &str| ErrorMetadata::builder().code(code).build();
    for (name, is_transient) in [
        ("ThrottlingException", true),
        ("ExpiredTokenException", false),
        ("AccessDeniedException", false),
        ("MalformedQueryException", false),
    ] {
        let start = mock!(aws_sdk_cloudwatchlogs::Client::start_query)
            .then_error(move || StartQueryError::generic(code(name)));
        let get = mock!(aws_sdk_cloudwatchlogs::Client::get_query_results)
            .then_error(move || GetQueryResultsError::generic(code(name)));
        let queries = queries(&[&start, &get], &[]);
        let error = queries.start(&query()).await.unwrap_err();
        assert_eq!((error.call, error.is_transient), ("logs:StartQuery", is_transient), "{name}");
        let error = queries.answer("q", None, 1).await.unwrap_err();
        assert_eq!((error.call, error.is_transient), ("logs:GetQueryResults", is_transient), "{name}");
    }
    let many = mock!(aws_sdk_cloudwatchlogs::Client::start_query).then_error(|| {
        let error = LimitExceededException::builder()
            .meta(ErrorMetadata::builder().code("LimitExceededException").build());
        StartQueryError::LimitExceededException(error.build())
    });
    let error = queries(&[&many], &[]).start(&query()).await.unwrap_err();
    assert!(error.is_transient, "others are running");
    let nameless = mock!(aws_sdk_cloudwatchlogs::Client::start_query)
        .then_output(|| StartQueryOutput::builder().build());
    let error = queries(&[&nameless], &[]).start(&query()).await.unwrap_err();
    assert_eq!((error.call, error.is_transient), ("logs:StartQuery", false));
}
