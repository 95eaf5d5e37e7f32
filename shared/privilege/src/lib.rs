//! Least privilege from what was used, and access that nobody uses.
//!
//! [`Usage`] takes records of CloudTrail in any order and keeps, within bounded memory, who used which action on what.
//! [`Usage::recommendation`] makes policies of it that allow what was used, and [`Inventory::unused`] says what of an
//! account's access was not. Pure: nothing here reaches AWS, the clock, files or the environment.

mod action_name;
mod arns;
mod attached;
mod bounded;
mod caller;
mod coverage;
mod data_events;
mod fit;
mod index;
mod inventory;
mod passed;
mod recommendation;
mod resources;
mod seen;
mod statement;
mod template;
mod unused;
mod usage;
mod via;

pub use action_name::ActionName;
pub use arns::{Arns, Detail};
pub use attached::Attached;
pub use bounded::Bounded;
pub use coverage::{Coverage, Gaps};
pub use fit::{Fit, Placement, characters};
pub use inventory::{ExternalGrant, Inventory, Key, KeyName, NotAnInventory, Password, Policies, Role, User};
pub use passed::Passed;
pub use recommendation::{AttachTo, Beyond, Recommendation};
pub use seen::Seen;
pub use unused::{Reason, Subject, Unused, UnusedAccess, Window};
pub use usage::{PrincipalUse, Usage, Use, UseKey};
pub use via::Via;
