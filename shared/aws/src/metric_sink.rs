//! Values of many metrics at once, sent to CloudWatch in one attempt.

use crate::failure::{Class, class};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::error::{DisplayErrorContext, SdkError};
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::time::Duration;
use trailreflex_metering::{NotPut, Sink};
use trailreflex_metrics::{Metric, NAMESPACE, Series, Unit};

/// How long CloudWatch may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Codes of a 4xx answer that another attempt may mend: permissions are given, and credentials renewed.
const MENDABLE: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "NotAuthorized",
    "RequestExpired",
    "UnrecognizedClientException",
];

/// CloudWatch as the place where counts go. It makes each call once: a second attempt of a call that was received but
/// not answered would count twice, and nobody would know.
#[derive(Debug, Clone)]
pub struct MetricSink {
    cloudwatch: Client,
}

impl MetricSink {
    /// The CloudWatch of the account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let once = aws_sdk_cloudwatch::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build());
        Self { cloudwatch: Client::from_conf(once.build()) }
    }

    /// CloudWatch behind a client, which must not retry.
    #[must_use]
    pub fn with_client(cloudwatch: Client) -> Self {
        Self { cloudwatch }
    }
}

impl Sink for MetricSink {
    async fn put(&self, series: &[Series]) -> Result<(), NotPut> {
        let data = series.iter().map(datum).collect();
        let put = self.cloudwatch.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data));
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(not_put(&error)),
        }
    }
}

fn not_put(error: &SdkError<PutMetricDataError, HttpResponse>) -> NotPut {
    let reason = DisplayErrorContext(error).to_string();
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    match class(error) {
        Class::NoAnswer => NotPut::Perhaps(reason),
        Class::Later => NotPut::Definitely(reason),
        Class::Never if MENDABLE.contains(&code) => NotPut::Definitely(reason),
        Class::Never => NotPut::Refused(reason),
    }
}

fn datum(series: &Series) -> MetricDatum {
    let metric = Metric::Activity(series.metric.clone());
    let unit = match metric.unit() {
        Unit::Count => StandardUnit::Count,
        Unit::Seconds => StandardUnit::Seconds,
    };
    let dimension = |(name, value): (&str, String)| Dimension::builder().name(name).value(value).build();
    let (values, counts) = series.values.iter().copied().unzip();
    MetricDatum::builder()
        .metric_name(metric.name())
        .set_dimensions(Some(metric.dimensions().into_iter().map(dimension).collect()))
        .set_values(Some(values))
        .set_counts(Some(counts))
        .unit(unit)
        .timestamp(DateTime::from_secs(series.at.as_second()))
        .build()
}
