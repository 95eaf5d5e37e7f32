//! What may be put into a query, and how it is written there.

use std::fmt::Write as _;
use std::net::IpAddr;

/// Something that a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// What it is called on the command line, and between braces in the query.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it may be left out. Then the lines that need it are left out, too.
    pub is_optional: bool,
    /// What stands for it in a saved query.
    pub example: &'static str,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An ARN, a name or a unique id of an identity.
    Identity,
    /// The id of an access key.
    AccessKeyId,
    /// An IP address, or the name of an AWS service, which CloudTrail has in the same place.
    Address,
    /// A range of IP addresses, such as `203.0.113.0/24`.
    Range,
    /// The name of a bucket.
    Bucket,
    /// The name of an operation, such as `CreateUser`.
    Operation,
    /// Any text without control characters.
    Text,
}

/// A value is not what its parameter may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {wanted}")]
pub struct NotOfKind {
    /// The parameter.
    pub name: &'static str,
    /// What it may be.
    pub wanted: &'static str,
}

/// Longest text, in bytes: a query may have 10,000 characters, and a sign takes up to four of them.
const MAX_TEXT: usize = 256;
/// Longest ARN, in bytes. Source: IAM User Guide, "IAM and AWS STS quotas".
const MAX_ARN: usize = 2048;

impl Kind {
    /// What is said of it to whoever has to give one.
    #[must_use]
    pub fn wanted(self) -> &'static str {
        match self {
            Self::Identity => "an ARN, a name or a unique id",
            Self::AccessKeyId => "an access key id, `AKIA…` or `ASIA…`",
            Self::Address => "an IP address, or a service such as `ec2.amazonaws.com`",
            Self::Range => "a range of IP addresses, such as `203.0.113.0/24`",
            Self::Bucket => "a bucket's name",
            Self::Operation => "an operation's name, such as `CreateUser`",
            Self::Text => "a text of at most 256 bytes without control characters",
        }
    }

    /// Returns whether `value` is one.
    fn takes(self, value: &str) -> bool {
        let of = |most: usize, is_sign: fn(u8) -> bool| {
            (1..=most).contains(&value.len()) && value.bytes().all(is_sign)
        };
        match self {
            // Signs of names. Source: IAM User Guide, "IAM and AWS STS quotas", "IAM name requirements".
            Self::Identity => {
                of(MAX_ARN, |sign| sign.is_ascii_alphanumeric() || b"_+=,.@-/:".contains(&sign))
            }
            Self::AccessKeyId => {
                value.len() >= 16
                    && (value.starts_with("AKIA") || value.starts_with("ASIA"))
                    && of(128, |sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
            }
            Self::Address => value.parse::<IpAddr>().is_ok() || is_service(value),
            Self::Range => is_range(value),
            Self::Bucket => {
                value.len() >= 3
                    && of(63, |sign| {
                        sign.is_ascii_lowercase() || sign.is_ascii_digit() || b".-".contains(&sign)
                    })
            }
            Self::Operation => of(128, |sign| sign.is_ascii_alphanumeric()),
            Self::Text => (1..=MAX_TEXT).contains(&value.len()) && !value.chars().any(is_control),
        }
    }
}

impl Parameter {
    /// Returns how `value` is written in the query: in a string, or of a text in a regular expression.
    ///
    /// # Errors
    /// [`NotOfKind`] if it may not be that.
    pub(crate) fn written(&self, value: &str) -> Result<String, NotOfKind> {
        if !self.kind.takes(value) {
            return Err(NotOfKind { name: self.name, wanted: self.kind.wanted() });
        }
        Ok(match self.kind {
            Kind::Identity
            | Kind::AccessKeyId
            | Kind::Address
            | Kind::Range
            | Kind::Bucket
            | Kind::Operation => in_string(value),
            Kind::Text => in_expression(value),
        })
    }
}

fn is_service(value: &str) -> bool {
    value.strip_suffix(".amazonaws.com").is_some_and(|name| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || b".-".contains(&sign))
    })
}

