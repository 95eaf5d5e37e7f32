//! What a call changes in who has access to a resource, decided from its record: at the moment of the change.
//!
//! Pure: what a record does not hold is named, so that the caller can read it and ask again.
//!
//! The table of operations comes from a list of 257 operations of AWS's public API with a parameter that looks like a policy or
//! a principal. Left out are those whose policy is no resource's: of identities and sessions, of scaling, deletion, encryption
//! and life cycles, of VPC endpoints, which only narrow, and grammars that are not IAM's. `docs/access.md` lists what is in it.

mod acl;
mod change;
mod difference;
mod finding;
mod known;
mod operation;
mod policy_text;
mod resource;
mod review;
mod rule;
mod shares;
mod statement;
mod target;

pub use change::{AccessChange, Means, What, Why, change};
pub use difference::Difference;
pub use known::{Block, Known};
pub use operation::{NAME_STARTS, Operation, Writes, event_names, operation, operations};
pub use review::{Reviewed, review};
pub use rule::{
    ACCESS_BUCKET_PUBLIC, ACCESS_EXTERNAL, ACCESS_PUBLIC, ACCESS_RULES, ACCESS_SERVICE_WITHOUT_SOURCE,
    ACCESS_UNDECIDED,
};
