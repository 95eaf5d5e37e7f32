//! Custom CloudWatch metrics.

use crate::CallFailed;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use trailreflex_metrics::{Datum, NAMESPACE, Unit};

/// Most data that CloudWatch takes in one call.
const DATA_PER_CALL: usize = 1000;

/// Publishes metrics in the namespace `Trailreflex`.
#[derive(Debug, Clone)]
pub struct Metrics {
    cloudwatch: Client,
}

impl Metrics {
    /// Metrics of the account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { cloudwatch: Client::new(config) }
    }

    /// Metrics behind a client.
    #[must_use]
    pub fn with_client(cloudwatch: Client) -> Self {
        Self { cloudwatch }
    }

    /// Publishes `data`.
    ///
    /// # Errors
    /// [`CallFailed`] names what CloudWatch said. Earlier calls of the same batch may have arrived.
    pub async fn publish(&self, data: &[Datum]) -> Result<(), CallFailed> {
        for chunk in data.chunks(DATA_PER_CALL) {
            let data = chunk.iter().map(metric_datum).collect();
            let call = self.cloudwatch.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data));
            call.send().await.map_err(|error| CallFailed::of("cloudwatch:PutMetricData", error))?;
        }
        Ok(())
    }
}

fn metric_datum(datum: &Datum) -> MetricDatum {
    let unit = match datum.metric.unit() {
        Unit::Count => StandardUnit::Count,
        Unit::Seconds => StandardUnit::Seconds,
    };
    let dimension = |(name, value): (&str, String)| Dimension::builder().name(name).value(value).build();
    MetricDatum::builder()
        .metric_name(datum.metric.name())
        .set_dimensions(Some(datum.metric.dimensions().into_iter().map(dimension).collect()))
        .value(datum.value)
        .unit(unit)
        .timestamp(DateTime::from_secs(datum.at.as_second()))
        .build()
}
