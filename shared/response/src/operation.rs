//! The closed set of AWS operations that change something, with their parameters in AWS's spelling.
//!
//! `shared/aws` sends exactly these; [`Call`](crate::Call) shows exactly these. Nothing else can be changed.

mod exposure;
mod policy;

pub use exposure::ExposureOperation;
pub(crate) use exposure::Grants;
pub use policy::{PolicyOperation, QueuePolicy};

use crate::{AdvancedEventSelector, EventSelector, InsightSelector, RuleTarget};
use serde::Serialize;
use serde_json::{Map, Value};
use trailreflex_model::{AccessKeyId, IamName, ResourceName, UniqueId};

/// An operation that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all_fields = "PascalCase")]
#[expect(missing_docs, reason = "named and described in AWS's own API references")]
pub enum Operation {
    // IAM
    UpdateAccessKey {
        user_name: IamName,
        access_key_id: AccessKeyId,
        status: String,
    },
    UpdateServiceSpecificCredential {
        user_name: IamName,
        service_specific_credential_id: UniqueId,
        status: String,
    },
    UpdateSSHPublicKey {
        user_name: IamName,
        #[serde(rename = "SSHPublicKeyId")]
        ssh_public_key_id: UniqueId,
        status: String,
    },
    UpdateSigningCertificate {
        user_name: IamName,
        certificate_id: UniqueId,
        status: String,
    },
    AttachUserPolicy {
        user_name: IamName,
        policy_arn: String,
    },
    DetachUserPolicy {
        user_name: IamName,
        policy_arn: String,
    },
    AttachRolePolicy {
        role_name: IamName,
        policy_arn: String,
    },
    DetachRolePolicy {
        role_name: IamName,
        policy_arn: String,
    },
    AttachGroupPolicy {
        group_name: IamName,
        policy_arn: String,
    },
    DetachGroupPolicy {
        group_name: IamName,
        policy_arn: String,
    },
    PutUserPolicy {
        user_name: IamName,
        policy_name: String,
        policy_document: String,
    },
    DeleteUserPolicy {
        user_name: IamName,
        policy_name: String,
    },
    PutRolePolicy {
        role_name: IamName,
        policy_name: String,
        policy_document: String,
    },
    DeleteRolePolicy {
        role_name: IamName,
        policy_name: String,
    },
    PutUserPermissionsBoundary {
        user_name: IamName,
        permissions_boundary: String,
    },
    DeleteUserPermissionsBoundary {
        user_name: IamName,
    },
    PutRolePermissionsBoundary {
        role_name: IamName,
        permissions_boundary: String,
    },
    DeleteRolePermissionsBoundary {
        role_name: IamName,
    },

    // CloudTrail
    StartLogging {
        name: ResourceName,
    },
    StopLogging {
        name: ResourceName,
    },
    PutEventSelectors {
        trail_name: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_selectors: Option<Vec<EventSelector>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    },
    PutInsightSelectors {
        trail_name: ResourceName,
        insight_selectors: Vec<InsightSelector>,
    },
    // GuardDuty
    UpdateDetector {
        detector_id: ResourceName,
        enable: bool,
    },
    // AWS Config
    StartConfigurationRecorder {
        configuration_recorder_name: ResourceName,
    },
    StopConfigurationRecorder {
        configuration_recorder_name: ResourceName,
    },
    // IAM Access Analyzer
    CreateAnalyzer {
        analyzer_name: ResourceName,
        r#type: String,
    },
    DeleteAnalyzer {
        analyzer_name: ResourceName,
    },
    // KMS
    CancelKeyDeletion {
        key_id: ResourceName,
    },
    EnableKey {
        key_id: ResourceName,
    },
    DisableKey {
        key_id: ResourceName,
    },
    ScheduleKeyDeletion {
        key_id: ResourceName,
        pending_window_in_days: i32,
    },
    // EventBridge
    EnableRule {
        name: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_bus_name: Option<ResourceName>,
    },
    DisableRule {
        name: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_bus_name: Option<ResourceName>,
    },
    PutTargets {
        rule: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_bus_name: Option<ResourceName>,
        targets: Vec<RuleTarget>,
    },
    RemoveTargets {
        rule: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_bus_name: Option<ResourceName>,
        ids: Vec<String>,
    },
    PutRule {
        name: ResourceName,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_bus_name: Option<ResourceName>,
        state: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_pattern: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        schedule_expression: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        role_arn: Option<String>,
    },
    // SNS
    Subscribe {
        topic_arn: ResourceName,
        protocol: String,
        endpoint: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        attributes: Option<RawDelivery>,
    },
    /// By what it tells, since its ARN is known only when it is there; `shared/aws` looks that up.
    Unsubscribe {
        topic_arn: ResourceName,
        protocol: String,
        endpoint: String,
    },
    // Lambda
    DeleteFunctionConcurrency {
        function_name: ResourceName,
    },
    PutFunctionConcurrency {
        function_name: ResourceName,
        reserved_concurrent_executions: i32,
    },
    // Exposure
    Exposure(ExposureOperation),
    // Resource policies
    Policy(PolicyOperation),
}

