//! Metrics of what people and machines do in the account, counted by `meter`.
//!
//! No dimension takes a value that a caller can choose: services come from a list of the account's owner, Regions and
//! kinds of principals are AWS's, all else is written here. So the number of metrics, which is what they cost, has a limit.

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, VariantArray};
use trailreflex_model::Region;
use trailreflex_model::cloudtrail::IdentityKind;

/// What is counted of records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumDiscriminants)]
#[strum_discriminants(
    name(ActivityKind),
    derive(VariantArray),
    doc = "An [`Activity`] without its dimensions."
)]
#[serde(rename_all = "camelCase")]
pub enum Activity {
    /// API calls: management and data events.
    Calls(Scope),
    /// API calls that failed, those that were denied included.
    Errors(Scope),
    /// API calls that were denied.
    DeniedCalls(Scope),
    /// API calls that AWS turned away because there were too many.
    ThrottledCalls(Scope),
    /// API calls by who made them.
    CallsOf(PrincipalType),
    /// Calls of one Region that are not said to only read.
    WriteCalls(Region),
    /// Sign-ins to the console.
    SignIns {
        /// Whether they succeeded.
        outcome: SignInOutcome,
        /// Whether a second factor was used.
        mfa: Mfa,
    },
    /// What the root user did, other than by AWS itself.
    RootUse,
    /// Data events of operations that most trails which record them are made for.
    DataEvents(DataOperation),
    /// Principals that were seen for the first time.
    NewPrincipals,
    /// What the CIS AWS Foundations Benchmark asks to be watched.
    Monitored(Monitored),
    /// Seconds from an event to its metrics.
    SecondsToMetric,
    /// Seconds from a call that `meter` makes for that purpose to its metrics.
    SecondsToCanary,
}

/// Of what calls are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Of all services together.
    All,
    /// Of one service on the list of the account's owner, or `other`.
    Service(String),
}

/// Whether a sign-in succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignInOutcome {
    /// It did.
    Succeeded,
    /// It did not.
    Failed,
}

/// Whether a sign-in used a second factor of AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mfa {
    /// It did.
    Yes,
    /// It did not.
    No,
    /// Another provider vouches for the session, and AWS cannot tell.
    Federated,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$each])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns its value as a dimension.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

words! {
    /// Kinds of principals, as CloudTrail's `userIdentity.type` tells them apart.
    PrincipalType {
        /// The root user.
        Root = "Root",
        /// An IAM user.
        IamUser = "IAMUser",
        /// A session of a role, or the role itself.
        Role = "Role",
        /// A session that a user's key or an identity provider made.
        Federated = "Federated",
        /// A user of IAM Identity Center.
        IdentityCenterUser = "IdentityCenterUser",
        /// Another account.
        Account = "AWSAccount",
        /// An AWS service.
        Service = "AWSService",
        /// Whatever else, or nobody.
        Other = "Other",
    }
}

words! {
    /// Operations on data.
    DataOperation {
        /// Objects of S3 are read or listed.
        S3Read = "s3:read",
        /// Objects of S3 are written.
        S3Write = "s3:write",
        /// Objects of S3 are deleted.
        S3Delete = "s3:delete",
        /// Lambda functions are invoked.
        LambdaInvoke = "lambda:invoke",
        /// Whatever else a trail records.
        Other = "other",
    }
}

