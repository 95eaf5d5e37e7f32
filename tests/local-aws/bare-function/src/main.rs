//! A bare function: one IAM client, made once per cold start, and one call with it.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let iam = &aws_sdk_iam::Client::new(&config);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let Some(name) = event.payload["user"].as_str() else { return Ok::<_, Error>(json!({"user": null})) };
        let user = iam.get_user().user_name(name).send().await?;
        Ok(json!({"user": user.user.map(|user| user.user_id)}))
    }))
    .await
}
