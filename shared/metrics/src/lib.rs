//! The closed set of CloudWatch metrics: name, unit and dimensions of everything that Trailreflex publishes.
//!
//! A closed set keeps the cost known: every dimension has few values, none of them chosen by a caller.

mod activity;
mod answers;
mod example;
mod sensor;
mod series;

pub use activity::{
    Activity, ActivityKind, DataOperation, Mfa, Monitored, PrincipalType, Scope, SignInOutcome,
};
pub use answers::{Answers, OfRule, OfStatus, ReadBack, Seconds};
pub use example::Example;
pub use sensor::{Blind, KnownSensor, Sensor};
pub use series::{MAX_VALUES, Series};

use jiff::Timestamp;
use strum::{EnumDiscriminants, VariantArray};
use trailreflex_model::{RuleRef, Severity};

/// The CloudWatch namespace of all metrics.
pub const NAMESPACE: &str = "Trailreflex";

/// A function, as a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `detect`
    Detect,
    /// `contain-identity`
    ContainIdentity,
    /// `restore-logging`
    RestoreLogging,
    /// `ingest`
    Ingest,
    /// `close-exposure`
    CloseExposure,
    /// `meter`
    Meter,
    /// `notify`
    Notify,
    /// `approve`
    Approve,
    /// `keep-evidence`
    KeepEvidence,
    /// `review-access`
    ReviewAccess,
    /// `review-activity`
    ReviewActivity,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Detect,
        Self::Ingest,
        Self::Meter,
        Self::ContainIdentity,
        Self::RestoreLogging,
        Self::CloseExposure,
        Self::Notify,
        Self::Approve,
        Self::KeepEvidence,
        Self::ReviewAccess,
        Self::ReviewActivity,
    ];

    /// Returns the function's folder name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::ContainIdentity => "contain-identity",
            Self::RestoreLogging => "restore-logging",
            Self::Ingest => "ingest",
            Self::CloseExposure => "close-exposure",
            Self::Meter => "meter",
            Self::Notify => "notify",
            Self::Approve => "approve",
            Self::KeepEvidence => "keep-evidence",
            Self::ReviewAccess => "review-access",
            Self::ReviewActivity => "review-activity",
        }
    }
}

