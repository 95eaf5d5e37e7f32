//! What the owner of the account protects, told by id, ARN or name.

use crate::IdentityRef;
use trailreflex_model::{IamName, Resource, UniqueId, shown};

/// One entry of the list of protected principals and resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protected {
    /// By unique id: holds for this user, role or group alone.
    Id(UniqueId),
    /// By ARN, in which `*` stands for any text and `?` for one character, as in an IAM policy.
    Arn(String),
    /// By name: holds for whoever or whatever bears it.
    Name(IamName),
}

impl std::str::FromStr for Protected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("arn:") {
            // Every ARN has six parts; with fewer, a slip of the pen would protect nobody.
            let complete = text.split(':').count() >= 6 && !text.contains(char::is_whitespace);
            return if complete { Ok(Self::Arn(text.to_owned())) } else { Err(not_a_principal(text)) };
        }
        if ["AIDA", "AROA", "AGPA"].iter().any(|prefix| text.starts_with(prefix))
            && let Ok(id) = text.parse()
        {
            return Ok(Self::Id(id));
        }
        text.parse().map(Self::Name).map_err(|_| not_a_principal(text))
    }
}

fn not_a_principal(text: &str) -> String {
    let text = shown(text);
    format!("`{text}` is not a principal: give an ARN, a unique id (AIDA…, AROA…, AGPA…) or a name")
}

impl Protected {
    pub(crate) fn covers(&self, identity: &IdentityRef) -> bool {
        match self {
            Self::Id(id) => *id == identity.unique_id,
            Self::Name(name) => *name == identity.name,
            Self::Arn(pattern) => glob(pattern.as_bytes(), identity.arn.as_str().as_bytes()),
        }
    }

    /// Returns whether a resource that may be called by `arns` is protected.
    pub(crate) fn covers_resource(&self, resource: &Resource, arns: &[String]) -> bool {
        match self {
            Self::Id(id) => id.as_str() == resource.name.as_str(),
            Self::Name(name) => {
                let bears = |text: &str| text.rsplit([':', '/']).next() == Some(name.as_str());
                bears(resource.name.as_str()) || arns.iter().any(|arn| bears(arn))
            }
            Self::Arn(pattern) => arns.iter().any(|arn| glob(pattern.as_bytes(), arn.as_bytes())),
        }
    }
}

/// Matches as IAM does: `*` stands for any text, `?` for one character (ARNs are ASCII).
///
/// Goes back to the last `*` only, which is enough and keeps it linear for what an owner writes.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match (pattern.get(at_pattern), text.get(at_text)) {
            (Some(b'*'), _) => {
                retry = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            (Some(wanted), Some(found)) if *wanted == b'?' || wanted == found => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    at_pattern = star + 1;
                    at_text = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at_pattern).all(|rest| *rest == b'*')
}
