//! `trailreflex verify`: what CloudTrail's digests prove of a bucket or a copy of it.

mod keys;
mod logs;
mod place;
mod show;

use crate::Ended;
use crate::args::Verify;
use crate::input::{Content, is_log_file, text};
use crate::parallel::in_order;
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use logs::{LogFiles, State};
use place::Place;
use std::collections::BTreeMap;
use trailreflex_integrity::{ChainId, Checked, Digest, Keys, Loaded, check, hash_of};
use trailreflex_model::cause_chain;

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
    let given = options.keys.as_deref().map(|path| {
        let said = || format!("--keys {}", path.display());
        Keys::read(text(path).with_context(said)?.as_bytes()).with_context(said)
    });
    let given = given.transpose()?;
    let place = Place::find(&options.place)?;
    let digests: Vec<_> = place.keys().filter(|key| is_digest(key)).collect();
    if digests.is_empty() {
        bail!(
            "no digest is in {}: copy `CloudTrail-Digest/` too; trails have it if validation is on",
            options.place.display()
        );
    }
    let mut unreadable = Vec::new();
    let mut loaded = Vec::new();
    let work = |key: &String| (key.clone(), load(&place, key, options.limit.max_bytes));
    let Ok(()) = in_order(digests.into_iter(), place.jobs(), work, |(key, digest)| {
        match digest {
            Ok(digest) => loaded.push(digest),
            Err(error) => unreadable.push((key, format!("{error:#}"))),
        }
        Ok::<_, std::convert::Infallible>(())
    });
    let keys = given.map_or_else(|| keys::ask(&loaded), Ok)?;
    let is_signed = |key: &[u8], message: &[u8], signature: &[u8]| {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, signature).is_ok()
    };
    let chains = check(loaded, &keys, is_signed);
    let logs = LogFiles::check(&place, (&chains, options.limit.max_bytes), terminal);
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

fn is_digest(key: &str) -> bool {
    is_log_file(key) && key.split('/').any(|part| part == "CloudTrail-Digest")
}

fn load(place: &Place, key: &str, max_bytes: u64) -> anyhow::Result<Loaded> {
    let (Content { bytes, cut }, signature) = place.digest(key, max_bytes)?;
    if let Some(reason) = cut {
        bail!("damaged: {reason}");
    }
    let digest = Digest::read(&bytes).map_err(|error| anyhow::anyhow!(cause_chain(&error)))?;
    Ok(Loaded { path: key.to_owned(), hash: hash_of(&bytes), digest, signature })
}
