//! What an outcome is about: which records and whose settings belong to it, and where its evidence is kept.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;
use trailreflex_model::{AccountId, IdentityKind, Target, shown};
use trailreflex_response::{ActionClass, DETAIL_TYPE_OUTCOME, IdentityRef, Outcome};

/// How long before the call what was done around it begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// By what CloudTrail's event history is asked. Source: CloudTrail API reference, `LookupAttribute`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lookup {
    /// The record that all began with.
    EventId(String),
    /// What was done with an access key.
    AccessKeyId(String),
    /// What a user did, or a session of that name.
    Username(String),
    /// What was done to a resource.
    ResourceName(String),
}

/// When evidence is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// As soon as the outcome is known.
    AtOnce,
    /// When CloudTrail has delivered what was done until then.
    Later,
}

/// An outcome, and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The account.
    pub account: AccountId,
    /// The outcome, without what a person needs to decide.
    pub outcome: Outcome,
    /// The event's own id, the same at every delivery.
    pub event: String,
}

/// Why an event is not about an outcome.
#[derive(Debug, thiserror::Error)]
pub enum NotACase {
    /// It is no event of the findings bus.
    #[error("not an event of the findings bus: {0}")]
    Unknown(#[source] serde_json::Error),
    /// It is of another kind or producer.
    #[error("the event is no outcome of a responder: its {field} is `{found}`")]
    NotAnOutcome {
        /// Which field of the envelope.
        field: &'static str,
        /// What it says, cut.
        found: String,
    },
    /// What it holds is no outcome.
    #[error("the event's detail is no outcome; only responders put outcomes on the bus: {0}")]
    Malformed(#[source] serde_json::Error),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope {
    id: String,
    source: String,
    detail_type: String,
    account: AccountId,
    detail: Value,
}

impl Case {
    /// Reads an event of the findings bus.
    ///
    /// # Errors
    /// [`NotACase`].
    pub fn read(payload: Value) -> Result<Self, NotACase> {
        let envelope: Envelope = serde_json::from_value(payload).map_err(NotACase::Unknown)?;
        let other = |field, found: &str| NotACase::NotAnOutcome { field, found: shown(found) };
        if envelope.detail_type != DETAIL_TYPE_OUTCOME {
            return Err(other("detail-type", &envelope.detail_type));
        }
        let is_responder =
            |class: ActionClass| envelope.source.strip_prefix("trailreflex.") == Some(class.as_str());
        if !ActionClass::ALL.into_iter().any(is_responder) {
            return Err(other("source", &envelope.source));
        }
        let mut outcome: Outcome = serde_json::from_value(envelope.detail).map_err(NotACase::Malformed)?;
        // Whoever may read evidence may not decide by it.
        outcome.invitation = None;
        let account = outcome.plan.account.clone().unwrap_or(envelope.account);
        Ok(Self { account, outcome, event: envelope.id })
    }

    /// Tells whether it is about a member account: what is there cannot be read from here, and what bears the same name here is not
    /// meant.
    #[must_use]
    pub fn is_of_member(&self) -> bool {
        self.outcome.plan.account.is_some()
    }

    /// Returns by what the event history is asked, the record itself first.
    #[must_use]
    pub fn lookups(&self) -> Vec<Lookup> {
        let plan = &self.outcome.plan;
        let mut lookups = vec![Lookup::EventId(plan.cause.event_id.clone())];
        let of_target = plan.cause.target.as_ref().map(|target| match target {
            Target::AccessKey { access_key_id } => Lookup::AccessKeyId(access_key_id.to_string()),
            Target::User { user_name } => Lookup::Username(user_name.to_string()),
            Target::Role { role_name } => Lookup::ResourceName(role_name.to_string()),
            Target::Session { session, .. } => {
                let session = session.as_str();
                Lookup::Username(session.split_once(':').map_or(session, |(_, name)| name).to_owned())
            }
            Target::Attachment { identity: IdentityKind::User, name, .. } => {
                Lookup::Username(name.to_string())
            }
            Target::Attachment { name, .. } => Lookup::ResourceName(name.to_string()),
            Target::Resource(resource) => Lookup::ResourceName(resource.name.to_string()),
        });
        let user = plan.identity.as_ref().filter(|identity| identity.kind == IdentityKind::User);
        let of_user = user.map(|identity| Lookup::Username(identity.name.to_string()));
        for lookup in of_target.into_iter().chain(of_user) {
            if !lookups.contains(&lookup) {
                lookups.push(lookup);
            }
        }
        lookups
    }

    /// Returns since when what was done around the call is of interest.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        let plan = &self.outcome.plan;
        let begin = plan.cause.event_time.unwrap_or(plan.decided_at).min(plan.decided_at);
        begin.checked_sub(BEFORE).unwrap_or(Timestamp::MIN)
    }

    /// Returns whose settings are kept: those of the user, role or group that the plan is about.
    #[must_use]
    pub fn identity(&self) -> Option<&IdentityRef> {
        self.outcome.plan.identity.as_ref()
    }

    /// Returns the key of the evidence: account, day of the decision, plan, what came of it, and the event.
    #[must_use]
    pub fn key(&self, when: When) -> String {
        let plan = &self.outcome.plan;
        let day = plan.decided_at.to_zoned(TimeZone::UTC).strftime("%Y/%m/%d").to_string();
        let (account, id, status) = (&self.account, plan.id.as_str(), self.outcome.status.as_str());
        // The event's id is AWS's, but nothing else says so.
        let event: String =
            self.event.chars().filter(|one| one.is_ascii_alphanumeric() || *one == '-').take(64).collect();
        let later = match when {
            When::AtOnce => "",
            When::Later => "-later",
        };
        format!("{account}/{day}/{id}/{status}-{event}{later}.json")
    }
}
