//! Where a trail's files are: the bucket itself, or a folder that it was copied to.

use crate::input::{Content, content, decompressed, log_files, name_of, text};
use crate::progress::Progress;
use crate::reading::Location;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};
use tokio::runtime::Runtime;
use trailreflex_aws::{Bucket, Depth, Fetched, From, Page, load_for_a_person};

/// Ending of a file beside a digest with its signature, which S3 keeps in the object's metadata.
const SIGNATURE: &str = ".signature";
/// What a digest's metadata call its signature.
const IN_METADATA: &str = "signature";
/// How many objects are downloaded at a time.
const IN_FLIGHT: usize = 16;

/// Files by key, with their sizes, and how to read them.
pub(super) struct Place {
    root: Root,
    files: BTreeMap<String, u64>,
}

enum Root {
    Folder(PathBuf),
    Bucket { location: Location, bucket: Bucket, runtime: Runtime },
}

impl Place {
    /// Lists a folder, or what is below `s3://BUCKET/PREFIX`.
    ///
    /// # Errors
    /// If there is no such folder or bucket, or it cannot be listed.
    pub(super) fn find(place: &Path) -> anyhow::Result<Self> {
        match Location::read(&name_of(place))? {
            Some(location) => Self::bucket(location),
            None => Self::folder(place),
        }
    }

    fn folder(folder: &Path) -> anyhow::Result<Self> {
        if !folder.is_dir() {
            bail!(
                "{} is no folder; name the bucket itself, s3://BUCKET, or copy it first: aws s3 sync s3://BUCKET FOLDER",
                folder.display()
            );
        }
        let mut files = BTreeMap::new();
        for found in log_files(&[folder.to_owned()]) {
            let path = found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", path.display()))?;
            let key = name_of(path.strip_prefix(folder).unwrap_or(&path)).replace('\\', "/");
            files.insert(key, path.metadata().map_or(0, |file| file.len()));
        }
        Ok(Self { root: Root::Folder(folder.to_owned()), files })
    }

    fn bucket(location: Location) -> anyhow::Result<Self> {
        let runtime = crate::operate::runtime()?;
        let listing = async {
            let bucket = Bucket::find(&load_for_a_person().await, &location.bucket).await?;
            let (mut files, mut from) = (BTreeMap::new(), From::Start);
            loop {
                let Page { objects, next, .. } = bucket.page(&location.prefix, Depth::All, from).await?;
                files.extend(objects.into_iter().map(|object| (object.key, object.size)));
                let Some(token) = next else { break };
                from = From::Page(token);
            }
            Ok::<_, trailreflex_aws::CallFailed>((bucket, files))
        };
        let (bucket, files) = runtime.block_on(listing).with_context(|| {
            format!("s3://{} cannot be listed; is there a profile (AWS_PROFILE) that may?", location.bucket)
        })?;
        Ok(Self { root: Root::Bucket { location, bucket, runtime }, files })
    }

    /// Returns all keys, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// Returns how many bytes files have whose keys are like that.
    pub(super) fn bytes(&self, is_meant: impl Fn(&str) -> bool) -> u64 {
        self.files.iter().filter(|(key, _)| is_meant(key)).map(|(_, size)| size).sum()
    }

    /// Returns how many files are read at a time.
    pub(super) fn jobs(&self) -> NonZeroUsize {
        let at_least = match &self.root {
            Root::Folder(_) => NonZeroUsize::MIN,
            Root::Bucket { .. } => NonZeroUsize::MIN.saturating_add(IN_FLIGHT - 1),
        };
        std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).max(at_least)
    }

    /// Reads a file; none if there is none.
    ///
    /// # Errors
    /// If it cannot be read, its key leads out of the folder, or it has more than `max_bytes`.
    pub(super) fn content(
        &self,
        key: &str,
        max_bytes: u64,
        progress: &Progress,
    ) -> anyhow::Result<Option<Content<'static>>> {
        Ok(self.read(key, max_bytes, progress)?.map(|(content, _)| content))
    }

    /// Reads a digest that was listed, and its signature if that is known.
    ///
    /// # Errors
    /// As of [`Place::content`].
    pub(super) fn digest(
        &self,
        key: &str,
        max_bytes: u64,
    ) -> anyhow::Result<(Content<'static>, Option<String>)> {
        self.read(key, max_bytes, &Progress::hidden())?.context("is not there any more")
    }

    fn read(
        &self,
        key: &str,
        max_bytes: u64,
        progress: &Progress,
    ) -> anyhow::Result<Option<(Content<'static>, Option<String>)>> {
        let size = self.files.get(key);
        match &self.root {
            Root::Folder(_) if !is_inside(key) => bail!("its key leads out of the folder"),
            Root::Folder(_) if size.is_none() => Ok(None),
            Root::Folder(folder) => {
                let path = folder.join(key);
                let beside = PathBuf::from(format!("{}{SIGNATURE}", path.display()));
                let signature = beside.exists().then(|| text(&beside)).transpose()?;
                Ok(Some((content(&path, max_bytes, progress)?, signature)))
            }
            // What is not below the prefix was not listed and may be there.
            Root::Bucket { location, .. } if size.is_none() && key.starts_with(&location.prefix) => Ok(None),
            Root::Bucket { bucket, runtime, .. } => {
                let mut object = match runtime.block_on(bucket.object(key, max_bytes))? {
                    Fetched::Object(object) => object,
                    Fetched::Gone => return Ok(None),
                    Fetched::TooLong => {
                        bail!("has more than {max_bytes} bytes; raise --max-bytes if that is meant")
                    }
                };
                progress.read(size.copied().unwrap_or_default());
                let signature = object.metadata.remove(IN_METADATA);
                Ok(Some((decompressed(object.bytes.as_slice(), max_bytes)?, signature)))
            }
        }
    }
}

/// Tells whether a key stays below the folder.
fn is_inside(key: &str) -> bool {
    Path::new(key).components().all(|part| matches!(part, Component::Normal(_)))
}