/// Everything that is measured.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(MetricKind), derive(VariantArray), doc = "A [`Metric`] without its dimensions.")]
pub enum Metric {
    /// Events that a function was given.
    Events(Function),
    /// Events that no retry can make usable; they are on the quarantine queue.
    Quarantined(Function),
    /// Invocations that failed and that Lambda will try again.
    Retried(Function),
    /// Reports of other services that are no findings, by reason.
    Ignored(&'static str),
    /// Findings of one severity.
    Findings(Severity),
    /// Findings of one rule.
    FindingsOfRule {
        /// The rule's name, or its id if it has none.
        rule: String,
        /// Its severity.
        severity: Severity,
    },
    /// Calls to the log of what has gone out that failed: a finding may go out twice.
    SentLogFailures(Function),
    /// Findings of one rule that only log files brought, although the fast path should have.
    MissedByFastPath {
        /// The rule's name, or its id if it has none.
        rule: String,
    },
    /// Findings of one rule that only log files brought, because no event rule of the stack delivers its calls.
    RuleNotDelivered {
        /// The rule's name, or its id if it has none.
        rule: String,
    },
    /// Rules of the user that a function could not take, or takes in an older version.
    RulesNotLoaded(Function),
    /// Findings that a suppression of the account's owner has hidden.
    Suppressed(Function),
    /// Matches that count in no correlation, because the record lacks a time or a field.
    NotCorrelated(Function),
    /// Log files by what came of them.
    Files(&'static str),
    /// Entries of log files by what came of them.
    Records(&'static str),
    /// Seconds from a call to its finding.
    SecondsToDetect,
    /// Plans by what came of them, in the words of the outcome's `status`.
    Plans(&'static str),
    /// Actions by what came of them.
    Actions {
        /// The action's name.
        action: &'static str,
        /// In the words of the step's `result`.
        outcome: &'static str,
    },
    /// Plans that were not carried out although nothing spoke against them.
    HeldBack {
        /// Whose.
        function: Function,
        /// What held them back: `killSwitch`, `budget` or `breaker`.
        reason: &'static str,
    },
    /// Containments that somebody has undone, or whose user has new credentials.
    ContainmentBypassed(Function),
    /// Looks at a containment that the function could not ask itself for.
    LooksNotAsked(Function),
    /// Seconds from a call to the moment when its containment was read back.
    SecondsToContainment,
    /// What people and machines do in the account.
    Activity(Activity),
    /// Records that came again and were not counted again.
    Duplicates(Function),
    /// Records whose time CloudWatch does not take, by reason.
    NotMetered(&'static str),
    /// Records whose metrics were sent twice, or once and perhaps not received: CloudWatch did not answer.
    MetricWritesUncertain(Function),
    /// Regions and member accounts of which nothing is heard although something should be.
    BlindSensors,
    /// Notices by the channel that was told, or `counted` if they only add to one that was told before.
    Notices(&'static str),
    /// What a review of a day found unlike before, by kind.
    Notable(&'static str),
    /// Seconds of log files that no review has read yet.
    SecondsUnread,
}

/// What is made of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// All together.
    Sum,
    /// What half of them do not exceed.
    P50,
    /// What nineteen of twenty do not exceed.
    P95,
}

impl Statistic {
    /// Returns CloudWatch's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::P50 => "p50",
            Self::P95 => "p95",
        }
    }
}

/// A CloudWatch unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// How long.
    Seconds,
}

impl Metric {
    /// Returns the metric's name in CloudWatch.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Events(_) => "Events",
            Self::Quarantined(_) => "Quarantined",
            Self::Retried(_) => "Retried",
            Self::Ignored(_) => "Ignored",
            Self::Findings(_) | Self::FindingsOfRule { .. } => "Findings",
            Self::SentLogFailures(_) => "SentLogFailures",
            Self::MissedByFastPath { .. } => "MissedByFastPath",
            Self::RuleNotDelivered { .. } => "RuleNotDelivered",
            Self::RulesNotLoaded(_) => "RulesNotLoaded",
            Self::Suppressed(_) => "Suppressed",
            Self::NotCorrelated(_) => "NotCorrelated",
            Self::Files(_) => "Files",
            Self::Records(_) => "Records",
            Self::SecondsToDetect => "SecondsToDetect",
            Self::Plans(_) => "Plans",
            Self::Actions { .. } => "Actions",
            Self::HeldBack { .. } => "HeldBack",
            Self::ContainmentBypassed(_) => "ContainmentBypassed",
            Self::LooksNotAsked(_) => "LooksNotAsked",
            Self::SecondsToContainment => "SecondsToContainment",
            Self::Activity(activity) => activity.name(),
            Self::Duplicates(_) => "Duplicates",
            Self::NotMetered(_) => "NotMetered",
            Self::MetricWritesUncertain(_) => "MetricWritesUncertain",
            Self::Notices(_) => "Notices",
            Self::Notable(_) => "Notable",
            Self::SecondsUnread => "SecondsUnread",
            Self::BlindSensors => "BlindSensors",
        }
    }

    /// Returns the metric's unit.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self {
            Self::SecondsToDetect
            | Self::SecondsToContainment
            | Self::SecondsUnread
            | Self::Activity(Activity::SecondsToMetric | Activity::SecondsToCanary) => Unit::Seconds,
            Self::Activity(_)
            | Self::BlindSensors
            | Self::Duplicates(_)
            | Self::NotMetered(_)
            | Self::MetricWritesUncertain(_)
            | Self::Notices(_)
            | Self::Notable(_)
            | Self::Events(_)
            | Self::Quarantined(_)
            | Self::Retried(_)
            | Self::Ignored(_)
            | Self::Findings(_)
            | Self::FindingsOfRule { .. }
            | Self::SentLogFailures(_)
            | Self::MissedByFastPath { .. }
            | Self::RuleNotDelivered { .. }
            | Self::RulesNotLoaded(_)
            | Self::Suppressed(_)
            | Self::NotCorrelated(_)
            | Self::Files(_)
            | Self::Records(_)
            | Self::Plans(_)
            | Self::Actions { .. }
            | Self::HeldBack { .. }
            | Self::ContainmentBypassed(_)
            | Self::LooksNotAsked(_) => Unit::Count,
        }
    }

    /// Returns the dimensions, names and values: ASCII, as CloudWatch demands.
    #[must_use]
    pub fn dimensions(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Events(function)
            | Self::Quarantined(function)
            | Self::Retried(function)
            | Self::SentLogFailures(function)
            | Self::RulesNotLoaded(function)
            | Self::Suppressed(function)
            | Self::ContainmentBypassed(function)
            | Self::LooksNotAsked(function)
            | Self::NotCorrelated(function)
            | Self::Duplicates(function)
            | Self::MetricWritesUncertain(function) => {
                vec![("Function", function.as_str().to_owned())]
            }
            Self::Activity(activity) => activity.dimensions(),
            Self::Ignored(reason) | Self::NotMetered(reason) => vec![("Reason", (*reason).to_owned())],
            Self::Findings(severity) => vec![("Severity", severity.as_str().to_owned())],
            Self::FindingsOfRule { rule, severity } => {
                vec![("Rule", rule.clone()), ("Severity", severity.as_str().to_owned())]
            }
            Self::MissedByFastPath { rule } | Self::RuleNotDelivered { rule } => vec![("Rule", rule.clone())],
            Self::Files(outcome) | Self::Records(outcome) => vec![("Outcome", (*outcome).to_owned())],
            Self::SecondsToDetect | Self::SecondsToContainment | Self::SecondsUnread | Self::BlindSensors => {
                Vec::new()
            }
            Self::Notable(kind) => vec![("Kind", (*kind).to_owned())],
            Self::Notices(channel) => vec![("Channel", (*channel).to_owned())],
            Self::HeldBack { function, reason } => {
                vec![("Function", function.as_str().to_owned()), ("Reason", (*reason).to_owned())]
            }
            Self::Plans(status) => vec![("Status", (*status).to_owned())],
            Self::Actions { action, outcome } => {
                vec![("Action", (*action).to_owned()), ("Outcome", (*outcome).to_owned())]
            }
        }
    }

    /// The metric that counts findings of `rule`. What is not printable ASCII becomes `_`.
    #[must_use]
    pub fn findings_of(rule: &RuleRef, severity: Severity) -> Self {
        Self::FindingsOfRule { rule: dimension(rule), severity }
    }

    /// The metric that counts findings of `rule` that the fast path has missed.
    #[must_use]
    pub fn missed_by_fast_path(rule: &RuleRef) -> Self {
        Self::MissedByFastPath { rule: dimension(rule) }
    }

    /// The metric that counts findings of `rule` whose calls no event rule delivers.
    #[must_use]
    pub fn rule_not_delivered(rule: &RuleRef) -> Self {
        Self::RuleNotDelivered { rule: dimension(rule) }
    }
}

