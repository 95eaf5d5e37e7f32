//! Reading an hour of log files, some at once.

use crate::folder::Folder;
use crate::{Progress, ReviewActivity};
use std::time::Duration;
use tokio::task::JoinSet;
use trailreflex_aws::{Listed, ObjectName, Objects, ReadError};
use trailreflex_history::record_places;
use trailreflex_lambda::Failure;
use trailreflex_log_files::{Inflated, Inflater, Limits, LogKey, TooLarge};
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::{LogFile, Rejection};

/// Most files that are fetched at once, and most bytes of them as stored: ten times that is in memory then.
const AT_ONCE: (usize, u64) = (8, 4 * 1024 * 1024);
/// Most time that a file may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// The code of a failure to read what may not be read.
const DENIED: &str = "AccessDenied";

/// Whether an hour was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HourRead {
    /// All of it.
    Whole,
    /// There was no time left.
    Part,
}

impl ReviewActivity {
    /// Reads the files of the hour that `progress` is at, while `may_go_on`.
    pub(crate) async fn read_hour(
        &self,
        progress: &mut Progress,
        folders: &mut [Folder],
        may_go_on: impl Fn() -> bool,
    ) -> Result<HourRead, Failure> {
        let failed = |error: trailreflex_aws::CallFailed| Failure::retryable("TrailNotListed", error);
        let mut files: Vec<(String, Listed)> = Vec::new();
        for folder in folders {
            while let Some(file) =
                folder.take(progress.hour, &self.trail, &self.objects).await.map_err(failed)?
            {
                files.push((folder.prefix.clone(), file));
            }
        }
        let mut rest = files.as_slice();
        while let Some((together, later)) = rest.split_at_checked(at_once(rest)).filter(|_| !rest.is_empty())
        {
            if !may_go_on() {
                return Ok(HourRead::Part);
            }
            self.read_together(progress, together).await?;
            rest = later;
        }
        Ok(HourRead::Whole)
    }

    async fn read_together(
        &self,
        progress: &mut Progress,
        files: &[(String, Listed)],
    ) -> Result<(), Failure> {
        let mut coming = JoinSet::new();
        for (place, (_, file)) in files.iter().enumerate() {
            if let LogKey::Log { .. } = LogKey::of(&file.key) {
                let object =
                    ObjectName { bucket: self.trail.bucket.clone(), key: file.key.clone(), version: None };
                let objects = self.objects.clone();
                coming.spawn(async move { (place, fetch(&objects, &object).await) });
            }
        }
        let mut fetched = Vec::new();
        while let Some(one) = coming.join_next().await {
            fetched.push(one.map_err(|error| Failure::retryable("ReadFailed", error))?);
        }
        fetched.sort_by_key(|(place, _)| *place);
        // One that cannot be read now stops all of them before any counts: they come again together. A single file that may not
        // be read is another's doing, and must not hold up the rest; if none may be, somebody has to mend that.
        let may_read = fetched.iter().any(|(_, content)| content.is_ok());
        let mut contents = Vec::new();
        for (place, content) in fetched {
            contents.push((
                place,
                match content {
                    Err(denied) if denied.code() == DENIED && may_read => Err(denied.explain()),
                    other => other?,
                },
            ));
        }
        for (place, content) in contents {
            let key = files.get(place).map_or("", |(_, file)| file.key.as_str());
            take_file(progress, key, content);
        }
        for (folder, file) in files {
            progress.read_to.insert(folder.clone(), file.key.clone());
        }
        progress.bound();
        Ok(())
    }
}

/// How many of these files are fetched at once, one at least.
fn at_once(files: &[(String, Listed)]) -> usize {
    let mut bytes = 0_u64;
    let fit = files.iter().take(AT_ONCE.0).take_while(|(_, file)| {
        bytes = bytes.saturating_add(file.size);
        bytes <= AT_ONCE.1
    });
    fit.count().max(1).min(files.len())
}

/// Returns a file's content, or why no retry would help.
async fn fetch(objects: &Objects, object: &ObjectName) -> Result<Result<Inflated, String>, Failure> {
    let mut inflater = Inflater::new(Limits::DEFAULT);
    let too_large = |error: TooLarge| Ok(Err(error.to_string()));
    let read = tokio::time::timeout(PATIENCE, objects.read(object, |piece| inflater.push(piece))).await;
    let read = read.map_err(|error| Failure::retryable("ReadFailed", error))?;
    match read {
        Ok(()) => inflater.finish().map_or_else(too_large, |inflated| Ok(Ok(inflated))),
        Err(ReadError::Stopped(error)) => too_large(error),
        Err(ReadError::Gone) => Ok(Err("it was removed before it could be read".to_owned())),
        Err(ReadError::Denied(error)) => Err(Failure::retryable(DENIED, error)),
        Err(ReadError::Failed(error)) => Err(Failure::retryable("ReadFailed", error)),
    }
}

/// Counts a file and takes its records, few in memory at a time.
fn take_file(progress: &mut Progress, key: &str, content: Result<Inflated, String>) {
    let (content, mut damage) = match content {
        Ok(Inflated { content, damage }) => (content, damage),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let mut file = OfFile::default();
    match record_places(&content) {
        Some(places) => {
            for place in places {
                file.take(progress, content.get(place).unwrap_or_default());
            }
        }
        None => file.take(progress, &content),
    }
    if file.not_json.is_some() && file.records == 0 && damage.is_none() {
        damage = file.not_json.take();
    }
    let read = progress.read();
    read.inputs = read.inputs.saturating_add(1);
    if let Some(reason) = damage {
        // What cannot be read at its end is no entry of its own.
        tracing::warn!(key, reason, "a log file could not be read to its end");
        read.unreadable = read.unreadable.saturating_add(1);
    } else if let Some(reason) = file.not_json {
        tracing::warn!(key, reason, "entries of a log file are no JSON");
        file.malformed = file.malformed.saturating_add(1);
    }
    if file.malformed > 0 {
        tracing::warn!(key, entries = file.malformed, "entries of a log file are no records");
        read.malformed = read.malformed.saturating_add(file.malformed);
    }
}

/// What is known of a file so far.
#[derive(Debug, Default)]
struct OfFile {
    records: usize,
    malformed: u64,
    /// Why a part of it is no JSON.
    not_json: Option<String>,
}

impl OfFile {
    fn take(&mut self, progress: &mut Progress, bytes: &[u8]) {
        let file = LogFile::read(bytes);
        for record in &file.records {
            progress.take(record);
        }
        self.records = self.records.saturating_add(file.records.len());
        for rejected in &file.rejected {
            match &rejected.reason {
                Rejection::Digest | Rejection::NoRecords | Rejection::Empty => {}
                Rejection::NotARecord(_) => self.malformed = self.malformed.saturating_add(1),
                reason @ Rejection::NotJson { .. } => self.not_json = Some(cause_chain(reason)),
            }
        }
    }
}
