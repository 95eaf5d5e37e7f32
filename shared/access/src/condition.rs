//! One condition: an operator, a key, and values of which one must match.

use crate::glob::{Glob, Reading};
use ipnet::IpNet;
use jiff::Timestamp;
use std::cmp::Ordering;

/// One operator on one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The key, in lower case, such as `aws:sourceip`.
    pub key: String,
    /// The operator, as it is written.
    pub operator: String,
    /// How several values of the request count.
    pub quantifier: Quantifier,
    /// `…IfExists`: holds if the request has no such key.
    pub if_exists: bool,
    /// `…Not…`: holds if no value matches.
    pub negated: bool,
    /// What is compared.
    pub kind: Kind,
    /// The policy's values.
    pub values: Vec<Value>,
}

/// `ForAllValues:`, `ForAnyValue:`, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// Neither: for keys with one value.
    Single,
    /// `ForAnyValue`: some value of the request passes.
    Any,
    /// `ForAllValues`: every value of the request passes, also if there is none.
    All,
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `String…`, exactly, in either case, or with wildcards; `Binary…`.
    Text,
    /// `Arn…`, component by component.
    Arn,
    /// `IpAddress`, `NotIpAddress`.
    Ip,
    /// `Numeric…`.
    Number(Relation),
    /// `Date…`.
    Time(Relation),
    /// `Bool`.
    Bool,
    /// `Null`: whether the key is missing.
    Null,
    /// No operator that IAM has.
    Unrecognised,
}

/// How numbers and times are compared: the request's value to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

impl Relation {
    /// Returns whether two values in `order` are in this relation.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// One value of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// As it is written.
    pub text: String,
    /// As it is compared.
    pub matcher: Matcher,
}

/// What a value matches.
#[derive(Debug, Clone, PartialEq)]
pub enum Matcher {
    /// Texts.
    Text(Glob),
    /// An ARN operator's value that is no ARN: what it matches is not documented.
    NotAnArn(Glob),
    /// Addresses.
    Net(IpNet),
    /// Numbers, and times as seconds since 1970.
    Number(f64),
    /// `Null`'s value: whether the key must be missing.
    Missing(bool),
    /// Nothing, since the value is not what the operator compares.
    Nothing,
}

impl Condition {
    /// Returns the condition that `operator`, such as `ForAnyValue:StringLikeIfExists`, makes of key and values.
    pub(crate) fn new(operator: &str, key: &str, values: &[String], has_variables: bool) -> Self {
        let lower = operator.to_ascii_lowercase();
        let (quantifier, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Quantifier::All, rest),
            Some(("foranyvalue", rest)) => (Quantifier::Any, rest),
            Some(_) | None => (Quantifier::Single, lower.as_str()),
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (kind, negated, wildcards, fold) = known(base)
            .filter(|_| base != "null" || !if_exists)
            .unwrap_or((Kind::Unrecognised, false, false, false));
        let reading = Reading { wildcards, variables: has_variables, fold };
        let values = values
            .iter()
            .map(|text| Value { text: text.clone(), matcher: matcher(kind, text, reading) })
            .collect();
        Self {
            key: key.to_ascii_lowercase(),
            operator: operator.to_owned(),
            quantifier,
            if_exists,
            negated,
            kind,
            values,
        }
    }

    /// Returns whether every value of the request has to pass; else one is enough.
    pub(crate) fn is_of_all_values(&self) -> bool {
        match self.quantifier {
            Quantifier::Single => self.negated,
            Quantifier::Any => false,
            Quantifier::All => true,
        }
    }

    /// Returns whether it holds for a request that has no such key.
    pub(crate) fn holds_if_missing(&self) -> bool {
        if self.kind == Kind::Null {
            return self.values.iter().any(|value| value.matcher == Matcher::Missing(true));
        }
        self.if_exists || self.is_of_all_values()
    }
}

/// Kind, negated, wildcards, either case.
fn known(base: &str) -> Option<(Kind, bool, bool, bool)> {
    use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    Some(match base {
        "stringequals" | "binaryequals" => (Kind::Text, false, false, false),
        "stringnotequals" => (Kind::Text, true, false, false),
        "stringequalsignorecase" => (Kind::Text, false, false, true),
        "stringnotequalsignorecase" => (Kind::Text, true, false, true),
        "stringlike" => (Kind::Text, false, true, false),
        "stringnotlike" => (Kind::Text, true, true, false),
        "arnequals" | "arnlike" => (Kind::Arn, false, true, false),
        "arnnotequals" | "arnnotlike" => (Kind::Arn, true, true, false),
        "ipaddress" => (Kind::Ip, false, false, false),
        "notipaddress" => (Kind::Ip, true, false, false),
        "bool" => (Kind::Bool, false, false, true),
        "null" => (Kind::Null, false, false, false),
        "numericequals" => (Kind::Number(Equal), false, false, false),
        "numericnotequals" => (Kind::Number(Equal), true, false, false),
        "numericlessthan" => (Kind::Number(Less), false, false, false),
        "numericlessthanequals" => (Kind::Number(LessOrEqual), false, false, false),
        "numericgreaterthan" => (Kind::Number(Greater), false, false, false),
        "numericgreaterthanequals" => (Kind::Number(GreaterOrEqual), false, false, false),
        "dateequals" => (Kind::Time(Equal), false, false, false),
        "datenotequals" => (Kind::Time(Equal), true, false, false),
        "datelessthan" => (Kind::Time(Less), false, false, false),
        "datelessthanequals" => (Kind::Time(LessOrEqual), false, false, false),
        "dategreaterthan" => (Kind::Time(Greater), false, false, false),
        "dategreaterthanequals" => (Kind::Time(GreaterOrEqual), false, false, false),
        _ => return None,
    })
}

fn matcher(kind: Kind, text: &str, reading: Reading) -> Matcher {
    match kind {
        Kind::Text | Kind::Bool | Kind::Unrecognised => Matcher::Text(Glob::parse(text, reading)),
        Kind::Arn => match Glob::parse_arn(text, reading) {
            Some(glob) => Matcher::Text(glob),
            None => Matcher::NotAnArn(Glob::parse(text, reading)),
        },
        Kind::Ip => net(text).map_or(Matcher::Nothing, Matcher::Net),
        Kind::Number(_) => number(text).map_or(Matcher::Nothing, Matcher::Number),
        Kind::Time(_) => time(text).map_or(Matcher::Nothing, Matcher::Number),
        Kind::Null => match text.to_ascii_lowercase().as_str() {
            "true" => Matcher::Missing(true),
            "false" => Matcher::Missing(false),
            _ => Matcher::Nothing,
        },
    }
}

/// An address without a length is one address.
pub(crate) fn net(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
        .map(|net| net.trunc())
}

pub(crate) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// ISO 8601, down to the day only, or seconds since 1970 (IAM User Guide, "Date condition operators").
pub(crate) fn time(text: &str) -> Option<f64> {
    let text = text.trim();
    let whole_day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let instant = text.parse::<Timestamp>().ok().or_else(|| whole_day().map(|day| day.timestamp()));
    instant.map(|instant| instant.as_duration().as_secs_f64()).or_else(|| number(text))
}
