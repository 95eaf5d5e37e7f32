//! Which operations write a resource's policy or share a resource, and where their records hold what is written.
//!
//! The table is text with one line for each, so that it can be read as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use trailreflex_model::cloudtrail::Record;

/// The table. A test holds that each line of it can be read.
const TABLE: &str = include_str!("operations.txt");

/// What stands for any event source that has no line of its own.
const ANY_SOURCE: &str = "*";

/// How event names begin of which Lambda's have a date that is not known.
pub const NAME_STARTS: [&str; 2] = ["DeleteResourcePolicy", "PutResourcePolicy"];

/// Lambda's names with the date of its API. Source: Lambda Developer Guide, "Logging Lambda API calls using CloudTrail".
const DATED: [&str; 10] = [
    "AddLayerVersionPermission20181031",
    "AddPermission20150331",
    "AddPermission20150331v2",
    "CreateFunctionUrlConfig20211031",
    "DeleteFunction20150331",
    "DeleteFunctionUrlConfig20211031",
    "RemoveLayerVersionPermission20181031",
    "RemovePermission20150331",
    "RemovePermission20150331v2",
    "UpdateFunctionUrlConfig20211031",
];

/// One operation that changes who has access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Such as `s3.amazonaws.com` without `.amazonaws.com`; `*` is any source that has no line for the name.
    pub service: &'static str,
    /// The event name without the API's date.
    pub event_name: &'static str,
    /// The type of the resource, such as `AWS::S3::Bucket`; empty if the operation has resources of any.
    pub resource_type: &'static str,
    /// What is written.
    pub writes: Writes,
    pub(crate) resource: Option<&'static str>,
    pub(crate) place: Option<&'static str>,
}

/// What an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Writes {
    /// A whole policy.
    Policy,
    /// A whole policy, or something else and no policy.
    PolicyIfAny,
    /// A whole policy, if it is the attribute `Policy` that is set.
    TopicAttribute,
    /// A whole policy, if one of the patches is of `/policy`.
    PolicyPatch,
    /// One statement more, in parameters named as in policies.
    Statement,
    /// One statement more for a Lambda function.
    FunctionStatement,
    /// One statement more for a layer of Lambda's.
    LayerStatement,
    /// One statement more for a queue.
    QueueStatement,
    /// One statement more for a topic.
    TopicStatement,
    /// One statement more for an event bus, or a whole policy.
    BusStatement,
    /// One statement less.
    StatementRemoved,
    /// More or fewer names in a list that the resource is shared with.
    Shares,
    /// A function's URL, which may be for anybody.
    FunctionUrl,
    /// A bucket's access control list.
    BucketAcl,
    /// A bucket, with an access control list or without.
    BucketAclIfAny,
    /// Block Public Access.
    PublicAccessBlock,
    /// No Block Public Access any more.
    NoPublicAccessBlock,
    /// No policy any more.
    NoPolicy,
    /// Names taken from the list that the resource is shared with; the record does not tell which.
    NoShares,
    /// The resource is gone.
    Deleted,
}

impl Writes {
    /// Each with its word in the table.
    const WORDS: [(Self, &'static str); 20] = [
        (Self::Policy, "policy"),
        (Self::PolicyIfAny, "policy-if-any"),
        (Self::TopicAttribute, "topic-attribute"),
        (Self::PolicyPatch, "policy-patch"),
        (Self::Statement, "statement"),
        (Self::FunctionStatement, "function-statement"),
        (Self::LayerStatement, "layer-statement"),
        (Self::QueueStatement, "queue-statement"),
        (Self::TopicStatement, "topic-statement"),
        (Self::BusStatement, "bus-statement"),
        (Self::StatementRemoved, "statement-removed"),
        (Self::Shares, "shares"),
        (Self::FunctionUrl, "function-url"),
        (Self::BucketAcl, "bucket-acl"),
        (Self::BucketAclIfAny, "bucket-acl-if-any"),
        (Self::PublicAccessBlock, "public-access-block"),
        (Self::NoPublicAccessBlock, "no-public-access-block"),
        (Self::NoPolicy, "no-policy"),
        (Self::NoShares, "no-shares"),
        (Self::Deleted, "deleted"),
    ];

    /// Returns whether the operation can let somebody in.
    #[must_use]
    pub fn opens(self) -> bool {
        match self {
            Self::Policy
            | Self::PolicyIfAny
            | Self::TopicAttribute
            | Self::PolicyPatch
            | Self::Statement
            | Self::FunctionStatement
            | Self::LayerStatement
            | Self::QueueStatement
            | Self::TopicStatement
            | Self::BusStatement
            | Self::Shares
            | Self::FunctionUrl
            | Self::BucketAcl
            | Self::BucketAclIfAny
            | Self::PublicAccessBlock
            | Self::NoPublicAccessBlock => true,
            Self::StatementRemoved | Self::NoPolicy | Self::NoShares | Self::Deleted => false,
        }
    }
}

type ByName = BTreeMap<(&'static str, &'static str), Operation>;

static OPERATIONS: LazyLock<ByName> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read).map(|found| ((found.service, found.event_name), found)).collect()
});

fn read(line: &'static str) -> Option<Operation> {
    let mut words = line.split_whitespace();
    let (service, event_name, resource_type) = (words.next()?, words.next()?, words.next()?);
    let (resource, writes, place) = (words.next()?, words.next()?, words.next()?);
    let given = |word: &'static str| (word != "-").then_some(word);
    Some(Operation {
        service,
        event_name,
        resource_type: given(resource_type).unwrap_or_default(),
        writes: Writes::WORDS.into_iter().find(|(_, word)| *word == writes)?.0,
        resource: given(resource),
        place: given(place),
    })
}

/// Returns all operations, by service and name.
pub fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.values().copied()
}

/// Returns the operation that a record is of, if it is one of them.
#[must_use]
pub fn operation(record: &Record) -> Option<Operation> {
    let (service, _) = record.event_source()?.split_once(".amazonaws.com")?; // of China `.amazonaws.com.cn`
    let name = record.api_name()?;
    let named = |service| OPERATIONS.iter().find(|((of, called), _)| *of == service && *called == name);
    named(service).or_else(|| named(ANY_SOURCE)).map(|(_, operation)| *operation)
}

/// Returns the event names, those of Lambda with and without the date of its API, but for those that [`NAME_STARTS`] stand for.
///
/// A few calls of other services have the same names; [`change`](crate::change) finds nothing in their records.
#[must_use]
pub fn event_names() -> BTreeSet<&'static str> {
    let names = operations().map(|operation| operation.event_name).chain(DATED);
    names.filter(|name| !NAME_STARTS.contains(name)).collect()
}
