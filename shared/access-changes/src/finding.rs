//! Which finding a verdict on a change is, if any, and what it tells.

use crate::change::AccessChange;
use crate::difference::Difference;
use crate::known::Known;
use crate::rule::{
    ACCESS_BUCKET_PUBLIC, ACCESS_EXTERNAL, ACCESS_PUBLIC, ACCESS_SERVICE_WITHOUT_SOURCE, ACCESS_UNDECIDED,
};
use crate::target::target;
use std::collections::BTreeSet;
use trailreflex_access::{Verdict, Who, Zone};
use trailreflex_findings::{Carrier, SourceRule, recorded};
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{Finding, Severity};

/// Types that hold secrets, rights or whole disks: whoever has access once has all of it.
const MOST_SENSITIVE: [&str; 6] = [
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::RDS::DBClusterSnapshot",
    "AWS::RDS::DBSnapshot",
    "AWS::EC2::Snapshot",
    "AWS::SecretsManager::Secret",
];

/// Returns the rule that a change falls under: the worst that is new.
pub(crate) fn rule(
    change: &AccessChange,
    verdict: &Verdict,
    difference: &Difference,
) -> Option<(&'static SourceRule, Severity)> {
    if difference.only_narrows {
        return None;
    }
    if difference.becomes_public {
        if change.resource_type == "AWS::S3::Bucket" {
            return Some((&ACCESS_BUCKET_PUBLIC, Severity::High));
        }
        let is_worst = MOST_SENSITIVE.contains(&change.resource_type);
        return Some((&ACCESS_PUBLIC, if is_worst { Severity::Critical } else { Severity::High }));
    }
    if !difference.principals_added.is_empty() {
        return Some((&ACCESS_EXTERNAL, Severity::Medium));
    }
    if verdict.unknown.is_some() {
        return Some((&ACCESS_UNDECIDED, Severity::Medium));
    }
    // Nearly each role is for a service, and most of those call for the role's own account alone.
    let is_told = !difference.services_added.is_empty() && change.resource_type != "AWS::IAM::Role";
    is_told.then_some((&ACCESS_SERVICE_WITHOUT_SOURCE, Severity::Low))
}

/// What is known about a reviewed change.
pub(crate) struct Reviewing<'a> {
    pub(crate) change: &'a AccessChange,
    pub(crate) former: Option<&'a Known>,
    pub(crate) verdict: &'a Verdict,
    pub(crate) difference: &'a Difference,
    pub(crate) zone: &'a Zone,
}

impl Reviewing<'_> {
    pub(crate) fn finding(&self, carrier: &Carrier, record: &Record) -> Option<Finding> {
        let (rule, severity) = rule(self.change, self.verdict, self.difference)?;
        let target = target(self.change, self.difference, self.zone);
        Some(recorded(rule, severity, (carrier, record), self.matched(), target))
    }

    fn matched(&self) -> Vec<(String, String)> {
        let (verdict, difference) = (self.verdict, self.difference);
        let resource = self.change.arn.as_ref().or(self.change.name.as_ref());
        let before = match self.former {
            None => "not known",
            Some(former) if former.policy.is_none() => "known in part",
            Some(_) => "known",
        };
        let unknown = verdict.unknown.as_ref().map(ToString::to_string);
        let fields = [
            ("resource", resource.cloned().unwrap_or_default()),
            ("resourceType", self.change.resource_type.to_owned()),
            ("public", if verdict.public { "true".to_owned() } else { String::new() }),
            ("letIn", joined(&verdict.principals())),
            ("servicesLetIn", joined(&verdict.services_without_source)),
            ("statement", self.deciding()),
            ("undecided", unknown.unwrap_or_default()),
            ("before", before.to_owned()),
        ];
        let of_change = [
            ("newlyLetIn", joined(&difference.principals_added)),
            ("noLongerLetIn", joined(&difference.principals_removed)),
            ("statementsAdded", joined(&difference.statements_added)),
            ("statementsRemoved", joined(&difference.statements_removed)),
        ];
        let of_change = of_change.into_iter().filter(|_| self.former.is_some());
        let given = fields.into_iter().chain(of_change).filter(|(_, value)| !value.is_empty());
        given.map(|(field, value)| (field.to_owned(), value)).collect()
    }

    /// The statement that lets in the first of those who are new, by its place and `Sid`.
    fn deciding(&self) -> String {
        let is_new = |who: &&Who| self.difference.principals_added.contains(&who.to_string());
        let first = self.verdict.grants.keys().find(is_new).or_else(|| self.verdict.grants.keys().next());
        let Some(grant) = first.and_then(|who| self.verdict.grants.get(who)) else { return String::new() };
        match (grant.statement, &grant.sid) {
            (Some(place), Some(sid)) => format!("{place} ({sid})"),
            (Some(place), None) => place.to_string(),
            (None, _) => "a list".to_owned(),
        }
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
