//! What an EventBridge event tells: a CloudTrail record to be evaluated, or another service's report.

use crate::detail::Malformed;
use crate::judged::{Ignored, Judged};
use crate::{Carrier, access_analyzer, correlated, guardduty, health, observe, security_hub};
use serde_json::Value;
use trailreflex_detection::{Alert, Contribution, Rejected, RuleSet, Skipped};
use trailreflex_model::cloudtrail::{DetailKind, Envelope, NotARecord, NotAnEnvelope, Record};
use trailreflex_model::{AccountId, Finding, shown};

/// How the `source` of everything begins that AWS itself puts on a bus; nobody else may use it.
const AWS: &str = "aws.";

/// An event that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A CloudTrail record with the event that carried it.
    Record(Box<(Envelope, Record)>),
    /// What came of another service's report.
    Reports(Vec<Judged>),
}

/// What comes of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluated {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was not taken for a finding, and why.
    pub ignored: Vec<Ignored>,
    /// Why rules that the record may concern could not be used: then there may be more findings than these.
    pub unusable: Vec<Rejected>,
    /// What is to be given to [`RuleSet::correlate`]; without any there is nothing to correlate.
    pub contributions: Vec<Contribution>,
    /// The correlations that a record should count in but cannot.
    pub skipped: Vec<Skipped>,
}

/// Why an event cannot be used: no retry would change that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No EventBridge event.
    #[error(transparent)]
    NotAnEvent(#[from] NotAnEnvelope),
    /// An event of a kind that is none of ours.
    #[error("the event is a `{kind}`, {what}; correct the rule's pattern")]
    Misrouted {
        /// Its `detail-type`, at most 80 characters of it.
        kind: String,
        /// What that is.
        what: &'static str,
    },
    /// Somebody else than AWS put it on the bus.
    #[error("the event is a `{kind}` from `{found}`, expected one from {expected}: AWS did not send it")]
    Forged {
        /// Its `detail-type`.
        kind: String,
        /// Its `source`, at most 80 characters of it.
        found: String,
        /// What the source should be.
        expected: &'static str,
    },
    /// The detail is no CloudTrail record.
    #[error(transparent)]
    NotARecord(#[from] NotARecord),
    /// Event and record, or report, are of two accounts.
    #[error("the event is of account {event}, what it carries of account {record}")]
    AccountMismatch {
        /// The event's.
        event: AccountId,
        /// The record's.
        record: AccountId,
    },
    /// The detail is a report that lacks something.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Unusable {
    /// Returns a stable word for alarms and searches.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnEvent(_) => "NotAnEvent",
            Self::Misrouted { .. } => "Misrouted",
            Self::Forged { .. } => "Forged",
            Self::NotARecord(_) => "NotARecord",
            Self::AccountMismatch { .. } => "AccountMismatch",
            Self::Malformed(_) => "MalformedReport",
        }
    }
}

impl Event {
    /// Reads an EventBridge event, whoever has it.
    ///
    /// # Errors
    /// [`Unusable`] says what is wrong with it.
    pub fn read(payload: Value) -> Result<Self, Unusable> {
        Self::read_from(payload, None)
    }

    /// Reads an EventBridge event that has come to a bus of the account `own`.
    ///
    /// There, only what has happened in `own` itself may report on other accounts, as an organization's administrator of a
    /// service is told. Who governs another account can change what its rules send on, but not from where.
    ///
    /// # Errors
    /// [`Unusable`] says what is wrong with it.
    pub fn read_at(payload: Value, own: &AccountId) -> Result<Self, Unusable> {
        Self::read_from(payload, Some(own))
    }

