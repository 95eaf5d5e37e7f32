//! A statement of a function's policy, in the words of the call that would write it again.
//!
//! Source: Lambda API reference, `AddPermission`; AWS Lambda Developer Guide, "Resource-based policies" for the conditions
//! that it writes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What `AddPermission` takes beside the function and the statement's id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "named and described in AWS's own API reference")]
pub struct FunctionPermission {
    pub action: String,
    pub principal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_source_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_url_auth_type: Option<String>,
    #[serde(default, rename = "PrincipalOrgID", skip_serializing_if = "Option::is_none")]
    pub principal_org_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoked_via_function_url: Option<bool>,
}

impl FunctionPermission {
    /// Reads a statement as `GetPolicy` shows it. Returns nothing of one that `AddPermission` would not write so: another
    /// effect, several actions or principals, a condition that it does not know.
    #[must_use]
    pub fn of(statement: &Value) -> Option<Self> {
        let text = |field: &str| statement.get(field)?.as_str().map(str::to_owned);
        let known = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
        let is_known = statement.as_object()?.keys().all(|key| known.contains(&key.as_str()));
        if !is_known || text("Effect")? != "Allow" {
            return None;
        }
        let mut permission = Self {
            action: text("Action")?,
            principal: principal(statement.get("Principal")?)?,
            ..Self::default()
        };
        let Some(conditions) = statement.get("Condition") else { return Some(permission) };
        for (operator, keys) in conditions.as_object()? {
            for (key, value) in keys.as_object()? {
                permission.limit(operator, &key.to_ascii_lowercase(), value)?;
            }
        }
        Some(permission)
    }

    fn limit(&mut self, operator: &str, key: &str, value: &Value) -> Option<()> {
        let text = value.as_str().map(str::to_owned);
        match (operator, key) {
            ("ArnLike", "aws:sourcearn") => self.source_arn = Some(text?),
            ("StringEquals", "aws:sourceaccount") => self.source_account = Some(text?),
            ("StringEquals", "aws:principalorgid") => self.principal_org_id = Some(text?),
            ("StringEquals", "lambda:functionurlauthtype") => self.function_url_auth_type = Some(text?),
            ("StringEquals", "lambda:eventsourcetoken") => self.event_source_token = Some(text?),
            ("Bool", "lambda:invokedviafunctionurl") => {
                let is_via_url = value.as_bool().or_else(|| text?.parse().ok());
                self.invoked_via_function_url = Some(is_via_url?);
            }
            (_, _) => return None,
        }
        Some(())
    }
}

/// The one principal of a statement, as the call takes it.
fn principal(principal: &Value) -> Option<String> {
    if let Some(everybody) = principal.as_str() {
        return Some(everybody.to_owned());
    }
    let mut entries = principal.as_object()?.iter();
    match (entries.next()?, entries.next()) {
        ((kind, Value::String(name)), None) if kind == "AWS" || kind == "Service" => Some(name.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:checkout";

    fn statement(changes: &Value) -> Value {
        let mut statement = json!({
            "Sid": "s", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
            "Action": "lambda:InvokeFunction", "Resource": FUNCTION,
        });
        statement.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        statement
    }

    #[test]
    fn a_statement_is_read_as_the_call_that_writes_it() {
        for (case, changes, expected) in [
            ("another account", json!({}), json!({"Principal": "arn:aws:iam::999988887777:root"})),
            ("everybody", json!({"Principal": "*"}), json!({"Principal": "*"})),
            (
                "a service for a resource of an account",
                json!({"Principal": {"Service": "s3.amazonaws.com"}, "Condition": {
                    "StringEquals": {"AWS:SourceAccount": "111122223333"}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}}),
                json!({"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b", "SourceAccount": "111122223333"}),
            ),
            (
                "an organization",
                json!({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}),
                json!({"Principal": "*", "PrincipalOrgID": "o-exampleorgid"}),
            ),
            (
                "a public URL",
                json!({"Principal": "*", "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"},
                    "Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}),
                json!({"Principal": "*", "FunctionUrlAuthType": "NONE", "InvokedViaFunctionUrl": true}),
            ),
        ] {
            let permission = FunctionPermission::of(&statement(&changes)).unwrap();
            let mut expected = expected;
            expected["Action"] = json!("lambda:InvokeFunction");
            let read: Value = serde_json::to_value(&permission).unwrap();
            assert_eq!(read, expected, "{case}");
            assert_eq!(serde_json::from_value::<FunctionPermission>(read).unwrap(), permission, "{case}");
        }
    }

    #[test]
    fn a_statement_that_the_call_would_not_write_is_not_read() {
        for (case, changes) in [
            ("a denial", json!({"Effect": "Deny"})),
            ("two actions", json!({"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]})),
            ("two principals", json!({"Principal": {"AWS": ["999988887777", "444455556666"]}})),
            ("a federated principal", json!({"Principal": {"Federated": "accounts.example"}})),
            ("all but one", json!({"NotPrincipal": {"AWS": "999988887777"}})),
            (
                "a range of addresses",
                json!({"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}),
            ),
            ("another operator", json!({"Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}})),
            ("two accounts", json!({"Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}})),
        ] {
            assert_eq!(FunctionPermission::of(&statement(&changes)), None, "{case}");
        }
    }
}
