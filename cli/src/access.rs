//! `trailreflex access`: what IAM policies allow, and whom.

pub(crate) mod check;
