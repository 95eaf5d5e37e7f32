//! What one record adds.

use super::{Usage, Use, UseKey};
use crate::action_name::ActionName;
use crate::caller::{Caller, caller};
use crate::passed::passed;
use crate::resources::{Call, Named, Types};
use crate::seen::{self, Seen};
use crate::via::Via;
use trailreflex_actions::{Action, Called, called};
use trailreflex_model::cloudtrail::{CallOutcome, EventCategory, EventType, Record};
use trailreflex_model::{EventId, Lifetime};

/// What services say in the message of an error whose code does not tell that the call was denied.
const NOT_AUTHORIZED: &str = "is not authorized to perform";

impl Usage {
    /// Takes a record.
    pub fn add(&mut self, record: &Record) {
        let Some(time) = record.event_time() else {
            self.coverage.without_time = self.coverage.without_time.saturating_add(1);
            return;
        };
        // Two accounts may each have a record of one call.
        let id = record.shared_event_id().or_else(|| record.event_id().map(EventId::as_str));
        let is_new = id.is_none_or(|id| self.recent.is_new(id));
        self.coverage.copies = self.coverage.copies.saturating_add(u64::from(!is_new));
        let now = Seen::at(time, u64::from(is_new));
        self.coverage.add(record, time, now.calls);
        match record.event_type() {
            Some(EventType::ApiCall) | None if is_of_calls(record) => self.add_call(record, now),
            Some(EventType::ConsoleSignIn) => self.add_sign_in(record, now),
            Some(
                EventType::ApiCall
                | EventType::ServiceEvent
                | EventType::ConsoleAction
                | EventType::VpceEvent
                | EventType::Insight
                | EventType::Unrecognised(_),
            )
            | None => {}
        }
    }

    fn add_sign_in(&mut self, record: &Record, now: Seen) {
        if record.event_name() == Some("ConsoleLogin")
            && record.outcome().succeeded()
            && let Caller::Identity(arn) = caller(record)
        {
            self.sign_ins.update(arn, |known| seen::add(known, Some(now)));
        }
    }

    fn add_call(&mut self, record: &Record, now: Seen) {
        if let (Caller::Identity(user), Some(key)) = (caller(record), &record.identity().access_key_id)
            && key.lifetime() == Lifetime::LongTerm
        {
            self.access_keys.update((user, key.to_string()), |known| seen::add(known, Some(now)));
        }
        let call = Call::of(record);
        let is_allowed = is_allowed(record);
        let uses = uses(record, &call, is_allowed, &mut self.types);
        if is_allowed {
            self.add_across(record, &uses, now);
        }
        let arn = match caller(record) {
            Caller::Identity(arn) => arn,
            Caller::Root => return seen::add(&mut self.coverage.root, Some(now)),
            Caller::ServiceLinked => return seen::add(&mut self.coverage.service_linked, Some(now)),
            Caller::Service(_) | Caller::Federated(_) | Caller::Unnamed => return,
        };
        let via = Via::of(record);
        self.principals.update(arn, |principal| {
            seen::add(&mut principal.calls, Some(now));
            if uses.is_empty() {
                principal.without_action = principal.without_action.saturating_add(now.calls);
            }
            for (action, named) in uses {
                if let Some(action) = action.known().filter(|_| is_allowed) {
                    for role in passed(action, &call) {
                        principal.passed.update(role, |known| seen::add(known, Some(now)));
                    }
                }
                let key = UseKey { action, via: via.clone() };
                principal.actions.update(key, |known| known.add(named, now, is_allowed));
            }
        });
    }

