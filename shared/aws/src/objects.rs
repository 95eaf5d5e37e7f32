//! Objects in S3, read piece by piece.

use crate::CallFailed;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// The call, as its permission is named.
const CALL: &str = "s3:GetObject";

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// Its version, if the bucket has versions: what was there when it was announced.
    pub version: Option<String>,
}

/// Why an object was not read to its end.
#[derive(Debug)]
pub enum ReadError<E> {
    /// It is not there any more.
    Gone,
    /// The role may not read it, or the bucket has another owner.
    Denied(CallFailed),
    /// The call failed.
    Failed(CallFailed),
    /// The reader wanted no more.
    Stopped(E),
}

/// Buckets of one owner.
#[derive(Debug, Clone)]
pub struct Objects {
    s3: Client,
    owner: String,
}

impl Objects {
    /// What bucket and objects must allow, in order. Without listing S3 answers 403, not 404, for what was removed.
    pub const PERMISSIONS: [&str; 3] = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"];

    /// Buckets that the account `owner` owns; those of others are refused by S3 (`x-amz-expected-bucket-owner`).
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, owner: String) -> Self {
        Self { s3: Client::new(config), owner }
    }

    /// Buckets that the account `owner` owns, behind a client.
    #[must_use]
    pub fn with_client(s3: Client, owner: String) -> Self {
        Self { s3, owner }
    }

    /// Returns a page of what is below `prefix` in a bucket.
    ///
    /// # Errors
    /// [`CallFailed`].
    #[cfg(feature = "buckets")]
    pub async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        depth: crate::Depth,
        from: crate::From,
    ) -> Result<crate::Page, CallFailed> {
        let list = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).expected_bucket_owner(&self.owner);
        crate::bucket::send(list, depth, from).await
    }

    /// Hands the object's bytes to `take` as they come.
    ///
    /// # Errors
    /// [`ReadError`]; `take` may have been given some of the bytes.
    pub async fn read<E>(
        &self,
        object: &ObjectName,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), ReadError<E>> {
        let get = self.s3.get_object().bucket(&object.bucket).key(&object.key);
        let sent = get.expected_bucket_owner(&self.owner).set_version_id(object.version.clone()).send().await;
        let mut body = sent.map_err(failed)?.body;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| {
                ReadError::Failed(CallFailed { call: CALL, is_transient: true, cause: error.into() })
            })?;
            take(&piece).map_err(ReadError::Stopped)?;
        }
        Ok(())
    }
}

fn failed<E>(error: SdkError<GetObjectError, HttpResponse>) -> ReadError<E> {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    match code {
        "NoSuchKey" | "NoSuchVersion" => ReadError::Gone,
        _ if status == 403 => ReadError::Denied(CallFailed::of(CALL, error)),
        _ => ReadError::Failed(CallFailed::of(CALL, error)),
    }
}
