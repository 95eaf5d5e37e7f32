//! Queries of Logs Insights: begun, asked about, stopped; and how much there is to look at.

use crate::CallFailed;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_sdk_cloudwatchlogs::types::ResultField;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use std::collections::BTreeSet;

const DESCRIBE: &str = "logs:DescribeQueryDefinitions";
const METRIC: &str = "cloudwatch:GetMetricData";
const START: &str = "logs:StartQuery";
const RESULTS: &str = "logs:GetQueryResults";
const STOP: &str = "logs:StopQuery";
/// Seconds for which CloudWatch has one number: it keeps these the longest, fifteen months.
const HOUR: i32 = 3600;

/// CloudWatch Logs and its metrics in an account and Region.
#[derive(Debug, Clone)]
pub struct LogQueries {
    logs: aws_sdk_cloudwatchlogs::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
}

/// A query to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Names of log groups, 1–50.
    pub groups: Vec<String>,
    /// The earliest time, in whole seconds.
    pub since: Timestamp,
    /// The latest time, whose second is included.
    pub until: Timestamp,
    /// The query in the language of Logs Insights.
    pub text: String,
    /// Most rows, 1–100,000.
    pub limit: u32,
}

/// How far a query has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogQueryStatus {
    /// It waits its turn, or runs.
    Running,
    /// All of it is there.
    Complete,
    /// AWS could not carry it out.
    Failed,
    /// Somebody has stopped it.
    Cancelled,
    /// It took more than 60 minutes.
    TimedOut,
    /// AWS does not know, or says what this version does not know.
    Unknown,
}

/// What a query has to show.
#[derive(Debug, Clone, PartialEq)]
pub struct LogAnswer {
    /// How far it has come.
    pub status: LogQueryStatus,
    /// Rows: names and values, in the query's order. While it runs these are some of them.
    pub rows: Vec<Vec<(String, String)>>,
    /// Records that matched.
    pub matched: u64,
    /// Records that were looked at.
    pub scanned: u64,
    /// Bytes that were looked at; they are what is billed.
    pub bytes: u64,
    /// What the next rows are asked for by; none if these are the last.
    pub next: Option<String>,
}

impl LogQueries {
    /// What asking needs, in order.
    pub const PERMISSIONS: [&str; 5] = [DESCRIBE, METRIC, START, RESULTS, STOP];

