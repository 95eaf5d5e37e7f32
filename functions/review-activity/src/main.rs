//! Lambda entry point: builds what the function needs, once per cold start.

use jiff::Timestamp;
use trailreflex_aws::{Bus, Objects, Published, ReviewStore};
use trailreflex_lambda::{Started, start};
use trailreflex_metrics::Function;
use trailreflex_review_activity::{Config, ReviewActivity, Trail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::ReviewActivity, Config::from_environment, |config| &config.quarantine_queue_url)
            .await?;
    let function = &ReviewActivity {
        objects: Objects::new(&aws, config.trail_bucket_owner.to_string()),
        trail: Trail { bucket: config.trail_bucket, prefix: config.trail_key_prefix },
        store: ReviewStore::new(&aws, config.report_bucket.clone()),
        bucket: config.report_bucket,
        bus: Bus::new(&aws, config.findings_bus),
        metrics: edge.metrics.clone(),
        published: Published::new(&aws),
        account: config.account_id,
        region: config.region,
        backfill_days: config.backfill_days,
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX);
        function.handle(payload, deadline).await
    })
    .await
}
