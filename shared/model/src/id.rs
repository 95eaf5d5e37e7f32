//! Ids as types, so that two of them cannot be swapped and a hostile string goes no further than here.

use crate::shown;
use crate::text_id::text_id;

/// A text is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {expected}")]
pub struct InvalidId {
    expected: &'static str,
    found: String,
}

impl InvalidId {
    pub(crate) fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: shown(found) }
    }
}

text_id! {
    /// A twelve-digit AWS account id.
    AccountId, "an account id: 12 digits", |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

text_id! {
    /// A Region's code, such as `us-east-1`: lower-case letters, digits and hyphens, at most 32 characters.
    Region, "a Region's code, such as us-east-1", |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}

text_id! {
    /// The id of a CloudTrail record: a UUID as a rule, in any case 1 to 64 letters, digits and hyphens.
    EventId, "an event id: at most 64 letters, digits and hyphens", |text| {
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

impl EventId {
    /// An id for a record that has none: the same for the same content, so that a repeated delivery is known.
    #[must_use]
    pub fn of_content(content: &str) -> Self {
        Self(format!("content-{}", crate::digest(&[content])))
    }
}

text_id! {
    /// The name of an IAM user: 1 to 64 letters, digits and `+=,.@_-` (IAM User Guide, "IAM and AWS STS quotas").
    UserName, "a user name: 1 to 64 letters, digits and +=,.@_-", is_iam_name
}

text_id! {
    /// The name of an IAM role: 1 to 64 letters, digits and `+=,.@_-`.
    RoleName, "a role name: 1 to 64 letters, digits and +=,.@_-", is_iam_name
}

text_id! {
    /// The name of an IAM user, role or group: 1 to 128 letters, digits and `+=,.@_-` (a group's may be that long).
    IamName, "the name of a user, role or group: 1 to 128 letters, digits and +=,.@_-", |text| {
        (1..=128).contains(&text.len()) && text.bytes().all(is_in_iam_name)
    }
}

impl From<UserName> for IamName {
    fn from(name: UserName) -> Self {
        Self(name.0)
    }
}

impl From<RoleName> for IamName {
    fn from(name: RoleName) -> Self {
        Self(name.0)
    }
}

text_id! {
    /// A role's session, as `aws:userid` names it: the role's unique id, `:` and the session's name (2 to 64
    /// characters, chosen by whoever assumed the role).
    SessionId, "a session id such as AROA…:name", |text| {
        let Some((role, name)) = text.split_once(':') else { return false };
        role.starts_with("AROA")
            && role.parse::<UniqueId>().is_ok()
            && (2..=64).contains(&name.len())
            && name.bytes().all(is_in_iam_name)
    }
}

impl SessionId {
    /// Returns the unique id of the session's role.
    #[must_use]
    pub fn role_id(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }
}

text_id! {
    /// An IAM unique id, such as `AIDAEXAMPLEUSER00001` (user) or `AROAEXAMPLEROLE00001` (role).
    ///
    /// Never given twice: unlike a name it tells a user from a later one of the same name.
    UniqueId, "an IAM unique id such as AIDA…: 16 to 128 of A-Z and 0-9", |text| {
        (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }
}

fn is_iam_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(is_in_iam_name)
}

fn is_in_iam_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)
}

text_id! {
    /// The id of an access key, such as `AKIAIOSFODNN7EXAMPLE`.
    ///
    /// Not a secret: it may be logged and stored. Source: IAM User Guide, "IAM identifiers".
    AccessKeyId, "an access key id: AKIA… or ASIA…, 16 to 128 of A-Z and 0-9", |text| {
        (text.starts_with("AKIA") || text.starts_with("ASIA"))
            && (16..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }
}

/// How long the credential behind a key id lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lifetime {
    /// `AKIA…`: until deleted. Can be deactivated and reactivated.
    LongTerm,
    /// `ASIA…`: issued by STS. Cannot be deactivated; only its sessions can be revoked.
    Temporary,
}

impl AccessKeyId {
    /// Returns how long the credential lives, which its prefix tells.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        if self.as_str().starts_with("AKIA") { Lifetime::LongTerm } else { Lifetime::Temporary }
    }
}

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    text: String, // INVARIANT: six parts or more, the first is `arn`, partition, service and resource not empty
}

impl Arn {
    /// Returns the whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the partition: `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// Returns the service, such as `iam`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// Returns the Region, empty where the service has none (IAM).
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Returns the account, empty where the service has none (S3).
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Returns the resource, such as `user/team/jack`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.text.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl std::str::FromStr for Arn {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let arn = Self { text: text.to_owned() };
        let well_formed = text.starts_with("arn:")
            && ![arn.partition(), arn.service(), arn.resource()].iter().any(|part| part.is_empty())
            && !text.chars().any(char::is_control);
        if well_formed {
            Ok(arn)
        } else {
            Err(InvalidId::new("an ARN: arn:partition:service:region:account:resource", text))
        }
    }
}

impl TryFrom<String> for Arn {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.text
    }
}

impl std::fmt::Display for Arn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_accept_what_aws_issues_and_refuse_everything_else() {
        fn parses<T: std::str::FromStr>(text: &str) -> bool {
            text.parse::<T>().is_ok()
        }
        for (case, accepted, expected) in [
            ("a long-term key", parses::<AccessKeyId>("AKIAIOSFODNN7EXAMPLE"), true),
            ("a session's key", parses::<AccessKeyId>("ASIAIOSFODNN7EXAMPLE"), true),
            ("an unknown prefix", parses::<AccessKeyId>("AROAIOSFODNN7EXAMPLE"), false),
            ("a key in lower case", parses::<AccessKeyId>("AKIAiosfodnn7example"), false),
            ("a short key", parses::<AccessKeyId>("AKIA"), false),
            ("an empty key", parses::<AccessKeyId>(""), false),
            ("an account", parses::<AccountId>("123456789012"), true),
            ("an account of 13 digits", parses::<AccountId>("1234567890123"), false),
            ("a redacted account", parses::<AccountId>("redacted"), false),
            ("a user name with all the signs", parses::<UserName>("a+b=c,d.e@f_g-h"), true),
            ("a user name with a path", parses::<UserName>("team/jack"), false),
            ("a user name with a line break", parses::<UserName>("jack\nmallory"), false),
            ("an ARN without account", parses::<Arn>("arn:aws:s3:::bucket"), true),
            ("an ARN without resource", parses::<Arn>("arn:aws:iam::123456789012:"), false),
            ("an ARN with a line break", parses::<Arn>("arn:aws:iam::123456789012:user/a\nb"), false),
            ("a Chinese ARN", parses::<Arn>("arn:aws-cn:iam::123456789012:user/a"), true),
        ] {
            assert_eq!(accepted, expected, "{case}");
        }
    }

    #[test]
    fn an_error_repeats_no_more_than_80_characters_of_hostile_text() {
        let error = "x".repeat(100_000).parse::<UserName>().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{}` is not a user name: 1 to 64 letters, digits and +=,.@_-", "x".repeat(80))
        );
    }

    #[test]
    fn an_arn_with_a_path_gives_its_parts() {
        let arn: Arn = "arn:aws-us-gov:iam::123456789012:user/team/jack".parse().unwrap();
        assert_eq!(
            [arn.partition(), arn.service(), arn.account(), arn.resource()],
            ["aws-us-gov", "iam", "123456789012", "user/team/jack"]
        );
    }
}
