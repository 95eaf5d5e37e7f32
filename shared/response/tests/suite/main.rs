//! How the responder decides, acts and takes back, on a simulated account.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod execution;
mod exposures;
mod faults;
mod fixtures;
mod guardrails;
mod identities;
mod lists;
mod logging;
mod own_stack;
mod policies;
mod properties;
mod requests;
mod undo;
