//! Sending what is kept to CloudWatch.
//!
//! CloudWatch adds up what it receives and cannot be asked whether it has received a call that it did not answer. Such a
//! call is made once more after its lease: an alarm that goes off twice is better than one that does not, and how many
//! events that concerns is told.

use crate::ledger::{Ledger, Part, PartState};
use crate::{LEASE, Meter};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::future::Future;
use trailreflex_metrics::Series;

/// Why values were not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotPut {
    /// They were not received: throttled, not allowed, or not even sent.
    #[error("CloudWatch did not take the values: {0}")]
    Definitely(String),
    /// They may have been received: no answer came, or an error of CloudWatch's own.
    #[error("CloudWatch did not say whether it took the values: {0}")]
    Perhaps(String),
    /// They never will be.
    #[error("CloudWatch refused the values: {0}")]
    Refused(String),
}

/// Where values go.
pub trait Sink {
    /// Sends values, at most 1,000 series, in one attempt.
    fn put(&self, series: &[Series]) -> impl Future<Output = Result<(), NotPut>>;
}

/// A part that CloudWatch refuses. It is kept until [`Meter::forget`].
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// It.
    pub part: Part,
    /// What CloudWatch said.
    pub reason: String,
}

/// What came of sending.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// Parts that CloudWatch has received.
    pub sent: usize,
    /// Parts that still wait.
    pub waiting: usize,
    /// Events, at most, whose values may have been received twice.
    pub uncertain: usize,
    /// What CloudWatch refuses.
    pub refused: Vec<Refused>,
    /// Why parts wait.
    pub problems: BTreeSet<String>,
}

impl<L: Ledger> Meter<L> {
    /// Sends all parts that nobody else is sending. `by` names the invocation.
    pub async fn publish(&self, sink: &impl Sink, by: &str, now: Timestamp) -> Published {
        let mut end = Published::default();
        let parts = match self.ledger.parts().await {
            Ok(parts) => parts,
            Err(error) => {
                end.problems.insert(error.to_string());
                return end;
            }
        };
        for part in parts {
            self.send(sink, part, PartState::Sending { by: by.to_owned(), since: now }, &mut end).await;
        }
        end
    }

    async fn send(&self, sink: &impl Sink, part: Part, sending: PartState, end: &mut Published) {
        let is_uncertain = match (&part.state, &sending) {
            // Somebody is at it.
            (PartState::Sending { since, .. }, PartState::Sending { since: now, .. })
                if now.duration_since(*since) < LEASE =>
            {
                return;
            }
            (PartState::Sending { .. }, _) => true,
            (PartState::Waiting, _) => false,
        };
        match self.ledger.advance(&part.id, &part.state, &sending).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return end.waits(error.to_string()),
        }
        if is_uncertain {
            end.uncertain = end.uncertain.saturating_add(part.events);
        }
        match sink.put(&part.series).await {
            Ok(()) => {
                end.sent = end.sent.saturating_add(1);
                // Should this fail, the part is sent again after its lease, and counted as uncertain then.
                if let Err(error) = self.ledger.forget(&part.id).await {
                    end.waits(error.to_string());
                }
            }
            Err(NotPut::Refused(reason)) => {
                end.refused.push(Refused { part: Part { state: sending, ..part }, reason });
            }
            Err(error @ NotPut::Definitely(_)) => {
                end.waits(error.to_string());
                // Should this fail, the part is taken for one that may have been received.
                if let Err(error) = self.ledger.advance(&part.id, &sending, &PartState::Waiting).await {
                    end.problems.insert(error.to_string());
                }
            }
            Err(error @ NotPut::Perhaps(_)) => end.waits(error.to_string()),
        }
    }

    /// Forgets a part that is kept elsewhere now.
    ///
    /// # Errors
    /// If the ledger did not answer: the part is refused once more then.
    pub async fn forget(&self, refused: &Refused) -> Result<(), L::Error> {
        self.ledger.forget(&refused.part.id).await
    }
}

impl Published {
    fn waits(&mut self, problem: impl Into<String>) {
        self.waiting = self.waiting.saturating_add(1);
        self.problems.insert(problem.into());
    }
}
