//! The responder on a simulated account.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod approvals;
mod decisions;
mod fixtures;
mod limits;
mod looks;
mod members;
mod requests;
mod sweep;
