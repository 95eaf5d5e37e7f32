//! What there is to say of each metric: what it means, who publishes it and how many of it there can be.

use std::collections::BTreeSet;
use strum::VariantArray;
use trailreflex_metrics::{
    Activity, ActivityKind, DataOperation, Function, Metric, MetricKind, Mfa, Monitored, PrincipalType,
    Scope, SignInOutcome,
};
use trailreflex_model::{RuleRef, Severity};

/// How many metrics of one kind there can be: the values of its dimensions. That is what metrics cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Most {
    /// So many.
    Fixed(usize),
    /// One for each function that publishes it.
    Functions,
    /// One for all services, one for each on the owner's list and one for all others.
    Services,
    /// One for each Region that is used.
    Regions,
    /// One for each rule that ever finds something.
    Rules,
    /// One for each action that is ever planned and each result that it ever has.
    Results,
}

/// What there is to say of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// One of the kind.
    pub(super) metric: Metric,
    /// How many there can be of the kind.
    pub(super) most: Most,
    /// Who publishes it, in the order of [`Function::ALL`].
    pub(super) functions: Vec<Function>,
    /// What it counts or measures.
    pub(super) meaning: &'static str,
}

/// Returns an entry for each kind of metrics of what people and machines do in the account, then one for each kind of
/// metrics of Trailreflex itself.
pub(super) fn catalogue() -> Vec<Entry> {
    activities().into_iter().chain(own()).collect()
}

fn activities() -> Vec<Entry> {
    let sign_ins = Activity::SignIns { outcome: SignInOutcome::Succeeded, mfa: Mfa::Yes };
    let fixed = Most::Fixed;
    [
        (Activity::Calls(Scope::All), Most::Services, "API calls: management and data events."),
        (
            Activity::Errors(Scope::All),
            Most::Services,
            "API calls that failed, those that were denied included.",
        ),
        (Activity::DeniedCalls(Scope::All), Most::Services, "API calls that were denied."),
        (
            Activity::ThrottledCalls(Scope::All),
            Most::Services,
            "API calls that AWS turned away because there were too many.",
        ),
        (
            Activity::CallsOf(PrincipalType::Root),
            fixed(PrincipalType::ALL.len()),
            "API calls by who made them.",
        ),
        (
            Activity::WriteCalls("us-east-1".parse().unwrap()),
            Most::Regions,
            "API calls that are not said to only read.",
        ),
        (sign_ins, fixed(6), "Sign-ins to the console, by outcome and second factor."),
        (Activity::RootUse, fixed(1), "What the root user did, other than by AWS itself."),
        (
            Activity::DataEvents(DataOperation::S3Read),
            fixed(DataOperation::ALL.len()),
            "Data events, by operation.",
        ),
        (Activity::NewPrincipals, fixed(1), "Principals that had not been seen for 400 days."),
        (
            Activity::Monitored(Monitored::RootUse),
            fixed(Monitored::ALL.len()),
            "What the CIS AWS Foundations Benchmark v3.0 asks to be watched, 4.1 to 4.15.",
        ),
        (Activity::SecondsToMetric, fixed(1), "Seconds from an event to its metrics."),
        (
            Activity::SecondsToCanary,
            fixed(1),
            "Seconds until `meter` sees the call that it makes every five minutes for that purpose.",
        ),
    ]
    .into_iter()
    .map(|(activity, most, meaning)| Entry {
        metric: Metric::Activity(activity),
        most,
        functions: vec![Function::Meter],
        meaning,
    })
    .collect()
}

