//! From messages to channels.

use crate::group::WINDOW_SECONDS;
use crate::{
    Behind, Group, GroupKey, Groups, Hit, Message, NotSent, Notice, Outbox, Responders, Routing, Sink,
    about_finding, about_left_behind, about_outcome, about_review,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_model::cause_chain;

/// Tells channels, each group of notices once at its beginning and once at its end.
#[derive(Debug)]
pub struct Notifier<G> {
    /// The groups that are open.
    pub groups: G,
    /// Who is told what.
    pub routing: Routing,
    /// The functions that respond.
    pub responders: Responders,
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handled {
    /// Channels that were told.
    pub told: BTreeSet<Sink>,
    /// Whether it was only counted.
    pub counted: bool,
    /// Channels that refuse it for good, and why; it is kept for a person.
    pub refused: BTreeMap<Sink, String>,
    /// Why it must come again; nothing if it need not.
    pub again: Vec<String>,
}

/// What came of groups that ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// How many groups were closed.
    pub closed: usize,
    /// Channels that refused what was told of the rest, and why; it is kept for a person.
    pub refused: BTreeMap<Sink, String>,
    /// Why some groups stay for the next sweep.
    pub problems: Vec<String>,
}

impl<G: Groups> Notifier<G> {
    /// Deals with one message. `id` is the message's own, the same whenever it is delivered; `behind` is what set
    /// an alarm off.
    pub async fn handle(
        &self,
        id: &str,
        message: &Message,
        behind: &Behind,
        outbox: &impl Outbox,
        now: Timestamp,
    ) -> Handled {
        let mut end = Handled::default();
        let Some((key, notice)) = self.notice(message, behind, now) else { return end };
        let sinks = self.routing.sinks(&notice);
        if sinks.is_empty() {
            return end;
        }
        let until = now.checked_add(SignedDuration::from_secs(WINDOW_SECONDS)).unwrap_or(now);
        let group = Group { key, first: id.to_owned(), notice, told: BTreeSet::new(), more: 0, until };
        let told = match self.groups.hit(&group).await {
            Ok(Hit::First(told)) => told,
            Ok(Hit::Counted) => return Handled { counted: true, ..end },
            Err(error) => {
                end.again.push(cause_chain(&error));
                return end;
            }
        };
        for sink in sinks.into_iter().filter(|sink| !told.contains(sink)) {
            match tell(outbox, sink, &group.notice).await {
                Ok(None) => {
                    end.told.insert(sink);
                }
                Ok(Some(reason)) => {
                    end.refused.insert(sink, reason);
                }
                Err(problem) => {
                    end.again.push(problem);
                    continue;
                }
            }
            if let Err(error) = self.groups.told(&group.key, sink).await {
                end.again.push(cause_chain(&error));
            }
        }
        end
    }

    fn notice(&self, message: &Message, behind: &Behind, now: Timestamp) -> Option<(GroupKey, Notice)> {
        match message {
            Message::Finding(finding) => Some(about_finding::notice(finding, now)),
            Message::Outcome(outcome) => about_outcome::notice(outcome, &self.responders, now),
            Message::LeftBehind(left) => Some(about_left_behind::notice(left, now)),
            Message::Review(summary) => about_review::notice(summary, now),
            Message::Alarm(alarm) => alarm.notice(behind, now),
        }
    }

    /// Tells of what followed in the groups that have ended, and closes them.
    pub async fn sweep(&self, outbox: &impl Outbox, now: Timestamp) -> Swept {
        let mut end = Swept::default();
        let ended = match self.groups.ended(now).await {
            Ok(ended) => ended,
            Err(error) => {
                end.problems.push(cause_chain(&error));
                return end;
            }
        };
        for group in ended {
            let mut all_told = true;
            if group.more > 0 {
                let notice = group.notice.again(group.more);
                for sink in self.routing.sinks(&notice) {
                    match tell(outbox, sink, &notice).await {
                        Ok(None) => {}
                        Ok(Some(reason)) => {
                            end.refused.insert(sink, reason);
                        }
                        Err(problem) => {
                            all_told = false;
                            end.problems.push(problem);
                        }
                    }
                }
            }
            if !all_told {
                continue;
            }
            match self.groups.close(&group).await {
                Ok(()) => end.closed = end.closed.saturating_add(1),
                Err(error) => end.problems.push(cause_chain(&error)),
            }
        }
        end
    }
}

/// Tells one channel, or keeps what it refuses for good and returns why.
///
/// # Errors
/// Why it must be tried again.
async fn tell(outbox: &impl Outbox, sink: Sink, notice: &Notice) -> Result<Option<String>, String> {
    match outbox.send(sink, notice).await {
        Ok(()) => Ok(None),
        Err(NotSent::Later(reason)) => Err(format!("{}: {reason}", sink.as_str())),
        Err(NotSent::Never(reason)) => {
            outbox.keep(sink, &reason, notice).await?;
            Ok(Some(reason))
        }
    }
}
