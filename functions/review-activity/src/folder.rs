//! One folder of the trail's bucket: the log files of an account in a Region, which are listed in the order of their delivery.

use crate::{Hour, Progress};
use std::collections::VecDeque;
use trailreflex_aws::{CallFailed, Depth, From, Listed, Objects, Page};
use trailreflex_history::Delivered;

/// The folder of an account in a Region.
#[derive(Debug)]
pub(crate) struct Folder {
    /// `[prefix/]AWSLogs/[organization/]account/CloudTrail/region/`
    pub prefix: String,
    waiting: VecDeque<Listed>,
    /// Where its list goes on; none at its end.
    next: Option<From>,
}

/// Where log files are.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The bucket.
    pub bucket: String,
    /// How the keys of log files begin: up to `AWSLogs/`, or further.
    pub prefix: String,
}

impl Folder {
    /// A folder from which is read behind what was read of it, or else from the hour that is read now.
    ///
    /// Nothing if it is not named as CloudTrail names them.
    #[must_use]
    pub(crate) fn of(prefix: &str, progress: &Progress) -> Option<Self> {
        let mut parts = prefix.trim_end_matches('/').rsplit('/');
        let (region, _, account) = (parts.next()?, parts.next()?, parts.next()?);
        let first = || format!("{prefix}{}", progress.hour.key(account, region));
        let behind = progress.read_to.get(prefix).cloned().unwrap_or_else(first);
        Some(Self { prefix: prefix.to_owned(), waiting: VecDeque::new(), next: Some(From::Behind(behind)) })
    }

    /// Takes out the next file that was delivered in `hour` or before; nothing if there is none any more.
    ///
    /// # Errors
    /// [`CallFailed`] if the folder cannot be listed.
    pub(crate) async fn take(
        &mut self,
        hour: Hour,
        trail: &Trail,
        objects: &Objects,
    ) -> Result<Option<Listed>, CallFailed> {
        loop {
            if let Some(file) = self.waiting.pop_front() {
                if !is_later(&file.key, hour) {
                    return Ok(Some(file));
                }
                self.waiting.push_front(file);
                return Ok(None);
            }
            let Some(from) = self.next.take() else { return Ok(None) };
            let page = objects.list(&trail.bucket, &self.prefix, Depth::All, from).await?;
            self.next = page.next.map(From::Page);
            self.waiting.extend(page.objects);
        }
    }
}

/// Whether a file was delivered after `hour`, by its name. What is not named as CloudTrail does it, or is not in the folder of its
/// day, is looked at now: nobody hides it, or what comes behind it, by a name.
fn is_later(key: &str, hour: Hour) -> bool {
    Delivered::of(key).is_some_and(|delivered| {
        let at = Hour::of(delivered.at);
        at > hour && key.contains(&format!("/{}", at.key(delivered.account, delivered.region)))
    })
}

/// Finds all folders: those of accounts, and those of the accounts of organizations.
///
/// # Errors
/// [`CallFailed`] if the bucket cannot be listed.
pub(crate) async fn folders(trail: &Trail, objects: &Objects) -> Result<Vec<String>, CallFailed> {
    let mut accounts = Vec::new();
    let root = trail.prefix.split_inclusive("AWSLogs/").next().unwrap_or_default();
    for folder in within(root, trail, objects).await? {
        if name(&folder).starts_with("o-") {
            accounts.extend(within(&folder, trail, objects).await?);
        } else {
            accounts.push(folder);
        }
    }
    let mut regions = Vec::new();
    for account in accounts.iter().filter(|folder| is_account(name(folder))) {
        regions.extend(within(&format!("{account}CloudTrail/"), trail, objects).await?);
    }
    // What the prefix leaves out may not be read.
    regions.retain(|folder| folder.starts_with(&trail.prefix) || trail.prefix.starts_with(folder.as_str()));
    Ok(regions)
}

async fn within(prefix: &str, trail: &Trail, objects: &Objects) -> Result<Vec<String>, CallFailed> {
    let mut folders = Vec::new();
    let mut from = Some(From::Start);
    while let Some(at) = from.take() {
        let Page { folders: more, next, .. } = objects.list(&trail.bucket, prefix, Depth::Folder, at).await?;
        folders.extend(more);
        from = next.map(From::Page);
    }
    Ok(folders)
}

fn name(folder: &str) -> &str {
    folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_for_its_hour_only_if_it_is_named_and_placed_as_cloudtrail_does_it() {
        let hour = Hour::of("2026-11-24T10:59:00Z".parse().unwrap());
        let folder = "AWSLogs/111122223333/CloudTrail/eu-west-1";
        for (case, key, expected) in [
            ("this hour", "2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T1059Z_a.json.gz", false),
            ("before", "2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T0900Z_a.json.gz", false),
            ("the next hour", "2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T1100Z_a.json.gz", true),
            ("tomorrow", "2026/11/25/111122223333_CloudTrail_eu-west-1_20261125T0000Z_a.json.gz", true),
            (
                "a name of years to come",
                "2026/11/24/000000000000_CloudTrail_eu-west-1_20991231T2359Z_a.json.gz",
                false,
            ),
            ("no name of CloudTrail's", "2026/11/24/zzz.json.gz", false),
            ("no such hour", "2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T9900Z_a.json.gz", false),
        ] {
            assert_eq!(is_later(&format!("{folder}/{key}"), hour), expected, "{case}");
        }
    }
}