fn own() -> Vec<Entry> {
    use Function::{CloseExposure, ContainIdentity, Detect, Ingest, Meter, RestoreLogging};
    let rule = RuleRef {
        id: String::from("rule"),
        name: None,
        title: String::new(),
        author: None,
        license: None,
        references: Vec::new(),
    };
    let evaluating = vec![Detect, Ingest];
    let responding = vec![ContainIdentity, RestoreLogging, CloseExposure];
    let entry = |metric, most, functions: &[Function], meaning| Entry {
        metric,
        most,
        functions: functions.to_vec(),
        meaning,
    };
    vec![
        entry(
            Metric::Events(Detect),
            Most::Functions,
            &Function::ALL,
            "Events or messages that it was given.",
        ),
        entry(
            Metric::Quarantined(Detect),
            Most::Functions,
            &Function::ALL,
            "Events that no retry can make usable, now on the quarantine queue.",
        ),
        entry(
            Metric::Retried(Detect),
            Most::Functions,
            &Function::ALL,
            "Invocations or messages that failed and that come again.",
        ),
        entry(
            Metric::Ignored("archived"),
            Most::Fixed(10),
            &[Detect, Meter],
            "Events that ask for nothing, by reason.",
        ),
        entry(Metric::Findings(Severity::High), Most::Fixed(5), &evaluating, "Findings by severity."),
        entry(Metric::findings_of(&rule, Severity::High), Most::Rules, &evaluating, "Findings by rule."),
        entry(
            Metric::SentLogFailures(Detect),
            Most::Functions,
            &evaluating,
            "Failed calls to the log of what has gone out: a finding may go out twice.",
        ),
        entry(
            Metric::missed_by_fast_path(&rule),
            Most::Rules,
            &[Ingest],
            "Findings that only log files brought, although the fast path should have.",
        ),
        entry(
            Metric::rule_not_delivered(&rule),
            Most::Rules,
            &[Ingest],
            "Findings that only log files brought, because no event rule of the stack delivers their calls.",
        ),
        entry(
            Metric::RulesNotLoaded(Detect),
            Most::Functions,
            &evaluating,
            "Rules of your own that it could not take, or takes in an older version.",
        ),
        entry(
            Metric::Suppressed(Detect),
            Most::Functions,
            &evaluating,
            "Findings that a suppression has hidden.",
        ),
        entry(
            Metric::NotCorrelated(Detect),
            Most::Functions,
            &evaluating,
            "Matches that count in no correlation, because the record lacks a time or a field.",
        ),
        entry(Metric::Files("read"), Most::Fixed(8), &[Ingest], "Log files by what came of them."),
        entry(
            Metric::Records("evaluated"),
            Most::Fixed(4),
            &[Ingest],
            "Entries of log files by what came of them.",
        ),
        entry(Metric::SecondsToDetect, Most::Fixed(1), &[Detect], "Seconds from a call to its finding."),
        entry(Metric::Plans("held"), Most::Fixed(10), &responding, "Plans by what came of them."),
        entry(
            Metric::Actions { action: "deny_user", outcome: "done" },
            Most::Results,
            &responding,
            "Actions by what came of them.",
        ),
        entry(
            Metric::HeldBack { function: ContainIdentity, reason: "budget" },
            Most::Fixed(9),
            &responding,
            "Plans that nothing spoke against, held back by the kill switch, the budget or the breaker.",
        ),
        entry(
            Metric::ContainmentBypassed(ContainIdentity),
            Most::Functions,
            &responding,
            "Containments that somebody has undone, or whose user has new credentials.",
        ),
        entry(
            Metric::LooksNotAsked(ContainIdentity),
            Most::Functions,
            &responding,
            "Later looks at a containment that it could not ask itself for.",
        ),
        entry(
            Metric::SecondsToContainment,
            Most::Fixed(1),
            &responding,
            "Seconds from a call to the moment when its containment was read back.",
        ),
        entry(
            Metric::Duplicates(Meter),
            Most::Functions,
            &[Meter],
            "Records that came again and were not counted again.",
        ),
        entry(
            Metric::NotMetered("tooOld"),
            Most::Fixed(3),
            &[Meter],
            "Records that CloudWatch does not take, by reason: as a rule older than two weeks.",
        ),
        entry(
            Metric::MetricWritesUncertain(Meter),
            Most::Functions,
            &[Meter],
            "Records whose metrics were sent twice, or once and perhaps not received: CloudWatch did not answer.",
        ),
        entry(
            Metric::BlindSensors,
            Most::Fixed(1),
            &[Meter],
            "Other Regions and member accounts that are to be heard (`HeardRegions`, `MemberAccounts`) and of which nothing was heard for half an hour, not even the call that `meter` makes there every five minutes.",
        ),
        entry(
            Metric::Notices("topic"),
            Most::Fixed(6),
            &[Function::Notify],
            "Notices by the channel that was told, or `counted` if they only add to one that was told before.",
        ),
        entry(
            Metric::Notable("newRegion"),
            Most::Fixed(13),
            &[Function::ReviewActivity],
            "What the review of a day found unlike before, by kind.",
        ),
        entry(
            Metric::SecondsUnread,
            Most::Fixed(1),
            &[Function::ReviewActivity],
            "From the log files that are read next to now; some four hours at most while all is well.",
        ),
    ]
}

#[test]
fn every_metric_is_in_the_catalogue_once() {
    let entries = catalogue();
    let activities: Vec<_> =
        entries.iter().filter_map(|entry| activity_of(&entry.metric)).map(ActivityKind::from).collect();
    let kinds: Vec<_> = entries.iter().map(|entry| MetricKind::from(&entry.metric)).collect();
    let kinds: Vec<_> = kinds.into_iter().filter(|kind| *kind != MetricKind::Activity).collect();
    let all = MetricKind::VARIANTS.iter().copied().filter(|kind| *kind != MetricKind::Activity);
    assert_eq!((kinds, activities), (all.collect(), ActivityKind::VARIANTS.to_vec()));
}

#[test]
fn metrics_of_one_name_have_different_dimensions() {
    let told_apart: BTreeSet<_> = catalogue()
        .iter()
        .map(|entry| {
            let names = entry.metric.dimensions().into_iter().map(|(name, _)| name);
            (entry.metric.name(), names.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(told_apart.len(), catalogue().len());
}

fn activity_of(metric: &Metric) -> Option<&Activity> {
    if let Metric::Activity(activity) = metric { Some(activity) } else { None }
}
