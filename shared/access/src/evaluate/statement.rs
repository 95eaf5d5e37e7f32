//! Whether one statement applies to one call.

use super::conditions::{self, Truth};
use super::{Caller, Request};
use crate::glob::Glob;
use crate::policy::{Principals, Selection, Statement};
use crate::principal::Principal;

/// How a resource's policy holds the caller: by the account only, which leaves the rest to the account's own
/// policies; as a role; or as exactly this user, session or anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grip {
    Account,
    Role,
    Itself,
}

pub(super) fn applies(statement: &Statement, request: &Request) -> Truth {
    let concerned = match &statement.principals {
        Principals::Unstated => true,
        Principals::These(list) => list.iter().any(|principal| is(principal, &request.caller).is_some()),
        Principals::AllBut(list) => !list.iter().any(|principal| is(principal, &request.caller).is_some()),
    };
    if !concerned {
        return Truth::No;
    }
    let action = selects(&statement.actions, &request.action, request);
    let resource = selects(&statement.resources, &request.resource, request);
    let conditions = statement.conditions.iter().map(|condition| conditions::holds(condition, request));
    [action, resource].into_iter().chain(conditions).fold(Truth::Yes, Truth::and)
}

pub(super) fn grip(statement: &Statement, request: &Request) -> Grip {
    match &statement.principals {
        Principals::Unstated | Principals::AllBut(_) => Grip::Itself,
        Principals::These(list) => {
            list.iter().filter_map(|principal| is(principal, &request.caller)).max().unwrap_or(Grip::Account)
        }
    }
}

fn is(principal: &Principal, caller: &Caller) -> Option<Grip> {
    let itself = |is: bool| is.then_some(Grip::Itself);
    match (principal, caller) {
        (Principal::Everyone, _) => Some(Grip::Itself),
        (Principal::Account(named), Caller::Identity { account, .. }) => {
            (named == account).then_some(Grip::Account)
        }
        (Principal::Arn { arn: named, .. }, Caller::Identity { arn, session, .. }) => {
            if session.as_ref() == Some(named) {
                Some(Grip::Itself)
            } else if named == arn {
                Some(if session.is_some() || arn.contains(":role/") { Grip::Role } else { Grip::Itself })
            } else {
                None
            }
        }
        (Principal::Service(named), Caller::Service(service)) => itself(named == "*" || named == service),
        (Principal::Federated(named), Caller::Federated(provider)) => itself(named == provider),
        (Principal::Canonical(named), Caller::Canonical(user)) => itself(named == user),
        (
            Principal::Account(_)
            | Principal::Arn { .. }
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::Canonical(_)
            | Principal::Deleted(_),
            _,
        ) => None,
    }
}

fn selects(selection: &Selection, text: &str, request: &Request) -> Truth {
    let any = |globs: &[Glob]| {
        globs.iter().map(|glob| conditions::matches(glob, text, request)).fold(Truth::No, Truth::or)
    };
    match selection {
        Selection::Unstated => Truth::Yes,
        Selection::These(globs) => any(globs),
        Selection::AllBut(globs) => any(globs).not(),
    }
}
