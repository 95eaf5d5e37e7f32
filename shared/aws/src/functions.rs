//! Functions that are asked and answer.

use crate::CallFailed;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;
use std::time::Duration;

/// How long a function may take to answer: longer than a responder may run, shorter than whoever asks for it.
const PATIENCE: Duration = Duration::from_secs(50);

/// Asks functions of this account.
#[derive(Debug, Clone)]
pub struct Functions(Client);

impl Functions {
    /// The functions of the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).operation_timeout(PATIENCE);
        let config = aws_sdk_lambda::config::Builder::from(config).timeout_config(timeouts.build());
        Self(Client::from_conf(config.build()))
    }

    /// Asks a function, and returns its answer.
    ///
    /// # Errors
    /// [`CallFailed`]; a function that fails is one that cannot be called.
    pub async fn ask(&self, function: &str, payload: &Value) -> Result<Value, CallFailed> {
        let call = self.0.invoke().function_name(function).payload(Blob::new(payload.to_string()));
        let answer = call.send().await.map_err(|error| CallFailed::of("lambda:InvokeFunction", error))?;
        let text = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let failed = |cause: String| CallFailed {
            call: "lambda:InvokeFunction",
            is_transient: true,
            cause: cause.into(),
        };
        if let Some(kind) = answer.function_error {
            let text = String::from_utf8_lossy(&text);
            return Err(failed(format!("the function failed ({kind}): {text}")));
        }
        serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))
    }

    /// Returns the names of the functions whose name begins so.
    ///
    /// # Errors
    /// [`CallFailed`].
    #[cfg(feature = "operator")]
    pub(crate) async fn beginning_with(&self, prefix: &str) -> Result<Vec<String>, CallFailed> {
        let mut names = Vec::new();
        let mut pages = self.0.list_functions().into_paginator().items().send();
        while let Some(function) = pages.next().await {
            let function = function.map_err(|error| CallFailed::of("lambda:ListFunctions", error))?;
            names.extend(function.function_name.filter(|name| name.starts_with(prefix)));
        }
        Ok(names)
    }
}