words! {
    /// What the CIS AWS Foundations Benchmark v3.0 asks to be watched, sections 4.1 to 4.15.
    Monitored {
        /// 4.1: calls that were denied.
        UnauthorizedCalls = "4.1-unauthorized-calls",
        /// 4.2: sign-ins of users to the console without a second factor.
        SignInWithoutMfa = "4.2-sign-in-without-mfa",
        /// 4.3: use of the root user.
        RootUse = "4.3-root-use",
        /// 4.4: changes of IAM policies.
        IamPolicyChanges = "4.4-iam-policy-changes",
        /// 4.5: changes of CloudTrail's own settings.
        CloudTrailChanges = "4.5-cloudtrail-changes",
        /// 4.6: sign-ins to the console that failed.
        SignInFailures = "4.6-sign-in-failures",
        /// 4.7: keys of the account's own that are disabled or to be deleted.
        KeyDeletions = "4.7-key-deletions",
        /// 4.8: changes of bucket policies and what else opens a bucket.
        BucketPolicyChanges = "4.8-bucket-policy-changes",
        /// 4.9: changes of AWS Config's own settings.
        ConfigChanges = "4.9-config-changes",
        /// 4.10: changes of security groups.
        SecurityGroupChanges = "4.10-security-group-changes",
        /// 4.11: changes of network access control lists.
        NetworkAclChanges = "4.11-network-acl-changes",
        /// 4.12: changes of network gateways.
        GatewayChanges = "4.12-gateway-changes",
        /// 4.13: changes of route tables.
        RouteTableChanges = "4.13-route-table-changes",
        /// 4.14: changes of VPCs.
        VpcChanges = "4.14-vpc-changes",
        /// 4.15: changes of the organization.
        OrganizationChanges = "4.15-organization-changes",
    }
}

impl From<&IdentityKind> for PrincipalType {
    fn from(kind: &IdentityKind) -> Self {
        match kind {
            IdentityKind::Root => Self::Root,
            IdentityKind::IamUser => Self::IamUser,
            IdentityKind::AssumedRole | IdentityKind::Role => Self::Role,
            IdentityKind::FederatedUser | IdentityKind::SamlUser | IdentityKind::WebIdentityUser => {
                Self::Federated
            }
            IdentityKind::IdentityCenterUser => Self::IdentityCenterUser,
            IdentityKind::AwsAccount => Self::Account,
            IdentityKind::AwsService => Self::Service,
            IdentityKind::Directory
            | IdentityKind::Unknown
            | IdentityKind::Untyped
            | IdentityKind::Absent
            | IdentityKind::Unrecognised(_) => Self::Other,
        }
    }
}

impl Activity {
    /// Returns the metric's name in CloudWatch.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Calls(_) | Self::CallsOf(_) => "Calls",
            Self::Errors(_) => "Errors",
            Self::DeniedCalls(_) => "DeniedCalls",
            Self::ThrottledCalls(_) => "ThrottledCalls",
            Self::WriteCalls(_) => "WriteCalls",
            Self::SignIns { .. } => "SignIns",
            Self::RootUse => "RootUse",
            Self::DataEvents(_) => "DataEvents",
            Self::NewPrincipals => "NewPrincipals",
            Self::Monitored(_) => "Monitored",
            Self::SecondsToMetric => "SecondsToMetric",
            Self::SecondsToCanary => "SecondsToCanary",
        }
    }

    /// Returns the dimensions, names and values.
    #[must_use]
    pub fn dimensions(&self) -> Vec<(&'static str, String)> {
        let one = |name, value: &str| vec![(name, value.to_owned())];
        match self {
            Self::Calls(scope)
            | Self::Errors(scope)
            | Self::DeniedCalls(scope)
            | Self::ThrottledCalls(scope) => match scope {
                Scope::All => Vec::new(),
                Scope::Service(service) => one("Service", service),
            },
            Self::CallsOf(kind) => one("PrincipalType", kind.as_str()),
            Self::WriteCalls(region) => one("Region", region.as_str()),
            Self::SignIns { outcome, mfa } => {
                let outcome = match outcome {
                    SignInOutcome::Succeeded => "succeeded",
                    SignInOutcome::Failed => "failed",
                };
                let mfa = match mfa {
                    Mfa::Yes => "yes",
                    Mfa::No => "no",
                    Mfa::Federated => "federated",
                };
                vec![("Outcome", outcome.to_owned()), ("MFA", mfa.to_owned())]
            }
            Self::DataEvents(operation) => one("Operation", operation.as_str()),
            Self::Monitored(what) => one("Control", what.as_str()),
            Self::RootUse | Self::NewPrincipals | Self::SecondsToMetric | Self::SecondsToCanary => Vec::new(),
        }
    }
}
