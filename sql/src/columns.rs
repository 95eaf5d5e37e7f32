//! The table's columns: names and types of the table that AWS's guide defines for Athena, so that queries run there too.
//!
//! Source: Athena User Guide, "Create a table for CloudTrail logs in Athena using partition projection"; members:
//! CloudTrail User Guide, "CloudTrail record contents". Athena lowers all names.

use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use std::fmt::Write as _;
use std::sync::Arc;
use trailreflex_model::cloudtrail::Members;

/// What a column or a member of one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text; what is no text in a record is written as JSON.
    Text,
    /// Members with names.
    Struct(&'static [Column]),
    /// Any number of the same members.
    List(&'static [Column]),
    /// What tells where a file lies, and is not in its records.
    Partition(Partition),
}

/// What the path of a delivered file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Partition {
    /// The account whose trail delivered it.
    Account,
    /// The Region whose calls it holds.
    Region,
    /// The day of delivery, `YYYY/MM/DD`.
    Day,
}

/// A column, or a member of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its member in a record; in lower case the column's name.
    pub(crate) member: &'static str,
    pub(crate) kind: Kind,
    /// What it holds, for people.
    about: &'static str,
}

const fn text(member: &'static str, about: &'static str) -> Column {
    Column { member, kind: Kind::Text, about }
}

const fn of(member: &'static str, members: &'static [Column], about: &'static str) -> Column {
    Column { member, kind: Kind::Struct(members), about }
}

const fn partition(member: &'static str, partition: Partition, about: &'static str) -> Column {
    Column { member, kind: Kind::Partition(partition), about }
}

const ISSUER: [Column; 5] =
    [text("type", ""), text("principalId", ""), text("arn", ""), text("accountId", ""), text("userName", "")];
const SESSION_ATTRIBUTES: [Column; 2] = [text("mfaAuthenticated", ""), text("creationDate", "")];
const FEDERATION: [Column; 1] = [text("federatedProvider", "")];
const SESSION: [Column; 5] = [
    of("attributes", &SESSION_ATTRIBUTES, ""),
    of("sessionIssuer", &ISSUER, ""),
    text("ec2RoleDelivery", ""),
    of("webIdFederationData", &FEDERATION, ""),
    text("sourceIdentity", ""),
];
const PERSON: [Column; 2] = [text("userId", ""), text("identityStoreArn", "")];
const IDENTITY: [Column; 9] = [
    text("type", ""),
    text("principalId", ""),
    text("arn", ""),
    text("accountId", ""),
    text("invokedBy", ""),
    text("accessKeyId", ""),
    text("userName", ""),
    of("onBehalfOf", &PERSON, ""),
    of("sessionContext", &SESSION, ""),
];
const RESOURCE: [Column; 3] = [text("arn", ""), text("accountId", ""), text("type", "")];
const TLS: [Column; 3] =
    [text("tlsVersion", ""), text("cipherSuite", ""), text("clientProvidedHostHeader", "")];
const ADDENDUM: [Column; 4] = [
    text("reason", ""),
    text("updatedFields", ""),
    text("originalRequestID", ""),
    text("originalEventID", ""),
];

/// The columns, in the order of `SELECT *`; partitions are last, as in Athena.
pub(crate) const COLUMNS: [Column; 31] = [
    text("eventVersion", "version of the record's form"),
    of("userIdentity", &IDENTITY, "who called"),
    text("eventTime", "when, `2026-11-24T10:00:00Z`: compares as text"),
    text("eventSource", "the service, `iam.amazonaws.com`"),
    text("eventName", "the operation"),
    text("awsRegion", "the Region of the call"),
    text("sourceIPAddress", "whence; a service's name if it called"),
    text("userAgent", "with what"),
    text("errorCode", "why it failed; NULL if it did not"),
    text("errorMessage", "the same in words"),
    text("requestParameters", "JSON"),
    text("responseElements", "JSON"),
    text("additionalEventData", "JSON"),
    text("requestID", "the service's id of the call"),
    text("eventID", "CloudTrail's id of the record"),
    text("readOnly", "`true` or `false`"),
    Column {
        member: "resources",
        kind: Kind::List(&RESOURCE),
        about: "what was called for, if CloudTrail says it",
    },
    text("eventType", "`AwsApiCall`, `AwsConsoleSignIn`, …"),
    text("apiVersion", "of the service"),
    text("recipientAccountId", "the account that the record is for"),
    text("serviceEventDetails", "JSON"),
    text("sharedEventID", "the same in the records of all accounts that were told"),
    text("vpcEndpointId", "the endpoint that the call came through"),
    text("vpcEndpointAccountId", "its owner"),
    text("eventCategory", "`Management`, `Data`, …"),
    of("addendum", &ADDENDUM, "why a record came late or again"),
    text("sessionCredentialFromConsole", "`true` if the session is the console's"),
    of("tlsDetails", &TLS, "how the call was encrypted"),
    partition("account", Partition::Account, "partition: the account in the file's name, else the record's"),
    partition("region", Partition::Region, "partition: the Region in the file's name, else the record's"),
    partition("day", Partition::Day, "partition: the day of delivery, `2026/11/24`, else the record's day"),
];

