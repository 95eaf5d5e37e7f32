//! Lambda entry point of every responder: builds what it needs, once per cold start, and reports what came of a request.

use crate::{Config, Reporter, Responder, function_of};
use serde_json::{Value, json};
use std::io;
use trailreflex_aws::{Bus, DynamoJournal, LookQueue, MemberAccounts, ParameterSwitch, SdkConfig};
use trailreflex_lambda::{Failure, Started, now, start};
use trailreflex_metrics::Metric;
use trailreflex_model::cause_chain;
use trailreflex_response::{Account, Accounts, ActionClass, Look, PlanId, Playbooks, Token};

/// Answers requests to the function of `class` until Lambda ends it.
///
/// # Errors
/// If the configuration or the built-in playbooks cannot be used, or the runtime fails.
pub async fn serve<A: Account + Send>(
    class: ActionClass,
    account: fn(&SdkConfig) -> A,
) -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(function_of(class), Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let responder = &Responder {
        class,
        accounts: MemberAccounts::new(aws.clone(), account, config.entrance, now),
        journal: DynamoJournal::new(&aws, config.journal_table),
        guardrails: config.guardrails,
        limits: config.limits,
        switch: Box::new(ParameterSwitch::new(&aws, config.kill_switch_parameter)),
        mode: config.mode,
        playbooks: Playbooks::from_json(trailreflex_content::playbooks(class.as_str()), class)?,
        token: random_token,
    };
    let reporter =
        &Reporter { class, bus: Bus::new(&aws, config.findings_bus), metrics: edge.metrics.clone() };
    let looks = &LookQueue::new(&aws, config.looks_queue_url);
    // Boxed, since the compiler gives up on types as deep as all steps of a response together.
    trailreflex_lambda::run(edge, |payload, _context| Box::pin(handle(responder, reporter, looks, payload)))
        .await
}

async fn handle<A: Accounts>(
    responder: &Responder<A, DynamoJournal>,
    reporter: &Reporter,
    looks: &LookQueue,
    payload: Value,
) -> Result<Value, Failure> {
    match responder.handle(payload, &now, |plan| ask_for_looks(looks, reporter, plan)).await {
        Ok(answers) => {
            let mut told = Vec::new();
            for answer in answers {
                told.push(reporter.report(answer, &responder.journal, now()).await?);
            }
            // Who invokes the function by hand asks about one plan, and is told about it.
            Ok(if told.len() == 1 { told.swap_remove(0) } else { json!({"outcomes": told}) })
        }
        Err(trouble) => {
            if let Some(outcome) = &trouble.outcome {
                reporter.report_trouble(outcome, now()).await;
            }
            Err(trouble.failure)
        }
    }
}

/// Makes a token of the system's randomness.
fn random_token() -> io::Result<Token> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(Token::of(random))
}

/// Asks for the looks at a plan before it is carried out. Without them it is carried out all the same, and a person is
/// told by a metric.
async fn ask_for_looks(looks: &LookQueue, reporter: &Reporter, plan: PlanId) {
    for (round, delay) in (1..).zip(Look::DELAYS) {
        let look = Look { look: plan.clone(), round };
        if let Err(error) = looks.ask(&look, delay).await {
            tracing::warn!(
                plan = plan.as_str(),
                round,
                reason = cause_chain(&error),
                "no look was asked for"
            );
            reporter.count(Metric::LooksNotAsked(function_of(reporter.class)), now()).await;
        }
    }
}
