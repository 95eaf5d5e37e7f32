//! The template around log files: who may announce and read them, and that nothing waits or fails unseen.

use crate::template::{of_type, resources, statements, texts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_aws::{DynamoGroups, DynamoLedger, DynamoSentLog, DynamoWindows, Objects};

/// What a role allows, by resource.
fn allowed(role: &str) -> BTreeMap<String, BTreeSet<String>> {
    let role = &of_type("AWS::IAM::Role")[role];
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for statement in role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap() {
        let statement = statement.get("!If").map_or(statement, |branches| &branches[1]);
        let actions = allowed.entry(statement["Resource"].to_string()).or_default();
        actions.extend(texts(&statement["Action"]));
    }
    allowed
}

fn set(actions: &[&str]) -> BTreeSet<String> {
    actions.iter().map(|action| (*action).to_owned()).collect()
}

#[test]
fn whoever_reports_may_do_to_the_tables_what_their_adapters_declare() {
    for role in ["DetectRole", "IngestRole"] {
        let allowed = allowed(role);
        let of = |table: &str| allowed[&json!({"!GetAtt": format!("{table}.Arn")}).to_string()].clone();
        assert_eq!(of("SentTable"), set(&DynamoSentLog::PERMISSIONS), "{role}");
        assert_eq!(of("WindowsTable"), set(&DynamoWindows::PERMISSIONS), "{role}");
    }
}

#[test]
fn ingest_may_read_log_files_of_the_one_bucket_and_write_none() {
    let of_s3 = |action: &String| action.starts_with("s3:");
    let mut allowed = allowed("IngestRole");
    allowed.retain(|resource, _| !resource.contains("RulesUri"));
    let actions: BTreeSet<String> =
        allowed.values().flatten().filter(|action| of_s3(action)).cloned().collect();
    assert_eq!(actions, set(&Objects::PERMISSIONS));
    for (resource, actions) in &allowed {
        let is_bucket =
            resource.contains(":s3:::${TrailBucket}") && resource.contains("TrailFilesBucket.Arn");
        assert_eq!(actions.iter().any(of_s3), is_bucket, "{resource}");
    }
}

#[test]
fn own_rules_may_be_read_where_they_are_and_nowhere_else() {
    for role in ["DetectRole", "IngestRole"] {
        let own: BTreeSet<String> = allowed(role)
            .into_iter()
            .filter(|(resource, _)| resource.contains("RulesUri"))
            .flat_map(|(_, actions)| actions)
            .collect();
        assert_eq!(own, set(&trailreflex_aws::Bucket::PERMISSIONS), "{role}");
    }
}

#[test]
fn without_a_bucket_there_is_nothing_of_ingest() {
    let conditions = ["HasTrailBucket", "HasTrailTopic", "HearsOfFilesFromEventBridge"];
    for (name, resource) in resources().into_iter().filter(|(name, _)| name.starts_with("Ingest")) {
        let condition = resource["Condition"].as_str().unwrap_or_default();
        assert!(conditions.contains(&condition), "{name}: `{condition}`");
    }
}

#[test]
fn announcements_wait_for_detect_come_again_alone_and_end_in_dead_letters() {
    let function = &of_type("AWS::Serverless::Function")["IngestFunction"];
    let files = &function["Events"]["Files"]["Properties"];
    assert_eq!(files["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    let queue = &of_type("AWS::SQS::Queue")["IngestQueue"];
    let number = |value: &Value| value.as_i64().unwrap();
    assert!(number(&queue["VisibilityTimeout"]) >= 6 * number(&function["Timeout"]));
    // Lambda's two retries of detect take a good three minutes.
    assert!(number(&queue["DelaySeconds"]) >= 300);
    let dead_letters = json!({"!GetAtt": "IngestDeadLettersQueue.Arn"});
    assert_eq!(queue["RedrivePolicy"]["deadLetterTargetArn"], dead_letters);
}

#[test]
fn meter_and_notify_may_do_with_their_tables_what_they_do_and_nothing_else() {
    let roles = of_type("AWS::IAM::Role");
    let statements = statements(&roles["MeterRole"]);
    let of_table = statements.iter().filter(|one| one["Resource"] == json!({"!GetAtt": "MeterTable.Arn"}));
    let actions: BTreeSet<_> = of_table.flat_map(|one| texts(&one["Action"])).collect();
    assert_eq!(actions, set(&DynamoLedger::PERMISSIONS));
    let allowed = allowed("NotifyRole");
    let of = |table: &str| allowed[&json!({"!GetAtt": format!("{table}.Arn")}).to_string()].clone();
    assert_eq!(of("NotifyTable"), set(&DynamoGroups::PERMISSIONS));
    assert_eq!(of("MeterTable"), set(&["dynamodb:Query"]));
}

#[test]
fn what_detect_and_ingest_remember_is_cleaned_up_and_can_be_restored() {
    for (name, table) in of_type("AWS::DynamoDB::Table") {
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{name}");
        assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
        // Whom a policy let in is needed whenever the policy is written again.
        let expiry = match name.as_str() {
            "AccessTable" => Value::Null,
            _ => json!({"AttributeName": "expiresAt", "Enabled": true}),
        };
        assert_eq!(table["TimeToLiveSpecification"], expiry, "{name}");
    }
}