/// The one attribute of a subscription that is ever set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "named and described in SNS's API reference")]
pub struct RawDelivery {
    pub raw_message_delivery: &'static str,
}

impl Operation {
    /// Returns the permission that the operation needs, which is also its name: `iam:UpdateAccessKey`.
    #[must_use]
    pub fn permission(&self) -> &'static str {
        match self {
            Self::UpdateAccessKey { .. } => "iam:UpdateAccessKey",
            Self::UpdateServiceSpecificCredential { .. } => "iam:UpdateServiceSpecificCredential",
            Self::UpdateSSHPublicKey { .. } => "iam:UpdateSSHPublicKey",
            Self::UpdateSigningCertificate { .. } => "iam:UpdateSigningCertificate",
            Self::AttachUserPolicy { .. } => "iam:AttachUserPolicy",
            Self::DetachUserPolicy { .. } => "iam:DetachUserPolicy",
            Self::AttachRolePolicy { .. } => "iam:AttachRolePolicy",
            Self::DetachRolePolicy { .. } => "iam:DetachRolePolicy",
            Self::AttachGroupPolicy { .. } => "iam:AttachGroupPolicy",
            Self::DetachGroupPolicy { .. } => "iam:DetachGroupPolicy",
            Self::PutUserPolicy { .. } => "iam:PutUserPolicy",
            Self::DeleteUserPolicy { .. } => "iam:DeleteUserPolicy",
            Self::PutRolePolicy { .. } => "iam:PutRolePolicy",
            Self::DeleteRolePolicy { .. } => "iam:DeleteRolePolicy",
            Self::PutUserPermissionsBoundary { .. } => "iam:PutUserPermissionsBoundary",
            Self::DeleteUserPermissionsBoundary { .. } => "iam:DeleteUserPermissionsBoundary",
            Self::PutRolePermissionsBoundary { .. } => "iam:PutRolePermissionsBoundary",
            Self::DeleteRolePermissionsBoundary { .. } => "iam:DeleteRolePermissionsBoundary",
            Self::StartLogging { .. } => "cloudtrail:StartLogging",
            Self::StopLogging { .. } => "cloudtrail:StopLogging",
            Self::PutEventSelectors { .. } => "cloudtrail:PutEventSelectors",
            Self::PutInsightSelectors { .. } => "cloudtrail:PutInsightSelectors",
            Self::UpdateDetector { .. } => "guardduty:UpdateDetector",
            Self::StartConfigurationRecorder { .. } => "config:StartConfigurationRecorder",
            Self::StopConfigurationRecorder { .. } => "config:StopConfigurationRecorder",
            Self::CreateAnalyzer { .. } => "access-analyzer:CreateAnalyzer",
            Self::DeleteAnalyzer { .. } => "access-analyzer:DeleteAnalyzer",
            Self::CancelKeyDeletion { .. } => "kms:CancelKeyDeletion",
            Self::EnableKey { .. } => "kms:EnableKey",
            Self::DisableKey { .. } => "kms:DisableKey",
            Self::ScheduleKeyDeletion { .. } => "kms:ScheduleKeyDeletion",
            Self::EnableRule { .. } => "events:EnableRule",
            Self::DisableRule { .. } => "events:DisableRule",
            Self::PutRule { .. } => "events:PutRule",
            Self::PutTargets { .. } => "events:PutTargets",
            Self::RemoveTargets { .. } => "events:RemoveTargets",
            Self::Subscribe { .. } => "sns:Subscribe",
            Self::Unsubscribe { .. } => "sns:Unsubscribe",
            Self::DeleteFunctionConcurrency { .. } => "lambda:DeleteFunctionConcurrency",
            Self::PutFunctionConcurrency { .. } => "lambda:PutFunctionConcurrency",
            Self::Exposure(operation) => operation.permission(),
            Self::Policy(operation) => operation.permission(),
        }
    }

    /// Returns service and operation as the AWS CLI names them: mostly as the permission does.
    #[must_use]
    pub fn command(&self) -> &'static str {
        if let Self::Exposure(operation) = self { operation.command() } else { self.permission() }
    }

    /// Returns the parameters by name, in the API reference's spelling.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        if let Self::Policy(operation) = self {
            return operation.parameters();
        }
        if let Self::Exposure(operation) = self { operation.parameters() } else { parameters(self) }
    }
}

/// The fields of an operation, which is a variant of an enum.
fn parameters(operation: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(operation) {
        Ok(Value::Object(named)) => match named.into_iter().next() {
            Some((_, Value::Object(parameters))) => parameters,
            _ => Map::new(),
        },
        // A struct of texts always has a JSON form.
        Ok(_) | Err(_) => Map::new(),
    }
}
