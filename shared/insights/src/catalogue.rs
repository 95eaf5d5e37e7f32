//! The queries.
//!
//! Fields are those of CloudTrail's records (CloudTrail User Guide, "CloudTrail record contents"), which Logs Insights finds by
//! itself; it finds at most 200 fields of a record (CloudWatch Logs User Guide, "Supported logs and discovered fields").

use crate::{Kind, Parameter, Query};

const WHO: Parameter = Parameter {
    name: "who",
    kind: Kind::Identity,
    is_optional: false,
    example: "arn:aws:iam::111122223333:user/alice",
};
const KEY: Parameter =
    Parameter { name: "key", kind: Kind::AccessKeyId, is_optional: false, example: "AKIAIOSFODNN7EXAMPLE" };
const ADDRESS: Parameter =
    Parameter { name: "address", kind: Kind::Address, is_optional: false, example: "203.0.113.7" };
const RANGE: Parameter =
    Parameter { name: "range", kind: Kind::Range, is_optional: false, example: "203.0.113.0/24" };
const BUCKET: Parameter =
    Parameter { name: "bucket", kind: Kind::Bucket, is_optional: false, example: "customer-data" };
const PREFIX: Parameter = Parameter { name: "prefix", kind: Kind::Text, is_optional: true, example: "daily" };
const OPERATION: Parameter =
    Parameter { name: "operation", kind: Kind::Operation, is_optional: false, example: "CreateUser" };
const TEXT: Parameter = Parameter { name: "text", kind: Kind::Text, is_optional: false, example: "alice" };

/// A user, a role with all its sessions, or one session.
const BY_WHO: &str = "filter userIdentity.arn = \"{who}\" or userIdentity.userName = \"{who}\" \
     or userIdentity.principalId = \"{who}\" or userIdentity.sessionContext.sessionIssuer.arn = \"{who}\" \
     or userIdentity.sessionContext.sessionIssuer.userName = \"{who}\"";
const WHO_CALLED_WHAT: &str =
    "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, userAgent";
const IS_DENIED: &str = "filter errorCode like /AccessDenied|Unauthorized|Forbidden/";
const NEWEST_FIRST: &str = "sort eventTime desc";
const MOST_CALLS_FIRST: &str = "sort calls desc";

