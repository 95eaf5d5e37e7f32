//! What is told of a review of activity.

use crate::notice::Link;
use crate::{GroupKey, Notice};
use jiff::Timestamp;
use trailreflex_activity::{Every, Summary};
use trailreflex_model::Severity;

/// Most things that are missing which a notice names.
const MOST_GAPS: usize = 2;

/// Returns what is told, and of which group it is: a review that is written again is the same. A day on which nothing is
/// unlike before is not worth a message; the week is told in any case.
pub(crate) fn notice(summary: &Summary, now: Timestamp) -> Option<(GroupKey, Notice)> {
    let Summary { account, every, period, totals, before, notable, notable_total, gaps, page } = summary;
    if *every == Every::Day && *notable_total == 0 && totals.counts.calls > 0 {
        return None;
    }
    let (from, to) = (period.from.to_string(), period.to.to_string());
    let key = GroupKey::of(&["review", account.as_str(), every.as_str(), &from]);
    let days = if from == to { from } else { format!("{from} to {to}") };
    let found = match notable_total {
        0 => "nothing unlike before".to_owned(),
        1 => "1 thing unlike before".to_owned(),
        more => format!("{more} things unlike before"),
    };
    let calls = totals.counts.calls;
    let title = if calls == 0 {
        format!("Activity of {days}: CloudTrail has delivered no record")
    } else {
        format!("Activity of {days}: {found}")
    };
    // A trail that is silent needs somebody who looks; a number that is unlike before wants to be read.
    let severity = match (calls, notable_total) {
        (0, _) => Severity::Medium,
        (_, 0) => Severity::Informational,
        (_, _) => Severity::Low,
    };
    let mut notice = Notice::new(key.as_str().to_owned(), severity, &title, now);
    notice.is_review = true;
    notice.fact("Account", Some(account.as_str()));
    let what = match every {
        Every::Day => "day before",
        Every::Week => "week before",
    };
    let numbers =
        format!("{calls}, of them {} changes and {} refused", totals.counts.writes, totals.counts.denied);
    let compared = before.map(|before| format!("; the {what}: {}", before.counts.calls)).unwrap_or_default();
    notice.fact("Calls", Some(&format!("{numbers}{compared}")));
    notice.fact("Principals", Some(&totals.principals.to_string()));
    for told in notable {
        let which =
            if told.values.is_empty() { String::new() } else { format!(": {}", told.values.join(", ")) };
        notice.fact("Unlike before", Some(&format!("{} {}{which}", told.principal, told.what)));
    }
    for gap in gaps.iter().take(MOST_GAPS) {
        notice.fact("Not known", Some(gap));
    }
    notice.link = Some(Link { text: "Open the review".to_owned(), url: page.clone() });
    Some((key, notice))
}
