//! Queries about what is used: services, operations, data and secrets; and for whole records.

use super::parts::{self, IS_DENIED, MOST_CALLS_FIRST, NEWEST_FIRST, WHO_CALLED_WHAT};
use crate::Query;

pub(super) const DENIED: Query = Query {
    id: "Denied",
    name: "denied",
    title: "denied calls",
    answers: "who was denied what, and how often",
    parameters: &[],
    lines: &[
        IS_DENIED,
        "stats count(*) as calls, max(eventTime) as last by userIdentity.arn, eventSource, eventName",
        MOST_CALLS_FIRST,
    ],
    limit: 100,
};

pub(super) const SECRETS: Query = Query {
    id: "Secrets",
    name: "secrets",
    title: "who read secrets",
    answers: "secrets and parameters, by whom and from where",
    parameters: &[],
    lines: &[
        "filter eventName like /^(Batch)?GetSecretValue$/ or eventName like /^GetParameter(s|sByPath|History)?$/",
        "stats count(*) as calls, count(errorCode) as errors, max(eventTime) as last \
         by userIdentity.arn, eventName, requestParameters.secretId, requestParameters.name, sourceIPAddress",
        MOST_CALLS_FIRST,
    ],
    limit: 200,
};

pub(super) const DATA_EVENTS: Query = Query {
    id: "DataEvents",
    name: "data-events",
    title: "data events by resource",
    answers: "who reads and writes which bucket, who invokes which function; needs data events in the trail",
    parameters: &[],
    lines: &[
        "filter eventCategory = \"Data\"",
        "stats count(*) as calls by eventName, requestParameters.bucketName, requestParameters.functionName, userIdentity.arn",
        MOST_CALLS_FIRST,
    ],
    limit: 100,
};

pub(super) const BUCKET: Query = Query {
    id: "Bucket",
    name: "bucket",
    title: "calls about one bucket",
    answers: "put in its name; objects only with data events in the trail",
    parameters: &[parts::BUCKET, parts::PREFIX],
    lines: &[
        "fields eventTime, userIdentity.arn, eventName, requestParameters.key, errorCode, sourceIPAddress, \
         additionalEventData.bytesTransferredOut",
        "filter eventSource = \"s3.amazonaws.com\" and requestParameters.bucketName = \"{bucket}\"",
        "filter requestParameters.key like /^{prefix}/",
        NEWEST_FIRST,
    ],
    limit: 1000,
};

pub(super) const BUCKET_READERS: Query = Query {
    id: "BucketReaders",
    name: "bucket-readers",
    title: "how much of one bucket went to whom",
    answers: "put in its name; calls and bytes, with data events in the trail",
    parameters: &[parts::BUCKET, parts::PREFIX],
    lines: &[
        "filter eventSource = \"s3.amazonaws.com\" and requestParameters.bucketName = \"{bucket}\"",
        "filter requestParameters.key like /^{prefix}/",
        "stats count(*) as calls, sum(additionalEventData.bytesTransferredOut) as bytes, max(eventTime) as last \
         by userIdentity.arn, sourceIPAddress, eventName",
        "sort bytes desc",
    ],
    limit: 200,
};

pub(super) const SERVICES: Query = Query {
    id: "Services",
    name: "services",
    title: "calls and errors by service",
    answers: "in each hour",
    parameters: &[],
    lines: &["stats count(*) as calls, count(errorCode) as errors by eventSource, bin(1h)", MOST_CALLS_FIRST],
    limit: 200,
};

pub(super) const ERRORS: Query = Query {
    id: "Errors",
    name: "errors",
    title: "errors by operation",
    answers: "which calls fail, how, and whose",
    parameters: &[],
    lines: &[
        "filter ispresent(errorCode)",
        "stats count(*) as calls, count_distinct(userIdentity.arn) as callers, max(eventTime) as last \
         by eventSource, eventName, errorCode",
        MOST_CALLS_FIRST,
    ],
    limit: 200,
};

pub(super) const FIRST_USES: Query = Query {
    id: "FirstUses",
    name: "first-uses",
    title: "operations by first use",
    answers: "what was called for the first time in that time, the newest first",
    parameters: &[],
    lines: &[
        "stats min(eventTime) as first, count(*) as calls, count_distinct(userIdentity.arn) as callers by eventSource, eventName",
        "sort first desc",
    ],
    limit: 200,
};

pub(super) const REGIONS: Query = Query {
    id: "Regions",
    name: "regions",
    title: "calls by Region",
    answers: "a Region that nobody uses should have none",
    parameters: &[],
    lines: &[
        "stats count(*) as calls, count_distinct(userIdentity.arn) as callers, min(eventTime) as first, \
         max(eventTime) as last by awsRegion, eventSource",
        MOST_CALLS_FIRST,
    ],
    limit: 500,
};

pub(super) const OPERATION: Query = Query {
    id: "Operation",
    name: "operation",
    title: "all calls of one operation",
    answers: "put in its name",
    parameters: &[parts::OPERATION],
    lines: &[WHO_CALLED_WHAT, "filter eventName = \"{operation}\"", NEWEST_FIRST],
    limit: 500,
};

pub(super) const MENTIONS: Query = Query {
    id: "Mentions",
    name: "mentions",
    title: "records that mention something",
    answers: "put in a name, an id or an address; whole records",
    parameters: &[parts::TEXT],
    lines: &["fields @timestamp, @message", "filter @message like /{text}/", "sort @timestamp desc"],
    limit: 1000,
};

pub(super) const RECORDS: Query = Query {
    id: "Records",
    name: "records",
    title: "all records",
    answers: "whole records, the newest first; other commands read them",
    parameters: &[],
    lines: &["fields @timestamp, @message", "sort @timestamp desc"],
    limit: 10_000,
};
