//! What opens resources to others, as EC2, RDS, S3, SSM, Lambda and those with policies show it: one client each, made once.

use super::bucket_region::send_to_bucket;
use super::{AwsAccount, Services, absent, failed};
use aws_sdk_ec2::types::Filter;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_model::{Resource, ResourceKind, ResourceName, Target};
use trailreflex_response::{
    AccountError, ActionKind, Control, FunctionPermission, IngressRule, Operation, Owner, Reading, Setting,
    Shareable,
};

/// The account behind the clients of the services that can open something to others.
pub type ExposureAccount = AwsAccount<Exposure>;

/// A client for each service.
#[derive(Debug, Clone)]
pub struct Exposure {
    pub(super) ec2: aws_sdk_ec2::Client,
    pub(super) ecr: aws_sdk_ecr::Client,
    pub(super) kms: aws_sdk_kms::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) rds: aws_sdk_rds::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
}

/// A client for each service whose resources have policies.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "named as the services are")]
pub struct PolicyClients {
    pub ecr: aws_sdk_ecr::Client,
    pub kms: aws_sdk_kms::Client,
    pub secrets: aws_sdk_secretsmanager::Client,
    pub sns: aws_sdk_sns::Client,
    pub sqs: aws_sdk_sqs::Client,
}

impl ExposureAccount {
    /// The account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Exposure {
            ec2: aws_sdk_ec2::Client::new(config),
            ecr: aws_sdk_ecr::Client::new(config),
            kms: aws_sdk_kms::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            rds: aws_sdk_rds::Client::new(config),
            s3: aws_sdk_s3::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            ssm: aws_sdk_ssm::Client::new(config),
        })
    }

    /// The same account, with another client of EC2.
    #[must_use]
    pub fn with_ec2(self, ec2: aws_sdk_ec2::Client) -> Self {
        Self(Exposure { ec2, ..self.0 })
    }

    /// The same account, with another client of Lambda.
    #[must_use]
    pub fn with_lambda(self, lambda: aws_sdk_lambda::Client) -> Self {
        Self(Exposure { lambda, ..self.0 })
    }

    /// The same account, with another client of RDS.
    #[must_use]
    pub fn with_rds(self, rds: aws_sdk_rds::Client) -> Self {
        Self(Exposure { rds, ..self.0 })
    }

    /// The same account, with another client of S3.
    #[must_use]
    pub fn with_s3(self, s3: aws_sdk_s3::Client) -> Self {
        Self(Exposure { s3, ..self.0 })
    }

    /// The same account, with other clients of those services whose resources have policies.
    #[must_use]
    pub fn with_policies(self, clients: PolicyClients) -> Self {
        let PolicyClients { ecr, kms, secrets, sns, sqs } = clients;
        Self(Exposure { ecr, kms, secrets, sns, sqs, ..self.0 })
    }

    /// The same account, with another client of SSM.
    #[must_use]
    pub fn with_ssm(self, ssm: aws_sdk_ssm::Client) -> Self {
        Self(Exposure { ssm, ..self.0 })
    }
}

impl Exposure {
    /// Reads the rules of a group for incoming traffic, with id and description.
    async fn ingress_rules(
        &self,
        group: &ResourceName,
    ) -> Result<Option<Vec<(String, IngressRule, Option<String>)>>, AccountError> {
        let filter = Filter::builder().name("group-id").values(group.as_str()).build();
        let call = self.ec2.describe_security_group_rules().filters(filter);
        let mut pages = call.into_paginator().items().send();
        let mut rules = Vec::new();
        while let Some(rule) = pages.next().await {
            let rule = match rule {
                Ok(rule) => rule,
                Err(error) => return absent(failed("ec2:DescribeSecurityGroupRules", error)),
            };
            if rule.is_egress() != Some(false) {
                continue;
            }
            let Some(id) = rule.security_group_rule_id().map(str::to_owned) else { continue };
            let description = rule.description().filter(|text| !text.is_empty()).map(str::to_owned);
            if let Some(rule) = ingress_rule(&rule) {
                rules.push((id, rule, description));
            }
        }
        Ok(Some(rules))
    }

