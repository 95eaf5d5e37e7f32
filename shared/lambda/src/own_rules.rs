//! The rules a function evaluates and the suppressions it heeds: those that are built in, and those of the user from a
//! layer or from S3.
//!
//! A user's rule or suppression replaces the built-in one of the same id. What cannot be read changes nothing: the rules that were
//! in use stay in use, and the failure is told and counted.

mod place;

pub use place::{InvalidRulesUri, RulesUri};

use crate::Environment;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use trailreflex_aws::{Bucket, CallFailed, Depth, From, SdkConfig};
use trailreflex_detection::{Bundle, BundleError, RuleSet};
use trailreflex_suppression::{Accepted, Suppressions};

/// Where Lambda unpacks layers.
const LAYER: &str = "/opt/trailreflex/rules";
/// How often the place is asked whether it has changed, at most.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Most bytes of one file.
const MAX_BYTES: u64 = 16 << 20;
/// Most files of one place.
const MAX_FILES: usize = 64;
/// How the name of a file of suppressions ends, as `trailreflex rules build-suppressions` writes it.
const SUPPRESSIONS: &str = ".suppressions";

/// What is built into a function.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// A bundle of rules.
    pub rules: &'static [u8],
    /// Suppressions, a JSON list of those that were accepted.
    pub suppressions: &'static str,
}

/// What is built into a function is damaged. The build checks it, so this means a broken package.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// The rules.
    #[error("the built-in rules are damaged")]
    Rules(#[from] BundleError),
    /// The suppressions.
    #[error("the built-in suppressions are damaged")]
    Suppressions(#[from] serde_json::Error),
}

/// The rules and suppressions in use.
#[derive(Debug)]
pub struct Rules {
    built_in: Bundle,
    suppressions: Suppressions,
    layer: PathBuf,
    remote: Option<(RulesUri, SdkConfig)>,
    /// The bucket of `remote`, once it has been found.
    bucket: Mutex<Option<Bucket>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rules: Arc<RuleSet>,
    suppressions: Arc<Suppressions>,
    /// What the place held when it was read last: names and versions.
    version: Option<Vec<(String, String)>>,
    checked: Option<Timestamp>,
}

/// The rules for one event, and what is to be told about them.
#[derive(Debug, Clone)]
pub struct Current {
    /// The rules.
    pub rules: Arc<RuleSet>,
    /// Which of their findings nobody is told of.
    pub suppressions: Arc<Suppressions>,
    /// Why the user's rules, or some of them, are not in use, which the log says; empty if they are, or if the log
    /// has said it before.
    pub problems: Vec<String>,
}

/// Why rules of a user could not be taken.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the bucket did not give them")]
    Call(#[from] CallFailed),
    #[error("`{0}` has more than {MAX_BYTES} bytes")]
    TooLarge(String),
    #[error("there are more than {MAX_FILES} files")]
    TooMany,
    #[error("`{0}` is no bundle that this version reads; build it with `trailreflex rules build`")]
    NotABundle(String, #[source] BundleError),
    #[error(
        "`{0}` holds no suppressions that this version reads; build it with `trailreflex rules build-suppressions`"
    )]
    NotSuppressions(String, #[source] serde_json::Error),
    #[error("`{0}` cannot be read")]
    File(PathBuf, #[source] std::io::Error),
}

impl Rules {
    /// The built-in rules and suppressions, and those that `place` or the function's layers bring.
    ///
    /// Makes no call; the first event does.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn new(built_in: BuiltIn, place: Option<RulesUri>, config: &SdkConfig) -> Result<Self, Damaged> {
        Self::with_layer(built_in, place.map(|place| (place, config.clone())), Path::new(LAYER))
    }

    fn with_layer(
        built_in: BuiltIn,
        remote: Option<(RulesUri, SdkConfig)>,
        layer: &Path,
    ) -> Result<Self, Damaged> {
        let suppressions = Suppressions::from_json(built_in.suppressions)?;
        let built_in = Bundle::built_in(built_in.rules)?;
        let state = Mutex::new(State {
            rules: Arc::new(built_in.load()?),
            suppressions: Arc::new(suppressions.clone()),
            version: None,
            checked: None,
        });
        let layer = layer.to_owned();
        Ok(Self { built_in, suppressions, layer, remote, bucket: Mutex::default(), state })
    }

    /// Reads `RULES_URI`.
    ///
    /// # Errors
    /// The outer none is a malformed one, which the environment reports.
    #[must_use]
    pub fn place(environment: &Environment) -> Option<Option<RulesUri>> {
        environment.optional("RULES_URI")
    }

    /// Returns the rules for an event at `now`; asks their place first if that was not done for a minute.
    pub async fn current(&self, now: Timestamp) -> Current {
        if !self.is_due(now) {
            return self.in_use(Vec::new());
        }
        let problems = match self.refresh().await {
            Ok(problems) => problems,
            Err(error) => {
                vec![format!("rules of your own are not in use as they are now: {}", chain(&error))]
            }
        };
        for problem in &problems {
            tracing::error!(problem, "a rule of your own is not in use");
        }
        self.in_use(problems)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = match state.checked {
            None => true,
            // A layer stays as it is as long as the function lives.
            Some(checked) => self.remote.is_some() && now.duration_since(checked) >= EVERY,
        };
        if is_due {
            state.checked = Some(now);
        }
        is_due
    }

    fn in_use(&self, problems: Vec<String>) -> Current {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (rules, suppressions) = (Arc::clone(&state.rules), Arc::clone(&state.suppressions));
        Current { rules, suppressions, problems }
    }

    async fn refresh(&self) -> Result<Vec<String>, Unusable> {
        let mut files = self.files_of_layer()?;
        let mut version: Vec<_> = files.iter().map(|(name, _)| (name.clone(), String::new())).collect();
        if let Some((place, config)) = &self.remote {
            let bucket = self.bucket(place, config).await?;
            let listed = listed(&bucket, place).await?;
            version.extend(listed.iter().cloned());
            if self.state.lock().unwrap_or_else(PoisonError::into_inner).version.as_ref() == Some(&version) {
                return Ok(Vec::new());
            }
            for (key, _) in listed {
                let bytes = bucket.content(&key, MAX_BYTES).await?;
                files.push((key.clone(), bytes.ok_or(Unusable::TooLarge(key))?));
            }
        }
        if files.is_empty() && self.remote.is_none() {
            return Ok(Vec::new());
        }
        let (suppressions, bundles) = files.into_iter().partition(|(name, _)| name.ends_with(SUPPRESSIONS));
        let suppressions = self.suppressions.with(accepted(suppressions)?);
        let (rules, problems) = merged(&self.built_in, bundles)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rules = Arc::new(rules);
        state.suppressions = Arc::new(suppressions);
        state.version = Some(version);
        Ok(problems)
    }

    /// Finds the bucket, once: a client is not built and a Region not looked for again every minute.
    async fn bucket(&self, place: &RulesUri, config: &SdkConfig) -> Result<Bucket, CallFailed> {
        let found = self.bucket.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(bucket) = found {
            return Ok(bucket);
        }
        let bucket = Bucket::find(config, &place.bucket).await?;
        *self.bucket.lock().unwrap_or_else(PoisonError::into_inner) = Some(bucket.clone());
        Ok(bucket)
    }

    fn files_of_layer(&self) -> Result<Vec<(String, Vec<u8>)>, Unusable> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| Unusable::File(path, error)
        };
        let entries = match std::fs::read_dir(&self.layer) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed(&self.layer))?,
        };
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(failed(&self.layer))?.path());
        }
        paths.sort();
        let read = |path: PathBuf| {
            let bytes = std::fs::read(&path).map_err(failed(&path))?;
            Ok((path.to_string_lossy().into_owned(), bytes))
        };
        paths.into_iter().filter(|path| path.is_file()).map(read).collect()
    }
}

