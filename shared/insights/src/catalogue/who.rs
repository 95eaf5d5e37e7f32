//! Queries about who calls: identities, keys, sessions and addresses.

use super::parts::{self, BY_WHO, IS_DENIED, MOST_CALLS_FIRST, NEWEST_FIRST, WHO_CALLED_WHAT};
use crate::Query;

pub(super) const ACTOR: Query = Query {
    id: "Actor",
    name: "actor",
    title: "all that one identity did",
    answers: "put in the ARN, name or unique id; that of a role means all its sessions",
    parameters: &[parts::WHO],
    lines: &[
        "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress, userAgent, userIdentity.accessKeyId",
        BY_WHO,
        NEWEST_FIRST,
    ],
    limit: 1000,
};

pub(super) const ACTOR_CALLS: Query = Query {
    id: "ActorCalls",
    name: "actor-calls",
    title: "calls of one identity by operation",
    answers: "put in the ARN, name or unique id; how often, how often in vain, since when",
    parameters: &[parts::WHO],
    lines: &[
        BY_WHO,
        "stats count(*) as calls, count(errorCode) as errors, min(eventTime) as first, max(eventTime) as last \
         by eventSource, eventName, awsRegion",
        MOST_CALLS_FIRST,
    ],
    limit: 500,
};

pub(super) const ACTOR_ADDRESSES: Query = Query {
    id: "ActorAddresses",
    name: "actor-addresses",
    title: "addresses and programs of one identity",
    answers: "put in the ARN, name or unique id; a stolen key comes from elsewhere",
    parameters: &[parts::WHO],
    lines: &[
        BY_WHO,
        "stats count(*) as calls, min(eventTime) as first, max(eventTime) as last \
         by sourceIPAddress, userAgent, userIdentity.accessKeyId",
        MOST_CALLS_FIRST,
    ],
    limit: 200,
};

pub(super) const ACCESS_KEY: Query = Query {
    id: "AccessKey",
    name: "access-key",
    title: "all that was done with one access key",
    answers: "put in the key's id; and when it was made; sessions that were begun with it have ids of their own, see `sessions`",
    parameters: &[parts::KEY],
    lines: &[
        WHO_CALLED_WHAT,
        "filter userIdentity.accessKeyId = \"{key}\" or responseElements.credentials.accessKeyId = \"{key}\" \
         or responseElements.accessKey.accessKeyId = \"{key}\" or requestParameters.accessKeyId = \"{key}\"",
        NEWEST_FIRST,
    ],
    limit: 1000,
};

pub(super) const ACCESS_KEYS: Query = Query {
    id: "AccessKeys",
    name: "access-keys",
    title: "access keys and where they are used",
    answers: "a leaked key has more addresses than yesterday",
    parameters: &[],
    lines: &[
        "filter userIdentity.accessKeyId like /^AKIA/",
        "stats count(*) as calls, count_distinct(sourceIPAddress) as addresses, min(eventTime) as first, \
         max(eventTime) as last by userIdentity.accessKeyId, userIdentity.arn",
        "sort addresses desc",
    ],
    limit: 100,
};

pub(super) const ADDRESS: Query = Query {
    id: "Address",
    name: "address",
    title: "all that came from one address",
    answers: "put in the IP address, or the service that called",
    parameters: &[parts::ADDRESS],
    lines: &[
        "fields eventTime, userIdentity.arn, userIdentity.accessKeyId, eventSource, eventName, errorCode, userAgent",
        "filter sourceIPAddress = \"{address}\"",
        NEWEST_FIRST,
    ],
    limit: 1000,
};

pub(super) const ADDRESS_RANGE: Query = Query {
    id: "AddressRange",
    name: "range",
    title: "who called from a range of addresses",
    answers: "put in the range",
    parameters: &[parts::RANGE],
    lines: &[
        "filter isIpInSubnet(sourceIPAddress, \"{range}\")",
        "stats count(*) as calls, count(errorCode) as errors, min(eventTime) as first, max(eventTime) as last \
         by userIdentity.arn, sourceIPAddress",
        MOST_CALLS_FIRST,
    ],
    limit: 500,
};

pub(super) const ACTOR_DENIED: Query = Query {
    id: "ActorDenied",
    name: "actor-denied",
    title: "what one identity was denied",
    answers: "put in the ARN, name or unique id; with AWS's words",
    parameters: &[parts::WHO],
    lines: &[
        "fields eventTime, eventSource, eventName, errorCode, errorMessage, sourceIPAddress",
        BY_WHO,
        IS_DENIED,
        NEWEST_FIRST,
    ],
    limit: 500,
};

pub(super) const ROOT: Query = Query {
    id: "Root",
    name: "root",
    title: "what the root user did",
    answers: "calls that AWS makes for the account are left out",
    parameters: &[],
    lines: &[
        "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress, userAgent",
        "filter userIdentity.type = \"Root\" and not ispresent(userIdentity.invokedBy) and eventType != \"AwsServiceEvent\"",
        NEWEST_FIRST,
    ],
    limit: 200,
};

pub(super) const SIGN_INS: Query = Query {
    id: "SignIns",
    name: "sign-ins",
    title: "sign-ins to the console",
    answers: "outcome, second factor and address",
    parameters: &[],
    lines: &[
        "fields eventTime, userIdentity.arn, responseElements.ConsoleLogin, additionalEventData.MFAUsed, sourceIPAddress, \
         errorMessage",
        "filter eventName = \"ConsoleLogin\"",
        NEWEST_FIRST,
    ],
    limit: 200,
};

pub(super) const SESSIONS: Query = Query {
    id: "Sessions",
    name: "sessions",
    title: "sessions and who began them",
    answers: "from the caller's access key to the session's",
    parameters: &[],
    lines: &[
        "fields eventTime, userIdentity.arn, userIdentity.accessKeyId, eventName, requestParameters.roleArn, \
         requestParameters.roleSessionName, responseElements.credentials.accessKeyId, sourceIPAddress",
        "filter eventSource = \"sts.amazonaws.com\" and (eventName like /^AssumeR/ or eventName like /^Get(Session|Federation)Token$/)",
        NEWEST_FIRST,
    ],
    limit: 500,
};

pub(super) const CALLERS: Query = Query {
    id: "Callers",
    name: "callers",
    title: "who calls most",
    answers: "calls, errors, operations and addresses of each identity",
    parameters: &[],
    lines: &[
        "stats count(*) as calls, count(errorCode) as errors, count_distinct(eventName) as operations, \
         count_distinct(sourceIPAddress) as addresses by userIdentity.arn, userIdentity.type",
        MOST_CALLS_FIRST,
    ],
    limit: 100,
};

pub(super) const PROGRAM: Query = Query {
    id: "Program",
    name: "program",
    title: "calls by one program",
    answers: "put in what the user agent has in it, in any case",
    parameters: &[parts::TEXT],
    lines: &[WHO_CALLED_WHAT, "filter userAgent like /(?i){text}/", NEWEST_FIRST],
    limit: 500,
};
