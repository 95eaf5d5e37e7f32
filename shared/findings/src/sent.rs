//! Each finding goes out once, although its record may arrive twice and by two ways.
//!
//! A finding is claimed before it is sent and marked afterwards. Whoever meets a claim that is older than the
//! lease takes it over: the claimant has been stopped in between, and nothing may be lost.

use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use trailreflex_model::{AccountId, EventId, Finding, FindingId};

/// How long a claim holds, in seconds: longer than the function `detect` may take (30 s), shorter than Lambda's
/// first retry delay (60 s), so that a retry never meets its own claim.
pub const LEASE_SECONDS: i64 = 45;
/// Findings that are claimed, sent and marked together: what EventBridge takes in one call.
const TOGETHER: usize = 10;

/// A function that sends findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The fast path: EventBridge delivers records.
    Detect,
    /// The complete path: log files.
    Ingest,
    /// What calls change in who has access, and what is looked at on a schedule.
    ReviewAccess,
}

impl Sender {
    /// Every sender.
    pub const ALL: [Self; 3] = [Self::Detect, Self::Ingest, Self::ReviewAccess];

    /// Returns the function's folder name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Ingest => "ingest",
            Self::ReviewAccess => "review-access",
        }
    }
}

/// Who wants to send: a function, and which delivery it works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    /// The function.
    pub sender: Sender,
    /// Something that stays the same when Lambda or SQS delivers the same thing again after a failure: that
    /// delivery goes on where it was stopped, without waiting for its own lease.
    pub delivery: String,
}

/// How far a finding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Somebody is about to send it.
    Claimed,
    /// It has been sent.
    Sent,
}

/// What the log keeps of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub finding: FindingId,
    /// The account that recorded the call.
    pub account: AccountId,
    /// The record.
    pub event: EventId,
    /// The rule's id.
    pub rule: String,
    /// Who claimed or sent it.
    pub by: Claimant,
    /// How far it has come.
    pub progress: Progress,
    /// Since when.
    pub at: Timestamp,
}

/// Whose turn it is to send a finding that is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The caller's: whoever claimed it was stopped.
    TakeOver(Sender),
    /// Nobody's: it has been sent.
    Done(Sender),
    /// Another delivery's, which may still be at it.
    Others,
}

impl Entry {
    /// The claim of `by` on `finding`.
    #[must_use]
    pub fn claim(finding: &Finding, by: &Claimant, at: Timestamp) -> Self {
        Self {
            finding: finding.id.clone(),
            account: finding.evidence.account.clone(),
            event: finding.evidence.event_id.clone(),
            rule: finding.rule.id.clone(),
            by: by.clone(),
            progress: Progress::Claimed,
            at,
        }
    }

    /// Tells `claimant` whose turn it is.
    #[must_use]
    pub fn turn(&self, claimant: &Claimant, now: Timestamp) -> Turn {
        match self.progress {
            Progress::Sent => Turn::Done(self.by.sender),
            Progress::Claimed if self.by == *claimant || self.has_run_out(now) => {
                Turn::TakeOver(self.by.sender)
            }
            Progress::Claimed => Turn::Others,
        }
    }

    fn has_run_out(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > SignedDuration::from_secs(LEASE_SECONDS)
    }
}

/// Keeps what has gone out. Reads must see every write that was answered.
pub trait SentLog {
    /// Why the log did not do it.
    type Error;

    /// Writes `entry` if there is none of the finding; otherwise returns the one that is there.
    fn create(&self, entry: &Entry) -> impl Future<Output = Result<Option<Entry>, Self::Error>>;

    /// Writes `entry` in the place of `seen`; tells whether `seen` was still there.
    fn replace(&self, seen: &Entry, entry: &Entry) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Writes `entry`, whatever is there.
    fn write(&self, entry: &Entry) -> impl Future<Output = Result<(), Self::Error>>;
}

/// Where findings go.
pub trait Outlet {
    /// Why they did not.
    type Error;

    /// Sends findings; after an error some may have been sent.
    fn send(&self, findings: &[&Finding]) -> impl Future<Output = Result<(), Self::Error>>;
}

/// What became of findings.
#[derive(Debug)]
pub struct Dispatched<E> {
    /// Those that this call has sent, each with who had claimed it before and was stopped.
    pub sent: Vec<(Finding, Option<Sender>)>,
    /// Those that had been sent before, and by whom.
    pub known: Vec<(Finding, Sender)>,
    /// Those that another delivery may be sending right now: to be asked for again after the lease.
    pub held: Vec<FindingId>,
    /// What the log did not do. A log that fails keeps no finding back: better twice than never.
    pub log_failures: Vec<E>,
}

/// Sends those of `findings` that have not been sent.
///
/// # Errors
/// Those of the outlet: the caller is to be called again with the same claimant.
pub async fn dispatch<L: SentLog, O: Outlet>(
    findings: Vec<Finding>,
    by: &Claimant,
    log: &L,
    outlet: &O,
    now: impl Fn() -> Timestamp,
) -> Result<Dispatched<L::Error>, O::Error> {
    let mut done =
        Dispatched { sent: Vec::new(), known: Vec::new(), held: Vec::new(), log_failures: Vec::new() };
    let mut waiting = findings.into_iter();
    loop {
        let together: Vec<Finding> = waiting.by_ref().take(TOGETHER).collect();
        if together.is_empty() {
            return Ok(done);
        }
        let mut own = Vec::new();
        for finding in together {
            let claim = Entry::claim(&finding, by, now());
            match claimed(log, &claim).await {
                Ok(None) => own.push((finding, None)),
                Ok(Some(Turn::TakeOver(from))) => own.push((finding, Some(from))),
                Ok(Some(Turn::Done(sender))) => done.known.push((finding, sender)),
                Ok(Some(Turn::Others)) => done.held.push(finding.id),
                Err(error) => {
                    done.log_failures.push(error);
                    own.push((finding, None));
                }
            }
        }
        if own.is_empty() {
            continue;
        }
        outlet.send(&own.iter().map(|(finding, _)| finding).collect::<Vec<_>>()).await?;
        for (finding, _) in &own {
            let sent = Entry { progress: Progress::Sent, ..Entry::claim(finding, by, now()) };
            // It is out: a missing mark means that it may go out again, not that this call failed.
            if let Err(error) = log.write(&sent).await {
                done.log_failures.push(error);
            }
        }
        done.sent.append(&mut own);
    }
}

/// Claims a finding; returns nothing if it is new.
async fn claimed<L: SentLog>(log: &L, claim: &Entry) -> Result<Option<Turn>, L::Error> {
    let Some(seen) = log.create(claim).await? else { return Ok(None) };
    let turn = seen.turn(&claim.by, claim.at);
    let is_lost = matches!(turn, Turn::TakeOver(_)) && !log.replace(&seen, claim).await?;
    // Somebody else has taken it over at the same moment.
    Ok(Some(if is_lost { Turn::Others } else { turn }))
}
