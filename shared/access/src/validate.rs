//! Mistakes and risks in a policy, with the codes that IAM Access Analyzer gives them.
//!
//! Source: IAM User Guide, "Access Analyzer policy check reference".

mod errors;
mod names;
mod quotas;
mod tags;
mod warnings;

use crate::json::Json;
use crate::parse::cut;
use crate::policy::Policy;
use serde::Serialize;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Users, groups or roles.
    Identity,
    /// A resource.
    Resource,
    /// A role: who may assume it.
    Trust,
    /// Organization: most that identities may do.
    ServiceControl,
    /// Organization: most that may be done with resources.
    ResourceControl,
}

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssueType {
    /// The policy does not work.
    Error,
    /// The policy may let in or allow more than is meant.
    SecurityWarning,
}

/// One mistake or risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// How bad.
    #[serde(rename = "type")]
    pub issue_type: IssueType,
    /// Access Analyzer's code, such as `PASS_ROLE_WITH_STAR_IN_RESOURCE`.
    pub code: &'static str,
    /// Where, such as `Statement[0].Action`.
    pub path: String,
    /// What is wrong and what to do about it.
    pub what: String,
}

/// Collects issues.
#[derive(Debug, Default)]
struct Issues {
    found: Vec<Issue>,
}

impl Issues {
    fn error(&mut self, code: &'static str, path: impl Into<String>, what: impl Into<String>) {
        self.found.push(Issue { issue_type: IssueType::Error, code, path: path.into(), what: what.into() });
    }

    fn warning(&mut self, code: &'static str, path: impl Into<String>, what: impl Into<String>) {
        let issue_type = IssueType::SecurityWarning;
        self.found.push(Issue { issue_type, code, path: path.into(), what: what.into() });
    }
}

/// Returns what is wrong with a policy's text, errors first; `kind` by default follows from its principals.
#[must_use]
pub fn validate(text: &str, kind: Option<PolicyKind>) -> Vec<Issue> {
    let mut issues = Issues::default();
    let json: Json = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            issues.error("JSON_SYNTAX_ERROR", "", format!("the policy is not JSON: {error}"));
            return issues.found;
        }
    };
    if let Some(key) = json.duplicate_key() {
        let what = format!("the key `{}` stands twice in one object; keep one of them", cut(key));
        issues.error("JSON_SYNTAX_ERROR", "", what);
        return issues.found;
    }
    let kind = kind.unwrap_or_else(|| kind_of(&json));
    errors::check(&json, kind, &mut issues);
    quotas::check(text, kind, &mut issues);
    if let Ok(policy) = Policy::from_json(&json) {
        warnings::check(&policy, kind, &mut issues);
    }
    issues.found.sort_by_key(|issue| issue.issue_type);
    issues.found
}

fn kind_of(json: &Json) -> PolicyKind {
    let statements = json.get("Statement").map(Json::items).unwrap_or_default();
    let names_somebody = |key: &str| statements.iter().any(|statement| statement.get(key).is_some());
    if names_somebody("Principal") || names_somebody("NotPrincipal") {
        PolicyKind::Resource
    } else {
        PolicyKind::Identity
    }
}
