//! From records to metrics of activity, each record once.
//!
//! Pure: what a record counts as ([`activities`]), how counts add up ([`Tally`]), and the order of steps in which each
//! record is counted once although it is delivered twice, late, or to a function that is stopped ([`Meter`]). What is
//! stored and sent goes through two ports, [`Ledger`] and [`Sink`].

mod canary;
mod count;
mod example;
mod ledger;
mod ledger_in_memory;
mod meter;
mod monitored;
mod principal;
mod publish;
mod sensor;
mod services;
mod tally;

pub use canary::{CANARY, is_canary};
pub use count::{activities, is_throttling};
pub use ledger::{Claim, Fate, FlushId, Key, Ledger, Part, PartId, PartState};
pub use ledger_in_memory::{LedgerInMemory, SinkInMemory, Stopped};
pub use meter::{Counted, LEASE, Meter};
pub use monitored::{is_root_use, monitored};
pub use principal::principal;
pub use publish::{NotPut, Published, Refused, Sink};
pub use sensor::{blind, other_sensors, sensor_of};
pub use services::{InvalidServices, Services};
pub use tally::{NotMetered, Tally};
