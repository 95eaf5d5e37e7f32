//! Who may do what: whom a changed policy lets in, what Access Analyzer reports, and which credentials and roles nobody uses.
//!
//! Reads, remembers and reports; holds no power over the account.

mod change;
mod config;
mod credentials;
mod grant_use;
mod reports;

pub use config::{Config, Organization};
pub use grant_use::{Grant, Use};

use serde_json::{Value, json};
use trailreflex_aws::{AccessStates, EventHistory, IamCredentials, Metrics, ResourcePolicies, SecondOpinion};
use trailreflex_credentials::Limits;
use trailreflex_findings::{Event, Ignored};
use trailreflex_lambda::{Current, Failure, Reported, Reporter, Rules, is_scheduled, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{AccountId, Finding, cause_chain};
use trailreflex_suppression::Suppressions;

/// The function `review-access`.
#[derive(Debug)]
pub struct ReviewAccess {
    /// What the owner of the account has said not to be told of.
    pub rules: Rules,
    /// Where findings go, each once.
    pub reporter: Reporter,
    /// What IAM tells of credentials and roles.
    pub credentials: IamCredentials,
    /// Whom policies let in when they were last written.
    pub states: AccessStates,
    /// Where policies are read that records leave out.
    pub policies: ResourcePolicies,
    /// Who is asked about a policy that is not decided here, if anybody.
    pub second_opinion: Option<SecondOpinion>,
    /// Where it is looked up whether a grant was used.
    pub history: EventHistory,
    /// Where numbers go.
    pub metrics: Metrics,
    /// The function's own account.
    pub account: AccountId,
    /// How old something may become.
    pub limits: Limits,
    /// Who is trusted.
    pub organization: Organization,
}

/// What comes of an event.
#[derive(Debug, Default)]
struct Reviewed {
    /// Findings, each with what suppressions are compared with.
    findings: Vec<(Finding, Value)>,
    /// Reports that are no findings.
    ignored: Vec<Ignored>,
    /// States to be written once the findings are out.
    states: Vec<change::State>,
}

impl ReviewAccess {
    /// Reviews what an event tells. `delivery` names the delivery, the same when Lambda repeats it.
    ///
    /// Safe to repeat: findings have the same ids again, what has gone out does not go out again, and a state is written only
    /// after the findings that compare with the one before are out.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload carries nothing that is read, [`Failure::Retryable`] if AWS did not answer.
    pub async fn handle(&self, payload: Value, delivery: &str) -> Result<Value, Failure> {
        let reviewed = self.review(payload).await?;
        let Current { suppressions, problems, .. } = self.rules.current(now()).await;
        let (findings, hidden) = without_suppressed(reviewed.findings, &suppressions);
        let reported = self.reporter.report(findings.clone(), delivery).await?;
        let mut data = data(&reported, &reviewed.ignored);
        if hidden > 0 {
            data.push(Datum::count(Metric::Suppressed(Function::ReviewAccess), hidden, now()));
        }
        if !problems.is_empty() {
            data.push(Datum::count(Metric::RulesNotLoaded(Function::ReviewAccess), problems.len(), now()));
        }
        if let Err(error) = self.metrics.publish(&data).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        reported.settled()?;
        for state in &reviewed.states {
            self.keep(state).await?;
        }
        let ignored: Vec<_> = reviewed.ignored.iter().map(|reason| reason.as_str()).collect();
        Ok(json!({"status": "reviewed", "findings": findings, "ignored": ignored}))
    }

    async fn review(&self, payload: Value) -> Result<Reviewed, Failure> {
        if is_scheduled(&payload) {
            let envelope =
                Envelope::parse(payload).map_err(|error| Failure::permanent("NotAnEvent", error))?;
            return self.review_credentials(&envelope).await;
        }
        // A record may have 100 KB, and is read out of the event.
        let is_record = text(&payload, "detail-type").ends_with(" via CloudTrail");
        let detail = payload.get("detail").filter(|_| !is_record).cloned().unwrap_or_default();
        let event = Event::read(payload).map_err(|error| Failure::permanent(error.code(), error))?;
        match event {
            Event::Record(carried) => self.review_change(&carried.0, &carried.1).await,
            Event::Reports(reports) => Ok(self.review_reports(reports, &detail).await),
        }
    }
}

fn text<'a>(payload: &'a Value, field: &str) -> &'a str {
    payload.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Takes out what nobody wants to be told of, and counts it.
fn without_suppressed(findings: Vec<(Finding, Value)>, suppressions: &Suppressions) -> (Vec<Finding>, usize) {
    let mut hidden = 0usize;
    let mut left = Vec::new();
    for (finding, told) in findings {
        match suppressions.suppressing(&finding.rule.id, &told, now()) {
            Some(one) => {
                let (suppression, finding) = (one.id.as_str(), finding.id.as_str());
                tracing::info!(suppression, finding, "suppressed");
                hidden = hidden.saturating_add(1);
            }
            None => left.push(finding),
        }
    }
    (left, hidden)
}

/// Adds to what a finding tells, where it is read first.
fn tell_first(finding: &mut Finding, field: &str, text: &str) {
    let told = finding.evidence.matched.iter().map(|one| (one.field.clone(), one.value.clone()));
    let told: Vec<_> = std::iter::once((field.to_owned(), text.to_owned())).chain(told).collect();
    finding.evidence.set_matched(told);
}

fn data(reported: &Reported, ignored: &[Ignored]) -> Vec<Datum> {
    let mut data = vec![Datum::one(Metric::Events(Function::ReviewAccess), now())];
    data.extend(ignored.iter().map(|reason| Datum::one(Metric::Ignored(reason.as_str()), now())));
    data.extend(reported.data(Function::ReviewAccess, now()));
    data
}
