//! What the responder can be asked: a finding from the bus, an undo from a person, a look that it has asked itself for,
//! or the schedule's sweep.
//!
//! An undo is taken from a direct invocation only. Whatever comes over the bus arrives inside an EventBridge
//! event, so it can never be the bare object that an undo is.

use crate::{Decision, Look, PlanId, Token};
use serde::Deserialize;
use serde_json::Value;
use trailreflex_model::{AccountId, DETAIL_TYPE_FINDING, Finding, NotAFinding, PRODUCERS, shown};

/// What the responder is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Respond to a finding.
    Respond(Box<Finding>),
    /// Take a plan back.
    Undo(UndoRequest),
    /// Carry a plan out that waits for a person, or do not.
    Decide(Decision),
    /// Look again at plans: one for each message that the queue of looks has brought.
    Look(Vec<Look>),
    /// Finish, report and end what is due.
    Sweep,
}

/// The schedule's request: `{"sweep": true}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SweepRequest {
    sweep: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproveRequest {
    approve: PlanId,
    token: Token,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DenyRequest {
    deny: PlanId,
    token: Token,
}

/// A person's request to take a plan back: `{"undo": "<plan id>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoRequest {
    /// The plan.
    pub undo: PlanId,
}

/// Why an invocation is not a request.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRequest {
    /// Neither an event nor an undo.
    #[error("not a finding from the findings bus and not {{\"undo\": \"<plan id>\"}}: {0}")]
    Unknown(&'static str),
    /// An undo with a malformed plan id or with more than that.
    #[error("the undo request is malformed; send only {{\"undo\": \"<plan id>\"}}")]
    MalformedUndo(#[source] serde_json::Error),
    /// A decision without its token, or with more than that.
    #[error(
        "the decision is malformed; send only {{\"approve\": \"<plan id>\", \"token\": \"<token>\"}}, or `deny` \
         instead of `approve`"
    )]
    MalformedDecision(#[source] serde_json::Error),
    /// A sweep with anything but `true`.
    #[error("the sweep request is malformed; send only {{\"sweep\": true}}")]
    MalformedSweep,
    /// A message of the queue of looks that is none.
    #[error("the message is not {{\"look\": \"<plan id>\", \"round\": <1 or 2>}}")]
    MalformedLook(#[source] serde_json::Error),
    /// An event of another kind or producer.
    #[error("the event is not a finding of `detect`: its {field} is `{found}`")]
    NotFromDetect {
        /// Which field of the envelope.
        field: &'static str,
        /// What it says, cut to 80 characters.
        found: String,
    },
    /// An event from another account.
    #[error("the event comes from account `{0}`, not from this one")]
    ForeignAccount(String),
    /// An event of the right kind with a malformed finding.
    #[error(transparent)]
    NotAFinding(#[from] NotAFinding),
}

impl Request {
    /// Reads an invocation's payload in the account `own`.
    ///
    /// # Errors
    /// [`InvalidRequest`] says what is wrong; no retry can mend it.
    pub fn parse(payload: Value, own: &AccountId) -> Result<Self, InvalidRequest> {
        let Value::Object(mut event) = payload else {
            return Err(InvalidRequest::Unknown("the payload is not a JSON object"));
        };
        if event.contains_key("undo") {
            let request =
                serde_json::from_value(Value::Object(event)).map_err(InvalidRequest::MalformedUndo)?;
            return Ok(Self::Undo(request));
        }
        if event.contains_key("approve") {
            let ApproveRequest { approve: plan, token } =
                serde_json::from_value(Value::Object(event)).map_err(InvalidRequest::MalformedDecision)?;
            return Ok(Self::Decide(Decision { plan, token, is_approved: true }));
        }
        if event.contains_key("deny") {
            let DenyRequest { deny: plan, token } =
                serde_json::from_value(Value::Object(event)).map_err(InvalidRequest::MalformedDecision)?;
            return Ok(Self::Decide(Decision { plan, token, is_approved: false }));
        }
        if event.contains_key("sweep") {
            return match serde_json::from_value(Value::Object(event)) {
                Ok(SweepRequest { sweep: true }) => Ok(Self::Sweep),
                Ok(SweepRequest { sweep: false }) | Err(_) => Err(InvalidRequest::MalformedSweep),
            };
        }
        if let Some(Value::Array(records)) = event.get("Records") {
            let body =
                |record: &Value| record.get("body").and_then(Value::as_str).unwrap_or_default().to_owned();
            let looks = records.iter().map(|record| serde_json::from_str(&body(record)));
            return looks.collect::<Result<_, _>>().map(Self::Look).map_err(InvalidRequest::MalformedLook);
        }
        if !event.contains_key("detail-type") {
            return Err(InvalidRequest::Unknown("the payload has no `detail-type`"));
        }
        let text = |field: &str| event.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kinds = [DETAIL_TYPE_FINDING].as_slice();
        for (field, expected) in [("detail-type", kinds), ("source", PRODUCERS.as_slice())] {
            let found = text(field);
            if !expected.contains(&found.as_str()) {
                return Err(InvalidRequest::NotFromDetect { field, found: shown(&found) });
            }
        }
        let account = text("account");
        if account != own.as_str() {
            return Err(InvalidRequest::ForeignAccount(shown(&account)));
        }
        let detail = event.remove("detail").unwrap_or_default();
        Ok(Self::Respond(Box::new(Finding::from_detail(detail)?)))
    }
}