    /// Replaces the ids of rules by what the rules say: after an undo, the same rule has another id.
    async fn with_contents_of_rules(&self, group: &Resource) -> Result<Owner, AccountError> {
        let Some(rules) = self.ingress_rules(&group.name).await? else { return Ok(Owner::Nobody) };
        let is_added = |id: &str| group.added.iter().any(|added| added.as_str() == id);
        let added = rules.into_iter().filter(|(id, ..)| is_added(id));
        let added: BTreeSet<_> = added.filter_map(|(_, rule, _)| rule.to_string().parse().ok()).collect();
        Ok(Owner::Resource(Resource { added, ..group.clone() }))
    }

    async fn ingress(&self, group: &ResourceName, wanted: &IngressRule) -> Result<Reading, AccountError> {
        let Some(rules) = self.ingress_rules(group).await? else { return Ok(Reading::Gone) };
        let found = rules.into_iter().find(|(_, rule, _)| rule == wanted);
        Ok(Reading::Is(match found {
            Some((_, _, Some(description))) => Setting::Document(json!({"description": description})),
            Some((_, _, None)) => Setting::Document(json!({})),
            None => Setting::Absent,
        }))
    }

    async fn public_access_block(&self, bucket: &ResourceName) -> Result<Reading, AccountError> {
        let answer = send_to_bucket!(self.s3.get_public_access_block().bucket(bucket.as_str()));
        let flags = match answer {
            Ok(output) => output.public_access_block_configuration,
            Err(error) if code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => None,
            Err(error) => return gone(failed("s3:GetBucketPublicAccessBlock", error)),
        };
        let set = |flag: Option<bool>| Value::Bool(flag.unwrap_or(false));
        Ok(Reading::Is(flags.map_or(Setting::Absent, |flags| {
            Setting::Document(json!({
                "BlockPublicAcls": set(flags.block_public_acls),
                "IgnorePublicAcls": set(flags.ignore_public_acls),
                "BlockPublicPolicy": set(flags.block_public_policy),
                "RestrictPublicBuckets": set(flags.restrict_public_buckets),
            }))
        })))
    }

    async fn function_url(&self, function: &ResourceName) -> Result<Reading, AccountError> {
        let (name, alias) = alias(function.as_str());
        let call = self.lambda.get_function_url_config().function_name(name);
        let call = call.set_qualifier(alias.map(str::to_owned));
        match call.send().await {
            Ok(output) => Ok(Reading::Is(Setting::word(output.auth_type.as_str()))),
            Err(error) => gone(failed("lambda:GetFunctionUrlConfig", error)),
        }
    }

    /// Reads one statement of a function's policy. Lambda says the same of a function without a policy and of none at all.
    async fn function_permission(&self, function: &ResourceName, id: &str) -> Result<Reading, AccountError> {
        let (name, alias) = alias(function.as_str());
        let call = self.lambda.get_policy().function_name(name).set_qualifier(alias.map(str::to_owned));
        let policy = match call.send().await {
            Ok(output) => output.policy.unwrap_or_default(),
            Err(error) => {
                return absent(failed("lambda:GetPolicy", error))
                    .map(|_: Option<()>| Reading::Is(Setting::Absent));
            }
        };
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        let statements = policy.get("Statement").and_then(Value::as_array).into_iter().flatten();
        let found = statements.into_iter().find(|one| one.get("Sid").and_then(Value::as_str) == Some(id));
        let Some(statement) = found else { return Ok(Reading::Is(Setting::Absent)) };
        let written =
            FunctionPermission::of(statement).and_then(|written| serde_json::to_value(written).ok());
        Ok(Reading::Is(written.map_or_else(|| Setting::word("other"), Setting::Document)))
    }

