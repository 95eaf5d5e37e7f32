//! How the responder decides, acts and takes back, on a simulated account.

mod execution;
mod fixtures;
mod guardrails;
mod properties;
mod requests;
mod undo;
