//! The scheduled look at credentials and roles.

use crate::{ReviewAccess, Reviewed};
use trailreflex_credentials::{finding, lapses_of_credentials, lapses_of_role, read};
use trailreflex_lambda::Failure;
use trailreflex_model::cloudtrail::Envelope;

impl ReviewAccess {
    /// Finds what is wrong at the time of the event in `envelope`, so that a repetition finds the same.
    pub(crate) async fn review_credentials(&self, envelope: &Envelope) -> Result<Reviewed, Failure> {
        if envelope.account != self.account {
            let reason = format!("the schedule is of account {}", envelope.account.as_str());
            return Err(Failure::permanent("ForeignAccount", reason));
        }
        let failed = |error: trailreflex_aws::CallFailed| Failure::of(error.is_transient, "IamFailed", error);
        let report = self.credentials.report().await.map_err(failed)?;
        let report = read(&report).map_err(|error| Failure::permanent("NotAReport", error))?;
        let roles = self.credentials.roles().await.map_err(failed)?;
        if roles.unreadable > 0 {
            tracing::warn!(
                roles = roles.unreadable,
                "IAM tells of roles without ARN or time; they were left out"
            );
        }
        let of_users = report.iter().flat_map(|of| lapses_of_credentials(of, self.limits, envelope.time));
        let of_roles = roles.roles.iter().filter_map(|role| lapses_of_role(role, self.limits, envelope.time));
        let mut reviewed = Reviewed::default();
        for lapse in of_users.chain(of_roles) {
            let finding = finding(&lapse, envelope);
            let told =
                serde_json::to_value(&finding).map_err(|error| Failure::permanent("NotJson", error))?;
            reviewed.findings.push((finding, told));
        }
        Ok(reviewed)
    }
}
