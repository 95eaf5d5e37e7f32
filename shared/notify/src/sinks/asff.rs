//! Security Hub's finding format (ASFF). Source: Security Hub User Guide, "Required top-level ASFF attributes" and "Optional
//! top-level ASFF attributes"; API reference, `BatchImportFindings`: a title has at most 256 characters, a description
//! 1,024, a recommendation 512, `ProductFields` 50 entries with keys of 128 and values of 2,048 characters, a finding 240 KB.

use crate::Notice;
use crate::text::line;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::str::FromStr;
use trailreflex_model::{AccountId, Arn, Region, Severity};

/// Kind of a finding in Security Hub's taxonomy: what somebody did, not how something is set up.
const KIND: &str = "Unusual Behaviors/User";
/// Most characters of a description and of a recommendation.
const MOST: (usize, usize) = (1024, 512);

/// The product of an account's own that findings are imported under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product(Arn);

/// An ARN is none of a product of an account's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not arn:PARTITION:securityhub:REGION:ACCOUNT:product/ACCOUNT/default")]
pub struct InvalidProduct(String);

impl Product {
    /// Returns its Region.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.region()
    }
}

impl FromStr for Product {
    type Err = InvalidProduct;

    fn from_str(text: &str) -> Result<Self, InvalidProduct> {
        let is_own = |arn: &Arn| {
            arn.service() == "securityhub"
                && arn.region().parse::<Region>().is_ok()
                && arn.account().parse::<AccountId>().is_ok()
                && arn.resource() == format!("product/{}/default", arn.account())
        };
        let arn = text.parse().ok().filter(is_own);
        arn.map(Self).ok_or_else(|| InvalidProduct(trailreflex_model::shown(text)))
    }
}

/// Returns the finding as of `now`, which must grow from one notice of a group to the next: Security Hub keeps the newest. What
/// is over is archived.
#[must_use]
pub fn render(notice: &Notice, product: &Product, now: Timestamp) -> Value {
    let notice = &notice.for_everybody();
    let severity = json!({"Label": label(notice.severity)});
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("trailreflex/{}", notice.id),
        "ProductArn": product.0.as_str(),
        // `detect` takes no finding whose generator begins so: what it told would come back.
        "GeneratorId": "trailreflex",
        "AwsAccountId": product.0.account(),
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
            entries.insert("SourceUrl".to_owned(), json!(link.url));
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
    let field = |(label, values): (&str, Vec<&str>)| {
        (format!("trailreflex/{label}"), Value::String(line(&values.join(" | "), 2048)))
    };
    Value::Object(notice.by_label().into_iter().map(field).collect())
}

/// The identity that acted or was acted on, if it is one of IAM, and the account.
fn resources(notice: &Notice, product: &Product) -> Vec<Value> {
    // What follows a blank is for people: `… with key …`, `… in us-east-1`.
    let first = |label: &str| notice.about(label)?.split(' ').next();
    let partition = product.0.partition();
    let identity = first("Who").or_else(|| first("Whom")).and_then(|who| {
        let arn: Arn = who.parse().ok().filter(|arn: &Arn| arn.service() == "iam")?;
        let kind = match arn.resource().split('/').next() {
            Some("user") => "AwsIamUser",
            Some("role") => "AwsIamRole",
            _ => return None,
        };
        Some(json!({"Type": kind, "Id": who, "Partition": partition}))
    });
    let account = first("Account").unwrap_or(product.0.account());
    let account = json!({
        "Type": "AwsAccount", "Id": format!("AWS::::Account:{account}"), "Partition": partition,
        "Region": product.region(),
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
