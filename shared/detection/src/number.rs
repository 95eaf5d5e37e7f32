//! Numbers compared exactly: account ids and byte counts do not survive `f64`.

use std::cmp::Ordering;

use serde_json::Value;

/// A number of a rule or a record.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    /// Everything that JSON calls an integer, signed or not.
    Integer(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
}

impl Number {
    /// Reads a JSON number, or a string that is one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number
                .as_i64()
                .map(i128::from)
                .or_else(|| number.as_u64().map(i128::from))
                .map(Self::Integer)
                .or_else(|| number.as_f64().map(Self::Float)),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Reads a decimal number; infinities and not-a-number are none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(integer) = text.parse() {
            return Some(Self::Integer(integer));
        }
        text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float)
    }

    /// Compares by value, whichever way each was written.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(&right)),
            (left, right) => left.as_float().partial_cmp(&right.as_float()),
        }
    }

    /// Returns the nearest `f64`.
    #[expect(clippy::cast_precision_loss, reason = "only mixed comparisons and averages come here")]
    pub(crate) fn as_float(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }
}