    /// Those of the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self {
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
        }
    }

    /// Those behind clients.
    #[must_use]
    pub fn with_clients(
        logs: aws_sdk_cloudwatchlogs::Client,
        cloudwatch: aws_sdk_cloudwatch::Client,
    ) -> Self {
        Self { logs, cloudwatch }
    }

    /// Returns the log groups that the saved queries of `stack` ask, which is those of its trail.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn groups_of_stack(&self, stack: &str) -> Result<BTreeSet<String>, CallFailed> {
        let (mut groups, mut next) = (BTreeSet::new(), None);
        loop {
            let describe = self.logs.describe_query_definitions().set_next_token(next);
            let described = describe.query_definition_name_prefix(format!("{stack}/")).send().await;
            let described = described.map_err(|error| CallFailed::of(DESCRIBE, error))?;
            let found = described.query_definitions.unwrap_or_default().into_iter();
            groups.extend(found.flat_map(|found| found.log_group_names.unwrap_or_default()));
            next = described.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(groups);
            }
        }
    }

    /// Returns how many bytes a log group has taken in between two times, in whole hours around them.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn taken_in(&self, group: &str, since: Timestamp, until: Timestamp) -> Result<u64, CallFailed> {
        let group = Dimension::builder().name("LogGroupName").value(group).build();
        let metric = Metric::builder().namespace("AWS/Logs").metric_name("IncomingBytes").dimensions(group);
        let stat = MetricStat::builder().metric(metric.build()).period(HOUR).stat("Sum").build();
        let query = MetricDataQuery::builder().id("bytes").metric_stat(stat).build();
        let (from, to) = hours(since, until);
        let (mut bytes, mut next) = (0.0, None);
        loop {
            let get =
                self.cloudwatch.get_metric_data().set_next_token(next).metric_data_queries(query.clone());
            let got = get.start_time(from).end_time(to).send().await;
            let got = got.map_err(|error| CallFailed::of(METRIC, error))?;
            let results = got.metric_data_results.unwrap_or_default();
            bytes += results.into_iter().flat_map(|result| result.values.unwrap_or_default()).sum::<f64>();
            next = got.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(whole(bytes));
            }
        }
    }

    /// Begins a query; returns its id.
    ///
    /// # Errors
    /// [`CallFailed`]; transient if too many queries are running.
    pub async fn start(&self, query: &LogQuery) -> Result<String, CallFailed> {
        let LogQuery { groups, since, until, text, limit } = query;
        let start = self.logs.start_query().set_log_group_names(Some(groups.clone())).query_string(text);
        let start = start.start_time(since.as_second()).end_time(until.as_second());
        let started = start.limit(i32::try_from(*limit).unwrap_or(i32::MAX)).send().await;
        let started = started.map_err(|error| CallFailed::of(START, error))?;
        started.query_id.ok_or_else(|| CallFailed {
            call: START,
            is_transient: false,
            cause: "the answer has no id of a query".into(),
        })
    }

    /// Returns how far a query has come, and at most `most` rows, 1–10,000: the first, or those that `next` is for.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn answer(&self, id: &str, next: Option<String>, most: u32) -> Result<LogAnswer, CallFailed> {
        let get = self.logs.get_query_results().query_id(id).set_next_token(next);
        let got = get.max_items(i32::try_from(most).unwrap_or(i32::MAX)).send().await;
        let got = got.map_err(|error| CallFailed::of(RESULTS, error))?;
        let statistics = got.statistics.as_ref();
        Ok(LogAnswer {
            status: status(got.status.as_ref().map_or("", |status| status.as_str())),
            matched: statistics.map_or(0, |all| whole(all.records_matched)),
            scanned: statistics.map_or(0, |all| whole(all.records_scanned)),
            bytes: statistics.map_or(0, |all| whole(all.bytes_scanned)),
            rows: got.results.unwrap_or_default().into_iter().map(row).collect(),
            next: got.next_token.filter(|token| !token.is_empty()),
        })
    }

    /// Stops a query that is running.
    ///
    /// # Errors
    /// [`CallFailed`], also if it has ended already.
    pub async fn stop(&self, id: &str) -> Result<(), CallFailed> {
        self.logs
            .stop_query()
            .query_id(id)
            .send()
            .await
            .map(drop)
            .map_err(|error| CallFailed::of(STOP, error))
    }
}

fn status(word: &str) -> LogQueryStatus {
    match word {
        "Scheduled" | "Running" => LogQueryStatus::Running,
        "Complete" => LogQueryStatus::Complete,
        "Failed" => LogQueryStatus::Failed,
        "Cancelled" => LogQueryStatus::Cancelled,
        "Timeout" => LogQueryStatus::TimedOut,
        _ => LogQueryStatus::Unknown,
    }
}

/// A pointer to the record is in each row and means nothing to people.
fn row(fields: Vec<ResultField>) -> Vec<(String, String)> {
    let fields = fields.into_iter().filter_map(|field| Some((field.field?, field.value.unwrap_or_default())));
    fields.filter(|(name, _)| name != "@ptr").collect()
}

fn hours(since: Timestamp, until: Timestamp) -> (DateTime, DateTime) {
    let hour = i64::from(HOUR);
    let before = since.as_second().div_euclid(hour).saturating_mul(hour);
    let after = until.as_second().div_euclid(hour).saturating_add(1).saturating_mul(hour);
    (DateTime::from_secs(before), DateTime::from_secs(after))
}

/// Counts come as floating-point numbers; casts of those are cut to what fits.
fn whole(number: f64) -> u64 {
    number.round() as u64
}
