//! Contains a compromised IAM identity, verifiably and reversibly: users, roles and their credentials.

use trailreflex_aws::IamAccount;
use trailreflex_response::ActionClass;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    trailreflex_responder::serve(ActionClass::ContainIdentity, IamAccount::new).await
}
