//! Whether one call is allowed, and by which statement.
//!
//! Source: IAM User Guide, "Policy evaluation logic".

mod conditions;
mod request;
mod statement;

use crate::policy::{Effect, Policy};
use conditions::Truth;
use statement::{Grip, grip};
use std::collections::BTreeMap;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Without credentials.
    Anonymous,
    /// A user, a role's session, or the root of an account.
    Identity {
        /// The account's 12 digits.
        account: String,
        /// The ARN of user or role; of a session the role's.
        arn: String,
        /// The ARN of the session, if it is one.
        session: Option<String>,
    },
    /// An AWS service.
    Service(String),
    /// An identity of a provider.
    Federated(String),
    /// A canonical user.
    Canonical(String),
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// Such as `s3:GetObject`.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// Condition keys in lower case and their values.
    pub context: BTreeMap<String, Vec<String>>,
    /// Whether keys that are not in `context` are known to be missing; if not, a condition on one cannot be told.
    pub is_complete: bool,
}

/// Everything that has a say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Policies {
    /// The account that owns the resource.
    pub resource_account: Option<String>,
    /// Attached to the caller.
    pub identity: Vec<Policy>,
    /// Attached to the resource.
    pub resource: Option<Policy>,
    /// The caller's permissions boundary.
    pub boundary: Option<Policy>,
    /// Passed when the session was made.
    pub session: Option<Policy>,
    /// Service control policies, level by level from the root of the organization: each level must allow.
    pub service_control: Vec<Vec<Policy>>,
    /// Resource control policies.
    pub resource_control: Vec<Policy>,
    /// Whether the resource's policy has to allow, as those of roles and KMS keys.
    pub needs_resource_policy: bool,
}

/// Which kind of policy a statement is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// An identity policy.
    Identity,
    /// The resource's policy.
    Resource,
    /// The permissions boundary.
    Boundary,
    /// The session policy.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

/// A statement, by where it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Deciding {
    /// The kind of policy.
    pub source: Source,
    /// The place of the policy among those of its kind, from 0.
    pub policy: usize,
    /// The place of the statement, from 0.
    pub statement: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
}

/// The decision on one call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// Allowed by this statement.
    Allowed(Deciding),
    /// Denied by this statement, whatever allows it.
    ExplicitlyDenied(Deciding),
    /// Nothing of this kind allows it, and something of this kind would have to.
    ImplicitlyDenied(Source),
    /// It depends on keys that are not known, or on an operator that IAM does not have, in this statement.
    CannotTell(Deciding),
}

/// What one kind of policy says.
enum Said {
    Allows(Deciding, Grip),
    Perhaps(Deciding),
    Nothing,
}

