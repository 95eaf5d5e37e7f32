//! What is worth changing, made safe for a browser.

use crate::cell;
use trailreflex_activity::{Insight, InsightKind, Review};

/// Something worth changing.
#[derive(Debug)]
pub(super) struct Suggestion {
    pub(super) what: &'static str,
    pub(super) who: String,
    pub(super) call: String,
    pub(super) code: Option<String>,
    pub(super) count: u64,
    /// The number with its unit.
    pub(super) often: String,
    /// The share of what it is counted of.
    pub(super) share: String,
    pub(super) since: String,
    pub(super) values: Vec<String>,
    pub(super) suggestion: &'static str,
}

/// Returns all of a review.
pub(super) fn suggestions(review: &Review) -> Vec<Suggestion> {
    review.insights.iter().map(suggestion).collect()
}

fn suggestion(insight: &Insight) -> Suggestion {
    let place = insight.region.as_deref().filter(|region| *region != insight.subject);
    let who = match place {
        Some(region) => format!("{} in {}", cell(&insight.subject), cell(region)),
        None => cell(&insight.subject),
    };
    Suggestion {
        what: insight.kind.title(),
        who,
        call: insight.operation.as_deref().map(cell).unwrap_or_default(),
        code: insight.code.as_deref().map(cell),
        count: insight.count,
        often: format!("{} {}", insight.count, unit(insight.kind)),
        share: share(insight.count, insight.of),
        since: insight.time.map(|time| time.to_string()).unwrap_or_default(),
        values: insight.values.iter().map(|value| cell(value)).collect(),
        suggestion: insight.suggestion,
    }
}

/// What is counted of a kind.
fn unit(kind: InsightKind) -> &'static str {
    match kind {
        InsightKind::UnusedRegion | InsightKind::UnusedService => "days of use before",
        InsightKind::Throttled
        | InsightKind::ErrorStorm
        | InsightKind::Polling
        | InsightKind::FailingForServices
        | InsightKind::ServerFaults
        | InsightKind::TopTalker => "calls",
    }
}

fn share(count: u64, of: u64) -> String {
    let percent = u128::from(count).saturating_mul(100).checked_div(u128::from(of)).unwrap_or_default();
    match percent {
        0 => format!("less than 1 % of {of}"),
        percent => format!("{percent} % of {of}"),
    }
}
