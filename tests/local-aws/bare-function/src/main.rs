//! A function that makes one AWS client and answers every event with nothing: the measure for the start of others.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await;
    let iam = &aws_sdk_iam::Client::new(&config);
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async move {
        // Named here so that the client is not optimised away.
        Ok::<_, Error>(iam.config().region().map(|region| region.to_string()))
    }))
    .await
}
