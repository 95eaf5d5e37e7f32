//! The one acceptance binary: what must hold across crates, template, rules, events and docs.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod dependencies;
mod docs;
mod events;
mod repository;
mod rules;
mod template;
mod tidy;
