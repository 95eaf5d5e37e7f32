//! `trailreflex verify`: what CloudTrail's digests prove of a copied bucket.

mod logs;
mod show;

use crate::Ended;
use crate::args::Verify;
use crate::input::{Content, content, log_files, name_of, text};
use crate::progress::Progress;
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use logs::{LogFiles, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trailreflex_integrity::{ChainId, Checked, Digest, Keys, Loaded, check, hash_of};
use trailreflex_model::cause_chain;

/// Ending of a file beside a digest with its signature, which S3 keeps in the object's metadata.
const SIGNATURE: &str = ".signature";

/// All that was found.
#[derive(Debug)]
struct Report {
    chains: BTreeMap<ChainId, Vec<Checked>>,
    /// Digests that are none, and why.
    unreadable: Vec<(String, String)>,
    logs: LogFiles,
}

/// Runs the command.
pub(crate) fn run(options: &Verify, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let folder = &options.folder;
    if !folder.is_dir() {
        bail!("{} is no folder; copy the bucket first: aws s3 sync s3://BUCKET FOLDER", folder.display());
    }
    let said = || format!("--keys {}", options.keys.display());
    let keys = Keys::read(text(&options.keys).with_context(said)?.as_bytes()).with_context(said)?;
    let mut files = Vec::new();
    for found in log_files(std::slice::from_ref(folder)) {
        files.push(found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", path.display()))?);
    }
    let (digests, logs): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| is_digest(path));
    if digests.is_empty() {
        bail!(
            "no digest is in {}: copy `CloudTrail-Digest/` too; trails have it if validation is on",
            folder.display()
        );
    }
    let mut unreadable = Vec::new();
    let mut loaded = Vec::new();
    for path in &digests {
        match load(folder, path, options.limit.max_bytes) {
            Ok(digest) => loaded.push(digest),
            Err(error) => unreadable.push((below(folder, path), format!("{error:#}"))),
        }
    }
    let is_signed = |key: &[u8], message: &[u8], signature: &[u8]| {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature).is_ok()
    };
    let chains = check(loaded, &keys, is_signed);
    let logs = LogFiles::check(folder, &logs, (&chains, options.limit.max_bytes), terminal);
    let report = Report { chains, unreadable, logs };
    show::show(&report, terminal.format(options.format), terminal)?;
    Ok(if report.has_problems() { Ended::WithRejections } else { Ended::Well })
}

impl Report {
    fn has_problems(&self) -> bool {
        let digests = || self.chains.values().flatten();
        !self.unreadable.is_empty()
            || digests().any(|checked| !checked.problems.is_empty())
            || self.logs.states.iter().any(|(_, state)| match state {
                State::Proven | State::HashOnly | State::NotCovered => false,
                State::Altered | State::Missing | State::Unreadable(_) | State::Unlisted => true,
            })
    }
}

fn is_digest(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "CloudTrail-Digest")
}

/// Returns the path below the folder, as a key.
fn below(folder: &Path, path: &Path) -> String {
    name_of(path.strip_prefix(folder).unwrap_or(path)).replace('\\', "/")
}

fn load(folder: &Path, path: &Path, max_bytes: u64) -> anyhow::Result<Loaded> {
    let Content { bytes, cut } = content(path, max_bytes, &Progress::hidden())?;
    if let Some(reason) = cut {
        bail!("damaged: {reason}");
    }
    let digest = Digest::read(&bytes).map_err(|error| anyhow::anyhow!(cause_chain(&error)))?;
    let beside = PathBuf::from(format!("{}{SIGNATURE}", path.display()));
    let signature = if beside.exists() { Some(text(&beside)?) } else { None };
    Ok(Loaded { path: below(folder, path), hash: hash_of(&bytes), digest, signature })
}
