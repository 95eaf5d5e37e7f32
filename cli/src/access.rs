//! `trailreflex access`: what IAM policies allow, and whom.

pub(crate) mod actions;
pub(crate) mod check;
pub(crate) mod generate;
pub(crate) mod simulate;
pub(crate) mod unused;
mod usage;
pub(crate) mod validate;
