//! Objects of a bucket, listed and downloaded ahead of those who read them.

use super::layout::{Below, Location, Span, below};
use crate::input::is_log_file;
use crate::progress::Progress;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use trailreflex_aws::{Bucket, CallFailed, Depth, From, Listed, Page, load_for_a_person};
use trailreflex_history::Wanted;
use trailreflex_model::cause_chain;

/// How many objects are downloaded at a time: what bounds the memory, beside the size of each.
const IN_FLIGHT: usize = 16;
/// How deep folders are looked into for those of Regions: an organisation's are four levels down.
const MAX_FOLDERS: usize = 12;
/// Said when AWS could not be asked.
const ADVICE: &str = "credentials come from the environment, a profile (AWS_PROFILE) or the machine's role";

/// An object, downloaded as it is stored.
#[derive(Debug)]
pub(super) struct Object {
    /// `s3://bucket/key`.
    pub(super) name: String,
    /// Its bytes, or why there are none.
    pub(super) content: Result<Vec<u8>, String>,
}

/// Objects in the order of their keys.
#[derive(Debug)]
pub(super) struct Objects(mpsc::Receiver<Object>);

impl Iterator for Objects {
    type Item = Object;

    fn next(&mut self) -> Option<Object> {
        self.0.blocking_recv()
    }
}

impl Objects {
    /// Begins to list and to download. Nothing of AWS's SDK is touched before.
    pub(super) fn of(
        location: Location,
        selected: (Span, Wanted),
        max_bytes: u64,
        progress: &Progress,
    ) -> Self {
        let (send, receive) = mpsc::channel(1);
        let progress = progress.clone();
        std::thread::spawn(move || {
            // Without a runtime nothing is sent, and the reader is told so.
            let name = format!("s3://{}/{}", location.bucket, location.prefix);
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(deliver(location, selected, (max_bytes, progress), send)),
                Err(error) => {
                    let lost = Object { name, content: Err(error.to_string()) };
                    _ = send.blocking_send(lost); // if nobody reads any more, nobody has to know
                }
            }
        });
        Self(receive)
    }
}

async fn deliver(
    location: Location,
    selected: (Span, Wanted),
    (max_bytes, progress): (u64, Progress),
    send: mpsc::Sender<Object>,
) {
    let (begun, mut downloads) = mpsc::channel::<JoinHandle<Object>>(IN_FLIGHT);
    let listing = tokio::spawn(async move {
        let place = format!("s3://{}/{}", location.bucket, location.prefix);
        if let Err(error) = list(&location, &selected, (max_bytes, progress), &begun).await {
            let content = Err(format!("{}; {ADVICE}", cause_chain(&error)));
            _ = begun.send(tokio::spawn(async { Object { name: place, content } })).await;
        }
    });
    while let Some(download) = downloads.recv().await {
        let Ok(object) = download.await else { continue }; // cannot be: no download panics or is cancelled
        if send.send(object).await.is_err() {
            break; // nobody reads any more
        }
    }
    listing.abort();
}

/// Lists what is meant and begins to download it; waits while enough is under way.
async fn list(
    location: &Location,
    (span, wanted): &(Span, Wanted),
    (max_bytes, progress): (u64, Progress),
    begun: &mpsc::Sender<JoinHandle<Object>>,
) -> Result<(), CallFailed> {
    let config = load_for_a_person().await;
    let bucket = Arc::new(Bucket::find(&config, &location.bucket).await?);
    let mut folders = vec![location.prefix.clone()];
    while let Some(prefix) = folders.pop() {
        let (depth, region) = match below(&prefix) {
            Below::Digests => continue,
            Below::Days { region } => (Depth::All, Some(region)),
            Below::Anything if span.is_all() || prefix.matches('/').count() > MAX_FOLDERS => {
                (Depth::All, None)
            }
            Below::Anything => (Depth::Folder, None),
        };
        let first_key = region.as_ref().and_then(|region| span.first_key(region));
        let mut from = first_key.map_or(From::Start, From::Behind);
        let mut below = Vec::new();
        'pages: loop {
            let Page { objects, folders, next } = bucket.page(&prefix, depth, from).await?;
            below.extend(folders);
            for Listed { key, size, .. } in objects {
                if region.as_ref().is_some_and(|region| span.is_over(region, &key)) {
                    break 'pages;
                }
                if !wanted.may_be_in(&key) || !is_log_file(&key) || key.contains("/CloudTrail-Digest/") {
                    continue;
                }
                progress.expect(size);
                let (bucket, progress) = (Arc::clone(&bucket), progress.clone());
                let name = format!("s3://{}/{key}", location.bucket);
                let download = tokio::spawn(async move {
                    let content = match bucket.content(&key, max_bytes).await {
                        Ok(Some(bytes)) => Ok(bytes),
                        Ok(None) => Err(format!(
                            "has more than {max_bytes} bytes; raise --max-bytes if that is meant"
                        )),
                        Err(error) => Err(cause_chain(&error)),
                    };
                    progress.read(size);
                    Object { name, content }
                });
                if begun.send(download).await.is_err() {
                    return Ok(()); // nobody reads any more
                }
            }
            match next {
                Some(token) => from = From::Page(token),
                None => break,
            }
        }
        folders.extend(below.into_iter().rev());
    }
    Ok(())
}