    async fn sharing_block(&self, of: Shareable) -> Result<Reading, AccountError> {
        let state = match of {
            Shareable::Snapshots => {
                let answer = self.ec2.get_snapshot_block_public_access_state().send().await;
                let answer =
                    answer.map_err(|error| failed("ec2:GetSnapshotBlockPublicAccessState", error))?;
                answer.state.map(|state| state.as_str().to_owned())
            }
            Shareable::Images => {
                let answer = self.ec2.get_image_block_public_access_state().send().await;
                let answer = answer.map_err(|error| failed("ec2:GetImageBlockPublicAccessState", error))?;
                answer.image_block_public_access_state
            }
        };
        Ok(state.map_or(Reading::Gone, |state| Reading::Is(Setting::Word(state))))
    }
}

impl Services for Exposure {
    async fn observe(&self, target: &Target, kinds: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        let Some(resource) = target.resource() else { return Ok(Owner::Nobody) };
        let has_rules = resource.resource == ResourceKind::SecurityGroup;
        if has_rules && kinds.contains(&ActionKind::RevokeSecurityGroupRule) {
            return self.with_contents_of_rules(resource).await;
        }
        Ok(Owner::Resource(resource.clone()))
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        match control {
            Control::Sharing { of, name } => self.sharing(*of, name.as_str()).await,
            Control::PublicAccessBlock { bucket } => self.public_access_block(bucket).await,
            Control::Ingress { group, rule } => self.ingress(group, rule).await,
            Control::FunctionUrl { function } => self.function_url(function).await,
            Control::FunctionPermission { function, statement_id } => {
                self.function_permission(function, statement_id.as_str()).await
            }
            Control::ResourcePolicy { of, name } => self.resource_policy(*of, name.as_str()).await,
            Control::SharingBlock { of } => self.sharing_block(*of).await,
            Control::AccessKeyStatus { .. }
            | Control::CredentialStatus { .. }
            | Control::PolicyAttachment { .. }
            | Control::InlinePolicy { .. }
            | Control::PermissionsBoundary { .. }
            | Control::TrailLogging { .. }
            | Control::Detector { .. }
            | Control::Recorder { .. }
            | Control::Analyzer { .. }
            | Control::KeyDeletion { .. }
            | Control::KeyUse { .. }
            | Control::EventSelectors { .. }
            | Control::InsightSelectors { .. }
            | Control::EventRule { .. }
            | Control::RuleTargets { .. }
            | Control::Subscriptions { .. }
            | Control::FunctionConcurrency { .. } => Ok(Reading::Gone),
        }
    }

    async fn send(&self, operation: &Operation) -> Result<(), AccountError> {
        self.perform(operation).await
    }
}

/// What a rule says; of one without a peer, nothing.
fn ingress_rule(rule: &aws_sdk_ec2::types::SecurityGroupRule) -> Option<IngressRule> {
    let group = || {
        let group = rule.referenced_group_info()?;
        let id = group.group_id()?;
        // A group of the same account is named without it, also after an undo.
        let other = group.user_id().filter(|account| Some(*account) != rule.group_owner_id());
        Some(other.map_or_else(|| id.to_owned(), |account| format!("{id}@{account}")))
    };
    let named = rule.cidr_ipv4().or(rule.cidr_ipv6()).or(rule.prefix_list_id()).map(str::to_owned);
    let protocol = rule.ip_protocol()?.to_owned();
    // EC2 says -1 for protocols that have no ports, too, and takes none for them.
    let has_ports = ["tcp", "udp", "icmp", "icmpv6"].contains(&protocol.as_str());
    let ports = rule.from_port().zip(rule.to_port()).filter(|_| has_ports);
    Some(IngressRule { protocol, ports, peer: named.or_else(group)? })
}

/// Reads that something is gone from an error that says so.
pub(super) fn gone(error: AccountError) -> Result<Reading, AccountError> {
    absent(error).map(|_: Option<()>| Reading::Gone)
}

/// Returns AWS's code of an error.
pub(super) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// Splits the alias off: `name:alias`, or an ARN with one.
pub(super) fn alias(function: &str) -> (&str, Option<&str>) {
    let parts = function.split(':').count();
    let has_alias = if function.starts_with("arn:") { parts > 7 } else { parts == 2 };
    match function.rsplit_once(':').filter(|_| has_alias) {
        Some((name, alias)) => (name, Some(alias)),
        None => (function, None),
    }
}
