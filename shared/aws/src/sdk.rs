//! How every client calls AWS: retries and time-outs that fit inside a function's own time-out.

use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use std::time::Duration;

/// Loads configuration and credentials from the environment, as Lambda gives them.
///
/// Four attempts a call with a back-off that starts at 100 ms; 2 s to connect, 3 s an attempt, 8 s in all. A
/// responder makes about a dozen calls in its 30 s: whatever is not done by then is finished by the next
/// delivery.
pub async fn load() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build();
    let retries =
        RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(100));
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(retries)
        .timeout_config(timeouts)
        .load()
        .await
}

/// Settings of a client of S3. A server of one's own has no host name for each bucket.
#[cfg(any(feature = "buckets", feature = "evidence"))]
pub(crate) fn s3_settings(config: &SdkConfig) -> aws_sdk_s3::config::Builder {
    let mut settings = aws_sdk_s3::config::Builder::from(config);
    settings.set_force_path_style(config.endpoint_url().map(|_| true));
    settings
}

/// Loads configuration and credentials as the AWS command line does, for a person who waits: the environment, profiles
/// with keys or roles, `credential_process`, web identities, containers, instances.
///
/// Six attempts a call, 10 s to connect and one minute an attempt. Without a Region, us-east-1.
pub async fn load_for_a_person() -> SdkConfig {
    load_for_a_person_in(None).await
}

/// The same for a Region that the person has named.
pub async fn load_for_a_person_in(named: Option<String>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let region =
        RegionProviderChain::first_try(named.map(Region::new)).or_default_provider().or_else("us-east-1");
    aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .retry_config(RetryConfig::standard().with_max_attempts(6))
        .timeout_config(timeouts)
        .load()
        .await
}
