//! The rules a function evaluates: those that are built in, and those of the user from a layer or from S3.
//!
//! A user's rule replaces the built-in one of the same id. What cannot be read changes nothing: the rules that were
//! in use stay in use, and the failure is told and counted.

use crate::Environment;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use trailreflex_aws::{Bucket, CallFailed, Depth, From, SdkConfig};
use trailreflex_detection::{Bundle, BundleError, RuleSet};

/// Where Lambda unpacks layers.
const LAYER: &str = "/opt/trailreflex/rules";
/// How often the place is asked whether it has changed, at most.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Most bytes of one bundle.
const MAX_BYTES: u64 = 16 << 20;
/// Most bundles of one place.
const MAX_BUNDLES: usize = 64;

/// `s3://bucket/key` of a bundle, or `s3://bucket/prefix/` of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesUri {
    bucket: String,
    key: String,
}

/// A text is no place of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place of rules; write `s3://bucket/rules.bundle` or `s3://bucket/folder/`")]
pub struct InvalidRulesUri(String);

impl FromStr for RulesUri {
    type Err = InvalidRulesUri;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        match parts.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()) {
            Some((bucket, key)) => Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() }),
            None => Err(InvalidRulesUri(text.to_owned())),
        }
    }
}

/// The rules in use.
#[derive(Debug)]
pub struct Rules {
    built_in: Bundle,
    layer: PathBuf,
    remote: Option<(RulesUri, SdkConfig)>,
    /// The bucket of `remote`, once it has been found.
    bucket: Mutex<Option<Bucket>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rules: Arc<RuleSet>,
    /// What the place held when it was read last: names and versions.
    version: Option<Vec<(String, String)>>,
    checked: Option<Timestamp>,
}

/// The rules for one event, and what is to be told about them.
#[derive(Debug, Clone)]
pub struct Current {
    /// The rules.
    pub rules: Arc<RuleSet>,
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
    #[error("there are more than {MAX_BUNDLES} bundles")]
    TooMany,
    #[error("`{0}` is no bundle that this version reads; build it with `trailreflex rules build`")]
    NotABundle(String, #[source] BundleError),
    #[error("`{0}` cannot be read")]
    File(PathBuf, #[source] std::io::Error),
}

impl Rules {
    /// The built-in rules, and those that `place` or the function's layers bring.
    ///
    /// Makes no call; the first event does.
    ///
    /// # Errors
    /// If the built-in bundle is damaged: the build checks it, so this means a broken package.
    pub fn new(
        built_in: &'static [u8],
        place: Option<RulesUri>,
        config: &SdkConfig,
    ) -> Result<Self, BundleError> {
        Self::with_layer(built_in, place.map(|place| (place, config.clone())), Path::new(LAYER))
    }

    fn with_layer(
        built_in: &'static [u8],
        remote: Option<(RulesUri, SdkConfig)>,
        layer: &Path,
    ) -> Result<Self, BundleError> {
        let built_in = Bundle::built_in(built_in)?;
        let rules = Arc::new(built_in.load()?);
        let state = Mutex::new(State { rules, version: None, checked: None });
        Ok(Self { built_in, layer: layer.to_owned(), remote, bucket: Mutex::default(), state })
    }

    /// Reads `RULES_URI`.
    ///
    /// # Errors
    /// The outer none is a malformed one, which the environment reports.
    #[must_use]
    pub fn place(environment: &Environment) -> Option<Option<RulesUri>> {
        match environment.text("RULES_URI") {
            None => Some(None),
            Some(_) => environment.required("RULES_URI").map(Some),
        }
    }

    /// Returns the rules for an event at `now`; asks their place first if that was not done for a minute.
    pub async fn current(&self, now: Timestamp) -> Current {
        if !self.is_due(now) {
            return Current { rules: self.in_use(), problems: Vec::new() };
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
        Current { rules: self.in_use(), problems }
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

    fn in_use(&self) -> Arc<RuleSet> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).rules)
    }

    async fn refresh(&self) -> Result<Vec<String>, Unusable> {
        let mut bundles = self.bundles_of_layer()?;
        let mut version: Vec<_> = bundles.iter().map(|(name, _)| (name.clone(), String::new())).collect();
        if let Some((place, config)) = &self.remote {
            let bucket = self.bucket(place, config).await?;
            let listed = listed(&bucket, place).await?;
            version.extend(listed.iter().cloned());
            if self.state.lock().unwrap_or_else(PoisonError::into_inner).version.as_ref() == Some(&version) {
                return Ok(Vec::new());
            }
            for (key, _) in listed {
                let bytes = bucket.content(&key, MAX_BYTES).await?;
                bundles.push((key.clone(), bytes.ok_or(Unusable::TooLarge(key))?));
            }
        }
        if bundles.is_empty() && self.remote.is_none() {
            return Ok(Vec::new());
        }
        let (rules, problems) = merged(&self.built_in, bundles)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.rules = Arc::new(rules);
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

    fn bundles_of_layer(&self) -> Result<Vec<(String, Vec<u8>)>, Unusable> {
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

/// Lists the bundles of a place with their versions, in the order of their keys.
async fn listed(bucket: &Bucket, place: &RulesUri) -> Result<Vec<(String, String)>, Unusable> {
    let mut listed = Vec::new();
    let mut from = From::Start;
    let is_folder = place.key.ends_with('/');
    loop {
        let page = bucket.page(&place.key, Depth::All, from).await?;
        let wanted = page.objects.into_iter().filter(|object| {
            if is_folder { object.key.ends_with(".bundle") } else { object.key == place.key }
        });
        listed.extend(wanted.map(|object| (object.key, object.version)));
        if listed.len() > MAX_BUNDLES {
            return Err(Unusable::TooMany);
        }
        match page.next {
            Some(next) => from = From::Page(next),
            None => return Ok(listed),
        }
    }
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
