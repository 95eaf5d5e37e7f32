//! What was read of an account and a stack.

use trailreflex_metrics::KnownSensor;
use trailreflex_model::Region;

/// What was read, or why it could not be.
pub type Known<T> = Result<T, String>;

/// An account and a stack in it, seen from one Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The stack's name.
    pub stack: String,
    /// The Region.
    pub region: Region,
    /// How many event rules a stack of that name has in the [`hearing_region`](crate::hearing_region).
    pub rules_there: Known<usize>,
    /// All trails that this Region shows.
    pub trails: Known<Vec<Trail>>,
    /// The stack's event rules, of the default bus and of its own.
    pub rules: Known<Vec<EventRule>>,
    /// Names of built-in rules whose calls no event rule delivers.
    pub undelivered: Known<Vec<String>>,
    /// The stack's functions.
    pub functions: Known<Vec<Function>>,
    /// The stack's queues of what was not dealt with.
    pub queues: Known<Vec<Queue>>,
    /// Who hears of the stack's notifications.
    pub subscriptions: Known<Subscriptions>,
    /// The kill switch's value; none if there is no such parameter.
    pub switch: Known<Option<String>>,
    /// Other Regions that were asked about.
    pub others: Vec<OtherRegion>,
    /// Regions and accounts that `meter` wants to hear, as it knows them; none if it wants to hear no others.
    pub sensors: Known<Vec<KnownSensor>>,
    /// How many functions the account may run at the same time.
    pub concurrency: Known<Concurrency>,
    /// How many event rules the default bus has, whosever.
    pub rules_on_bus: Known<usize>,
    /// What was held back in the last 24 hours; kinds of which there were none are left out.
    pub held_back: Known<Vec<HeldBack>>,
}

/// How many functions an account may run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concurrency {
    /// All together.
    pub all: u32,
    /// Those that no function has for itself.
    pub unreserved: u32,
}

/// Plans that nothing spoke against and that were not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// Whose, such as `contain-identity`.
    pub function: &'static str,
    /// `budget` or `breaker`.
    pub reason: &'static str,
    /// How many.
    pub plans: u64,
}

/// Another Region of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRegion {
    /// The Region.
    pub region: Region,
    /// What it sends to the default bus of the Region that the facts are seen from.
    pub forwards: Known<Forwards>,
}

/// What a Region sends to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwards {
    /// How many event rules do.
    pub rules: usize,
    /// Names of built-in rules whose calls none of them sends.
    pub unsent: Vec<String>,
}

/// A trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Its ARN.
    pub arn: String,
    /// The Region in which it was made.
    pub home: String,
    /// Whether it logs all Regions.
    pub is_multi_region: bool,
    /// Whether it logs IAM and other services that belong to no Region.
    pub has_global_events: bool,
    /// Whether it writes digests of its log files.
    pub validates: bool,
    /// Whether it logs now.
    pub is_logging: bool,
    /// Why it could not deliver the last time.
    pub delivery_error: Option<String>,
    /// Which management events it logs; none if it logs none.
    pub management: Option<Management>,
}

/// Which management events are logged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Management {
    /// Calls that only read.
    pub reads: bool,
    /// Calls that change something.
    pub writes: bool,
    /// Services whose calls are left out, such as `kms.amazonaws.com`.
    pub excluded: Vec<String>,
}

/// A rule of EventBridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its bus.
    pub bus: String,
    /// `ENABLED`, `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` or `DISABLED`.
    pub state: String,
    /// Its event pattern as JSON text; none if it has a schedule.
    pub pattern: Option<String>,
    /// What it wakes.
    pub targets: Vec<RuleTarget>,
}

/// What a rule wakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTarget {
    /// Its ARN.
    pub arn: String,
    /// The policy of a function, JSON text; none if it has none, or the target is no function.
    pub policy: Option<String>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The value of `MODE` in its environment, for those that respond.
    pub mode: Option<String>,
    /// The name of the kill switch's parameter, for those that respond.
    pub switch: Option<String>,
    /// The table of what `meter` has counted, for those that use it.
    pub meter_table: Option<String>,
    /// Where its log goes.
    pub log_group: Option<String>,
    /// How much memory it has, in MB; it is billed by that.
    pub memory: u32,
    /// Whether it runs on Graviton, which costs less.
    pub is_arm: bool,
    /// Where it tells people besides the topic, such as `Slack`, for the one that does.
    pub channels: Vec<&'static str>,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// How many messages are in it, about.
    pub messages: u64,
}

/// Who hears of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscriptions {
    /// How many hear.
    pub confirmed: usize,
    /// Addresses that were asked and have not said yes.
    pub pending: Vec<String>,
}
