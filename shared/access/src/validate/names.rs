//! Services, actions and condition keys that do not exist, so that what is meant is neither allowed nor denied.
//!
//! What is newer than the table of actions is taken for a mistake too; therefore an action or a key is looked for only in a
//! service that the table knows.

use super::Issues;
use crate::glob::{Glob, Reading};
use crate::json::Json;
use crate::parse::cut;
use trailreflex_actions::{Called, Service, called, condition_keys};

const NAMES: Reading = Reading { wildcards: true, variables: false, fold: true };

pub(super) fn actions(statement: &Json, path: &str, issues: &mut Issues) {
    let element = if statement.get("Action").is_some() { "Action" } else { "NotAction" };
    let Some(actions) = statement.get(element) else {
        return issues.error("MISSING_ACTION", path, "add `Action` or `NotAction`");
    };
    let path = format!("{path}.{element}");
    for action in actions.items() {
        match action.text() {
            Some("*") => {}
            Some(text) => {
                match text.split_once(':').filter(|(one, other)| !one.is_empty() && !other.is_empty()) {
                    Some((service, name)) => action_of(service, name, &path, issues),
                    None => {
                        let what = format!("`{}` is no action; write service:Action", cut(text));
                        issues.error("INVALID_ACTION", &path, what);
                    }
                }
            }
            None => issues.error("DATA_TYPE_MISMATCH", &path, "an action has to be a text"),
        }
    }
}

fn action_of(prefix: &str, name: &str, path: &str, issues: &mut Issues) {
    // IAM takes `*:*`; of which services others are is not decided here.
    if is_open(prefix) {
        return;
    }
    let Some(service) = Service::named(prefix) else {
        let what = match Service::known_as(prefix) {
            Some(meant) => format!("no service is called `{}`; write `{}`", cut(prefix), meant.prefix()),
            None => format!("no service is called `{}`, unless it is new; correct it", cut(prefix)),
        };
        return issues.error("INVALID_SERVICE_IN_ACTION", path, what);
    };
    let exists = || {
        if !is_open(name) {
            return service.action(name).is_some();
        }
        let glob = Glob::parse(name, NAMES);
        service.actions().any(|action| glob.matches(action.name()))
    };
    if service.actions().next().is_some() && !exists() {
        let action = cut(&format!("{}:{name}", service.prefix()));
        let what = match called(service.prefix(), name) {
            Called::Actions(meant) => {
                let meant: Vec<String> = meant.iter().map(ToString::to_string).collect();
                format!("`{action}` is an operation, not an action; write `{}`", meant.join("`, `"))
            }
            Called::Nothing => format!("`{action}` needs no permission; remove it"),
            Called::Unknown => format!("there is no action `{action}`, unless it is new; correct it"),
        };
        issues.error("INVALID_ACTION", path, what);
    }
}

fn is_open(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Global keys and those of identity providers (`accounts.google.com:aud`) are of no service.
pub(super) fn condition_key(key: &str, path: &str, issues: &mut Issues) {
    let Some(service) = key.split_once(':').and_then(|(prefix, _)| Service::named(prefix)) else { return };
    let is_of_service = |known: &&str| {
        known.split_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(service.prefix()))
    };
    if !condition_keys().filter(is_of_service).any(|known| pattern_of(known).matches(key)) {
        let what = format!("`{}` has no key `{}`, unless it is new; correct it", service.prefix(), cut(key));
        issues.error("INVALID_SERVICE_CONDITION_KEY", path, what);
    }
}

/// Returns what a key of the table matches: `iam:ResourceTag/${TagKey}`, `s3:ExistingObjectTag/<key>`, `glacier:ResourceTag/`.
fn pattern_of(known: &str) -> Glob {
    let mut text = String::with_capacity(known.len());
    let mut closing = None;
    for sign in known.chars() {
        match (closing, sign) {
            (Some(end), _) if end == sign => closing = None,
            (Some(_), _) => {}
            (None, '{') => closing = Some('}'),
            (None, '<') => {
                closing = Some('>');
                text.push('*');
            }
            (None, '$') => text.push('*'),
            (None, _) => text.push(sign),
        }
    }
    if text.ends_with('/') {
        text.push('*');
    }
    Glob::parse(&text, NAMES)
}
