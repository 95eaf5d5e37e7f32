//! Denies everything to one session of a role, by an inline policy of the role that names the session.
//!
//! The session's name was chosen by whoever assumed the role, so an intruder who can assume it again goes on under
//! another name; the source identity, if one was set, follows into further roles and is denied in this role too.
//! Other sessions of the role go on.

use super::Proposal;
use crate::{Control, IdentityFacts, Reason, Setting};
use serde_json::{Value, json};
use trailreflex_model::{IamName, IdentityKind, SessionId, Target, digest};

/// How the names of the inline policies begin.
const INLINE_PREFIX: &str = "TrailreflexDenySession-";

pub(super) fn controls(target: &Target, facts: &IdentityFacts) -> Vec<Control> {
    let Target::Session { session, .. } = target else { return Vec::new() };
    // A session of an earlier role of the same name is none of this one's.
    let is_of_role = session.role_id() == facts.reference.unique_id.as_str();
    match policy_name(session) {
        Some(policy_name) if is_of_role && facts.reference.kind == IdentityKind::Role => {
            vec![Control::InlinePolicy { identity: facts.reference.clone(), policy_name }]
        }
        _ => Vec::new(),
    }
}

pub(super) fn propose(current: &Setting, target: &Target) -> Proposal {
    let Target::Session { session, source_identity, .. } = target else {
        return Proposal::Refuse(Reason::NoTarget);
    };
    let wanted = Setting::Document(document(session, source_identity.as_ref()));
    if current.is_absent() || *current == wanted {
        Proposal::to(wanted, current)
    } else {
        Proposal::Refuse(Reason::NameTaken)
    }
}

fn policy_name(session: &SessionId) -> Option<IamName> {
    let digest = digest(&[session.as_str()]);
    format!("{INLINE_PREFIX}{}", digest.get(..12)?).parse().ok()
}

fn document(session: &SessionId, source_identity: Option<&IamName>) -> Value {
    let deny = |key: &str, value: &str| {
        let condition = json!({"StringEquals": {key: value}});
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition})
    };
    let mut statements = vec![deny("aws:userid", session.as_str())];
    statements.extend(source_identity.map(|name| deny("aws:SourceIdentity", name.as_str())));
    json!({"Version": "2012-10-17", "Statement": statements})
}