    fn read_from(payload: Value, own: Option<&AccountId>) -> Result<Self, Unusable> {
        let mut envelope = Envelope::parse(payload)?;
        check_source(&envelope)?;
        let detail = envelope.detail.take();
        let reports = match &envelope.kind {
            DetailKind::ApiCall
            | DetailKind::ConsoleSignIn
            | DetailKind::ConsoleAction
            | DetailKind::ServiceEvent
            | DetailKind::InsightEvent => return read_record(envelope, detail),
            DetailKind::HealthEvent | DetailKind::HealthAbuseEvent => health::judge(&envelope, &detail)?,
            DetailKind::GuardDutyFinding => vec![guardduty::judge(&envelope, &detail)?],
            DetailKind::SecurityHubFindings => security_hub::judge(&envelope, &detail)?,
            DetailKind::AccessAnalyzerFinding
            | DetailKind::UnusedAccessFinding
            | DetailKind::InternalAccessFinding
            | DetailKind::AccessPreview => vec![access_analyzer::judge(&envelope, &detail)?],
            DetailKind::SecurityHubFindingsV2 => vec![Judged::Ignored(Ignored::NotReadYet)],
            DetailKind::SecurityHubCustomAction => {
                return Err(misrouted(&envelope, "findings that a person sent on, which may be old"));
            }
            DetailKind::SecurityHubInsightResults => {
                return Err(misrouted(&envelope, "a grouping of findings that a person sent on"));
            }
            DetailKind::Other(_) => {
                return Err(misrouted(
                    &envelope,
                    "neither a CloudTrail record nor a report that is read here",
                ));
            }
        };
        let may_be_of_others = own.is_none_or(|own| *own == envelope.account);
        let of_another =
            reports.iter().filter_map(Judged::account).find(|account| **account != envelope.account);
        match of_another.cloned() {
            Some(record) if !may_be_of_others => {
                Err(Unusable::AccountMismatch { event: envelope.account, record })
            }
            Some(_) | None => Ok(Self::Reports(reports)),
        }
    }

    /// Evaluates `rules` on a record; what came of a report is known already.
    #[must_use]
    pub fn evaluate(&self, rules: &RuleSet) -> Evaluated {
        let mut evaluated = Evaluated::default();
        match self {
            Self::Record(carried) => {
                let observed = observe(rules, &Carrier::of(&carried.0), &carried.1);
                evaluated.findings = observed.findings;
                evaluated.contributions = observed.contributions;
                evaluated.skipped = observed.skipped;
                evaluated.unusable = observed.unusable;
            }
            Self::Reports(reports) => {
                for report in reports {
                    match report {
                        Judged::Finding(finding) => evaluated.findings.push((**finding).clone()),
                        Judged::Ignored(reason) => evaluated.ignored.push(*reason),
                    }
                }
            }
        }
        evaluated
    }

    /// Turns an alert that this event has completed into a finding; none if the event carries no record.
    #[must_use]
    pub fn correlated(&self, alert: &Alert<'_>) -> Option<Finding> {
        match self {
            Self::Record(carried) => correlated(alert, &[(&Carrier::of(&carried.0), &carried.1)]),
            Self::Reports(_) => None,
        }
    }
}

fn read_record(envelope: Envelope, detail: Value) -> Result<Event, Unusable> {
    let record = Record::parse(detail)?;
    match record.recipient_account() {
        Some(account) if *account != envelope.account => {
            Err(Unusable::AccountMismatch { event: envelope.account, record: account.clone() })
        }
        Some(_) | None => Ok(Event::Record(Box::new((envelope, record)))),
    }
}

/// EventBridge lets nobody but AWS use a source that begins with `aws.`, so it tells a forged event.
fn check_source(envelope: &Envelope) -> Result<(), Unusable> {
    let expected = match &envelope.kind {
        DetailKind::ApiCall
        | DetailKind::ConsoleSignIn
        | DetailKind::ConsoleAction
        | DetailKind::ServiceEvent
        | DetailKind::InsightEvent => "aws.*",
        DetailKind::HealthEvent | DetailKind::HealthAbuseEvent => "aws.health",
        DetailKind::GuardDutyFinding => "aws.guardduty",
        DetailKind::SecurityHubFindings
        | DetailKind::SecurityHubFindingsV2
        | DetailKind::SecurityHubCustomAction
        | DetailKind::SecurityHubInsightResults => "aws.securityhub",
        DetailKind::AccessAnalyzerFinding
        | DetailKind::UnusedAccessFinding
        | DetailKind::InternalAccessFinding
        | DetailKind::AccessPreview => "aws.access-analyzer",
        DetailKind::Other(_) => return Ok(()),
    };
    let found = &envelope.source;
    if *found == expected || (expected == "aws.*" && found.starts_with(AWS)) {
        return Ok(());
    }
    Err(Unusable::Forged { kind: envelope.kind.as_str().to_owned(), found: shown(found), expected })
}

fn misrouted(envelope: &Envelope, what: &'static str) -> Unusable {
    Unusable::Misrouted { kind: shown(envelope.kind.as_str()), what }
}
