//! What follows from the name of a Region.

use crate::Region;

impl Region {
    /// Returns the partition that it is of: `aws`, `aws-cn` or `aws-us-gov`; others are not known.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        let code = self.as_str();
        if code.starts_with("cn-") {
            "aws-cn"
        } else if code.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// Returns the beginning of a link to its console, without `/` at the end.
    #[must_use]
    pub fn console(&self) -> String {
        let domain = match self.partition() {
            "aws-cn" => "console.amazonaws.cn",
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            _ => "console.aws.amazon.com",
        };
        format!("https://{self}.{domain}")
    }
}

#[cfg(test)]
mod tests {
    use crate::Region;

    #[test]
    fn each_partition_has_a_console_of_its_own() {
        for (region, expected) in [
            ("eu-west-1", ("aws", "https://eu-west-1.console.aws.amazon.com")),
            ("cn-north-1", ("aws-cn", "https://cn-north-1.console.amazonaws.cn")),
            ("us-gov-west-1", ("aws-us-gov", "https://us-gov-west-1.console.amazonaws-us-gov.com")),
        ] {
            let parsed: Region = region.parse().unwrap();
            assert_eq!((parsed.partition(), parsed.console().as_str()), expected, "{region}");
        }
    }
}