/// Lists the files of a place with their versions, in the order of their keys.
async fn listed(bucket: &Bucket, place: &RulesUri) -> Result<Vec<(String, String)>, Unusable> {
    let mut listed = Vec::new();
    let mut from = From::Start;
    let is_folder = place.key.ends_with('/');
    loop {
        let page = bucket.page(&place.key, Depth::All, from).await?;
        let wanted = page.objects.into_iter().filter(|object| {
            let is_read = object.key.ends_with(".bundle") || object.key.ends_with(SUPPRESSIONS);
            if is_folder { is_read } else { object.key == place.key }
        });
        listed.extend(wanted.map(|object| (object.key, object.version)));
        if listed.len() > MAX_FILES {
            return Err(Unusable::TooMany);
        }
        match page.next {
            Some(next) => from = From::Page(next),
            None => return Ok(listed),
        }
    }
}

/// Reads files of suppressions, in their order.
fn accepted(files: Vec<(String, Vec<u8>)>) -> Result<Vec<Accepted>, Unusable> {
    let mut all = Vec::new();
    for (name, bytes) in files {
        let read: Vec<Accepted> =
            serde_json::from_slice(&bytes).map_err(|error| Unusable::NotSuppressions(name, error))?;
        all.extend(read);
    }
    Ok(all)
}

/// Compiles the built-in rules and a user's together; of two with one id, the user's is taken.
fn merged(built_in: &Bundle, bundles: Vec<(String, Vec<u8>)>) -> Result<(RuleSet, Vec<String>), Unusable> {
    let mut own = Vec::new();
    for (name, bytes) in bundles {
        let bundle = Bundle::from_bytes(bytes).and_then(|bundle| bundle.documents());
        own.extend(bundle.map_err(|error| Unusable::NotABundle(name, error))?);
    }
    let id = |document: &trailreflex_detection::Document| {
        document.value.get("id").and_then(serde_json::Value::as_str).map(str::to_owned)
    };
    let replaced: BTreeSet<String> = own.iter().filter_map(id).collect();
    let documents =
        built_in.documents().map_err(|error| Unusable::NotABundle("built in".to_owned(), error))?;
    let kept = documents.into_iter().filter(|document| id(document).is_none_or(|id| !replaced.contains(&id)));
    let loaded = RuleSet::load(kept.chain(own));
    Ok((loaded.rules, loaded.rejected.iter().map(ToString::to_string).collect()))
}

fn chain(error: &Unusable) -> String {
    trailreflex_model::cause_chain(error)
}

#[cfg(test)]
mod tests;
