//! IAM's actions with their levels, resources and condition keys, and which of them a CloudTrail record shows.
//!
//! All of it is one table of bytes, `data/actions.bin`, written by `data/generate.py` from public packages that
//! `data/manifest.json` names. Nothing is parsed at start: a look-up is two binary searches.

mod action;
mod called;
mod service;
mod table;

pub use action::{AccessLevel, Action, ResourceType};
pub use called::{Called, called};
pub use service::{Service, condition_keys};
