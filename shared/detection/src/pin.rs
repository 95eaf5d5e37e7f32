//! Which API calls a rule can match at all, for the event patterns that wake a function.

use std::collections::BTreeSet;
use std::fmt;

use crate::template::{Piece, Template};

/// The fields by which EventBridge rules and the index choose.
pub(crate) const SOURCE: &str = "eventSource";
/// See [`SOURCE`].
pub(crate) const NAME: &str = "eventName";

/// Most calls one rule may pin before it counts as unpinned: more than CloudTrail has.
pub(crate) const MAX_PINS: usize = 20_000;

/// Tells whether the texts of that field matter here.
pub(crate) fn is_pinned(field: &str) -> bool {
    field == SOURCE || field == NAME
}

/// A text that a rule demands, as the rule writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Text {
    /// Exactly this.
    Equals(String),
    /// Anything that begins like this.
    StartsWith(String),
}

impl Text {
    /// Returns the text that `template` demands, if it is one of these.
    pub(crate) fn of(template: &Template) -> Option<Self> {
        match template.pieces() {
            [Piece::Literal(text)] => Some(Self::Equals(text.clone())),
            [Piece::Literal(text), Piece::Many] => Some(Self::StartsWith(text.clone())),
            _ => None,
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Equals(text) | Self::StartsWith(text) => text,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(text) => formatter.write_str(text),
            Self::StartsWith(text) => write!(formatter, "{text}*"),
        }
    }
}

/// API calls of which a rule can match some.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin {
    /// The service, or any.
    pub source: Option<Text>,
    /// The call, or any.
    pub name: Option<Text>,
}

impl Pin {
    /// Returns the calls that both pins allow; none if there are none.
    fn and(&self, other: &Self) -> Option<Self> {
        Some(Self { source: both(&self.source, &other.source)?, name: both(&self.name, &other.name)? })
    }
}

/// Which calls a rule can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pins {
    /// Any call: every record must be delivered for the rule to work.
    Unpinned,
    /// Only these.
    Calls(BTreeSet<Pin>),
}

impl Pins {
    /// Returns what `field`, one of the pinned two, being one of `texts` allows.
    pub(crate) fn of_field(field: &str, texts: &[Text]) -> Self {
        let pin = |text: &Text| match field {
            SOURCE => Pin { source: Some(text.clone()), name: None },
            _ => Pin { source: None, name: Some(text.clone()) },
        };
        Self::Calls(texts.iter().map(pin).collect())
    }

    /// Both must hold.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unpinned, pins) | (pins, Self::Unpinned) => pins,
            (Self::Calls(left), Self::Calls(right)) => {
                if left.len().saturating_mul(right.len()) > MAX_PINS {
                    return Self::Calls(left);
                }
                Self::Calls(left.iter().flat_map(|one| right.iter().filter_map(|two| one.and(two))).collect())
            }
        }
    }

    /// Either may hold.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Calls(mut left), Self::Calls(right)) => {
                left.extend(right);
                Self::Calls(left)
            }
            (Self::Unpinned, Self::Calls(_) | Self::Unpinned) | (Self::Calls(_), Self::Unpinned) => {
                Self::Unpinned
            }
        }
    }
}

/// Returns the narrower of two demands; the outer none says that they contradict each other.
#[expect(clippy::option_option, reason = "no demand and no possible text are different answers")]
fn both(left: &Option<Text>, right: &Option<Text>) -> Option<Option<Text>> {
    let (Some(one), Some(two)) = (left, right) else { return Some(left.clone().or_else(|| right.clone())) };
    let begins = |text: &str, start: &str| crate::fold::fold(text).starts_with(&crate::fold::fold(start));
    let (text, other) = (one.as_str(), two.as_str());
    let narrower = match (one, two) {
        (Text::Equals(_), Text::Equals(_)) => crate::pattern::Case::Ignore.same(text, other).then_some(one),
        (Text::Equals(_), Text::StartsWith(_)) => begins(text, other).then_some(one),
        (Text::StartsWith(_), Text::Equals(_)) => begins(other, text).then_some(two),
        (Text::StartsWith(_), Text::StartsWith(_)) => {
            if begins(text, other) {
                Some(one)
            } else {
                begins(other, text).then_some(two)
            }
        }
    };
    narrower.map(|text| Some(text.clone()))
}
