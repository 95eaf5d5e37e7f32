//! Channels, which of them are told what, and the port to them.

use crate::Notice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::Future;
use std::str::FromStr;
use trailreflex_model::Severity;

/// A channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sink {
    /// An SNS topic, as a rule with addresses of e-mail.
    Topic,
    /// A Slack channel.
    Slack,
    /// A Teams channel.
    Teams,
    /// A service of `PagerDuty`.
    PagerDuty,
    /// The findings bus, in the form of OCSF.
    Ocsf,
    /// Security Hub, in its own form.
    SecurityHub,
}

impl Sink {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Topic, Self::Slack, Self::Teams, Self::PagerDuty, Self::Ocsf, Self::SecurityHub];

    /// Returns its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::PagerDuty => "pager-duty",
            Self::Ocsf => "ocsf",
            Self::SecurityHub => "security-hub",
        }
    }
}

/// From which severity on each channel is told. A channel that is not in it is told nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routing(pub BTreeMap<Sink, Severity>);

impl Routing {
    /// Returns the channels that are told of `notice`. What says that something is over goes wherever it could have been
    /// told that it began. A review goes to the channels that people read, whatever their threshold.
    #[must_use]
    pub fn sinks(&self, notice: &Notice) -> Vec<Sink> {
        let told = |(sink, least): &(&Sink, &Severity)| match sink {
            Sink::Topic | Sink::Slack | Sink::Teams if notice.is_review => true,
            Sink::PagerDuty | Sink::Ocsf | Sink::SecurityHub if notice.is_review => false,
            Sink::Topic | Sink::Slack | Sink::Teams | Sink::PagerDuty | Sink::Ocsf | Sink::SecurityHub => {
                notice.is_over || notice.severity >= **least
            }
        };
        self.0.iter().filter(told).map(|(sink, _)| *sink).collect()
    }
}

/// A threshold is none of Sigma's levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a severity: informational, low, medium, high or critical")]
pub struct InvalidThreshold(String);

/// A threshold as the template's parameters write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(pub Severity);

impl FromStr for Threshold {
    type Err = InvalidThreshold;

    fn from_str(text: &str) -> Result<Self, InvalidThreshold> {
        [Severity::Informational, Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .map(Self)
            .ok_or_else(|| InvalidThreshold(trailreflex_model::shown(text)))
    }
}

/// A channel was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Another attempt may do.
    #[error("{0}")]
    Later(String),
    /// No attempt will: the channel refuses it, or its address or key is wrong.
    #[error("{0}")]
    Never(String),
}

/// Where notices go.
pub trait Outbox {
    /// Tells one channel. It may be told twice: if it took a notice but nobody heard that it did.
    ///
    /// # Errors
    /// [`NotSent`].
    fn send(&self, sink: Sink, notice: &Notice) -> impl Future<Output = Result<(), NotSent>> + Send;

    /// Keeps a notice that a channel refuses for good, for a person to look at.
    ///
    /// # Errors
    /// Why it is not kept.
    fn keep(
        &self,
        sink: Sink,
        reason: &str,
        notice: &Notice,
    ) -> impl Future<Output = Result<(), String>> + Send;
}
