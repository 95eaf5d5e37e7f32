//! What of a bucket is read: CloudTrail's layout of keys, and days in it. Pure.

use jiff::civil::Date;

/// An input `s3://bucket/prefix`: every object whose key begins with the prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Location {
    /// Reads an input; none if it is a file.
    ///
    /// # Errors
    /// If it names no bucket.
    pub(crate) fn read(input: &str) -> anyhow::Result<Option<Self>> {
        let Some(rest) = input.strip_prefix("s3://") else { return Ok(None) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        anyhow::ensure!(!bucket.is_empty(), "`{input}` names no bucket; write s3://BUCKET/PREFIX");
        Ok(Some(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() }))
    }
}

/// Days of delivery, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: Option<Date>,
    pub(super) until: Option<Date>,
}

/// What is below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Below {
    /// Folders, or keys of another layout.
    Anything,
    /// Days: below the folder of a Region, `…/CloudTrail/<region>/`.
    Days {
        /// That folder.
        region: String,
    },
    /// Hashes of log files: nothing to read.
    Digests,
}

/// Tells what is below a prefix.
pub(super) fn below(prefix: &str) -> Below {
    let mut end = 0_usize;
    let mut is_trail = false;
    // The last part is not known to be whole: what is behind the last `/` is the beginning of a name.
    for part in prefix.split_inclusive('/').filter(|part| part.ends_with('/')) {
        end = end.saturating_add(part.len());
        if is_trail {
            return Below::Days { region: prefix.get(..end).unwrap_or_default().to_owned() };
        }
        if part == "CloudTrail-Digest/" {
            return Below::Digests;
        }
        is_trail = part == "CloudTrail/" || part.starts_with("CloudTrail-");
    }
    Below::Anything
}

impl Span {
    /// Tells whether all days are meant.
    pub(super) fn is_all(self) -> bool {
        self == Self::default()
    }

    /// Returns what all keys of the first day come after.
    pub(super) fn first_key(self, region: &str) -> Option<String> {
        self.since.map(|since| format!("{region}{}", text(since)))
    }

    /// Tells whether a key is of a day behind the last, as all keys after it are then.
    pub(super) fn is_over(self, region: &str, key: &str) -> bool {
        let day = key.get(region.len()..).and_then(|rest| rest.get(..10)).unwrap_or_default();
        self.until.is_some_and(|until| day > text(until).as_str())
    }
}

fn text(day: Date) -> String {
    day.strftime("%Y/%m/%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_a_file_or_a_place_in_a_bucket() {
        let place = |bucket: &str, prefix: &str| {
            Some(Location { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
        };
        for (input, expected) in [
            ("logs/a.json", None),
            ("s3://logs", place("logs", "")),
            ("s3://logs/", place("logs", "")),
            ("s3://logs/AWSLogs/1", place("logs", "AWSLogs/1")),
        ] {
            assert_eq!(Location::read(input).unwrap(), expected, "{input}");
        }
        assert!(Location::read("s3:///x").unwrap_err().to_string().contains("s3://BUCKET/PREFIX"));
    }

    #[test]
    fn days_begin_below_the_folder_of_a_region() {
        let days = |region: &str| Below::Days { region: region.to_owned() };
        let of_account = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
        let of_organisation = "team/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/";
        for (prefix, expected) in [
            ("", Below::Anything),
            ("AWSLogs/111122223333/CloudTrail", Below::Anything),
            ("AWSLogs/111122223333/CloudTrail/", Below::Anything),
            ("AWSLogs/111122223333/CloudTrail/eu-", Below::Anything),
            (of_account, days(of_account)),
            ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/2", days(of_account)),
            (of_organisation, days(of_organisation)),
            ("AWSLogs/1/CloudTrail-Insight/eu-west-1/2026/", days("AWSLogs/1/CloudTrail-Insight/eu-west-1/")),
            ("AWSLogs/1/CloudTrail-Digest/eu-west-1/", Below::Digests),
        ] {
            assert_eq!(below(prefix), expected, "{prefix}");
        }
    }

    #[test]
    fn a_listing_begins_before_the_first_day_and_ends_behind_the_last() {
        let day = |text: &str| Some(text.parse().unwrap());
        let span = Span { since: day("2026-11-05"), until: day("2026-11-30") };
        assert_eq!(span.first_key("r/").as_deref(), Some("r/2026/11/05"));
        for (key, expected) in [
            ("r/2026/11/30/x.json.gz", false),
            ("r/2026/12/01/x.json.gz", true),
            ("r/2027/01/01/x.json.gz", true),
            ("r/2", false),
        ] {
            assert_eq!(span.is_over("r/", key), expected, "{key}");
        }
        assert!(!Span::default().is_over("r/", "r/9999/12/31/x"));
    }
}
