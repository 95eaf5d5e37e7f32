//! What IAM Access Analyzer says of a policy: whether it lets in everybody.
//!
//! Each call costs 0.002 USD. Source: IAM Access Analyzer API Reference, "CheckNoPublicAccess".

use crate::CallFailed;
use aws_sdk_accessanalyzer::Client;
use aws_sdk_accessanalyzer::types::{AccessCheckResourceType, CheckNoPublicAccessResult};

const CHECK: &str = "access-analyzer:CheckNoPublicAccess";
/// What Access Analyzer calls the trust policy of a role.
const TRUST: (&str, &str) = ("AWS::IAM::Role", "AWS::IAM::AssumeRolePolicyDocument");

/// IAM Access Analyzer, as far as it checks policies that it is given.
#[derive(Debug, Clone)]
pub struct SecondOpinion(Client);

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// The policy lets in everybody, or may.
    Public,
    /// It does not.
    NotPublic,
}

impl SecondOpinion {
    /// What it needs.
    pub const PERMISSIONS: [&str; 1] = [CHECK];

    /// The Access Analyzer of the account and Region that `config` names; no analyzer is needed for this.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Access Analyzer behind a client.
    #[must_use]
    pub fn with_client(client: Client) -> Self {
        Self(client)
    }

    /// Returns what it says of the policy of a resource of that type; nothing of a type that it does not check.
    ///
    /// # Errors
    /// [`CallFailed`], also for a policy that it does not understand.
    pub async fn on(&self, policy: &str, resource_type: &str) -> Result<Option<Opinion>, CallFailed> {
        let name = if resource_type == TRUST.0 { TRUST.1 } else { resource_type };
        let Ok(of) = AccessCheckResourceType::try_parse(name) else { return Ok(None) };
        let call = self.0.check_no_public_access().policy_document(policy).resource_type(of);
        let answer = call.send().await.map_err(|error| CallFailed::of(CHECK, error))?;
        Ok(match answer.result {
            Some(CheckNoPublicAccessResult::Pass) => Some(Opinion::NotPublic),
            Some(CheckNoPublicAccessResult::Fail) => Some(Opinion::Public),
            Some(_) | None => None,
        })
    }
}
