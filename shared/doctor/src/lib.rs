//! Whether events will arrive, be answered and be told: what an account and a deployed stack are like ([`Facts`]), what follows
//! from it ([`diagnose`]), and which controls of which standards that proves ([`controls`]).
//!
//! Pure: whoever calls has read the account.

mod check;
mod control;
mod cost;
mod diagnosis;
mod facts;
mod limits;
mod people;
mod regions;
mod rules;
mod trails;

pub use check::Check;
pub use control::{Control, Standing, controls};
pub use cost::{Cost, FunctionUse, Use, costs};
pub use diagnosis::{Diagnosis, Finding, diagnose};
pub use facts::{
    Concurrency, EventRule, Facts, Forwards, Function, HeldBack, Known, Management, OtherRegion, Queue,
    RuleTarget, Subscriptions, Trail,
};
pub use rules::OPTIONAL;
pub use trails::hearing_region;
