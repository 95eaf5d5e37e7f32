//! The rules and playbooks of this repository: a function reads no YAML when it starts.
//!
//! `build.rs` reads `rules/**/*.yml` and `playbooks/*.yaml` and fails the build on the first that cannot be
//! honoured, so what is here has been accepted.

/// A `trailreflex_detection::Bundle` of all rules in `rules/`.
///
/// `build.rs` compiled every rule from it, so that it can be taken without comparing its hash again.
pub const RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bundle"));

/// The playbooks in `playbooks/contain-identity.yaml`.
pub const CONTAIN_IDENTITY_PLAYBOOKS: &str = include_str!(concat!(env!("OUT_DIR"), "/contain-identity.json"));

/// What proves the rules in `rules/`: an object of the text of each `*.tests.yml`, by its name.
pub const PROOFS: &str = include_str!(concat!(env!("OUT_DIR"), "/proofs.json"));

/// The suppressions in `suppressions/`, a JSON list of `trailreflex_suppression::Accepted`; empty if there is no such
/// folder.
pub const SUPPRESSIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/suppressions.json"));
