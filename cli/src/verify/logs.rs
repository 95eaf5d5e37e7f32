//! The log files of a bucket, compared with what its digests list.

use super::is_digest;
use super::place::Place;
use crate::input::{Content, is_log_file};
use crate::parallel::in_order;
use crate::progress::Progress;
use crate::terminal::Terminal;
use std::collections::{BTreeMap, BTreeSet};
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
        place: &Place,
        (chains, max_bytes): (&BTreeMap<ChainId, Vec<Checked>>, u64),
        terminal: &mut Terminal,
    ) -> Self {
        let is_log = |key: &str| is_log_file(key) && !is_digest(key);
        let progress = Progress::of_bytes(Some(place.bytes(is_log)));
        terminal.show(progress.clone());
        // A file that two trails' digests list would be one file for both.
        let listed = chains.values().flatten().flat_map(|checked| {
            checked.loaded.digest.log_files.iter().map(move |file| (&checked.signature, file))
        });
        let work = |(signature, file): (&Signature, &trailreflex_integrity::ListedFile)| {
            (file.s3_object.clone(), compared(place, file, *signature, (max_bytes, &progress)))
        };
        let mut states = Vec::new();
        let Ok(()) = in_order(listed, place.jobs(), work, |state| {
            states.push(state);
            Ok::<_, std::convert::Infallible>(())
        });
        let known: BTreeSet<String> = states.iter().map(|(key, _)| key.clone()).collect();
        let others = place.keys().filter(|key| is_log(key) && !known.contains(*key));
        let others: Vec<_> = others.map(|key| (key.clone(), unlisted(key, chains))).collect();
        states.extend(others);
        terminal.show(Progress::hidden());
        Self { states }
    }
}

fn compared(
    place: &Place,
    file: &trailreflex_integrity::ListedFile,
    signature: Signature,
    (max_bytes, progress): (u64, &Progress),
) -> State {
    let hash = &file.hash_value;
    match place.content(&file.s3_object, max_bytes, progress) {
        Err(error) => State::Unreadable(format!("{error:#}")),
        Ok(None) => State::Missing,
        Ok(Some(Content { cut: Some(reason), .. })) => State::Unreadable(format!("damaged: {reason}")),
        Ok(Some(Content { bytes, cut: None })) if !hash.eq_ignore_ascii_case(&hash_of(&bytes)) => {
            State::Altered
        }
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
