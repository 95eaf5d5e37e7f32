//! Whom a call has let in, compared with whom the policy let in before.

use crate::{ReviewAccess, Reviewed, tell_first};
use serde_json::Value;
use trailreflex_access_changes::{AccessChange, Known, What, change, review};
use trailreflex_aws::{Kept, Opinion};
use trailreflex_findings::Carrier;
use trailreflex_lambda::Failure;
use trailreflex_model::cloudtrail::{Envelope, Record};
use trailreflex_model::{EventId, Finding, cause_chain};

/// What a call has left, to be remembered for the next one.
#[derive(Debug)]
pub(crate) struct State {
    key: String,
    kept: Kept,
}

impl ReviewAccess {
    pub(crate) async fn review_change(
        &self,
        envelope: &Envelope,
        record: &Record,
    ) -> Result<Reviewed, Failure> {
        let Some(change) = change(record) else { return Ok(Reviewed::default()) };
        let carrier = Carrier::of(envelope);
        let key = change.key.as_ref().map(|key| {
            let region = record.region().unwrap_or(&envelope.region).as_str();
            format!("{}/{region}/{key}", envelope.account.as_str())
        });
        let at = record.event_time().unwrap_or(envelope.time).as_second();
        let event = record.event_id().map(EventId::as_str).unwrap_or_default();
        let kept = match &key {
            Some(key) => self.states.get(key).await.map_err(failed)?,
            None => None,
        };
        // Its state is written when its findings are out: it comes again, and there is nothing left to do.
        if kept.as_ref().is_some_and(|kept| !event.is_empty() && kept.event == event) {
            tracing::info!(event, "the change was reviewed before");
            return Ok(Reviewed::default());
        }
        // What a later call has left does not tell what stood before this one; one of the same second may be later.
        let former = kept.filter(|kept| kept.at < at).and_then(|kept| known(kept.state));
        let read = self.read_back(envelope, &change, former.as_ref()).await?;
        let zone = self.organization.zone(&envelope.account);
        let Some(done) = review((&carrier, record), &zone, former.as_ref(), read.as_deref()) else {
            return Ok(Reviewed::default());
        };
        let mut reviewed = Reviewed::default();
        if let Some(mut finding) = done.finding {
            if done.verdict.unknown.is_some() {
                self.ask(&mut finding, &done.change, read.as_deref()).await;
            }
            reviewed.findings.push((finding, record.raw().clone()));
        }
        if let Some(key) = key {
            // Nothing is known of what is gone; that is remembered too, so that no earlier call brings it back.
            let state =
                serde_json::to_value(&done.state).map_err(|error| Failure::permanent("NotJson", error))?;
            reviewed.states.push(State { key, kept: Kept { at, event: event.to_owned(), state } });
        }
        Ok(reviewed)
    }

    /// Reads a policy that the record leaves out. What may not be read is not known: the finding says so.
    async fn read_back(
        &self,
        envelope: &Envelope,
        change: &AccessChange,
        former: Option<&Known>,
    ) -> Result<Option<String>, Failure> {
        let (Some(name), Some(why)) = (&change.name, change.read_back(former)) else { return Ok(None) };
        if envelope.account != self.account {
            return Ok(None);
        }
        match self.policies.text(change.resource_type, name).await {
            Ok(text) => Ok(text),
            Err(error) if error.is_transient => Err(failed(error)),
            Err(error) => {
                let (why, reason) = (why.to_string(), cause_chain(&error));
                tracing::warn!(why, reason, "a policy could not be read back");
                Ok(None)
            }
        }
    }

    /// Asks Access Analyzer about a policy that was not decided; what it says stands in the finding.
    async fn ask(&self, finding: &mut Finding, change: &AccessChange, read: Option<&str>) {
        let Some(analyzer) = &self.second_opinion else { return };
        let written = match &change.what {
            What::Policy(text) => Some(text.as_str()),
            What::Statements(_)
            | What::StatementRemoved(_)
            | What::Shares { .. }
            | What::Acl(_)
            | What::PublicAccessBlock(_)
            | What::FunctionUrl { .. }
            | What::Removed(_)
            | What::Deleted
            | What::ReadBack(_) => read,
        };
        let Some(policy) = written.filter(|text| !text.is_empty()) else { return };
        let said = match analyzer.on(policy, change.resource_type).await {
            Ok(Some(Opinion::Public)) => "public",
            Ok(Some(Opinion::NotPublic)) => "not public",
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(reason = cause_chain(&error), "Access Analyzer did not answer");
                return;
            }
        };
        tell_first(finding, "accessAnalyzer", said);
    }

    pub(crate) async fn keep(&self, state: &State) -> Result<(), Failure> {
        if !self.states.put(&state.key, &state.kept).await.map_err(failed)? {
            tracing::info!(resource = state.key, "what a later call has left stays");
        }
        Ok(())
    }
}

fn failed(error: trailreflex_aws::CallFailed) -> Failure {
    Failure::of(error.is_transient, "ReviewFailed", error)
}

/// A state that is not understood is not known.
fn known(state: Value) -> Option<Known> {
    serde_json::from_value(state).ok()
}
