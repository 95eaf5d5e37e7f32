//! Who a policy names.

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// `*`, or `{"AWS": "*"}`, which is the same.
    Everyone,
    /// An account, as its id or the ARN of its root.
    Account(String),
    /// A user, role or session of an account.
    Arn {
        /// The account's id.
        account: String,
        /// The whole ARN.
        arn: String,
    },
    /// An AWS service, such as `sns.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// An account by its canonical user id, or an origin access identity of CloudFront.
    Canonical(String),
    /// The unique id that stands where a principal has been deleted: grants nothing.
    Deleted(String),
}

/// Prefixes of unique ids (IAM User Guide, "IAM identifiers").
const UNIQUE_IDS: [&str; 8] = ["AIDA", "AROA", "AIPA", "AGPA", "ANPA", "ANVA", "APKA", "ASCA"];

impl Principal {
    /// Reads one entry under `AWS`; `None` if it is nothing that IAM knows.
    ///
    /// IAM refuses a wildcard within an ARN. If one is met all the same, it stands for whoever it could mean.
    pub(crate) fn aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if is_account_id(text) {
            return Some(Self::Account(text.to_owned()));
        }
        if UNIQUE_IDS.iter().any(|prefix| text.starts_with(prefix)) && !text.contains(':') {
            return Some(Self::Deleted(text.to_owned()));
        }
        let account = account_of(text)?;
        if account == "cloudfront" {
            return Some(Self::Canonical(text.to_owned()));
        }
        if account.contains(['*', '?']) {
            return Some(Self::Everyone);
        }
        if !is_account_id(account) {
            return None;
        }
        let resource = text.splitn(6, ':').nth(5)?;
        let account = account.to_owned();
        if resource == "root" || resource.contains(['*', '?']) {
            return Some(Self::Account(account));
        }
        Some(Self::Arn { account, arn: text.to_owned() })
    }
}

/// Returns whether `text` is 12 digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the account component of an ARN.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let is_arn = parts.next()? == "arn";
    let account = parts.nth(3)?;
    parts.next().filter(|_| is_arn)?;
    Some(account)
}
