//! What people are told of findings, outcomes, reviews, alarms and what actors have left behind: what a notice says ([`Notice`]), which notices are one message
//! ([`Notifier`]), and how each channel wants it ([`sinks`]).
//!
//! Pure: what is remembered and sent goes through two ports, [`Groups`] and [`Outbox`].

mod about_alarm;
mod about_finding;
mod about_left_behind;
mod about_outcome;
mod about_review;
mod group;
mod groups_in_memory;
mod message;
mod notice;
mod notifier;
mod sink;
pub mod sinks;
mod text;

pub use about_alarm::{Alarm, Behind};
pub use about_outcome::Responders;
pub use group::{Group, GroupKey, Groups, Hit, WINDOW_SECONDS};
pub use groups_in_memory::{Broken, GroupsInMemory, OutboxInMemory};
pub use message::{Message, Unusable, read};
pub use notice::{Fact, Link, Notice};
pub use notifier::{Handled, Notifier, Swept};
pub use sink::{InvalidThreshold, NotSent, Outbox, Routing, Sink, Threshold};
