//! CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::HashMap;

/// Public keys by their fingerprints.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    by_fingerprint: HashMap<String, Vec<u8>>,
}

/// Why a file holds no keys.
#[derive(Debug, thiserror::Error)]
pub enum NotKeys {
    /// It is not what the AWS CLI prints.
    #[error("not what `aws cloudtrail list-public-keys` prints")]
    Malformed(#[source] serde_json::Error),
    /// A value is no base64.
    #[error("the value of key `{0}` is no base64")]
    NotBase64(String),
    /// There is none.
    #[error("no key is in it; give list-public-keys the time of the digests: --start-time, --end-time")]
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    public_key_list: Vec<ListedKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKey {
    value: String,
    fingerprint: String,
}

impl Keys {
    /// Reads what `aws cloudtrail list-public-keys` prints.
    ///
    /// # Errors
    /// [`NotKeys`] if it is anything else, or holds none.
    pub fn read(bytes: &[u8]) -> Result<Self, NotKeys> {
        let listed: Listed = serde_json::from_slice(bytes).map_err(NotKeys::Malformed)?;
        let mut keys = Self::default();
        for ListedKey { value, fingerprint } in listed.public_key_list {
            let key = STANDARD
                .decode(&value)
                .map_err(|_| NotKeys::NotBase64(fingerprint.chars().take(80).collect()))?;
            keys.add(&fingerprint, key);
        }
        if keys.by_fingerprint.is_empty() {
            return Err(NotKeys::None);
        }
        Ok(keys)
    }

    /// Adds a key, a PKCS #1 `RSAPublicKey` in DER.
    pub fn add(&mut self, fingerprint: &str, key: Vec<u8>) {
        self.by_fingerprint.insert(fingerprint.to_ascii_lowercase(), key);
    }

    /// Returns a key in DER: a PKCS #1 `RSAPublicKey`.
    #[must_use]
    pub fn get(&self, fingerprint: &str) -> Option<&[u8]> {
        self.by_fingerprint.get(&fingerprint.to_ascii_lowercase()).map(Vec::as_slice)
    }
}
