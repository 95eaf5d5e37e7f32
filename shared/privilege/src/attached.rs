//! A policy that is attached to somebody, as text and as typed values.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use trailreflex_access::{Effect, NotAPolicy, Policy, Statement};

/// An identity policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Attached {
    /// Its name or ARN.
    pub name: String,
    document: Value, // INVARIANT: `policy` was read from it
    policy: Policy,
}

impl Attached {
    /// Reads a policy: an object, or its text, which may be percent-encoded as IAM's API has it.
    ///
    /// # Errors
    /// If it is not a policy.
    pub fn read(name: &str, document: &Value) -> Result<Self, NotAPolicy> {
        let text = match document.as_str().map(str::trim) {
            Some(text) if text.starts_with('{') => text.to_owned(),
            Some(text) => percent_decode_str(text).decode_utf8_lossy().into_owned(),
            None => document.to_string(),
        };
        let policy = Policy::from_text(&text)?;
        let document = serde_json::from_str(&text).map_err(|error| NotAPolicy::NotJson(error.to_string()))?;
        Ok(Self { name: name.to_owned(), document, policy })
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the policy's JSON.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Returns the statements of an effect, each with its JSON as a policy of 2012 has it.
    pub(crate) fn statements(&self, effect: Effect) -> impl Iterator<Item = (&Statement, Value)> {
        let has_variables = self.document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        let list = self.document.get("Statement").map(items).unwrap_or_default();
        let statements = self.policy.statements.iter().zip(list);
        let statements = statements.filter(move |(statement, _)| statement.effect == effect);
        statements.map(move |(statement, json)| {
            (statement, if has_variables { json.clone() } else { without_variables(json) })
        })
    }
}

/// Policies of 2008 have no variables: what looks like one stands for itself.
fn without_variables(json: &Value) -> Value {
    match json {
        Value::String(text) => Value::String(text.replace("${", "${$}{")),
        Value::Array(items) => items.iter().map(without_variables).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), without_variables(value)));
            Value::Object(members.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => json.clone(),
    }
}

/// Returns a list's items; anything else is a list of itself, as in policies.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
