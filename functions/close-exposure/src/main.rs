//! Closes what a call has opened to others, verifiably and reversibly: snapshots, buckets, ports, policies.

use trailreflex_aws::ExposureAccount;
use trailreflex_response::ActionClass;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    trailreflex_responder::serve(ActionClass::CloseExposure, ExposureAccount::new).await
}
