//! Buckets of other Regions: S3 turns a call away that comes from another Region than the bucket's, and says which that is.

use aws_sdk_s3::config::{Builder, Region};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

/// Source: S3 User Guide, "Request redirection"; the answer to a signature of another Region is a 400.
const TURNED_AWAY: [u16; 3] = [301, 307, 400];

/// Returns settings for the same call in the bucket's own Region, if that is what it failed for.
pub(super) fn elsewhere<E>(error: &SdkError<E, HttpResponse>) -> Option<Builder> {
    let answer = error.raw_response().filter(|answer| TURNED_AWAY.contains(&answer.status().as_u16()))?;
    let region = answer.headers().get("x-amz-bucket-region")?;
    Some(Builder::new().region(Region::new(region.to_owned())))
}

/// Sends a call about a bucket, a second time if the bucket is in another Region.
macro_rules! send_to_bucket {
    ($call:expr) => {{
        let call = $call;
        match call.clone().send().await {
            Err(error) => match $crate::account::bucket_region::elsewhere(&error) {
                Some(settings) => call.customize().config_override(settings).send().await,
                None => Err(error),
            },
            sent => sent,
        }
    }};
}
pub(super) use send_to_bucket;
