//! Queries about what is changed: permissions, what others may reach, networks, keys, and what watches the account.

use super::parts::NEWEST_FIRST;
use crate::Query;

pub(super) const CHANGES: Query = Query {
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
};

pub(super) const PERMISSIONS: Query = Query {
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
};

pub(super) const SHARING: Query = Query {
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
};

pub(super) const NETWORK: Query = Query {
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
};

pub(super) const WATCHERS: Query = Query {
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
};

pub(super) const ENCRYPTION_KEYS: Query = Query {
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
};
