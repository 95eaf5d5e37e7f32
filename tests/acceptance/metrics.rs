//! Metrics, and what is made of them: `docs/metrics.md`, and the alarms and the dashboard of the template.

mod alarms;
mod catalogue;
mod dashboard;
mod page;

use crate::repository::{files, read};
use catalogue::{Entry, Most, catalogue};
use std::collections::BTreeSet;
use strum::VariantArray;
use trailreflex_metrics::{ActivityKind, MetricKind};

/// A metric of CloudWatch by name and dimensions.
type Named = (String, BTreeSet<(String, String)>);

#[test]
fn no_metric_is_declared_that_nothing_publishes() {
    let sources = |folder: &str| files(folder, &["rs"]).into_iter();
    let code: String = sources("functions")
        .chain(sources("shared"))
        .filter(|path| !path.starts_with("shared/metrics/") && !path.contains("/tests/"))
        .map(|path| production(&read(&path)).to_owned())
        .collect();
    let constructors = [
        ("FindingsOfRule", "Metric::findings_of("),
        ("MissedByFastPath", "Metric::missed_by_fast_path"),
        ("RuleNotDelivered", "Metric::rule_not_delivered"),
    ];
    let published = |enumeration: &str, kind: &str| {
        let by_function = constructors.iter().find(|(name, _)| *name == kind);
        let text =
            by_function.map_or_else(|| format!("{enumeration}::{kind}"), |(_, call)| (*call).to_owned());
        code.match_indices(&text).any(|(at, _)| {
            let rest = code.get(at + text.len()..).unwrap_or_default();
            text.ends_with('(') || !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    };
    let metrics = MetricKind::VARIANTS.iter().map(|kind| ("Metric", format!("{kind:?}")));
    let activities = ActivityKind::VARIANTS.iter().map(|kind| ("Activity", format!("{kind:?}")));
    let silent: Vec<_> = metrics.chain(activities).filter(|(one, kind)| !published(one, kind)).collect();
    assert!(silent.is_empty(), "nothing publishes {silent:?}");
}

/// What stands before a file's tests.
fn production(text: &str) -> &str {
    text.split_once("#[cfg(test)]").map_or(text, |(before, _)| before)
}

/// Returns whether `metric` can be one of `entry`'s: dimensions of the same names.
fn is_of(metric: &Named, entry: &Entry) -> bool {
    let names: BTreeSet<_> = entry.metric.dimensions().into_iter().map(|(name, _)| name.to_owned()).collect();
    let asked: BTreeSet<_> = metric.1.iter().map(|(name, _)| name.clone()).collect();
    // Besides the one for all services together there is one for each.
    let of_a_service = entry.most == Most::Services && asked == BTreeSet::from(["Service".to_owned()]);
    entry.metric.name() == metric.0 && (asked == names || of_a_service)
}

/// Holds that each metric exists.
fn assert_exist(what: &str, metrics: impl IntoIterator<Item = Named>) {
    let entries = catalogue();
    for metric in metrics {
        assert!(entries.iter().any(|entry| is_of(&metric, entry)), "{what}: there is no metric {metric:?}");
    }
}
