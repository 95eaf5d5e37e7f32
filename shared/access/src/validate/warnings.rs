//! What lets in or allows more than is meant: Access Analyzer's security warnings.

use super::{Issues, PolicyKind, tags};
use crate::condition::{Condition, Kind, Quantifier};
use crate::external::has_several_values;
use crate::glob::Glob;
use crate::policy::{Effect, Policy, Principals, Selection, Statement};
use crate::principal::Principal;

pub(super) fn check(policy: &Policy, kind: PolicyKind, issues: &mut Issues) {
    for statement in &policy.statements {
        let path = format!("Statement[{}]", statement.index);
        conditions(statement, &path, issues);
        tags::check(statement, &path, issues);
        if statement.effect == Effect::Allow {
            if matches!(statement.principals, Principals::AllBut(_)) {
                let what = "everybody who is not named is let in; name who is meant in `Principal`";
                issues.warning("ALLOW_WITH_NOT_PRINCIPAL", format!("{path}.NotPrincipal"), what);
            }
            pass_role(statement, &path, issues);
            principals(statement, &path, kind, issues);
        }
    }
}

fn has_key(statement: &Statement, keys: &[&str]) -> bool {
    statement.conditions.iter().any(|condition| keys.contains(&condition.key.as_str()))
}

/// How a statement comes to allow iam:PassRole.
#[derive(Clone, Copy)]
enum Passing {
    Named,
    Wildcard,
    NotAction,
}

