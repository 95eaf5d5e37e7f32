//! The kinds of identity that CloudTrail tells apart.

/// What kind of identity made a call.
///
/// Source: CloudTrail User Guide, "CloudTrail userIdentity element".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// The account's root user.
    Root,
    /// `IAMUser`: an IAM user with long-term credentials or a console session.
    IamUser,
    /// A session of an IAM role.
    AssumedRole,
    /// An IAM role itself: the kind of a session's issuer.
    Role,
    /// A session from GetFederationToken, with permissions of the IAM user that called it.
    FederatedUser,
    /// `SAMLUser`: known to a SAML identity provider, before it has a session.
    SamlUser,
    /// Known to an OIDC identity provider, before it has a session.
    WebIdentityUser,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// `AWSAccount`: somebody in another account, or nobody (`ANONYMOUS_PRINCIPAL`).
    AwsAccount,
    /// `AWSService`: an AWS service by itself.
    AwsService,
    /// A user of a directory service.
    Directory,
    /// CloudTrail itself says `Unknown`: Identity Center's portal, Cognito.
    Unknown,
    /// There is an identity, but it has no `type`.
    Untyped,
    /// There is no identity: Insight events.
    Absent,
    /// A kind that this version does not know.
    Unrecognised(String),
}

impl From<&str> for IdentityKind {
    fn from(text: &str) -> Self {
        match text {
            "Root" => Self::Root,
            "IAMUser" => Self::IamUser,
            "AssumedRole" => Self::AssumedRole,
            "Role" => Self::Role,
            "FederatedUser" => Self::FederatedUser,
            "SAMLUser" => Self::SamlUser,
            "WebIdentityUser" => Self::WebIdentityUser,
            "IdentityCenterUser" => Self::IdentityCenterUser,
            "AWSAccount" => Self::AwsAccount,
            "AWSService" => Self::AwsService,
            "Directory" => Self::Directory,
            "Unknown" => Self::Unknown,
            "" => Self::Untyped,
            other => Self::Unrecognised(other.to_owned()),
        }
    }
}

impl IdentityKind {
    /// Returns CloudTrail's own word for the kind, as in `userIdentity.type`; empty where a record has none.
    #[must_use]
    pub fn as_recorded(&self) -> &str {
        match self {
            Self::Root => "Root",
            Self::IamUser => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::Role => "Role",
            Self::FederatedUser => "FederatedUser",
            Self::SamlUser => "SAMLUser",
            Self::WebIdentityUser => "WebIdentityUser",
            Self::IdentityCenterUser => "IdentityCenterUser",
            Self::AwsAccount => "AWSAccount",
            Self::AwsService => "AWSService",
            Self::Directory => "Directory",
            Self::Unknown => "Unknown",
            Self::Untyped | Self::Absent => "",
            Self::Unrecognised(text) => text,
        }
    }

    /// Returns the kind in a person's words.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Root => "root user",
            Self::IamUser => "IAM user",
            Self::AssumedRole | Self::Role => "role",
            Self::FederatedUser => "federated user",
            Self::SamlUser => "SAML user",
            Self::WebIdentityUser => "web identity",
            Self::IdentityCenterUser => "Identity Center user",
            Self::AwsAccount => "AWS account",
            Self::AwsService => "AWS service",
            Self::Directory => "directory user",
            Self::Unknown => "unknown identity",
            Self::Untyped => "untyped identity",
            Self::Absent => "no identity",
            Self::Unrecognised(text) => text,
        }
    }
}
