//! What was used, the policies that it makes, and what was not used.

#![cfg(test)]

mod fold;
mod given;
mod policies;
mod unused;
mod used;
