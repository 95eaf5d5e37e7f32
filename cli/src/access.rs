//! `trailreflex access`: what IAM policies allow, and whom.

pub(crate) mod check;
pub(crate) mod simulate;
pub(crate) mod validate;
