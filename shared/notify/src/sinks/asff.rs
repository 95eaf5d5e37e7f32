//! Security Hub's finding format (ASFF). Source: Security Hub User Guide, "Required top-level ASFF attributes" and "Optional
//! top-level ASFF attributes"; API reference, `BatchImportFindings`: a title has at most 256 characters, a description
//! 1,024, a recommendation 512, `ProductFields` 50 entries with keys of 128 and values of 2,048 characters, a finding 240 KB.

use crate::Notice;
use crate::text::line;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::str::FromStr;
use trailreflex_model::Severity;

/// Kind of a finding in Security Hub's taxonomy: what somebody did, not how something is set up.
const KIND: &str = "Unusual Behaviors/User";
/// Most characters of a description and of a recommendation.
const MOST: (usize, usize) = (1024, 512);

/// The product of an account's own that findings are imported under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    arn: String,
    partition: String,
    region: String,
    account: String,
}

/// An ARN is none of a product of an account's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not arn:PARTITION:securityhub:REGION:ACCOUNT:product/ACCOUNT/default")]
pub struct InvalidProduct(String);

impl Product {
    /// Returns its Region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl FromStr for Product {
    type Err = InvalidProduct;

    fn from_str(arn: &str) -> Result<Self, InvalidProduct> {
        let parts: Vec<&str> = arn.split(':').collect();
        match parts.as_slice() {
            ["arn", partition, "securityhub", region, account, product]
                if !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && *product == format!("product/{account}/default") =>
            {
                Ok(Self {
                    arn: arn.to_owned(),
                    partition: (*partition).to_owned(),
                    region: (*region).to_owned(),
                    account: (*account).to_owned(),
                })
            }
            _ => Err(InvalidProduct(trailreflex_model::shown(arn))),
        }
    }
}

/// Returns the finding as of `now`, which must grow from one notice of a group to the next: Security Hub keeps the newest. What
/// is over is archived.
#[must_use]
pub fn render(notice: &Notice, product: &Product, now: Timestamp) -> Value {
    let severity = json!({"Label": label(notice.severity)});
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("trailreflex/{}", notice.id),
        "ProductArn": product.arn,
        // `detect` takes no finding whose generator begins so: what it told would come back.
        "GeneratorId": "trailreflex",
        "AwsAccountId": product.account,
        "Types": [KIND],
        "CreatedAt": notice.at.min(now).to_string(),
        "UpdatedAt": now.to_string(),
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": [KIND]},
        "Title": notice.headline(),
        "Description": description(notice),
        "ProductFields": fields(notice),
        "Resources": resources(notice, product),
        "RecordState": if notice.is_over { "ARCHIVED" } else { "ACTIVE" },
    });
    if let Some(entries) = finding.as_object_mut() {
        if let Some(link) = &notice.link {
            entries.insert("SourceUrl".to_owned(), json!(link));
        }
        if let Some(command) = notice.commands.first() {
            let text = line(&format!("{}: {}", command.label, command.value), MOST.1);
            entries.insert("Remediation".to_owned(), json!({"Recommendation": {"Text": text}}));
        }
    }
    finding
}

fn description(notice: &Notice) -> String {
    let facts = notice.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value));
    let said: Vec<String> = facts.collect();
    let said = if said.is_empty() { notice.headline() } else { said.join("; ") };
    line(&said, MOST.0)
}

/// Facts and commands by label; those of one label together.
fn fields(notice: &Notice) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    for fact in notice.facts.iter().chain(&notice.commands) {
        let key = format!("trailreflex/{}", fact.label);
        let before = fields.get(&key).and_then(Value::as_str);
        let all = before.map_or_else(|| fact.value.clone(), |before| format!("{before} | {}", fact.value));
        fields.insert(key, Value::String(line(&all, 2048)));
    }
    Value::Object(fields)
}

/// The identity that acted or was acted on, if it is one of IAM, and the account.
fn resources(notice: &Notice, product: &Product) -> Vec<Value> {
    let about = |label: &str| notice.facts.iter().find(|fact| fact.label == label);
    let who = about("Who").or_else(|| about("Whom")).and_then(|fact| fact.value.split(' ').next());
    let identity = who.and_then(|arn| {
        let resource = arn.split(':').nth(5)?;
        let is_iam = arn.starts_with("arn:") && arn.split(':').nth(2) == Some("iam");
        let kind = match resource.split('/').next() {
            Some("user") if is_iam => "AwsIamUser",
            Some("role") if is_iam => "AwsIamRole",
            _ => return None,
        };
        Some(json!({"Type": kind, "Id": arn, "Partition": product.partition}))
    });
    let account = about("Account").and_then(|fact| fact.value.split(' ').next());
    let account = account.unwrap_or(&product.account);
    let account = json!({
        "Type": "AwsAccount", "Id": format!("AWS::::Account:{account}"), "Partition": product.partition,
        "Region": product.region,
    });
    identity.into_iter().chain([account]).collect()
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}
