//! Saved queries of Logs Insights over the trail's log group: the template's and the page's, written from the rows below.

use crate::generated::assert_part;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const BEGIN: &str = "# ---- written from the saved queries: begin";
const END: &str = "# ---- written from the saved queries: end";

/// A query: logical id, name, what it answers, its lines.
type Query = (&'static str, &'static str, &'static str, &'static [&'static str]);

const QUERIES: [Query; 12] = [
    (
        "Changes",
        "what was changed",
        "who changed what, the newest first",
        &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, awsRegion, eventID",
            "filter eventName not like /^(Get|List|Describe|Head|Lookup|BatchGet|Search|View)/",
            "sort eventTime desc",
            "limit 200",
        ],
    ),
    (
        "Actor",
        "all that one identity did",
        "put in the ARN",
        &[
            "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress, userAgent, userIdentity.accessKeyId",
            "filter userIdentity.arn = \"arn:aws:iam::111122223333:user/alice\"",
            "sort eventTime desc",
            "limit 1000",
        ],
    ),
    (
        "AccessKey",
        "all that was done with one access key",
        "put in the key's id; sessions that were begun with it have ids of their own, see `sessions`",
        &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress, userAgent",
            "filter userIdentity.accessKeyId = \"AKIAIOSFODNN7EXAMPLE\"",
            "sort eventTime desc",
            "limit 1000",
        ],
    ),
    (
        "AccessKeys",
        "access keys and where they are used",
        "a leaked key has more addresses than yesterday",
        &[
            "filter userIdentity.accessKeyId like /^AKIA/",
            "stats count(*) as calls, count_distinct(sourceIPAddress) as addresses, min(eventTime) as first, \
             max(eventTime) as last by userIdentity.accessKeyId, userIdentity.arn",
            "sort addresses desc",
            "limit 100",
        ],
    ),
    (
        "Denied",
        "denied calls",
        "who was denied what, and how often",
        &[
            "filter errorCode like /AccessDenied|Unauthorized|Forbidden/",
            "stats count(*) as calls, max(eventTime) as last by userIdentity.arn, eventSource, eventName",
            "sort calls desc",
            "limit 100",
        ],
    ),
    (
        "Root",
        "what the root user did",
        "calls that AWS makes for the account are left out",
        &[
            "fields eventTime, eventSource, eventName, errorCode, sourceIPAddress, userAgent",
            "filter userIdentity.type = \"Root\" and not ispresent(userIdentity.invokedBy) and eventType != \"AwsServiceEvent\"",
            "sort eventTime desc",
            "limit 200",
        ],
    ),
    (
        "SignIns",
        "sign-ins to the console",
        "outcome, second factor and address",
        &[
            "fields eventTime, userIdentity.arn, responseElements.ConsoleLogin, additionalEventData.MFAUsed, sourceIPAddress, \
             errorMessage",
            "filter eventName = \"ConsoleLogin\"",
            "sort eventTime desc",
            "limit 200",
        ],
    ),
    (
        "Sessions",
        "sessions and who began them",
        "from the caller's access key to the session's",
        &[
            "fields eventTime, userIdentity.arn, userIdentity.accessKeyId, eventName, requestParameters.roleArn, \
             requestParameters.roleSessionName, responseElements.credentials.accessKeyId, sourceIPAddress",
            "filter eventSource = \"sts.amazonaws.com\" and (eventName like /^AssumeR/ or eventName like /^Get(Session|Federation)Token$/)",
            "sort eventTime desc",
            "limit 500",
        ],
    ),
    (
        "Permissions",
        "changes of permissions",
        "of users, roles, keys and policies",
        &[
            "fields eventTime, userIdentity.arn, eventName, requestParameters.userName, requestParameters.roleName, \
             requestParameters.policyArn, errorCode, sourceIPAddress",
            "filter eventSource = \"iam.amazonaws.com\" and eventName like /^(Add|Attach|Create|Deactivate|Delete|Detach|Put|Remove|Set|Update|Upload)/",
            "sort eventTime desc",
            "limit 200",
        ],
    ),
    (
        "Watchers",
        "changes of what watches the account",
        "CloudTrail, Config, GuardDuty, Security Hub, Access Analyzer and CloudWatch's alarms",
        &[
            "fields eventTime, userIdentity.arn, eventSource, eventName, errorCode, sourceIPAddress",
            "filter eventSource like /^(cloudtrail|config|guardduty|securityhub|access-analyzer|monitoring)\\./ \
             and eventName like /^(Delete|Disable|Disassociate|Put|Remove|Start|Stop|Update)/",
            "sort eventTime desc",
            "limit 200",
        ],
    ),
    (
        "DataEvents",
        "data events by resource",
        "who reads and writes which bucket, who invokes which function; needs data events in the trail",
        &[
            "filter eventCategory = \"Data\"",
            "stats count(*) as calls by eventName, requestParameters.bucketName, requestParameters.functionName, userIdentity.arn",
            "sort calls desc",
            "limit 100",
        ],
    ),
    (
        "Services",
        "calls and errors by service",
        "in each hour",
        &[
            "stats count(*) as calls, count(errorCode) as errors by eventSource, bin(1h)",
            "sort calls desc",
            "limit 200",
        ],
    ),
];

