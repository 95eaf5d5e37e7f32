//! Parts of a point in time, in UTC as CloudTrail writes it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Returns the milliseconds since 1970 of an RFC 3339 time; none if `text` is not one.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The part that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimePart {
    /// 0–59
    Minute,
    /// 0–23
    Hour,
    /// Of the month, 1–31
    Day,
    /// ISO 8601, 1–53
    Week,
    /// 1–12
    Month,
    /// Four digits
    Year,
}

impl TimePart {
    /// Returns this part of an RFC 3339 time; none if `text` is not one.
    pub(crate) fn of(self, text: &str) -> Option<i16> {
        let time = text.parse::<Timestamp>().ok()?.to_zoned(TimeZone::UTC);
        Some(match self {
            Self::Minute => time.minute().into(),
            Self::Hour => time.hour().into(),
            Self::Day => time.day().into(),
            Self::Week => time.date().iso_week_date().week().into(),
            Self::Month => time.month().into(),
            Self::Year => time.year(),
        })
    }
}
