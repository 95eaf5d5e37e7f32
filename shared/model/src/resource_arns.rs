//! The ARNs that a resource may be called by. Records name resources by id, by name, by URL or by ARN, with and without
//! what comes after the name; whoever protects one writes an ARN, so all forms are needed to compare.

use crate::{AccountId, Region, Resource, ResourceKind};

impl Resource {
    /// Returns the ARNs that the resource may be called by in IAM, in an account and Region.
    #[must_use]
    pub fn arns(&self, region: &Region, account: &AccountId) -> Vec<String> {
        let name = self.name.as_str();
        if name.starts_with("arn:") {
            let (whole, bare) = (name.to_owned(), without_alias(name, 7));
            return if bare == whole { vec![whole] } else { vec![whole, bare] };
        }
        let partition = region.partition();
        let (region, account) = (region.as_str(), account.as_str());
        let arn = |service: &str, resource: String| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        match self.resource {
            ResourceKind::Account => vec![format!("arn:{partition}:iam::{account}:root")],
            ResourceKind::Bucket => vec![format!("arn:{partition}:s3:::{name}")],
            ResourceKind::Analyzer => vec![arn("access-analyzer", format!("analyzer/{name}"))],
            // RDS takes identifiers in any case and keeps them in lower case.
            ResourceKind::DbClusterSnapshot => {
                vec![arn("rds", format!("cluster-snapshot:{}", name.to_ascii_lowercase()))]
            }
            ResourceKind::DbSnapshot => vec![arn("rds", format!("snapshot:{}", name.to_ascii_lowercase()))],
            ResourceKind::Detector => vec![arn("guardduty", format!("detector/{name}"))],
            ResourceKind::Document => vec![arn("ssm", format!("document/{name}"))],
            ResourceKind::EventRule => vec![arn("events", format!("rule/{name}"))],
            // A function is named by its name or by a part of its ARN, either with an alias behind.
            ResourceKind::Function => {
                let name = name.split_once(":function:").map_or(name, |(_, name)| name);
                let (whole, bare) = (name.to_owned(), without_alias(name, 1));
                [whole, bare].into_iter().map(|name| arn("lambda", format!("function:{name}"))).collect()
            }
            // Policies of IAM leave the account of images and snapshots out.
            ResourceKind::Image | ResourceKind::Snapshot => {
                let resource = format!("{}/{name}", self.resource.as_str());
                let without = format!("arn:{partition}:ec2:{region}::{resource}");
                vec![without, arn("ec2", resource)]
            }
            ResourceKind::Key => vec![arn("kms", format!("key/{name}"))],
            ResourceKind::Queue => {
                vec![arn("sqs", name.rsplit('/').next().unwrap_or(name).to_owned())]
            }
            ResourceKind::Recorder => vec![arn("config", format!("configuration-recorder/{name}"))],
            ResourceKind::Repository => vec![arn("ecr", format!("repository/{name}"))],
            // Six characters of Secrets Manager's own end the ARN; any will do to compare.
            ResourceKind::Secret => {
                vec![
                    arn("secretsmanager", format!("secret:{name}")),
                    arn("secretsmanager", format!("secret:{name}-XXXXXX")),
                ]
            }
            ResourceKind::SecurityGroup => vec![arn("ec2", format!("security-group/{name}"))],
            ResourceKind::Topic => vec![arn("sns", name.to_owned())],
            ResourceKind::Trail => vec![arn("cloudtrail", format!("trail/{name}"))],
        }
    }
}

/// Cuts off what follows the first `parts` parts.
fn without_alias(name: &str, parts: usize) -> String {
    name.split(':').take(parts).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_resource_is_known_by_every_form_of_its_arn() {
        use ResourceKind::{Bucket, DbSnapshot, Function, Queue, Secret, Snapshot};
        for (resource, name, region, expected) in [
            (Bucket, "ledger", "us-east-1", &["arn:aws:s3:::ledger"] as &[&str]),
            (Bucket, "ledger", "cn-north-1", &["arn:aws-cn:s3:::ledger"]),
            (DbSnapshot, "Ledger", "us-east-1", &["arn:aws:rds:us-east-1:111122223333:snapshot:ledger"]),
            (
                Function,
                "checkout:live",
                "us-east-1",
                &[
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout:live",
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout",
                ],
            ),
            (
                Function,
                "111122223333:function:checkout",
                "us-east-1",
                &[
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout",
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout",
                ],
            ),
            (
                Function,
                "arn:aws:lambda:us-east-1:111122223333:function:checkout:live",
                "us-east-1",
                &[
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout:live",
                    "arn:aws:lambda:us-east-1:111122223333:function:checkout",
                ],
            ),
            (
                Queue,
                "https://sqs.us-east-1.amazonaws.com/111122223333/orders",
                "us-east-1",
                &["arn:aws:sqs:us-east-1:111122223333:orders"],
            ),
            (
                Secret,
                "shop",
                "us-east-1",
                &[
                    "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop",
                    "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-XXXXXX",
                ],
            ),
            (
                Snapshot,
                "snap-1",
                "us-gov-west-1",
                &[
                    "arn:aws-us-gov:ec2:us-gov-west-1::snapshot/snap-1",
                    "arn:aws-us-gov:ec2:us-gov-west-1:111122223333:snapshot/snap-1",
                ],
            ),
        ] {
            let resource = Resource { resource, name: name.parse().unwrap(), added: BTreeSet::new() };
            let arns = resource.arns(&region.parse().unwrap(), &"111122223333".parse().unwrap());
            assert_eq!(arns, expected, "{name}");
        }
    }
}