impl Policies {
    /// Decides on a call.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        let mut doubt = None;
        for (source, place, policy) in self.all() {
            match denies(source, place, policy, request) {
                Some((deciding, true)) => return Decision::ExplicitlyDenied(deciding),
                Some((deciding, false)) => {
                    doubt.get_or_insert(deciding);
                }
                None => {}
            }
        }
        let decision = self.granted(request);
        match (decision, doubt) {
            (Decision::Allowed(_), Some(doubt)) => Decision::CannotTell(doubt),
            (decision, _) => decision,
        }
    }

    fn all(&self) -> impl Iterator<Item = (Source, usize, &Policy)> {
        let numbered = |source: Source| move |(place, policy)| (source, place, policy);
        let service_control = self.service_control.iter().flatten();
        (self.identity.iter().enumerate().map(numbered(Source::Identity)))
            .chain(self.resource.iter().enumerate().map(numbered(Source::Resource)))
            .chain(self.boundary.iter().enumerate().map(numbered(Source::Boundary)))
            .chain(self.session.iter().enumerate().map(numbered(Source::Session)))
            .chain(service_control.enumerate().map(numbered(Source::ServiceControl)))
            .chain(self.resource_control.iter().enumerate().map(numbered(Source::ResourceControl)))
    }

    fn granted(&self, request: &Request) -> Decision {
        let mut doubt = None;
        let limits = self
            .service_control
            .iter()
            .map(|level| (Source::ServiceControl, level.iter().collect::<Vec<_>>()))
            .chain(self.boundary.iter().map(|policy| (Source::Boundary, vec![policy])))
            .chain(self.session.iter().map(|policy| (Source::Session, vec![policy])));
        let resource = said(Source::Resource, self.resource.iter(), request);
        let mut missing = None;
        for (source, policies) in limits {
            match said(source, policies.into_iter(), request) {
                Said::Allows(..) => {}
                Said::Perhaps(deciding) => doubt = Some(deciding),
                Said::Nothing => missing = missing.or(Some(source)),
            }
        }
        let is_same_account = match &request.caller {
            Caller::Identity { account, .. } => {
                self.resource_account.as_ref().is_none_or(|owner| owner == account)
            }
            Caller::Anonymous | Caller::Service(_) | Caller::Federated(_) | Caller::Canonical(_) => false,
        };
        let has_identity = matches!(request.caller, Caller::Identity { .. });
        // What a resource's policy gives to a session or a user by name is not limited by boundary and session policy.
        if let Said::Allows(deciding, Grip::Itself) = &resource
            && is_same_account
            && missing != Some(Source::ServiceControl)
        {
            return doubt.map_or_else(|| Decision::Allowed(deciding.clone()), Decision::CannotTell);
        }
        if let Some(source) = missing {
            return Decision::ImplicitlyDenied(source);
        }
        let identity = said(Source::Identity, self.identity.iter(), request);
        let needs_resource = !is_same_account || self.needs_resource_policy;
        let decided = match (resource, identity) {
            (Said::Allows(deciding, Grip::Role | Grip::Itself), _) if is_same_account || !has_identity => {
                Decision::Allowed(deciding)
            }
            (Said::Allows(deciding, Grip::Account), _) if !has_identity => Decision::Allowed(deciding),
            (Said::Perhaps(deciding), _) if !has_identity => Decision::CannotTell(deciding),
            (Said::Nothing, _) if needs_resource => Decision::ImplicitlyDenied(Source::Resource),
            (Said::Perhaps(deciding), Said::Nothing) => Decision::CannotTell(deciding),
            (_, Said::Nothing) => Decision::ImplicitlyDenied(Source::Identity),
            (Said::Perhaps(deciding), Said::Allows(..)) if needs_resource => Decision::CannotTell(deciding),
            (_, Said::Perhaps(deciding)) => Decision::CannotTell(deciding),
            (_, Said::Allows(deciding, _)) => Decision::Allowed(deciding),
        };
        match (decided, doubt) {
            (Decision::Allowed(_), Some(doubt)) => Decision::CannotTell(doubt),
            (decided, _) => decided,
        }
    }
}

/// Returns the statement that denies, and whether that is certain; one that does is preferred to one that may.
fn denies(source: Source, policy: usize, document: &Policy, request: &Request) -> Option<(Deciding, bool)> {
    let mut perhaps = None;
    for statement in document.statements.iter().filter(|statement| statement.effect == Effect::Deny) {
        let deciding = || Deciding { source, policy, statement: statement.index, sid: statement.sid.clone() };
        match statement::applies(statement, request) {
            Truth::Yes => return Some((deciding(), true)),
            Truth::Unknown => perhaps = perhaps.or_else(|| Some((deciding(), false))),
            Truth::No => {}
        }
    }
    perhaps
}

fn said<'p>(source: Source, policies: impl Iterator<Item = &'p Policy>, request: &Request) -> Said {
    let mut best = Said::Nothing;
    for (policy, document) in policies.enumerate() {
        for statement in document.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            let deciding =
                || Deciding { source, policy, statement: statement.index, sid: statement.sid.clone() };
            match (statement::applies(statement, request), &best) {
                (Truth::Yes, Said::Nothing | Said::Perhaps(_)) => {
                    best = Said::Allows(deciding(), grip(statement, request));
                }
                (Truth::Yes, Said::Allows(_, known)) => {
                    let grip = grip(statement, request);
                    if grip > *known {
                        best = Said::Allows(deciding(), grip);
                    }
                }
                (Truth::Unknown, Said::Nothing) => best = Said::Perhaps(deciding()),
                (Truth::Unknown, Said::Allows(..) | Said::Perhaps(_)) | (Truth::No, _) => {}
            }
        }
    }
    best
}

/// Returns whether a policy by itself allows a call: some Allow applies and no Deny does.
#[must_use]
pub fn allows(policy: &Policy, request: &Request) -> bool {
    let applies = |effect: Effect| {
        let mut statements = policy.statements.iter().filter(|statement| statement.effect == effect);
        statements.any(|statement| statement::applies(statement, request) == Truth::Yes)
    };
    applies(Effect::Allow) && !applies(Effect::Deny)
}
