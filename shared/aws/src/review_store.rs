//! Where reviews are kept, and what the next one needs of the days before: a bucket of the stack's own.

use crate::CallFailed;
use crate::sdk::s3_settings;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";

/// A bucket with reviews.
#[derive(Debug, Clone)]
pub struct ReviewStore {
    s3: Client,
    bucket: String,
}

/// What is stored, and by what it is known whether it still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it holds.
    pub content: Vec<u8>,
    /// Its entity tag.
    pub tag: String,
}

impl ReviewStore {
    /// What storing and reading need; S3 answers 403 instead of 404 to whoever may not list.
    pub const PERMISSIONS: [&str; 3] = [GET, PUT, "s3:ListBucket"];

    /// The bucket of that name.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, bucket: String) -> Self {
        Self::with_client(Client::from_conf(s3_settings(config).build()), bucket)
    }

    /// A bucket behind a client.
    #[must_use]
    pub fn with_client(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Returns what is stored by a key, or nothing.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn read(&self, key: &str) -> Result<Option<Held>, CallFailed> {
        let got = match self.s3.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(got) => got,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(CallFailed::of(GET, error)),
        };
        let tag = got.e_tag.unwrap_or_default();
        let body = got.body.collect().await;
        let body = body.map_err(|error| CallFailed { call: GET, is_transient: true, cause: error.into() })?;
        Ok(Some(Held { content: body.to_vec(), tag }))
    }

    /// Stores something in the place of whatever is there.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn write(&self, key: &str, content_type: &str, content: Vec<u8>) -> Result<(), CallFailed> {
        let put = self.s3.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        put.body(content.into()).send().await.map(drop).map_err(|error| CallFailed::of(PUT, error))
    }

    /// Stores something if what is there is still what was read, `None` for nothing. Returns its tag, or nothing if somebody
    /// else has stored something in between.
    ///
    /// An answer that is lost makes the SDK try again, which then finds what it has stored itself: that looks like somebody
    /// else, and whoever reads it again goes on from there.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn replace(
        &self,
        key: &str,
        seen: Option<&str>,
        content: Vec<u8>,
    ) -> Result<Option<String>, CallFailed> {
        let put = self.s3.put_object().bucket(&self.bucket).key(key).content_type("application/gzip");
        let put = match seen {
            Some(tag) => put.if_match(tag),
            None => put.if_none_match("*"),
        };
        match put.body(content.into()).send().await {
            Ok(stored) => Ok(Some(stored.e_tag.unwrap_or_default())),
            // The last is what S3 answers if two write at the same moment.
            Err(error)
                if ["PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"]
                    .contains(&error.code().unwrap_or_default()) =>
            {
                Ok(None)
            }
            Err(error) => Err(CallFailed::of(PUT, error)),
        }
    }
}
