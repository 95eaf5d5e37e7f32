//! Lambda: contains a compromised IAM identity, verifiably and reversibly.

fn main() {}