    /// Notes who assumed which role, and what was used from other accounts.
    fn add_across(&mut self, record: &Record, uses: &[(ActionName, Named)], now: Seen) {
        let own = record.identity().account_id();
        let who = match caller(record) {
            Caller::Service(service) => Some(service),
            Caller::Federated(provider) => provider_arn(record).or(provider),
            Caller::Identity(_) | Caller::Root | Caller::ServiceLinked | Caller::Unnamed => {
                own.map(ToString::to_string)
            }
        };
        let Some(who) = who else { return };
        for (action, named) in uses {
            let Named::These(resources) = named else { continue };
            let is_assumed = action.service() == "sts" && action.to_string().starts_with("sts:AssumeRole");
            for resource in resources {
                if is_assumed {
                    self.assumed.update((resource.clone(), who.clone()), |known| seen::add(known, Some(now)));
                }
                if own.is_some() && record.recipient_account().is_some_and(|account| Some(account) != own) {
                    let key = (whole(resource).to_owned(), who.clone());
                    self.from_outside.update(key, |known| seen::add(known, Some(now)));
                }
            }
        }
    }
}

impl Use {
    fn add(&mut self, named: Named, now: Seen, is_allowed: bool) {
        if !is_allowed {
            return seen::add(&mut self.denied, Some(now));
        }
        seen::add(&mut self.allowed, Some(now));
        match named {
            Named::These(resources) => resources.iter().for_each(|one| self.resources.add(one)),
            Named::TakesAny => self.resources.add("*"),
            Named::Unknown => self.has_unknown_resources = true,
        }
    }
}

/// The bucket of an object: who shares a bucket, shares its objects.
fn whole(resource: &str) -> &str {
    let end = if resource.contains(":s3:::") { resource.find('/') } else { None };
    resource.get(..end.unwrap_or(resource.len())).unwrap_or_default()
}

/// Of SAML, the identity itself has no ARN of its provider.
fn provider_arn(record: &Record) -> Option<String> {
    record.request_parameters()?.get("principalArn")?.as_str().map(str::to_owned)
}

fn is_of_calls(record: &Record) -> bool {
    match record.category() {
        Some(EventCategory::Management | EventCategory::Data) | None => true,
        Some(EventCategory::Insight | EventCategory::NetworkActivity | EventCategory::Unrecognised(_)) => {
            false
        }
    }
}

/// Whether the caller's policies allowed a call. One that failed for another reason was allowed before it failed.
fn is_allowed(record: &Record) -> bool {
    match record.outcome() {
        CallOutcome::Succeeded | CallOutcome::WouldHaveSucceeded => true,
        CallOutcome::Denied { .. } => false,
        CallOutcome::Failed { .. } => {
            !record.error_message().is_some_and(|message| message.contains(NOT_AUTHORIZED))
        }
    }
}

/// The actions that authorise a call, each with what it was about; of denied calls nobody needs to know.
fn uses(record: &Record, call: &Call<'_>, is_allowed: bool, types: &mut Types) -> Vec<(ActionName, Named)> {
    let (source, name) = (record.event_source().unwrap_or_default(), record.event_name().unwrap_or_default());
    let actions = match called(source, name) {
        Called::Actions(actions) => actions,
        Called::Nothing => return Vec::new(),
        Called::Unknown => return unverified(source, name).into_iter().collect(),
    };
    let is_copy = source == "s3.amazonaws.com" && ["CopyObject", "UploadPartCopy"].contains(&name);
    let mut used = |action: Action| {
        let action = of_version(action, record).unwrap_or(action);
        let named = match is_allowed {
            false => Named::Unknown,
            true if is_copy && action.name() == "GetObject" => call.source_of_copy(),
            true => call.resources(action, types),
        };
        (ActionName::Known(action), named)
    };
    actions.into_iter().map(&mut used).collect()
}

/// What the table does not know is mostly an operation that is newer, and called as its action. What is no name of an action is none.
fn unverified(source: &str, name: &str) -> Option<(ActionName, Named)> {
    let label = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    let is_name = |text: &str, other: &[u8]| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || other.contains(&byte))
    };
    (is_name(label, b"-") && is_name(name, b""))
        .then(|| (ActionName::Unverified(format!("{label}:{name}")), Named::Unknown))
}

/// S3 has other actions for versions of objects.
fn of_version(action: Action, record: &Record) -> Option<Action> {
    let version = record.request_parameters()?.get("versionId")?.as_str()?;
    if action.service() != "s3" || version.is_empty() {
        return None;
    }
    Action::named(&format!("s3:{}", action.name().replacen("Object", "ObjectVersion", 1)))
}
