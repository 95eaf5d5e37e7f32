//! Lambda entry point of every responder: builds what it needs, once per cold start, and reports what came of a request.

use crate::{Config, Reporter, Responder, function_of};
use serde_json::Value;
use trailreflex_aws::{Bus, DynamoJournal, SdkConfig};
use trailreflex_lambda::{Failure, Started, now, start};
use trailreflex_response::{Account, ActionClass, Playbooks};

/// Answers requests to the function of `class` until Lambda ends it.
///
/// # Errors
/// If the configuration or the built-in playbooks cannot be used, or the runtime fails.
pub async fn serve<A: Account>(
    class: ActionClass,
    account: impl FnOnce(&SdkConfig) -> A,
) -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(function_of(class), Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let responder = &Responder {
        class,
        account: account(&aws),
        journal: DynamoJournal::new(&aws, config.journal_table),
        guardrails: config.guardrails,
        mode: config.mode,
        playbooks: Playbooks::from_json(trailreflex_content::playbooks(class.as_str()), class)?,
    };
    let reporter =
        &Reporter { class, bus: Bus::new(&aws, config.findings_bus), metrics: edge.metrics.clone() };
    trailreflex_lambda::run(edge, |payload, _context| handle(responder, reporter, payload)).await
}

async fn handle<A: Account>(
    responder: &Responder<A, DynamoJournal>,
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
