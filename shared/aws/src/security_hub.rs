//! Security Hub's `BatchImportFindings`, signed by the SDK's own signer. The SDK's client for the service, which models every
//! detail of every kind of resource, takes longer to build than all that `notify` is made of, for one call.

use crate::webhook::{NotTaken, Webhooks, beginning, later_or_never};
use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use trailreflex_model::shown;

/// Name of the service in signatures and addresses.
const SERVICE: &str = "securityhub";

/// Security Hub of one Region.
#[derive(Debug)]
pub struct SecurityHub {
    credentials: Option<SharedCredentialsProvider>,
    region: String,
    url: String,
}

/// What Security Hub says of findings that it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    failed_count: u64,
    #[serde(default)]
    failed_findings: Vec<FailedFinding>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailedFinding {
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    error_message: String,
}

impl SecurityHub {
    /// What the role must be allowed.
    pub const PERMISSIONS: [&str; 1] = ["securityhub:BatchImportFindings"];

    /// Security Hub of `region`. Makes no call.
    #[must_use]
    pub fn new(config: &SdkConfig, region: String) -> Self {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let default = format!("https://{SERVICE}.{region}.{suffix}");
        let endpoint = config.endpoint_url().map_or(default, |url| url.trim_end_matches('/').to_owned());
        Self {
            credentials: config.credentials_provider(),
            region,
            url: format!("{endpoint}/findings/import"),
        }
    }

    /// Imports one finding, in ASFF, by the connections of `webhooks`; `now` goes into the signature.
    ///
    /// # Errors
    /// [`NotTaken::Never`] if the finding is refused, also in an answer of 200. All else may be mended, by time or by a person:
    /// Security Hub is not switched on, or the role is not allowed.
    pub async fn import(&self, webhooks: &Webhooks, finding: &Value, now: Timestamp) -> Result<(), NotTaken> {
        let body = json!({"Findings": [finding]}).to_string();
        let headers = self.signed(&body, now).await?;
        let answer = webhooks.send(&self.url, body, &headers).await?;
        let status = answer.status().as_u16();
        let text = beginning(answer.into_body()).await;
        if status != 200 {
            let denied = status == 401 || status == 403;
            let says = format!("BatchImportFindings answers {status}: {}", shown(&text));
            return Err(if denied { NotTaken::Later(says) } else { later_or_never(status, says) });
        }
        let imported: Imported = serde_json::from_str(&text).map_err(|error| {
            NotTaken::Later(format!("BatchImportFindings answers what cannot be read: {error}"))
        })?;
        match (imported.failed_count, imported.failed_findings.first()) {
            (0, None) => Ok(()),
            (_, Some(failed)) => Err(refused(failed)),
            (_, None) => Err(NotTaken::Never(
                "BatchImportFindings refuses the finding and does not say why".to_owned(),
            )),
        }
    }

    async fn signed(&self, body: &str, now: Timestamp) -> Result<Vec<(String, String)>, NotTaken> {
        let unsigned = |error: &dyn std::error::Error| {
            NotTaken::Later(format!("BatchImportFindings is not signed: {error}"))
        };
        let Some(provider) = &self.credentials else {
            return Err(NotTaken::Later(
                "BatchImportFindings is not signed: there are no credentials".to_owned(),
            ));
        };
        let credentials = provider.provide_credentials().await.map_err(|error| unsigned(&error))?;
        let identity = credentials.into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(now.into())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| unsigned(&error))?
            .into();
        let content = [("content-type", "application/json")];
        let request = SignableRequest::new(
            "POST",
            self.url.as_str(),
            content.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        )
        .map_err(|error| unsigned(&error))?;
        let (instructions, _) = sign(request, &parameters).map_err(|error| unsigned(&error))?.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// A finding that failed inside an answer of 200.
fn refused(FailedFinding { error_code, error_message }: &FailedFinding) -> NotTaken {
    let says = format!(
        "BatchImportFindings refuses the finding: {}",
        shown(&format!("{error_code} {error_message}"))
    );
    if matches!(
        error_code.as_str(),
        "InternalException" | "InternalError" | "LimitExceeded" | "LimitExceededException" | "Throttling"
    ) {
        NotTaken::Later(says)
    } else {
        NotTaken::Never(says)
    }
}
