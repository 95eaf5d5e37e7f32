//! The page: plain HTML without a script, which loads nothing and may not be framed.

use askama::Template;
use serde_json::{Value, json};
use trailreflex_response::{Entry, Token, Undo, Verdict};

/// What is said above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is to be decided.
    Asks,
    /// It was done.
    Good,
    /// It was not done.
    Bad,
}

/// A page.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub struct Page {
    /// The status of HTTP.
    status: u16,
    tone: &'static str,
    title: String,
    says: String,
    plan: Option<Shown>,
    /// What the form sends, if something is to be decided.
    token: Option<String>,
}

/// What is shown of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    id: String,
    facts: Vec<(&'static str, String)>,
    steps: Vec<ShownStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ShownStep {
    name: String,
    calls: Vec<String>,
    undo: Vec<String>,
}

impl Page {
    /// A page without a plan.
    #[must_use]
    pub fn saying(status: u16, tone: Tone, title: &str, says: &str) -> Self {
        Self {
            status,
            tone: tone.class(),
            title: title.to_owned(),
            says: says.to_owned(),
            plan: None,
            token: None,
        }
    }

    /// The page that shows a plan and asks what to do.
    #[must_use]
    pub fn asking(entry: &Entry, token: &Token) -> Self {
        let says = "Nothing was changed yet. What is done is decided anew when you approve, and never more than this.";
        let title = entry.plan.cause.title.clone();
        Self {
            token: Some(token.as_str().to_owned()),
            ..Self::saying(200, Tone::Asks, &title, says).with(entry)
        }
    }

    /// The same page with a plan.
    #[must_use]
    pub fn with(self, entry: &Entry) -> Self {
        Self { plan: Some(Shown::of(entry)), ..self }
    }

    /// Returns the answer for Lambda.
    ///
    /// # Errors
    /// None that is known: the template writes texts only.
    pub fn answer(&self) -> Result<Value, askama::Error> {
        Ok(json!({
            "statusCode": self.status,
            "headers": {
                "content-type": "text/html; charset=utf-8",
                "cache-control": "no-store",
                "content-security-policy":
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
                // The address holds the token.
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
                "x-robots-tag": "noindex, nofollow",
            },
            "body": self.render()?,
        }))
    }
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Asks => "asks",
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }
}

impl Shown {
    fn of(entry: &Entry) -> Self {
        let plan = &entry.plan;
        let whom = plan.identity.as_ref().map(|identity| identity.arn.to_string());
        let mut facts = vec![
            ("Severity", plan.cause.severity.as_str().to_owned()),
            ("Whom", whom.or_else(|| plan.subject.clone()).unwrap_or_default()),
            ("Call", plan.cause.event_id.clone()),
        ];
        facts.extend(plan.cause.event_time.map(|at| ("Made at", at.to_string())));
        facts.push(("Planned at", format!("{:.0}", plan.decided_at)));
        facts.extend(entry.approval.as_ref().map(|approval| ("Decide by", approval.until.to_string())));
        facts.extend(plan.expiry.map(|expiry| ("Would end", expiry.at.to_string())));
        let steps = plan.to_execute().map(|step| ShownStep {
            name: match step.verdict {
                Verdict::Fallback => format!("{}, if the step before fails", step.action.name()),
                Verdict::Execute | Verdict::AlreadyInForce | Verdict::Refuse(_) => {
                    step.action.name().to_owned()
                }
            },
            calls: step.calls.iter().map(|call| call.command.clone()).collect(),
            undo: match &step.undo {
                Undo::Calls(calls) => calls.iter().map(|call| call.command.clone()).collect(),
                Undo::Nothing => Vec::new(),
            },
        });
        Self { id: plan.id.to_string(), facts, steps: steps.collect() }
    }
}
