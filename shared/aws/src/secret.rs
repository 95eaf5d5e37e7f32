//! A secret in a parameter of Systems Manager, which may itself lead to Secrets Manager
//! (`/aws/reference/secretsmanager/…`).

use crate::CallFailed;
use aws_sdk_ssm::Client;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a value is used before it is read again, so that a new one is taken without a deployment.
const FRESH: Duration = Duration::from_secs(300);

/// A secret that is read when it is needed and never shown.
pub struct Secret {
    ssm: Client,
    name: String,
    read: Mutex<Option<(Instant, String)>>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Secret {
    /// The parameter `name`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: String) -> Self {
        Self::with_client(Client::new(config), name)
    }

    /// The parameter `name` behind a client.
    #[must_use]
    pub fn with_client(ssm: Client, name: String) -> Self {
        Self { ssm, name, read: Mutex::new(None) }
    }

    /// Returns the value, without blanks around it.
    ///
    /// # Errors
    /// [`CallFailed`] if it cannot be read or is empty.
    pub async fn value(&self) -> Result<String, CallFailed> {
        let mut read = self.read.lock().await;
        if let Some((_, value)) = read.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(value.clone());
        }
        let call = self.ssm.get_parameter().name(&self.name).with_decryption(true);
        let output = call.send().await.map_err(|error| CallFailed::of("ssm:GetParameter", error))?;
        let value = output.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
        let value = value.trim().to_owned();
        if value.is_empty() {
            let cause = format!("the parameter {} is empty", self.name).into();
            return Err(CallFailed { call: "ssm:GetParameter", is_transient: true, cause });
        }
        *read = Some((Instant::now(), value.clone()));
        Ok(value)
    }

    /// Forgets the value: it was refused, and may have been replaced.
    pub async fn forget(&self) {
        *self.read.lock().await = None;
    }
}
