//! Access control lists and Block Public Access, as records of S3 hold them.
//!
//! Source: Amazon S3 User Guide, "Access control list overview" and "Blocking public access to your Amazon S3 storage".

use crate::known::Block;
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::cloudtrail::Record;

/// The headers that grant.
const HEADERS: [&str; 5] = [
    "x-amz-grant-read",
    "x-amz-grant-write",
    "x-amz-grant-read-acp",
    "x-amz-grant-write-acp",
    "x-amz-grant-full-control",
];

/// Returns to whom a bucket's list grants something, without its owner; nothing if the call sets none.
pub(crate) fn of_bucket(record: &Record) -> Option<BTreeSet<String>> {
    let header = |name: &str| {
        record.parameter(name).or_else(|| record.parameter(&format!("accessControlList.{name}")))
    };
    if let Some(canned) = header("x-amz-acl") {
        return canned_grants(first_text(canned)?);
    }
    let headers: Vec<&Value> = HEADERS.iter().filter_map(|name| header(name)).collect();
    if !headers.is_empty() {
        let grantees = headers.into_iter().filter_map(first_text).flat_map(|text| text.split(','));
        return Some(grantees.filter_map(grantee_of_header).collect());
    }
    let owner = record.parameter("AccessControlPolicy.Owner.ID").and_then(Value::as_str);
    let grants = record.parameter("AccessControlPolicy.AccessControlList.Grant")?;
    let grants = grants.as_array().map_or_else(|| std::slice::from_ref(grants), Vec::as_slice);
    let grantee = |grant: &Value| {
        let grantee = grant.get("Grantee")?;
        let of = |key: &str| grantee.get(key).and_then(Value::as_str).map(str::to_owned);
        of("URI").or_else(|| of("ID")).or_else(|| of("EmailAddress"))
    };
    Some(grants.iter().filter_map(grantee).filter(|id| owner != Some(id.as_str())).collect())
}

/// A list by name; `None` if S3 has none of that name.
fn canned_grants(name: &str) -> Option<BTreeSet<String>> {
    let group = match name {
        "public-read" | "public-read-write" => Some("AllUsers"),
        "authenticated-read" => Some("AuthenticatedUsers"),
        "private"
        | "aws-exec-read"
        | "bucket-owner-read"
        | "bucket-owner-full-control"
        | "log-delivery-write" => None,
        _ => return None,
    };
    Some(group.into_iter().map(str::to_owned).collect())
}

/// `id="…"`, `uri="…"` or `emailAddress="…"`.
fn grantee_of_header(text: &str) -> Option<String> {
    let (_, value) = text.split_once('=')?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}

fn first_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.as_array()?.first()?.as_str())
}

/// Reads Block Public Access; a part that is left out is off.
pub(crate) fn public_access_block(settings: Option<&Value>) -> Block {
    let is_on = |name: &str| {
        settings.and_then(|settings| settings.get(name)).is_some_and(|value| {
            value == &Value::Bool(true)
                || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
        })
    };
    Block {
        ignore_public_acls: is_on("IgnorePublicAcls"),
        restrict_public_buckets: is_on("RestrictPublicBuckets"),
    }
}