/// All queries, in the order in which they are listed.
pub const QUERIES: [Query; 31] = [
    Query {
        id: "Changes",
        name: "changes",
        title: "what was changed",
        answers: "who changed what, the newest first",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, awsRegion, eventID",
            "filter eventName not like /^(Get|List|Describe|Head|Lookup|BatchGet|Search|View)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
        id: "Actor",
        name: "actor",
        title: "all that one identity did",
        answers: "put in the ARN, name or unique id; that of a role means all its sessions",
        parameters: &[WHO],
        lines: &[
            "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress, userAgent, userIdentity.accessKeyId",
            BY_WHO,
            NEWEST_FIRST,
        ],
        limit: 1000,
    },
    Query {
        id: "ActorCalls",
        name: "actor-calls",
        title: "calls of one identity by operation",
        answers: "put in the ARN, name or unique id; how often, how often in vain, since when",
        parameters: &[WHO],
        lines: &[
            BY_WHO,
            "stats count(*) as calls, count(errorCode) as errors, min(eventTime) as first, max(eventTime) as last \
             by eventSource, eventName, awsRegion",
            MOST_CALLS_FIRST,
        ],
        limit: 500,
    },
    Query {
        id: "ActorAddresses",
        name: "actor-addresses",
        title: "addresses and programs of one identity",
        answers: "put in the ARN, name or unique id; a stolen key comes from elsewhere",
        parameters: &[WHO],
        lines: &[
            BY_WHO,
            "stats count(*) as calls, min(eventTime) as first, max(eventTime) as last \
             by sourceIPAddress, userAgent, userIdentity.accessKeyId",
            MOST_CALLS_FIRST,
        ],
        limit: 200,
    },
    Query {
        id: "AccessKey",
        name: "access-key",
        title: "all that was done with one access key",
        answers: "put in the key's id; and when it was made; sessions that were begun with it have ids of their own, see `sessions`",
        parameters: &[KEY],
        lines: &[
            WHO_CALLED_WHAT,
            "filter userIdentity.accessKeyId = \"{key}\" or responseElements.credentials.accessKeyId = \"{key}\" \
             or responseElements.accessKey.accessKeyId = \"{key}\" or requestParameters.accessKeyId = \"{key}\"",
            NEWEST_FIRST,
        ],
        limit: 1000,
    },
    Query {
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
    },
    Query {
        id: "Address",
        name: "address",
        title: "all that came from one address",
        answers: "put in the IP address, or the service that called",
        parameters: &[ADDRESS],
        lines: &[
            "fields eventTime, userIdentity.arn, userIdentity.accessKeyId, eventSource, eventName, errorCode, userAgent",
            "filter sourceIPAddress = \"{address}\"",
            NEWEST_FIRST,
        ],
        limit: 1000,
    },
    Query {
        id: "AddressRange",
        name: "range",
        title: "who called from a range of addresses",
        answers: "put in the range",
        parameters: &[RANGE],
        lines: &[
            "filter isIpInSubnet(sourceIPAddress, \"{range}\")",
            "stats count(*) as calls, count(errorCode) as errors, min(eventTime) as first, max(eventTime) as last \
             by userIdentity.arn, sourceIPAddress",
            MOST_CALLS_FIRST,
        ],
        limit: 500,
    },
    Query {
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
    },
    Query {
        id: "ActorDenied",
        name: "actor-denied",
        title: "what one identity was denied",
        answers: "put in the ARN, name or unique id; with AWS's words",
        parameters: &[WHO],
        lines: &[
            "fields eventTime, eventSource, eventName, errorCode, errorMessage, sourceIPAddress",
            BY_WHO,
            IS_DENIED,
            NEWEST_FIRST,
        ],
        limit: 500,
    },
    Query {
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
    },
    Query {
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
    },
    Query {
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
    },
    Query {
        id: "Permissions",
        name: "permissions",
        title: "changes of permissions",
        answers: "of users, roles, keys and policies",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventName, requestParameters.userName, requestParameters.roleName, \
             requestParameters.policyArn, errorCode, sourceIPAddress",
            "filter eventSource = \"iam.amazonaws.com\" and eventName like /^(Add|Attach|Create|Deactivate|Delete|Detach|Put|Remove|Set|Update|Upload)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
        id: "Sharing",
        name: "sharing",
        title: "what was opened to others",
        answers: "snapshots, images, buckets, functions, keys, secrets, queues and topics",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, awsRegion",
            "filter eventName like /^Modify(Snapshot|Image|FpgaImage)Attribute$/ or eventName like /^ModifyDB(Cluster)?SnapshotAttribute$/ \
             or eventName like /^(Put|Delete)(Account|Bucket)?PublicAccessBlock/ or eventName like /^Put(Bucket|Object)(Acl|Policy)$/ \
             or eventName like /^(AddPermission|CreateFunctionUrlConfig|UpdateFunctionUrlConfig|PutKeyPolicy|CreateGrant|PutResourcePolicy)/ \
             or eventName like /^(SetQueueAttributes|SetTopicAttributes|SetRepositoryPolicy|ModifyDocumentPermission|CreateResourceShare)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
        id: "Network",
        name: "network",
        title: "changes of networks",
        answers: "security groups, access lists, routes, gateways and interfaces",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventName, requestParameters.groupId, requestParameters.vpcId, errorCode, \
             sourceIPAddress, awsRegion",
            "filter eventSource = \"ec2.amazonaws.com\" \
             and eventName like /^(Accept|Associate|Attach|Authorize|Create|Delete|Detach|Disassociate|Modify|Replace|Revoke)/ \
             and eventName like /(SecurityGroup|NetworkAcl|Route|Gateway|Vpc|Subnet|NetworkInterface|FlowLog)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
        id: "Watchers",
        name: "watchers",
        title: "changes of what watches the account",
        answers: "CloudTrail, Config, GuardDuty, Security Hub, Access Analyzer and CloudWatch's alarms",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress",
            "filter eventSource like /^(cloudtrail|config|guardduty|securityhub|access-analyzer|monitoring)\\./ \
             and eventName like /^(Delete|Disable|Disassociate|Put|Remove|Start|Stop|Update)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
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
    },
    Query {
        id: "EncryptionKeys",
        name: "encryption-keys",
        title: "changes of encryption keys",
        answers: "keys that are deleted, disabled or opened to others",
        parameters: &[],
        lines: &[
            "fields eventTime, userIdentity.arn, eventName, requestParameters.keyId, errorCode, sourceIPAddress, awsRegion",
            "filter eventSource = \"kms.amazonaws.com\" \
             and eventName like /^(Cancel|Create|Delete|Disable|Enable|Import|Put|Retire|Revoke|Schedule|Update)/",
            NEWEST_FIRST,
        ],
        limit: 200,
    },
    Query {
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
    },
    Query {
        id: "Bucket",
        name: "bucket",
        title: "calls about one bucket",
        answers: "put in its name; objects only with data events in the trail",
        parameters: &[BUCKET, PREFIX],
        lines: &[
            "fields eventTime, userIdentity.arn, eventName, requestParameters.key, errorCode, sourceIPAddress, \
             additionalEventData.bytesTransferredOut",
            "filter eventSource = \"s3.amazonaws.com\" and requestParameters.bucketName = \"{bucket}\"",
            "filter requestParameters.key like /^{prefix}/",
            NEWEST_FIRST,
        ],
        limit: 1000,
    },
    Query {
        id: "BucketReaders",
        name: "bucket-readers",
        title: "how much of one bucket went to whom",
        answers: "put in its name; calls and bytes, with data events in the trail",
        parameters: &[BUCKET, PREFIX],
        lines: &[
            "filter eventSource = \"s3.amazonaws.com\" and requestParameters.bucketName = \"{bucket}\"",
            "filter requestParameters.key like /^{prefix}/",
            "stats count(*) as calls, sum(additionalEventData.bytesTransferredOut) as bytes, max(eventTime) as last \
             by userIdentity.arn, sourceIPAddress, eventName",
            "sort bytes desc",
        ],
        limit: 200,
    },
    Query {
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
    },
    Query {
        id: "Services",
        name: "services",
        title: "calls and errors by service",
        answers: "in each hour",
        parameters: &[],
        lines: &[
            "stats count(*) as calls, count(errorCode) as errors by eventSource, bin(1h)",
            MOST_CALLS_FIRST,
        ],
        limit: 200,
    },
    Query {
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
    },
    Query {
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
    },
    Query {
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
    },
    Query {
        id: "Operation",
        name: "operation",
        title: "all calls of one operation",
        answers: "put in its name",
        parameters: &[OPERATION],
        lines: &[WHO_CALLED_WHAT, "filter eventName = \"{operation}\"", NEWEST_FIRST],
        limit: 500,
    },
    Query {
        id: "Program",
        name: "program",
        title: "calls by one program",
        answers: "put in what the user agent has in it, in any case",
        parameters: &[TEXT],
        lines: &[WHO_CALLED_WHAT, "filter userAgent like /(?i){text}/", NEWEST_FIRST],
        limit: 500,
    },
    Query {
        id: "Mentions",
        name: "mentions",
        title: "records that mention something",
        answers: "put in a name, an id or an address; whole records",
        parameters: &[TEXT],
        lines: &["fields @timestamp, @message", "filter @message like /{text}/", "sort @timestamp desc"],
        limit: 1000,
    },
    Query {
        id: "Records",
        name: "records",
        title: "all records",
        answers: "whole records, the newest first; other commands read them",
        parameters: &[],
        lines: &["fields @timestamp, @message", "sort @timestamp desc"],
        limit: 10_000,
    },
];