fn dimension(rule: &RuleRef) -> String {
    let name = rule.name.as_deref().unwrap_or(&rule.id);
    let printable = |letter: char| if letter.is_ascii_graphic() { letter } else { '_' };
    name.chars().take(255).map(printable).collect()
}

/// One value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// What is measured.
    pub metric: Metric,
    /// How much.
    pub value: f64,
    /// When.
    pub at: Timestamp,
}

impl Datum {
    /// Counts one.
    #[must_use]
    pub fn one(metric: Metric, at: Timestamp) -> Self {
        Self { metric, value: 1.0, at }
    }

    /// Counts `count`.
    #[must_use]
    pub fn count(metric: Metric, count: usize, at: Timestamp) -> Self {
        Self { metric, value: f64::from(u32::try_from(count).unwrap_or(u32::MAX)), at }
    }

    /// A duration in whole seconds; a negative one (a clock is off) counts as zero.
    #[must_use]
    pub fn seconds(metric: Metric, seconds: i64, at: Timestamp) -> Self {
        // Durations here are hours at most: far below 2^32.
        let value = f64::from(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX));
        Self { metric, value, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rules_metric_bears_its_name_in_printable_ascii() {
        let rule = |name: Option<&str>| RuleRef {
            id: "0001".to_owned(),
            name: name.map(str::to_owned),
            title: "t".to_owned(),
            author: None,
            license: None,
            references: Vec::new(),
        };
        for (case, name, expected) in [
            ("a name", Some("key_quarantined"), "key_quarantined"),
            ("no name", None, "0001"),
            ("a hostile name", Some("clé\n{x}"), "cl__{x}"),
        ] {
            let metric = Metric::findings_of(&rule(name), Severity::High);
            let expected = vec![("Rule", expected.to_owned()), ("Severity", "high".to_owned())];
            assert_eq!(metric.dimensions(), expected, "{case}");
        }
    }

    #[test]
    fn a_clock_that_is_off_gives_no_negative_duration() {
        let datum = Datum::seconds(Metric::SecondsToDetect, -3, Timestamp::UNIX_EPOCH);
        assert_eq!(datum, Datum { metric: Metric::SecondsToDetect, value: 0.0, at: Timestamp::UNIX_EPOCH });
    }
}
