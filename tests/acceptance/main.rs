//! The one acceptance binary: what must hold across crates, template, rules, events and docs.

mod dependencies;
mod docs;
mod repository;
mod template;
mod tidy;
