//! What IAM tells of credentials and roles: the credential report, and all roles page by page.

use crate::CallFailed;
use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_credential_report::GetCredentialReportError;
use aws_sdk_iam::types::{EntityType, ReportStateType, RoleDetail};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use std::time::Duration;
use trailreflex_credentials::Role;

const GENERATE: &str = "iam:GenerateCredentialReport";
const REPORT: &str = "iam:GetCredentialReport";
const DETAILS: &str = "iam:GetAccountAuthorizationDetails";
/// IAM makes a report within seconds; a large account's takes a little longer.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
const MOST_LOOKS: usize = 5;
/// Most roles in a page. Their policies come with them, so that more would take memory for nothing.
const PAGE: i32 = 100;

/// IAM, as far as it tells of all credentials and roles.
#[derive(Debug, Clone)]
pub struct IamCredentials(Client);

/// Roles, or why one of them could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// Those that were read.
    pub roles: Vec<Role>,
    /// How many lack their ARN or the time when they were made.
    pub unreadable: usize,
}

impl IamCredentials {
    /// What it needs.
    pub const PERMISSIONS: [&str; 3] = [GENERATE, DETAILS, REPORT];

    /// The IAM of the account that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// IAM behind a client.
    #[must_use]
    pub fn with_client(client: Client) -> Self {
        Self(client)
    }

    /// Returns the credential report as CSV. IAM makes a new one every four hours at most.
    ///
    /// # Errors
    /// [`CallFailed`]; that IAM is still at it after ten seconds may be different later.
    pub async fn report(&self) -> Result<String, CallFailed> {
        for _ in 0..MOST_LOOKS {
            let answer = self.0.generate_credential_report().send().await;
            let state = answer.map_err(|error| CallFailed::of(GENERATE, error))?.state;
            if state == Some(ReportStateType::Complete) {
                return self.get().await;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(CallFailed { call: GENERATE, is_transient: true, cause: "IAM is still making the report".into() })
    }

    async fn get(&self) -> Result<String, CallFailed> {
        let answer = self.0.get_credential_report().send().await.map_err(|error| {
            // It ran out between the two calls.
            let is_gone = matches!(
                error.as_service_error(),
                Some(
                    GetCredentialReportError::CredentialReportExpiredException(_)
                        | GetCredentialReportError::CredentialReportNotPresentException(_)
                        | GetCredentialReportError::CredentialReportNotReadyException(_)
                )
            );
            let failed = CallFailed::of(REPORT, error);
            CallFailed { is_transient: failed.is_transient || is_gone, ..failed }
        })?;
        let content = answer.content.map(aws_smithy_types::Blob::into_inner).unwrap_or_default();
        String::from_utf8(content).map_err(|error| CallFailed {
            call: REPORT,
            is_transient: false,
            cause: error.into(),
        })
    }

    /// Returns all roles.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn roles(&self) -> Result<Roles, CallFailed> {
        let mut found = Roles::default();
        let mut marker = None;
        loop {
            let call = self.0.get_account_authorization_details().filter(EntityType::Role);
            let answer = call.max_items(PAGE).set_marker(marker).send().await;
            let answer = answer.map_err(|error| CallFailed::of(DETAILS, error))?;
            for detail in answer.role_detail_list.unwrap_or_default() {
                match role(&detail) {
                    Some(role) => found.roles.push(role),
                    None => found.unreadable = found.unreadable.saturating_add(1),
                }
            }
            marker = answer.marker.filter(|marker| answer.is_truncated && !marker.is_empty());
            if marker.is_none() {
                return Ok(found);
            }
        }
    }
}

fn role(detail: &RoleDetail) -> Option<Role> {
    let last_used = detail.role_last_used.as_ref().and_then(|used| used.last_used_date);
    Some(Role {
        arn: detail.arn.as_deref()?.parse().ok()?,
        created: time(detail.create_date.as_ref()?)?,
        last_used: last_used.as_ref().and_then(time),
    })
}

fn time(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}
