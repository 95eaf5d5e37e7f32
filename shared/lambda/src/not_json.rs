//! Lets a payload that is not JSON reach the function, which quarantines it like any other unusable event.
//!
//! The runtime alone would report an error, and Lambda would deliver the same bytes twice more.

use lambda_runtime::LambdaInvocation;
use serde_json::{Value, json};

/// The key under which a payload that is not JSON is handed on as text.
const KEY: &str = "trailreflexNotJson";

/// Replaces a body that is not JSON by an object that holds it as text.
pub(crate) fn wrap(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if serde_json::from_slice::<serde::de::IgnoredAny>(&invocation.body).is_err() {
        let text = String::from_utf8_lossy(&invocation.body);
        invocation.body = json!({KEY: text}).to_string().into();
    }
    invocation
}

/// Returns the text of a payload that was not JSON.
pub(crate) fn wrapped(payload: &Value) -> Option<&str> {
    payload.as_object().filter(|object| object.len() == 1)?.get(KEY)?.as_str()
}
