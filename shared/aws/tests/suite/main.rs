//! Each adapter against the SDK's own mocks: which call it makes, and what it makes of the answer.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod access_review;
mod account;
mod bucket;
mod bus;
mod bus_tap;
mod event_rules;
mod evidence;
mod exposure;
mod journal;
mod log_queries;
mod logging;
mod member_accounts;
mod notify;
mod numbers_and_quarantine;
mod objects;
mod own_queue;
mod own_rules;
mod policies;
mod public_keys;
mod published;
mod review_store;
mod security_hub;
mod sent;
mod windows;
