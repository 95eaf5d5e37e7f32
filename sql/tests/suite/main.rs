//! Queries over made-up logs.
#![cfg(test)]

mod answers;
mod docs;
mod kept;
mod narrowing;
mod refusals;
mod rows;
