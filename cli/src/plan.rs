//! `trailreflex plan`: what the responder would do about an event, rehearsed without an account or on one that is read.

mod enveloped;
mod show;

use crate::Ended;
use crate::args::{self, Format};
use crate::input::{name_of, text};
use crate::live::Live;
use crate::playbooks::AllPlaybooks;
use crate::rehearsal::{Rehearsal, rehearse};
use crate::terminal::Terminal;
use anyhow::Context;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use trailreflex_detection::{Bundle, RuleSet};
use trailreflex_findings::Event;
use trailreflex_model::{AccountId, Finding, cause_chain};
use trailreflex_response::{Declared, Guardrails, Playbook, Request};

/// The responder's own default for `MAX_EVENT_AGE_SECONDS`.
const MAX_EVENT_AGE_SECONDS: i64 = 3600;
/// How the names of a stack's rules and functions begin if the stack is called as in the documentation.
const OWN_PREFIX: &str = "trailreflex-";
/// For what has no account: it is refused before the account matters.
const NO_ACCOUNT: &str = "000000000000";

/// How the `detail-type` of what is on the findings bus begins.
const OWN_KINDS: &str = "Trailreflex ";

/// Where the response is rehearsed.
#[derive(Debug)]
enum Stage {
    /// On an account that is made up from the event.
    Simulated,
    /// On the account that the environment names.
    Live(Box<Live>),
}

impl Stage {
    /// Said of every rehearsal.
    fn notice(&self) -> String {
        match self {
            Self::Simulated => {
                "rehearsal on a simulated account: nothing was read from or changed in AWS".to_owned()
            }
            Self::Live(live) => {
                format!("rehearsal on account {}: it was read, and nothing was changed", live.account)
            }
        }
    }

    /// What the one whom the plan is about is called.
    fn adjective(&self) -> &'static str {
        match self {
            Self::Simulated => "simulated",
            Self::Live(_) => "live",
        }
    }

    fn rehearse(
        &self,
        (finding, record): (&Finding, &Value),
        playbook: Option<&Playbook>,
        guardrails: &Guardrails,
        now: Timestamp,
    ) -> anyhow::Result<Rehearsal> {
        match self {
            Self::Simulated => rehearse(finding, record, playbook, guardrails, now),
            Self::Live(live) => live.rehearse(finding, playbook, guardrails, now),
        }
    }
}

/// What the responder would do.
#[derive(Debug)]
enum Answer {
    /// It decides: a plan with steps, or one that says why not.
    Decision(Box<(Finding, Rehearsal)>),
    /// No rule matches, so there is nothing to respond to.
    NoFinding,
    /// It would take a plan back, if its journal knows it.
    Undo(String),
    /// A person has decided about this plan, which only the journal knows.
    Decided(String),
    /// It would refuse the event as none of its own.
    Invalid(String),
}

/// Runs the command.
pub(crate) fn run(options: &args::Plan, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = Bundle::built_in(trailreflex_content::RULES)
        .and_then(|bundle| bundle.load())
        .context("the built-in rules")?;
    let playbooks = AllPlaybooks::built_in()?;
    let format = terminal.format(options.format);
    let stage = match options.live {
        true => Stage::Live(Box::new(Live::connect(options.account.as_ref())?)),
        false => Stage::Simulated,
    };
    let mut ended = Ended::Well;
    for path in &options.events {
        let name = name_of(path);
        let value = match event(path) {
            Ok(value) => value,
            Err(error) => {
                terminal.complain(&format!("{name}: {error:#}"));
                ended = Ended::WithUnreadableInput;
                continue;
            }
        };
        let answers = match answers(value, options, &stage, &rules, &playbooks) {
            Ok(answers) => answers,
            Err(error) => {
                terminal.complain(&format!("{name}: {error:#}"));
                ended = Ended::WithUnreadableInput;
                continue;
            }
        };
        for answer in answers {
            match format {
                Format::Json => terminal.json_line(&as_json(&name, &answer, &stage))?,
                Format::Table => show::write(&name, &answer, &stage, terminal)?,
            }
        }
    }
    if format == Format::Table {
        show::notice(&stage, terminal)?;
    }
    Ok(ended)
}

fn event(path: &Path) -> anyhow::Result<Value> {
    serde_json::from_str(&text(path)?).map(enveloped::enveloped).context("is not one JSON value")
}

