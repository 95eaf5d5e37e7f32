//! What several queries have in common: parameters and lines.

use crate::{Kind, Parameter};

pub(super) const WHO: Parameter = Parameter {
    name: "who",
    kind: Kind::Identity,
    is_optional: false,
    example: "arn:aws:iam::111122223333:user/alice",
};
pub(super) const KEY: Parameter =
    Parameter { name: "key", kind: Kind::AccessKeyId, is_optional: false, example: "AKIAIOSFODNN7EXAMPLE" };
pub(super) const ADDRESS: Parameter =
    Parameter { name: "address", kind: Kind::Address, is_optional: false, example: "203.0.113.7" };
pub(super) const RANGE: Parameter =
    Parameter { name: "range", kind: Kind::Range, is_optional: false, example: "203.0.113.0/24" };
pub(super) const BUCKET: Parameter =
    Parameter { name: "bucket", kind: Kind::Bucket, is_optional: false, example: "customer-data" };
pub(super) const PREFIX: Parameter =
    Parameter { name: "prefix", kind: Kind::Text, is_optional: true, example: "daily" };
pub(super) const OPERATION: Parameter =
    Parameter { name: "operation", kind: Kind::Operation, is_optional: false, example: "CreateUser" };
pub(super) const TEXT: Parameter =
    Parameter { name: "text", kind: Kind::Text, is_optional: false, example: "alice" };

/// A user, a role with all its sessions, or one session.
pub(super) const BY_WHO: &str = "filter userIdentity.arn = \"{who}\" or userIdentity.userName = \"{who}\" \
     or userIdentity.principalId = \"{who}\" or userIdentity.sessionContext.sessionIssuer.arn = \"{who}\" \
     or userIdentity.sessionContext.sessionIssuer.userName = \"{who}\"";
pub(super) const WHO_CALLED_WHAT: &str =
    "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, userAgent";
pub(super) const IS_DENIED: &str = "filter errorCode like /AccessDenied|Unauthorized|Forbidden/";
pub(super) const NEWEST_FIRST: &str = "sort eventTime desc";
pub(super) const MOST_CALLS_FIRST: &str = "sort calls desc";
