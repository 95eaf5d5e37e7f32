//! Sigma rules compiled to an indexed rule set.