impl Column {
    /// Returns its name in SQL.
    pub(crate) fn name(&self) -> String {
        self.member.to_ascii_lowercase()
    }

    /// Returns the member of a record that tells it; for a partition, if the file's name does not.
    fn source(&self) -> &'static str {
        match self.kind {
            Kind::Text | Kind::Struct(_) | Kind::List(_) => self.member,
            Kind::Partition(Partition::Account) => "recipientAccountId",
            Kind::Partition(Partition::Region) => "awsRegion",
            Kind::Partition(Partition::Day) => "eventTime",
        }
    }

    /// Returns its type for Arrow.
    pub(crate) fn data_type(&self) -> DataType {
        match self.kind {
            Kind::Text | Kind::Partition(_) => DataType::Utf8,
            Kind::Struct(members) => DataType::Struct(fields(members)),
            Kind::List(members) => DataType::List(item(members)),
        }
    }

    /// Returns its type as Athena writes it.
    fn athena_type(&self) -> String {
        match self.kind {
            Kind::Text | Kind::Partition(_) => "string".to_owned(),
            Kind::Struct(members) => athena_struct(members),
            Kind::List(members) => format!("array<{}>", athena_struct(members)),
        }
    }
}

/// Returns which members of records are read for the columns that stand at `projection`.
pub(crate) fn members(projection: &[usize]) -> Members {
    let needed: Vec<_> =
        projection.iter().filter_map(|index| COLUMNS.get(*index)).map(Column::source).collect();
    let left_out = COLUMNS.iter().filter(|column| !matches!(column.kind, Kind::Partition(_)));
    Members::without(left_out.map(|column| column.member).filter(|member| !needed.contains(member)))
}

/// Returns the fields of some members.
pub(crate) fn fields(members: &[Column]) -> Fields {
    members.iter().map(|member| Field::new(member.name(), member.data_type(), true)).collect()
}

/// Returns the field of one of many.
pub(crate) fn item(members: &[Column]) -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Struct(fields(members)), true))
}

/// Returns the table's schema.
pub(crate) fn schema() -> SchemaRef {
    Arc::new(Schema::new(fields(&COLUMNS)))
}

fn athena_struct(members: &[Column]) -> String {
    let members: Vec<_> = members.iter().map(|one| format!("{}:{}", one.name(), one.athena_type())).collect();
    format!("struct<{}>", members.join(","))
}

/// Returns the statement that makes the same table in Athena, for an account or an organization. `BUCKET` stands for the bucket and
/// the folder before `AWSLogs/`, `ACCOUNTS` and `REGIONS` for lists with commas, `FIRST_DAY` for the oldest day.
#[must_use]
pub fn athena_table() -> String {
    let mut text = String::from("CREATE EXTERNAL TABLE cloudtrail (\n");
    let (mut plain, mut partitions) = (Vec::new(), Vec::new());
    for column in &COLUMNS {
        let line = format!("  `{}` {}", column.name(), column.athena_type());
        match column.kind {
            Kind::Partition(_) => partitions.push(line),
            Kind::Text | Kind::Struct(_) | Kind::List(_) => plain.push(line),
        }
    }
    let folder = "s3://BUCKET/AWSLogs/${account}/CloudTrail/${region}/${day}";
    let properties = [
        ("projection.enabled", "true"),
        ("projection.account.type", "enum"),
        ("projection.account.values", "ACCOUNTS"),
        ("projection.region.type", "enum"),
        ("projection.region.values", "REGIONS"),
        ("projection.day.type", "date"),
        ("projection.day.format", "yyyy/MM/dd"),
        ("projection.day.interval", "1"),
        ("projection.day.interval.unit", "DAYS"),
        ("projection.day.range", "FIRST_DAY,NOW"),
        ("storage.location.template", folder),
    ]
    .map(|(key, value)| format!("  '{key}' = '{value}'"));
    // Writing to a text cannot fail.
    let _ = write!(
        text,
        "{}\n)\nPARTITIONED BY (\n{}\n)\nROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\nSTORED AS INPUTFORMAT \
         'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\nOUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n\
         LOCATION 's3://BUCKET/AWSLogs/'\nTBLPROPERTIES (\n{}\n)",
        plain.join(",\n"),
        partitions.join(",\n"),
        properties.join(",\n")
    );
    text
}

/// Returns the columns as a table in Markdown.
#[must_use]
pub fn columns_table() -> String {
    let mut text = String::from("| column | type | holds |\n|---|---|---|\n");
    for column in &COLUMNS {
        let kind = column.athena_type().replace(',', ", ");
        let _ = writeln!(text, "| `{}` | `{kind}` | {} |", column.name(), column.about); // a text takes all
    }
    text
}
