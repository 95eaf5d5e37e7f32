//! The services that have metrics of their own.

use std::collections::BTreeSet;
use std::str::FromStr;
use trailreflex_metrics::Scope;

/// Most services: each has up to four metrics, and metrics are what CloudWatch bills.
const MOST: usize = 40;
/// What all other services are counted as.
const OTHER: &str = "other";

/// The services that have metrics of their own, by the first part of CloudTrail's `eventSource`, such as `iam`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Services(BTreeSet<String>);

/// A text is no list of services.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServices {
    /// A name cannot be one.
    #[error(
        "`{0}` is no service; write the first part of CloudTrail's eventSource, such as `iam` or `secretsmanager`"
    )]
    Name(String),
    /// There are too many.
    #[error(
        "{0} services are too many: each has up to four metrics that CloudWatch bills, so at most {MOST} are counted apart"
    )]
    TooMany(usize),
}

impl FromStr for Services {
    type Err = InvalidServices;

    /// Reads names with commas between them; none at all is no service.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names: BTreeSet<String> = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| if is_name(name) { Ok(name.to_owned()) } else { Err(invalid(name)) })
            .collect::<Result<_, _>>()?;
        if names.len() > MOST { Err(InvalidServices::TooMany(names.len())) } else { Ok(Self(names)) }
    }
}

fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 64 && name != OTHER && name.bytes().all(is_allowed)
}

fn invalid(name: &str) -> InvalidServices {
    InvalidServices::Name(trailreflex_model::shown(name))
}

impl Services {
    /// Returns what calls of `event_source`, such as `iam.amazonaws.com`, are counted as.
    #[must_use]
    pub fn scope(&self, event_source: &str) -> Scope {
        let name = event_source.split('.').next().unwrap_or_default();
        Scope::Service(self.0.get(name).map_or(OTHER, String::as_str).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_on_the_list_are_counted_apart_and_all_others_together() {
        let services: Services = "iam, s3,sts".parse().unwrap();
        for (source, expected) in [
            ("iam.amazonaws.com", "iam"),
            ("s3.amazonaws.com", "s3"),
            ("s3express.amazonaws.com", "other"),
            ("", "other"),
            ("clé\u{202e}", "other"),
        ] {
            assert_eq!(services.scope(source), Scope::Service(expected.to_owned()), "{source}");
        }
    }

    #[test]
    fn lists_that_cannot_be_honoured_say_why() {
        let many = (0..41).map(|number| format!("s{number}")).collect::<Vec<_>>().join(",");
        for (text, expected) in [
            ("", Ok(0)),
            (" , ", Ok(0)),
            ("iam,iam", Ok(1)),
            ("IAM", Err(InvalidServices::Name("IAM".to_owned()))),
            ("iam.amazonaws.com", Err(InvalidServices::Name("iam.amazonaws.com".to_owned()))),
            ("other", Err(InvalidServices::Name("other".to_owned()))),
            (&many, Err(InvalidServices::TooMany(41))),
        ] {
            assert_eq!(text.parse::<Services>().map(|services| services.0.len()), expected, "{text}");
        }
    }
}
