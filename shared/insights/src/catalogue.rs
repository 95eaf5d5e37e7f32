//! The queries.
//!
//! Fields are those of CloudTrail's records (CloudTrail User Guide, "CloudTrail record contents"), which Logs Insights finds by
//! itself; it finds at most 200 fields of a record (CloudWatch Logs User Guide, "Supported logs and discovered fields").

mod changes;
mod parts;
mod uses;
mod who;

use crate::Query;

/// All queries, in the order in which they are listed.
pub const QUERIES: [Query; 31] = [
    changes::CHANGES,
    who::ACTOR,
    who::ACTOR_CALLS,
    who::ACTOR_ADDRESSES,
    who::ACCESS_KEY,
    who::ACCESS_KEYS,
    who::ADDRESS,
    who::ADDRESS_RANGE,
    uses::DENIED,
    who::ACTOR_DENIED,
    who::ROOT,
    who::SIGN_INS,
    who::SESSIONS,
    changes::PERMISSIONS,
    changes::SHARING,
    changes::NETWORK,
    changes::WATCHERS,
    uses::SECRETS,
    changes::ENCRYPTION_KEYS,
    uses::DATA_EVENTS,
    uses::BUCKET,
    uses::BUCKET_READERS,
    who::CALLERS,
    uses::SERVICES,
    uses::ERRORS,
    uses::FIRST_USES,
    uses::REGIONS,
    uses::OPERATION,
    who::PROGRAM,
    uses::MENTIONS,
    uses::RECORDS,
];
