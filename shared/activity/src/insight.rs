//! What costs time or money, and what to do about it: calls that are throttled, retried, polled, or fail in AWS's own hands,
//! and what is not used any more.

mod services;
mod suggestion;
mod who;

use crate::activity::Activity;
use crate::person::DayNumber;
use jiff::Timestamp;
use serde::Serialize;
use std::ops::Range;

/// Most insights of a kind: beyond that the cause is a common one, and the first rows show it.
const MAX_OF_A_KIND: usize = 50;

/// What an insight is about; what is looked at first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InsightKind {
    /// A principal's calls of an operation were too many for a quota, `count` of the `of` calls that it made of it in the
    /// period. The time is the beginning of the worst hour.
    Throttled,
    /// A principal got the same error of an operation again and again: `count` of the `of` calls that it made of it within one
    /// hour, the worst one, which begins at the time.
    ErrorStorm,
    /// A principal asks the same thing all day: `count` calls on such days, of all `of` calls of the period in the account. The
    /// time is the first of the days.
    Polling,
    /// A service, the subject, refuses or fails calls in a Region that AWS services make, by themselves or for somebody:
    /// `count` of `of` such calls in the period. The values are the services that call. The time is the worst day.
    FailingForServices,
    /// A service, the subject, fails in a Region by a fault of its own, or takes too long: `count` of `of` calls in the period.
    /// The values are the operations. The time is the worst day.
    ServerFaults,
    /// A Region was used on `count` of the `of` days of the reference, and not in the period. The time is the last such day.
    UnusedRegion,
    /// A service was used on `count` of the `of` days of the reference, and not in the period. The time is the last such day.
    UnusedService,
    /// A principal makes a large share of all calls: `count` of `of` in the period. The values are its operations with most
    /// calls, up to three.
    TopTalker,
}

impl InsightKind {
    /// Says it to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Throttled => "calls are throttled",
            Self::ErrorStorm => "gets the same error again and again",
            Self::Polling => "asks the same thing all day",
            Self::FailingForServices => "fails for the AWS services that call it",
            Self::ServerFaults => "fails by a fault of its own",
            Self::UnusedRegion => "this Region is not used any more",
            Self::UnusedService => "this service is not used any more",
            Self::TopTalker => "makes a large share of all calls",
        }
    }
}

/// Something that costs time or money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Insight {
    /// What it is, and what the numbers are of it.
    pub kind: InsightKind,
    /// Whom or what it is about: a principal's ARN or name, a service such as `kms`, or a Region.
    pub subject: String,
    /// Service and operation, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The error's code, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The Region of the service that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When it was worst, first or last, see [`InsightKind`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// How many calls, or days.
    pub count: u64,
    /// Of how many; never less than `count`, and never 0.
    pub of: u64,
    /// Names that say more, see [`InsightKind`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What to do about it, a sentence or two for people.
    pub suggestion: &'static str,
}

impl Insight {
    fn new(kind: InsightKind, subject: &str, (count, of): (u64, u64), suggestion: &'static str) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            operation: None,
            code: None,
            region: None,
            time: None,
            count,
            of,
            values: Vec::new(),
            suggestion,
        }
    }
}

/// Finds what there is on the days `period`, against those of `reference`, which is empty if there is none.
pub(crate) fn insights(
    activity: &Activity,
    reference: &Range<DayNumber>,
    period: &Range<DayNumber>,
) -> Vec<Insight> {
    let mut found = who::find(activity, period);
    found.extend(services::find(activity, reference, period));
    found.sort_by(|one, other| order(one).cmp(&order(other)));
    let mut last = (None, 0_usize);
    found.retain(|one| {
        let before = if last.0 == Some(one.kind) { last.1 } else { 0 };
        last = (Some(one.kind), before.saturating_add(1));
        before < MAX_OF_A_KIND
    });
    found
}

/// By kind, most first, and then by all names, so that the order is always the same.
fn order(one: &Insight) -> impl Ord + '_ {
    let names = (&one.subject, &one.operation, &one.code, &one.region);
    (one.kind, std::cmp::Reverse(one.count), names)
}

/// Whether a part is at least so many percent of the whole.
fn is_share((part, whole): (u64, u64), percent: u64) -> bool {
    u128::from(part).saturating_mul(100) >= u128::from(whole).saturating_mul(u128::from(percent))
}
