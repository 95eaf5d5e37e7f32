//! Failures, told apart by the one thing that Lambda's retries make important: can another attempt mend it?

use lambda_runtime::Diagnostic;
use std::error::Error;
use trailreflex_model::cause_chain;

/// Why an invocation failed.
#[derive(thiserror::Error)]
pub enum Failure {
    /// No attempt will succeed: the event is put on the quarantine queue and the invocation ends well.
    #[error("{code}")]
    Permanent {
        /// A stable word for alarms and searches.
        code: &'static str,
        /// What is wrong.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// A later attempt may succeed: Lambda delivers the event again, and at last to the failure destination.
    #[error("{code}")]
    Retryable {
        /// A stable word for alarms and searches.
        code: &'static str,
        /// What is wrong.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
}

impl Failure {
    /// A failure that no attempt will mend.
    pub fn permanent(code: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Permanent { code, cause: cause.into() }
    }

    /// A failure that a later attempt may mend.
    pub fn retryable(code: &'static str, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retryable { code, cause: cause.into() }
    }

    /// Permanent or retryable, as `is_transient` says.
    pub fn of(
        is_transient: bool,
        code: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        if is_transient { Self::retryable(code, cause) } else { Self::permanent(code, cause) }
    }

    /// Returns the stable word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Permanent { code, .. } | Self::Retryable { code, .. } => code,
        }
    }

    /// Returns what is wrong with every cause, without the code.
    #[must_use]
    pub fn explain(&self) -> String {
        match self {
            Self::Permanent { cause, .. } | Self::Retryable { cause, .. } => cause_chain(&**cause),
        }
    }
}

impl std::fmt::Debug for Failure {
    /// The runtime logs failures in this form. The SDK's own `Debug` holds whole answers, headers included, so
    /// only messages are shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code(), self.explain())
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.code().to_owned(), error_message: failure.explain() }
    }
}
