//! CloudTrail records, findings and ids as typed values.
//!
//! Everything that enters is parsed here, once; nothing here reaches AWS, the clock or the environment.

mod cause_chain;
pub mod cloudtrail;
mod finding;
mod id;
mod report;
mod shown;
mod text_id;

pub use cause_chain::cause_chain;
pub use finding::{
    Actor, Correlated, DETAIL_TYPE_FINDING, Evidence, Finding, FindingId, MatchedField, NotAFinding, RuleRef,
    SOURCE_DETECT, SOURCE_INGEST, Severity, Target, digest,
};
pub use id::{
    AccessKeyId, AccountId, Arn, EventId, InvalidId, Lifetime, Region, RoleName, UniqueId, UserName,
};
pub use report::{Report, Reporter};
pub use shown::shown;
