//! The one acceptance binary: what must hold across crates, template, rules, events and docs.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod actions;
mod coverage;
mod delivery;
mod dependencies;
mod docs;
mod events;
mod generated;
mod ingest;
mod members;
mod metrics;
mod peers;
mod proofs;
mod queries;
mod regions;
mod regressions;
mod repository;
mod roles;
mod rule_pages;
mod rules;
mod sources;
mod template;
mod tidy;
