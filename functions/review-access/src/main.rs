//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{AccessStates, EventHistory, IamCredentials, ResourcePolicies, SecondOpinion};
use trailreflex_findings::Sender;
use trailreflex_lambda::{BuiltIn, Reporter, Rules, Started, start};
use trailreflex_metrics::Function;
use trailreflex_review_access::{Config, ReviewAccess};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::ReviewAccess, Config::from_environment, |config| &config.quarantine_queue_url)
            .await?;
    let built_in =
        BuiltIn { rules: trailreflex_content::RULES, suppressions: trailreflex_content::SUPPRESSIONS };
    let function = &ReviewAccess {
        rules: Rules::new(built_in, config.rules_uri, &aws)?,
        reporter: Reporter::new(&aws, Sender::ReviewAccess, config.findings_bus, config.sent_table),
        credentials: IamCredentials::new(&aws),
        states: AccessStates::new(&aws, config.access_table),
        policies: ResourcePolicies::new(&aws),
        second_opinion: config.asks_access_analyzer.then(|| SecondOpinion::new(&aws)),
        history: EventHistory::new(&aws),
        metrics: edge.metrics.clone(),
        account: config.account_id,
        limits: config.limits,
        organization: config.organization,
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        function.handle(payload, &context.request_id).await
    })
    .await
}
