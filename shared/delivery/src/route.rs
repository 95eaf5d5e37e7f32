//! Which way the events of each rule come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use trailreflex_detection::{Pin, Pins, Rule, RuleSet};

/// The ways on which a rule's events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// EventBridge delivers them within seconds, and log files bring them as well.
    Both,
    /// Log files only: the rule pins no call, or calls so frequent that a function call for each would cost too much.
    Slow,
}

/// `custom.delivery` of a rule is none of the words there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDelivery(String);

impl fmt::Display for InvalidDelivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no delivery; use `both` or `slow`", self.0)
    }
}

impl std::error::Error for InvalidDelivery {}

impl Delivery {
    /// Returns the word used in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Slow => "slow",
        }
    }

    /// Reads `custom.delivery` of a rule or correlation; none if it has none.
    ///
    /// # Errors
    /// If it is another word.
    pub fn stated(rule: &Rule) -> Result<Option<Self>, InvalidDelivery> {
        let Some(stated) = rule.custom.get("custom").and_then(|custom| custom.get("delivery")) else {
            return Ok(None);
        };
        match stated.as_str() {
            Some("both") => Ok(Some(Self::Both)),
            Some("slow") => Ok(Some(Self::Slow)),
            Some(_) | None => Err(InvalidDelivery(stated.to_string())),
        }
    }

    /// Returns the way of a rule that pins these calls: what it states, else by whether it pins any.
    fn of(stated: Option<Self>, pins: &Pins) -> Self {
        stated.unwrap_or(match pins {
            Pins::Calls(_) => Self::Both,
            Pins::Unpinned => Self::Slow,
        })
    }
}

/// What a set of rules needs of EventBridge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NeededCalls {
    /// The calls to be delivered, and the rules (by [`Rule::key`]) that need each.
    pub calls: BTreeMap<Pin, BTreeSet<String>>,
    /// Rules that want fast delivery and pin no call: only a pattern about the caller can deliver to them.
    pub unpinned: BTreeSet<String>,
    /// Rules whose events come in log files only.
    pub slow: BTreeSet<String>,
    /// Rules that state a delivery that there is not; they count as having stated none.
    pub invalid: BTreeMap<String, InvalidDelivery>,
}

/// Returns what `rules` needs. A rule that only serves correlations is delivered as they are.
#[must_use]
pub fn needed_calls(rules: &RuleSet) -> NeededCalls {
    let mut needed = NeededCalls::default();
    for required in rules.required_events() {
        let reported = required.is_reported.then_some(required.rule);
        for rule in reported.into_iter().chain(required.correlations) {
            let stated = Delivery::stated(rule).unwrap_or_else(|invalid| {
                needed.invalid.insert(rule.key().to_owned(), invalid);
                None
            });
            match (Delivery::of(stated, &required.pins), &required.pins) {
                (Delivery::Slow, _) => drop(needed.slow.insert(rule.key().to_owned())),
                (Delivery::Both, Pins::Unpinned) => drop(needed.unpinned.insert(rule.key().to_owned())),
                (Delivery::Both, Pins::Calls(calls)) => {
                    for call in calls {
                        needed.calls.entry(call.clone()).or_default().insert(rule.key().to_owned());
                    }
                }
            }
        }
    }
    needed
}
