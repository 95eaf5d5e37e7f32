//! The resource that a policy belongs to: which actions and resources of its statements can concern it.

use super::requester::{exactly, starting_with};
use super::space::Mark;
use crate::glob::{Glob, Step};

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// Its ARN, if it is known.
    pub arn: Option<String>,
    /// Its type, such as `AWS::S3::Bucket`, if it is known.
    pub resource_type: Option<String>,
}

/// Services in whose resource policies `Resource` is the ARN of the resource, or begins with it.
const OWN_ARN: [&str; 11] = [
    "s3",
    "s3express",
    "sns",
    "sqs",
    "lambda",
    "secretsmanager",
    "dynamodb",
    "kinesis",
    "elasticfilesystem",
    "es",
    "glacier",
];

impl Target {
    fn service(&self) -> Option<String> {
        let of_type = self.resource_type.as_deref().and_then(|name| name.split("::").nth(1));
        let of_arn = || self.arn.as_deref().and_then(|arn| arn.split(':').nth(2));
        let service = of_type.or_else(of_arn).filter(|service| !service.is_empty())?;
        Some(service.to_ascii_lowercase())
    }

    /// The prefix of the actions that a policy of this type can grant; `None` if it is not certain.
    fn action_prefix(&self) -> Option<&'static str> {
        Some(match self.service()?.as_str() {
            "s3" => "s3",
            "s3express" => "s3express",
            "sns" => "sns",
            "sqs" => "sqs",
            "kms" => "kms",
            "lambda" => "lambda",
            "secretsmanager" => "secretsmanager",
            "efs" | "elasticfilesystem" => "elasticfilesystem",
            "ecr" => "ecr",
            "dynamodb" => "dynamodb",
            "iam" => "sts",
            "kinesis" => "kinesis",
            "es" | "opensearchservice" | "elasticsearch" => "es",
            "glacier" => "glacier",
            _ => return None,
        })
    }

    pub(super) fn actions(&self) -> Vec<(Mark, Glob)> {
        let prefix = self.action_prefix();
        prefix.map(|prefix| (Mark::WellFormed, starting_with(&format!("{prefix}:")))).into_iter().collect()
    }

    pub(super) fn resources(&self) -> Vec<(Mark, Glob)> {
        let Some(arn) = self.arn.as_deref().filter(|arn| !arn.contains(['*', '?'])) else {
            return Vec::new();
        };
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let &["arn", _, service, _, account, name] = parts.as_slice() else { return Vec::new() };
        if !OWN_ARN.contains(&service) {
            return Vec::new();
        }
        let mut found = vec![(Mark::Exactly(arn.to_owned()), exactly(arn))];
        let separator = if service == "lambda" { ":" } else { "/" };
        found.push((Mark::Of(separator.to_owned()), starting_with_more(&format!("{arn}{separator}"))));
        if service == "sqs" {
            let path = format!("/{account}/{name}"); // how the first queue policies were written
            found.push((Mark::Exactly(path.clone()), exactly(&path)));
        }
        found
    }
}

/// What is in the resource has a name.
fn starting_with_more(text: &str) -> Glob {
    Glob::from_steps(text.chars().map(Step::Is).chain([Step::Any, Step::Many]).collect())
}
