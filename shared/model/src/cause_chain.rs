//! Errors as one line of text.

use std::error::Error;

/// Returns `message: cause: root cause`, each said once.
///
/// No `Debug` output, which could carry request data into a log. A cause that only repeats the message above it
/// (as transparent wrappers do) is left out.
#[must_use]
pub fn cause_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut last = text.clone();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if message != last {
            text.push_str(": ");
            text.push_str(&message);
        }
        last = message;
        cause = error.source();
    }
    text
}
