//! CloudTrail records, findings and ids as typed values.
//!
//! Everything that enters is parsed here, once; nothing here reaches AWS, the clock or the environment.

mod cause_chain;
pub mod cloudtrail;
mod finding;
mod id;
mod region;
mod report;
mod resource_arns;
mod shell;
mod shown;
mod target;
mod text_id;

pub use cause_chain::cause_chain;
pub use finding::{
    Actor, Correlated, DETAIL_TYPE_FINDING, Evidence, Finding, FindingId, MatchedField, NotAFinding,
    PRODUCERS, RuleRef, SOURCE_DETECT, SOURCE_INGEST, SOURCE_REVIEW_ACCESS, Severity, digest,
};
pub use id::{
    AccessKeyId, AccountId, Arn, EventId, IamName, InvalidId, Lifetime, Region, RoleName, SessionId,
    UniqueId, UserName,
};
pub use report::{Report, Reporter};
pub use shell::shell_word;
pub use shown::shown;
pub use target::{IdentityKind, Resource, ResourceKind, ResourceName, Target};
