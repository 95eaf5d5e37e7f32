//! The rules and playbooks of this repository: a function reads no YAML when it starts.
//!
//! `build.rs` reads `rules/**/*.yml` and `playbooks/*.yaml` and fails the build on the first that cannot be
//! honoured, so what is here has been accepted.

/// A `trailreflex_detection::Bundle` of all rules in `rules/`.
///
/// `build.rs` compiled every rule from it, so that it can be taken without comparing its hash again.
pub const RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bundle"));

/// The playbooks in `playbooks/`: the name of a function, and its playbooks as JSON.
pub const PLAYBOOKS: [(&str, &str); 3] = [
    ("contain-identity", include_str!(concat!(env!("OUT_DIR"), "/contain-identity.json"))),
    ("restore-logging", include_str!(concat!(env!("OUT_DIR"), "/restore-logging.json"))),
    ("close-exposure", include_str!(concat!(env!("OUT_DIR"), "/close-exposure.json"))),
];

/// Returns the playbooks of a function, as JSON; of one that has none, an empty list.
#[must_use]
pub fn playbooks(function: &str) -> &'static str {
    PLAYBOOKS.iter().find(|(name, _)| *name == function).map_or("[]", |(_, playbooks)| playbooks)
}

/// What proves the rules in `rules/`: an object of the text of each `*.tests.yml`, by its name.
pub const PROOFS: &str = include_str!(concat!(env!("OUT_DIR"), "/proofs.json"));

/// The suppressions in `suppressions/`, a JSON list of `trailreflex_suppression::Accepted`; empty if there is no such
/// folder.
pub const SUPPRESSIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/suppressions.json"));
