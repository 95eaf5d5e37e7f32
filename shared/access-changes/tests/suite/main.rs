//! Whom records let in, what of it is new, and what cannot be told.

#![cfg(test)] // so that clippy knows every helper here as part of a test

mod events;
mod operations;
mod properties;
mod reviews;
mod states;
