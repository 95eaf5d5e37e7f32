//! The page on which a person decides about a plan. Reads the journal, and tells a responder what was decided; decides
//! nothing and can change nothing itself.
//!
//! `GET` only shows, since mail scanners and chats follow links; `POST` with the token decides. Whoever has no token learns
//! nothing, not even whether a plan exists.

mod config;
mod page;
mod request;

pub use config::Config;
pub use page::{Page, Tone};
pub use request::Request;

use serde_json::Value;
use std::collections::BTreeMap;
use trailreflex_aws::{DynamoJournal, Functions, Metrics};
use trailreflex_lambda::{Failure, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cause_chain;
use trailreflex_response::{ActionClass, Decision, Entry, Journal, Next, PlanId, Token};

/// The function `approve`.
#[derive(Debug)]
pub struct ApproveFunction {
    /// The journal.
    pub journal: DynamoJournal,
    /// What asks the responders.
    pub functions: Functions,
    /// Their names.
    pub responders: BTreeMap<ActionClass, String>,
    /// Where the function's own numbers go.
    pub metrics: Metrics,
}

impl ApproveFunction {
    /// Answers a browser.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the event is none of the function's URL. A browser always gets a page.
    pub async fn handle(&self, payload: Value) -> Result<Value, Failure> {
        let request = Request::read(payload).map_err(|error| Failure::permanent("NotARequest", error))?;
        if let Err(error) =
            self.metrics.publish(&[Datum::one(Metric::Events(Function::Approve), now())]).await
        {
            tracing::warn!(reason = cause_chain(&error), "a metric was not published");
        }
        let page = match request {
            Request::Show(plan, token) => self.show(&plan, token).await,
            Request::Decide(decision) => self.decide(&decision).await,
            Request::Unknown => not_asked(),
            Request::OtherMethod => {
                Page::saying(405, Tone::Bad, "Not that way", "Open the link of the message.")
            }
        };
        page.answer().map_err(|error| Failure::retryable("NoPage", error))
    }

    async fn show(&self, plan: &PlanId, token: Token) -> Page {
        match self.judged(&Decision { plan: plan.clone(), token: token.clone(), is_approved: true }).await {
            Ok((entry, Next::CarryOut | Next::Deny)) => Page::asking(&entry, &token),
            Ok((entry, Next::Repeated)) => {
                Page::saying(200, Tone::Good, "Approved before", "Nothing is left to decide.").with(&entry)
            }
            Err(page) => page,
        }
    }

    async fn decide(&self, decision: &Decision) -> Page {
        let entry = match self.judged(decision).await {
            Ok((entry, _)) => entry,
            Err(page) => return page,
        };
        let Some(function) = self.responders.get(&entry.plan.class) else { return not_asked() };
        match self.functions.ask(function, &decision.request()).await {
            Ok(answer) => came_of_it(&answer).with(&entry),
            Err(error) => {
                tracing::error!(reason = cause_chain(&error), "the responder did not answer");
                not_known()
            }
        }
    }

    /// Finds the entry that a decision is about, if it counts.
    async fn judged(&self, decision: &Decision) -> Result<(Entry, Next), Page> {
        let entry = self.journal.read(&decision.plan).await.map_err(|error| {
            tracing::error!(reason = cause_chain(&error), "the journal was not read");
            not_known()
        })?;
        let entry = entry.ok_or_else(not_asked)?;
        match entry.judge(decision, now()) {
            Ok(next) => Ok((entry, next)),
            Err(trailreflex_response::DecisionRefusal::NotAsked(_)) => Err(not_asked()),
            Err(refusal) => Err(Page::saying(409, Tone::Bad, "Nothing to decide", &refusal.to_string())),
        }
    }
}

/// What a responder's answer means to whoever has decided.
fn came_of_it(answer: &Value) -> Page {
    let text = |field: &str| answer.get(field).and_then(Value::as_str).unwrap_or_default();
    let held = answer.pointer("/plan/held").and_then(Value::as_str);
    let refused = answer.pointer("/plan/refused").and_then(Value::as_str);
    match (text("status"), held, refused) {
        ("contained", _, _) => {
            Page::saying(200, Tone::Good, "Contained", "Every step is in force, read back.")
        }
        ("denied", _, _) => {
            Page::saying(200, Tone::Good, "Denied", "Nothing was changed, and nothing will be.")
        }
        ("duplicate", _, _) => Page::saying(200, Tone::Good, "Decided before", "Nothing was changed now."),
        ("awaiting", _, _) => Page::saying(
            409,
            Tone::Bad,
            "Something has changed",
            "The account is not as it was when you were asked, so nothing was done. A new message shows the new plan.",
        ),
        ("partial", _, _) => Page::saying(
            200,
            Tone::Bad,
            "Contained in part",
            "Some steps are in force, others failed: look now.",
        ),
        ("failed", _, _) => Page::saying(200, Tone::Bad, "Not contained", "No step is in force: look now."),
        ("refused", _, Some(reason)) => {
            Page::saying(409, Tone::Bad, "Refused", &format!("A guardrail forbids it by now: {reason}."))
        }
        (_, Some(hold), _) => Page::saying(
            409,
            Tone::Bad,
            "Held back",
            &format!("Nothing was done because of {hold}. Open the link again once that is over."),
        ),
        ("planned", _, _) => {
            Page::saying(409, Tone::Bad, "Only planned", "The stack's mode does not let it act any more.")
        }
        ("quarantined", _, _) => Page::saying(409, Tone::Bad, "Nothing to decide", text("reason")),
        _ => not_known(),
    }
}

fn not_asked() -> Page {
    Page::saying(
        404,
        Tone::Bad,
        "Nothing to decide here",
        "No plan waits for a decision with this link. A newer message may hold a newer one.",
    )
}

fn not_known() -> Page {
    Page::saying(
        503,
        Tone::Bad,
        "Not known",
        "AWS did not answer, so it is not known what came of it. Open the link again in a minute.",
    )
}
