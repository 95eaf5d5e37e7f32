//! What holds a responder back although its mode is `act`: the kill switch, the budget and the breaker.

use crate::{ActionClass, Journal, JournalError, PlanId};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// Why a plan is not carried out although nothing speaks against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Hold {
    /// The kill switch does not say `armed`.
    #[error("the kill switch is off, unreadable or odd")]
    KillSwitch,
    /// This hour's plans are used up.
    #[error("this hour's budget of plans is used up")]
    Budget,
    /// Too many of this hour's plans did not hold.
    #[error("too many of this hour's plans did not hold")]
    Breaker,
}

impl Hold {
    /// Returns the word that metrics show.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KillSwitch => "killSwitch",
            Self::Budget => "budget",
            Self::Breaker => "breaker",
        }
    }
}

/// What the kill switch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwitchState {
    /// Exactly `armed`.
    Armed,
    /// Anything else, nothing, or it may not be read: why.
    Off(String),
    /// It did not answer for now: why.
    Unknown(String),
}

/// The port to the kill switch, read before each change.
pub trait Switch: Debug + Sync {
    /// Reads the switch. What cannot be read is off.
    fn read(&self) -> Pin<Box<dyn Future<Output = SwitchState> + Send + '_>>;
}

/// A switch that stands still: the fake of [`Switch`].
#[derive(Debug, Clone)]
pub struct FixedSwitch(
    /// What it says.
    pub SwitchState,
);

impl Switch for FixedSwitch {
    fn read(&self) -> Pin<Box<dyn Future<Output = SwitchState> + Send + '_>> {
        Box::pin(std::future::ready(self.0.clone()))
    }
}

/// How much a class may do in an hour by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Plans that may be carried out.
    pub plans_per_hour: usize,
    /// Plans that may fail to hold before no more are carried out.
    pub troubles_per_hour: usize,
}

/// Plans of a class that are counted together: each once, however often it is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tally {
    /// Whose and of what, such as `contain-identity/plans`.
    pub name: String,
    /// The hour, in UTC.
    pub hour: Timestamp,
}

/// What came of counting a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It is in, perhaps since an earlier delivery.
    Within,
    /// The tally is full without it.
    Full,
}

impl Tally {
    /// Plans that are carried out.
    #[must_use]
    pub fn plans(class: ActionClass, now: Timestamp) -> Self {
        Self::of(class, "plans", now)
    }

    /// Plans that a person is asked about.
    #[must_use]
    pub fn asks(class: ActionClass, now: Timestamp) -> Self {
        Self::of(class, "asks", now)
    }

    /// Plans that did not hold.
    #[must_use]
    pub fn troubles(class: ActionClass, now: Timestamp) -> Self {
        Self::of(class, "troubles", now)
    }

    fn of(class: ActionClass, what: &str, now: Timestamp) -> Self {
        let second = now.as_second() - now.as_second().rem_euclid(3600);
        let hour = Timestamp::from_second(second).unwrap_or(now);
        debug_assert!(hour.round(Unit::Hour).is_ok_and(|rounded| rounded == hour), "{hour} is a full hour");
        Self { name: format!("{}/{what}", class.as_str()), hour }
    }
}

/// Why it is not known what holds a plan back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// The kill switch did not answer; a later attempt may succeed.
    #[error("the kill switch did not answer: {0}")]
    Switch(String),
    /// The journal failed.
    #[error("the journal could not be asked how much was done this hour")]
    Journal(#[from] JournalError),
}

impl LimitsError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Switch(_) => true,
            Self::Journal(error) => error.is_transient(),
        }
    }
}

/// Returns what holds the plan back, after counting it in the budget.
///
/// # Errors
/// [`LimitsError`]: while it is not known what holds it back, nothing may be changed.
pub async fn held_back<J: Journal>(
    plan: &PlanId,
    (class, limits): (ActionClass, Limits),
    (journal, switch): (&J, &dyn Switch),
    now: Timestamp,
) -> Result<Option<(Hold, String)>, LimitsError> {
    match switch.read().await {
        SwitchState::Armed => {}
        SwitchState::Off(why) => return Ok(Some((Hold::KillSwitch, why))),
        SwitchState::Unknown(why) => return Err(LimitsError::Switch(why)),
    }
    let troubles = journal.counted(&Tally::troubles(class, now)).await?;
    if troubles >= limits.troubles_per_hour {
        return Ok(Some((Hold::Breaker, format!("{troubles} plans did not hold this hour"))));
    }
    Ok(match journal.count(&Tally::plans(class, now), plan, limits.plans_per_hour).await? {
        Counted::Within => None,
        Counted::Full => {
            Some((Hold::Budget, format!("{} plans were carried out this hour", limits.plans_per_hour)))
        }
    })
}
