//! The keys with which CloudTrail signs digests, as CloudTrail hands them out.

use crate::CallFailed;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

const LIST: &str = "cloudtrail:ListPublicKeys";

/// CloudTrail's public keys in one Region.
#[derive(Debug, Clone)]
pub struct PublicKeys(aws_sdk_cloudtrail::Client);

impl PublicKeys {
    /// What asking needs.
    pub const PERMISSIONS: [&str; 1] = [LIST];

    /// Those of the Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(aws_sdk_cloudtrail::Client::new(config))
    }

    /// Those behind a client.
    #[must_use]
    pub fn with_client(client: aws_sdk_cloudtrail::Client) -> Self {
        Self(client)
    }

    /// Returns what signed from `since` to `until`: each key's fingerprint in hexadecimal digits and the key itself in DER, a
    /// PKCS #1 `RSAPublicKey`.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn between(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, Vec<u8>)>, CallFailed> {
        let (mut keys, mut next) = (Vec::new(), None);
        loop {
            let call = self.0.list_public_keys().set_next_token(next);
            let call = call.start_time(DateTime::from_secs(since.as_second()));
            let call = call.end_time(DateTime::from_secs(until.as_second()));
            let answer = call.send().await.map_err(|error| CallFailed::of(LIST, error))?;
            for key in answer.public_key_list.unwrap_or_default() {
                keys.extend(key.fingerprint.zip(key.value.map(aws_smithy_types::Blob::into_inner)));
            }
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(keys);
            }
        }
    }
}
