//! The log files of a copied bucket, compared with what its digests list.

use super::below;
use crate::input::{Content, content};
use crate::parallel::in_order;
use crate::progress::Progress;
use crate::terminal::Terminal;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use trailreflex_history::Delivered;
use trailreflex_integrity::{ChainId, Checked, Signature, hash_of};

/// What is known of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// As a digest lists it, which AWS has signed.
    Proven,
    /// As a digest lists it, whose signature could not be checked.
    HashOnly,
    /// Not as a digest lists it.
    Altered,
    /// A digest lists it, and it is not here.
    Missing,
    /// A digest lists it, and it cannot be read.
    Unreadable(String),
    /// In no digest, though digests cover its time.
    Unlisted,
    /// Delivered when no digest that is here covers.
    NotCovered,
}

/// All log files, by key.
#[derive(Debug)]
pub(super) struct LogFiles {
    pub(super) states: Vec<(String, State)>,
}

impl LogFiles {
    /// Compares all files, on all cores.
    pub(super) fn check(
        folder: &Path,
        files: &[PathBuf],
        (chains, max_bytes): (&BTreeMap<ChainId, Vec<Checked>>, u64),
        terminal: &mut Terminal,
    ) -> Self {
        let progress =
            Progress::of_bytes(files.iter().map(|path| path.metadata().ok().map(|file| file.len())).sum());
        terminal.show(progress.clone());
        // A file that two trails' digests list would be one file for both.
        let listed = chains.values().flatten().flat_map(|checked| {
            checked.loaded.digest.log_files.iter().map(move |file| (&checked.signature, file))
        });
        let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let work = |(signature, file): (&Signature, &trailreflex_integrity::ListedFile)| {
            let path = folder.join(&file.s3_object);
            let state = if !is_inside(&file.s3_object) {
                State::Unreadable("its key leads out of the folder".to_owned())
            } else if path.exists() {
                compared(&path, (&file.hash_value, *signature), max_bytes, &progress)
            } else {
                State::Missing
            };
            (file.s3_object.clone(), state)
        };
        let mut states = Vec::new();
        let Ok(()) = in_order(listed, jobs, work, |state| {
            states.push(state);
            Ok::<_, std::convert::Infallible>(())
        });
        let known: BTreeSet<String> = states.iter().map(|(key, _)| key.clone()).collect();
        let others = files.iter().map(|path| below(folder, path)).filter(|key| !known.contains(key));
        let others: Vec<_> = others.map(|key| (key.clone(), unlisted(&key, chains))).collect();
        states.extend(others);
        terminal.show(Progress::hidden());
        Self { states }
    }
}

/// Tells whether a key stays below the folder.
fn is_inside(key: &str) -> bool {
    Path::new(key).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn compared(path: &Path, (hash, signature): (&str, Signature), max_bytes: u64, progress: &Progress) -> State {
    match content(path, max_bytes, progress) {
        Err(error) => State::Unreadable(format!("{error:#}")),
        Ok(Content { cut: Some(reason), .. }) => State::Unreadable(format!("damaged: {reason}")),
        Ok(Content { bytes, cut: None }) if !hash.eq_ignore_ascii_case(&hash_of(&bytes)) => State::Altered,
        Ok(_) if signature == Signature::Valid => State::Proven,
        Ok(_) => State::HashOnly,
    }
}

/// Tells whether digests cover the time of a file that none of them lists.
fn unlisted(key: &str, chains: &BTreeMap<ChainId, Vec<Checked>>) -> State {
    let Some(file) = Delivered::of(key) else { return State::NotCovered };
    let start = format!("{}_CloudTrail-Digest_{}_", file.account, file.region);
    let of_place = chains.iter().filter(|(id, _)| id.0.starts_with(&start));
    let is_covered = of_place.flat_map(|(_, chain)| chain).any(|checked| {
        let digest = &checked.loaded.digest;
        digest.digest_start_time <= file.at && file.at < digest.end()
    });
    if is_covered { State::Unlisted } else { State::NotCovered }
}
