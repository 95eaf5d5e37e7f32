//! What a stack was busy with, and which limits it may meet, in numbers; read only.

use super::{Deployment, why};
use crate::SensorLog;
use aws_sdk_cloudwatch::types::{AlarmType, Dimension, Metric, MetricDataQuery, MetricStat};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use trailreflex_doctor::{Concurrency, Function, FunctionUse, HeldBack, Known, Use};
use trailreflex_metrics::{KnownSensor, NAMESPACE};

/// Functions that carry plans out, and what may hold those back but the kill switch, which is a check of its own.
const RESPONDERS: [&str; 3] = ["contain-identity", "restore-logging", "close-exposure"];
const REASONS: [&str; 2] = ["budget", "breaker"];
/// Seconds for which CloudWatch has one number: it keeps these the longest.
const HOUR: i32 = 3600;
/// Most metrics of one call to CloudWatch.
const AT_ONCE: usize = 500;
/// What SQS counts of calls that it bills, if not all.
const QUEUE_CALLS: [&str; 4] =
    ["NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted", "NumberOfEmptyReceives"];

/// A metric to be added up: namespace, name, and names and values of its dimensions.
type Wanted = (&'static str, &'static str, Vec<(&'static str, String)>);

impl Deployment {
    /// Returns how many functions the account may run at the same time.
    pub async fn concurrency(&self) -> Known<Concurrency> {
        let call = "lambda:GetAccountSettings";
        let asked = self.lambda.get_account_settings().send().await.map_err(|error| why(call, error))?;
        let limit = asked.account_limit.ok_or_else(|| format!("`{call}` tells no limit"))?;
        let number = |value: i32| u32::try_from(value).unwrap_or_default();
        let unreserved = limit.unreserved_concurrent_executions.unwrap_or_default();
        Ok(Concurrency { all: number(limit.concurrent_executions), unreserved: number(unreserved) })
    }

    /// Returns how many event rules the default bus has, whosever.
    pub async fn rules_on_bus(&self) -> Known<usize> {
        let (mut rules, mut token) = (0_usize, None);
        loop {
            let page = self.events.list_rules().set_next_token(token).send().await;
            let page = page.map_err(|error| why("events:ListRules", error))?;
            rules = rules.saturating_add(page.rules.unwrap_or_default().len());
            token = page.next_token;
            if token.is_none() {
                return Ok(rules);
            }
        }
    }

    /// Returns what budget and breaker have held back in the 24 hours before `now`.
    pub async fn held_back(&self, now: Timestamp) -> Known<Vec<HeldBack>> {
        let kinds =
            || RESPONDERS.iter().flat_map(|function| REASONS.iter().map(move |reason| (*function, *reason)));
        let wanted = kinds().map(|(function, reason)| {
            let dimensions = vec![("Function", function.to_owned()), ("Reason", reason.to_owned())];
            (NAMESPACE, "HeldBack", dimensions)
        });
        let sums = self.sums(wanted.collect(), SignedDuration::from_hours(24), now).await?;
        let of = |((function, reason), plans)| HeldBack { function, reason, plans };
        Ok(kinds().zip(sums).map(of).filter(|held| held.plans > 0).collect())
    }

    /// Returns what `meter` knows of Regions and accounts that are to be heard.
    pub async fn sensors(&self, functions: &[Function]) -> Known<Vec<KnownSensor>> {
        let Some(table) = functions.iter().find_map(|function| function.meter_table.clone()) else {
            return Ok(Vec::new());
        };
        let log = SensorLog::with_client(self.dynamodb.clone(), table);
        log.all().await.map_err(|error| trailreflex_model::cause_chain(&error))
    }

    /// Returns what the stack used in the `days` before `now`, 1 to 30.
    pub async fn used(&self, functions: &[Function], days: u32, now: Timestamp) -> Known<Use> {
        let span = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
        let of_functions = functions.iter().flat_map(|function| {
            let of = |metric| ("AWS/Lambda", metric, vec![("FunctionName", function.name.clone())]);
            [of("Invocations"), of("Duration")]
        });
        let mut done = self.sums(of_functions.collect(), span, now).await?.into_iter();
        let mut next = || done.next().unwrap_or_default();
        let function = |function: &Function| FunctionUse {
            name: function.name.clone(),
            memory: function.memory,
            is_arm: function.is_arm,
            invocations: next(),
            milliseconds: next(),
        };
        let functions_used = functions.iter().map(function).collect();
        let groups = functions.iter().filter_map(|function| function.log_group.clone());
        let logged = groups.map(|group| ("AWS/Logs", "IncomingBytes", vec![("LogGroupName", group)]));
        let queues = self.queue_urls().await?;
        let queue = |url: &String| {
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            QUEUE_CALLS.map(move |metric| ("AWS/SQS", metric, vec![("QueueName", name.clone())]))
        };
        let tables = self.table_names().await?;
        let of_tables = |metric: &'static str| {
            let table = |name: &String| ("AWS/DynamoDB", metric, vec![("TableName", name.clone())]);
            tables.iter().map(table).collect::<Vec<_>>()
        };
        let (alarms, composite_alarms) = self.alarms().await?;
        Ok(Use {
            days,
            functions: functions_used,
            writes: sum(&self.sums(of_tables("ConsumedWriteCapacityUnits"), span, now).await?),
            reads: sum(&self.sums(of_tables("ConsumedReadCapacityUnits"), span, now).await?),
            queue_calls: sum(&self.sums(queues.iter().flat_map(queue).collect(), span, now).await?),
            log_bytes: sum(&self.sums(logged.collect(), span, now).await?),
            metrics: self.metrics().await?,
            alarms,
            composite_alarms,
        })
    }

    /// Adds each of the metrics up, in their order.
    async fn sums(&self, wanted: Vec<Wanted>, span: SignedDuration, now: Timestamp) -> Known<Vec<u64>> {
        let from = now.as_second().saturating_sub(span.as_secs());
        let mut sums = Vec::with_capacity(wanted.len());
        for some in wanted.chunks(AT_ONCE) {
            let queries = some.iter().enumerate().map(|(number, wanted)| query(number, wanted)).collect();
            let mut found = vec![0.0_f64; some.len()];
            let mut pages = self
                .cloudwatch
                .get_metric_data()
                .start_time(DateTime::from_secs(from))
                .end_time(DateTime::from_secs(now.as_second()))
                .set_metric_data_queries(Some(queries))
                .into_paginator()
                .send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| why("cloudwatch:GetMetricData", error))?;
                for result in page.metric_data_results() {
                    let number = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                    if let Some(sum) = number.and_then(|number| found.get_mut(number)) {
                        *sum += result.values().iter().sum::<f64>();
                    }
                }
            }
            sums.extend(found.into_iter().map(whole));
        }
        Ok(sums)
    }

    async fn metrics(&self) -> Known<u64> {
        let mut pages = self.cloudwatch.list_metrics().namespace(NAMESPACE).into_paginator().send();
        let mut count = 0_usize;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| why("cloudwatch:ListMetrics", error))?;
            count = count.saturating_add(page.metrics().len());
        }
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    /// How many alarms on metrics, and on alarms.
    async fn alarms(&self) -> Known<(u64, u64)> {
        let mut pages = self
            .cloudwatch
            .describe_alarms()
            .alarm_name_prefix(format!("{}-", self.stack))
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .into_paginator()
            .send();
        let (mut alarms, mut composite) = (0_usize, 0_usize);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| why("cloudwatch:DescribeAlarms", error))?;
            alarms = alarms.saturating_add(page.metric_alarms().len());
            composite = composite.saturating_add(page.composite_alarms().len());
        }
        let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
        Ok((number(alarms), number(composite)))
    }

    async fn table_names(&self) -> Known<Vec<String>> {
        let prefix = format!("{}-", self.stack);
        let mut found = self.dynamodb.list_tables().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(name) = found.next().await {
            let name = name.map_err(|error| why("dynamodb:ListTables", error))?;
            names.extend(Some(name).filter(|name| name.starts_with(&prefix)));
        }
        Ok(names)
    }
}

fn query(number: usize, (namespace, name, dimensions): &Wanted) -> MetricDataQuery {
    let dimension = |(name, value): &(&str, String)| Dimension::builder().name(*name).value(value).build();
    let metric = Metric::builder().namespace(*namespace).metric_name(*name);
    let metric = metric.set_dimensions(Some(dimensions.iter().map(dimension).collect())).build();
    let stat = MetricStat::builder().metric(metric).period(HOUR).stat("Sum").build();
    MetricDataQuery::builder().id(format!("m{number}")).metric_stat(stat).build()
}

fn sum(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |all, one| all.saturating_add(*one))
}

/// A sum of counts, which CloudWatch tells as a floating-point number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "saturates, and below 2^53 is exact"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}
