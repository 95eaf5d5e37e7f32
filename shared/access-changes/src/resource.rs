//! Which resource a call is about: its name, its ARN, and what its state is kept by.

use crate::operation::Operation;
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{Resource, ResourceKind, ResourceName};

/// A resource as a record names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) arn: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) key: Option<String>,
}

/// Kinds of which the name gives the ARN, whole.
const NAMED_WHOLE: [ResourceKind; 6] = [
    ResourceKind::Bucket,
    ResourceKind::Queue,
    ResourceKind::Function,
    ResourceKind::Repository,
    ResourceKind::Snapshot,
    ResourceKind::Image,
];

/// Returns the kind of a resource of a type that a responder can change.
pub(crate) fn kind(resource_type: &str) -> Option<ResourceKind> {
    Some(match resource_type {
        "AWS::EC2::Image" => ResourceKind::Image,
        "AWS::EC2::Snapshot" => ResourceKind::Snapshot,
        "AWS::ECR::Repository" => ResourceKind::Repository,
        "AWS::KMS::Key" => ResourceKind::Key,
        "AWS::Lambda::Function" => ResourceKind::Function,
        "AWS::RDS::DBClusterSnapshot" => ResourceKind::DbClusterSnapshot,
        "AWS::RDS::DBSnapshot" => ResourceKind::DbSnapshot,
        "AWS::S3::Bucket" => ResourceKind::Bucket,
        "AWS::SNS::Topic" => ResourceKind::Topic,
        "AWS::SQS::Queue" => ResourceKind::Queue,
        "AWS::SSM::Document" => ResourceKind::Document,
        "AWS::SecretsManager::Secret" => ResourceKind::Secret,
        _ => return None,
    })
}

/// Reads which resource an operation's record is about.
pub(crate) fn named(operation: &Operation, record: &Record) -> Named {
    let resource_type = operation.resource_type;
    let Some(paths) = operation.resource else {
        return Named { arn: None, name: None, key: Some(resource_type.to_owned()) };
    };
    let mut found = paths.split('|').filter_map(|path| text_at(record, path));
    let name = found.next().map(|name| with_qualifier(resource_type, name, record));
    let is_arn = |text: &String| text.starts_with("arn:");
    let arn = name.clone().filter(is_arn).or_else(|| found.find(is_arn));
    let arn = arn.or_else(|| of_resources(record, resource_type));
    let arn = arn.or_else(|| built(resource_type, name.as_deref()?, record));
    let key = match resource_type {
        // The name alone is in all calls; the path is not, and the ARN has it.
        "AWS::IAM::Role" => name.as_deref(),
        "AWS::DynamoDB::Table" => name.as_deref().and_then(|name| name.rsplit('/').next()),
        // Names come in several forms, of which one ARN is made.
        "AWS::Lambda::Function" | "AWS::SQS::Queue" => arn.as_deref(),
        _ => arn.as_deref().or(name.as_deref()),
    };
    let key = key.map(|key| format!("{resource_type} {key}"));
    Named { arn, name, key }
}

impl Named {
    /// Returns whether the resource is of another account than the one that the record was delivered to.
    pub(crate) fn is_foreign(&self, record: &Record) -> bool {
        let Some(own) = record.recipient_account() else { return false };
        let of_arn = self.arn.as_deref().and_then(|arn| arn.split(':').nth(4));
        let of_url = self.name.as_deref().and_then(|name| name.strip_prefix("https://")?.split('/').nth(1));
        let is_other = |account: &str| trailreflex_access::is_account_id(account) && account != own.as_str();
        of_arn.into_iter().chain(of_url).any(is_other)
    }
}

/// The text at a path in the parameters, or after `>` in the answer; several that `+` joins are one, and after `=` is a text.
fn text_at(record: &Record, path: &str) -> Option<String> {
    if let Some(name) = path.strip_prefix('=') {
        return Some(name.to_owned());
    }
    let text = |path: &str| {
        let value = match path.strip_prefix('>') {
            Some(path) => record.response_element(path)?,
            None => record.parameter(path)?,
        };
        match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    };
    let parts: Option<Vec<String>> = path.split('+').map(text).collect();
    parts.map(|parts| parts.join("/"))
}

/// A function's policy is that of one alias or version, if the call names one.
fn with_qualifier(resource_type: &str, name: String, record: &Record) -> String {
    let qualifier = || record.parameter("qualifier").and_then(Value::as_str).filter(|text| !text.is_empty());
    match qualifier().filter(|_| resource_type == "AWS::Lambda::Function") {
        Some(qualifier) => format!("{name}:{qualifier}"),
        None => name,
    }
}

/// The ARN that CloudTrail gives, if it is the only one of the type.
fn of_resources(record: &Record, resource_type: &str) -> Option<String> {
    let items = record.field("resources")?.as_array()?;
    let arn = |item: &Value| item.get("ARN").and_then(Value::as_str).map(str::to_owned);
    let is_of_type = |item: &&Value| item.get("type").and_then(Value::as_str) == Some(resource_type);
    let mut of_type = items.iter().filter(is_of_type).filter_map(arn);
    let first = of_type.next()?;
    of_type.next().is_none().then_some(first)
}

fn built(resource_type: &str, name: &str, record: &Record) -> Option<String> {
    let resource = kind(resource_type).filter(|kind| NAMED_WHOLE.contains(kind))?;
    let name: ResourceName = name.parse().ok()?;
    let (region, account) = (record.region()?, record.recipient_account()?);
    Resource { resource, name, added: BTreeSet::new() }.arns(region, account).into_iter().next()
}
