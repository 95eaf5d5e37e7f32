//! Ctrl-C, and a request to end: the first ends a command after the line that it is writing, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Says that work was interrupted: what has been written is whole, and more would have come.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// Begins to listen.
///
/// # Errors
/// If the system does not allow it.
pub(crate) fn listen() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        if IS_ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })?;
    Ok(())
}

/// Goes on unless somebody has interrupted.
///
/// # Errors
/// [`Interrupted`] if somebody has.
pub(crate) fn check() -> Result<(), Interrupted> {
    if IS_ASKED.load(Ordering::SeqCst) { Err(Interrupted) } else { Ok(()) }
}
