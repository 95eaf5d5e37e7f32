//! Restores what watches the account, verifiably and reversibly: trails, detectors, recorders, keys, and its own stack.

use trailreflex_aws::LoggingAccount;
use trailreflex_lambda::now;
use trailreflex_response::ActionClass;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let account = |config: &_| LoggingAccount::new(config, now);
    trailreflex_responder::serve(ActionClass::RestoreLogging, account).await
}
