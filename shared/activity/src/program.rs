//! With what a call was made.

/// The longest kind of program that is told apart, in characters.
const MAX_PROGRAM: usize = 40;

/// Returns what kind of program a user agent names: what stands before its version.
#[must_use]
pub fn program(user_agent: &str) -> String {
    user_agent.split(['/', ' ']).next().unwrap_or_default().chars().take(MAX_PROGRAM).collect()
}
