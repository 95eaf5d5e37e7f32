//! Event times, as CloudTrail writes them and as log pipelines rewrite them.

use jiff::tz::TimeZone;

/// Reads a time; one without an offset is in UTC, as all of CloudTrail's are.
///
/// Besides `2024-11-25T22:00:58Z`: fractions, a blank for the `T`, no `Z`, blanks after colons, quotes.
pub(super) fn parse_time(text: &str) -> Option<jiff::Timestamp> {
    let text = text.trim_matches(|sign: char| sign == '"' || sign.is_whitespace()).replace(": ", ":");
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let has_time_of_day = text.contains(':');
    let local: jiff::civil::DateTime = text.parse().ok().filter(|_| has_time_of_day)?;
    local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_time_is_read_and_nothing_else() {
        for (case, text, expected) in [
            ("as CloudTrail writes it", "2024-11-25T22:00:58Z", Some("2024-11-25T22:00:58Z")),
            ("with a lower-case z", "2024-11-25T22:00:58z", Some("2024-11-25T22:00:58Z")),
            ("with milliseconds", "2024-11-25T22:00:58.120Z", Some("2024-11-25T22:00:58.12Z")),
            ("with an offset", "2024-11-25T22:00:58+02:00", Some("2024-11-25T20:00:58Z")),
            ("with a blank and nanoseconds", "2024-11-25 22:00:58.000000000", Some("2024-11-25T22:00:58Z")),
            ("with a blank", "2024-11-25 22:00:58", Some("2024-11-25T22:00:58Z")),
            ("with blanks after the colons", "2024-11-25T22: 00: 58Z", Some("2024-11-25T22:00:58Z")),
            ("in quotes", "\"2024-11-25T22:00:58Z\"", Some("2024-11-25T22:00:58Z")),
            ("a date alone", "2024-11-25", None),
            ("a month that does not exist", "2024-13-25T22:00:58Z", None),
            ("a word", "redacted", None),
            ("nothing", "", None),
        ] {
            assert_eq!(parse_time(text).map(|time| time.to_string()).as_deref(), expected, "{case}");
        }
    }
}