fn pass_role(statement: &Statement, path: &str, issues: &mut Issues) {
    let matches = |globs: &[Glob]| globs.iter().any(|glob| glob.matches("iam:PassRole"));
    let passing = match &statement.actions {
        Selection::These(globs)
            if globs.iter().any(|glob| !glob.is_open() && glob.matches("iam:PassRole")) =>
        {
            Passing::Named
        }
        Selection::These(globs) if matches(globs) => Passing::Wildcard,
        Selection::AllBut(globs) if !matches(globs) => Passing::NotAction,
        Selection::These(_) | Selection::AllBut(_) | Selection::Unstated => return,
    };
    let is_any_role = |glob: &Glob| glob.matches("*") && glob.matches("arn:aws:iam::111122223333:role/any");
    let is_all_but = match &statement.resources {
        Selection::AllBut(_) => true,
        Selection::These(globs) if globs.iter().any(is_any_role) => false,
        Selection::These(_) | Selection::Unstated => return,
    };
    if has_key(statement, &["iam:passedtoservice"]) {
        return;
    }
    let code = match (passing, is_all_but) {
        (Passing::Named, true) => "PASS_ROLE_WITH_NOT_RESOURCE",
        (Passing::Wildcard, true) => "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        (Passing::NotAction, true) => "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
        (Passing::Named, false) => "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        (Passing::Wildcard, false) => "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        (Passing::NotAction, false) => "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    };
    let what =
        "any role can be handed to any service; name the roles, or add a condition on iam:PassedToService";
    issues.warning(code, path, what);
}

fn principals(statement: &Statement, path: &str, kind: PolicyKind, issues: &mut Issues) {
    let Principals::These(list) = &statement.principals else { return };
    let path = format!("{path}.Principal");
    let sources =
        ["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"];
    for principal in list {
        match principal {
            Principal::Service(_) if kind == PolicyKind::Resource && !has_key(statement, &sources) => {
                let what =
                    "the service may act for anybody; add a condition on aws:SourceArn or aws:SourceAccount";
                issues.warning("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", &path, what);
            }
            Principal::Federated(provider) if !provider.contains(":saml-provider/") => {
                let host = provider.rsplit("oidc-provider/").next().unwrap_or(provider).to_ascii_lowercase();
                let of_host = |condition: &Condition| condition.key.starts_with(&format!("{host}:"));
                let is_github = host == "token.actions.githubusercontent.com";
                let has_subject = |condition: &Condition| {
                    condition.key == format!("{host}:sub")
                        && !condition.values.iter().any(|value| names_any_owner(&value.text))
                };
                if is_github && !statement.conditions.iter().any(has_subject) {
                    let what = "any repository can assume the role; add a condition on the subject, `repo:OWNER/NAME:…`";
                    issues.warning("MISSING_GITHUB_REPO_CONDITION_KEY", &path, what);
                } else if !statement.conditions.iter().any(of_host) {
                    let what =
                        format!("whoever the provider knows is let in; add a condition on `{host}:aud`");
                    issues.warning("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", &path, what);
                }
            }
            Principal::Everyone
            | Principal::Account(_)
            | Principal::Arn { .. }
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::Canonical(_)
            | Principal::Deleted(_) => {}
        }
    }
}

/// `*`, `repo:*`, and others that do not name the owner of the repository.
fn names_any_owner(subject: &str) -> bool {
    let owner = subject.strip_prefix("repo:").and_then(|rest| rest.split('/').next());
    owner.is_none_or(|owner| owner.contains(['*', '?']))
}

/// Keys with ARNs as values.
const ARN_KEYS: [&str; 7] = [
    "aws:principalarn",
    "aws:sourcearn",
    "aws:sourcevpcarn",
    "iam:policyarn",
    "iam:permissionsboundary",
    "iam:associatedresourcearn",
    "s3:dataaccesspointarn",
];

fn conditions(statement: &Statement, path: &str, issues: &mut Issues) {
    let is_allow = statement.effect == Effect::Allow;
    for condition in &statement.conditions {
        let path = format!("{path}.Condition.{}.{}", condition.operator, condition.key);
        let key = condition.key.as_str();
        let operator = condition.operator.to_ascii_lowercase();
        if is_allow
            && condition.quantifier == Quantifier::All
            && key.starts_with("aws:")
            && !has_several_values(key)
        {
            let what = "holds if the key is missing; leave `ForAllValues` out, as the key has one value";
            issues.warning("FORALLVALUES_WITH_SINGLE_VALUED_KEY", &path, what);
        }
        if condition.quantifier == Quantifier::Any && key.ends_with(":aud") {
            let what = "the audience has one value; leave `ForAnyValue` out";
            issues.warning("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", &path, what);
        }
        let is_like = operator.contains("stringlike") || operator.contains("stringnotlike");
        if is_like && ARN_KEYS.contains(&key) {
            let what = "a wildcard crosses the parts of an ARN here; use ArnLike or ArnNotLike";
            issues.warning("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", &path, what);
        }
        if is_allow && condition.kind != Kind::Null && matches!(key, "aws:referer" | "aws:useragent") {
            let what = "whoever calls writes this value; it keeps nobody out";
            issues.warning("UNTRUSTWORTHY_CONDITION_KEY", &path, what);
        }
        if key == "s3:prefix" && condition.kind != Kind::Null && is_allow == condition.negated {
            let what = "a request with another or no prefix lists the same objects; allow prefixes instead";
            issues.warning("S3_PREFIX_IN_NEGATIVE_CONTEXT", &path, what);
        }
        if is_allow && key == "dynamodb:attributes" && !has_key(statement, &["dynamodb:select"]) {
            let what = "a request for all attributes names none; add a condition on dynamodb:Select";
            issues.warning("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", &path, what);
        }
        let pair: Option<&[&str]> = match key {
            "aws:vpcsourceip" => Some(&["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"]),
            "aws:ec2instancesourceprivateipv4" => Some(&["aws:ec2instancesourcevpc"]),
            _ => None,
        };
        if let Some(keys) = pair.filter(|keys| !has_key(statement, keys)) {
            let what = format!("any network has such addresses; add a condition on {}", keys.join(" or "));
            issues.warning("MISSING_PAIRED_CONDITION_KEYS", &path, what);
        }
    }
}
