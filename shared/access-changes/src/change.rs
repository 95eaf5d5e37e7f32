//! What one call changes in who has access to one resource, as its record tells.

use crate::acl;
use crate::known::Block;
use crate::operation::{Operation, Writes, operation};
use crate::policy_text::{self, Found};
use crate::resource::Named;
use crate::{resource, shares, statement};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::cloudtrail::Record;

/// What a call changes in who has access to a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// The resource's type, such as `AWS::S3::Bucket`; empty if it is of a type that is not known.
    pub resource_type: &'static str,
    /// Its ARN, if the record tells it or it follows from the name.
    pub arn: Option<String>,
    /// Its name, id, URL or ARN, as the call has named it; absent of what an account has one of.
    pub name: Option<String>,
    /// What is the same in all calls about the resource within one account and Region, to keep its state by; absent if the
    /// record does not name the resource.
    pub key: Option<String>,
    /// What is changed.
    pub what: What,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The whole policy is this now.
    Policy(String),
    /// Statements are added to whatever stands in the policy: a policy with those alone.
    Statements(String),
    /// The statement of this `Sid` is taken out of the policy.
    StatementRemoved(String),
    /// The list of accounts, organizations and principals that it is shared with is longer and shorter by these; `all` is
    /// everybody.
    Shares {
        /// Who is on it now.
        added: BTreeSet<String>,
        /// Who is no longer.
        removed: BTreeSet<String>,
    },
    /// The access control list grants to these, besides the owner.
    Acl(BTreeSet<String>),
    /// Block Public Access is this now.
    PublicAccessBlock(Block),
    /// A function's URL is for anybody, or for those whom a policy lets in.
    FunctionUrl {
        /// Whether it is for anybody.
        is_open: bool,
    },
    /// Nothing lets in by this means any more, or less does and the record does not tell what.
    Removed(Means),
    /// The resource is gone.
    Deleted,
    /// The record does not hold what was written: read the policy back, and give it to [`review`](crate::review).
    ReadBack(Why),
}

/// By what somebody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Means {
    /// The policy.
    Policy,
    /// The list that the resource is shared with.
    Shares,
}

/// Why a policy has to be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    /// CloudTrail leaves out parameters of more than 100 KB.
    #[error("CloudTrail has left out the parameters, which are longer than 100 KB")]
    Omitted,
    /// The service writes a word in place of the policy.
    #[error("the service hides in its records what was written")]
    Redacted,
    /// It is not where it was looked for.
    #[error("what was written is not where records of this call hold it")]
    NotInRecord,
    /// What lets in was written by another call.
    #[error("whom it opens to depends on a policy that is not known")]
    OtherPolicy,
    /// The setting is for all resources of the account.
    #[error("it concerns all buckets of the account, and which of them it opens is not known")]
    WholeAccount,
}

/// Returns what a record's call changes; nothing if it has failed, changes nothing in who has access, or is about a resource
/// of another account, which has a record of its own.
#[must_use]
pub fn change(record: &Record) -> Option<AccessChange> {
    let operation = operation(record).filter(|_| record.outcome().succeeded())?;
    let named = resource::named(&operation, record);
    if named.is_foreign(record) {
        return None;
    }
    let what = what(&operation, &named, record)?;
    let Named { arn, name, key } = named;
    Some(AccessChange { resource_type: operation.resource_type, arn, name, key, what })
}

fn what(operation: &Operation, named: &Named, record: &Record) -> Option<What> {
    if operation.writes.opens() && record.has_omitted_parameters() {
        return Some(What::ReadBack(Why::Omitted));
    }
    let place = operation.place.unwrap_or_default();
    match operation.writes {
        Writes::Policy => Some(policy(record, place).unwrap_or(What::ReadBack(Why::NotInRecord))),
        Writes::PolicyIfAny => policy(record, place),
        Writes::TopicAttribute => {
            let attribute = record.parameter("attributeName").and_then(Value::as_str);
            match attribute {
                Some("Policy") => Some(policy(record, place).unwrap_or(What::ReadBack(Why::NotInRecord))),
                Some(_) => None,
                None => Some(What::ReadBack(Why::NotInRecord)),
            }
        }
        Writes::PolicyPatch => patched(record, place),
        Writes::Statement => Some(added(statement::generic(record))),
        Writes::FunctionStatement => Some(added(statement::of_function(record))),
        Writes::LayerStatement => Some(added(statement::of_layer(record))),
        Writes::QueueStatement => Some(added(statement::of_queue(record))),
        Writes::TopicStatement => Some(added(statement::of_topic(record))),
        Writes::BusStatement => {
            let whole = policy(record, place);
            Some(whole.unwrap_or_else(|| added(statement::of_bus(record))))
        }
        Writes::StatementRemoved => {
            let sid = record.parameter(place).and_then(Value::as_str);
            Some(sid.map_or(What::Removed(Means::Policy), |sid| What::StatementRemoved(sid.to_owned())))
        }
        Writes::Shares => shares::what(operation, record),
        Writes::FunctionUrl => {
            let auth = record.parameter(place).and_then(Value::as_str)?;
            Some(What::FunctionUrl { is_open: auth == "NONE" })
        }
        Writes::BucketAcl => Some(acl::of_bucket(record).map_or(What::ReadBack(Why::NotInRecord), What::Acl)),
        Writes::BucketAclIfAny => acl::of_bucket(record).map(What::Acl),
        Writes::PublicAccessBlock => {
            let block = acl::public_access_block(record.parameter(place));
            Some(What::PublicAccessBlock(block))
        }
        Writes::NoPublicAccessBlock => Some(What::PublicAccessBlock(Block::default())),
        Writes::NoPolicy => Some(What::Removed(Means::Policy)),
        Writes::NoShares => Some(What::Removed(Means::Shares)),
        Writes::Deleted => named.key.is_some().then_some(What::Deleted),
    }
}

/// The policy at the first of several places that has one.
fn policy(record: &Record, places: &str) -> Option<What> {
    let value =
        places.split('|').find_map(|place| record.parameter(place).filter(|value| !value.is_null()))?;
    Some(what_of(policy_text::read(value)))
}

fn what_of(found: Found) -> What {
    match found {
        Found::Policy(text) => What::Policy(text),
        Found::Nothing => What::Removed(Means::Policy),
        Found::Hidden => What::ReadBack(Why::Redacted),
        Found::SomethingElse => What::ReadBack(Why::NotInRecord),
    }
}

fn patched(record: &Record, places: &str) -> Option<What> {
    let patches = places.split('|').find_map(|place| record.parameter(place)?.as_array())?;
    let is_policy = |patch: &&Value| patch.get("path").and_then(Value::as_str) == Some("/policy");
    let patch = patches.iter().rev().find(is_policy)?;
    if patch.get("op").and_then(Value::as_str) == Some("remove") {
        return Some(What::Removed(Means::Policy));
    }
    Some(
        patch
            .get("value")
            .map_or(What::ReadBack(Why::NotInRecord), |value| what_of(policy_text::read(value))),
    )
}

fn added(statement: Option<Value>) -> What {
    statement.map_or(What::ReadBack(Why::NotInRecord), |statement| {
        What::Statements(statement::policy_of(&statement).to_string())
    })
}
