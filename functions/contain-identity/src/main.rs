//! Lambda entry point: builds what the function needs, once per cold start, and reports what came of a request.

use serde_json::Value;
use trailreflex_aws::{Bus, DynamoJournal, IamAccount};
use trailreflex_contain_identity::{Config, Reporter, Responder, built_in_playbooks};
use trailreflex_lambda::{Failure, Started, now, start};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::ContainIdentity, Config::from_environment, |config| &config.quarantine_queue_url)
            .await?;
    let responder = &Responder {
        account: IamAccount::new(&aws),
        journal: DynamoJournal::new(&aws, config.journal_table),
        guardrails: config.guardrails,
        mode: config.mode,
        playbooks: built_in_playbooks()?,
    };
    let reporter = &Reporter { bus: Bus::new(&aws, config.findings_bus), metrics: edge.metrics.clone() };
    trailreflex_lambda::run(edge, |payload, _context| handle(responder, reporter, payload)).await
}

async fn handle(
    responder: &Responder<IamAccount, DynamoJournal>,
    reporter: &Reporter,
    payload: Value,
) -> Result<Value, Failure> {
    match responder.handle(payload, &now).await {
        Ok(answer) => reporter.report(answer, &responder.journal, now()).await,
        Err(trouble) => {
            if let Some(outcome) = &trouble.outcome {
                reporter.report_trouble(outcome, now()).await;
            }
            Err(trouble.failure)
        }
    }
}
