//! Who made a call, without the session: what lets one tell whether somebody is new.

use trailreflex_model::cloudtrail::{IdentityKind, UserIdentity};

/// Most characters of an id.
const LONGEST: usize = 128;

/// Returns an id of whoever is behind an identity: of a session that of its role or user.
///
/// None for AWS services, other accounts' services and identities that CloudTrail does not name.
#[must_use]
pub fn principal(identity: &UserIdentity) -> Option<String> {
    match &identity.kind {
        IdentityKind::AwsService | IdentityKind::Unknown | IdentityKind::Untyped | IdentityKind::Absent => {
            None
        }
        IdentityKind::Root => identity.account_id().map(|account| format!("root:{account}")),
        IdentityKind::AwsAccount => identity.account_id().map(|account| format!("account:{account}")),
        IdentityKind::AssumedRole | IdentityKind::Role => {
            // The role's id stands before the session's name, which its caller chooses.
            let id = identity.principal_id.as_deref()?;
            id.split(':').next().and_then(shortened)
        }
        IdentityKind::FederatedUser => match identity.session_issuer_unique_id() {
            Some(user) => Some(user.to_string()),
            None => shortened(identity.principal_id.as_deref()?),
        },
        IdentityKind::IamUser
        | IdentityKind::SamlUser
        | IdentityKind::WebIdentityUser
        | IdentityKind::IdentityCenterUser
        | IdentityKind::Directory
        | IdentityKind::Unrecognised(_) => shortened(identity.principal_id.as_deref()?),
    }
}

/// Returns an id, short enough for a key of a table, if there is one.
fn shortened(id: &str) -> Option<String> {
    (!id.is_empty()).then(|| id.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sessions_are_their_roles_and_services_are_nobody() {
        for (case, identity, expected) in [
            (
                "a session",
                json!({"type": "AssumedRole", "principalId": "AROA1EXAMPLE:build-17"}),
                Some("AROA1EXAMPLE"),
            ),
            ("a user", json!({"type": "IAMUser", "principalId": "AIDA1EXAMPLE"}), Some("AIDA1EXAMPLE")),
            (
                "root",
                json!({"type": "Root", "principalId": "111122223333", "accountId": "111122223333"}),
                Some("root:111122223333"),
            ),
            (
                "an account",
                json!({"type": "AWSAccount", "principalId": "AIDA9:x", "accountId": "444455556666"}),
                Some("account:444455556666"),
            ),
            (
                "a federated user",
                json!({"type": "FederatedUser", "principalId": "111122223333:carol",
                       "sessionContext": {"sessionIssuer": {"type": "IAMUser", "principalId": "AIDACKCEVSQ6C2EXAMPLE"}}}),
                Some("AIDACKCEVSQ6C2EXAMPLE"),
            ),
            (
                "a federated user of whom no more is told",
                json!({"type": "FederatedUser", "principalId": "111122223333:carol"}),
                Some("111122223333:carol"),
            ),
            ("a service", json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), None),
            ("an empty id", json!({"type": "IAMUser", "principalId": ""}), None),
            ("nothing", json!(null), None),
        ] {
            assert_eq!(principal(&UserIdentity::read(Some(&identity))).as_deref(), expected, "{case}");
        }
        let long = json!({"type": "WebIdentityUser", "principalId": "é".repeat(5000)});
        assert_eq!(principal(&UserIdentity::read(Some(&long))), Some("é".repeat(LONGEST)));
    }
}
