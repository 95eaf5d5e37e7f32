//! Where calls came from: a network, an address, or a name such as that of a service.

use crate::pattern::{InvalidPattern, Pattern};
use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// What a source address is compared with.
#[derive(Debug, Clone)]
pub enum AddressPattern {
    /// A network such as `198.51.100.0/24`, or one address of either family however it is spelt.
    Network(IpNet),
    /// A text with wildcards: `cloudformation.amazonaws.com`, `198.51.*`.
    Text(Pattern),
}

/// Why a text is no address pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It has a `/` and is no network.
    #[error("`{0}` is no network; write for example 198.51.100.0/24 or 2001:db8::/32")]
    NotANetwork(String),
    /// It is no pattern either.
    #[error(transparent)]
    NotAPattern(#[from] InvalidPattern),
}

impl AddressPattern {
    /// Tells whether a recorded source address is meant.
    #[must_use]
    pub fn matches(&self, address: &str) -> bool {
        match self {
            Self::Network(network) => {
                address.parse::<IpAddr>().is_ok_and(|address| network.contains(&address.to_canonical()))
            }
            Self::Text(pattern) => pattern.matches(address),
        }
    }

    /// Returns texts of which the bytes of a match hold one, if that can be said.
    pub(crate) fn needles(&self) -> Option<Vec<String>> {
        match self {
            Self::Network(IpNet::V4(network)) => {
                // Whole parts of the address; the other text is in every IPv6 spelling of an IPv4 address.
                let parts = usize::from(network.prefix_len() / 8);
                let octets = network.network().octets();
                let mut start: Vec<_> = octets.iter().take(parts).map(ToString::to_string).collect();
                if parts < octets.len() {
                    start.push(String::new());
                }
                (parts > 0).then(|| vec![start.join("."), "ffff:".to_owned()])
            }
            Self::Network(IpNet::V6(_)) => None, // one address has many spellings
            Self::Text(pattern) => pattern.needle().map(|needle| vec![needle.to_owned()]),
        }
    }
}

impl FromStr for AddressPattern {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(IpNet::from(address.to_canonical())));
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        if text.contains('/') {
            return Err(InvalidAddress::NotANetwork(text.chars().take(80).collect()));
        }
        Ok(Self::Text(text.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_as_an_address() {
        for (pattern, address, expected) in [
            ("198.51.100.7", "198.51.100.7", true),
            ("198.51.100.7", "198.51.100.70", false),
            ("198.51.100.0/24", "198.51.100.70", true),
            ("198.51.100.9/24", "198.51.100.70", true),
            ("198.51.100.0/24", "198.51.101.1", false),
            ("198.51.100.0/24", "::ffff:198.51.100.7", true),
            ("2001:db8::/32", "2001:0DB8:0::1", true),
            ("2001:db8::1", "2001:0db8::0001", true),
            ("10.0.0.0/8", "cloudtrail.amazonaws.com", false),
            ("cloud*.amazonaws.com", "cloudtrail.amazonaws.com", true),
            ("198.51.*", "198.51.1.1", true),
        ] {
            let parsed: AddressPattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(address), expected, "{pattern} on {address}");
        }
        let error = "10.0.0.0/99".parse::<AddressPattern>().unwrap_err();
        assert!(error.to_string().contains("198.51.100.0/24"), "{error}");
    }
}
