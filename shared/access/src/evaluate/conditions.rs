//! Whether one condition holds for one call, with a third answer if that cannot be told.
//!
//! Source: IAM User Guide, "Condition operators", "Set operators for multivalued context keys" and "Policy variables".

use super::Request;
use crate::condition::{Condition, Kind, Matcher, Value, net, number, time};
use crate::glob::Glob;
use std::net::IpAddr;

/// Yes, no, or it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    pub(super) fn of(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

pub(super) fn holds(condition: &Condition, request: &Request) -> Truth {
    if condition.kind == Kind::Unrecognised {
        return Truth::Unknown;
    }
    let values = request.context.get(&condition.key).filter(|values| !values.is_empty());
    if values.is_none() && !request.is_complete && !request.context.contains_key(&condition.key) {
        return Truth::Unknown;
    }
    if condition.kind == Kind::Null {
        let is_missing = Matcher::Missing(values.is_none());
        return Truth::of(condition.values.iter().any(|value| value.matcher == is_missing));
    }
    let Some(values) = values else {
        return Truth::of(condition.holds_if_missing());
    };
    let passes = |text: &String| {
        let of_values = condition.values.iter().map(|value| compare(condition, value, text, request));
        let matched = of_values.fold(Truth::No, Truth::or);
        if condition.negated { matched.not() } else { matched }
    };
    if condition.is_of_all_values() {
        values.iter().map(passes).fold(Truth::Yes, Truth::and)
    } else {
        values.iter().map(passes).fold(Truth::No, Truth::or)
    }
}

fn compare(condition: &Condition, value: &Value, text: &str, request: &Request) -> Truth {
    match &value.matcher {
        Matcher::Text(glob) => matches(glob, text, request),
        Matcher::NotAnArn(glob) if glob.matches(text) => Truth::Unknown,
        Matcher::Net(range) => {
            let address = text.parse::<IpAddr>().ok().or_else(|| net(text).map(|net| net.addr()));
            Truth::of(address.is_some_and(|address| range.contains(&address)))
        }
        Matcher::Number(wanted) => {
            let (relation, found) = match condition.kind {
                Kind::Number(relation) => (relation, number(text)),
                Kind::Time(relation) => (relation, time(text)),
                Kind::Text | Kind::Arn | Kind::Ip | Kind::Bool | Kind::Null | Kind::Unrecognised => {
                    return Truth::No;
                }
            };
            let order = found.and_then(|found| found.partial_cmp(wanted));
            Truth::of(order.is_some_and(|order| relation.holds(order)))
        }
        Matcher::NotAnArn(_) | Matcher::Missing(_) | Matcher::Nothing => Truth::No,
    }
}

/// Compares with variables replaced; a variable without a value matches nothing.
pub(super) fn matches(glob: &Glob, text: &str, request: &Request) -> Truth {
    if !glob.has_variable() {
        return Truth::of(glob.matches(text));
    }
    match glob.expanded(|name| request.context.get(name).and_then(|values| values.first()).cloned()) {
        Some(glob) => Truth::of(glob.matches(text)),
        None if request.is_complete || !glob.matches(text) => Truth::No,
        None => Truth::Unknown,
    }
}
