//! Through which AWS service a call came that followed from the principal's own.

use serde_json::{Value, json};
use trailreflex_model::cloudtrail::Record;

/// How a call reached AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Via {
    /// By itself.
    Direct,
    /// AWS says that one of its services made it with the principal's credentials, and which one.
    Service(String),
}

/// Services that `aws:CalledVia` names (IAM User Guide, "AWS global condition context keys").
const CALLED_VIA: [&str; 9] =
    ["aoss", "athena", "backup", "cloud9", "cloudformation", "databrew", "dynamodb", "kms", "servicecatalog"];

/// Services that `kms:ViaService` names, as far as they call with the principal's credentials (KMS Developer Guide,
/// "kms:ViaService").
const KMS_VIA: [&str; 14] = [
    "dynamodb",
    "ec2",
    "ecr",
    "elasticfilesystem",
    "fsx",
    "kinesis",
    "lambda",
    "rds",
    "redshift",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
];

impl Via {
    pub(crate) fn of(record: &Record) -> Self {
        match record.identity().invoked_by.as_deref() {
            // `AWS Internal` says nothing that a condition could hold.
            Some(service) if service.ends_with(".amazonaws.com") => Self::Service(service.to_owned()),
            Some(_) | None => Self::Direct,
        }
    }

    /// Returns the condition that holds for such calls and not for direct ones, for an action of `service`.
    pub(crate) fn condition(&self, service: &str) -> Option<Value> {
        let Self::Service(name) = self else { return None };
        let label = name.split('.').next().unwrap_or_default();
        Some(if service == "kms" && KMS_VIA.contains(&label) {
            // After the service, the value has the Region of the key.
            json!({"StringLike": {"kms:ViaService": format!("{label}.*")}})
        } else if CALLED_VIA.contains(&label) {
            json!({"ForAnyValue:StringEquals": {"aws:CalledVia": name}})
        } else {
            json!({"Bool": {"aws:ViaAWSService": "true"}})
        })
    }
}
