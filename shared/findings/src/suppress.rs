//! What a record means, less what somebody has said not to be told of.

use crate::{Evaluated, Event, Observed};
use jiff::Timestamp;
use trailreflex_detection::Contribution;
use trailreflex_model::Finding;
use trailreflex_model::cloudtrail::Record;
use trailreflex_suppression::Suppressions;

/// What suppressions have hidden: to be counted and logged, never lost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hidden {
    /// Findings, each with the id of the suppression.
    pub findings: Vec<(String, Finding)>,
    /// Ids of suppressions because of which correlations do not count the record.
    pub uncounted: Vec<String>,
}

impl Observed {
    /// Takes out what `suppressions` hide of `record`, the one that was observed, and returns it.
    pub fn suppress(&mut self, suppressions: &Suppressions, record: &Record, now: Timestamp) -> Hidden {
        take(&mut self.findings, &mut self.contributions, (suppressions, record), now)
    }
}

impl Evaluated {
    /// Takes out what `suppressions` hide of what came of `event`, and returns it. Reports of other services are
    /// suppressed where they are made.
    pub fn suppress(&mut self, suppressions: &Suppressions, event: &Event, now: Timestamp) -> Hidden {
        match event {
            Event::Record(carried) => {
                take(&mut self.findings, &mut self.contributions, (suppressions, &carried.1), now)
            }
            Event::Reports(_) => Hidden::default(),
        }
    }
}

fn take(
    findings: &mut Vec<Finding>,
    contributions: &mut Vec<Contribution>,
    (suppressions, record): (&Suppressions, &Record),
    now: Timestamp,
) -> Hidden {
    let hidden = |rule: &str| suppressions.suppressing(rule, record.raw(), now).map(|one| one.id.clone());
    let mut taken = Hidden::default();
    for finding in std::mem::take(findings) {
        match hidden(&finding.rule.id) {
            Some(id) => taken.findings.push((id, finding)),
            None => findings.push(finding),
        }
    }
    contributions.retain(|contribution| {
        let id = hidden(&contribution.window.correlation);
        let is_counted = id.is_none();
        taken.uncounted.extend(id);
        is_counted
    });
    taken
}
