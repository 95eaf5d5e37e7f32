//! From where a call came, coarsely enough that a provider's change of address is no news.

use std::net::IpAddr;

/// Returns the network of an address: the first 16 bits of IPv4, the first 32 of IPv6, about what one provider has in one
/// place. What is no address, such as the name of an AWS service, stays as it is.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(address)) => {
            let [first, second, ..] = address.octets();
            format!("{first}.{second}.0.0/16")
        }
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => network(&address.to_string()),
            None => {
                let [first, second, ..] = address.segments();
                format!("{first:x}:{second:x}::/32")
            }
        },
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_as_its_network_and_a_service_as_itself() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.0.0/16"),
            ("2001:db8:1:2::3", "2001:db8::/32"),
            ("::ffff:203.0.113.7", "203.0.0.0/16"),
            ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
            ("AWS Internal", "AWS Internal"),
            ("", ""),
        ] {
            assert_eq!(network(address), expected, "{address}");
        }
    }
}
