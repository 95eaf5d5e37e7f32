//! Tells failures that a later attempt may mend from those that none will.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

/// A call to AWS failed after all its retries.
#[derive(Debug, thiserror::Error)]
#[error("`{call}` failed")]
pub struct CallFailed {
    /// The call, as its permission is named: `sqs:SendMessage`.
    pub call: &'static str,
    /// Whether a later attempt may succeed.
    pub is_transient: bool,
    /// AWS's own words.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

/// Error codes that mean "later" even with a 4xx answer.
///
/// Source: the SDK's own list of throttling codes; IAM's API reference for the last two.
const LATER: [&str; 17] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "RequestTimeout",
    "RequestTimeoutException",
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
];

/// What one failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It arrived and was turned away for now.
    Later,
    /// It may have had its effect: no answer came, or an error of AWS's own.
    NoAnswer,
    /// No attempt will succeed.
    Never,
}

/// Classifies a failed call.
pub(crate) fn class<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Class {
    let Some(service_error) = error.as_service_error() else {
        // All but a request that could not even be built: time-out, connection, unreadable answer.
        let built = !matches!(error, SdkError::ConstructionFailure(_));
        return if built { Class::NoAnswer } else { Class::Never };
    };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    if LATER.contains(&service_error.code().unwrap_or_default()) || status == 429 {
        Class::Later
    } else if status >= 500 {
        Class::NoAnswer
    } else {
        Class::Never
    }
}

impl CallFailed {
    /// Names a failed call.
    pub(crate) fn of<E>(call: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        Self { call, is_transient: class(&error) != Class::Never, cause: Box::new(error) }
    }
}
