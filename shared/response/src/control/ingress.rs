//! The rule of a security group as its own name: what it says tells it apart, as its id changes with an undo.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, json};
use std::fmt;
use trailreflex_model::shown;

/// A rule of a security group for incoming traffic, as `tcp/22..22/0.0.0.0/0`.
///
/// A group has no two rules of the same protocol, ports and peer, whatever their descriptions (EC2 API reference,
/// AuthorizeSecurityGroupIngress), so these name a rule; its id does not, as it is another one after an undo.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IngressRule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, the number of another one, or `-1` for all.
    pub protocol: String,
    /// First and last port, or ICMP's type and code; absent if the protocol has none.
    pub ports: Option<(i32, i32)>,
    /// A range of addresses, a prefix list (`pl-…`), or a security group (`sg-…`, or `sg-…@account` of another account).
    pub peer: String,
}

impl IngressRule {
    /// Returns whether the rule lets everybody reach a web server: such rules are left alone.
    #[must_use]
    pub fn serves_the_web(&self) -> bool {
        self.protocol == "tcp"
            && matches!(self.ports, Some((80, 80) | (443, 443)))
            && matches!(self.peer.as_str(), "0.0.0.0/0" | "::/0")
    }

    /// Returns whom the rule lets in.
    #[must_use]
    pub fn peer(&self) -> Peer<'_> {
        let peer = self.peer.as_str();
        if peer.starts_with("pl-") {
            Peer::PrefixList(peer)
        } else if peer.starts_with("sg-") {
            peer.split_once('@').map_or(Peer::Group { id: peer, account: None }, |(id, account)| {
                Peer::Group { id, account: Some(account) }
            })
        } else if peer.contains(':') {
            Peer::Ipv6(peer)
        } else {
            Peer::Ipv4(peer)
        }
    }
}

/// Whom a rule of a security group lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer<'a> {
    /// A range of addresses.
    Ipv4(&'a str),
    /// A range of IPv6 addresses.
    Ipv6(&'a str),
    /// A prefix list.
    PrefixList(&'a str),
    /// A security group.
    Group {
        /// Its id.
        id: &'a str,
        /// Its account, if it is another one.
        account: Option<&'a str>,
    },
}

/// A rule with its description, as EC2's calls take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpPermission {
    /// The rule.
    pub rule: IngressRule,
    /// What somebody has written beside it.
    pub description: Option<String>,
}

impl Serialize for IpPermission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (list, peer) = match self.rule.peer() {
            Peer::Ipv4(range) => ("IpRanges", json!({"CidrIp": range})),
            Peer::Ipv6(range) => ("Ipv6Ranges", json!({"CidrIpv6": range})),
            Peer::PrefixList(id) => ("PrefixListIds", json!({"PrefixListId": id})),
            Peer::Group { id, account: None } => ("UserIdGroupPairs", json!({"GroupId": id})),
            Peer::Group { id, account: Some(account) } => {
                ("UserIdGroupPairs", json!({"GroupId": id, "UserId": account}))
            }
        };
        let described = self.description.as_ref().map(|text| ("Description".to_owned(), json!(text)));
        let peer: Map<_, _> =
            peer.as_object().cloned().unwrap_or_default().into_iter().chain(described).collect();
        let mut permission = Map::new();
        permission.insert("IpProtocol".to_owned(), json!(self.rule.protocol));
        if let Some((from, to)) = self.rule.ports {
            permission.insert("FromPort".to_owned(), json!(from));
            permission.insert("ToPort".to_owned(), json!(to));
        }
        permission.insert(list.to_owned(), json!([peer]));
        permission.serialize(serializer)
    }
}

impl fmt::Display for IngressRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ports {
            Some((from, to)) => write!(formatter, "{}/{from}..{to}/{}", self.protocol, self.peer),
            None => write!(formatter, "{}/all/{}", self.protocol, self.peer),
        }
    }
}

impl std::str::FromStr for IngressRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (protocol, rest) = text.split_once('/')?;
            let (ports, peer) = rest.split_once('/')?;
            let ports = match ports.split_once("..") {
                Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
                None if ports == "all" => None,
                None => return None,
            };
            let is_complete = !protocol.is_empty() && !peer.is_empty();
            is_complete.then(|| Self { protocol: protocol.to_owned(), ports, peer: peer.to_owned() })
        };
        parse().ok_or_else(|| format!("`{}` is not a rule such as `tcp/22..22/0.0.0.0/0`", shown(text)))
    }
}

impl TryFrom<String> for IngressRule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<IngressRule> for String {
    fn from(rule: IngressRule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_is_written_and_sent_as_ec2_takes_it() {
        for (text, permission) in [
            (
                "tcp/22..22/0.0.0.0/0",
                json!({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "FromPort": 22, "ToPort": 22}),
            ),
            ("-1/all/::/0", json!({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})),
            (
                "icmp/8..-1/pl-0123",
                json!({"IpProtocol": "icmp", "PrefixListIds": [{"PrefixListId": "pl-0123"}], "FromPort": 8,
                    "ToPort": -1}),
            ),
            (
                "50/all/sg-0123@999988887777",
                json!({"IpProtocol": "50", "UserIdGroupPairs": [{"GroupId": "sg-0123", "UserId": "999988887777"}]}),
            ),
        ] {
            let rule: IngressRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
            let sent = IpPermission { rule, description: None };
            assert_eq!(serde_json::to_value(sent).unwrap(), permission, "{text}");
        }
        for text in
            ["", "tcp", "tcp/22", "tcp/22/0.0.0.0/0", "tcp/a..b/0.0.0.0/0", "tcp/22..22/", "/all/::/0"]
        {
            assert!(text.parse::<IngressRule>().is_err(), "{text}");
        }
    }
}
