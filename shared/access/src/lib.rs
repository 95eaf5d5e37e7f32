//! IAM policies as typed values: what they allow, and whom outside of the zone of trust they let in.
//!
//! Pure: nothing here reaches AWS, the clock, files or the environment.

mod condition;
mod evaluate;
mod external;
mod glob;
mod json;
mod parse;
mod parts;
mod policy;
mod principal;
mod question;
mod validate;

pub use condition::{Condition, Kind, Matcher, Quantifier, Relation, Value};
pub use evaluate::{Caller, Deciding, Decision, Policies, Request, Source, allows};
pub use external::{
    AclGrant, BlockPublicAccess, Grant, NODE_BUDGET, Sharing, Target, Unknown, Verdict, Who, Zone, decide,
};
pub use glob::Glob;
pub use json::Json;
pub use parse::NotAPolicy;
pub use parts::{NotClosed, Parts};
pub use policy::{Effect, Policy, Principals, Selection, Statement};
pub use principal::{Principal, is_account_id};
pub use question::{Answer, Question};
pub use validate::{Issue, IssueType, PolicyKind, validate};
