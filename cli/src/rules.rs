//! `trailreflex rules`, and where every command gets its rules from.

pub(crate) mod build;
pub(crate) mod build_suppressions;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod list;
pub(crate) mod load;
pub(crate) mod patterns;
pub(crate) mod suggest;
pub(crate) mod test;
