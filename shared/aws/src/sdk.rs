//! How every client calls AWS: retries and time-outs that fit inside a function's own time-out.

use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
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

/// Loads configuration and credentials as the AWS command line does, for a person who waits: the environment, profiles
/// with keys or roles, `credential_process`, web identities, containers, instances.
///
/// Six attempts a call, 10 s to connect and one minute an attempt. Without a Region, us-east-1.
pub async fn load_for_a_person() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let region = RegionProviderChain::default_provider().or_else("us-east-1");
    aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .retry_config(RetryConfig::standard().with_max_attempts(6))
        .timeout_config(timeouts)
        .load()
        .await
}