fn is_range(value: &str) -> bool {
    let Some((address, bits)) = value.split_once('/') else { return false };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.bytes().all(|sign| sign.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// Controls, and what ends a line or changes the direction of writing without being one.
fn is_control(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text between double quotes. No kind that is written so has a quote or a backslash; should one ever have, it stays text.
fn in_string(value: &str) -> String {
    let mut written = String::new();
    for sign in value.chars() {
        if matches!(sign, '"' | '\\') {
            written.push('\\');
        }
        written.push(sign);
    }
    written
}

/// A text between slashes. What of ASCII is no letter, digit or one of four harmless signs is written by its number: so no quote,
/// slash, bar, backslash or comment sign of the value is in the query at all, however its reader takes strings apart.
fn in_expression(value: &str) -> String {
    let mut written = String::new();
    for sign in value.chars() {
        if !sign.is_ascii() || sign.is_ascii_alphanumeric() || matches!(sign, ' ' | '-' | '_' | ':') {
            written.push(sign);
        } else {
            // Writing to a string does not fail.
            let _ = write!(written, "\\x{:02x}", u32::from(sign));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parameter(kind: Kind) -> Parameter {
        Parameter { name: "it", kind, is_optional: false, example: "" }
    }

    #[test]
    fn what_is_of_the_kind_is_written_as_it_is() {
        for (kind, value) in [
            (Kind::Identity, "arn:aws:sts::111122223333:assumed-role/deploy/alice@example.com"),
            (Kind::Identity, "alice+test=1,2"),
            (Kind::Identity, "AROAEXAMPLEEXAMPLE:session"),
            (Kind::AccessKeyId, "ASIAIOSFODNN7EXAMPLE"),
            (Kind::Address, "2001:db8::1"),
            (Kind::Address, "ec2.amazonaws.com"),
            (Kind::Range, "203.0.113.0/24"),
            (Kind::Range, "2001:db8::/32"),
            (Kind::Bucket, "customer-data.eu"),
            (Kind::Operation, "GetFunction20150331v2"),
            (Kind::Text, "Zürich 1-2_3:4"),
        ] {
            assert_eq!(parameter(kind).written(value).as_deref(), Ok(value), "{kind:?}");
        }
    }

    #[test]
    fn what_could_leave_its_place_is_refused_or_written_by_its_number() {
        let refused = [
            (Kind::Identity, "alice\" or true or \"", "a quote"),
            (Kind::Identity, "alice\\", "a backslash before the closing quote"),
            (Kind::Identity, "alice | limit 1", "another command"),
            (Kind::Identity, "alice\n| limit 1", "another line"),
            (Kind::Identity, "alice # ", "a comment"),
            (Kind::Identity, "{key}", "another parameter"),
            (Kind::Identity, "", "nothing"),
            (Kind::AccessKeyId, "AKIAIOSFODNN7EXAMPLE\"", "a quote"),
            (Kind::AccessKeyId, "akiaiosfodnn7example", "small letters"),
            (Kind::AccessKeyId, "AKIA", "too short"),
            (Kind::Address, "10.0.0.1\"", "a quote"),
            (Kind::Address, "10.0.0", "no address"),
            (Kind::Address, "\".amazonaws.com", "a quote in a service"),
            (Kind::Range, "10.0.0.0", "an address"),
            (Kind::Range, "10.0.0.0/33", "too many bits"),
            (Kind::Range, "10.0.0.0/+8", "a sign before the bits"),
            (Kind::Bucket, "Customer/..", "no bucket"),
            (Kind::Operation, "CreateUser/", "no operation"),
            (Kind::Text, "a\nb", "a line's end"),
            (Kind::Text, "a\u{0}", "a null"),
            (Kind::Text, "a\u{2028}b", "a separator of lines"),
            (Kind::Text, "\u{202e}a", "a change of direction"),
        ];
        for (kind, value, case) in refused {
            let error = parameter(kind).written(value).unwrap_err();
            assert_eq!(error, NotOfKind { name: "it", wanted: kind.wanted() }, "{case}");
        }
        for (value, written) in [
            ("a/ | limit 1", "a\\x2f \\x7c limit 1"),
            ("\"'`", "\\x22\\x27\\x60"),
            ("a\\", "a\\x5c"),
            (".*#{x}", "\\x2e\\x2a\\x23\\x7bx\\x7d"),
        ] {
            assert_eq!(parameter(Kind::Text).written(value).as_deref(), Ok(written), "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_found_as_it_is_and_nothing_of_it_is_more_than_text(value in ".{1,60}", other in ".{0,60}") {
            if let Ok(written) = parameter(Kind::Text).written(&value) {
                prop_assert!(!written.contains(['/', '"', '\'', '`', '|', '#', '\n', '.', '*', '(', '[']));
                let expression = regex::Regex::new(&format!("^{written}$")).unwrap();
                prop_assert!(expression.is_match(&value));
                prop_assert_eq!(expression.is_match(&other), other == value);
            }
        }

        #[test]
        fn no_other_kind_takes_a_sign_that_means_something_in_a_string(value in ".{1,60}", at in 0_usize..60) {
            let signs = ['"', '\\', '\'', '`', '|', '#', '\n', '{', '}', '(', ' '];
            for sign in signs {
                let mut hostile: Vec<char> = value.chars().collect();
                hostile.insert(at.min(hostile.len()), sign);
                let hostile: String = hostile.into_iter().collect();
                for kind in [Kind::Identity, Kind::AccessKeyId, Kind::Address, Kind::Range, Kind::Bucket, Kind::Operation] {
                    prop_assert!(parameter(kind).written(&hostile).is_err(), "{kind:?} {hostile:?}");
                }
            }
        }

        #[test]
        fn what_is_between_quotes_ends_at_the_quote_that_the_query_has(value in ".{0,60}") {
            let text = format!("\"{}\"", in_string(&value));
            let mut read = String::new();
            let mut signs = text.chars().skip(1);
            while let Some(sign) = signs.next() {
                match sign {
                    '\\' => read.extend(signs.next()),
                    '"' => break,
                    _ => read.push(sign),
                }
            }
            prop_assert_eq!((read, signs.next()), (value, None));
        }
    }
}
