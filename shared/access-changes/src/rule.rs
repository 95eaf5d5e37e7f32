//! The rules by which a change of access is a finding. They are named in playbooks and metrics as rules in Sigma are.

use trailreflex_findings::SourceRule;

const DOCS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html";

/// Anybody is let in, from anywhere.
pub const ACCESS_PUBLIC: SourceRule = SourceRule {
    id: "e2b1b0b6-6b0f-4a57-9f0c-6d1f5d0c7a21",
    name: "access_public",
    title: "Resource opened to everybody",
    reference: DOCS,
};

/// The same of a bucket, for which there is an answer of its own: Block Public Access.
pub const ACCESS_BUCKET_PUBLIC: SourceRule = SourceRule {
    id: "b14806e8-f549-4151-aa04-7464dafb57a9",
    name: "access_bucket_public",
    title: "Bucket opened to everybody",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
};

/// Somebody outside of the zone of trust is let in.
pub const ACCESS_EXTERNAL: SourceRule = SourceRule {
    id: "4c7d52f8-0f3b-4f6e-8a39-b7e41c92d5e3",
    name: "access_external",
    title: "Resource opened to somebody outside",
    reference: DOCS,
};

/// An AWS service is let in whoever it calls for: the confused deputy.
pub const ACCESS_SERVICE_WITHOUT_SOURCE: SourceRule = SourceRule {
    id: "9a86e5c4-71d2-4e0b-b6a8-2f5c0e3d8b17",
    name: "access_service_without_source",
    title: "Resource opened to a service, whoever it calls for",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
};

/// Whom a change lets in cannot be told.
pub const ACCESS_UNDECIDED: SourceRule = SourceRule {
    id: "d0f4a93e-5b68-4c12-97e5-81c6b2a7f40d",
    name: "access_undecided",
    title: "Access changed, and it cannot be told for whom",
    reference: DOCS,
};

/// All of them.
pub const ACCESS_RULES: [&SourceRule; 5] = [
    &ACCESS_PUBLIC,
    &ACCESS_BUCKET_PUBLIC,
    &ACCESS_EXTERNAL,
    &ACCESS_SERVICE_WITHOUT_SOURCE,
    &ACCESS_UNDECIDED,
];
