//! The statement that a call adds to a policy, written as the service writes it, of those calls that do not send a policy.

use serde_json::{Map, Value, json};
use trailreflex_model::cloudtrail::Record;

/// A policy with one statement alone.
pub(crate) fn policy_of(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// Lambda's `AddPermission`. Source: Lambda API Reference, "AddPermission".
pub(crate) fn of_function(record: &Record) -> Option<Value> {
    let principal = principals(&[text(record, "principal")?]);
    let source = |field: &str, operator: &str, key: &str| condition(operator, key, record.parameter(field));
    let conditions = [
        source("sourceArn", "ArnLike", "aws:SourceArn"),
        source("sourceAccount", "StringEquals", "aws:SourceAccount"),
        source("principalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        source("functionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        source("eventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ];
    let action = text(record, "action").map(Value::from);
    Some(statement(record, "statementId", (&principal, action.as_ref()), conditions))
}

/// Lambda's `AddLayerVersionPermission`. Source: Lambda API Reference, "AddLayerVersionPermission".
pub(crate) fn of_layer(record: &Record) -> Option<Value> {
    let principal = principals(&[text(record, "principal")?]);
    let organization = condition("StringEquals", "aws:PrincipalOrgID", record.parameter("organizationId"));
    let action = text(record, "action").map(Value::from);
    Some(statement(record, "statementId", (&principal, action.as_ref()), [organization]))
}

/// SQS's `AddPermission`; the list is spelt either way. Source: SQS API Reference, "AddPermission".
pub(crate) fn of_queue(record: &Record) -> Option<Value> {
    let actions = texts(record.parameter("actions"));
    let actions: Vec<String> = actions.iter().map(|action| with_prefix("sqs", action)).collect();
    of_list(record, record.parameter("aWSAccountIds"), &actions)
}

/// SNS's `AddPermission`. Source: SNS API Reference, "AddPermission".
pub(crate) fn of_topic(record: &Record) -> Option<Value> {
    let actions = record.parameter("actionName").or_else(|| record.parameter("actionNames"));
    let actions: Vec<String> = texts(actions).iter().map(|action| with_prefix("sns", action)).collect();
    let accounts = record.parameter("aWSAccountId").or_else(|| record.parameter("aWSAccountIds"));
    of_list(record, accounts, &actions)
}

/// EventBridge's `PutPermission` without a policy. Source: EventBridge API Reference, "PutPermission".
pub(crate) fn of_bus(record: &Record) -> Option<Value> {
    let principal = principals(&[text(record, "principal")?]);
    let of_condition = |field: &str| record.parameter(&format!("condition.{field}")).and_then(Value::as_str);
    let condition = match (of_condition("type"), of_condition("key")) {
        (Some(operator), Some(key)) => condition(operator, key, record.parameter("condition.value")),
        (_, None) | (None, _) => None,
    };
    let action = text(record, "action").unwrap_or("events:PutEvents");
    Some(statement(record, "statementId", (&principal, Some(&action.into())), [condition]))
}

/// Calls that have parameters named as the elements of a statement.
pub(crate) fn generic(record: &Record) -> Option<Value> {
    let named = texts(record.parameter("principal").or_else(|| record.parameter("principals")));
    if named.is_empty() {
        return None;
    }
    let principal = principals(&named.iter().map(String::as_str).collect::<Vec<_>>());
    let actions = texts(record.parameter("action").or_else(|| record.parameter("actions")));
    let actions = (!actions.is_empty()).then(|| Value::from(actions));
    let mut found = statement(record, "statementId", (&principal, actions.as_ref()), []);
    let is_deny = text(record, "effect").is_some_and(|effect| effect.eq_ignore_ascii_case("deny"));
    if let Some(effect) = found.get_mut("Effect").filter(|_| is_deny) {
        *effect = "Deny".into();
    }
    // A condition that is written otherwise is left out of an Allow, which then tells too much rather than too little.
    let condition = record.parameter("condition").and_then(|condition| match condition {
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Object(_) => Some(condition.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    });
    if let (Some(Value::Object(condition)), Some(object)) = (condition, found.as_object_mut()) {
        let is_blocks = !condition.is_empty() && condition.values().all(Value::is_object);
        if is_blocks {
            object.insert("Condition".to_owned(), Value::Object(condition));
        } else if is_deny {
            return None;
        }
    }
    Some(found)
}

fn of_list(record: &Record, accounts: Option<&Value>, actions: &[String]) -> Option<Value> {
    let accounts = texts(accounts);
    if accounts.is_empty() {
        return None;
    }
    let principal = principals(&accounts.iter().map(String::as_str).collect::<Vec<_>>());
    let actions = (!actions.is_empty()).then(|| Value::from(actions));
    Some(statement(record, "label", (&principal, actions.as_ref()), []))
}

/// Without an action, any: then it is told rather than left out.
fn statement(
    record: &Record,
    sid: &str,
    (principal, action): (&Value, Option<&Value>),
    conditions: impl IntoIterator<Item = Option<(String, String, Value)>>,
) -> Value {
    let mut blocks: Map<String, Value> = Map::new();
    for (operator, key, values) in conditions.into_iter().flatten() {
        let block = blocks.entry(operator).or_insert_with(|| Value::Object(Map::new()));
        if let Some(block) = block.as_object_mut() {
            block.insert(key, values);
        }
    }
    let mut statement = Map::new();
    if let Some(sid) = text(record, sid) {
        statement.insert("Sid".to_owned(), sid.into());
    }
    statement.insert("Effect".to_owned(), "Allow".into());
    statement.insert("Principal".to_owned(), principal.clone());
    statement.insert("Action".to_owned(), action.cloned().unwrap_or_else(|| "*".into()));
    statement.insert("Resource".to_owned(), "*".into());
    if !blocks.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(blocks));
    }
    Value::Object(statement)
}

/// Accounts and ARNs under `AWS`, services under `Service`.
fn principals(names: &[&str]) -> Value {
    let is_service = |name: &&str| !name.contains(':') && name.contains(".amazonaws.com");
    let (services, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| is_service(name));
    let mut kinds = Map::new();
    for (kind, names) in [("AWS", others), ("Service", services)] {
        if !names.is_empty() {
            kinds.insert(kind.to_owned(), Value::from(names));
        }
    }
    Value::Object(kinds)
}

fn condition(operator: &str, key: &str, value: Option<&Value>) -> Option<(String, String, Value)> {
    let value = value.filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))?;
    Some((operator.to_owned(), key.to_owned(), value.clone()))
}

fn with_prefix(service: &str, action: &str) -> String {
    if action.contains(':') { action.to_owned() } else { format!("{service}:{action}") }
}

fn text<'r>(record: &'r Record, path: &str) -> Option<&'r str> {
    record.parameter(path)?.as_str().filter(|text| !text.is_empty())
}

/// All texts in a value, however its service wraps a list.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().flat_map(|item| texts(Some(item))).collect(),
        Some(Value::Object(members)) => members.values().flat_map(|member| texts(Some(member))).collect(),
        Some(Value::Number(number)) if number.to_string().len() == 12 => vec![number.to_string()], // an account
        Some(Value::String(_) | Value::Number(_) | Value::Null | Value::Bool(_)) | None => Vec::new(),
    }
}
