//! Logs as JSON lines on standard output, as Lambda's advanced logging controls expect them.

/// Sets up logging. The level is `AWS_LAMBDA_LOG_LEVEL`, by default `INFO`.
pub(crate) fn init(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(tracing::Level::INFO);
    // Fails only if a subscriber is set already, and then there is one.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .without_time()
        .with_max_level(level)
        .try_init();
}
