//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{Bus, EventHistory, EvidenceStore, Identities};
use trailreflex_keep_evidence::{Config, KeepEvidence};
use trailreflex_lambda::{Started, start};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::KeepEvidence, Config::from_environment, |config| &config.quarantine_queue_url)
            .await?;
    let function = &KeepEvidence {
        history: EventHistory::new(&aws),
        identities: Identities::new(&aws),
        store: EvidenceStore::new(&aws, config.evidence_bucket),
        bus: Bus::new(&aws, config.findings_bus),
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, _| Box::pin(function.handle(payload))).await
}
