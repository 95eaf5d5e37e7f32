//! Whose policies a call is a matter of.

use trailreflex_model::cloudtrail::{IdentityKind, Record, UserIdentity};

/// Whoever called, as far as policies are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A user or role, by its ARN with path.
    Identity(String),
    /// The root user, which no policy of its account holds.
    Root,
    /// A role that belongs to an AWS service and cannot be changed.
    ServiceLinked,
    /// An AWS service by itself.
    Service(String),
    /// Somebody known to an identity provider, who has no session yet.
    Federated(Option<String>),
    /// Nobody of whom an ARN is known: somebody in another account, or nobody.
    Unnamed,
}

pub(crate) fn caller(record: &Record) -> Caller {
    let identity = record.identity();
    match identity.kind {
        IdentityKind::Root => Caller::Root,
        IdentityKind::IamUser => of_arn(identity.arn().map(ToString::to_string)),
        IdentityKind::AssumedRole | IdentityKind::FederatedUser => {
            of_arn(issuer(identity).or_else(|| role_of_session(identity)))
        }
        IdentityKind::AwsService => identity.invoked_by.clone().map_or(Caller::Unnamed, Caller::Service),
        IdentityKind::SamlUser | IdentityKind::WebIdentityUser => {
            Caller::Federated(identity.identity_provider.clone())
        }
        IdentityKind::Role
        | IdentityKind::IdentityCenterUser
        | IdentityKind::AwsAccount
        | IdentityKind::Directory
        | IdentityKind::Unknown
        | IdentityKind::Untyped
        | IdentityKind::Absent
        | IdentityKind::Unrecognised(_) => Caller::Unnamed,
    }
}

fn of_arn(arn: Option<String>) -> Caller {
    match arn {
        Some(arn) if arn.contains(":role/aws-service-role/") => Caller::ServiceLinked,
        Some(arn) if arn.contains(":user/") || arn.contains(":role/") => Caller::Identity(arn),
        Some(_) | None => Caller::Unnamed,
    }
}

/// The session's ARN has lost the role's path; the issuer's has it.
fn issuer(identity: &UserIdentity) -> Option<String> {
    let issuer = identity.session.as_ref()?.issuer.as_ref()?;
    issuer.arn.as_ref()?.valid().map(ToString::to_string)
}

fn role_of_session(identity: &UserIdentity) -> Option<String> {
    let arn = identity.arn()?;
    let role = arn.resource().strip_prefix("assumed-role/")?.split('/').next()?;
    Some(format!("arn:{}:iam::{}:role/{role}", arn.partition(), arn.account()))
}