fn template() -> String {
    let mut text = String::new();
    for (id, name, _, lines) in QUERIES {
        write!(
            text,
            "  {id}Query:\n    Type: AWS::Logs::QueryDefinition\n    Condition: HasTrailLogs\n    Properties:\n      \
             Name: !Sub ${{AWS::StackName}}/{name}\n      LogGroupNames: [!If [CreatesTrailLogs, !Ref TrailLogs, !Ref TrailLogGroup]]\n      \
             QueryString: |\n        {}\n\n",
            lines.join("\n        | ")
        )
        .unwrap();
    }
    text
}

fn page() -> String {
    let mut text = String::from("\n| query | answers |\n|---|---|\n");
    for (_, name, answers, _) in QUERIES {
        writeln!(text, "| {name} | {answers} |").unwrap();
    }
    text.push('\n');
    text
}

#[test]
fn the_templates_and_the_pages_saved_queries_are_these() {
    assert_part("template.yaml", BEGIN, END, &template());
    assert_part("docs/cloudtrail.md", "<!-- saved queries: begin", "<!-- saved queries: end", &page());
}

/// Fields of a record that queries use. Source: CloudTrail User Guide, "CloudTrail record contents".
const OF_A_RECORD: [&str; 14] = [
    "additionalEventData",
    "awsRegion",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "requestParameters",
    "responseElements",
    "sourceIPAddress",
    "userIdentity",
];

#[test]
fn saved_queries_name_fields_of_records_bind_what_they_show_and_end() {
    let mut names = BTreeSet::new();
    for (id, name, _, lines) in QUERIES {
        assert!(names.insert(name) && id.chars().all(char::is_alphanumeric), "{name}");
        assert!(lines.last().unwrap().starts_with("limit "), "{name} may return too much");
        let shown = lines.iter().find_map(|line| line.strip_prefix("fields ")).unwrap_or_default();
        let grouped = lines
            .iter()
            .find_map(|line| line.split_once(" by "))
            .map(|(_, fields)| fields)
            .unwrap_or_default();
        let filtered =
            lines.iter().find_map(|line| line.strip_prefix("filter ")?.split(' ').next()).unwrap_or_default();
        let fields = [shown, grouped, filtered]
            .into_iter()
            .flat_map(|fields| fields.split(", "))
            .filter(|it| !it.is_empty());
        for field in fields.filter(|field| *field != "bin(1h)" && *field != "userAgent") {
            let first = field.split('.').next().unwrap();
            assert!(OF_A_RECORD.contains(&first), "{name}: {field}");
        }
        assert!(lines.iter().all(|line| line.matches('"').count() % 2 == 0), "{name} has an open string");
    }
}
