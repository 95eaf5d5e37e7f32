//! A bucket, listed page by page and read object by object, for whoever the credentials are.

use crate::CallFailed;
use crate::sdk::s3_settings;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use std::collections::HashMap;

/// The calls, as their permissions are named.
const LIST: &str = "s3:ListBucket";
const GET: &str = "s3:GetObject";
/// How often an object is asked for again if it breaks off; the SDK repeats only what fails before that.
const ATTEMPTS: u32 = 3;

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    s3: Client,
    name: String,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything below the prefix.
    All,
    /// Objects up to the next `/`, and the folders there.
    Folder,
}

/// A part of a listing, in the order of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Objects.
    pub objects: Vec<Listed>,
    /// Prefixes of folders, each with its `/` at the end.
    pub folders: Vec<String>,
    /// Where the listing goes on; none at its end.
    pub next: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag, another one whenever its content changes.
    pub version: String,
}

/// What came of reading an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is this.
    Object(Object),
    /// It holds more than was to be read.
    TooLong,
    /// There is none of that key. Who may not list the bucket is refused instead.
    Gone,
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What its owner has written of it, by names in lower case without `x-amz-meta-`.
    pub metadata: HashMap<String, String>,
}

/// Where a listing begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// At the first key.
    Start,
    /// Behind a key, whether or not that is there.
    Behind(String),
    /// Where a page ended.
    Page(String),
}

impl Bucket {
    /// What reading needs, in order.
    pub const PERMISSIONS: [&str; 2] = [LIST, GET];

    /// Finds a bucket, in whatever Region it is.
    ///
    /// # Errors
    /// [`CallFailed`] if it cannot be listed.
    pub async fn find(config: &SdkConfig, name: &str) -> Result<Self, CallFailed> {
        let mut settings = s3_settings(config);
        let bucket = Self::with_client(Client::from_conf(settings.clone().build()), name.to_owned());
        let listed = bucket.s3.list_objects_v2().bucket(name).max_keys(1).send().await;
        let Err(error) = listed else { return Ok(bucket) };
        let answer = error.raw_response();
        let region = answer.and_then(|answer| answer.headers().get("x-amz-bucket-region"));
        let is_elsewhere = answer.is_some_and(|answer| matches!(answer.status().as_u16(), 301 | 400));
        match region.filter(|_| is_elsewhere) {
            Some(region) => {
                settings.set_region(Some(Region::new(region.to_owned())));
                Ok(Self::with_client(Client::from_conf(settings.build()), name.to_owned()))
            }
            None => Err(CallFailed::of(LIST, error)),
        }
    }

    /// A bucket behind a client.
    #[must_use]
    pub fn with_client(s3: Client, name: String) -> Self {
        Self { s3, name }
    }

    /// Returns a page of what is below `prefix`.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn page(&self, prefix: &str, depth: Depth, from: From) -> Result<Page, CallFailed> {
        let list = self.s3.list_objects_v2().bucket(&self.name);
        send(list.prefix(prefix), depth, from).await
    }

    /// Returns what an object holds; none if that is more than `max_bytes`.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn content(&self, key: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, CallFailed> {
        match self.object(key, max_bytes).await? {
            Fetched::Object(object) => Ok(Some(object.bytes)),
            Fetched::TooLong => Ok(None),
            Fetched::Gone => {
                Err(CallFailed { call: GET, is_transient: false, cause: "there is no such object".into() })
            }
        }
    }

    /// Reads an object of `max_bytes` at most.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn object(&self, key: &str, max_bytes: u64) -> Result<Fetched, CallFailed> {
        let mut attempt = 1;
        loop {
            match self.object_once(key, max_bytes).await {
                Err(CallFailed { is_transient: true, .. }) if attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    async fn object_once(&self, key: &str, max_bytes: u64) -> Result<Fetched, CallFailed> {
        let got = self.s3.get_object().bucket(&self.name).key(key).send().await;
        let got = match got {
            Ok(got) => got,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Ok(Fetched::Gone);
            }
            Err(error) => return Err(CallFailed::of(GET, error)),
        };
        let (metadata, mut body) = (got.metadata.unwrap_or_default(), got.body);
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            let piece =
                piece.map_err(|error| CallFailed { call: GET, is_transient: true, cause: error.into() })?;
            bytes.extend_from_slice(&piece);
            if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max_bytes {
                return Ok(Fetched::TooLong);
            }
        }
        Ok(Fetched::Object(Object { bytes, metadata }))
    }
}

/// Asks for a page.
///
/// # Errors
/// [`CallFailed`].
pub(crate) async fn send(
    list: ListObjectsV2FluentBuilder,
    depth: Depth,
    from: From,
) -> Result<Page, CallFailed> {
    let list = match depth {
        Depth::All => list,
        Depth::Folder => list.delimiter("/"),
    };
    let list = match from {
        From::Start => list,
        From::Behind(key) => list.start_after(key),
        From::Page(token) => list.continuation_token(token),
    };
    list.send().await.map(page).map_err(|error| CallFailed::of(LIST, error))
}

fn page(listed: ListObjectsV2Output) -> Page {
    let objects = listed.contents.unwrap_or_default().into_iter().filter_map(|object| {
        let size = object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        Some(Listed { key: object.key?, size, version: object.e_tag.unwrap_or_default() })
    });
    let folders = listed.common_prefixes.unwrap_or_default();
    Page {
        objects: objects.collect(),
        folders: folders.into_iter().filter_map(|folder| folder.prefix).collect(),
        next: listed.next_continuation_token,
    }
}
