//! What IAM Access Analyzer reports, and whether what it reports was used.

use crate::grant_use::{Grant, Use};
use crate::{ReviewAccess, Reviewed, tell_first};
use jiff::SignedDuration;
use serde_json::Value;
use trailreflex_findings::Judged;
use trailreflex_lambda::now;
use trailreflex_model::{Finding, cause_chain};

/// How far back the event history goes, in hours: 90 days.
const HISTORY_HOURS: i64 = 90 * 24;

impl ReviewAccess {
    /// Adds to findings whether the grant that `detail` is about was used.
    pub(crate) async fn review_reports(&self, reports: Vec<Judged>, detail: &Value) -> Reviewed {
        let mut reviewed = Reviewed::default();
        for report in reports {
            match report {
                Judged::Ignored(reason) => reviewed.ignored.push(reason),
                Judged::Finding(finding) => {
                    let finding = self.with_use(*finding, detail).await;
                    reviewed.findings.push((finding, detail.clone()));
                }
            }
        }
        reviewed
    }

    /// A history that does not answer costs the finding nothing but this.
    async fn with_use(&self, mut finding: Finding, detail: &Value) -> Finding {
        let is_own = finding.evidence.account == self.account;
        let used = match Grant::read(detail).filter(|_| is_own) {
            None => Use::NotShown,
            Some(grant) => {
                let now = now();
                let since = now.saturating_sub(SignedDuration::from_hours(HISTORY_HOURS)).unwrap_or(now);
                match self.history.records("ResourceName", &grant.resource, since, now).await {
                    Ok(found) => grant.used(found.records, found.is_whole),
                    Err(error) => {
                        tracing::warn!(
                            reason = cause_chain(&error),
                            "the event history did not tell of the use"
                        );
                        return finding;
                    }
                }
            }
        };
        tell_first(&mut finding, "used", &used.to_string());
        finding
    }
}