fn answers(
    value: Value,
    options: &args::Plan,
    stage: &Stage,
    rules: &RuleSet,
    playbooks: &AllPlaybooks,
) -> anyhow::Result<Vec<Answer>> {
    let of_event = || value.get("account").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let account = match stage {
        Stage::Live(live) => live.account.clone(),
        Stage::Simulated => match options.account.clone().or_else(of_event) {
            Some(account) => account,
            None => NO_ACCOUNT.parse()?,
        },
    };
    // Of a finding this is the finding itself, which has nothing of a record.
    let record = value.get("detail").cloned().unwrap_or_default();
    let found = match requests(value, &account, rules) {
        Ok(Requested::Findings(found)) if found.is_empty() => return Ok(vec![Answer::NoFinding]),
        Ok(Requested::Findings(found)) => found,
        Ok(Requested::Decided(plan)) => return Ok(vec![Answer::Decided(plan)]),
        Ok(Requested::Undo(plan)) => return Ok(vec![Answer::Undo(plan)]),
        Err(reason) => return Ok(vec![Answer::Invalid(reason)]),
    };
    let mut answers = Vec::new();
    for finding in found {
        let guardrails = Guardrails {
            account: account.clone(),
            members: BTreeSet::new(),
            region: finding.evidence.region.clone(),
            protected: options.protected.clone(),
            own_roles: Vec::new(),
            max_event_age_seconds: MAX_EVENT_AGE_SECONDS,
            declared: Declared { own_prefix: OWN_PREFIX.to_owned(), ..Declared::default() },
        };
        let now = options.at.or(finding.evidence.event_time).unwrap_or_default();
        let mut rehearse = |playbook: Option<&Playbook>| -> anyhow::Result<()> {
            let rehearsal = stage.rehearse((&finding, &record), playbook, &guardrails, now)?;
            answers.push(Answer::Decision(Box::new((finding.clone(), rehearsal))));
            Ok(())
        };
        let responding = playbooks.for_rule(&finding.rule.id);
        if responding.is_empty() {
            rehearse(None)?;
        }
        responding.into_iter().try_for_each(|playbook| rehearse(Some(playbook)))?;
    }
    Ok(answers)
}

enum Requested {
    Findings(Vec<Finding>),
    Undo(String),
    Decided(String),
}

/// Reads the event as the function that it is for would: `contain-identity` findings and undo requests, `detect`
/// everything else.
fn requests(value: Value, account: &AccountId, rules: &RuleSet) -> Result<Requested, String> {
    let kind = value.get("detail-type").and_then(Value::as_str).unwrap_or_default();
    let asks = ["undo", "approve", "deny"].iter().any(|field| value.get(*field).is_some());
    if kind.starts_with(OWN_KINDS) || asks {
        return match Request::parse(value, account).map_err(|error| cause_chain(&error))? {
            Request::Respond(finding) => Ok(Requested::Findings(vec![*finding])),
            Request::Undo(request) => Ok(Requested::Undo(request.undo.to_string())),
            Request::Decide(decision) => Ok(Requested::Decided(decision.plan.to_string())),
            Request::Look(_) | Request::Sweep => {
                Err("it asks for what the journal holds, and a rehearsal has no journal".to_owned())
            }
        };
    }
    let event = Event::read(value).map_err(|error| cause_chain(&error))?;
    Ok(Requested::Findings(event.evaluate(rules).findings))
}

fn as_json(input: &str, answer: &Answer, stage: &Stage) -> Value {
    let (decision, more) = match answer {
        Answer::NoFinding => ("noFinding", json!({})),
        Answer::Decided(plan) => ("decision", json!({"about": plan})),
        Answer::Undo(plan) => ("undo", json!({"undo": plan})),
        Answer::Invalid(reason) => ("invalid", json!({"reason": reason})),
        Answer::Decision(decided) => {
            let (finding, rehearsal) = &**decided;
            let plan = &rehearsal.plan;
            let keys =
                || rehearsal.keys.iter().map(|(id, status)| (id.as_str().to_owned(), status.as_str().into()));
            let identity = rehearsal.identity.as_ref().map(|identity| {
                json!({"reference": identity, "keys": keys().collect::<serde_json::Map<_, Value>>()})
            });
            let more = json!({
                "reason": plan.refused.map(|reason| reason.to_string()),
                "finding": finding,
                (format!("{}Identity", stage.adjective())): identity,
                "plan": plan,
                "permissions": {"reading": plan.reading_permissions(), "acting": plan.permissions()},
            });
            (if plan.refused.is_some() { "refused" } else { "planned" }, more)
        }
    };
    let mut line = json!({"input": input, "decision": decision, "notice": stage.notice()});
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    line
}
