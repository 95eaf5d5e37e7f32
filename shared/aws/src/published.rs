//! Custom CloudWatch metrics, read back day by day.

use crate::CallFailed;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_metrics::{NAMESPACE, ReadBack, Statistic};

const LIST: &str = "cloudwatch:ListMetrics";
const GET: &str = "cloudwatch:GetMetricData";
/// Most metrics that CloudWatch reads in one call.
const QUERIES_PER_CALL: usize = 500;
/// A day, in seconds.
const DAY: i32 = 86_400;

/// Metrics in the namespace `Trailreflex`.
#[derive(Debug, Clone)]
pub struct Published(Client);

/// A metric that is to be read, and where it goes.
struct Asked {
    metric: Metric,
    read: ReadBack,
}

impl Published {
    /// What reading back needs.
    pub const PERMISSIONS: [&str; 2] = [GET, LIST];

    /// Metrics of the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Metrics behind a client.
    #[must_use]
    pub fn with_client(client: Client) -> Self {
        Self(client)
    }

    /// Reads what was published from `from` on and before `until`, which are beginnings of days in UTC: all metrics of each
    /// name, whatever their dimensions, with each statistic. CloudWatch lists those of the last two weeks only.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn read(
        &self,
        names: &[(&'static str, &[Statistic])],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ReadBack>, CallFailed> {
        let mut asked = Vec::new();
        for (name, statistics) in names {
            for metric in self.list(name).await? {
                let dimensions: BTreeMap<_, _> = metric
                    .dimensions()
                    .iter()
                    .filter_map(|one| Some((one.name()?.to_owned(), one.value()?.to_owned())))
                    .collect();
                asked.extend(statistics.iter().map(|statistic| Asked {
                    metric: metric.clone(),
                    read: ReadBack {
                        name,
                        dimensions: dimensions.clone(),
                        statistic: *statistic,
                        values: Vec::new(),
                    },
                }));
            }
        }
        for some in asked.chunks_mut(QUERIES_PER_CALL) {
            self.get(some, from, until).await?;
        }
        Ok(asked.into_iter().map(|one| one.read).collect())
    }

    async fn list(&self, name: &str) -> Result<Vec<Metric>, CallFailed> {
        let mut pages = self.0.list_metrics().namespace(NAMESPACE).metric_name(name).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            found.extend(page.map_err(|error| CallFailed::of(LIST, error))?.metrics.unwrap_or_default());
        }
        Ok(found)
    }

    async fn get(&self, asked: &mut [Asked], from: Timestamp, until: Timestamp) -> Result<(), CallFailed> {
        let query = |(place, asked): (usize, &Asked)| {
            let statistic = asked.read.statistic.as_str();
            let of = MetricStat::builder().metric(asked.metric.clone()).period(DAY).stat(statistic).build();
            MetricDataQuery::builder().id(format!("m{place}")).metric_stat(of).return_data(true).build()
        };
        let call = self
            .0
            .get_metric_data()
            .set_metric_data_queries(Some(asked.iter().enumerate().map(query).collect()));
        let call = call.start_time(DateTime::from_secs(from.as_second()));
        let mut pages = call.end_time(DateTime::from_secs(until.as_second())).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallFailed::of(GET, error))?;
            for result in page.metric_data_results.unwrap_or_default() {
                let place = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                if let Some(one) = place.and_then(|place| asked.get_mut(place)) {
                    one.read.values.extend_from_slice(result.values());
                }
            }
        }
        Ok(())
    }
}
