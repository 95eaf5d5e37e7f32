//! What a query costs: Logs Insights bills the bytes that it looks at.

use std::fmt;

/// Bytes that a query looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// A gigabyte, as it is billed.
const GIGABYTE: f64 = (1_u64 << 30) as f64;
/// Dollars for a gigabyte in us-east-1; other Regions take up to twice as much. Source: CloudWatch's pricing page.
const DOLLARS: f64 = 0.005;

impl Bytes {
    /// About what looking at them costs in us-east-1, in dollars.
    #[must_use]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / GIGABYTE * DOLLARS
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gigabytes = self.0 as f64 / GIGABYTE;
        match self.0 {
            bytes @ 0..1024 => write!(formatter, "{bytes} bytes")?,
            bytes @ 1024..1_048_576 => write!(formatter, "{:.1} KB", bytes as f64 / 1024.0)?,
            _ if gigabytes < 0.1 => write!(formatter, "{:.1} MB", gigabytes * 1024.0)?,
            _ => write!(formatter, "{gigabytes:.1} GB")?,
        }
        let dollars = self.dollars();
        if dollars < 0.01 {
            write!(formatter, ", less than 0.01 USD")
        } else {
            write!(formatter, ", about {dollars:.2} USD")
        }
    }
}

/// What to do about a query that would look at more than `most`.
#[must_use]
pub fn advice(expected: Bytes, most: Bytes) -> String {
    format!(
        "the log groups have taken in {expected} (us-east-1; prices differ by Region) in that time, more than --max-bytes {}: ask for \
         less time with --from and --to or --last, give a larger --max-bytes, or say --yes",
        most.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_with_what_they_cost() {
        for (bytes, said) in [
            (0, "0 bytes, less than 0.01 USD"),
            (2048, "2.0 KB, less than 0.01 USD"),
            (5 << 20, "5.0 MB, less than 0.01 USD"),
            (50 << 30, "50.0 GB, about 0.25 USD"),
            (1 << 40, "1024.0 GB, about 5.12 USD"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), said);
        }
        assert!(advice(Bytes(1 << 40), Bytes(5)).contains("more than --max-bytes 5: ask for less time"));
    }
}
